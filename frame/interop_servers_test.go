package frame_test

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/structpack/frame"
	"example.com/structpack/internal/test/peer"
)

// pythonServers are programs that serve many connections in one thread, and
// call on many at once.
var pythonServers = []string{"asyncio_peer.py", "selectors_peer.py"}

const interopConns = 20

// eachPython runs a test with every program of pythonServers on every network.
func eachPython(t *testing.T, test func(t *testing.T, script, network string)) {
	for _, script := range pythonServers {
		for _, network := range peer.Some(peer.Networks()) {
			t.Run(script+" "+network, func(t *testing.T) { test(t, script, network) })
		}
	}
}

// TestPythonServers calls servers written in Python. One connection has sent
// half a message before the others, and sends the rest after them.
func TestPythonServers(t *testing.T) {
	eachPython(t, func(t *testing.T, script, network string) {
		p := startPython(t, script, "serve", peer.FreeAddress(t, network), strconv.Itoa(interopConns+1))
		address := p.Line()
		slow := dialPeer(t, network, address, idKind)
		half, err := idKind.Append(nil, []byte("slow"), 7, 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := slow.NetConn().Write(half[:9]); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range interopConns {
			c := dialPeer(t, network, address, idKind)
			all.Go(func() {
				if err := exchange(c); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if _, err := slow.NetConn().Write(half[9:]); err != nil {
			t.Fatal(err)
		}
		if f, err := slow.Next(); err != nil || f.Int(0) != 7 || f.Int(1) != 2 || string(f.Payload) != "slow" {
			t.Errorf("%x, %q, %v", f.Head, f.Payload, err)
		}
		if err := slow.Close(); err != nil {
			t.Error(err)
		}
		wantDone(t, p, "done")
	})
}

// exchange sends messages without waiting for their answers, checks those, and
// closes the connection.
func exchange(c *frame.Conn) error {
	sent := make(chan error, 1)
	go func() {
		for i, size := range interopSizes {
			if err := c.Write(interopPayload(size), i, 1); err != nil {
				sent <- err
				return
			}
		}
		sent <- c.Flush()
	}()
	for i, size := range interopSizes {
		f, err := c.Next()
		if err != nil || f.Int(0) != int64(i) || f.Int(1) != 2 || !bytes.Equal(f.Payload, interopPayload(size)) {
			return fmt.Errorf("message %d: header % x, %d bytes, %v", i, f.Head, len(f.Payload), err)
		}
	}
	if err := <-sent; err != nil {
		return err
	}
	return c.Close()
}

// TestPythonCalls serves clients written in Python.
func TestPythonCalls(t *testing.T) {
	eachPython(t, func(t *testing.T, script, network string) {
		var served atomic.Int64
		s := &frame.Server{
			Layout:       idKind,
			IdleTimeout:  peer.Guard,
			FrameTimeout: peer.Guard,
			WriteTimeout: peer.Guard,
			Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
				served.Add(1)
				return c.Write(f.Payload, f.Int(0), f.Int(1)+1)
			},
			ConnError: func(_ *frame.Conn, err error) { t.Error(err) },
		}
		ln := peer.Listen(t, network)
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(ln) }()
		p := startPython(t, script, "call", ln.Addr().String(), strconv.Itoa(interopConns))
		wantDone(t, p, "done")
		ctx, cancel := context.WithTimeout(t.Context(), peer.Guard)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != frame.ErrServerClosed {
			t.Error(err)
		}
		if want := int64(interopConns * 6); served.Load() != want {
			t.Errorf("%d messages, want %d", served.Load(), want)
		}
	})
}
