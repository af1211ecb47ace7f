//go:build !purego

// Assembly: shuffle_arm64.s, for every arm64 has NEON. The twin is portable.go.

package shuffle

import "unsafe"

// Available reports whether the routines are faster than moves, and are to be used.
var Available = supported() && !race

// supported reports whether the routines can be called: every arm64 has the
// instructions.
func supported() bool { return true }

// One does the steps of a program for one record; p is its head.
//
//go:noescape
func One(p *Step, dst, src unsafe.Pointer)

// Rows does a wide step for n records in their order, which begin dstStride and
// srcStride bytes apart.
//
//go:noescape
func Rows(step *Step, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int)

// Swap permutes n bytes, sixteen by sixteen; n is a multiple of Block, and not 0.
// There is no way past the caches.
//
//go:noescape
func Swap(dst, src unsafe.Pointer, n int, mask *[16]byte, past bool)
