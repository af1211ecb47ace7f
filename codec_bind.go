package structpack

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// A leaf is a field, or an element of an array with the elements after it, that takes
// values: where it is in the Go type, and in the format.
type leaf struct {
	path    []int   // the way to it: indexes of fields and elements
	off     uintptr // where it is in the Go value
	typ     reflect.Type
	n       int   // how many values it takes
	in      *inst // that they belong to
	k       int   // which of its values is the first
	length  bool  // as in its tag
	cstring bool
}

// maxParts bounds what binding goes over in a type: fields, and elements of arrays
// of structs, arrays and slices. Without a bound, binding [1<<40]struct{} would never
// end, and a million structs of a byte would take a third of a gigabyte.
// Arrays of numbers are one part, and batches of records have no such bound.
const maxParts = 1 << 16

// A binder goes over a Go type and a plan side by side.
type binder struct {
	s     *Struct
	root  reflect.Type
	path  []int // where it is in the type
	parts int   // how many it has gone over
	looks int   // and how many were only looked at

	inst  int // the next value belongs to this instruction
	k     int // with this number
	empty int // the next item with a count of 0

	leaves   []leaf
	empties  []leaf // that take an item with a count of 0
	pads     int    // how many instructions are padding
	skips    bool   // some field takes no value
	pointers bool   // the type holds some
	blank    []int  // the path of the last field called _
	steps    []int  // what the paths of the leaves are made of
}

// leavesOf matches a Go type with a format. Items with a count of 0 take nothing, as
// those that only align; if the type does not match that way, slices in their places
// take them.
func leavesOf(s *Struct, t reflect.Type) (*binder, error) {
	b, err := match(s, t, len(s.empty))
	if err != nil && len(s.empty) > 0 {
		if b, err := match(s, t, 0); err == nil {
			return b, nil
		}
	}
	return b, err
}

// match is leavesOf where slices may take the items with a count of 0 from a number on.
func match(s *Struct, t reflect.Type, empty int) (*binder, error) {
	// One allocation for small types.
	few := new(struct {
		binder
		leaves [10]leaf
		paths  [4 + 10]int
	})
	b, paths := &few.binder, few.paths[:]
	*b = binder{s: s, root: t, parts: 1, empty: empty, leaves: few.leaves[:0]}
	if n := min(len(s.plan), s.values); n > len(few.leaves) {
		b.leaves, paths = make([]leaf, 0, n), make([]int, 4+n)
	}
	b.path, b.steps = paths[:0:4], paths[4:4] // enough for the paths where structs are not nested
	b.skipPads()
	if err := b.walk(t, 0, tag{}); err != nil {
		return nil, err
	}
	if b.inst < len(s.plan) {
		b.path = b.path[:0]
		return nil, b.fail(ErrCount, "%s has no field for this value; the format has %d", t, s.values)
	}
	return b, nil
}

func (b *binder) skipPads() {
	for b.inst < len(b.s.plan) && b.s.plan[b.inst].op == opPad {
		b.inst, b.pads = b.inst+1, b.pads+1
	}
}

// name returns how a Go program would write the variable at a path.
func (b *binder) name(path []int) string { return nameOf(b.root, path) }

func nameOf(t reflect.Type, path []int) string {
	var name strings.Builder
	name.WriteString(t.String())
	for _, step := range path {
		if t.Kind() == reflect.Struct {
			f := t.Field(step)
			name.WriteString("." + f.Name)
			t = f.Type
		} else {
			name.WriteString("[" + strconv.Itoa(step) + "]")
			t = t.Elem()
		}
	}
	return name.String()
}

// typeOf returns the type of what is at a path.
func typeOf(t reflect.Type, path []int) reflect.Type {
	for _, step := range path {
		if t.Kind() == reflect.Struct {
			t = t.Field(step).Type
		} else {
			t = t.Elem()
		}
	}
	return t
}

// fail makes an error about the next value of the format.
func (b *binder) fail(kind error, format string, args ...any) *Error {
	e := b.s.fail("codec", kind, format, args...)
	if b.inst < len(b.s.plan) {
		e.Index = b.s.plan[b.inst].val + b.k
		e.Pos = b.s.itemOf(e.Index).pos
	}
	switch {
	case b.blank != nil:
		e.Reason += fmt.Sprintf("; %s before it takes no value, %dx in the format is for its bytes", b.name(b.blank), typeOf(b.root, b.blank).Size())
		typeOf(b.root, b.path) // who made the type may want to know which field was asked for last
	case b.s.format == "":
		e.Reason += "; a format that is only a prefix, <, >, !, = or @, is made from the type"
	}
	return e
}

// part counts a field or an element.
func (b *binder) part() error {
	if b.parts++; b.parts > maxParts {
		return b.s.tooManyParts(b.root)
	}
	return nil
}

// tooManyParts is the error for a type beyond maxParts.
func (s *Struct) tooManyParts(t reflect.Type) *Error {
	return s.fail("codec", ErrType, "type %s has more than %d fields and elements of arrays", t, maxParts)
}

// walk binds what is at b.path, of type t and with a tag, to the next values.
func (b *binder) walk(t reflect.Type, off uintptr, tag tag) error {
	switch t.Kind() {
	case reflect.Struct:
		return b.fields(t, off)
	case reflect.Array:
		if t.Len() == 0 && b.s.made {
			return nil // it has no item
		}
		in := b.next()
		if in.isText() && t.Elem().Kind() == reflect.Uint8 && (t.Len() > 0 || in.n == 0) {
			return b.take(t, t, 1, off, tag)
		}
		switch t.Elem().Kind() {
		case reflect.Struct, reflect.Array, reflect.Slice:
		default:
			if t.Len() == 0 {
				b.takeNone(t, off, tag)
				return nil
			}
			return b.take(t, t.Elem(), t.Len(), off, tag)
		}
		for i := range t.Len() {
			if err := b.part(); err != nil {
				return err
			}
			b.path = append(b.path, i)
			if err := b.walk(t.Elem(), off+uintptr(i)*t.Elem().Size(), tag); err != nil {
				return err
			}
			b.path = b.path[:len(b.path)-1]
		}
		return nil
	case reflect.Slice:
		b.pointers = true
		if b.takeNone(t, off, tag) {
			return nil
		}
		if in := b.next(); in != nil && !in.isText() {
			if b.k > 0 {
				return b.fail(ErrType, "field %s of type %s cannot begin inside an item", b.name(b.path), t)
			}
			return b.take(t, t.Elem(), in.n, off, tag)
		}
	case reflect.String:
		b.pointers = true
	}
	return b.take(t, t, 1, off, tag)
}

// fields binds the fields of a struct.
func (b *binder) fields(t reflect.Type, off uintptr) error {
	for i := range t.NumField() {
		f := t.Field(i)
		b.path = append(b.path, i)
		tag, reason := b.s.tagOf(&f)
		switch {
		case reason != "":
			return b.fail(ErrType, "field %s: %s", b.name(b.path), reason)
		case f.Name == "_" || tag.skip:
			if b.skips = b.skips || tag.skip; f.Name == "_" && !tag.skip && f.Type.Size() > 0 {
				b.blank = append(b.blank[:0], b.path...)
			}
			b.pointers = b.pointers || b.hasPointers(f.Type)
		case isHidden(&f):
			return b.fail(ErrType, "%s", hidden(b.root, t, b.path))
		default:
			if err := b.part(); err != nil {
				return err
			}
			if err := b.walk(f.Type, off+f.Offset, tag); err != nil {
				return err
			}
		}
		b.path = b.path[:len(b.path)-1]
	}
	return nil
}

// isHidden reports whether a field is one that reflection cannot set.
func isHidden(f *reflect.StructField) bool {
	return !f.IsExported() && !(f.Anonymous && f.Type.Kind() == reflect.Struct)
}

// hidden says that a field of t, which a path leads to, is not exported. If it is that
// of another package's type, it names the field of that type.
func hidden(root, t reflect.Type, path []int) string {
	outer := path[:len(path)-1]
	if len(outer) == 0 || t.PkgPath() == root.PkgPath() || t.PkgPath() == "" {
		return fmt.Sprintf("field %s is not exported", nameOf(root, path))
	}
	return fmt.Sprintf(`field %s of type %s has fields that are not exported; the tag structpack:"-" skips it, and a field of another type can take its place`, nameOf(root, outer), t)
}

// next returns the instruction of the next value, or nil.
func (b *binder) next() *inst {
	if b.inst == len(b.s.plan) {
		return nil
	}
	return &b.s.plan[b.inst]
}

// isText reports whether the value is one of some bytes. There need not be one.
func (in *inst) isText() bool {
	return in != nil && (in.op == opBytes || in.op == opPascal)
}

// takeNone makes a leaf of a slice or an array for an item with a count of 0, if one
// is next that its elements could be of.
func (b *binder) takeNone(t reflect.Type, off uintptr, tag tag) bool {
	if b.k > 0 {
		return false
	}
	for ; b.empty < len(b.s.empty); b.empty++ {
		in := &b.s.empty[b.empty]
		if in.val > b.values() {
			return false
		}
		if in.val == b.values() && in.fits(t.Elem()) && tag.agrees(in, t.Kind() == reflect.Slice) {
			b.empty++
			if t.Kind() == reflect.Slice {
				b.empties = append(b.empties, leaf{path: b.copyPath(-1), off: off, typ: t, in: in, length: tag.length, cstring: tag.cstring})
			}
			return true
		}
	}
	return false
}

// values returns how many values have been taken.
func (b *binder) values() int {
	if in := b.next(); in != nil {
		return in.val + b.k
	}
	return b.s.values
}

// copyPath returns a copy of the path, and of a step more if that is not negative.
func (b *binder) copyPath(step int) []int {
	from := len(b.steps)
	b.steps = append(b.steps, b.path...)
	if step >= 0 {
		b.steps = append(b.steps, step)
	}
	return b.steps[from:len(b.steps):len(b.steps)]
}

// take makes leaves for the next n values, which may be of several items. They
// belong to all of what is at b.path, if elem is t, or to the elements of an array
// or slice.
func (b *binder) take(t, elem reflect.Type, n int, off uintptr, tag tag) error {
	for done := 0; done < n; {
		in := b.next()
		if in == nil {
			return b.fail(ErrCount, "no value is left for field %s", b.name(b.path))
		}
		if !in.fits(elem) {
			return b.unfit(t, in)
		}
		if !tag.agrees(in, t.Kind() == reflect.Slice) {
			return b.fail(ErrType, "field %s has the tag structpack:%q", b.name(b.path), tag.text)
		}
		if t.Kind() == reflect.Slice && elem != t && uintptr(n) > math.MaxInt/2/max(1, elem.Size()) {
			return b.fail(ErrBuffer, "field %s: a slice of %d elements is too large to allocate", b.name(b.path), n)
		}
		m := min(n-done, in.values()-b.k)
		at := leaf{off: off + uintptr(done)*elem.Size(), typ: elem, n: m, in: in, k: b.k, length: tag.length, cstring: tag.cstring}
		switch {
		case elem == t:
			at.path = b.copyPath(-1)
		case t.Kind() == reflect.Array:
			at.path = b.copyPath(done)
		default:
			at.path, at.typ, at.off = b.copyPath(-1), t, off
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

// unfit is the error for what is at b.path, of type t, and cannot take a value.
func (b *binder) unfit(t reflect.Type, in *inst) *Error {
	reason := fmt.Sprintf("field %s of type %s cannot take %s", b.name(b.path), t, ops[in.elem].goType)
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct {
		reason += fmt.Sprintf("; an array of structs can, as [2]%s", t.Elem())
	}
	return b.fail(ErrType, "%s", reason)
}

// hasPointers reports whether values of a type hold pointers. It says so of a type
// that has too many parts to know.
func (b *binder) hasPointers(t reflect.Type) bool {
	if t.Size() == 0 {
		return false
	}
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			if b.looks++; b.looks > maxParts || b.hasPointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	case reflect.Array:
		return b.hasPointers(t.Elem())
	}
	return t.Kind() >= reflect.Chan // or Func, Interface, Map, Pointer, Slice, String, UnsafePointer
}
