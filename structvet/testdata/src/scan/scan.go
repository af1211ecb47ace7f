// Package scan scans into destinations that cannot take their values.
package scan

import (
	"image"

	"example.com/structpack"
)

var header = structpack.MustCompile("!Hi4sd2B")

type (
	port    uint16
	name    string
	pointer *int32
	empty   interface{}
	record  struct {
		port  uint16
		id    int32
		array [2]byte
	}
)

func types(data []byte, v record) {
	var (
		u16   uint16
		i32   int32
		i64   int64
		n     int
		text  string
		f     float64
		small float32
		pair  [2]byte
		three [3]byte
		bytes []byte
		one   byte
	)
	header.Scan(data, &u16, &i32, &text, &f, &pair)
	header.ScanFrom(data, 0, &v.port, &v.id, &bytes, nil, &v.array)
	header.Scan(data, &n, &i64, &text, &f, &pair)
	header.Scan(data, &one, &i64, &text, &f, &pair)     // want `scan "!Hi4sd2B": value 0 \('H' at byte 1, got \*byte\): the destination cannot take uint16`
	header.Scan(data, &u16, &u16, &text, &f, &pair)     // want `value 1 \('i' at byte 2, got \*uint16\): the destination cannot take int32`
	header.ScanFrom(data, 8, &u16, &i32, &n, &f, &pair) // want `scan_from "!Hi4sd2B": value 2 .* got \*int\): the destination cannot take \[\]uint8`
	header.Scan(data, &u16, &i32, &text, &small, &pair) // want `value 3 \('d' at byte 5, got \*float32\): the destination cannot take float64`
	header.Scan(data, &u16, &i32, &text, &f, &three)    // want `value 4 \('B' at byte 6, got \*\[3\]byte\): the destination cannot take 2 values of type uint8`
	header.Scan(data, &u16, &i32, &three, &f, &pair)    // want `value 2 .* got \*\[3\]byte\)`
	header.Scan(data, &u16, &i32, &text, &f, &bytes)
	header.Scan(data, &u16, &i32, &text, &f, &one, &one)
	header.Scan(data, &u16, &i32, &text, &f)                       // want `scan "!Hi4sd2B": scan expected 6 destinations \(got 4\)`
	header.Scan(data, &u16, &i32, &text, &f, &one)                 // want `scan expected 6 destinations \(got 5\)`
	header.Scan(data, &u16, &i32, &text, &f, &one, &pair)          // want `value 5 .* got \*\[2\]byte\)`
	header.Scan(data, &u16, &i32, &text, &f, nil)                  // want `scan expected 6 destinations \(got 5\)`
	header.Scan(data, &u16, &i32, &text, &f, &pair, &one)          // want `scan expected destinations for 6 values \(got 6, for 7 values\)`
	header.Scan(data)                                              // want `scan expected 6 destinations \(got 0\)`
	header.Scan(data, &u16, &i32, image.Point{}, &f, &pair)        // want `got image.Point\)`
	structpack.MustCompile("!2H").Scan(data, []uint16{1, 2}, &u16) // want `value 0 .* got \[\]uint16\): the destination is not a pointer`
}

func values(data []byte, v record, m map[string]uint16, list []int32) {
	var port uint16
	var id int32
	var text string
	structpack.MustCompile("!H").Scan(data, port)               // want `got uint16\): the destination is not a pointer`
	structpack.MustCompile("!Hi4s").Scan(data, &port, id, text) // want `got int32\): the destination is not a pointer` `got string\): the destination is not a pointer`
	structpack.MustCompile("!H").Scan(data, v.port)             // want `got uint16\)`
	structpack.MustCompile("!2B").Scan(data, v.array)           // want `scan expected 2 destinations \(got 1\)`
	structpack.MustCompile("!i").Scan(data, list[0])            // want `got int32\)`
	structpack.MustCompile("!H").Scan(data, m["x"])             // want `got uint16\)`
	structpack.MustCompile("!H").Scan(data, 1)                  // want `got int\)`
	structpack.MustCompile("!i").Scan(data, port)               // want `got uint16\): the destination is not a pointer`
}

func named(data []byte, p pointer, pp **int32) {
	var (
		number port
		text   name
		any1   any
		any2   empty
	)
	structpack.MustCompile("!H4s").Scan(data, &number, &text)
	structpack.MustCompile("!i").Scan(data, p)
	structpack.MustCompile("!i").Scan(data, *pp)
	structpack.MustCompile("!i").Scan(data, pp) // want `got \*\*int32\): the destination cannot take int32`
	structpack.MustCompile("!i").Scan(data, &any1)
	structpack.MustCompile("!i").Scan(data, &any2) // want `got \*scan.empty\): the destination cannot take int32`
}

func unknown[T any](data []byte, dest any, t *T, array *[2]T) {
	var u16 uint16
	structpack.MustCompile("!Hi").Scan(data, dest, &u16)        // want `value 1 .* got \*uint16\): the destination cannot take int32`
	structpack.MustCompile("!Hi").Scan(data, dest)              // want `scan expected 2 destinations \(got 1\)`
	structpack.MustCompile("!2Hi").Scan(data, dest, &u16)       // of two values, or of one
	structpack.MustCompile("!i2Hi").Scan(data, &u16, dest, nil) // want `value 0 .* got \*uint16\)`
	structpack.MustCompile("!2H").Scan(data, &u16, dest)
	structpack.MustCompile("!Hi").Scan(data, &u16, t)
	structpack.MustCompile("!2H").Scan(data, array)
	structpack.MustCompile("!2H").Scan(data, []any{&u16}...) // want `scan "!2H": scan expected 2 destinations \(got 1\)`
}
