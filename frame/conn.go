package frame

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A Conn is a connection with a Reader and a Writer of the same layout. It has the
// methods of both: [Reader.Next], [Reader.Frames], [Reader.ReadHeader] and
// [Reader.Payload] to read, [Writer.Write], [Writer.WriteFrame] and [Writer.Flush] to
// write. The frames' values are read with [Header.Uint], [Header.Int], [Header.Bytes]
// and [Header.Scan]. One goroutine may read while any number of them write.
//
// Before it waits for the peer, the Reader flushes the Writer: a program that answers
// frames need not flush, and the answers to all frames that came together go
// out together. It does not wait until the peer takes them, because the peer may
// write before it reads; what cannot be written at once is left to a goroutine.
//
// If that flush fails, Next first returns the frames that have arrived, and then the
// error of the flush once, unless a call of the Writer has returned it; reading may
// go on. A connection that was reset does not end with io.EOF.
//
// Write and Flush do wait. Two peers that write more than there is room for between
// them, before they read, wait for each other: WriteTimeout ends that, and a
// goroutine for each direction avoids it.
//
// The timeouts are set before the Conn is used, or by the goroutine that reads;
// WriteTimeout while no other goroutine writes. 0 is none. Their errors wrap
// os.ErrDeadlineExceeded, except in a TLS handshake, which does not survive a
// timeout or a context of Next. Reading goes on with the next call after a timeout;
// writing does not. A Conn that has timeouts, is used with contexts, or belongs to a
// Server, sets the deadlines of its connection, and so does one that cannot be written
// to any more; otherwise they are the caller's.
type Conn struct {
	Reader
	Writer

	// IdleTimeout is how long Next waits for the first byte of a frame.
	IdleTimeout time.Duration

	// FrameTimeout is how long the rest of a frame may take, from the moment that
	// the Reader waits for it with a part of it there, in however many pieces it
	// comes. After its error another call has as much time again. For a payload
	// that is read as a stream it includes the time in which nobody reads. What has
	// arrived when the time is over is still read. A TLS record that is here in part
	// is a part of a frame too, but is noticed after up to a FrameTimeout.
	FrameTimeout time.Duration

	// WriteTimeout is how long a flush may take, whoever began it.
	WriteTimeout time.Duration

	// MinRate, if it is positive, is how many bytes a second make a peer slow and not
	// stalled: a frame of which n bytes have come since it began has n/MinRate seconds
	// more than the FrameTimeout, and a flush of n bytes as much more than the
	// WriteTimeout.
	MinRate int

	// MaxPending is how many bytes may wait to be written when TrySend adds a frame:
	// DefaultMaxPending if it is not positive. It is set before TrySend is used.
	MaxPending int

	conn         net.Conn                 // before any Upgrade
	upgraded     atomic.Pointer[net.Conn] // after it, or nil
	closed       atomic.Bool
	mustArm      atomic.Bool // there is something for arming to look at, besides timeouts
	deadlineMu   sync.Mutex
	reading      *context.Context // of a call of NextContext, or nil
	readDeadline time.Time        // the read deadline

	framesRead, bytesRead atomic.Int64 // when the Reader last waited

	server  *Server         // nil if there is none
	opened  context.Context // what its Open has returned, or nil
	ctxMu   sync.Mutex
	endable *endContext // of the handlers, or nil

	place     int32 // in the Server's conns
	undrained bool  // frames may be left to handle, as the Server knows
	began     bool  // the Server has called Open, or is about to
	woken     bool  // the read deadline was moved into the past
	ending    bool  // the Server is shut down
	ctxEnded  bool  // the context of the handlers has ended
	parking
}

// DefaultMaxPending is how many bytes may wait for TrySend if nothing else is set.
const DefaultMaxPending = 1 << 20

// NewConn returns a Conn of a connection that is a stream: TCP, TLS, net.Pipe, a
// Unix-domain connection of the type "unix".
//
// Datagrams are no streams. To read from a connection of theirs is an error; they
// are for [Layout.Parse] and [Layout.Append].
func NewConn(c net.Conn, layout *Layout) *Conn {
	n := &Conn{conn: c}
	n.Reader.conn, n.Writer.conn = n, n
	n.Reader.init(c, layout)
	n.Writer.init(c, layout)
	return n
}

// SetLayout changes the layout of the frames that are read and written from now on, for
// protocols that begin with another one, as PostgreSQL's does. It is for the goroutine
// that reads.
func (c *Conn) SetLayout(layout *Layout) {
	c.Writer.mu.Lock()
	defer c.Writer.mu.Unlock()
	c.Writer.layout = layout
	if !c.resting { // otherwise the Reader finds it there
		c.Reader.layout, c.header.layout = layout, layout
	}
}

// NetConn returns the connection.
func (c *Conn) NetConn() net.Conn {
	c.lend()
	return c.stream()
}

// stream is what frames are read from and written to.
func (c *Conn) stream() net.Conn {
	if upgraded := c.upgraded.Load(); upgraded != nil {
		return *upgraded
	}
	return c.conn
}

// closeTimeout is how long a Close without a WriteTimeout waits for a peer that
// does not read.
const closeTimeout = 5 * time.Second

// Close flushes what is waiting, for at most the WriteTimeout, or five seconds if
// there is none, and closes the connection, whatever comes of it. Other
// goroutines that wait for the connection get an error. To close without waiting for the
// peer, close NetConn. To write afterwards, or to close twice, is an error
// that wraps net.ErrClosed; frames that have been read ahead can still be read.
func (c *Conn) Close() error {
	if c.closed.Swap(true) {
		return c.opError("close", net.ErrClosed)
	}
	if c.server != nil {
		defer c.cancel()
	}
	defer c.unpark()
	err := c.lastFlush()
	c.Writer.close(c.opError("write", net.ErrClosed))
	if err != nil {
		c.abort()
		return err
	}
	return c.stream().Close()
}

// lastFlush flushes what is waiting, and does not wait for ever.
func (c *Conn) lastFlush() error { return c.flushIn(c.writeLimit()) }

// writeLimit is how long the last flush may take.
func (c *Conn) writeLimit() time.Duration { return cmp.Or(max(c.WriteTimeout, 0), closeTimeout) }

// abort closes the connection at once. What wraps one, as TLS does, would take
// leave of the peer first, and wait for that.
func (c *Conn) abort() {
	if wraps, ok := c.stream().(interface{ NetConn() net.Conn }); ok {
		wraps.NetConn().Close()
	}
	c.stream().Close()
	c.unpark()
}

func (c *Conn) flushIn(d time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	err := c.FlushContext(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = c.opError("write", os.ErrDeadlineExceeded)
	}
	return err
}

// CloseWrite flushes what is waiting and ends the sending: the peer reads io.EOF,
// and its last frames can still be read. TCP, TLS and Unix-domain connections can
// do that; for others the error wraps errors.ErrUnsupported.
func (c *Conn) CloseWrite() error {
	if err := c.Flush(); err != nil {
		return err
	}
	if half, ok := c.stream().(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.opError("close", errors.ErrUnsupported)
}

func (c *Conn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: network(c.stream()), Source: c.stream().LocalAddr(), Addr: c.stream().RemoteAddr(), Err: err}
}

// network names what kind of connection c is.
func network(c net.Conn) string {
	if addr := c.LocalAddr(); addr != nil {
		return addr.Network()
	}
	return ""
}

// NextContext is Next until ctx ends. It then returns ctx's error, and
// nothing is lost: the next call goes on where this one stopped.
func (c *Conn) NextContext(ctx context.Context) (Frame, error) {
	if err := ctx.Err(); err != nil {
		return c.noFrame(), err
	}
	if ctx.Done() == nil || c.Ready() {
		return c.Next()
	}
	held := ctx
	c.deadlineMu.Lock()
	c.reading = &held
	c.mustArm.Store(true)
	c.deadlineMu.Unlock()
	stop := context.AfterFunc(ctx, func() { c.wake(expired, func() bool { return c.reading == &held }) })
	defer func() {
		stop()
		c.deadlineMu.Lock()
		c.reading = nil
		c.deadlineMu.Unlock()
	}()
	f, err := c.Next()
	if isClosed(err) && ctx.Err() != nil { // as by Server.Close, which does both
		err = ctx.Err()
	}
	return f, err
}

// WriteContext is Write until ctx ends, if it has to wait at all. An error of ctx
// leaves the Writer as it was: the frame is not added. A payload of any size is
// copied. What was added before ctx ends is written, as a whole, whoever waits for it.
func (c *Conn) WriteContext(ctx context.Context, payload []byte, values ...any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if ctx.Done() == nil {
		ctx = nil
	}
	c.Writer.mu.Lock()
	return c.writeUnlock(ctx, payload, values)
}

// Send is Write and Flush. Calls that come at the same time share their flushes.
func (c *Conn) Send(payload []byte, values ...any) error {
	c.Writer.lock()
	defer c.Writer.unlock()
	if err := c.write(noContext, payload, values); err != nil {
		return err
	}
	return c.flushed(noContext, false)
}

// TrySend is Send that does not wait: what the connection does not take at once is
// written by a goroutine. If more than MaxPending bytes wait already, the error is
// ErrBusy, and nothing has changed. So a peer that does not read delays nobody.
func (c *Conn) TrySend(payload []byte, values ...any) error {
	w := &c.Writer
	w.lock()
	defer w.unlock()
	if w.err != nil {
		return w.finalError()
	}
	limit := c.MaxPending
	if limit <= 0 {
		limit = DefaultMaxPending
	}
	n := len(w.b)
	if w.taken-w.written+int64(n) > int64(limit) {
		return ErrBusy
	}
	w.noteTimeout()
	if need := n + w.layout.size + len(payload); w.buf == nil || need > len(w.buf.b) {
		w.grow(need)
	}
	b, err := w.layout.Append(w.buf.b[:n], payload, values...)
	if err != nil {
		return err
	}
	w.b = b
	w.frames++
	if w.flushing {
		w.pending = true
		return nil
	}
	if w.rooms.first == nil && !w.scheduled {
		w.flushNonblocking()
	}
	w.flushInBackground()
	if w.err != nil {
		return w.finalError()
	}
	return nil
}

// FlushContext is Flush until ctx ends. It then returns ctx's error, and the flush
// goes on without it: no frame is cut off.
func (c *Conn) FlushContext(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if ctx.Done() == nil {
		ctx = nil
	}
	c.Writer.lock()
	defer c.Writer.unlock()
	return c.flushed(ctx, false)
}

// The lastWords of a peer are what has arrived when writing has failed.
type lastWords struct {
	polling bool // it was asked whether there is something
	polls   int  // how often it was, in vain
	bytes   int  // how much came
	limit   int
}

// endError returns the error for a stream that has ended. Linux hands the error of a
// reset out once: if writing has got it, reading finds an end like any other.
func (c *Conn) endError() error {
	w := &c.Writer
	w.lock()
	defer w.unlock()
	switch {
	case w.err == nil || isClosed(w.err):
		return io.EOF
	case !w.reported || c.server != nil:
		w.reported = true
		return &flushError{w.err}
	case isReset(w.err):
		return w.err
	}
	return io.EOF
}

// hasWriteError reports whether err comes from writing to the connection.
func (c *Conn) hasWriteError(err error) bool {
	c.Writer.lock()
	defer c.Writer.unlock()
	return c.Writer.err != nil && !isClosed(c.Writer.err) && errors.Is(err, c.Writer.err)
}

// A flushError comes from a flush before reading. It may be a deadline's, but reading
// does not go on after it.
type flushError struct{ err error }

func (e *flushError) Error() string { return "frame: flush before reading: " + e.err.Error() }

func (e *flushError) Unwrap() error { return e.err }
