package structpack

import (
	"fmt"

	"example.com/structpack/internal/mem"
)

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
		return b.s.badLength("unpack")
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
		if n := f.n / f.parts; f.slice && f.place.Len(v) != n {
			return b.s.failValue(op, f.inst.val, ErrCount, fmt.Sprintf("a slice of %d elements for %d values", f.place.Len(v), n), "")
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

// A field is a variable in a Go value that is not moved but converted: a number
// that is wider than its code, numbers in a slice, a string. What is not moved on
// every machine and with every build tag comes here too: padding, and plain numbers.
type field struct {
	inst   *inst
	kind   kind
	off    int       // in the record
	k      int       // the first of the values
	place  mem.Place // of the variable
	slice  bool      // it is a slice of numbers
	number mem.NumberType
	n      int  // how many there are
	parts  int  // how many make a value
	size   int  // of each in the record
	wide   bool // each has more bits in Go
	single bool // each is a float of 32 bits in Go

	lowest   int64 // integers that the code can hold
	highest  uint64
	overflow uint64 // the bits of the lowest float64 that rounds to an infinity
}

// pack packs the field of v into its place in a record.
func (f *field) pack(record []byte, v mem.Value, big bool) {
	b := record[f.off:]
	switch f.kind {
	case kindPad:
		clear(b[:f.inst.n])
		return
	case kindBytes:
		b = b[:f.inst.n]
		clear(b[copy(b, f.place.Bytes(v)):])
		return
	case kindPascal:
		if b = b[:f.inst.n]; len(b) > 0 {
			endPascal(b, copy(b[1:], f.place.Bytes(v)))
		}
		return
	}
	ns := f.numbers(v)
	if f.kind == kindFloat || f.kind == kindComplex {
		for k := range f.n {
			putBits(b[k*f.size:], f.float(f.number.Bits(ns, k)), f.size, big)
		}
		return
	}
	for k := range f.n {
		putBits(b[k*f.size:], f.number.Bits(ns, k), f.size, big)
	}
}

// numbers returns the numbers of the field.
func (f *field) numbers(v mem.Value) mem.Numbers {
	if f.slice {
		return f.place.Elems(v)
	}
	return f.place.Numbers(v)
}

// unpack sets the field of v from its place in a record.
func (f *field) unpack(v mem.Value, record []byte, big bool) {
	b := record[f.off:]
	switch f.kind {
	case kindPad:
		return
	case kindBytes:
		f.place.SetBytes(v, b[:f.inst.n])
		return
	case kindPascal:
		f.place.SetBytes(v, pascal(b[:f.inst.n]))
		return
	}
	if f.slice {
		f.place.Resize(v, f.n/f.parts)
	}
	ns := f.numbers(v)
	for k := range f.n {
		x := f.inst.load(b[k*f.size:], big)
		if f.single {
			single, _ := narrow(x)
			x = uint64(single)
		} else if f.kind == kindBool && x != 0 {
			x = 1
		}
		f.number.SetBits(ns, k, x)
	}
}

// refused returns which number is the first that the code cannot hold, or -1. A
// slice must have the length.
func (f *field) refused(v mem.Value) int {
	if !f.wide {
		return -1
	}
	ns := f.numbers(v)
	switch {
	case f.kind == kindSigned:
		for k := range f.n {
			if x := int64(f.number.Bits(ns, k)); x < f.lowest || x > int64(f.highest) {
				return k
			}
		}
	case f.kind == kindUnsigned || f.kind == kindPointer:
		for k := range f.n {
			if f.number.Bits(ns, k) > f.highest {
				return k
			}
		}
	default:
		for k := range f.n {
			x := f.number.Bits(ns, k)
			if f.single {
				x = widen(uint32(x))
			}
			if x &^= 1 << 63; x >= f.overflow && x < exp64 {
				return k
			}
		}
	}
	return -1
}

// float converts the bits of a float in Go to those in the record.
func (f *field) float(x uint64) uint64 {
	if f.single {
		x = widen(uint32(x))
	}
	switch f.size {
	case 2:
		half, _ := halfOf(x)
		return uint64(half)
	case 4:
		single, _ := narrow(x)
		return uint64(single)
	}
	return x
}
