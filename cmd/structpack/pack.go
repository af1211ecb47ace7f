package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/structpack"
	"example.com/structpack/internal/show"
)

// A record is how the values of one structure are read and written. It is made
// once for a format; a structure then costs no more than its values.
type record struct {
	s       *structpack.Struct
	columns []show.Column
	named   map[string]int // the columns by their names; nil without names
}

// record finds out how the structures of a format are read and written.
func (c *call) record(s *structpack.Struct) (*record, error) {
	columns, err := show.Columns(s, c.fields)
	if err != nil {
		return nil, usageError("--fields: " + err.Error())
	}
	r := &record{s: s, columns: columns}
	if len(c.fields) > 0 {
		r.named = make(map[string]int)
		for i, column := range columns {
			r.named[column.Name] = i
		}
	}
	return r, nil
}

// A badValue is a value that cannot be read.
type badValue struct {
	index  int
	column *show.Column
	err    error
}

func (e *badValue) Error() string {
	name := ""
	if e.column.Name != "" {
		name = e.column.Label(e.index-e.column.First) + ", "
	}
	return fmt.Sprintf("value %d (%s'%s' at byte %d): %v", e.index, name, e.column.Field.Code, e.column.Field.Pos, e.err)
}

// A badInput is a part of the input that cannot be packed.
type badInput struct {
	unit   string // "line", counted from 1 as editors do, or "record", counted from 0 as values are
	number int
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
	r, err := c.record(s)
	if err != nil {
		return err
	}
	if c.env.terminal && !c.hex {
		return usageError("standard output is a terminal, and the bytes are not for it: --hex writes digits")
	}
	if c.offset != nil {
		return c.packInto(r)
	}
	n := s.NumValues()
	if len(c.args) == 0 && n > 0 {
		return c.packInput(r)
	}
	if c.json {
		return usageError("--json reads values from standard input, not from arguments")
	}
	if !c.repeat {
		return c.packTexts(r, c.args)
	}
	if n == 0 && len(c.args) > 0 {
		return usageError("--repeat with a format that takes no values")
	}
	for i := 0; i == 0 || len(c.args) > 0; i++ {
		args := c.args[:min(n, len(c.args))]
		c.args = c.args[len(args):]
		if err := c.packTexts(r, args); err != nil {
			return &badInput{"record", i, err}
		}
	}
	return nil
}

// packTexts packs a structure of values that are given as text.
func (c *call) packTexts(r *record, texts []string) error {
	values, err := r.parse(texts)
	if err != nil {
		return err
	}
	data, err := r.s.Pack(values...)
	if err != nil {
		return err
	}
	return c.write(data)
}

// parse reads values from text: in the order of the format or, where they have
// names, as NAME=VALUE in any order. Those beyond what the format takes are kept,
// for the library to count.
func (r *record) parse(texts []string) ([]any, error) {
	if r.named != nil {
		return r.parseNamed(texts)
	}
	values := make([]any, len(texts))
	for i := range r.columns {
		column := &r.columns[i]
		for at := column.First; at < min(column.First+column.Count, len(texts)); at++ {
			v, err := show.ParseText(column.Field.Code, texts[at])
			if err != nil {
				return nil, &badValue{at, column, err}
			}
			values[at] = v
		}
	}
	return values, nil
}

func (r *record) parseNamed(texts []string) ([]any, error) {
	if len(texts) > r.s.NumValues() {
		return nil, fmt.Errorf("%d values are given, and the format takes %d", len(texts), r.s.NumValues())
	}
	given := make(map[int]any)
	for _, text := range texts {
		label, text, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("%q has no name: with --fields values are given as NAME=VALUE", label)
		}
		column, at, err := r.find(label)
		if err != nil {
			return nil, err
		}
		if _, twice := given[at]; twice {
			return nil, fmt.Errorf("%s is given twice", label)
		}
		if given[at], err = show.ParseText(column.Field.Code, text); err != nil {
			return nil, &badValue{at, column, err}
		}
	}
	values := make([]any, 0, len(given))
	for i := range r.columns {
		column := &r.columns[i]
		for j := range column.Count {
			v, ok := given[column.First+j]
			if !ok {
				return nil, fmt.Errorf("no value for %s", column.Label(j))
			}
			values = append(values, v)
		}
	}
	return values, nil
}

// find returns the column of a label, such as kind or list[2], and the index of
// the value.
func (r *record) find(label string) (*show.Column, int, error) {
	name, index, list := strings.Cut(strings.TrimSuffix(label, "]"), "[")
	i, ok := r.named[name]
	if !ok {
		return nil, 0, r.unknown(name)
	}
	column := &r.columns[i]
	at := 0
	if list {
		at, _ = strconv.Atoi(index)
	}
	if at < 0 || at >= column.Count || column.Label(at) != label {
		if column.List {
			return nil, 0, fmt.Errorf("%s has the values %s[0] to %s[%d], not %s", name, name, name, column.Count-1, label)
		}
		return nil, 0, fmt.Errorf("%s is one value, not %s", name, label)
	}
	return column, column.First + at, nil
}

// unknown is the error for a name that no column has.
func (r *record) unknown(name string) error {
	names := make([]string, len(r.columns))
	for i := range r.columns {
		names[i] = r.columns[i].Name
	}
	return fmt.Errorf("no field %q%s", name, meant(name, names))
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

// packInput packs a structure for each line, or each JSON value, of standard input.
func (c *call) packInput(r *record) error {
	in, done := c.watched(c.in)
	defer done()
	unit, first, next := "line", 1, c.textLines(r, in)
	if c.json {
		unit, first, next = "record", 0, c.jsonRecords(r, in)
	}
	for n := first; ; n++ {
		values, err := next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return &badInput{unit, n, err}
		case values == nil:
			continue
		}
		data, err := r.s.Pack(values...)
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
func (c *call) textLines(r *record, input io.Reader) func() ([]any, error) {
	in := c.stream(input)
	return func() ([]any, error) {
		line, err := in.ReadString('\n')
		if err != nil && (err != io.EOF || line == "") {
			return nil, err
		}
		texts := strings.Fields(line)
		if len(texts) == 0 {
			return nil, nil
		}
		return r.parse(texts)
	}
}

// jsonRecords returns a function that returns the values of the next JSON array,
// or object where there are names.
func (c *call) jsonRecords(r *record, in io.Reader) func() ([]any, error) {
	d := json.NewDecoder(c.stream(in))
	return func() ([]any, error) {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, err
		}
		if err := lossless(raw); err != nil {
			return nil, err
		}
		switch raw[0] {
		case '[':
			var values []any
			if err := decode(raw, &values); err != nil {
				return nil, err
			}
			return values, r.convert(values)
		case '{':
			if r.named != nil {
				return r.fromObject(raw)
			}
			return nil, errors.New("a JSON array of values is expected; objects need --fields")
		}
		if r.named != nil {
			return nil, errors.New("a JSON object or an array of values is expected")
		}
		return nil, errors.New("a JSON array of values is expected")
	}
}

// decode decodes JSON with its numbers as they are written.
func decode(raw []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(v)
}

// lossless looks for what package json replaces without a word: bytes that are not
// UTF-8, and halves of surrogate pairs.
func lossless(raw []byte) error {
	if !utf8.Valid(raw) {
		for i := 0; ; {
			r, n := utf8.DecodeRune(raw[i:])
			if r == utf8.RuneError && n == 1 {
				return fmt.Errorf("byte %d is not UTF-8: %#02x (bytes that are not text are written \"hex:…\")", i, raw[i])
			}
			i += n
		}
	}
	unit := func(i int) (u uint64, ok bool) { // of a \uXXXX at i
		if i+6 > len(raw) || raw[i] != '\\' || raw[i+1] != 'u' {
			return 0, false
		}
		u, err := strconv.ParseUint(string(raw[i+2:i+6]), 16, 16)
		return u, err == nil
	}
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		u, ok := unit(i)
		switch second, also := unit(i + 6); {
		case !ok:
			i++ // another escape, perhaps of a backslash
		case u < 0xd800 || u > 0xdfff:
			i += 5
		case u < 0xdc00 && also && 0xdc00 <= second && second <= 0xdfff:
			i += 11
		default:
			return fmt.Errorf("%s is half a character", raw[i:i+6])
		}
	}
	return nil
}

// convert turns the values of a JSON array, in place, into values of the format.
func (r *record) convert(values []any) error {
	for i := range r.columns {
		column := &r.columns[i]
		for at := column.First; at < min(column.First+column.Count, len(values)); at++ {
			v, err := show.ParseJSON(column.Field.Code, values[at])
			if err != nil {
				return &badValue{at, column, err}
			}
			values[at] = v
		}
	}
	return nil
}

// fromObject returns the values of a JSON object that has one for each name.
func (r *record) fromObject(raw []byte) ([]any, error) {
	given := make(map[int]json.RawMessage)
	d := json.NewDecoder(bytes.NewReader(raw))
	d.Token() // the brace
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := key.(string)
		i, ok := r.named[name]
		if !ok {
			return nil, r.unknown(name)
		}
		if _, twice := given[i]; twice {
			return nil, fmt.Errorf("%s is given twice", name)
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil, err
		}
		given[i] = v
	}
	values := []any{}
	for i := range r.columns {
		column := &r.columns[i]
		v, ok := given[i]
		if !ok {
			return nil, fmt.Errorf("no value for %s", column.Name)
		}
		if !column.List {
			values = append(values, any(nil))
			if err := decode(v, &values[len(values)-1]); err != nil {
				return nil, err
			}
			continue
		}
		var list []any
		if v[0] != '[' || decode(v, &list) != nil || len(list) != column.Count {
			return nil, fmt.Errorf("%s is an array of %d", column.Name, column.Count)
		}
		values = append(values, list...)
	}
	return values, r.convert(values)
}

// packInto packs into what standard input has.
func (c *call) packInto(r *record) error {
	if c.repeat || c.json {
		return usageError("--offset goes without --repeat and --json")
	}
	values, err := r.parse(c.args)
	if err != nil {
		return err
	}
	buf, err := io.ReadAll(c.in)
	if err != nil {
		return err
	}
	if err := r.s.PackInto(buf, *c.offset, values...); err != nil {
		return err
	}
	return c.write(buf)
}
