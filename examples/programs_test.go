package examples_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"example.com/structpack/frame"
	"example.com/structpack/internal/test/peer"
	"github.com/google/go-cmp/cmp"
)

// TestChat has a client that reads nothing among those who talk: it is dropped, and the
// others get every line in its order, also the last ones.
func TestChat(t *testing.T) {
	if len(peer.Networks()) == 1 {
		t.Skip("no Unix-domain sockets, or no signals")
	}
	t.Parallel()
	server := inGo.start(t, "chat", peer.SocketPath(t))
	address := listening(t, server.Line())
	layout := frame.MustLayout("!H")
	deaf, talker := dial(t, address), newConn(dial(t, address), layout)
	python := inPython.start(t, "chat", address, "ada")
	for want := "ada joins"; ; {
		f, err := talker.Next()
		if err != nil {
			t.Fatal(err)
		}
		if string(f.Payload) == want {
			break
		}
	}
	if got := python.Line(); got != "ada joins" {
		t.Errorf("Python got %q", got)
	}
	const lines = 100
	for i := range lines {
		line := fmt.Sprint(i, strings.Repeat(".", 10_000))
		if err := talker.Send([]byte(line)); err != nil {
			t.Fatal(err)
		}
		if f, err := talker.Next(); err != nil || string(f.Payload) != line {
			t.Fatalf("line %d: %v, %v", i, f, err)
		}
		if got := python.Line(); got != line {
			t.Fatalf("line %d: Python got %.20q", i, got)
		}
	}
	fmt.Fprintln(python.In, "good night")
	if f, err := talker.Next(); err != nil || string(f.Payload) != "ada: good night" {
		t.Errorf("%v, %v", f, err)
	}
	wantEnd(t, python, "ada: good night\n")
	// What both say last arrives at both, however soon the chat ends.
	other := newConn(dial(t, address), layout)
	if err := other.Send([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if f, err := other.Next(); err != nil || string(f.Payload) != "hello" {
		t.Fatalf("%v, %v", f, err)
	}
	const last = 50
	for i := range last {
		talker.Write(fmt.Append(nil, "talker ", i))
		other.Write(fmt.Append(nil, "other ", i))
	}
	talker.Flush()
	other.Flush()
	server.Signal(syscall.SIGTERM)
	for name, c := range map[string]*frame.Conn{"talker": talker, "other": other} {
		heard := map[string]int{}
		for f, err := range c.Frames() {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			who, _, _ := strings.Cut(string(f.Payload), " ")
			heard[who]++
		}
		delete(heard, "hello") // the talker's
		if diff := cmp.Diff(map[string]int{"talker": last, "other": last, "the": 1}, heard); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		c.NetConn().Close()
	}
	deaf.Close()
	if out, status := server.Rest(), server.Wait(); status != 0 || out != "" || server.Errors() != "chat: a client is too slow\n" {
		t.Errorf("status %d, printed %q; %s", status, out, server.Errors())
	}
}

// TestProxyAndCalls makes calls through a proxy, one of whose clients sends noise, and one a
// part of a request.
func TestProxyAndCalls(t *testing.T) {
	needSignals(t)
	for _, s := range []server{servers[0], servers[3]} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			server := s.language.start(t, s.name, append(s.flags, peer.FreeAddress(t, "tcp"))...)
			proxy := inGo.start(t, "proxy", peer.FreeAddress(t, "tcp"), listening(t, server.Line()))
			address := listening(t, proxy.Line())
			noise, part := dial(t, address), newClient(t, address)
			if _, err := noise.Write([]byte("GET / HTTP/1.1\r\n\r\n")); err != nil {
				t.Fatal(err)
			}
			part.send(part.request(opGet, "name")[:9])
			for range 2 {
				if out := output(t, inGo.command(t, "calls", "-timeout", "100s", "-n", "50", address)); string(out) != "50 values are right\n" {
					t.Errorf("%q", out)
				}
			}
			noise.Close()
			part.NetConn().Close()
			proxy.Signal(syscall.SIGTERM)
			if out, status := proxy.Rest(), proxy.Wait(); status != 0 || out != "" || !strings.Contains(proxy.Errors(), "looks like HTTP") {
				t.Errorf("status %d, printed %q; %s", status, out, proxy.Errors())
			}
			server.Signal(syscall.SIGTERM)
			wantEnd(t, server, "200 requests answered\n")
		})
	}
}

// TestUpload sends files of many sizes, to a receiver that has lost a sender before.
func TestUpload(t *testing.T) {
	needSignals(t)
	eachPair(t, func(t *testing.T, from, to language) {
		source, dir := t.TempDir(), t.TempDir()
		want := map[string]string{}
		args := []string{"send", ""}
		var sent, received strings.Builder
		for _, size := range []int{0, 1, 1 << 16, 3_000_000} {
			name := fmt.Sprint("größe", size)
			want[name] = strings.Repeat("0123456789", size/10+1)[:size]
			path := filepath.Join(source, name)
			if err := os.WriteFile(path, []byte(want[name]), 0o600); err != nil {
				t.Fatal(err)
			}
			args = append(args, path)
			fmt.Fprintln(&sent, "sent", path)
			fmt.Fprintln(&received, "received", name)
		}
		receiver := to.start(t, "upload", "receive", peer.FreeAddress(t, "tcp"), dir)
		args[1] = listening(t, receiver.Line())
		if to == inGo { // the other one has a single sender at a time
			lost := newConn(dial(t, args[1]), frame.MustLayout("!64sQ"))
			if err := lost.WriteFrom(strings.NewReader(strings.Repeat("x", 99_999)), 100_000, "lost"); err == nil {
				t.Error("a file that ends too early")
			}
			lost.NetConn().Close()
		}
		if out := output(t, from.command(t, "upload", args...)); string(out) != sent.String() {
			t.Errorf("sent: %q", out)
		}
		receiver.Signal(syscall.SIGTERM)
		out, status := receiver.Rest(), receiver.Wait()
		if out != received.String() || status != 0 || (receiver.Errors() != "") != (to == inGo) {
			t.Errorf("status %d, printed %q; %s", status, out, receiver.Errors())
		}
		if got := files(t, dir); len(got) != len(want) {
			t.Errorf("%d files, want %d", len(got), len(want))
		}
		for name, b := range want {
			if got := files(t, dir)[name]; got != b {
				t.Errorf("%s has %d bytes, want %d", name, len(got), len(b))
			}
		}
	})
}

// TestChild has children that work, and one that ends at once.
func TestChild(t *testing.T) {
	t.Parallel()
	python := inPython.command(t, "child")
	cmd := inGo.command(t, "child", slices.Concat([]string{"-timeout", "100s"}, python.Args)...)
	cmd.Env = python.Env
	var in, want strings.Builder
	for i := range 300 {
		fmt.Fprintln(&in, "line", i, strings.Repeat("x", i))
		fmt.Fprintln(&want, "LINE", i, strings.Repeat("X", i))
	}
	cmd.Stdin = strings.NewReader(in.String())
	if out := string(output(t, cmd)); out != want.String() {
		t.Errorf("got %s", shortened(out))
	}
	broken := inGo.command(t, "child", inGo.command(t, "records").Args...)
	broken.Stdin = strings.NewReader("line\n")
	if out, err := broken.CombinedOutput(); err == nil || !strings.Contains(string(out), "child: ") {
		t.Errorf("%v: %s", err, out)
	}
}
