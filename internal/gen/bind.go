package gen

import (
	"errors"
	"fmt"
	"go/types"
	"reflect"
	"slices"

	"example.com/structpack"
	"example.com/structpack/internal/gotype"
	"example.com/structpack/internal/rules"
)

// A class says what the bytes of an item mean.
type class int

const (
	signed class = iota
	unsigned
	boolean
	float
	complexes
	text
	pascal
)

// An item is a field of the format.
type item struct {
	structpack.Field
	class  class
	size   int    // of a value in the data; of text and pascal all of it
	wide   int    // of a value in Go
	reason string // why a value is too large
}

// A step is a variable of the Go type, or more of them, and the values of the
// format that it takes.
type step struct {
	*item
	x     string // the variable
	typ   types.Type
	kind  reflect.Kind
	index int   // of the first value
	off   int   // of the first value in the data
	mem   int64 // of the first variable in the Go type, where words have 64 bits

	cstring bool // the text ends at its first NUL

	// Elements of an array or slice that a loop goes over. Then x is one of
	// them, and i the index in it.
	n     int    // how many; 0 if there is no loop
	whole string // the array or slice
	start int    // the first element
	slice bool
	all   bool // no other elements are in it
}

// words64 are the sizes that do not depend on where the generator runs.
var words64 = types.SizesFor("gc", "amd64")

// words32 are those where words have 32 bits, on any machine.
var words32 = types.SizesFor("gc", "386")

// unrolled is how many elements of an array are spelled out.
const unrolled = 8

// most is how many variables code is written for. A type with more of them has
// large arrays of structs or of arrays; a Codec goes over them with a loop.
const most = 4096

// items returns the fields of the format by the index of their values.
func (r *record) items() (all []*item) {
	for _, f := range r.s.Fields() {
		if f.Values == 0 {
			continue
		}
		it := &item{Field: f, size: f.Size / f.Values, reason: r.tooLarge(f)}
		it.wide = int(f.Type.Size())
		switch f.Type.Kind() {
		case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
			it.class = signed
		case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
			it.class = unsigned
		case reflect.Bool:
			it.class = boolean
		case reflect.Float32, reflect.Float64:
			it.class = float
		case reflect.Complex64, reflect.Complex128:
			it.class = complexes
		case reflect.Slice:
			it.class = text
			if f.Code == "p" {
				it.class = pascal
			}
		}
		all = append(all, it)
	}
	return all
}

// bind says which variable takes which values.
func (s *source) bind(r *record) error {
	reader := gotype.Reader{Sizes: types.SizesFor("gc", s.arch), Own: s.pkg}
	leaves, err := rules.Bind(r.s, reader.Type(r.typ))
	if err != nil {
		return s.refused(r, &reader, err)
	}
	outside := gotype.Reader{Sizes: reader.Sizes}
	_, err = rules.Bind(r.s, outside.Type(r.typ))
	r.hides = err != nil
	if len(leaves) > most {
		return fail(s.declared(r.Type), "type %s has %d fields and elements to be spelled out (limit %d); a structpack.Codec takes it", r.Type, len(leaves), most)
	}
	r.steps, r.leaves, r.empties, r.variables = nil, nil, nil, nil
	items := r.items()
	for _, l := range leaves {
		v, err := s.walk(r, l)
		if err != nil {
			return err
		}
		switch {
		case l.N <= 1 || v.array == "":
			r.variables = append(r.variables, v.x)
		case v.alone:
			r.variables = append(r.variables, v.array)
		default:
			for k := range l.N {
				r.variables = append(r.variables, fmt.Sprintf("%s[%d]", v.array, v.at+k))
			}
		}
		if l.N == 0 {
			r.empties = append(r.empties, empty{v.x, l.Pos})
			continue
		}
		for items[0].Index+items[0].Values <= l.Value {
			items = items[1:]
		}
		r.add(items[0], l, v)
		r.leaves = append(r.leaves, bound{l, items[0]})
	}
	return nil
}

// An empty is a slice for an item with a count of 0.
type empty struct {
	x   string // the variable
	pos int    // of the item in the format
}

// refused says where the field is that package structpack refuses.
func (s *source) refused(r *record, reader *gotype.Reader, err error) error {
	pos := s.declared(r.Type)
	var e *structpack.Error
	errors.As(err, &e)
	lacking := e.Err == structpack.ErrCount && e.Index >= 0 // a field
	if f := reader.Field; f != nil && f.Pkg() == s.pkg && !r.New && !lacking {
		pos = place(s.position(f.Pos()))
		if f.Type() == types.Typ[types.Invalid] { // package C is not looked into
			e := fail(pos, "type %s: only cgo knows the type of field %s", r.Type, f.Name())
			e.cgo = true
			return e
		}
	}
	return failed(pos, err)
}

// A variable is what the steps of a leaf lead to.
type variable struct {
	x     string // how the code writes it
	typ   types.Type
	mem   int64
	array string // the array that it is an element of, or empty
	at    int    // its index there
	alone bool   // the array has no other elements than those that the leaf takes
}

// walk goes from a variable v of the type to one of its parts.
func (s *source) walk(r *record, l rules.Leaf) (v variable, err error) {
	v = variable{x: "v", typ: r.typ}
	if _, ok := v.typ.Underlying().(*types.Struct); !ok {
		v.x = "(*v)"
	}
	var through types.Type // the struct whose promoted field comes next
	for _, step := range l.Steps {
		v.array = ""
		if u, ok := v.typ.Underlying().(*types.Array); ok {
			v.array, v.at, v.alone = v.x, step, int(u.Len()) == l.N
			v.x += fmt.Sprintf("[%d]", step)
			v.typ = u.Elem()
			v.mem += int64(step) * words64.Sizeof(v.typ)
			continue
		}
		u := v.typ.Underlying().(*types.Struct)
		fields := slices.Collect(u.Fields())
		f := fields[step]
		v.mem += words64.Offsetsof(fields)[step]
		if f.Exported() || f.Pkg() == s.pkg {
			if through != nil {
				if found, _, _ := types.LookupFieldOrMethod(through, true, s.pkg, f.Name()); found != f {
					return v, fail(s.declared(r.Type), "type %s: field %s of %s is out of reach for package %s", r.Type, f.Name(), types.TypeString(v.typ, (*types.Package).Name), s.name)
				}
				through = nil
			}
			v.x += "." + f.Name()
		} else if through == nil {
			through = v.typ // of another package: its fields are reached as if they were here
		}
		v.typ = f.Type()
	}
	return v, nil
}

// add adds the steps for a leaf, which is v or begins at v.
func (r *record) add(it *item, l rules.Leaf, v variable) {
	st := step{item: it, x: v.x, typ: v.typ, index: l.Value, off: it.Offset + (l.Value-it.Index)*it.size, mem: v.mem, cstring: l.CString}
	if u, ok := v.typ.Underlying().(*types.Slice); ok && it.class < text {
		st.n, st.whole, st.slice, st.all = l.N, v.x, true, true
		st.x, st.typ = v.x+"[i]", u.Elem()
		v.array = ""
	}
	st.kind = gotype.Kind(st.typ)
	switch {
	case v.array == "":
		r.steps = append(r.steps, st)
	case l.N > unrolled, l.N > 1 && v.alone && st.isByte():
		st.n, st.whole, st.start, st.all = l.N, v.array, v.at, v.alone
		st.x = fmt.Sprintf("%s[%s]", v.array, sum(v.at, "i"))
		r.steps = append(r.steps, st)
	default:
		size := words64.Sizeof(st.typ)
		for k := range l.N {
			st.x = fmt.Sprintf("%s[%d]", v.array, v.at+k)
			r.steps = append(r.steps, st)
			st.index, st.off, st.mem = st.index+1, st.off+it.size, st.mem+size
		}
	}
}

// isByte reports whether the variable and the value are bytes.
func (st *step) isByte() bool {
	return st.class == unsigned && st.size == 1 && types.Identical(st.typ, types.Typ[types.Uint8])
}
