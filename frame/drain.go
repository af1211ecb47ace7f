package frame

import (
	"errors"
	"time"
)

const (
	// drain is how much a connection reads after a Shutdown: more than a kernel
	// holds for it, so that all frames are answered that had arrived, and not more,
	// for the peer may go on sending for ever.
	drain = 8 << 20
	// Where it cannot be asked whether there are any, a wait of this length tells;
	// but on a machine that is busy the time may be over before anybody looks.
	pollWait = 25 * time.Millisecond
	waits    = 4
	// impatience is how long such waits take in all, for a peer that always has
	// something before one is over.
	pollWaits = time.Second
	// partTimeout is the FrameTimeout after a Shutdown if there is none.
	partTimeout = 5 * time.Second
)

// errEnding ends reading after a Shutdown.
var errEnding = errors.New("frame: shut down")

// end tells the Reader that the Server is shut down. A TLS handshake that is under
// way gets some time, for it does not survive a deadline.
func (c *Conn) end() {
	at := expired
	if c.raw == nil {
		at = time.Now().Add(pollWait)
	}
	c.wake(at, func() bool {
		c.ending = true
		return true
	})
}

// hasDrained is called when the Reader has waited while draining, and has n bytes
// more.
func (c *Conn) hasDrained(n int) {
	c.drained += n
	if !c.waitStart.IsZero() {
		c.waited += time.Since(c.waitStart)
		c.waitStart = time.Time{}
	}
}

// A connection that was closed at once would lose the last answers, if the peer
// goes on sending before it has read them. So it is closed when the peer has been
// silent for lingerSilent, or after lingerMost.
const (
	lingerSilent = time.Second
	lingerMost   = 5 * time.Second
)

// linger ends what is sent, and waits until the peer has read it and closes.
func (c *Conn) linger() {
	half, ok := c.conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	buf := getBuffer(smallest - shift)
	defer buf.put()
	for end := time.Now().Add(lingerMost); ; {
		d := time.Now().Add(lingerSilent)
		if d.After(end) {
			d = end
		}
		if c.conn.SetReadDeadline(d) != nil {
			return
		}
		// A deadline that is not over is that of a Shutdown, for the Reader.
		if _, err := c.conn.Read(buf.b); err != nil && (!isTimeout(err) || time.Until(d) <= slack) {
			return
		}
	}
}
