package show

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Differences is a table of fields that differ between two structures.
type Differences struct {
	*Drawing
	Records bool // there are more structures than one, and their numbers are shown

	begun bool
	rows  []difference
}

type difference struct {
	hue   int
	cells []string
}

// Bytes returns the bytes of a row, as many as there are.
func (l *Layout) Bytes(r *Row) []byte {
	return l.Data[min(r.Offset, len(l.Data)):min(r.Offset+r.Size, len(l.Data))]
}

// Add adds a row that two structures have different bytes for.
func (d *Differences) Add(record int, a, b *Layout, row, other *Row) error {
	name := row.Name
	if name == "" {
		name = row.index()
	}
	if row.pad {
		name = row.CType
	}
	cells := []string{fmt.Sprintf("%08x", row.At), name, row.Code, a.or(row), b.or(other)}
	if d.Records {
		cells = append([]string{strconv.Itoa(record)}, cells...)
	}
	d.rows = append(d.rows, difference{row.hue, cells})
	if len(d.rows) == 1<<10 {
		return d.Flush()
	}
	return nil
}

// or is the text of a row, or else its bytes; for padding it is the bytes, zeros or not.
func (l *Layout) or(r *Row) string {
	if r.Text == "" || r.pad && r.Missing == 0 {
		b := l.Bytes(r)
		return fmt.Sprintf("% x", b[:min(len(b), longest)])
	}
	return r.Text
}

// Flush writes the rows that wait: the rows of one structure are aligned.
func (d *Differences) Flush() error {
	if len(d.rows) == 0 {
		return nil
	}
	if !d.begun {
		d.begun = true
		head := []string{"at", "name", "code", "A", "B"}
		if d.Records {
			head = append([]string{"record"}, head...)
		}
		d.rows = append([]difference{{none, head}}, d.rows...)
	}
	n := len(d.rows[0].cells)
	wide := make([]int, n)
	values := n - 2 // the first of the two
	for _, r := range d.rows {
		for i, cell := range r.cells {
			wide[i] = max(wide[i], utf8.RuneCountInString(cell))
		}
	}
	used := 0
	for i := range wide[:values] {
		wide[i] = min(max(wide[i], 4), 24)
		used += wide[i] + 2
	}
	// The two values share what is left of the line.
	half := max((d.width()-used-2)/2, 8)
	wide[values] = min(wide[values], max(half, d.width()-used-2-wide[values+1]))
	wide[values+1] = max(min(wide[values+1], d.width()-used-2-wide[values]), 8)
	for _, r := range d.rows {
		out := line{color: d.Color}
		for i, cell := range r.cells {
			cell = shorten(cell, wide[i])
			out.add(r.hue, cell)
			if i < n-1 {
				out.add(none, strings.Repeat(" ", wide[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		if _, err := fmt.Fprintln(d.W, strings.TrimRight(out.end(), " ")); err != nil {
			return err
		}
	}
	d.rows = d.rows[:0]
	return nil
}
