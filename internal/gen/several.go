package gen

import (
	"fmt"
	"go/token"
	"strconv"
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
	first := "PACKALL packs vs, one after the other, by the format FORMAT and appends them to dst. "
	if m.r.s.Size() > 0 {
		first += "Beyond the capacity of dst it makes room for at most 1 GiB, or 256 MiB where an int has 32 bits. "
	}
	put, which := "_R_put(&vs[i], (*[SIZE]byte)(b[len(dst)+i*SIZE:]))", ""
	if m.refuses {
		m.std("fmt")
		put = `if err := _R_put(&vs[i], (*[SIZE]byte)(b[len(dst)+i*SIZE:]), "pack"); err != nil {
			return dst, FMT.Errorf("record %d: %w", i, err)
		}`
		which = ", which says for which of vs,"
	}
	if m.refuses || m.r.s.Size() > 0 {
		m.doc(first + "After an error" + which + " it returns dst as it was.")
	} else {
		m.doc(first + "The error is always nil.")
	}
	room := m.room()
	m.text("func PACKALL(dst []byte, vs []TYPE) ([]byte, error) {\n")
	m.body.WriteString(room)
	m.text(`
	b := SLICES.Grow(dst, len(vs)*SIZE)[:len(dst)+len(vs)*SIZE]
	for i := range vs {
		` + put + `
	}
	return b, nil
}

`)
	m.doc("UNPACKALL unpacks all structures in data, whose length must be a multiple of SIZE, and appends them to dst. After an errorOF_ERROR, it returns dst as it was.")
	if m.r.s.Size() == 0 {
		m.text("func UNPACKALL(dst []TYPE, data []byte) ([]TYPE, error) { return dst, _R_whole(data) }\n\n")
	} else {
		room := m.roomForValues()
		m.text(`
func UNPACKALL(dst []TYPE, data []byte) ([]TYPE, error) {
	if len(data)%SIZE != 0 {
		return dst, _R_whole(data)
	}
	n, more := len(dst), len(data)/SIZE
`)
		m.body.WriteString(room)
		m.text(`
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

// room writes the check that package structpack makes before it makes room for a batch.
func (m *methodWriter) room() string {
	if m.r.s.Size() == 0 {
		return ""
	}
	m.std("math")
	m.std("fmt")
	return m.words(`if n := len(vs); n > (cap(dst)-len(dst))/SIZE {
		const limit = 1 << 28 << (^uint(0) >> 63 * 2)
		if n > limit/SIZE || len(dst) > MATH.MaxInt-n*SIZE {
			return dst, `) + m.tooLarge("pack", `FMT.Sprintf("%d structures of %d bytes are too large to allocate (limit %d); there is no limit for what dst has room for", n, SIZE, limit)`) + `
		}
	}
`
}

func (m *methodWriter) tooLarge(op, sentence string) string {
	return m.r.failure(m.coder, strconv.Quote(op), -1, "-1", "ErrBuffer", m.words(sentence))
}

// roomForValues is room for the values that a batch becomes, which may take many times
// the bytes of the batch. Their size is that of the machine that the code is compiled for.
func (m *methodWriter) roomForValues() string {
	size, size32 := words64.Sizeof(m.r.typ), words32.Sizeof(m.r.typ)
	if size == 0 {
		return ""
	}
	is := fmt.Sprint(size)
	if size32 != size {
		is = fmt.Sprintf("int(%d + %d*(^uint(0)>>63))", size32, size-size32)
	}
	m.std("math")
	m.std("fmt")
	return m.words(`if more > cap(dst)-n {
		const size = `+is+`
		if more > MATH.MaxInt/2/size-n {
			return dst, `) + m.tooLarge("unpack", `FMT.Sprintf("%d structures of %d bytes in Go are too large to allocate", more, size)`) + `
		}
	}
`
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
