package gen

import (
	"cmp"
	"fmt"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/structpack/internal/gotype"
	"example.com/structpack/internal/rules"
)

// A bound leaf is what takes values, and the item that they are of.
type bound struct {
	rules.Leaf
	item *item
}

// A part is what a view shows: a field, or all fields.
type part struct {
	name string
	typ  types.Type
	off  int
	size int

	item   *item   // of a value
	ends   bool    // the value is a C string
	fields []*part // of a struct
	elem   *part   // the first element of an array or slice
	n      int     // how many there are
	stride int
}

// A viewer writes the view of a type: a []byte with a method to get and one to set
// each field in place.
type viewer struct {
	*coder
	r      *record
	leaves []bound // those that follow
	taken  int     // how many values of the first of them have been taken
	stub   bool    // only what other code of the package has to know
}

// view writes the view of r.
func (c *coder) view(r *record, stub bool) error {
	w := &viewer{coder: c, r: r, leaves: r.leaves, stub: stub}
	all, err := w.part(r.typ, r.Type, nil)
	if err != nil {
		return err
	}
	if all == nil || all.fields == nil {
		return fail(c.declared(r.Type), "type %s: a view is for a struct with fields", r.Type)
	}
	all.off, all.size = 0, r.s.Size()
	name := r.viewName()
	size := r.sizeName()
	c.comment("%s has the bytes of a packed %s, of the format %q, with a method to get and one to set each field in place. It is made by %s; the methods of a shorter one panic.", name, r.Type, r.Format, r.newView())
	c.f("type %s []byte\n\n", name)
	c.comment("%s returns a view of the first %s bytes of b, which it shares. If there are fewer, it returns an error%s.", r.newView(), size, c.ofError())
	c.f("func %s(b []byte) (%s, error) ", r.newView(), name)
	w.body(fmt.Sprintf("if len(b) < %s {\nreturn nil, %s(new(%s), b, 0)\n}\nreturn b[:%s:%s], nil\n", size, r.own("unpackFrom"), r.Type, size, size))
	r.hidden = nil
	return w.methods(name, all)
}

// viewName returns the name of the type of views, which is exported if the type is.
func (r *record) viewName() string { return r.Type + "View" }

// newView returns the name of the function that makes views.
func (r *record) newView() string {
	if token.IsExported(r.Type) {
		return "New" + r.viewName()
	}
	return "new" + upper(r.viewName())
}

// body writes the body of a function.
func (w *viewer) body(text string) {
	if w.stub {
		text = "for {}\n"
	}
	w.f("{\n%s}\n\n", text)
}

// part returns what is of type t, with the path to it, or nil if it takes no values.
func (w *viewer) part(t types.Type, name string, path []int) (*part, error) {
	if len(w.leaves) == 0 || len(w.leaves[0].Steps) < len(path) || !slices.Equal(w.leaves[0].Steps[:len(path)], path) {
		return nil, nil
	}
	if u, ok := t.Underlying().(*types.Struct); ok {
		p := &part{name: name, typ: t}
		for i := range u.NumFields() {
			f := u.Field(i)
			field, err := w.part(f.Type(), f.Name(), append(path[:len(path):len(path)], i))
			if err != nil {
				return nil, err
			}
			if field != nil {
				p.fields = append(p.fields, field)
			}
		}
		if len(p.fields) > 0 {
			last := p.fields[len(p.fields)-1]
			p.off, p.size = p.fields[0].off, last.off+last.size-p.fields[0].off
		}
		return p, nil
	}
	if len(w.leaves[0].Steps) == len(path) {
		if u, ok := t.Underlying().(*types.Slice); ok && w.leaves[0].item.class < text {
			return w.array(name, w.leaves[0].N, func(int) (*part, error) { return w.value(u.Elem(), name), nil })
		}
		return w.value(t, name), nil
	}
	u := t.Underlying().(*types.Array)
	switch u.Elem().Underlying().(type) {
	case *types.Struct, *types.Array, *types.Slice:
		return w.array(name, int(u.Len()), func(i int) (*part, error) {
			return w.part(u.Elem(), name, append(path[:len(path):len(path)], i))
		})
	}
	return w.array(name, int(u.Len()), func(int) (*part, error) { return w.value(u.Elem(), name), nil })
}

// value takes the next value.
func (w *viewer) value(t types.Type, name string) *part {
	l := &w.leaves[0]
	p := &part{name: name, typ: t, item: l.item, ends: l.CString, size: l.item.size, off: l.item.Offset + (l.Value+w.taken-l.item.Index)*l.item.size}
	if w.taken++; w.taken == l.N {
		w.leaves, w.taken = w.leaves[1:], 0
	}
	return p
}

// array takes n elements, which must be alike, and at equal distances.
func (w *viewer) array(name string, n int, next func(i int) (*part, error)) (*part, error) {
	p := &part{name: name, n: n}
	for i := range n {
		elem, err := next(i)
		if elem == nil || err != nil {
			return nil, err
		}
		switch i {
		case 0:
			p.elem, p.off, p.stride = elem, elem.off, elem.size
		case 1:
			p.stride = elem.off - p.off
		}
		if elem.off-p.off != i*p.stride || !p.elem.like(elem) {
			return nil, fail(w.declared(w.r.Type), "type %s: element %d of %s is not laid out as the first, and a view has one method for all", w.r.Type, i, name)
		}
	}
	if n > 0 {
		p.size = (n-1)*p.stride + p.elem.size
	}
	return p, nil
}

// like reports whether q is laid out as p, from its own offset on.
func (p *part) like(q *part) bool {
	if p.size != q.size || p.n != q.n || p.stride != q.stride || (p.elem == nil) != (q.elem == nil) || len(p.fields) != len(q.fields) ||
		p.item != nil && p.item.Code != q.item.Code {
		return false
	}
	for i, f := range p.fields {
		if g := q.fields[i]; f.off-p.off != g.off-q.off || !f.like(g) {
			return false
		}
	}
	return p.elem == nil || p.elem.like(q.elem)
}

// methods writes the methods of a view, and the views of what is in it.
func (w *viewer) methods(view string, all *part) error {
	inner := []*part{}
	seen := map[string]bool{}
	for _, f := range all.fields {
		var at strings.Builder // goes to an element
		var params []string
		p, off := f, f.off-all.off
		for p.elem != nil && !p.isBytes() {
			i := "ijklm"[min(len(params), 4):][:1]
			if len(params) > 4 {
				i = fmt.Sprint("i", len(params))
			}
			fmt.Fprintf(&at, "_ = [%d]struct{}{}[%s]\nb = b[%s:]\n", p.n, i, sum(off, fmt.Sprintf("%d*%s", p.stride, i)))
			params = append(params, i)
			p, off = p.elem, 0
		}
		index := ""
		if len(params) > 0 {
			index = strings.Join(params, ", ") + " int"
		}
		for _, name := range []string{f.name, setter(f.name)} {
			if seen[name] {
				return fail(w.declared(w.r.Type), "type %s: a view cannot have two methods %s", w.r.Type, name)
			}
			seen[name] = true
			if !token.IsExported(name) && (p.fields == nil || name == f.name) {
				w.r.hidden = append(w.r.hidden, view+"."+name)
			}
		}
		switch {
		case p.fields != nil:
			name := strings.TrimSuffix(view, "View") + upper(f.name) + "View"
			w.comment("%s returns a view of it, at offset %d, which shares its bytes.%s", f.name, f.off, outOfRange(index))
			w.f("func (b %s) %s(%s) %s ", view, f.name, index, name)
			w.body(at.String() + fmt.Sprintf("return %s(b[%d:%d:%d])\n", name, off, off+p.size, off+p.size))
			inner = append(inner, f)
		case p.isBytes() || p.item.class >= text:
			w.bytes(view, f, p, off, index, at.String())
		default:
			w.number(view, f, p, off, index, at.String())
		}
	}
	for _, f := range inner {
		p := f
		for p.elem != nil {
			p = p.elem
		}
		name := strings.TrimSuffix(view, "View") + upper(f.name) + "View"
		w.f("// %s has the bytes of field %s.\ntype %s []byte\n\n", name, f.name, name)
		if err := w.methods(name, p); err != nil {
			return err
		}
	}
	return nil
}

func upper(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[n:]
}

// setter returns the name of the method that sets a field, which is exported if the
// field is.
func setter(field string) string {
	if token.IsExported(field) {
		return "Set" + field
	}
	return "set" + upper(field)
}

// outOfRange ends the comment of a method with indexes.
func outOfRange(index string) string {
	switch {
	case index == "":
		return ""
	case strings.Contains(index, ","):
		return " It panics if an index is out of range."
	}
	return " It panics if the index is out of range."
}

// isBytes reports whether p is an array or slice of bytes.
func (p *part) isBytes() bool {
	return p.elem != nil && p.elem.item != nil && p.elem.item.class == unsigned && p.elem.size == 1 && p.stride == 1 &&
		types.Identical(p.elem.typ, types.Typ[types.Uint8])
}

// bytes writes the methods for bytes: a slice of them, clipped.
func (w *viewer) bytes(view string, f, p *part, off int, index, at string) {
	code := "bytes"
	if p.item != nil {
		code = fmt.Sprint(p.item.Count, p.item.Code)
	}
	get := fmt.Sprintf("return b[%d:%d:%d]\n", off, off+p.size, off+p.size)
	set := fmt.Sprintf("n := copy(b[%d:%d], x)\nclear(b[%s:%d])\n", off, off+p.size, sum(off, "n"), off+p.size)
	sets, result := "sets it, cut or padded with zeros.", ""
	switch {
	case p.ends:
		get = fmt.Sprintf("n := %s(b[%d:%d])\nreturn b[%d:%s:%s]\n", w.helper("toNUL"), off, off+p.size, off, sum(off, "n"), sum(off, "n"))
		st := step{item: p.item, index: p.item.Index, x: "x", typ: types.NewSlice(types.Typ[types.Uint8]), kind: reflect.Slice}
		sets, result = "sets it, padded with zeros: a C string, of which one at least must be left.", "error "
		set = w.written(func() { w.refuseText(w.r, &st, `"pack"`) }) + set + "return nil\n"
	case p.size == 0:
		set = ""
	case p.item != nil && p.item.class == pascal:
		get = fmt.Sprintf("n := min(int(b[%d]), %d)\nreturn b[%d:%s:%s]\n", off, p.size-1, off+1, sum(off+1, "n"), sum(off+1, "n"))
		st := step{item: p.item, x: "x", typ: types.NewSlice(types.Typ[types.Uint8]), kind: reflect.Slice, off: off}
		set = w.written(func() { w.packText(&st) })
	}
	w.comment("%s returns the bytes of it, %s at offset %d, and no copy of them.%s", f.name, code, f.off, outOfRange(index))
	w.f("func (b %s) %s(%s) []byte ", view, f.name, index)
	w.body(at + get)
	w.comment("%s %s%s", setter(f.name), sets, outOfRange(index))
	w.f("func (b %s) %s(%s) %s", view, setter(f.name), join(index, "x []byte"), result)
	w.body(at + set)
}

func join(index, param string) string {
	if index == "" {
		return param
	}
	return index + ", " + param
}

// number writes the methods for a number. Its type is the field's if it has
// as many bits, and else the code's: what is set is never out of range, except
// in a half float.
func (w *viewer) number(view string, f, p *part, off int, index, at string) {
	st := step{item: p.item, x: "x", typ: p.typ, kind: gotype.Kind(p.typ), off: off}
	natural := types.Typ[naturals[p.item.class][p.item.size]]
	if half := p.item.class == float && p.size == 2; !w.nameable(p.typ) || !half && words64.Sizeof(p.typ) != int64(p.item.size) ||
		p.item.class <= unsigned && !st.exact() {
		st.typ, st.kind = natural, gotype.Kind(natural)
	}
	typ := w.typeName(st.typ)
	get := w.written(func() { w.unpackStep(w.r, &st) })
	w.comment("%s returns it, %s at offset %d.%s", f.name, p.item.Code, f.off, outOfRange(index))
	if expr, ok := strings.CutPrefix(get, "x = "); ok && strings.Count(get, "\n") == 1 {
		w.f("func (b %s) %s(%s) %s ", view, f.name, index, typ)
		w.body(at + "return " + expr)
	} else {
		w.f("func (b %s) %s(%s) (x %s) ", view, f.name, index, typ)
		w.body(at + get + "return\n")
	}
	setup, bad := w.bad(w.r, &st)
	result, check, done := "", "", ""
	if bad != "" {
		result, done = "error ", "return nil\n"
		check = fmt.Sprintf("%s\nif %s {\nreturn %s\n}\n", setup, bad, w.r.failure(w.coder, `"pack"`, st.Pos, strconv.Itoa(st.item.Index), "ErrRange", strconv.Quote(st.reason)))
	}
	set := w.written(func() { w.packStep(w.r, &st) })
	w.comment("%s sets it.%s", setter(f.name), outOfRange(index))
	w.f("func (b %s) %s(%s) %s", view, setter(f.name), join(index, "x "+typ), result)
	w.body(at + check + set + done)
}

// naturals are the types of codes by their class and size.
var naturals = map[class]map[int]types.BasicKind{
	signed:    {1: types.Int8, 2: types.Int16, 4: types.Int32, 8: types.Int64},
	unsigned:  uints,
	boolean:   {1: types.Bool},
	float:     {2: types.Float32, 4: types.Float32, 8: types.Float64},
	complexes: {8: types.Complex64, 16: types.Complex128},
}

// stubViews declares the views of all runs: code that uses them needs to see them before
// they are written, and they need the types.
func (s *source) stubViews(records []*record) error {
	all := slices.DeleteFunc(slices.Concat(records, s.others), func(r *record) bool { return !r.views })
	if len(all) == 0 {
		return nil
	}
	wrong := s.check(records)
	if s.pkg == nil {
		return wrong
	}
	c := s.coder(all)
	for _, r := range all {
		own := slices.Contains(records, r)
		if name, ok := s.pkg.Scope().Lookup(r.Type).(*types.TypeName); ok && !own {
			r.typ, _ = name.Type().(*types.Named)
		}
		if r.typ == nil && own {
			return wrong
		}
		if r.typ == nil {
			continue // that run is for a type that is gone
		}
		var err error
		view := c.written(func() {
			if err = s.bind(r); err == nil {
				err = c.view(r, true)
			}
		})
		switch {
		case err == nil:
			c.body.WriteString(view)
		case own:
			return cmp.Or(wrong, err)
		}
	}
	// What bodies would need is not there.
	var used strings.Builder
	for line := range strings.Lines(c.body.String()) {
		if !strings.HasPrefix(line, "//") {
			used.WriteString(line)
		}
	}
	for path, name := range c.imports {
		if !strings.Contains(used.String(), name+".") {
			delete(c.imports, path)
		}
	}
	text, err := c.finish("", all)
	s.views = string(text)
	return err
}
