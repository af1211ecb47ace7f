package main

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/structpack"
)

// A row is one line of the table: a field, or the padding in front of one.
type row struct {
	Offset int    `json:"offset"`
	Size   int    `json:"size"`
	Code   string `json:"code,omitempty"` // with its repeat count; none for alignment
	CType  string `json:"c_type"`
	First  int    `json:"first_value"` // index of the first value
	Values int    `json:"values"`
	Shown  []any  `json:"value,omitempty"`
	text   string
	pad    bool
}

var cTypes = map[string]string{
	"x": "padding", "c": "char", "b": "signed char", "B": "unsigned char", "?": "_Bool",
	"h": "short", "H": "unsigned short", "i": "int", "I": "unsigned int", "l": "long", "L": "unsigned long",
	"q": "long long", "Q": "unsigned long long", "n": "ssize_t", "N": "size_t", "P": "void *",
	"e": "_Float16", "f": "float", "d": "double", "F": "float complex", "Zf": "float complex",
	"D": "double complex", "Zd": "double complex", "s": "char[%d]", "p": "Pascal string",
}

func (c *call) explain() error {
	s, err := c.compile("explain")
	if err != nil {
		return err
	}
	var data []byte
	var values []any
	if len(c.args) > 0 || c.env.piped {
		in, done, err := c.open()
		if err != nil {
			return err
		}
		defer done()
		offset := 0
		if c.offset == nil {
			c.offset = &offset
		}
		all, err := c.data(in, s.Size())
		if err != nil {
			return err
		}
		if len(all) > 0 || len(c.args) > 0 {
			if values, err = s.UnpackFrom(all, *c.offset); err != nil {
				return err
			}
			start := *c.offset
			if start < 0 {
				start += len(all)
			}
			data = all[start : start+s.Size()]
		}
	}
	rows := layout(s, values, data)
	abi, err := c.findABI()
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(struct {
			Format string `json:"format"`
			ABI    string `json:"abi"`
			Size   int    `json:"size"`
			Values int    `json:"values"`
			Rows   []row  `json:"rows"`
		}{s.Format(), abi.Name, s.Size(), s.NumValues(), rows})
	}
	d := drawing{call: c, rows: rows, data: data, size: s.Size()}
	fmt.Fprintf(c.out, "%s  %d bytes, %d values, %s\n\n", s.Format(), s.Size(), s.NumValues(), mode(s.Format(), abi))
	d.table(values != nil)
	d.grid()
	return nil
}

// mode says what the prefix of a format means.
func mode(format string, abi structpack.ABI) string {
	order := "little-endian"
	if abi.BigEndian {
		order = "big-endian"
	}
	switch strings.IndexByte("<>!=", (format + "@")[0]) {
	case 0:
		order = "little-endian"
	case 1, 2:
		order = "big-endian"
	case -1:
		return order + ", native sizes and alignment of " + abi.Name
	}
	return order + ", standard sizes, no alignment"
}

// layout makes the rows of the table; values and data may be nil.
func layout(s *structpack.Struct, values []any, data []byte) []row {
	rows := []row{}
	for _, f := range s.Fields() {
		if f.Pad > 0 {
			rows = append(rows, row{Offset: f.Offset - f.Pad, Size: f.Pad, CType: "alignment", First: f.Index, pad: true})
		}
		r := row{Offset: f.Offset, Size: f.Size, Code: s.Format()[f.Pos:f.End], First: f.Index, Values: f.Values, pad: f.Code == "x"}
		r.CType = cTypes[f.Code]
		switch {
		case f.Code == "s":
			r.CType = fmt.Sprintf(r.CType, f.Count)
		case f.Values != 1 && !r.pad:
			r.CType = fmt.Sprintf("%s[%d]", r.CType, f.Count)
		}
		rows = append(rows, r)
	}
	for i := range rows {
		r := &rows[i]
		if r.pad && data != nil {
			if b := data[r.Offset:][:r.Size]; strings.Trim(string(b), "\x00") != "" {
				r.text = fmt.Sprintf("not zero: % x", b[:min(len(b), 16)])
			}
		}
		if values == nil {
			continue
		}
		code := strings.TrimLeft(r.Code, "0123456789")
		var text strings.Builder
		for _, v := range values[r.First:][:r.Values] {
			r.Shown = append(r.Shown, formatJSON(code, v))
			if text.Len() < widest {
				fmt.Fprintf(&text, " %s", humanText(code, v))
			}
		}
		if r.Values > 0 {
			r.text = shorten(strings.TrimPrefix(text.String(), " "))
		}
	}
	return rows
}

// humanText is formatText with bytes quoted, and unsigned numbers in hex too.
func humanText(code string, v any) string {
	switch v := v.(type) {
	case []byte:
		return strconv.Quote(string(v))
	case byte:
		if code == "c" {
			return strconv.Quote(string([]byte{v}))
		}
	case uint16, uint32, uint64:
		if text := fmt.Sprint(v); len(text) > 3 {
			return fmt.Sprintf("%s (%#x)", text, v)
		}
	}
	return formatText(code, v)
}

const widest = 60

func shorten(s string) string {
	if r := []rune(s); len(r) > widest {
		return string(r[:widest-1]) + "…"
	}
	return s
}

// A drawing writes rows for people to look at.
type drawing struct {
	*call
	rows []row
	data []byte
	size int
}

// paint colors s as the field of row i is colored.
func (d *drawing) paint(i int, s string) string {
	if !d.env.color || s == "" {
		return s
	}
	if d.rows[i].pad {
		return "\x1b[2m" + s + "\x1b[0m"
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", []int{36, 33, 32, 35, 34, 31}[i%6], s)
}

func (d *drawing) table(withValues bool) {
	wide := len("C type")
	code := len("code")
	for _, r := range d.rows {
		wide, code = max(wide, len(r.CType)), max(code, len(r.Code))
	}
	line := func(offset, size, index, c, ctype, value string) string {
		s := fmt.Sprintf("%8s %6s  %-6s  %-*s  %-*s  %s", offset, size, index, code, c, wide, ctype, value)
		return strings.TrimRight(s, " ")
	}
	last := ""
	if withValues {
		last = "value"
	}
	fmt.Fprintln(d.out, line("offset", "size", "index", "code", "C type", last))
	for i, r := range d.rows {
		index := ""
		switch {
		case r.Values == 1:
			index = strconv.Itoa(r.First)
		case r.Values > 1:
			index = fmt.Sprintf("%d-%d", r.First, r.First+r.Values-1)
		}
		fmt.Fprintln(d.out, d.paint(i, line(strconv.Itoa(r.Offset), strconv.Itoa(r.Size), index, r.Code, r.CType, r.text)))
	}
}

// grid draws the bytes, sixteen a line. Bars separate fields, colons the
// numbers of one field, and the line below names each field where it begins. Without data a byte shows the index of its
// value; padding that is zero is dots.
func (d *drawing) grid() {
	const across, most = 16, 16
	if d.size == 0 {
		return
	}
	fmt.Fprint(d.out, "\n          ")
	for i := range min(across, d.size) {
		fmt.Fprintf(d.out, " %2x", i)
	}
	d.out.WriteByte('\n')
	at := 0 // the row that the byte is in
	for line := 0; line < d.size; line += across {
		if line == across*most {
			fmt.Fprintf(d.out, "          … %d more bytes\n", d.size-line)
			return
		}
		var cells, names, chars strings.Builder
		for i := line; i < min(line+across, d.size); i++ {
			for i >= d.rows[at].Offset+d.rows[at].Size {
				at++
			}
			r := d.rows[at]
			bar := " "
			if r.Values > 1 && r.Size > r.Values && (i-r.Offset)%(r.Size/r.Values) == 0 {
				bar = ":"
			}
			if i == r.Offset {
				bar = "|"
				name := r.Code
				if name == "" {
					name = "·"
				}
				if room := min(r.Size, line+across-i)*3 - 1; len(name) > room {
					name = name[:room]
				}
				pad := (i-line)*3 + 1 - len([]rune(plain(names.String())))
				names.WriteString(strings.Repeat(" ", max(pad, 0)) + d.paint(at, name))
			}
			cells.WriteString(bar + d.paint(at, d.cell(i, r)))
			if d.data != nil {
				chars.WriteString(printable(d.data[i]))
			}
		}
		text := fmt.Sprintf("%08x  %s|", line, cells.String())
		if d.data != nil {
			used := min(across, d.size-line)
			text += strings.Repeat("   ", across-used) + "  " + chars.String()
		}
		fmt.Fprintln(d.out, text)
		if names.Len() > 0 {
			fmt.Fprintln(d.out, "          "+names.String())
		}
	}
}

// cell is what the grid shows for byte i of the structure.
func (d *drawing) cell(i int, r row) string {
	switch {
	case r.pad && (d.data == nil || d.data[i] == 0):
		return "··"
	case d.data != nil:
		return fmt.Sprintf("%02x", d.data[i])
	}
	index := r.First
	if r.Values > 1 {
		index += (i - r.Offset) / (r.Size / r.Values)
	}
	return fmt.Sprintf("%2d", index%100)
}

// plain is s without colors.
func plain(s string) string {
	for {
		i := strings.IndexByte(s, '\x1b')
		if i < 0 {
			return s
		}
		s = s[:i] + s[i+strings.IndexByte(s[i:], 'm')+1:]
	}
}

func printable(b byte) string {
	if ' ' <= b && b < 0x7f {
		return string(rune(b))
	}
	return "."
}
