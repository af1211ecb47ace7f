package frame

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// A Server answers frames on any number of connections, each in a goroutine of
// its own: a peer that is slow or silent delays no other one. Its fields are set
// before Serve is called.
type Server struct {
	Layout *Layout

	// Handle is called for the frames of a connection one after another. The frame
	// is valid until Handle returns, or reads from c itself; what it writes to c
	// is flushed when no frame is left to handle. An error ends the connection,
	// after what was written has been flushed. ctx ends when the Server has to: with
	// Close, or with the context of Shutdown.
	Handle func(ctx context.Context, c *Conn, f Frame) error

	MaxPayload   int           // as that of a Reader
	IdleTimeout  time.Duration // as those of a Conn
	FrameTimeout time.Duration
	WriteTimeout time.Duration

	// MaxConns is how many connections are held at a time, if it is positive.
	// Others wait to be accepted.
	MaxConns int

	// ConnError, if set, is called when a connection ends with an error: one of
	// Handle, or of reading or writing. The end of the stream between frames is
	// none. What it writes to c, such as an answer to a *SizeError, is still sent.
	ConnError func(c *Conn, err error)

	mu        sync.Mutex
	ctx       context.Context
	cancel    context.CancelFunc
	stopping  bool
	listeners map[net.Listener]bool
	conns     map[*Conn]bool
	running   sync.WaitGroup
}

const (
	// grace is how long a Shutdown waits for a frame that may be on its way.
	grace = 5 * time.Millisecond
	// linger is how long a connection stays open for a peer that has not read its
	// last answers yet: closed at once, what it still sends would wipe them out.
	linger = time.Second
)

// Serve accepts connections of ln, until that fails or the Server is shut down,
// and then returns an error, which is ErrServerClosed after Shutdown or Close.
// It closes ln. It may be called for several listeners.
func (s *Server) Serve(ln net.Listener) error {
	defer ln.Close()
	if s.Layout == nil || s.Handle == nil {
		return errors.New("frame: a Server needs a Layout and a Handle function")
	}
	if !s.begin(ln) {
		return ErrServerClosed
	}
	defer s.forget(ln)
	var room chan struct{}
	if s.MaxConns > 0 {
		room = make(chan struct{}, s.MaxConns)
	}
	for wait := time.Duration(0); ; {
		if room != nil {
			select {
			case room <- struct{}{}:
			case <-s.ctx.Done():
				return ErrServerClosed
			}
		}
		c, err := ln.Accept()
		if err != nil {
			if room != nil {
				<-room
			}
			if s.isStopping() {
				return ErrServerClosed
			}
			if !passing(err) {
				return err
			}
			// Such as too many open files: others may be closed soon.
			wait = min(max(2*wait, 5*time.Millisecond), time.Second)
			select {
			case <-time.After(wait):
			case <-s.ctx.Done():
			}
			continue
		}
		wait = 0
		conn := s.add(c)
		if conn == nil {
			c.Close()
			return ErrServerClosed
		}
		go func() {
			defer s.running.Done()
			s.serve(conn)
			if room != nil {
				<-room
			}
		}()
	}
}

// passing reports whether Accept may succeed later.
func passing(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}

// begin registers a listener, unless the Server is closed.
func (s *Server) begin(ln net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return false
	}
	s.start()
	s.listeners[ln] = true
	return true
}

// start makes what a Server needs, once.
func (s *Server) start() {
	if s.ctx == nil {
		s.ctx, s.cancel = context.WithCancel(context.Background())
		s.listeners, s.conns = map[net.Listener]bool{}, map[*Conn]bool{}
	}
}

func (s *Server) forget(ln net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, ln)
}

func (s *Server) isStopping() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopping
}

// add registers a connection, unless the Server is closed.
func (s *Server) add(nc net.Conn) *Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return nil
	}
	c := NewConn(nc, s.Layout)
	c.MaxPayload = s.MaxPayload
	c.IdleTimeout, c.FrameTimeout, c.WriteTimeout = s.IdleTimeout, s.FrameTimeout, s.WriteTimeout
	s.conns[c] = true
	s.running.Add(1)
	return c
}

// serve handles the frames of a connection until it ends.
func (s *Server) serve(c *Conn) {
	err := s.handle(c)
	if err != nil && s.ConnError != nil {
		s.ConnError(c, err)
	}
	if e := c.Flush(); err == nil && e != nil && s.ConnError != nil {
		s.ConnError(c, e)
	}
	if err == nil && c.busy || err != nil && !isTimeout(err) {
		c.linger()
	}
	c.conn.Close()
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
}

// handle returns nil at the end of the stream, and when the Server is shut down.
func (s *Server) handle(c *Conn) error {
	for {
		f, err := c.Next()
		switch {
		case err == nil:
			if err := s.Handle(s.ctx, c, f); err != nil {
				return err
			}
		case err == io.EOF:
			return nil
		case isTimeout(err) && c.stopping.Load() && !c.expired && (c.inside() || time.Now().Before(c.stopAt) || c.stopAt.IsZero()):
			// Woken, but with a frame here in part, or maybe on its way.
		case isTimeout(err) && c.stopping.Load() && !c.inside():
			return nil
		default:
			return err
		}
	}
}

// inside reports whether the Reader has a frame in part.
func (c *Conn) inside() bool { return c.end > c.start || c.left > 0 }

// linger ends what is sent, and waits until the peer has read it and closes.
func (c *Conn) linger() {
	half, ok := c.conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	for end := time.Now().Add(linger); time.Now().Before(end); {
		if c.conn.SetReadDeadline(end) != nil {
			return
		}
		if _, err := io.Copy(io.Discard, c.conn); err == nil || !isTimeout(err) {
			return
		}
	}
}

// Shutdown ends the Server in order: it stops accepting, lets every handler finish,
// and also handles the frames that have arrived, flushes the answers, and waits
// until all connections are closed. A frame that is here in part has until its
// FrameTimeout. If ctx ends before that, Shutdown does what Close does and
// returns the error of ctx.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stop(func(c *Conn) {
		c.stopping.Store(true)
		c.conn.SetReadDeadline(past)
	})
	done := make(chan struct{})
	go func() {
		s.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		s.cancel()
		return nil
	case <-ctx.Done():
		s.Close()
		return ctx.Err()
	}
}

// Close ends the Server at once: it closes all listeners and connections, and ends
// the context of the handlers. It does not wait for them.
func (s *Server) Close() error {
	s.stop(func(c *Conn) { c.conn.Close() })
	s.cancel()
	return nil
}

// stop ends accepting, and does end to every connection.
func (s *Server) stop(end func(*Conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.start()
	s.stopping = true
	for ln := range s.listeners {
		ln.Close()
	}
	for c := range s.conns {
		end(c)
	}
}
