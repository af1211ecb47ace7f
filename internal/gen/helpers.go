package gen

import (
	"strings"
)

// helpers writes the functions that the file needs, and no others. Those that
// convert floats are package structpack's own, without its constants; a test
// holds them to that.
func (c *coder) helpers() {
	for _, h := range functions {
		if !c.needs[h.name] {
			continue
		}
		if h.imports != "" {
			c.std(h.imports)
		}
		text := strings.NewReplacer("PREFIX_", c.prefix,
			"FMT.", c.imports["fmt"]+".", "MATH.", c.imports["math"]+".", "BITS.", c.imports["math/bits"]+".", "BINARY.", c.imports["encoding/binary"]+".").Replace(h.text)
		c.body.WriteString(text)
	}
	for kind := range strings.FieldsSeq("Int Int8 Int16 Int32 Int64 Uint Uint8 Uint16 Uint32 Uint64 Uintptr Float32 Float64 Complex64 Complex128 String") {
		if name := "set" + kind; c.needs[name] {
			typ := strings.ToLower(kind)
			c.f("// %s sets a variable whose type cannot be named here.\nfunc %s[T ~%s](p *T, x %s) { *p = T(x) }\n\n", c.prefix+name, c.prefix+name, typ, typ)
		}
	}
}

// functions are what files may need.
var functions = []struct{ name, imports, text string }{
	{"offset", "fmt", `
// PREFIX_offset returns the offset from the beginning of n bytes, in which there
// must be size bytes from there on, or why there are not.
func PREFIX_offset(op string, size, n, offset int) (int, string) {
	crosses, doing := "no space to pack", "packing"
	if op == "unpack_from" {
		crosses, doing = "not enough data to unpack", "unpacking"
	}
	if offset < 0 {
		if offset+size > 0 {
			return 0, FMT.Sprintf("%s %d bytes at offset %d", crosses, size, offset)
		}
		if offset+n < 0 {
			return 0, FMT.Sprintf("offset %d out of range for %d-byte buffer", offset, n)
		}
		offset += n
	}
	if n-offset < size {
		return 0, FMT.Sprintf("%s requires a buffer of at least %d bytes for %s %d bytes at offset %d (actual buffer size is %d)",
			op, uint(size)+uint(offset), doing, size, offset, n)
	}
	return offset, ""
}

`},
	{"bit", "", `
func PREFIX_bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

`},
	{"hostBig", "encoding/binary", `
// PREFIX_hostBig reports whether the machine is big-endian.
func PREFIX_hostBig() bool { return BINARY.NativeEndian.Uint16([]byte{0, 1}) == 1 }

`},
	{"copyTo", "", `
// PREFIX_copyTo is copy from a type like byte.
func PREFIX_copyTo[T ~byte](dst []byte, src []T) int {
	n := min(len(dst), len(src))
	for i, x := range src[:n] {
		dst[i] = byte(x)
	}
	return n
}

`},
	{"copyFrom", "", `
// PREFIX_copyFrom is copy to a type like byte.
func PREFIX_copyFrom[T ~byte](dst []T, src []byte) {
	for i, x := range src {
		dst[i] = T(x)
	}
}

`},
	{"half", "", `
// PREFIX_half rounds the float64 with bits b once, to the bits of a half float.
// It reports false if b is finite and too large.
func PREFIX_half(b uint64) (h uint16, ok bool) {
	const inf = 0x1f << 10
	sign := uint16(b>>48) & 0x8000
	frac := b & (1<<52 - 1)
	exp := int(b>>52&0x7ff) - 1023
	switch {
	case exp == 1024 && frac == 0:
		return sign | inf, true
	case exp == 1024: // a NaN keeps as much of its payload as fits
		payload := uint16(frac >> 42)
		if payload == 0 {
			payload = 1 << 9
		}
		return sign | inf | payload, true
	case exp < -25: // less than half of the smallest subnormal
		return sign, true
	}
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
	return sign | uint16(n), n < inf
}

`},
	{"fromHalf", "math/bits", `
// PREFIX_fromHalf returns the bits of the float32 with the value of a half float.
func PREFIX_fromHalf(h uint16) uint32 {
	sign := uint32(h&0x8000) << 16
	exp := uint32(h >> 10 & 0x1f)
	frac := uint32(h & 0x3ff)
	switch exp {
	case 0x1f:
		return sign | 0xff<<23 | frac<<13
	case 0:
		if frac == 0 {
			return sign
		}
		lead := BITS.Len32(frac) - 1
		return sign | uint32(lead-24+127)<<23 | frac<<(23-lead)&(1<<23-1)
	}
	return sign | (exp-15+127)<<23 | frac<<13
}

`},
	{"narrow", "math", `
// PREFIX_narrow returns the bits of the float32 nearest to the float64 with bits
// b. It reports false if b is finite and too large; the bits are those of an
// infinity then. NaNs are for integers: processors change them.
func PREFIX_narrow(b uint64) (uint32, bool) {
	if b&(0x7ff<<52) == 0x7ff<<52 {
		frac := b & (1<<52 - 1)
		payload := uint32(frac >> 29)
		if payload == 0 && frac != 0 {
			payload = 1 << 22
		}
		return uint32(b>>32)&(1<<31) | 0xff<<23 | payload, true
	}
	f := MATH.Float32bits(float32(MATH.Float64frombits(b)))
	return f, f&(0xff<<23) != 0xff<<23
}

`},
	{"widen", "math", `
// PREFIX_widen returns the bits of the float64 with the value of the float32 with
// bits b.
func PREFIX_widen(b uint32) uint64 {
	if b&(0xff<<23) == 0xff<<23 {
		return uint64(b&(1<<31))<<32 | 0x7ff<<52 | uint64(b&(1<<23-1))<<29
	}
	return MATH.Float64bits(float64(MATH.Float32frombits(b)))
}

`},
}
