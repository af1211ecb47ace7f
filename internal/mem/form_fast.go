//go:build !purego && (386 || amd64 || arm64 || ppc64le || s390x)

// Fast, as program_fast.go, whose way this goes. The twin is form_safe.go.

package mem

import (
	"sync/atomic"
	"unsafe"

	"example.com/structpack/internal/shuffle"
)

// CanForm reports whether there are Forms.
const CanForm = true

// A Form is how the values of a structure lie in an Arena: numbers and short bytes in the
// order of the structure, each number at its alignment. They get there as the fields of a Go
// struct do, all at once; what points to them does not depend on the data.
type Form struct {
	numbers   []cell
	texts     []text
	values    int             // with those of the width Other
	words     int             // that the values take
	most      int             // structures in a block
	slot      uint32          // in an Arena
	record    shuffle.Program // what moves the bytes, if it is not nil
	transfers []transfer      // what does otherwise
}

// A cell is a number in an interface: its type, where it lies in the words, and where what
// points to it lies in the values.
type cell struct {
	typ     uintptr // is never collected, and so needs no pointer
	at, dst uint32
}

// A text is some of the words that a slice of bytes is for, and where the value lies that has it.
type text struct {
	at, dst uint32
	n       int
}

// boxed is what an any is in memory, for a type that is never collected.
type boxed struct {
	typ  uintptr
	data unsafe.Pointer
}

// header is what a slice is in memory.
type header struct {
	data     unsafe.Pointer
	len, cap int
}

const (
	anySize   = int(unsafe.Sizeof(any(nil)))
	sliceSize = int(unsafe.Sizeof([]byte(nil)))
)

// NewForm returns the Form for a structure of a size, with a step for each value.
func NewForm(steps []Step, size int, big bool) *Form {
	f := &Form{values: len(steps)}
	moves := make([]Move, 0, len(steps))
	room := 0
	for i := range steps {
		st := &steps[i]
		m := Move{Kind: Copy, N: 1}
		n := st.Width.size()
		dst := uint32(i) * uint32(anySize)
		switch {
		case st.Width <= Text:
			continue
		case st.Width == Bytes:
			n = int(st.N)
			m.N = n
			f.texts = append(f.texts, text{uint32(room), dst, n})
		case st.Bool:
			m.Kind = Truth
		default:
			room = (room + n - 1) &^ (n - 1)
			m = MoveNumbers(n, big, 1)
		}
		if st.Width != Bytes {
			f.numbers = append(f.numbers, cell{uintptr(st.Type.p), uint32(room), dst})
		}
		m.Wire, m.Go = st.Off, room
		moves = append(moves, m)
		room += n
	}
	f.words = (room + 7) / 8
	f.most = max(1, min(mostValues/max(1, f.values), mostWords/max(1, f.words), mostSlices/max(1, len(f.texts))))
	f.slot = forms.Add(1) % slots
	w := way{to: 8 * f.words, from: size, unpack: true}
	if shuffle.Available && max(w.to, size) <= shuffle.Largest {
		w.shuffle(moves)
	}
	if f.record = w.record; f.record == nil {
		w.add(moves)
		f.transfers = w.transfers
	}
	return f
}

// forms is how many have been made.
var forms atomic.Uint32

// move puts the numbers and bytes of a structure into its words.
func (f *Form) move(words unsafe.Pointer, data []byte) {
	from := unsafe.Pointer(unsafe.SliceData(data))
	if f.record != nil {
		shuffle.One(unsafe.SliceData(f.record), words, from)
		return
	}
	do(f.transfers, words, from)
}

// point makes the values at dst point to words, and to slices that point there.
func (f *Form) point(dst, words, slices unsafe.Pointer) {
	numbers := f.numbers
	for ; len(numbers) >= 2; numbers = numbers[2:] { // there is one look at the write barrier for both
		x, y := &numbers[0], &numbers[1]
		*(*boxed)(unsafe.Add(dst, x.dst)) = boxed{x.typ, unsafe.Add(words, x.at)}
		*(*boxed)(unsafe.Add(dst, y.dst)) = boxed{y.typ, unsafe.Add(words, y.at)}
	}
	for i := range numbers {
		x := &numbers[i]
		*(*boxed)(unsafe.Add(dst, x.dst)) = boxed{x.typ, unsafe.Add(words, x.at)}
	}
	for i := range f.texts {
		t := &f.texts[i]
		slice := unsafe.Add(slices, i*sliceSize)
		*(*header)(slice) = header{unsafe.Add(words, t.at), t.n, t.n}
		*(*boxed)(unsafe.Add(dst, t.dst)) = boxed{uintptr(bytesType.p), slice}
	}
}

// Into unpacks data, which has the size of the structure, into dst, which has a place for
// each value. It leaves those of the width Other to the caller.
func (f *Form) Into(dst []any, data []byte, a *Arena) {
	if f.words == 0 {
		return
	}
	var slices unsafe.Pointer
	words := unsafe.Pointer(unsafe.SliceData(a.words.take(f.words, mostWords)))
	if len(f.texts) > 0 {
		slices = unsafe.Pointer(unsafe.SliceData(a.slices.take(len(f.texts), mostSlices)))
	}
	f.point(unsafe.Pointer(unsafe.SliceData(dst[:f.values])), words, slices)
	f.move(words, data)
}

// New is Into for a new slice, which comes from b.
func (f *Form) New(b *Block, data []byte) []any {
	if b.form != f || b.used == b.made {
		b.fill(f)
	}
	at := b.used * f.values
	values := b.values[at:][:f.values:f.values]
	if f.words > 0 {
		f.move(unsafe.Add(b.words, b.used*f.words*8), data)
	}
	b.used++
	return values
}

// A Block is memory for some structures of a Form, one after the other, in which all is
// made that does not depend on the data. The first one is for one structure, the next for
// twice as many, and so on up to the most.
type Block struct {
	form       *Form
	values     []any
	words      unsafe.Pointer
	used, made int           // structures
	chunk      chunk[uint64] // that the words are cut from, for some Blocks
}

// New is Into for a new slice, which comes from a Block if the Form was the last one to be
// used of those that have the same slot: forms that take turns would only waste blocks.
func (a *Arena) New(f *Form, data []byte) []any {
	b := &a.blocks[f.slot]
	if b.form == f {
		return f.New(b, data)
	}
	*b = Block{form: f}
	dst := a.Values(f.values)
	f.Into(dst, data, a)
	return dst
}

const slots = 4

func (b *Block) fill(f *Form) {
	made := min(max(1, 2*b.made), f.most)
	values := make([]any, made*f.values)
	b.form, b.values, b.used, b.made = f, values, 0, made
	if f.words == 0 {
		return
	}
	words := unsafe.Pointer(unsafe.SliceData(b.chunk.take(made*f.words, mostWords)))
	b.words = words
	var slices unsafe.Pointer
	if texts := len(f.texts); texts > 0 {
		slices = unsafe.Pointer(unsafe.SliceData(make([][]byte, made*texts)))
	}
	for i := range made {
		at := slices
		if at != nil {
			at = unsafe.Add(at, i*len(f.texts)*sliceSize)
		}
		f.point(unsafe.Pointer(&values[i*f.values]), unsafe.Add(words, i*8*f.words), at)
	}
}

// UnpackRun unpacks numbers of one width, which lie side by side in data, into dst, as many
// as there are places. It reports false if it cannot.
func UnpackRun(st *Step, big bool, data []byte, dst []any, a *Arena) bool {
	typ, size := uintptr(st.Type.p), st.Width.size()
	if size == 0 {
		return false
	}
	swap := big != hostBig
	for len(dst) > 0 {
		from, part := unsafe.Pointer(unsafe.SliceData(data)), dst[:min(len(dst), 8*mostWords/size)]
		if size == 1 {
			for i := range part {
				x := *(*uint8)(unsafe.Add(from, i))
				if st.Bool && x != 0 {
					x = 1
				}
				*(*boxed)(unsafe.Pointer(&part[i])) = boxed{typ, unsafe.Pointer(&every[x])}
			}
		} else {
			to := unsafe.Pointer(unsafe.SliceData(a.words.take((len(part)*size+7)/8, mostWords)))
			for i := range part {
				d, p := unsafe.Add(to, i*size), unsafe.Add(from, i*size)
				switch size {
				case 2:
					put16(d, *(*uint16)(p), swap)
				case 4:
					put32(d, *(*uint32)(p), swap)
				default:
					put64(d, *(*uint64)(p), swap)
				}
				*(*boxed)(unsafe.Pointer(&part[i])) = boxed{typ, d}
			}
		}
		data, dst = data[len(part)*size:], dst[len(part):]
	}
	return true
}

// UnpackBytes returns a copy of b, of 1 to Short bytes. It reports false if it cannot.
func UnpackBytes(b []byte, a *Arena) (v any, ok bool) {
	to := unsafe.Pointer(unsafe.SliceData(a.words.take((len(b)+7)/8, mostWords)))
	move(to, unsafe.Pointer(unsafe.SliceData(b)), len(b))
	slice := &a.slices.take(1, mostSlices)[0]
	*slice = unsafe.Slice((*byte)(to), len(b))
	*(*eface)(unsafe.Pointer(&v)) = eface{bytesType.p, unsafe.Pointer(slice)}
	return v, true
}
