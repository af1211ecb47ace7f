// The page to look at bytes is loaded through a network and has no types: it leaves
// out what asks about them.

//go:build !structpack_page

package structpack

import (
	"reflect"
	"slices"

	"example.com/structpack/internal/mem"
	"example.com/structpack/internal/rules"
)

func init() {
	rules.Pack = func(s any, op string, index int, v any, goType string) error {
		return s.(*Struct).refusal(op, index, v, goType)
	}
	rules.Derive = func(s any, t reflect.Type) (any, error) {
		return s.(*Struct).derive(t)
	}
	rules.Bind = func(s any, t reflect.Type) ([]rules.Leaf, error) {
		derived, err := s.(*Struct).derive(t)
		if err != nil {
			return nil, err
		}
		b, err := leavesOf(derived, t)
		if err != nil {
			return nil, err
		}
		var leaves []rules.Leaf
		for _, l := range b.leaves {
			leaves = append(leaves, rules.Leaf{Steps: l.path, Value: l.in.val + l.k, N: l.n, CString: l.cstring, Length: l.length})
		}
		for _, l := range b.empties {
			leaves = append(leaves, rules.Leaf{Steps: l.path, Value: l.in.val, Pos: derived.emptyItem(l.in).pos})
		}
		return leaves, nil
	}
	rules.NewCodec = func(s any, t reflect.Type) (rules.Codec, error) {
		b, err := bind(s.(*Struct), t, mem.CanMove)
		return reflected{b}, err
	}
	rules.Scan = func(s any, op string, dests []reflect.Type) ([]rules.Pair, error) {
		return s.(*Struct).pair(op, dests)
	}
}

// A reflected binding is a codec for pointers that are known by reflection.
type reflected struct{ b *binding }

func (c reflected) Struct() any { return c.b.s }

func (c reflected) AppendPack(dst []byte, v reflect.Value) ([]byte, error) {
	return c.b.appendPack(dst, valueAt(v))
}

func (c reflected) PackInto(buf []byte, offset int, v reflect.Value) error {
	return c.b.packInto(buf, offset, valueAt(v))
}

func (c reflected) Unpack(data []byte, v reflect.Value) error {
	return c.b.unpackAll(data, valueAt(v))
}

func (c reflected) UnpackFrom(data []byte, offset int, v reflect.Value) error {
	return c.b.unpackFrom(data, offset, valueAt(v))
}

// valueAt returns what a pointer points to.
func valueAt(v reflect.Value) mem.Value {
	if v.IsNil() {
		return mem.Value{}
	}
	return mem.ValueAt(v.Elem())
}

// pair does what scanAny does before it writes, for destinations of which only
// the types are known. How they pair with values depends on nothing else.
func (s *Struct) pair(op string, types []reflect.Type) (pairs []rules.Pair, err error) {
	pairs, err = s.pairAs(op, types, false)
	if len(s.empty) > 0 && (err != nil || slices.ContainsFunc(pairs, isBad)) {
		if lists, err := s.pairAs(op, types, true); err == nil && !slices.ContainsFunc(lists, isBad) {
			return lists, nil
		}
	}
	return pairs, err
}

func isBad(p rules.Pair) bool { return p.Err != nil }

func (s *Struct) pairAs(op string, types []reflect.Type, lists bool) (pairs []rules.Pair, err error) {
	dests := make([]any, len(types))
	p := pairing{types: types, lists: lists}
	for p.next(s, dests) {
		in, t := p.item(s), types[p.dest]
		pair := rules.Pair{Value: in.val + p.k, Run: p.run}
		if !in.takesType(t, p.run) {
			pair.Err = s.badDest(op, &p, t, false)
		}
		pairs = append(pairs, pair)
	}
	if p.inst < len(s.plan) || p.dest < len(dests) {
		return pairs, s.badDests(op, &p, dests)
	}
	return pairs, nil
}
