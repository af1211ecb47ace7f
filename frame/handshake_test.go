package frame_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"example.com/structpack/frame"
)

// silent returns a TLS connection to a peer that says nothing, so that the handshake
// does not come to its end.
func silent(t *testing.T) net.Conn {
	t.Helper()
	here, _ := transports[0].connect(t)
	return tls.Client(here, &tls.Config{InsecureSkipVerify: true})
}

// TestWritesDuringAHandshake is the rule that no write waits longer than it may, also
// when it waits for a handshake.
func TestWritesDuringAHandshake(t *testing.T) {
	short := func() context.Context { // it ends when the handshake has begun
		ctx, cancel := context.WithCancel(context.Background())
		go func() {
			defer cancel()
			waitForStack(t, "frame.(*Writer).finishHandshake")
		}()
		return ctx
	}
	for _, tt := range []struct {
		name    string
		timeout time.Duration // of writing
		do      func(c *frame.Conn) error
		want    error
	}{ // a context ends the call and not the flush, of which WriteContext has no news
		{"Flush", 10 * time.Millisecond, func(c *frame.Conn) error { return c.Flush() }, os.ErrDeadlineExceeded},
		{"FlushContext", 0, func(c *frame.Conn) error { return c.FlushContext(short()) }, context.Canceled},
		{"FlushContext and a timeout", 10 * time.Millisecond, func(c *frame.Conn) error { return c.FlushContext(t.Context()) }, os.ErrDeadlineExceeded},
		{"WriteContext", 0, func(c *frame.Conn) error { return c.WriteContext(short(), make([]byte, 300_000), 1, 1) }, nil},
		{"CloseWrite", 10 * time.Millisecond, func(c *frame.Conn) error { return c.CloseWrite() }, os.ErrDeadlineExceeded},
		{"Close", 10 * time.Millisecond, func(c *frame.Conn) error { return c.Close() }, os.ErrDeadlineExceeded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checkGoroutines(t)
			c := frame.NewConn(silent(t), idKind)
			c.WriteTimeout = tt.timeout
			if err := c.Write([]byte("hello"), 1, 1); err != nil {
				t.Fatal(err)
			}
			within(t, "the end of "+tt.name, func() {
				if err := tt.do(c); !errors.Is(err, tt.want) {
					t.Errorf("%v, want %v", err, tt.want)
				}
			})
			if err := c.Write(nil, 1, 1); (err == nil) != (tt.timeout == 0) {
				t.Errorf("%v; final are errors of the stream alone", err)
			}
			c.WriteTimeout = 10 * time.Millisecond
			within(t, "the end of Close", func() { c.Close() })
		})
	}
}

// TestReadsDuringAHandshake is the rule that a handshake does not survive a deadline or
// a context: the call that waits ends as it should, and what comes after it has an
// error that no loop takes for a deadline to wait on after.
func TestReadsDuringAHandshake(t *testing.T) {
	final := func(t *testing.T, r *frame.Reader) {
		t.Helper()
		_, err := r.Next()
		if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v, want an error that is final", err)
		}
		for _, again := range r.Frames() {
			if again != err {
				t.Errorf("%v, then %v", err, again)
			}
		}
	}
	t.Run("IdleTimeout", func(t *testing.T) {
		c := frame.NewConn(silent(t), idKind)
		c.IdleTimeout = 10 * time.Millisecond
		final(t, &c.Reader)
	})
	t.Run("NextContext", func(t *testing.T) {
		c := frame.NewConn(silent(t), idKind)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		defer cancel()
		if _, err := c.NextContext(ctx); err != context.DeadlineExceeded {
			t.Errorf("%v", err)
		}
		final(t, &c.Reader)
	})
	t.Run("Reader", func(t *testing.T) {
		nc := silent(t)
		nc.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		final(t, frame.NewReader(nc, idKind))
	})
	// After the handshake a deadline is one as any other.
	t.Run("afterwards", func(t *testing.T) {
		here, there := transports[2].connect(t)
		c := frame.NewConn(here, idKind)
		for range 3 {
			ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
			if _, err := c.NextContext(ctx); err != context.DeadlineExceeded {
				t.Errorf("%v", err)
			}
			cancel()
			here.SetReadDeadline(time.Now().Add(time.Millisecond))
			if _, err := c.Next(); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%v", err)
			}
			here.SetReadDeadline(time.Time{})
		}
		peer := frame.NewConn(there, idKind)
		peer.Write([]byte("hello"), 1, 1)
		peer.Flush()
		within(t, "the frame", func() {
			if f, err := c.Next(); err != nil || string(f.Payload) != "hello" {
				t.Errorf("%v, %v", f, err)
			}
		})
	})
}

// TestSilentHandshakes has a Server that greets, and peers that never shake hands: they
// hold no place for longer than a timeout.
func TestSilentHandshakes(t *testing.T) {
	checkGoroutines(t)
	errs := make(chan error, 2)
	s := &frame.Server{
		Layout: idKind, Handle: echo, MaxConns: 2, WriteTimeout: 20 * time.Millisecond,
		Open: func(ctx context.Context, c *frame.Conn) (context.Context, error) {
			c.Write([]byte("welcome"), 0, 0)
			return ctx, c.Flush()
		},
		ConnError: func(_ *frame.Conn, err error) { errs <- err },
	}
	ln := listenTCP(t)
	served := serve(t, s, tls.NewListener(ln, serverTLS()))
	for range 2 {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	for range 2 {
		if err := wait(t, "an error", errs); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v", err)
		}
	}
	shutdown(t, s, served)
}

// waspish is a stream whose errors say that they are timeouts, and never pass: that of
// an HTTP client is such a one.
type waspish struct{}

func (waspish) Error() string            { return "Client.Timeout exceeded while reading body" }
func (waspish) Timeout() bool            { return true }
func (waspish) Temporary() bool          { return true }
func (waspish) Read([]byte) (int, error) { return 0, waspish{} }

// TestTimeoutsOfOthers is the rule that reading goes on after a deadline only: what is
// no connection has none, unless its error says that it was one.
func TestTimeoutsOfOthers(t *testing.T) {
	n := 0
	for _, err := range frame.NewReader(waspish{}, idKind).Frames() {
		if n++; n > 1 || err != (waspish{}) {
			t.Fatalf("%d: %v", n, err)
		}
	}
	// The connections of others have timeouts that are not those of package os.
	n = 0
	for _, err := range frame.NewReader(newRecorder(struct{ io.Reader }{waspish{}}), idKind).Frames() {
		if n++; err != (waspish{}) {
			t.Fatalf("%d: %v", n, err)
		}
		if n == 3 {
			return
		}
	}
	t.Errorf("%d timeouts: the iteration does not go on", n)
}
