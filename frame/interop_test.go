package frame_test

import (
	"math/rand"
	"net"
	"path/filepath"
	"testing"
	"time"

	"example.com/structpack/frame"
	"example.com/structpack/internal/test/peer"
)

// Messages of these sizes go to peers and come back: around the sizes at which
// either side changes how it reads or writes.
var interopSizes = []int{0, 1, 4, 5, 100, 4096, 16384, 16385, 65535, 65536, 300000}

// interopPayload returns bytes that no other size begins with.
func interopPayload(size int) []byte {
	b := make([]byte, size)
	rand.New(rand.NewSource(int64(size))).Read(b)
	return b
}

// startPython starts a program of testdata.
func startPython(t *testing.T, name string, args ...string) *peer.Program {
	t.Helper()
	return peer.Start(t, peer.Script(t, filepath.Join("testdata", name), args...))
}

// wantDone waits for a program that should print a last line, and end well.
func wantDone(t *testing.T, p *peer.Program, line string) {
	t.Helper()
	if rest, status := p.Rest(), p.Wait(); rest != line+"\n" || status != 0 {
		t.Errorf("it printed %q, want %q; status %d; %s", rest, line, status, p.Errors())
	}
}

// peerConn makes a Conn that does not wait for a peer forever.
func peerConn(t *testing.T, c net.Conn, layout *frame.Layout) *frame.Conn {
	t.Helper()
	t.Cleanup(func() { c.Close() })
	n := frame.NewConn(c, layout)
	n.IdleTimeout, n.FrameTimeout, n.WriteTimeout = peer.Guard, peer.Guard, peer.Guard
	return n
}

func dialPeer(t *testing.T, network, address string, layout *frame.Layout) *frame.Conn {
	t.Helper()
	c, err := net.DialTimeout(network, address, peer.Guard)
	if err != nil {
		t.Fatal(err)
	}
	return peerConn(t, c, layout)
}

func acceptPeer(t *testing.T, ln net.Listener, layout *frame.Layout) *frame.Conn {
	t.Helper()
	if d, ok := ln.(interface{ SetDeadline(time.Time) error }); ok {
		d.SetDeadline(time.Now().Add(peer.Guard))
	}
	c, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return peerConn(t, c, layout)
}
