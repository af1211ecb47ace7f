// Package structpacktest tests code that structpack gen wrote. The tests that it
// writes beside that code call this package.
package structpacktest

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"

	"example.com/structpack"
)

// Methods are the methods that structpack gen writes for a type.
type Methods interface {
	AppendBinary(dst []byte) ([]byte, error)
	MarshalBinary() ([]byte, error)
	PackInto(buf []byte, offset int) error
	UnmarshalBinary(data []byte) error
	UnpackFrom(data []byte, offset int) error
}

// TestMethods compares the methods of T with a [structpack.Codec] for the format
// of s. It calls them with made-up values, many of them at the limits of the
// format, and with made-up data; with buffers that have room and others; and with
// nil pointers. It wants the same bytes, the same values and the same errors, and
// returns an error about the first difference. Every run makes up the same values.
//
// It also wants that a call that fails changes nothing, and that nothing in a
// value that was unpacked shares memory with the data.
func TestMethods[T any, P interface {
	*T
	Methods
}](s *structpack.Struct) error {
	codec, err := structpack.NewCodec[T](s)
	if err != nil {
		return fmt.Errorf("structpacktest: %w", err)
	}
	fill, err := newFiller(s, reflect.TypeFor[T]())
	if err != nil {
		return fmt.Errorf("structpacktest: %w", err)
	}
	c := &comparison[T, P]{codec: codec, fill: fill, r: rand.New(rand.NewPCG(1, 0))}
	// Small types are cheap, and a round of them is over a handful of bytes only.
	for range 20 + 20000/(s.Size()+20) {
		if err := errors.Join(c.packs(), c.unpacks()); err != nil {
			return err
		}
	}
	return c.nils()
}

// A comparison is a type, and what its methods are compared with.
type comparison[T any, P interface {
	*T
	Methods
}] struct {
	codec *structpack.Codec[T]
	fill  *filler
	r     *rand.Rand
}

// packs compares the methods that pack.
func (c *comparison[T, P]) packs() error {
	v := new(T)
	c.fill.value(reflect.ValueOf(v).Elem(), c.r.Uint64())
	size := c.codec.Size()

	want, wantErr := c.codec.Pack(v)
	got, gotErr := P(v).MarshalBinary()
	if err := differ("MarshalBinary", want, got, wantErr, gotErr, v); err != nil {
		return err
	}

	// Three bytes that are there already, with too little room after them, and with
	// enough, where the result must be in place.
	for _, room := range []int{0, size, size + 5} {
		dst := randomBytes(c.r, 3+room)
		before := bytes.Clone(dst)
		want, wantErr := c.codec.AppendPack(bytes.Clone(dst[:3]), v)
		got, gotErr := P(v).AppendBinary(dst[:3:len(dst)])
		if err := differ("AppendBinary", want, got, wantErr, gotErr, v); err != nil {
			return err
		}
		switch {
		case gotErr != nil && !bytes.Equal(dst, before):
			return fmt.Errorf("structpacktest: AppendBinary failed, and changed what is beyond dst from %x to %x; value %+v", before, dst, *v)
		case gotErr == nil && !bytes.Equal(dst[min(3+size, len(dst)):], before[min(3+size, len(dst)):]):
			return fmt.Errorf("structpacktest: AppendBinary changed what is beyond its result from %x to %x; value %+v", before, dst, *v)
		case room > 0 && &got[0] != &dst[0]:
			return fmt.Errorf("structpacktest: AppendBinary allocated, and dst has room for %d bytes", room)
		}
	}

	n, offset := c.place()
	wantBuf := randomBytes(c.r, n)
	gotBuf := bytes.Clone(wantBuf)
	wantErr = c.codec.PackInto(wantBuf, offset, v)
	gotErr = P(v).PackInto(gotBuf, offset)
	return differ("PackInto", wantBuf, gotBuf, wantErr, gotErr, v, n, offset)
}

// unpacks compares the methods that unpack.
func (c *comparison[T, P]) unpacks() error {
	n, offset := c.place()
	data := randomBytes(c.r, n)
	err := c.unpack("UnpackFrom", data,
		func(v *T) error { return c.codec.UnpackFrom(data, offset, v) },
		func(v P) error { return v.UnpackFrom(data, offset) }, n, offset)
	if err != nil {
		return err
	}
	if c.r.IntN(8) > 0 {
		data = randomBytes(c.r, c.codec.Size())
	}
	return c.unpack("UnmarshalBinary", data,
		func(v *T) error { return c.codec.Unpack(data, v) },
		func(v P) error { return v.UnmarshalBinary(data) })
}

// unpack compares a method with a Codec's: both unpack data into variables that
// hold the same already. Of NaNs it compares what they are packed to.
func (c *comparison[T, P]) unpack(name string, data []byte, byCodec func(*T) error, byMethod func(P) error, args ...any) error {
	var v, w T
	seed := c.r.Uint64()
	c.fill.value(reflect.ValueOf(&v).Elem(), seed)
	c.fill.value(reflect.ValueOf(&w).Elem(), seed)
	about := append([]any{bytes.Clone(data)}, args...)
	wantErr, gotErr := byCodec(&v), byMethod(&w)
	for i := range data { // of which both may keep nothing
		data[i] ^= 0x55
	}
	if !same(reflect.ValueOf(v), reflect.ValueOf(w)) {
		return fmt.Errorf("structpacktest: %s: %+v, want %+v; arguments %v", name, w, v, about)
	}
	want, _ := c.codec.Pack(&v)
	got, _ := c.codec.Pack(&w)
	return differ(name, want, got, wantErr, gotErr, about...)
}

// place makes up the length of a buffer and an offset in it, where there may be
// room or not.
func (c *comparison[T, P]) place() (n, offset int) {
	size := c.codec.Size()
	return max(0, size-2+c.r.IntN(8)), c.r.IntN(2*size+9) - size - 4
}

// nils compares what is said of nil pointers. AppendBinary and MarshalBinary have
// value receivers, which a nil pointer has none of.
func (c *comparison[T, P]) nils() error {
	var none P
	data := make([]byte, c.codec.Size()+1)
	if err := differ("UnmarshalBinary", nil, nil, c.codec.Unpack(data, nil), none.UnmarshalBinary(data), none); err != nil {
		return err
	}
	for _, offset := range []int{0, 2, -1} {
		err := errors.Join(
			differ("PackInto", nil, nil, c.codec.PackInto(data, offset, nil), none.PackInto(data, offset), none, offset),
			differ("UnpackFrom", nil, nil, c.codec.UnpackFrom(data, offset, nil), none.UnpackFrom(data, offset), none, offset))
		if err != nil {
			return err
		}
	}
	return nil
}

// differ returns an error if a method did not end as the Codec did.
func differ(name string, want, got []byte, wantErr, gotErr error, about ...any) error {
	for i, x := range about {
		if v := reflect.ValueOf(x); v.Kind() == reflect.Pointer && !v.IsNil() {
			about[i] = fmt.Sprintf("%+v", v.Elem())
		}
	}
	var wantE, gotE *structpack.Error
	switch {
	case (wantErr == nil) != (gotErr == nil),
		errors.As(wantErr, &wantE) != errors.As(gotErr, &gotE),
		wantE != nil && (*wantE != *gotE || wantE.Error() != gotE.Error()):
		return fmt.Errorf("structpacktest: %s: error %v, want %v; arguments %v", name, gotErr, wantErr, about)
	case !bytes.Equal(want, got) || (want == nil) != (got == nil):
		return fmt.Errorf("structpacktest: %s: %x, want %x; arguments %v", name, got, want, about)
	}
	return nil
}
