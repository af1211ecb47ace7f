//go:build !purego && !amd64 && !arm64

// No assembly: the routines of portable.go, under the names of the others.

package shuffle

import "unsafe"

// Available reports whether the routines are faster than moves, and are to be used.
var Available = false

// supported reports whether the routines can be called.
func supported() bool { return true }

// One does the steps of a program for one record; p is its head.
func One(p *Step, dst, src unsafe.Pointer) { oneGo(p, dst, src) }

// Rows does a wide step for n records in their order, which begin dstStride and
// srcStride bytes apart.
func Rows(step *Step, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) {
	rowsGo(step, dst, dstStride, src, srcStride, n)
}

// Swap permutes n bytes, sixteen by sixteen; n is a multiple of Block, and not 0.
// There is no way past the caches.
func Swap(dst, src unsafe.Pointer, n int, mask *[16]byte, past bool) {
	swapGo(dst, src, n, mask, past)
}
