package structpack

import (
	"reflect"

	"example.com/structpack/internal/static"
)

func init() {
	static.Pack = func(s any, op string, index int, v any, goType string) error {
		return s.(*Struct).refusal(op, index, v, goType)
	}
	static.Codec = func(s any, t reflect.Type) error {
		_, err := bind(s.(*Struct), t)
		return err
	}
	static.Bind = func(s any, t reflect.Type) ([]static.Leaf, error) {
		b, err := bind(s.(*Struct), t)
		if err != nil {
			return nil, err
		}
		leaves := make([]static.Leaf, len(b.leaves))
		for i, l := range b.leaves {
			leaves[i] = static.Leaf{Steps: l.steps, Value: s.(*Struct).plan[l.inst].val + l.k, N: l.n}
		}
		return leaves, nil
	}
	static.Scan = func(s any, op string, dests []reflect.Type) ([]static.Pair, error) {
		return s.(*Struct).pair(op, dests)
	}
}

// pair does what scanAny does before it writes, for destinations of which only
// the types are known.
func (s *Struct) pair(op string, dests []reflect.Type) (pairs []static.Pair, err error) {
	var p pairing
	for p.step(s.plan, len(dests)) {
		in, t := &s.plan[p.inst], dests[p.dest]
		p.meet(s.plan, t)
		pair := static.Pair{Value: in.val + p.k, Run: p.run}
		if t != nil && !in.takesType(t, p.run) {
			pair.Err = s.badDest(op, &p, t.String())
		}
		pairs = append(pairs, pair)
	}
	if p.inst < len(s.plan) || p.dest < len(dests) {
		return pairs, s.badDests(op, len(dests))
	}
	return pairs, nil
}
