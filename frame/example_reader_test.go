package frame_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strings"
	"time"

	"example.com/structpack/frame"
)

// A Reader reads any stream; here it is a string, cut off in the middle.
func ExampleReader_Frames() {
	stream := strings.NewReader("\x00\x03one\x00\x03two\x00\x05thr")
	r := frame.NewReader(stream, frame.MustLayout("!H"))
	for f, err := range r.Frames() {
		if err != nil {
			fmt.Println("error:", err)
			break
		}
		fmt.Printf("%s\n", f.Payload) // valid until the next one
	}
	// Output:
	// one
	// two
	// error: unexpected EOF
}

// What is too large is refused before there is memory for it, and the error has the
// header, for an answer.
func ExampleReader_Next_tooLarge() {
	layout := frame.MustLayout("!HI", frame.LengthAt(1))
	r := frame.NewReader(strings.NewReader("\x00\x07\x7f\xff\xff\xff"), layout)
	r.MaxPayload = 64 << 10
	_, err := r.Next()
	fmt.Println(err)
	var size *frame.SizeError
	fmt.Println(errors.Is(err, frame.ErrTooLarge), errors.As(err, &size), size.Size, size.Limit)
	// Output:
	// frame: payload too large: 2147483647 bytes, expected at most 65536, the MaxPayload (header 00 07 7f ff ff ff)
	// true true 2147483647 65536
}

// A deadline that passes in the middle of a frame loses nothing.
func ExampleReader_Next_deadline() {
	here, there := net.Pipe()
	defer here.Close()
	r := frame.NewReader(here, frame.MustLayout("!H"))

	late := make(chan bool)
	go func() {
		io.WriteString(there, "\x00\x05hel")
		<-late
		io.WriteString(there, "lo")
	}()
	here.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	_, err := r.Next()
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))

	close(late)
	here.SetReadDeadline(time.Time{})
	f, err := r.Next()
	fmt.Println(string(f.Payload), err)
	// Output:
	// true
	// hello <nil>
}

// A payload that is larger than memory is read as a stream. What is not read of it
// is skipped.
func ExampleReader_ReadHeader() {
	layout := frame.MustLayout("!HQ", frame.LengthAt(1))
	var stream []byte
	for id, payload := range []string{"skipped", "copied"} {
		stream, _ = layout.Append(stream, []byte(payload), id)
	}

	r := frame.NewReader(bytes.NewReader(stream), layout)
	for {
		f, size, err := r.ReadHeader()
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("frame", f.Uint(0), "of", size, "bytes")
		if f.Uint(0) == 0 {
			continue
		}
		if _, err := io.Copy(os.Stdout, r.Payload()); err != nil {
			log.Fatal(err)
		}
		fmt.Println()
	}
	// Output:
	// frame 0 of 7 bytes
	// frame 1 of 6 bytes
	// copied
}

// What was read ahead goes to whoever speaks the next protocol.
func ExampleReader_Buffered() {
	src := strings.NewReader("\x00\x07upgradeGET / HTTP/1.1\r\n")
	r := frame.NewReader(src, frame.MustLayout("!H"))
	f, err := r.Next()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", f.Payload)

	next := io.MultiReader(bytes.NewReader(r.Buffered()), src)
	line, err := io.ReadAll(next)
	fmt.Printf("%q %v\n", line, err)
	// Output:
	// upgrade
	// "GET / HTTP/1.1\r\n" <nil>
}
