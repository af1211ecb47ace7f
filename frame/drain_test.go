//go:build linux || darwin

package frame_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"example.com/structpack/frame"
)

// TestShutdownReadsWhatHasArrived is the rule that the frames in a receive queue are
// handled, however many those are, and that ConnError has news of frames that are not.
func TestShutdownReadsWhatHasArrived(t *testing.T) {
	frame.SetDrain(t, 1000)
	const size, frames = 1000, 40
	stream, _ := messages(size - 7)
	for _, tr := range transports[:2] {
		t.Run(tr.name, func(t *testing.T) {
			checkGoroutines(t)
			errs := make(chan error, 1)
			handled, begun, wake := 0, make(chan struct{}), make(chan struct{})
			s := &frame.Server{Layout: idKind, ConnError: func(_ *frame.Conn, err error) { errs <- err },
				Handle: func(context.Context, *frame.Conn, frame.Frame) error {
					if handled++; handled == 1 {
						close(begun)
						<-wake
					}
					return nil
				}}
			ln := tr.listen(t)
			served := serve(t, s, ln)
			c := dial(t, tr, ln).NetConn()
			if _, err := c.Write(stream); err != nil {
				t.Fatal(err)
			}
			wait(t, "a frame", begun)
			for range frames - 1 {
				if _, err := c.Write(stream); err != nil {
					t.Fatal(err)
				}
			}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				shutdown(t, s, served)
			}()
			waitForStack(t, "frame.(*Server).Shutdown", "[select]")
			close(wake)
			wait(t, "ConnError or the end", func() <-chan struct{} {
				c.Close()
				return ended
			}())
			select {
			case err := <-errs:
				if handled == frames || !errors.Is(err, frame.ErrUnread) {
					t.Errorf("%d of %d frames were handled, %v", handled, frames, err)
				}
			default:
				if handled != frames {
					t.Errorf("%d of %d frames were handled, and ConnError was silent", handled, frames)
				}
			}
			if tr.name == "tcp" && handled != frames {
				t.Errorf("%d of %d frames were handled", handled, frames)
			}
		})
	}
}

// TestLastAnswersAreAcknowledged has a peer that is slow to read its answers, and goes
// on sending, and one that never reads them.
func TestLastAnswersAreAcknowledged(t *testing.T) {
	frame.SetLinger(t, time.Millisecond)
	const size, frames = 4000, 60
	for _, tr := range []transport{transports[0], transports[2]} {
		for _, deaf := range []bool{false, true} {
			name := tr.name
			if deaf {
				name += ", deaf"
			}
			t.Run(name, func(t *testing.T) {
				checkGoroutines(t)
				errs := make(chan error, 1)
				handled := make(chan struct{})
				handle := func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
					if f.Int(0) == frames-1 {
						defer close(handled)
					}
					return echo(ctx, c, f)
				}
				s := &frame.Server{Layout: idKind, Handle: handle, WriteTimeout: guard, ConnError: func(_ *frame.Conn, err error) { errs <- err },
					Open: func(ctx context.Context, c *frame.Conn) (context.Context, error) {
						nc := c.NetConn()
						if tls, ok := nc.(interface{ NetConn() net.Conn }); ok {
							nc = tls.NetConn()
						}
						return ctx, nc.(*net.TCPConn).SetWriteBuffer(2 << 20)
					}}
				if deaf {
					s.WriteTimeout = 100 * time.Millisecond
				}
				ln := tr.listen(t)
				served := serve(t, s, ln)
				c := dial(t, tr, ln)
				// Its buffer stays as it is: one made smaller now would have room for less than it
				// has offered, and what its TCP drops then acknowledges nothing either.
				under := c.NetConn()
				if tls, ok := under.(interface{ NetConn() net.Conn }); ok {
					under = tls.NetConn()
				}
				for i := range frames {
					if err := c.Write(make([]byte, size), i, 0); err != nil {
						t.Fatal(err)
					}
				}
				if err := c.Flush(); err != nil {
					t.Fatal(err)
				}
				select { // what is on the way need not be answered
				case <-handled:
				case err := <-errs: // of a flush
					errs <- err
				case <-time.After(guard):
					t.Fatal("the last frame did not come")
				}
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					shutdown(t, s, served)
				}()
				if deaf && !frame.SendStateKnown(under) {
					wait(t, "the end", ended)
					t.Skip("the system does not say what a peer has acknowledged")
				}
				if deaf { // which a flush may be the first to notice
					if err := wait(t, "the error", errs); !errors.Is(err, frame.ErrUnsent) && !isDeadline(err) {
						t.Errorf("%v", err)
					}
					wait(t, "the end", ended)
					return
				}
				waitForStack(t, "frame.(*Conn).linger")
				c.Write(nil, 1, 1)
				c.Flush() // closed with this unread, the Server would reset the connection
				for i := range frames {
					if f, err := c.Next(); err != nil || f.Int(0) != int64(i) {
						t.Fatalf("answer %d: %v, %v", i, f, err)
					}
				}
				if f, err := c.Next(); err != io.EOF { // closed with that unread, the client would reset it
					t.Errorf("after the answers: %v, %v", f, err)
				}
				c.NetConn().Close()
				wait(t, "the end", ended)
				select {
				case err := <-errs:
					t.Errorf("ConnError: %v", err)
				default:
				}
			})
		}
	}
}
