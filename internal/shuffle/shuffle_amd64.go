//go:build !purego

// Assembly: shuffle_amd64.s, if the processor has AVX2. The twin is portable.go.

package shuffle

import "unsafe"

// Available reports whether the routines are faster than moves, and are to be used.
var Available = supported() && !race

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
// With past it writes to memory past the caches; dst must be a multiple of Align
// then.
//
//go:noescape
func Swap(dst, src unsafe.Pointer, n int, mask *[16]byte, past bool)

func cpuid(leaf, sub uint32) (ax, bx, cx, dx uint32)

func xgetbv() (ax uint32)

// supported reports whether the routines can be called: the processor has AVX2,
// which Intel's have since 2013, and AMD's since 2015, and the system keeps its
// registers.
func supported() bool {
	if most, _, _, _ := cpuid(0, 0); most < 7 {
		return false
	}
	const osxsave, avx, avx2, registers = 1 << 27, 1 << 28, 1 << 5, 6
	if _, _, cx, _ := cpuid(1, 0); cx&osxsave == 0 || cx&avx == 0 || xgetbv()&registers != registers {
		return false
	}
	_, bx, _, _ := cpuid(7, 0)
	return bx&avx2 != 0
}
