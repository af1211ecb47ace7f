//go:build linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"
)

// A process is a server that answers a line on its standard input with a number, and
// ends with it.
type process struct {
	cmd  *exec.Cmd
	addr string
	in   io.WriteCloser
	out  *bufio.Reader
}

// startServer starts a process and waits until it listens.
func startServer(name, profile string) *process {
	ln, err := net.Listen("tcp", "127.0.0.1:0") // an address that nobody listens on
	check(err)
	ln.Close()
	exe, err := os.Executable()
	check(err)
	p := &process{cmd: exec.Command(exe, "-serve", "-profile", profile, name, ln.Addr().String()), addr: ln.Addr().String()}
	p.cmd.Stderr = os.Stderr
	p.cmd.Env = append(os.Environ(), "GNET_LOGGING_LEVEL=2") // errors: the standard output is for answers
	p.in, err = p.cmd.StdinPipe()
	check(err)
	out, err := p.cmd.StdoutPipe()
	check(err)
	p.out = bufio.NewReader(out)
	check(p.cmd.Start())
	for tries := 0; ; tries++ {
		c, err := net.Dial("tcp", p.addr)
		if err == nil {
			c.Close()
			return p
		}
		if tries == 1000 {
			check(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (p *process) end() {
	p.in.Close()
	p.cmd.Wait()
}

func (p *process) ask(what string) int64 {
	fmt.Fprintln(p.in, what)
	line, err := p.out.ReadString('\n')
	check(err)
	n, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	check(err)
	return n
}

// cpu returns how long the server has had a processor.
func (p *process) cpu() time.Duration { return time.Duration(p.ask("cpu")) }

// resident returns how many bytes of the server are in memory after a collection of
// garbage.
func (p *process) resident() int64 { return p.ask("resident") }

// serveProcess is the other side.
func serveProcess(name, addr, profile string) {
	if profile != "" {
		f, err := os.Create(filepath.Join(profile, fmt.Sprintf("%s.%d.pprof", name, os.Getpid())))
		check(err)
		check(pprof.StartCPUProfile(f))
		defer pprof.StopCPUProfile()
	}
	for _, s := range servers {
		if s.name == name {
			go s.serve(addr)
		}
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		if in.Text() == "cpu" {
			fmt.Println(cpuTime().Nanoseconds())
			continue
		}
		debug.FreeOSMemory() // a collection of garbage too
		fmt.Println(residentNow())
	}
}

func residentNow() int64 {
	statm, err := os.ReadFile("/proc/self/statm")
	check(err)
	pages, err := strconv.ParseInt(strings.Fields(string(statm))[1], 10, 64)
	check(err)
	return pages * int64(os.Getpagesize())
}
