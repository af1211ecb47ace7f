package structpack

import "reflect"

// maxParts bounds what binding goes over in a type: fields, and elements of arrays
// of structs, arrays and slices. Without a bound, binding [1<<40]struct{} would never
// end, and a million structs of a byte would take a third of a gigabyte.
// Arrays of numbers are one part, and batches of records have no such bound.
const maxParts = 1 << 16

// parts counts what binding goes over in a type. It is more than maxParts if that
// is too much; the count ends there, because structs in structs are exponential in
// what a program says of them.
func parts(t reflect.Type) int {
	switch t.Kind() {
	case reflect.Struct:
		n := 1
		for i := range t.NumField() {
			if f := t.Field(i); f.Name != "_" && f.Tag.Get("structpack") != "-" {
				n += parts(f.Type)
			}
			if n > maxParts {
				break
			}
		}
		return n
	case reflect.Array:
		switch t.Elem().Kind() {
		case reflect.Struct, reflect.Array, reflect.Slice:
		default:
			return 1
		}
		if n := parts(t.Elem()); t.Len() > maxParts/n {
			return maxParts + 1
		} else {
			return 1 + t.Len()*n
		}
	}
	return 1
}
