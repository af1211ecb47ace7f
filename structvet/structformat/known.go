package structformat

import (
	"go/types"
	"slices"
)

// bindable reports whether a type is known well enough to be bound: it has no type
// parameters in it, is not broken, and does not contain itself. What is too large
// to be bound, package structpack says.
func bindable(t types.Type) bool { return !unbindable(t, nil, map[types.Type]bool{}) }

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

// open reports whether what is known of a type is not all: it has type parameters
// in it, or is broken.
func open(t types.Type, depth int) bool {
	if t == nil || depth == 0 {
		return true
	}
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return true
	case *types.Basic:
		return t.Kind() == types.Invalid
	case *types.Pointer:
		return open(t.Elem(), depth-1)
	case *types.Slice:
		return open(t.Elem(), depth-1)
	case *types.Array:
		return t.Len() < 0 || open(t.Elem(), depth-1)
	case *types.Struct:
		for f := range t.Fields() {
			if open(f.Type(), depth-1) {
				return true
			}
		}
	case *types.Named:
		if t.TypeArgs() != nil {
			for arg := range t.TypeArgs().Types() {
				if open(arg, depth-1) {
					return true
				}
			}
		}
		if _, ok := t.Underlying().(*types.Struct); ok {
			return false
		}
		return open(t.Underlying(), depth-1)
	}
	return false
}
