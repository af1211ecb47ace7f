package frame_test

import (
	"context"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"example.com/structpack/frame"
)

// TestContextEndsWithItsConnection has handlers that wait for the end of their
// context, and connections that end meanwhile.
func TestContextEndsWithItsConnection(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(server, client *frame.Conn)
		only string // where it can be known
	}{
		{"a reset", func(_, c *frame.Conn) {
			nc := c.NetConn()
			if tls, ok := nc.(interface{ NetConn() net.Conn }); ok {
				nc = tls.NetConn()
			}
			if tcp, ok := nc.(*net.TCPConn); ok {
				tcp.SetLinger(0)
			}
			nc.Close()
		}, "linux"},
		{"a Close by another goroutine", func(s, _ *frame.Conn) { s.Close() }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			overAll(t, func(t *testing.T, tr transport) {
				if tt.only != "" && (tt.only != runtime.GOOS || tr.name == "pipe") {
					t.Skip("nobody knows")
				}
				conns := make(chan *frame.Conn, 1)
				handled := make(chan error, 1)
				s := &frame.Server{Layout: idKind, MaxConns: 2, Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
					conns <- c
					<-ctx.Done()
					handled <- ctx.Err()
					return nil
				}}
				ln := tr.listen(t)
				served := serve(t, s, ln)
				c := dial(t, tr, ln)
				c.Write(nil, 1, 1)
				c.Write(nil, 2, 2) // is there to be read, and no news
				if err := c.Flush(); err != nil {
					t.Fatal(err)
				}
				tt.end(wait(t, "a frame", conns), c)
				if err := wait(t, "the end of the handler", handled); err != context.Canceled {
					t.Errorf("%v", err)
				}
				select { // the frame after it may be handled too
				case <-conns:
					<-handled
				default:
				}
				c.NetConn().Close()
				go func() {
					for range conns {
						<-handled
					}
				}()
				shutdown(t, s, served)
				close(conns)
			})
		})
	}
}

// TestContextAfterItsConnection looks at a context whose end nobody has asked for before,
// when the connection has ended, but not the Server.
func TestContextAfterItsConnection(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		contexts := make(chan context.Context, 1)
		s := &frame.Server{Layout: idKind, MaxConns: 1, Handle: func(ctx context.Context, _ *frame.Conn, _ frame.Frame) error {
			contexts <- ctx
			return io.EOF
		}}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		c := dial(t, tr, ln)
		c.Write(nil, 1, 1)
		c.Flush()
		ctx := wait(t, "a frame", contexts)
		c.NetConn().Close()
		within(t, "the end of the connection", func() {
			for len(s.Conns()) > 0 {
				time.Sleep(time.Millisecond)
			}
		})
		if err := context.Cause(ctx); err != context.Canceled {
			t.Errorf("Cause: %v", err)
		}
		if err := ctx.Err(); err != context.Canceled {
			t.Errorf("Err: %v", err)
		}
		derived, cancel := context.WithCancel(ctx)
		defer cancel()
		if err := derived.Err(); err != context.Canceled {
			t.Errorf("derived: %v", err)
		}
		shutdown(t, s, served)
	})
}

// TestHalfClosedPeer is the rule that a peer that has ended its sending, and still
// reads, is not gone, and that nothing of what it sent is lost.
func TestHalfClosedPeer(t *testing.T) {
	for _, tr := range transports[:3] {
		t.Run(tr.name, func(t *testing.T) {
			checkGoroutines(t)
			ended, looked := make(chan struct{}), make(chan struct{}, 3)
			s := &frame.Server{Layout: idKind, ConnError: noErrors(t), Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
				done := ctx.Done()
				<-ended
				if err := c.WriteFrame(f); err != nil {
					return err
				}
				if err := c.Flush(); err != nil {
					return err
				}
				select {
				case <-done:
					t.Error("the context has ended")
				default:
				}
				looked <- struct{}{}
				return nil
			}}
			ln := tr.listen(t)
			served := serve(t, s, ln)
			c := dial(t, tr, ln)
			for i := range 3 {
				c.Write(nil, i, 0)
			}
			if err := c.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			close(ended)
			for i := range 3 {
				if f, err := c.Next(); err != nil || f.Int(0) != int64(i) {
					t.Errorf("answer %d: %v, %v", i, f, err)
				}
				wait(t, "the end of the handler", looked) // the peer closes after that
			}
			c.Close()
			shutdown(t, s, served)
		})
	}
}
