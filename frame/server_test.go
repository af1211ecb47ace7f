package frame_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/structpack/frame"
	"github.com/google/go-cmp/cmp"
)

// echo answers a frame with itself.
func echo(_ context.Context, c *frame.Conn, f frame.Frame) error {
	return c.WriteFrame(f)
}

func dial(t testing.TB, tr transport, ln net.Listener) *frame.Conn {
	t.Helper()
	nc, err := tr.dial(ln)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(guard))
	return frame.NewConn(nc, idKind)
}

// shutdown shuts a Server down, and checks that Serve returns.
func shutdown(t *testing.T, s *frame.Server, served <-chan error) {
	t.Helper()
	within(t, "the end of Shutdown", func() {
		if err := s.Shutdown(context.Background()); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
	})
	if err := wait(t, "the end of Serve", served); err != frame.ErrServerClosed {
		t.Errorf("Serve: %v", err)
	}
}

// noErrors is for ConnError where there should be none.
func noErrors(t *testing.T) func(*frame.Conn, error) {
	return func(_ *frame.Conn, err error) { t.Errorf("ConnError: %v", err) }
}

// TestServer has clients that send many frames at once, those that wait for each
// answer, and those that end their sending before they read.
func TestServer(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		s := &frame.Server{Layout: idKind, Handle: echo, ConnError: noErrors(t)}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		var all sync.WaitGroup
		for range scaled(20) {
			all.Go(func() {
				c := dial(t, tr, ln)
				for i := range 50 {
					if err := c.Write(make([]byte, i), i, 0); err != nil {
						t.Error(err)
						return
					}
					if f, err := c.Next(); err != nil || f.Int(0) != int64(i) || len(f.Payload) != i {
						t.Errorf("answer %d: %v, %v", i, f, err)
						return
					}
				}
				c.Close()
			})
			all.Go(func() {
				c := dial(t, tr, ln)
				go func() {
					for i := range 1000 {
						if err := c.Write(make([]byte, i), i, 0); err != nil {
							t.Error(err)
						}
					}
					if err := c.CloseWrite(); err != nil && tr.name != "pipe" {
						t.Error(err)
					}
				}()
				n := 0
				for f, err := range c.Frames() {
					if err != nil || f.Int(0) != int64(n) || len(f.Payload) != n {
						t.Errorf("answer %d: %v, %v", n, f, err)
						return
					}
					if n++; n == 1000 && tr.name == "pipe" {
						break // it cannot end one direction only
					}
				}
				if n != 1000 {
					t.Errorf("%d answers", n)
				}
				c.Close()
			})
		}
		within(t, "all answers", all.Wait)
		shutdown(t, s, served)
	})
}

// TestSilentPeersDelayNobody has peers that send nothing, a part of a header, a
// part of a payload, or never read.
func TestSilentPeersDelayNobody(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		s := &frame.Server{Layout: idKind, Handle: echo}
		ln := tr.listen(t)
		serve(t, s, ln)
		stream, _ := messages(100)
		for i := range 40 {
			c := dial(t, tr, ln)
			nc := c.NetConn()
			switch i % 4 {
			case 1:
				nc.Write(stream[:3])
			case 2:
				nc.Write(stream[:50])
			case 3:
				go func() {
					for {
						if c.Write(make([]byte, 10_000), 1, 1) != nil {
							return
						}
					}
				}()
			}
		}
		c := dial(t, tr, ln)
		for i := range 100 {
			c.Write(nil, i, 0)
			if f, err := c.Next(); err != nil || f.Int(0) != int64(i) {
				t.Fatalf("%v, %v", f, err)
			}
		}
	})
}

func TestServeErrors(t *testing.T) {
	checkGoroutines(t)
	for _, s := range []*frame.Server{{Layout: idKind}, {Handle: echo}} {
		ln := newPipes()
		if err := s.Serve(ln); err == nil || err.Error() != "frame: a Server needs a Layout and a Handle function" {
			t.Errorf("%v", err)
		}
		if _, err := ln.dial(); err != net.ErrClosed {
			t.Errorf("the listener is open: %v", err)
		}
	}
	for _, end := range []func(*frame.Server) error{
		(*frame.Server).Close,
		func(s *frame.Server) error { return s.Shutdown(context.Background()) },
	} {
		s := &frame.Server{Layout: idKind, Handle: echo}
		for range 2 { // before Serve, and twice
			if err := end(s); err != nil {
				t.Error(err)
			}
		}
		ln := newPipes()
		if err := s.Serve(ln); err != frame.ErrServerClosed {
			t.Errorf("%v", err)
		}
		if _, err := ln.dial(); err != net.ErrClosed {
			t.Errorf("the listener is open: %v", err)
		}
	}
	mine := errors.New("mine")
	s := &frame.Server{Layout: idKind, Handle: echo}
	ln := &scriptedListener{pipes: newPipes(), errs: []error{passing{}, passing{}, nil, passing{}, mine}}
	served := serve(t, s, ln)
	here, err := ln.dial()
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	if err := wait(t, "the end of Serve", served); err != mine {
		t.Errorf("%v", err)
	}
	// What was accepted goes on, and another listener can take the place.
	c := frame.NewConn(here, idKind)
	c.Write(nil, 5, 0)
	if f, err := c.Next(); err != nil || f.Int(0) != 5 {
		t.Errorf("%v, %v", f, err)
	}
	other := newPipes()
	served = serve(t, s, other)
	there, err := other.dial()
	if err != nil {
		t.Fatal(err)
	}
	there.Close()
	shutdown(t, s, served)
}

// TestBackoff is the rule that Serve waits after an error of accepting that passes:
// five milliseconds, and then twice as long each time, up to a second; and no more
// once a connection has come.
func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errs := append(slices.Repeat([]error{passing{}}, 10), nil, passing{}, passing{}, net.ErrClosed)
		ln := &timedListener{scriptedListener: scriptedListener{newPipes(), errs}, start: time.Now()}
		s := &frame.Server{Layout: idKind, Handle: echo}
		go func() {
			c, err := ln.dial()
			if err != nil {
				t.Error(err)
				return
			}
			c.Close()
		}()
		if err := s.Serve(ln); err != net.ErrClosed {
			t.Error(err)
		}
		want := []int{0, 5, 15, 35, 75, 155, 315, 635, 1275, 2275, 3275, 3275, 3280, 3290}
		if diff := cmp.Diff(ln.called, want); diff != "" {
			t.Errorf("milliseconds of the calls of Accept: %s", diff)
		}
		s.Close()
	})
}

// A timedListener notes when it was called, in milliseconds.
type timedListener struct {
	scriptedListener
	start  time.Time
	called []int
}

func (l *timedListener) Accept() (net.Conn, error) {
	l.called = append(l.called, int(time.Since(l.start).Milliseconds()))
	return l.scriptedListener.Accept()
}

// A scriptedListener has errors, and connections where they are nil.
type scriptedListener struct {
	*pipes
	errs []error
}

func (s *scriptedListener) Accept() (net.Conn, error) {
	if len(s.errs) == 0 {
		return s.pipes.Accept()
	}
	err := s.errs[0]
	s.errs = s.errs[1:]
	if err != nil {
		return nil, err
	}
	return s.pipes.Accept()
}

type passing struct{}

func (passing) Error() string   { return "too many open files" }
func (passing) Temporary() bool { return true }

// TestConnErrors is what ConnError is told, and what is not an error.
func TestConnErrors(t *testing.T) {
	mine := errors.New("mine")
	part, _ := messages(10)
	send := func(c *frame.Conn, b []byte) {
		if _, err := c.NetConn().Write(b); err != nil {
			t.Errorf("sending %d bytes: %v", len(b), err)
		}
	}
	for _, tt := range []struct {
		name   string
		handle func(c *frame.Conn) error
		client func(c *frame.Conn)
		want   error
		text   string // which its error begins with
	}{
		{"the end of the stream", nil, func(c *frame.Conn) { c.Close() }, nil, ""},
		{"the end inside a header", nil, func(c *frame.Conn) { send(c, part[:3]); c.Close() }, io.ErrUnexpectedEOF, ""},
		{"the end after a header", nil, func(c *frame.Conn) { send(c, part[:7]); c.Close() }, io.ErrUnexpectedEOF, ""},
		{"an error of the handler", func(*frame.Conn) error { return mine }, nil, mine, ""},
		{"io.EOF of the handler", func(*frame.Conn) error { return io.EOF }, nil, nil, ""},
		{"a handler that closes", func(c *frame.Conn) error { c.Close(); return nil }, nil, nil, ""},
		{"too large", nil, func(c *frame.Conn) { c.Write(make([]byte, 2000), 0, 0); c.Flush() }, frame.ErrTooLarge, ""},
		{"idle", nil, func(*frame.Conn) {}, os.ErrDeadlineExceeded, "frame: no frame within the IdleTimeout of 20ms: "},
		{"half a frame", nil, func(c *frame.Conn) { send(c, part[:9]) }, os.ErrDeadlineExceeded, "frame: 9 bytes of a frame, and not the rest within the FrameTimeout of 20ms: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			overAll(t, func(t *testing.T, tr transport) {
				got := make(chan error, 1)
				s := &frame.Server{
					Layout:     idKind,
					MaxPayload: 1000,
					Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
						c.WriteFrame(f)
						switch { // not before, for a handshake may take some time
						case tt.name == "idle":
							c.IdleTimeout = 20 * time.Millisecond
						case tt.name == "half a frame":
							c.FrameTimeout = 20 * time.Millisecond
						case tt.handle != nil:
							return tt.handle(c)
						}
						return nil
					},
					IdleTimeout:  2 * guard,
					FrameTimeout: 2 * guard,
					ConnError: func(c *frame.Conn, err error) {
						got <- err
						c.Write([]byte("sorry"), 9, 9)
					},
				}
				ln := tr.listen(t)
				served := serve(t, s, ln)
				c := dial(t, tr, ln)
				var answers []string
				if tt.client == nil {
					c.Write([]byte("frame"), 0, 0)
					c.Flush()
				} else {
					c.Write(nil, 0, 0)
					if _, err := c.Next(); err != nil {
						t.Fatal(err)
					}
					go tt.client(c)
				}
				if tt.want != nil {
					if err := wait(t, "ConnError", got); !errors.Is(err, tt.want) || !strings.HasPrefix(err.Error(), tt.text) {
						t.Errorf("%v, want %v with %q", err, tt.want, tt.text)
					}
				}
				for f, err := range c.Frames() {
					if err != nil {
						break // such as a client that has closed
					}
					answers = append(answers, string(f.Payload))
				}
				want := []string{}
				if tt.client == nil {
					want = append(want, "frame")
				}
				if tt.want != nil {
					want = append(want, "sorry")
				}
				// Whether a client that closes sees an answer before that, nobody knows.
				if !slices.Equal(answers, want) && tt.want != io.ErrUnexpectedEOF {
					t.Errorf("answers %q, want %q", answers, want)
				}
				c.NetConn().Close()
				shutdown(t, s, served)
				select {
				case err := <-got:
					t.Errorf("ConnError: %v", err)
				default:
				}
			})
		})
	}
}

// TestAnswerBehindGarbage has a peer that goes on sending after what ends its
// connection: it still gets the answer that says so.
func TestAnswerBehindGarbage(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		if tr.name == "pipe" {
			t.Skip("it cannot end one direction only")
		}
		s := &frame.Server{Layout: idKind, Handle: echo, ConnError: func(c *frame.Conn, err error) {
			var size *frame.SizeError
			if !errors.As(err, &size) || size.Head == nil {
				t.Errorf("%v", err)
			}
			c.Write([]byte(err.Error()), 0, 0)
		}}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		c := dial(t, tr, ln)
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			for range 100 {
				if _, err := c.NetConn().Write([]byte(strings.Repeat("GET / HTTP/1.1\r\n", 1000))); err != nil {
					return
				}
			}
		}()
		f, err := c.Next()
		if want := "frame: payload too large: "; err != nil || !strings.HasPrefix(string(f.Payload), want) || !strings.Contains(string(f.Payload), "HTTP") {
			t.Errorf("%q, %v", f.Payload, err)
		}
		if _, err := c.Next(); err != io.EOF {
			t.Errorf("%v", err)
		}
		c.NetConn().Close()
		wait(t, "the sender", sent)
		shutdown(t, s, served)
	})
}

// TestMaxConns is the rule that so many connections are held and no more, by all
// listeners together.
func TestMaxConns(t *testing.T) {
	checkGoroutines(t)
	const most = 3
	s := &frame.Server{Layout: idKind, MaxConns: most, Handle: echo}
	first, second := newPipes(), newPipes()
	var held count
	served, servedToo := serve(t, s, &counting{first, &held}), serve(t, s, &counting{second, &held})
	answers := make(chan *frame.Conn, 20)
	for i := range 20 {
		go func() {
			nc, err := []*pipes{first, second}[i%2].dial()
			if err != nil {
				return // the Server was shut down first
			}
			c := frame.NewConn(nc, idKind)
			c.Write(nil, i, 0)
			if _, err := c.Next(); err != nil {
				nc.Close()
				return
			}
			answers <- c
		}()
	}
	for range 10 {
		wait(t, "an answer", answers).Close()
	}
	// All places are taken, and nobody accepts: a Shutdown ends that.
	last := wait(t, "an answer", answers)
	shutdown(t, s, served)
	if err := wait(t, "the end of Serve", servedToo); err != frame.ErrServerClosed {
		t.Error(err)
	}
	last.NetConn().Close()
	for len(answers) > 0 {
		(<-answers).NetConn().Close()
	}
	if held.peak > most || held.now != 0 {
		t.Errorf("%d connections at a time, %d left", held.peak, held.now)
	}
}

// TestRefuse is the rule that connections beyond MaxConns are refused at once, and may
// get an answer, whether the peer reads it or not.
func TestRefuse(t *testing.T) {
	for _, tr := range transports[:3] {
		t.Run(tr.name, func(t *testing.T) {
			checkGoroutines(t)
			closed := make(chan struct{}, 1)
			refused := make(chan struct{}, 10)
			s := &frame.Server{
				Layout: idKind, MaxConns: 1, Handle: echo, ConnError: noErrors(t),
				Done: func(context.Context, *frame.Conn) { closed <- struct{}{} },
				Refuse: func(c *frame.Conn) {
					c.Write([]byte("the house is full"), 0, 9)
					select {
					case refused <- struct{}{}:
					default:
					}
				},
			}
			ln := tr.listen(t)
			served := serve(t, s, ln)
			first := dial(t, tr, ln)
			ask := func(c *frame.Conn, want string) error {
				c.Write([]byte("hello"), 1, 1)
				f, err := c.Next()
				if err == nil && string(f.Payload) != want {
					t.Errorf("%v, want %q", f, want)
				}
				return err
			}
			if err := ask(first, "hello"); err != nil {
				t.Fatal(err)
			}
			for range 10 { // they do not read
				nc, err := dialListener(ln)
				if err != nil {
					t.Fatal(err)
				}
				defer nc.Close()
				wait(t, "a refusal", refused)
			}
			nc, err := dialListener(ln)
			if err != nil {
				t.Fatal(err)
			}
			defer nc.Close()
			c := frame.NewConn(nc, idKind)
			if tr.name != "tls" {
				f, err := c.Next()
				if err != nil || string(f.Payload) != "the house is full" {
					t.Errorf("%v, %v", f, err)
				}
			}
			if f, err := c.Next(); err == nil {
				t.Errorf("%v after a refusal", f)
			}
			first.Close()
			wait(t, "the end of the first", closed)
			// Its place is free a moment after it is done.
			within(t, "a place", func() {
				for {
					nc, err := tr.dial(ln)
					if err != nil {
						continue
					}
					c := frame.NewConn(nc, idKind)
					c.Write([]byte("hello"), 1, 1)
					f, err := c.Next()
					nc.Close()
					if err == nil && string(f.Payload) == "hello" {
						break
					}
				}
			})
			shutdown(t, s, served)
		})
	}
}

// A count is of connections that were accepted and are not closed.
type count struct {
	mu        sync.Mutex
	now, peak int
}

func (c *count) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now += n
	c.peak = max(c.peak, c.now)
}

type counting struct {
	*pipes
	count *count
}

func (l *counting) Accept() (net.Conn, error) {
	c, err := l.pipes.Accept()
	if err != nil {
		return nil, err
	}
	l.count.add(1)
	return &countedConn{Conn: c, count: l.count}, nil
}

type countedConn struct {
	net.Conn
	count *count
	once  sync.Once
}

func (c *countedConn) Close() error {
	c.once.Do(func() { c.count.add(-1) })
	return c.Conn.Close()
}

// TestOpen greets, hands a context on, and refuses.
func TestOpen(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		type key struct{}
		mine := errors.New("mine")
		errs, ended := make(chan error, 10), make(chan int64, 10)
		s := &frame.Server{Layout: idKind,
			Open: func(ctx context.Context, c *frame.Conn) (context.Context, error) {
				if err := c.Write([]byte("who?"), 0, 0); err != nil {
					return nil, err
				}
				f, err := c.Next()
				if err != nil {
					return nil, err
				}
				if string(f.Payload) != "me" {
					c.Write([]byte("go away"), 0, 0)
					return nil, mine
				}
				id := f.Int(0)
				context.AfterFunc(ctx, func() { ended <- id })
				return context.WithValue(ctx, key{}, id), nil
			},
			Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
				return c.Write(fmt.Append(nil, ctx.Value(key{})), f.Int(0), 0)
			},
			ConnError: func(_ *frame.Conn, err error) { errs <- err },
		}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		expect := func(c *frame.Conn, want string) {
			t.Helper()
			if f, err := c.Next(); err != nil || string(f.Payload) != want {
				t.Errorf("%q, %v, want %q", f.Payload, err, want)
			}
		}
		c := dial(t, tr, ln)
		expect(c, "who?")
		c.Write([]byte("me"), 77, 0)
		c.Write([]byte("hello"), 1, 0)
		expect(c, "77")
		c.Close()
		if id := wait(t, "the end of the context", ended); id != 77 {
			t.Errorf("%d", id)
		}
		c = dial(t, tr, ln)
		expect(c, "who?")
		c.Write([]byte("somebody"), 77, 0)
		expect(c, "go away")
		if _, err := c.Next(); err != io.EOF {
			t.Errorf("%v", err)
		}
		if err := wait(t, "ConnError", errs); err != mine {
			t.Errorf("%v", err)
		}
		c.Close()
		shutdown(t, s, served)
	})
}

// TestShutdownOfIdleConnections closes them, also those that have not said
// anything, or not ended their handshake.
func TestShutdownOfIdleConnections(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		opened := make(chan struct{}, 100)
		s := &frame.Server{Layout: idKind, Handle: echo, ConnError: noErrors(t),
			Open: func(ctx context.Context, c *frame.Conn) (context.Context, error) {
				opened <- struct{}{}
				return ctx, nil
			}}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		var clients []*frame.Conn
		for i := range 10 {
			if tr.name == "tls" && i%2 == 0 {
				nc, err := dialListener(ln)
				if err != nil {
					t.Fatal(err)
				}
				defer nc.Close()
				wait(t, "a connection", opened)
				continue
			}
			// TLS shakes hands in Dial, and so does the first Next of the Server.
			c := dial(t, tr, ln)
			wait(t, "a connection", opened)
			clients = append(clients, c)
			if i%3 == 0 {
				c.Write(nil, i, 0)
				if _, err := c.Next(); err != nil {
					t.Fatal(err)
				}
			}
		}
		var all sync.WaitGroup
		for _, c := range clients {
			all.Go(func() {
				// TLS has shaken hands for the client before it has for the server.
				if _, err := c.Next(); err != io.EOF && tr.name != "tls" {
					t.Errorf("%v", err)
				}
				c.Close()
			})
		}
		shutdown(t, s, served)
		within(t, "the ends", all.Wait)
	})
}

// TestShutdownAnswersWhatArrived is the rule that frames that are here when
// Shutdown begins are answered, all of them: those that were read, those in the
// kernel, and the one in part whose rest is on its way.
func TestShutdownAnswersWhatArrived(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		inside, goOn := make(chan struct{}), make(chan struct{})
		s := &frame.Server{Layout: idKind, ConnError: noErrors(t),
			Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
				if f.Int(0) == 0 {
					inside <- struct{}{}
					<-goOn
				}
				return c.WriteFrame(f)
			}}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		c := dial(t, tr, ln)
		sizes := slices.Repeat([]int{100}, 1000)
		stream, _ := messages(append(sizes, 10)...)
		sent := make(chan error, 1)
		// The first frame comes alone: when it is handled, the Reader has none of the
		// others, which wait in the kernel, the last of them in part.
		const alone = 7 + 100
		if _, err := c.NetConn().Write(stream[:alone]); err != nil {
			t.Fatal(err)
		}
		wait(t, "the handler", inside)
		go func() {
			_, err := c.NetConn().Write(stream[alone : len(stream)-5])
			sent <- err
		}()
		if tr.name != "pipe" { // whose Write waits for the Reads
			if err := wait(t, "the end of sending", sent); err != nil {
				t.Fatal(err)
			}
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			shutdown(t, s, served)
		}()
		// Once accepting has ended, all connections have been told.
		for {
			other, err := tr.dial(ln)
			if err != nil {
				break
			}
			other.Close()
		}
		close(goOn)
		for i := range 1001 {
			if i == 1000 {
				if _, err := c.NetConn().Write(stream[len(stream)-5:]); err != nil {
					t.Fatal(err)
				}
			}
			if f, err := c.Next(); err != nil || f.Int(0) != int64(i) {
				t.Fatalf("answer %d: %v, %v", i, f, err)
			}
		}
		if _, err := c.Next(); err != io.EOF {
			t.Errorf("%v", err)
		}
		c.NetConn().Close()
		wait(t, "the end of Shutdown", done)
	})
}

// TestShutdownUnderLoad has clients that send without end: what was handled is
// answered, once, as a whole and in order, and everything ends.
func TestShutdownUnderLoad(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		rounds := scaled(5)
		if tr.name == "tls" || tr.name == "pipe" {
			rounds = 1
		}
		for round := range rounds {
			clients := 4
			handled := make([]atomic.Int64, clients)
			var total atomic.Int64
			enough := make(chan struct{})
			s := &frame.Server{Layout: frame.MustLayout("!III", frame.LengthAt(2)),
				Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
					if n := handled[f.Int(0)].Add(1); n != f.Int(1)+1 {
						t.Errorf("frame %d of client %d is the %dth", f.Int(1), f.Int(0), n)
					}
					if total.Add(1) == int64(200*(round+1)) {
						close(enough)
					}
					return c.Write(f.Payload, f.Int(0), f.Int(1))
				}}
			ln := tr.listen(t)
			served := serve(t, s, ln)
			var all sync.WaitGroup
			for i := range clients {
				nc, err := tr.dial(ln)
				if err != nil {
					t.Fatal(err)
				}
				c := frame.NewConn(nc, s.Layout)
				all.Go(func() {
					for j := 0; ; j++ {
						if c.Write(bytes.Repeat([]byte{byte(j)}, (j%300)*(j%300)), i, j) != nil || j%7 == 0 && c.Flush() != nil {
							return
						}
					}
				})
				all.Go(func() {
					// Its own connection's Reader would flush, and get the errors of that.
					r := frame.NewReader(nc, s.Layout)
					n := 0
					var err error
					for {
						var f frame.Frame
						if f, err = r.Next(); err != nil {
							break
						}
						if f.Int(0) != int64(i) || f.Int(1) != int64(n) || !bytes.Equal(f.Payload, bytes.Repeat([]byte{byte(n)}, (n%300)*(n%300))) {
							t.Errorf("client %d: answer %d is %v", i, n, f)
							break
						}
						n++
					}
					nc.Close()
					if tr.name == "pipe" && err == io.ErrClosedPipe {
						err = io.EOF // the other side's Close is not graceful here
					}
					h := handled[i].Load()
					if h == 0 && n == 0 {
						return // not accepted, maybe
					}
					if err != io.EOF || int64(n) != h {
						t.Errorf("client %d: %d answers to %d frames, %v", i, n, h, err)
					}
				})
			}
			wait(t, "some answers", enough)
			shutdown(t, s, served)
			within(t, "the end of the clients", all.Wait)
		}
	})
}

// TestShutdownDoesNotReadForEver has a peer that goes on sending: what is read of
// it after Shutdown began has a bound.
func TestShutdownDoesNotReadForEver(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		var handled, before atomic.Int64
		begun := make(chan struct{})
		var once sync.Once
		s := &frame.Server{Layout: idKind, Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
			handled.Add(int64(len(f.Payload)))
			once.Do(func() { close(begun) })
			return nil
		}}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		c := dial(t, tr, ln)
		var sent atomic.Int64
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			defer c.NetConn().Close()
			for sent.Load() < before.Load()+1<<30 { // or it is read for ever
				if c.Write(make([]byte, 30_000), 0, 0) != nil {
					return
				}
				sent.Add(30_000)
			}
		}()
		wait(t, "a frame", begun)
		before.Store(handled.Load())
		shutdown(t, s, served)
		wait(t, "the sender", ended)
		// It is 8 MiB, and what was read before anybody heard of the Shutdown.
		if n := handled.Load() - before.Load(); n > 1<<29 {
			t.Errorf("%d MiB were handled after Shutdown began", n>>20)
		}
	})
}

// An endless connection always has one frame more.
type endless struct {
	net.Conn // nil: what is not here is not used
	stream   circle
	woken    chan time.Time // the deadlines for reading that were set
	reads    int
	bytes    int
	enough   int // from how many bytes on they are too many
	tooMany  int
}

func (e *endless) Read(b []byte) (int, error) {
	n, err := e.stream.Read(b)
	if e.reads++; e.bytes >= e.enough {
		e.tooMany += n
	}
	e.bytes += n
	return n, err
}

func (e *endless) Write(b []byte) (int, error)      { return len(b), nil }
func (e *endless) Close() error                     { return nil }
func (e *endless) LocalAddr() net.Addr              { return &net.UnixAddr{Net: "endless"} }
func (e *endless) SetWriteDeadline(time.Time) error { return nil }

func (e *endless) SetReadDeadline(d time.Time) error {
	select {
	case e.woken <- d:
	default:
	}
	return nil
}

// TestShutdownReadsToTheEndOfAFrame has a connection that never ends: it is read
// ahead until there was enough, and then to the end of a frame and not a byte more.
// One that is no socket is not interrupted in what may be a handshake.
func TestShutdownReadsToTheEndOfAFrame(t *testing.T) {
	checkGoroutines(t)
	const size, enough = 1007, 8 << 20
	stream, _ := messages(slices.Repeat([]int{size - 7}, 200)...)
	conn := &endless{stream: circle{b: stream}, woken: make(chan time.Time, 1), enough: math.MaxInt}
	handled := 0
	begun := make(chan struct{})
	var woken time.Time
	s := &frame.Server{Layout: idKind, ConnError: noErrors(t), Handle: func(context.Context, *frame.Conn, frame.Frame) error {
		if handled++; handled == 1 {
			close(begun)
			woken = <-conn.woken
			conn.enough = conn.bytes + enough
		}
		return nil
	}}
	ln := newPipes()
	served := serve(t, s, ln)
	ln.conns <- conn
	wait(t, "a frame", begun)
	shutdown(t, s, served)
	if conn.tooMany >= size {
		t.Errorf("there was enough, and then %d bytes more", conn.tooMany)
	}
	if conn.bytes != handled*size {
		t.Errorf("%d bytes were read, %d frames handled", conn.bytes, handled)
	}
	if conn.bytes < enough/2 || conn.bytes > 2*enough || conn.reads > enough/size {
		t.Errorf("%d bytes were read, in %d pieces", conn.bytes, conn.reads)
	}
	if time.Since(woken) > time.Hour {
		t.Errorf("the deadline was %v", woken)
	}
}

// TestShutdownPatience is how long a Shutdown waits for a connection that cannot be
// asked whether something has arrived: four times 25 milliseconds after the wait
// that it ends; and a second, if its peer always sends something before they are over.
func TestShutdownPatience(t *testing.T) {
	const ms = time.Millisecond
	stream, _ := messages(0)
	for _, tt := range []struct{ every, want time.Duration }{{time.Hour, 125 * ms}, {60 * ms, 145 * ms}, {20 * ms, 1020 * ms}} {
		synctest.Test(t, func(t *testing.T) {
			s := &frame.Server{Layout: idKind, ConnError: noErrors(t), Handle: func(context.Context, *frame.Conn, frame.Frame) error { return nil }}
			ln := newPipes()
			served := serve(t, s, ln)
			c, err := ln.dial()
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			done := make(chan struct{})
			go func() {
				for {
					select {
					case <-time.After(tt.every):
						c.Write(stream)
					case <-done:
						return
					}
				}
			}()
			synctest.Wait()
			start := time.Now()
			if err := s.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			if took := time.Since(start); took != tt.want {
				t.Errorf("a frame every %v: the Shutdown took %v, want %v", tt.every, took, tt.want)
			}
			close(done)
			<-served
		})
	}
}

// TestShutdownWithPartOfAFrame is the rule that its rest has until the
// FrameTimeout, or some seconds if there is none.
func TestShutdownWithPartOfAFrame(t *testing.T) {
	part, _ := messages(10)
	overAll(t, func(t *testing.T, tr transport) {
		errs := make(chan error, 1)
		s := &frame.Server{Layout: idKind, Handle: echo, FrameTimeout: 100 * time.Millisecond, HandshakeTimeout: guard,
			ConnError: func(_ *frame.Conn, err error) { errs <- err }}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		c := dial(t, tr, ln)
		c.NetConn().Write(part)
		if _, err := c.Next(); err != nil {
			t.Fatal(err)
		}
		c.NetConn().Write(part[:9])
		go io.Copy(io.Discard, c.NetConn())
		shutdown(t, s, served)
		select {
		case err := <-errs:
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%v", err)
			}
		default:
			t.Errorf("a part of a frame is lost without an error")
		}
	})
	ln := newPipes()
	s := &frame.Server{Layout: idKind, Handle: echo, ConnError: noErrors(t)}
	noted := make(chan time.Time, 100)
	served := serve(t, s, &noting{pipes: ln, noted: noted})
	c := dial(t, transports[3], ln)
	c.NetConn().Write(part[:9])
	done := make(chan struct{})
	go func() {
		defer close(done)
		shutdown(t, s, served)
	}()
	if d := wait(t, "a deadline", noted); d.IsZero() || time.Until(d) > time.Second {
		t.Errorf("the Reader is not woken, but has until %v", d)
	}
	if d := wait(t, "a deadline", noted); time.Until(d) > 5*time.Second || d.IsZero() {
		t.Errorf("the rest of the frame has until %v", d)
	}
	c.NetConn().Write(part[9:])
	if f, err := c.Next(); err != nil || len(f.Payload) != 10 {
		t.Errorf("%v, %v", f, err)
	}
	wait(t, "the end of Shutdown", done)
}

// noting is a listener whose connections report their read deadlines.
type noting struct {
	*pipes
	noted chan time.Time
}

func (n *noting) Accept() (net.Conn, error) {
	c, err := n.pipes.Accept()
	return notingConn{c, n.noted}, err
}

type notingConn struct {
	net.Conn
	noted chan time.Time
}

func (n notingConn) SetReadDeadline(t time.Time) error {
	n.noted <- t
	return n.Conn.SetReadDeadline(t)
}

// TestShutdownLetsHandlersFinish is the rule that it waits for them, also for
// what they read themselves, and that ctx ends the waiting.
func TestShutdownLetsHandlersFinish(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		inside := make(chan struct{})
		s := &frame.Server{Layout: idKind, ConnError: noErrors(t),
			Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
				inside <- struct{}{}
				g, err := c.Next()
				if err != nil {
					return err
				}
				return c.Write(g.Payload, 0, 0)
			}}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		c := dial(t, tr, ln)
		c.Write(nil, 0, 0)
		c.Flush()
		wait(t, "the handler", inside)
		done := make(chan struct{})
		go func() {
			defer close(done)
			shutdown(t, s, served)
		}()
		select {
		case <-done:
			t.Fatal("Shutdown does not wait for a handler that reads")
		case <-time.After(20 * time.Millisecond):
		}
		c.Write([]byte("more"), 0, 0)
		if f, err := c.Next(); err != nil || string(f.Payload) != "more" {
			t.Errorf("%q, %v", f.Payload, err)
		}
		c.Close()
		wait(t, "the end of Shutdown", done)
	})
	overAll(t, func(t *testing.T, tr transport) {
		inside, goOn := make(chan struct{}), make(chan struct{})
		s := &frame.Server{Layout: idKind, ConnError: noErrors(t),
			Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
				inside <- struct{}{}
				<-ctx.Done()
				<-goOn
				return nil
			}}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		c := dial(t, tr, ln)
		c.Write(nil, 0, 0)
		c.Flush()
		wait(t, "the handler", inside)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		if err := s.Shutdown(ctx); err != context.DeadlineExceeded {
			t.Errorf("%v", err)
		}
		if err := wait(t, "the end of Serve", served); err != frame.ErrServerClosed {
			t.Errorf("Serve: %v", err)
		}
		if _, err := c.Next(); err == nil {
			t.Error("the connection is open")
		}
		close(goOn)
		// Once more, for what is left.
		if err := s.Shutdown(context.Background()); err != nil {
			t.Errorf("%v", err)
		}
	})
}

// TestCloseTogether has a handler that writes to a connection which has nothing left to
// handle, while the Server is shut down.
func TestCloseTogether(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		for _, test := range []struct {
			name string
			gate func(s *frame.Server, shut context.CancelFunc) // what happens before the handler goes on
			want string                                         // what the other connection gets
		}{
			{"in order", func(*frame.Server, context.CancelFunc) {}, "hello"},
			{"the context ends", func(s *frame.Server, cancel context.CancelFunc) { cancel() }, ""},
			{"Close", func(s *frame.Server, cancel context.CancelFunc) { s.Close() }, ""},
		} {
			t.Run(test.name, func(t *testing.T) {
				inside, goOn := make(chan struct{}), make(chan struct{})
				drained := make(chan struct{}, 1)
				quiet := make(chan *frame.Conn, 1)
				s := &frame.Server{Layout: idKind, CloseTogether: true}
				s.Handle = func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
					switch f.Uint(0) {
					case 1: // the connection that is written to
						quiet <- c
						return c.Write(nil, 1, 0)
					case 2: // those that end without Done
						runtime.Goexit()
					}
					inside <- struct{}{}
					<-goOn
					(<-quiet).TrySend(f.Payload, 3, 0)
					return nil
				}
				var opened atomic.Int32
				s.Open = func(ctx context.Context, c *frame.Conn) (context.Context, error) {
					if opened.Add(1) > 1 {
						return ctx, nil
					}
					c.Next()
					return ctx, io.EOF
				}
				s.Done = func(_ context.Context, c *frame.Conn) {
					select {
					case q := <-quiet:
						if quiet <- q; q == c {
							drained <- struct{}{}
						}
					default:
					}
				}
				ln := tr.listen(t)
				served := serve(t, s, ln)
				ended := func(c *frame.Conn) {
					t.Helper()
					if f, err := c.Next(); err == nil {
						t.Errorf("got %q", f.Payload)
					}
				}
				for range 2 { // for Open, and for Handle
					c := dial(t, tr, ln)
					c.Write(nil, 2, 0)
					ended(c)
				}
				listener, talker := dial(t, tr, ln), dial(t, tr, ln)
				listener.Write(nil, 1, 0)
				if _, err := listener.Next(); err != nil {
					t.Fatal(err)
				}
				talker.Write([]byte("hello"), 3, 0)
				talker.Flush()
				wait(t, "the handler", inside)
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				shut := make(chan error, 1)
				go func() { shut <- s.Shutdown(ctx) }()
				wait(t, "Done of the one that is written to", drained)
				test.gate(s, cancel)
				if test.want == "" {
					ended(listener) // while the handler is not over
				}
				close(goOn)
				if f, err := listener.Next(); string(f.Payload) != test.want {
					t.Errorf("%q, %v, expected %q", f.Payload, err, test.want)
				}
				listener.Close()
				talker.Close()
				wait(t, "the end of Shutdown", shut)
				if err := wait(t, "the end of Serve", served); err != frame.ErrServerClosed {
					t.Errorf("Serve: %v", err)
				}
			})
		}
	})
}

// TestServerClose ends everything, and waits for nobody.
func TestServerClose(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		inside := make(chan struct{})
		s := &frame.Server{Layout: idKind, ConnError: noErrors(t),
			Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
				inside <- struct{}{}
				<-ctx.Done()
				return nil
			}}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		idle, busy := dial(t, tr, ln), dial(t, tr, ln)
		busy.Write(nil, 0, 0)
		busy.Flush()
		wait(t, "the handler", inside)
		within(t, "the end of Close", func() { s.Close() })
		if err := wait(t, "the end of Serve", served); err != frame.ErrServerClosed {
			t.Errorf("Serve: %v", err)
		}
		for _, c := range []*frame.Conn{idle, busy} {
			if _, err := c.Next(); err == nil {
				t.Error("a connection is open")
			}
		}
	})
}

// An unwilling listener closes, but says that it does not.
type unwilling struct {
	*pipes
	err error
}

func (u unwilling) Close() error {
	u.pipes.Close()
	return u.err
}

// TestServerCloseError is the rule that Close closes all listeners, and returns the
// first error of one.
func TestServerCloseError(t *testing.T) {
	checkGoroutines(t)
	for failing := range 3 {
		s := &frame.Server{Layout: idKind, Handle: echo}
		want := fmt.Errorf("listener %d", failing)
		var served []<-chan error
		for i := range 3 {
			ln := unwilling{newPipes(), nil}
			if i == failing {
				ln.err = want
			}
			served = append(served, serve(t, s, ln))
			c, err := ln.dial() // it is accepting then
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
		}
		if err := s.Close(); err != want {
			t.Errorf("Close: %v, want %v", err, want)
		}
		for _, end := range served {
			if err := wait(t, "the end of Serve", end); err != frame.ErrServerClosed {
				t.Errorf("Serve: %v", err)
			}
		}
	}
}

// halves notes when its writing half is closed.
type halves struct {
	net.Conn
	closed chan struct{}
}

func (h halves) CloseWrite() error {
	h.closed <- struct{}{}
	return h.Close()
}

// TestLingersForAnswersOnly is the rule that a connection whose handling has ended is
// closed at once, unless there are answers that the peer may not have read.
func TestLingersForAnswersOnly(t *testing.T) {
	checkGoroutines(t)
	for _, answers := range []int{0, 1} {
		s := &frame.Server{Layout: idKind, Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
			for range answers {
				c.WriteFrame(f)
			}
			return errors.New("enough")
		}}
		ln := newPipes()
		served := serve(t, s, ln)
		here, there := net.Pipe()
		conn := halves{there, make(chan struct{}, 10)}
		ln.conns <- conn
		c := frame.NewConn(here, idKind)
		c.Write(nil, 1, 0)
		c.Flush()
		for range answers {
			if _, err := c.Next(); err != nil {
				t.Error(err)
			}
		}
		if _, err := c.Next(); err != io.EOF {
			t.Error(err)
		}
		shutdown(t, s, served)
		if n := len(conn.closed); n != answers {
			t.Errorf("after %d answers the writing half was closed %d times", answers, n)
		}
	}
}

// TestHandlerGoexit ends its connection only.
func TestHandlerGoexit(t *testing.T) {
	checkGoroutines(t)
	s := &frame.Server{Layout: idKind, MaxConns: 1, Handle: func(context.Context, *frame.Conn, frame.Frame) error {
		runtime.Goexit()
		return nil
	}}
	ln := newPipes()
	served := serve(t, s, ln)
	for range 3 {
		c := dial(t, transports[3], ln)
		c.Write(nil, 0, 0)
		if _, err := c.Next(); err != io.EOF {
			t.Errorf("%v", err)
		}
	}
	shutdown(t, s, served)
}

// TestDone has handlers that leave the answers to other goroutines: Done waits for
// them, at the end of the stream and at Shutdown, and none is lost.
func TestDone(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		type key struct{}
		arrived, open := make(chan struct{}, 100), make(chan struct{})
		s := &frame.Server{Layout: idKind, ConnError: noErrors(t)}
		s.Open = func(ctx context.Context, c *frame.Conn) (context.Context, error) {
			return context.WithValue(ctx, key{}, new(sync.WaitGroup)), nil
		}
		s.Handle = func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
			f = f.Clone()
			ctx.Value(key{}).(*sync.WaitGroup).Go(func() {
				arrived <- struct{}{}
				<-open
				if err := c.WriteFrame(f); err != nil {
					t.Error(err)
				}
			})
			return nil
		}
		s.Done = func(ctx context.Context, c *frame.Conn) {
			if ctx.Err() != nil {
				t.Error("the context has ended")
			}
			ctx.Value(key{}).(*sync.WaitGroup).Wait()
		}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		const frames = 10
		ending, staying := dial(t, tr, ln), dial(t, tr, ln)
		for _, c := range []*frame.Conn{ending, staying} {
			for i := range frames {
				c.Write(nil, i, 0)
			}
			if err := c.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 * frames {
			wait(t, "a frame", arrived)
		}
		if err := ending.CloseWrite(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			t.Error(err)
		}
		time.AfterFunc(10*time.Millisecond, func() { close(open) })
		answers := make(chan int, 2)
		for _, c := range []*frame.Conn{ending, staying} {
			go func() {
				n := 0
				for _, err := range c.Frames() {
					if err == nil {
						n++
					}
				}
				c.NetConn().Close()
				answers <- n
			}()
		}
		shutdown(t, s, served)
		for range 2 {
			if n := wait(t, "the answers", answers); n != frames {
				t.Errorf("%d answers, want %d", n, frames)
			}
		}
	})
}

// TestNoDoneAfterAFailedOpen: what Open did not make Done need not end.
func TestNoDoneAfterAFailedOpen(t *testing.T) {
	checkGoroutines(t)
	mine, errs := errors.New("mine"), make(chan error, 1)
	s := &frame.Server{
		Layout: idKind, Handle: echo,
		Open:      func(ctx context.Context, c *frame.Conn) (context.Context, error) { return nil, mine },
		Done:      func(context.Context, *frame.Conn) { t.Error("Done is called") },
		ConnError: func(_ *frame.Conn, err error) { errs <- err },
	}
	ln := newPipes()
	served := serve(t, s, ln)
	dial(t, transports[3], ln)
	if err := wait(t, "an error", errs); err != mine {
		t.Errorf("%v", err)
	}
	shutdown(t, s, served)
}

// TestContextOfAHandler ends with its connection, also if there is no Open.
func TestContextOfAHandler(t *testing.T) {
	checkGoroutines(t)
	ended := make(chan struct{})
	s := &frame.Server{Layout: idKind, Handle: func(ctx context.Context, _ *frame.Conn, _ frame.Frame) error {
		context.AfterFunc(ctx, func() { close(ended) })
		return nil
	}}
	ln := newPipes()
	served := serve(t, s, ln)
	c := dial(t, transports[3], ln)
	c.Write(nil, 0, 0)
	c.Close()
	wait(t, "the end of the context", ended)
	shutdown(t, s, served)
}

// TestCloseInsideAHandler: a handler that closes its connection, and one whose reading
// Close ends, are no errors of theirs.
func TestCloseInsideAHandler(t *testing.T) {
	checkGoroutines(t)
	reading, ended := make(chan struct{}), make(chan error, 1)
	s := &frame.Server{Layout: idKind, ConnError: noErrors(t)}
	s.Handle = func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
		if f.Uint(1) == 0 {
			c.Write([]byte("bye"), 0, 0)
			return c.Close()
		}
		close(reading)
		_, err := c.NextContext(ctx)
		ended <- err
		return nil
	}
	ln := newPipes()
	serve(t, s, ln)
	c := dial(t, transports[3], ln)
	c.Write(nil, 0, 0)
	if f, err := c.Next(); err != nil || string(f.Payload) != "bye" {
		t.Errorf("%v, %v", f, err)
	}
	c = dial(t, transports[3], ln)
	c.Write(nil, 0, 1)
	c.Flush()
	wait(t, "the handler", reading)
	s.Close()
	if err := wait(t, "the end of the handler", ended); err != context.Canceled {
		t.Errorf("NextContext when the Server is closed: %v", err)
	}
}

// TestDeafPeer is the rule that a peer that does not read its last answer is not waited
// for longer than Conn.Close would.
func TestDeafPeer(t *testing.T) {
	checkGoroutines(t)
	synctest.Test(t, func(t *testing.T) {
		mine, errs := errors.New("mine"), make(chan error, 1)
		s := &frame.Server{
			Layout: idKind,
			Handle: func(_ context.Context, c *frame.Conn, _ frame.Frame) error {
				c.Write([]byte("last"), 0, 0)
				return mine
			},
			ConnError: func(_ *frame.Conn, err error) { errs <- err },
		}
		ln := newPipes()
		served := serve(t, s, ln)
		c, err := ln.dial()
		if err != nil {
			t.Fatal(err)
		}
		frame.NewConn(c, idKind).Write(make([]byte, 40_000), 1, 1)
		begun := time.Now()
		if err := <-errs; err != mine {
			t.Errorf("%v", err)
		}
		shutdown(t, s, served)
		if waited := time.Since(begun); waited < time.Second || waited > 10*time.Second {
			t.Errorf("the Server waited for %v", waited)
		}
		c.Close()
	})
}

// odd is a listener whose type cannot be compared.
type odd struct {
	*pipes
	_ []int
}

// TestOddListener serves it, and closes it.
func TestOddListener(t *testing.T) {
	checkGoroutines(t)
	s := &frame.Server{Layout: idKind, Handle: echo}
	ln := odd{pipes: newPipes()}
	served := serve(t, s, ln)
	c := dial(t, transports[3], ln.pipes)
	c.Write(nil, 7, 0)
	if f, err := c.Next(); err != nil || f.Uint(0) != 7 {
		t.Errorf("%v, %v", f, err)
	}
	c.Close()
	shutdown(t, s, served)
	if _, err := ln.dial(); err == nil {
		t.Error("the listener is open")
	}
}

// TestHandlerPanic is the rule that a panic of a handler ends the program, and
// that a handler may recover its own.
func TestHandlerPanic(t *testing.T) {
	const mode = "FRAME_TEST_PANIC"
	if os.Getenv(mode) != "" {
		s := &frame.Server{Layout: idKind, Handle: func(context.Context, *frame.Conn, frame.Frame) error { panic("mine") }}
		ln := newPipes()
		go s.Serve(ln)
		c := dial(t, transports[3], ln)
		c.Write(nil, 0, 0)
		c.Next()
		time.Sleep(guard)
		return
	}
	exe, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	cmd := exec.Command(exe, "-test.run", "^TestHandlerPanic$")
	cmd.Env = append(os.Environ(), mode+"=1")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Skip("no processes: ", err)
	}
	if err == nil || !bytes.Contains(out, []byte("panic: mine")) {
		t.Errorf("%v\n%s", err, out)
	}

	s := &frame.Server{Layout: idKind, Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v", r)
			}
		}()
		panic("mine")
	}}
	errs := make(chan error, 1)
	s.ConnError = func(_ *frame.Conn, err error) { errs <- err }
	ln := newPipes()
	served := serve(t, s, ln)
	c := dial(t, transports[3], ln)
	c.Write(nil, 0, 0)
	c.Flush()
	if err := wait(t, "ConnError", errs); err.Error() != "panic: mine" {
		t.Errorf("%v", err)
	}
	shutdown(t, s, served)
}
