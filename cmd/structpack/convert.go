package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"example.com/structpack"
)

func (c *call) calcsize() error {
	if len(c.args) == 0 {
		return usageError("no format; see structpack calcsize --help")
	}
	if c.abi == "all" {
		return c.calcsizeForAll()
	}
	for len(c.args) > 0 {
		s, err := c.compile("calcsize")
		if err != nil {
			return err
		}
		if c.json {
			err = c.printJSON(size{s.Format(), "", s.Size(), s.NumValues()})
		} else {
			_, err = fmt.Fprintln(c.out, s.Size())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// calcsizeForAll prints the size of each format for each ABI.
func (c *call) calcsizeForAll() error {
	for _, format := range c.args {
		for i, abi := range structpack.ABIs() {
			s, err := structpack.CompileFor(abi, format)
			if err != nil {
				return err
			}
			if c.json {
				if err := c.printJSON(size{s.Format(), abi.Name, s.Size(), s.NumValues()}); err != nil {
					return err
				}
				continue
			}
			if i == 0 && len(c.args) > 1 {
				fmt.Fprintln(c.out, format)
			}
			fmt.Fprintf(c.out, "%-17s %d\n", abi.Name, s.Size())
		}
	}
	return nil
}

// A size is what calcsize --json prints.
type size struct {
	Format string `json:"format"`
	ABI    string `json:"abi,omitempty"`
	Size   int    `json:"size"`
	Values int    `json:"values"`
}

func (c *call) printJSON(v any) error {
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// A badValue is a value that cannot be read.
type badValue struct {
	index int
	field structpack.Field
	err   error
}

func (e *badValue) Error() string {
	return fmt.Sprintf("value %d ('%s' at byte %d): %v", e.index, e.field.Code, e.field.Pos, e.err)
}

// A badInput is a line, or a JSON array, on standard input that cannot be packed.
type badInput struct {
	unit   string
	number int // from 1, as editors count lines
	err    error
}

func (e *badInput) Error() string {
	return fmt.Sprintf("%s %d: %s", e.unit, e.number, strings.TrimPrefix(e.err.Error(), "structpack: "))
}

func (e *badInput) Unwrap() error { return e.err }

func (c *call) pack() error {
	s, err := c.compile("pack")
	if err != nil {
		return err
	}
	if c.offset != nil {
		return c.packInto(s)
	}
	n := s.NumValues()
	if len(c.args) == 0 && n > 0 {
		return c.packLines(s)
	}
	if c.json {
		return usageError("--json reads values from standard input, not from arguments")
	}
	if c.repeat && n == 0 && len(c.args) > 0 {
		return usageError("--repeat with a format that takes no values")
	}
	for {
		args := c.args
		if c.repeat {
			args = args[:min(n, len(args))]
		}
		c.args = c.args[len(args):]
		values, err := parseAll(s, args)
		if err != nil {
			return err
		}
		if err := c.packOne(s, values); err != nil {
			return err
		}
		if len(c.args) == 0 {
			return nil
		}
	}
}

// parseAll reads values from text. Those beyond what the format takes are kept,
// for the library to count.
func parseAll(s *structpack.Struct, texts []string) ([]any, error) {
	values := make([]any, len(texts))
	field := fieldOf(s)
	for i, text := range texts {
		if i >= s.NumValues() {
			continue
		}
		f := field(i)
		v, err := parseText(f.Code, text)
		if err != nil {
			return nil, &badValue{i, f, err}
		}
		values[i] = v
	}
	return values, nil
}

func (c *call) packOne(s *structpack.Struct, values []any) error {
	data, err := s.Pack(values...)
	if err != nil {
		return err
	}
	return c.write(data)
}

// write writes what was packed.
func (c *call) write(data []byte) error {
	if c.hex {
		_, err := fmt.Fprintf(c.out, "%x\n", data)
		return err
	}
	_, err := c.out.Write(data)
	return err
}

// A flushing is an input that may be slow: what has been made of it so far is
// written before more of it is waited for.
type flushing struct {
	in  io.Reader
	out *bufio.Writer
}

func (f flushing) Read(p []byte) (int, error) {
	f.out.Flush()
	return f.in.Read(p)
}

// stream returns an input of many structures. It is read in large pieces, and so
// a large file is not written in small ones.
func (c *call) stream(in io.Reader) *bufio.Reader {
	return bufio.NewReaderSize(flushing{in, c.out}, 64<<10)
}

// packLines packs a structure for each line, or each JSON array, on standard input.
func (c *call) packLines(s *structpack.Struct) error {
	unit, next := "line", c.textLines(s)
	if c.json {
		unit, next = "record", c.jsonRecords(s)
	}
	for n := 1; ; n++ {
		values, err := next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return &badInput{unit, n, err}
		case values == nil:
			continue
		}
		data, err := s.Pack(values...)
		if err != nil {
			return &badInput{unit, n, err}
		}
		if err := c.write(data); err != nil {
			return err
		}
	}
}

// textLines returns a function that returns the values of the next line: nil if
// it is blank, as the last one of a file often is.
func (c *call) textLines(s *structpack.Struct) func() ([]any, error) {
	in := c.stream(c.in)
	return func() ([]any, error) {
		line, err := in.ReadString('\n')
		if err != nil && (err != io.EOF || line == "") {
			return nil, err
		}
		texts := strings.Fields(line)
		if len(texts) == 0 {
			return nil, nil
		}
		return parseAll(s, texts)
	}
}

// jsonRecords returns a function that returns the values of the next JSON array.
func (c *call) jsonRecords(s *structpack.Struct) func() ([]any, error) {
	d := json.NewDecoder(c.stream(c.in))
	d.UseNumber()
	return func() ([]any, error) {
		var record any
		if err := d.Decode(&record); err != nil {
			return nil, err
		}
		values, ok := record.([]any)
		if !ok {
			return nil, errors.New("a JSON array of values is expected")
		}
		field := fieldOf(s)
		for i := range values {
			if i >= s.NumValues() {
				break
			}
			f := field(i)
			v, err := parseJSON(f.Code, values[i])
			if err != nil {
				return nil, &badValue{i, f, err}
			}
			values[i] = v
		}
		return values, nil
	}
}

// packInto packs into what standard input has.
func (c *call) packInto(s *structpack.Struct) error {
	if c.repeat || c.json {
		return usageError("--offset goes without --repeat and --json")
	}
	values, err := parseAll(s, c.args)
	if err != nil {
		return err
	}
	buf, err := io.ReadAll(c.in)
	if err != nil {
		return err
	}
	if err := s.PackInto(buf, *c.offset, values...); err != nil {
		return err
	}
	return c.write(buf)
}

// open returns the input that the arguments name.
func (c *call) open() (io.Reader, func() error, error) {
	in, done := c.in, func() error { return nil }
	switch {
	case len(c.args) > 1:
		return nil, nil, usageError(fmt.Sprintf("one file at a time, not %q too", c.args[1]))
	case len(c.args) == 1 && c.args[0] != "-":
		f, err := os.Open(c.args[0])
		if err != nil {
			return nil, nil, err
		}
		in, done = f, f.Close
	}
	if c.repeat {
		in = c.stream(in)
	}
	if c.hex {
		in = hexReader{hex.NewDecoder(&digits{in})}
	}
	return in, done, nil
}

// A hexReader reads from package hex's decoder, which takes half a byte at the end
// for an end that comes too early.
type hexReader struct{ r io.Reader }

func (h hexReader) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	if err == io.ErrUnexpectedEOF {
		err = errors.New("the number of hex digits is odd")
	}
	return n, err
}

// digits leaves the white space out of what is read.
type digits struct{ r io.Reader }

func (d *digits) Read(p []byte) (int, error) {
	for {
		n, err := d.r.Read(p)
		kept := 0
		for _, b := range p[:n] {
			if !unicode.IsSpace(rune(b)) {
				p[kept] = b
				kept++
			}
		}
		if kept > 0 || err != nil {
			return kept, err
		}
	}
}

// atMost reads n bytes, or what there is. Its memory follows what arrives, not n.
func atMost(r io.Reader, n int) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r, int64(n)))
}

// data reads what unpack and explain need of the input: the structure and a
// byte more, to see that it ends there; with an offset what is up to its end.
func (c *call) data(in io.Reader, size int) ([]byte, error) {
	switch {
	case c.offset == nil:
		return atMost(in, max(size, size+1))
	case *c.offset < 0:
		return io.ReadAll(in)
	}
	return atMost(in, max(size, size+*c.offset))
}

func (c *call) unpack() error {
	s, err := c.compile("unpack")
	if err != nil {
		return err
	}
	in, done, err := c.open()
	if err != nil {
		return err
	}
	defer done()
	if c.repeat {
		return c.unpackAll(s, in)
	}
	data, err := c.data(in, s.Size())
	if err != nil {
		return err
	}
	var values []any
	if c.offset != nil {
		values, err = s.UnpackFrom(data, *c.offset)
	} else if values, err = s.Unpack(data); err != nil && len(data) > s.Size() {
		err = fmt.Errorf("%w; there are more: --offset 0 unpacks the first, --repeat all", err)
	}
	if err != nil {
		return err
	}
	return c.print(s, values)
}

// unpackAll unpacks structures until the end of the input, one at a time.
func (c *call) unpackAll(s *structpack.Struct, in io.Reader) error {
	if c.offset != nil {
		if *c.offset >= 0 {
			if _, err := io.CopyN(io.Discard, in, int64(*c.offset)); err != nil && err != io.EOF {
				return err
			}
		} else {
			data, err := io.ReadAll(in)
			if err != nil {
				return err
			}
			in = bytes.NewReader(data[max(0, len(data)+*c.offset):])
		}
	}
	for {
		data, err := atMost(in, s.Size())
		if err != nil {
			return err
		}
		if s.Size() > 0 && len(data) == 0 {
			return nil
		}
		rows, err := s.IterUnpack(data) // one row, or the error that says why not
		if err != nil {
			return err
		}
		for values := range rows {
			if err := c.print(s, values); err != nil {
				return err
			}
		}
	}
}

// print writes the values of one structure on a line.
func (c *call) print(s *structpack.Struct, values []any) error {
	field := fieldOf(s)
	if c.json {
		row := make([]any, len(values))
		for i, v := range values {
			row[i] = formatJSON(field(i).Code, v)
		}
		return c.printJSON(row)
	}
	for i, v := range values {
		if i > 0 {
			c.out.WriteByte(' ')
		}
		c.out.WriteString(formatText(field(i).Code, v))
	}
	return c.out.WriteByte('\n')
}
