package typegen

import (
	"fmt"
	"math/rand"
	"reflect"
	"slices"
)

// scalars are types that have a code by themselves, some under another name.
var scalars = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[int8](), reflect.TypeFor[int16](), reflect.TypeFor[int32](), reflect.TypeFor[int64](),
	reflect.TypeFor[uint8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](),
	reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[complex64](), reflect.TypeFor[complex128](),
}

// tagged are types with the tags that give them a code.
var tagged = []struct {
	t    reflect.Type
	tags []string
}{
	{reflect.TypeFor[int](), []string{"b", "h", "i"}},
	{reflect.TypeFor[int64](), []string{"l", "n", "h", "I"}},
	{reflect.TypeFor[uint64](), []string{"L", "N", "P", "B"}},
	{reflect.TypeFor[uint8](), []string{"c"}},
	{reflect.TypeFor[float64](), []string{"e", "f"}},
	{reflect.TypeFor[string](), []string{"5s", "8p", "0s", "16s,cstr"}},
	{reflect.TypeFor[[]byte](), []string{"3s", "4p", "2c"}},
	{reflect.TypeFor[[]uint16](), []string{"3H", "1H", "2B"}},
	{reflect.TypeFor[[]float64](), []string{"2d", "3f"}},
	{reflect.TypeFor[[3]float32](), []string{"e", "3e"}},
	{reflect.TypeFor[[2]string](), []string{"3s"}},
}

// Derived makes up a struct type from which a format can be made: fields of all sizes,
// arrays, structs in structs and arrays of them, fields called _, and some of no size.
// If tags is set, there are fields with tags as well, which package encoding/binary does
// not take; native allows codes of native mode in them.
func Derived(r *rand.Rand, tags, native bool) reflect.Type {
	g := &deriver{r: r, tags: tags, native: native}
	return g.structType(3)
}

type deriver struct {
	r            *rand.Rand
	tags, native bool
	names        int
}

func (g *deriver) structType(depth int) reflect.Type {
	var fields []reflect.StructField
	for range 1 + g.r.Intn(6) {
		g.names++
		f := reflect.StructField{Name: fmt.Sprint("F", g.names)}
		if g.tags && g.r.Intn(5) == 0 {
			choice := tagged[g.r.Intn(len(tagged))]
			tags := slices.DeleteFunc(slices.Clone(choice.tags), func(tag string) bool {
				return !g.native && slices.Contains([]string{"n", "N", "P", "l", "L"}, tag)
			})
			if len(tags) == 0 {
				continue
			}
			f.Type, f.Tag = choice.t, reflect.StructTag(fmt.Sprintf("structpack:%q", tags[g.r.Intn(len(tags))]))
		} else {
			f.Type = g.fieldType(depth)
			if g.r.Intn(8) == 0 {
				f.Name, f.PkgPath = "_", "example.com/structpack/internal/test/typegen"
			}
		}
		fields = append(fields, f)
	}
	return reflect.StructOf(fields)
}

func (g *deriver) fieldType(depth int) reflect.Type {
	t := scalars[g.r.Intn(len(scalars))]
	if depth > 0 && g.r.Intn(4) == 0 {
		t = g.structType(depth - 1)
	}
	for g.r.Intn(4) == 0 {
		t = reflect.ArrayOf(g.r.Intn(4), t)
	}
	return t
}
