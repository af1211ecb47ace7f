package frame_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"example.com/structpack/frame"
)

// TestHandshakeTimeout has peers that begin a TLS handshake and do not go on: the
// time of a frame is what they have, or what HandshakeTimeout says.
func TestHandshakeTimeout(t *testing.T) {
	for _, tt := range []struct {
		name             string
		handshake, frame time.Duration
	}{
		{"of its own", time.Millisecond, guard},
		{"of a frame", 0, time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checkGoroutines(t)
			errs := make(chan error, 1)
			s := &frame.Server{Layout: idKind, Handle: echo, HandshakeTimeout: tt.handshake, FrameTimeout: tt.frame,
				ConnError: func(_ *frame.Conn, err error) { errs <- err }}
			tr := transports[2]
			ln := tr.listen(t)
			served := serve(t, s, ln)
			c, err := dialListener(ln)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			c.Write([]byte("\x16\x03\x01\x02\x00"))
			if err := wait(t, "the end", errs); !errors.Is(err, os.ErrDeadlineExceeded) || !strings.Contains(err.Error(), "handshake") {
				t.Errorf("%v", err)
			}
			shutdown(t, s, served)
		})
	}
}

// A stuckConn is one whose Close does not return.
type stuckConn struct {
	net.Conn
	release <-chan struct{}
}

func (s stuckConn) Close() error {
	<-s.release
	return s.Conn.Close()
}

// TestCloseDoesNotWait has connections whose Close does not return: Shutdown ends with
// its context all the same.
func TestCloseDoesNotWait(t *testing.T) {
	checkGoroutines(t)
	release := make(chan struct{})
	s := &frame.Server{Layout: idKind, Handle: func(ctx context.Context, _ *frame.Conn, _ frame.Frame) error {
		<-ctx.Done()
		return nil
	}}
	ln := newPipes()
	served := serve(t, s, ln)
	for range 5 {
		here, there := net.Pipe()
		defer here.Close()
		ln.conns <- stuckConn{there, release}
		stream, _ := messages(0)
		if _, err := here.Write(stream); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	within(t, "the end of Shutdown", func() {
		if err := s.Shutdown(ctx); err != context.Canceled {
			t.Errorf("%v", err)
		}
	})
	wait(t, "the end of Serve", served)
	close(release)
}

// TestWriteAfterTheEnd is the rule that a connection of a Server takes no frame when it
// is over.
func TestWriteAfterTheEnd(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		conns := make(chan *frame.Conn, 1)
		s := &frame.Server{Layout: idKind, Handle: func(_ context.Context, c *frame.Conn, _ frame.Frame) error {
			conns <- c
			return nil
		}}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		c := dial(t, tr, ln)
		c.Write(nil, 1, 1)
		c.Flush()
		over := wait(t, "the connection", conns)
		c.Close()
		shutdown(t, s, served)
		if err := over.Write(nil, 1, 1); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%v", err)
		}
	})
}

// TestOpenWithoutAContext is the rule that a nil context is the one that Open got.
func TestOpenWithoutAContext(t *testing.T) {
	checkGoroutines(t)
	s := &frame.Server{Layout: idKind,
		Open: func(context.Context, *frame.Conn) (context.Context, error) { return nil, nil },
		Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
			return errors.Join(ctx.Err(), c.WriteFrame(f))
		},
	}
	ln := newPipes()
	served := serve(t, s, ln)
	c := dial(t, transports[3], ln)
	c.Write(nil, 1, 1)
	if _, err := c.Next(); err != nil {
		t.Error(err)
	}
	c.Close()
	shutdown(t, s, served)
}

// TestLogger is the rule that errors that pass are logged, and those of connections.
func TestLogger(t *testing.T) {
	checkGoroutines(t)
	var mu sync.Mutex
	var text bytes.Buffer
	s := &frame.Server{Layout: idKind, Handle: echo,
		Logger: slog.New(slog.NewTextHandler(writerFunc(func(b []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			return text.Write(b)
		}), nil))}
	ln := &scriptedListener{pipes: newPipes(), errs: []error{passing{}}}
	served := serve(t, s, ln)
	c := dial(t, transports[3], ln.pipes)
	c.NetConn().Write([]byte("GET / HTTP/1.1\r\n"))
	c.Next()
	c.NetConn().Close()
	shutdown(t, s, served)
	for _, want := range []string{"too many open files", "payload too large"} {
		if strings.Count(text.String(), want) != 1 {
			t.Errorf("%q is not in the log once:\n%s", want, &text)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// TestWrappedEnd is the rule that an io.EOF is one, also if it comes wrapped.
func TestWrappedEnd(t *testing.T) {
	stream, _ := messages(3)
	r := frame.NewReader(io.MultiReader(bytes.NewReader(stream), iotest.ErrReader(&net.OpError{Op: "read", Err: io.EOF})), idKind)
	if _, err := r.Next(); err != nil {
		t.Error(err)
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("%v", err)
	}
}

// TestPayloadToAWriterThatLies keeps the stream in step.
func TestPayloadToAWriterThatLies(t *testing.T) {
	stream, _ := messages(10, 20)
	for _, n := range []int{-1, 11, 100} {
		r := frame.NewReader(bytes.NewReader(stream), idKind)
		if _, _, err := r.ReadHeader(); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(writerFunc(func([]byte) (int, error) { return n, nil }), r.Payload()); err == nil || !strings.Contains(err.Error(), "invalid") {
			t.Errorf("%d: %v", n, err)
		}
		if f, err := r.Next(); err != nil || len(f.Payload) != 20 {
			t.Errorf("%d: %v, %v", n, f, err)
		}
	}
}

// TestGrowingHeaderByteByByte is the rule that the calls of a length function follow
// the size of the header, in whatever pieces that comes.
func TestGrowingHeaderByteByByte(t *testing.T) {
	const size = 4000
	calls := 0
	l := frame.MustLayout("!B", frame.LengthFunc(func(head []byte) (int64, error) {
		if calls++; len(head) < size {
			return 1, frame.ErrMoreHead
		}
		return 0, nil
	}))
	for _, src := range []io.Reader{bytes.NewReader(make([]byte, size)), iotest.OneByteReader(bytes.NewReader(make([]byte, size)))} {
		calls = 0
		if f, err := frame.NewReader(src, l).Next(); err != nil || len(f.Head) != size {
			t.Errorf("%d bytes, %v", len(f.Head), err)
		}
		if calls > 3*size {
			t.Errorf("%d calls for %d bytes", calls, size)
		}
	}
}
