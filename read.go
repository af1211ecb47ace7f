package structpack

import (
	"bufio"
	"io"
	"slices"
	"sync"
)

// Read reads one structure from r, and no byte after it, into the variables that dests
// point to; see [Struct.Scan]. Each call reads from r at least once, so r should be a
// bufio.Reader where there are many structures.
//
// The error is io.EOF if r ends before the structure, and io.ErrUnexpectedEOF if r ends
// inside it. A wrong destination is found when the structure has been read. After any error
// the destinations are as they were. After an error of r that is not its end, the part of the
// structure that has arrived is lost, unless r is a bufio.Reader whose buffer has room for
// the whole: that keeps it for the next call.
func (s *Struct) Read(r io.Reader, dests ...any) error {
	return s.read(r, func(b []byte) error { return s.scan("scan", b, dests) })
}

// ReadAt is Read for the structure at an offset of r, such as a header in a file. The
// error is io.EOF if r ends at the offset or before it.
func (s *Struct) ReadAt(r io.ReaderAt, off int64, dests ...any) error {
	return s.readAt(r, off, func(b []byte) error { return s.scan("scan", b, dests) })
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
	return p.read(r, s.size, take)
}

// readAt is read for the structure at an offset of r.
func (s *Struct) readAt(r io.ReaderAt, off int64, take func([]byte) error) error {
	p := buffers.Get().(*buffer)
	defer p.free()
	p.section = *io.NewSectionReader(r, off, int64(s.size))
	return p.read(&p.section, s.size, take)
}

// A buffer is what Read, ReadAt and Write use for a time.
type buffer struct {
	bytes   []byte
	section io.SectionReader
}

var buffers = sync.Pool{New: func() any { return new(buffer) }}

// free gives the buffer back, unless it is large.
func (p *buffer) free() {
	if cap(p.bytes) > 64<<10 {
		p.bytes = nil
	}
	p.section = io.SectionReader{}
	buffers.Put(p)
}

// read reads size bytes from r and hands them to take. The buffer follows what arrives,
// because the size is only what the format says.
func (p *buffer) read(r io.Reader, size int, take func([]byte) error) error {
	const step = 64 << 10
	b := p.bytes[:0]
	for len(b) < size {
		n := len(b)
		more := min(size-n, max(n, step))
		b = slices.Grow(b, more)[:n+more]
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
