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

// A Conn is a connection with a Reader and a Writer of the same layout. One
// goroutine may read while any number of them write.
//
// Before it waits for the peer, the Reader flushes the Writer: whoever answers
// frames need not flush, and the answers to all frames that came together go
// out together. It does not wait until the peer takes them, for the peer may
// write before it reads; what cannot be written at once is left to a goroutine.
// If that flush fails, its error is that of Next once, unless a call of the
// Writer has returned it; reading may go on, for what the peer had to say before
// it closed.
//
// Write and Flush do wait. Two peers that write more than there is room for between
// them, before they read, wait for each other: WriteTimeout ends that, and a
// goroutine for each direction avoids it.
//
// The timeouts are set before the Conn is used, or by the goroutine that reads, and
// WriteTimeout while nobody writes; 0 is none. Their errors wrap
// os.ErrDeadlineExceeded. Reading goes on with the next call after one of them;
// writing does not, and neither survives a timeout or a context that ends during a
// TLS handshake. A Conn that has timeouts, is used with contexts, or belongs to a
// Server, sets the deadlines of its connection; otherwise they are the caller's.
type Conn struct {
	Reader
	Writer

	// IdleTimeout is how long Next waits for the first byte of a frame.
	IdleTimeout time.Duration

	// FrameTimeout is how long the rest of a frame may take, from the moment that
	// the Reader waits for it with a part of it there, in however many pieces it
	// comes. After its error another call has as much time again. For a payload
	// that is read as a stream it includes the time in which nobody reads.
	FrameTimeout time.Duration

	// WriteTimeout is how long a flush may take, whoever began it.
	WriteTimeout time.Duration

	conn   net.Conn
	closed atomic.Bool
	begun  time.Time // when the Reader first waited for the rest of a frame

	special atomic.Bool // there is something for arming to look at, besides timeouts
	arming  sync.Mutex
	reading *turn     // of a call of NextContext, or nil
	until   time.Time // the read deadline
	woken   bool      // it was moved into the past
	ending  bool      // the Server is shut down

	// Of the goroutine that reads, in a Server.
	handling bool          // a handler is running: no Shutdown ends its reading
	draining bool          // the Server is shut down, and no handler is running
	drained  int           // how many bytes came since then
	silent   int           // how many waits were in vain
	waited   time.Duration // how long all of them took
	since    time.Time     // when the last one began
}

// NewConn returns a Conn of a connection that is a stream: TCP, TLS, net.Pipe, a
// Unix-domain connection of the type "unix".
//
// Datagrams are no streams. To read from a connection of theirs is an error; they
// are for [Layout.Parse] and [Layout.Append].
func NewConn(c net.Conn, layout *Layout) *Conn {
	n := &Conn{conn: c}
	n.Reader.init(c, layout)
	n.Writer.init(c, layout)
	n.Reader.conn, n.Writer.conn = n, n
	return n
}

// SetLayout changes the layout of the frames that are read and written from now on, for
// protocols that begin with another one, as PostgreSQL's does. It is for the goroutine
// that reads.
func (c *Conn) SetLayout(layout *Layout) {
	c.Reader.layout, c.header.layout = layout, layout
	c.Writer.mu.Lock()
	defer c.Writer.mu.Unlock()
	c.Writer.layout = layout
}

// NetConn returns the connection.
func (c *Conn) NetConn() net.Conn { return c.conn }

// closeTimeout is how long a Close without a WriteTimeout waits for a peer that
// does not read.
const closeTimeout = 5 * time.Second

// Close flushes what is waiting, for at most the WriteTimeout, or five seconds if
// there is none, and closes the connection, whatever comes of it. Other
// goroutines that wait for the connection get an error. A Close that does not wait
// for the peer is that of NetConn. To write afterwards, or to close twice, is an error
// that wraps net.ErrClosed; frames that have been read ahead can still be read.
func (c *Conn) Close() error {
	if c.closed.Swap(true) {
		return c.opError("close", net.ErrClosed)
	}
	err := c.lastFlush()
	c.Writer.close(c.opError("write", net.ErrClosed))
	if err != nil {
		c.abort()
		return err
	}
	return c.conn.Close()
}

// lastFlush flushes what is waiting, and does not wait for ever.
func (c *Conn) lastFlush() error { return c.flushIn(cmp.Or(max(c.WriteTimeout, 0), closeTimeout)) }

// abort closes the connection at once. What wraps one, as TLS does, would take
// leave of the peer first, and wait for that.
func (c *Conn) abort() {
	if wraps, ok := c.conn.(interface{ NetConn() net.Conn }); ok {
		wraps.NetConn().Close()
	}
	c.conn.Close()
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
	if half, ok := c.conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.opError("close", errors.ErrUnsupported)
}

func (c *Conn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: network(c.conn), Source: c.conn.LocalAddr(), Addr: c.conn.RemoteAddr(), Err: err}
}

// network names what kind of connection c is.
func network(c net.Conn) string {
	if addr := c.LocalAddr(); addr != nil {
		return addr.Network()
	}
	return ""
}

// NextContext is Next until ctx ends. Its error is then that of ctx, and
// nothing is lost: the next call goes on where this one stopped.
func (c *Conn) NextContext(ctx context.Context) (Frame, error) {
	if err := ctx.Err(); err != nil {
		return c.nothing(), err
	}
	if ctx.Done() == nil || c.ready() {
		return c.Next()
	}
	t := &turn{ctx: ctx}
	c.arming.Lock()
	c.reading = t
	c.special.Store(true)
	c.arming.Unlock()
	stop := context.AfterFunc(ctx, func() { c.wake(past, func() bool { return c.reading == t }) })
	defer func() {
		stop()
		c.arming.Lock()
		c.reading = nil
		c.arming.Unlock()
	}()
	f, err := c.Next()
	if isClosed(err) && ctx.Err() != nil { // as by Server.Close, which does both
		err = ctx.Err()
	}
	return f, err
}

// WriteContext is Write until ctx ends, if it has to wait at all. An error of ctx
// leaves the Writer as it was, unless this call was writing to the stream: then
// it wraps io.ErrShortWrite as well, and so do the errors of all later calls.
func (c *Conn) WriteContext(ctx context.Context, payload []byte, values ...any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &turn{ctx: ctx, w: &c.Writer}
	defer t.disarm()
	c.Writer.mu.Lock()
	defer c.Writer.mu.Unlock()
	return c.write(t, payload, values)
}

// FlushContext is Flush until ctx ends. Its error is then that of ctx; it wraps
// io.ErrShortWrite as well, and is final, if this call was writing to the stream, and
// not if it waited for another goroutine's.
func (c *Conn) FlushContext(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &turn{ctx: ctx, w: &c.Writer}
	defer t.disarm()
	c.Writer.mu.Lock()
	defer c.Writer.mu.Unlock()
	return c.flushed(t)
}

// past is a deadline that wakes whoever waits.
var past = time.Unix(1, 0)

// wake ends the wait of the Reader, at a time, if there is one that should end.
func (c *Conn) wake(at time.Time, should func() bool) {
	c.arming.Lock()
	defer c.arming.Unlock()
	if should() {
		c.woken = true
		c.special.Store(true)
		c.conn.SetReadDeadline(at)
	}
}

// calm takes back the deadline of a wake whose reason the Reader has found: if the
// deadlines are the caller's, the next one that is set must stay.
func (c *Conn) calm() {
	if c.woken {
		c.woken, c.until = false, time.Time{}
		c.special.Store(c.reading != nil || c.ending)
		c.conn.SetReadDeadline(c.until)
	}
}

// end tells the Reader that the Server is shut down. A TLS handshake that is under
// way gets some time, for it does not survive a deadline.
func (c *Conn) end() {
	at := past
	if c.raw == nil {
		at = time.Now().Add(patience)
	}
	c.wake(at, func() bool {
		c.ending = true
		return true
	})
}

const (
	// drain is how much a connection reads after a Shutdown: more than a kernel
	// holds for it, so that all frames are answered that had arrived, and not more,
	// for the peer may go on sending for ever.
	drain = 8 << 20
	// Where it cannot be asked whether there are any, a wait of this length tells;
	// but on a machine that is busy the time may be over before anybody looks.
	patience = 25 * time.Millisecond
	waits    = 4
	// impatience is how long such waits take in all, for a peer that always has
	// something before one is over.
	impatience = time.Second
	// partTimeout is the FrameTimeout after a Shutdown if there is none.
	partTimeout = 5 * time.Second
)

// errEnding ends reading after a Shutdown.
var errEnding = errors.New("frame: shut down")

// beforeRead is called before the Reader waits, inside a frame or before one. The
// Reader must not wait if poll is set.
func (c *Conn) beforeRead(inside bool) (poll bool, err error) {
	if err := c.settle(); err != nil {
		c.arming.Lock()
		defer c.arming.Unlock()
		c.calm()
		return false, &flushError{err}
	}
	if c.IdleTimeout <= 0 && c.FrameTimeout <= 0 && !c.special.Load() {
		return false, nil
	}
	c.arming.Lock()
	defer c.arming.Unlock()
	if c.reading != nil {
		if err := c.reading.err(); err != nil {
			c.calm()
			return false, err
		}
	}
	c.draining = c.ending && !c.handling
	// Then a frame that has begun is read to its end, and not a byte more.
	c.exact = c.draining && c.drained >= drain
	var d time.Time
	switch {
	case inside:
		limit := c.FrameTimeout
		if limit <= 0 && c.draining {
			limit = partTimeout
		}
		if limit > 0 {
			if c.begun.IsZero() {
				c.begun = time.Now()
			}
			d = c.begun.Add(limit)
		}
	case c.draining:
		if c.drained >= drain || c.silent >= waits || c.waited >= impatience {
			return false, errEnding
		}
		if poll = c.raw != nil; !poll {
			c.since = time.Now()
			d = c.since.Add(patience)
		}
	case c.IdleTimeout > 0:
		d = time.Now().Add(c.IdleTimeout)
	}
	if c.woken || d != c.until {
		c.woken, c.until = false, d
		// A net.Pipe has no deadline any more when the peer has closed it. Reading tells
		// whether there is something left, and which end it was.
		if err = c.conn.SetReadDeadline(d); err == io.ErrClosedPipe {
			err = nil
		}
	}
	c.special.Store(c.reading != nil || c.ending || !d.IsZero())
	return poll, err
}

// hasDrained is called when the Reader has waited while draining, and has n bytes
// more.
func (c *Conn) hasDrained(n int) {
	c.drained += n
	if !c.since.IsZero() {
		c.waited += time.Since(c.since)
		c.since = time.Time{}
	}
}

// cutBy returns the error of who has ended a handshake, if it was no deadline.
func (c *Conn) cutBy() error {
	c.arming.Lock()
	defer c.arming.Unlock()
	switch {
	case c.ending:
		return errEnding
	case c.reading != nil:
		return c.reading.err()
	}
	return nil
}

// slack is how much earlier than a deadline its error may come.
const slack = 10 * time.Millisecond

// timedOut is called when a read deadline has passed. The Reader waits again if
// it returns no error; otherwise the error may be one that would come again and again.
func (c *Conn) timedOut(inside bool, err error) (e error, stuck bool) {
	c.arming.Lock()
	defer c.arming.Unlock()
	switch {
	case c.woken:
		return nil, false // beforeRead knows why
	case c.draining && !inside:
		if c.silent++; c.raw != nil {
			c.silent = waits
		}
		return nil, false // beforeRead ends it
	}
	c.begun = time.Time{}
	// What is too early was not this deadline: a connection that hides a TLS handshake
	// says so again and again when that has timed out.
	return err, time.Until(c.until) > slack
}

// A flushError is that of a flush before reading. It may be that of a deadline, but
// is not one that reading goes on after.
type flushError struct{ err error }

func (e *flushError) Error() string { return "frame: flush before reading: " + e.err.Error() }

func (e *flushError) Unwrap() error { return e.err }
