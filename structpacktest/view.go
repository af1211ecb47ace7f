package structpacktest

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"

	"example.com/structpack"
)

// TestView compares a view of T that structpack gen wrote with a
// [structpack.Codec]: newView is the function that makes it. What the methods get
// must be what the Codec unpacks, what they set must be what it packs, and a
// method that sets must leave all other bytes alone, padding too. Indexes out of
// range must panic. It returns an error about the first difference.
func TestView[T any, V ~[]byte](s *structpack.Struct, newView func([]byte) (V, error)) error {
	codec, err := structpack.NewCodec[T](s)
	if err != nil {
		return fmt.Errorf("structpacktest: %w", err)
	}
	s = codec.Struct()
	if s.Size() > 0 {
		if v, err := newView(make([]byte, s.Size()-1)); v != nil || !errors.Is(err, structpack.ErrBuffer) {
			return fmt.Errorf("structpacktest: a view of too few bytes: %x, %v", v, err)
		}
	}
	c := &viewing{size: s.Size(), pack: func(v reflect.Value) ([]byte, error) { return codec.Pack(v.Addr().Interface().(*T)) }}
	for _, f := range s.Fields() {
		if f.Values > 0 {
			for i := range f.Size {
				c.taken = append(c.taken, f.Offset+i)
			}
		}
	}
	r := rand.New(rand.NewPCG(2, 0))
	for range 5 + 2000/(s.Size()+20) {
		for i := range c.values {
			v, packed, err := unpacked(r, codec)
			if err != nil {
				return fmt.Errorf("structpacktest: %w", err)
			}
			data := bytes.Repeat([]byte{0xa5}, s.Size()+3) // there where padding is
			c.copyTaken(data, packed)
			view, err := newView(data)
			if err != nil || len(view) != s.Size() || cap(view) != s.Size() {
				return fmt.Errorf("structpacktest: a view of %d bytes has %d, and room for %d: %v", len(data), len(view), cap(view), err)
			}
			c.values[i], c.views[i], c.data[i] = reflect.ValueOf(v).Elem(), reflect.ValueOf(view), data
		}
		c.seen = 0
		if err := c.fields(c.views[0], c.views[1], c.values[0], c.values[1]); err != nil {
			return err
		}
		if c.seen == 0 && len(c.taken) > 0 {
			return errors.New("structpacktest: the view has no method for a field")
		}
	}
	return nil
}

// unpacked makes up a value by unpacking bytes, and packs it. Only a C string that has
// no NUL at its end can be unpacked and not packed: then other bytes are tried.
func unpacked[T any](r *rand.Rand, codec *structpack.Codec[T]) (v *T, packed []byte, err error) {
	for range 1000 {
		v = new(T)
		if err = codec.Unpack(randomBytes(r, codec.Size()), v); err != nil {
			return nil, nil, err
		}
		if packed, err = codec.Pack(v); err == nil {
			return v, packed, nil
		}
	}
	return nil, nil, err
}

// A viewing is two values and their views. What is set in the first is what is in
// the second.
type viewing struct {
	size   int
	taken  []int // the bytes that are not padding
	pack   func(v reflect.Value) ([]byte, error)
	values [2]reflect.Value
	views  [2]reflect.Value
	data   [2][]byte
	seen   int // methods
}

func (c *viewing) copyTaken(dst, src []byte) {
	for _, i := range c.taken {
		dst[i] = src[i]
	}
}

// fields looks at the fields of two structs that a view has methods for.
func (c *viewing) fields(v, w, x, y reflect.Value) error {
	for i := range x.NumField() {
		name := x.Type().Field(i).Name
		if !v.MethodByName(name).IsValid() {
			continue // it takes no value, or has a name that is not exported
		}
		if err := c.field(name, v, w, x.Field(i), y.Field(i), nil); err != nil {
			return err
		}
	}
	return nil
}

// field looks at a field, or at its element with the indexes.
func (c *viewing) field(name string, v, w, x, y reflect.Value, indexes []reflect.Value) error {
	get := v.MethodByName(name)
	if get.Type().NumIn() > len(indexes) {
		for i := range x.Len() {
			if err := c.field(name, v, w, x.Index(i), y.Index(i), append(indexes[:len(indexes):len(indexes)], reflect.ValueOf(i))); err != nil {
				return err
			}
		}
		for _, i := range []int{-1, x.Len(), math.MaxInt/2 + 1} {
			args := append(indexes[:len(indexes):len(indexes)], reflect.ValueOf(i))
			for len(args) < get.Type().NumIn() {
				args = append(args, reflect.ValueOf(0))
			}
			if !panics(func() { get.Call(args) }) {
				return fmt.Errorf("structpacktest: %s: index %d of %d does not panic", name, i, x.Len())
			}
		}
		return nil
	}
	got := get.Call(indexes)[0]
	other := w.MethodByName(name).Call(indexes)[0]
	set := v.MethodByName("Set" + name)
	if !set.IsValid() {
		return c.fields(got, other, x, y)
	}
	c.seen++
	if !equal(got, x) {
		return fmt.Errorf("structpacktest: %s%v is %v, want %v, of %x", name, indexes, got, x, c.data[0])
	}
	before := bytes.Clone(c.data[0])
	old := reflect.New(x.Type()).Elem()
	old.Set(x)
	x.Set(y)
	packed, err := c.pack(c.values[0])
	if err != nil {
		return fmt.Errorf("structpacktest: %w", err)
	}
	want := bytes.Clone(before)
	c.copyTaken(want, packed)
	if out := set.Call(append(indexes[:len(indexes):len(indexes)], other)); len(out) > 0 && !out[0].IsNil() {
		return fmt.Errorf("structpacktest: Set%s%v of %v: %v", name, indexes, other, out[0])
	}
	if !bytes.Equal(c.data[0], want) {
		return fmt.Errorf("structpacktest: Set%s%v of %v makes %x of %x, want %x", name, indexes, other, c.data[0], before, want)
	}
	x.Set(old)
	copy(c.data[0], before)
	return nil
}

func panics(f func()) (panicked bool) {
	defer func() { panicked = recover() != nil }()
	f()
	return
}

// equal reports whether what a method got is what is in a field, whose type may be
// wider.
func equal(got, want reflect.Value) bool {
	switch {
	case got.Kind() == reflect.Slice: // of bytes, which the field may have in a string or an array
		if want.Kind() == reflect.String {
			return string(got.Bytes()) == want.String()
		}
		if got.Len() != want.Len() {
			return false
		}
		for i := range got.Len() {
			if got.Index(i).Uint() != want.Index(i).Uint() {
				return false
			}
		}
		return true
	case got.CanInt():
		return got.Int() == want.Int()
	case got.CanUint() && want.CanInt():
		return want.Int() >= 0 && got.Uint() == uint64(want.Int())
	case got.CanUint():
		return got.Uint() == want.Uint()
	case got.CanFloat():
		f, g := got.Float(), want.Float()
		return f == g || math.IsNaN(f) && math.IsNaN(g)
	case got.CanComplex():
		f, g := got.Complex(), want.Complex()
		return f == g || sameComplexNaN(f, g)
	}
	return got.Equal(want)
}
