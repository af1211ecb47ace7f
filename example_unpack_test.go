package structpack_test

import (
	"fmt"

	"example.com/structpack"
)

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
