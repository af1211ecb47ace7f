package mem

// A Kind says what a Move does to the bytes that it moves.
type Kind uint8

const (
	Copy   Kind = iota // nothing
	Truth              // any byte but 0 becomes 1, when it is unpacked
	Swap16             // turns the two bytes of each element around
	Swap32             // the four bytes
	Swap64             // the eight bytes
	Zero               // padding: zeros in the data, nothing in Go
	Widen              // integers that have more bytes in Go
)

// A Move moves fields that lie side by side, in the data and in a Go value.
type Move struct {
	Kind Kind
	Wire int // offset in the data
	Go   int // offset in the Go value
	N    int // elements; for Copy, Truth and Zero: bytes

	// For Widen.
	WireSize, GoSize int
	Signed, Big      bool
	Value            int // the index of the first number, for a caller that asks which does not fit
}

// MoveNumbers returns the move of n numbers of a size, in a byte order.
func MoveNumbers(size int, big bool, n int) Move {
	if size == 1 || big == hostBig {
		return Move{Kind: Copy, N: n * size}
	}
	kind := Swap64
	switch size {
	case 2:
		kind = Swap16
	case 4:
		kind = Swap32
	}
	return Move{Kind: kind, N: n}
}
