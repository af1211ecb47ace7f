package structpack_test

import (
	"bytes"
	"testing"

	"example.com/structpack"
)

// TestUnpackedBytes: byte values of one Unpack, which may lie side by side, can be
// written and appended to without a change of the others or of the data.
func TestUnpackedBytes(t *testing.T) {
	data := []byte("abcdefgh\x02ijk0123456789ABCDEF" + "0123456789ABCDEFG!")
	want := []string{"abcd", "e", "fgh", "ij", "0123456789ABCDEF", "0123456789ABCDEFG", "", "!"}
	s := structpack.MustCompile("4s1s3s4p16s17s0s1s")
	for changed := range want {
		values, err := s.Unpack(data)
		if err != nil {
			t.Fatal(err)
		}
		b := values[changed].([]byte)
		clear(b)
		_ = append(b, "a byte too many"...)
		for i, w := range want {
			if got := values[i].([]byte); i != changed && string(got) != w {
				t.Errorf("value %d is %q after value %d was changed, want %q", i, got, changed, w)
			}
		}
		if again, _ := s.Unpack(data); !bytes.Equal(again[changed].([]byte), []byte(want[changed])) {
			t.Errorf("value %d of the data is now %q", changed, again[changed])
		}
	}
}
