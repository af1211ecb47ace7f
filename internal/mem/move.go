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
)

// A Move moves fields that lie side by side, in the data and in a Go value.
type Move struct {
	Kind Kind
	Wire int // offset in the data
	Go   int // offset in the Go value
	N    int // elements; for Copy, Truth and Zero: bytes
}

// sizes of an element, by Kind.
var sizes = [...]int{Copy: 1, Truth: 1, Swap16: 2, Swap32: 4, Swap64: 8, Zero: 1}

// KindOf returns the kind and count of a move of n elements of a size, in a
// byte order.
func KindOf(size int, big bool, n int) (Kind, int) {
	if size == 1 || big == hostBig {
		return Copy, n * size
	}
	return map[int]Kind{2: Swap16, 4: Swap32, 8: Swap64}[size], n
}

// AppendMove appends m, to the last move if it goes on where that one ends.
func AppendMove(moves []Move, m Move) []Move {
	if len(moves) > 0 {
		last := &moves[len(moves)-1]
		bytes := last.N * sizes[last.Kind]
		if last.Kind == m.Kind && last.Wire+bytes == m.Wire && last.Go+bytes == m.Go {
			last.N += m.N
			return moves
		}
	}
	return append(moves, m)
}
