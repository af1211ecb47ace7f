// Package mem holds the unsafe code of structpack, and nothing else: the loops
// that move single values, and what reflection cannot do.
//
// Every file with unsafe has a twin with the same signatures and without. The
// names of a pair say which condition decides between them, and the line under
// the build tags says why: x_fast.go is compiled for processors that load and
// store words at any address, x_safe.go for the others and for the tag purego;
// x_unsafe.go is compiled for all processors, and x_purego.go for the tag alone.
package mem

import "math/bits"

// A Width says how many bits of a value are moved.
type Width uint8

const (
	Other  Width = iota // not moved here
	Text                // a []byte of N bytes, N > Short; for PackBytes
	Byte                // a number of 8 bits, or a bool
	Word16              // an integer of 16 bits
	Word32              // an integer or float of 32 bits
	Word64              // an integer or float of 64 bits
	Bytes               // a []byte of N bytes, 0 < N <= Short
)

// size returns the size of a number; of others it is 0.
func (w Width) size() int { return [...]int{Byte: 1, Word16: 2, Word32: 4, Word64: 8, Bytes: 0}[w] }

// A Step says how one value lies in the bytes and in Go.
type Step struct {
	Width   Width
	Bool    bool   // any byte but 0 is true
	Inst    uint16 // for the caller
	N       uint32 // for Bytes and Text: how many
	Off     int
	Type    Type // of the value
	Pointer Type // of a pointer to it
	Lo, Hi  int  // an int from Lo to Hi fits; Lo > Hi if none does
}

// SetLimits makes the ints from -lo to hi fit, as far as an int has them.
func (st *Step) SetLimits(lo, hi uint64) {
	st.Lo, st.Hi = -int(min(lo, 1<<(bits.UintSize-1))), int(min(hi, 1<<(bits.UintSize-1)-1))
}

// Short is how many bytes of a value are moved here, and put into an Arena: to move so
// few takes less time than a call would.
const Short = 16

// MostSteps is how many steps a Form may have.
const MostSteps = 64

// PackBytes packs v into b, cut or padded with zeros, if it is a []byte or a string.
func PackBytes(b []byte, v any) bool {
	n := 0
	switch x := v.(type) {
	case []byte:
		n = copy(b, x)
	case string:
		n = copy(b, x)
	default:
		return false
	}
	if n < len(b) {
		clear(b[n:])
	}
	return true
}

// copyShort sets b to x, cut or padded with zeros.
func copyShort[T []byte | string](b []byte, x T) {
	n := min(len(b), len(x))
	for k := range n {
		b[k] = x[k]
	}
	for k := n; k < len(b); k++ {
		b[k] = 0
	}
}
