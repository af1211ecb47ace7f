//go:build linux

package main

import (
	"flag"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestMain is a server too, as main is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-serve" {
		serveProcess(os.Args[4], os.Args[5], os.Args[3])
		return
	}
	flag.Parse()
	os.Exit(m.Run())
}

// overServers runs a test with each server that echoes.
func overServers(t *testing.T, test func(t *testing.T, p *process)) {
	for _, s := range servers {
		if s.idle {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			p := startServer(s.name, "")
			defer p.end()
			test(t, p)
		})
	}
}

// TestEcho sends frames to every server, and gets them back.
func TestEcho(t *testing.T) {
	overServers(t, func(t *testing.T, p *process) {
		l := dialLoad(p.addr, 5)
		defer l.close()
		for _, c := range []echoCell{{1, 0}, {1, 16}, {16, 16}, {64, 256}, {1, 60_000}} {
			if r := l.run(c, 0, p); r.frames != 5*c.flight {
				t.Errorf("%d frames of %d bytes: %d came back", c.flight, c.size, r.frames)
			}
		}
	})
}

// TestPieces ends a write within a frame, so that its rest comes alone.
func TestPieces(t *testing.T) {
	overServers(t, func(t *testing.T, p *process) {
		c := dial(p.addr, 1)[0]
		defer c.Close()
		batch := frames(3, 10)
		for _, cut := range []int{1, 4, 14, 15, 30} {
			if _, err := c.Write(batch[:cut]); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, len(batch))
			whole := cut / 14 * 14 // is answered before the rest is there
			if _, err := io.ReadFull(c, got[:whole]); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Write(batch[cut:]); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(c, got[whole:]); err != nil {
				t.Fatal(err)
			}
			if string(got) != string(batch) {
				t.Errorf("cut at %d: %q came back", cut, got)
			}
		}
	})
}

// TestIdle measures a few connections of every server.
func TestIdle(t *testing.T) {
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			want := len(idleStates)
			if s.idle {
				want = 1
			}
			if each := measureIdle(s.name, 3, s.idle, 0); len(each) != want {
				t.Errorf("%d states, want %d", len(each), want)
			}
		})
	}
}

// TestTable prints the table of one cell.
func TestTable(t *testing.T) {
	var out strings.Builder
	echoTables(&out, regexp.MustCompile(`echo, 16 in flight, 3 connections, 16 B`), 3, 1, 0, "")
	for _, s := range servers {
		if has := strings.Contains(out.String(), "\n| "+s.name+" | "); has == s.idle {
			t.Errorf("%s: in the table: %v\n%s", s.name, has, &out)
		}
	}
}
