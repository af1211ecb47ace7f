// Package shuffle moves records as permutations of their bytes. Byte order,
// padding and alignment only decide where each byte goes, so that an instruction
// that permutes sixteen bytes does the work of all moves of fields that lie in
// them.
//
// The routines that do it are One, Rows and Swap: assembly for amd64
// and arm64, and Go everywhere else, where it is as right, but no faster than
// moves. Package simd/archsimd would do without assembly, but Go 1.26 has it
// behind GOEXPERIMENT=simd only. With the build tag purego there are no routines:
// they permute the memory of Go values, and nothing gets there without unsafe.
package shuffle

import (
	"math"
	"slices"
)

// A Step makes sixteen bytes of a record out of sixteen others: two words of
// eight bytes are loaded, permuted together and stored. In a wide step the words
// lie side by side on both sides. The assembly knows this layout.
type Step struct {
	Load  [2]int32 // offsets in the source
	Store [2]int32 // offsets in the destination
	From  [16]byte // for each byte stored which one of those loaded; 0x80 for zero
	Most  [16]byte // a larger byte becomes this one: 1 for a bool, else 255
}

// A Program is the steps for one record, after a head that counts them: in
// Load[0] the wide ones, which come first, as a negative number if there are
// bools, and in Store[0] the others. A step may store bytes that are wrong where a
// later one stores the right ones. None loads or stores a byte outside of the
// record. The assembly knows this layout too.
type Program []Step

// newProgram completes a program that has its wide steps, after room for the head.
func newProgram(p Program, split []Step, bools bool) Program {
	p[0].Load[0], p[0].Store[0] = int32(len(p)-1), int32(len(split))
	if bools {
		p[0].Load[0] = -p[0].Load[0]
	}
	return append(p, split...)
}

// Split returns the steps that are not wide.
func (p Program) Split() []Step { return p[len(p)-int(p[0].Store[0]):] }

// Wide returns the wide steps.
func (p Program) Wide() []Step { return p[1 : len(p)-int(p[0].Store[0])] }

const (
	wide = 16
	word = 8
	zero = 0x80

	// Largest is the size of the largest records for which there are programs.
	// Larger ones are arrays, which have loops of their own.
	Largest = 512
)

const (
	// Block is what Swap takes at a time, in bytes. It is fastest where the
	// destination is a multiple of Align.
	Block = 128
	Align = 32

	// Far is from how many bytes on Swap should write past the caches, where there
	// is a way to: what it writes through them, it fetches first. Measured times as
	// fast, on a Xeon with 2 MiB of second and a share of 300 MiB of third cache: 0.6
	// for 1 MiB, 1.0 for 4 MiB, 1.2 for 8 MiB, 1.3 for 16 MiB, 1.6 for 32 MiB.
	Far = 8 << 20
)

// Where a byte of the destination comes from, if not from an offset.
const (
	Zero = -1 // it is zero
	Free = -2 // it may be anything: padding. It becomes zero, or stays as it was
)

// Compile makes the program for a destination of len(from) bytes and a source of
// size bytes. Byte i comes from from[i], and is at most 1 if bools[i]. There is
// none if a side has less than eight bytes or more than Largest, if all of the
// destination is free, or if its bytes come from too many places; it is nil then.
func Compile(from []int16, bools []bool, size int) Program {
	if min(len(from), size) < word || max(len(from), size) > Largest {
		return nil
	}
	c := &compiler{from, bools, size}
	var p Program
	var split []Step
	if min(len(from), size) < wide {
		p, split = make(Program, 1, 3), c.words()
	} else {
		p, split = c.windows()
	}
	if len(p)+len(split) == 1 {
		return nil
	}
	return newProgram(p, split, slices.Contains(bools, true))
}

// Short makes the step for a destination of len(from) bytes and a source that
// have at most sixteen bytes. It loads and stores sixteen all the same: what is
// too much comes from after the source, and zeros go after the destination.
func Short(from []int16, bools []bool) Step {
	s := newStep([2]int{0, word})
	s.Load = s.Store
	for i := range from {
		s.set(i, int(from[i]), bools[i])
	}
	return s
}

func newStep(store [2]int) Step {
	s := noStep
	s.Store = [2]int32{int32(store[0]), int32(store[1])}
	return s
}

// noStep makes all bytes zero.
var noStep = Step{From: each(zero), Most: each(255)}

func each(b byte) (bs [wide]byte) {
	for i := range bs {
		bs[i] = b
	}
	return bs
}

// set makes byte i of those stored come from an offset, which must be loaded.
func (s *Step) set(i, from int, isBool bool) {
	if isBool {
		s.Most[i] = 1
	}
	if from < 0 {
		return
	}
	if d := from - int(s.Load[0]); 0 <= d && d < word {
		s.From[i] = byte(d)
	} else {
		s.From[i] = byte(word + from - int(s.Load[1]))
	}
}

// A compiler knows where the bytes of the destination come from.
type compiler struct {
	from  []int16
	bools []bool
	size  int // of the source
}

// words covers a destination that is too short for wide steps by words, the last
// of which may overlap the one before it. It returns nil if some word comes from
// too many places.
func (c *compiler) words() (steps []Step) {
	var at []int
	for i := 0; i < len(c.from); i++ {
		if c.from[i] != Free {
			i = min(i, len(c.from)-word)
			at = append(at, i)
			i += word - 1
		}
	}
	for len(at) > 0 {
		s, ok := c.split(at[0], at[0])
		if !ok {
			return nil
		}
		rest := at[1:]
		for j := range rest {
			if both, ok := c.split(at[0], rest[j]); ok {
				s, rest = both, append(rest[:j:j], rest[j+1:]...)
				break
			}
		}
		steps, at = append(steps, s), rest
	}
	return steps
}

// split makes the step for two words of the destination, if two words of the
// source have all that they need.
func (c *compiler) split(first, second int) (s Step, ok bool) {
	at := [2]int{first, second}
	s = newStep(at)
	loaded := func(n, f int) bool {
		for _, l := range s.Load[:n] {
			if int(l) <= f && f < int(l)+word {
				return true
			}
		}
		return false
	}
	for n := range s.Load {
		lowest := c.size // of the bytes that are not loaded yet
		for _, a := range at {
			for _, f := range c.from[a : a+word] {
				if 0 <= f && int(f) < lowest && !loaded(n, int(f)) {
					lowest = int(f)
				}
			}
		}
		if lowest < c.size {
			s.Load[n] = int32(min(lowest, c.size-word))
		}
	}
	for i := range s.From {
		d := at[i/word] + i%word
		f := int(c.from[d])
		if f >= 0 && !loaded(len(s.Load), f) {
			return s, false
		}
		s.set(i, f, c.bools[d])
	}
	return s, true
}

// windows covers the destination by wide steps.
//
// One of them, the seed, is done last, and all of its bytes must be right: they
// come from sixteen bytes of the source. To its right others follow, each of which
// must be right only where nothing is covered yet, because what it spoils is made good
// by steps that are done after it; to its left the same. Where fields are padded
// on the side of the source, there may be no seed; words take its place then. The
// seed is where the fewest steps are needed.
func (c *compiler) windows() (p Program, split []Step) {
	n := len(c.from)
	var buf [4][4*wide + 1]int16 // most records are short
	after, before, rights, lefts := buf[0][:], buf[1][:], buf[2][:], buf[3][:]
	if n >= len(after) {
		more := make([]int16, 4*(n+1))
		after, before, rights, lefts = more[:n+1], more[n+1:2*(n+1)], more[2*(n+1):3*(n+1)], more[3*(n+1):]
	}
	c.reach(after, before)
	// How many steps cover all bytes from i on, and up to i.
	rights[n], lefts[0] = 0, 0
	for i := n - 1; i >= 0; i-- {
		if c.from[i] == Free {
			rights[i] = rights[i+1]
		} else {
			rights[i] = 1 + rights[i+int(after[i])]
		}
	}
	for i := 1; i <= n; i++ {
		if c.from[i-1] == Free {
			lefts[i] = lefts[i-1]
		} else {
			lefts[i] = 1 + lefts[i-int(before[i])]
		}
	}

	seed, fewest := -1, n
	for i := range n - wide + 1 {
		if m := int(lefts[i] + rights[i+wide]); m < fewest && after[i] == wide {
			seed, fewest = i, m
		}
	}
	if seed < 0 {
		for i := range n - wide + 1 {
			if m := int(lefts[i] + rights[i+wide]); m < fewest {
				if words := c.seed(i); words != nil {
					seed, fewest, split = i, m, words
				}
			}
		}
	}
	if seed < 0 || rights[0] == 0 {
		return make(Program, 1), nil
	}
	right, left := int(rights[seed+wide]), int(lefts[seed])
	p = make(Program, 1+right+left, 1+right+left+2)
	for i, k := seed+wide, right; k > 0; {
		if c.from[i] == Free {
			i++
			continue
		}
		end := i + int(after[i])
		p[k] = c.wide(end-wide, i, end)
		i, k = end, k-1
	}
	for i, k := seed, right+left; k > right; {
		if c.from[i-1] == Free {
			i--
			continue
		}
		start := i - int(before[i])
		p[k] = c.wide(start, start, i)
		i, k = start, k-1
	}
	if split == nil {
		p = append(p, c.wide(seed, seed, seed+wide))
	}
	return p, split
}

// seed makes steps for the sixteen bytes at i that are not wide, or returns nil.
func (c *compiler) seed(i int) []Step {
	if s, ok := c.split(i, i+word); ok {
		return []Step{s}
	}
	first, ok1 := c.split(i, i)
	second, ok2 := c.split(i+word, i+word)
	if !ok1 || !ok2 {
		return nil
	}
	return []Step{first, second}
}

// reach sets after[i] and before[i] to how many bytes from i on, and up to i, one
// step can make: as many as come from offsets less than sixteen apart.
func (c *compiler) reach(after, before []int16) {
	n := len(c.from)
	// The bytes from i up to j are those up to middle, for each of which spans has what it and
	// the bytes after it come from, and those from middle on, which come from last.
	var spans [wide]span
	j, middle, last := 0, 0, nowhere
	for i := range n {
		if i >= middle {
			first := nowhere
			for k := j - 1; k >= i; k-- {
				first = first.with(c.from[k])
				spans[k%wide] = first
			}
			middle, last = j, nowhere
		}
		first := nowhere
		if i < middle {
			first = spans[i%wide]
		}
		for ; j < min(n, i+wide); j++ {
			longer := last.with(c.from[j])
			if max(first.highest, longer.highest)-min(first.lowest, longer.lowest) >= wide {
				break
			}
			last = longer
		}
		after[i] = int16(j - i)
	}
	after[n], before[0] = 0, 0
	i := 0
	for j := 1; j <= n; j++ {
		for i+int(after[i]) < j {
			i++
		}
		before[j] = int16(j - i)
	}
}

// A span says between which offsets of the source some bytes come from.
type span struct{ lowest, highest int16 }

var nowhere = span{math.MaxInt16, -1}

// with returns the span for one byte more.
func (s span) with(from int16) span {
	if from < 0 {
		return s
	}
	return span{min(s.lowest, from), max(s.highest, from)}
}

// wide makes the step that stores at an offset, and is right from i up to j.
func (c *compiler) wide(at, i, j int) Step {
	s := newStep([2]int{at, at + word})
	from := nowhere
	for _, f := range c.from[i:j] {
		from = from.with(f)
	}
	load := min(from.lowest, int16(c.size-wide))
	s.Load = [2]int32{int32(load), int32(load) + word}
	bools := c.bools[at:][:wide]
	for k, f := range c.from[at:][:wide] {
		if d := f - load; 0 <= d && d < wide { // Zero and Free are negative
			s.From[k] = byte(d)
		}
		if bools[k] {
			s.Most[k] = 1
		}
	}
	return s
}

// Masks of Swap, by the size of an element.
var Masks = [...]*[16]byte{2: mask(2), 4: mask(4), 8: mask(8)}

// mask is the permutation that turns around the bytes of each element.
func mask(size int) *[16]byte {
	var m [16]byte
	for i := range m {
		m[i] = byte(i/size*size + size - 1 - i%size)
	}
	return &m
}
