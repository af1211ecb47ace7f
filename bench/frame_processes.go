package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The servers of these races are processes of their own; the client is one for
// all of them, package frame's.

type process struct {
	name    string
	command func(network, addr string) []string
}

func pythonRaces(py *python) []race {
	servers := []process{{"frame", self("frame")}, {"hand-written, a write a frame", self("hand")}}
	if py.command != nil {
		servers = append([]process{{"CPython asyncio", py.server("asyncio")}, {"CPython selectors", py.server("selectors")}}, servers...)
	}
	var all []race
	for _, r := range []struct {
		net    int
		conns  int
		flight int
	}{{0, 1, 1}, {0, 100, 1}, {0, 1, 64}, {0, 100, 16}, {1, 1, 1}, {1, 100, 1}, {1, 100, 16}} {
		one := race{
			heading: fmt.Sprintf("echo by a server process, %d in flight, %s, %s", r.flight, networks[r.net].name, connections(r.conns)),
			sizes:   sizesInFlight(r.flight),
		}
		for _, s := range servers {
			one.runners = append(one.runners, runner{s.name, func(size int) (started, error) {
				p, err := startServer(networks[r.net].network, s.command)
				if err != nil {
					return started{}, err
				}
				l, err := dialLoad(p.network, p.addr, byFrame, r.conns, r.flight, size)
				if err != nil {
					p.end()
					return started{}, err
				}
				return started{l.run, func() {
					l.close()
					p.end()
				}, p.cpu}, nil
			}})
		}
		all = append(all, one)
	}
	return all
}

// server is a server of frame_server.py.
func (p *python) server(how string) func(network, addr string) []string {
	return func(network, addr string) []string {
		return append(slices.Clone(p.command), filepath.Join(sourceDir(), "frame_server.py"), how, network, addr)
	}
}

// self is this program as a server.
func self(who string) func(network, addr string) []string {
	return func(network, addr string) []string {
		exe, err := os.Executable()
		check(err)
		return []string{exe, "-serve", who, network, addr}
	}
}

// A server is a process that listens, and ends with its standard input.
type server struct {
	cmd           *exec.Cmd
	network, addr string
	in            io.WriteCloser
	out           *bufio.Reader
	remove        func()
}

// startServer starts a process and waits until it listens.
func startServer(network string, command func(network, addr string) []string) (*server, error) {
	addr, remove, err := freeAddress(network)
	if err != nil {
		return nil, err
	}
	args := command(network, addr)
	s := &server{cmd: exec.Command(args[0], args[1:]...), network: network, addr: addr, remove: remove}
	s.cmd.Stderr = os.Stderr
	s.in, err = s.cmd.StdinPipe()
	check(err)
	out, err := s.cmd.StdoutPipe()
	check(err)
	s.out = bufio.NewReader(out)
	if err := s.cmd.Start(); err != nil {
		remove()
		return nil, err
	}
	if line, err := s.out.ReadString('\n'); strings.TrimSpace(line) != "ready" {
		s.end()
		return nil, errors.Join(fmt.Errorf("%s says %q", args[0], line), err)
	}
	return s, nil
}

func (s *server) end() {
	s.in.Close()
	s.cmd.Wait()
	s.remove()
}

// cpu returns how long the process has had a processor, in steps of a hundredth
// of a second, on Linux.
func (s *server) cpu() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var ticks int64
	for _, f := range fields[11:13] { // utime and stime
		n, err := strconv.ParseInt(f, 10, 64)
		check(err)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// freeAddress returns an address that nobody listens on.
func freeAddress(network string) (addr string, remove func(), err error) {
	ln, remove, err := listen(network)
	if err != nil {
		return "", nil, err
	}
	defer ln.Close()
	return ln.Addr().String(), remove, nil
}

// serveProcess is the other side of self.
func serveProcess(who, network, addr string) {
	if strings.HasPrefix(who, "idle-") {
		idleServer(who, network, addr)
		return
	}
	p, ok := map[string]peer{"frame": byFrame, "hand": byHand}[who]
	if !ok {
		check(fmt.Errorf("no server %q", who))
	}
	ln, err := net.Listen(network, addr)
	check(err)
	go p.echo(ln)
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
}
