package structpack_test

import (
	"fmt"

	"example.com/structpack"
)

func ExampleStruct_Scan() {
	s := structpack.MustCompile("!ci4sf")
	data, _ := s.Pack("a", 7, "spam", 2.5)

	var c byte
	var i int32
	var text string
	var f float32
	err := s.Scan(data, &c, &i, &text, &f)
	fmt.Println(c, i, text, f, err)
	// Output: 97 7 spam 2.5 <nil>
}

// Destinations may be wider than the value, an array or a slice for an item
// with a repeat count, or nil for a value that is not wanted.
func ExampleStruct_Scan_destinations() {
	s := structpack.MustCompile("<h4H4s2B")
	data, _ := s.Pack(-1, 1, 2, 3, 4, "abcd", 5, 6)

	var wide int
	var four [4]uint16
	var name [4]byte
	var last byte
	err := s.Scan(data, &wide, &four, &name, nil, &last)
	fmt.Println(wide, four, string(name[:]), last, err)
	// Output: -1 [1 2 3 4] abcd 6 <nil>
}

func ExampleStruct_ScanFrom() {
	png := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x80\x00\x00\x01\xe0")
	var width, height uint32
	err := structpack.MustCompile(">II").ScanFrom(png, 16, &width, &height)
	fmt.Println(width, height, err)
	// Output: 640 480 <nil>
}
