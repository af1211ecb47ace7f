package gen

import (
	"fmt"
	"go/token"
	"strings"
	"unicode/utf8"
)

// packAll and unpackAll return the names of the functions for slices, which are exported
// if the type is.
func (r *record) packAll() string   { return r.plural("Append") }
func (r *record) unpackAll() string { return r.plural("Unpack") }

func (r *record) plural(verb string) string {
	if !token.IsExported(r.Type) {
		verb = strings.ToLower(verb)
	}
	return verb + plural(upper(r.Type))
}

// plural returns the plural of an English noun.
func plural(noun string) string {
	last, n := utf8.DecodeLastRuneInString(noun)
	before, _ := utf8.DecodeLastRuneInString(noun[:len(noun)-n])
	switch lower := strings.ToLower(noun); {
	case last == 'y' && !strings.ContainsRune("aeiouAEIOU", before):
		return noun[:len(noun)-1] + "ies"
	case strings.HasSuffix(lower, "s"), strings.HasSuffix(lower, "x"), strings.HasSuffix(lower, "z"),
		strings.HasSuffix(lower, "ch"), strings.HasSuffix(lower, "sh"):
		return noun + "es"
	}
	return noun + "s"
}

// slices writes the functions that pack and unpack slices.
func (m *methodWriter) slices() {
	m.std("slices")
	const first = "PACKALL packs vs, one after the other, by the format FORMAT and appends them to dst. "
	if m.refuses {
		m.std("fmt")
		m.doc(first + "After an error, which says for which of vs, it returns dst as it was.")
		m.text(`
func PACKALL(dst []byte, vs []TYPE) ([]byte, error) {
	b := SLICES.Grow(dst, len(vs)*SIZE)[:len(dst)+len(vs)*SIZE]
	for i := range vs {
		if err := _R_put(&vs[i], (*[SIZE]byte)(b[len(dst)+i*SIZE:]), "pack"); err != nil {
			return dst, FMT.Errorf("record %d: %w", i, err)
		}
	}
	return b, nil
}

`)
	} else {
		m.doc(first + "The error is always nil.")
		m.text(`
func PACKALL(dst []byte, vs []TYPE) ([]byte, error) {
	b := SLICES.Grow(dst, len(vs)*SIZE)[:len(dst)+len(vs)*SIZE]
	for i := range vs {
		_R_put(&vs[i], (*[SIZE]byte)(b[len(dst)+i*SIZE:]))
	}
	return b, nil
}

`)
	}
	m.doc("UNPACKALL unpacks all structures in data, whose length must be a multiple of SIZE, and appends them to dst. After an errorOF_ERROR, it returns dst as it was.")
	if m.r.s.Size() == 0 {
		m.text("func UNPACKALL(dst []TYPE, data []byte) ([]TYPE, error) { return dst, _R_whole(data) }\n\n")
	} else {
		m.text(`
func UNPACKALL(dst []TYPE, data []byte) ([]TYPE, error) {
	if len(data)%SIZE != 0 {
		return dst, _R_whole(data)
	}
	n, more := len(dst), len(data)/SIZE
	dst = SLICES.Grow(dst, more)[:n+more]
	clear(dst[n:])
	for i := range more {
		_R_get(&dst[n+i], (*[SIZE]byte)(data[i*SIZE:]))
	}
	return dst, nil
}

`)
	}
	sentence := fmt.Sprintf("iterative unpacking requires a buffer of a multiple of %d bytes", m.r.s.Size())
	m.f("func %s(data []byte) error {\n%s\n}\n\n", m.r.own("whole"), m.wrongLength("IterUnpack", sentence))
}

// streams writes the methods that read and write one structure.
func (m *methodWriter) streams() {
	for _, path := range []string{"bufio", "bytes", "io"} {
		m.std(path)
	}
	m.doc("ReadFrom unpacks the next SIZE bytes of r into v, and reads no more of it. The error is IO.EOF if r ends before them, and IO.ErrUnexpectedEOF if r ends inside them. After an error v is as it was; after any other error than these, a BUFIO.Reader keeps what arrived, for the next call.")
	m.text(`
func (v *TYPE) ReadFrom(r IO.Reader) (int64, error) {
	if v == nil {
		return 0, _R_unmarshalBinary(nil, nil)
	}
	if b, ok := r.(*BUFIO.Reader); ok && SIZE <= b.Size() {
		data, err := b.Peek(SIZE)
		switch {
		case err == nil:
			_R_get(v, (*[SIZE]byte)(data))
		case err != IO.EOF:
			return 0, err // what has arrived stays in r
		case len(data) > 0:
			err = IO.ErrUnexpectedEOF
		}
		n, _ := b.Discard(len(data))
		return int64(n), err
	}
	var data [SIZE]byte
	n, err := IO.ReadFull(r, data[:])
	if err == nil {
		_R_get(v, &data)
	}
	return int64(n), err
}

`)
	m.doc("WriteTo packs v and writes it to w with one call.")
	m.text(`
func (v TYPE) WriteTo(w IO.Writer) (int64, error) {
	var room []byte
	switch w := w.(type) {
	case *BUFIO.Writer:
		room = w.AvailableBuffer()
	case *BUFFER.Buffer:
		room = w.AvailableBuffer()
	}
	b, err := v.AppendBinary(room)
	if err != nil {
		return 0, err
	}
	n, err := w.Write(b)
	return int64(n), err
}

`)
}
