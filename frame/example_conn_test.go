package frame_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"time"

	"example.com/structpack/frame"
)

// A client that waits for everything for so long and no longer. Next flushes
// what Write has collected.
func ExampleConn() {
	layout := frame.MustLayout("!H")
	here, there := net.Pipe()
	go io.Copy(there, there) // the other side answers with the same bytes

	c := frame.NewConn(here, layout)
	c.IdleTimeout = time.Minute       // until an answer begins
	c.FrameTimeout = 10 * time.Second // until it ends
	c.WriteTimeout = 10 * time.Second
	defer c.Close()

	if err := c.Write([]byte("hello")); err != nil {
		log.Fatal(err)
	}
	f, err := c.Next()
	fmt.Println(string(f.Payload), err)
	// Output: hello <nil>
}

// A timeout of reading loses nothing, and the next call goes on.
func ExampleConn_Next_timeout() {
	here, there := net.Pipe()
	c := frame.NewConn(here, frame.MustLayout("!H"))
	c.IdleTimeout, c.FrameTimeout = 10*time.Millisecond, 10*time.Millisecond
	defer c.Close()

	late := make(chan bool)
	go func() {
		io.WriteString(there, "\x00\x05hel")
		<-late
		io.WriteString(there, "lo")
	}()
	_, err := c.Next()
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))

	close(late)
	c.IdleTimeout, c.FrameTimeout = 0, 0
	f, err := c.Next()
	fmt.Println(string(f.Payload), err)
	// Output:
	// true
	// hello <nil>
}

// A context ends the waiting, and the frame that comes later is not lost.
func ExampleConn_NextContext() {
	here, there := net.Pipe()
	c := frame.NewConn(here, frame.MustLayout("!H"))
	defer c.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, err := c.NextContext(ctx)
	fmt.Println(err)

	go io.WriteString(there, "\x00\x04late")
	f, err := c.NextContext(context.Background())
	fmt.Println(string(f.Payload), err)
	// Output:
	// context deadline exceeded
	// late <nil>
}

// A Conn reads and writes frames: here a number, a kind, and the length.
func Example() {
	layout := frame.MustLayout("!HBI", frame.LengthAt(2))
	here, there := net.Pipe()
	go func() {
		c := frame.NewConn(there, layout)
		defer c.Close()
		for f, err := range c.Frames() {
			if err != nil {
				log.Fatal(err)
			}
			c.Write([]byte("you sent "+string(f.Payload)), f.Uint(0), 2)
		}
	}()
	c := frame.NewConn(here, layout)
	defer c.Close()
	if err := c.Write([]byte("hello"), 7, 1); err != nil {
		log.Fatal(err)
	}
	f, err := c.Next() // flushes, and waits for a frame
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.Uint(0), f.Uint(1), string(f.Payload))
	// Output: 7 2 you sent hello
}
