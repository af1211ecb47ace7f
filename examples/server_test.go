package examples_test

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"example.com/structpack/frame"
	"example.com/structpack/internal/test/peer"
)

// storeLayout is the layout of the servers' messages.
var storeLayout = frame.MustLayout("!HBI", frame.LengthAt(2))

const (
	opGet = 1
	opPut = 2
)

// A server is a program that keeps values.
type server struct {
	name     string
	language language
	flags    []string
}

// servers have all the time that a test may take: what they do with silent peers
// is not to depend on how fast the machine is.
var servers = []server{
	{"server", inGo, []string{"-frame", "1h", "-write", "1h", "-patience", "1h"}},
	{"select_server", inPython, nil},
	{"poll_server", inPython, nil},
	{"selectors_server", inPython, nil},
}

// A running server is one that listens at an address.
type running struct {
	server
	*peer.Program
	address string
}

// eachServer runs a test with every server at an address of every network.
func eachServer(t *testing.T, test func(t *testing.T, s *running)) {
	for _, s := range servers {
		for _, network := range networks(s.language) {
			t.Run(s.name+" "+network, func(t *testing.T) {
				t.Parallel()
				p := s.language.start(t, s.name, append(s.flags, peer.FreeAddress(t, network))...)
				test(t, &running{s, p, listening(t, p.Line())})
			})
		}
	}
}

// stop stops the server, which should have answered so many requests.
func (s *running) stop(t *testing.T, requests int) {
	t.Helper()
	if runtime.GOOS == "windows" {
		return
	}
	s.Signal(syscall.SIGTERM)
	s.wantEnd(t, requests)
}

func (s *running) wantEnd(t *testing.T, requests int) {
	t.Helper()
	wantEnd(t, s.Program, fmt.Sprintf("%d requests answered\n", requests))
	if _, err := os.Stat(s.address); err == nil {
		t.Errorf("%s is still there", s.address)
	}
}

// TestClients has both clients talk to every server.
func TestClients(t *testing.T) {
	eachServer(t, func(t *testing.T, s *running) {
		requests := 0
		for _, l := range []language{inGo, inPython} {
			t.Run(string(l), func(t *testing.T) {
				n := 0
				var commands, want strings.Builder
				command := func(line, answer string) {
					commands.WriteString(line + "\n")
					want.WriteString(line + ": " + answer + "\n")
					n++
				}
				colour, large := fmt.Sprint("colour", l), strings.Repeat("ü", 100000)
				command("get "+colour, "not there")
				command("put "+colour+" deep blue", "ok")
				command("get "+colour, "ok deep blue")
				command("put "+colour, "not understood")
				command("put large "+large, "ok")
				command("get large", "ok "+large)
				for i := range 500 {
					command(fmt.Sprint("put n ", i), "ok")
					command("get n", fmt.Sprint("ok ", i))
				}
				cmd := l.command(t, "client", "--timeout", l.seconds("100"), s.address)
				cmd.Stdin = strings.NewReader(commands.String())
				if got := string(output(t, cmd)); got != want.String() {
					t.Errorf("got %q", shortened(got))
				}
				requests += n
			})
		}
		s.stop(t, requests)
	})
}

// A client is a connection to a server that numbers its requests.
type client struct {
	t *testing.T
	*frame.Conn
	made, answered int
}

func newClient(t *testing.T, address string) *client {
	t.Helper()
	return &client{t: t, Conn: newConn(dial(t, address), storeLayout)}
}

// request makes a request.
func (c *client) request(op int, payload string) []byte {
	c.t.Helper()
	b, err := storeLayout.Append(nil, []byte(payload), c.made, op)
	if err != nil {
		c.t.Fatal(err)
	}
	c.made++
	return b
}

// send sends bytes past the Writer.
func (c *client) send(b []byte) {
	c.t.Helper()
	if _, err := c.NetConn().Write(b); err != nil {
		c.t.Fatal(err)
	}
}

// answer is an error if the next message is not the answer to the next request.
func (c *client) answer(payload string) error {
	number := c.answered
	c.answered++
	f, err := c.Next()
	if err == nil && (f.Int(0) != int64(number) || f.Int(1) != 0 || string(f.Payload) != payload) {
		err = fmt.Errorf("header % x, %q", f.Head, shortened(string(f.Payload)))
	}
	if err != nil {
		return fmt.Errorf("the answer to request %d: %w", number, err)
	}
	return nil
}

// TestSlowPeers has one client that stops inside a header, one that stops inside a
// payload, and one that reads none of its answers. Others are served all the
// same, and then the slow ones.
func TestSlowPeers(t *testing.T) {
	eachServer(t, func(t *testing.T, s *running) {
		requests := 0
		inHeader, inPayload, deaf := newClient(t, s.address), newClient(t, s.address), newClient(t, s.address)
		header, payload := inHeader.request(opPut, "slow header"), inPayload.request(opPut, "slow payload")
		inHeader.send(header[:4])
		inPayload.send(payload[:9])
		value := strings.Repeat("v", 1<<16)
		deaf.send(deaf.request(opPut, "value "+value))
		if err := deaf.answer(""); err != nil {
			t.Fatal(err)
		}
		var gets []byte
		for range 300 { // of which the answers fill all that is between us
			gets = append(gets, deaf.request(opGet, "value")...)
		}
		deaf.send(gets)

		var all sync.WaitGroup
		for i := range 20 {
			c := newClient(t, s.address)
			all.Go(func() {
				for j := range 50 {
					name, value := fmt.Sprint("n", i), fmt.Sprint(j)
					c.Write([]byte(name+" "+value), 2*j, opPut)
					c.Write([]byte(name), 2*j+1, opGet)
					for _, want := range []string{"", value} {
						if err := c.answer(want); err != nil {
							t.Error(err)
							return
						}
					}
				}
			})
			requests += 100
		}
		all.Wait()

		inHeader.send(header[4:])
		inPayload.send(payload[9:])
		for _, c := range []*client{inHeader, inPayload} {
			if err := c.answer(""); err != nil {
				t.Error(err)
			}
		}
		for deaf.answered < deaf.made {
			if err := deaf.answer(value); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []*client{inHeader, inPayload, deaf} {
			c.NetConn().Close()
			requests += c.made
		}
		s.stop(t, requests)
	})
}

// TestNoise sends something else than requests. That is the end of its connection,
// and of nothing else.
func TestNoise(t *testing.T) {
	eachServer(t, func(t *testing.T, s *running) {
		noise := newClient(t, s.address)
		noise.send([]byte("GET / HTTP/1.1\r\n\r\n"))
		if f, err := noise.Next(); err == nil {
			t.Errorf("an answer: %x, %q", f.Head, f.Payload)
		}
		noise.NetConn().Close()
		c := newClient(t, s.address)
		c.send(c.request(opPut, "name value"))
		if err := c.answer(""); err != nil {
			t.Error(err)
		}
		c.NetConn().Close()
		needSignals(t)
		s.Signal(syscall.SIGTERM)
		want := map[language]string{inGo: "which looks like HTTP"}[s.language]
		if out, status := s.Rest(), s.Wait(); status != 0 || out != "1 requests answered\n" || !strings.Contains(s.Errors(), want) {
			t.Errorf("status %d, printed %q; %s", status, out, s.Errors())
		}
	})
}

// TestShutdown stops a server that has requests to answer. All that have arrived
// are answered, and nothing comes after them.
func TestShutdown(t *testing.T) {
	needSignals(t)
	eachServer(t, func(t *testing.T, s *running) {
		const each = 200
		inPart := newClient(t, s.address)
		part := inPart.request(opPut, "slow but sure")
		inPart.send(part[:10])
		var clients []*client
		for i := range 10 {
			c := newClient(t, s.address)
			var puts []byte
			for j := range each {
				puts = append(puts, c.request(opPut, fmt.Sprintf("n%d %d", i, j))...)
			}
			c.send(puts)
			clients = append(clients, c)
		}
		for _, c := range clients { // so that what it sent is there
			if err := c.answer(""); err != nil {
				t.Fatal(err)
			}
		}
		s.Signal(syscall.SIGTERM)
		if s.language == inGo { // the others do not wait for what is not there
			inPart.send(part[10:])
			clients = append(clients, inPart)
		}
		requests := 0
		for _, c := range clients {
			for c.answered < c.made {
				if err := c.answer(""); err != nil {
					t.Fatal(err)
				}
			}
			if f, err := c.Next(); err != io.EOF {
				t.Errorf("after the last answer: %x, %v", f.Head, err)
			}
			c.NetConn().Close()
			requests += c.made
		}
		s.wantEnd(t, requests)
	})
}

// TestServerStartsAgain kills programs that listen at a Unix-domain socket, which start
// again at the same, but not beside one that is alive, nor in the place of a file.
func TestServerStartsAgain(t *testing.T) {
	if len(peer.Networks()) == 1 {
		t.Skip("no Unix-domain sockets, or no signals")
	}
	dir := t.TempDir()
	for _, s := range []struct {
		language language
		command  []string // the address comes next
		after    []string
	}{
		{inGo, []string{"server"}, nil},
		{inGo, []string{"unix", "receive"}, []string{dir}},
		{inPython, []string{"select_server"}, nil},
		{inPython, []string{"unix", "receive"}, []string{dir}},
	} {
		t.Run(fmt.Sprint(s.language, s.command), func(t *testing.T) {
			t.Parallel()
			if s.language == inPython && s.after != nil && !peer.All() {
				t.Skip("one Python will do")
			}
			path := peer.SocketPath(t)
			start := func(path string) *peer.Program {
				return s.language.start(t, s.command[0], slices.Concat(s.command[1:], []string{path}, s.after)...)
			}
			first := start(path)
			listening(t, first.Line())
			first.Signal(syscall.SIGKILL)
			first.Wait()
			second := start(path)
			listening(t, second.Line())
			if third := start(path); third.Wait() == 0 || third.Rest() != "" {
				t.Error("a third beside the second")
			}
			dial(t, path).Close()
			file := path + ".txt"
			if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
				t.Fatal(err)
			}
			if p := start(file); p.Wait() == 0 {
				t.Error("in the place of a file")
			}
			if b, err := os.ReadFile(file); err != nil || string(b) != "mine" {
				t.Errorf("the file is %q, %v", b, err)
			}
		})
	}
}
