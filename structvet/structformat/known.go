package structformat

import "go/types"

// most bounds the parts of a type that is shown to a Codec: binding goes over all
// of them, and of an array of structs that have no fields over any number.
const most = 1 << 16

// bindable reports whether a type is known well enough, and small enough, to be
// bound.
func bindable(t types.Type) bool { return parts(t, 100) <= most }

// parts counts what binding goes over in a type: its fields and elements. It is
// more than most if they are too many or not known.
func parts(t types.Type, depth int) int64 {
	const many = most + 1
	t = types.Unalias(t)
	if depth == 0 {
		return many // it contains itself, and does not compile
	}
	if _, ok := t.(*types.TypeParam); ok {
		return many
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		if u.Kind() == types.Invalid {
			return many
		}
	case *types.Struct:
		n := int64(1)
		for field := range u.Fields() {
			if n = min(n+parts(field.Type(), depth-1), many); n == many {
				break
			}
		}
		return n
	case *types.Array:
		switch u.Elem().Underlying().(type) {
		case *types.Struct, *types.Array, *types.Slice:
		default:
			return parts(u.Elem(), depth-1) // taken at once
		}
		if u.Len() < 0 || u.Len() > most {
			return many
		}
		return 1 + min(u.Len()*parts(u.Elem(), depth-1), most)
	case *types.Slice:
		if _, ok := types.Unalias(u.Elem()).(*types.TypeParam); ok {
			return many
		}
		if b, ok := u.Elem().Underlying().(*types.Basic); ok && b.Kind() == types.Invalid {
			return many
		}
	}
	return 1
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
