package frame_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"example.com/structpack/frame"
)

// TestSend is the rule that what was sent is written when Send returns, by whomever.
func TestSend(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		here, there := tr.connect(t)
		c := frame.NewConn(here, idKind)
		const senders, each = 8, 50
		var all sync.WaitGroup
		for i := range senders {
			all.Go(func() {
				for j := range each {
					if err := c.Send(bytes.Repeat([]byte{byte(j)}, j), i, j); err != nil {
						t.Error(err)
					}
				}
			})
		}
		r := frame.NewReader(there, idKind)
		next := make([]int, senders)
		for range senders * each {
			f, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			if i, j := f.Int(0), int(f.Int(1)); j != next[i] || len(f.Payload) != j {
				t.Fatalf("frame %d of sender %d, with %d bytes", j, i, len(f.Payload))
			}
			next[f.Int(0)]++
		}
		within(t, "the senders", all.Wait)
		if err := c.Send(nil, 70_000, 0); err == nil {
			t.Error("a value out of range is no error")
		}
		sent := make(chan error, 1)
		go func() { sent <- c.Send(nil, 1, 0) }()
		if _, err := r.Next(); err != nil {
			t.Error(err)
		}
		if err := wait(t, "the end of Send", sent); err != nil {
			t.Errorf("after a value out of range: %v", err)
		}
	})
}

// TestTrySend has a peer that does not read: frames are taken until MaxPending bytes
// wait, and not one more; when it reads again it gets those that were taken.
func TestTrySend(t *testing.T) {
	for _, limit := range []int{1, 1000, 100_000, 3 << 20} {
		synctest.Test(t, func(t *testing.T) {
			here, there := net.Pipe()
			c := frame.NewConn(here, idKind)
			c.MaxPending = limit
			const size = 1000
			taken := 0
			for {
				err := c.TrySend(bytes.Repeat([]byte{byte(taken)}, size-7), taken, 0)
				if errors.Is(err, frame.ErrBusy) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				taken++
			}
			if want := limit/size + 1; taken != want {
				t.Errorf("%d frames, want %d", taken, want)
			}
			if err := c.TrySend(nil, 1, 0); err != frame.ErrBusy {
				t.Errorf("%v", err)
			}
			r := frame.NewReader(there, idKind)
			for i := range taken {
				f, err := r.Next()
				if err != nil || f.Int(0) != int64(uint16(i)) || !bytes.Equal(f.Payload, bytes.Repeat([]byte{byte(i)}, size-7)) {
					t.Fatalf("frame %d: %v, %v", i, f, err)
				}
			}
			synctest.Wait()
			if err := c.TrySend(nil, 70_000, 0); err == nil || err == frame.ErrBusy {
				t.Errorf("a value out of range: %v", err)
			}
			if err := c.TrySend([]byte("last"), 9, 0); err != nil {
				t.Errorf("with nothing waiting: %v", err)
			}
			if f, err := r.Next(); err != nil || string(f.Payload) != "last" {
				t.Errorf("%v, %v", f, err)
			}
			there.Close()
			here.Close()
		})
	}
}

// TestFinalErrorEndsTheConnection is the rule that a Server ends a connection that
// somebody could not write to, while it waits for the next frame.
func TestFinalErrorEndsTheConnection(t *testing.T) {
	for name, send := range map[string]func(*frame.Conn) error{
		"Send":    func(c *frame.Conn) error { return c.Send(nil, 1, 1) },
		"TrySend": func(c *frame.Conn) error { return c.TrySend(nil, 1, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			checkGoroutines(t)
			mine := errors.New("mine")
			conns, errs := make(chan *frame.Conn, 1), make(chan error, 1)
			s := &frame.Server{Layout: idKind, ConnError: func(_ *frame.Conn, err error) { errs <- err },
				Handle: func(_ context.Context, c *frame.Conn, _ frame.Frame) error {
					conns <- c
					return nil
				}}
			ln := newPipes()
			served := serve(t, s, ln)
			here, there := net.Pipe()
			defer here.Close()
			var failing atomic.Bool
			ln.conns <- failingLater{there, &failing, mine}
			stream, _ := messages(0)
			here.Write(stream)
			c := wait(t, "a frame", conns)
			failing.Store(true)
			send(c)
			if err := wait(t, "the end", errs); !errors.Is(err, mine) {
				t.Errorf("%v", err)
			}
			shutdown(t, s, served)
		})
	}
}

type failingLater struct {
	net.Conn
	now *atomic.Bool
	err error
}

func (f failingLater) Write(b []byte) (int, error) {
	if f.now.Load() {
		return 0, f.err
	}
	return f.Conn.Write(b)
}
