package structpack

import (
	"reflect"
	"testing"

	"example.com/structpack/internal/mem"
)

// A Bound is a Codec for a type that is known at run time only.
type Bound struct{ b *binding }

func BindType(s *Struct, t reflect.Type) (Bound, error) {
	b, err := bind(s, t, mem.CanMove)
	return Bound{b}, err
}

// LimitAlloc makes n bytes the largest structure that is allocated, until t ends.
func LimitAlloc(t *testing.T, n int) {
	was := maxAlloc
	maxAlloc = n
	t.Cleanup(func() { maxAlloc = was })
}

// LimitSlices makes n bytes the largest slice that is asked for, until t ends.
func LimitSlices(t *testing.T, n int) {
	was := maxBytes
	maxBytes = n
	t.Cleanup(func() { maxBytes = was })
}

// ABIName names the ABI that s is compiled for.
func ABIName(s *Struct) string { return s.abi.Name }

// A Way is a codec that does what others do in its own way.
type Way struct {
	Name string
	Bound
}

// Ways returns b, what does the same by moves without shuffles, and what does it
// by fields without moves.
func (b Bound) Ways() []Way {
	scalar := *b.b
	scalar.program = b.b.program.WithoutShuffles()
	fields, err := bind(b.b.s, b.b.typ, false)
	if err != nil {
		panic(err)
	}
	return []Way{{"by fields", Bound{fields}}, {"by moves", Bound{&scalar}}, {"as it is", b}}
}

// Moves reports whether b needs no fields, and Shuffles whether it packs and
// unpacks by shuffles.
func (b Bound) Moves() bool { return len(b.b.fields) == 0 }
func (b Bound) Shuffles() (pack, unpack bool) {
	p, u := b.b.program.Steps()
	return p != nil, u != nil
}

// Format and Size are those of the format, which may have been made from the type.
func (b Bound) Format() string { return b.b.s.format }
func (b Bound) Size() int      { return b.b.s.size }

// AppendPack and the others take what reflect.New and reflect.MakeSlice return.

func (b Bound) AppendPack(dst []byte, v reflect.Value) ([]byte, error) {
	return b.b.appendPack(dst, mem.ValueAt(v.Elem()))
}

// PackInto packs v into buf, which has the size of the structure.
func (b Bound) PackInto(buf []byte, v reflect.Value) error {
	return b.b.packInto(buf, 0, mem.ValueAt(v.Elem()))
}

func (b Bound) Unpack(data []byte, v reflect.Value) error {
	return b.b.unpackAll(data, mem.ValueAt(v.Elem()))
}

func (b Bound) AppendPackSlice(dst []byte, vs reflect.Value) ([]byte, error) {
	return b.b.appendPackRows(dst, mem.RowsAt(vs), vs.Len())
}

func (b Bound) UnpackSlice(vs reflect.Value, data []byte) {
	b.b.unpackRows(mem.RowsAt(vs), vs.Len(), data)
}

// Codec returns a Codec that has b's ways, and takes a T for what it is not: one of b's
// type. It is for machines where a Go value is its memory.
func CodecOf[T any](b Bound) *Codec[T] { return &Codec[T]{*b.b} }

// MemoryIsPlain reports whether a Codec takes Go values as memory.
const MemoryIsPlain = mem.CanMove

// KeptBuffer returns the capacity of the buffer that the next Read uses.
func KeptBuffer() int {
	p := buffers.Get().(*buffer)
	defer p.free()
	return cap(p.bytes)
}
