// Package tools has mistakes in small tools: formats known in part, data of known lengths, comparisons.
package tools

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strings"
	"sync"

	"example.com/structpack"
	"example.com/structpack/frame"
)

// class with class constants
type Packet struct {
	format string
	size   int
}

var packetTypes = []Packet{
	{format: "<HH", size: 4},
	{format: "<HHx", size: 5},
}

func pkt(i int) []byte {
	b, _ := structpack.Pack(packetTypes[i].format, 1, 2, 3) // want `pack expected 2 items for packing \(got 3\)`
	return b
}

// struct of structs
type formats struct {
	head, tail *structpack.Struct
}

var f2 = formats{
	head: structpack.MustCompile("<4sH"),
	tail: structpack.MustCompile("<I"),
}

func tailOf(b []byte) uint32 {
	v, err := f2.tail.Unpack(b)
	if err != nil {
		return 0
	}
	return uint32(v[0].(uint64)) // want `has type uint32, never uint64`
}

// pointer receiver returning struct
type msg interface{ Struct() *structpack.Struct }

type ping struct{ n uint32 }

func (ping) Struct() *structpack.Struct { return structpack.MustCompile("!I") }

func (p ping) pack() ([]byte, error) { return p.Struct().Pack(p.n, 0) } // want `pack expected 1 items for packing \(got 2\)`

// sync.OnceValues
var s4 = sync.OnceValues(func() (*structpack.Struct, error) { return structpack.Compile("!HH") })

func r4() []byte {
	s, err := s4()
	if err != nil {
		return nil
	}
	b, _ := s.Pack(1) // want `pack expected 2 items for packing \(got 1\)`
	return b
}

// lazily compiled global
var (
	once5 sync.Once
	s5    *structpack.Struct
)

func init5() { s5 = structpack.MustCompile("!HB") }

func r5(b []byte) {
	once5.Do(init5)
	v, _ := s5.Unpack(b)
	fmt.Println(v[0].(uint16), v[1].(int8)) // want `has type uint8, never int8`
}

// bare error
func r6(w io.Writer) error {
	data, err := structpack.Pack("<Q", uint64(1<<63))
	if err != nil {
		return err
	}
	data2, err := structpack.Pack("<q", uint64(1<<63)) // want `requires -9223372036854775808 <= number <= 9223372036854775807 \(got 9223372036854775808\)`
	_, _ = w.Write(data2)
	_, err = w.Write(data)
	return err
}

// minus one in unsigned
const timeout = -1

func r7() []byte {
	b, err := structpack.Pack("!HI", 1, timeout) // want `requires 0 <= number <= 4294967295 \(got -1\)`
	if err != nil {
		log.Fatal(err)
	}
	return b
}

// comparisons
func r8(b []byte) {
	v, err := structpack.Unpack("<4sHf?", b)
	if err != nil {
		return
	}
	if v[1] != 0 { // want `has type uint16, never int: the comparison is always true`
		fmt.Println("nonzero")
	}
	if v[2] == 1.5 { // want `has type float32, never float64: the comparison is always false`
		fmt.Println("x")
	}
	if v[0] == nil {
		fmt.Println("nil")
	}
}

// var compare
func r9(b []byte, want int) bool {
	v, err := structpack.Unpack("<I", b)
	return err == nil && v[0] == want // want `has type uint32, never int: the comparison is always false`
}

// range over values
func r10(b []byte) (sum int) {
	v, _ := structpack.Unpack("<4H", b)
	for _, x := range v {
		sum += x.(int) // want `no value has type int`
	}
	return
}

// wrapper returning single
func readOne(format string, b []byte) any { // want readOne:`unpacks a value by argument 0`
	v, err := structpack.Unpack(format, b)
	if err != nil || len(v) == 0 {
		return nil
	}
	return v[0]
}

func r11(b []byte) int64 { return readOne("<q", b).(int64) + int64(readOne("<l", b).(int64)) } // want `has type int32, never int64`

// order by method
type endian bool

func (e endian) prefix() string {
	if e {
		return "<"
	}
	return ">"
}

func r12(e endian) []byte {
	b, _ := structpack.Pack(e.prefix()+"HH", 1) // want `pack expected 2 items for packing \(got 1\)`
	return b
}

// order as parameter
func r13(order string, b []byte) (a, c uint16) { // want r13:`compiles argument 0 \+ "HH"`
	v, err := structpack.Unpack(order+"HH", b)
	if err != nil {
		return
	}
	return v[0].(uint16), uint16(v[1].(int)) // want `has type uint16, never int`
}

// Sprintf order
func r14(order string, b []byte) int { // want r14:`compiles argument 0 \+ "IH"`
	v, err := structpack.Unpack(fmt.Sprintf("%sIH", order), b)
	if err != nil {
		return 0
	}
	return v[0].(int) // want `has type uint32, never int`
}

// Sprintf %c
func r15(order byte) []byte {
	b, _ := structpack.Pack(fmt.Sprintf("%c2H", order), 1, 2, 3) // want `pack expected 2 items for packing \(got 3\)`
	return b
}

// bad code in Sprintf
func r16(n int, b []byte) []byte {
	out, _ := structpack.Pack(fmt.Sprintf("<H%dS", n), 1, b) // want `bad char in struct format`
	return out
}

// map literal with direct lookup
func r17(kind byte, b []byte) {
	f, ok := map[byte]string{1: "<H", 3: "!16S"}[kind] // want `bad char in struct format`
	if !ok {
		return
	}
	v, _ := structpack.Unpack(f, b)
	fmt.Println(v)
}

// += format
func r19() []byte {
	f := "<H"
	f += "4s"
	b, _ := structpack.Pack(f, 1) // want `pack expected 2 items for packing \(got 1\)`
	return b
}

// Scan wants pointer values missing &
func r20(b []byte) (x uint16, y int32) {
	_ = structpack.Scan("<Hi", b, x, &y) // want `destination is not a pointer`
	return
}

// Scan too narrow
func r21(b []byte) (x uint16) {
	_ = structpack.Scan("<I", b, &x) // want `destination cannot take uint32`
	return
}

// signedness
func r22(b []byte) (x int16) {
	_ = structpack.Scan("<H", b, &x) // want `destination cannot take uint16`
	return
}

// array length
func r23(b []byte) (x [3]uint16) {
	_ = structpack.Scan("<4H", b, &x) // want `destination cannot take 4 values of type uint16`
	return
}

// string array
func r24(b []byte) (x [8]byte) {
	_ = structpack.Scan("<16s", b, &x) // want `destination cannot take \[\]uint8`
	return
}

// struct given to Pack
type v25 struct{ A, B uint16 }

func r25(v v25) []byte {
	b, _ := structpack.Pack("<HH", v) // want `pack expected 2 items for packing \(got 1\)`
	return b
}

// pointer to int given
func r26(n *uint16) []byte {
	b, _ := structpack.Pack("<H", n) // want `required argument is not an integer`
	return b
}

// codec of another
type r27t struct {
	ID   uint16
	name string
}

func r27() (*structpack.Codec[r27t], error) {
	s, err := structpack.Compile("<H8s")
	if err != nil {
		return nil, err
	}
	return structpack.NewCodec[r27t](s) // want `codec "<H8s": value 1 \('s' at byte 2\): field tools\.r27t\.name is not exported`
}

// loader
func load[T any](format string, r io.Reader) (*T, error) { // want load:`binds argument 0`
	s, err := structpack.Compile(format)
	if err != nil {
		return nil, err
	}
	c, err := structpack.NewCodec[T](s)
	if err != nil {
		return nil, err
	}
	var t T
	return &t, c.Read(r, &t)
}

func r28(r io.Reader) (uint16, error) {
	h, err := load[v25]("<HHI", r) // want `codec "<HHI": value 2 \('I' at byte 3\): tools\.v25 has no field for this value; the format has 3`
	if err != nil {
		return 0, err
	}
	return h.A, nil
}

// codec data size
var c29 = structpack.MustCodec[v25]("<HH")

func r29(b []byte) (v v25, err error) {
	err = c29.Unpack(b[:6], &v) // want `unpack requires a buffer of 4 bytes \(got 6\)`
	return
}

// buffer too small
func r30() []byte {
	buf := make([]byte, 4)
	if err := structpack.PackInto("<IH", buf, 0, 1, 2); err != nil { // want `requires a buffer of at least 6 bytes for packing 6 bytes at offset 0 \(actual buffer size is 4\)`
		log.Fatal(err)
	}
	return buf
}

func r31() []byte {
	var buf [8]byte
	if err := structpack.PackInto("<II", buf[:], 4, 1, 2); err != nil { // want `requires a buffer of at least 12 bytes for packing 8 bytes at offset 4 \(actual buffer size is 8\)`
		log.Fatal(err)
	}
	return buf[:]
}

// io.ReadFull
func r32(r io.Reader) (uint16, error) {
	buf := make([]byte, 3)
	if _, err := io.ReadFull(r, buf); err != nil {
		return 0, err
	}
	v, err := structpack.Unpack("<HH", buf) // want `unpack requires a buffer of 4 bytes \(got 3\)`
	if err != nil {
		return 0, err
	}
	return v[0].(uint16), nil
}

// string literal data
func r33() {
	v, err := structpack.Unpack(">I", []byte("\x00\x01")) // want `unpack requires a buffer of 4 bytes \(got 2\)`
	fmt.Println(v, err)
}

// byte slice literal
func r34() {
	var n uint32
	err := structpack.Scan(">I", []byte{1, 2, 3}, &n) // want `unpack requires a buffer of 4 bytes \(got 3\)`
	fmt.Println(n, err)
}

// native tail with iter
func r35(b []byte) {
	it, err := structpack.IterUnpack("@qb", b) // want `format "@qb" is of 9 bytes, and an element of a C array has 16: end it with 0q, or begin with = if the bytes are not C's`
	if err != nil {
		return
	}
	for v := range it {
		fmt.Println(v...)
	}
}

// layout option index
var l36 = frame.MustLayout("!HBI", frame.LengthAt(3)) // want `layout "!HBI": value 3 is no integer of it`

// layout of type without length
type h37 struct{ A, B uint16 }

var l37 = frame.MustLayoutOf[h37]("!") // want `layout "!HH": more than one integer, and no LengthAt`

// Encode
var l38 = frame.MustLayout("!HI", frame.LengthAt(1))

func r38(p []byte) ([]byte, error) {
	return frame.Encode(nil, l38, &h37{1, 2}, p) // want `codec "!HI": value 1 \('I' at byte 2\): field tools\.h37\.B of type uint16 cannot take uint32`
}

// Uint of s
func r39(b []byte) uint64 {
	f, err := frame.MustLayout("!16sI").Parse(b)
	if err != nil {
		return 0
	}
	return f.Uint(0) // want `panics: value 0 of "!16sI" \('s' at byte 1\) is no integer`
}

// Int of a float
func r40(r io.Reader) int64 {
	f, err := frame.NewReader(r, frame.MustLayout("!dI")).Next()
	if err != nil {
		return 0
	}
	return f.Int(0) // want `panics: value 0 of "!dI" \('d' at byte 1\) is no integer`
}

// Uint on negative index
func r41(b []byte) uint64 {
	f, err := l38.Parse(b)
	if err != nil {
		return 0
	}
	return f.Uint(-1) // want `panics: there is no value -1; the format "!HI" has 2`
}

// WriteHeader wrong type
func r42(w *bufio.Writer) error {
	fw := frame.NewWriter(w, l38)
	if err := frame.WriteHeader(fw, &h37{}, nil); err != nil { // want `codec "!HI": value 1 \('I' at byte 2\): field tools\.h37\.B of type uint16 cannot take uint32`
		return err
	}
	return fw.Flush()
}

// fixed given again
var l43 = frame.MustLayout("!4sHI", frame.Fixed(0, "MAGC"), frame.LengthAt(2))

func r43(nc net.Conn) error {
	c := frame.NewConn(nc, l43)
	return c.Send([]byte("x"), "MAGC", 1) // want `a frame takes 1 values besides those that the layout gives \(got 2\)`
}

// field of server with conn type
type session struct {
	*frame.Conn
	user string
}

func accept(nc net.Conn) *session { return &session{Conn: frame.NewConn(nc, l38)} }

func (s *session) say(text string) error {
	return s.Send([]byte(text), 1, len(text)) // want `a frame takes 1 values besides the length \(got 2\)`
}

// writer in loops
func r45(w io.Writer, items [][]byte) error {
	fw := frame.NewWriter(w, l38)
	for i, it := range items {
		if err := fw.Write(it, i, len(it)); err != nil { // want `a frame takes 1 values besides the length \(got 2\)`
			return err
		}
	}
	return fw.Flush()
}

// ReadHeader
func r46(r io.Reader) error {
	fr := frame.NewReader(r, l38)
	h, n, err := fr.ReadHeader()
	if err != nil {
		return err
	}
	fmt.Println(h.Uint(2), n) // want `panics: there is no value 2; the format "!HI" has 2`
	return nil
}

// binary-like usage
func r47(f *os.File, recs []v25) error {
	for i := range recs {
		b, err := structpack.Pack("<HH", recs[i].A) // want `pack expected 2 items for packing \(got 1\)`
		if err != nil {
			return err
		}
		if _, err := f.Write(b); err != nil {
			return err
		}
	}
	_ = binary.BigEndian
	return nil
}

// 's' with int
func r48(n int) []byte {
	b, _ := structpack.Pack("<4s", n) // want `pack "<4s": value 0 \('s' at byte 1, got int\): argument for 's' must be a bytes object`
	return b
}

// 'p' cut
func r49() []byte {
	b, _ := structpack.Pack("5p", "hello") // want `cut to 4`
	return b
}

// f overflow
func r50() []byte {
	b, _ := structpack.Pack("<f", 1e40) // want `pack "<f": value 0 \('f' at byte 1\): float too large to pack with f format`
	return b
}

// e overflow
func r51() []byte {
	b, _ := structpack.Pack("<e", 70000) // want `pack "<e": value 0 \('e' at byte 1\): int too large to convert`
	return b
}

// float constant for int
func r52() []byte {
	b, _ := structpack.Pack("<I", 1e6) // want `required argument is not an integer`
	return b
}

// time * 1000
func r53(t float64) []byte {
	b, _ := structpack.Pack("<Q", t*1000) // want `required argument is not an integer`
	return b
}

// error type assert
func r54(b []byte) {
	v, err := structpack.Unpack("!HH", b)
	if err != nil {
		return
	}
	a, c := v[0].(uint16), v[1].(uint32) // want `has type uint16, never uint32`
	fmt.Println(a, c)
}

// multi-line
func r55(id, flags, q, an, ns, ar uint16) []byte {
	b, err := structpack.Pack("!HHHHHH",
		id,
		flags,
		q,
		an,
		"ns", // want `required argument is not an integer`
		ar,
	)
	if err != nil {
		panic(err)
	}
	return b
}

// a slice as a value
func r56(vals ...any) []byte {
	b, _ := structpack.Pack("<3H", vals)
	return b
}

// goroutine closure
func r57(done chan []byte) {
	s := structpack.MustCompile("<HH")
	go func() {
		b, _ := s.Pack(1) // want `pack expected 2 items for packing \(got 1\)`
		done <- b
	}()
}

// defer
func r58(w io.Writer) {
	defer func() {
		b, _ := structpack.Pack("<B", 1000) // want `requires 0 <= number <= 255`
		_, _ = w.Write(b)
	}()
}

// variable named length
func r59(payload []byte) []byte {
	header, err := structpack.Pack(">L", "len") // want `required argument is not an integer`
	if err != nil {
		return nil
	}
	return append(header, payload...)
}

// type params constraints
type number interface{ ~uint16 | ~uint32 }

func r60[T number](x T) []byte {
	b, _ := structpack.Pack("<H", x, x) // want `pack expected 1 items for packing \(got 2\)`
	return b
}
