package structpack

import (
	"math/bits"

	"example.com/structpack/internal/mem"
)

// An inst is one instruction of a plan. Every item of the format that has
// bytes or values is one instruction, however large its repeat count; padding,
// from alignment or from x, is an instruction too.
type inst struct {
	op      op
	elem    op // of the elements, if op is opRun; otherwise op itself
	kind    kind
	foreign bool // the byte order is not that of the ABI
	named   bool // the ABI is named, so that a native integer of 4 bytes has 4 everywhere
	n       int  // elements; for opPad, opBytes and opPascal: bytes
	off     int  // of the first byte in the structure
	val     int  // index of the first value
}

// values returns how many values the instruction takes.
func (in *inst) values() int {
	switch in.elem {
	case opPad:
		return 0
	case opBytes, opPascal:
		return 1
	}
	return in.n
}

// A flat is a plan with its repeat counts written out, an instruction for each value,
// see [Struct.flatten]. It is empty if there are too many values.
type flat struct {
	insts         []inst     // an instruction for each value
	steps         []mem.Step // what package mem needs of each of them
	pads          []inst     // the padding
	words, slices int        // what the steps take of a mem.Slab
	block         func(values, words, slices int) ([]any, mem.Slab)
	quick         int // how many values there are, if package mem may well pack all of it; or -1
}

// add appends the instruction for an item, if it needs one.
func (s *Struct) add(it *item) {
	if it.code.kind == kindPad {
		s.addPad(it.offset, it.count)
		return
	}
	in := inst{op: opOf(it), kind: it.code.kind, foreign: s.big != s.abi.BigEndian, named: s.named, n: it.count, off: it.offset, val: it.index}
	in.elem = in.op
	if in.values() == 0 {
		s.empty = append(s.empty, in)
		return
	}
	if in.values() > 1 {
		in.op = opRun
	}
	s.plan = append(s.plan, in)
}

// addPad appends n zero bytes at an offset, to the padding before them if there is some.
func (s *Struct) addPad(off, n int) {
	if n == 0 {
		return
	}
	if last := len(s.plan) - 1; last >= 0 && s.plan[last].op == opPad {
		s.plan[last].n += n
		return
	}
	s.plan = append(s.plan, inst{op: opPad, n: n, off: off})
}

// flatten makes the form of the plan that small formats run: an instruction
// for each value, repeat counts written out, so that value i belongs to
// instruction i. It takes half the time of a loop inside a loop. Formats with
// more values than most run the plan itself.
func (s *Struct) flatten() {
	const most = 64
	s.flat.quick = -1
	if s.values > most {
		return
	}
	s.flat.quick = s.values
	s.flat.insts = make([]inst, s.values)
	s.flat.steps = make([]mem.Step, s.values)
	for i := range s.plan {
		in := &s.plan[i]
		if in.op == opPad {
			s.flat.pads = append(s.flat.pads, *in)
			continue
		}
		one := in.one()
		one.off = in.off
		step := one.step()
		if step.Width == mem.Other || step.N > mem.Short {
			s.flat.quick = -1
		}
		for k := range in.values() {
			s.flat.insts[in.val+k], s.flat.steps[in.val+k] = one, step
			one.off += ops[in.elem].size
			step.Off = one.off
		}
		s.flat.words += in.values() * step.Words()
		if step.Width == mem.Bytes && step.N <= mem.Short {
			s.flat.slices++
		}
	}
	if s.flat.quick >= 0 { // otherwise a value that is kept might keep a large one
		s.flat.block = mem.Maker(s.values, s.flat.words, s.flat.slices)
	}
}

// one returns the instruction for a single value of in, at offset 0.
func (in *inst) one() inst {
	one := *in
	one.op, one.off, one.val = in.elem, 0, 0
	if in.op == opRun {
		one.n = 1
	}
	return one
}

// isInteger reports whether the values are integers, which have limits.
func (in *inst) isInteger() bool {
	return in.kind == kindSigned || in.kind == kindUnsigned || in.kind == kindPointer
}

// limits returns what an integer code can hold: -lo <= number <= hi.
func (in *inst) limits() (lo, hi uint64) {
	bits := 8 * ops[in.elem].size
	switch in.kind {
	case kindSigned:
		return 1 << (bits - 1), 1<<(bits-1) - 1
	case kindPointer:
		return 1 << (bits - 1), 1<<bits - 1
	}
	return 0, 1<<bits - 1
}

// step returns what package mem needs to know of an instruction for one value.
func (in *inst) step() mem.Step {
	o := &ops[in.op]
	st := mem.Step{Width: o.width, Bool: in.op == opBool, Off: in.off, N: in.n, Type: o.typ, Pointer: o.pointer, Lo: 1}
	if in.n == 0 {
		st.Width = mem.Other // there may be no byte at its offset
	}
	if o.width != mem.Other && in.isInteger() {
		lo, hi := in.limits()
		st.Lo, st.Hi = -int(min(lo, 1<<(bits.UintSize-1))), int(min(hi, 1<<(bits.UintSize-1)-1))
	}
	return st
}
