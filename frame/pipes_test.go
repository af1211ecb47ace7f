package frame_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"example.com/structpack/frame"
)

// osPipes returns two ends that are connected by a pair of pipes, as a program and its
// child process are.
func osPipes(t *testing.T) (here, there net.Conn) {
	t.Helper()
	pipe := func() (r, w *os.File) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Skip("no pipes: ", err)
		}
		t.Cleanup(func() {
			r.Close()
			w.Close()
		})
		return r, w
	}
	r1, w1 := pipe()
	r2, w2 := pipe()
	if r1.SetReadDeadline(time.Time{}) != nil {
		t.Skip("pipes have no deadlines")
	}
	return frame.Pipes(r1, w2), frame.Pipes(r2, w1)
}

// TestPipes has children of all kinds at the other end of a pair of pipes.
func TestPipes(t *testing.T) {
	stream, _ := messages(300)
	next := func(c *frame.Conn) error {
		_, err := c.Next()
		return err
	}
	for _, tt := range []struct {
		name  string
		child func(there net.Conn)
		do    func(c *frame.Conn) error
		want  error
	}{
		{"answers", func(there net.Conn) { io.Copy(there, there) }, func(c *frame.Conn) error {
			for i := range 100 {
				c.Write(nil, i, 1)
			}
			for i := range 100 {
				if f, err := c.Next(); err != nil || f.Int(0) != int64(i) {
					return errors.Join(err, errors.New("not the answer"))
				}
			}
			return nil
		}, nil},
		{"answers after the end", func(there net.Conn) {
			b, _ := io.ReadAll(there)
			there.Write(b)
		}, func(c *frame.Conn) error {
			c.Write(nil, 1, 1)
			if err := c.CloseWrite(); err != nil {
				return err
			}
			return next(c)
		}, nil},
		{"ends", func(there net.Conn) { there.Close() }, next, io.EOF},
		{"ends in a frame", func(there net.Conn) {
			there.Write(stream[:100])
			there.Close()
		}, next, io.ErrUnexpectedEOF},
		{"is silent", func(net.Conn) {}, func(c *frame.Conn) error {
			c.IdleTimeout = 10 * time.Millisecond
			return next(c)
		}, os.ErrDeadlineExceeded},
		{"is silent, and a context ends", func(net.Conn) {}, func(c *frame.Conn) error {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
			defer cancel()
			_, err := c.NextContext(ctx)
			return err
		}, context.DeadlineExceeded},
		{"stops in a frame", func(there net.Conn) { there.Write(stream[:100]) }, func(c *frame.Conn) error {
			c.FrameTimeout = 10 * time.Millisecond
			return next(c)
		}, os.ErrDeadlineExceeded},
		{"is deaf", func(net.Conn) {}, func(c *frame.Conn) (err error) {
			c.WriteTimeout = 10 * time.Millisecond
			for err == nil {
				err = c.Send(make([]byte, 10_000), 1, 1)
			}
			return err
		}, os.ErrDeadlineExceeded},
		{"is silent, and the connection closed", func(net.Conn) {}, func(c *frame.Conn) error {
			go c.Close()
			return next(c)
		}, net.ErrClosed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checkGoroutines(t)
			here, there := osPipes(t)
			child := make(chan struct{})
			go func() {
				defer close(child)
				tt.child(there)
			}()
			c := frame.NewConn(here, idKind)
			within(t, "the end", func() {
				if err := tt.do(c); !errors.Is(err, tt.want) || tt.want == nil && err != nil {
					t.Errorf("%v, want %v", err, tt.want)
				}
				c.Close()
				<-child
			})
			if err := c.Close(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("a second Close: %v", err)
			}
		})
	}
	t.Run("no deadlines", func(t *testing.T) {
		r, w := io.Pipe()
		c := frame.NewConn(frame.Pipes(r, w), idKind)
		if err := c.NetConn().SetDeadline(time.Now()); !errors.Is(err, os.ErrNoDeadline) {
			t.Errorf("%v", err)
		}
		go c.Send([]byte("hello"), 1, 1)
		if f, err := c.Next(); err != nil || string(f.Payload) != "hello" {
			t.Errorf("%v, %v", f, err)
		}
		c.Close()
	})
}
