package gotype

import (
	"go/types"
	"slices"
)

// Bindable reports whether a type is known well enough to be bound: it has no type
// parameters in it, is not broken, and does not contain itself. What is too large
// to be bound, package structpack says.
func Bindable(t types.Type) bool { return !unbindable(t, nil, map[types.Type]bool{}) }

// unbindable looks into a type that is inside the types of outer. What is in seen
// has been found bindable.
func unbindable(t types.Type, outer []types.Type, seen map[types.Type]bool) bool {
	t = types.Unalias(t)
	if slices.Contains(outer, t) {
		return true
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	outer = append(outer[:len(outer):len(outer)], t)
	if _, ok := t.(*types.TypeParam); ok {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.Invalid
	case *types.Struct:
		for field := range u.Fields() {
			if unbindable(field.Type(), outer, seen) {
				return true
			}
		}
	case *types.Array:
		return u.Len() < 0 || unbindable(u.Elem(), outer, seen)
	case *types.Slice: // its elements are numbers, or it is refused
		switch e := types.Unalias(u.Elem()).(type) {
		case *types.TypeParam:
			return true
		case *types.Basic:
			return e.Kind() == types.Invalid
		}
	}
	return false
}
