// Package plain has programs without mistakes.
package plain

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"example.com/structpack"
	"example.com/structpack/frame"
)

// list of computed length
func r1(ids []uint32) []byte {
	b, _ := structpack.Pack(fmt.Sprintf("<H%dI", len(ids)), len(ids), ids)
	return b
}

// list twice
func r2(n int, xs, ys []float64) ([]byte, error) {
	return structpack.Pack(fmt.Sprintf("<I%dd%dd", n, n), n, xs, ys)
}

// computed count with literal of known length
func r3(n int) ([]byte, error) {
	return structpack.Pack(fmt.Sprintf("<%dH", n), []uint16{1, 2, 3})
}

// spread of computed count
func r4(n int) ([]byte, error) {
	return structpack.Pack(fmt.Sprintf("<%dH", n), 1, 2, 3)
}

// count by strconv
func r5(data []byte) ([]byte, error) {
	return structpack.Pack("!I"+strconv.Itoa(len(data))+"s", len(data), data)
}

// scanning with computed count
func r6(b []byte, n int) (list []uint16, err error) {
	var k uint16
	err = structpack.Scan("<H"+strconv.Itoa(n)+"H", b, &k, &list)
	return
}

// byte order by flag
func r7(b []byte, little bool) (uint16, error) {
	order := ">"
	if little {
		order = "<"
	}
	var n uint16
	err := structpack.Scan(order+"H", b, &n)
	return n, err
}

// assertion with ok
func r8(b []byte) string {
	v, err := structpack.Unpack("<4sH", b)
	if err != nil {
		return ""
	}
	if s, ok := v[0].([]byte); ok {
		return string(s)
	}
	return ""
}

// comparing values rightly
func r9(b []byte) bool {
	v, err := structpack.Unpack("<HcB?", b)
	if err != nil {
		return false
	}
	return v[0] == uint16(7) && v[1] == byte('A') && v[2] == byte(1) && v[3] == true
}

// switch with types
func r10(b []byte) int {
	v, err := structpack.Unpack("!B", b)
	if err != nil {
		return 0
	}
	switch v[0] {
	case byte(1), uint8(2):
		return 1
	}
	switch x := v[0].(type) {
	case uint8:
		return int(x)
	default:
		return -1
	}
}

// wrapper with early return
func pack11(format string, values ...any) []byte {
	if len(values) == 0 {
		return nil
	}
	b, _ := structpack.Pack(format, values...)
	return b
}

func r11() []byte { return pack11("!HB") }

// wrapper that takes extra value itself
func pack12(format string, values ...any) []byte { // want pack12:`compiles "!I" \+ argument 0`
	b, _ := structpack.Pack("!I"+format, append([]any{len(values)}, values...)...)
	return b
}

func r12() []byte { return pack12("HB", 1, 2) }

// wrapper that replaces the format
func pack13(format string, values ...any) []byte {
	format = strings.ReplaceAll(format, "u", "H")
	b, _ := structpack.Pack(format, values...)
	return b
}

func r13() []byte { return pack13("!u", 1) }

// wrapper whose values are converted
func pack14(format string, values ...any) []byte {
	for i, v := range values {
		if s, ok := v.(fmt.Stringer); ok {
			values[i] = s.String()
		}
	}
	b, _ := structpack.Pack(format, values...)
	return b
}

type name string

func (n name) String() string { return string(n) }

type kind int

func (kind) String() string { return "k" }

func r14() []byte { return pack14("!4s", kind(3)) }

// wrapper over legacy
type conn struct{ out []byte }

func legacy(string, ...any) []byte { return nil }

func (c *conn) pack(format string, values ...any) {
	if strings.HasPrefix(format, "json:") {
		c.out = legacy(format, values...)
		return
	}
	c.out, _ = structpack.Pack(format, values...)
}

func r15(c *conn) { c.pack("json:x", 1, 2) }

// asked errors
func r16() bool {
	_, err := structpack.Pack("<B", 256)
	return errors.Is(err, structpack.ErrRange)
}

// in a test
func TestErr(t *testing.T) {
	if _, err := structpack.Pack("<B", 300); err == nil {
		t.Error("no error")
	}
	if _, err := structpack.Compile("y"); !errors.Is(err, structpack.ErrFormat) {
		t.Error(err)
	}
	_, err := structpack.Unpack("<H", []byte("abc"))
	if err == nil {
		t.Fatal("no error")
	}
	var e *structpack.Error
	if _, err := structpack.Pack("<HH", 1); !errors.As(err, &e) {
		t.Fatal(err)
	}
}

// wrong on purpose, expected panic
func TestPanic(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	structpack.MustCompile("<n")
}

// table test with wrong formats
func TestTable(t *testing.T) {
	for _, tt := range []struct {
		format string
		values []any
		err    error
	}{
		{"<H", []any{1}, nil},
		{"<H", []any{1, 2}, structpack.ErrCount},
		{"<y", nil, structpack.ErrFormat},
	} {
		_, err := structpack.Pack(tt.format, tt.values...)
		if !errors.Is(err, tt.err) {
			t.Error(tt.format, err)
		}
	}
}

// guards
func r20(b []byte) any {
	v, err := structpack.Unpack("<H", b)
	if err != nil {
		return nil
	}
	if len(v) > 1 {
		return v[1]
	}
	return v[0]
}

// GOOS
func r21(n int) []byte {
	if runtime.GOOS == "windows" {
		b, _ := structpack.Pack("@l", n)
		return b
	}
	b, _ := structpack.Pack("@l", 1<<40)
	return b
}

// format of another kind by version
func r22(version int, b []byte) (any, error) {
	f := "<H"
	if version > 1 {
		f = "<HI"
	}
	v, err := structpack.UnpackFrom(f, b, 0)
	if err != nil {
		return nil, err
	}
	if version > 1 {
		return v[1], nil
	}
	return v[0], nil
}

// values by version
func r23(version int) ([]byte, error) {
	f := "<H"
	args := []any{1}
	if version > 1 {
		f += "I"
		args = append(args, 2)
	}
	return structpack.Pack(f, args...)
}

// big ints, named types
type ID uint16

func r24(id ID) ([]byte, error) {
	return structpack.Pack("<HQd?", id, big.NewInt(7), big.NewInt(9), id)
}

// cgo like pointers etc to ?
func r25(p *int) ([]byte, error) { return structpack.Pack("?", p != nil) }

// bool for int
func r26(ok bool) ([]byte, error) { return structpack.Pack("<BH", ok, true) }

// zero count
func r27() ([]byte, error) { return structpack.Pack("@llh0l", 1, 2, 3) }

func r27b(b []byte) (x int64, err error) {
	err = structpack.Scan("@q0q", b, &x)
	return
}

func r27c() ([]byte, error) { return structpack.Pack("<H0I", 0, []uint32{}) }

// wider scan
func r28(b []byte) (n int, f float64, s string, err error) {
	err = structpack.Scan("<Hf8s", b, &n, &f, structpack.CString(&s))
	return
}

// codec with wider fields
type wide struct {
	A int    `structpack:"H"`
	B string `structpack:"8s,cstr"`
	_ [2]byte
	C [3]uint16
	D []int `structpack:"2i"`
}

var wideCodec = structpack.MustCodec[wide]("<")

// derived
type hdr struct {
	ID   uint16
	Kind uint8
	Size uint32 `structpack:",length"`
}

var hdrLayout = frame.MustLayoutOf[hdr]("!")

func r30(nc net.Conn) error {
	c := frame.NewConn(nc, hdrLayout)
	if err := c.Write(nil, 1, 2); err != nil {
		return err
	}
	if err := frame.WriteHeader(&c.Writer, &hdr{ID: 1}, nil); err != nil {
		return err
	}
	f, err := c.Next()
	if err != nil {
		return err
	}
	h, err := frame.Decode[hdr](f)
	_ = h
	_ = f.Uint(2)
	return err
}

// fixed
var magic = frame.MustLayout("!4sHI", frame.Fixed(0, "MAGC"), frame.LengthAt(2))

func r31(w io.Writer) error {
	fw := frame.NewWriter(w, magic)
	if err := fw.Write([]byte("x"), 3); err != nil {
		return err
	}
	return fw.Flush()
}

// change of layout
func r32(nc net.Conn) error {
	c := frame.NewConn(nc, frame.MustLayout("!I", frame.CountsHeader()))
	if err := c.Send([]byte("startup")); err != nil {
		return err
	}
	c.SetLayout(frame.MustLayout("!cI", frame.CountsFrom(1)))
	return c.Send([]byte("q"), byte('Q'))
}

// LengthFunc: all values
var lf = frame.MustLayout("!BH", frame.LengthFunc(func(h []byte) (int64, error) { return int64(h[2]), nil }))

func r33(w *bufio.Writer) error {
	return frame.NewWriter(w, lf).Write(nil, 1, 0)
}

// uint of 3s
var http2 = frame.MustLayout("!3sBBI", frame.LengthAt(0))

func r34(r io.Reader) uint64 {
	f, err := frame.NewReader(r, http2).Next()
	if err != nil {
		return 0
	}
	return f.Uint(0) + f.Uint(3)
}

// server choosing layouts
type proto struct{ layout *frame.Layout }

func newProto(v int) *proto {
	if v == 1 {
		return &proto{frame.MustLayout("!H")}
	}
	return &proto{frame.MustLayout("!BH", frame.LengthAt(1))}
}

func (p *proto) enc(b []byte, kind byte) ([]byte, error) {
	return p.layout.Append(nil, b, kind)
}

// compile for
func r36(n int64) ([]byte, error) {
	s, err := structpack.CompileFor(structpack.ILP32, "@lP")
	if err != nil {
		return nil, err
	}
	return s.Pack(n, 0)
}

var llp = structpack.Must(structpack.CompileFor(structpack.LLP64, "@l"))

func r36b(b []byte) (n int32, err error) {
	err = llp.Scan(b, &n)
	return
}

// flag format
var format = flag.String("format", "<H", "")

func r37(b []byte) {
	v, err := structpack.Unpack(*format, b)
	if err == nil && len(v) == 3 {
		fmt.Println(v[2])
	}
}

// package variable that tests replace
var wireFormat = "<HH"

func SetFormat(s string) { wireFormat = s }

func r38() ([]byte, error) { return structpack.Pack(wireFormat, 1, 2, 3) }

// env
func r39() ([]byte, error) {
	f := "<H"
	if e := os.Getenv("FMT"); e != "" {
		f = e
	}
	return structpack.Pack(f, 1)
}

// slices of results
func r40(b []byte) []any {
	v, err := structpack.Unpack("<HHH", b)
	if err != nil {
		return nil
	}
	v = v[1:]
	slices.Reverse(v)
	v = append(v, "x")
	return []any{v[0], v[1], v[2]}
}

// loops over results
func r41(b []byte) (n int) {
	v, _ := structpack.Unpack("<3H", b)
	for i := range v {
		n += int(v[i].(uint16))
	}
	for _, x := range v {
		if y, ok := x.(uint16); ok {
			n += int(y)
		}
	}
	return n
}

// data of known length
func r42(b []byte) error {
	var a, c uint32
	if err := structpack.Scan("<II", b[:8], &a, &c); err != nil {
		return err
	}
	buf := make([]byte, 12)
	if err := structpack.PackInto("<III", buf, 0, 1, 2, 3); err != nil {
		return err
	}
	buf = buf[:4]
	if err := structpack.PackInto("<I", buf, -4, 1); err != nil {
		return err
	}
	var arr [6]byte
	if err := structpack.PackInto("<H", arr[:], 4, 1); err != nil {
		return err
	}
	_, err := structpack.UnpackFrom("<H", b[2:6], 2)
	return err
}

// read buffer reused and grown
func r43(r io.Reader) error {
	buf := make([]byte, 4)
	if _, err := io.ReadFull(r, buf); err != nil {
		return err
	}
	var n uint32
	if err := structpack.Scan("<I", buf, &n); err != nil {
		return err
	}
	buf = append(buf, make([]byte, n)...)
	v, err := structpack.UnpackFrom("<IQ", buf, 0)
	fmt.Println(v)
	return err
}

// hex
func r44() []byte {
	b, _ := hex.DecodeString("0102")
	v, _ := structpack.Unpack("<H", b)
	fmt.Println(v...)
	return b
}

// records kept by copy
type rec struct {
	A uint16
	B [2]uint8
}

func r45(data []byte) (out []rec, err error) {
	it, err := structpack.MustCodec[rec]("<H2B").All(data)
	if err != nil {
		return nil, err
	}
	for _, r := range it {
		out = append(out, *r)
	}
	return out, nil
}

// pointer within the loop only
func r46(data []byte) (max uint16) {
	it, err := structpack.MustCodec[rec]("<H2B").All(data)
	if err != nil {
		return 0
	}
	var best *rec
	for _, r := range it {
		best = r
		if best.A > max {
			max = best.A
		}
		best = nil
	}
	return
}

// clone
func r47(data []byte) (out []*rec) {
	it, _ := structpack.MustCodec[rec]("<H2B").All(data)
	for _, r := range it {
		c := *r
		out = append(out, &c)
	}
	return
}

// net.IP To4
func r48(ip net.IP) ([]byte, error) {
	return structpack.Pack("!4s16s", ip.To4(), ip)
}

func r48b(ip net.IP) ([]byte, error) {
	if v4 := ip.To4(); v4 != nil {
		ip = v4
		return structpack.Pack("!4s", ip)
	}
	return structpack.Pack("!16s", ip)
}

// pooled structs
var pool = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func r49() []byte {
	b := pool.Get().(*bytes.Buffer)
	defer pool.Put(b)
	out, _ := structpack.AppendPack(b.Bytes(), "<H", 1)
	return out
}

// text cut on purpose by conversion
const longName = "a name that is longer than eight"

func r50() ([]byte, error) { return structpack.Pack("8s", longName[:8]) }

// rune literal as int
func r51() ([]byte, error) { return structpack.Pack("<BI", 'A', 'A') }

// context
func r52(ctx context.Context, c *frame.Conn, f frame.Frame) error {
	switch f.Uint(0) {
	case 1:
		return c.WriteContext(ctx, nil, f.Uint(0), 2, 3)
	default:
		return c.Write(nil)
	}
}

// client with layout set later
type cl struct {
	layout *frame.Layout
}

func (c *cl) setup(v2 bool) {
	c.layout = frame.MustLayout("!I")
	if v2 {
		c.layout = frame.MustLayout("!HI", frame.LengthAt(1))
	}
}

func (c *cl) enc(b []byte) ([]byte, error) { return c.layout.Append(nil, b, 1) }

// generics
func get[T any](v []any, i int) T { return v[i].(T) }

func r54(b []byte) uint16 {
	v, _ := structpack.Unpack("<HH", b)
	return get[uint16](v, 1)
}

// unpackOne with conversion
func num(x any) int {
	switch x := x.(type) {
	case uint8:
		return int(x)
	case uint16:
		return int(x)
	case int:
		return x
	}
	return 0
}

func r55(b []byte) int {
	v, _ := structpack.Unpack("<BH", b)
	return num(v[0]) + num(v[1])
}

// wrapper checked by len
func check(format string, values ...any) ([]byte, error) {
	s, err := structpack.Compile(format)
	if err != nil {
		return nil, err
	}
	for len(values) < s.NumValues() {
		values = append(values, 0)
	}
	return s.Pack(values...)
}

func r56() ([]byte, error) { return check("<HHH", 1) }

// data wrapper that cuts
func unpackPrefix(format string, data []byte) ([]any, []byte, error) { // want unpackPrefix:`unpacks by argument 0`
	n, err := structpack.CalcSize(format)
	if err != nil {
		return nil, nil, err
	}
	if len(data) < n {
		return nil, data, io.ErrUnexpectedEOF
	}
	v, err := structpack.Unpack(format, data[:n])
	return v, data[n:], err
}

func r57(b []byte) (uint16, []byte) {
	v, rest, err := unpackPrefix("<H", b[:8])
	if err != nil {
		return 0, nil
	}
	return v[0].(uint16), rest
}

// errors with message
func r58() string {
	_, err := structpack.Pack("<B", 256)
	return err.Error()
}

// calcsize probe
func r59() bool {
	_, err := structpack.CalcSize("<n")
	return err != nil
}

// recover wrapper
func mustPanic(f func()) (ok bool) {
	defer func() { ok = recover() != nil }()
	f()
	return
}

func r60() bool {
	return mustPanic(func() { structpack.MustCompile("3") })
}

// nolint
func r61() []byte {
	b, _ := structpack.Pack("<B", 256) //nolint:structvet // on purpose
	return b
}

// appended loop
func r62(names []string) ([]byte, error) {
	format := "<H"
	args := []any{len(names)}
	for _, n := range names {
		format += fmt.Sprintf("B%ds", len(n))
		args = append(args, len(n), n)
	}
	return structpack.Pack(format, args...)
}

// repeated code
func r63(vals []int) ([]byte, error) {
	args := make([]any, len(vals))
	for i, v := range vals {
		args[i] = v
	}
	return structpack.Pack("<"+strings.Repeat("i", len(vals)), args...)
}

// scan with any spread
func r64(b []byte) ([]any, error) {
	s := structpack.MustCompile("<3H")
	out := make([]any, s.NumValues())
	d := make([]any, len(out))
	for i := range out {
		d[i] = &out[i]
	}
	return out, s.Scan(b, d...)
}

// complex
func r65(x complex64) ([]byte, error) { return structpack.Pack("<FZfD", x, 1, 2.5) }

// whitespace, counts
func r66() ([]byte, error) { return structpack.Pack("> 2H 2x 3s", 1, 2, []byte("abc")) }

// any destinations
func r67(b []byte) (x any, err error) {
	var arr [4]uint16
	var sl []int
	err = structpack.Scan("<B4H2hI", b, &x, &arr, &sl, nil)
	return
}

// v reassigned from else
func r68(b []byte, v2 bool) any {
	v, err := structpack.UnpackFrom("<H", b, 0)
	if v2 {
		v, err = structpack.UnpackFrom("<HI", b, 0)
	}
	if err != nil {
		return nil
	}
	if v2 {
		return v[1]
	}
	return v[0].(uint16)
}

// closure changes
func r69(b []byte) any {
	f := "<H"
	set := func() { f = "<HHH" }
	set()
	v, _ := structpack.Unpack(f, b)
	return v[2]
}

// pointer taken
func load(p *string) { *p = "<III" }

func r70() ([]byte, error) {
	f := "<I"
	load(&f)
	return structpack.Pack(f, 1, 2, 3)
}
