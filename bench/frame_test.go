package main

import (
	"bytes"
	"cmp"
	"net"
	"os"
	"testing"
	"time"
)

// TestFramesAgree sees that every contestant sends frames around, whole and in
// order, alone and many at a time.
func TestFramesAgree(t *testing.T) {
	for _, p := range []peer{byHand, byHandLock, byHandBuf, byHandBufLock, byFrame, byAppend, byHeader, byMsgio, byMsgioBuf, byHTTP2} {
		ln, remove, err := listen("tcp")
		if err != nil {
			t.Skip("no TCP on loopback: ", err)
		}
		defer remove()
		defer ln.Close()
		go p.echo(ln)
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(time.Minute))
		e := p.open(c)
		for _, size := range frameSizes {
			payloads := [][]byte{bytes.Repeat([]byte{1}, size), bytes.Repeat([]byte{2}, size)}
			for _, b := range payloads {
				if err := e.send(uint16(b[0]), b); err != nil {
					t.Fatalf("%s: %v", p.name, err)
				}
			}
			if err := e.flush(); err != nil {
				t.Fatalf("%s: %v", p.name, err)
			}
			for i, want := range payloads {
				if _, got, err := e.receive(); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s: frame %d of %d bytes: %d bytes, %v", p.name, i, size, len(got), err)
				}
			}
		}
	}
}

// TestServerProcesses starts the servers that are processes of their own.
func TestServerProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts processes")
	}
	py := newPython(cmp.Or(os.Getenv("STRUCTPACK_PYTHON"), "python3"))
	for _, how := range []string{"asyncio", "selectors"} {
		if py.command == nil {
			t.Skip("no CPython")
		}
		for _, n := range networks {
			s, err := startServer(n.network, py.server(how))
			if err != nil {
				t.Fatal(err)
			}
			l, err := dialLoad(s.network, s.addr, byFrame, 3, 5, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if n := l.run(10 * time.Millisecond); n < 15 {
				t.Errorf("%s: %d frames", how, n)
			}
			l.close()
			s.end()
		}
	}
}
