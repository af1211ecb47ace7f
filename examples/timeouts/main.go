// Timeouts asks a server whether it is well, and bounds every wait: for the
// connection, for the server to take the question, for the answer to begin, for
// it to be complete, and for all of that together.
//
//	timeouts -idle 1s -tries 3 -total 1m 127.0.0.1:7007
//
// The server may be examples/server, one of those in examples/python, or
// examples/python/slow.py, which is as slow as a server can be.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"strings"
	"time"

	"example.com/structpack/frame"
)

// The messages of examples/server; putting a value is the question.
var layout = frame.MustLayout("!HBI", frame.LengthAt(2))

const (
	number = 1
	opPut  = 2
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("timeouts: ")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), "usage: timeouts [flags] ADDR\n\nAn ADDR is HOST:PORT, or the path of a Unix-domain socket.\n\n")
		flag.PrintDefaults()
	}
	var w waits
	flag.DurationVar(&w.connect, "connect", 5*time.Second, "how long to wait for the connection")
	flag.DurationVar(&w.write, "write", 5*time.Second, "how long the server may take to take the question")
	flag.DurationVar(&w.idle, "idle", time.Second, "how long to wait for the first byte of the answer, at a time")
	flag.DurationVar(&w.frame, "frame", time.Second, "how long to wait from there to its last byte, at a time")
	flag.IntVar(&w.tries, "tries", 5, "how often to wait for the answer")
	total := flag.Duration("total", time.Minute, "how long to wait for anything, in all")
	size := flag.Int("size", 100, "how large the question is, in `bytes`")
	flag.Parse()
	if flag.NArg() != 1 || *size < 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), *total)
	defer cancel()
	question := append([]byte("probe "), bytes.Repeat([]byte("x"), *size)...)
	if err := ask(ctx, w, flag.Arg(0), question); err != nil {
		log.Fatal(err)
	}
}

type waits struct {
	connect, write, idle, frame time.Duration
	tries                       int
}

func ask(ctx context.Context, w waits, address string, question []byte) error {
	network := "tcp"
	if strings.Contains(address, "/") {
		network = "unix"
	}
	dialer := net.Dialer{Timeout: w.connect}
	nc, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return err
	}
	defer nc.Close()
	fmt.Println("connected")

	c := frame.NewConn(nc, layout)
	c.WriteTimeout, c.IdleTimeout, c.FrameTimeout = w.write, w.idle, w.frame
	if err := c.Write(question, number, opPut); err != nil {
		return fmt.Errorf("the server does not take the question: %w", err)
	}
	if err := c.FlushContext(ctx); err != nil {
		return fmt.Errorf("the server does not take the question: %w", err)
	}
	fmt.Println("asked")

	for try := 1; ; try++ {
		f, err := c.NextContext(ctx)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) && try == w.tries:
			return errors.New("no complete answer, and no more patience")
		case errors.Is(err, os.ErrDeadlineExceeded):
			// Nothing is lost: the next call goes on where this one stopped, be it
			// in the middle of a header.
			fmt.Println("no complete answer yet")
		case err != nil: // also ctx's
			return fmt.Errorf("no answer: %w", err)
		case f.Uint(0) != number:
			return fmt.Errorf("the answer to another question, %d", f.Uint(0))
		default:
			fmt.Println("answered, with status", f.Uint(1))
			return nil
		}
	}
}
