//go:build !purego

// Package mem holds the unsafe code of structpack, and nothing else. Under
// the build tag purego a twin with the same signatures and without unsafe
// takes its place.
package mem

import (
	"reflect"
	"unsafe"
)

// The bits of a float32 of a named type are out of reflection's reach: its
// methods pass them through a float64, which quiets a signalling NaN, and what
// does not makes the variable escape.

// An eface is what an any is in memory.
type eface struct {
	typ  unsafe.Pointer
	data unsafe.Pointer
}

// Float32bits returns the bits of v, whose kind must be Float32.
func Float32bits(v any) uint32 {
	return *(*uint32)((*eface)(unsafe.Pointer(&v)).data)
}

// Complex64bits returns the bits of both parts of v, whose kind must be
// Complex64.
func Complex64bits(v any) (re, im uint32) {
	p := (*[2]uint32)((*eface)(unsafe.Pointer(&v)).data)
	return p[0], p[1]
}

// SetFloat32bits sets v, which must be addressable and of kind Float32.
func SetFloat32bits(v reflect.Value, bits uint32) {
	*(*uint32)(v.Addr().UnsafePointer()) = bits
}

// SetComplex64bits sets v, which must be addressable and of kind Complex64.
func SetComplex64bits(v reflect.Value, re, im uint32) {
	*(*[2]uint32)(v.Addr().UnsafePointer()) = [2]uint32{re, im}
}
