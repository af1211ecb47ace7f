package structpack

import "example.com/structpack/internal/mem"

// An inst is one instruction of a plan. Every item of the format that has
// bytes or values is one instruction, however large its repeat count; padding,
// from alignment or from x, is an instruction too.
type inst struct {
	op      op
	elem    op // of the elements, if op is opRun; otherwise op itself
	kind    kind
	foreign bool // the byte order is not the ABI's
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

// A flat is a plan with its repeat counts written out, a step for each value, see
// [Struct.flatten]. It has no steps if there are too many values.
type flat struct {
	steps []mem.Step // nil if there are none
	room  mem.Room   // of the values that are unpacked by the steps
	pads  []inst     // the padding
	quick int        // how many values there are, if package mem may well pack all of it; or -1
}

// add appends the instruction for an item, if it needs one.
func (s *Struct) add(it *item) {
	if it.code.kind == kindPad {
		s.addPad(it.offset, it.count, it.index)
		return
	}
	in := inst{op: opOf(it), kind: it.code.kind, foreign: s.big != s.abi.BigEndian, named: s.named, n: it.count, off: it.offset, val: it.index}
	in.elem = in.op
	if in.values() == 0 {
		s.empty = append(s.empty, in)
		return
	}
	if (in.op == opBytes || in.op == opPascal) && in.n > mem.Short {
		s.large = true
	}
	if in.values() > 1 {
		in.op = opRun
	}
	s.plan = append(s.plan, in)
}

// addPad appends n zero bytes at an offset, to the padding before them if there is some.
func (s *Struct) addPad(off, n, val int) {
	if n == 0 {
		return
	}
	if last := len(s.plan) - 1; last >= 0 && s.plan[last].op == opPad {
		s.plan[last].n += n
		return
	}
	s.plan = append(s.plan, inst{op: opPad, n: n, off: off, val: val})
}

// flatten returns the form of the plan that small formats run: a step for each value,
// repeat counts written out, so that value i belongs to step i. It takes half the time
// of a loop inside a loop. Formats with more values than most run the plan itself.
//
// It is made when the Struct is used for the second time: many are used only once, and
// for those it takes longer than it saves.
func (s *Struct) flatten() *flat {
	if f := s.flat.Load(); f != nil && f != &usedOnce {
		return f
	}
	return s.makeFlat()
}

var (
	usedOnce = flat{quick: -1}
	unflat   = flat{quick: -1} // of a plan that is run as it is
)

func (s *Struct) makeFlat() *flat {
	f := &unflat
	switch {
	case s.flat.CompareAndSwap(nil, &usedOnce):
		return &usedOnce
	case s.values <= mem.MostSteps:
		f = &flat{steps: make([]mem.Step, s.values), quick: s.values}
		w := walk{plan: s.plan}
		_, f.room = w.fill(f.steps)
		for i := range f.steps {
			if f.steps[i].Width == mem.Other {
				f.quick = -1
			}
		}
		for i := range s.plan {
			if s.plan[i].op == opPad {
				f.pads = append(f.pads, s.plan[i])
			}
		}
	}
	s.flat.Store(f)
	return f
}

// A walk goes over the values of a plan.
type walk struct {
	plan []inst // from the instruction of the next value on
	k    int    // how many of its values are done
}

// fill makes steps for the values that come next, as far as there are steps. The Inst
// of a step is an index in the plan of the walk as it was before. fill returns how many
// steps it has made, and what room their values take.
func (w *walk) fill(steps []mem.Step) (n int, room mem.Room) {
	i := 0
	for i < len(w.plan) && n < len(steps) {
		in := &w.plan[i]
		if in.op == opPad {
			i++
			continue
		}
		st := in.step()
		st.Inst = uint16(i)
		size := ops[in.elem].size
		st.Off += w.k * size
		values := min(in.values()-w.k, len(steps)-n)
		for range values {
			room.Add(&st)
			steps[n] = st
			st.Off += size
			n++
		}
		if w.k += values; w.k == in.values() {
			i, w.k = i+1, 0
		}
	}
	w.plan = w.plan[i:]
	return n, room
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

// step returns what package mem needs to know of the first value of an instruction.
func (in *inst) step() mem.Step {
	st := ops[in.elem].step
	st.Off = in.off
	switch in.kind {
	case kindPointer:
		st.SetLimits(in.limits())
	case kindBytes:
		if st.N = uint8(in.n); in.n == 0 || in.n > mem.Short { // of none there may be no byte at its offset
			st.Width = mem.Other
		}
	}
	return st
}
