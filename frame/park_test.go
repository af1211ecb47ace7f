//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package frame_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/structpack/frame"
)

// soon is a ParkAfter that is over at once, and never one that is not over in a test.
const (
	soon  = time.Millisecond
	never = -1
)

// parkable are the transports whose connections park.
var parkable = transports[:3]

func overParkable(t *testing.T, test func(t *testing.T, tr transport)) {
	for _, tr := range parkable {
		t.Run(tr.name, func(t *testing.T) {
			checkGoroutines(t)
			test(t, tr)
		})
	}
}

// waitParked waits until n connections are parked, and no other one is left that may be.
func waitParked(t *testing.T, s *frame.Server, n int) {
	t.Helper()
	for end := time.Now().Add(guard); ; time.Sleep(time.Millisecond / 4) {
		parked, running := s.Parked()
		if parked == n && running == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d connections are parked and %d are not, want %d", parked, running, n)
		}
	}
}

// answered sends a frame and wants it back.
func answered(t *testing.T, c *frame.Conn, id int) {
	t.Helper()
	if err := c.Write([]byte("payload"), id, 0); err != nil {
		t.Fatal(err)
	}
	if f, err := c.Next(); err != nil || f.Int(0) != int64(id) || string(f.Payload) != "payload" {
		t.Fatalf("answer %d: %v, %v", id, f, err)
	}
}

// TestParkedConnections does to a parked connection what is done to one that waits.
func TestParkedConnections(t *testing.T) {
	type scene struct {
		server    *frame.Server
		conn      *frame.Conn     // the Server's
		ctx       context.Context // its handler's
		client    *frame.Conn
		under     net.Conn // below TLS
		done      chan struct{}
		connError chan error
	}
	gone := func(t *testing.T, s *scene) {
		t.Helper()
		wait(t, "Done", s.done)
	}
	for _, tt := range []struct {
		name string
		do   func(t *testing.T, s *scene)
	}{
		{"a frame arrives", func(t *testing.T, s *scene) { answered(t, s.client, 2) }},
		{"frames arrive, again and again", func(t *testing.T, s *scene) {
			for i := range 5 {
				answered(t, s.client, i)
				waitParked(t, s.server, 1)
			}
		}},
		{"a frame arrives in pieces", func(t *testing.T, s *scene) {
			b, err := idKind.Append(nil, []byte("payload"), 9, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, piece := range [][]byte{b[:1], b[1:5], b[5:]} {
				if _, err := s.client.NetConn().Write(piece); err != nil {
					t.Fatal(err)
				}
			}
			if f, err := s.client.Next(); err != nil || string(f.Payload) != "payload" {
				t.Fatalf("%v, %v", f, err)
			}
		}},
		{"Send by another goroutine", func(t *testing.T, s *scene) {
			for i := range 3 {
				if err := s.conn.Send(make([]byte, i*5000), i, 0); err != nil {
					t.Fatal(err)
				}
				if f, err := s.client.Next(); err != nil || f.Int(0) != int64(i) || len(f.Payload) != i*5000 {
					t.Fatalf("%v, %v", f, err)
				}
			}
			waitParked(t, s.server, 1)
		}},
		{"Send by many goroutines", func(t *testing.T, s *scene) {
			const senders, each = 20, 20
			var all sync.WaitGroup
			for i := range senders {
				all.Go(func() {
					for range each {
						if err := s.conn.Send([]byte("news"), i, 0); err != nil {
							t.Error(err)
						}
					}
				})
			}
			for range senders * each {
				if f, err := s.client.Next(); err != nil || string(f.Payload) != "news" {
					t.Fatalf("%v, %v", f, err)
				}
			}
			all.Wait()
			waitParked(t, s.server, 1)
			answered(t, s.client, 3)
		}},
		{"TrySend by another goroutine", func(t *testing.T, s *scene) {
			if err := s.conn.TrySend([]byte("news"), 3, 0); err != nil {
				t.Fatal(err)
			}
			if f, err := s.client.Next(); err != nil || string(f.Payload) != "news" {
				t.Fatalf("%v, %v", f, err)
			}
			answered(t, s.client, 4)
		}},
		{"SetLayout by another goroutine", func(t *testing.T, s *scene) {
			other := frame.MustLayout("!I")
			s.conn.SetLayout(other)
			s.client.SetLayout(other)
			if err := s.client.Write([]byte("other")); err != nil {
				t.Fatal(err)
			}
			if f, err := s.client.Next(); err != nil || string(f.Payload) != "other" {
				t.Fatalf("%v, %v", f, err)
			}
		}},
		{"Close by another goroutine", func(t *testing.T, s *scene) {
			s.conn.Close()
			gone(t, s)
			<-s.ctx.Done()
		}},
		{"its net.Conn is closed by another goroutine", func(t *testing.T, s *scene) {
			s.conn.NetConn().Close()
			gone(t, s)
		}},
		{"the peer closes", func(t *testing.T, s *scene) {
			s.client.Close()
			gone(t, s)
		}},
		{"the peer closes inside a frame", func(t *testing.T, s *scene) {
			s.client.NetConn().Write(make([]byte, 3))
			s.client.Close()
			if err := wait(t, "the error", s.connError); err != io.ErrUnexpectedEOF {
				t.Errorf("%v", err)
			}
			gone(t, s)
		}},
		{"the peer is reset", func(t *testing.T, s *scene) {
			if tcp, ok := s.under.(*net.TCPConn); ok {
				tcp.SetLinger(0)
			}
			s.under.Close()
			gone(t, s)
			<-s.ctx.Done()
		}},
		{"writing to it fails", func(t *testing.T, s *scene) {
			s.conn.NetConn().SetWriteDeadline(time.Unix(1, 0))
			if err := s.conn.Send([]byte("news"), 3, 0); err == nil {
				t.Fatal("no error")
			}
			if err := wait(t, "the error", s.connError); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%v", err)
			}
			gone(t, s)
		}},
		{"Shutdown", func(t *testing.T, s *scene) {
			s.server.Shutdown(t.Context())
			gone(t, s)
		}},
		{"Shutdown after frames have arrived", func(t *testing.T, s *scene) {
			for i := range 3 {
				s.client.Write([]byte("payload"), i, 0)
			}
			s.client.Flush()
			go s.server.Shutdown(t.Context())
			for i := range 3 {
				if f, err := s.client.Next(); err != nil || f.Int(0) != int64(i) {
					t.Fatalf("%v, %v", f, err)
				}
			}
			if _, err := s.client.Next(); err != io.EOF {
				t.Errorf("%v", err)
			}
			s.client.Close()
			gone(t, s)
		}},
		{"Server.Close", func(t *testing.T, s *scene) {
			s.server.Close()
			gone(t, s)
			<-s.ctx.Done()
		}},
		{"a duplicate of its descriptor outlives it", func(t *testing.T, s *scene) {
			nc := s.conn.NetConn()
			if wraps, ok := nc.(interface{ NetConn() net.Conn }); ok {
				nc = wraps.NetConn()
			}
			file, err := nc.(interface{ File() (*os.File, error) }).File()
			if err != nil {
				t.Fatal(err)
			}
			s.conn.Close()
			gone(t, s)
			s.client.Write(nil, 1, 1)
			s.client.Flush()
			file.Close()
		}},
	} {
		run := func(t *testing.T, parkAfter time.Duration) {
			frame.SetChecks(t, soon)
			frame.SetLinger(t, soon)
			overParkable(t, func(t *testing.T, tr transport) {
				if parkAfter < 0 && tr.name == parkable[2].name {
					t.Skip("its goroutine stays")
				}
				s := &scene{done: make(chan struct{}), connError: make(chan error, 1)}
				handled := make(chan *frame.Conn, 10)
				s.server = &frame.Server{
					Layout: idKind, ParkAfter: parkAfter,
					Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
						if s.ctx == nil {
							s.ctx = ctx
							handled <- c
						}
						return c.WriteFrame(f)
					},
					Done:      func(context.Context, *frame.Conn) { close(s.done) },
					ConnError: func(_ *frame.Conn, err error) { s.connError <- err },
				}
				ln := tr.listen(t)
				served := serve(t, s.server, ln)
				s.client = dial(t, tr, ln)
				s.under = s.client.NetConn()
				if wraps, ok := s.under.(interface{ NetConn() net.Conn }); ok {
					s.under = wraps.NetConn()
				}
				answered(t, s.client, 1)
				s.conn = wait(t, "the handler", handled)
				waitParked(t, s.server, 1)
				tt.do(t, s)
				s.client.NetConn().Close()
				s.server.Shutdown(t.Context())
				wait(t, "the end of Serve", served)
			})
		}
		t.Run(tt.name, func(t *testing.T) { run(t, soon) })
		t.Run(tt.name+", never parked", func(t *testing.T) {
			frame.SetRenewAfter(t, soon)
			run(t, never)
		})
	}
}

// TestLentStates has Readers and Writers follow parked connections that had other limits.
func TestLentStates(t *testing.T) {
	overParkable(t, func(t *testing.T, tr transport) {
		s := &frame.Server{Layout: idKind, Handle: echo, ParkAfter: soon, IdleTimeout: guard, FrameTimeout: guard, WriteTimeout: guard, MinRate: 1}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		c := dial(t, tr, ln)
		for id := range 5 {
			answered(t, c, id)
			if err := c.Write(make([]byte, 50_000), id, 0); err != nil {
				t.Fatal(err)
			}
			if f, err := c.Next(); err != nil || len(f.Payload) != 50_000 {
				t.Fatalf("%v, %v", f, err)
			}
			waitParked(t, s, 1)
			for range 10 {
				var b bytes.Buffer
				w := frame.NewWriter(&b, idKind)
				if err := w.Write([]byte("payload"), id, 1); err != nil {
					t.Fatal(err)
				}
				if err := w.Flush(); err != nil {
					t.Fatal(err)
				}
				if f, err := frame.NewReader(&b, idKind).Next(); err != nil || string(f.Payload) != "payload" {
					t.Fatalf("%v, %v", f, err)
				}
			}
		}
		c.NetConn().Close()
		shutdown(t, s, served)
	})
}

// TestParkedUpgrade has a connection change to TLS that was parked, or is about to be, and
// park again.
func TestParkedUpgrade(t *testing.T) {
	for _, about := range []bool{false, true} {
		t.Run(fmt.Sprintf("about to park: %t", about), func(t *testing.T) {
			overParkable(t, func(t *testing.T, tr transport) {
				if tr.name == parkable[2].name {
					t.Skip("it is TLS already")
				}
				s := &frame.Server{Layout: idKind, Handle: upgrading, ParkAfter: soon, ConnError: noErrors(t)}
				var once sync.Once
				clients := make(chan *frame.Conn, 1)
				if about {
					frame.SetBeforeWatch(t, func() {
						once.Do(func() {
							c := <-clients
							c.Write([]byte("payload"), 0, startTLS)
							c.Flush()
						})
					})
				}
				ln := tr.listen(t)
				served := serve(t, s, ln)
				c := dial(t, tr, ln)
				if clients <- c; about {
					if f, err := c.Next(); err != nil || f.Int(1) != startTLS {
						t.Fatalf("%v, %v", f, err)
					}
				} else {
					ask(t, c, 1)
					waitParked(t, s, 1)
					ask(t, c, startTLS)
				}
				if err := c.Upgrade(t.Context(), toTLS); err != nil {
					t.Fatal(err)
				}
				for range 3 {
					ask(t, c, 1, 2)
					waitParked(t, s, 1)
				}
				for _, c := range s.Conns() {
					if err := c.Send([]byte("news"), 1, 1); err != nil {
						t.Fatal(err)
					}
				}
				if f, err := c.Next(); err != nil || string(f.Payload) != "news" {
					t.Fatalf("%v, %v", f, err)
				}
				c.Close()
				shutdown(t, s, served)
			})
		})
	}
}

// A fragileConn shows no descriptor, and does not survive a deadline.
type fragileConn struct {
	net.Conn
	err error
}

func (c *fragileConn) Read(b []byte) (n int, err error) {
	if c.err == nil {
		n, c.err = c.Conn.Read(b)
	}
	return n, c.err
}

// TestUpgradeToWhatCannotPark has a connection park that is about to change to one that
// must not.
func TestUpgradeToWhatCannotPark(t *testing.T) {
	overParkable(t, func(t *testing.T, tr transport) {
		frame.SetGrantTime(t, 0)
		s := &frame.Server{Layout: idKind, ParkAfter: soon, ConnError: noErrors(t), Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
			if err := c.WriteFrame(f); err != nil || f.Int(1) != startTLS {
				return err
			}
			return c.Upgrade(ctx, func(nc net.Conn) net.Conn { return &fragileConn{Conn: nc} })
		}}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		c := dial(t, tr, ln)
		ask(t, c, 1)
		waitParked(t, s, 1)
		ask(t, c, startTLS)
		for range 5 {
			time.Sleep(2 * frame.Looks * soon) // in which it would park
			ask(t, c, 1)
		}
		if parked, running := s.Parked(); parked != 0 || running != 1 {
			t.Errorf("%d connections are parked and %d are not", parked, running)
		}
		c.Close()
		shutdown(t, s, served)
	})
}

// TestParkedUnused is for connections of which no frame has come yet.
func TestParkedUnused(t *testing.T) {
	overParkable(t, func(t *testing.T, tr transport) {
		s := &frame.Server{Layout: idKind, Handle: echo, ParkAfter: soon}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		var all []*frame.Conn
		for range 5 {
			c := dial(t, tr, ln)
			if shakes, ok := c.NetConn().(interface{ Handshake() error }); ok {
				if err := shakes.Handshake(); err != nil {
					t.Fatal(err)
				}
			}
			all = append(all, c)
		}
		waitParked(t, s, len(all))
		for i, c := range all {
			answered(t, c, i)
			c.NetConn().Close()
		}
		shutdown(t, s, served)
	})
}

// A wrappingConn shows a connection below it that its own Close leaves open.
type wrappingConn struct {
	net.Conn
	closed atomic.Bool
}

func (c *wrappingConn) NetConn() net.Conn { return c.Conn }

func (c *wrappingConn) Read(b []byte) (int, error) {
	if c.closed.Load() {
		return 0, net.ErrClosed
	}
	return c.Conn.Read(b)
}

func (c *wrappingConn) Close() error {
	c.closed.Store(true)
	return nil
}

type wrappingListener struct{ net.Listener }

func (ln wrappingListener) Accept() (net.Conn, error) {
	c, err := ln.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &wrappingConn{Conn: c}, nil
}

// TestHiddenHandshake does not interrupt a handshake that a connection does when it is read.
func TestHiddenHandshake(t *testing.T) {
	overParkable(t, func(t *testing.T, tr transport) {
		s := &frame.Server{Layout: idKind, Handle: echo, ParkAfter: soon, ConnError: noErrors(t)}
		ln := tr.listen(t)
		served := serve(t, s, wrappingListener{ln})
		below, err := dialListener(ln)
		if err != nil {
			t.Fatal(err)
		}
		defer below.Close()
		below.SetDeadline(time.Now().Add(guard))
		time.Sleep(2 * frame.Looks * soon) // in which it would park
		nc := below
		if tr.name == parkable[2].name {
			nc = tls.Client(below, &tls.Config{InsecureSkipVerify: true})
		}
		c := frame.NewConn(nc, idKind)
		for i := range 3 {
			answered(t, c, i)
			waitParked(t, s, 1)
		}
		below.Close()
		for _, c := range s.Conns() {
			c.NetConn().(*wrappingConn).Conn.Close()
		}
		shutdown(t, s, served)
	})
}

// TestCloseBeforeParking has a connection closed that is about to park, or is parked, of
// which the descriptor does not show it.
func TestCloseBeforeParking(t *testing.T) {
	for _, about := range []bool{false, true} {
		t.Run(fmt.Sprintf("about to park: %t", about), func(t *testing.T) {
			overParkable(t, func(t *testing.T, tr transport) {
				done := make(chan struct{})
				var closeAll func()
				s := &frame.Server{Layout: idKind, Handle: echo, ParkAfter: soon, Done: func(context.Context, *frame.Conn) { close(done) }}
				if about {
					var once sync.Once
					closing := make(chan error, 1)
					frame.SetBeforeWatch(t, func() {
						once.Do(func() {
							for _, c := range s.Conns() {
								go func() { closing <- c.Close() }()
							}
						})
					})
					closeAll = func() {
						if err := wait(t, "Close", closing); err != nil {
							t.Error(err)
						}
					}
				} else {
					closeAll = func() {
						waitParked(t, s, 1)
						for _, c := range s.Conns() {
							if err := c.Close(); err != nil {
								t.Error(err)
							}
						}
					}
				}
				ln := tr.listen(t)
				served := serve(t, s, wrappingListener{ln})
				c := dial(t, tr, ln)
				answered(t, c, 1)
				closeAll()
				wait(t, "Done", done)
				c.NetConn().Close()
				shutdown(t, s, served)
			})
		})
	}
}

// TestNotParked has connections that must keep their goroutines.
func TestNotParked(t *testing.T) {
	t.Run("ParkAfter is negative", func(t *testing.T) {
		checkGoroutines(t)
		s := &frame.Server{Layout: idKind, Handle: echo, ParkAfter: never}
		ln := listenTCP(t)
		served := serve(t, s, ln)
		c := dial(t, parkable[0], ln)
		answered(t, c, 1)
		if parked, running := s.Parked(); parked != 0 || running != 1 {
			t.Errorf("%d, %d", parked, running)
		}
		c.NetConn().Close()
		shutdown(t, s, served)
	})
	t.Run("no poller can be had", func(t *testing.T) {
		frame.SetPollerError(t, syscall.EMFILE)
		overParkable(t, func(t *testing.T, tr transport) {
			s := &frame.Server{Layout: idKind, Handle: echo, ParkAfter: soon}
			ln := tr.listen(t)
			served := serve(t, s, ln)
			c := dial(t, tr, ln)
			for i := range 3 {
				answered(t, c, i)
				time.Sleep(3 * soon)
			}
			if parked, running := s.Parked(); parked != 0 || running != 1 {
				t.Errorf("%d, %d", parked, running)
			}
			c.NetConn().Close()
			shutdown(t, s, served)
		})
	})
}

// TestEventsBeforeWatching has things happen when the Reader has found nothing, and the
// connection is not watched yet.
func TestEventsBeforeWatching(t *testing.T) {
	for _, tt := range []struct {
		name   string
		happen func(s *frame.Server, client *frame.Conn)
		ends   bool
	}{
		{"a frame", func(_ *frame.Server, c *frame.Conn) {
			c.Write([]byte("payload"), 7, 0)
			c.Flush()
		}, false},
		{"the peer closes", func(_ *frame.Server, c *frame.Conn) { c.Close() }, true},
		{"Shutdown", func(s *frame.Server, _ *frame.Conn) { go s.Shutdown(context.Background()) }, true},
		{"Server.Close", func(s *frame.Server, _ *frame.Conn) { go s.Close() }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			frame.SetLinger(t, soon)
			overParkable(t, func(t *testing.T, tr transport) {
				var once sync.Once
				clients := make(chan *frame.Conn, 1)
				done := make(chan struct{})
				s := &frame.Server{Layout: idKind, Handle: echo, ParkAfter: soon, Done: func(context.Context, *frame.Conn) { close(done) }}
				frame.SetBeforeWatch(t, func() { once.Do(func() { tt.happen(s, <-clients) }) })
				ln := tr.listen(t)
				served := serve(t, s, ln)
				client := dial(t, tr, ln)
				clients <- client
				if tt.ends {
					wait(t, "the end", done)
				} else if f, err := client.Next(); err != nil || f.Int(0) != 7 {
					t.Errorf("%v, %v", f, err)
				}
				client.NetConn().Close()
				s.Shutdown(t.Context())
				wait(t, "the end of Serve", served)
			})
		})
	}
}

// TestParkedRecords has a connection of TLS park that has a part of a record.
func TestParkedRecords(t *testing.T) {
	checkGoroutines(t)
	tr := parkable[2]
	s := &frame.Server{Layout: idKind, Handle: echo, ParkAfter: soon}
	ln := tr.listen(t)
	served := serve(t, s, ln)
	below, err := dialListener(ln)
	if err != nil {
		t.Fatal(err)
	}
	defer below.Close()
	below.SetDeadline(time.Now().Add(guard))
	slow := &splitConn{Conn: below}
	client := frame.NewConn(tls.Client(slow, &tls.Config{InsecureSkipVerify: true}), idKind)
	for id := range 3 {
		if err := client.Write(make([]byte, 60_000), id, 0); err != nil {
			t.Fatal(err)
		}
		if f, err := client.Next(); err != nil || len(f.Payload) != 60_000 {
			t.Fatalf("%v, %v", f, err)
		}
		waitParked(t, s, 1)
		slow.parked = func() { waitParked(t, s, 1) }
	}
	below.Close()
	shutdown(t, s, served)
}

// A splitConn is one of which the next write is two, with parked between them, if it is set.
type splitConn struct {
	net.Conn
	parked func()
}

func (c *splitConn) Write(b []byte) (int, error) {
	if c.parked == nil || len(b) < 10 {
		return c.Conn.Write(b)
	}
	n, err := c.Conn.Write(b[:9])
	if err != nil {
		return n, err
	}
	parked := c.parked
	c.parked = nil
	parked()
	more, err := c.Conn.Write(b[9:])
	return n + more, err
}

// TestStorm wakes all connections at once. Those of which the handlers block delay no
// other one, and no more goroutines than a part of them wait when it is over. Those that
// go on wait with their goroutines.
func TestStorm(t *testing.T) {
	const n = 600
	checkGoroutines(t)
	frame.SetGrantTime(t, time.Hour)
	blocked := make(chan struct{})
	s := &frame.Server{Layout: idKind, ParkAfter: time.Hour, Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
		if f.Int(1) == 1 {
			<-blocked
		}
		return c.WriteFrame(f)
	}}
	ln := listenUnix(t)
	served := serve(t, s, ln)
	var all [n]*frame.Conn
	for i := range all {
		all[i] = dial(t, parkable[1], ln)
		if i >= frame.Grants {
			continue
		}
		answered(t, all[i], i) // and goes on waiting, because there is no storm
	}
	for end := time.Now().Add(guard); ; time.Sleep(time.Millisecond) {
		parked, running := s.Parked()
		if parked == n-frame.Grants && running == frame.Grants {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d are parked, %d are not", parked, running)
		}
	}
	s.HaveBeenSilent()
	for i, c := range all {
		c.Write(nil, i, i%2)
		c.Flush()
	}
	check := func(first int) {
		for i := first; i < n; i += 2 {
			if f, err := all[i].Next(); err != nil || f.Int(0) != int64(i) {
				t.Fatalf("%d: %v, %v", i, f, err)
			}
		}
	}
	check(0)
	close(blocked)
	check(1)
	for end := time.Now().Add(guard); ; time.Sleep(time.Millisecond) {
		if _, running := s.Parked(); running == frame.Grants {
			break
		}
		if time.Now().After(end) {
			t.Fatal("nobody parks")
		}
	}
	for i, c := range all { // which come soon again
		answered(t, c, i)
	}
	if parked, _ := s.Parked(); parked > 0 {
		t.Errorf("%d active connections park", parked)
	}
	for _, c := range all {
		c.NetConn().Close()
	}
	shutdown(t, s, served)
}

// TestReadingWhenServingHasEnded has functions read that are called after the last frame.
func TestReadingWhenServingHasEnded(t *testing.T) {
	overParkable(t, func(t *testing.T, tr transport) {
		asked := make(chan bool)
		answer := make(chan error, 2)
		read := func(c *frame.Conn) {
			c.IdleTimeout = 0
			c.Send([]byte("still there?"), 0, 0)
			<-asked
			_, err := c.Next()
			answer <- err
		}
		s := &frame.Server{
			Layout: idKind, ParkAfter: soon,
			Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
				c.IdleTimeout = soon // which a handshake may not have
				return c.WriteFrame(f)
			},
			Done:      func(_ context.Context, c *frame.Conn) { read(c) },
			ConnError: func(c *frame.Conn, _ error) { read(c) },
		}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		c := dial(t, tr, ln)
		answered(t, c, 1)
		for range cap(answer) {
			if f, err := c.Next(); err != nil || string(f.Payload) != "still there?" {
				t.Fatalf("%v, %v", f, err)
			}
			asked <- true
			time.Sleep(2 * frame.Looks * soon) // in which it would park
			c.Write([]byte("yes"), 1, 1)
			c.Flush()
			if err := wait(t, "the answer", answer); err != nil {
				t.Error(err)
			}
		}
		c.NetConn().Close()
		shutdown(t, s, served)
	})
}

// TestIdleTimeoutAfterRenewal ends connections that never park.
func TestIdleTimeoutAfterRenewal(t *testing.T) {
	frame.SetRenewAfter(t, soon)
	for _, tr := range parkable[:2] {
		t.Run(tr.name, func(t *testing.T) {
			checkGoroutines(t)
			errs := make(chan error, 1)
			s := &frame.Server{Layout: idKind, Handle: echo, ParkAfter: never, IdleTimeout: 50 * time.Millisecond, ConnError: func(_ *frame.Conn, err error) { errs <- err }}
			ln := tr.listen(t)
			served := serve(t, s, ln)
			c := dial(t, tr, ln)
			if err := wait(t, "the error", errs); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error(err)
			}
			c.NetConn().Close()
			shutdown(t, s, served)
		})
	}
}

// TestShutdownOfParked has many parked connections, to some of which frames have come.
func TestShutdownOfParked(t *testing.T) {
	n := scaled(1000)
	checkGoroutines(t)
	var handled atomic.Int64
	s := &frame.Server{Layout: idKind, ParkAfter: soon, ConnError: noErrors(t), Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
		handled.Add(1)
		return c.WriteFrame(f)
	}}
	ln := listenUnix(t)
	served := serve(t, s, ln)
	all := make([]*frame.Conn, n)
	for i := range all {
		all[i] = dial(t, parkable[1], ln)
	}
	waitParked(t, s, n)
	for i, c := range all {
		for j := range i % 3 {
			c.Write(nil, j, 0)
		}
		c.Flush()
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		shutdown(t, s, served)
	}()
	for i, c := range all {
		for j := range i % 3 {
			if f, err := c.Next(); err != nil || f.Int(0) != int64(j) {
				t.Errorf("connection %d, answer %d: %v, %v", i, j, f, err)
			}
		}
		if _, err := c.Next(); err != io.EOF {
			t.Errorf("connection %d: %v", i, err)
		}
		c.NetConn().Close()
	}
	wait(t, "the end", ended)
}

// plainPipes are pipes that say that they hide no handshake.
type plainPipes struct{ *pipes }

type plainPipe struct{ net.Conn }

func (plainPipe) HandshakeContext(context.Context) error { return nil }

func (p plainPipes) Accept() (net.Conn, error) {
	c, err := p.pipes.Accept()
	return plainPipe{c}, err
}

// TestParkedGenerations has news of a connection come when another one has its place.
func TestParkedGenerations(t *testing.T) {
	checkGoroutines(t)
	f := frame.SetFakePoller(t)
	s := &frame.Server{Layout: idKind, ParkAfter: soon, Handle: echo}
	ln := newPipes()
	served := serve(t, s, plainPipes{ln})
	keep, first := dial(t, transports[3], ln), dial(t, transports[3], ln)
	waitParked(t, s, 2)
	old := f.IDs()
	f.Fire(old...)
	within(t, "the end of the first", func() {
		first.Close()
		for {
			if parked, running := s.Parked(); parked+running == 1 {
				return
			}
			time.Sleep(soon)
		}
	})
	waitParked(t, s, 1)
	second := dial(t, transports[3], ln)
	waitParked(t, s, 2)
	kept := map[uint64]bool{}
	for _, id := range f.IDs() {
		kept[id] = true
	}
	for _, id := range old {
		if !kept[id] {
			f.Fire(id, id, id)
		}
	}
	if parked, _ := s.Parked(); parked != 2 {
		t.Errorf("%d are parked", parked)
	}
	for i, c := range []*frame.Conn{keep, second} {
		go f.Fire(f.IDs()...)
		answered(t, c, i)
		c.NetConn().Close()
	}
	s.Close()
	wait(t, "the end of Serve", served)
}

// TestParkedForLong has a connection silent for thirty days, and then for too long.
func TestParkedForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const day = 24 * time.Hour
		f := frame.SetFakePoller(t)
		frame.SetChecks(t, day)
		errs := make(chan error, 1)
		s := &frame.Server{Layout: idKind, Handle: echo, ParkAfter: time.Second, IdleTimeout: 31 * day, ConnError: func(_ *frame.Conn, err error) { errs <- err }}
		ln := newPipes()
		go s.Serve(plainPipes{ln})
		nc, err := ln.dial()
		if err != nil {
			t.Fatal(err)
		}
		c := frame.NewConn(nc, idKind)
		for i := range 2 {
			time.Sleep(30 * day)
			if parked, _ := s.Parked(); parked != 1 {
				t.Fatalf("%d are parked", parked)
			}
			f.Fire(f.IDs()...)
			answered(t, c, i)
		}
		start := time.Now()
		if err := <-errs; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		if d := time.Since(start); d != 31*day {
			t.Errorf("after %v", d)
		}
		nc.Close()
		s.Shutdown(t.Context())
	})
}

// TestParkedIdleTimeouts ends many connections, each at its time.
func TestParkedIdleTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := frame.SetFakePoller(t)
		start := time.Now()
		ends := make(chan time.Duration, 100)
		var opened atomic.Int64
		s := &frame.Server{Layout: idKind, Handle: echo, ParkAfter: time.Second,
			Open: func(_ context.Context, c *frame.Conn) (context.Context, error) {
				c.IdleTimeout = time.Duration(opened.Add(1)*37%100+10) * time.Minute
				return nil, nil
			},
			Done: func(_ context.Context, c *frame.Conn) {
				if d := time.Since(start); d != c.IdleTimeout {
					t.Errorf("after %v, want %v", d, c.IdleTimeout)
				}
				ends <- 0
			}}
		ln := newPipes()
		go s.Serve(plainPipes{ln})
		for range 100 {
			if _, err := ln.dial(); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(5 * time.Minute)
		if parked, _ := s.Parked(); parked != 100 {
			t.Errorf("%d are parked", parked)
		}
		f.Fire(f.IDs()...) // in vain, and changes no time
		for range 100 {
			<-ends
		}
		s.Shutdown(t.Context())
	})
}
