// Package files has mistakes in programs that read and write files, by formats in fields, tables and variables.
package files

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"example.com/structpack"
)

// DNS header class
type dnsHeader struct {
	st *structpack.Struct
}

func newDNSHeader() *dnsHeader { return &dnsHeader{st: structpack.MustCompile("!6H")} }

func (d *dnsHeader) query(id uint16) ([]byte, error) {
	return d.st.Pack(id, 0x0100, 1, 0, 0) // want `pack expected 6 items for packing \(got 5\)`
}

// question
func question(name []byte) []byte {
	b, _ := structpack.AppendPack(name, "!HH", "A", 1) // want `required argument is not an integer`
	return b
}

// png chunk
func chunk(tag string, data []byte) []byte {
	out, err := structpack.Pack(">I4s"+fmt.Sprint(len(data))+"s", len(data), tag) // want `pack expected 3 items for packing \(got 2\)`
	if err != nil {
		panic(err)
	}
	return out
}

// IHDR
var ihdr = structpack.MustCompile(">IIBBBBB")

func writeIHDR(w io.Writer, width, height int) error {
	b, err := ihdr.Pack(width, height, 8, 6, 0, 0) // want `pack expected 7 items for packing \(got 6\)`
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

// wave
func readWave(r io.Reader) (int, error) {
	var riff, wave [4]byte
	var size uint16
	err := structpack.MustCompile("<4sI4s").Read(r, &riff, &size, &wave) // want `destination cannot take uint32`
	return int(size), err
}

// bitmap
func bmp(data []byte) (w, h int32) {
	v, err := structpack.Unpack("<2sIHHI", data[:14])
	if err != nil {
		return
	}
	if v[0] == "BM" { // want `has type \[\]byte, never string: the comparison is always false`
		fmt.Println("bitmap")
	}
	off := v[4].(int) // want `has type uint32, never int`
	_ = off
	return 0, 0
}

// ntp
const ntpFormat = "!B B B b 11I"

func ntpRequest() []byte {
	b, _ := structpack.Pack(ntpFormat, 0x1b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) // want `pack expected 15 items for packing \(got 14\)`
	return b
}

// ntp answer
func ntpTime(data []byte) float64 {
	v, err := structpack.Unpack("!12I", data)
	if err != nil {
		return 0
	}
	return float64(v[12].(uint32)) // want `there is no value 12; the format has 12`
}

// icmp
func icmp(id, seq int) []byte {
	hdr, _ := structpack.Pack("bbHHh", 8, 0, 0, id, seq)
	sum := checksum(hdr)
	hdr, _ = structpack.Pack("!bbHHh", 8, 0, -sum, id) // want `pack expected 5 items for packing \(got 4\)`
	return hdr
}
func checksum(b []byte) int { return len(b) }

// ip
func ipHeader(src, dst string) []byte {
	b, _ := structpack.Pack("!BBHHHBBH4s4s", 0x45, 0, 20, 54321, 0, 255, 6, 0, src) // want `pack expected 10 items for packing \(got 9\)`
	return b
}

// map of structs by version
var layouts = map[int]*structpack.Struct{
	1: structpack.MustCompile("<HI"),
	2: structpack.MustCompile("<HQ"),
}

func pack1(v int, id, n uint64) ([]byte, error) {
	return layouts[v].Pack(id, n, 0) // want `pack expected 2 items for packing \(got 3\)`
}

// slice of formats, ranged
func all(data []byte) {
	for _, f := range []string{"<I", ">I", "!y"} { // want `bad char in struct format`
		v, _ := structpack.Unpack(f, data)
		fmt.Println(v)
	}
}

// once
var getStruct = sync.OnceValue(func() *structpack.Struct { return structpack.MustCompile("<IHH") })

func once(b []byte) error {
	var a uint32
	var c, d uint16
	return getStruct().Scan(b, &a, &c, d) // want `destination is not a pointer`
}

// embedded
type Point struct{ *structpack.Struct }

var point = Point{structpack.MustCompile("<dd")}

func packPoint(x, y, z float64) ([]byte, error) {
	return point.Pack(x, y, z) // want `pack expected 2 items for packing \(got 3\)`
}

// method value
func mv(n int) []byte {
	pack := structpack.MustCompile(">Bx").Pack
	b, _ := pack(n, n) // want `pack expected 1 items for packing \(got 2\)`
	return b
}

// function value
func fv(b []byte) {
	unpack := structpack.Unpack
	v, _ := unpack("<hz", b) // want `bad char in struct format`
	fmt.Println(v)
}

// negative for unsigned
func neg() {
	b, _ := structpack.Pack("<I", -1) // want `requires 0 <= number <= 4294967295`
	fmt.Println(b)
}

// hex constant to int32
func crc() {
	b, _ := structpack.Pack("<i", 0xdeadbeef) // want `requires -2147483648 <= number <= 2147483647`
	fmt.Println(b)
}

// struct in field assigned in constructor
type parser struct {
	fmt string
	buf bytes.Buffer
}

func newParser() *parser {
	p := &parser{}
	p.fmt = "<BHB"
	return p
}

func (p *parser) next(b []byte) (int, int) {
	var a, c uint8
	if err := structpack.Scan(p.fmt, b, &a, &c); err != nil { // want `scan expected 3 destinations \(got 2\)`
		return 0, 0
	}
	return int(a), int(c)
}

// table test like
func table() error {
	for _, tt := range []struct {
		name   string
		format string
	}{
		{"a", "<H"},  // want `pack expected 1 items for packing \(got 0\)`
		{"b", "<HH"}, // want `pack expected 2 items for packing \(got 0\)`
	} {
		if _, err := structpack.Pack(tt.format); err != nil {
			return errors.New(tt.name)
		}
	}
	return nil
}

// file header via os.File
func header(f *os.File) error {
	var magic uint32
	var ver uint16
	return structpack.MustCompile("<IHH").ReadAt(f, 0, &magic, &ver) // want `read expected 3 destinations \(got 2\)`
}

// PackInto argument order
func into(buf []byte, n int) error {
	return structpack.PackInto("<HH", buf, 1, n) // want `pack_into expected 2 items for packing \(got 1\)`
}

// iter
func records(data []byte) {
	it, err := structpack.IterUnpack("<HB", data)
	if err != nil {
		return
	}
	for r := range it {
		fmt.Println(r[0].(int), r[1]) // want `has type uint16, never int`
	}
}

func mixed(n int, big bool) []byte {
	format := "<"
	if big {
		format = ">"
	}
	format += "HHL"
	b, _ := structpack.Pack(format, n, n) // want `pack expected 3 items for packing \(got 2\)`
	return b
}

func sw(kind int, b []byte) any {
	var f string
	switch kind {
	case 1:
		f = "<H"
	case 2:
		f = "<I"
	default:
		f = "<Q"
	}
	v, err := structpack.Unpack(f, b)
	if err != nil {
		return nil
	}
	return v[1] // want `there is no value 1; the format has 1`
}

// bool of a byte
func flag(b []byte) bool {
	v, err := structpack.Unpack("<B?", b)
	if err != nil {
		return false
	}
	return v[1] == 1 // want `has type bool, never int: the comparison is always false`
}

// byte compare
func kindOf(b []byte) string {
	v, err := structpack.Unpack("!cI", b)
	if err != nil {
		return ""
	}
	switch v[0] {
	case 'Q': // want `has type uint8, never rune: the case is never taken`
		return "query"
	case "X": // want `has type uint8, never string: the case is never taken`
		return "end"
	}
	return ""
}

// returned *Struct
func msgStruct() *structpack.Struct { return structpack.MustCompile("!cI") }

func msg(n int) []byte {
	b, _ := msgStruct().Pack('Q', n) // want `char format requires a bytes object of length 1; write byte\('Q'\)`
	return b
}

// format var in const block, iota style
const (
	order   = "<"
	header2 = order + "4s" + "BB" + "H"
)

func hdr2() []byte {
	return structpack.Must(structpack.Pack(header2, "ABCD", 256, 1, 2)) // want `requires 0 <= number <= 255`
}

// byte slice length
func small(b [6]byte) {
	v, err := structpack.Unpack("<HI2x", b[:]) // want `unpack requires a buffer of 8 bytes \(got 6\)`
	fmt.Println(v, err)
}

func offs(b []byte) {
	v, err := structpack.UnpackFrom("<Q", b[4:8], 0) // want `unpack_from requires a buffer of at least 8 bytes for unpacking 8 bytes at offset 0 \(actual buffer size is 4\)`
	fmt.Println(v, err)
}

// 32 spread literal
func spread() []byte {
	args := []any{1, 2, 3} // want `pack expected 2 items for packing \(got 3\)`
	b, _ := structpack.Pack("<HH", args...)
	return b
}

// 33 appended
func appended(n int) []byte {
	args := []any{n}
	args = append(args, "x")
	b, _ := structpack.Pack("<HHH", args...) // want `pack expected 3 items for packing \(got 2\)`
	return b
}

// 34 twice
func twice(b []byte) {
	v, err := structpack.UnpackFrom("<HH", b, 0)
	if err != nil {
		return
	}
	n := v[0].(uint16)
	v, err = structpack.UnpackFrom("<I", b, 4)
	if err != nil {
		return
	}
	fmt.Println(n, v[1]) // want `there is no value 1; the format has 1`
}
