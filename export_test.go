package structpack

import (
	"reflect"

	"example.com/structpack/internal/mem"
)

// Bound is a Codec for a type that is known at run time only.
type Bound struct {
	s *Struct
	binding
}

func BindType(s *Struct, t reflect.Type) (*Bound, error) {
	b, err := bind(s, t)
	if err != nil {
		return nil, err
	}
	return &Bound{s, b}, nil
}

// Moves reports whether the codec needs no reflection.
func (b *Bound) Moves() bool { return b.moves != nil }

// PackMoves packs v, which must be addressable, by moves.
func (b *Bound) PackMoves(v reflect.Value) []byte {
	buf := make([]byte, b.s.size)
	for i := range buf {
		buf[i] = 0x55
	}
	mem.PackOne(b.moves, buf, (*byte)(v.Addr().UnsafePointer()))
	return buf
}

func (b *Bound) UnpackMoves(v reflect.Value, data []byte) {
	mem.UnpackOne(b.moves, (*byte)(v.Addr().UnsafePointer()), data)
}

// Pack packs v by reflection.
func (b *Bound) Pack(v reflect.Value) ([]byte, error) {
	values, err := b.s.gather("pack", b.leaves, v)
	if err != nil {
		return nil, err
	}
	return b.s.Pack(values...)
}

func (b *Bound) Unpack(v reflect.Value, data []byte) { b.s.scatter(b.leaves, v, data) }
