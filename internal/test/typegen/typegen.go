// Package typegen makes up struct types for formats, for tests of what binds them.
package typegen

import (
	"fmt"
	"math/rand"
	"reflect"

	"example.com/structpack"
)

// Struct makes up a type that meets the format of s: fields that are as wide as
// their codes or wider, arrays, slices, strings, structs in structs. Some types
// fail to meet it if failing is set.
func Struct(r *rand.Rand, s *structpack.Struct, failing bool) reflect.Type {
	values, err := s.Unpack(make([]byte, s.Size()))
	if err != nil {
		panic(err)
	}
	var fields []reflect.StructField
	add := func(t reflect.Type) {
		switch r.Intn(30) {
		case 0, 1, 2:
			t = reflect.StructOf([]reflect.StructField{{Name: "In", Type: t}})
		case 3:
			t = reflect.ArrayOf(1, t)
		case 4:
			if failing {
				t = []reflect.Type{reflect.TypeFor[int](), reflect.TypeFor[any](), reflect.TypeFor[[]float64](), reflect.TypeFor[uintptr](), reflect.TypeFor[*int8]()}[r.Intn(5)]
			}
		}
		fields = append(fields, reflect.StructField{Name: fmt.Sprint("F", len(fields)), Type: t})
	}
	for _, f := range s.Fields() {
		if f.Values == 0 {
			if f.Code != "x" && r.Intn(2) == 0 { // a slice may take a count of 0
				add(reflect.SliceOf(f.Type))
			}
			continue
		}
		own := reflect.TypeOf(values[f.Index])
		if f.Code != "c" && r.Intn(10) == 0 {
			own = wider(r, own)
		}
		switch {
		case f.Code == "s" && r.Intn(4) > 0:
			add(reflect.ArrayOf(f.Count, reflect.TypeFor[byte]()))
		case f.Code == "s" || f.Code == "p":
			add([]reflect.Type{own, reflect.TypeFor[string]()}[r.Intn(2)])
		case f.Count > 1 && r.Intn(8) == 0:
			add(reflect.SliceOf(own))
		case f.Count > 1 && (f.Count > 20 || r.Intn(2) == 0):
			add(reflect.ArrayOf(f.Count, own))
		default:
			for range f.Values {
				add(own)
			}
		}
	}
	return reflect.StructOf(fields)
}

// wider returns a type that holds all values of t and others.
func wider(r *rand.Rand, t reflect.Type) reflect.Type {
	switch t.Kind() {
	case reflect.Int8, reflect.Int16, reflect.Int32:
		return reflect.TypeFor[int64]()
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		if r.Intn(2) == 0 {
			return reflect.TypeFor[int64]()
		}
		return reflect.TypeFor[uint64]()
	case reflect.Float32:
		return reflect.TypeFor[float64]()
	case reflect.Complex64:
		return reflect.TypeFor[complex128]()
	}
	return t
}
