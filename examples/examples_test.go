// Package examples_test builds the examples and runs both ends of each: Go with Go,
// and Go with Python where there is one.
package examples_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"example.com/structpack/frame"
	"example.com/structpack/internal/test/peer"
)

// buildFlags are the flags that the programs are built with: the race detector's if the tests have it.
var buildFlags []string

// bin is where the programs are, or empty.
var bin string

func TestMain(m *testing.M) {
	status := 1
	defer func() { os.Exit(status) }()
	if _, err := exec.LookPath("go"); err == nil {
		dir, err := os.MkdirTemp("", "examples")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return
		}
		defer os.RemoveAll(dir)
		args := append([]string{"build", "-ldflags=-s -w", "-o", dir + string(filepath.Separator)}, buildFlags...)
		if out, err := exec.Command("go", append(args, "./...", "../cmd/structpack")...).CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
			return
		}
		bin = dir
	}
	status = m.Run()
}

// A language is what one end of an example is written in.
type language string

const (
	inGo     language = "Go"
	inPython language = "Python"
)

// command makes the command of a program in this language. Both take the same
// arguments.
func (l language) command(t *testing.T, program string, args ...string) *exec.Cmd {
	t.Helper()
	if l == inPython {
		return peer.Script(t, filepath.Join("python", program+".py"), args...)
	}
	if bin == "" {
		t.Skip("there is no go command to build the examples with")
	}
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	return exec.Command(filepath.Join(bin, program), args...)
}

func (l language) start(t *testing.T, program string, args ...string) *peer.Program {
	t.Helper()
	return peer.Start(t, l.command(t, program, args...))
}

// seconds is a duration as the language's programs want it.
func (l language) seconds(s string) string {
	if l == inPython {
		return s
	}
	return s + "s"
}

// eachPair runs a test for both ends in Go, and one of them in Python.
func eachPair(t *testing.T, test func(t *testing.T, one, other language)) {
	for _, pair := range [][2]language{{inGo, inGo}, {inGo, inPython}, {inPython, inGo}} {
		t.Run(fmt.Sprintf("%s to %s", pair[0], pair[1]), func(t *testing.T) {
			t.Parallel()
			test(t, pair[0], pair[1])
		})
	}
}

// networks are those to connect two programs by.
func networks(ends ...language) []string {
	if slices.Contains(ends, inPython) {
		return peer.Some(peer.Networks())
	}
	return peer.Networks()
}

// listening returns the address that a program says it listens on.
func listening(t *testing.T, line string) string {
	t.Helper()
	address, ok := strings.CutPrefix(line, "listening on ")
	if !ok {
		t.Fatalf("%q instead of an address", line)
	}
	return address
}

// wantEnd waits for the end of a program, which prints what is wanted before it
// and nothing on standard error.
func wantEnd(t *testing.T, p *peer.Program, want string) {
	t.Helper()
	if got, status := p.Rest(), p.Wait(); got != want || status != 0 || p.Errors() != "" {
		t.Errorf("printed %q, want %q; status %d; %s", shortened(got), shortened(want), status, p.Errors())
	}
}

func shortened(s string) string {
	if len(s) > 1000 {
		return s[:500] + "…" + s[len(s)-500:]
	}
	return s
}

func needSignals(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
}

// network names the network of an address.
func network(address string) string {
	if strings.Contains(address, "/") {
		return "unix"
	}
	return "tcp"
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.DialTimeout(network(address), address, peer.Guard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func newConn(c net.Conn, layout *frame.Layout) *frame.Conn {
	n := frame.NewConn(c, layout)
	n.IdleTimeout, n.FrameTimeout, n.WriteTimeout = peer.Guard, peer.Guard, peer.Guard
	return n
}

// TestUsage asks every program for help, and makes mistakes.
func TestUsage(t *testing.T) {
	for l, programs := range map[language][]string{
		inGo:     {"records", "timeouts", "server", "client", "unix", "datagram", "chat", "proxy", "upload", "calls", "child"},
		inPython: {"records", "timeouts", "select_server", "poll_server", "selectors_server", "client", "datagram", "chat"},
	} {
		type call struct {
			arg    string
			status int
		}
		calls := []call{{"-h", 0}, {"-no-such-flag", 2}, {"", 2}}
		if l == inPython {
			calls = peer.Some(calls) // argparse makes the others
		}
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			for _, program := range programs {
				for _, tt := range calls {
					out, err := l.command(t, program, strings.Fields(tt.arg)...).CombinedOutput()
					status := 0
					if exit, ok := err.(*exec.ExitError); ok {
						status = exit.ExitCode()
					}
					if !strings.Contains(string(out), "usage: "+program) || status != tt.status {
						t.Errorf("%s %s: status %d, want %d; %s", program, tt.arg, status, tt.status, out)
					}
				}
			}
		})
	}
}

// output runs a command that should succeed, and returns what it prints.
func output(t *testing.T, cmd *exec.Cmd) []byte {
	t.Helper()
	p := peer.Start(t, cmd)
	out := p.Rest()
	if status := p.Wait(); status != 0 || p.Errors() != "" {
		t.Errorf("%v: status %d; %s", cmd.Args, status, p.Errors())
	}
	return []byte(out)
}
