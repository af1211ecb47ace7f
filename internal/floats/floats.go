// Package floats converts between floating-point widths. Package structpack does
// so with it, and generated code carries what it needs of this text.
//
// Numbers round to nearest, ties to even. NaNs keep their sign and as much of their payload as fits, and
// signalling NaNs stay signalling: all of it is done on integers, because what
// processors do to a NaN differs between them. A payload that would vanish
// would turn the NaN into an infinity, so it becomes the quiet NaN's, as in
// CPython's PyFloat_Pack2 and PyFloat_Pack4.
package floats

import (
	"math"
	"math/bits"
)

// The bits of exponents and fractions.
const (
	Inf64  = 0x7ff << 52 // also the bits of an infinity
	frac64 = 1<<52 - 1
	exp32  = 0xff << 23
	frac32 = 1<<23 - 1
	exp16  = 0x1f << 10
	frac16 = 1<<10 - 1
)

// Half rounds the float64 with bits b once, to the bits of a half float.
// It reports false if b is finite and too large.
func Half(b uint64) (h uint16, ok bool) {
	sign := uint16(b>>48) & 0x8000
	frac := b & frac64
	exp := int(b>>52&0x7ff) - 1023
	switch {
	case exp == 1024 && frac == 0:
		return sign | exp16, true
	case exp == 1024:
		payload := uint16(frac >> 42)
		if payload == 0 {
			payload = 1 << 9
		}
		return sign | exp16 | payload, true
	case exp < -25: // less than half of the smallest subnormal
		return sign, true
	}
	// h is the mantissa without its last `shift` bits; below 2**-14 more of
	// them go. The exponent is added, not or-ed, so that the leading bit of the
	// mantissa and a carry out of the rounding both raise it.
	mant := frac | 1<<52
	shift := 42
	biased := exp + 14
	if exp < -14 {
		shift += -14 - exp
		biased = 0
	}
	n := mant >> shift
	rest, half := mant&(1<<shift-1), uint64(1)<<(shift-1)
	if rest > half || rest == half && n&1 == 1 {
		n++
	}
	n += uint64(biased) << 10
	return sign | uint16(n), n < exp16
}

// FromHalf returns the bits of the float32 with the value of a half float.
func FromHalf(h uint16) uint32 {
	sign := uint32(h&0x8000) << 16
	exp := uint32(h & exp16 >> 10)
	frac := uint32(h & frac16)
	switch exp {
	case 0x1f:
		return sign | exp32 | frac<<13
	case 0:
		if frac == 0 {
			return sign
		}
		// A subnormal is frac * 2**-24: move its leading bit to where a normal
		// number has it implied.
		lead := bits.Len32(frac) - 1
		return sign | uint32(lead-24+127)<<23 | frac<<(23-lead)&frac32
	}
	return sign | (exp-15+127)<<23 | frac<<13
}

// Narrow returns the bits of the float32 nearest to the float64 with bits b.
// It reports false if b is finite and too large; the bits are an
// infinity's then.
func Narrow(b uint64) (uint32, bool) {
	if b&Inf64 == Inf64 {
		sign := uint32(b>>32) & (1 << 31)
		frac := b & frac64
		payload := uint32(frac >> 29)
		if payload == 0 && frac != 0 {
			payload = 1 << 22
		}
		return sign | exp32 | payload, true
	}
	f := math.Float32bits(float32(math.Float64frombits(b)))
	return f, f&exp32 != exp32
}

// Widen returns the bits of the float64 with the value of the float32 with bits b.
func Widen(b uint32) uint64 {
	if b&exp32 == exp32 {
		return uint64(b&(1<<31))<<32 | Inf64 | uint64(b&frac32)<<29
	}
	return math.Float64bits(float64(math.Float32frombits(b)))
}
