package frame_test

import (
	"fmt"
	"log"
	"net"
	"time"

	"example.com/structpack/frame"
)

// A datagram is one frame. Parse says if it is cut short.
func ExampleLayout_Parse() {
	layout := frame.MustLayout("!HH", frame.LengthAt(1))
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	client, err := net.Dial("udp", server.LocalAddr().String())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	b, err := layout.Append(nil, []byte("hello"), 7)
	if err != nil {
		log.Fatal(err)
	}
	buf := make([]byte, 64<<10)
	for _, datagram := range [][]byte{b, b[:6], append(b, '!')} {
		if _, err := client.Write(datagram); err != nil {
			log.Fatal(err)
		}
		server.SetReadDeadline(time.Now().Add(10 * time.Second))
		n, _, err := server.ReadFrom(buf)
		if err != nil {
			log.Fatal(err)
		}
		f, err := layout.Parse(buf[:n])
		fmt.Println(string(f.Payload), err)
	}
	// Output:
	// hello <nil>
	//  unexpected EOF
	//  frame: invalid length: 5 bytes, expected exactly 6 (header 00 07 00 05)
}
