// Client stores and gets values at a server: examples/server, or one of
// those in examples/python.
//
//	client 127.0.0.1:7007
//
// It reads commands from standard input, put NAME VALUE and get NAME. Those that
// come together are sent together, without waiting for the answers one by one.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strings"
	"time"

	"example.com/structpack/frame"
)

// The messages of examples/server.
var layout = frame.MustLayout("!HBI", frame.LengthAt(2))

var ops = map[string]int{"get": 1, "put": 2}

var statuses = map[uint64]string{0: "ok", 1: "not there", 2: "not understood"}

func main() {
	log.SetFlags(0)
	log.SetPrefix("client: ")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), "usage: client [flags] ADDR\n\nAn ADDR is HOST:PORT, or the path of a Unix-domain socket.\nCommands are read from standard input: put NAME VALUE, get NAME.\n\n")
		flag.PrintDefaults()
	}
	timeout := flag.Duration("timeout", 10*time.Second, "how long to wait for anything")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	network := "tcp"
	if strings.Contains(flag.Arg(0), "/") {
		network = "unix"
	}
	nc, err := net.DialTimeout(network, flag.Arg(0), *timeout)
	if err != nil {
		log.Fatal(err)
	}
	c := frame.NewConn(nc, layout)
	c.IdleTimeout, c.FrameTimeout, c.WriteTimeout = *timeout, *timeout, *timeout
	if err := talk(c); err != nil {
		log.Fatal(err)
	}
	if err := c.Close(); err != nil {
		log.Fatal(err)
	}
}

// talk sends the commands of standard input, and prints the answers.
func talk(c *frame.Conn) error {
	in := bufio.NewReader(os.Stdin)
	var number uint16
	var sent []string // and not answered
	var bad error
	for {
		line, err := in.ReadString('\n')
		if line == "" && err == io.EOF {
			return bad
		} else if line == "" {
			return err
		}
		line = strings.TrimSpace(line)
		command, rest, _ := strings.Cut(line, " ")
		if op, ok := ops[command]; ok {
			if err := c.Write([]byte(rest), number, op); err != nil {
				return err
			}
			number++
			sent = append(sent, line)
		} else {
			bad = fmt.Errorf("%q is neither put NAME VALUE nor get NAME", line)
		}
		// As long as more is here it goes out together. That is at most what in holds:
		// whoever sends without end and reads nothing waits for a server that waits, too.
		if in.Buffered() == 0 {
			if err := receive(c, sent, number-uint16(len(sent))); err != nil {
				return err
			}
			sent = nil
		}
	}
}

// receive prints the answers to requests, the first of which has the given number.
func receive(c *frame.Conn, requests []string, number uint16) error {
	for _, request := range requests {
		f, err := c.Next() // it sends what is waiting first
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err == nil && f.Uint(0) != uint64(number) {
			err = fmt.Errorf("the answer has number %d, not %d", f.Uint(0), number)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", request, err)
		}
		number++
		fmt.Println(strings.TrimSpace(request + ": " + statuses[f.Uint(1)] + " " + string(f.Payload)))
	}
	return nil
}
