package examples_test

import (
	"bufio"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/structpack/internal/test/peer"
)

// How a server is slow, and what timeouts makes of it. None of it depends on how
// fast anything is: what does not come in time would not come later either.
var slowness = []struct {
	how    string
	flags  func(l language) []string
	serve  func(c net.Conn, goOn <-chan struct{}) // as python/slow.py does
	out    string
	errs   string
	status int
}{
	{how: "full", flags: func(l language) []string { return []string{"--connect", l.seconds("0.2")} }, errs: "time", status: 1},
	{
		how:   "deaf",
		flags: func(l language) []string { return []string{"--write", l.seconds("0.2"), "--size", "30000000"} },
		serve: func(_ net.Conn, goOn <-chan struct{}) { <-goOn },
		out:   "connected\n", errs: "the server does not take the question: ", status: 1,
	},
	{
		how:   "silent",
		flags: func(l language) []string { return []string{"--idle", l.seconds("0.1"), "--tries", "3"} },
		serve: func(c net.Conn, _ <-chan struct{}) { io.Copy(io.Discard, c) },
		out:   "connected\nasked\nno complete answer yet\nno complete answer yet\n", errs: "no complete answer, and no more patience", status: 1,
	},
	{
		how: "dribble", // each byte is in time, and the whole is not
		flags: func(l language) []string {
			return []string{"--idle", l.seconds("100"), "--frame", l.seconds("0.2"), "--tries", "2"}
		},
		serve: func(c net.Conn, _ <-chan struct{}) {
			b, err := storeLayout.Append(nil, make([]byte, 1<<20), 1, 0)
			for i := 0; err == nil; i++ {
				_, err = c.Write(b[i : i+1])
				time.Sleep(10 * time.Millisecond)
			}
		},
		out: "connected\nasked\nno complete answer yet\n", errs: "no complete answer, and no more patience", status: 1,
	},
	{
		how: "half", // and the other half when the test says so
		flags: func(l language) []string {
			return []string{"--idle", l.seconds("0.1"), "--frame", l.seconds("0.1"), "--tries", "1000000"}
		},
		serve: func(c net.Conn, goOn <-chan struct{}) {
			b, _ := storeLayout.Append(nil, []byte("well"), 1, 0)
			c.Write(b[:5])
			<-goOn
			c.Write(b[5:])
		},
		out: "connected\nasked\nanswered, with status 0\n",
	},
}

// TestTimeouts asks servers that are slow in every way.
func TestTimeouts(t *testing.T) {
	eachPair(t, func(t *testing.T, asking, slow language) {
		for _, tt := range slowness {
			for _, network := range networks(asking, slow) {
				t.Run(tt.how+" "+network, func(t *testing.T) {
					if tt.serve == nil && (slow == inGo || network != "tcp" || runtime.GOOS != "linux") {
						t.Skip("the backlog of a listener is for Python to choose, and ends connecting to it with TCP on Linux")
					}
					t.Parallel()
					address, goOn := startSlow(t, slow, network, tt.how, tt.serve)
					p := asking.start(t, "timeouts", append(tt.flags(asking), address)...)
					var out strings.Builder
					for line, ok := p.Next(); ok; line, ok = p.Next() {
						if tt.how == "half" && line == "no complete answer yet" {
							goOn()
							continue // there may be more of them
						}
						out.WriteString(line + "\n")
					}
					if status := p.Wait(); status != tt.status || out.String() != tt.out || !strings.Contains(p.Errors(), tt.errs) || (tt.errs == "") != (p.Errors() == "") {
						t.Errorf("status %d, printed %q, want %q; %s", status, out.String(), tt.out, p.Errors())
					}
				})
			}
		}
	})
}

// startSlow starts a server that is slow, and returns its address and what makes
// it go on.
func startSlow(t *testing.T, l language, network, how string, serve func(net.Conn, <-chan struct{})) (address string, goOn func()) {
	if l == inPython {
		p := l.start(t, "slow", how, peer.FreeAddress(t, network))
		return listening(t, p.Line()), func() { p.In.Close() }
	}
	ln := peer.Listen(t, network)
	going, served := make(chan struct{}), make(chan struct{})
	once := func() {
		select {
		case <-going:
		default:
			close(going)
		}
	}
	go func() {
		defer close(served)
		c, err := ln.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		if how != "deaf" {
			if f, err := newConn(c, storeLayout).Next(); err != nil || f.Int(0) != 1 {
				t.Errorf("the question: %v, %v", f, err)
			}
		}
		serve(c, going)
		bufio.NewReader(c).ReadByte() // until the client has gone
	}()
	t.Cleanup(func() {
		once()
		ln.Close()
		<-served
	})
	return ln.Addr().String(), once
}

// TestTimeoutsTotal is the time for everything together.
func TestTimeoutsTotal(t *testing.T) {
	address, _ := startSlow(t, inGo, "tcp", "silent", func(c net.Conn, _ <-chan struct{}) { io.Copy(io.Discard, c) })
	p := inGo.start(t, "timeouts", "-total", "2s", "-idle", "1h", address)
	if out, status := p.Rest(), p.Wait(); status != 1 || out != "connected\nasked\n" || !strings.Contains(p.Errors(), "no answer: context deadline exceeded") {
		t.Errorf("status %d, printed %q; %s", status, out, p.Errors())
	}
}

// TestWell asks servers that are well.
func TestWell(t *testing.T) {
	eachServer(t, func(t *testing.T, s *running) {
		requests := 0
		for _, l := range []language{inGo, inPython} {
			t.Run(string(l), func(t *testing.T) {
				p := l.start(t, "timeouts", "--idle", l.seconds("100"), "--frame", l.seconds("100"), s.address)
				wantEnd(t, p, "connected\nasked\nanswered, with status 0\n")
				requests++
			})
		}
		s.stop(t, requests)
	})
}
