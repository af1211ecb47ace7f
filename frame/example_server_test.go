package frame_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"strings"
	"time"

	"example.com/structpack/frame"
)

// A server that answers in capital letters, and a client that sends it three
// frames before it reads.
func ExampleServer() {
	layout := frame.MustLayout("!HI", frame.LengthAt(1))
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	s := &frame.Server{
		Layout: layout,
		Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
			return c.Write([]byte(strings.ToUpper(string(f.Payload))), f.Uint(0))
		},
		IdleTimeout:  time.Minute,
		FrameTimeout: 10 * time.Second,
		WriteTimeout: 10 * time.Second,
		MaxConns:     1000,
		ConnError:    func(c *frame.Conn, err error) { log.Print(c.NetConn().RemoteAddr(), ": ", err) },
	}
	served := make(chan error)
	go func() { served <- s.Serve(ln) }()

	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	c := frame.NewConn(conn, layout)
	for id, word := range []string{"one", "two", "three"} {
		if err := c.Write([]byte(word), id); err != nil {
			log.Fatal(err)
		}
	}
	if err := c.CloseWrite(); err != nil { // which flushes
		log.Fatal(err)
	}
	for f, err := range c.Frames() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(f.Uint(0), string(f.Payload))
	}
	c.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	fmt.Println(s.Shutdown(ctx))
	fmt.Println(<-served)
	// Output:
	// 0 ONE
	// 1 TWO
	// 2 THREE
	// <nil>
	// frame: server closed
}

// Open greets, and keeps what belongs to a connection in its context. ConnError
// answers a peer whose frame is refused.
func ExampleServer_session() {
	type session struct{ count int }
	type key struct{}
	layout := frame.MustLayout("!H")
	s := &frame.Server{
		Layout: layout,
		Open: func(ctx context.Context, c *frame.Conn) (context.Context, error) {
			return context.WithValue(ctx, key{}, &session{}), c.Write([]byte("welcome"))
		},
		Handle: func(ctx context.Context, c *frame.Conn, _ frame.Frame) error {
			own := ctx.Value(key{}).(*session)
			own.count++
			return c.Write(fmt.Append(nil, own.count))
		},
		MaxPayload: 1000,
		ConnError: func(c *frame.Conn, err error) {
			if errors.Is(err, frame.ErrTooLarge) {
				c.Write([]byte("that is too long"))
			}
		},
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go s.Serve(ln)
	defer s.Close()

	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	c := frame.NewConn(conn, layout)
	c.Write(nil)
	c.Write(nil)
	c.Write(make([]byte, 1001))
	for f, err := range c.Frames() {
		fmt.Println(string(f.Payload), err)
	}
	// Output:
	// welcome <nil>
	// 1 <nil>
	// 2 <nil>
	// that is too long <nil>
}

// A handler whose panics shall end its connection only, and not the program.
func ExampleServer_panics() {
	handle := func(context.Context, *frame.Conn, frame.Frame) error { panic("a bug") }
	s := &frame.Server{
		Layout: frame.MustLayout("!H"),
		Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) (err error) {
			defer func() {
				if r := recover(); r != nil {
					err = fmt.Errorf("panic: %v", r)
				}
			}()
			return handle(ctx, c, f)
		},
	}
	fmt.Println(s.Handle(context.Background(), nil, frame.Frame{}))
	// Output: panic: a bug
}
