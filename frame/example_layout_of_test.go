package frame_test

import (
	"fmt"
	"log"

	"example.com/structpack/frame"
)

// The header of a message is a type, and nobody writes a format.
func ExampleNewLayoutOf() {
	type Header struct {
		Kind   uint8
		Flags  uint8
		Stream uint32
		Size   uint32 `structpack:",length"`
	}
	layout, err := frame.NewLayoutOf[Header]("!")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(layout)

	data, err := frame.Encode(nil, layout, &Header{Kind: 1, Stream: 7}, []byte("hello"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("% x\n", data)

	f, err := layout.Parse(data)
	if err != nil {
		log.Fatal(err)
	}
	h, err := frame.Decode[Header](f)
	fmt.Printf("%+v %s %v\n", h, f.Payload, err)
	// Output:
	// frame layout "!BBII": header of 10 bytes, length in value 3
	// 01 00 00 00 00 07 00 00 00 05 68 65 6c 6c 6f
	// {Kind:1 Flags:0 Stream:7 Size:5} hello <nil>
}
