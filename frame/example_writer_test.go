package frame_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"log"
	"slices"
	"strings"
	"sync"

	"example.com/structpack/frame"
)

// A Writer is for many goroutines: their frames do not mix.
func ExampleWriter() {
	layout := frame.MustLayout("!HB", frame.LengthAt(1))
	var stream bytes.Buffer
	w := frame.NewWriter(&stream, layout)

	var all sync.WaitGroup
	for id := range 100 {
		all.Go(func() {
			if err := w.Write([]byte("hello"), id); err != nil {
				log.Fatal(err)
			}
		})
	}
	all.Wait()
	if err := w.Flush(); err != nil {
		log.Fatal(err)
	}

	sum := 0
	for f, err := range frame.NewReader(&stream, layout).Frames() {
		if err != nil {
			log.Fatal(err)
		}
		sum += int(f.Uint(0))
	}
	fmt.Println(sum)
	// Output: 4950
}

// A frame that cannot be made is an error that changes nothing: a payload that
// its length cannot express is not cut off, and a number not either.
func ExampleWriter_Write() {
	var stream bytes.Buffer
	w := frame.NewWriter(&stream, frame.MustLayout("!HB", frame.LengthAt(1)))
	fmt.Println(w.Write(make([]byte, 256), 1))
	fmt.Println(w.Write([]byte("hello"), 70_000))
	fmt.Println(w.Write([]byte("hello"), 1))
	fmt.Println(w.Flush())
	fmt.Printf("%q\n", stream.Bytes())
	// Output:
	// frame: payload too large: 256 bytes, expected at most 255
	// structpack: pack "!HB": value 0 ('H' at byte 1): 'H' format requires 0 <= number <= 65535
	// <nil>
	// <nil>
	// "\x00\x01\x05hello"
}

// A relay passes frames on as they are. Of a stream that stays open it flushes what
// it has before it waits: each frame, or all that have come together.
func ExampleWriter_WriteFrame() {
	layout := frame.MustLayout("!4sH", frame.LengthAt(1))
	r := frame.NewReader(strings.NewReader("PING\x00\x00DATA\x00\x05hello"), layout)
	var stream bytes.Buffer
	w := frame.NewWriter(&stream, layout)
	for f, err := range r.Frames() {
		if err == nil && string(f.Head[:4]) != "PING" {
			if err = w.WriteFrame(f); err == nil {
				err = w.Flush()
			}
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	fmt.Printf("%q\n", stream.Bytes())
	// Output:
	// "DATA\x00\x05hello"
}

// A checksum over header and payload is known when the frame has been made: make it with
// room for the checksum, fill that in, and write it as it is.
func ExampleWriter_WriteFrame_checksum() {
	layout := frame.MustLayout(">2sBH", frame.LengthAt(2), frame.Fixed(0, "SG"), frame.Trailer(4))
	sum := func(b []byte) []byte { // over all of a frame but its trailer
		return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(b[:len(b)-4]))
	}

	var stream bytes.Buffer
	w := frame.NewWriter(&stream, layout)
	message, err := layout.Append(nil, []byte("hello\x00\x00\x00\x00"), 7)
	if err != nil {
		log.Fatal(err)
	}
	copy(message[len(message)-4:], sum(message))
	made, err := layout.Parse(message)
	if err != nil {
		log.Fatal(err)
	}
	if err := errors.Join(w.WriteFrame(made), w.Flush()); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q\n", stream.Bytes())

	f, err := frame.NewReader(&stream, layout).Next()
	if err != nil {
		log.Fatal(err)
	}
	text, trailer := f.Payload[:len(f.Payload)-4], f.Payload[len(f.Payload)-4:]
	fmt.Printf("%s, checksum right: %t\n", text, bytes.Equal(trailer, sum(slices.Concat(f.Head, f.Payload))))
	// Output:
	// "SG\a\x00\x05hello\xa1`\xf2\xc2"
	// hello, checksum right: true
}

func ExampleWriteHeader() {
	type header struct {
		ID     uint16
		Kind   uint8
		Length uint32
	}
	var stream bytes.Buffer
	w := frame.NewWriter(&stream, frame.MustLayout("!HBI", frame.LengthAt(2)))
	fmt.Println(frame.WriteHeader(w, &header{ID: 7, Kind: 1}, []byte("hello")))
	fmt.Println(w.Flush())
	fmt.Printf("%q\n", stream.Bytes())
	// Output:
	// <nil>
	// <nil>
	// "\x00\a\x01\x00\x00\x00\x05hello"
}
