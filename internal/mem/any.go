//go:build !purego

package mem

import "unsafe"

// A Type identifies the dynamic type of an any. Types can be compared.
type Type unsafe.Pointer

// TypeOf returns the dynamic type of v.
func TypeOf(v any) Type { return Type((*eface)(unsafe.Pointer(&v)).typ) }

// IsNil reports whether v, which must be a pointer, is nil.
func IsNil(v any) bool { return (*eface)(unsafe.Pointer(&v)).data == nil }

// Set8 sets the variable that p points to, a number of 8 bits or a bool. p
// must be a pointer to one, and not nil. For a bool x must be 0 or 1.
func Set8(p any, x uint8) { *(*uint8)((*eface)(unsafe.Pointer(&p)).data) = x }

// Set16 is Set8 for 16 bits.
func Set16(p any, x uint16) { *(*uint16)((*eface)(unsafe.Pointer(&p)).data) = x }

// Set32 is Set8 for 32 bits, integer or float.
func Set32(p any, x uint32) { *(*uint32)((*eface)(unsafe.Pointer(&p)).data) = x }

// Set64 is Set8 for 64 bits, integer or float.
func Set64(p any, x uint64) { *(*uint64)((*eface)(unsafe.Pointer(&p)).data) = x }
