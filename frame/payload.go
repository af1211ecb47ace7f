package frame

import "io"

// ReadHeader is Next for payloads that are larger than memory: it reads the
// header alone, and returns with it the size of the payload, for which there is
// no limit. The header stays valid until the next call of ReadHeader or Next,
// whatever is read of the payload. The payload is read from Payload; what is not read of it the next
// call of ReadHeader or Next skips.
func (r *Reader) ReadHeader() (f Frame, size int64, err error) {
	head, size, err := r.readHead()
	if err != nil {
		return r.noFrame(), 0, err
	}
	b := r.b[r.start : r.start+head]
	r.start += head
	r.frames++
	if r.left = size; size == 0 {
		r.done()
	}
	// While the payload is read, the buffer moves, and goes.
	r.stream = Header{r.layout, append(r.stream.Head[:0], b...)}
	return Frame{&r.stream, nil}, size, nil
}

// Payload returns the payload of the frame whose header was read last, as a
// stream: io.EOF at its end, io.ErrUnexpectedEOF if the stream ends before
// that. It is valid until the next call of ReadHeader or Next.
func (r *Reader) Payload() io.Reader { return payload{r} }

type payload struct{ r *Reader }

func (p payload) Read(b []byte) (int, error) {
	r := p.r
	if r.left == 0 {
		return 0, io.EOF
	}
	if r.err != nil {
		return 0, r.err
	}
	if len(b) == 0 {
		return 0, nil
	}
	if r.start == r.end {
		if err := r.fill(1); err != nil {
			return 0, err
		}
	}
	n := copy(b[:min(int64(len(b)), r.left)], r.b[r.start:r.end])
	r.take(n)
	return n, nil
}

// WriteTo makes io.Copy lend to the other side what has been read, rather than
// copy it once more.
func (p payload) WriteTo(w io.Writer) (n int64, err error) {
	r := p.r
	for r.left > 0 {
		if r.err != nil {
			return n, r.err
		}
		if r.start == r.end {
			if err := r.fill(1); err != nil {
				return n, err
			}
		}
		b := r.b[r.start:][:min(r.left, int64(r.end-r.start))]
		m, err := w.Write(b)
		if m < 0 || m > len(b) {
			return n, errInvalidWrite
		}
		r.take(m)
		n += int64(m)
		if err == nil && m < len(b) {
			err = io.ErrShortWrite
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// skip drops what is left of a payload that was read as a stream.
func (r *Reader) skip() error {
	for r.left > 0 && r.err == nil {
		if r.start == r.end {
			if err := r.fill(1); err != nil {
				return err
			}
		}
		r.take(int(min(r.left, int64(r.end-r.start))))
	}
	return nil
}

// take consumes n bytes of a payload.
func (r *Reader) take(n int) {
	r.start += n
	if r.left -= int64(n); r.left == 0 {
		r.done()
	}
}
