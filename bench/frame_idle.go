package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"
)

// idleStates are what connections have done before they are idle.
var idleStates = []struct {
	name string
	size int // of a frame that was echoed, or -1
}{{"unused", -1}, {"after 256 B", 256}, {"after 60 KB", 60_000}}

// idleTables prints how much memory a server takes for each of many idle
// connections, which another process holds: resident, as Linux reports it, and on its
// heap.
func idleTables(out io.Writer, match *regexp.Regexp) {
	limit := raiseFiles()
	fmt.Fprintf(out, "\n# Memory of idle connections\n\n%s, %s/%s, %s. Bytes of the server process for each connection, after a collection of garbage; another\nprocess holds the other ends. Written by `go run . -idle`.\n",
		time.Now().UTC().Format("2006-01-02"), runtime.GOOS, runtime.GOARCH, runtime.Version())
	for _, t := range []struct {
		name, network string
		most          int
	}{{"TCP", "tcp", 10_000}, {"Unix-domain sockets", "unix", 10_000}, {"TLS over TCP", "tls", 2000}} {
		conns := min(t.most, (limit-100)/10*10)
		heading := fmt.Sprintf("%s connections over %s", thousands(conns), t.name)
		if !match.MatchString(heading) {
			continue
		}
		fmt.Fprintf(out, "\n| %s |", heading)
		for _, s := range idleStates {
			fmt.Fprintf(out, " %s: resident | heap |", s.name)
		}
		fmt.Fprintf(out, "\n|---|%s\n", strings.Repeat("---|", 2*len(idleStates)))
		for _, who := range []struct{ name, arg string }{
			{"frame.Server", "frame"}, {"frame.Server, ParkAfter -1", "unparked"}, {"a goroutine alone", "goroutine"}, {"hand-written, bufio.Reader, a write a frame", "hand"}, {"hand-written, bufio.Reader and Writer", "bufio"},
		} {
			fmt.Fprintf(out, "| %s |", who.name)
			for _, m := range measureIdle(who.arg, t.network, conns) {
				fmt.Fprintf(out, " %s |", m)
			}
			fmt.Fprintln(out)
		}
	}
}

// measureIdle returns the cells of a row.
func measureIdle(who, network string, conns int) (cells []string) {
	base := network
	if network == "tls" {
		base = "tcp"
	}
	s, err := startServer(base, self("idle-"+who+"-"+network))
	check(err)
	defer s.end()
	before := s.memory()
	all := make([]net.Conn, conns)
	var wg sync.WaitGroup
	workers := make(chan struct{}, 50)
	each := func(f func(i int)) {
		for i := range all {
			wg.Add(1)
			workers <- struct{}{}
			go func() {
				defer func() { <-workers; wg.Done() }()
				f(i)
			}()
		}
		wg.Wait()
	}
	each(func(i int) {
		c, err := net.Dial(base, s.addr)
		for tries := 0; err != nil && tries < 1000; tries++ { // the queue of a Unix-domain socket is full
			time.Sleep(time.Millisecond)
			c, err = net.Dial(base, s.addr)
		}
		check(err)
		if network == "tls" {
			t := tls.Client(c, &tls.Config{InsecureSkipVerify: true})
			check(t.Handshake())
			c = t
		}
		all[i] = c
	})
	defer func() {
		for _, c := range all {
			c.Close()
		}
	}()
	for _, state := range idleStates {
		if state.size >= 0 {
			if who == "goroutine" {
				cells = append(cells, "–", "–")
				continue
			}
			frame, err := layout.Append(nil, make([]byte, state.size), uint16(1), uint8(1))
			check(err)
			each(func(i int) {
				_, err := all[i].Write(frame)
				check(err)
				_, err = io.CopyN(io.Discard, all[i], int64(len(frame)))
				check(err)
			})
		}
		time.Sleep(2 * time.Second) // until the last goroutine waits again, or has parked
		m := s.memory()
		cells = append(cells, bytesEach(m.resident-before.resident, conns), bytesEach(m.heap-before.heap, conns))
	}
	return cells
}

func bytesEach(n int64, conns int) string { return thousands(int(n) / conns) }

// A memory is how much a process has.
type memory struct{ resident, heap int64 }

// memory asks the server, which collects its garbage first.
func (s *server) memory() (m memory) {
	fmt.Fprintln(s.in, "memory")
	line, err := s.out.ReadString('\n')
	check(err)
	_, err = fmt.Sscan(line, &m.resident, &m.heap)
	check(err)
	return m
}

// idleServer is a process that holds connections, and reports its memory when it is
// asked on its standard input. name is idle-WHO-NETWORK.
func idleServer(name, network, addr string) {
	_, name, _ = strings.Cut(name, "-")
	who, how, _ := strings.Cut(name, "-")
	raiseFiles()
	ln, err := net.Listen(network, addr)
	check(err)
	if how == "tls" {
		ln = tls.NewListener(ln, certificate())
	}
	switch who {
	case "frame":
		go newFrameServer(0).Serve(ln)
	case "unparked":
		go newFrameServer(-1).Serve(ln)
	case "hand":
		go byHand.echo(ln)
	case "bufio":
		go byHandBuf.echo(ln)
	case "goroutine":
		go (peer{open: func(c io.ReadWriter) end { return nothing{c} }}).echo(ln)
	default:
		check(fmt.Errorf("no server %q", who))
	}
	fmt.Println("ready")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		debug.FreeOSMemory() // a collection of garbage too
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		fmt.Println(resident(), m.HeapAlloc)
	}
}

// nothing waits for a byte, and does nothing with it.
type nothing struct{ io.ReadWriter }

func (nothing) send(uint16, []byte) error { return nil }
func (nothing) flush() error              { return nil }

func (n nothing) receive() (uint16, []byte, error) {
	_, err := n.Read(make([]byte, 1))
	return 0, nil, err
}

// resident returns how many bytes of this process are in memory, or -1.
func resident() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return -1
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); fields[0] == "VmRSS:" {
			kb, err := strconv.ParseInt(fields[1], 10, 64)
			check(err)
			return kb << 10
		}
	}
	return -1
}

func certificate() *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bench"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	check(err)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}
