package structpack

import (
	"math"
	"slices"

	"example.com/structpack/internal/mem"
)

// maxAlloc is the most that Pack, AppendPack and a batch of a Codec make room for by
// themselves: 1 GiB, and 256 MiB where an int has 32 bits. A format of a few
// letters can ask for more memory than there is, and a Go program does not
// survive asking for it. PackInto and a dst with room have no such limit. A test makes
// it smaller.
var maxAlloc = 1 << 28 << (^uint(0) >> 63 * 2)

// maxBytes is the largest slice that may be asked for. A test makes it smaller.
var maxBytes = math.MaxInt

// Pack packs values by the format into a new slice.
//
// The values must match the format in number and kind; see the table in the
// package's documentation. What a code cannot hold is an error, never cut off;
// only s and p cut and pad their bytes, as they do in Python.
func Pack(format string, values ...any) ([]byte, error) {
	s, tmp, err := lookup(format)
	if err != nil {
		return nil, err
	}
	data, err := s.appendPack(nil, values)
	tmp.release()
	return data, err
}

// AppendPack packs values by the format and appends them to dst. After an
// error it returns dst as it was; its spare capacity may have been written to. Values
// may share memory with dst, but not with its spare capacity.
func AppendPack(dst []byte, format string, values ...any) ([]byte, error) {
	s, tmp, err := lookup(format)
	if err != nil {
		return dst, err
	}
	dst, err = s.appendPack(dst, values)
	tmp.release()
	return dst, err
}

// PackInto packs values by the format into buf, from offset on. A negative
// offset counts from the end of buf. Padding is written as zeros. After an
// error buf is as it was. Values must not share memory with the bytes that are
// written.
func PackInto(format string, buf []byte, offset int, values ...any) error {
	s, tmp, err := lookup(format)
	if err != nil {
		return err
	}
	err = s.packInto(buf, offset, values)
	tmp.release()
	return err
}

// Pack packs values into a new slice of s.Size() bytes.
func (s *Struct) Pack(values ...any) ([]byte, error) {
	return s.appendPack(nil, values)
}

// AppendPack packs values and appends them to dst. After an error it returns
// dst as it was; its spare capacity may have been written to. Values may share memory
// with dst, but not with its spare capacity. After the first uses of s, which prepare
// it, AppendPack does not allocate if dst has room for s.Size() bytes, unless a large *big.Int is
// packed as a float. A call may: Go puts some values into memory to make an any of them.
func (s *Struct) AppendPack(dst []byte, values ...any) ([]byte, error) {
	return s.appendPack(dst, values)
}

// PackInto packs values into buf, from offset on. A negative offset counts
// from the end of buf. Padding is written as zeros. After an error buf is as
// it was. Values must not share memory with the bytes that are written. It allocates
// as little as AppendPack does.
func (s *Struct) PackInto(buf []byte, offset int, values ...any) error {
	return s.packInto(buf, offset, values)
}

func (s *Struct) appendPack(dst []byte, values []any) ([]byte, error) {
	if f, n := s.flat.Load(), len(dst); f != nil && len(values) == f.quick && (cap(dst)-n >= s.size || cap(dst) == 0 && s.size <= fewBytes) {
		var buf []byte
		if cap(dst)-n >= s.size {
			buf = dst[:n+s.size]
		} else {
			buf = make([]byte, s.size)
		}
		i := mem.Pack(f.steps, s.big, 0, buf[n:], values)
		if f.texts {
			i = f.packTexts(i, s.big, buf[n:], values)
		}
		if i == len(values) {
			clearPads(buf[n:], f.pads)
			return buf, nil
		}
	}
	return s.appendAny(dst, values)
}

// fewBytes are allocated before the values are looked at.
const fewBytes = 1 << 12

// appendAny is appendPack for what is not quick.
func (s *Struct) appendAny(dst []byte, values []any) ([]byte, error) {
	lists := len(values) != s.values
	if lists {
		if _, err := s.shape("pack", values); err != nil {
			return dst, err
		}
	}
	if s.size-(cap(dst)-len(dst)) > 64<<10 { // a value that is refused should not cost so much
		if err := s.refuse("pack", values, lists); err != nil {
			return dst, err
		}
	}
	n := len(dst)
	buf, err := s.grow(dst, 1)
	if err != nil {
		return dst, err
	}
	if err := s.packValues("pack", buf[n:], values, lists); err != nil {
		return dst, err
	}
	return buf, nil
}

// grow makes room for n structures after dst. It is the one place where the limit is
// looked at, before anything is allocated.
func (s *Struct) grow(dst []byte, n int) ([]byte, error) {
	if s.size == 0 || n <= (cap(dst)-len(dst))/s.size {
		return dst[:len(dst)+n*s.size], nil
	}
	if n > maxAlloc/s.size || len(dst) > maxBytes-n*s.size {
		if n == 1 {
			return nil, s.fail("pack", ErrBuffer, "a structure of %d bytes is too large to allocate (limit %d); PackInto has no limit", s.size, maxAlloc)
		}
		return nil, s.fail("pack", ErrBuffer, "%d structures of %d bytes are too large to allocate (limit %d); there is no limit for what dst has room for", n, s.size, maxAlloc)
	}
	if cap(dst) == 0 && n == 1 && s.size <= fewBytes {
		return make([]byte, s.size), nil
	}
	return slices.Grow(dst, n*s.size)[:len(dst)+n*s.size], nil
}

func (s *Struct) packInto(buf []byte, offset int, values []any) error {
	if f := s.flat.Load(); f != nil && len(values) == f.quick && s.size <= keptSize && offset >= 0 && len(buf)-offset >= s.size {
		room := buf[offset : offset+s.size]
		var old kept
		old.keep(room)
		i := mem.Pack(f.steps, s.big, 0, room, values)
		if f.texts {
			i = f.packTexts(i, s.big, room, values)
		}
		if i == len(values) {
			clearPads(room, f.pads)
			return nil
		}
		old.restore(room)
	}
	return s.packAny(buf, offset, values)
}

// packAny is packInto for what is not quick.
func (s *Struct) packAny(buf []byte, offset int, values []any) error {
	lists := len(values) != s.values
	if lists {
		if _, err := s.shape("pack_into", values); err != nil {
			return err
		}
	}
	if offset < 0 || len(buf)-offset < s.size {
		var err error
		if offset, err = s.room("pack_into", &packInto, buf, offset); err != nil {
			return err
		}
	}
	room := buf[offset : offset+s.size]
	// A value that is refused must leave no trace of those before it. Of a
	// small structure the bytes are kept and put back; the values of a large
	// one are looked through first.
	if s.size > keptSize {
		if err := s.refuse("pack_into", values, lists); err != nil {
			return err
		}
		return s.packValues("pack_into", room, values, lists)
	}
	var old kept
	old.keep(room)
	err := s.packValues("pack_into", room, values, lists)
	if err != nil {
		old.restore(room)
	}
	return err
}

// packValues packs values into buf, which has the size of the structure.
func (s *Struct) packValues(op string, buf []byte, values []any, lists bool) error {
	if lists {
		return s.packLists(op, buf, values)
	}
	if bad := s.pack(buf, values); bad >= 0 {
		return s.packError(op, bad, values[bad])
	}
	return nil
}

// refuse returns the error that packValues would end with. It writes nothing.
func (s *Struct) refuse(op string, values []any, lists bool) error {
	if lists {
		return s.packLists(op, nil, values)
	}
	if bad := s.refused(values); bad >= 0 {
		return s.packError(op, bad, values[bad])
	}
	return nil
}

// refused returns the index of the first value that cannot be packed, or -1.
func (s *Struct) refused(values []any) (bad int) {
	for i := range s.plan {
		in := &s.plan[i]
		for j, v := range values[in.val:][:in.values()] {
			if in.accepts(v) != nil {
				return in.val + j
			}
		}
	}
	return -1
}

// pack runs the plan over values, of which there are as many as it takes, and
// buf, which has the size of the structure and gets every byte of it. It
// returns the index of the first value that cannot be packed, or -1.
//
// Package mem knows the values that are most common; all others are for put.
func (s *Struct) pack(buf []byte, values []any) (bad int) {
	if f := s.flatten(); f.steps != nil {
		clearPads(buf, f.pads)
		return s.packSteps(f.steps, s.plan, buf, values)
	}
	return s.packPlan(buf, values)
}

func (s *Struct) packSteps(steps []mem.Step, plan []inst, buf []byte, values []any) (bad int) {
	for i := 0; ; i++ {
		if i = mem.Pack(steps, s.big, i, buf, values); i == len(values) {
			return -1
		}
		if st := &steps[i]; !plan[st.Inst].put(buf[st.Off:], values[i], s.big) {
			return i
		}
	}
}

// packPlan is pack without a flat plan.
func (s *Struct) packPlan(buf []byte, values []any) (bad int) {
	for i := range s.plan {
		in := &s.plan[i]
		if in.op == opPad {
			clear(buf[in.off:][:in.n])
		} else if k := in.putAll(buf, values[in.val:][:in.values()], s.big); k >= 0 {
			return in.val + k
		}
	}
	return -1
}

// clearPads writes the padding that is in a plan.
func clearPads(buf []byte, plan []inst) {
	for i := range plan {
		if in := &plan[i]; in.op == opPad {
			clear(buf[in.off:][:in.n])
		}
	}
}

// put packs one value of the instruction. It reports false if it cannot be packed.
func (in *inst) put(b []byte, v any, big bool) bool {
	switch in.elem {
	case opChar:
		x, err := char(v)
		if err != nil {
			return false
		}
		b[0] = x
	case opBool:
		b[0] = byte(bit(truth(v)))
	case opBytes:
		b = b[:in.n]
		n, err := copyBytes(b, v)
		if err != nil {
			return false
		}
		if n < len(b) {
			clear(b[n:])
		}
	case opPascal:
		return packPascal(b[:in.n], v)
	case opComplex64, opComplex128:
		re, im, err := complexBits(v)
		if err != nil {
			return false
		}
		if in.elem == opComplex128 {
			put64(b, re, big)
			put64(b[8:], im, big)
			break
		}
		lo, hi, ok := in.complex64Bits(re, im)
		if !ok {
			return false
		}
		put32(b, lo, big)
		put32(b[4:], hi, big)
	default:
		u, err := in.bits(v)
		if err != nil {
			return false
		}
		putBits(b, u, ops[in.elem].size, big)
	}
	return true
}

// packPascal packs v into b: a length byte, the bytes as far as they fit, and
// zeros. No room at all takes nothing, not even a length.
func packPascal(b []byte, v any) bool {
	if len(b) == 0 {
		_, err := copyBytes(nil, v)
		return err == nil
	}
	n, err := copyBytes(b[1:], v)
	if err != nil {
		return false
	}
	endPascal(b, min(n, len(b)-1))
	return true
}
