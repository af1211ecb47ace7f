package frame

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

const (
	// flushAt is how many bytes wait at most to be written.
	flushAt = 32 << 10
	// vectorAt is the size from which a payload is not copied behind its header.
	// Below it a copy and one write take less time than a vectored write.
	vectorAt = 256 << 10
)

// A Writer writes frames to a stream. It is safe for use by many goroutines at
// once: a frame is written as a whole, or not at all.
//
// Frames are collected, and go to the stream with one call of its Write when
// there are 32 KiB of them, or on Flush. While one goroutine's call blocks, others
// go on collecting until 32 KiB wait, and then wait too: that is the
// back-pressure of a slow peer. What was collected meanwhile goes out with the
// next call, however many goroutines wait for it.
//
// A payload of 256 KiB and more is not copied: it goes out behind its header
// before Write returns, vectored to TCP and Unix-domain connections, and with a
// call of its own to everything else.
//
// A frame that cannot be made (a value out of range, a payload that its length
// cannot express) is an error that changes nothing. An error of the stream,
// deadlines included, is final: nobody knows how much of a frame was written.
type Writer struct {
	layout *Layout
	dst    io.Writer
	conn   *Conn // whose Writer it is, or nil

	mu      sync.Mutex
	change  sync.Cond // of mu: a flush has ended, or a context
	buf     *buffer   // nil if nothing waits
	b       []byte    // what waits
	usual   int       // how large the last flush was
	added   int64     // how many bytes were ever collected
	written int64     // how many of them the stream has taken
	turn    *turn     // of the goroutine that is flushing, or nil
	again   bool      // what waits is to be flushed after that
	leaving bool      // to a goroutine that is about to flush
	woken   bool      // the write deadline was moved into the past
	err     error     // final
	told    bool      // somebody has got err
}

// A turn is a call that may have to wait.
type turn struct {
	ctx  context.Context // ends the call if it is not nil
	w    *Writer
	stop func() bool
}

// untimed is the turn of calls without a context.
var untimed = &turn{}

// err returns the error of the context, if it has ended.
func (t *turn) err() error {
	if t.ctx == nil {
		return nil
	}
	return t.ctx.Err()
}

// arm sees to it that the end of the context wakes the call, which is about to
// wait with the Writer's mu.
func (t *turn) arm() error {
	if t.ctx != nil && t.stop == nil {
		t.stop = context.AfterFunc(t.ctx, func() { t.w.wake(t) })
	}
	return t.err()
}

func (t *turn) disarm() {
	if t.stop != nil {
		t.stop()
	}
}

// NewWriter returns a Writer of frames to a stream: a connection of any kind, a
// pipe, a file.
func NewWriter(w io.Writer, layout *Layout) *Writer {
	n := &Writer{}
	n.init(w, layout)
	return n
}

func (w *Writer) init(dst io.Writer, layout *Layout) {
	w.layout, w.dst = layout, dst
	w.change.L = &w.mu
}

// Write adds a frame: a header with the given values, which are all of the
// format's but the length, and the payload. It retains neither. It writes to the
// stream if 32 KiB have come together; everything else waits for Flush.
//
// The errors are those of [Layout.Append], which leave the Writer as it was, and
// those of the stream, which are final.
func (w *Writer) Write(payload []byte, values ...any) error {
	w.mu.Lock()
	if w.writeHere(payload, values) {
		w.mu.Unlock()
		return nil
	}
	defer w.mu.Unlock()
	return w.write(untimed, payload, values)
}

// writeHere adds a frame if there is nothing to it but to pack integers into a
// buffer that has room.
func (w *Writer) writeHere(payload []byte, values []any) bool {
	l, n := w.layout, len(w.b)
	end := n + l.size + len(payload)
	if end > cap(w.b) || end >= flushAt || w.err != nil || len(values) != len(l.values)-1 {
		return false
	}
	length := int64(len(payload)) - l.adjust
	if int64(len(payload)) < l.tail || length > l.max {
		return false
	}
	b := w.b[:end]
	head := b[n:]
	if !l.packIntegers(head, values) {
		return false
	}
	l.length.store(head, uint64(length))
	copy(head[l.size:], payload)
	w.b = b
	w.added += int64(end - n)
	return true
}

func (w *Writer) write(t *turn, payload []byte, values []any) error {
	head, err := w.room(t, w.layout.size, payload)
	if err != nil {
		return err
	}
	if err := w.layout.pack(head, payload, values); err != nil {
		return err
	}
	return w.add(t, len(head), payload)
}

// WriteFrame adds a frame as it is, such as one that a Reader returned and that
// goes on to somebody else. The error is a *SizeError if its payload is not
// what its header says, and otherwise that of Write.
func (w *Writer) WriteFrame(f Frame) error {
	head, n, err := w.layout.measure(f.Head)
	if err == nil && (head != len(f.Head) || n != int64(len(f.Payload))) {
		err = &SizeError{Size: n, Limit: int64(len(f.Payload)), Head: clone(f.Head), Err: ErrLength}
	}
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	to, err := w.room(untimed, head, f.Payload)
	if err != nil {
		return err
	}
	copy(to, f.Head)
	return w.add(untimed, head, f.Payload)
}

// WriteHeader is Write with the header as a struct, whose fields are the values
// of the format; the payload's length takes the place of the length that *h has.
// Its errors are those of [Encode], and those of the stream.
func WriteHeader[H any](w *Writer, h *H, payload []byte) error {
	c, err := codecOf[H](w.layout)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	head, err := w.room(untimed, w.layout.size, payload)
	if err != nil {
		return err
	}
	if _, err := c.AppendPack(head[:0], h); err != nil {
		return err
	}
	if err := w.layout.setLength(head, payload); err != nil {
		return err
	}
	return w.add(untimed, len(head), payload)
}

// room waits until a frame may be added, and returns where its header of size
// bytes goes.
func (w *Writer) room(t *turn, size int, payload []byte) (head []byte, err error) {
	large := len(payload) >= vectorAt
	for w.err == nil && (large || w.turn != nil && len(w.b) >= flushAt) {
		if err := t.arm(); err != nil {
			return nil, err
		}
		if w.turn == nil {
			break
		}
		w.change.Wait()
	}
	if w.err != nil {
		return nil, w.final()
	}
	n := len(w.b)
	need := n + size
	if !large {
		need += len(payload)
	}
	if need > cap(w.b) {
		w.grow(need)
	}
	return w.b[n : n+size : n+size], nil
}

// grow makes room for need bytes.
func (w *Writer) grow(need int) {
	to := getBuffer(max(need, smallest-shift, min(w.usual, flushAt)))
	w.b = to.b[:copy(to.b, w.b)]
	w.buf.put()
	w.buf = to
}

// add adds a frame whose header of size bytes is where room has made room.
func (w *Writer) add(t *turn, size int, payload []byte) error {
	w.b = w.b[:len(w.b)+size]
	w.added += int64(size + len(payload))
	if len(payload) >= vectorAt {
		w.flush(t, payload)
		return w.final()
	}
	w.b = append(w.b, payload...)
	if len(w.b) >= flushAt {
		// A context that ends while others write has its frame collected.
		if err := w.flushed(t); w.err != nil {
			return err
		}
	}
	return nil
}

// Flush writes what is waiting to the stream, and waits until it is written.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.flushed(untimed)
}

// flushed waits until everything is written that has been added, and writes it
// unless another goroutine does.
func (w *Writer) flushed(t *turn) error {
	for upTo := w.added; w.err == nil && w.written < upTo; {
		if err := t.arm(); err != nil {
			return err
		}
		if w.turn == nil {
			w.flush(t, nil)
		} else {
			w.change.Wait()
		}
	}
	return w.final()
}

// final returns the Writer's error.
func (w *Writer) final() error {
	w.told = w.told || w.err != nil
	return w.err
}

var errUnfinished = errors.New("frame: a write that did not return")

// flush writes what is waiting, and a payload that was not put there. It lets go
// of mu for as long as that takes.
func (w *Writer) flush(t *turn, payload []byte) {
	buf, b, err := w.buf, w.b, errUnfinished
	w.buf, w.b, w.turn, w.usual = nil, nil, t, len(w.b)
	if w.conn != nil && w.conn.WriteTimeout > 0 {
		w.conn.conn.SetWriteDeadline(time.Now().Add(w.conn.WriteTimeout))
	}
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		if w.turn = nil; w.woken {
			w.woken = false
			w.conn.conn.SetWriteDeadline(time.Time{})
			if e := t.err(); e != nil && err != nil && isTimeout(err) {
				err = e
			}
		}
		if w.err = err; err == nil {
			w.written += int64(len(b) + len(payload))
		}
		buf.put()
		w.change.Broadcast()
		if w.again {
			w.again = false
			w.later()
		}
	}()
	err = writeAll(w.dst, b, payload)
}

func writeAll(dst io.Writer, b, payload []byte) error {
	if payload != nil {
		switch dst.(type) {
		case *net.TCPConn, *net.UnixConn:
			vector := net.Buffers{b, payload}
			_, err := vector.WriteTo(dst)
			return err
		}
		if err := writeAll(dst, b, nil); err != nil {
			return err
		}
		b = payload
	}
	n, err := dst.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return err
}

// settle sees to it that what is waiting is written, for a Reader that is about
// to wait for the answer. It does not wait itself, for the peer may well be one
// that writes before it reads. The error is one that nobody has got yet.
func (w *Writer) settle() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.err != nil:
	case len(w.b) == 0:
	case w.turn != nil:
		w.again = true
	default:
		w.flushSome()
		w.later()
	}
	if w.told {
		return nil
	}
	return w.final()
}

// flushSome writes what the connection takes without waiting, where it can be
// asked for that.
func (w *Writer) flushSome() {
	raw := w.conn.raw
	if raw == nil {
		return
	}
	n, err := raw.write(w.b)
	w.err = err
	w.written += int64(n)
	if n < len(w.b) {
		w.b = w.b[:copy(w.b, w.b[n:])]
		return
	}
	w.usual = n
	w.buf.put()
	w.buf, w.b = nil, nil
}

// later has what is waiting written by a goroutine of its own.
func (w *Writer) later() {
	if len(w.b) == 0 || w.err != nil || w.leaving {
		return
	}
	w.leaving = true
	go func() {
		w.mu.Lock()
		w.leaving = false
		if w.err == nil && w.turn == nil && len(w.b) > 0 {
			w.flush(untimed, nil)
		}
		failed := w.err != nil && !w.told
		w.mu.Unlock()
		if failed {
			w.conn.wake(func() bool { return true }) // its Reader, for the error
		}
	}()
}

func (w *Writer) hasWritten() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.written > 0
}

// wake ends the waiting of a turn, whose context has ended.
func (w *Writer) wake(t *turn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.turn == t {
		w.woken = true
		w.conn.conn.SetWriteDeadline(past)
	}
	w.change.Broadcast()
}
