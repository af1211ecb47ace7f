package show

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Records is a table with a row for each structure, and a column for each column
// of the format.
type Records struct {
	d     *Drawing
	l     *Layout
	heads []string
	wide  []int
	rows  []records // not written yet
	begun bool

	values []any
}

type records struct {
	at    string
	cells []string
}

// ahead is how many rows decide how wide the columns are. Later ones that need
// more make their column wider from there on.
const ahead = 64

// NewRecords returns a table of the structures that the Layout has in turn.
func NewRecords(d *Drawing, l *Layout) *Records {
	t := &Records{d: d, l: l}
	for i := range l.Columns {
		c := &l.Columns[i]
		head := c.Name
		if head == "" {
			head = l.Struct.Format()[c.Field.Pos:c.Field.End]
		}
		head = shorten(head, 24)
		t.heads = append(t.heads, head)
		t.wide = append(t.wide, utf8.RuneCountInString(head))
	}
	return t
}

// Add adds a row for the structure that the Layout has now.
func (t *Records) Add() error {
	row := records{at: fmt.Sprintf("%08x", t.l.Base)}
	for i, text := range t.texts() {
		// No row is wider than a terminal, whatever the data is.
		text = shorten(text, t.d.width())
		row.cells = append(row.cells, text)
		t.wide[i] = max(t.wide[i], utf8.RuneCountInString(text))
	}
	t.rows = append(t.rows, row)
	if t.begun || len(t.rows) == ahead {
		return t.Flush()
	}
	return nil
}

// Flush writes the rows that wait.
func (t *Records) Flush() error {
	if !t.begun && len(t.rows) > 0 {
		t.begun = true
		if err := t.write(records{"at", t.heads}, false); err != nil {
			return err
		}
	}
	for _, row := range t.rows {
		if err := t.write(row, true); err != nil {
			return err
		}
	}
	t.rows = t.rows[:0]
	return nil
}

func (t *Records) write(row records, colored bool) error {
	out := line{color: t.d.Color}
	out.add(none, fmt.Sprintf("%8s", row.at))
	for i, cell := range row.cells {
		room := t.d.width() - out.wide - 2
		if room < 2 || room < 4 && i < len(row.cells)-1 {
			out.add(none, " …")
			break
		}
		hue := none
		if colored {
			hue = i%len(palette) + 1
		}
		out.add(none, "  ")
		out.add(hue, shorten(cell, room))
		if i < len(row.cells)-1 {
			out.to(out.wide + t.wide[i] - utf8.RuneCountInString(cell))
		}
	}
	_, err := io.WriteString(t.d.W, strings.TrimRight(out.end(), " ")+"\n")
	return err
}

// texts returns what people read of each column of a whole structure.
func (t *Records) texts() []string {
	t.values, _ = t.l.Struct.AppendUnpack(t.values[:0], t.l.Data)
	all := make([]string, len(t.l.Columns))
	for i := range t.l.Columns {
		c := &t.l.Columns[i]
		var text strings.Builder
		for j, v := range t.values[c.First:][:c.Count] {
			if text.Len() > longest {
				break
			}
			if j > 0 {
				text.WriteByte(' ')
			}
			text.WriteString(Human(c.Field.Code, v))
		}
		all[i] = text.String()
	}
	return all
}
