//go:build !purego && (386 || amd64 || arm64 || ppc64le || s390x)

package mem

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"unsafe"

	"example.com/structpack/internal/shuffle"
	"example.com/structpack/internal/test/guard"
)

func pointer(b []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(b)) }

func random(r *rand.Rand, b []byte) {
	for i := range b {
		b[i] = byte(r.Uint32())
	}
}

// bothWays runs a test with the assembly and without it.
func bothWays(t *testing.T, test func(*testing.T)) {
	for _, use := range []bool{shuffle.Available, false} {
		was := shuffle.Available
		shuffle.Available = use
		t.Run(map[bool]string{true: "shuffles", false: "moves"}[use], test)
		shuffle.Available = was
		if !was {
			return
		}
	}
}

// swapped turns around the bytes of elements one by one.
func swapped(b []byte, size int) []byte {
	out := make([]byte, len(b))
	for i := range b {
		out[i/size*size+size-1-i%size] = b[i]
	}
	return out
}

// TestSwap goes over all lengths up to 200 elements and all misalignments, at both
// ends of memory.
func TestSwap(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		sources, destinations := guard.New(t, 200*8+64), guard.New(t, 200*8+64)
		for kind := Swap16; kind <= Swap64; kind++ {
			for n := range 201 {
				size := n * sizes[kind]
				for range 8 {
					from := sources.Last(size + r.IntN(64))[:size]
					random(r, from)
					to := destinations.Last(size)
					if r.IntN(2) == 0 {
						to = destinations.First(size)
					}
					if n > 0 {
						swap(kind, pointer(to), pointer(from), n)
					}
					destinations.Check(t)
					if want := swapped(from, sizes[kind]); !bytes.Equal(to, want) {
						t.Fatalf("%d elements of %d bytes: got  %x\nwant %x", n, sizes[kind], to, want)
					}
				}
				buf := make([]byte, 64+size+64)
				for at := range 64 {
					clear(buf)
					from := sources.First(size)
					to := buf[at:][:size]
					if n > 0 {
						swap(kind, pointer(to), pointer(from), n)
					}
					if want := append(make([]byte, at), swapped(from, sizes[kind])...); !bytes.Equal(buf[:at+size], want) || !bytes.Equal(buf[at+size:], make([]byte, len(buf)-at-size)) {
						t.Fatalf("%d elements of %d bytes, misaligned by %d: got  %x\nwant %x", n, sizes[kind], at, buf, want)
					}
				}
			}
		}
	})
}

// TestSwapFar is TestSwap for what goes past the caches, and in several pieces.
func TestSwapFar(t *testing.T) {
	if testing.Short() {
		t.Skip("it needs tens of megabytes")
	}
	r := rand.New(rand.NewPCG(1, 2))
	from, to := make([]byte, shuffle.Far+1000), make([]byte, shuffle.Far+1100)
	random(r, from)
	for kind := Swap16; kind <= Swap64; kind++ {
		for _, at := range []int{0, 1, 8, 32, 40} {
			n := (shuffle.Far + 900) / sizes[kind]
			size := n * sizes[kind]
			clear(to)
			swap(kind, pointer(to[at:]), pointer(from), n)
			if !bytes.Equal(to[at:][:size], swapped(from[:size], sizes[kind])) || !bytes.Equal(to[at+size:], make([]byte, len(to)-at-size)) {
				t.Errorf("%d elements of %d bytes, misaligned by %d: wrong", n, sizes[kind], at)
			}
		}
	}
}

// TestTruths goes over all lengths and all bytes.
func TestTruths(t *testing.T) {
	destinations := guard.New(t, 300)
	from := make([]byte, 300)
	for i := range from {
		from[i] = byte(i * i)
	}
	for n := range 300 {
		to := destinations.Last(n)
		truths(pointer(to), pointer(from), n)
		destinations.Check(t)
		for i, x := range to {
			if (x != 0) != (from[i] != 0) || x > 1 {
				t.Fatalf("%d bytes: byte %d, %#x, becomes %#x", n, i, from[i], x)
			}
		}
	}
}

// A layout is moves for a record and a Go value of some sizes.
type layout struct {
	moves      []Move
	wire, size int
}

// newLayout makes up a layout: fields in order, with padding between them on both
// sides, aligned or not.
func newLayout(r *rand.Rand) layout {
	var l layout
	for range 1 + r.IntN(8) {
		if r.IntN(6) == 0 {
			n := 1 + r.IntN(4)
			l.moves = append(l.moves, Move{Kind: Zero, Wire: l.wire, N: n})
			l.wire += n
		}
		m := Move{Kind: Kind(r.IntN(int(Zero))), N: 1}
		switch r.IntN(6) {
		case 0:
			m.N = 1 + r.IntN(20)
		case 1:
			m.N = 1 + r.IntN(3)
		}
		width := sizes[m.Kind]
		if m.Kind == Copy && r.IntN(2) == 0 {
			m.N = 1 << r.IntN(4)
		}
		small, large := width, width
		if r.IntN(5) == 0 {
			small = 1 << r.IntN(3)
			large = small << (1 + r.IntN(3))
			large = min(large, 8)
			m = Move{Kind: Widen, N: m.N, WireSize: small, GoSize: large, Signed: r.IntN(2) == 0, Big: r.IntN(2) == 0}
		}
		if r.IntN(2) == 0 {
			l.size = (l.size + large - 1) / large * large
		}
		l.size += r.IntN(2) * r.IntN(2) * r.IntN(9)
		m.Wire, m.Go = l.wire, l.size
		l.moves = append(l.moves, m)
		l.wire, l.size = l.wire+m.N*small, l.size+m.N*large
	}
	l.size += r.IntN(2) * r.IntN(8)
	return l
}

// unpack is what a program does, number by number. Bytes that no move has stay.
func (l layout) unpack(v, record []byte) {
	for _, m := range l.moves {
		switch m.Kind {
		case Zero:
		case Truth:
			for i := range m.N {
				v[m.Go+i] = min(record[m.Wire+i], 1)
			}
		case Widen:
			for i := range m.N {
				x := number(record[m.Wire+i*m.WireSize:], m.WireSize, m.Big)
				if m.Signed {
					x = extend(x, m.WireSize)
				}
				putNumber(v[m.Go+i*m.GoSize:], x, m.GoSize, hostBig)
			}
		default:
			size := m.N * sizes[m.Kind]
			copy(v[m.Go:][:size], swapped(record[m.Wire:][:size], sizes[m.Kind]))
		}
	}
}

func (l layout) pack(record, v []byte) {
	for _, m := range l.moves {
		switch m.Kind {
		case Zero:
			clear(record[m.Wire:][:m.N])
		case Widen:
			for i := range m.N {
				putNumber(record[m.Wire+i*m.WireSize:], number(v[m.Go+i*m.GoSize:], m.GoSize, hostBig), m.WireSize, m.Big)
			}
		default:
			size := m.N * sizes[m.Kind]
			copy(record[m.Wire:][:size], swapped(v[m.Go:][:size], sizes[m.Kind]))
		}
	}
}

// refused returns the index of the first number that the data cannot hold, or -1.
func (l layout) refused(v []byte) int {
	for _, m := range l.moves {
		for i := range m.N {
			if m.Kind != Widen {
				continue
			}
			x := number(v[m.Go+i*m.GoSize:], m.GoSize, hostBig)
			y := number(binary.LittleEndian.AppendUint64(nil, x), m.WireSize, false)
			if m.Signed {
				x, y = extend(x, m.GoSize), extend(y, m.WireSize)
			}
			if x != y {
				return m.Value + i
			}
		}
	}
	return -1
}

func number(b []byte, size int, big bool) (x uint64) {
	for i := range size {
		if big {
			x = x<<8 | uint64(b[i])
		} else {
			x |= uint64(b[i]) << (8 * i)
		}
	}
	return x
}

func putNumber(b []byte, x uint64, size int, big bool) {
	for i := range size {
		if big {
			b[size-1-i] = byte(x >> (8 * i))
		} else {
			b[i] = byte(x >> (8 * i))
		}
	}
}

func extend(x uint64, size int) uint64 {
	shift := 64 - 8*size
	return uint64(int64(x<<shift) >> shift)
}

// covered says for each byte of a Go value whether a move has it.
func (l layout) covered() []bool {
	c := make([]bool, l.size)
	for _, m := range l.moves {
		size := m.N * sizes[m.Kind]
		switch m.Kind {
		case Zero:
			continue
		case Widen:
			size = m.N * m.GoSize
		}
		for i := range size {
			c[m.Go+i] = true
		}
	}
	return c
}

// TestPrograms compares programs, with shuffles and without, with the moves that
// they are made of, number by number: for one record and for batches of all
// numbers of records, at both ends of memory. It sees that nothing else is
// written: no byte beside the records, and of a Go value no byte that no move has,
// unless it may be.
func TestPrograms(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		const most = 201 * 400
		records, values := guard.New(t, most), guard.New(t, most)
		at := func(region *guard.Region, n int) []byte {
			if r.IntN(2) == 0 {
				return region.First(n)
			}
			return region.Last(n)
		}
		shuffled, blocks := 0, 0
		for i := range 6000 {
			l := newLayout(r)
			if l.wire > 400 || l.size > 400 {
				continue
			}
			free := r.IntN(3) > 0
			p := NewProgram(l.moves, l.wire, l.size, free)
			if p.pack.record != nil && p.unpack.record != nil {
				shuffled++
			}
			n := 1
			if i%2 == 0 {
				n = i / 2 % 201
			}
			fail := func(what string, got, want []byte) {
				t.Fatalf("%+v, free %t: %d records %s to\n%x, want\n%x", l, free, n, what, got, want)
			}

			data := at(records, n*l.wire)
			random(r, data)
			got := at(values, n*l.size)
			for k := range got {
				got[k] = 0x55
			}
			want := bytes.Clone(got)
			for k := range n {
				l.unpack(want[k*l.size:], data[k*l.wire:])
			}
			if n == 1 {
				p.Unpack(Value{pointer(got)}, data)
			} else {
				p.UnpackRows(Rows{pointer(got), uintptr(l.size)}, 0, n, data)
			}
			values.Check(t)
			for k, covered := range l.covered() {
				for j := range n {
					if free && !covered {
						got[j*l.size+k] = 0x55
					}
				}
			}
			if !bytes.Equal(got, want) {
				fail("are unpacked", got, want)
			}

			fit := true
			for k := range n {
				v := got[k*l.size:][:l.size]
				refused := l.refused(v)
				if at := p.Refused(Value{pointer(v)}); at != refused {
					t.Fatalf("%+v: of %x number %d is refused, want %d", l, v, at, refused)
				}
				fit = fit && refused < 0
			}
			if n > 0 && p.Fit(Rows{pointer(got), uintptr(l.size)}, n) != fit {
				t.Fatalf("%+v: %x fits: %t, want %t", l, got, !fit, fit)
			}

			v := at(values, n*l.size)
			random(r, v)
			for k := range n {
				l.unpack(v[k*l.size:], data[k*l.wire:]) // bools are 0 or 1
			}
			want = make([]byte, n*l.wire)
			for k := range n {
				l.pack(want[k*l.wire:], v[k*l.size:])
			}
			got = at(records, n*l.wire)
			for k := range got {
				got[k] = 0x55
			}
			if n == 1 {
				p.Pack(got, Value{pointer(v)})
			} else {
				p.PackRows(got, Rows{pointer(v), uintptr(l.size)}, 0, n)
			}
			records.Check(t)
			if !bytes.Equal(got, want) {
				fail("are packed", got, want)
			}
			if p.pack.block != nil && p.unpack.block != nil {
				blocks++
			}
		}
		if shuffle.Available && (shuffled < 1000 || blocks < 500) {
			t.Errorf("%d layouts are shuffled, %d in batches", shuffled, blocks)
		}
	})
}

// TestRefused has numbers at the limits of what fits.
func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		small, large int
		signed       bool
		fit, not     []uint64
	}{
		{1, 8, false, []uint64{0, 255}, []uint64{256, 1 << 32, 1 << 63, ^uint64(0)}},
		{1, 2, true, []uint64{0, 127, 0xff80}, []uint64{128, 0xff7f, 0x8000}},
		{2, 4, true, []uint64{0, 0x7fff, 0xffff8000}, []uint64{0x8000, 0xffff7fff, 0x80000000}},
		{4, 8, true, []uint64{0, 0x7fffffff, 0xffffffff80000000}, []uint64{0x80000000, 0xffffffff7fffffff, 1 << 63}},
		{4, 8, false, []uint64{0, 0xffffffff}, []uint64{1 << 32, ^uint64(0)}},
	} {
		for _, n := range []int{1, 3} {
			m := Move{Kind: Widen, N: n, WireSize: tt.small, GoSize: tt.large, Signed: tt.signed, Value: 5}
			p := NewProgram([]Move{m}, n*tt.small, n*tt.large, true)
			check := func(x uint64, want int) {
				v := make([]byte, n*tt.large)
				putNumber(v[(n-1)*tt.large:], x, tt.large, hostBig)
				if got := p.Refused(Value{pointer(v)}); got != want {
					t.Errorf("%#x of %d bytes in %d, signed %t: number %d is refused, want %d", x, tt.large, tt.small, tt.signed, got, want)
				}
			}
			for _, x := range tt.fit {
				check(x, -1)
			}
			for _, x := range tt.not {
				check(x, 5+n-1)
			}
		}
	}
}
