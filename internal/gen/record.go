package gen

import (
	"fmt"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// record writes what belongs to one type.
//
// Where nothing can be refused, the methods are functions of functions, for the
// inliner: what is left of a call is the check, and the moves themselves, or one
// call of them, which needs neither a stack frame nor a check. The other packing
// methods are as anybody would write them.
func (c *coder) record(r *record) {
	c.use(libraryPath, "structpack")
	refuse := c.written(func() { c.refuse(r) })
	put := c.written(func() { c.pack(r) })
	get := c.written(func() { c.unpack(r) })
	w := strings.NewReplacer(
		"TYPE", r.Type, "SIZE", r.sizeName(), "_R_", r.own(""), "_P_", c.prefix, "PACKAGE", c.name, "BYTES", strconv.Itoa(r.s.Size()),
		"FORMAT", strconv.Quote(r.Format), "SLICES", c.std("slices"), "LIB", c.imports[libraryPath])
	text := func(s string) { c.body.WriteString(w.Replace(s)) }

	c.body.WriteString(r.decl)
	c.comment("%s", w.Replace("SIZE is the size of a packed TYPE in bytes, that of the format FORMAT."))
	text("const SIZE = BYTES\n\n")
	c.widths(r)
	for i, method := range []struct{ doc, simple, inlined string }{
		{"AppendBinary packs v by the format FORMAT and appends it to dst. After an error, which is a *LIB.Error, it returns dst as it was.", `
func (v *TYPE) AppendBinary(dst []byte) ([]byte, error) {
	n := len(dst) + SIZE
	if v == nil || n > cap(dst) {
		return _R_appendBinary(v, dst)
	}
	if err := _R_put(v, (*[SIZE]byte)(dst[len(dst):n]), "pack"); err != nil {
		return dst, err
	}
	return dst[:n], nil
}
`, `
func (v *TYPE) AppendBinary(dst []byte) (b []byte, err error) {
	b = _R_behind(v, dst, &err, _R_pack, _R_appendBinary)
	return
}
`},
		{"MarshalBinary packs v by the format FORMAT into a new slice.", `
func (v *TYPE) MarshalBinary() ([]byte, error) { return v.AppendBinary(nil) }
`, ""},
		{"PackInto packs v by the format FORMAT into buf, from offset on. A negative offset counts from the end of buf. After an error, which is a *LIB.Error, buf is as it was.", `
func (v *TYPE) PackInto(buf []byte, offset int) error {
	if v == nil || offset < 0 || offset > len(buf)-SIZE {
		return _R_packInto(v, buf, offset)
	}
	return _R_put(v, (*[SIZE]byte)(buf[offset:]), "pack_into")
}
`, `
func (v *TYPE) PackInto(buf []byte, offset int) error {
	return _R_at(v, buf, offset, _R_pack, _R_packInto)
}
`},
		{"UnmarshalBinary unpacks data, which must have SIZE bytes, by the format FORMAT into v. Nothing in v aliases data; the capacity of slices that are in v is reused. After an error, which is a *LIB.Error, v is as it was.", `
func (v *TYPE) UnmarshalBinary(data []byte) error {
	return _R_all(v, data, _R_unpack, _R_unmarshalBinary)
}
`, ""},
		{"UnpackFrom is UnmarshalBinary for the SIZE bytes at offset in data; what is before and after them is ignored. A negative offset counts from the end of data.", `
func (v *TYPE) UnpackFrom(data []byte, offset int) error {
	return _R_at(v, data, offset, _R_unpack, _R_unpackFrom)
}
`, ""},
	} {
		if i > 0 {
			text("\n")
		}
		c.comment("%s", w.Replace(method.doc))
		code := method.simple
		if refuse == "" && method.inlined != "" {
			code = method.inlined
		}
		text(code[1:])
	}
	if refuse != "" {
		text("\n// _R_put packs v into b, or returns an error of the operation op.\nfunc _R_put(v *TYPE, b *[SIZE]byte, op string) error {\n")
		c.body.WriteString(refuse + put)
		text("return nil\n}\n")
	} else {
		text("\n// _R_put packs v into b.\nfunc _R_put(v *TYPE, b *[SIZE]byte) {\n")
		c.body.WriteString(put)
		text("}\n")
	}
	text("\n// _R_get unpacks b into v.\nfunc _R_get(v *TYPE, b *[SIZE]byte) {\n")
	c.body.WriteString(get)
	text("}\n\n")
	if !c.needs["inliner"] {
		c.needs["inliner"] = true
		c.comment("The functions that follow call their parameters, and functions that do nothing but call another, for the sake of the inliner. It counts such calls for little, and so the methods dissolve in the code that calls them.")
		text("\n")
	}
	c.comment("%s", w.Replace("_R_at moves v to or from the bytes of buf at offset, and leaves to rest what is not as usual."))
	text(`func _R_at(v *TYPE, buf []byte, offset int, move func(*TYPE, *[SIZE]byte), rest func(*TYPE, []byte, int) error) error {
	if v == nil || offset < 0 || offset > len(buf)-SIZE {
		return rest(v, buf, offset)
	}
	move(v, (*[SIZE]byte)(buf[offset:]))
	return nil
}

func _R_all(v *TYPE, data []byte, move func(*TYPE, *[SIZE]byte), rest func(*TYPE) error) error {
	if v == nil || len(data) != SIZE {
		return rest(v)
	}
	move(v, (*[SIZE]byte)(data))
	return nil
}

func _R_unpack(v *TYPE, b *[SIZE]byte) { _R_get(v, b) }
`)
	if refuse == "" {
		text(`
func _R_pack(v *TYPE, b *[SIZE]byte) { _R_put(v, b) }

func _R_behind(v *TYPE, dst []byte, err *error, move func(*TYPE, *[SIZE]byte), rest func(*TYPE, []byte, *error) []byte) []byte {
	if v == nil || cap(dst)-len(dst) < SIZE {
		return rest(v, dst, err)
	}
	move(v, (*[SIZE]byte)(dst[len(dst):cap(dst)]))
	return dst[:len(dst)+SIZE]
}

func _R_appendBinary(v *TYPE, dst []byte, err *error) []byte {
	if v == nil {
		*err = _R_nil("pack")
		return dst
	}
	dst, *err = v.AppendBinary(SLICES.Grow(dst, SIZE))
	return dst
}
`)
	} else {
		text(`
func _R_appendBinary(v *TYPE, dst []byte) ([]byte, error) {
	if v == nil {
		return dst, _R_nil("pack")
	}
	grown, err := v.AppendBinary(SLICES.Grow(dst, SIZE))
	if err != nil {
		return dst, err
	}
	return grown, nil
}
`)
	}
	c.helper("offset")
	text(`
func _R_packInto(v *TYPE, buf []byte, offset int) error {
	offset, reason := _P_offset("pack_into", SIZE, len(buf), offset)
	if reason != "" {
		return _R_error("pack_into", -1, -1, LIB.ErrBuffer, reason)
	}
	if v == nil {
		return _R_nil("pack_into")
	}
	return v.PackInto(buf, offset)
}

func _R_unpackFrom(v *TYPE, data []byte, offset int) error {
	if v == nil {
		return _R_nil("unpack_from")
	}
	offset, reason := _P_offset("unpack_from", SIZE, len(data), offset)
	if reason != "" {
		return _R_error("unpack_from", -1, -1, LIB.ErrBuffer, reason)
	}
	return v.UnpackFrom(data, offset)
}

func _R_unmarshalBinary(v *TYPE) error {
	if v == nil {
		return _R_nil("unpack")
	}
	return _R_error("unpack", -1, -1, LIB.ErrBuffer, "unpack requires a buffer of BYTES bytes")
}

func _R_nil(op string) error {
	return _R_error(op, -1, -1, LIB.ErrType, "a nil pointer to PACKAGE.TYPE")
}

func _R_error(op string, pos, index int, err error, reason string) error {
	return &LIB.Error{Op: op, Format: FORMAT, Pos: pos, Index: index, Reason: reason, Err: err}
}

`)
}

// widths writes what does not compile where an int has 32 bits and must have
// more.
func (c *coder) widths(r *record) {
	for _, w := range []struct {
		kind reflect.Kind
		most string
	}{{reflect.Int, "1<<63 - 1"}, {reflect.Uint, "1<<64 - 1"}, {reflect.Uintptr, "1<<64 - 1"}} {
		if i := slices.IndexFunc(r.steps, func(st step) bool {
			return st.kind == w.kind && (st.wide == 8 || st.wide == 4 && w.kind == reflect.Int && st.class == unsigned)
		}); i >= 0 {
			c.comment("The %s %s takes 64 bits. Where it has 32 this does not compile, and a Codec refuses the type.", w.kind, r.steps[i].field())
			c.f("const _ %s = %s\n\n", w.kind, w.most)
		}
	}
}

// field names the variable of a step as its user would.
func (st *step) field() string {
	if st.whole != "" {
		return strings.TrimPrefix(st.whole, "v.")
	}
	return strings.TrimPrefix(st.x, "v.")
}

// bits returns how many bits the variable is sure to need a check for; that an
// int has 32 somewhere does not count.
func (st *step) bits() int {
	switch st.kind {
	case reflect.Int, reflect.Uint, reflect.Uintptr:
		return 64
	}
	return 8 * int(words64.Sizeof(st.typ))
}

// exact reports whether the variable is an integer of as many bits as the value
// has, on every machine.
func (st *step) exact() bool {
	return st.class <= unsigned && st.bits() == 8*st.size && st.kind != reflect.Int && st.kind != reflect.Uint && st.kind != reflect.Uintptr
}

// refuse writes the checks of what cannot be packed: first the lengths of slices,
// then all values in their order.
func (c *coder) refuse(r *record) {
	for i := range r.steps {
		if st := &r.steps[i]; st.slice {
			c.f("if n := len(%s); n != %d {\nreturn %s(op, %d, %d, %s.ErrCount, %s.Sprintf(\"a slice of %%d elements for %d values\", n))\n}\n",
				st.whole, st.n, r.own("error"), st.Pos, st.index, c.use(libraryPath, "structpack"), c.std("fmt"), st.n)
		}
	}
	for i := range r.steps {
		st := &r.steps[i]
		index := strconv.Itoa(st.index)
		if st.n > 0 {
			index = sum(st.index, "i")
		}
		give := fmt.Sprintf("return %s(op, %d, %s, %s.ErrRange, %q)", r.own("error"), st.Pos, index, c.use(libraryPath, "structpack"), st.reason)
		setup, bad := c.bad(r, st)
		if bad == "" {
			continue
		}
		if st.n > 0 {
			c.loop(st)
		}
		if setup != "" {
			c.f("%s\n", setup)
		}
		c.f("if %s {\n%s\n}\n", bad, give)
		if st.n > 0 {
			c.f("}\n")
		}
	}
}

// loop begins a loop over the elements.
func (c *coder) loop(st *step) {
	if st.all {
		c.f("for i := range %s {\n", st.whole)
	} else {
		c.f("for i := range %d {\n", st.n)
	}
}

func sum(n int, x string) string {
	if n == 0 {
		return x
	}
	return fmt.Sprintf("%d+%s", n, x)
}

// bad returns the condition under which a value is refused, or "", and what is to
// be done before it is asked. That leaves the converted value in variables.
func (c *coder) bad(r *record, st *step) (setup, cond string) {
	name := func(x string) string {
		if st.n > 0 {
			return "_"
		}
		return fmt.Sprint(x, st.index)
	}
	switch bits := uint(8 * st.size); {
	case st.class == signed && bits < uint(st.bits()):
		return "", fmt.Sprintf("%s < %d || %s > %d", st.x, -1<<(bits-1), st.x, 1<<(bits-1)-1)
	case st.class == unsigned && bits < uint(st.bits()):
		cond = fmt.Sprintf("%s > %d", st.x, uint64(1)<<bits-1)
		if reflect.Int <= st.kind && st.kind <= reflect.Int64 {
			cond = fmt.Sprintf("%s < 0 || %s", st.x, cond)
		}
		return "", cond
	case st.class == float && st.size == 2:
		return fmt.Sprintf("%s, ok := %s(%s)", name("x"), c.helper("half"), c.bits64(st)), "!ok"
	case st.class == float && st.size == 4 && st.kind == reflect.Float64:
		return fmt.Sprintf("%s, ok := %s(%s)", name("x"), c.helper("narrow"), c.bits64(st)), "!ok"
	case st.class == complexes && st.size == 8 && st.kind == reflect.Complex128 && r.foreign != "false":
		re := fmt.Sprintf("%s, ok := %s(%s)", name("x"), c.helper("narrow"), c.part64("real", st))
		im := fmt.Sprintf("%s, ok%d := %s(%s)", name("y"), st.index, c.helper("narrow"), c.part64("imag", st))
		cond = fmt.Sprintf("!(ok && ok%d)", st.index)
		if r.foreign != "true" {
			cond += " && " + strings.Replace(r.foreign, "hostBig", c.helper("hostBig")+"()", 1)
		}
		return re + "\n" + im, cond
	}
	return "", ""
}

// part64 writes the bits of a part of a complex128.
func (c *coder) part64(part string, st *step) string {
	return fmt.Sprintf("%s.Float64bits(%s(%s))", c.std("math"), part, st.x)
}

// bits64 writes the bits of a float as those of a float64.
func (c *coder) bits64(st *step) string {
	if st.kind == reflect.Float64 {
		return fmt.Sprintf("%s.Float64bits(%s)", c.std("math"), convert(st.x, st.typ, types.Float64))
	}
	return fmt.Sprintf("%s(%s.Float32bits(%s))", c.helper("widen"), c.std("math"), convert(st.x, st.typ, types.Float32))
}

// convert writes the conversion of x, of type t, to a type of the language.
func convert(x string, t types.Type, to types.BasicKind) string {
	if types.Identical(t, types.Typ[to]) {
		return x
	}
	return fmt.Sprintf("%s(%s)", types.Typ[to].Name(), x)
}
