package structpack

import (
	"fmt"
	"reflect"
	"strconv"

	"example.com/structpack/internal/mem"
)

// A leaf is a field, or an element of an array, that takes a value or some:
// where it is in the Go type, and in the format.
type leaf struct {
	steps []int   // the way to it: indexes of fields and elements
	off   uintptr // where it is in the Go value
	typ   reflect.Type
	n     int // how many values it takes
	inst  int // the instruction that they belong to
	k     int // which of its values is the first
}

// A binder goes over a Go type and a plan side by side.
type binder struct {
	s      *Struct
	inst   int // the next value is that of this instruction
	k      int // with this number
	leaves []leaf
	skips  bool // some field takes no value
}

// A binding is a Go type that matches a format.
type binding struct {
	leaves []leaf
	moves  []mem.Move // nil if reflection is needed
	all    bool       // unpacking sets all of a value, and keeps nothing that was in it
}

// bind matches a Go type with a format.
func bind(s *Struct, t reflect.Type) (binding, error) {
	b := &binder{s: s}
	b.skipPads()
	if err := b.walk(t, t.String(), nil, 0); err != nil {
		return binding{}, err
	}
	if b.inst < len(s.plan) {
		return binding{}, b.fail(ErrCount, "%s has no field for this value; the format has %d", t, s.values)
	}
	moves := movesOf(s, b.leaves)
	return binding{b.leaves, moves, moves != nil && !b.skips}, nil
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

// walk binds what is at path, of type t, to the next values.
func (b *binder) walk(t reflect.Type, path string, steps []int, off uintptr) error {
	in := b.next()
	text := in != nil && (in.op == opBytes || in.op == opPascal)
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Name == "_" || f.Tag.Get("structpack") == "-" {
				b.skips = true
				continue
			}
			if !f.IsExported() && !(f.Anonymous && f.Type.Kind() == reflect.Struct) {
				return b.fail(ErrType, "field %s.%s is not exported", path, f.Name)
			}
			if err := b.walk(f.Type, path+"."+f.Name, append(steps[:len(steps):len(steps)], i), off+f.Offset); err != nil {
				return err
			}
		}
		return nil
	case reflect.Array:
		if text && t.Elem().Kind() == reflect.Uint8 {
			return b.take(t, t, 1, path, steps, off)
		}
		switch t.Elem().Kind() {
		case reflect.Struct, reflect.Array, reflect.Slice:
		default:
			return b.take(t, t.Elem(), t.Len(), path, steps, off)
		}
		for i := range t.Len() {
			at := append(steps[:len(steps):len(steps)], i)
			if err := b.walk(t.Elem(), path+"["+strconv.Itoa(i)+"]", at, off+uintptr(i)*t.Elem().Size()); err != nil {
				return err
			}
		}
		return nil
	case reflect.Slice:
		if in != nil && !text {
			if b.k > 0 {
				return b.fail(ErrType, "field %s of type %s cannot begin inside an item", path, t)
			}
			return b.take(t, t.Elem(), in.n, path, steps, off)
		}
	}
	return b.take(t, t, 1, path, steps, off)
}

// next returns the instruction of the next value, or nil.
func (b *binder) next() *inst {
	if b.inst == len(b.s.plan) {
		return nil
	}
	return &b.s.plan[b.inst]
}

// take makes leaves for the next n values, which may be of several items. They
// belong to what is at path: to all of it, if elem is t, or to the elements of
// an array or slice.
func (b *binder) take(t, elem reflect.Type, n int, path string, steps []int, off uintptr) error {
	for done := 0; done < n; {
		in := b.next()
		if in == nil {
			return b.fail(ErrCount, "no value is left for field %s", path)
		}
		if !in.fits(elem) {
			return b.fail(ErrType, "field %s of type %s cannot take %s", path, t, ops[in.elem].goType)
		}
		m := min(n-done, in.values()-b.k)
		at := leaf{steps: steps, off: off + uintptr(done)*elem.Size(), typ: elem, n: m, inst: b.inst, k: b.k}
		switch {
		case elem == t:
		case t.Kind() == reflect.Array:
			at.steps = append(steps[:len(steps):len(steps)], done)
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

// at returns the variable that a leaf stands for; of an array the elements from
// it on come with the index i.
func (l *leaf) at(v reflect.Value, i int) reflect.Value {
	for j, step := range l.steps {
		if v.Kind() == reflect.Struct {
			v = v.Field(step)
			continue
		}
		if j == len(l.steps)-1 {
			step += i
		}
		v = v.Index(step)
	}
	return v
}

// gather collects the values of a Go value.
func (s *Struct) gather(op string, leaves []leaf, v reflect.Value) ([]any, error) {
	values := make([]any, 0, s.values)
	for i := range leaves {
		l := &leaves[i]
		in := &s.plan[l.inst]
		if l.typ.Kind() == reflect.Slice && in.op != opBytes && in.op != opPascal {
			f := l.at(v, 0)
			if f.Len() != l.n {
				return nil, s.failValue(op, in.val, ErrCount, fmt.Sprintf("a slice of %d elements for %d values", f.Len(), l.n), "")
			}
			for k := range l.n {
				values = append(values, f.Index(k).Interface())
			}
			continue
		}
		for k := range l.n {
			values = append(values, l.at(v, k).Interface())
		}
	}
	return values, nil
}

// scatter unpacks data into a Go value.
func (s *Struct) scatter(leaves []leaf, v reflect.Value, data []byte) {
	for i := range leaves {
		l := &leaves[i]
		in := &s.plan[l.inst]
		size := ops[in.elem].size
		b := data[in.off+l.k*size:]
		if l.typ.Kind() == reflect.Slice && in.op != opBytes && in.op != opPascal {
			f := l.at(v, 0)
			resize(f, l.n)
			for k := range l.n {
				in.store(f.Index(k), b[k*size:], s.big)
			}
			continue
		}
		for k := range l.n {
			in.store(l.at(v, k), b[k*size:], s.big)
		}
	}
}

// movesOf makes moves of a binding, or returns nil if a leaf needs more than a
// move, or moves are not to be had.
func movesOf(s *Struct, leaves []leaf) []mem.Move {
	if !mem.CanMove {
		return nil
	}
	moves := []mem.Move{}
	i := 0
	for j := range s.plan {
		in := &s.plan[j]
		if in.op == opPad {
			moves = append(moves, mem.Move{Kind: mem.Zero, Wire: in.off, N: in.n})
			continue
		}
		for ; i < len(leaves) && leaves[i].inst == j; i++ {
			l := &leaves[i]
			m := mem.Move{Wire: in.off + l.k*ops[in.elem].size, Go: int(l.off), N: l.n}
			part := ops[in.elem].size // of what has a byte order
			if in.kind == kindComplex {
				part /= 2
				m.N *= 2
			}
			switch {
			case in.op == opBytes && l.typ.Kind() == reflect.Array:
				m.Kind, m.N = mem.Copy, in.n
			case in.elem == opBytes || in.elem == opPascal || in.elem == opHalf || l.typ.Kind() == reflect.Slice,
				int(l.typ.Size()) != ops[in.elem].size:
				return nil
			case in.kind == kindBool:
				m.Kind = mem.Truth
			default:
				m.Kind, m.N = mem.KindOf(part, s.big, m.N)
			}
			if m.N > 0 {
				moves = mem.AppendMove(moves, m)
			}
		}
	}
	return moves
}
