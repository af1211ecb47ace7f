// Package gotype shows the types of go/types to package rules, which asks for
// a reflect.Type.
package gotype

import (
	"go/types"
	"math"
	"reflect"
)

// A Reader makes a reflect.Type of a types.Type, for a platform.
type Reader struct {
	Sizes types.Sizes
	Own   *types.Package // whose fields are shown as exported; may be nil
	Field *types.Var     // the field that was asked for last, of any of its types
}

// Type returns t as far as package rules asks for it.
func (r *Reader) Type(t types.Type) reflect.Type { return &read{reader: r, t: types.Unalias(t)} }

type read struct {
	reflect.Type // nil: what is not asked for panics
	reader       *Reader
	t            types.Type
}

var kinds = map[types.BasicKind]reflect.Kind{
	types.Bool: reflect.Bool, types.String: reflect.String,
	types.Int: reflect.Int, types.Int8: reflect.Int8, types.Int16: reflect.Int16, types.Int32: reflect.Int32, types.Int64: reflect.Int64,
	types.Uint: reflect.Uint, types.Uint8: reflect.Uint8, types.Uint16: reflect.Uint16, types.Uint32: reflect.Uint32, types.Uint64: reflect.Uint64,
	types.Uintptr: reflect.Uintptr, types.UnsafePointer: reflect.UnsafePointer,
	types.Float32: reflect.Float32, types.Float64: reflect.Float64,
	types.Complex64: reflect.Complex64, types.Complex128: reflect.Complex128,
}

// Kind returns the kind that reflection would return. It is reflect.Invalid for
// what the type checker could not make sense of, and for type parameters.
func Kind(t types.Type) reflect.Kind {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return kinds[u.Kind()]
	case *types.Struct:
		return reflect.Struct
	case *types.Array:
		return reflect.Array
	case *types.Slice:
		return reflect.Slice
	case *types.Pointer:
		return reflect.Pointer
	case *types.Map:
		return reflect.Map
	case *types.Chan:
		return reflect.Chan
	case *types.Signature:
		return reflect.Func
	case *types.Interface:
		if _, ok := t.(*types.TypeParam); !ok {
			return reflect.Interface
		}
	}
	return reflect.Invalid
}

func (r *read) Kind() reflect.Kind { return Kind(r.t) }

// String names types as Go programs do: with the names of packages, not their
// paths.
func (r *read) String() string {
	return types.TypeString(r.t, (*types.Package).Name)
}

// PkgPath returns the path of the package that declares the type, if it has a name.
func (r *read) PkgPath() string {
	if named, ok := r.t.(*types.Named); ok && named.Obj().Pkg() != nil {
		return named.Obj().Pkg().Path()
	}
	return ""
}

func (r *read) Size() uintptr { return uintptr(r.reader.Sizes.Sizeof(r.t)) }

func (r *read) Elem() reflect.Type {
	return r.reader.Type(r.t.Underlying().(interface{ Elem() types.Type }).Elem())
}

// Len returns the length of an array, or the largest int for one that is longer:
// an array that is read about may be for another machine, or for none.
func (r *read) Len() int { return int(min(r.t.Underlying().(*types.Array).Len(), math.MaxInt)) }

func (r *read) NumField() int { return r.t.Underlying().(*types.Struct).NumFields() }

// Field returns what decides whether a field is bound, and to what, but not its
// offset.
func (r *read) Field(i int) reflect.StructField {
	s := r.t.Underlying().(*types.Struct)
	v := s.Field(i)
	r.reader.Field = v
	f := reflect.StructField{
		Name:      v.Name(),
		Type:      r.reader.Type(v.Type()),
		Tag:       reflect.StructTag(s.Tag(i)),
		Index:     []int{i},
		Anonymous: v.Embedded(),
	}
	if !v.Exported() && v.Pkg() != nil && (v.Pkg() != r.reader.Own || v.Name() == "_") {
		f.PkgPath = v.Pkg().Path()
	}
	return f
}
