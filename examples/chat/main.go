// Chat passes on what each of its clients says to all of them. A client that reads
// too slowly is dropped, and delays no other one.
//
//	chat 127.0.0.1:7007
//
// Its client is examples/python/chat.py.
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
	"syscall"
	"time"

	"example.com/structpack/frame"
)

// A message is its length, and a line of text.
var layout = frame.MustLayout("!H")

func main() {
	log.SetFlags(0)
	log.SetPrefix("chat: ")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), "usage: chat [flags] ADDR\n\nADDR is HOST:PORT, or the path of a Unix-domain socket.\n\n")
		flag.PrintDefaults()
	}
	pending := flag.Int("pending", 64<<10, "how many `bytes` may wait for a client")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}

	srv := &frame.Server{Layout: layout, FrameTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
		CloseTogether: true} // at the end each client gets what all the others have said
	srv.Open = func(ctx context.Context, c *frame.Conn) (context.Context, error) {
		c.MaxPending = *pending
		return ctx, nil
	}
	say := func(text []byte) {
		for _, c := range srv.Conns() {
			if err := c.TrySend(text); errors.Is(err, frame.ErrBusy) {
				log.Print("a client is too slow")
				c.NetConn().Close()
			}
		}
	}
	srv.Handle = func(_ context.Context, _ *frame.Conn, f frame.Frame) error {
		say(f.Payload)
		return nil
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	network := "tcp"
	if strings.Contains(flag.Arg(0), "/") {
		network = "unix"
	}
	ln, err := net.Listen(network, flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", ln.Addr())
	go func() {
		if err := srv.Serve(ln); err != frame.ErrServerClosed {
			log.Fatal(err)
		}
	}()
	<-ctx.Done()
	stop()
	say([]byte("the chat ends"))
	limit, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := srv.Shutdown(limit); err != nil {
		log.Fatal(err)
	}
}
