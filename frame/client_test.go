package frame_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"example.com/structpack/frame"
)

var (
	calls     = frame.MustLayout("!HBI", frame.LengthAt(2), frame.RequestAt(0))
	fewCalls  = frame.MustLayout("!BBI", frame.LengthAt(2), frame.RequestAt(0))
	lastValue = frame.MustLayout("<IBq", frame.LengthAt(0), frame.RequestAt(2))
)

// TestClient has many goroutines call, and a Server that answers out of order.
func TestClient(t *testing.T) {
	for _, layout := range []*frame.Layout{calls, fewCalls, lastValue} {
		overAll(t, func(t *testing.T, tr transport) {
			var answers sync.WaitGroup
			s := &frame.Server{Layout: layout, ConnError: noErrors(t), Done: func(context.Context, *frame.Conn) { answers.Wait() }}
			s.Handle = func(_ context.Context, c *frame.Conn, f frame.Frame) error {
				f = f.Clone()
				answers.Go(func() { c.WriteFrame(f); c.Flush() })
				return nil
			}
			ln := tr.listen(t)
			served := serve(t, s, ln)
			nc, err := tr.dial(ln)
			if err != nil {
				t.Fatal(err)
			}
			c := frame.NewClient(nc, layout)
			var callers sync.WaitGroup
			for i := range 20 {
				callers.Go(func() {
					for j := range 20 {
						want := fmt.Sprint(i, j)
						f, err := c.Call(t.Context(), []byte(want), 7)
						if err != nil || string(f.Payload) != want || f.Uint(1) != 7 {
							t.Errorf("%v, %v, want %s", f, err, want)
						}
					}
				})
			}
			within(t, "the answers", callers.Wait)
			if _, err := c.Call(t.Context(), nil); err == nil {
				t.Error("a call without its values")
			}
			if _, err := c.Call(t.Context(), nil, 256); err == nil {
				t.Error("a call with a value out of range")
			}
			if f, err := c.Call(t.Context(), []byte("more"), 7); err != nil || string(f.Payload) != "more" {
				t.Errorf("after calls that were refused: %v, %v", f, err)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			if _, err := c.Call(t.Context(), nil, 7); !errors.Is(err, net.ErrClosed) {
				t.Errorf("after Close: %v", err)
			}
			shutdown(t, s, served)
		})
	}
}

// TestClientOfBadPeers has servers that answer wrongly, late, or not at all.
func TestClientOfBadPeers(t *testing.T) {
	call := func(t *testing.T, c *frame.Client) error {
		_, err := c.Call(t.Context(), nil, 7)
		return err
	}
	for _, tt := range []struct {
		name string
		peer func(c *frame.Conn, f frame.Frame) // gets each request
		do   func(*testing.T, *frame.Client) error
		want error // nil: any
	}{
		{"ends", func(c *frame.Conn, _ frame.Frame) { c.Close() }, call, io.ErrUnexpectedEOF},
		{"ends in an answer", func(c *frame.Conn, f frame.Frame) {
			c.NetConn().Write(f.Head[:3])
			c.Close()
		}, call, io.ErrUnexpectedEOF},
		{"stops in an answer", func(c *frame.Conn, f frame.Frame) { c.NetConn().Write(f.Head[:3]) }, func(t *testing.T, c *frame.Client) error {
			c.Conn.FrameTimeout = 10 * time.Millisecond
			return call(t, c)
		}, os.ErrDeadlineExceeded},
		{"claims too much", func(c *frame.Conn, f frame.Frame) { c.Send(make([]byte, 100), f.Uint(0), 0) }, func(t *testing.T, c *frame.Client) error {
			c.Conn.MaxPayload = 99
			return call(t, c)
		}, frame.ErrTooLarge},
		{"answers another", func(c *frame.Conn, f frame.Frame) { c.Send(nil, f.Uint(0)+1, 0) }, call, nil},
		{"answers twice", func(c *frame.Conn, f frame.Frame) {
			c.WriteFrame(f)
			c.WriteFrame(f)
			c.Flush()
		}, func(t *testing.T, c *frame.Client) error {
			if err := call(t, c); err != nil {
				t.Errorf("the first answer: %v", err)
			}
			for { // the second is an error for some call after it
				if err := call(t, c); err != nil {
					return err
				}
			}
		}, nil},
		{"never answers", func(*frame.Conn, frame.Frame) {}, func(t *testing.T, c *frame.Client) error {
			ctx, cancel := context.WithCancel(t.Context())
			for range 256 { // numbers, none of which may be used again
				go cancel()
				if _, err := c.Call(ctx, nil, 7); err != context.Canceled {
					t.Errorf("%v", err)
				}
				ctx, cancel = context.WithCancel(t.Context())
			}
			defer cancel()
			var all sync.WaitGroup
			for range 300 {
				all.Go(func() {
					_, err := c.Call(ctx, nil, 7)
					if err == frame.ErrBusy {
						cancel()
					} else if err != context.Canceled {
						t.Errorf("%v", err)
					}
				})
			}
			all.Wait()
			return context.Canceled
		}, context.Canceled},
		{"is closed", func(*frame.Conn, frame.Frame) {}, func(t *testing.T, c *frame.Client) error {
			time.AfterFunc(time.Millisecond, func() { c.Close() })
			return call(t, c)
		}, net.ErrClosed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			overAll(t, func(t *testing.T, tr transport) {
				here, there := tr.connect(t)
				peer := frame.NewConn(there, fewCalls)
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					for f, err := range peer.Frames() {
						if err != nil {
							return
						}
						tt.peer(peer, f)
					}
				}()
				c := frame.NewClient(here, fewCalls)
				within(t, "an error", func() {
					if err := tt.do(t, c); err == nil || tt.want != nil && !errors.Is(err, tt.want) {
						t.Errorf("%v, want %v", err, tt.want)
					}
				})
				c.Close()
				there.Close()
				wait(t, "the peer", ended)
			})
		})
	}
}

// TestLateAnswer is the rule that the answer to a call that was given up is no answer to
// another, and that one call's context ends no other call.
func TestLateAnswer(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		here, there := tr.connect(t)
		peer := frame.NewConn(there, fewCalls)
		c := frame.NewClient(here, fewCalls)
		defer c.Close()
		ctx, cancel := context.WithCancel(t.Context())
		given := make(chan error, 1)
		go func() {
			_, err := c.Call(ctx, []byte("first"), 1)
			given <- err
		}()
		f, err := peer.Next()
		if err != nil {
			t.Fatal(err)
		}
		first := f.Clone()
		cancel()
		if err := wait(t, "the end of the call", given); err != context.Canceled {
			t.Errorf("%v", err)
		}
		for range 600 { // more than there are numbers
			go func() {
				f, err := peer.Next()
				if err != nil {
					t.Error(err)
					return
				}
				if f.Uint(0) == first.Uint(0) {
					t.Errorf("number %d is used again", f.Uint(0))
				}
				peer.WriteFrame(f)
				peer.Flush()
			}()
			if f, err := c.Call(t.Context(), []byte("later"), 1); err != nil || string(f.Payload) != "later" {
				t.Fatalf("%v, %v", f, err)
			}
		}
		peer.WriteFrame(first)
		go peer.Flush()
		go func() {
			if f, err := peer.Next(); err == nil {
				peer.WriteFrame(f)
				peer.Flush()
			}
		}()
		if f, err := c.Call(t.Context(), []byte("last"), 1); err != nil || string(f.Payload) != "last" {
			t.Fatalf("%v, %v", f, err)
		}
	})
}

// TestRequestAt refuses values that cannot be the number of a request.
func TestRequestAt(t *testing.T) {
	for _, tt := range []struct {
		format string
		rules  []frame.Option
	}{
		{"!HI", []frame.Option{frame.LengthAt(1), frame.RequestAt(1)}},
		{"!HI", []frame.Option{frame.LengthAt(1), frame.RequestAt(2)}},
		{"!HI", []frame.Option{frame.LengthAt(1), frame.RequestAt(-1)}},
		{"!HI", []frame.Option{frame.LengthAt(1), frame.Fixed(0, 7), frame.RequestAt(0)}},
		{"!dI", []frame.Option{frame.LengthAt(1), frame.RequestAt(0)}},
		{"!4sI", []frame.Option{frame.LengthAt(1), frame.RequestAt(0)}},
	} {
		if l, err := frame.NewLayout(tt.format, tt.rules...); err == nil {
			t.Errorf("%v", l)
		}
	}
	here, _ := net.Pipe()
	c := frame.NewClient(here, idKind)
	if _, err := c.Call(t.Context(), nil, 7); err == nil {
		t.Error("a call without RequestAt")
	}
	c.Close()
}
