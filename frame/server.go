package frame

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"
)

// A Server answers frames on any number of connections, each in a goroutine of
// its own: a peer that is slow or silent delays no other one. Its functions are called
// by that goroutine, for several connections at the same time. A connection that is
// silent for long has none; see ParkAfter. The fields are set before Serve is called.
//
// Panics in its functions are not recovered, and end the program. A handler whose
// panics are to end only its connection recovers them itself, and returns an error.
type Server struct {
	Layout *Layout

	// Handle is called for the frames of a connection one after another. The frame
	// is valid until Handle returns, or reads from c itself; what it writes to c
	// is flushed when no frame is left to handle. After an error of Handle the
	// connection is closed, but what was written is flushed first; io.EOF ends it
	// without being an error.
	//
	// The answer to a frame waits for those to the frames that have come with it. A
	// handler that takes long flushes c before.
	//
	// An error of writing to c does not end the connection at once: the frames that
	// have arrived are handled first.
	//
	// ctx ends with the connection, also while the handler runs: when c.Close is called,
	// and on Linux when a TCP, TLS or Unix-domain connection is reset or its peer has
	// closed both directions. No byte is read to find that out. A TCP peer that has
	// ended its sending may still read, so one that closes in order is known to be gone
	// when it refuses an answer or a keep-alive probe. ctx ends too when the Server is
	// closed, or the context of its Shutdown ends, but not with Shutdown, which lets
	// handlers finish. A handler that reads from c is not woken by Shutdown either,
	// until it returns.
	Handle func(ctx context.Context, c *Conn, f Frame) error

	// HandleStream is called instead of Handle, if it is set, when the header of a frame has
	// arrived. It reads the payload, which has size bytes and may be larger than memory,
	// from c.Payload(); what it leaves is skipped. MaxPayload does not limit it, and the
	// FrameTimeout includes the time in which nobody reads.
	HandleStream func(ctx context.Context, c *Conn, header Frame, size int64) error

	// Open, if set, is called before the first frame of a connection is read. It may
	// write a greeting, read the other side's, and set what is to hold for this
	// connection, such as c.IdleTimeout; state of the connection goes into the
	// context that it returns, which its handlers get; nil is the one it
	// got. After an error the
	// connection is closed as after one of Handle.
	Open func(ctx context.Context, c *Conn) (context.Context, error)

	// Done, if set, is called when no frame of a connection is left to handle: at the
	// end of the stream, after an error, and at Shutdown, but not if Open has failed.
	// What is written to c before Done returns is still flushed. A handler that leaves
	// the answers to other goroutines has Done wait for them; without it an answer
	// that comes after its handler has returned may find the connection closed. What
	// handlers of other connections write to c at Shutdown needs CloseTogether.
	Done func(ctx context.Context, c *Conn)

	MaxPayload   int           // as in a Reader
	IdleTimeout  time.Duration // as in a Conn
	FrameTimeout time.Duration
	WriteTimeout time.Duration
	MinRate      int

	// HandshakeTimeout is how long a TLS handshake may take: as long as a frame, if
	// it is 0, and without a FrameTimeout as long as the IdleTimeout lets the first
	// frame take.
	HandshakeTimeout time.Duration

	// ParkAfter is how long a connection is silent between frames before it is parked:
	// one second if it is 0, and never if it is negative. A parked connection has no
	// goroutine and no buffers; what arrives starts a goroutine that handles it. Nothing
	// else changes, except that functions of the Server are called by several goroutines
	// for the same connection, one after another; and so they are if it never parks, as
	// a new goroutine needs less memory to wait. When very many connections become active
	// at the same time, some park at once, and wait if something comes within ParkAfter.
	//
	// Connections park on Linux, macOS and the BSDs if they have a descriptor, or wrap one
	// that has: TCP, TLS, Unix-domain ones, and after their first byte those with a method
	// NetConn or SyscallConn, whose Read must survive a deadline. That NetConn was closed
	// by others is noticed within a second, and a read deadline that they set is lost.
	ParkAfter time.Duration

	// CloseTogether is for handlers that write to other connections, as of a chat: Shutdown
	// then closes no connection before the frames that have arrived on all of them are
	// handled. A handler that takes long keeps all of them open. Without it each connection
	// is closed when its own frames are handled, and what others write to it is lost.
	CloseTogether bool

	// Scribble is for tests: when Handle has returned, its frame is overwritten, so that a
	// handler that keeps f.Payload is found. It cannot be if Handle has read from c.
	Scribble bool

	// Logger, if set, gets the errors that ConnError gets, with the peer's address, and
	// temporary errors of accepting, all as warnings.
	Logger *slog.Logger

	// MaxConns is how many connections are held at a time, if it is positive. Others
	// wait to be accepted, unless there is a Refuse function. A listener that waits
	// for its next connection has then taken the place for it: let there be more
	// places than listeners.
	MaxConns int

	// Refuse, if set, is called with a connection that comes while MaxConns are held, by
	// the goroutine that accepts, and so is not to wait. What it writes to c is sent as
	// far as the connection takes it at once, which one of TLS does not before its
	// handshake. Then c is closed.
	Refuse func(c *Conn)

	// ConnError, if set, is called when a connection ends with an error: one of
	// Handle or Open, or of reading or writing. The end of the stream between frames
	// is none, nor is a Close of this side, by c or its NetConn. What it writes to c,
	// such as an answer to a *SizeError, is still sent; then the connection is closed.
	// It is also called, at most once for a connection, if a Shutdown has left frames
	// unread, or if the peer has not acknowledged the last answers when the connection
	// is closed. Done comes before it.
	ConnError func(c *Conn, err error)

	mu        sync.Mutex
	ctx       context.Context
	cancel    context.CancelFunc
	stopped   chan struct{} // closed when Shutdown or Close begins
	room      chan struct{} // holds one value for each connection
	listeners map[*net.Listener]bool
	conns     []*Conn
	undrained int       // of how many of conns frames may be left to handle
	drained   sync.Cond // for undrained to become 0, after stopped
	running   sync.WaitGroup
	parker    *parker
}

// Serve accepts connections of ln, until that fails or the Server is shut down,
// and closes ln. It always returns an error, which is ErrServerClosed after
// Shutdown or Close, and otherwise ln's; its connections go on. It may be
// called for several listeners.
//
// Temporary accept errors, such as in a process that has too many files
// open, are logged and retried.
func (s *Server) Serve(ln net.Listener) error {
	defer ln.Close()
	if s.Layout == nil || s.Handle == nil && s.HandleStream == nil {
		return errors.New("frame: a Server needs a Layout and a Handle function")
	}
	if !s.begin(&ln) {
		return ErrServerClosed
	}
	defer s.forget(&ln)
	for wait := time.Duration(0); ; {
		if s.Refuse == nil && !s.acquire() {
			return ErrServerClosed
		}
		nc, err := ln.Accept()
		if err != nil {
			if s.Refuse == nil {
				s.release()
			}
			if s.isStopped() {
				return ErrServerClosed
			}
			if !temporary(err) {
				return err
			}
			wait = min(max(2*wait, 5*time.Millisecond), time.Second)
			if s.Logger != nil {
				s.Logger.Warn("frame: accept", "error", err, "again in", wait)
			}
			select {
			case <-time.After(wait):
			case <-s.stopped:
			}
			continue
		}
		wait = 0
		if s.Refuse != nil && !s.tryAcquire() {
			s.refuse(nc)
			continue
		}
		c := s.add(nc)
		if c == nil {
			s.release()
			nc.Close()
			return ErrServerClosed
		}
		go s.serve(c)
	}
}

// temporary reports whether Accept may succeed later.
func temporary(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}

// acquire waits until there may be one connection more.
func (s *Server) acquire() bool {
	if s.room == nil {
		return true
	}
	select {
	case s.room <- struct{}{}:
		return true
	case <-s.stopped:
		return false
	}
}

// tryAcquire reports whether there may be one connection more now.
func (s *Server) tryAcquire() bool {
	if s.room == nil {
		return true
	}
	select {
	case s.room <- struct{}{}:
		return true
	default:
		return false
	}
}

// refuse has Refuse answer a connection, and closes it.
func (s *Server) refuse(nc net.Conn) {
	c := NewConn(nc, s.Layout)
	s.Refuse(c)
	if c.Reader.raw != nil {
		c.flushBeforeRead()
		c.closeWrite()
		c.Reader.raw.read(&c.Reader, 1, true) // what is unread would reset the connection, and take the answer along
		c.release()
	}
	c.Writer.close(net.ErrClosed)
	c.abort()
}

func (s *Server) release() {
	if s.room != nil {
		<-s.room
	}
}

// begin registers a listener, unless the Server is closed.
func (s *Server) begin(ln *net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.start()
	if s.isStopped() {
		return false
	}
	s.listeners[ln] = true
	return true
}

// start makes what a Server needs, once.
func (s *Server) start() {
	if s.ctx != nil {
		return
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.stopped = make(chan struct{})
	s.listeners = map[*net.Listener]bool{}
	s.drained.L = &s.mu
	if s.MaxConns > 0 {
		s.room = make(chan struct{}, s.MaxConns)
	}
	s.parker = newParker(cmp.Or(s.ParkAfter, parkAfter), s.serve)
}

func (s *Server) forget(ln *net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, ln)
}

func (s *Server) isStopped() bool {
	select {
	case <-s.stopped:
		return true
	default:
		return false
	}
}

// add registers a connection, unless the Server is closed.
func (s *Server) add(nc net.Conn) *Conn {
	c := NewConn(nc, s.Layout)
	c.server = s // before Conns has c
	c.MaxPayload = s.MaxPayload
	c.IdleTimeout, c.FrameTimeout, c.WriteTimeout, c.MinRate = s.IdleTimeout, s.FrameTimeout, s.WriteTimeout, s.MinRate
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isStopped() {
		return nil
	}
	c.place, c.undrained = int32(len(s.conns)), true
	s.conns = append(s.conns, c)
	s.undrained++
	s.running.Add(1)
	s.parker.add(c)
	return c
}

// remove forgets a connection.
func (s *Server) remove(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hasDrained(c)
	last := len(s.conns) - 1
	s.conns[c.place] = s.conns[last]
	s.conns[c.place].place = c.place
	s.conns[last] = nil
	s.conns = s.conns[:last]
}

// serve handles the frames of a connection until it ends, or parks.
func (s *Server) serve(c *Conn) {
	parked := false
	end := c.abort
	defer func() { // also after a handler's runtime.Goexit
		if parked {
			return // and another goroutine may have the connection
		}
		c.endContext()
		s.parker.remove(c)
		c.Writer.close(net.ErrClosed)
		end()
		s.remove(c)
		s.release()
		s.running.Done()
	}()
	var err error
	if !c.began {
		c.began = true
		if limit := cmp.Or(s.HandshakeTimeout, s.FrameTimeout); limit > 0 && c.Reader.handshake != nil {
			err = c.shakeHands(s.ctx, limit)
		}
		if err == nil {
			err = s.open(c)
		}
	} else {
		c.wakeUp()
	}
	if err == nil {
		for err = s.handle(c); err == errPark; err = s.handle(c) {
			if parked = c.park(); parked {
				return
			}
			c.wakeUp()
		}
		c.parks = false // who reads from now on gets what comes
		if s.Done != nil {
			s.Done(c.context(), c)
		}
	}
	if s.CloseTogether {
		s.waitForOthers(c)
	}
	failed := err != io.EOF && err != errEnding
	if failed {
		s.report(c, err)
	}
	if e := c.lastFlush(); e != nil {
		if !failed && !isClosed(e) {
			s.report(c, e)
		}
		return
	}
	if c.hasWritten() {
		if e := c.linger(err == io.EOF); e != nil && !failed {
			s.report(c, e)
		}
	}
	end = func() { c.stream().Close() }
}

// hasDrained notes that no frame of the connection is left to handle. The caller holds s.mu.
func (s *Server) hasDrained(c *Conn) {
	if c.undrained {
		c.undrained = false
		if s.undrained--; s.undrained == 0 {
			s.drained.Broadcast()
		}
	}
}

// waitForOthers waits, in a Shutdown, until no connection has a frame left to handle.
func (s *Server) waitForOthers(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hasDrained(c)
	for s.isStopped() && s.undrained > 0 && s.ctx.Err() == nil {
		s.drained.Wait()
	}
}

// report is for the error that a connection ends with.
func (s *Server) report(c *Conn, err error) {
	if s.Logger != nil {
		s.Logger.Warn("frame: connection", "peer", c.stream().RemoteAddr(), "error", err)
	}
	if s.ConnError != nil {
		s.ConnError(c, err)
	}
}

// open calls Open, for the context of the handlers.
func (s *Server) open(c *Conn) (err error) {
	if s.Open != nil {
		c.handling = true
		var returned context.Context
		if returned, err = s.Open(c.context(), c); err == nil {
			c.handling = false
		}
		if returned != nil {
			c.opened = returned
		}
	}
	return err
}

// handle returns io.EOF at the end of the stream, errEnding when the Server is shut
// down, and errPark when the peer has been silent for long.
func (s *Server) handle(c *Conn) error {
	ctx := c.context()
	for {
		var f Frame
		var size int64
		var err error
		if s.HandleStream == nil {
			f, err = c.Next()
		} else {
			f, size, err = c.ReadHeader()
		}
		if isClosed(err) {
			return io.EOF // closed on this side, which knows it
		}
		if err != nil {
			return c.nameTimeout(err)
		}
		c.handling = true
		// After an error of writing the frames that have arrived come first, and then Next
		// has the error.
		if s.HandleStream == nil {
			n := len(f.Head) + len(f.Payload)
			err = s.Handle(ctx, c, f)
			if s.Scribble && n <= c.start { // what is before start is consumed, whoever has read on
				scribble(c.Reader.b[c.start-n : c.start])
			}
		} else {
			err = s.HandleStream(ctx, c, f, size)
		}
		if err != nil && !c.hasWriteError(err) {
			return err
		}
		c.handling = false
	}
}

// scribble fills b with what is no text, no small number and no NaN.
func scribble(b []byte) {
	for i := range b {
		b[i] = 0xdb
	}
}

// Shutdown ends the Server in order: it stops accepting, lets every handler
// finish, also handles the frames that have arrived, flushes the answers, waits
// until the peer's kernel has acknowledged them, and the peer closes, is silent for a
// second, or goes on sending for five, and returns when all connections are closed.
// Connections that were not accepted yet, those that wait for a place of MaxConns
// among them, are refused or reset by the kernel, with what they have sent.
//
// Of a frame that is here in part the rest has until the FrameTimeout, or five
// seconds if there is none. The last flush has the WriteTimeout, or five seconds, and
// so has the peer to acknowledge it, which Linux and macOS report; elsewhere the second
// of silence has to do. ConnError reports what was not read or not acknowledged. There
// is no limit for handlers, nor for Open and Done: a peer that they wait for is theirs
// to limit, as by the IdleTimeout. If ctx ends before all is done, Shutdown does what
// Close does and returns the error of ctx.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stop((*Conn).end)
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

// Close ends the Server at once: it closes all listeners, has all connections closed,
// and ends the context of the handlers. It waits for none of them. It returns the first
// error of a listener.
func (s *Server) Close() error {
	s.mu.Lock()
	s.start()
	s.mu.Unlock()
	s.cancel() // first, so that what the connections' end wakes knows why
	return s.stop(abortInBackground)
}

// stop ends accepting, and does end to every connection.
func (s *Server) stop(end func(*Conn)) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.start()
	if !s.isStopped() {
		close(s.stopped)
	}
	for ln := range s.listeners {
		if e := (*ln).Close(); err == nil {
			err = e
		}
		delete(s.listeners, ln)
	}
	for _, c := range s.conns {
		end(c)
	}
	s.drained.Broadcast() // after Close nobody waits
	return err
}

// abortInBackground does not wait for it: a Close may take as long
// as SO_LINGER says, and for ever if somebody made the descriptor blocking.
func abortInBackground(c *Conn) { go c.abort() }
