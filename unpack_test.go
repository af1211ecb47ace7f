package structpack_test

import (
	"testing"

	"example.com/structpack"
	"github.com/google/go-cmp/cmp"
)

// TestUnpackedValuesAreTheirOwn: the values of one Unpack, which may lie side by side,
// can be written and appended to without a change of the others, of the data, or of
// the next Unpack.
func TestUnpackedValuesAreTheirOwn(t *testing.T) {
	for _, tt := range []struct {
		format, data string
		want         []any
	}{
		{"4s1s3s4p16s17s0s1s", "abcdefgh\x02ijk0123456789ABCDEF0123456789ABCDEFG!",
			[]any{"abcd", "e", "fgh", "ij", "0123456789ABCDEF", "0123456789ABCDEFG", "", "!"}},
		{"!4s1sI3s16s3H", "abcde\x00\x00\x00\x05fgh0123456789ABCDEF\x00\x06\x00\x07\x00\x08",
			[]any{"abcd", "e", uint32(5), "fgh", "0123456789ABCDEF", uint16(6), uint16(7), uint16(8)}},
		{"<h4sq", "\xff\xffabcd\xfe\xff\xff\xff\xff\xff\xff\xff", []any{int16(-1), "abcd", int64(-2)}},
	} {
		s := structpack.MustCompile(tt.format)
		data := []byte(tt.data)
		want := make([]any, len(tt.want))
		for i, v := range tt.want {
			if text, ok := v.(string); ok {
				v = []byte(text)
			}
			want[i] = v
		}
		for changed := range want {
			values, err := s.Unpack(data)
			if err != nil {
				t.Fatal(err)
			}
			if b, ok := values[changed].([]byte); ok {
				for i := range b {
					b[i] = '?'
				}
				_ = append(b, "a byte too many"...)
			}
			_ = append(values[:changed+1:changed+1], "another")
			_ = append(values, "one too many")
			values[changed] = want[changed]
			again, err := s.Unpack(data)
			if diff := cmp.Diff([][]any{values, again}, [][]any{want, want}); diff != "" || err != nil {
				t.Errorf("%s after value %d was changed: %s%v", tt.format, changed, diff, err)
			}
		}
	}
}
