package structpack_test

import (
	"errors"
	"fmt"
	"math/big"

	"example.com/structpack"
)

// Without a prefix C's alignment applies: three bytes before i, and none after
// the last code.
func ExampleCalcSize() {
	for _, format := range []string{"!bi", "@bi", "@ib", "@ib0i", "!b2y"} {
		n, err := structpack.CalcSize(format)
		fmt.Println(format, n, err)
	}
	// Output:
	// !bi 5 <nil>
	// @bi 8 <nil>
	// @ib 5 <nil>
	// @ib0i 8 <nil>
	// !b2y 0 structpack: compile "!b2y": "2y" at byte 2: bad char in struct format
}

// What a C program wrote on another platform is read with that platform's ABI.
func ExampleCompileFor() {
	const format = "@hlq" // struct { short a; long b; long long c; }
	for _, abi := range []structpack.ABI{structpack.LP64, structpack.LLP64, structpack.ILP32, structpack.ILP32Align4} {
		s, err := structpack.CompileFor(abi, format)
		fmt.Println(abi.Name, s.Size(), err)
	}
	// Output:
	// lp64-le 24 <nil>
	// llp64-le 16 <nil>
	// ilp32-le 16 <nil>
	// ilp32-le-align4 16 <nil>
}

func ExampleStruct_Fields() {
	s, _ := structpack.CompileFor(structpack.LP64, "b2xi4s")
	for _, f := range s.Fields() {
		fmt.Printf("%-3s at %2d, %d bytes, %d before it, values from %d\n", s.Format()[f.Pos:f.End], f.Offset, f.Size, f.Pad, f.Index)
	}
	// Output:
	// b   at  0, 1 bytes, 0 before it, values from 0
	// 2x  at  1, 2 bytes, 0 before it, values from 1
	// i   at  4, 4 bytes, 1 before it, values from 1
	// 4s  at  8, 4 bytes, 0 before it, values from 2
}

func ExampleStruct_String() {
	fmt.Println(structpack.MustCompile("!ci4sf"))
	// Output: struct "!ci4sf": 13 bytes, 4 values, big-endian
}

// A byte order that the data say is the prefix of a format, or picks one of two Structs.
func ExampleScan_byteOrder() {
	prefixes := map[string]string{"II": "<", "MM": ">"}
	headers := map[string]*structpack.Struct{"II": structpack.MustCompile("<2xHI"), "MM": structpack.MustCompile(">2xHI")}
	for _, file := range []string{"II*\x00\x08\x00\x00\x00", "MM\x00*\x00\x00\x00\x08"} {
		var magic, directory int64
		err := structpack.Scan(prefixes[file[:2]]+"2xHI", []byte(file), &magic, &directory)
		fmt.Println(magic, directory, err)
		err = headers[file[:2]].Scan([]byte(file), &magic, &directory)
		fmt.Println(magic, directory, err)
	}
	// Output:
	// 42 8 <nil>
	// 42 8 <nil>
	// 42 8 <nil>
	// 42 8 <nil>
}

func ExampleStruct_Plan() {
	fmt.Print(structpack.MustCompile("!ci4sf").Plan())
	// Output:
	// struct "!ci4sf": 13 bytes, 4 values, big-endian
	//      0  char        value 0
	//      1  int32       value 1
	//      5  bytes[4]    value 2
	//      9  float32     value 3
}

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

func ExampleUnpack() {
	values, err := structpack.Unpack("<hH?", []byte{0xff, 0xff, 0xff, 0xff, 2})
	for _, v := range values {
		fmt.Printf("%T %v\n", v, v)
	}
	fmt.Println(err)
	// Output:
	// int16 -1
	// uint16 65535
	// bool true
	// <nil>
}

func ExampleUnpackFrom() {
	datagram := []byte("\x00\x2a payload")
	values, err := structpack.UnpackFrom("!H", datagram, 0)
	fmt.Println(values, err)
	// Output: [42] <nil>
}

func ExampleIterUnpack() {
	rows, err := structpack.IterUnpack(">BH", []byte{1, 0, 10, 2, 0, 20, 3, 0, 30})
	if err != nil {
		fmt.Println(err)
		return
	}
	for row := range rows {
		fmt.Println(row[0], row[1])
	}
	// Output:
	// 1 10
	// 2 20
	// 3 30
}

// AppendUnpack reuses a slice from record to record.
func ExampleStruct_AppendUnpack() {
	s := structpack.MustCompile(">HB")
	var values []any
	for _, record := range [][]byte{{0, 1, 2}, {0, 3, 4}} {
		values, _ = s.AppendUnpack(values[:0], record)
		fmt.Println(values)
	}
	// Output:
	// [1 2]
	// [3 4]
}

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
