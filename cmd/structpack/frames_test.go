package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"example.com/structpack/frame"
	"github.com/google/go-cmp/cmp"
)

// echo serves frames of !HBI, each answered with the next kind, and returns the
// path of its socket.
func echo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "echo")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Skip(err)
	}
	server := &frame.Server{Layout: frame.MustLayout("!HBI", frame.LengthAt(2)), Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
		return c.Write(f.Payload, f.Uint(0), f.Uint(1)+1)
	}}
	ended := make(chan struct{})
	go func() {
		server.Serve(listener)
		close(ended)
	}()
	t.Cleanup(func() {
		server.Close()
		<-ended
	})
	return path
}

// TestFramesClient sends frames and shows the answers.
func TestFramesClient(t *testing.T) {
	path := echo(t)
	for _, tt := range []struct {
		name, args, stdin string
		status            int
		want              string
	}{
		{"objects", "frames --json --fields id,kind,length !HBI LengthAt(2) --unix " + path, `{"header":{"id":7,"kind":1},"payload":"hello"} {"header":{"id":8,"kind":2,"length":99},"payload":"hex:00ff"}`, 0,
			`{"frame":0,"at":0,"header":{"id":7,"kind":2,"length":5},"payload":"hello"}` + "\n" + `{"frame":1,"at":12,"header":{"id":8,"kind":3,"length":2},"payload":"hex:00ff"}` + "\n"},
		{"arrays", "frames --short !HBI LengthAt(2) --unix " + path, `{"header":[7,1],"payload":""} {"header":[8,1,0],"payload":"a"}`, 0,
			"frame 0 at 00000000: 7 2 0, 0 bytes\nframe 1 at 00000007: 8 2 1, 1 byte\n"},
		{"a wrong value", "frames --short !HBI LengthAt(2) --unix " + path, `{"header":[7,256],"payload":""}`, 1,
			"structpack: record 0: pack \"!HBI\": value 1 ('B' at byte 2): 'B' format requires 0 <= number <= 255\n    !HBI\n      ^\n"},
		{"too few values", "frames --short !HBI LengthAt(2) --unix " + path, `{"header":[7],"payload":""}`, 1,
			"structpack: record 0: the header has 2 values besides its length and fixed ones (got 1)\n"},
		{"a fixed value", "frames --short !HBI LengthAt(2) Fixed(0,7) --unix " + path, `{"header":[1],"payload":"a"} {"header":[7,2,9],"payload":""}`, 0,
			"frame 0 at 00000000: 7 2 1, 1 byte\nframe 1 at 00000008: 7 3 0, 0 bytes\n"},
		{"a fixed value among names", "frames --short --fields id,kind,length !HBI LengthAt(2) Fixed(0,7) --unix " + path, `{"header":{"kind":1},"payload":"a"}`, 0,
			"frame 0 at 00000000: id=7 kind=2 length=1, 1 byte\n"},
		{"no object", "frames --short !HBI LengthAt(2) --unix " + path, `[7]`, 1, "structpack: record 0: a JSON object with header and payload is expected\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			status := run(split(tt.args), strings.NewReader(tt.stdin), &out, &errs, environment{})
			if got := out.String() + errs.String(); status != tt.status || got != tt.want {
				t.Errorf("status %d: %s", status, cmp.Diff(tt.want, got))
			}
		})
	}
}

// A lockedBuffer is written by a command and read when it has ended.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// start runs a command that listens, and returns its address and what waits for its end.
func start(t *testing.T, args, stdin string) (address net.Addr, wait func() (int, string)) {
	t.Helper()
	listening := make(chan net.Addr, 1)
	ended := make(chan int, 1)
	var out lockedBuffer
	go func() {
		ended <- run(split(args), strings.NewReader(stdin), &out, &out, environment{piped: true, listening: func(a net.Addr) { listening <- a }})
	}()
	select {
	case address = <-listening:
	case status := <-ended:
		t.Fatalf("status %d: %s", status, out.b.String())
	}
	return address, func() (int, string) {
		status := <-ended
		return status, out.b.String()
	}
}

// TestFramesTap listens between a client and a server, and shows what both say:
// each in its order, and what is no frame at the end.
func TestFramesTap(t *testing.T) {
	path := echo(t)
	address, wait := start(t, "frames --short --fields id,kind,length !HBI LengthAt(2) --listen 127.0.0.1:0 --unix "+path, "")
	conn, err := net.Dial("tcp", address.String())
	if err != nil {
		t.Fatal(err)
	}
	c := frame.NewConn(conn, frame.MustLayout("!HBI", frame.LengthAt(2)))
	for i := range 3 {
		if err := c.Write([]byte("hello"), i, 1); err != nil {
			t.Fatal(err)
		}
		if f, err := c.Next(); err != nil || f.Uint(0) != uint64(i) || f.Uint(1) != 2 {
			t.Fatal(f, err)
		}
	}
	c.CloseWrite()
	if _, err := c.Next(); err != io.EOF {
		t.Error(err)
	}
	c.Close()
	status, got := wait()
	for _, side := range []struct {
		name string
		kind int
	}{{"client", 1}, {"server", 2}} {
		var lines, want []string
		for line := range strings.Lines(got) {
			if strings.HasPrefix(line, side.name) {
				lines = append(lines, line)
			}
		}
		for i := range 3 {
			want = append(want, fmt.Sprintf("%s frame %d at %08x: id=%d kind=%d length=5, 5 bytes\n", side.name, i, 12*i, i, side.kind))
		}
		if diff := cmp.Diff(want, lines); status != 0 || diff != "" {
			t.Errorf("status %d: %s", status, diff)
		}
	}
}

// TestFramesListen is a server that shows what a client sends, and answers from
// standard input.
func TestFramesListen(t *testing.T) {
	if runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		t.Skip("there are no sockets")
	}
	address, wait := start(t, "frames --json !I --listen 127.0.0.1:0", `{"header":[],"payload":"welcome"}`)
	conn, err := net.Dial("tcp", address.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.Write([]byte("\x00\x00\x00\x02hi"))
	conn.(*net.TCPConn).CloseWrite()
	if got, err := io.ReadAll(conn); err != nil || string(got) != "\x00\x00\x00\x07welcome" {
		t.Errorf("got %q, %v", got, err)
	}
	if status, got := wait(); status != 0 || got != `{"frame":0,"at":0,"header":[2],"payload":"hi"}`+"\n" {
		t.Errorf("status %d: %s", status, got)
	}
}
