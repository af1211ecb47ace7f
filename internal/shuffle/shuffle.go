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

import "slices"

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

func newProgram(wide, split []Step, bools bool) Program {
	head := Step{Load: [2]int32{int32(len(wide))}, Store: [2]int32{int32(len(split))}}
	if bools {
		head.Load[0] = -head.Load[0]
	}
	return slices.Concat(Program{head}, wide, split)
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
func Compile(from []int, bools []bool, size int) Program {
	if min(len(from), size) < word || max(len(from), size) > Largest {
		return nil
	}
	if !slices.ContainsFunc(from, func(f int) bool { return f != Free }) {
		return nil
	}
	c := &compiler{from, bools, size}
	var windows, words []Step
	if min(len(from), size) < wide {
		words = c.words()
	} else {
		windows, words = c.windows()
	}
	if windows == nil && words == nil {
		return nil
	}
	return newProgram(windows, words, slices.Contains(bools, true))
}

// Short makes the step for a destination of len(from) bytes and a source that
// have at most sixteen bytes. It loads and stores sixteen all the same: what is
// too much comes from after the source, and zeros go after the destination.
func Short(from []int, bools []bool) Step {
	s := newStep([2]int{0, word})
	s.Load = s.Store
	for i := range from {
		s.set(i, from[i], bools[i])
	}
	return s
}

func newStep(store [2]int) Step {
	s := Step{Store: [2]int32{int32(store[0]), int32(store[1])}}
	for i := range s.From {
		s.From[i], s.Most[i] = zero, 255
	}
	return s
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
	from  []int
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
				if 0 <= f && f < lowest && !loaded(n, f) {
					lowest = f
				}
			}
		}
		if lowest < c.size {
			s.Load[n] = int32(min(lowest, c.size-word))
		}
	}
	for i := range s.From {
		d := at[i/word] + i%word
		if c.from[d] >= 0 && !loaded(len(s.Load), c.from[d]) {
			return s, false
		}
		s.set(i, c.from[d], c.bools[d])
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
func (c *compiler) windows() (steps, split []Step) {
	n := len(c.from)
	var buf [4][4 * wide]int // most records are short
	after, before, rights, lefts := buf[0][:], buf[1][:], buf[2][:], buf[3][:]
	if n >= len(after) {
		more := make([]int, 4*(n+1))
		after, before, rights, lefts = more[:n+1], more[n+1:2*(n+1)], more[2*(n+1):3*(n+1)], more[3*(n+1):]
	}
	c.reach(after, before)
	// How many steps cover all bytes from i on, and up to i.
	rights[n], lefts[0] = 0, 0
	for i := n - 1; i >= 0; i-- {
		if c.from[i] == Free {
			rights[i] = rights[i+1]
		} else {
			rights[i] = 1 + rights[i+after[i]]
		}
	}
	for i := 1; i <= n; i++ {
		if c.from[i-1] == Free {
			lefts[i] = lefts[i-1]
		} else {
			lefts[i] = 1 + lefts[i-before[i]]
		}
	}

	seed, fewest := -1, n
	for i := range n - wide + 1 {
		if m := lefts[i] + rights[i+wide]; m < fewest && after[i] == wide {
			seed, fewest = i, m
		}
	}
	if seed < 0 {
		for i := range n - wide + 1 {
			if m := lefts[i] + rights[i+wide]; m < fewest {
				if words := c.seed(i); words != nil {
					seed, fewest, split = i, m, words
				}
			}
		}
	}
	if seed < 0 {
		return nil, nil
	}

	steps = make([]Step, 0, fewest+1)
	for i := seed + wide; i < n; {
		if c.from[i] == Free {
			i++
			continue
		}
		end := i + after[i]
		steps = append(steps, c.wide(end-wide, i, end))
		i = end
	}
	slices.Reverse(steps)
	far := len(steps)
	for i := seed; i > 0; {
		if c.from[i-1] == Free {
			i--
			continue
		}
		start := i - before[i]
		steps = append(steps, c.wide(start, start, i))
		i = start
	}
	slices.Reverse(steps[far:])
	if split == nil {
		steps = append(steps, c.wide(seed, seed, seed+wide))
	}
	return steps, split
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
func (c *compiler) reach(after, before []int) {
	n := len(c.from)
	lowest, highest := c.size, -1 // offsets that the bytes from i up to j come from
	j := 0
	for i := range n {
		for ; j < min(n, i+wide); j++ {
			if f := c.from[j]; f >= 0 {
				low, high := min(lowest, f), max(highest, f)
				if high-low >= wide {
					break
				}
				lowest, highest = low, high
			}
		}
		after[i] = j - i
		if f := c.from[i]; f == lowest || f == highest {
			lowest, highest = c.span(i+1, j)
		}
	}
	after[n], before[0] = 0, 0
	i := 0
	for j := 1; j <= n; j++ {
		for i+after[i] < j {
			i++
		}
		before[j] = j - i
	}
}

// span returns between which offsets of the source bytes i up to j come from.
func (c *compiler) span(i, j int) (lowest, highest int) {
	lowest, highest = c.size, -1
	for _, f := range c.from[i:j] {
		if f >= 0 {
			lowest, highest = min(lowest, f), max(highest, f)
		}
	}
	return lowest, highest
}

// wide makes the step that stores at an offset, and is right from i up to j.
func (c *compiler) wide(at, i, j int) Step {
	lowest, _ := c.span(i, j)
	load := min(lowest, c.size-wide)
	s := newStep([2]int{at, at + word})
	s.Load = [2]int32{int32(load), int32(load + word)}
	for k := range s.From {
		if f := c.from[at+k]; f < load+wide && (f < 0 || load <= f) {
			s.set(k, f, c.bools[at+k])
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
