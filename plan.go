package structpack

import (
	"math"

	"example.com/structpack/internal/mem"
)

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
	pads  []inst     // the padding
	quick int        // how many values there are, if package mem may well pack all of it; or -1
	texts bool       // some are longer than mem.Short
}

// packTexts goes on with what package mem packs, from value i on, which may be a text. It
// returns the index of the first value for which there is no short cut.
func (f *flat) packTexts(i int, big bool, buf []byte, values []any) int {
	for i < len(values) {
		st := &f.steps[i]
		if st.Width != mem.Text || !mem.PackBytes(buf[st.Off:][:st.N], values[i]) {
			break
		}
		i = mem.Pack(f.steps, big, i+1, buf, values)
	}
	return i
}

// add appends the instruction for an item, if it needs one.
func (s *Struct) add(it *item) {
	if it.code.kind == kindPad {
		s.addPad(it.offset, it.count, it.index)
		return
	}
	insts, n := &s.plan, it.values()
	if n == 0 {
		insts = &s.empty
	}
	*insts = append(*insts, inst{})
	in := &(*insts)[len(*insts)-1] // filled in where it is: to copy fields that have just been stored takes longer
	in.elem = opOf(it)
	in.op = in.elem
	if n > 1 {
		in.op = opRun
	}
	in.kind, in.foreign, in.named = it.code.kind, s.foreign, s.named
	in.n, in.off, in.val = it.count, it.offset, it.index
	s.large = s.large || in.n > mem.Short && (in.elem == opBytes || in.elem == opPascal)
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
// It is made when the Struct packs or scans for the second time: many are used only once,
// and for those it takes longer than it saves.
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
		f = &flat{steps: s.steps(), quick: s.values}
		for i := range f.steps {
			switch f.steps[i].Width {
			case mem.Other:
				f.quick = -1
			case mem.Text:
				f.texts = true
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

// A form is how package mem unpacks the values of a small format, see [Struct.formed].
type form struct {
	*mem.Form         // nil if there is none
	others    []other // the values that it leaves to the plan
	quick     bool    // it leaves none, and none is large
}

// An other is a value of an instruction.
type other struct{ inst, val, off int }

// formed returns how n structures more are to be unpacked. A form is made when some have been:
// it takes as long to make as dozens of them take to be unpacked by the plan.
func (s *Struct) formed(n int) *form {
	if f := s.form.Load(); f != nil {
		return f
	}
	return s.makeForm(n)
}

const formAfter = 16 // structures

var formless form

func (s *Struct) makeForm(n int) *form {
	f := &formless
	if mem.CanForm && s.values <= mem.MostSteps {
		if s.unpacked.Add(uint32(min(n, formAfter))) < formAfter {
			return f
		}
		steps := s.steps()
		f = &form{Form: mem.NewForm(steps, s.size, s.big)}
		for i := range steps {
			if st := &steps[i]; st.Width <= mem.Text {
				f.others = append(f.others, other{int(st.Inst), i, st.Off})
			}
		}
		f.quick = len(f.others) == 0 && s.values > 0
	}
	s.form.Store(f)
	return f
}

// steps returns a step for each value, of which there are at most mem.MostSteps. The Inst of
// a step is the index of its instruction.
func (s *Struct) steps() []mem.Step {
	steps := make([]mem.Step, 0, s.values)
	for i := range s.plan {
		in := &s.plan[i]
		st := in.step()
		st.Inst = uint16(i)
		for range in.values() {
			steps = append(steps, st)
			st.Off += ops[in.elem].size
		}
	}
	return steps
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
		switch st.N = uint32(in.n); {
		case in.n == 0 || in.n > math.MaxInt32: // of none there may be no byte at its offset
			st.Width = mem.Other
		case in.n > mem.Short:
			st.Width = mem.Text
		}
	}
	return st
}
