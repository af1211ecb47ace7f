package fuzz

import (
	"bytes"
	"math/rand"
	"testing"

	"example.com/structpack"
)

// RoundTrip unpacks made-up structures into T and packs them again: what comes back
// has the same values. It is for the codecs of a program's own types. A field that
// is not bound, and a type that changes values on purpose, do not matter to it.
func RoundTrip[T any](t testing.TB, codec *structpack.Codec[T]) {
	t.Helper()
	s := codec.Struct()
	r := rand.New(rand.NewSource(1))
	for range 200 {
		data := make([]byte, s.Size())
		r.Read(data)
		if values := Values(r, s); r.Intn(2) == 0 {
			packed, err := s.Pack(values...)
			if err != nil {
				t.Errorf("%v: %v", values, err)
				return
			}
			data = packed
		}
		var v, again T
		if err := codec.Unpack(data, &v); err != nil {
			t.Errorf("unpack %x: %v", data, err)
			return
		}
		packed, err := codec.Pack(&v)
		if err != nil {
			t.Errorf("pack %x after it was unpacked: %v", data, err)
			return
		}
		if err := codec.Unpack(packed, &again); err != nil {
			t.Errorf("unpack %x: %v", packed, err)
			return
		}
		twice, err := codec.Pack(&again)
		if err != nil || !bytes.Equal(packed, twice) {
			t.Errorf("%x becomes %x, and that %x, %v", data, packed, twice, err)
			return
		}
		want, err := s.Unpack(data)
		if err != nil {
			t.Error(err)
			return
		}
		// Padding, and the rest of a Pascal string, mean nothing.
		plain, err := s.Pack(want...)
		if err != nil || !bytes.Equal(plain, packed) {
			t.Errorf("%x becomes %x, want %x, %v", data, packed, plain, err)
			return
		}
	}
}
