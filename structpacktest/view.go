package structpacktest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/token"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/structpack"
)

// TestView compares a view of T that structpack gen wrote with a
// [structpack.Codec]: newView is the function that makes it. What the methods get
// must be what the Codec unpacks, what they set must be what it packs, and a
// method that sets must leave all other bytes alone, padding too. Indexes out of
// range must panic as those of slices do. It returns an error about the first difference.
//
// Methods that are not exported are passed as method expressions, by their names with
// their types: "eventView.id".
func TestView[T any, V ~[]byte](s *structpack.Struct, newView func([]byte) (V, error), methods ...map[string]any) error {
	sub, err := newSubject(s, reflect.TypeFor[T]())
	if err != nil {
		return err
	}
	c := &viewing{subject: sub, methods: map[string]any{}}
	for _, m := range methods {
		maps.Copy(c.methods, m)
	}
	return c.compare(func(b []byte) (reflect.Value, error) {
		v, err := newView(b)
		return reflect.ValueOf(v), err
	})
}

// compare compares views. It is not generic, see comparison.
func (c *viewing) compare(newView func([]byte) (reflect.Value, error)) error {
	s := c.s
	if s.Size() > 0 {
		v, err := newView(make([]byte, s.Size()-1))
		if want := c.codec.UnpackFrom(make([]byte, s.Size()-1), 0, reflect.New(c.twin)); !v.IsNil() || err == nil || err.Error() != want.Error() {
			return fmt.Errorf("structpacktest: a view of too few bytes: %x, %v, want %v", v.Bytes(), err, want)
		}
	}
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
			v, packed, err := c.unpacked(r)
			if err != nil {
				return fmt.Errorf("structpacktest: %w", err)
			}
			data := bytes.Repeat([]byte{0xa5}, s.Size()+3) // there where padding is
			c.copyTaken(data, packed)
			view, err := newView(data)
			if err != nil || view.Len() != s.Size() || view.Cap() != s.Size() {
				return fmt.Errorf("structpacktest: a view of %d bytes has %d, and room for %d: %v", len(data), view.Len(), view.Cap(), err)
			}
			c.values[i], c.views[i], c.data[i] = v.Elem(), view, data
		}
		c.seen = 0
		if err := c.look(c.typ, c.views[0], c.views[1], c.values[0], c.values[1]); err != nil {
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
func (c *subject) unpacked(r *rand.Rand) (twin reflect.Value, packed []byte, err error) {
	for range 1000 {
		twin = reflect.New(c.twin)
		if err = c.codec.Unpack(randomBytes(r, c.s.Size()), twin); err != nil {
			return twin, nil, err
		}
		if packed, err = c.codec.AppendPack(nil, twin); err == nil {
			return twin, packed, nil
		}
	}
	return twin, nil, err
}

// A viewing is two values and their views. What is set in the first is what is in
// the second.
type viewing struct {
	*subject
	methods map[string]any
	taken   []int // the bytes that are not padding
	values  [2]reflect.Value
	views   [2]reflect.Value
	data    [2][]byte
	seen    int // methods
}

// method returns a method of a view, which is not valid if there is none.
func (c *viewing) method(view reflect.Value, name string) reflect.Value {
	f, ok := c.methods[view.Type().Name()+"."+name]
	if !ok {
		return view.MethodByName(name)
	}
	expr := reflect.ValueOf(f)
	var in, out []reflect.Type
	for i := range expr.Type().NumIn() - 1 {
		in = append(in, expr.Type().In(1+i))
	}
	for i := range expr.Type().NumOut() {
		out = append(out, expr.Type().Out(i))
	}
	return reflect.MakeFunc(reflect.FuncOf(in, out, false), func(args []reflect.Value) []reflect.Value {
		return expr.Call(append([]reflect.Value{view}, args...))
	})
}

// setter returns the name of the method that sets a field.
func setter(name string) string {
	if token.IsExported(name) {
		return "Set" + name
	}
	first, n := utf8.DecodeRuneInString(name)
	return "set" + string(unicode.ToUpper(first)) + name[n:]
}

func (c *viewing) copyTaken(dst, src []byte) {
	for _, i := range c.taken {
		dst[i] = src[i]
	}
}

// look looks at the fields of two structs of type t that a view has methods for.
func (c *viewing) look(t reflect.Type, v, w, x, y reflect.Value) error {
	for i := range x.NumField() {
		f := t.Field(i)
		if !c.method(v, f.Name).IsValid() {
			continue // it takes no value
		}
		if err := c.field(f.Name, f.Type, v, w, x.Field(i), y.Field(i), nil); err != nil {
			return err
		}
	}
	return nil
}

// field looks at a field of type t, or at its element with the indexes.
func (c *viewing) field(name string, t reflect.Type, v, w, x, y reflect.Value, indexes []reflect.Value) error {
	get := c.method(v, name)
	if get.Type().NumIn() > len(indexes) {
		for i := range x.Len() {
			if err := c.field(name, t.Elem(), v, w, x.Index(i), y.Index(i), append(indexes[:len(indexes):len(indexes)], reflect.ValueOf(i))); err != nil {
				return err
			}
		}
		for _, i := range []int{-1, x.Len(), math.MaxInt/2 + 1} {
			args := append(indexes[:len(indexes):len(indexes)], reflect.ValueOf(i))
			for len(args) < get.Type().NumIn() {
				args = append(args, reflect.ValueOf(0))
			}
			want := fmt.Sprintf("index out of range [%d] with length %d", i, x.Len())
			if i < 0 {
				want = fmt.Sprintf("index out of range [%d]", i)
			}
			if got := panics(func() { get.Call(args) }); got != want {
				return fmt.Errorf("structpacktest: %s: index %d of %d: %s, want the panic %s", name, i, x.Len(), cmp.Or(got, "no panic"), want)
			}
		}
		return nil
	}
	got := get.Call(indexes)[0]
	other := c.method(w, name).Call(indexes)[0]
	set := c.method(v, setter(name))
	if !set.IsValid() {
		return c.look(t, got, other, x, y)
	}
	c.seen++
	if !equal(got, x) {
		return fmt.Errorf("structpacktest: %s%v is %v, want %v, of %x", name, indexes, got, x, c.data[0])
	}
	before := bytes.Clone(c.data[0])
	old := reflect.New(x.Type()).Elem()
	old.Set(x)
	x.Set(y)
	packed, err := c.codec.AppendPack(nil, c.values[0].Addr())
	if err != nil {
		return fmt.Errorf("structpacktest: %w", err)
	}
	want := bytes.Clone(before)
	c.copyTaken(want, packed)
	if out := set.Call(append(indexes[:len(indexes):len(indexes)], other)); len(out) > 0 && !out[0].IsNil() {
		return fmt.Errorf("structpacktest: %s%v of %v: %v", setter(name), indexes, other, out[0])
	}
	if !bytes.Equal(c.data[0], want) {
		return fmt.Errorf("structpacktest: %s%v of %v makes %x of %x, want %x", setter(name), indexes, other, c.data[0], before, want)
	}
	x.Set(old)
	copy(c.data[0], before)
	return nil
}

// panics returns what the runtime says when f panics.
func panics(f func()) (says string) {
	defer func() {
		if err, ok := recover().(runtime.Error); ok {
			says = strings.TrimPrefix(err.Error(), "runtime error: ")
		}
	}()
	f()
	return ""
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
