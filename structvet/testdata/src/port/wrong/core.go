// Package wrong has mistakes that people make who port programs from Python.
package wrong

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"

	"example.com/structpack"
)

// Formats.

func w001(n uint32) ([]byte, error) { return structpack.Pack("!HHy", 1, 2, n) } // want `bad char`
func w002(b []byte)                 { structpack.Unpack("!I I Q 3", b) }        // want `repeat count given without format specifier`
func w003(b []byte)                 { structpack.Unpack("H!I", b) }             // want `bad char`
func w004(b []byte)                 { structpack.Unpack("<n", b) }              // want `bad char`
func w005(b []byte)                 { structpack.CalcSize("=P") }               // want `bad char`
func w006(b []byte) {
	const fmtHeader = "<IHHz" // want `bad char`
	structpack.Unpack(fmtHeader, b)
}

var w007 = structpack.MustCompile("!2 H") // want `bad char|repeat count`

func w008(b []byte, n int) { structpack.Unpack(fmt.Sprintf("!H%dy", n), b) } // want `bad char`

func w009(b []byte, order string) { structpack.Unpack(order+"HHy", b) } // want `bad char` w009:`compiles argument 1 \+ "HHy"`

func w010(b []byte) {
	f := "<H"
	if len(b) > 2 {
		f = "<HU" // want `bad char`
	}
	structpack.Unpack(f, b)
}

// Counts.

func w011(a, b uint16)           { structpack.Pack("!HHI", a, b) }                        // want `expected 3 items`
func w012(a, b uint16)           { structpack.Pack("!H", a, b) }                          // want `expected 1 items`
func w013(vals []uint16)         { structpack.Pack("!HB3H", 1, vals) }                    // want `expected`
func w014(id, n int, buf []byte) { structpack.PackInto("!HI", buf, id, n) }               // want `expected 2 items \(got 1\); argument 3 is the offset|offset`
func w015(s string, n int)       { structpack.Pack(fmt.Sprintf("!L%ds%ds", n, n), 1, s) } // want `expected 3 items`
func w016(s string)              { structpack.Pack(fmt.Sprintf("!H%ds", len(s)), s) }     // want `expected 2 items`
func w017(big bool, a int) {
	order := "<"
	if big {
		order = ">"
	}
	structpack.Pack(order+"HH", a) // want `expected 2 items`
}
func w018() { structpack.Pack("<"+strings.Repeat("HB", 3), 1, 2, 3, 4, 5) } // want `expected 6 items`
func w019() { structpack.Pack("!HB", []any{1, 2, 3}...) }                   // want `expected 2 items`
func w020() {
	args := []any{1, 300} // want `0 <= number <= 255`
	structpack.Pack("!HB", args...)
}
func w021(kind int, v uint32) {
	var f string
	switch kind {
	case 1:
		f = "!B"
	case 2:
		f = "!H"
	default:
		f = "!I"
	}
	structpack.Pack(f, v, v) // want `expected 1 items`
}

// Types and ranges.

func w022(s string)  { structpack.Pack("!I", s) }                // want `not an integer`
func w023(n int)     { structpack.Pack("!4s", n) }               // want `must be a bytes object`
func w024()          { structpack.Pack("!B", 256) }              // want `0 <= number <= 255`
func w025()          { structpack.Pack("!b", 0x80) }             // want `-128 <= number <= 127`
func w026()          { structpack.Pack("!cI", 'Q', 5) }          // want `write byte\('Q'\)`
func w027(c string)  { structpack.Pack("!c", len(c)) }           // want `char format`
func w028(f float64) { structpack.Pack("!I", f) }                // want `not an integer`
func w029(n *uint32) { structpack.Pack("!I", n) }                // want `not an integer`
func w030()          { structpack.Pack("!4s", "RIFFX") }         // want `cut to 4`
func w031()          { structpack.Pack("!8p", "too long text") } // want `cut to 7`

const w032Magic = 1 << 32

func w032()                 { structpack.Pack("!I", w032Magic) }                // want `got 4294967296`
func w033(t []byte)         { structpack.Pack("!H", t) }                        // want `not an integer`
func w034(x map[string]int) { structpack.Pack("!HH", x["a"], x) }               // want `not an integer`
func w035(ip net.IP)        { structpack.Pack("!4sH", ip, 80) }                 // want `net.IP has 16 bytes`
func w036(a *net.UDPAddr)   { structpack.Pack("!4sH", a.IP, a.Port) }           // want `net.IP has 16 bytes`
func w037()                 { structpack.Pack("!4s", net.ParseIP("10.0.0.1")) } // want `net.IP has 16 bytes`
func w038(b bool)           { structpack.Pack("!?B", &b, 1) }                   // want `a pointer is true`
func w039(n int) {
	for range n {
		structpack.Pack("<hh", 40000, n) // want `-32768 <= number <= 32767`
	}
}

// Scan.

func w040(b []byte) {
	var id, tag uint16
	structpack.MustCompile("!HH").Scan(b, id, &tag) // want `not a pointer`
}
func w041(b []byte) {
	var id uint32
	structpack.MustCompile("!H").Scan(b, &id, nil) // want `scan expected 1 destinations`
}
func w042(b []byte) {
	var id int16
	structpack.MustCompile("!H").Scan(b, &id) // want `cannot take uint16`
}
func w043(b []byte) {
	var id uint16
	tags := make([]uint16, 8)
	var label string
	structpack.MustCompile("!H8H4s").Scan(b, &id, tags, &label) // want `tags is not a pointer`
}
func w044(b []byte) {
	var name string
	var n int
	structpack.MustCompile("!I8s").Scan(b, &name, &n) // want `cannot take uint32` `cannot take \[\]uint8`
}

// Assertions.

func w045(b []byte) int {
	v, _ := structpack.Unpack("!IH", b)
	return v[0].(int) // want `never int`
}
func w046(b []byte) string {
	v, err := structpack.Unpack("!4sH", b)
	if err != nil {
		return ""
	}
	return v[0].(string) // want `never string`
}
func w047(b []byte) uint32 {
	v, _ := structpack.Unpack("!H", b)
	return v[1].(uint32) // want `no value 1`
}
func w048(b []byte) {
	v, _ := structpack.Unpack("<I", b)
	_ = v[0].(int) // want `never int`
	v, _ = structpack.Unpack("<H", b)
	_ = v[0].(uint32) // want `never uint32`
}
func w049(b []byte) (int, error) {
	it, err := structpack.IterUnpack("<HH", b)
	if err != nil {
		return 0, err
	}
	sum := 0
	for rec := range it {
		sum += rec[0].(int) // want `never int`
	}
	return sum, nil
}
func w050(b []byte, little bool) int32 {
	order := ">"
	if little {
		order = "<"
	}
	v, _ := structpack.Unpack(order+"Hi", b)
	return v[0].(int32) // want `never int32`
}
func w051(b []byte, n int) {
	v, _ := structpack.Unpack(fmt.Sprintf("!I%ds", n), b)
	_ = v[0].(int)    // want `never int`
	_ = v[1].(string) // want `never string`
}
func w052(b []byte, byteOrder string) { // want w052:`compiles argument 1 \+ "IH"`
	v, _ := structpack.Unpack(byteOrder+"IH", b)
	_ = v[1].(int) // want `never int`
}

// Comparisons.

func w053(b []byte) bool {
	v, _ := structpack.Unpack("<H", b)
	return v[0] == 7 // want `the comparison is always false`
}
func w054(b []byte) error {
	v, err := structpack.Unpack("<4sI", b)
	if err != nil {
		return err
	}
	if v[0] != "RIFF" { // want `the comparison is always true`
		return errors.New("not RIFF")
	}
	return nil
}
func w055(b []byte) bool {
	v, _ := structpack.Unpack("!Bc", b)
	return v[1] == 'A' // want `the comparison is always false`
}
func w056(b []byte) int {
	v, _ := structpack.Unpack("!BI", b)
	switch v[0] {
	case 1: // want `the case is never taken`
		return 1
	case 2, 3: // want `value 0 .*the case is never taken` `the case is never taken`
		return 2
	}
	return 0
}
func w057(b []byte, n int) bool {
	kind, _ := structpack.Unpack("!I", b)
	k := kind[0]
	return k == n // want `always false`
}
func w058(b []byte) bool {
	v, _ := structpack.Unpack("!c", b)
	return v[0] == "A" // want `always false`
}
func w059(b []byte) bool {
	v, _ := structpack.Unpack("!d", b)
	return 0 == v[0] // want `always false`
}
func w060(b []byte) bool {
	v, _ := structpack.Unpack("!?", b)
	return v[0] == 1 // want `always false`
}

// Lengths.

func w061(b []byte) { structpack.Unpack("!IHH", b[:6]) } // want `requires a buffer of 8 bytes`
func w062() {
	var head [6]byte
	structpack.Unpack("!II", head[:]) // want `requires a buffer of 8 bytes`
}
func w063(r io.Reader) error {
	buf := make([]byte, 12)
	if _, err := io.ReadFull(r, buf); err != nil {
		return err
	}
	_, err := structpack.Unpack("!QQ", buf) // want `requires a buffer of 16 bytes`
	return err
}
func w064(b []byte) { structpack.UnpackFrom("!I", b[:8], 6) } // want `requires a buffer`
func w065(v uint32) {
	out := make([]byte, 4)
	structpack.PackInto("!IH", out, 0, v, 1) // want `requires a buffer`
}
func w066(b []byte) { structpack.MustCompile("!H").Unpack([]byte("abc")) } // want `requires a buffer of 2 bytes`

// Holders.

type w067Conn struct{ head *structpack.Struct }

func w067New() *w067Conn      { return &w067Conn{head: structpack.MustCompile("!HB")} }
func (c *w067Conn) w067Send() { c.head.Pack(1) } // want `expected 2 items`

var w068 = map[byte]*structpack.Struct{
	1: structpack.MustCompile("!H"),
	2: structpack.MustCompile("!HH"),
}

func w068Use(op byte) { w068[op].Pack("x", 1, 2) } // want `expected`
func w069Use()        { w068[2].Pack(1) }          // want `expected 2 items`

func w070Header() *structpack.Struct { return structpack.MustCompile("!HI") }
func w070()                          { w070Header().Pack(1) } // want `expected 2 items`

var w071 = sync.OnceValue(func() *structpack.Struct { return structpack.MustCompile("!HI") })

func w071Use() { w071().Pack(1, -1) } // want `0 <= number`

func w072() {
	pack := structpack.MustCompile("!B").Pack
	pack(300) // want `0 <= number <= 255`
}

type w073Packet struct {
	*structpack.Struct
	name string
}

var w073 = w073Packet{structpack.MustCompile("!HB"), "x"}

func w073Use() { w073.Pack(1) } // want `expected 2 items`

var w074 = []*structpack.Struct{structpack.MustCompile("!H"), structpack.MustCompile("!I")}

func w074Use() { w074[1].Pack("x") } // want `not an integer`
func w075() {
	for _, s := range w074 {
		s.Pack("x") // want `not an integer`
	}
}

func w076() {
	s := *structpack.MustCompile("!HB")
	t := &s
	_ = t
}

type w077Row struct {
	format string
	a, b   int
}

func w077() {
	for _, row := range []w077Row{{"!H", 1, 2}, {"!I", 3, 4}} { // want `expected 1 items` `expected 1 items`
		structpack.Pack(row.format, row.a, row.b)
	}
}

func w078() {
	for _, f := range []string{"!H", "!Iw"} { // want `bad char`
		structpack.CalcSize(f)
	}
}

var w079 = map[byte]string{3: "!16S", 4: "!4s"} // want `bad char`

func w079Use(k byte, b []byte) {
	f, ok := w079[k]
	if !ok {
		return
	}
	structpack.Unpack(f, b)
}

func w080Make(v uint32) (*structpack.Struct, error) { return structpack.Compile("!HI") }
func w080() {
	s, err := w080Make(1)
	if err != nil {
		return
	}
	s.Pack(1, 2, 3) // want `expected 2 items`
}
