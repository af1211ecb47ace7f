package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A race is what contestants do with frames over connections. The first of them is
// compared with.
type race struct {
	heading string
	sizes   []int
	runners []runner
}

// A runner is a contestant of a race.
type runner struct {
	name string
	// start gets ready for payloads of a size.
	start func(size int) (started, error)
}

// started is a runner that is ready. run does its job for some time, and returns
// how many frames that were.
type started struct {
	run func(turn time.Duration) int
	end func()
	cpu func() time.Duration // of the processes that are measured
}

// frameTables prints the tables of package frame whose headings match.
func frameTables(out io.Writer, match *regexp.Regexp, passes int, turn time.Duration, py *python) {
	// Connections take some time until they are at speed.
	over, long := (passes+1)/2, 5*turn
	fmt.Fprintf(out, "\n# Results of package frame\n\n%s, %s/%s, %s, %s; %s. In memory: lower quartiles of %d passes in turn. Over connections: medians of %d passes; the first\nrow has rates, and in brackets the CPU time for one frame, the others are multiples of both. Client and server share a process\nif it does not say otherwise; then the CPU time is the server's. Written by `go run . -frames`.\n",
		time.Now().UTC().Format("2006-01-02"), runtime.GOOS, runtime.GOARCH, cpu(), runtime.Version(), py.version, passes, over)
	for _, j := range memoryJobs() {
		if match.MatchString(j.heading) {
			j.print(out, passes, turn, nil)
		}
	}
	for _, r := range races(py) {
		if match.MatchString(r.heading) {
			r.print(out, over, long)
		}
	}
}

func (r race) print(out io.Writer, passes int, turn time.Duration) {
	rates, costs := make([][]float64, len(r.runners)), make([][]float64, len(r.runners))
	for _, size := range r.sizes {
		all := make([]started, len(r.runners))
		for i, runner := range r.runners {
			var err error
			if all[i], err = runner.start(size); err != nil {
				fmt.Fprintf(os.Stderr, "%s: %s: %v\n", r.heading, runner.name, err)
				continue
			}
			all[i].run(turn / 10)
		}
		rate, cost := make([][]float64, len(all)), make([][]float64, len(all))
		for range passes {
			for i, a := range all {
				if a.run == nil {
					continue
				}
				start, before := time.Now(), a.cpu()
				n := float64(a.run(turn))
				rate[i] = append(rate[i], n/time.Since(start).Seconds())
				cost[i] = append(cost[i], (a.cpu()-before).Seconds()/n)
			}
		}
		for i, a := range all {
			if a.run == nil {
				rate[i], cost[i] = []float64{0}, []float64{0}
			} else {
				a.end()
			}
			rates[i], costs[i] = append(rates[i], median(rate[i])), append(costs[i], median(cost[i]))
		}
	}
	fmt.Fprintf(out, "\n| %s |", r.heading)
	for _, size := range r.sizes {
		fmt.Fprintf(out, " %s |", bytesOf(size))
	}
	fmt.Fprintf(out, "\n|---|%s\n", strings.Repeat("---|", len(r.sizes)))
	row := func(name string, cell func(k int) string) {
		fmt.Fprintf(out, "| %s |", name)
		for k := range r.sizes {
			fmt.Fprintf(out, " %s |", cell(k))
		}
		fmt.Fprintln(out)
	}
	row(r.runners[0].name+": thousand frames a second [µs of CPU for one]", func(k int) string {
		return fmt.Sprintf("%s [%s]", number(rates[0][k]/1000), number(costs[0][k]*1e6))
	})
	for i, runner := range r.runners[1:] {
		row(runner.name, func(k int) string {
			if rates[i+1][k] == 0 || rates[0][k] == 0 {
				return "–"
			}
			return fmt.Sprintf("×%.2f [×%.2f]", rates[i+1][k]/rates[0][k], costs[i+1][k]/costs[0][k])
		})
	}
}

func bytesOf(n int) string {
	if n >= 1024 {
		return fmt.Sprintf("%d KiB", n/1024)
	}
	return fmt.Sprintf("%d B", n)
}

var frameSizes = []int{16, 256, 4 << 10, 64 << 10}

// sizesInFlight are the sizes of which the kernel holds so many frames, so that
// who sends all of them before it reads does not wait for ever.
func sizesInFlight(n int) []int {
	switch {
	case n == 1:
		return frameSizes
	case n <= 16:
		return frameSizes[:3]
	}
	return []int{16, 256, 1 << 10}
}

// A circle is memory that is read around and around, and written to.
type circle struct {
	b  []byte
	at int
}

func (c *circle) Read(p []byte) (int, error) {
	n := copy(p, c.b[c.at:])
	c.at = (c.at + n) % len(c.b)
	return n, nil
}

func (c *circle) Write(p []byte) (int, error) {
	n := copy(c.b[c.at:], p)
	c.at = (c.at + n) % len(c.b)
	if n < len(p) {
		c.at = copy(c.b, p[n:])
	}
	return len(p), nil
}

// memoryJobs read and write frames in memory: a header of three values and a
// payload, through the interfaces io.Reader and io.Writer.
func memoryJobs() []job {
	peers := []peer{byHand, byHandLock, byHandBuf, byHandBufLock, byFrame, byAppend, byHeader, byMsgio, byMsgioBuf, byHTTP2}
	var jobs []job
	for _, size := range frameSizes {
		read := job{fmt.Sprintf("read a frame of %s in memory", bytesOf(size)), 1, nil}
		write := job{fmt.Sprintf("write a frame of %s in memory", bytesOf(size)), 1, nil}
		payload := make([]byte, size)
		for _, p := range peers {
			out := &circle{b: make([]byte, 256<<10)}
			w := p.open(struct {
				io.Reader
				io.Writer
			}{nil, out})
			write.contestants = append(write.contestants, contestant{p.name, func(n int) {
				for i := range n {
					must(w.send(uint16(i), payload))
				}
			}})
			// What it reads is what it writes.
			var stream growing
			in := p.open(struct {
				io.Reader
				io.Writer
			}{nil, &stream})
			for i := 0; len(stream.b) < 256<<10; i++ {
				must(in.send(uint16(i), payload))
				must(in.flush())
			}
			r := p.open(struct {
				io.Reader
				io.Writer
			}{&circle{b: stream.b}, io.Discard})
			read.contestants = append(read.contestants, contestant{p.name, func(n int) {
				for range n {
					_, payload, err := r.receive()
					must(err)
					runtime.KeepAlive(payload)
				}
			}})
		}
		jobs = append(jobs, read, write)
	}
	return jobs
}

type growing struct{ b []byte }

func (g *growing) Write(p []byte) (int, error) {
	g.b = append(g.b, p...)
	return len(p), nil
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var networks = []struct{ name, network string }{{"TCP", "tcp"}, {"Unix-domain sockets", "unix"}}

func connections(n int) string {
	if n == 1 {
		return "1 connection"
	}
	return fmt.Sprintf("%d connections", n)
}

func races(py *python) []race {
	var all []race
	for _, net := range networks {
		for _, conns := range []int{1, 100} {
			where := fmt.Sprintf("%s, %s", net.name, connections(conns))
			all = append(all, race{
				heading: "echo, one frame in flight, " + where,
				sizes:   frameSizes,
				runners: echoes(net.network, conns, 1, byHand, byFrame, byMsgio, byMsgioBuf, byHTTP2),
			})
			for _, flight := range []int{16, 64} {
				all = append(all, race{
					heading: fmt.Sprintf("echo, %d frames in flight, %s", flight, where),
					sizes:   sizesInFlight(flight),
					runners: echoes(net.network, conns, flight, byHand, byHandBuf, byFrame, byMsgio, byMsgioBuf),
				})
			}
			all = append(all, race{
				heading: "one way, " + where,
				sizes:   frameSizes,
				runners: oneWays(net.network, conns, byHandBuf, byHandBufLock, byHand, byFrame, byAppend, byMsgio, byMsgioBuf, byHTTP2),
			})
		}
	}
	return append(all, pythonRaces(py)...)
}

// A listener is one with the means to connect to it.
func listen(network string) (net.Listener, func(), error) {
	if network == "tcp" {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		return ln, func() {}, err
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, nil, err
	}
	ln, err := net.Listen("unix", filepath.Join(dir, "s"))
	return ln, func() { os.RemoveAll(dir) }, err
}

// echoes are runners whose client and server are in this process.
func echoes(network string, conns, flight int, peers ...peer) (runners []runner) {
	for _, p := range peers {
		runners = append(runners, runner{p.name, func(size int) (started, error) {
			ln, remove, err := listen(network)
			if err != nil {
				return started{}, err
			}
			go p.echo(ln)
			l, err := dialLoad(ln.Addr().Network(), ln.Addr().String(), p, conns, flight, size)
			if err != nil {
				return started{}, err
			}
			return started{l.run, func() {
				l.close()
				ln.Close()
				remove()
			}, cpuTime}, nil
		}})
	}
	return runners
}

// A load is a number of connections over which frames go around.
type load struct {
	conns  []net.Conn
	ends   []end
	flight int
	size   int
}

func dialLoad(network, addr string, p peer, conns, flight, size int) (*load, error) {
	l := &load{flight: flight, size: size}
	for range conns {
		c, err := net.Dial(network, addr)
		if err != nil {
			l.close()
			return l, err
		}
		l.conns = append(l.conns, c)
		l.ends = append(l.ends, p.open(c))
	}
	return l, nil
}

func (l *load) close() {
	for _, c := range l.conns {
		c.Close()
	}
}

// run sends frames around for some time, and returns how many came back.
func (l *load) run(turn time.Duration) int {
	var stop atomic.Bool
	var count atomic.Int64
	var all sync.WaitGroup
	time.AfterFunc(turn, func() { stop.Store(true) })
	for _, e := range l.ends {
		all.Go(func() {
			payload := make([]byte, l.size)
			for range l.flight {
				must(e.send(1, payload))
			}
			must(e.flush())
			n := l.flight
			for !stop.Load() {
				_, b, err := e.receive()
				must(err)
				must(e.send(1, b))
				n++
			}
			must(e.flush())
			for range l.flight {
				_, _, err := e.receive()
				must(err)
			}
			count.Add(int64(n))
		})
	}
	all.Wait()
	return int(count.Load())
}

// oneWays are runners that send frames without an answer.
func oneWays(network string, conns int, peers ...peer) (runners []runner) {
	for _, p := range peers {
		runners = append(runners, runner{p.name, func(size int) (started, error) {
			ln, remove, err := listen(network)
			if err != nil {
				return started{}, err
			}
			var here, there []end
			var open []net.Conn
			for range conns {
				a, err := net.Dial(ln.Addr().Network(), ln.Addr().String())
				if err != nil {
					return started{}, err
				}
				b, err := ln.Accept()
				if err != nil {
					return started{}, err
				}
				open = append(open, a, b)
				here, there = append(here, p.open(a)), append(there, p.open(b))
			}
			return started{func(turn time.Duration) int { return oneWay(here, there, size, turn) }, func() {
				for _, c := range open {
					c.Close()
				}
				ln.Close()
				remove()
			}, cpuTime}, nil
		}})
	}
	return runners
}

func oneWay(here, there []end, size int, turn time.Duration) int {
	var stop atomic.Bool
	var count atomic.Int64
	var all sync.WaitGroup
	time.AfterFunc(turn, func() { stop.Store(true) })
	for i := range here {
		all.Go(func() {
			e, payload := here[i], make([]byte, size)
			for !stop.Load() {
				must(e.send(1, payload))
			}
			must(e.send(2, payload[:1])) // the last one
			must(e.flush())
		})
		all.Go(func() {
			e := there[i]
			n := 0
			for {
				_, b, err := e.receive()
				must(err)
				if n++; len(b) == 1 {
					break
				}
			}
			count.Add(int64(n))
		})
	}
	all.Wait()
	return int(count.Load())
}
