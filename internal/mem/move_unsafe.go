//go:build !purego && (386 || amd64 || arm64 || ppc64le || s390x)

package mem

import (
	"math/bits"
	"unsafe"
)

// CanMove tells whether there are moves; without them there is reflection.
const CanMove = true

// PackOne packs *v into dst, in which every move must have its room.
func PackOne[T any](moves []Move, dst []byte, v *T) {
	pack(moves, unsafe.Pointer(unsafe.SliceData(dst)), unsafe.Pointer(v))
}

// UnpackOne unpacks src, in which every move must have its room, into *v.
func UnpackOne[T any](moves []Move, v *T, src []byte) {
	unpack(moves, unsafe.Pointer(v), unsafe.Pointer(unsafe.SliceData(src)))
}

// rows is how many records go through one move before the next: so many stay in
// the first cache, and few pay for the way to the move.
const rows = 64

// PackRows packs vs into dst, size bytes for each.
func PackRows[T any](moves []Move, dst []byte, size int, vs []T) {
	if len(vs) == 0 || size == 0 {
		return
	}
	to, from := unsafe.Pointer(unsafe.SliceData(dst)), unsafe.Pointer(unsafe.SliceData(vs))
	stride := int(unsafe.Sizeof(vs[0]))
	if whole, ok := wholeOf(moves, size, stride); ok {
		whole.N *= len(vs)
		whole.pack(to, from)
		return
	}
	for first := 0; first < len(vs); first += rows {
		n := min(rows, len(vs)-first)
		for i := range moves {
			m := &moves[i]
			m.packRows(unsafe.Add(to, first*size+m.Wire), size, unsafe.Add(from, first*stride+m.goOff()), stride, n)
		}
	}
}

// UnpackRows unpacks src, size bytes for each of vs.
func UnpackRows[T any](moves []Move, vs []T, src []byte, size int) {
	if len(vs) == 0 || size == 0 {
		return
	}
	to, from := unsafe.Pointer(unsafe.SliceData(vs)), unsafe.Pointer(unsafe.SliceData(src))
	stride := int(unsafe.Sizeof(vs[0]))
	if whole, ok := wholeOf(moves, size, stride); ok {
		whole.N *= len(vs)
		whole.unpack(to, from)
		return
	}
	for first := 0; first < len(vs); first += rows {
		n := min(rows, len(vs)-first)
		for i := range moves {
			m := &moves[i]
			m.unpackRows(unsafe.Add(to, first*stride+m.goOff()), stride, unsafe.Add(from, first*size+m.Wire), size, n)
		}
	}
}

// goOff is the offset in the Go value; padding has none.
func (m *Move) goOff() int {
	if m.Kind == Zero {
		return 0
	}
	return m.Go
}

// wholeOf returns the move that is all of a record, so that records that follow
// each other are one move too.
func wholeOf(moves []Move, size, stride int) (Move, bool) {
	if len(moves) != 1 || moves[0].Kind == Zero {
		return Move{}, false
	}
	return moves[0], moves[0].N*sizes[moves[0].Kind] == size && size == stride
}

func pack(moves []Move, to, from unsafe.Pointer) {
	for i := range moves {
		m := &moves[i]
		switch {
		case m.Kind == Swap16 && m.N == 1:
			*(*uint16)(unsafe.Add(to, m.Wire)) = bits.ReverseBytes16(*(*uint16)(unsafe.Add(from, m.Go)))
		case m.Kind == Swap32 && m.N == 1:
			*(*uint32)(unsafe.Add(to, m.Wire)) = bits.ReverseBytes32(*(*uint32)(unsafe.Add(from, m.Go)))
		case m.Kind == Zero:
			clear(unsafe.Slice((*byte)(unsafe.Add(to, m.Wire)), m.N))
		default:
			m.pack(unsafe.Add(to, m.Wire), unsafe.Add(from, m.Go))
		}
	}
}

func unpack(moves []Move, to, from unsafe.Pointer) {
	for i := range moves {
		m := &moves[i]
		switch {
		case m.Kind == Swap16 && m.N == 1:
			*(*uint16)(unsafe.Add(to, m.Go)) = bits.ReverseBytes16(*(*uint16)(unsafe.Add(from, m.Wire)))
		case m.Kind == Swap32 && m.N == 1:
			*(*uint32)(unsafe.Add(to, m.Go)) = bits.ReverseBytes32(*(*uint32)(unsafe.Add(from, m.Wire)))
		case m.Kind == Zero:
		default:
			m.unpack(unsafe.Add(to, m.Go), unsafe.Add(from, m.Wire))
		}
	}
}

// pack moves to the data. Zero is not for it.
func (m *Move) pack(to, from unsafe.Pointer) {
	switch m.Kind {
	case Copy, Truth:
		copyWords(to, from, m.N)
	default:
		swap(m.Kind, to, from, m.N)
	}
}

// unpack moves from the data. Zero is not for it.
func (m *Move) unpack(to, from unsafe.Pointer) {
	switch m.Kind {
	case Copy:
		copyWords(to, from, m.N)
	case Truth:
		for i := range m.N {
			truth(unsafe.Add(to, i), unsafe.Add(from, i))
		}
	default:
		swap(m.Kind, to, from, m.N)
	}
}

func truth(to, from unsafe.Pointer) {
	*(*bool)(to) = *(*byte)(from) != 0
}

func copyWords(to, from unsafe.Pointer, n int) {
	if n <= Short {
		move(to, from, n)
		return
	}
	copy(unsafe.Slice((*byte)(to), n), unsafe.Slice((*byte)(from), n))
}

// swap moves n elements and turns the bytes of each around, eight bytes at a
// time, and thirty-two where there are many.
func swap(kind Kind, to, from unsafe.Pointer, n int) {
	size := n * sizes[kind]
	i := 0
	switch kind {
	case Swap64:
		for ; i+32 <= size; i += 32 {
			a, b := *(*[4]uint64)(unsafe.Add(from, i)), (*[4]uint64)(unsafe.Add(to, i))
			b[0], b[1], b[2], b[3] = bits.ReverseBytes64(a[0]), bits.ReverseBytes64(a[1]), bits.ReverseBytes64(a[2]), bits.ReverseBytes64(a[3])
		}
		for ; i < size; i += 8 {
			*(*uint64)(unsafe.Add(to, i)) = bits.ReverseBytes64(*(*uint64)(unsafe.Add(from, i)))
		}
	case Swap32:
		for ; i+32 <= size; i += 32 {
			a, b := *(*[4]uint64)(unsafe.Add(from, i)), (*[4]uint64)(unsafe.Add(to, i))
			b[0], b[1], b[2], b[3] = swapPair(a[0]), swapPair(a[1]), swapPair(a[2]), swapPair(a[3])
		}
		for ; i < size; i += 4 {
			*(*uint32)(unsafe.Add(to, i)) = bits.ReverseBytes32(*(*uint32)(unsafe.Add(from, i)))
		}
	case Swap16:
		for ; i+8 <= size; i += 8 {
			x := *(*uint64)(unsafe.Add(from, i))
			const even = 0x00ff00ff00ff00ff
			*(*uint64)(unsafe.Add(to, i)) = x>>8&even | x&even<<8
		}
		for ; i < size; i += 2 {
			*(*uint16)(unsafe.Add(to, i)) = bits.ReverseBytes16(*(*uint16)(unsafe.Add(from, i)))
		}
	}
}

// swapPair turns around the bytes of both halves of x.
func swapPair(x uint64) uint64 { return bits.RotateLeft64(bits.ReverseBytes64(x), 32) }

// packRows does one move for n records.
func (m *Move) packRows(to unsafe.Pointer, size int, from unsafe.Pointer, stride, n int) {
	switch {
	case m.Kind == Zero:
		for i := range n {
			b := unsafe.Slice((*byte)(unsafe.Add(to, i*size)), m.N)
			for j := range b {
				b[j] = 0
			}
		}
	case m.Kind == Truth:
		for i := range n {
			copyWords(unsafe.Add(to, i*size), unsafe.Add(from, i*stride), m.N)
		}
	default:
		m.moveRows(to, size, from, stride, n)
	}
}

// unpackRows does one move for n records.
func (m *Move) unpackRows(to unsafe.Pointer, stride int, from unsafe.Pointer, size, n int) {
	switch {
	case m.Kind == Zero:
	case m.Kind == Truth:
		for i := range n {
			m.unpack(unsafe.Add(to, i*stride), unsafe.Add(from, i*size))
		}
	default:
		m.moveRows(to, stride, from, size, n)
	}
}

// moveRows copies or swaps n times, in steps of so many bytes on either side.
func (m *Move) moveRows(to unsafe.Pointer, toStep int, from unsafe.Pointer, fromStep, n int) {
	switch {
	case m.Kind == Swap16 && m.N == 1:
		for i := range n {
			*(*uint16)(unsafe.Add(to, i*toStep)) = bits.ReverseBytes16(*(*uint16)(unsafe.Add(from, i*fromStep)))
		}
	case m.Kind == Swap32 && m.N == 1:
		for i := range n {
			*(*uint32)(unsafe.Add(to, i*toStep)) = bits.ReverseBytes32(*(*uint32)(unsafe.Add(from, i*fromStep)))
		}
	case m.Kind == Swap32 && m.N == 2:
		for i := range n {
			*(*uint64)(unsafe.Add(to, i*toStep)) = swapPair(*(*uint64)(unsafe.Add(from, i*fromStep)))
		}
	case m.Kind == Swap64 && m.N == 1:
		for i := range n {
			*(*uint64)(unsafe.Add(to, i*toStep)) = bits.ReverseBytes64(*(*uint64)(unsafe.Add(from, i*fromStep)))
		}
	case m.Kind == Copy && m.N == 1:
		for i := range n {
			*(*uint8)(unsafe.Add(to, i*toStep)) = *(*uint8)(unsafe.Add(from, i*fromStep))
		}
	case m.Kind == Copy && m.N == 2:
		for i := range n {
			*(*uint16)(unsafe.Add(to, i*toStep)) = *(*uint16)(unsafe.Add(from, i*fromStep))
		}
	case m.Kind == Copy && m.N == 4:
		for i := range n {
			*(*uint32)(unsafe.Add(to, i*toStep)) = *(*uint32)(unsafe.Add(from, i*fromStep))
		}
	case m.Kind == Copy && m.N == 8:
		for i := range n {
			*(*uint64)(unsafe.Add(to, i*toStep)) = *(*uint64)(unsafe.Add(from, i*fromStep))
		}
	case m.Kind == Copy:
		for i := range n {
			copyWords(unsafe.Add(to, i*toStep), unsafe.Add(from, i*fromStep), m.N)
		}
	default:
		for i := range n {
			swap(m.Kind, unsafe.Add(to, i*toStep), unsafe.Add(from, i*fromStep), m.N)
		}
	}
}
