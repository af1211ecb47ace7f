package structpack

import (
	"math"
	"slices"

	"example.com/structpack/internal/mem"
)

// maxAlloc is the largest structure that Pack and AppendPack make room for by
// themselves: 1 GiB, and 256 MiB where an int has 32 bits. A format of a few
// letters can ask for more memory than there is, and a Go program does not
// survive asking for it. PackInto has no such limit. A test makes it smaller.
var maxAlloc = 1 << 28 << (^uint(0) >> 63 * 2)

// Pack packs values by the format into a new slice.
//
// The values must match the format in number and kind; see the table in the
// package's documentation. What a code cannot hold is an error, never cut off;
// only s and p cut and pad their bytes, as they do in Python.
func Pack(format string, values ...any) ([]byte, error) {
	s, err := cached(format)
	if err != nil {
		return nil, err
	}
	return s.appendPack(nil, values)
}

// AppendPack packs values by the format and appends them to dst. After an
// error it returns dst as it was. Values may share memory with dst, but not with
// what is behind it.
func AppendPack(dst []byte, format string, values ...any) ([]byte, error) {
	s, err := cached(format)
	if err != nil {
		return dst, err
	}
	return s.appendPack(dst, values)
}

// PackInto packs values by the format into buf, from offset on. A negative
// offset counts from the end of buf. Padding is written as zeros. After an
// error buf is as it was. Values must not share memory with the bytes that are
// written.
func PackInto(format string, buf []byte, offset int, values ...any) error {
	s, err := cached(format)
	if err != nil {
		return err
	}
	return s.packInto(buf, offset, values)
}

// Pack packs values into a new slice of s.Size() bytes.
func (s *Struct) Pack(values ...any) ([]byte, error) {
	return s.appendPack(nil, values)
}

// AppendPack packs values and appends them to dst. After an error it returns
// dst as it was. Values may share memory with dst, but not with what is behind
// it. It does not allocate if dst has room for s.Size() bytes.
func (s *Struct) AppendPack(dst []byte, values ...any) ([]byte, error) {
	return s.appendPack(dst, values)
}

// PackInto packs values into buf, from offset on. A negative offset counts
// from the end of buf. Padding is written as zeros. After an error buf is as
// it was. Values must not share memory with the bytes that are written. It does
// not allocate.
func (s *Struct) PackInto(buf []byte, offset int, values ...any) error {
	return s.packInto(buf, offset, values)
}

func (s *Struct) appendPack(dst []byte, values []any) ([]byte, error) {
	if n := len(dst); len(values) == s.flat.quick && cap(dst)-n >= s.size {
		buf := dst[:n+s.size]
		if mem.Pack(s.flat.steps, s.big, 0, buf[n:], values) == len(values) {
			s.clearPads(buf[n:])
			return buf, nil
		}
	}
	return s.appendAny(dst, values)
}

// appendAny is appendPack for what is not quick.
func (s *Struct) appendAny(dst []byte, values []any) ([]byte, error) {
	if len(values) != s.values {
		return dst, s.fail("pack", ErrCount, "pack expected %d items for packing (got %d)", s.values, len(values))
	}
	n := len(dst)
	buf, err := s.grow(dst, 1)
	if err != nil {
		return dst, err
	}
	if bad := s.pack(buf[n:], values); bad >= 0 {
		return dst, s.packError("pack", bad, values[bad])
	}
	return buf, nil
}

// grow makes room for n structures behind dst. It is the one place where the limit is
// looked at, before anything is allocated.
func (s *Struct) grow(dst []byte, n int) ([]byte, error) {
	if s.size == 0 || n <= (cap(dst)-len(dst))/s.size {
		return dst[:len(dst)+n*s.size], nil
	}
	if n > maxAlloc/s.size || len(dst) > math.MaxInt-n*s.size {
		if n == 1 {
			return nil, s.fail("pack", ErrBuffer, "a structure of %d bytes is too large to allocate (limit %d); PackInto has no limit", s.size, maxAlloc)
		}
		return nil, s.fail("pack", ErrBuffer, "%d structures of %d bytes are too large to allocate (limit %d); there is no limit for what dst has room for", n, s.size, maxAlloc)
	}
	return slices.Grow(dst, n*s.size)[:len(dst)+n*s.size], nil
}

func (s *Struct) packInto(buf []byte, offset int, values []any) error {
	if len(values) == s.flat.quick && s.size <= keptSize && offset >= 0 && len(buf)-offset >= s.size {
		room := buf[offset : offset+s.size]
		var old kept
		old.keep(room)
		if mem.Pack(s.flat.steps, s.big, 0, room, values) == len(values) {
			s.clearPads(room)
			return nil
		}
		old.restore(room)
	}
	return s.packAny(buf, offset, values)
}

// packAny is packInto for what is not quick.
func (s *Struct) packAny(buf []byte, offset int, values []any) error {
	if len(values) != s.values {
		return s.fail("pack_into", ErrCount, "pack_into expected %d items for packing (got %d)", s.values, len(values))
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
	var old kept
	if s.size <= keptSize {
		old.keep(room)
	} else if bad := s.refused(values); bad >= 0 {
		return s.packError("pack_into", bad, values[bad])
	}
	bad := s.pack(room, values)
	if bad < 0 {
		return nil
	}
	if s.size <= keptSize {
		old.restore(room)
	}
	return s.packError("pack_into", bad, values[bad])
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
	if len(s.flat.insts) < len(values) {
		return s.packPlan(buf, values)
	}
	for i := 0; ; i++ {
		if i = mem.Pack(s.flat.steps, s.big, i, buf, values); i == len(values) {
			s.clearPads(buf)
			return -1
		}
		in := &s.flat.insts[i]
		if in.put(buf[in.off:], values[i:], s.big) >= 0 {
			return i
		}
	}
}

// clearPads writes the padding.
func (s *Struct) clearPads(buf []byte) {
	for i := range s.flat.pads {
		pad := &s.flat.pads[i]
		clear(buf[pad.off:][:pad.n])
	}
}

// packPlan is pack for the formats that have too many values for a flat plan.
func (s *Struct) packPlan(buf []byte, values []any) (bad int) {
	for i := range s.plan {
		in := &s.plan[i]
		if k := in.put(buf[in.off:], values[in.val:], s.big); k >= 0 {
			return in.val + k
		}
	}
	return -1
}

// put runs one instruction. It returns the index of the first of its values
// that cannot be packed, or -1.
func (in *inst) put(b []byte, values []any, big bool) (bad int) {
	if in.op == opPad {
		clear(b[:in.n])
		return -1
	}
	switch v := values[0]; in.op {
	case opRun:
		return packRun(in, big, b, values)
	case opChar:
		x, err := char(v)
		if err != nil {
			return 0
		}
		b[0] = x
	case opBool:
		b[0] = byte(bit(truth(v)))
	case opBytes:
		b = b[:in.n]
		n, err := copyBytes(b, v)
		if err != nil {
			return 0
		}
		if n < len(b) {
			clear(b[n:])
		}
	case opPascal:
		if !packPascal(b[:in.n], v) {
			return 0
		}
	case opComplex64, opComplex128:
		re, im, err := complexBits(v)
		if err != nil {
			return 0
		}
		if in.op == opComplex128 {
			put64(b, re, big)
			put64(b[8:], im, big)
			break
		}
		lo, hi, ok := in.complex64Bits(re, im)
		if !ok {
			return 0
		}
		put32(b, lo, big)
		put32(b[4:], hi, big)
	default:
		u, err := in.bits(v)
		if err != nil {
			return 0
		}
		putBits(b, u, ops[in.op].size, big)
	}
	return -1
}

// packRun packs the in.n values of an item with a repeat count.
func packRun(in *inst, big bool, buf []byte, values []any) (bad int) {
	one := in.one()
	steps := []mem.Step{one.step()}
	size := ops[in.elem].size
	for k := range in.n {
		b, v := buf[k*size:], values[k:k+1]
		if mem.Pack(steps, big, 0, b, v) == 0 && one.put(b, v, big) >= 0 {
			return k
		}
	}
	return -1
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
