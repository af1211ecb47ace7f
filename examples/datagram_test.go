package examples_test

import (
	"net"
	"strconv"
	"strings"
	"testing"

	"example.com/structpack/internal/test/peer"
)

// TestDatagram sends measurements, with datagrams among them that are none.
func TestDatagram(t *testing.T) {
	const lines = "load 0.5\nfree 1e+09\ngröße -3\n"
	const want = "1 load 0.5\n2 free 1e+09\n3 größe -3\n"
	noise := []string{"", "x", "\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02a", "\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02abc"}
	eachPair(t, func(t *testing.T, from, to language) {
		for _, network := range networks(from, to) {
			t.Run(network, func(t *testing.T) {
				p := to.start(t, "datagram", "-n", strconv.Itoa(3+len(noise)), "receive", peer.FreeAddress(t, network))
				address := listening(t, p.Line())
				c, err := net.Dial(map[string]string{"tcp": "udp", "unix": "unixgram"}[network], address)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				for _, datagram := range noise {
					if _, err := c.Write([]byte(datagram)); err != nil {
						t.Fatal(err)
					}
				}
				cmd := from.command(t, "datagram", "send", address)
				cmd.Stdin = strings.NewReader(lines)
				if out := output(t, cmd); len(out) > 0 {
					t.Errorf("the sender printed %q", out)
				}
				if out, status := p.Rest(), p.Wait(); out != want || status != 0 || strings.Count(p.Errors(), "\n") != len(noise) {
					t.Errorf("status %d, printed %q, want %q, and %d errors; %s", status, out, want, len(noise), p.Errors())
				}
			})
		}
	})
}
