package port

import (
	"bytes"
	"cmp"
	"fmt"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// code writes the types.
func (g *generator) code(o Options) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "// Written by structpack port from %s. It is yours to change.\n\npackage %s\n\n", strings.Join(quoted(o.Files), ", "), o.Package)
	varies := slices.ContainsFunc(g.records, func(r *record) bool { return len(r.varies) > 0 })
	switch {
	case varies:
		b.WriteString("import (\n\"fmt\"\n\n\"example.com/structpack\"\n)\n\n")
	case len(g.records) > 0:
		b.WriteString("import \"example.com/structpack\"\n\n")
	}
	for _, r := range g.records {
		r.write(&b)
	}
	if len(g.skipped) > 0 {
		b.WriteString("// Places without a type:\n//\n")
		for _, s := range g.skipped {
			fmt.Fprintf(&b, "//\t%s\n", comment(s))
		}
	}
	return b.Bytes()
}

func (r *record) write(b *bytes.Buffer) {
	fmt.Fprintf(b, "// %s is %s in Python:\n//\n", r.name, comment(strconv.Quote(r.format)))
	const most = 8
	var places []string
	for _, s := range r.sites {
		if place := where(s); !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	for i, place := range places {
		if i == most {
			fmt.Fprintf(b, "//\tand %d more places\n", len(places)-most)
			break
		}
		fmt.Fprintf(b, "//\t%s\n", comment(place))
	}
	if n := r.unnamed(); n > 0 {
		fmt.Fprintf(b, "//\n// The source has no names for %d of its fields. To scan the values without a type:\n//\n", n)
		r.scan(b)
	}
	if native(r.format) {
		b.WriteString("//\n// The format is native: it means what it meant to Python on machines with the same C ABI only.\n")
	}
	fmt.Fprintf(b, "type %s struct {\n", r.name)
	for _, f := range r.fields {
		code := f.code
		if slices.Contains(r.varies, f.item) {
			code = "%d" + r.s.Fields()[f.item].Code
		}
		fmt.Fprintf(b, "%s %s // %s", f.name, f.typ, code)
		if len(r.varies) == 0 {
			fmt.Fprintf(b, " at offset %d", f.offset)
		}
		b.WriteByte('\n')
	}
	b.WriteString("}\n\n")
	if len(r.varies) > 0 {
		r.writeVarying(b)
		return
	}
	fmt.Fprintf(b, "var %s = structpack.MustCodec[%s](%q)\n\n", r.codec, r.name, r.s.Format())
}

// scan writes variables for Scan, in a comment.
func (r *record) scan(b *bytes.Buffer) {
	var dests []string
	for _, f := range r.fields {
		name := unexported(f.name)
		if token.IsKeyword(name) {
			name += "_"
		}
		typ := f.typ
		if strings.HasSuffix(typ, "]byte") {
			typ = "[]byte"
		}
		fmt.Fprintf(b, "//\tvar %s %s\n", name, typ)
		dests = append(dests, "&"+name)
	}
	if len(r.varies) == 0 {
		fmt.Fprintf(b, "//\terr := structpack.MustCompile(%s).Scan(data, %s)\n", comment(strconv.Quote(r.s.Format())), strings.Join(dests, ", "))
	}
}

func (r *record) unnamed() (n int) {
	for _, f := range r.fields {
		if !f.named {
			n++
		}
	}
	return n
}

// writeVarying writes the methods of a type whose format is made at run time.
func (r *record) writeVarying(b *bytes.Buffer) {
	var counts, params, values, dests []string
	for _, f := range r.fields {
		values = append(values, "v."+f.name)
		dests = append(dests, "&v."+f.name)
		if slices.Contains(r.varies, f.item) {
			counts = append(counts, "len(v."+f.name+")")
			params = append(params, "n"+f.name)
		}
	}
	fmt.Fprintf(b, "// AppendBinary packs v and appends it to dst.\nfunc (v *%s) AppendBinary(dst []byte) ([]byte, error) {\n", r.name)
	if !slices.ContainsFunc(r.fields, func(f field) bool { return r.numbers(f) }) {
		fmt.Fprintf(b, "return structpack.AppendPack(dst, fmt.Sprintf(%q, %s), %s)\n}\n\n", r.format, strings.Join(counts, ", "), strings.Join(values, ", "))
	} else {
		b.WriteString("var values []any\n")
		for _, f := range r.fields {
			if r.numbers(f) {
				fmt.Fprintf(b, "for _, x := range v.%s {\nvalues = append(values, x)\n}\n", f.name)
			} else {
				fmt.Fprintf(b, "values = append(values, v.%s)\n", f.name)
			}
		}
		fmt.Fprintf(b, "return structpack.AppendPack(dst, fmt.Sprintf(%q, %s), values...)\n}\n\n", r.format, strings.Join(counts, ", "))
	}
	fmt.Fprintf(b, `// Unpack unpacks data. Its format has the given counts.
func (v *%[1]s) Unpack(data []byte, %[3]s int) error {
	s, err := structpack.Compile(fmt.Sprintf(%[2]q, %[3]s))
	if err != nil {
		return err
	}
	return s.Scan(data, %[4]s)
}

`, r.name, r.format, strings.Join(params, ", "), strings.Join(dests, ", "))
}

// numbers reports whether a field is an array or a slice of the values of a repeated item.
func (r *record) numbers(f field) bool {
	code := r.s.Fields()[f.item].Code
	return strings.HasPrefix(f.typ, "[") && code != "s" && code != "p"
}

// test writes the test.
func (g *generator) test(o Options) []byte {
	var b bytes.Buffer
	varies := slices.ContainsFunc(g.records, func(r *record) bool { return len(r.varies) > 0 })
	fmt.Fprintf(&b, "package %s\n\nimport (\n", o.Package)
	if varies {
		b.WriteString("\"fmt\"\n")
	}
	b.WriteString("\"testing\"\n\n\"example.com/structpack/fixture\"\n)\n\n")
	b.WriteString("// TestRecording replays what the Python program did.\nfunc TestRecording(t *testing.T) {\n")
	b.WriteString("var calls fixture.Calls\n")
	fmt.Fprintf(&b, "for _, file := range []string{%s} {\n", strings.Join(quoted(o.Files), ", "))
	b.WriteString("calls = append(calls, fixture.Load(t, file)...)\nfixture.Run(t, file)\n}\n")
	for _, r := range g.records {
		fmt.Fprintf(&b, "t.Run(%q, func(t *testing.T) {\n", r.name)
		if len(r.varies) > 0 {
			r.testVarying(&b)
		} else {
			fmt.Fprintf(&b, "fixture.Codec(t, %s, calls.Format(%q))\n", r.codec, r.s.Format())
		}
		b.WriteString("})\n")
	}
	b.WriteString("}\n")
	return b.Bytes()
}

func (r *record) testVarying(b *bytes.Buffer) {
	var params, pointers []string
	for _, f := range r.fields {
		if slices.Contains(r.varies, f.item) {
			params = append(params, "n"+f.name)
			pointers = append(pointers, "&n"+f.name)
		}
	}
	var places []string
	for _, s := range r.sites {
		if !slices.Contains(places, s.place.String()) {
			places = append(places, s.place.String())
		}
	}
	b.WriteString("n := 0\n")
	fmt.Fprintf(b, `for _, c := range calls.At(%[1]s) {
		var %[2]s int
		if c.Op == "calcsize" || c.Error != "" {
			continue
		}
		if _, err := fmt.Sscanf(c.Format, %[3]q, %[4]s); err != nil {
			continue
		}
		n++
		var v %[5]s
		if err := v.Unpack(c.Data, %[6]s); err != nil {
			t.Errorf("line %%d: %%v\n%%s", c.Line, err, c)
			continue
		}
		packed, err := v.AppendBinary(nil)
		if err == nil {
			err = c.CheckPacked(packed)
		}
		if err != nil {
			t.Errorf("line %%d: %%v\n%%s", c.Line, err, c)
		}
	}
if n == 0 {
		t.Error("no calls")
	}
`, strings.Join(quoted(places), ", "), strings.Join(params, ", "), r.format, strings.Join(pointers, ", "), r.name, strings.Join(params, ", "))
}

func quoted(names []string) (all []string) {
	for _, s := range names {
		all = append(all, strconv.Quote(s))
	}
	return all
}

// comment makes a text safe inside a line comment: what a recording says may be
// anything.
func comment(s string) string {
	return cmp.Or(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && !strconv.IsPrint(r) {
			return '?'
		}
		return r
	}, s), "?")
}
