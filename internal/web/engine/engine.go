// Package engine is what the page for looking at bytes asks: it answers with
// what the library and the command say, and the page has no rules of its own.
//
// It is compiled to WebAssembly, or runs in the command behind a local server.
package engine

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"example.com/structpack"
	"example.com/structpack/internal/cstruct"
	"example.com/structpack/internal/show"
)

// Limits of one answer: more than a page has room for.
const (
	mostRows   = 512
	mostBytes  = 4 << 20 // of a structure whose values are shown
	mostFrames = 256
	mostValues = 1 << 12 // with a row each
)

// A question is what the page has been given.
type question struct {
	url.Values
	abi    structpack.ABI
	data   []byte // a part of the file, or all of it
	base   int64  // the address of its first byte
	total  int64  // the size of the file
	layout show.Layout
	rows   []show.Row
}

// Answer answers a question, which is written as the query of a URL. Its op is one of
//
//	look       what a format lays out, and what the data is then; with pane, also
//	           abis (the platforms side by side) or pythons (which agree)
//	set        the bytes of a value that is given as text
//	read       the bytes of a text in hex or base64, or of a dump
//	frames     the frames of a stream
//	take       code and pictures to take away
//	platforms  the names of the ABIs, their machines, and which Go the engine is built with
//
// and the answer is a JSON object.
func Answer(query string) string {
	var a answer
	a.open("{}", func() {
		values, err := url.ParseQuery(query)
		if err != nil {
			a.failure("question", err)
			return
		}
		q := &question{Values: values, abi: structpack.LP64}
		switch q.Get("op") {
		case "read":
			q.read(&a)
		case "frames":
			q.frames(&a)
		case "set":
			q.set(&a)
		case "take":
			q.take(&a)
		case "platforms":
			var names, of []string
			for _, abi := range structpack.ABIs() {
				names, of = append(names, abi.Name), append(of, machines[abi.Name])
			}
			a.texts("platforms", names)
			a.texts("machines", of)
			a.text("version", "The engine is structpack itself, built with "+runtime.Version()+".")
		default:
			q.look(&a)
		}
	})
	return string(a.b)
}

// failure adds an error: which input it is about, and where in it.
func (a *answer) failure(input string, err error) {
	a.object("error", func() {
		var e *structpack.Error
		if !errors.As(err, &e) {
			a.text("input", input)
			a.text("text", strings.TrimPrefix(err.Error(), "structpack: "))
			return
		}
		if errors.Is(err, structpack.ErrBuffer) {
			input = "data"
		}
		a.text("input", input)
		a.text("text", e.Reason)
		if e.Pos >= 0 && input == "format" {
			end := e.Pos
			for end < len(e.Format) && '0' <= e.Format[end] && e.Format[end] <= '9' {
				end++ // a count and its code
			}
			a.number("pos", int64(units(e.Format[:min(e.Pos, len(e.Format))])))
			_, n := utf8.DecodeRuneInString(e.Format[min(end, len(e.Format)):])
			a.number("end", int64(units(e.Format[:min(end+n, len(e.Format))])))
		}
	})
}

// units counts a text as JavaScript does.
func units(s string) int { return len(utf16.Encode([]rune(s))) }

// number reads a number of the question by the rule of the command; none is 0.
func (q *question) number(name string) (int64, error) {
	text := strings.TrimSpace(q.Get(name))
	if text == "" {
		return 0, nil
	}
	n, err := show.ParseInt(text)
	if err == nil && !n.IsInt64() {
		err = fmt.Errorf("%s is too large", text)
	}
	if err != nil {
		return 0, err
	}
	return n.Int64(), nil
}

// prepare compiles the format and finds the bytes. The error that it adds to
// the answer is none for missing bytes. It reports whether there is a layout.
func (q *question) prepare(a *answer) bool {
	for _, abi := range structpack.ABIs() {
		if abi.Name == q.Get("abi") {
			q.abi = abi
		}
	}
	format := q.Get("format")
	var names []string
	if fields := strings.TrimSpace(q.Get("fields")); fields != "" {
		for name := range strings.SplitSeq(fields, ",") {
			names = append(names, strings.TrimSpace(name))
		}
	}
	if strings.Contains(format, "{") {
		t, err := cstruct.Parse(q.abi, format, "")
		if err == nil {
			format, names, err = q.declared(a, t)
		}
		if err != nil {
			a.failure("format", err)
			return false
		}
	}
	s, err := structpack.CompileFor(q.abi, format)
	if err != nil {
		a.failure("format", err)
		return false
	}
	columns, err := show.Columns(s, names)
	if err != nil {
		a.object("names", func() { a.text("text", err.Error()) })
		columns, _ = show.Columns(s, nil) // there are no names that could be wrong
	}
	each := q.Get("each") != "" && s.NumValues() <= mostValues
	q.layout = show.Layout{Struct: s, ABI: q.abi, Columns: columns, Each: each}
	return q.bytes(a)
}

// declared is the format of a C struct, and the names of its members: the format by
// C's rules where there is one, because it says why the bytes are where they are.
func (q *question) declared(a *answer, t *cstruct.Type) (format string, names []string, err error) {
	leaves, err := t.Leaves()
	if err != nil {
		return "", nil, err
	}
	if format, err = t.Fixed(); err != nil {
		return "", nil, err
	}
	native, ok := t.Native(q.abi)
	for _, l := range leaves {
		names = append(names, strings.TrimRight(strings.NewReplacer("[", "_", "]", "").Replace(l.Name), "_"))
	}
	a.object("c", func() {
		a.text("name", t.Name)
		if ok {
			a.text("native", native)
		}
		a.text("fixed", format)
		a.text("fields", strings.Join(names, ","))
	})
	if s, err := structpack.CompileFor(q.abi, native); ok && err == nil {
		if _, err := show.Columns(s, names); err == nil {
			format = native
		}
	}
	return format, names, nil
}

// bytes finds the bytes of the structure in the data.
func (q *question) bytes(a *answer) bool {
	l := &q.layout
	data, err := base64.StdEncoding.DecodeString(q.Get("data"))
	if err != nil {
		a.failure("data", err)
		return false
	}
	q.data = data
	q.base, _ = strconv.ParseInt(q.Get("base"), 10, 64)
	if q.total, _ = strconv.ParseInt(q.Get("total"), 10, 64); q.total < int64(len(data)) {
		q.total = q.base + int64(len(data))
	}
	offset, err := q.number("offset")
	if err != nil {
		a.failure("offset", err)
		offset = 0
	}
	start := offset
	if start < 0 {
		start += q.total
	}
	if start < 0 || start > q.total {
		a.failure("offset", fmt.Errorf("offset %d out of range for %d-byte buffer", offset, q.total))
		start = 0
	}
	a.number("start", start)
	l.Base = start
	if q.total == 0 {
		return true
	}
	end := min(start+int64(min(l.Struct.Size(), mostBytes)), q.total)
	if from := start - q.base; from < 0 || end-q.base > int64(len(data)) {
		// The page has the whole file, and sends what is asked for.
		a.object("want", func() {
			a.number("start", start)
			a.number("size", max(end-start, 1<<18))
		})
		return false
	}
	l.Data = data[start-q.base : end-q.base : end-q.base]
	return true
}

// look says what a format lays out.
func (q *question) look(a *answer) {
	if !q.prepare(a) {
		return
	}
	l := &q.layout
	s := l.Struct
	a.text("format", s.Format())
	a.text("facts", l.Facts())
	a.number("size", int64(s.Size()))
	a.number("values", int64(s.NumValues()))
	if size, item := l.CSize(); item != "" {
		a.object("tail", func() {
			a.number("size", int64(size))
			a.number("more", int64(size-s.Size()))
			a.text("item", item)
		})
	}
	if missing := int64(s.Size()) - (q.total - l.Base); l.Data != nil && missing > 0 {
		a.number("missing", missing)
		_, err := s.UnpackFrom(l.Data, 0)
		a.object("short", func() {
			var e *structpack.Error
			if errors.As(err, &e) {
				a.text("text", fmt.Sprintf("%s (got %d)", e.Reason, len(l.Data)))
			}
		})
	}
	q.rows = l.Rows(false)
	a.list("rows", func() {
		for i := range q.rows[:min(len(q.rows), mostRows)] {
			a.item(func() { q.row(a, &q.rows[i]) })
		}
	})
	a.number("more", int64(max(len(q.rows)-mostRows, 0)))
	switch q.Get("pane") {
	case "abis":
		q.abis(a)
	case "pythons":
		q.pythons(a)
	}
}

// row adds what a person may want to read about a row.
func (q *question) row(a *answer, r *show.Row) {
	f := r.Field
	native := isNative(q.layout.Struct.Format())
	a.text("name", r.Name)
	a.number("offset", int64(r.Offset))
	a.number("at", r.At)
	a.number("size", int64(r.Size))
	a.text("code", r.Code)
	a.text("ctype", r.CType)
	a.number("first", int64(r.First))
	a.number("values", int64(r.Values))
	a.text("text", r.Text)
	a.number("missing", int64(r.Missing))
	a.number("hue", int64(r.Hue()))
	a.truth("pad", r.Pad())
	if r.Pad() && r.Code == "" { // it has no place in the format
		align := f.Pad
		if one, err := structpack.CompileFor(q.abi, "@x"+f.Code); err == nil {
			align = one.Fields()[1].Offset
		}
		a.text("why", fmt.Sprintf("%s, so that the %s after it begins at a multiple of %d, where a C compiler for %s puts it", show.Count(r.Size, "byte"), f.CType, align, q.abi.Name))
		return
	}
	a.number("pos", int64(f.Pos))
	a.number("end", int64(f.End))
	if r.Pad() {
		a.text("accepts", accepts(f.Code))
		return
	}
	a.text("go", goType(f, native))
	a.text("accepts", accepts(f.Code))
	switch {
	case f.Code == "s" || f.Code == "p":
		a.text("range", lengths(f))
	case f.Values > 0:
		a.text("range", span(f.Code, f.Size/f.Values))
	}
	if r.Values > 0 && r.Values <= 256 {
		a.text("edit", q.editable(r))
	}
}

// editable is the text of a row's values as set reads it.
func (q *question) editable(r *show.Row) string {
	values, code, err := q.unpacked(r)
	if err != nil {
		return ""
	}
	if len(values) == 1 {
		return plain(code, values[0])
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = show.FormatText(code, v)
	}
	return strings.Join(texts, " ")
}

// plain writes one value for a person to change.
func plain(code string, v any) string {
	if text, ok := show.FormatJSON(code, v).(string); ok {
		return text // blanks need no hex
	}
	return show.FormatText(code, v)
}

// one compiles the format of a row alone.
func (q *question) one(r *show.Row) (s *structpack.Struct, code string, err error) {
	code = strings.TrimLeft(r.Code, "0123456789")
	n := r.Values
	if code == "s" || code == "p" {
		n = r.Size
	}
	prefix := ""
	if format := q.layout.Struct.Format(); format != "" && strings.Contains("@=<>!", format[:1]) {
		prefix = format[:1]
	}
	s, err = structpack.CompileFor(q.abi, prefix+strconv.Itoa(n)+code)
	return s, code, err
}

func (q *question) unpacked(r *show.Row) (values []any, code string, err error) {
	s, code, err := q.one(r)
	if err != nil {
		return nil, code, err
	}
	values, err = s.Unpack(q.layout.Bytes(r))
	return values, code, err
}

// set answers with the bytes of a row whose values are given as text.
func (q *question) set(a *answer) {
	if !q.prepare(a) {
		return
	}
	rows := q.layout.Rows(false)
	at, err := strconv.Atoi(q.Get("row"))
	if err != nil || at < 0 || at >= len(rows) || rows[at].Values == 0 {
		a.failure("value", errors.New("there is no such row"))
		return
	}
	r := &rows[at]
	b, err := q.pack(r, q.Get("value"))
	if err != nil {
		a.failure("value", err)
		return
	}
	a.number("at", r.At)
	a.text("bytes", base64.StdEncoding.EncodeToString(b))
}

func (q *question) pack(r *show.Row, text string) ([]byte, error) {
	s, code, err := q.one(r)
	if err != nil {
		return nil, err
	}
	texts := []string{text}
	if r.Values > 1 {
		texts = strings.Fields(text)
	} else if !strings.Contains("csp", code) {
		texts[0] = strings.TrimSpace(text)
	}
	values := make([]any, len(texts))
	for i, text := range texts {
		if values[i], err = show.ParseText(code, text); err != nil {
			return nil, err
		}
	}
	return s.Pack(values...)
}

// read answers with the bytes of a text.
func (q *question) read(a *answer) {
	text := q.Get("text")
	var b []byte
	var err error
	switch q.Get("form") {
	case "base64":
		b, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.NewReplacer("-", "+", "_", "/", "\n", "", "\r", "", " ", "").Replace(text), "="))
	case "text":
		b = []byte(text)
	default:
		b, err = io.ReadAll(io.LimitReader(show.HexReader(strings.NewReader(text)), 64<<20))
	}
	if err != nil {
		a.failure("data", err)
		return
	}
	a.text("bytes", base64.StdEncoding.EncodeToString(b))
}

// drawn is what the command explain writes.
func (q *question) drawn(color bool) string {
	var b bytes.Buffer
	d := &show.Drawing{W: &b, Color: color, Width: 100}
	d.Explain(&q.layout) // a Buffer takes everything
	return b.String()
}
