package frame

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

// DefaultMaxPayload is the largest payload that is read if nothing else is set.
const DefaultMaxPayload = 1 << 20

// A Reader reads frames from a stream. It is for one goroutine at a time.
//
// It reads ahead as much as the stream gives, up to 64 KiB and a header, and lends
// its frames from that buffer without copying. From 4 KiB on the buffer grows at
// most fourfold at a time, with the bytes that have arrived and never with the length
// that a header claims. A Reader that waits for a frame of a network connection,
// also through TLS, has no buffer of more than 320 bytes; one that nobody calls
// keeps the buffer of its last frame.
//
// All errors but one are final: after a deadline that has passed, wherever in
// a frame that was, the next call goes on where the last one stopped. A TLS handshake
// does not survive a deadline, and the error says so.
type Reader struct {
	// MaxPayload is the largest payload that Next accepts, in bytes:
	// DefaultMaxPayload if it is not positive. It may be changed between calls.
	MaxPayload int

	conn       *Conn // whose Reader it is, or nil
	*readState       // nil if the connection is parked
}

// A readState is what a Reader needs while there is somebody who reads.
type readState struct {
	layout  *Layout
	src     io.Reader
	raw     *rawConn // nil if waiting needs a buffer
	idles   bool     // src is a connection, which may be silent for long
	wrapped bool     // src begins with a handshake
	begun   bool     // something has come from src

	// handshake is nil, or the handshake of src, which returns at once when the Reader has
	// tried to read: nil if it is complete, and otherwise why it never will be.
	handshake func(context.Context) error

	err    error  // final
	header Header // of the frame that was returned last
	frames int64  // that were returned since the Reader last waited

	buf        *buffer // nil if nothing is there
	b          []byte  // all of buf
	start, end int     // of the bytes in b that are not consumed
	readAhead
	left    int64  // of a payload that is read as a stream
	pending error  // what ended the stream after the bytes in buf
	stream  Header // that ReadHeader returned last, with bytes of its own

	rawRead rawRead

	// Of a Conn.
	frameStart time.Time // when the Reader first waited for the rest of a frame
	frameBytes int       // how many came since
	lastWords  lastWords
	late       lateReads
	records    recordWatch
	drainState
}

var readStates = sync.Pool{New: func() any { return new(readState) }}

// NewReader returns a Reader of frames from a stream: a connection of any kind, a
// pipe, a file. It needs no bufio.Reader in between, and knows less about the
// stream if there is one. A connection of datagrams is no stream: to read from it
// is an error.
func NewReader(r io.Reader, layout *Layout) *Reader {
	n := &Reader{}
	n.init(r, layout)
	return n
}

func (r *Reader) init(src io.Reader, layout *Layout) {
	r.wake(src, layout)
	r.err = noStream(src)
}

// connect has the Reader read from src.
func (r *Reader) connect(src io.Reader) {
	r.src, r.raw, r.handshake, r.wrapped, r.begun = src, nil, nil, false, false
	if c, ok := src.(handshaker); ok {
		r.handshake, r.wrapped = c.HandshakeContext, true
	}
	if c, ok := src.(net.Conn); ok {
		r.raw, r.idles = newRawConn(c), true
	}
}

// A handshaker is a connection that begins with a handshake, as TLS does. After a
// deadline or a context that ends inside of it the connection is of no use.
type handshaker interface {
	HandshakeContext(ctx context.Context) error
}

// noStream returns an error if stream is a connection of datagrams.
func noStream(stream any) error {
	c, ok := stream.(net.Conn)
	if !ok {
		return nil
	}
	switch kind := network(c); {
	case strings.HasPrefix(kind, "udp"), strings.HasPrefix(kind, "ip"), kind == "unixgram", kind == "unixpacket":
		return fmt.Errorf("frame: messages of %s are no stream: %w", kind, errors.ErrUnsupported)
	}
	return nil
}

// Next returns the next frame, whose bytes are valid until the next call on the
// Reader. The error is io.EOF if the stream ends between frames, and
// io.ErrUnexpectedEOF if it ends anywhere inside one; a *SizeError for a length
// that no frame of the layout has, or above MaxPayload, found before memory is
// taken for it; an error that wraps os.ErrDeadlineExceeded for a deadline; or
// whatever else the stream returned.
func (r *Reader) Next() (Frame, error) {
	for {
		l, b := r.layout, r.b[r.start:r.end]
		if len(b) >= l.size && r.left == 0 && r.err == nil {
			if n := l.payloadSize(b); uint64(n) <= uint64(min(r.limit(), int64(len(b)-l.size))) {
				end := l.size + int(n)
				r.start += end
				r.frames++
				r.header.Head = b[:l.size:l.size]
				return Frame{&r.header, b[l.size:end:end]}, nil
			}
		}
		if len(b) > 0 || r.left > 0 || r.err != nil {
			return r.wait()
		}
		if err := r.fill(l.size); err != nil {
			return r.noFrame(), err
		}
	}
}

// noFrame is the frame that comes with an error.
func (r *Reader) noFrame() Frame {
	r.header.Head = nil
	return Frame{&r.header, nil}
}

// Ready reports whether Next would return without a look at the stream: another frame has
// been read ahead, or an error is final. A relay, which writes to one connection what it
// reads from another, flushes the one when nothing is Ready in the other.
func (r *Reader) Ready() bool {
	b := r.b[r.start:r.end]
	head, n, err := r.layout.measure(b)
	return r.err != nil || r.left == 0 && (err != nil || n >= 0 && n <= int64(len(b)-head))
}

func (r *Reader) limit() int64 {
	if r.MaxPayload <= 0 {
		return DefaultMaxPayload
	}
	return int64(r.MaxPayload)
}

// wait is Next for a frame of which bytes are missing, or wrong.
func (r *Reader) wait() (Frame, error) {
	head, n, err := r.readHead()
	if err != nil {
		return r.noFrame(), err
	}
	if limit := min(r.limit(), math.MaxInt-int64(head)); n > limit {
		err := &SizeError{Size: n, Limit: limit, Head: clone(r.b[r.start : r.start+head]), Err: ErrTooLarge, limit: ", the MaxPayload"}
		return r.noFrame(), r.fail(err)
	}
	end := head + int(n)
	for r.end-r.start < end {
		if err := r.fill(end); err != nil {
			return r.noFrame(), err
		}
	}
	b := r.b[r.start : r.start+end]
	r.start += end
	r.frames++
	r.done()
	r.header.Head = b[:head:head]
	return Frame{&r.header, b[head:end:end]}, nil
}

// done is called when a frame that was waited for is complete.
func (r *Reader) done() {
	if r.conn != nil {
		r.conn.frameStart, r.conn.frameBytes, r.conn.late = time.Time{}, 0, lateReads{}
	}
}

// readHead reads until the header of the next frame is in the buffer, and
// returns its size and the payload's.
func (r *Reader) readHead() (head int, payload int64, err error) {
	if err := r.skip(); err != nil {
		return 0, 0, err
	}
	if r.err != nil {
		return 0, 0, r.err
	}
	for head = r.layout.size; ; {
		head, payload, err = r.layout.measureFrom(head, r.b[r.start:r.end])
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
			if err == io.EOF || !yield(f, err) || err != nil && (r.err != nil || !resumable(err)) {
				return
			}
		}
	}
}

// Buffered hands over the bytes that were read ahead and belong to no frame that
// was returned: what the other side sent after its last frame, for a change of
// protocol. The Reader forgets them. They are valid until its next call. Before others
// use the connection of a Conn, flush it, and take back the deadlines that it has set:
// SetDeadline(time.Time{}).
func (r *Reader) Buffered() []byte {
	b := r.b[r.start:r.end:r.end]
	r.start, r.left = r.end, 0
	r.done()
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
		if r.raw == nil && r.idles && !r.full {
			r.release() // for as long as the stream is silent; raw does it itself
		}
	}
	if r.conn != nil {
		r.conn.framesRead.Add(r.frames)
		r.frames = 0
	}
	for {
		inside := r.end > r.start || r.left > 0
		poll := false
		if r.conn != nil {
			var err error
			if poll, err = r.conn.beforeRead(inside); err != nil {
				return err
			}
		}
		waits := r.conn != nil && r.conn.parks && !inside
		if waits {
			waits, poll = r.conn.beginWait(poll)
		}
		n, err := r.read(want, poll)
		r.end += n
		if waits {
			r.conn.endWait(n)
		}
		if r.conn != nil {
			r.conn.hasRead(n)
		}
		if n > 0 {
			r.handshake, r.begun = nil, true
			r.adapt(n)
			if err != nil && !isTimeout(err) {
				r.pending = err
			}
			return nil
		}
		if !isTimeout(err) || !r.idles && !errors.Is(err, os.ErrDeadlineExceeded) {
			return r.ended(err)
		}
		if r.handshake != nil {
			if r.handshake(context.Background()) != nil {
				r.ended(&permanentTimeout{err})
				if r.conn != nil {
					return cmp.Or(r.conn.cutBy(), r.err)
				}
				return r.err
			}
			r.handshake = nil
		}
		if r.conn == nil {
			return err
		}
		permanent := false
		if err, permanent = r.conn.timedOut(inside, err); permanent {
			return r.ended(&permanentTimeout{err})
		}
		if err != nil {
			return err
		}
	}
}

// read is Read into the buffer, of at least one byte if it returns no error.
func (r *Reader) read(want int, poll bool) (n int, err error) {
	if r.raw != nil {
		return r.raw.read(r, want, poll)
	}
	for range 100 {
		if n, err = r.src.Read(r.room(want)); n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}

// ended makes the end of the stream, wherever it is, final.
func (r *Reader) ended(err error) error {
	if errors.Is(err, io.EOF) { // net.UnixConn wraps it, for one
		err = io.EOF
	}
	if err == io.EOF && r.conn != nil {
		err = r.conn.endError()
	}
	if err == io.EOF && (r.end > r.start || r.left > 0) {
		err = io.ErrUnexpectedEOF
	}
	r.release()
	return r.fail(err)
}

// release gives the buffer back. The last frame is in it: its header must not keep
// it from being collected.
func (r *Reader) release() {
	r.buf.put()
	r.buf, r.b, r.start, r.end = nil, nil, 0, 0
	r.header.Head = nil
}

// rest gives back what a Reader takes again with wake, for a connection that is parked.
func (r *Reader) rest() {
	r.release()
	*r.readState = readState{rawRead: r.rawRead}
	readStates.Put(r.readState)
	r.readState = nil
}

// wake takes what a Reader of src needs.
func (r *Reader) wake(src io.Reader, layout *Layout) {
	r.readState = readStates.Get().(*readState)
	r.layout, r.header.layout = layout, layout
	r.ahead = smallest - shift
	r.connect(src)
}
