//go:build !purego && (386 || amd64 || arm64 || ppc64le || s390x)

// Fast: these processors load and store words at any address, and unsafe is allowed. The twin is run_safe.go.

package mem

import (
	"math/bits"
	"reflect"
	"runtime"
	"unsafe"
)

var hostBig = runtime.GOARCH == "s390x"

// An eface is what an any is in memory.
type eface struct {
	typ  unsafe.Pointer
	data unsafe.Pointer
}

// A Type identifies the dynamic type of an any.
type Type struct{ p unsafe.Pointer }

// TypeOf returns the dynamic type of v.
func TypeOf(v any) Type { return Type{(*eface)(unsafe.Pointer(&v)).typ} }

var intType, stringType = TypeOf(0), TypeOf("")

// Float32bits returns the bits of v, whose kind must be Float32. Reflection has
// no way to them that neither passes through a float64, which quiets a
// signalling NaN, nor makes v escape.
func Float32bits(v any) uint32 {
	return *(*uint32)((*eface)(unsafe.Pointer(&v)).data)
}

// Complex64bits returns the bits of both parts of v, whose kind must be Complex64.
func Complex64bits(v any) (re, im uint32) {
	p := (*[2]uint32)((*eface)(unsafe.Pointer(&v)).data)
	return p[0], p[1]
}

// Pack packs values by steps, of which there are as many, from index i on, into
// buf, in which every step must have its room. It stops at the first value
// that it has no short cut for, and returns its index: a value of the step's
// type, an int that fits, and few bytes are what it knows.
func Pack(steps []Step, big bool, i int, buf []byte, values []any) int {
	if len(values) == 0 {
		return 0
	}
	swap := big != hostBig
	base := unsafe.Pointer(unsafe.SliceData(buf))
	steps = steps[:len(values)]
	for ; i < len(values); i++ {
		st := &steps[i]
		if st.Width == Other {
			return i
		}
		e := (*eface)(unsafe.Pointer(&values[i]))
		p := unsafe.Add(base, st.Off)
		switch e.typ {
		case st.Type.p:
			switch st.Width {
			case Byte:
				*(*uint8)(p) = *(*uint8)(e.data)
			case Word16:
				put16(p, *(*uint16)(e.data), swap)
			case Word32:
				put32(p, *(*uint32)(e.data), swap)
			case Word64:
				put64(p, *(*uint64)(e.data), swap)
			case Bytes:
				if st.N > Short {
					return i
				}
				if b := *(*[]byte)(e.data); len(b) >= st.N {
					move(p, unsafe.Pointer(unsafe.SliceData(b)), st.N)
				} else {
					copyShort(unsafe.Slice((*byte)(p), st.N), b)
				}
			}
		case intType.p:
			n := *(*int)(e.data)
			if n < st.Lo || n > st.Hi {
				return i
			}
			switch st.Width {
			case Byte:
				*(*uint8)(p) = uint8(n)
			case Word16:
				put16(p, uint16(n), swap)
			case Word32:
				put32(p, uint32(n), swap)
			case Word64:
				put64(p, uint64(n), swap)
			}
		case stringType.p:
			if st.Width != Bytes || st.N > Short {
				return i
			}
			if b := *(*string)(e.data); len(b) >= st.N {
				move(p, unsafe.Pointer(unsafe.StringData(b)), st.N)
			} else {
				copyShort(unsafe.Slice((*byte)(p), st.N), b)
			}
		default:
			return i
		}
	}
	return i
}

// put16 stores x, or its bytes the other way around.
func put16(p unsafe.Pointer, x uint16, swap bool) {
	if swap {
		x = bits.ReverseBytes16(x)
	}
	*(*uint16)(p) = x
}

func put32(p unsafe.Pointer, x uint32, swap bool) {
	if swap {
		x = bits.ReverseBytes32(x)
	}
	*(*uint32)(p) = x
}

func put64(p unsafe.Pointer, x uint64, swap bool) {
	if swap {
		x = bits.ReverseBytes64(x)
	}
	*(*uint64)(p) = x
}

// move copies n bytes, at most 16, as two words that overlap where they must.
func move(to, from unsafe.Pointer, n int) {
	switch {
	case n >= 8:
		first, last := *(*uint64)(from), *(*uint64)(unsafe.Add(from, n-8))
		*(*uint64)(to), *(*uint64)(unsafe.Add(to, n-8)) = first, last
	case n >= 4:
		first, last := *(*uint32)(from), *(*uint32)(unsafe.Add(from, n-4))
		*(*uint32)(to), *(*uint32)(unsafe.Add(to, n-4)) = first, last
	default:
		for i := range n {
			*(*byte)(unsafe.Add(to, i)) = *(*byte)(unsafe.Add(from, i))
		}
	}
}

// Exact reports whether every one of dests, of which there are as many as
// steps, is a pointer to a variable of the step's type, and not nil.
func Exact(steps []Step, dests []any) bool {
	steps = steps[:len(dests)]
	for i := range dests {
		e := (*eface)(unsafe.Pointer(&dests[i]))
		if e.typ != steps[i].Pointer.p || e.data == nil {
			return false
		}
	}
	return true
}

// Scan unpacks data, in which every step must have its room, into destinations
// that are exact, from index i on. It stops at the first that it has no short
// cut for, and returns its index.
func Scan(steps []Step, big bool, i int, data []byte, dests []any) int {
	swap := big != hostBig
	base := unsafe.Pointer(unsafe.SliceData(data))
	steps = steps[:len(dests)]
	for ; i < len(dests); i++ {
		st := &steps[i]
		if st.Width == Other {
			return i
		}
		d := (*eface)(unsafe.Pointer(&dests[i])).data
		p := unsafe.Add(base, st.Off)
		switch st.Width {
		case Byte:
			x := *(*uint8)(p)
			if st.Bool && x != 0 {
				x = 1
			}
			*(*uint8)(d) = x
		case Word16:
			put16(d, *(*uint16)(p), swap)
		case Word32:
			put32(d, *(*uint32)(p), swap)
		case Word64:
			put64(d, *(*uint64)(p), swap)
		case Bytes:
			b := (*[]byte)(d)
			if st.N > Short || *b == nil || cap(*b) < st.N {
				return i
			}
			*b = (*b)[:st.N]
			move(unsafe.Pointer(unsafe.SliceData(*b)), p, st.N)
		}
	}
	return i
}

// every holds every byte, for values of 8 bits to point to.
var every = func() (all [256]byte) {
	for i := range all {
		all[i] = byte(i)
	}
	return all
}()

// A Slab is where the values that Unpack makes lie side by side: one allocation
// for all numbers and short bytes, and one for the slices of bytes, where putting
// them into interfaces one by one takes one or two each.
type Slab struct {
	words  []uint64
	slices [][]byte
}

// NewSlab returns a Slab for as many words, and slices of bytes, as the steps that
// Unpack does not stop at take.
func NewSlab(words, slices int) Slab {
	s := Slab{words: make([]uint64, words)}
	if slices > 0 {
		s.slices = make([][]byte, slices)
	}
	return s
}

// A block is a slice of values and their Slab in one allocation, for the formats that
// would take three. Whoever keeps one of the values keeps all of it.
type block[V, W, S any] struct {
	values V
	words  W
	slices S
}

func newBlock[V, W, S any](values, words, slices int) ([]any, Slab) {
	b := new(block[V, W, S])
	return unsafe.Slice((*any)(unsafe.Pointer(&b.values)), values), Slab{
		words:  unsafe.Slice((*uint64)(unsafe.Pointer(&b.words)), words),
		slices: unsafe.Slice((*[]byte)(unsafe.Pointer(&b.slices)), slices),
	}
}

var blocks = [...]struct {
	values, words, slices int
	make                  func(values, words, slices int) ([]any, Slab)
}{
	{2, 3, 1, newBlock[[2]any, [3]uint64, [1][]byte]},
	{4, 4, 1, newBlock[[4]any, [4]uint64, [1][]byte]},
	{4, 6, 3, newBlock[[4]any, [6]uint64, [3][]byte]},
	{8, 10, 2, newBlock[[8]any, [10]uint64, [2][]byte]},
	{12, 14, 4, newBlock[[12]any, [14]uint64, [4][]byte]},
	{20, 20, 4, newBlock[[20]any, [20]uint64, [4][]byte]},
}

// Maker returns a function that makes so many values, and a Slab of such a size,
// with one allocation; or nil if there is no block of about that size.
func Maker(values, words, slices int) func(values, words, slices int) ([]any, Slab) {
	for i := range blocks {
		if b := &blocks[i]; slices > 0 && values > b.values/2 && values <= b.values && words <= b.words && slices <= b.slices {
			return b.make
		}
	}
	return nil
}

// Unpack unpacks data, in which every step must have its room, into dst, from
// index i on. It stops at the first value that it has no short cut for, and
// returns its index. The values lie in slab, which is new before the first one.
func Unpack(steps []Step, big bool, i int, data []byte, dst []any, slab *Slab) int {
	swap := big != hostBig
	base := unsafe.Pointer(unsafe.SliceData(data))
	steps = steps[:len(dst)]
	for ; i < len(dst); i++ {
		st := &steps[i]
		if st.Width == Other || st.Width == Bytes && st.N > Short {
			return i
		}
		p := unsafe.Add(base, st.Off)
		var d unsafe.Pointer
		switch st.Width {
		case Byte:
			x := *(*uint8)(p)
			if st.Bool && x != 0 {
				x = 1
			}
			d = unsafe.Pointer(&every[x])
		case Word16:
			d = slab.take(1)
			put16(d, *(*uint16)(p), swap)
		case Word32:
			d = slab.take(1)
			put32(d, *(*uint32)(p), swap)
		case Word64:
			d = slab.take(1)
			put64(d, *(*uint64)(p), swap)
		case Bytes:
			to := slab.take(st.Words())
			move(to, p, st.N)
			b := &slab.slices[0]
			slab.slices = slab.slices[1:]
			*b = unsafe.Slice((*byte)(to), st.N)
			d = unsafe.Pointer(b)
		}
		*(*eface)(unsafe.Pointer(&dst[i])) = eface{st.Type.p, d}
	}
	return i
}

// take returns where the next n words are.
func (s *Slab) take(n int) unsafe.Pointer {
	p := unsafe.Pointer(&s.words[0])
	s.words = s.words[n:]
	return p
}

// SetFloat32bits sets v, which must be addressable and of kind Float32.
func SetFloat32bits(v reflect.Value, bits uint32) {
	*(*uint32)(v.Addr().UnsafePointer()) = bits
}

// SetComplex64bits sets v, which must be addressable and of kind Complex64.
func SetComplex64bits(v reflect.Value, re, im uint32) {
	*(*[2]uint32)(v.Addr().UnsafePointer()) = [2]uint32{re, im}
}
