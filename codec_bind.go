package structpack

import (
	"reflect"
	"strconv"
)

// A leaf is a field, or an element of an array with those behind it, that takes
// values: where it is in the Go type, and in the format.
type leaf struct {
	path []int   // the way to it: indexes of fields and elements
	off  uintptr // where it is in the Go value
	typ  reflect.Type
	n    int // how many values it takes
	inst int // the instruction that they belong to
	k    int // which of its values is the first
}

// A binder goes over a Go type and a plan side by side.
type binder struct {
	s      *Struct
	inst   int // the next value is that of this instruction
	k      int // with this number
	leaves []leaf
	skips  bool // some field takes no value
}

// leavesOf matches a Go type with a format. It returns what takes the values, in
// their order, and whether some field takes none.
func leavesOf(s *Struct, t reflect.Type) (leaves []leaf, skips bool, err error) {
	b := &binder{s: s}
	if parts(t) > maxParts {
		return nil, false, s.fail("codec", ErrType, "type %s has more than %d fields and elements of arrays", t, maxParts)
	}
	b.skipPads()
	if err := b.walk(t, t.String(), nil, 0); err != nil {
		return nil, false, err
	}
	if b.inst < len(s.plan) {
		return nil, false, b.fail(ErrCount, "%s has no field for this value; the format has %d", t, s.values)
	}
	return b.leaves, b.skips, nil
}

func (b *binder) skipPads() {
	for b.inst < len(b.s.plan) && b.s.plan[b.inst].op == opPad {
		b.inst++
	}
}

// fail makes an error about the next value of the format.
func (b *binder) fail(kind error, format string, args ...any) *Error {
	e := b.s.fail("codec", kind, format, args...)
	if b.inst < len(b.s.plan) {
		e.Index = b.s.plan[b.inst].val + b.k
		e.Pos = b.s.itemOf(e.Index).pos
	}
	return e
}

// walk binds what is at name, of type t, to the next values.
func (b *binder) walk(t reflect.Type, name string, path []int, off uintptr) error {
	in := b.next()
	text := in != nil && (in.op == opBytes || in.op == opPascal)
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Name == "_" {
				continue
			}
			if f.Tag.Get("structpack") == "-" {
				b.skips = true
				continue
			}
			if !f.IsExported() && !(f.Anonymous && f.Type.Kind() == reflect.Struct) {
				return b.fail(ErrType, "field %s.%s is not exported", name, f.Name)
			}
			if err := b.walk(f.Type, name+"."+f.Name, append(path[:len(path):len(path)], i), off+f.Offset); err != nil {
				return err
			}
		}
		return nil
	case reflect.Array:
		if text && t.Elem().Kind() == reflect.Uint8 {
			return b.take(t, t, 1, name, path, off)
		}
		switch t.Elem().Kind() {
		case reflect.Struct, reflect.Array, reflect.Slice:
		default:
			return b.take(t, t.Elem(), t.Len(), name, path, off)
		}
		for i := range t.Len() {
			at := append(path[:len(path):len(path)], i)
			if err := b.walk(t.Elem(), name+"["+strconv.Itoa(i)+"]", at, off+uintptr(i)*t.Elem().Size()); err != nil {
				return err
			}
		}
		return nil
	case reflect.Slice:
		if in != nil && !text {
			if b.k > 0 {
				return b.fail(ErrType, "field %s of type %s cannot begin inside an item", name, t)
			}
			return b.take(t, t.Elem(), in.n, name, path, off)
		}
	}
	return b.take(t, t, 1, name, path, off)
}

// next returns the instruction of the next value, or nil.
func (b *binder) next() *inst {
	if b.inst == len(b.s.plan) {
		return nil
	}
	return &b.s.plan[b.inst]
}

// take makes leaves for the next n values, which may be of several items. They
// belong to what is called name: to all of it, if elem is t, or to the elements of
// an array or slice.
func (b *binder) take(t, elem reflect.Type, n int, name string, path []int, off uintptr) error {
	for done := 0; done < n; {
		in := b.next()
		if in == nil {
			return b.fail(ErrCount, "no value is left for field %s", name)
		}
		if !in.holds(elem) {
			return b.fail(ErrType, "field %s of type %s cannot take %s", name, t, ops[in.elem].goType)
		}
		m := min(n-done, in.values()-b.k)
		at := leaf{path: path, off: off + uintptr(done)*elem.Size(), typ: elem, n: m, inst: b.inst, k: b.k}
		switch {
		case elem == t:
		case t.Kind() == reflect.Array:
			at.path = append(path[:len(path):len(path)], done)
		default:
			at.typ, at.off = t, off
		}
		b.leaves = append(b.leaves, at)
		done += m
		if b.k += m; b.k == in.values() {
			b.inst, b.k = b.inst+1, 0
			b.skipPads()
		}
	}
	return nil
}

// holds reports whether a field of type t can hold every value of the instruction:
// a destination of Scan can, or else a signed integer that is wider than an unsigned one.
func (in *inst) holds(t reflect.Type) bool {
	return in.fits(t) || in.kind == kindUnsigned &&
		reflect.Int <= t.Kind() && t.Kind() <= reflect.Int64 && t.Size() > ops[in.elem].goType.Size()
}
