// Package structpacktest tests code that structpack gen wrote. The tests that it
// writes beside that code call this package.
package structpacktest

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"

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
// value that was unpacked shares memory with the data. If T reads and writes streams,
// it looks at that too.
//
// If T has fields that are not exported, fields returns pointers to all that takes
// values, in their order.
func TestMethods[T any, P interface {
	*T
	Methods
}](s *structpack.Struct, fields ...func(*T) []any) error {
	sub, err := newSubject(s, reflect.TypeFor[T]())
	if err != nil {
		return err
	}
	setFields(sub, fields)
	c := &comparison{subject: sub, r: rand.New(rand.NewPCG(1, 0))}
	return c.compare()
}

func setFields[T any](c *subject, fields []func(*T) []any) {
	if len(fields) > 0 {
		c.fields = func(v any) []any { return fields[0](v.(*T)) }
	}
}

// A comparison is a type, and what its methods are compared with. It is not generic:
// packages have many types, and each would be compiled for itself.
type comparison struct {
	*subject
	r *rand.Rand
}

func (c *comparison) compare() error {
	// Small types are cheap, and a round of them is over a handful of bytes only.
	for range 20 + 20000/(c.s.Size()+20) {
		if err := errors.Join(c.packs(), c.unpacks()); err != nil {
			return err
		}
	}
	if reflect.PointerTo(c.typ).Implements(reflect.TypeFor[streams]()) {
		for range 20 {
			if err := errors.Join(c.writes(), c.reads()); err != nil {
				return err
			}
		}
	}
	return c.nils()
}

// packs compares the methods that pack.
func (c *comparison) packs() error {
	twin, v := c.filled(c.r.Uint64())
	methods := v.Interface().(Methods)
	size := c.s.Size()

	want, wantErr := c.codec.AppendPack(nil, twin)
	got, gotErr := methods.MarshalBinary()
	if err := differ("MarshalBinary", want, got, wantErr, gotErr, v); err != nil {
		return err
	}

	// Three bytes that are there already, with too little room after them, and with
	// enough, where the result must be in place.
	for _, room := range []int{0, size, size + 5} {
		dst := randomBytes(c.r, 3+room)
		before := bytes.Clone(dst)
		want, wantErr := c.codec.AppendPack(bytes.Clone(dst[:3]), twin)
		got, gotErr := methods.AppendBinary(dst[:3:len(dst)])
		if err := differ("AppendBinary", want, got, wantErr, gotErr, v); err != nil {
			return err
		}
		switch {
		case gotErr != nil && !bytes.Equal(dst, before):
			return fmt.Errorf("structpacktest: AppendBinary failed, and changed what is beyond dst from %x to %x; value %+v", before, dst, v.Elem())
		case gotErr == nil && !bytes.Equal(dst[min(3+size, len(dst)):], before[min(3+size, len(dst)):]):
			return fmt.Errorf("structpacktest: AppendBinary changed what is beyond its result from %x to %x; value %+v", before, dst, v.Elem())
		case room > 0 && &got[0] != &dst[0]:
			return fmt.Errorf("structpacktest: AppendBinary allocated, and dst has room for %d bytes", room)
		}
	}

	n, offset := c.place()
	wantBuf := randomBytes(c.r, n)
	gotBuf := bytes.Clone(wantBuf)
	wantErr = c.codec.PackInto(wantBuf, offset, twin)
	gotErr = methods.PackInto(gotBuf, offset)
	return differ("PackInto", wantBuf, gotBuf, wantErr, gotErr, v, n, offset)
}

// unpacks compares the methods that unpack.
func (c *comparison) unpacks() error {
	n, offset := c.place()
	data := randomBytes(c.r, n)
	err := c.unpack("UnpackFrom", data,
		func(twin reflect.Value) error { return c.codec.UnpackFrom(data, offset, twin) },
		func(v Methods) error { return v.UnpackFrom(data, offset) }, n, offset)
	if err != nil {
		return err
	}
	if c.r.IntN(8) > 0 {
		data = randomBytes(c.r, c.s.Size())
	}
	return c.unpack("UnmarshalBinary", data,
		func(twin reflect.Value) error { return c.codec.Unpack(data, twin) },
		func(v Methods) error { return v.UnmarshalBinary(data) })
}

// unpack compares a method with a Codec's: both unpack data into variables that
// hold the same already. Of NaNs it compares what they are packed to.
func (c *comparison) unpack(name string, data []byte, byCodec func(reflect.Value) error, byMethod func(Methods) error, args ...any) error {
	seed := c.r.Uint64()
	v, _ := c.filled(seed)
	_, other := c.filled(seed)
	about := append([]any{bytes.Clone(data)}, args...)
	wantErr, gotErr := byCodec(v), byMethod(other.Interface().(Methods))
	for i := range data { // of which both may keep nothing
		data[i] ^= 0x55
	}
	w := c.toTwin(other)
	if !same(v.Elem(), w.Elem()) {
		return fmt.Errorf("structpacktest: %s: %+v, want %+v; arguments %v", name, w.Elem(), v.Elem(), about)
	}
	want, _ := c.codec.AppendPack(nil, v)
	got, _ := c.codec.AppendPack(nil, w)
	return differ(name, want, got, wantErr, gotErr, about...)
}

// place makes up the length of a buffer and an offset in it, where there may be
// room or not.
func (c *comparison) place() (n, offset int) {
	size := c.s.Size()
	return max(0, size-2+c.r.IntN(8)), c.r.IntN(2*size+9) - size - 4
}

// nils compares what is said of nil pointers. AppendBinary and MarshalBinary have
// value receivers, which a nil pointer has none of.
func (c *comparison) nils() error {
	twin, v := reflect.Zero(reflect.PointerTo(c.twin)), reflect.Zero(reflect.PointerTo(c.typ))
	none := v.Interface().(Methods)
	data := make([]byte, c.s.Size()+1)
	if err := differ("UnmarshalBinary", nil, nil, c.renamed(c.codec.Unpack(data, twin)), none.UnmarshalBinary(data), v); err != nil {
		return err
	}
	if r, ok := v.Interface().(streams); ok {
		_, err := r.ReadFrom(strings.NewReader(""))
		if err := differ("ReadFrom", nil, nil, c.renamed(c.codec.Unpack(nil, twin)), err, v); err != nil {
			return err
		}
	}
	for _, offset := range []int{0, 2, -1} {
		err := errors.Join(
			differ("PackInto", nil, nil, c.renamed(c.codec.PackInto(data, offset, twin)), none.PackInto(data, offset), v, offset),
			differ("UnpackFrom", nil, nil, c.renamed(c.codec.UnpackFrom(data, offset, twin)), none.UnpackFrom(data, offset), v, offset))
		if err != nil {
			return err
		}
	}
	return nil
}

// renamed returns err with the name of the type for its twin's.
func (c *comparison) renamed(err error) error {
	var e *structpack.Error
	if !errors.As(err, &e) {
		return err
	}
	renamed := *e
	renamed.Reason = strings.ReplaceAll(e.Reason, c.twin.String(), c.typ.String())
	return &renamed
}

// differ returns an error if a method did not end as the Codec did. A method whose
// errors are not the library's must have the same sentences.
func differ(name string, want, got []byte, wantErr, gotErr error, about ...any) error {
	for i, x := range about {
		if v, ok := x.(reflect.Value); ok && v.Kind() == reflect.Pointer && !v.IsNil() {
			about[i] = fmt.Sprintf("%+v", v.Elem())
		}
	}
	var wantE, gotE *structpack.Error
	switch {
	case (wantErr == nil) != (gotErr == nil),
		wantErr != nil && wantErr.Error() != gotErr.Error(),
		errors.As(wantErr, &wantE) && errors.As(gotErr, &gotE) && *wantE != *gotE:
		return fmt.Errorf("structpacktest: %s: error %v, want %v; arguments %v", name, gotErr, wantErr, about)
	case !bytes.Equal(want, got) || (want == nil) != (got == nil):
		return fmt.Errorf("structpacktest: %s: %x, want %x; arguments %v", name, got, want, about)
	}
	return nil
}
