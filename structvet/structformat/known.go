package structformat

import "go/types"

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
