package structpack

import (
	"encoding/binary"
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
	if n := len(dst); len(values) == s.quick && cap(dst)-n >= s.size {
		buf := dst[:n+s.size]
		if mem.Pack(s.steps, s.big, 0, buf[n:], values) == len(values) {
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

// grow makes room for n structures behind dst.
func (s *Struct) grow(dst []byte, n int) ([]byte, error) {
	if s.size > 0 && n > math.MaxInt/s.size {
		return nil, s.fail("pack", ErrBuffer, "%d structures of %d bytes are too large to allocate", n, s.size)
	}
	size := s.size * n
	if s.size > maxAlloc && cap(dst)-len(dst) < size {
		return nil, s.fail("pack", ErrBuffer, "a structure of %d bytes is too large to allocate (limit %d); PackInto has no limit", s.size, maxAlloc)
	}
	return slices.Grow(dst, size)[:len(dst)+size], nil
}

func (s *Struct) packInto(buf []byte, offset int, values []any) error {
	if len(values) == s.quick && s.size <= keptSize && offset >= 0 && len(buf)-offset >= s.size {
		room := buf[offset : offset+s.size]
		var old kept
		old.keep(room)
		if mem.Pack(s.steps, s.big, 0, room, values) == len(values) {
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

// kept holds up to keptSize bytes. Few are kept as words, and as a word at their end
// that overlaps those where it must, which takes half the time of a call of copy.
type kept [keptSize + 8]byte

const keptSize = 120

func (k *kept) keep(b []byte) {
	end := k[keptSize:]
	switch {
	case len(b) >= 32:
		copy(k[:], b)
	case len(b) >= 8:
		for i := 0; i <= len(b)-8; i += 8 {
			binary.LittleEndian.PutUint64(k[i:], binary.LittleEndian.Uint64(b[i:]))
		}
		binary.LittleEndian.PutUint64(end, binary.LittleEndian.Uint64(b[len(b)-8:]))
	default:
		copy(end, b)
	}
}

func (k *kept) restore(b []byte) {
	switch {
	case len(b) >= 32:
		copy(b, k[:])
	case len(b) >= 8:
		copy(b[len(b)-8:], k[keptSize:])
		copy(b[:len(b)&^7], k[:])
	default:
		copy(b, k[keptSize:])
	}
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

// tooLarge is the error for a number at index that its code cannot hold.
func (s *Struct) tooLarge(op string, index int) *Error {
	for i := range s.plan {
		if in := &s.plan[i]; in.val <= index && index < in.val+in.values() {
			return s.failValue(op, index, ErrRange, in.reason(s.itemOf(index).code.name, nil, ErrRange), "")
		}
	}
	return nil
}

// packError says why the value at index was refused. It is an error also if the value
// has become another one since, as a *big.Int may.
func (s *Struct) packError(op string, index int, v any) error {
	if err := s.refusal(op, index, v, goType(v)); err != nil {
		return err
	}
	return s.tooLarge(op, index)
}

// refusal says why a value at index, whose type is called goType, is refused; it
// returns nil if it is not.
func (s *Struct) refusal(op string, index int, v any, goType string) error {
	for i := range s.plan {
		in := &s.plan[i]
		if index < in.val || in.val+in.values() <= index {
			continue
		}
		if err := in.accepts(v); err != nil {
			return s.failValue(op, index, err, in.reason(s.itemOf(index).code.name, v, err), goType)
		}
	}
	return nil
}

// sentences are CPython's for an offset and a buffer that do not go together.
type sentences struct{ crosses, requires string }

var (
	packInto = sentences{
		crosses:  "no space to pack %d bytes at offset %d",
		requires: "pack_into requires a buffer of at least %d bytes for packing %d bytes at offset %d (actual buffer size is %d)",
	}
	unpackFrom = sentences{
		crosses:  "not enough data to unpack %d bytes at offset %d",
		requires: "unpack_from requires a buffer of at least %d bytes for unpacking %d bytes at offset %d (actual buffer size is %d)",
	}
)

// room checks that buf has room for the structure at offset o, in the steps that
// CPython does it in, and returns the offset from the beginning of buf.
func (s *Struct) room(op string, say *sentences, buf []byte, o int) (offset int, err error) {
	if o < 0 {
		if o+s.size > 0 {
			return 0, s.fail(op, ErrBuffer, say.crosses, s.size, o)
		}
		if o+len(buf) < 0 {
			return 0, s.fail(op, ErrBuffer, "offset %d out of range for %d-byte buffer", o, len(buf))
		}
		o += len(buf)
	}
	if len(buf)-o < s.size {
		return 0, s.fail(op, ErrBuffer, say.requires, uint(s.size)+uint(o), s.size, o, len(buf))
	}
	return o, nil
}

// pack runs the plan over values, of which there are as many as it takes, and
// buf, which has the size of the structure and gets every byte of it. It
// returns the index of the first value that cannot be packed, or -1.
//
// Package mem knows the values that are most common; all others are for put.
func (s *Struct) pack(buf []byte, values []any) (bad int) {
	if len(s.flat) < len(values) {
		return s.packPlan(buf, values)
	}
	for i := 0; ; i++ {
		if i = mem.Pack(s.steps, s.big, i, buf, values); i == len(values) {
			s.clearPads(buf)
			return -1
		}
		in := &s.flat[i]
		if in.put(buf[in.off:], values[i:], s.big) >= 0 {
			return i
		}
	}
}

// clearPads writes the padding.
func (s *Struct) clearPads(buf []byte) {
	for i := range s.pads {
		pad := &s.pads[i]
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

// putBits packs the last bits of u, as many as a number of a size has.
func putBits(b []byte, u uint64, size int, big bool) {
	switch size {
	case 1:
		b[0] = byte(u)
	case 2:
		put16(b, uint16(u), big)
	case 4:
		put32(b, uint32(u), big)
	case 8:
		put64(b, u, big)
	}
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

// endPascal makes the n bytes from b[1] on a Pascal string.
func endPascal(b []byte, n int) {
	b[0] = byte(min(n, 255))
	clear(b[1+n:])
}

// The byte order is a branch that always goes the same way, and costs less
// than a second set of ops.

func put16(b []byte, x uint16, big bool) {
	if big {
		binary.BigEndian.PutUint16(b, x)
	} else {
		binary.LittleEndian.PutUint16(b, x)
	}
}

func put32(b []byte, x uint32, big bool) {
	if big {
		binary.BigEndian.PutUint32(b, x)
	} else {
		binary.LittleEndian.PutUint32(b, x)
	}
}

func put64(b []byte, x uint64, big bool) {
	if big {
		binary.BigEndian.PutUint64(b, x)
	} else {
		binary.LittleEndian.PutUint64(b, x)
	}
}

func get16(b []byte, big bool) uint16 {
	if big {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func get32(b []byte, big bool) uint32 {
	if big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func get64(b []byte, big bool) uint64 {
	if big {
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}
