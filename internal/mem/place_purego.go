//go:build purego

// Purego: reflection, because unsafe is not allowed. The twin is place_unsafe.go.

package mem

import (
	"math"
	"reflect"
)

// A Value is a Go value in which Places are.
type Value struct{ v reflect.Value }

// ValueOf returns *v.
func ValueOf[T any](v *T) Value { return Value{reflect.ValueOf(v).Elem()} }

// IsNil reports whether v is what a nil pointer points to.
func (v Value) IsNil() bool { return !v.v.IsValid() }

// ValueAt returns v, which must be addressable.
func ValueAt(v reflect.Value) Value { return Value{v} }

// Rows are Go values of one type, side by side.
type Rows struct{ v reflect.Value }

// RowsOf returns the elements of vs.
func RowsOf[T any](vs []T) Rows { return Rows{reflect.ValueOf(vs)} }

// RowsAt returns the elements of vs, a slice.
func RowsAt(vs reflect.Value) Rows { return Rows{vs} }

// At returns row i.
func (r Rows) At(i int) Value { return Value{r.v.Index(i)} }

// A Place is where a variable is in Go values of a type: a number, the first of
// several in an array, a string, an array of bytes, or a slice.
type Place struct {
	path []int
	kind reflect.Kind
}

// NewPlace returns the place of a variable of type t that is at an offset, and
// to which a path of indexes of fields and elements leads.
func NewPlace(t reflect.Type, off uintptr, path []int) Place { return Place{path, t.Kind()} }

// in returns the variable.
func (p *Place) in(v Value) reflect.Value {
	x := v.v
	for _, step := range p.path {
		if x.Kind() == reflect.Struct {
			x = x.Field(step)
		} else {
			x = x.Index(step)
		}
	}
	return x
}

// Numbers returns the numbers that begin at the place.
func (p *Place) Numbers(v Value) Numbers {
	if last := len(p.path) - 1; last >= 0 {
		outer := Place{path: p.path[:last]}
		if x := outer.in(v); x.Kind() == reflect.Array {
			return Numbers{x, p.path[last]}
		}
	}
	return Numbers{p.in(v), -1}
}

// Elems returns the numbers in a slice.
func (p *Place) Elems(v Value) Numbers { return Numbers{p.in(v), 0} }

// Numbers are side by side in memory. A bool is a number, and a complex number is
// two.
type Numbers struct {
	v     reflect.Value // an array or slice, or a number
	first int           // an index in the array or slice, or -1
}

func (ns Numbers) at(k int) reflect.Value {
	if ns.first < 0 {
		return ns.v
	}
	return ns.v.Index(ns.first + k)
}

// A NumberType is the type of Numbers.
type NumberType struct{ kind reflect.Kind }

// NumberTypeOf returns the NumberType of t.
func NumberTypeOf(t reflect.Type) NumberType { return NumberType{t.Kind()} }

// Bits returns number k: an integer extended to 64 bits, or the bits of a float.
func (t *NumberType) Bits(ns Numbers, k int) uint64 {
	switch t.kind {
	case reflect.Bool:
		if ns.at(k).Bool() {
			return 1
		}
		return 0
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return uint64(ns.at(k).Int())
	case reflect.Float32:
		return uint64(Float32bits(ns.at(k).Interface()))
	case reflect.Float64:
		return math.Float64bits(ns.at(k).Float())
	case reflect.Complex64:
		c := *complex64Of(ns.at(k / 2).Addr())
		return uint64(math.Float32bits([2]float32{real(c), imag(c)}[k%2]))
	case reflect.Complex128:
		c := ns.at(k / 2).Complex()
		return math.Float64bits([2]float64{real(c), imag(c)}[k%2])
	}
	return ns.at(k).Uint()
}

// SetBits sets number k to what Bits returns, cut to its size.
func (t *NumberType) SetBits(ns Numbers, k int, x uint64) {
	switch t.kind {
	case reflect.Bool:
		ns.at(k).SetBool(x != 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		ns.at(k).SetInt(int64(x))
	case reflect.Float32:
		SetFloat32bits(ns.at(k), uint32(x))
	case reflect.Float64:
		ns.at(k).SetFloat(math.Float64frombits(x))
	case reflect.Complex64:
		p := complex64Of(ns.at(k / 2).Addr())
		parts := [2]float32{real(*p), imag(*p)}
		parts[k%2] = math.Float32frombits(uint32(x))
		*p = complex(parts[0], parts[1])
	case reflect.Complex128:
		f := ns.at(k / 2)
		parts := [2]float64{real(f.Complex()), imag(f.Complex())}
		parts[k%2] = math.Float64frombits(x)
		f.SetComplex(complex(parts[0], parts[1]))
	default:
		ns.at(k).SetUint(x)
	}
}

// Bytes returns the bytes of a string, a byte slice or a byte array, for reading.
func (p *Place) Bytes(v Value) []byte {
	x := p.in(v)
	if p.kind == reflect.String {
		return []byte(x.String())
	}
	return x.Bytes()
}

// SetBytes sets a string, a byte slice or a byte array to a copy of b. A slice
// keeps its memory if that is large enough.
func (p *Place) SetBytes(v Value, b []byte) {
	x := p.in(v)
	switch p.kind {
	case reflect.String:
		x.SetString(string(b))
		return
	case reflect.Slice:
		p.Resize(v, len(b))
	}
	copy(x.Bytes(), b)
}

// Len returns the length of a slice.
func (p *Place) Len(v Value) int { return p.in(v).Len() }

// Resize gives a slice of numbers a length, and new memory only if it needs more.
func (p *Place) Resize(v Value, n int) {
	x := p.in(v)
	x.SetLen(0)
	x.Grow(max(n, 1)) // empty is not nil
	x.SetLen(n)
}
