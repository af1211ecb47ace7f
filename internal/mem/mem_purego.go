//go:build purego

// Package mem is the twin, without unsafe, of the package that it stands in
// for when the build tag purego is set. It allocates, and it quiets a signalling
// NaN in a named complex64 type: reflection has no way around that.
package mem

import (
	"math"
	"reflect"
)

// Float32bits returns the bits of v, whose kind must be Float32.
func Float32bits(v any) uint32 {
	return math.Float32bits(reflect.ValueOf(v).Convert(reflect.TypeFor[float32]()).Interface().(float32))
}

// Complex64bits returns the bits of both parts of v, whose kind must be
// Complex64.
func Complex64bits(v any) (re, im uint32) {
	c := reflect.ValueOf(v).Convert(reflect.TypeFor[complex64]()).Interface().(complex64)
	return math.Float32bits(real(c)), math.Float32bits(imag(c))
}

// SetFloat32bits sets v, which must be addressable and of kind Float32.
func SetFloat32bits(v reflect.Value, bits uint32) {
	v.Set(reflect.ValueOf(math.Float32frombits(bits)).Convert(v.Type()))
}

// SetComplex64bits sets v, which must be addressable and of kind Complex64.
func SetComplex64bits(v reflect.Value, re, im uint32) {
	c := complex(math.Float32frombits(re), math.Float32frombits(im))
	if p, ok := v.Addr().Interface().(*complex64); ok {
		*p = c
		return
	}
	v.Set(reflect.ValueOf(c).Convert(v.Type()))
}
