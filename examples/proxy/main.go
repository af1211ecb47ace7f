// Proxy passes on the messages of examples/server and its clients, whole and unchanged,
// and sends those that came together on together.
//
//	proxy 127.0.0.1:7008 127.0.0.1:7007
package main

import (
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
	"syscall"
	"time"

	"example.com/structpack/frame"
)

var layout = frame.MustLayout("!HBI", frame.LengthAt(2))

// patience is how long a message may take to arrive, and to be taken.
const patience = 10 * time.Second

func main() {
	log.SetFlags(0)
	log.SetPrefix("proxy: ")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), "usage: proxy ADDR SERVER\n\nBoth are HOST:PORT, or the path of a Unix-domain socket.\n")
	}
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ln, err := net.Listen(network(flag.Arg(0)), flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", ln.Addr())
	context.AfterFunc(ctx, func() {
		stop() // a second signal ends the program at once
		ln.Close()
	})
	var clients sync.WaitGroup
	for {
		client, err := ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			break
		} else if err != nil {
			log.Fatal(err)
		}
		clients.Go(func() {
			if err := serve(client, flag.Arg(1)); err != nil {
				log.Print(err)
			}
		})
	}
	clients.Wait()
}

func network(address string) string {
	if strings.Contains(address, "/") {
		return "unix"
	}
	return "tcp"
}

// serve connects a client to the server, until both have ended their sending.
func serve(client net.Conn, address string) error {
	defer client.Close()
	server, err := net.DialTimeout(network(address), address, patience)
	if err != nil {
		return err
	}
	defer server.Close()
	here, there := newConn(client), newConn(server)
	ended := make(chan error, 2)
	go func() { ended <- relay(there, here) }()
	go func() { ended <- relay(here, there) }()
	for range 2 {
		if err := <-ended; err != nil {
			return err // and nothing is left to pass on
		}
	}
	return nil
}

func newConn(c net.Conn) *frame.Conn {
	n := frame.NewConn(c, layout)
	n.FrameTimeout, n.WriteTimeout = patience, patience
	return n
}

// relay passes messages on, and flushes before it waits for more.
func relay(to, from *frame.Conn) error {
	for f, err := range from.Frames() {
		if err == nil {
			err = to.WriteFrame(f)
		}
		if err == nil && !from.Ready() {
			err = to.Flush()
		}
		if err != nil {
			return err
		}
	}
	return to.CloseWrite()
}
