//go:build !purego

package shuffle

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"example.com/structpack/internal/test/guard"
)

// usable skips a test where the assembly needs instructions that are not there.
func usable(t *testing.T) {
	if !supported() {
		t.Skip("this processor does not have them")
	}
}

// origins makes up where the bytes of a destination come from: fields, whose bytes
// lie side by side or the other way round, bools, zeros and padding, which are more
// or less in their order.
func origins(r *rand.Rand, n, size int) (from []int16, bools []bool) {
	from, bools = slices.Repeat([]int16{Free}, n), make([]bool, n)
	far := r.IntN(4) == 0
	for i, at := 0, 0; i < n; {
		width := 1 << r.IntN(4)
		i += r.IntN(3) * r.IntN(2) * r.IntN(width)
		at += r.IntN(3) * r.IntN(2) * r.IntN(width)
		if far {
			at = r.IntN(size)
		}
		if i+width > n || at+width > size {
			if at+width > size {
				at = 0
			}
			i++
			continue
		}
		swap, zeros := r.IntN(2) == 0, r.IntN(8) == 0
		for k := range width {
			from[i+k] = int16(at + k)
			if swap {
				from[i+k] = int16(at + width - 1 - k)
			}
			if zeros {
				from[i+k] = Zero
			}
		}
		bools[i] = width == 1 && r.IntN(2) == 0
		i, at = i+width, at+width
	}
	return from, bools
}

// permute is what a program does, byte by byte. Free bytes stay as they are.
func permute(dst, src []byte, from []int16, bools []bool) {
	for i, f := range from {
		switch {
		case f == Zero:
			dst[i] = 0
		case f >= 0 && bools[i]:
			dst[i] = min(src[f], 1)
		case f >= 0:
			dst[i] = src[f]
		}
	}
}

func pointer(b []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(b)) }

func random(r *rand.Rand, b []byte) {
	for i := range b {
		b[i] = byte(r.Uint32())
	}
}

// TestCompile sees that programs permute as they should and touch nothing else,
// and that there is one wherever fields follow each other as they do in structs.
func TestCompile(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	programs, wides := 0, 0
	for range 20000 {
		n, size := r.IntN(120), r.IntN(120)
		from, bools := origins(r, n, max(1, size))
		if size == 0 {
			continue
		}
		p := Compile(from, bools, size)
		if p == nil {
			continue
		}
		programs++
		if len(p.Split()) == 0 {
			wides++
		}
		src, want := make([]byte, size), make([]byte, n)
		random(r, src)
		got := bytes.Repeat([]byte{0x55}, n)
		permute(want, src, from, bools)
		for i := range p[1:] {
			s := &p[1+i]
			width := wide
			if i >= len(p.Wide()) {
				width = word
			}
			for k := range 2 * word / width {
				if s.Load[k] < 0 || int(s.Load[k])+width > size || s.Store[k] < 0 || int(s.Store[k])+width > n {
					t.Fatalf("%v of %d bytes: step %d is outside: %v", from, size, i, *s)
				}
			}
			s.do(pointer(got), pointer(src))
		}
		for i := range got {
			if from[i] == Free && got[i] == 0x55 || got[i] == want[i] {
				continue
			}
			t.Fatalf("%v of %d bytes: byte %d is %#x, want %#x", from, size, i, got[i], want[i])
		}
	}
	if programs < 5000 || wides < 1000 {
		t.Errorf("%d programs, %d without split steps", programs, wides)
	}
}

// TestCompileNone has what there is no program for.
func TestCompileNone(t *testing.T) {
	alternate := make([]int16, 64) // every byte from far away
	for i := range alternate {
		alternate[i] = int16(i * 61 % 480)
	}
	for _, tt := range []struct {
		name string
		from []int16
		size int
	}{
		{"short destination", make([]int16, 7), 100},
		{"short source", make([]int16, 100), 7},
		{"nothing", nil, 0},
		{"long destination", make([]int16, Largest+1), 100},
		{"long source", make([]int16, 100), Largest + 1},
		{"all free", slices.Repeat([]int16{Free}, 40), 40},
		{"far apart", alternate, 480},
		{"far apart, short", alternate[:12], 480},
	} {
		if p := Compile(tt.from, make([]bool, len(tt.from)), tt.size); p != nil {
			t.Errorf("%s: %d steps", tt.name, len(p)-1)
		}
	}
}

// TestOne compares the assembly of One with its twin, for programs for all
// lengths, at either end of memory.
func TestOne(t *testing.T) {
	usable(t)
	r := rand.New(rand.NewPCG(1, 2))
	sources, destinations := guard.New(t, 300), guard.New(t, 300)
	for n := word; n <= 200; n++ {
		for range 40 {
			size := max(word, n+r.IntN(61)-30)
			from, bools := origins(r, n, size)
			p := Compile(from, bools, size)
			if p == nil {
				continue
			}
			for _, src := range [][]byte{sources.First(size), sources.Last(size)} {
				random(r, src)
				want := bytes.Repeat([]byte{0x55}, n)
				oneGo(&p[0], pointer(want), pointer(src))
				for _, take := range []func(int) []byte{destinations.First, destinations.Last} {
					dst := take(n)
					copy(dst, bytes.Repeat([]byte{0x55}, n))
					One(&p[0], pointer(dst), pointer(src))
					destinations.Check(t)
					if !bytes.Equal(dst, want) {
						t.Fatalf("%v of %d bytes: got  %x\nwant %x", from, size, dst, want)
					}
				}
			}
		}
	}
}

// TestOneMany has programs of every number of steps, with and without bools, and
// with steps that are not wide after them.
func TestOneMany(t *testing.T) {
	usable(t)
	r := rand.New(rand.NewPCG(1, 2))
	const size = 64
	for wides := range 12 {
		for splits := range 5 {
			for _, bools := range []bool{false, true} {
				if wides+splits == 0 {
					continue
				}
				steps := make([]Step, wides+splits)
				for i := range steps {
					s := newStep([2]int{})
					for k := range s.Load {
						s.Load[k], s.Store[k] = int32(r.IntN(size-wide)), int32(r.IntN(size-wide))
					}
					if i < wides {
						s.Load[1], s.Store[1] = s.Load[0]+word, s.Store[0]+word
					}
					for k := range s.From {
						s.From[k] = byte(r.IntN(wide))
						if r.IntN(8) == 0 {
							s.From[k] = zero
						}
						if (bools || i >= wides) && r.IntN(4) == 0 {
							s.Most[k] = 1
						}
					}
					steps[i] = s
				}
				p := newProgram(append(make(Program, 1), steps[:wides]...), steps[wides:], bools)
				src, want, got := make([]byte, size), make([]byte, size), make([]byte, size)
				random(r, src)
				oneGo(&p[0], pointer(want), pointer(src))
				One(&p[0], pointer(got), pointer(src))
				if !bytes.Equal(got, want) {
					t.Errorf("%d wide steps and %d others, bools %t: got  %x\nwant %x", wides, splits, bools, got, want)
				}
			}
		}
	}
}

// TestRows compares the assembly of Rows with its twin, for all numbers of records,
// which may overlap in the destination, and all places of the step.
func TestRows(t *testing.T) {
	usable(t)
	r := rand.New(rand.NewPCG(1, 2))
	const most = 200 * 60
	sources, destinations := guard.New(t, most), guard.New(t, most)
	for n := 1; n <= 200; n++ {
		for range 8 {
			dstStride, srcStride := 1+r.IntN(40), 1+r.IntN(40)
			s := wideStep(r)
			size := func(stride, at int) int { return (n-1)*stride + at + wide }
			src := take(r, sources, size(srcStride, int(s.Load[0])))
			random(r, src)
			dst := take(r, destinations, size(dstStride, int(s.Store[0])))
			clear(dst)
			want := make([]byte, len(dst))
			rowsGo(&s, pointer(want), dstStride, pointer(src), srcStride, n)
			Rows(&s, pointer(dst), dstStride, pointer(src), srcStride, n)
			destinations.Check(t)
			if !bytes.Equal(dst, want) {
				t.Fatalf("%d records, %d from %d bytes apart, %v: got  %x\nwant %x", n, dstStride, srcStride, s, dst, want)
			}
		}
	}
}

func wideStep(r *rand.Rand) Step {
	at := r.IntN(20)
	s := newStep([2]int{at, at + word})
	load := r.Int32N(20)
	s.Load = [2]int32{load, load + word}
	for i := range s.From {
		if s.From[i] = byte(r.IntN(wide)); r.IntN(8) == 0 {
			s.From[i] = zero
		}
		if r.IntN(4) == 0 {
			s.Most[i] = 1
		}
	}
	return s
}

// take takes n bytes at one of the ends of a region.
func take(r *rand.Rand, region *guard.Region, n int) []byte {
	if r.IntN(2) == 0 {
		return region.First(n)
	}
	return region.Last(n)
}

// TestSwap compares the assembly of Swap with its twin, for all misalignments.
func TestSwap(t *testing.T) {
	usable(t)
	r := rand.New(rand.NewPCG(1, 2))
	const most, off = 6 * Block, 64
	src, dst, want := make([]byte, off+most), make([]byte, off+most+off), make([]byte, most)
	random(r, src)
	for size := 2; size <= 8; size *= 2 {
		mask := Masks[size]
		for n := Block; n <= most; n += Block {
			for at := range off {
				for _, past := range []bool{false, true} {
					from := src[r.IntN(off):][:n]
					clear(dst)
					to := dst[at:][:n]
					if past && uintptr(pointer(to))%Align != 0 {
						continue
					}
					swapGo(pointer(want), pointer(from), n, mask, past)
					Swap(pointer(to), pointer(from), n, mask, past)
					if !bytes.Equal(to, want[:n]) {
						t.Fatalf("%d bytes to an address of %d modulo %d: got  %x\nwant %x", n, uintptr(pointer(to))%off, off, to, want[:n])
					}
					if !zeros(dst[:at]) || !zeros(dst[at+n:]) {
						t.Fatalf("%d bytes to an address of %d modulo %d: a byte beside them was written", n, uintptr(pointer(to))%off, off)
					}
				}
			}
		}
	}
}

// TestSwapEnds is TestSwap at the ends of memory.
func TestSwapEnds(t *testing.T) {
	usable(t)
	r := rand.New(rand.NewPCG(1, 2))
	sources, destinations := guard.New(t, 4*Block), guard.New(t, 4*Block)
	for n := Block; n <= 4*Block; n += Block {
		for range 20 {
			src, dst := take(r, sources, n), take(r, destinations, n)
			random(r, src)
			want := make([]byte, n)
			swapGo(pointer(want), pointer(src), n, Masks[4], false)
			Swap(pointer(dst), pointer(src), n, Masks[4], r.IntN(2) == 0)
			destinations.Check(t)
			if !bytes.Equal(dst, want) {
				t.Fatalf("%d bytes: got  %x\nwant %x", n, dst, want)
			}
		}
	}
}

func zeros(b []byte) bool { return !slices.ContainsFunc(b, func(x byte) bool { return x != 0 }) }

// TestMasks sees that the masks turn elements around.
func TestMasks(t *testing.T) {
	for size, want := range map[int]string{
		2: "01000302050407060908 0b0a0d0c0f0e",
		4: "03020100070605040b0a 09080f0e0d0c",
		8: "07060504030201000f0e 0d0c0b0a0908",
	} {
		if got := fmt.Sprintf("%x %x", Masks[size][:10], Masks[size][10:]); got != want {
			t.Errorf("%d bytes: %s, want %s", size, got, want)
		}
	}
}

// TestShort sees that a short step does what a program does, and may do it in a
// row of records.
func TestShort(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		n, size := 1+r.IntN(16), 1+r.IntN(16)
		from, bools := origins(r, n, size)
		s := Short(from, bools)
		src, got, want := make([]byte, wide), make([]byte, wide), make([]byte, n)
		random(r, src)
		permute(want, src, from, bools)
		s.do(pointer(got), pointer(src))
		if !bytes.Equal(got[:n], want) || !zeros(got[n:]) {
			t.Fatalf("%v: got %x, want %x", from, got, want)
		}
	}
}
