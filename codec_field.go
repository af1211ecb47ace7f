package structpack

import (
	"bytes"
	"fmt"
	"math"
	"reflect"

	"example.com/structpack/internal/floats"
	"example.com/structpack/internal/mem"
)

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

	cstring bool // the bytes end at the first NUL

	lowest   int64 // integers that the code can hold
	highest  uint64
	overflow uint64 // the bits of the lowest float64 that rounds to an infinity
}

// field returns the field for a leaf that needs more than a move.
func (l *leaf) field(in *inst) field {
	size := ops[in.elem].size
	f := field{inst: in, kind: in.kind, off: in.off + l.k*size, k: l.k, place: mem.NewPlace(l.typ, l.off, l.path)}
	if in.kind == kindBytes || in.kind == kindPascal {
		f.cstring = l.cstring
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
		b = b[:f.inst.n]
		if n := bytes.IndexByte(b, 0); f.cstring && n >= 0 {
			b = b[:n]
		}
		f.place.SetBytes(v, b)
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
			single, _ := floats.Narrow(x)
			x = uint64(single)
		} else if f.kind == kindBool && x != 0 {
			x = 1
		}
		f.number.SetBits(ns, k, x)
	}
}

// refusedText says why the text has no room for its NUL, or has another, or nothing.
func (f *field) refusedText(v mem.Value) string {
	b := f.place.Bytes(v)
	if bytes.IndexByte(b, 0) >= 0 {
		return badNUL
	}
	if len(b) >= f.inst.n {
		return fmt.Sprintf("%d bytes and a NUL do not fit into %d bytes", len(b), f.inst.n)
	}
	return ""
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
				x = floats.Widen(uint32(x))
			}
			if x &^= 1 << 63; x >= f.overflow && x < floats.Inf64 {
				return k
			}
		}
	}
	return -1
}

// float converts the bits of a float in Go to those in the record.
func (f *field) float(x uint64) uint64 {
	if f.single {
		x = floats.Widen(uint32(x))
	}
	switch f.size {
	case 2:
		half, _ := floats.Half(x)
		return uint64(half)
	case 4:
		single, _ := floats.Narrow(x)
		return uint64(single)
	}
	return x
}
