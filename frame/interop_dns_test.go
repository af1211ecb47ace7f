package frame_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/frame"
	"example.com/structpack/internal/test/peer"
)

// dnsMessages are those of RFC 1035, section 4.2.2, and dnsHeader is what each
// begins with, section 4.1.1.
var (
	dnsMessages = frame.MustLayout("!H")
	dnsHeader   = structpack.MustCodec[dnsHead]("!6H")
)

type dnsHead struct {
	ID, Flags, Questions, Answers, Authority, Additional uint16
}

// dnsServers answer for one name, host.example, and know that there is no other
// one in its zone.
var dnsServers = []struct {
	name  string
	ready string // what it prints then
	args  func(dir string, port int) []string
}{
	{"unbound", "start of service", func(dir string, port int) []string {
		return []string{"-d", "-d", "-c", filepath.Join(dir, "unbound.conf")}
	}},
	{"dnsmasq", "started", func(_ string, port int) []string {
		return []string{"--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--log-facility=-", "--user=",
			"--no-resolv", "--no-hosts", "--bind-interfaces", "--listen-address=127.0.0.1", fmt.Sprint("--port=", port),
			"--local=/example/", "--host-record=host.example,192.0.2.1"}
	}},
}

const unboundConf = `server:
	interface: 127.0.0.1
	port: %d
	directory: %q
	chroot: ""
	username: ""
	pidfile: ""
	use-syslog: no
	verbosity: 1
	do-daemonize: no
	num-threads: 1
	module-config: "iterator"
	local-zone: "example." static
	local-data: "host.example. A 192.0.2.1"
remote-control:
	control-enable: no
`

// startDNS starts a server, and returns its address. These servers do not let
// the system choose a port; if somebody else is faster, another one is tried.
func startDNS(t *testing.T, path, ready string, args func(dir string, port int) []string) string {
	t.Helper()
	for range 5 {
		ln := peer.Listen(t, "tcp")
		port := ln.Addr().(*net.TCPAddr).Port
		ln.Close()
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "unbound.conf"), fmt.Appendf(nil, unboundConf, port, dir), 0o666); err != nil {
			t.Fatal(err)
		}
		p := peer.StartMerged(t, exec.Command(path, args(dir, port)...))
		var lines []string
		for {
			line, ok := p.Next()
			if !ok {
				break
			}
			if lines = append(lines, line); strings.Contains(line, ready) {
				return ln.Addr().String()
			}
		}
		if out := strings.Join(lines, "\n"); !strings.Contains(out, "ddress already in use") {
			t.Fatalf("%s: status %d\n%s", path, p.Wait(), out)
		}
	}
	t.Fatal("no port is free")
	return ""
}

// TestDNS sends queries over TCP that come together, and in pieces; the answers
// may come in any order.
func TestDNS(t *testing.T) {
	for _, server := range dnsServers {
		t.Run(server.name, func(t *testing.T) {
			path := peer.Find(t, server.name, "/usr/sbin", "/usr/local/sbin")
			address := startDNS(t, path, server.ready, server.args)
			c := dialPeer(t, "tcp", address, dnsMessages)
			const count = 40
			for id := range count {
				if err := c.Write(dnsQuery(t, id, dnsName(id))); err != nil {
					t.Fatal(err)
				}
			}
			dnsAnswers(t, c, 0, count)

			var pieces []byte
			for id := range 2 {
				b, err := dnsMessages.Append(pieces, dnsQuery(t, count+id, dnsName(count+id)))
				if err != nil {
					t.Fatal(err)
				}
				pieces = b
			}
			for i := range pieces {
				if _, err := c.NetConn().Write(pieces[i : i+1]); err != nil {
					t.Fatal(err)
				}
			}
			dnsAnswers(t, c, count, 2)
		})
	}
}

// dnsName is there if id is even.
func dnsName(id int) string {
	if id%2 == 0 {
		return "host.example"
	}
	return "nobody.example"
}

// dnsQuery asks for the address of a name.
func dnsQuery(t *testing.T, id int, name string) []byte {
	b, err := dnsHeader.Pack(&dnsHead{ID: uint16(id), Flags: 0x100, Questions: 1})
	if err != nil {
		t.Fatal(err)
	}
	for label := range strings.SplitSeq(name, ".") {
		b = append(append(b, byte(len(label))), label...)
	}
	return append(b, 0, 0, 1, 0, 1) // the root; A, IN
}

// dnsAnswers reads the answers to the queries first to first+count-1.
func dnsAnswers(t *testing.T, c *frame.Conn, first, count int) {
	t.Helper()
	seen := map[int]bool{}
	for range count {
		f, err := c.Next()
		if err != nil {
			t.Fatal(err)
		}
		var h dnsHead
		if err := dnsHeader.UnpackFrom(f.Payload, 0, &h); err != nil {
			t.Fatal(err)
		}
		id := int(h.ID)
		if seen[id] || id < first || id >= first+count {
			t.Errorf("an answer to query %d", id)
		}
		seen[id] = true
		const nameError = 3
		want := dnsHead{ID: h.ID, Flags: h.Flags &^ 0xf, Questions: 1, Answers: 1, Authority: h.Authority, Additional: h.Additional}
		address := []byte{0, 4, 192, 0, 2, 1}
		if id%2 == 1 {
			want.Flags |= nameError
			want.Answers, address = 0, nil
		}
		query := dnsQuery(t, id, dnsName(id))
		if h != want || h.Flags&0x8000 == 0 || !bytes.HasPrefix(f.Payload[12:], query[12:]) || !bytes.Contains(f.Payload, address) {
			t.Errorf("query %d: %+v, % x", id, h, f.Payload)
		}
	}
}
