package show

import (
	"fmt"
	"strings"

	"example.com/structpack"
)

// A Layout is a structure to look at: a format, and the bytes that are there.
type Layout struct {
	Struct  *structpack.Struct
	ABI     structpack.ABI // of the Struct
	Columns []Column
	Data    []byte // the beginning of the structure, or all of it; nil if only the format is shown
	Base    int64  // the address of its first byte
	Each    bool   // every value of a list has a row of its own
}

// A Row is a line of the table: a column, one of its values, or padding.
type Row struct {
	Name    string `json:"name,omitempty"`
	At      int64  `json:"at"` // address in the file
	Offset  int    `json:"offset"`
	Size    int    `json:"size"`
	Code    string `json:"code,omitempty"` // with its repeat count; none for alignment
	CType   string `json:"c_type"`
	First   int    `json:"first_value"` // index of the first value
	Values  int    `json:"values"`
	Value   []any  `json:"value,omitempty"`
	Missing int    `json:"missing,omitempty"` // bytes that the data lacks
	Text    string `json:"-"`                 // the values for people, or as many as a line holds

	Field structpack.Field `json:"-"` // the item, or the one that is aligned

	pad bool
	hue int // its color
}

// Pad reports whether the row has no values because its bytes are padding.
func (r *Row) Pad() bool { return r.pad }

// Hue is the number of the row's color, from 1 on; 0 if it has none.
func (r *Row) Hue() int { return max(r.hue, 0) }

// Rows returns the rows of the table. Each has all its values in Value if every
// is true; Text has no more than a line can show, and so a format of a billion
// values costs as much as one of a hundred.
func (l *Layout) Rows(every bool) []Row {
	rows := []Row{}
	columns := l.Columns
	hue := 0
	for _, f := range l.Struct.Fields() {
		if f.Pad > 0 {
			rows = append(rows, Row{Field: f, Offset: f.Offset - f.Pad, Size: f.Pad, CType: "alignment", First: f.Index, pad: true, hue: dim})
		}
		code := l.Struct.Format()[f.Pos:f.End]
		if f.Code == "x" {
			rows = append(rows, Row{Field: f, Offset: f.Offset, Size: f.Size, Code: code, CType: "padding", First: f.Index, pad: true, hue: dim})
			continue
		}
		if f.Values == 0 && (len(columns) == 0 || columns[0].Field.Pos != f.Pos) { // names, and none for it
			rows = append(rows, Row{Field: f, Offset: f.Offset, Code: code, CType: cType(f), First: f.Index})
			continue
		}
		for n := f.Values; ; {
			c := &columns[0]
			columns = columns[1:]
			hue = hue%len(palette) + 1
			size := 0 // of a value
			if f.Values > 0 {
				size = f.Size / f.Values
			}
			r := Row{Field: f, Name: c.Name, Offset: f.Offset + (c.First-f.Index)*size, Size: c.Count * size, Code: code, CType: cType(f), First: c.First, Values: c.Count, hue: hue}
			switch {
			case c.List && l.Each:
				for i := range c.Count {
					rows = append(rows, Row{Field: f, Name: c.eachName(i), Offset: r.Offset + i*size, Size: size, Code: f.Code, CType: f.CType, First: r.First + i, Values: 1, hue: hue})
				}
			case !c.List && repeated(f):
				r.Code, r.CType = f.Code, f.CType
				fallthrough
			default:
				rows = append(rows, r)
			}
			if n -= c.Count; n <= 0 {
				break
			}
		}
	}
	for i := range rows {
		l.fill(&rows[i], every)
	}
	return rows
}

// eachName names one value of a list, if the list has a name.
func (c *Column) eachName(i int) string {
	if c.Name == "" {
		return ""
	}
	return c.Label(i)
}

// cType is the C type of an item, as a declaration without its name.
func cType(f structpack.Field) string {
	switch {
	case f.Code == "s":
		return fmt.Sprintf("char[%d]", f.Count)
	case repeated(f):
		return fmt.Sprintf("%s[%d]", f.CType, f.Count)
	}
	return f.CType
}

// fill sets the values of a row from what there is of its bytes.
func (l *Layout) fill(r *Row, every bool) {
	r.At = l.Base + int64(r.Offset)
	if l.Data == nil {
		return
	}
	r.Missing = min(max(r.Offset+r.Size-len(l.Data), 0), r.Size)
	b := l.Data[min(r.Offset, len(l.Data)):][:r.Size-r.Missing]
	var text strings.Builder
	code := strings.TrimLeft(r.Code, "0123456789")
	switch {
	case r.pad:
		if len(strings.Trim(string(b[:min(len(b), longest)]), "\x00")) > 0 {
			fmt.Fprintf(&text, "not zero: % x", b[:min(len(b), 16)])
		}
	case r.Missing > 0 && code == "s" && len(b) > 0:
		text.WriteString(humanBytes(b))
	case r.Values > 0:
		n := r.Values
		if r.Missing > 0 {
			n = len(b) / (r.Size / r.Values)
		}
		if !every {
			n = min(n, longest)
		}
		for i, v := range l.values(r, code, b, n) {
			if every {
				r.Value = append(r.Value, FormatJSON(code, v))
			}
			if text.Len() < longest {
				if i > 0 {
					text.WriteByte(' ')
				}
				text.WriteString(Human(code, v))
			}
		}
	}
	if r.Missing > 0 {
		if text.Len() > 0 {
			text.WriteByte(' ')
		}
		fmt.Fprintf(&text, "missing %d of %d", r.Missing, r.Size)
	}
	r.Text = text.String()
}

// values unpacks the first n values of a row from its bytes. The format of the
// whole is of no use for that: a part of its bytes may be missing.
func (l *Layout) values(r *Row, code string, b []byte, n int) []any {
	if n == 0 {
		return nil
	}
	if code == "s" || code == "p" {
		n = r.Size
	}
	format := l.Struct.Format()
	prefix := ""
	if format != "" && strings.Contains("@=<>!", format[:1]) {
		prefix = format[:1]
	}
	s, err := structpack.CompileFor(l.ABI, fmt.Sprintf("%s%d%s", prefix, n, code))
	if err != nil {
		return nil // cannot be: it is a part of a format that compiled
	}
	values, _ := s.UnpackFrom(b, 0)
	return values
}

// Facts says in a line what the format amounts to.
func (l *Layout) Facts() string {
	return fmt.Sprintf("%s, %s, %s", Count(l.Struct.Size(), "byte"), Count(l.Struct.NumValues(), "value"), l.mode())
}

// mode says what the prefix of the format means.
func (l *Layout) mode() string {
	order := "little-endian"
	if l.ABI.BigEndian {
		order = "big-endian"
	}
	switch strings.IndexByte("<>!=", (l.Struct.Format() + "@")[0]) {
	case 0:
		order = "little-endian"
	case 1, 2:
		order = "big-endian"
	case -1:
		return order + ", native sizes and alignment of " + l.ABI.Name
	}
	return order + ", standard sizes, no alignment"
}

// native reports whether the format is laid out as C lays it out.
func (l *Layout) native() bool { return strings.IndexByte("<>!=", (l.Struct.Format() + "@")[0]) < 0 }

// CSize returns the size that C gives a struct of these members, which ends on a
// multiple of its alignment where the format just ends, and the item to write
// at the end of the format for the same. There is none if the sizes are equal or
// the format is not native.
func (l *Layout) CSize() (size int, item string) {
	size = l.Struct.Size()
	if !l.native() {
		return size, ""
	}
	align := 1
	for _, f := range l.Struct.Fields() {
		s, err := structpack.CompileFor(l.ABI, "x"+f.Code) // in a struct, after one byte
		if err != nil {
			continue
		}
		if a := s.Fields()[1].Offset; a > align {
			align, item = a, "0"+plainCode(f.Code)
		}
	}
	if size%align == 0 || size > size+align {
		return size, ""
	}
	return size + align - size%align, item
}

// plainCode is a code of the same alignment that everybody knows: for a
// complex number, the code of its parts.
func plainCode(code string) string {
	if code == "P" {
		return code
	}
	return strings.ToLower(strings.TrimPrefix(code, "Z"))
}

// Visible is a format with its line ends and tabs escaped.
func Visible(format string) string {
	return strings.NewReplacer("\t", `\t`, "\n", `\n`, "\v", `\v`, "\f", `\f`, "\r", `\r`).Replace(format)
}
