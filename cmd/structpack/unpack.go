package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"example.com/structpack"
	"example.com/structpack/internal/show"
)

func (c *call) unpack() error {
	s, err := c.compile("unpack")
	if err != nil {
		return err
	}
	r, err := c.record(s)
	if err != nil {
		return err
	}
	if c.json && c.has("csv") {
		return usageError("--json and --csv are two forms")
	}
	in, done, err := c.open()
	if err != nil {
		return err
	}
	defer done()
	print := c.printer(r)
	if c.many() {
		var values []any
		return c.records(in, s, func(_ int, _ int64, data []byte) error {
			if values, err = s.AppendUnpack(values[:0], data); err != nil {
				return err
			}
			return print(values)
		})
	}
	data, err := c.data(in, s.Size())
	if err != nil {
		return err
	}
	var values []any
	if c.offset != nil {
		values, err = s.UnpackFrom(data, *c.offset)
	} else if values, err = s.Unpack(data); err != nil && len(data) > s.Size() {
		// One byte more was read, which is not the length of what is there.
		err = fmt.Errorf("%w; there are more: --offset 0 unpacks the first, --repeat all", sentence(err))
	}
	if err != nil {
		return err
	}
	return print(values)
}

// sentence is an error of the library with its reason and nothing about the data
// that it was given, of which the command has more.
func sentence(err error) error {
	var e *structpack.Error
	if !errors.As(err, &e) {
		return err
	}
	return &structpack.Error{Op: e.Op, Format: e.Format, Pos: e.Pos, Index: e.Index, Reason: e.Reason, Err: e.Err}
}

// records reads structures from --offset to the end of the input, or --count of
// them, and calls do with the number, the address and the bytes of each. The
// bytes are valid until do returns.
func (c *call) records(in io.Reader, s *structpack.Struct, do func(n int, at int64, data []byte) error) error {
	most, err := c.most()
	if err != nil {
		return err
	}
	if _, err := s.IterUnpack(nil); err != nil { // a structure of no bytes
		return err
	}
	in, at, err := c.skip(in)
	if err != nil {
		return err
	}
	var buf []byte
	for n := 0; n != most; n++ {
		if buf, err = fill(in, buf, s.Size()); err != nil {
			return err
		}
		switch {
		case len(buf) == 0:
			if most >= 0 {
				return fmt.Errorf("--count %d, and there are %s", most, show.Count(n, "record"))
			}
			return nil
		case len(buf) < s.Size():
			_, err := s.IterUnpack(buf)
			return fmt.Errorf("%w: %s left after %s", sentence(err), show.Count(len(buf), "byte"), show.Count(n, "record"))
		}
		if err := do(n, at, buf); err != nil {
			return err
		}
		at += int64(s.Size())
	}
	return nil
}

// most is how many structures are asked for: one, --count of them or, with
// --repeat alone, -1 for all.
func (c *call) most() (int, error) {
	switch {
	case c.has("count"):
		n, err := number("count", c.value("count"))
		if err == nil && n < 0 {
			err = usageError("--count is not negative")
		}
		return n, err
	case c.repeat:
		return -1, nil
	}
	return 1, nil
}

// skip goes to --offset, and returns what follows it and its address.
func (c *call) skip(in io.Reader) (io.Reader, int64, error) {
	switch {
	case c.offset == nil || *c.offset == 0:
		return in, 0, nil
	case *c.offset > 0:
		n, err := io.CopyN(io.Discard, in, int64(*c.offset))
		if err == io.EOF {
			err = fmt.Errorf("offset %d is after the end of %s", *c.offset, show.Count(int(n), "byte"))
		}
		return in, n, err
	}
	data, err := io.ReadAll(in)
	if err == nil && len(data) < -*c.offset {
		err = fmt.Errorf("offset %d out of range for %d-byte buffer", *c.offset, len(data))
	}
	if err != nil {
		return nil, 0, err
	}
	at := len(data) + *c.offset
	return bytes.NewReader(data[at:]), int64(at), nil
}

// fill reads n bytes, or what there is, into buf or a larger one.
func fill(r io.Reader, buf []byte, n int) ([]byte, error) {
	if n > 1<<20 { // memory for what arrives, not for what a format says
		return atMost(r, n)
	}
	if cap(buf) < n {
		buf = make([]byte, n)
	}
	got, err := io.ReadFull(r, buf[:n])
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return buf[:got], err
}

// printer returns a function that writes the values of a structure on a line.
func (c *call) printer(r *record) func(values []any) error {
	switch {
	case c.has("csv"):
		return c.csvPrinter(r)
	case c.json && r.named != nil:
		return func(values []any) error {
			_, err := c.out.Write(append(r.appendObject(nil, values), '\n'))
			return err
		}
	case c.json:
		return func(values []any) error { return c.printJSON(r.jsonValues(values)) }
	}
	return func(values []any) error {
		for i := range r.columns {
			column := &r.columns[i]
			for j := range column.Count {
				if column.First+j > 0 {
					c.out.WriteByte(' ')
				}
				if r.named != nil {
					c.out.WriteString(column.Label(j) + "=")
				}
				c.out.WriteString(show.FormatText(column.Field.Code, values[column.First+j]))
			}
		}
		return c.out.WriteByte('\n')
	}
}

// jsonValues makes a JSON array of values.
func (r *record) jsonValues(values []any) []any {
	row := make([]any, len(values))
	for i := range r.columns {
		column := &r.columns[i]
		for at := column.First; at < column.First+column.Count; at++ {
			row[at] = show.FormatJSON(column.Field.Code, values[at])
		}
	}
	return row
}

// appendObject makes a JSON object of values, in the order of the format.
func (r *record) appendObject(dst []byte, values []any) []byte {
	row := r.jsonValues(values)
	dst = append(dst, '{')
	for i := range r.columns {
		column := &r.columns[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		var value any = row[column.First:][:column.Count]
		if !column.List {
			value = row[column.First]
		}
		dst = append(appendJSON(dst, column.Name), ':')
		dst = appendJSON(dst, value)
	}
	return append(dst, '}')
}

// appendJSON appends a value that JSON has, without the escapes for HTML.
func appendJSON(dst []byte, v any) []byte {
	b := bytes.NewBuffer(dst)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	e.Encode(v) // a Buffer takes everything
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func (c *call) printJSON(v any) error {
	_, err := c.out.Write(append(appendJSON(nil, v), '\n'))
	return err
}

// csvPrinter returns a function that writes values as CSV. A first line has the
// names, if there are any.
func (c *call) csvPrinter(r *record) func(values []any) error {
	w := csv.NewWriter(c.out)
	row := make([]string, 0, min(r.s.NumValues(), 1<<10))
	header := r.named != nil
	return func(values []any) error {
		if header {
			header = false
			for i := range r.columns {
				for j := range r.columns[i].Count {
					row = append(row, r.columns[i].Label(j))
				}
			}
			if err := w.Write(row); err != nil {
				return err
			}
		}
		row = row[:0]
		for i := range r.columns {
			code := r.columns[i].Field.Code
			for _, v := range values[r.columns[i].First:][:r.columns[i].Count] {
				text, ok := show.FormatJSON(code, v).(string) // blanks need no hex here either
				if !ok {
					text = show.FormatText(code, v)
				}
				row = append(row, text)
			}
		}
		return w.Write(row)
	}
}
