package frame_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"example.com/structpack"
	"example.com/structpack/frame"
	"example.com/structpack/internal/test/peer"
)

// logRecords are what logging's handlers send: pickled dictionaries.
var logRecords = frame.MustLayout(">L")

// logMessages are those that logging_peer.py sends.
var logMessages = []string{"pressure 2.5 of 3 bar", "Kessel überhitzt", strings.Repeat("x", 20000)}

// pickled is a string as a pickle has it: BINUNICODE, its length, UTF-8.
func pickled(s string) string {
	b, err := structpack.Pack("<cI", "X", len(s))
	if err != nil {
		panic(err)
	}
	return string(b) + s
}

// checkRecord looks at a record from one end to the other: EMPTY_DICT of
// protocol 1, then the message, and STOP.
func checkRecord(t *testing.T, f frame.Frame, message string) {
	t.Helper()
	p := string(f.Payload)
	if f.Int(0) != int64(len(p)) || !strings.HasPrefix(p, "}q") || !strings.HasSuffix(p, "u.") ||
		!strings.Contains(p, pickled("boiler")) || !strings.Contains(p, pickled(message)) {
		t.Errorf("%d bytes, %.200q, want a record of %.50q", f.Int(0), p, message)
	}
}

// TestPythonSocketHandler receives what logging.handlers.SocketHandler sends.
func TestPythonSocketHandler(t *testing.T) {
	for _, network := range peer.Some(peer.Networks()) {
		t.Run(network, func(t *testing.T) {
			ln := peer.Listen(t, network)
			p := startPython(t, "logging_peer.py", "send", network, ln.Addr().String())
			c := acceptPeer(t, ln, logRecords)
			n := 0
			for f, err := range c.Frames() {
				if err != nil {
					t.Fatal(err)
				}
				if n < len(logMessages) {
					checkRecord(t, f, logMessages[n])
				}
				n++
			}
			if n != len(logMessages) {
				t.Errorf("%d records, want %d", n, len(logMessages))
			}
			wantDone(t, p, "done")
		})
	}
}

// TestPythonDatagramHandler receives what logging.handlers.DatagramHandler
// sends: the length is in the datagram all the same.
func TestPythonDatagramHandler(t *testing.T) {
	for _, network := range peer.Some(peer.Networks()) {
		network = map[string]string{"tcp": "udp", "unix": "unixgram"}[network]
		t.Run(network, func(t *testing.T) {
			address := peer.FreeAddress(t, strings.TrimSuffix(network, "gram"))
			c, err := net.ListenPacket(network, address)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(peer.Guard))
			p := startPython(t, "logging_peer.py", "send", network, c.LocalAddr().String())
			buf := make([]byte, 1<<16)
			for _, message := range logMessages {
				n, _, err := c.ReadFrom(buf)
				if err != nil {
					t.Fatal(err)
				}
				f, err := logRecords.Parse(buf[:n])
				if err != nil {
					t.Fatal(err)
				}
				checkRecord(t, f, message)
			}
			wantDone(t, p, "done")
		})
	}
}

// TestPythonLogReceiver sends records to a receiver as Python's documentation
// shows it.
func TestPythonLogReceiver(t *testing.T) {
	p := startPython(t, "logging_peer.py", "receive", "127.0.0.1:0")
	c, err := net.DialTimeout("tcp", p.Line(), peer.Guard)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	w := frame.NewWriter(c, logRecords)
	var want strings.Builder
	for _, message := range logMessages {
		record := fmt.Sprintf("}(%s%s%s%s%sK\x1e%s%su.", pickled("name"), pickled("go"),
			pickled("msg"), pickled(message), pickled("levelno"), pickled("levelname"), pickled("WARNING"))
		if err := w.Write([]byte(record)); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&want, "go WARNING %s\n", message)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	wantDone(t, p, want.String()+"done")
}
