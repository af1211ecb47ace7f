package structformat

import (
	"go/types"
	"reflect"
)

// A shape is a type that was read of, as package reflect would show it where the
// program runs. It has those answers of a reflect.Type that package static asks
// for, and panics at other questions.
type shape struct {
	reflect.Type
	of    types.Type
	under types.Type
	sizes types.Sizes
}

func (c *checker) shape(t types.Type) reflect.Type { return shapeOf(t, c.sizes) }

func shapeOf(t types.Type, sizes types.Sizes) reflect.Type {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok && isAny(p.Elem()) {
		return reflect.TypeFor[*any]() // Scan knows this very type
	}
	return &shape{of: t, under: t.Underlying(), sizes: sizes}
}

var basicKinds = map[types.BasicKind]reflect.Kind{
	types.Bool:          reflect.Bool,
	types.Int:           reflect.Int,
	types.Int8:          reflect.Int8,
	types.Int16:         reflect.Int16,
	types.Int32:         reflect.Int32,
	types.Int64:         reflect.Int64,
	types.Uint:          reflect.Uint,
	types.Uint8:         reflect.Uint8,
	types.Uint16:        reflect.Uint16,
	types.Uint32:        reflect.Uint32,
	types.Uint64:        reflect.Uint64,
	types.Uintptr:       reflect.Uintptr,
	types.Float32:       reflect.Float32,
	types.Float64:       reflect.Float64,
	types.Complex64:     reflect.Complex64,
	types.Complex128:    reflect.Complex128,
	types.String:        reflect.String,
	types.UnsafePointer: reflect.UnsafePointer,
}

func (s *shape) Kind() reflect.Kind {
	switch u := s.under.(type) {
	case *types.Basic:
		return basicKinds[u.Kind()]
	case *types.Array:
		return reflect.Array
	case *types.Slice:
		return reflect.Slice
	case *types.Pointer:
		return reflect.Pointer
	case *types.Struct:
		return reflect.Struct
	case *types.Map:
		return reflect.Map
	case *types.Chan:
		return reflect.Chan
	case *types.Signature:
		return reflect.Func
	case *types.Interface:
		return reflect.Interface
	}
	return reflect.Invalid
}

func (s *shape) String() string { return typeName(s.of) }

func (s *shape) Size() uintptr { return uintptr(s.sizes.Sizeof(s.of)) }

// Elem is that of a pointer, array or slice.
func (s *shape) Elem() reflect.Type {
	return shapeOf(s.under.(interface{ Elem() types.Type }).Elem(), s.sizes)
}

func (s *shape) Len() int { return int(s.under.(*types.Array).Len()) }

func (s *shape) NumField() int { return s.under.(*types.Struct).NumFields() }

// Field returns field i without its offset, which no answer depends on.
func (s *shape) Field(i int) reflect.StructField {
	u := s.under.(*types.Struct)
	f := u.Field(i)
	field := reflect.StructField{
		Name:      f.Name(),
		Type:      shapeOf(f.Type(), s.sizes),
		Tag:       reflect.StructTag(u.Tag(i)),
		Index:     []int{i},
		Anonymous: f.Embedded(),
	}
	if !f.Exported() && f.Pkg() != nil {
		field.PkgPath = f.Pkg().Path()
	}
	return field
}

// most bounds the parts of a type that is shown to a Codec: binding goes over all
// of them, and of an array of structs that have no fields over any number.
const most = 1 << 16

// bindable reports whether a type is known well enough, and small enough, to be
// bound.
func bindable(t types.Type) bool { return parts(t, 100, map[types.Type]bool{}) <= most }

// parts counts what binding goes over in a type: its fields and elements. It is
// more than most if they are too many or not known.
func parts(t types.Type, depth int, within map[types.Type]bool) int64 {
	const many = most + 1
	t = types.Unalias(t)
	if depth == 0 || within[t] {
		return many // a type that contains itself does not compile
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
		within[t] = true
		defer delete(within, t)
		n := int64(1)
		for i := range u.NumFields() {
			if n = min(n+parts(u.Field(i).Type(), depth-1, within), many); n == many {
				break
			}
		}
		return n
	case *types.Array:
		switch u.Elem().Underlying().(type) {
		case *types.Struct, *types.Array, *types.Slice:
		default:
			return parts(u.Elem(), depth-1, within) // taken at once
		}
		if u.Len() < 0 || u.Len() > most {
			return many
		}
		return 1 + min(u.Len()*parts(u.Elem(), depth-1, within), most)
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
