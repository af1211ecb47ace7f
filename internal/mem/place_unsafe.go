//go:build !purego

// Unsafe: addresses of Go variables, which are aligned on every processor. The twin is place_purego.go.

package mem

import (
	"reflect"
	"unsafe"
)

// A Value is a Go value in which Places are.
type Value struct{ p unsafe.Pointer }

// ValueOf returns *v.
func ValueOf[T any](v *T) Value { return Value{unsafe.Pointer(v)} }

// IsNil reports whether v is what a nil pointer points to.
func (v Value) IsNil() bool { return v.p == nil }

// ValueAt returns v, which must be addressable.
func ValueAt(v reflect.Value) Value { return Value{v.Addr().UnsafePointer()} }

// Rows are Go values of one type, side by side.
type Rows struct {
	p      unsafe.Pointer
	stride uintptr
}

// RowsOf returns the elements of vs.
func RowsOf[T any](vs []T) Rows {
	var v T
	return Rows{unsafe.Pointer(unsafe.SliceData(vs)), unsafe.Sizeof(v)}
}

// RowsAt returns the elements of vs, a slice.
func RowsAt(vs reflect.Value) Rows { return Rows{vs.UnsafePointer(), vs.Type().Elem().Size()} }

// At returns row i.
func (r Rows) At(i int) Value { return Value{unsafe.Add(r.p, uintptr(i)*r.stride)} }

// A Place is where a variable is in Go values of a type: a number, the first of
// several in an array, a string, an array of bytes, or a slice.
type Place struct {
	off  uintptr
	kind reflect.Kind
	n    int     // the length of an array
	elem uintptr // the size of an element of a slice
}

// NewPlace returns the place of a variable of type t that is at an offset, and
// to which a path of indexes of fields and elements leads.
func NewPlace(t reflect.Type, off uintptr, path []int) Place {
	p := Place{off: off, kind: t.Kind()}
	switch p.kind {
	case reflect.Array:
		p.n = t.Len()
	case reflect.Slice:
		p.elem = t.Elem().Size()
	}
	return p
}

// Numbers returns the numbers that begin at the place.
func (p *Place) Numbers(v Value) Numbers { return Numbers{unsafe.Add(v.p, p.off)} }

// Elems returns the numbers in a slice.
func (p *Place) Elems(v Value) Numbers {
	return Numbers{unsafe.Pointer(unsafe.SliceData(*(*[]byte)(unsafe.Add(v.p, p.off))))}
}

// Numbers are side by side in memory. A bool is a number, and a complex number is
// two.
type Numbers struct{ p unsafe.Pointer }

// A NumberType is the type of Numbers.
type NumberType struct {
	size   uintptr
	signed bool
}

// NumberTypeOf returns the NumberType of t.
func NumberTypeOf(t reflect.Type) NumberType {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return NumberType{t.Size(), true}
	case reflect.Complex64, reflect.Complex128:
		return NumberType{t.Size() / 2, false}
	}
	return NumberType{t.Size(), false}
}

// Bits returns number k: an integer extended to 64 bits, or the bits of a float.
func (t *NumberType) Bits(ns Numbers, k int) uint64 {
	at := unsafe.Add(ns.p, uintptr(k)*t.size)
	if t.signed {
		switch t.size {
		case 1:
			return uint64(*(*int8)(at))
		case 2:
			return uint64(*(*int16)(at))
		case 4:
			return uint64(*(*int32)(at))
		}
		return *(*uint64)(at)
	}
	switch t.size {
	case 1:
		return uint64(*(*uint8)(at))
	case 2:
		return uint64(*(*uint16)(at))
	case 4:
		return uint64(*(*uint32)(at))
	}
	return *(*uint64)(at)
}

// SetBits sets number k to what Bits returns, cut to its size.
func (t *NumberType) SetBits(ns Numbers, k int, x uint64) {
	at := unsafe.Add(ns.p, uintptr(k)*t.size)
	switch t.size {
	case 1:
		*(*uint8)(at) = uint8(x)
	case 2:
		*(*uint16)(at) = uint16(x)
	case 4:
		*(*uint32)(at) = uint32(x)
	case 8:
		*(*uint64)(at) = x
	}
}

// Bytes returns the bytes of a string, a byte slice or a byte array, for reading.
func (p *Place) Bytes(v Value) []byte {
	at := unsafe.Add(v.p, p.off)
	switch p.kind {
	case reflect.String:
		s := *(*string)(at)
		return unsafe.Slice(unsafe.StringData(s), len(s))
	case reflect.Slice:
		return *(*[]byte)(at)
	}
	return unsafe.Slice((*byte)(at), p.n)
}

// SetBytes sets a string, a byte slice or a byte array to a copy of b. A slice
// keeps its memory if that is large enough.
func (p *Place) SetBytes(v Value, b []byte) {
	at := unsafe.Add(v.p, p.off)
	switch p.kind {
	case reflect.String:
		*(*string)(at) = string(b)
	case reflect.Slice:
		s := (*[]byte)(at)
		grow(s, len(b))
		copy(*s, b)
	default:
		copy(unsafe.Slice((*byte)(at), p.n), b)
	}
}

// Len returns the length of a slice.
func (p *Place) Len(v Value) int { return len(*(*[]byte)(unsafe.Add(v.p, p.off))) }

// Resize gives a slice of numbers a length, and new memory only if it needs more.
func (p *Place) Resize(v Value, n int) {
	at := unsafe.Add(v.p, p.off)
	switch p.elem {
	case 1:
		grow((*[]uint8)(at), n)
	case 2:
		grow((*[]uint16)(at), n)
	case 4:
		grow((*[]uint32)(at), n)
	case 8:
		grow((*[]uint64)(at), n)
	case 16:
		grow((*[][2]uint64)(at), n)
	}
}

// grow is Resize. Empty is not nil.
func grow[T any](s *[]T, n int) {
	if *s == nil || cap(*s) < n {
		*s = make([]T, n)
	}
	*s = (*s)[:n]
}
