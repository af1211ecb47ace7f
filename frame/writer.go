package frame

import (
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
// Frames are collected, and written with one call when there are 32 KiB of them,
// or on Flush. A goroutine that writes while another one's flush blocks waits
// for it: that is the back-pressure of a slow peer.
//
// A frame that cannot be made (a value out of range, a payload that its length
// cannot express) is an error that changes nothing. An error of the stream is
// final: nobody knows how much of a frame was written.
type Writer struct {
	mu     sync.Mutex
	layout *Layout
	dst    io.Writer
	conn   *Conn   // whose Writer it is, or nil
	buf    *buffer // nil if nothing is there
	b      []byte  // what is there
	wrote  bool    // since settle was called
	err    error
}

// NewWriter returns a Writer of frames.
func NewWriter(w io.Writer, layout *Layout) *Writer {
	return &Writer{layout: layout, dst: w}
}

// Write adds a frame: a header with the given values, which are all of the
// format's but the length, and the payload. It keeps neither. It writes to the
// stream if 32 KiB have come together.
func (w *Writer) Write(payload []byte, values ...any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	if w.buf == nil {
		w.buf = getBuffer(smallest - shift)
		w.b = w.buf.b[:0]
	}
	b, err := w.layout.appendHead(w.b, payload, values)
	if err != nil {
		return err
	}
	if len(payload) >= vectorAt {
		w.b = b
		return w.flush(payload)
	}
	return w.add(b, payload)
}

// add ends a frame, b being what is there and its header.
func (w *Writer) add(b, payload []byte) error {
	if size := len(b) + len(payload); size > len(w.buf.b) {
		to := getBuffer(size)
		b = to.b[:copy(to.b, b)]
		w.buf.put()
		w.buf = to
	}
	w.b = append(b, payload...)
	if len(w.b) >= flushAt {
		return w.flush(nil)
	}
	return nil
}

// Flush writes what is waiting to the stream.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	if len(w.b) == 0 {
		return nil
	}
	return w.flush(nil)
}

// flush writes what is waiting, and a payload that was not put there.
func (w *Writer) flush(payload []byte) error {
	if w.conn != nil {
		w.conn.beforeWrite()
	}
	w.err = writeAll(w.dst, w.b, payload)
	w.wrote = true
	w.buf.put()
	w.buf, w.b = nil, nil
	return w.err
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

// settle is Flush; it also tells whether anything was written since the last time.
func (w *Writer) settle() (wrote bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil && len(w.b) > 0 {
		w.flush(nil)
	}
	wrote, w.wrote = w.wrote, false
	return wrote, w.err
}

// deadline returns the time in d from now, or none.
func deadline(d time.Duration) time.Time {
	if d <= 0 {
		return time.Time{}
	}
	return time.Now().Add(d)
}
