package structpack

import (
	"bufio"
	"io"
	"slices"
)

// Read reads one structure from r, and not a byte more, and scans it; see [Struct.Scan]
// for the destinations. The error is io.EOF if r ends before the structure, and
// io.ErrUnexpectedEOF if it ends inside. It takes a call of r at least, so r should be a
// bufio.Reader if there are many structures.
func (s *Struct) Read(r io.Reader, dests ...any) error {
	return s.read(r, func(b []byte) error { return s.scan("scan", b, dests) })
}

// ReadAt is Read for the structure at an offset of r, such as a header in a file.
func (s *Struct) ReadAt(r io.ReaderAt, off int64, dests ...any) error {
	return s.Read(io.NewSectionReader(r, off, int64(s.size)), dests...)
}

// read reads one structure and hands it to take. Of a bufio.Reader it is taken where it
// is; after an error other than an end, what arrived stays there for the next call.
func (s *Struct) read(r io.Reader, take func([]byte) error) error {
	if br, ok := r.(*bufio.Reader); ok && s.size <= br.Size() {
		b, err := br.Peek(s.size)
		switch {
		case err == nil:
			err = take(b)
		case err != io.EOF:
			return err // a deadline, say
		case len(b) > 0:
			err = io.ErrUnexpectedEOF
		}
		br.Discard(len(b))
		return err
	}
	p := buffers.Get().(*buffer)
	defer p.free()
	// The buffer follows what arrives, because the size is only what the format says.
	const step = 64 << 10
	b := p.bytes[:0]
	for len(b) < s.size {
		n := len(b)
		b = slices.Grow(b, min(s.size-n, max(n, step)))[:min(s.size, n+max(n, step))]
		if _, err := io.ReadFull(r, b[n:]); err != nil {
			if err == io.EOF && n > 0 {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
	p.bytes = b
	return take(b)
}
