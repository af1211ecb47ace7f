package structpack_test

import (
	"fmt"

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
	fmt.Print(structpack.MustCompile("!ci4sf"))
	// Output:
	// struct "!ci4sf": 13 bytes, 4 values, big-endian
	//      0  char        value 0
	//      1  int32       value 1
	//      5  bytes[4]    value 2
	//      9  float32     value 3
}
