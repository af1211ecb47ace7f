package engine

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/structpack"
	"example.com/structpack/internal/cstruct"
	"example.com/structpack/internal/show"
)

// take adds code for the format in Go, Python, C and a shell, and the layout as
// a picture and as Markdown.
func (q *question) take(a *answer) {
	if !q.prepare(a) {
		return
	}
	if q.layout.Struct.NumValues() > mostValues || len(q.layout.Columns) > mostRows {
		a.failure("format", fmt.Errorf("there is no code for so many values"))
		return
	}
	a.text("go", q.golang())
	a.text("python", q.python())
	a.text("cstruct", q.layout.C("record"))
	a.text("command", q.command())
	a.text("markdown", q.markdown())
	a.text("svg", string(show.SVG(q.drawn(true), "structpack explain "+show.Visible(q.layout.Struct.Format()))))
}

// field is the name of a column in Go.
func (q *question) field(c *show.Column, used map[string]bool) string {
	name := "Value" + strconv.Itoa(c.First)
	if c.Name != "" {
		name = cstruct.GoName(c.Name)
	}
	for used[name] {
		name += "_"
	}
	used[name] = true
	return name
}

// golang is a type for the format, its codec, Scan and gen.
func (q *question) golang() string {
	format := q.layout.Struct.Format()
	native := isNative(format)
	type field struct{ name, typ string }
	var fields []field
	var pointers []string
	used := map[string]bool{}
	wide := 0
	for i := range q.layout.Columns {
		c := &q.layout.Columns[i]
		f := field{name: q.field(c, used), typ: goType(c.Field, native)}
		switch {
		case c.Field.Code == "s":
			f.typ = fmt.Sprintf("[%d]byte", c.Field.Count)
		case c.List:
			f.typ = fmt.Sprintf("[%d]%s", c.Count, f.typ)
		}
		fields = append(fields, f)
		wide = max(wide, utf8.RuneCountInString(f.name))
		pointers = append(pointers, "&r."+f.name)
	}
	var b strings.Builder
	quoted := strconv.Quote(format)
	b.WriteString("package wire\n\nimport \"example.com/structpack\"\n\n")
	gen := "//go:generate go run example.com/structpack/cmd/structpack gen -type Record -format " + quoted
	if ofPlatform(format) {
		gen += " -abi " + q.abi.Name
	}
	fmt.Fprintf(&b, "%s\n\n// Record has the bytes of %s: %s.\ntype Record struct {\n", gen, quoted, q.layout.Facts())
	for _, f := range fields {
		fmt.Fprintf(&b, "\t%-*s %s\n", wide, f.name, f.typ)
	}
	b.WriteString("}\n\n")
	if ofPlatform(format) {
		fmt.Fprintf(&b, "var recordCodec = func() *structpack.Codec[Record] {\n\ts, err := structpack.CompileFor(structpack.%s, %s)\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\tc, err := structpack.NewCodec[Record](s)\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\treturn c\n}()\n\n", abiName(q.abi), quoted)
	} else {
		fmt.Fprintf(&b, "var recordCodec = structpack.MustCodec[Record](%s)\n\n", quoted)
	}
	fmt.Fprintf(&b, "// Read reads the record at an offset of data.\nfunc Read(data []byte, offset int) (r Record, err error) {\n\terr = recordCodec.UnpackFrom(data, offset, &r)\n\treturn r, err\n}\n\n")
	fmt.Fprintf(&b, "// Write appends the record to dst.\nfunc Write(dst []byte, r *Record) ([]byte, error) { return recordCodec.AppendPack(dst, r) }\n\n")
	fmt.Fprintf(&b, "// Scan is Read without a Codec: into variables, one for each value or array.\nfunc Scan(data []byte, offset int) (r Record, err error) {\n\terr = recordCodec.Struct().ScanFrom(data, offset")
	for _, p := range pointers {
		b.WriteString(", " + p)
	}
	b.WriteString(")\n\treturn r, err\n}\n")
	return b.String()
}

// abiName is the name of an ABI in Go.
func abiName(abi structpack.ABI) string {
	switch abi {
	case structpack.LP64:
		return "LP64"
	case structpack.LP64BigEndian:
		return "LP64BigEndian"
	case structpack.LLP64:
		return "LLP64"
	case structpack.ILP32:
		return "ILP32"
	case structpack.ILP32BigEndian:
		return "ILP32BigEndian"
	}
	return "ILP32Align4"
}

// identifiers are the names of the values in Python.
func (q *question) identifiers() (all []string) {
	used := map[string]bool{}
	for i := range q.layout.Columns {
		c := &q.layout.Columns[i]
		for j := range c.Count {
			name := "value" + strconv.Itoa(c.First+j)
			if c.Name != "" {
				name = strings.Map(func(r rune) rune {
					if r == '_' || '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z' {
						return r
					}
					return '_'
				}, c.Name)
				if '0' <= name[0] && name[0] <= '9' || keywords[name] {
					name = "_" + name
				}
				if c.List {
					name += strconv.Itoa(j)
				}
			}
			for used[name] {
				name += "_"
			}
			used[name] = true
			all = append(all, name)
		}
	}
	return all
}

var keywords = func() map[string]bool {
	all := map[string]bool{"data": true, "struct": true, "record": true, "offset": true}
	for word := range strings.FieldsSeq("False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield") {
		all[word] = true
	}
	return all
}()

func (q *question) python() string {
	format := q.layout.Struct.Format()
	var b strings.Builder
	b.WriteString("import struct\n\n")
	if ofPlatform(format) {
		fmt.Fprintf(&b, "# The bytes of %s: Python knows the platform that it runs on, and no other.\n", q.abi.Name)
	}
	fmt.Fprintf(&b, "record = struct.Struct(%s)  # %s\n", pythonString(format), show.Count(q.layout.Struct.Size(), "byte"))
	names := strings.Join(q.identifiers(), ", ")
	if names == "" {
		fmt.Fprintf(&b, "record.unpack_from(data, %d)\n\ndata = record.pack()\n", q.layout.Base)
		return b.String()
	}
	fmt.Fprintf(&b, "(%s,) = record.unpack_from(data, %d)\n\ndata = record.pack(%s)\n", names, q.layout.Base, names)
	return b.String()
}

// pythonString is a format, which is ASCII, as a literal of Python.
func pythonString(format string) string {
	return "'" + show.Visible(format) + "'"
}

// command is the command line that shows the same.
func (q *question) command() string {
	var b strings.Builder
	b.WriteString("structpack explain")
	format := q.layout.Struct.Format()
	if ofPlatform(format) {
		b.WriteString(" --abi " + q.abi.Name)
	}
	var names []string
	for i := range q.layout.Columns {
		if c := &q.layout.Columns[i]; c.Name != "" {
			names = append(names, c.Name)
		}
	}
	if len(names) > 0 {
		b.WriteString(" --fields " + quote(strings.Join(names, ",")))
	}
	if q.layout.Base > 0 {
		fmt.Fprintf(&b, " --offset %d", q.layout.Base)
	}
	b.WriteString(" " + quote(format))
	switch {
	case q.layout.Data == nil:
	case q.Get("file") != "":
		b.WriteString(" -- " + quote(q.Get("file")))
	case q.total <= 1<<10:
		return fmt.Sprintf("echo %x | %s", q.data, strings.Replace(b.String(), "explain", "explain --hex", 1)) + "\n"
	default:
		b.WriteString(" FILE")
	}
	return b.String() + "\n"
}

// quote quotes an argument for a Unix shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func (q *question) markdown() string {
	var b strings.Builder
	cell := func(s string) string {
		s = strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", "`", "'").Replace(s)
		return s
	}
	fmt.Fprintf(&b, "`%s`: %s\n\n", show.Visible(q.layout.Struct.Format()), q.layout.Facts())
	values := q.layout.Data != nil
	b.WriteString("| offset | size | code | C type | name |")
	if values {
		b.WriteString(" value |")
	}
	b.WriteString("\n|--:|--:|---|---|---|")
	if values {
		b.WriteString("---|")
	}
	b.WriteByte('\n')
	rows := q.layout.Rows(false)
	for i := range rows {
		r := &rows[i]
		fmt.Fprintf(&b, "| %d | %d | %s | %s | %s |", r.Offset, r.Size, cell(r.Code), cell(r.CType), cell(r.Name))
		if values {
			text := r.Text
			if utf8.RuneCountInString(text) > 60 {
				text = string([]rune(text)[:59]) + "…"
			}
			fmt.Fprintf(&b, " %s |", cell(text))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
