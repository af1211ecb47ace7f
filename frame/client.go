package frame

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
)

// A Client makes calls: it sends requests, and finds the answers, which may come in any
// order, by a number in the header. Its layout has the rule [RequestAt]. Any number of
// goroutines may call at the same time.
type Client struct {
	// Conn is the connection. What is to hold for it, such as MaxPayload and WriteTimeout,
	// is set before the first call. Nobody else reads from it. Its timeouts of reading end
	// the Client if they pass while calls wait for answers.
	Conn *Conn

	start sync.Once
	mu    sync.Mutex
	calls map[uint64]chan answer // by number; nil is for a call whose context has ended
	last  uint64                 // number that was used
	err   error                  // final
}

type answer struct {
	frame Frame
	err   error
}

// maxCalls is how many calls may wait, those whose context has ended among them: a peer that
// never answers is not to fill the memory.
const maxCalls = 1 << 20

// NewClient returns a Client of a connection that is a stream.
func NewClient(c net.Conn, layout *Layout) *Client {
	n := &Client{Conn: NewConn(c, layout), calls: map[uint64]chan answer{}}
	if layout.request < 0 {
		n.err = fmt.Errorf("frame: a Client needs a layout with RequestAt, and this is a %v", layout)
	}
	return n
}

// Call sends a request, and returns the answer, whose bytes are the caller's. The values are
// all of the format's but the length and the number of the request. If ctx ends before,
// its error is returned, and the answer is dropped when it comes: other calls are not
// disturbed. After an error of the connection, its end, or an answer to no request
// all calls that wait, and all that come, have that error: io.ErrUnexpectedEOF for an end.
// It is ErrBusy if all numbers are those of calls that wait, or a million are.
func (c *Client) Call(ctx context.Context, payload []byte, values ...any) (Frame, error) {
	if err := ctx.Err(); err != nil {
		return Frame{}, err
	}
	id, answered, err := c.begin()
	if err != nil {
		return Frame{}, err
	}
	at := min(c.Conn.Writer.layout.request, len(values)) // too few are for Write to refuse
	if err := c.Conn.WriteContext(ctx, payload, slices.Concat(values[:at], []any{id}, values[at:])...); err != nil {
		c.forget(id, false)
		return Frame{}, err
	}
	if err := c.Conn.FlushContext(ctx); err != nil {
		c.forget(id, true)
		return Frame{}, err
	}
	select {
	case a := <-answered:
		return a.frame, a.err
	case <-ctx.Done():
		c.forget(id, true)
		return Frame{}, ctx.Err()
	}
}

// begin registers a call.
func (c *Client) begin() (id uint64, answered chan answer, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return 0, nil, c.err
	}
	l := c.Conn.Writer.layout
	most := uint64(l.integers[l.given[l.request]].max())
	if n := uint64(len(c.calls)); n > most || n >= maxCalls {
		return 0, nil, ErrBusy
	}
	for taken := true; taken; _, taken = c.calls[c.last] {
		if c.last++; c.last > most {
			c.last = 0
		}
	}
	answered = make(chan answer, 1)
	c.calls[c.last] = answered
	c.start.Do(func() { go c.read() })
	return c.last, answered, nil
}

// forget ends a call without an answer. If one may come, the number is not used until then.
func (c *Client) forget(id uint64, sent bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.calls[id]; !ok {
		return
	}
	if sent {
		c.calls[id] = nil
	} else {
		delete(c.calls, id)
	}
}

// read hands out the answers until the connection ends.
func (c *Client) read() {
	l := c.Conn.Reader.layout
	at := l.given[l.request]
	for {
		f, err := c.Conn.Next()
		if resumable(err) && c.idle() {
			continue
		}
		if err == nil {
			err = c.deliver(f.Uint(at), f)
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			c.fail(err)
			if !c.Conn.closed.Load() {
				c.Conn.abort()
			}
			return
		}
	}
}

// idle reports whether no call waits.
func (c *Client) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.calls) == 0
}

func (c *Client) deliver(id uint64, f Frame) error {
	c.mu.Lock()
	answered, ok := c.calls[id]
	delete(c.calls, id)
	c.mu.Unlock()
	if !ok {
		return fmt.Errorf("frame: an answer to request %d, which does not wait for one", id)
	}
	if answered != nil {
		answered <- answer{frame: f.Clone()}
	}
	return nil
}

// fail makes err the answer to all calls, unless there is an error.
func (c *Client) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
	for id, answered := range c.calls {
		if answered != nil {
			answered <- answer{err: c.err}
		}
		delete(c.calls, id)
	}
}

// Close closes the connection. Calls that wait have an error that wraps net.ErrClosed.
func (c *Client) Close() error {
	c.fail(c.Conn.opError("call", net.ErrClosed))
	return c.Conn.Close()
}
