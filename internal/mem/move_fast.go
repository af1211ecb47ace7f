//go:build !purego && (386 || amd64 || arm64 || ppc64le || s390x)

// Fast, as program_fast.go, whose moves these are; program_safe.go has none.

package mem

import (
	"math/bits"
	"unsafe"

	"example.com/structpack/internal/shuffle"
)

// A transfer is a Move in one direction, or a part of one.
type transfer struct {
	op       op
	kind     Kind
	to, from int
	n        int // elements; for Copy, Truth and Zero: bytes
	resize       // for Widen
}

// An op is what a transfer does with one load and one store for a number.
type op uint8

const (
	many op = iota // what more are needed for: n elements as their kind says
	copy1
	copy2
	copy4
	copy8
	swap16
	swap16x2
	swap16x4
	swap32
	swap32x2
	swap64
	zero8
	truth
	narrow // packs integers that have more bytes in Go
	widen  // unpacks them
)

// sizes of an element, by Kind; for Widen there are two.
var sizes = [...]int{Copy: 1, Truth: 1, Swap16: 2, Swap32: 4, Swap64: 8, Zero: 1, Widen: 0}

// opOf returns the op for n elements.
func opOf(kind Kind, n int) op {
	switch kind {
	case Copy:
		switch n {
		case 1:
			return copy1
		case 2:
			return copy2
		case 4:
			return copy4
		case 8:
			return copy8
		}
	case Swap16:
		switch n {
		case 1:
			return swap16
		case 2:
			return swap16x2
		case 4:
			return swap16x4
		}
	case Swap32:
		switch n {
		case 1:
			return swap32
		case 2:
			return swap32x2
		}
	case Swap64:
		if n == 1 {
			return swap64
		}
	case Truth:
		if n == 1 {
			return truth
		}
	}
	return many
}

// split divides a transfer into parts for which there are ops, if it is short, and
// appends them. There is room for so many bytes from its beginning on, at both sides.
//
// One op may do for what would take two or more if it does some elements twice, or
// goes into the room: what it writes there is padding, or a transfer after it writes it
// again.
func (t transfer) split(parts []transfer, room int) []transfer {
	const most = 32 // bytes; loops are better at more
	size := sizes[t.kind]
	if t.kind == Zero && t.n <= 8 && room >= 8 {
		t.op = zero8
	}
	if size == 0 || t.n*size > most || t.kind == Zero {
		return append(parts, t)
	}
	for all := t.n; t.n > 0; {
		part := t
		for part.n = 8 / size; part.n > t.n || opOf(t.kind, part.n) == many; {
			part.n /= 2
		}
		if whole := 2 * part.n; part.n < t.n && whole > t.n && opOf(t.kind, whole) != many {
			if again := whole - t.n; t.n+again <= room/size {
				part.n = whole
			} else if again <= all-t.n {
				part.n, part.to, part.from = whole, t.to-again*size, t.from-again*size
			}
		}
		part.op = opOf(t.kind, part.n)
		parts = append(parts, part)
		done := part.n - (t.to-part.to)/size
		t.n, t.to, t.from, room = t.n-done, t.to+done*size, t.from+done*size, room-done*size
	}
	return parts
}

// A resize is what integers need that have more bytes in Go.
type resize struct {
	small, large int // bytes of a number in the data and in Go
	signed, swap bool
	lowest, span uint64 // of what fits, the lowest number and how much higher the highest is
	value        int    // the index of the first number
}

func newResize(m *Move) resize {
	r := resize{small: m.WireSize, large: m.GoSize, signed: m.Signed, swap: m.Big != hostBig, value: m.Value}
	r.span = 1<<(8*m.WireSize) - 1
	if m.Signed {
		r.lowest = -(uint64(1) << (8*m.WireSize - 1))
	}
	return r
}

// do does transfers for one record.
func do(transfers []transfer, to, from unsafe.Pointer) {
	for i := range transfers {
		t := &transfers[i]
		to, from := unsafe.Add(to, t.to), unsafe.Add(from, t.from)
		switch t.op {
		case copy1:
			*(*uint8)(to) = *(*uint8)(from)
		case copy2:
			*(*uint16)(to) = *(*uint16)(from)
		case copy4:
			*(*uint32)(to) = *(*uint32)(from)
		case copy8:
			*(*uint64)(to) = *(*uint64)(from)
		case swap16:
			*(*uint16)(to) = bits.ReverseBytes16(*(*uint16)(from))
		case swap16x2:
			*(*uint32)(to) = bits.RotateLeft32(bits.ReverseBytes32(*(*uint32)(from)), 16)
		case swap16x4:
			*(*uint64)(to) = swapEach(*(*uint64)(from))
		case swap32:
			*(*uint32)(to) = bits.ReverseBytes32(*(*uint32)(from))
		case swap32x2:
			*(*uint64)(to) = swapPair(*(*uint64)(from))
		case swap64:
			*(*uint64)(to) = bits.ReverseBytes64(*(*uint64)(from))
		case zero8:
			*(*uint64)(to) = 0
		case truth:
			*(*bool)(to) = *(*byte)(from) != 0
		case narrow:
			t.narrow(to, from)
		case widen:
			t.widen(to, from)
		default:
			t.all(to, from)
		}
	}
}

// doColumn does transfers for n records, which begin toStep and fromStep bytes
// apart: one transfer for all of them, and then the next.
func doColumn(transfers []transfer, to unsafe.Pointer, toStep int, from unsafe.Pointer, fromStep, n int) {
	for i := range transfers {
		t := &transfers[i]
		to, from := unsafe.Add(to, t.to), unsafe.Add(from, t.from)
		switch t.op {
		case copy1:
			for j := range n {
				*(*uint8)(unsafe.Add(to, j*toStep)) = *(*uint8)(unsafe.Add(from, j*fromStep))
			}
		case copy2:
			for j := range n {
				*(*uint16)(unsafe.Add(to, j*toStep)) = *(*uint16)(unsafe.Add(from, j*fromStep))
			}
		case copy4:
			for j := range n {
				*(*uint32)(unsafe.Add(to, j*toStep)) = *(*uint32)(unsafe.Add(from, j*fromStep))
			}
		case copy8:
			for j := range n {
				*(*uint64)(unsafe.Add(to, j*toStep)) = *(*uint64)(unsafe.Add(from, j*fromStep))
			}
		case swap16:
			for j := range n {
				*(*uint16)(unsafe.Add(to, j*toStep)) = bits.ReverseBytes16(*(*uint16)(unsafe.Add(from, j*fromStep)))
			}
		case swap16x2:
			for j := range n {
				*(*uint32)(unsafe.Add(to, j*toStep)) = bits.RotateLeft32(bits.ReverseBytes32(*(*uint32)(unsafe.Add(from, j*fromStep))), 16)
			}
		case swap16x4:
			for j := range n {
				*(*uint64)(unsafe.Add(to, j*toStep)) = swapEach(*(*uint64)(unsafe.Add(from, j*fromStep)))
			}
		case swap32:
			for j := range n {
				*(*uint32)(unsafe.Add(to, j*toStep)) = bits.ReverseBytes32(*(*uint32)(unsafe.Add(from, j*fromStep)))
			}
		case swap32x2:
			for j := range n {
				*(*uint64)(unsafe.Add(to, j*toStep)) = swapPair(*(*uint64)(unsafe.Add(from, j*fromStep)))
			}
		case swap64:
			for j := range n {
				*(*uint64)(unsafe.Add(to, j*toStep)) = bits.ReverseBytes64(*(*uint64)(unsafe.Add(from, j*fromStep)))
			}
		case zero8:
			for j := range n {
				*(*uint64)(unsafe.Add(to, j*toStep)) = 0
			}
		case truth:
			for j := range n {
				*(*bool)(unsafe.Add(to, j*toStep)) = *(*byte)(unsafe.Add(from, j*fromStep)) != 0
			}
		case narrow:
			for j := range n {
				t.narrow(unsafe.Add(to, j*toStep), unsafe.Add(from, j*fromStep))
			}
		case widen:
			for j := range n {
				t.widen(unsafe.Add(to, j*toStep), unsafe.Add(from, j*fromStep))
			}
		default:
			for j := range n {
				t.all(unsafe.Add(to, j*toStep), unsafe.Add(from, j*fromStep))
			}
		}
	}
}

// all does a transfer of many elements.
func (t *transfer) all(to, from unsafe.Pointer) {
	switch t.kind {
	case Copy:
		copy(unsafe.Slice((*byte)(to), t.n), unsafe.Slice((*byte)(from), t.n))
	case Truth:
		truths(to, from, t.n)
	case Zero:
		zeros(to, t.n)
	default:
		swap(t.kind, to, from, t.n)
	}
}

// zeros clears n bytes. Of a few it does so itself: a call takes longer.
func zeros(to unsafe.Pointer, n int) {
	if n > Short {
		clear(unsafe.Slice((*byte)(to), n))
		return
	}
	for i := range n {
		*(*byte)(unsafe.Add(to, i)) = 0
	}
}

// truths sets n bools.
func truths(to, from unsafe.Pointer, n int) {
	i := 0
	for ; i+8 <= n; i += 8 {
		const low, ones = 0x7f7f7f7f7f7f7f7f, 0x0101010101010101
		x := *(*uint64)(unsafe.Add(from, i))
		*(*uint64)(unsafe.Add(to, i)) = (x&low + low | x) >> 7 & ones
	}
	for ; i < n; i++ {
		*(*bool)(unsafe.Add(to, i)) = *(*byte)(unsafe.Add(from, i)) != 0
	}
}

// swap moves n elements and turns the bytes of each around: many of them by
// vectors, and the rest eight bytes at a time.
func swap(kind Kind, to, from unsafe.Pointer, n int) {
	size := n * sizes[kind]
	if !shuffle.Available || size < shuffle.Block {
		swapWords(kind, to, from, size)
		return
	}
	const many, atOnce = 1 << 10, 1 << 20
	done, past := 0, false
	if size >= many { // so many are worth a destination that is aligned, if it can be
		if head := int(-uintptr(to) % shuffle.Align); head%sizes[kind] == 0 {
			swapWords(kind, to, from, head)
			done, past = head, size >= shuffle.Far
		}
	}
	for size-done >= shuffle.Block {
		n := min(size-done, atOnce) // so long nobody can stop the routine
		n -= n % shuffle.Block
		shuffle.Swap(unsafe.Add(to, done), unsafe.Add(from, done), n, shuffle.Masks[sizes[kind]], past)
		done += n
	}
	if done < size {
		swapWords(kind, unsafe.Add(to, done), unsafe.Add(from, done), size-done)
	}
}

// swapWords is swap without vectors, for size bytes.
func swapWords(kind Kind, to, from unsafe.Pointer, size int) {
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
			*(*uint64)(unsafe.Add(to, i)) = swapEach(*(*uint64)(unsafe.Add(from, i)))
		}
		for ; i < size; i += 2 {
			*(*uint16)(unsafe.Add(to, i)) = bits.ReverseBytes16(*(*uint16)(unsafe.Add(from, i)))
		}
	}
}

// swapEach turns around the bytes of each quarter of x.
func swapEach(x uint64) uint64 {
	const even = 0x00ff00ff00ff00ff
	return x>>8&even | x&even<<8
}

// swapPair turns around the bytes of both halves of x.
func swapPair(x uint64) uint64 { return bits.RotateLeft64(bits.ReverseBytes64(x), 32) }

// narrow packs numbers, which must fit.
func (t *transfer) narrow(to, from unsafe.Pointer) {
	for i := range t.n {
		x := t.load(unsafe.Add(from, i*t.large))
		to := unsafe.Add(to, i*t.small)
		switch t.small {
		case 1:
			*(*uint8)(to) = uint8(x)
		case 2:
			y := uint16(x)
			if t.swap {
				y = bits.ReverseBytes16(y)
			}
			*(*uint16)(to) = y
		case 4:
			y := uint32(x)
			if t.swap {
				y = bits.ReverseBytes32(y)
			}
			*(*uint32)(to) = y
		}
	}
}

// widen unpacks numbers.
func (t *transfer) widen(to, from unsafe.Pointer) {
	for i := range t.n {
		to, from := unsafe.Add(to, i*t.large), unsafe.Add(from, i*t.small)
		var x uint64
		switch t.small {
		case 1:
			y := *(*uint8)(from)
			if x = uint64(y); t.signed {
				x = uint64(int8(y))
			}
		case 2:
			y := *(*uint16)(from)
			if t.swap {
				y = bits.ReverseBytes16(y)
			}
			if x = uint64(y); t.signed {
				x = uint64(int16(y))
			}
		case 4:
			y := *(*uint32)(from)
			if t.swap {
				y = bits.ReverseBytes32(y)
			}
			if x = uint64(y); t.signed {
				x = uint64(int32(y))
			}
		}
		switch t.large {
		case 2:
			*(*uint16)(to) = uint16(x)
		case 4:
			*(*uint32)(to) = uint32(x)
		case 8:
			*(*uint64)(to) = x
		}
	}
}

// refused returns which of n numbers is the first that the data cannot hold, or -1.
func (r *resize) refused(from unsafe.Pointer, n int) int {
	for i := range n {
		if r.load(unsafe.Add(from, i*r.large))-r.lowest > r.span {
			return i
		}
	}
	return -1
}

// load returns a number in Go.
func (r *resize) load(p unsafe.Pointer) uint64 {
	switch {
	case r.large == 8:
		return *(*uint64)(p)
	case r.large == 4 && r.signed:
		return uint64(*(*int32)(p))
	case r.large == 4:
		return uint64(*(*uint32)(p))
	case r.signed:
		return uint64(*(*int16)(p))
	}
	return uint64(*(*uint16)(p))
}
