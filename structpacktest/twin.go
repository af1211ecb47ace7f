package structpacktest

import (
	"fmt"
	"reflect"

	"example.com/structpack"
	"example.com/structpack/internal/rules"
)

// A subject is a type that code was generated for, and the codec that it is compared
// with.
//
// A codec takes exported fields only, and generated code takes all fields of its own
// package. So the codec may be for a twin of the type: with the same fields, of which
// all are exported. What is in the one is set in the other through pointers, by which
// reflection may set what has no exported name.
type subject struct {
	typ, twin reflect.Type
	codec     rules.Codec
	s         *structpack.Struct
	fill      *filler           // of twins
	fields    func(v any) []any // pointers to what takes values in a *typ; nil if the twin is the type
}

func newSubject(s *structpack.Struct, t reflect.Type) (*subject, error) {
	c := &subject{typ: t, twin: twinOf(t)}
	var err error
	if c.codec, err = rules.NewCodec(s, c.twin); err != nil {
		return nil, fmt.Errorf("structpacktest: %w", err)
	}
	c.s = c.codec.Struct().(*structpack.Struct)
	if c.fill, err = newFiller(c.s, c.twin); err != nil {
		return nil, fmt.Errorf("structpacktest: %w", err)
	}
	return c, nil
}

// twinOf returns t with exported fields, or t itself if its fields that are not exported
// take no values.
func twinOf(t reflect.Type) reflect.Type {
	if !hides(t) {
		return t
	}
	if t.Kind() == reflect.Array {
		return reflect.ArrayOf(t.Len(), twinOf(t.Elem()))
	}
	fields := make([]reflect.StructField, t.NumField())
	for i := range fields {
		f := t.Field(i)
		fields[i] = reflect.StructField{Name: fmt.Sprint("F", i), Type: twinOf(f.Type), Tag: f.Tag}
		if f.Name == "_" {
			fields[i].Name, fields[i].PkgPath = f.Name, f.PkgPath
		}
	}
	return reflect.StructOf(fields)
}

// hides reports whether there is a field in t that a codec refuses because it is not
// exported.
func hides(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return hides(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			embedded := f.Anonymous && f.Type.Kind() == reflect.Struct
			if !f.IsExported() && f.Name != "_" && !embedded && f.Tag.Get("structpack") != "-" || f.Name != "_" && hides(f.Type) {
				return true
			}
		}
	}
	return false
}

// filled returns a pointer to a twin with made-up values, and one to a value of the type
// that has the same in it.
func (c *subject) filled(seed uint64) (twin, v reflect.Value) {
	twin = reflect.New(c.twin)
	c.fill.value(twin.Elem(), seed)
	return twin, c.fromTwin(twin)
}

// fromTwin returns a pointer to a value of the type with what is in a twin.
func (c *subject) fromTwin(twin reflect.Value) reflect.Value {
	if c.fields == nil {
		return twin
	}
	v := reflect.New(c.typ)
	for i, p := range c.fields(v.Interface()) {
		reflect.ValueOf(p).Elem().Set(c.fill.variables(twin.Elem())[i])
	}
	return v
}

// toTwin returns a pointer to a twin with what is in a value of the type.
func (c *subject) toTwin(v reflect.Value) reflect.Value {
	if c.fields == nil {
		return v
	}
	twin := reflect.New(c.twin)
	for i, p := range c.fields(v.Interface()) {
		c.fill.variables(twin.Elem())[i].Set(reflect.ValueOf(p).Elem())
	}
	return twin
}
