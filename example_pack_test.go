package structpack_test

import (
	"errors"
	"fmt"
	"math/big"

	"example.com/structpack"
)

func ExamplePack() {
	data, err := structpack.Pack("!ci4sf", "a", 7, "spam", 2.5)
	fmt.Printf("%x %v\n", data, err)
	// Output: 61000000077370616d40200000 <nil>
}

// Pack takes every Go integer type, named types, bool and *big.Int.
func ExamplePack_values() {
	type port uint16
	n, _ := new(big.Int).SetString("ffffffffffffffff", 16)
	data, err := structpack.Pack(">HBQ", port(443), true, n)
	fmt.Printf("%x %v\n", data, err)
	// Output: 01bb01ffffffffffffffff <nil>
}

// The s code cuts what is too long and pads what is too short.
func ExamplePack_strings() {
	text := "longer"
	data, _ := structpack.Pack("4s4s4p", text, "ab", text)
	fmt.Printf("%q\n", data)
	// Output: "longab\x00\x00\x03lon"
}

func ExampleAppendPack() {
	message := []byte("header:")
	message, err := structpack.AppendPack(message, ">H", 0x4142)
	fmt.Printf("%s %v\n", message, err)
	// Output: header:AB <nil>
}

// Negative offsets count from the end of the buffer.
func ExamplePackInto() {
	buf := []byte("........")
	err := structpack.PackInto(">H", buf, -3, 0x4142)
	fmt.Printf("%s %v\n", buf, err)
	// Output: .....AB. <nil>
}

func ExampleStruct_PackInto() {
	header := structpack.MustCompile("!HI")
	packet := make([]byte, 16)
	if err := header.PackInto(packet, 2, 0x0102, 0x03040506); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%x\n", packet)
	// Output: 00000102030405060000000000000000
}

// An error says which value, where in the format, and why; its kind is for
// errors.Is.
func ExampleError() {
	n := uint64(1) << 33
	_, err := structpack.Pack("!ci4sf", "a", n, "spam", 2.5)
	fmt.Println(err)
	var e *structpack.Error
	fmt.Println(errors.Is(err, structpack.ErrRange), errors.As(err, &e), e.Index, e.Pos)
	// Output:
	// structpack: pack "!ci4sf": value 1 ('i' at byte 2): 'i' format requires -2147483648 <= number <= 2147483647
	// true true 1 2
}
