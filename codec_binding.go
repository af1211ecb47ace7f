package structpack

import (
	"fmt"
	"math"
	"reflect"

	"example.com/structpack/internal/mem"
)

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

// bind makes a binding of a Go type and a format, which is made from the type if it is
// only a prefix. It moves what it can if moves is set, and converts the rest, or all.
func bind(s *Struct, t reflect.Type, moves bool) (*binding, error) {
	bound := new(binding)
	return bound, bound.bind(s, t, moves)
}

func (b *binding) bind(s *Struct, t reflect.Type, moves bool) error {
	s, err := s.derive(t)
	if err != nil {
		return err
	}
	found, err := leavesOf(s, t)
	if err != nil {
		return err
	}
	b.s, b.typ, b.keeps = s, t, found.skips
	moved := b.divide(found, moves)
	for i := range b.fields {
		if f := &b.fields[i]; f.slice || f.wide || f.cstring {
			b.checked = append(b.checked, f)
		}
	}
	free := !found.skips && !found.pointers
	b.program = mem.NewProgram(moved, s.size, int(t.Size()), free)
	b.moves = len(b.fields) == 0 && !b.program.Refuses()
	// A batch takes so much less time than its records one by one that it pays to
	// copy them from there, unless they are large.
	if free && len(b.fields) == 0 && t.Size() <= 256 {
		b.ahead = 64
	}
	b.quickPack.size, b.quickUnpack.size = math.MaxInt, math.MaxInt
	if pack, unpack := b.program.Steps(); len(b.fields) == 0 {
		if pack != nil {
			b.quickPack = quick{s.size, pack}
		}
		if unpack != nil {
			b.quickUnpack = quick{s.size, unpack}
		}
	}
	return nil
}

// divide makes moves of leaves and padding where one is enough and wanted, and
// fields of the others.
func (b *binding) divide(found *binder, wanted bool) (moves []mem.Move) {
	leaves := found.leaves
	if wanted {
		moves = make([]mem.Move, 0, len(leaves)+found.pads)
	}
	for i := range b.s.plan {
		in := &b.s.plan[i]
		if in.op == opPad && wanted {
			moves = append(moves, mem.Move{Kind: mem.Zero, Wire: in.off, N: in.n})
		} else if in.op == opPad {
			b.fields = append(b.fields, field{inst: in, kind: kindPad, off: in.off})
		}
		for ; len(leaves) > 0 && leaves[0].in == in; leaves = leaves[1:] {
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
	for i := range found.empties {
		b.fields = append(b.fields, found.empties[i].field(found.empties[i].in))
		b.keeps = true
	}
	return moves
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

// The ways through a binding. They are not generic, so that there is one of each
// and not one for every type.

func (b *binding) nilPointer(op string) *Error {
	return b.s.fail(op, ErrType, "a nil pointer to %s", b.typ)
}

func (b *binding) appendPack(dst []byte, v mem.Value) ([]byte, error) {
	buf, err := b.s.grow(dst, 1)
	if err != nil {
		return dst, err
	}
	if v.IsNil() {
		return dst, b.nilPointer("pack")
	}
	if err := b.pack("pack", buf[len(dst):], v); err != nil {
		return dst, err
	}
	return buf, nil
}

func (b *binding) packInto(buf []byte, offset int, v mem.Value) error {
	if offset < 0 || len(buf)-offset < b.s.size {
		var err error
		if offset, err = b.s.room("pack_into", &packInto, buf, offset); err != nil {
			return err
		}
	}
	if v.IsNil() {
		return b.nilPointer("pack_into")
	}
	buf = buf[offset : offset+b.s.size]
	if b.moves { // as pack does, but nothing is called for it
		b.program.Pack(buf, v)
		return nil
	}
	return b.pack("pack_into", buf, v)
}

func (b *binding) unpackAll(data []byte, v mem.Value) error {
	if v.IsNil() {
		return b.nilPointer("unpack")
	}
	if len(data) != b.s.size {
		return b.s.badLength("unpack", len(data))
	}
	b.unpack(data, v)
	return nil
}

func (b *binding) unpackFrom(data []byte, offset int, v mem.Value) error {
	if v.IsNil() {
		return b.nilPointer("unpack_from")
	}
	if offset < 0 || len(data)-offset < b.s.size {
		var err error
		if offset, err = b.s.room("unpack_from", &unpackFrom, data, offset); err != nil {
			return err
		}
	}
	b.unpack(data[offset:offset+b.s.size], v)
	return nil
}

func (b *binding) appendPackRows(dst []byte, vs mem.Rows, n int) ([]byte, error) {
	buf, err := b.s.grow(dst, n)
	if err != nil {
		return dst, err
	}
	if len(b.checked) > 0 || !b.program.Fit(vs, n) {
		for i := range n {
			if err := b.refuse("pack", vs.At(i)); err != nil {
				err.record = i + 1
				return dst, err
			}
		}
	}
	b.packRows(buf[len(dst):], vs, n)
	return buf, nil
}

// pack packs v into buf, which has the size of the structure. It writes nothing
// if there is an error.
func (b *binding) pack(op string, buf []byte, v mem.Value) error {
	if !b.moves {
		if err := b.refuse(op, v); err != nil {
			return err
		}
	}
	b.program.Pack(buf, v)
	for i := range b.fields {
		b.fields[i].pack(buf, v, b.s.big)
	}
	return nil
}

// unpack unpacks data, which has the size of the structure, into v. It cannot
// fail: all bytes mean something.
func (b *binding) unpack(data []byte, v mem.Value) {
	b.program.Unpack(v, data)
	for i := range b.fields {
		b.fields[i].unpack(v, data, b.s.big)
	}
}

func (b *binding) packRows(buf []byte, vs mem.Rows, n int) {
	size := b.s.size
	for i, m := 0, 0; i < n; i += m {
		m = b.column(n - i)
		part := buf[i*size:][:m*size]
		b.program.PackRows(part, vs, i, m)
		for f := range b.fields {
			for j := range m {
				b.fields[f].pack(part[j*size:], vs.At(i+j), b.s.big)
			}
		}
	}
}

func (b *binding) unpackRows(vs mem.Rows, n int, data []byte) {
	size := b.s.size
	for i, m := 0, 0; i < n; i += m {
		m = b.column(n - i)
		part := data[i*size:][:m*size]
		b.program.UnpackRows(vs, i, m, part)
		for f := range b.fields {
			for j := range m {
				b.fields[f].unpack(vs.At(i+j), part[j*size:], b.s.big)
			}
		}
	}
}

// column returns how many of n records are moved before their fields are
// converted: so many as stay in the first cache, and all if none are.
func (b *binding) column(n int) int {
	if len(b.fields) == 0 {
		return n
	}
	return min(n, 64)
}

// refuse returns the error for the first slice of v that has not the length, or
// for the first value that its code cannot hold.
func (b *binding) refuse(op string, v mem.Value) *Error {
	for _, f := range b.checked {
		switch {
		case f.cstring:
			if reason := f.refusedText(v); reason != "" {
				return b.s.failValue(op, f.inst.val, ErrRange, reason, "")
			}
		case f.slice && f.place.Len(v) != f.n/f.parts:
			return b.s.failItem(op, f.inst, ErrCount, fmt.Sprintf("a slice of %d elements for %d values", f.place.Len(v), f.n/f.parts))
		}
	}
	index := b.program.Refused(v)
	for _, f := range b.checked {
		if k := f.refused(v); k >= 0 {
			if at := f.inst.val + f.k + k/f.parts; index < 0 || at < index {
				index = at
			}
			break
		}
	}
	if index >= 0 {
		return b.s.tooLarge(op, index)
	}
	return nil
}
