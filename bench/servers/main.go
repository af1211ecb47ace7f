//go:build linux

// Servers measures frame.Server beside servers of gnet, nbio and netpoll, which handle
// connections in event loops, and prints tables:
//
//	go run .               the tables on standard output
//	go run . -o FILE       and in a file
//	go run . -only REGEXP  only the tables whose headings match
//
// Each server is a process of its own, with the defaults of its library, and this one is
// the client of all of them. They take turns for a number of rounds, and medians are
// printed. -profile has the servers of the echo write CPU profiles too.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

var (
	echoConns = []int{100, 5000}
	inFlight  = []int{1, 16, 64}
	sizes     = []int{16, 256}
)

func main() {
	rounds := flag.Int("rounds", 3, "how often each server takes a turn")
	turn := flag.Duration("time", 300*time.Millisecond, "how long a turn lasts at least")
	file := flag.String("o", "", "write the tables to this file too")
	only := flag.String("only", "", "a regular expression for the headings")
	profile := flag.String("profile", "", "the directory for CPU profiles of the servers of the echo")
	serve := flag.Bool("serve", false, "be a server for another process: NAME ADDRESS")
	flag.Parse()
	if *serve {
		serveProcess(flag.Arg(0), flag.Arg(1), *profile)
		return
	}
	match, err := regexp.Compile(*only)
	check(err)
	var out io.Writer = os.Stdout
	if *file != "" {
		f, err := os.Create(*file)
		check(err)
		defer f.Close()
		out = io.MultiWriter(os.Stdout, f)
	}
	fmt.Fprintf(out, about, time.Now().UTC().Format("2006-01-02"), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	for _, conns := range echoConns {
		echoTables(out, match, conns, *rounds, *turn, *profile)
	}
	idleTable(out, match, 10_000)
}

const about = `# frame beside event loops

%s, %s/%s, %d processors, %s; gnet v2.9.7, nbio v1.6.8, netpoll v0.7.2. Written by ` + "`go run . -o RESULTS.md`" + `.

The servers differ in more than speed:

- A handler of gnet and nbio runs in an event loop: one that waits delays every connection of that loop. frame's and netpoll's may wait.
- frame stops reading from a peer that does not read its answers. gnet keeps them in memory without a limit, nbio up to a limit, and then closes the connection. netpoll's Flush waits, as frame's does.
- frame and nbio have TLS, nbio by a fork of crypto/tls. gnet and netpoll have none.
- frame takes any net.Conn. The others open their own sockets.
- frame's Server knows frames, checks their lengths, ends slow ones by a timeout and answers what has arrived before it shuts down. The others hand over bytes; the frames are cut by this program.
`

// An echoCell is what one table of the echo measures.
type echoCell struct{ flight, size int }

// echoTables prints what frames cost that go to a server and back.
func echoTables(out io.Writer, match *regexp.Regexp, conns, rounds int, turn time.Duration, profile string) {
	var cells []echoCell
	heading := func(c echoCell) string {
		return fmt.Sprintf("echo, %d in flight, %s connections, %d B", c.flight, thousands(int64(conns)), c.size)
	}
	for _, flight := range inFlight {
		for _, size := range sizes {
			if c := (echoCell{flight, size}); match.MatchString(heading(c)) {
				cells = append(cells, c)
			}
		}
	}
	if len(cells) == 0 {
		return
	}
	results := map[echoCell]map[string][]echoResult{}
	for _, c := range cells {
		results[c] = map[string][]echoResult{}
	}
	for range rounds {
		for _, s := range servers {
			if s.idle {
				continue
			}
			p := startServer(s.name, profile)
			l := dialLoad(p.addr, conns)
			for _, c := range cells {
				l.run(c, turn/8, p) // the buffers grow
				results[c][s.name] = append(results[c][s.name], l.run(c, turn, p))
			}
			p.end()
			l.close()
		}
	}
	if conns == echoConns[0] {
		fmt.Fprint(out, aboutEcho)
	}
	for _, c := range cells {
		fmt.Fprintf(out, "\n| %s | thousand frames a second | µs of server CPU a frame | beside the best of the others | p99, µs | µs of client CPU a frame |\n|---|---|---|---|---|---|\n", heading(c))
		best := 0.0
		for name, r := range results[c] {
			if cpu := medianOf(r, echoResult.serverCPU); !strings.HasPrefix(name, "frame") && (best == 0 || cpu < best) {
				best = cpu
			}
		}
		for _, s := range servers {
			if r := results[c][s.name]; r != nil {
				cpu := medianOf(r, echoResult.serverCPU)
				fmt.Fprintf(out, "| %s | %.0f | %.2f | ×%.2f | %s | %.2f |\n", s.name, medianOf(r, echoResult.rate), cpu, cpu/best,
					thousands(int64(medianOf(r, echoResult.p99))), medianOf(r, echoResult.clientCPU))
			}
		}
	}
}

const aboutEcho = `
# Echo

A connection sends so many frames in one write, waits until all are answered, and sends the next: p99 is of that time. With 5,000
connections 100 goroutines of the client write to 50 connections each and then wait for them in order, so that it is the time in a queue.
`

// An echoResult is of one turn.
type echoResult struct {
	frames                  int
	elapsed, server, client time.Duration
	slowest                 time.Duration // of all except one in a hundred
}

func (r echoResult) rate() float64 { return float64(r.frames) / r.elapsed.Seconds() / 1000 }
func (r echoResult) serverCPU() float64 {
	return float64(r.server.Nanoseconds()) / float64(r.frames) / 1000
}
func (r echoResult) clientCPU() float64 {
	return float64(r.client.Nanoseconds()) / float64(r.frames) / 1000
}
func (r echoResult) p99() float64 { return float64(r.slowest.Microseconds()) }

func medianOf(rs []echoResult, of func(echoResult) float64) float64 {
	var all []float64
	for _, r := range rs {
		all = append(all, of(r))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// A load is the client's connections, in groups that have a goroutine each.
type load struct{ groups [][]net.Conn }

const mostGroups = 100

func dialLoad(addr string, conns int) *load {
	l := &load{make([][]net.Conn, min(conns, mostGroups))}
	for i, c := range dial(addr, conns) {
		g := i % len(l.groups)
		l.groups[g] = append(l.groups[g], c)
	}
	return l
}

func (l *load) close() {
	for _, g := range l.groups {
		closeAll(g)
	}
}

// run sends frames around for some time.
func (l *load) run(c echoCell, turn time.Duration, p *process) (r echoResult) {
	batch := frames(c.flight, c.size)
	waits := make([][]time.Duration, len(l.groups))
	var wg sync.WaitGroup
	server, client, start := p.cpu(), cpuTime(), time.Now()
	for g, conns := range l.groups {
		wg.Go(func() {
			got := make([]byte, len(batch))
			sent := make([]time.Time, len(conns))
			for again := true; again; again = time.Since(start) < turn {
				for i, conn := range conns {
					sent[i] = time.Now()
					_, err := conn.Write(batch)
					check(err)
				}
				for i, conn := range conns {
					_, err := io.ReadFull(conn, got)
					check(err)
					waits[g] = append(waits[g], time.Since(sent[i]))
					if string(got) != string(batch) {
						check(fmt.Errorf("%d frames of %d bytes came back changed", c.flight, c.size))
					}
				}
			}
		})
	}
	wg.Wait()
	r.elapsed = time.Since(start)
	r.server, r.client = p.cpu()-server, cpuTime()-client
	all := slices.Concat(waits...)
	slices.Sort(all)
	r.frames, r.slowest = len(all)*c.flight, all[len(all)*99/100]
	return r
}

// idleTable prints how many bytes of a server are resident for each of many idle
// connections.
func idleTable(out io.Writer, match *regexp.Regexp, conns int) {
	heading := fmt.Sprintf("%s idle connections", thousands(int64(conns)))
	if !match.MatchString(heading) {
		return
	}
	fmt.Fprint(out, aboutIdle)
	fmt.Fprintf(out, "\n| %s |", heading)
	for _, s := range idleStates {
		fmt.Fprintf(out, " %s |", s.name)
	}
	fmt.Fprintf(out, "\n|---|%s\n", strings.Repeat("---|", len(idleStates)))
	for _, s := range servers {
		fmt.Fprintf(out, "| %s |", s.name)
		for _, n := range measureIdle(s.name, conns, s.idle, 2*time.Second) {
			fmt.Fprintf(out, " %s |", thousands(n))
		}
		fmt.Fprintln(out)
	}
}

const aboutIdle = `
# Memory of idle connections

Resident bytes of the server process for each connection, after a collection of garbage and two seconds of silence. Those of a goroutine
have had no frame: it waits in Read with a buffer of one byte.
`

// idleStates are what connections have done before they are idle.
var idleStates = []struct {
	name string
	size int // of a frame that was echoed, or -1
}{{"unused", -1}, {"after 256 B", 256}, {"after 60 KB", 60_000}}

// measureIdle returns the cells of a row, of which there is one if the server does not echo.
func measureIdle(name string, conns int, unused bool, silence time.Duration) (each []int64) {
	p := startServer(name, "")
	defer p.end()
	before := p.resident()
	all := dial(p.addr, conns)
	defer closeAll(all)
	for _, s := range idleStates {
		if s.size >= 0 {
			if unused {
				break
			}
			frame := frames(1, s.size)
			parallel(all, func(c net.Conn) {
				_, err := c.Write(frame)
				check(err)
				_, err = io.CopyN(io.Discard, c, int64(len(frame)))
				check(err)
			})
		}
		time.Sleep(silence) // until frame's connections are parked
		each = append(each, (p.resident()-before)/int64(conns))
	}
	return each
}

// dial opens connections, and a few at a time: the queue of a listener is short.
func dial(addr string, conns int) []net.Conn {
	all := make([]net.Conn, conns)
	places := make([]*net.Conn, conns)
	for i := range all {
		places[i] = &all[i]
	}
	parallel(places, func(c *net.Conn) {
		var err error
		*c, err = net.Dial("tcp", addr)
		check(err)
	})
	return all
}

func closeAll(conns []net.Conn) {
	for _, c := range conns {
		c.Close()
	}
}

// parallel calls f for all of a list, for 50 of them at a time.
func parallel[T any](all []T, f func(T)) {
	var wg sync.WaitGroup
	for share := range slices.Chunk(all, (len(all)+49)/50) {
		wg.Go(func() {
			for _, x := range share {
				f(x)
			}
		})
	}
	wg.Wait()
}

// cpuTime returns how long this process has had a processor.
func cpuTime() time.Duration {
	var u syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// thousands writes a number with commas.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "servers:", err)
		os.Exit(1)
	}
}
