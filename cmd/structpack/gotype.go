package main

import (
	"cmp"
	"errors"
	"fmt"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"example.com/structpack"
	"example.com/structpack/internal/gotype"
	"example.com/structpack/internal/load"
	"example.com/structpack/internal/rules"
)

// bindType binds a format to the Go type that --type names. It returns the format, which
// is made from the type if there is a prefix alone, and the names of the fields: one for
// each item if every item has a field, else one for each value.
func (c *call) bindType(s *structpack.Struct) (*structpack.Struct, []string, error) {
	name, find := c.value("type"), findType
	if c.env.findType != nil {
		find = c.env.findType
	}
	t, reader, err := find(name)
	if err != nil {
		return nil, nil, err
	}
	if !gotype.Bindable(t) {
		return nil, nil, fmt.Errorf("type %s has type parameters, or is not complete", name)
	}
	made, err := rules.Derive(s, reader.Type(t))
	if err != nil {
		return nil, nil, err
	}
	s = made.(*structpack.Struct)
	leaves, err := rules.Bind(s, reader.Type(t))
	if err != nil {
		return nil, nil, err
	}
	leaves = slices.DeleteFunc(leaves, func(l rules.Leaf) bool { return l.N == 0 }) // slices for items without values
	items := slices.DeleteFunc(s.Fields(), func(f structpack.Field) bool { return f.Values == 0 })
	each := !slices.EqualFunc(leaves, items, func(l rules.Leaf, f structpack.Field) bool { return l.Value == f.Index && l.N == f.Values })
	var names []string
	for _, l := range leaves {
		path, last := pathOf(t, l.Steps)
		if !each || l.N == 1 && last < 0 {
			names = append(names, cmp.Or(strings.Join(path, "."), "value"))
			continue
		}
		for n := range l.N { // elements of an array, or all values of a slice
			names = append(names, strings.Join(append(path[:len(path):len(path)], strconv.Itoa(max(last, 0)+n)), "."))
		}
	}
	return s, names, nil
}

// findType finds a type as ./wire.Header names it: its package, as the go command has
// it, and its name.
func findType(name string) (types.Type, *gotype.Reader, error) {
	dot := strings.LastIndexByte(name, '.')
	pattern, name := name[:max(dot, 0)], name[dot+1:]
	for _, tests := range []bool{false, true} {
		p, err := load.Packages(cmp.Or(pattern, "."), tests)
		if err != nil {
			return nil, nil, err
		}
		for _, pkg := range p.Packages {
			if t, ok := pkg.Types.Scope().Lookup(name).(*types.TypeName); ok {
				return t.Type(), &gotype.Reader{Sizes: p.Sizes, Own: pkg.Types}, nil
			}
		}
	}
	return nil, nil, errors.New("no type " + name + " in " + cmp.Or(pattern, "this directory"))
}

// pathOf returns the names of the fields on the way to a part of a type, and of elements
// their indexes, except for the index at the end, or -1.
func pathOf(t types.Type, steps []int) (path []string, last int) {
	last = -1
	for i, step := range steps {
		switch u := t.Underlying().(type) {
		case *types.Array:
			if t = u.Elem(); i == len(steps)-1 {
				return path, step
			}
			path = append(path, strconv.Itoa(step))
		case *types.Struct:
			path = append(path, u.Field(step).Name())
			t = u.Field(step).Type()
		}
	}
	return path, last
}
