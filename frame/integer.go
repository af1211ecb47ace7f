package frame

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// An integer is a value of the header. c, ? and an s of at most 8 bytes count as
// integers too, and that s as a length if LengthAt says so.
type integer struct {
	off    int
	bytes  int  // that the value takes
	size   int  // the same, or 0 if the value is no integer
	big    bool // big-endian
	signed bool
	length bool  // it may be the length
	text   bool  // it is an s
	shift  uint8 // 64 less its bits
}

// max returns the largest number that both the integer and an int64 can express.
func (v *integer) max() int64 {
	if v.signed {
		return math.MaxInt64 >> v.shift
	}
	return int64(min(uint64(math.MaxUint64)>>v.shift, math.MaxInt64))
}

// load returns the integer at its place in head; an unsigned one of 64 bits may
// come out negative.
func (v *integer) load(head []byte) int64 {
	b := head[v.off:]
	var x uint64
	switch v.size {
	case 4:
		x = uint64(binary.LittleEndian.Uint32(b))
	case 2:
		x = uint64(binary.LittleEndian.Uint16(b))
	case 1:
		x = uint64(b[0])
	case 8:
		x = binary.LittleEndian.Uint64(b)
	case 0:
		panic("frame: a value of the header that is no integer")
	default:
		var all [8]byte
		copy(all[:], b[:v.size])
		x = binary.LittleEndian.Uint64(all[:])
	}
	if v.big {
		x = bits.ReverseBytes64(x)
	} else {
		x <<= v.shift & 63
	}
	if v.signed {
		return int64(x) >> (v.shift & 63)
	}
	return int64(x >> (v.shift & 63))
}

// store sets the integer at its place in head.
func (v *integer) store(head []byte, x uint64) {
	b := head[v.off:]
	if v.big {
		x = bits.ReverseBytes64(x << (v.shift & 63))
	}
	switch v.size {
	case 4:
		binary.LittleEndian.PutUint32(b, uint32(x))
	case 2:
		binary.LittleEndian.PutUint16(b, uint16(x))
	case 1:
		b[0] = byte(x)
	case 8:
		binary.LittleEndian.PutUint64(b, x)
	default:
		var all [8]byte
		binary.LittleEndian.PutUint64(all[:], x)
		copy(b[:v.size], all[:])
	}
}
