package structpack

import (
	"math"
	"reflect"
	"strconv"

	"example.com/structpack/internal/mem"
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

// A binding is a Go type that matches a format: a program that moves what only
// needs to be moved, and fields for the rest.
type binding struct {
	s       *Struct
	typ     reflect.Type
	program *mem.Program
	fields  []field
	checked []*field // those that not every Go value fits
	moves   bool     // there is nothing to check and nothing to convert
	keeps   bool     // unpacking leaves something of what was there
	ahead   int      // how many records All unpacks at once; 0 if it goes one by one

	quickPack, quickUnpack quick
}

// A quick is a way that needs nothing but a shuffle, and the size of the
// structure; or there is no such way, and the size is more than any buffer has.
type quick struct {
	size  int
	steps mem.Steps
}

// leavesOf matches a Go type with a format. It returns what takes the values, in
// their order, and whether some field takes none.
func leavesOf(s *Struct, t reflect.Type) (leaves []leaf, skips bool, err error) {
	b := &binder{s: s}
	b.skipPads()
	if err := b.walk(t, t.String(), nil, 0); err != nil {
		return nil, false, err
	}
	if b.inst < len(s.plan) {
		return nil, false, b.fail(ErrCount, "%s has no field for this value; the format has %d", t, s.values)
	}
	return b.leaves, b.skips, nil
}

// bind makes a binding of a Go type and a format. It moves what it can if moves is set, and
// converts the rest, or all.
func bind(s *Struct, t reflect.Type, moves bool) (*binding, error) {
	leaves, skips, err := leavesOf(s, t)
	if err != nil {
		return nil, err
	}
	bound := &binding{s: s, typ: t, keeps: skips}
	moved := bound.divide(leaves, moves)
	for i := range bound.fields {
		if f := &bound.fields[i]; f.slice || f.wide {
			bound.checked = append(bound.checked, f)
		}
	}
	free := !skips && !hasPointers(t)
	bound.program = mem.NewProgram(moved, s.size, int(t.Size()), free)
	bound.moves = len(bound.fields) == 0 && !bound.program.Refuses()
	// A batch takes so much less time than its records one by one that it pays to
	// copy them from there, unless they are large.
	if free && len(bound.fields) == 0 && t.Size() <= 256 {
		bound.ahead = 64
	}
	bound.quickPack.size, bound.quickUnpack.size = math.MaxInt, math.MaxInt
	if pack, unpack := bound.program.Steps(); len(bound.fields) == 0 {
		if pack != nil {
			bound.quickPack = quick{s.size, pack}
		}
		if unpack != nil {
			bound.quickUnpack = quick{s.size, unpack}
		}
	}
	return bound, nil
}

// divide makes moves of leaves and padding where one is enough and wanted, and
// fields of the others.
func (b *binding) divide(leaves []leaf, wanted bool) (moves []mem.Move) {
	for i := range b.s.plan {
		in := &b.s.plan[i]
		if in.op == opPad && wanted {
			moves = append(moves, mem.Move{Kind: mem.Zero, Wire: in.off, N: in.n})
		} else if in.op == opPad {
			b.fields = append(b.fields, field{inst: in, kind: kindPad, off: in.off})
		}
		for ; len(leaves) > 0 && leaves[0].inst == i; leaves = leaves[1:] {
			l := &leaves[0]
			m, ok := l.move(in, b.s.big)
			switch {
			case !ok || !wanted:
				b.fields = append(b.fields, l.field(in))
				b.keeps = b.keeps || l.typ.Kind() == reflect.Slice
			case m.N > 0:
				moves = append(moves, m)
			}
		}
	}
	return moves
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

// hasPointers reports whether values of a type hold pointers, which fields
// called _ may do in a type that is bound.
func hasPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			if hasPointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	case reflect.Array:
		return t.Len() > 0 && hasPointers(t.Elem())
	}
	return t.Kind() >= reflect.Chan // or Func, Interface, Map, Pointer, Slice, String, UnsafePointer
}

// move returns the move that does for a leaf, if it needs no more than one.
func (l *leaf) move(in *inst, big bool) (m mem.Move, ok bool) {
	size := ops[in.elem].size
	switch {
	case in.op == opBytes && l.typ.Kind() == reflect.Array:
		m = mem.Move{Kind: mem.Copy, N: in.n}
	case in.kind == kindBytes || in.kind == kindPascal || in.elem == opHalf || l.typ.Kind() == reflect.Slice:
		return m, false
	case int(l.typ.Size()) != size && in.isInteger():
		m = mem.Move{Kind: mem.Widen, N: l.n, WireSize: size, GoSize: int(l.typ.Size()), Signed: in.kind == kindSigned, Big: big, Value: in.val + l.k}
	case int(l.typ.Size()) != size:
		return m, false
	case in.kind == kindBool:
		m = mem.Move{Kind: mem.Truth, N: l.n}
	case in.kind == kindComplex:
		m = mem.MoveNumbers(size/2, big, l.n*2)
	default:
		m = mem.MoveNumbers(size, big, l.n)
	}
	m.Wire, m.Go = in.off+l.k*size, int(l.off)
	return m, true
}

// field returns the field for a leaf that needs more than a move.
func (l *leaf) field(in *inst) field {
	size := ops[in.elem].size
	f := field{inst: in, kind: in.kind, off: in.off + l.k*size, k: l.k, place: mem.NewPlace(l.typ, l.off, l.path)}
	if in.kind == kindBytes || in.kind == kindPascal {
		return f
	}
	elem := l.typ
	if f.slice = elem.Kind() == reflect.Slice; f.slice {
		elem = elem.Elem()
	}
	f.number = mem.NumberTypeOf(elem)
	f.n, f.parts, f.size = l.n, 1, size
	if in.kind == kindComplex {
		f.n, f.parts, f.size = l.n*2, 2, size/2
	}
	switch {
	case in.isInteger():
		lo, hi := in.limits()
		f.lowest, f.highest = -int64(lo), hi
	case in.elem == opHalf:
		f.overflow = math.Float64bits(65520)
	default:
		f.overflow = math.Float64bits(0x1p128 - 0x1p103)
	}
	f.wide = int(elem.Size()) > size
	if in.kind == kindComplex && !in.foreign { // what overflows becomes infinite
		f.wide = false
	}
	f.single = elem.Kind() == reflect.Float32 || elem.Kind() == reflect.Complex64
	return f
}
