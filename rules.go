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
		for _, l := range slices.Concat(b.leaves, b.empties) {
			leaves = append(leaves, rules.Leaf{Steps: l.path, Value: l.in.val + l.k, N: l.n, CString: l.tag.cstring, Length: l.tag.length})
		}
		return leaves, nil
	}
	rules.Scan = func(s any, op string, dests []reflect.Type) ([]rules.Pair, error) {
		return s.(*Struct).pair(op, dests)
	}
	rules.Steps = func(s any) []mem.Step {
		s.(*Struct).flatten()
		if f := s.(*Struct).flatten(); f.quick >= 0 && len(f.pads) == 0 {
			return f.steps
		}
		return nil
	}
}

// pair does what scanAny does before it writes, for destinations of which only
// the types are known. How they pair with values depends on no more than which
// of them are for runs.
func (s *Struct) pair(op string, types []reflect.Type) (pairs []rules.Pair, err error) {
	dests := make([]any, len(types))
	for i, t := range types {
		if isRun(t) {
			dests[i] = (*[0]byte)(nil)
		}
	}
	var p pairing
	for p.next(s.plan, dests) {
		in, t := &s.plan[p.inst], types[p.dest]
		pair := rules.Pair{Value: in.val + p.k, Run: p.run}
		if !in.takesType(t, p.run) {
			pair.Err = s.badDest(op, p, t, false)
		}
		pairs = append(pairs, pair)
	}
	if p.inst < len(s.plan) || p.dest < len(dests) {
		return pairs, s.badDests(op, p, len(dests))
	}
	return pairs, nil
}
