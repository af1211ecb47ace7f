package right

import (
	"fmt"
	"testing"

	"example.com/structpack"
)

func TestRefusals(t *testing.T) {
	if _, err := structpack.Pack("!B", 300); err == nil {
		t.Error("300 is taken")
	}
	_, err := structpack.Unpack("!Hw", nil)
	if err == nil {
		t.Fatal("w is taken")
	}
	for _, tt := range []struct {
		format string
		ok     bool
	}{{"!H", true}, {"!w", false}} {
		if _, err := structpack.CalcSize(tt.format); (err == nil) != tt.ok {
			t.Error(tt.format, err)
		}
	}
	for _, format := range []string{"3", "!w", "H!"} {
		if _, err := structpack.Compile(format); err == nil {
			t.Error(format)
		}
	}
}

func TestPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	structpack.MustCompile("!w")
}

func check(t *testing.T, err, want error) {}

func TestErrors(t *testing.T) {
	_, err := structpack.Unpack("!H", []byte{1})
	check(t, err, structpack.ErrBuffer)
	check(t, structpack.MustCompile("!H").Scan([]byte{1}, new(uint16)), structpack.ErrBuffer)
	if _, err := structpack.MustCompile("!HH").Pack(); err == nil || t.Failed() {
		t.Error("no error")
	}
	for _, abi := range []structpack.ABI{structpack.LP64, structpack.ILP32} {
		var n int32
		structpack.Must(structpack.CompileFor(abi, "@l")).Scan(nil, &n)
	}
}

func ExampleCompile() {
	for _, format := range []string{"!H", "!w"} {
		_, err := structpack.Compile(format)
		fmt.Println(err)
	}
}
