package examples_test

import (
	"fmt"
	"hash/crc32"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/structpack"
	"example.com/structpack/frame"
	"example.com/structpack/internal/test/peer"
	"github.com/google/go-cmp/cmp"
)

// fileLayout is the layout of unix's messages.
var fileLayout = frame.MustLayout("!cI")

// files returns the names and the contents of the files in a directory.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(b)
	}
	return all
}

func startReceiver(t *testing.T, l language) (p *peer.Program, socket, dir string) {
	if len(peer.Networks()) == 1 {
		t.Skip("no Unix-domain sockets, or no signals")
	}
	dir = t.TempDir()
	p = l.start(t, "unix", "receive", peer.SocketPath(t), dir)
	return p, listening(t, p.Line()), dir
}

// TestUnix sends files, of which one is begun before the others and completed
// after them.
func TestUnix(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to language) {
		receiver, socket, dir := startReceiver(t, to)
		want := map[string]string{"slow": "slow and steady"}
		source := t.TempDir()
		args := []string{"send", socket}
		var sent, received strings.Builder
		for i, size := range []int{0, 1, 1000, 1 << 16, 1<<16 + 1, 3000000} {
			name, content := fmt.Sprint("file ", i, ".ü"), make([]byte, size)
			rand.New(rand.NewSource(int64(size))).Read(content)
			path := filepath.Join(source, name)
			if err := os.WriteFile(path, content, 0o666); err != nil {
				t.Fatal(err)
			}
			want[name] = string(content)
			args = append(args, path)
			fmt.Fprintln(&sent, "sent", path)
			fmt.Fprintln(&received, "received", name)
		}
		slow := newConn(dial(t, socket), fileLayout)
		send(t, slow, "N", "slow")
		send(t, slow, "D", "slow ")
		wantEnd(t, from.start(t, "unix", args...), sent.String())
		finish(t, slow)
		if err := slow.Close(); err != nil {
			t.Error(err)
		}
		receiver.Signal(syscall.SIGTERM)
		wantEnd(t, receiver, received.String()+"received slow\n")
		if diff := cmp.Diff(want, files(t, dir), cmp.Comparer(func(a, b string) bool { return a == b })); diff != "" {
			t.Error(shortened(diff))
		}
	})
}

// send writes a message at once.
func send(t *testing.T, c *frame.Conn, kind, payload string) {
	t.Helper()
	if err := c.Write([]byte(payload), kind); err != nil {
		t.Fatal(err)
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
}

// finish sends the rest of a file that began with "slow ".
func finish(t *testing.T, c *frame.Conn) {
	t.Helper()
	send(t, c, "D", "and steady")
	send(t, c, "E", checksum("slow and steady"))
	if f, err := c.Next(); err != nil || f.Uint(0) != 'A' {
		t.Errorf("the answer: %v, %v", f, err)
	}
}

// TestUnixShutdown ends a receiver between two pieces of a file: it accepts no
// sender more, and the file is completed.
func TestUnixShutdown(t *testing.T) {
	for _, l := range []language{inGo, inPython} {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			receiver, socket, dir := startReceiver(t, l)
			c := newConn(dial(t, socket), fileLayout)
			send(t, c, "N", "slow")
			send(t, c, "D", "slow ")
			for { // until it has begun
				if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
					break
				}
				time.Sleep(time.Millisecond)
			}
			receiver.Signal(syscall.SIGTERM)
			for _, err := os.Stat(socket); err == nil; _, err = os.Stat(socket) {
				time.Sleep(time.Millisecond)
			}
			finish(t, c)
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			wantEnd(t, receiver, "received slow\n")
			if diff := cmp.Diff(map[string]string{"slow": "slow and steady"}, files(t, dir)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func checksum(s string) string {
	b, err := structpack.Pack("!I", crc32.ChecksumIEEE([]byte(s)))
	if err != nil {
		panic(err)
	}
	return string(b)
}

// TestUnixRefused sends what a receiver must not accept, and then something that
// it must.
func TestUnixRefused(t *testing.T) {
	for _, l := range []language{inGo, inPython} {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			receiver, socket, dir := startReceiver(t, l)
			outside := filepath.Dir(dir)
			before, err := os.ReadDir(outside)
			if err != nil {
				t.Fatal(err)
			}
			c := newConn(dial(t, socket), fileLayout)
			for _, tt := range []struct{ name, content, sum, answer string }{
				{"../evil", "x", checksum("x"), "X"},
				{"/tmp/../evil/x", "x", checksum("x"), "X"},
				{"no/directory", "x", checksum("x"), "X"},
				{"wrong", "x", checksum("y"), "X"},
				{"short", "x", "", "X"},
				{"", "x", checksum("x"), "X"},
				{"right", "x", checksum("x"), "A"},
			} {
				for _, message := range [][2]string{{"N", tt.name}, {"D", tt.content}, {"E", tt.sum}} {
					if err := c.Write([]byte(message[1]), message[0]); err != nil {
						t.Fatal(err)
					}
				}
				f, err := c.Next()
				if err != nil || string(f.Head[:1]) != tt.answer || (tt.answer == "X") != (len(f.Payload) > 0) {
					t.Errorf("%q: %q, %q, %v", tt.name, f.Head, f.Payload, err)
				}
			}
			// A sender that goes away leaves nothing.
			for _, kind := range []string{"N", "D"} {
				if err := c.Write([]byte("gone"), kind); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			// One that does not begin with a name is cut off.
			c = newConn(dial(t, socket), fileLayout)
			if err := c.Write([]byte("data"), "D"); err != nil {
				t.Fatal(err)
			}
			if f, err := c.Next(); err != io.EOF {
				t.Errorf("no name: %q, %v", f.Head, err)
			}
			c.NetConn().Close()
			receiver.Signal(syscall.SIGTERM)
			if out, status := receiver.Rest(), receiver.Wait(); out != "received right\n" || status != 0 {
				t.Errorf("printed %q, status %d", out, status)
			}
			if diff := cmp.Diff(map[string]string{"right": "x"}, files(t, dir)); diff != "" {
				t.Error(diff)
			}
			after, err := os.ReadDir(outside)
			if err != nil || len(after) != len(before) {
				t.Errorf("%v beside the directory, %v", after, err)
			}
		})
	}
}

// TestUnixErrors is what a sender says.
func TestUnixErrors(t *testing.T) {
	receiver, socket, _ := startReceiver(t, inGo)
	for _, tt := range []struct {
		args []string
		errs string
	}{
		{[]string{"send", socket, "no such file"}, "unix: open no such file: "},
		{[]string{"send", socket, "."}, "unix: read .: is a directory"},
		{[]string{"send", socket + "x", "unix_test.go"}, "unix: dial unix " + socket + "x: "},
		{[]string{"receive", socket, "."}, "unix: listen unix " + socket + ": "},
		{[]string{"receive", socket, "no such directory"}, "unix: open no such directory: "},
	} {
		p := inGo.start(t, "unix", tt.args...)
		if out, status := p.Rest(), p.Wait(); out != "" || status != 1 || !strings.HasPrefix(p.Errors(), tt.errs) {
			t.Errorf("%q: status %d, printed %q; %s", tt.args, status, out, p.Errors())
		}
	}
	receiver.Signal(syscall.SIGTERM)
	wantEnd(t, receiver, "")
}
