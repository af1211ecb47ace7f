package frame

import (
	"io"
	"iter"
	"math"
	"net"
	"time"
)

// DefaultMaxPayload is the largest payload that is read if nothing else is set.
const DefaultMaxPayload = 1 << 20

// A Reader reads frames from a stream. It is for one goroutine at a time.
//
// It reads ahead as much as the stream gives, up to 72 KiB, and lends its
// frames from that buffer without copying. The buffer grows at most fourfold at a
// time and with the bytes that have arrived, never with the length that a
// header claims.
//
// Errors are final, all but one: after a deadline that has passed, wherever in
// a frame that was, the next call goes on where the last one stopped.
type Reader struct {
	// MaxPayload is the largest payload that Next accepts, in bytes:
	// DefaultMaxPayload if it is not positive.
	MaxPayload int

	layout *Layout
	src    io.Reader
	raw    *rawReader // nil if waiting needs a buffer
	idles  bool       // src is a connection, which may be silent for long
	conn   *Conn      // whose Reader it is, or nil

	buf        *buffer // nil if nothing is there
	start, end int     // of the bytes in buf that are not consumed
	ahead      int     // how much to read ahead
	asked      int     // the size of the last read
	small      int     // how many reads in a row brought little
	left       int64   // of a payload that is read as a stream
	err        error   // final
	pending    error   // what ended the stream behind the bytes in buf
}

// NewReader returns a Reader of frames. For a network connection, r should be
// the connection itself, not a bufio.Reader of it.
func NewReader(r io.Reader, layout *Layout) *Reader {
	n := &Reader{}
	n.init(r, layout)
	return n
}

func (r *Reader) init(src io.Reader, layout *Layout) {
	r.layout, r.src, r.ahead = layout, src, smallest-shift
	if c, ok := src.(net.Conn); ok {
		r.raw, r.idles = newRawReader(c), true
	}
}

// Next returns the next frame, whose bytes are valid until the next call on the
// Reader. The error is io.EOF if the stream ends between frames, and
// io.ErrUnexpectedEOF if it ends anywhere inside one; a *SizeError for a length
// that no frame of the layout has, or above MaxPayload, found before memory is
// taken for it; an error that wraps os.ErrDeadlineExceeded for a deadline; or
// whatever else the stream returned.
func (r *Reader) Next() (Frame, error) {
	if r.left == 0 && r.err == nil && r.buf != nil {
		b := r.buf.b[r.start:r.end]
		if head, n, err := r.layout.measure(b); err == nil && n >= 0 && n <= int64(len(b)-head) && n <= r.limit() {
			end := head + int(n)
			r.start += end
			return Frame{r.layout, b[:head:head], b[head:end:end]}, nil
		}
	}
	return r.next()
}

func (r *Reader) limit() int64 {
	if r.MaxPayload <= 0 {
		return DefaultMaxPayload
	}
	return int64(r.MaxPayload)
}

// next is Next for a frame of which bytes are missing, or wrong.
func (r *Reader) next() (Frame, error) {
	head, n, err := r.readHead()
	if err != nil {
		return Frame{}, err
	}
	if limit := min(r.limit(), math.MaxInt-int64(head)); n > limit {
		return Frame{}, r.fail(&SizeError{Size: n, Limit: limit, Head: clone(r.buf.b[r.start : r.start+head]), Err: ErrTooLarge})
	}
	end := head + int(n)
	for r.end-r.start < end {
		if err := r.fill(end); err != nil {
			return Frame{}, err
		}
	}
	b := r.buf.b[r.start : r.start+end]
	r.start += end
	r.done()
	return Frame{r.layout, b[:head:head], b[head:end:end]}, nil
}

// done is called when a frame that was waited for is complete.
func (r *Reader) done() {
	if r.conn != nil {
		r.conn.begun = time.Time{}
	}
}

// readHead reads until the header of the next frame is in the buffer, and
// returns its size and that of the payload.
func (r *Reader) readHead() (head int, payload int64, err error) {
	if err := r.skip(); err != nil {
		return 0, 0, err
	}
	if r.err != nil {
		return 0, 0, r.err
	}
	for {
		var b []byte
		if r.buf != nil {
			b = r.buf.b[r.start:r.end]
		}
		head, payload, err = r.layout.measure(b)
		if err != nil {
			return 0, 0, r.fail(err)
		}
		if payload >= 0 {
			return head, payload, nil
		}
		if err := r.fill(head); err != nil {
			return 0, 0, err
		}
	}
}

// Frames returns an iterator over the frames until the end of the stream; each
// is valid until the next. An error other than io.EOF comes with a Frame
// without bytes: after one that passes, a deadline, the iteration goes on if the
// loop does; after any other one it ends.
func (r *Reader) Frames() iter.Seq2[Frame, error] {
	return func(yield func(Frame, error) bool) {
		for {
			f, err := r.Next()
			if err == io.EOF || !yield(f, err) || err != nil && !isTimeout(err) {
				return
			}
		}
	}
}

// ReadHeader is Next for payloads that are larger than memory: it reads the
// header alone, and returns with it the size of the payload, for which there is
// no limit. The payload is read from Payload; what is not read of it the next
// call of ReadHeader or Next skips.
func (r *Reader) ReadHeader() (f Frame, size int64, err error) {
	head, size, err := r.readHead()
	if err != nil {
		return Frame{}, 0, err
	}
	b := r.buf.b[r.start : r.start+head]
	r.start += head
	if r.left = size; size == 0 {
		r.done()
	}
	return Frame{r.layout, b[:head:head], nil}, size, nil
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
	n := copy(b[:min(int64(len(b)), r.left)], r.buf.b[r.start:r.end])
	r.take(n)
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

// Buffered hands over the bytes that were read ahead and belong to no frame that
// was returned: what the other side sent behind its last frame, for a change of
// protocol. The Reader forgets them. They are valid until its next call.
func (r *Reader) Buffered() []byte {
	if r.buf == nil {
		return nil
	}
	b := r.buf.b[r.start:r.end:r.end]
	r.start = r.end
	return b
}

// fail makes err the answer to every later call.
func (r *Reader) fail(err error) error {
	r.err = err
	return err
}

// fill reads some bytes, of which want, from r.start on, are needed; the buffer
// has fewer.
func (r *Reader) fill(want int) error {
	if r.pending != nil {
		return r.ended(r.pending)
	}
	if r.start == r.end {
		r.start, r.end = 0, 0
		if r.raw != nil || r.buf != nil && r.idles && len(r.buf.b) > smallest {
			r.release() // for as long as the stream is silent
		}
	}
	if r.conn != nil {
		if err := r.conn.beforeRead(r.end > r.start || r.left > 0); err != nil {
			return err
		}
	}
	n, err := 0, error(nil)
	if r.raw != nil {
		n, err = r.raw.read(r, want)
	} else {
		for tries := 0; n == 0 && err == nil; tries++ {
			if tries == 100 {
				err = io.ErrNoProgress
				break
			}
			n, err = r.src.Read(r.room(want))
		}
	}
	r.end += n
	r.adapt(n)
	if err == nil || n > 0 {
		if err != nil && !isTimeout(err) {
			r.pending = err
		}
		return nil
	}
	if isTimeout(err) {
		if r.conn != nil {
			r.conn.timedOut()
		}
		return err
	}
	return r.ended(err)
}

// ended makes the end of the stream, wherever it is, final.
func (r *Reader) ended(err error) error {
	if err == io.EOF && (r.end > r.start || r.left > 0) {
		err = io.ErrUnexpectedEOF
	}
	r.release()
	return r.fail(err)
}

// release gives the buffer back.
func (r *Reader) release() {
	r.buf.put()
	r.buf, r.start, r.end = nil, 0, 0
}

// room returns where to read to: behind what is there, at least one byte. What
// is wanted may be more than that. Behind a frame that is larger than what is
// read ahead nothing is read, so that the next one begins at the beginning.
func (r *Reader) room(want int) []byte {
	if r.buf == nil {
		n := r.ahead
		if r.idles && r.raw == nil {
			n = smallest - shift
		}
		r.buf = getBuffer(n)
	}
	switch have, size := r.end-r.start, len(r.buf.b); {
	case have == size:
		to := getBuffer(min(want, 4*size))
		copy(to.b, r.buf.b)
		r.buf.put()
		r.buf = to
	case r.start > 0 && (r.start+want > size || size-r.end < r.ahead/2):
		copy(r.buf.b, r.buf.b[r.start:r.end])
		r.start, r.end = 0, have
	}
	b := r.buf.b[r.end:]
	if n := r.start + want - r.end; want > largest && n < len(b) {
		b = b[:n]
	}
	r.asked = len(b)
	return b
}

// adapt learns from the size of a read how much to read ahead.
func (r *Reader) adapt(n int) {
	const most = largest - shift
	switch {
	case n == r.asked && n >= r.ahead/2:
		r.ahead = min(4*r.ahead, most)
		r.small = 0
	case n >= r.ahead/8:
		r.small = 0
	default:
		if r.small++; r.small == 8 {
			r.small = 0
			r.ahead = max(r.ahead/4, smallest-shift)
		}
	}
}
