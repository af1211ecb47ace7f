package fuzz_test

import (
	"testing"

	"example.com/structpack"
	"example.com/structpack/fuzz"
)

// failures counts errors, for checks that must not pass.
type failures struct {
	testing.TB
	n int
}

func (f *failures) Helper()               {}
func (f *failures) Errorf(string, ...any) { f.n++ }
func (f *failures) Error(...any)          { f.n++ }

func TestRoundTrip(t *testing.T) {
	type record struct {
		Kind  uint8
		On    bool
		Name  [4]byte
		Half  float32
		Note  []byte
		Sizes [3]uint16
	}
	fuzz.RoundTrip(t, structpack.MustCodec[record]("<B?4se8p3x3H"))
	// A field that is left out comes back as zero.
	type skips struct {
		A uint8
		B uint8 `structpack:"-"`
	}
	fuzz.RoundTrip(t, structpack.MustCodec[skips]("<B"))
	// A string is cut at its NUL here, which is another value.
	type text struct {
		S string `structpack:"8s,cstr"`
	}
	codec, err := structpack.NewCodec[text](structpack.MustCompile("<8s"))
	if err != nil {
		t.Fatal(err)
	}
	f := &failures{TB: t}
	if fuzz.RoundTrip(f, codec); f.n == 0 {
		t.Error("a codec that changes values passes")
	}
}
