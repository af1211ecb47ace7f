package frame

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"time"
)

// Upgrade goes on over the connection that wrap makes of this one, as after the answer to
// STARTTLS: it flushes what is waiting, and does the handshake, if there is one, until ctx
// ends, or the HandshakeTimeout of a Server or the FrameTimeout is over.
//
//	err := c.Upgrade(ctx, func(nc net.Conn) net.Conn { return tls.Server(nc, config) })
//
// A peer sends nothing between its request and the answer. What has been read already would
// be taken for what comes over the new connection, though anybody on the way may have put
// it there: it is an error, and no frame of it is returned. What has not been read yet goes
// to the new connection, where TLS refuses it.
//
// Upgrade is for the goroutine that reads, while no other one writes; the frame that was
// read last stays valid. An error is final.
func (c *Conn) Upgrade(ctx context.Context, wrap func(net.Conn) net.Conn) error {
	r := &c.Reader
	if r.err != nil {
		return r.err
	}
	if n := int64(r.end-r.start) + r.left; n > 0 || r.pending != nil {
		return c.giveUp(fmt.Errorf("frame: upgrade with %d bytes unread that came before it", n))
	}
	if err := c.FlushContext(ctx); err != nil {
		return c.giveUp(err)
	}
	c.change(wrap(c.stream()))
	if r.handshake == nil {
		return nil
	}
	limit := c.FrameTimeout
	if s := c.server; s != nil {
		limit = cmp.Or(s.HandshakeTimeout, limit)
	}
	if err := c.shakeHands(ctx, limit); err != nil {
		if err == io.EOF { // which would be an end in order
			err = io.ErrUnexpectedEOF
		}
		return c.giveUp(err)
	}
	return nil
}

// giveUp makes err the answer to every later call that reads. None writes: it would be
// without the new connection.
func (c *Conn) giveUp(err error) error {
	c.Writer.close(c.opError("write", net.ErrClosed))
	return c.Reader.fail(err)
}

// change has the Conn go on over another connection, for which no deadline is set.
func (c *Conn) change(to net.Conn) {
	c.deadlineMu.Lock()
	defer c.deadlineMu.Unlock()
	c.Writer.mu.Lock()
	defer c.Writer.mu.Unlock()
	if !c.woken { // otherwise the handshake is not to wait
		c.readDeadline = time.Time{}
		c.stream().SetReadDeadline(c.readDeadline)
	}
	c.upgraded.Store(&to)
	c.parks = c.parks && c.parker().canPark(to)
	c.Reader.connect(to)
	c.Writer.connect(to)
}
