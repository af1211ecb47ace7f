package frame

import (
	"context"
	"net"
	"sync/atomic"
	"time"
)

// A Conn is a connection with a Reader and a Writer of the same layout. One
// goroutine may read while any number of them write.
//
// Before it waits for the peer, the Reader flushes the Writer: whoever answers
// frames need not flush, and the answers to all frames that came together go
// out together. Two peers that both write and never read wait for each other
// when the buffers between them are full; WriteTimeout ends that.
//
// The timeouts are set before the Conn is used; 0 is none. The errors wrap
// os.ErrDeadlineExceeded. Those of reading can be followed by another call.
type Conn struct {
	Reader
	Writer

	IdleTimeout  time.Duration // from the call of Next to the first byte of a frame
	FrameTimeout time.Duration // from the first byte of a frame to its last, however many pieces it comes in
	WriteTimeout time.Duration // of one flush

	conn    net.Conn
	begun   time.Time // when the Reader first waited for the rest of a frame
	expired bool      // the FrameTimeout has passed
	armed   bool      // a read deadline is set
	// Contexts that end move a deadline into the past, where it must stay.
	readWoken, writeWoken atomic.Bool

	// For a Server.
	stopping atomic.Bool
	stopAt   time.Time // after which no frame is begun
	busy     bool      // something was written between the last two waits
}

// NewConn returns a Conn of a network connection of any kind.
func NewConn(c net.Conn, layout *Layout) *Conn {
	n := &Conn{conn: c}
	n.Reader.init(c, layout)
	n.Reader.conn = n
	n.Writer.layout, n.Writer.dst, n.Writer.conn = layout, c, n
	return n
}

// NetConn returns the connection.
func (c *Conn) NetConn() net.Conn { return c.conn }

// Close flushes what is waiting, and closes the connection. A Close that must
// not wait for the peer is that of NetConn.
func (c *Conn) Close() error {
	err := c.Flush()
	if e := c.conn.Close(); err == nil {
		err = e
	}
	return err
}

// NextContext is Next until ctx ends. Its error is then that of ctx, and
// nothing is lost: the next call goes on where this one stopped.
func (c *Conn) NextContext(ctx context.Context) (Frame, error) {
	if err := ctx.Err(); err != nil {
		return Frame{}, err
	}
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		c.readWoken.Store(true)
		c.conn.SetReadDeadline(past)
		close(done)
	})
	f, err := c.Next()
	if stop() {
		return f, err
	}
	<-done // or it would end a later call
	c.readWoken.Store(false)
	c.armed = true // so that it is set anew
	if err != nil && isTimeout(err) {
		err = ctx.Err()
	}
	return f, err
}

// FlushContext is Flush until ctx ends. Its error is then that of ctx, and
// final: a frame may have been written in part.
func (c *Conn) FlushContext(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		c.writeWoken.Store(true)
		c.conn.SetWriteDeadline(past)
		close(done)
	})
	err := c.Flush()
	if stop() {
		return err
	}
	<-done
	c.writeWoken.Store(false)
	c.conn.SetWriteDeadline(time.Time{})
	if err != nil && isTimeout(err) {
		err = ctx.Err()
	}
	return err
}

// past is a deadline that wakes whoever waits.
var past = time.Unix(1, 0)

// beforeRead is called before the Reader waits, inside a frame or before one.
func (c *Conn) beforeRead(inside bool) error {
	var err error
	if c.busy, err = c.Writer.settle(); err != nil {
		return err
	}
	var d time.Time
	switch {
	case inside && c.FrameTimeout > 0:
		if c.begun.IsZero() {
			c.begun = time.Now()
		}
		d = c.begun.Add(c.FrameTimeout)
	case inside:
	case c.stopping.Load():
		if c.stopAt.IsZero() {
			c.stopAt = time.Now().Add(grace)
		}
		d = c.stopAt
	default:
		d = deadline(c.IdleTimeout)
	}
	if c.armed || !d.IsZero() {
		c.armed = !d.IsZero()
		if err := c.conn.SetReadDeadline(d); err != nil {
			return err
		}
	}
	// Who wakes sets a flag and then the deadline; here it is the other way
	// round, so that one of both sees the other.
	if c.readWoken.Load() || c.stopping.Load() && !inside && c.stopAt.IsZero() {
		c.armed = true
		return c.conn.SetReadDeadline(past)
	}
	return nil
}

// timedOut is called when a read deadline has passed.
func (c *Conn) timedOut() {
	c.expired = !c.begun.IsZero() && time.Since(c.begun) >= c.FrameTimeout
	if c.expired {
		c.begun = time.Time{} // another call has as much time again
	}
}

func (c *Conn) beforeWrite() {
	if c.WriteTimeout > 0 {
		c.conn.SetWriteDeadline(deadline(c.WriteTimeout))
	}
	if c.writeWoken.Load() {
		c.conn.SetWriteDeadline(past)
	}
}
