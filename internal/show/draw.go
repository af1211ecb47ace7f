package show

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// palette has the colors of fields, one after the other: the colors of
// the sixteen that can be read on black and on white, without the red of errors.
var palette = [...]int{36, 33, 32, 35, 96, 93}

// Hues besides the palette's, which count from 1.
const (
	none = 0
	dim  = -1 // padding
)

// A Drawing writes structures for people to look at.
type Drawing struct {
	W     io.Writer
	Width int // columns of the terminal; 0 for none
	Color bool
}

// width is where lines are cut.
func (d *Drawing) width() int {
	if d.Width > 0 {
		return max(d.Width, 20)
	}
	return 120
}

// A line is a line of colored text in the making.
type line struct {
	b     strings.Builder
	color bool
	hue   int
	wide  int // characters so far
}

// add adds text in a color.
func (l *line) add(hue int, s string) {
	if s == "" {
		return
	}
	if l.color && hue != l.hue {
		l.end()
		switch {
		case hue == dim:
			l.b.WriteString("\x1b[2m")
		case hue != none:
			fmt.Fprintf(&l.b, "\x1b[%dm", palette[hue-1])
		}
		l.hue = hue
	}
	l.b.WriteString(s)
	l.wide += utf8.RuneCountInString(s)
}

// to adds blanks up to a column.
func (l *line) to(column int) { l.add(none, strings.Repeat(" ", max(column-l.wide, 0))) }

func (l *line) end() string {
	if l.hue != none {
		l.b.WriteString("\x1b[0m")
		l.hue = none
	}
	return l.b.String()
}

// Explain draws a layout: what it amounts to, a table and a grid.
func (d *Drawing) Explain(l *Layout) error {
	d.Head(l)
	rows := l.Rows(false)
	d.Table(l, rows)
	return d.Grid(l, rows)
}

// Head writes the format and what it amounts to.
func (d *Drawing) Head(l *Layout) {
	if f := Visible(l.Struct.Format()); f != "" {
		fmt.Fprintln(d.W, f)
	}
	fmt.Fprintln(d.W, l.Facts())
	if size, item := l.CSize(); item != "" {
		fmt.Fprintf(d.W, "C: sizeof %d: %s more, write %s\n", size, Count(size-l.Struct.Size(), "byte"), item)
	}
	fmt.Fprintln(d.W)
}

// Table writes the rows, with the values if there is data.
func (d *Drawing) Table(l *Layout, rows []Row) {
	// A column is as wide as its widest cell, within reason: a code may be as long
	// as the format, and a row for each item then takes the square of its memory.
	const widest = 24
	name, code, ctype, index := 0, len("code"), len("C type"), 6
	for _, r := range rows {
		if r.Name != "" {
			name = max(name, len("name"), utf8.RuneCountInString(r.Name))
		}
		code, ctype, index = max(code, len(r.Code)), max(ctype, len(r.CType)), max(index, len(r.index()))
	}
	name, code, ctype = min(name, widest), min(code, widest), min(ctype, widest)
	cell := func(b *strings.Builder, s string, wide int) {
		if wide > 0 {
			s = shorten(s, wide)
			b.WriteString(s + strings.Repeat(" ", wide-utf8.RuneCountInString(s)+2))
		}
	}
	row := func(hue int, at, offset, size, index_, name_, code_, ctype_, text string) {
		var b strings.Builder
		if l.Base != 0 {
			fmt.Fprintf(&b, "%8s ", at)
		}
		fmt.Fprintf(&b, "%8s %6s  ", offset, size)
		cell(&b, index_, index)
		cell(&b, name_, name)
		cell(&b, code_, code)
		cell(&b, ctype_, ctype)
		room := max(d.width()-utf8.RuneCountInString(b.String()), 8)
		b.WriteString(shorten(text, room))
		out := line{color: d.Color}
		out.add(hue, strings.TrimRight(b.String(), " "))
		fmt.Fprintln(d.W, out.end())
	}
	last := ""
	if l.Data != nil {
		last = "value"
	}
	row(none, "at", "offset", "size", "index", "name", "code", "C type", last)
	for _, r := range rows {
		row(r.hue, fmt.Sprintf("%08x", r.At), strconv.Itoa(r.Offset), strconv.Itoa(r.Size), r.index(), r.Name, r.Code, r.CType, r.Text)
	}
}

// index says which values the row has.
func (r *Row) index() string {
	switch {
	case r.Values == 1:
		return strconv.Itoa(r.First)
	case r.Values > 1:
		return fmt.Sprintf("%d-%d", r.First, r.First+r.Values-1)
	}
	return ""
}

// Grid draws the bytes, sixteen a line where there is room. Bars separate rows,
// colons the numbers of one row, and the line below says what begins where. Without data a byte shows
// the index of its value. Dots are padding that is zero, and what is missing.
func (d *Drawing) Grid(l *Layout, rows []Row) error {
	const most = 16 // lines
	size := l.Struct.Size()
	if size == 0 {
		return nil
	}
	across := 16
	for across > 4 && 13+4*across > d.width() {
		across /= 2
	}
	address := len(fmt.Sprintf("%08x", l.Base+int64(min(size, across*most))))
	top := strings.Builder{}
	for i := range min(across, size) {
		fmt.Fprintf(&top, " %2x", i)
	}
	fmt.Fprintf(d.W, "\n%*s%s\n", address+2, "", top.String())
	at := 0 // the row that the byte is in
	for start := 0; start < size; start += across {
		if start == across*most {
			_, err := fmt.Fprintf(d.W, "%*s… %s more\n", address+2, "", Count(size-start, "byte"))
			return err
		}
		bytes, names, chars := line{color: d.Color}, line{color: d.Color}, line{color: d.Color}
		bytes.add(none, fmt.Sprintf("%0*x  ", address, l.Base+int64(start)))
		for i := start; i < min(start+across, size); i++ {
			for i >= rows[at].Offset+rows[at].Size {
				at++
			}
			r := &rows[at]
			switch {
			case i == r.Offset:
				bytes.add(none, "|")
				names.to(address + 3 + (i-start)*3)
				names.add(r.hue, shorten(r.title(), min(r.Size, start+across-i)*3-1))
			case r.Values > 1 && r.Size > r.Values && (i-r.Offset)%(r.Size/r.Values) == 0:
				bytes.add(none, ":")
			case i == start:
				bytes.add(none, " ")
			default:
				bytes.add(r.hue, " ")
			}
			bytes.add(r.hue, l.cell(i, r))
			if i < len(l.Data) {
				chars.add(r.hue, printable(l.Data[i]))
			}
		}
		bytes.add(none, "|")
		if chars.wide > 0 {
			bytes.to(address + 3 + 3*across + 2)
		}
		fmt.Fprintln(d.W, bytes.end()+chars.end())
		if names.wide > 0 {
			fmt.Fprintln(d.W, names.end())
		}
	}
	return nil
}

// title is what stands below the first byte of the row.
func (r *Row) title() string {
	switch {
	case r.Name != "":
		return r.Name
	case r.Code != "":
		return r.Code
	}
	return "·"
}

// cell is what the grid shows for byte i of the structure.
func (l *Layout) cell(i int, r *Row) string {
	switch {
	case l.Data != nil && i >= len(l.Data), r.pad && (l.Data == nil || l.Data[i] == 0):
		return "··"
	case l.Data != nil:
		return fmt.Sprintf("%02x", l.Data[i])
	}
	index := r.First
	if r.Values > 1 {
		index += (i - r.Offset) / (r.Size / r.Values)
	}
	return fmt.Sprintf("%2d", index%100)
}

func printable(b byte) string {
	if ' ' <= b && b < 0x7f {
		return string(rune(b))
	}
	return "."
}
