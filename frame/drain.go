package frame

import (
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

const (
	// Where it cannot be asked whether there are any, a wait of this length shows it;
	// but on a machine that is busy the time may be over before anybody looks.
	pollWait = 25 * time.Millisecond
	waits    = 4
	// pollWaits is how long such waits take in all, for a peer that always has
	// something before one is over.
	pollWaits = time.Second
	// partTimeout is the FrameTimeout after a Shutdown if there is none.
	partTimeout = 5 * time.Second
)

// drain is how much a connection reads after a Shutdown at least, if it is there: as
// much as had arrived, but not for ever if the peer goes on sending. A variable for tests.
var drain = 8 << 20

// A drainState is how far the reading is that a Shutdown ends. It belongs to the
// goroutine that reads.
type drainState struct {
	handling   bool          // a handler is running: no Shutdown ends its reading
	draining   bool          // the Server is shut down, and no handler is running
	drained    int           // how many bytes came since then
	drainLimit int           // how many may come; 0 if it has not begun
	emptyWaits int           // how many waits were in vain
	waited     time.Duration // how long all of them took
	waitStart  time.Time     // when the last one began
}

// errUnread ends reading after a Shutdown, with something left.
var errUnread = errors.New("frame: shut down before all was read that had arrived")

// errEnding ends reading after a Shutdown.
var errEnding = errors.New("frame: shut down")

// end lets the Reader know that the Server is shut down. A TLS handshake that is under
// way gets some time, because it does not survive a deadline.
func (c *Conn) end() {
	at := expired
	if !isRaw(c.stream()) {
		at = time.Now().Add(pollWait)
	}
	c.wake(at, func() bool {
		c.ending = true
		return true
	})
}

// drainEnd ends reading after a Shutdown.
func (c *Conn) drainEnd() error {
	if c.drained >= c.drainLimit && hasUnread(c.stream()) {
		return errUnread
	}
	return errEnding
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

// Answers are lost if a connection is closed before the peer's kernel has them, or
// with bytes unread. So it is closed when they are acknowledged, and the peer has
// closed, has been silent for lingerSilent, or goes on sending after lingerMost.
// Variables for tests.
var (
	lingerSilent = time.Second
	lingerMost   = 5 * time.Second
)

// lingerPoll is how often a connection without news is asked what it has sent.
const lingerPoll = 20 * time.Millisecond

// errUnsent is for answers that the peer's kernel did not acknowledge in time.
var errUnsent = errors.New("frame: closed before the peer has acknowledged the last frames")

// linger ends what is sent, and waits until the peer has read it and closes. The
// error says that it may not have all of it. A TLS peer that has closed already
// refuses the goodbye that TLS sends, which says nothing of what came before.
func (c *Conn) linger(closed bool) error {
	if !c.closeWrite() {
		return nil
	}
	buf := getBuffer(smallest - shift)
	defer buf.put()
	start := time.Now()
	silentAt := start.Add(lingerSilent)
	limit := start.Add(c.writeLimit())
	for ended := false; ; {
		sent, known, err := sendState(c.stream())
		now := time.Now()
		switch {
		case known && err != nil && closed && c.Reader.raw == nil:
			return nil
		case known && err != nil:
			return fmt.Errorf("%w: %w", errUnsent, err)
		case known && !sent && now.After(limit):
			return errUnsent
		case (sent || !known) && (ended || now.After(silentAt) || now.Sub(start) >= lingerMost):
			return nil
		}
		if ended {
			time.Sleep(lingerPoll)
			continue
		}
		// A deadline that is not over comes from a Shutdown, for the Reader.
		if err := c.stream().SetReadDeadline(now.Add(lingerPoll)); err == nil {
			_, err = c.stream().Read(buf.b)
			switch {
			case err == nil:
				silentAt = time.Now().Add(lingerSilent)
			case err == io.EOF:
				ended = true
			case !isTimeout(err):
				if known && !sent {
					return fmt.Errorf("%w: %w", errUnsent, err)
				}
				return nil
			}
		} else if known && !sent {
			return fmt.Errorf("%w: %w", errUnsent, err)
		} else {
			return nil
		}
	}
}

// closeWrite ends what is sent, also below TLS, which only says so.
func (c *Conn) closeWrite() bool {
	half, ok := c.stream().(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return false
	}
	if wraps, ok := c.stream().(interface{ NetConn() net.Conn }); ok {
		if half, ok := wraps.NetConn().(interface{ CloseWrite() error }); ok {
			half.CloseWrite()
		}
	}
	return true
}
