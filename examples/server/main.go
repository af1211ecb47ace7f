// Server keeps values by name for any number of clients at once, over TCP and
// Unix-domain sockets. A client that is slow or silent delays no other one, and
// every request that has arrived before SIGINT or SIGTERM is answered.
//
//	server 127.0.0.1:7007 /tmp/store.sock
//
// Its clients are examples/client and examples/python/client.py; three Python
// servers that do the same are in examples/python too.
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
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"example.com/structpack/frame"
)

// A message has a number, by which a client knows the answer to its request, what
// is wanted or how it went, and the length of the rest.
var layout = frame.MustLayout("!HBI", frame.LengthAt(2))

const (
	opGet = 1 // NAME; the answer is its value
	opPut = 2 // NAME VALUE
)

const (
	statusOK      = 0
	statusMissing = 1
	statusBad     = 2
)

// A store is shared by the goroutines of all connections.
type store struct {
	values   sync.Map
	requests atomic.Int64
}

// answer is called for the requests of a connection one after another. Answers
// are sent when no request is left to handle.
func (s *store) answer(_ context.Context, c *frame.Conn, f frame.Frame) error {
	s.requests.Add(1)
	number, status, answer := f.Uint(0), statusBad, []byte(nil)
	name, value, two := bytes.Cut(f.Payload, []byte(" "))
	switch op := f.Uint(1); {
	case op == opGet && !two:
		status = statusMissing
		if value, ok := s.values.Load(string(name)); ok {
			status, answer = statusOK, value.([]byte)
		}
	case op == opPut && two:
		status = statusOK
		s.values.Store(string(name), bytes.Clone(value)) // the frame is lent until answer returns
	}
	return c.Write(answer, number, status)
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("server: ")
	var s store
	srv := &frame.Server{Layout: layout, Handle: s.answer, ConnError: func(c *frame.Conn, err error) {
		log.Printf("%v: %v", c.NetConn().RemoteAddr(), err)
	}}
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), "usage: server [flags] ADDR...\n\nAn ADDR is HOST:PORT, or the path of a Unix-domain socket.\n\n")
		flag.PrintDefaults()
	}
	flag.DurationVar(&srv.IdleTimeout, "idle", time.Hour, "how long a client may be silent")
	flag.DurationVar(&srv.FrameTimeout, "frame", 10*time.Second, "how long a request may take to arrive")
	flag.DurationVar(&srv.WriteTimeout, "write", 10*time.Second, "how long a client may leave answers unread")
	flag.IntVar(&srv.MaxPayload, "max", 1<<20, "the largest request, in `bytes`")
	flag.IntVar(&srv.MaxConns, "conns", 10000, "how many clients are served at once")
	patience := flag.Duration("patience", 10*time.Second, "how long the end may take")
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ended := make(chan error, flag.NArg())
	for _, address := range flag.Args() {
		network := "tcp"
		if strings.Contains(address, "/") {
			network = "unix"
		}
		ln, err := listen(network, address)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("listening on", ln.Addr())
		go func() { ended <- srv.Serve(ln) }()
	}

	select {
	case err := <-ended:
		log.Fatal(err)
	case <-ctx.Done():
	}
	stop() // a second signal ends the program at once
	limit, cancel := context.WithTimeout(context.Background(), *patience)
	defer cancel()
	err := srv.Shutdown(limit)
	fmt.Println(s.requests.Load(), "requests answered")
	if err != nil {
		log.Fatal("some clients were cut off: ", err)
	}
}

// listen listens at an address. It takes over a Unix-domain socket that a program has
// left there which was killed: nobody answers at it.
func listen(network, address string) (net.Listener, error) {
	ln, err := net.Listen(network, address)
	if err == nil || network != "unix" {
		return ln, err
	}
	c, refused := net.Dial(network, address)
	if refused == nil {
		c.Close()
	}
	info, e := os.Lstat(address)
	if e != nil || info.Mode().Type() != os.ModeSocket || !errors.Is(refused, syscall.ECONNREFUSED) {
		return nil, err
	}
	if err := os.Remove(address); err != nil {
		return nil, err
	}
	return net.Listen(network, address)
}
