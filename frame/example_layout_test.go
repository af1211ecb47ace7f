package frame_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"log"
	"strings"

	"example.com/structpack/frame"
)

// The header of a request: an id, a kind, and how many bytes follow.
func ExampleMustLayout() {
	layout := frame.MustLayout("!HBI", frame.LengthAt(2))
	b, err := layout.Append(nil, []byte("hello"), 7, 1)
	fmt.Printf("%q %v\n", b, err)

	f, rest, err := layout.Cut(append(b, "more"...))
	fmt.Println(f.Uint(0), f.Uint(1), string(f.Payload), string(rest), err)
	// Output:
	// "\x00\a\x01\x00\x00\x00\x05hello" <nil>
	// 7 1 hello more <nil>
}

// A layout that could mean several things is refused when it is made.
func ExampleNewLayout() {
	for _, format := range []string{"!HI", "HI", "!4s"} {
		_, err := frame.NewLayout(format)
		fmt.Println(err)
	}
	// Output:
	// frame: layout "!HI": more than one integer, and no LengthAt
	// frame: layout "HI": the format must begin with <, > or !: otherwise it is laid out as on this machine only
	// frame: layout "!4s": no integer that could be the length
}

// PostgreSQL's length counts itself, but not the letter before it.
func ExampleCountsFrom() {
	postgres := frame.MustLayout("!cI", frame.CountsFrom(1))
	b, err := postgres.Append(nil, []byte("SELECT 1\x00"), "Q")
	fmt.Printf("%q %v\n", b, err)
	// Output: "Q\x00\x00\x00\rSELECT 1\x00" <nil>
}

// The length of a BGP message is that of all of it.
func ExampleCountsHeader() {
	bgp := frame.MustLayout("!16sHB", frame.LengthAt(1), frame.CountsHeader())
	const keepalive = 4
	b, err := bgp.Append(nil, nil, strings.Repeat("\xff", 16), keepalive)
	fmt.Printf("% x %v\n", b, err)
	// Output: ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff 00 13 04 <nil>
}

// AMQP ends each frame with an octet that its length does not count.
func ExampleTrailer() {
	amqp := frame.MustLayout("!BHI", frame.LengthAt(2), frame.Trailer(1))
	const heartbeat = 8
	b, err := amqp.Append(nil, []byte("\xce"), heartbeat, 0)
	fmt.Printf("% x %v\n", b, err)
	// Output: 08 00 00 00 00 00 00 ce <nil>
}

// FastCGI has two lengths, of what there is and of the padding after it.
func ExampleLengthFunc() {
	layout := frame.MustLayout("!BBHHBx", frame.LengthFunc(func(head []byte) (int64, error) {
		return int64(binary.BigEndian.Uint16(head[4:])) + int64(head[6]), nil
	}))
	f, err := layout.Parse([]byte("\x01\x05\x00\x01\x00\x03\x05\x00abc\x00\x00\x00\x00\x00"))
	content := f.Payload[:f.Uint(3)]
	fmt.Printf("%q %v\n", content, err)
	// Output: "abc" <nil>
}

// HTTP/2 has a length of 24 bits, which no code of a format has.
func ExampleLengthFunc_bits() {
	layout := frame.MustLayout("!BHBBI", frame.LengthFunc(func(head []byte) (int64, error) {
		return int64(head[0])<<16 | int64(binary.BigEndian.Uint16(head[1:])), nil
	}))
	f, err := layout.Parse([]byte("\x00\x00\x08\x06\x00\x00\x00\x00\x0012345678"))
	const ping = 6
	fmt.Println(f.Uint(2) == ping, string(f.Payload), err)
	// Output: true 12345678 <nil>
}

// Python's multiprocessing writes −1 for a length that an int cannot express, and
// after it a long one. Four bytes of header then become twelve.
func ExampleLengthFunc_longer() {
	layout := frame.MustLayout("!i", frame.LengthFunc(func(head []byte) (int64, error) {
		n := int64(int32(binary.BigEndian.Uint32(head)))
		switch {
		case n != -1:
			return n, nil
		case len(head) == 4:
			return 8, frame.ErrMoreHead
		}
		return int64(binary.BigEndian.Uint64(head[4:])), nil
	}))
	for _, b := range []string{"\x00\x00\x00\x02hi", "\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x02hi"} {
		f, err := layout.Parse([]byte(b))
		fmt.Println(len(f.Head), string(f.Payload), err)
	}
	// Output:
	// 4 hi <nil>
	// 12 hi <nil>
}

// A Scanner splits a stream into frames.
func ExampleLayout_Split() {
	layout := frame.MustLayout("!H")
	s := bufio.NewScanner(strings.NewReader("\x00\x03one\x00\x00\x00\x05three"))
	s.Split(layout.Split)
	for s.Scan() {
		f, err := layout.Parse(s.Bytes())
		fmt.Printf("%q %v\n", f.Payload, err)
	}
	fmt.Println(s.Err())
	// Output:
	// "one" <nil>
	// "" <nil>
	// "three" <nil>
	// <nil>
}

// The header of a frame is also unpacked into variables, whatever its codes are.
func ExampleHeader_Scan() {
	layout := frame.MustLayout("<4sBII", frame.LengthAt(2)) // Zabbix
	f, err := layout.Parse([]byte("ZBXD\x01\x0a\x00\x00\x00\x00\x00\x00\x00agent.ping"))
	if err != nil {
		log.Fatal(err)
	}
	var magic string
	var flags uint8
	var size uint32
	err = f.Scan(&magic, &flags, &size, nil)
	fmt.Println(magic, flags, size, string(f.Payload), err)
	// Output: ZBXD 1 10 agent.ping <nil>
}

// A header is also a struct.
func ExampleDecode() {
	type header struct {
		ID     uint16
		Kind   uint8
		Length uint32
	}
	layout := frame.MustLayout("!HBI", frame.LengthAt(2))
	b, err := frame.Encode(nil, layout, &header{ID: 7, Kind: 1}, []byte("hello")) // it sets the length
	if err != nil {
		log.Fatal(err)
	}
	f, err := layout.Parse(b)
	if err != nil {
		log.Fatal(err)
	}
	h, err := frame.Decode[header](f)
	fmt.Printf("%+v %v\n", h, err)
	// Output: {ID:7 Kind:1 Length:5} <nil>
}
