//go:build purego

package mem

import (
	"math"
	"reflect"
)

// A Type identifies the dynamic type of an any. Types can be compared.
type Type reflect.Type

// TypeOf returns the dynamic type of v.
func TypeOf(v any) Type { return reflect.TypeOf(v) }

// IsNil reports whether v, which must be a pointer, is nil.
func IsNil(v any) bool { return reflect.ValueOf(v).IsNil() }

// Set8 sets the variable that p points to, a number of 8 bits or a bool. p
// must be a pointer to one, and not nil. For a bool x must be 0 or 1.
func Set8(p any, x uint8) {
	switch p := p.(type) {
	case *uint8:
		*p = x
	case *int8:
		*p = int8(x)
	case *bool:
		*p = x != 0
	}
}

// Set16 is Set8 for 16 bits.
func Set16(p any, x uint16) {
	switch p := p.(type) {
	case *uint16:
		*p = x
	case *int16:
		*p = int16(x)
	}
}

// Set32 is Set8 for 32 bits, integer or float.
func Set32(p any, x uint32) {
	switch p := p.(type) {
	case *uint32:
		*p = x
	case *int32:
		*p = int32(x)
	case *float32:
		*p = math.Float32frombits(x)
	}
}

// Set64 is Set8 for 64 bits, integer or float.
func Set64(p any, x uint64) {
	switch p := p.(type) {
	case *uint64:
		*p = x
	case *int64:
		*p = int64(x)
	case *float64:
		*p = math.Float64frombits(x)
	}
}
