package frame

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"reflect"
	"time"
)

// expired is a deadline that wakes whoever waits.
var expired = time.Unix(1, 0)

// wake ends the wait of the Reader, at a time, if there is one that should end.
func (c *Conn) wake(at time.Time, should func() bool) {
	c.deadlineMu.Lock()
	defer c.deadlineMu.Unlock()
	if should() {
		c.woken = true
		c.mustArm.Store(true)
		c.stream().SetReadDeadline(at)
		c.unpark()
	}
}

// clearWake takes back the deadline of a wake whose reason the Reader has found: if the
// deadlines are the caller's, the next one that is set must stay.
func (c *Conn) clearWake() {
	if c.woken {
		c.woken, c.readDeadline = false, time.Time{}
		c.mustArm.Store(c.reading != nil || c.ending)
		c.stream().SetReadDeadline(c.readDeadline)
	}
}

// beforeRead is called before the Reader waits, inside a frame or before one. The
// Reader must not wait if poll is set.
func (c *Conn) beforeRead(inside bool) (poll bool, err error) {
	failed := c.flushBeforeRead()
	if failed == nil && c.IdleTimeout <= 0 && c.FrameTimeout <= 0 && !c.mustArm.Load() {
		return false, nil
	}
	c.deadlineMu.Lock()
	defer c.deadlineMu.Unlock()
	if c.reading != nil {
		if err := (*c.reading).Err(); err != nil {
			c.clearWake()
			return false, err
		}
	}
	if failed == nil && c.woken { // perhaps for that flush, which has failed since then
		failed = c.unreportedError()
	}
	if failed != nil {
		return c.pollBeforeError(failed)
	}
	if c.draining = c.ending && !c.handling; c.draining && c.drainLimit == 0 {
		c.drainLimit = max(drain, unread(c.stream()))
	}
	// Then a frame that is here in part is read to its end, and not a byte more.
	c.exact = c.draining && c.drained >= c.drainLimit
	var d time.Time
	switch {
	case inside:
		limit := c.FrameTimeout
		if limit <= 0 && c.draining {
			limit = partTimeout
		}
		if limit > 0 {
			if c.frameStart.IsZero() {
				c.frameStart, c.frameBytes = time.Now(), 0
			}
			d = c.frameStart.Add(limit + timeFor(c.frameBytes, c.MinRate))
		}
		if c.late.trying {
			if poll = c.Reader.raw != nil; !poll {
				d = time.Now().Add(pollWait)
			}
		}
	case c.draining:
		if c.drained >= c.drainLimit || c.emptyWaits >= waits || c.waited >= pollWaits {
			return false, c.drainEnd()
		}
		if poll = c.Reader.raw != nil; !poll {
			c.waitStart = time.Now()
			d = c.waitStart.Add(pollWait)
		}
	default:
		d = c.idleDeadline()
	}
	if c.woken || d != c.readDeadline {
		c.woken, c.readDeadline = false, d
		err = c.setReadDeadline(d)
	}
	c.mustArm.Store(c.reading != nil || c.ending || !d.IsZero())
	return poll, err
}

// pollBeforeError is beforeRead when writing has failed: what has arrived comes first,
// and the error when there is nothing, or so much that it may never end.
func (c *Conn) pollBeforeError(failed error) (poll bool, err error) {
	last := &c.lastWords
	if last.limit == 0 {
		last.limit = max(drain, unread(c.stream()))
	}
	if last.polls >= waits || last.bytes >= last.limit {
		*last = lastWords{}
		c.clearWake()
		c.report()
		return false, &flushError{failed}
	}
	if last.polling = true; c.Reader.raw != nil {
		last.polls = waits
		return true, nil
	}
	last.polls++
	c.woken = true
	return false, c.setReadDeadline(time.Now().Add(pollWait))
}

// nameTimeout says which timeout an error of reading comes from, for whoever reads the log.
func (c *Conn) nameTimeout(err error) error {
	part := c.Reader.end - c.Reader.start
	switch {
	case !isTimeout(err) || c.Reader.handshake != nil || c.hasWriteError(err):
	case part > 0 && c.FrameTimeout > 0:
		return fmt.Errorf("frame: %d bytes of a frame, and not the rest within the FrameTimeout of %v: %w", part, c.FrameTimeout, err)
	case part == 0 && c.IdleTimeout > 0:
		return fmt.Errorf("frame: no frame within the IdleTimeout of %v: %w", c.IdleTimeout, err)
	}
	return err
}

// timeFor is how much longer n bytes may take at so many bytes a second.
func timeFor(n, rate int) time.Duration {
	if rate <= 0 {
		return 0
	}
	return time.Duration(min(float64(n)/float64(rate), 1e9) * float64(time.Second))
}

// setReadDeadline sets the deadline for reading. A net.Pipe has none any more when the
// peer has closed it; reading shows whether there is something left, and which end it was.
func (c *Conn) setReadDeadline(d time.Time) error {
	err := c.stream().SetReadDeadline(d)
	if err == io.ErrClosedPipe {
		err = nil
	}
	return err
}

// hasRead is called when n bytes have come, or the wait for them was in vain.
func (c *Conn) hasRead(n int) {
	if c.draining {
		c.hasDrained(n)
	}
	if n > 0 {
		c.bytesRead.Add(int64(n))
		c.frameBytes += n
		c.late.trying = false
		c.late.bytes += n
		c.records = recordWatch{}
	}
	if last := &c.lastWords; last.polling {
		if last.bytes += n; n > 0 {
			last.polls, last.polling = 0, false
		}
	}
}

// cutBy returns the error of whoever has ended a handshake, if it was no deadline.
func (c *Conn) cutBy() error {
	c.deadlineMu.Lock()
	defer c.deadlineMu.Unlock()
	switch {
	case c.ending:
		return errEnding
	case c.reading != nil:
		return (*c.reading).Err()
	}
	return nil
}

// shakeHands completes the handshake with which a connection begins, within a limit, if
// there is one.
func (c *Conn) shakeHands(ctx context.Context, limit time.Duration) error {
	if limit > 0 {
		limited, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		ctx = limited
	}
	err := c.Reader.handshake(ctx)
	switch {
	case err == nil:
		c.Reader.handshake = nil
	case c.cutBy() != nil:
		return c.cutBy() // by a Shutdown
	case ctx.Err() == context.DeadlineExceeded:
		err = c.opError("handshake", os.ErrDeadlineExceeded)
	}
	return err
}

// lateReads are those of a frame whose time is over. What has arrived by then is not
// late if nobody has read it.
type lateReads struct {
	trying bool // there is something, and the next read is to get it without waiting
	bytes  int  // how many came
	limit  int  // how many may
}

// tryLate reports whether a frame whose time is over may be in the kernel. A peer that
// goes on sending gets no more time by that.
func (c *Conn) tryLate() bool {
	late := &c.late
	if late.limit == 0 {
		late.bytes, late.limit = 0, max(largest, unread(c.stream()))
	}
	late.trying = !c.frameStart.IsZero() && !late.trying && late.bytes < late.limit && hasUnread(c.stream())
	return late.trying
}

// A recordWatch looks at times for a TLS record that is there in part, which is a frame
// that has begun. No deadline shows it, because no byte of it has come.
type recordWatch struct {
	looking   bool      // the read deadline is for a look
	looked    bool      // and the wait goes on after it
	idleUntil time.Time // when the IdleTimeout is over
	start     time.Time // when a part was found
}

// idleDeadline is when to stop waiting for a frame.
func (c *Conn) idleDeadline() (d time.Time) {
	w := &c.records
	looks := c.wrapped && c.FrameTimeout > 0 && c.Reader.handshake == nil
	if c.IdleTimeout <= 0 && !looks {
		return d
	}
	now := time.Now()
	if c.IdleTimeout > 0 {
		if d = now.Add(c.IdleTimeout); w.looked {
			d = w.idleUntil
		}
	}
	w.looked, w.looking, w.idleUntil = false, false, d
	if looks {
		at := now.Add(c.FrameTimeout)
		if !w.start.IsZero() {
			at = w.start.Add(c.FrameTimeout)
		}
		if w.looking = d.IsZero() || at.Before(d); w.looking {
			d = at
		}
	}
	return d
}

// look reports whether the wait for a frame goes on: no part of it is there, or it has
// just been found.
func (c *Conn) look() bool {
	w := &c.records
	had := !w.start.IsZero()
	w.start = time.Time{}
	if hasPartOfRecord(c.stream()) {
		if had {
			return false
		}
		w.start = time.Now()
	}
	w.looked = true
	return true
}

// hasPartOfRecord reports whether a connection of crypto/tls, of which nothing can be
// read, has a part of a record. No method of it says so. In a version of Go that has its
// fields elsewhere there is none.
func hasPartOfRecord(c net.Conn) bool {
	v := reflect.Indirect(reflect.ValueOf(c))
	if v.Kind() != reflect.Struct || v.Type().PkgPath() != "crypto/tls" {
		return false
	}
	raw := v.FieldByName("rawInput")
	if raw.Kind() != reflect.Struct {
		return false
	}
	buf, off := raw.FieldByName("buf"), raw.FieldByName("off")
	return buf.Kind() == reflect.Slice && off.Kind() == reflect.Int && int64(buf.Len()) > off.Int()
}

// slack is how much earlier than a deadline its error may come.
const slack = 10 * time.Millisecond

// timedOut is called when a read deadline has passed. The Reader waits again if
// it returns no error; otherwise the error may be one that would come again and again.
func (c *Conn) timedOut(inside bool, err error) (e error, permanent bool) {
	c.deadlineMu.Lock()
	defer c.deadlineMu.Unlock()
	switch {
	case c.due:
		return c.mayPark(), false
	case c.woken, c.lastWords.polling:
		c.lastWords.polling = false
		return nil, false // beforeRead knows why
	case c.draining && !inside:
		if c.emptyWaits++; c.Reader.raw != nil {
			c.emptyWaits = waits
		}
		return nil, false // beforeRead ends it
	case inside && c.tryLate(), !inside && c.records.looking && c.look():
		return nil, false
	}
	c.frameStart, c.frameBytes, c.late = time.Time{}, 0, lateReads{}
	// What is too early was not this deadline: a connection that hides a TLS handshake
	// says so again and again when that has timed out.
	return err, time.Until(c.readDeadline) > slack
}
