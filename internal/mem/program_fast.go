//go:build !purego && (386 || amd64 || arm64 || ppc64le || s390x)

// Fast: these processors load and store words at any address, and unsafe is allowed. The twin is program_safe.go.

package mem

import (
	"slices"
	"sync"
	"unsafe"

	"example.com/structpack/internal/shuffle"
)

// CanMove reports whether there are moves.
const CanMove = true

// A Program moves fields between records and Go values.
type Program struct {
	pack, unpack way
	checked      []transfer // those of pack that not every number fits through
}

// A way is one direction of a program: by shuffles where there are some, else by
// transfers.
type way struct {
	transfers []transfer // where shuffles do a record, they are made for the first batch
	whole     *transfer  // what does all of a record at once, if anything does; made as they are
	to, from  int        // bytes from one record to the next
	free      bool       // bytes of a record that no move has may be written

	moves  []Move          // that shuffles are made of; none if there are no shuffles
	unpack bool            // to Go
	record shuffle.Program // for one record; nil if there is none
	rest   []transfer      // what shuffles cannot do

	// Shuffles for some records at once take longer to make than all the rest, and
	// so are made for the first batch.
	once  sync.Once
	block []shuffle.Step // wide ones
	many  int            // for how many records
}

// NewProgram makes a program of moves, for records of wire bytes and a Go type of
// size bytes. Bytes of a record that no move has are written when it is packed,
// and get their value later. If free is set, bytes of the Go value that no move
// has may be written as well; otherwise unpacking leaves them alone. The moves are
// the program's from then on.
func NewProgram(moves []Move, wire, size int, free bool) *Program {
	p := &Program{pack: way{to: wire, from: size, free: free}, unpack: way{to: size, from: wire, free: free, unpack: true}}
	for i := range moves {
		if moves[i].Kind == Widen {
			p.checked = append(p.checked, p.pack.transfer(&moves[i]))
		}
	}
	if shuffle.Available && max(wire, size) <= shuffle.Largest {
		p.pack.shuffle(moves)
		if free {
			p.unpack.shuffle(moves)
		}
	}
	for _, w := range []*way{&p.pack, &p.unpack} {
		if w.record == nil {
			w.add(moves)
		}
	}
	return p
}

// ascending reports whether moves have the same order in the data and in Go.
func ascending(moves []Move) bool {
	wire, goes := 0, 0
	for i := range moves {
		m := &moves[i]
		if m.Wire < wire || m.Kind != Zero && m.Go < goes {
			return false
		}
		if wire = m.Wire; m.Kind != Zero {
			goes = m.Go
		}
	}
	return true
}

// add makes the transfers of a way. Those that go on where the one before them ends
// become one with it; then they are divided into parts for which there are ops. If
// one is all of a record, so that records that follow each other are one transfer
// too, it is kept.
func (w *way) add(moves []Move) {
	spare := w.free && ascending(moves)
	w.transfers = make([]transfer, 0, len(moves))
	var last transfer
	first := true
	for i := range moves {
		m := &moves[i]
		if w.unpack && m.Kind == Zero {
			continue
		}
		t := w.transfer(m)
		size := sizes[t.kind]
		if bytes := last.n * size; !first && size > 0 && last.kind == t.kind && last.to+bytes == t.to && last.from+bytes == t.from {
			last.n += t.n
			continue
		}
		if !first {
			w.transfers = last.split(w.transfers, w.room(last, spare))
		}
		first, last = false, t
	}
	if first {
		return
	}
	if len(w.transfers) == 0 && w.to == w.from && last.n*sizes[last.kind] == w.to {
		whole := last
		w.whole = &whole
	}
	w.transfers = last.split(w.transfers, w.room(last, spare))
}

// room returns how many bytes a transfer may touch from its beginning on: its own, or
// all up to the end of the record, because those after it are written after it, if at all.
func (w *way) room(t transfer, spare bool) int {
	if spare {
		return min(w.to-t.to, w.from-t.from)
	}
	return t.n * sizes[t.kind]
}

// transfer returns the transfer that a move is this way.
func (w *way) transfer(m *Move) transfer {
	t := transfer{kind: m.Kind, to: m.Wire, from: m.Go, n: m.N}
	if w.unpack {
		t.to, t.from = t.from, t.to
	}
	switch {
	case m.Kind == Widen && w.unpack:
		t.op, t.resize = widen, newResize(m)
	case m.Kind == Widen:
		t.op, t.resize = narrow, newResize(m)
	case m.Kind == Truth && !w.unpack: // in Go it is 0 or 1
		t.kind = Copy
	}
	return t
}

// shuffle makes the shuffles of a way for one record.
func (w *way) shuffle(moves []Move) {
	w.moves = moves
	const most = 64 // most records are short
	var from [most]int16
	var bools [most]bool
	var o origins
	if w.to <= most {
		o = origins{from[:w.to], bools[:w.to]}
	} else {
		o = origins{make([]int16, w.to), make([]bool, w.to)}
	}
	w.origins(o)
	w.record = shuffle.Compile(o.from, o.bools, w.from)
	for i := range moves {
		if m := &moves[i]; w.unpack && m.Kind == Widen && m.Signed {
			w.rest = append(w.rest, w.transfer(m))
		}
	}
}

// origins say where each byte of a record comes from.
type origins struct {
	from  []int16
	bools []bool
}

// origins sets the origins of a way, for one record.
func (w *way) origins(o origins) {
	for i := range o.from {
		o.from[i] = shuffle.Free
	}
	for i := range w.moves {
		switch m := &w.moves[i]; m.Kind {
		case Zero:
			for i := range m.N {
				if !w.unpack {
					o.from[m.Wire+i] = shuffle.Zero
				}
			}
		case Widen:
			for i := range m.N * m.GoSize {
				// Of the bytes of a number, which are counted from the lowest, the data
				// have those below WireSize. The others are zeros, or left to w.rest.
				k, b := i/m.GoSize, i%m.GoSize
				g, d := m.Go+k*m.GoSize+byteAt(b, m.GoSize, hostBig), m.Wire+k*m.WireSize+byteAt(b, m.WireSize, m.Big)
				switch {
				case b < m.WireSize && w.unpack:
					o.from[g] = int16(d)
				case b < m.WireSize:
					o.from[d] = int16(g)
				case w.unpack && !m.Signed:
					o.from[g] = shuffle.Zero
				}
			}
		default:
			elem := sizes[m.Kind]
			for i := 0; i < m.N*elem; i += elem {
				for b := range elem {
					d, g := m.Wire+i+b, m.Go+i+elem-1-b
					if w.unpack {
						o.from[g], o.bools[g] = int16(d), m.Kind == Truth
					} else {
						o.from[d] = int16(g)
					}
				}
			}
		}
	}
}

// byteAt returns where in a number byte b is, counted from the lowest.
func byteAt(b, size int, big bool) int {
	if big {
		return size - 1 - b
	}
	return b
}

// shuffleBlock makes the shuffles of a way for some records, and its transfers if there are
// none yet.
//
// Some records that follow each other are a record too, which may need fewer steps
// for each of them. Short ones need only one.
func (w *way) shuffleBlock() {
	if w.record != nil {
		w.add(w.moves)
	}
	if w.whole != nil {
		return
	}
	o := origins{make([]int16, w.to), make([]bool, w.to)}
	w.origins(o)
	if longest := max(w.to, w.from); longest <= 16 {
		if w.many = 16 / max(1, longest); w.short() {
			o = o.repeat(w.many, w.from)
			w.block = []shuffle.Step{shuffle.Short(o.from, o.bools)}
		}
		return
	}
	const most = 4
	for n := 1; n <= most; n++ {
		blocks := o.repeat(n, w.from)
		p := shuffle.Compile(blocks.from, blocks.bools, n*w.from)
		if p == nil || len(p.Split()) > 0 || len(p.Wide()) > 4*n*len(w.transfers) { // few transfers of many bytes take less time
			continue
		}
		if w.block == nil || len(p.Wide())*w.many < len(w.block)*n {
			w.block, w.many = p.Wide(), n
		}
	}
}

// short reports whether a record has no more than sixteen bytes on either side.
func (w *way) short() bool { return min(w.to, w.from) > 0 && max(w.to, w.from) <= 16 }

// repeat returns the origins of n records whose sources are size bytes apart.
func (o origins) repeat(n, size int) origins {
	r := origins{slices.Repeat(o.from, n), slices.Repeat(o.bools, n)}
	for i, from := range r.from {
		if from >= 0 {
			r.from[i] += int16(i / len(o.from) * size)
		}
	}
	return r
}

// Steps shuffle a record, see package shuffle. They are nil where there are none.
type Steps *shuffle.Step

// Steps returns what packs and what unpacks records if nothing else is needed.
func (p *Program) Steps() (pack, unpack Steps) {
	if len(p.checked) == 0 {
		pack = unsafe.SliceData(p.pack.record)
	}
	if len(p.unpack.rest) == 0 {
		unpack = unsafe.SliceData(p.unpack.record)
	}
	return pack, unpack
}

// WithoutShuffles returns the same program without shuffles.
func (p *Program) WithoutShuffles() *Program {
	without := &Program{checked: p.checked}
	p.pack.copyTransfers(&without.pack)
	p.unpack.copyTransfers(&without.unpack)
	return without
}

func (w *way) copyTransfers(to *way) {
	to.to, to.from, to.free, to.unpack, to.transfers, to.whole = w.to, w.from, w.free, w.unpack, w.transfers, w.whole
	if w.record != nil {
		to.add(w.moves)
	}
}

// PackSteps packs *v into dst from at on, where it must have its room. PackSteps
// and UnpackSteps are generic because only then does the compiler inline them in
// code that is generic itself.
func PackSteps[T any](s Steps, dst []byte, at int, v *T) {
	shuffle.One(s, unsafe.Add(unsafe.Pointer(unsafe.SliceData(dst)), at), unsafe.Pointer(v))
}

// UnpackSteps unpacks what is at an offset of src into *v.
func UnpackSteps[T any](s Steps, v *T, src []byte, at int) {
	shuffle.One(s, unsafe.Pointer(v), unsafe.Add(unsafe.Pointer(unsafe.SliceData(src)), at))
}

// Refuses reports whether there are Go values with numbers that the data cannot hold.
func (p *Program) Refuses() bool { return len(p.checked) > 0 }

// Refused returns the index of the first number of v that the data cannot hold, or
// -1. Those must be packed only if there is none.
func (p *Program) Refused(v Value) int {
	for i := range p.checked {
		t := &p.checked[i]
		if t.n == 1 && t.large == 8 {
			if *(*uint64)(unsafe.Add(v.p, t.from))-t.lowest > t.span {
				return t.value
			}
			continue
		}
		if k := t.refused(unsafe.Add(v.p, t.from), t.n); k >= 0 {
			return t.value + k
		}
	}
	return -1
}

// Fit reports whether the data can hold all numbers of n of vs.
func (p *Program) Fit(vs Rows, n int) bool {
	for i := range p.checked {
		t := &p.checked[i]
		for j := range n {
			if t.refused(unsafe.Add(vs.At(j).p, t.from), t.n) >= 0 {
				return false
			}
		}
	}
	return true
}

// Pack packs v into dst, which has the size of a record.
func (p *Program) Pack(dst []byte, v Value) {
	p.pack.one(unsafe.Pointer(unsafe.SliceData(dst)), v.p)
}

// Unpack unpacks src, which has the size of a record, into v.
func (p *Program) Unpack(v Value, src []byte) {
	p.unpack.one(v.p, unsafe.Pointer(unsafe.SliceData(src)))
}

// PackRows packs n of vs, from i on, into dst, which has their size.
func (p *Program) PackRows(dst []byte, vs Rows, i, n int) {
	p.pack.rows(unsafe.Pointer(unsafe.SliceData(dst)), vs.At(i).p, n)
}

// UnpackRows unpacks src, which has their size, into n of vs, from i on.
func (p *Program) UnpackRows(vs Rows, i, n int, src []byte) {
	p.unpack.rows(vs.At(i).p, unsafe.Pointer(unsafe.SliceData(src)), n)
}

// one does one record.
func (w *way) one(to, from unsafe.Pointer) {
	if w.record == nil {
		do(w.transfers, to, from)
		return
	}
	shuffle.One(unsafe.SliceData(w.record), to, from)
	do(w.rest, to, from)
}

// rows does n records.
//
// A step or a transfer is done for a column of records before the next one is:
// many records share the way to it, and so few stay in the first cache.
func (w *way) rows(to, from unsafe.Pointer, n int) {
	if len(w.moves) > 0 {
		w.once.Do(w.shuffleBlock)
	}
	if w.whole != nil {
		all := *w.whole
		all.n *= n
		all.all(to, from)
		return
	}
	if w.block != nil {
		for i := w.blocks(to, from, n) * w.many; i < n; i++ {
			w.one(unsafe.Add(to, i*w.to), unsafe.Add(from, i*w.from))
		}
		return
	}
	column := column(w.to + w.from)
	for i := 0; i < n; i += column {
		doColumn(w.transfers, unsafe.Add(to, i*w.to), w.to, unsafe.Add(from, i*w.from), w.from, min(column, n-i))
	}
}

// column returns how many records, or blocks of them, go in a column that have
// so many bytes on both sides together.
func column(bytes int) int {
	const most, cache = 64, 32 << 10
	return max(1, min(most, cache/max(1, bytes)))
}

// blocks does as many of n records as there are whole blocks of, and returns how
// many blocks that were.
func (w *way) blocks(to, from unsafe.Pointer, n int) int {
	blocks := n / w.many
	if w.short() {
		// Sixteen bytes are loaded and stored for fewer. The others belong to the
		// records after them, and get their value when those are done.
		if n*min(w.to, w.from) < 16 {
			return 0
		}
		blocks = min((n*w.to-16)/w.to, (n*w.from-16)/w.from)/w.many + 1
	}
	column := column(w.many * (w.to + w.from))
	if len(w.block) == 1 && len(w.rest) == 0 {
		column = 1 << 12 // as many as nobody waits for who wants to stop the routine
	}
	toStep, fromStep := w.many*w.to, w.many*w.from
	for i := 0; i < blocks; i += column {
		to, from := unsafe.Add(to, i*toStep), unsafe.Add(from, i*fromStep)
		n := min(column, blocks-i)
		for j := range w.block {
			shuffle.Rows(&w.block[j], to, toStep, from, fromStep, n)
		}
		doColumn(w.rest, to, w.to, from, w.from, n*w.many)
	}
	return blocks
}
