package frame_test

import (
	"context"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/structpack/frame"
)

// TestStats has a client that sends frames, and a peer that answers and then reads no
// more, so that something waits.
func TestStats(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		opened := make(chan *frame.Conn, 1)
		s := &frame.Server{Layout: idKind, Handle: echo, Open: func(ctx context.Context, c *frame.Conn) (context.Context, error) {
			opened <- c
			return ctx, nil
		}}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		if n := len(s.Conns()); n != 0 {
			t.Errorf("%d connections before the first", n)
		}
		c := dial(t, tr, ln)
		const frames, size = 10, 100
		head := idKind.Header().Size()
		for i := range frames {
			c.Write(make([]byte, size), i, 0)
		}
		if got, want := c.Stats(), (frame.Stats{FramesWritten: frames, Pending: int64(frames * (head + size))}); got != want {
			t.Errorf("before the flush: %+v, want %+v", got, want)
		}
		for range frames {
			if _, err := c.Next(); err != nil {
				t.Fatal(err)
			}
		}
		there := wait(t, "the connection", opened)
		if all := s.Conns(); len(all) != 1 || all[0] != there {
			t.Errorf("%v, want %v", all, there)
		}
		for err := error(nil); err == nil; { // to a client that does not read
			err = there.TrySend(make([]byte, 10_000), 0, 0)
		}
		got := there.Stats()
		if got.FramesRead > frames || got.BytesRead != int64(frames*(head+size)) || got.FramesWritten <= frames || got.Pending < frame.DefaultMaxPending/2 {
			t.Errorf("%+v", got)
		}
		c.NetConn().Close()
		within(t, "the end of the connection", func() {
			for len(s.Conns()) > 0 {
				time.Sleep(time.Millisecond)
			}
		})
		shutdown(t, s, served)
	})
}

// TestConnsAtOnce closes connections as soon as Conns has them.
func TestConnsAtOnce(t *testing.T) {
	checkGoroutines(t)
	s := &frame.Server{Layout: idKind, Handle: echo}
	ln := listenUnix(t)
	served := serve(t, s, ln)
	var stop atomic.Bool
	var closing sync.WaitGroup
	closing.Go(func() {
		for !stop.Load() {
			for _, c := range s.Conns() {
				c.Close()
			}
			runtime.Gosched()
		}
	})
	for range 20 {
		c := dial(t, transports[1], ln)
		if f, err := c.Next(); err == nil {
			t.Errorf("%v", f)
		}
		c.NetConn().Close()
	}
	stop.Store(true)
	closing.Wait()
	shutdown(t, s, served)
}

// TestFarewell has a server say farewell to its peers before it is shut down, one of which
// does not read: every other one reads the farewell, and then the end.
func TestFarewell(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		frame.SetLinger(t, time.Millisecond)
		s := &frame.Server{Layout: idKind, Handle: echo}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		var clients []*frame.Conn
		for range 4 {
			c := dial(t, tr, ln)
			if err := c.Send(nil, 1, 1); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Next(); err != nil { // its connection is one of the Server's
				t.Fatal(err)
			}
			clients = append(clients, c)
		}
		farewells, ends := make(chan string, len(clients)), make(chan error, len(clients))
		for _, c := range clients[1:] {
			go func() {
				f, _ := c.Next()
				farewells <- string(f.Payload)
				_, err := c.Next()
				ends <- err
			}()
		}
		for _, c := range s.Conns() {
			if err := c.TrySend([]byte("farewell"), 9, 9); err != nil {
				t.Error(err)
			}
		}
		for range clients[1:] {
			if text := wait(t, "a farewell", farewells); text != "farewell" {
				t.Errorf("%q", text)
			}
		}
		clients[0].NetConn().Close() // which never reads
		shutdown(t, s, served)
		for range clients[1:] {
			if err := wait(t, "the end", ends); err != io.EOF {
				t.Errorf("%v", err)
			}
		}
	})
}
