package gen

import (
	"errors"
	"fmt"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"example.com/structpack"
)

// record writes what belongs to one type.
//
// Where nothing can be refused, the methods are functions of functions, for the
// inliner: what is left of a call is the check, and the moves themselves, or one
// call of them, which needs neither a stack frame nor a check. The other packing
// methods are as anybody would write them.
//
// AppendBinary and MarshalBinary have value receivers, as in time.Time:
// gob and others look for them in values that they cannot take the address of. That
// costs a copy of the value, which PackInto is without.
func (c *coder) record(r *record) {
	if !c.Alone {
		c.use(libraryPath, "structpack")
	}
	refuse := c.written(func() { c.refuse(r) })
	m := &methodWriter{coder: c, r: r, refuses: refuse != ""}
	m.sizes()
	m.appending()
	m.packing()
	m.unpacking()
	if c.Slices {
		m.slices()
	}
	if c.Streams {
		m.streams()
	}
	m.moving(refuse)
	m.failing()
}

// A methodWriter writes the methods of a type.
type methodWriter struct {
	*coder
	r       *record
	refuses bool // packing can fail for a value
}

// text writes code in which words in capitals stand for what is the type's own.
func (m *methodWriter) text(code string) {
	m.body.WriteString(m.words(strings.TrimPrefix(code, "\n")))
}

// doc writes a comment with such words.
func (m *methodWriter) doc(comment string) { m.comment("%s", m.words(comment)) }

func (m *methodWriter) words(s string) string {
	return strings.NewReplacer(
		"TYPE", m.r.Type, "SIZE", m.r.sizeName(), "_R_", m.r.own(""), "_P_", m.prefix, "PACKAGE", m.name, "BYTES", strconv.Itoa(m.r.s.Size()),
		"FORMAT", strconv.Quote(m.r.Format), "ZERO", zero(m.r), "LIB", m.imports[libraryPath], "OF_ERROR", m.ofError(),
		"SLICES", m.imports["slices"], "ENCODING", m.imports["encoding"], "BUFIO", m.imports["bufio"], "BUFFER", m.imports["bytes"],
		"IO", m.imports["io"], "FMT", m.imports["fmt"], "MATH", m.imports["math"], "PACKALL", m.r.packAll(), "UNPACKALL", m.r.unpackAll()).Replace(s)
}

// ofError says of errors in comments what they are.
func (c *coder) ofError() string {
	if c.Alone {
		return ""
	}
	return fmt.Sprintf(", which is a *%s.Error", c.use(libraryPath, "structpack"))
}

// wrongLength writes the call of the library for data of the wrong length, which
// words the error: that of Unpack or of IterUnpack. Code that stands alone has the
// sentence.
func (m *methodWriter) wrongLength(method, sentence string) string {
	lib := m.imports[libraryPath]
	switch {
	case m.Alone && m.r.s.Size() == 0 && method == "IterUnpack":
		return "return " + m.r.failure(m.coder, `"iter_unpack"`, -1, "-1", "ErrBuffer", `"cannot iteratively unpack with a struct of length 0"`)
	case m.Alone:
		op := map[string]string{"Unpack": "unpack", "IterUnpack": "iter_unpack"}[method]
		return fmt.Sprintf("return %s", m.r.failure(m.coder, strconv.Quote(op), -1, "-1", "ErrBuffer", fmt.Sprintf("%s.Sprintf(%q, len(data))", m.std("fmt"), sentence+" (got %d)")))
	case m.ABI == nil:
		return fmt.Sprintf("_, err := %s.%s(%q, data)\nreturn err", lib, method, m.r.Format)
	}
	return fmt.Sprintf("s, err := %s.CompileFor(%s, %q)\nif err == nil {\n_, err = s.%s(data)\n}\nreturn err", lib, m.abi(), m.r.Format, method)
}

// failure writes the call that makes an error about the item at pos of the format, and
// the value of an index, if they are not negative. The others are expressions, except
// for the name of the library's error that it wraps.
func (r *record) failure(c *coder, op string, pos int, index, kind, reason string) string {
	if !c.Alone {
		return fmt.Sprintf("%s(%s, %d, %s, %s.%s, %s)", r.own("error"), op, pos, index, c.use(libraryPath, "structpack"), kind, reason)
	}
	n, err := strconv.Atoi(index)
	e := structpack.Error{Format: r.Format, Pos: -1, Index: -1}
	before := e.Error()
	e.Pos, e.Index = pos, n // 0 for an expression
	where := strings.TrimPrefix(e.Error(), before)
	if err == nil {
		where = strconv.Quote(where)
	} else {
		where = fmt.Sprintf("%s.Sprintf(%q, %s)", c.std("fmt"), "value %d"+strings.TrimPrefix(where, "value 0"), index)
	}
	return fmt.Sprintf("%s(%s, %s, %s)", r.own("error"), op, where, reason)
}

// abi writes the ABI of the run.
func (c *coder) abi() string {
	return fmt.Sprintf("%s.ABI{Name: %q, BigEndian: %t, Long: %d, Pointer: %d, Align8: %d}",
		c.use(libraryPath, "structpack"), c.ABI.Name, c.ABI.BigEndian, c.ABI.Long, c.ABI.Pointer, c.ABI.Align8)
}

// zero writes a value of the type.
func zero(r *record) string {
	switch u := r.typ.Underlying().(type) {
	case *types.Struct, *types.Array:
		return r.Type + "{}"
	case *types.Slice:
		return r.Type + "(nil)"
	case *types.Basic:
		switch {
		case u.Info()&types.IsString != 0:
			return r.Type + `("")`
		case u.Info()&types.IsBoolean != 0:
			return r.Type + "(false)"
		}
	}
	return r.Type + "(0)"
}

// sizes writes the declaration of a new type, the constant for the size, and what
// the compiler is to check: the interfaces, and the widths of an int.
func (m *methodWriter) sizes() {
	m.body.WriteString(m.r.decl)
	m.doc("SIZE is the size of a packed TYPE in bytes, that of the format FORMAT.")
	m.text("const SIZE = BYTES\n\n")
	m.std("encoding")
	m.text(`
var (
	_ ENCODING.BinaryAppender    = ZERO
	_ ENCODING.BinaryMarshaler   = ZERO
	_ ENCODING.BinaryUnmarshaler = (*TYPE)(nil)
)

`)
	m.widths(m.r)
}

// appending writes the methods that append.
func (m *methodWriter) appending() {
	m.std("slices")
	const first = "AppendBinary packs v by the format FORMAT and appends it to dst. "
	if m.refuses {
		m.doc(first + "After an errorOF_ERROR, it returns dst as it was.")
		m.text(`
func (v TYPE) AppendBinary(dst []byte) ([]byte, error) {
	b := SLICES.Grow(dst, SIZE)[:len(dst)+SIZE]
	if err := _R_put(&v, (*[SIZE]byte)(b[len(dst):]), "pack"); err != nil {
		return dst, err
	}
	return b, nil
}

`)
	} else {
		m.doc(first + "The error is always nil.")
		m.text(`
func (v TYPE) AppendBinary(dst []byte) ([]byte, error) {
	return _R_append(&v, dst, _R_pack, _R_grow), nil
}

`)
	}
	m.doc("MarshalBinary packs v by the format FORMAT into a new slice.")
	m.text("func (v TYPE) MarshalBinary() ([]byte, error) { return v.AppendBinary(nil) }\n\n")
}

// packing writes the method that packs into a buffer.
func (m *methodWriter) packing() {
	m.doc("PackInto packs v by the format FORMAT into buf, from offset on. A negative offset counts from the end of buf. After an errorOF_ERROR, buf is as it was.")
	if m.refuses {
		m.text(`
func (v *TYPE) PackInto(buf []byte, offset int) error {
	if v == nil || offset < 0 || offset > len(buf)-SIZE {
		return _R_packInto(v, buf, offset)
	}
	return _R_put(v, (*[SIZE]byte)(buf[offset:]), "pack_into")
}

`)
	} else {
		m.text(`
func (v *TYPE) PackInto(buf []byte, offset int) error {
	return _R_at(v, buf, offset, _R_pack, _R_packInto)
}

`)
	}
}

// unpacking writes the methods that unpack.
func (m *methodWriter) unpacking() {
	m.doc("UnmarshalBinary unpacks data, which must have SIZE bytes, by the format FORMAT into v. Nothing in v aliases data; the capacity of slices that are in v is reused. After an errorOF_ERROR, v is as it was.")
	m.text(`
func (v *TYPE) UnmarshalBinary(data []byte) error {
	return _R_all(v, data, _R_unpack, _R_unmarshalBinary)
}

`)
	m.doc("UnpackFrom is UnmarshalBinary for the SIZE bytes at offset in data; what is before and after them is ignored. A negative offset counts from the end of data.")
	m.text(`
func (v *TYPE) UnpackFrom(data []byte, offset int) error {
	return _R_at(v, data, offset, _R_unpack, _R_unpackFrom)
}

`)
}

// moving writes the functions that move the fields, and those that call them after
// one check.
func (m *methodWriter) moving(refuse string) {
	if m.refuses {
		m.text("// _R_put packs v into b, or returns an error of the operation op.\nfunc _R_put(v *TYPE, b *[SIZE]byte, op string) error {\n")
		m.body.WriteString(refuse)
		m.pack(m.r)
		m.text("return nil\n}\n\n")
	} else {
		m.text("// _R_put packs v into b.\nfunc _R_put(v *TYPE, b *[SIZE]byte) {\n")
		m.pack(m.r)
		m.text("}\n\n")
	}
	m.text("// _R_get unpacks b into v.\nfunc _R_get(v *TYPE, b *[SIZE]byte) {\n")
	m.unpack(m.r)
	m.text("}\n\n")
	if !m.needs["inliner"] {
		m.needs["inliner"] = true
		m.comment("The functions that follow call their parameters, and functions that do nothing but call another, for the sake of the inliner. It counts such calls for little, and so the methods dissolve in the code that calls them.")
		m.text("\n\n")
	}
	m.doc("_R_at moves v to or from the bytes of buf at offset, and leaves to rest what is not as usual.")
	m.text(`
func _R_at(v *TYPE, buf []byte, offset int, move func(*TYPE, *[SIZE]byte), rest func(*TYPE, []byte, int) error) error {
	if v == nil || offset < 0 || offset > len(buf)-SIZE {
		return rest(v, buf, offset)
	}
	move(v, (*[SIZE]byte)(buf[offset:]))
	return nil
}

func _R_all(v *TYPE, data []byte, move func(*TYPE, *[SIZE]byte), rest func(*TYPE, []byte) error) error {
	if v == nil || len(data) != SIZE {
		return rest(v, data)
	}
	move(v, (*[SIZE]byte)(data))
	return nil
}

func _R_unpack(v *TYPE, b *[SIZE]byte) { _R_get(v, b) }

`)
	if m.refuses {
		return
	}
	m.text(`
func _R_pack(v *TYPE, b *[SIZE]byte) { _R_put(v, b) }

func _R_append(v *TYPE, dst []byte, move func(*TYPE, *[SIZE]byte), grow func([]byte) []byte) []byte {
	if cap(dst)-len(dst) < SIZE {
		dst = grow(dst)
	}
	move(v, (*[SIZE]byte)(dst[len(dst):cap(dst)]))
	return dst[:len(dst)+SIZE]
}

func _R_grow(dst []byte) []byte { return SLICES.Grow(dst, SIZE) }

`)
}

// failing writes what makes errors, outside of the functions that are to be small.
func (m *methodWriter) failing() {
	m.helper("offset")
	none := strconv.Quote(fmt.Sprintf("a nil pointer to %s.%s", m.name, m.r.Type))
	fail := func(op, kind, reason string) string {
		return m.r.failure(m.coder, strconv.Quote(op), -1, "-1", kind, reason)
	}
	m.f("%s", strings.NewReplacer(
		"PACK_ROOM", fail("pack_into", "ErrBuffer", "reason"), "PACK_NIL", fail("pack_into", "ErrType", none),
		"FROM_ROOM", fail("unpack_from", "ErrBuffer", "reason"), "FROM_NIL", fail("unpack_from", "ErrType", none),
		"ALL_NIL", fail("unpack", "ErrType", none), "ANY_LENGTH", m.wrongLength("Unpack", fmt.Sprintf("unpack requires a buffer of %d bytes", m.r.s.Size()))).Replace(m.words(`
func _R_packInto(v *TYPE, buf []byte, offset int) error {
	offset, reason := _P_offset("pack_into", SIZE, len(buf), offset)
	if reason != "" {
		return PACK_ROOM
	}
	if v == nil {
		return PACK_NIL
	}
	return v.PackInto(buf, offset)
}

func _R_unpackFrom(v *TYPE, data []byte, offset int) error {
	if v == nil {
		return FROM_NIL
	}
	offset, reason := _P_offset("unpack_from", SIZE, len(data), offset)
	if reason != "" {
		return FROM_ROOM
	}
	return v.UnpackFrom(data, offset)
}

func _R_unmarshalBinary(v *TYPE, data []byte) error {
	if v == nil {
		return ALL_NIL
	}
	ANY_LENGTH
}

`)))
	if m.Alone {
		e := structpack.Error{Op: " ", Format: m.r.Format, Pos: -1, Index: -1}
		before, after, _ := strings.Cut(e.Error(), "   ")
		m.f("func %s(op, where, reason string) error {\nreturn %s.New(%q + op + %q + where + reason)\n}\n\n", m.r.own("error"), m.std("errors"), before+" ", " "+after)
		return
	}
	m.text(`
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

// refuse writes the checks of what cannot be packed: first the lengths of slices and
// of C strings, then all values in their order.
func (c *coder) refuse(r *record) {
	for i := range r.steps {
		switch st := &r.steps[i]; {
		case st.slice:
			c.refuseLength(r, st.whole, st.n, st.Pos, st.index)
		case st.cstring:
			c.refuseText(r, st, "op")
		}
	}
	for _, e := range r.empties {
		c.refuseLength(r, e.x, 0, e.pos, -1)
	}
	for i := range r.steps {
		st := &r.steps[i]
		index := strconv.Itoa(st.index)
		if st.n > 0 {
			index = sum(st.index, "i")
		}
		give := "return " + r.failure(c, "op", st.Pos, index, "ErrRange", strconv.Quote(st.reason))
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

// refuseLength writes the check that a slice has n elements, for an item at pos whose
// first value is at index.
func (c *coder) refuseLength(r *record, x string, n, pos, index int) {
	reason := fmt.Sprintf(`%s.Sprintf("a slice of %%d elements for %d values", n)`, c.std("fmt"), n)
	c.f("if n := len(%s); n != %d {\nreturn %s\n}\n", x, n, r.failure(c, "op", pos, strconv.Itoa(index), "ErrCount", reason))
}

// refuseText writes the check that a C string has no NUL in it, and room for the one
// at its end.
func (c *coder) refuseText(r *record, st *step, op string) {
	give := func(reason string) string {
		return "return " + r.failure(c, op, st.Pos, strconv.Itoa(st.index), "ErrRange", reason)
	}
	found := fmt.Sprintf("%s.Contains(%s, 0)", c.std("slices"), st.x)
	if st.kind == reflect.String {
		found = fmt.Sprintf("%s.IndexByte(%s, 0) >= 0", c.std("strings"), convert(st.x, st.typ, types.String))
	}
	c.f("if %s {\n%s\n}\n", found, give(strconv.Quote(embeddedNUL)))
	c.f("if n := len(%s); n >= %d {\n%s\n}\n", st.x, st.size,
		give(fmt.Sprintf(`%s.Sprintf("%%d bytes and a NUL do not fit into %d bytes", n)`, c.std("fmt"), st.size)))
}

// embeddedNUL is what the library says of a C string with a NUL in it.
var embeddedNUL = func() string {
	codec := structpack.MustCodec[struct {
		Text string `structpack:"1s,cstr"`
	}]("<")
	var e *structpack.Error
	if _, err := codec.Pack(&struct {
		Text string `structpack:"1s,cstr"`
	}{"\x00"}); errors.As(err, &e) {
		return e.Reason
	}
	return ""
}()

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

// bits64 writes the bits of a float as a float64.
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
