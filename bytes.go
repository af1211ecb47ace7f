package structpack

import (
	"encoding/binary"
	"math"
)

// The byte order is a branch that always goes the same way, and costs less
// than a second set of ops.

func put16(b []byte, x uint16, big bool) {
	if big {
		binary.BigEndian.PutUint16(b, x)
	} else {
		binary.LittleEndian.PutUint16(b, x)
	}
}

func put32(b []byte, x uint32, big bool) {
	if big {
		binary.BigEndian.PutUint32(b, x)
	} else {
		binary.LittleEndian.PutUint32(b, x)
	}
}

func put64(b []byte, x uint64, big bool) {
	if big {
		binary.BigEndian.PutUint64(b, x)
	} else {
		binary.LittleEndian.PutUint64(b, x)
	}
}

func get16(b []byte, big bool) uint16 {
	if big {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func get32(b []byte, big bool) uint32 {
	if big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func get64(b []byte, big bool) uint64 {
	if big {
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}

// putBits packs the last bits of u, as many as a number of a size has.
func putBits(b []byte, u uint64, size int, big bool) {
	switch size {
	case 1:
		b[0] = byte(u)
	case 2:
		put16(b, uint16(u), big)
	case 4:
		put32(b, uint32(u), big)
	case 8:
		put64(b, u, big)
	}
}

func getComplex64(b []byte, big bool) complex64 {
	return complex(math.Float32frombits(get32(b, big)), math.Float32frombits(get32(b[4:], big)))
}

func getComplex128(b []byte, big bool) complex128 {
	return complex(math.Float64frombits(get64(b, big)), math.Float64frombits(get64(b[8:], big)))
}

// clone returns a copy of b that is not nil.
func clone(b []byte) []byte {
	c := make([]byte, len(b)) // is not cleared first
	copy(c, b)
	return c
}

// pascal returns the bytes of a Pascal string: as many as its length byte
// says, and no more than there are.
func pascal(b []byte) []byte {
	if len(b) == 0 {
		return b[:0:0]
	}
	n := min(int(b[0]), len(b)-1)
	return b[1 : 1+n : 1+n]
}

// endPascal makes the n bytes from b[1] on a Pascal string.
func endPascal(b []byte, n int) {
	b[0] = byte(min(n, 255))
	clear(b[1+n:])
}

// kept holds up to keptSize bytes. Few are kept as words, and as a word at their end
// that overlaps those where it must, which takes half the time of a call of copy.
type kept [keptSize + 8]byte

const keptSize = 120

func (k *kept) keep(b []byte) {
	end := k[keptSize:]
	switch {
	case len(b) >= 32:
		copy(k[:], b)
	case len(b) >= 8:
		for i := 0; i <= len(b)-8; i += 8 {
			binary.LittleEndian.PutUint64(k[i:], binary.LittleEndian.Uint64(b[i:]))
		}
		binary.LittleEndian.PutUint64(end, binary.LittleEndian.Uint64(b[len(b)-8:]))
	default:
		copy(end, b)
	}
}

func (k *kept) restore(b []byte) {
	switch {
	case len(b) >= 32:
		copy(b, k[:])
	case len(b) >= 8:
		copy(b[len(b)-8:], k[keptSize:])
		copy(b[:len(b)&^7], k[:])
	default:
		copy(b, k[keptSize:])
	}
}
