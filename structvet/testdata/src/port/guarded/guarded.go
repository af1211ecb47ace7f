// Package guarded has programs without mistakes, most of which look at what they have.
package guarded

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"example.com/structpack"
	"example.com/structpack/frame"
)

// a struct field assigned in two places
type codec struct{ s *structpack.Struct }

func newCodec(big bool) *codec {
	c := &codec{s: structpack.MustCompile("<H")}
	if big {
		c.s = structpack.MustCompile(">HH")
	}
	return c
}

func (c *codec) r1(big bool) ([]byte, error) {
	if big {
		return c.s.Pack(1, 2)
	}
	return c.s.Pack(1)
}

// exported field, others may assign
type Codec struct{ S *structpack.Struct }

var Default = Codec{structpack.MustCompile("<H")}

func (c Codec) r2(vals ...any) ([]byte, error) { return c.S.Pack(1, 2) }

// replaced method
type packer interface {
	Pack(values ...any) ([]byte, error)
}

func r3(p packer) ([]byte, error) { return p.Pack(1, 2, 3) }

func use3() { _, _ = r3(structpack.MustCompile("<HHH")) }

// shadowed package
func r4() {
	structpack := struct {
		Pack func(string, ...any) int
	}{func(string, ...any) int { return 0 }}
	structpack.Pack("<HH", 1)
}

// shadowed builtin make/len
func r5(b []byte) (any, error) {
	make := func(n int) []byte { return b }
	return structpack.Unpack("<H", make(7))
}

// array re-sliced by variable
func r6(n int) (any, error) {
	var buf [16]byte
	return structpack.Unpack("<I", buf[n:n+4])
}

// buffer assigned again
func r7(r io.Reader, n int) (any, error) {
	buf := make([]byte, 4)
	if n > 4 {
		buf = make([]byte, n)
	}
	return structpack.Unpack("<Q", buf)
}

// buffer grown by function with pointer
func grow(p *[]byte) { *p = make([]byte, 8) }

func r8() (any, error) {
	buf := make([]byte, 2)
	grow(&buf)
	return structpack.Unpack("<Q", buf)
}

// loop that doubles
func r9() error {
	buf := make([]byte, 2)
	for len(buf) < 8 {
		buf = append(buf, 0)
	}
	return structpack.PackInto("<Q", buf, 0, 1)
}

// loop-carried v
func r10(b []byte) {
	var v []any
	for _, f := range []string{"<H", "<HH"} {
		if len(v) > 1 {
			fmt.Println(v[1])
		}
		v, _ = structpack.UnpackFrom(f, b, 0)
	}
}

// v in select/if branches
func r11(b []byte, kind int) any {
	var v []any
	var err error
	switch kind {
	case 1:
		v, err = structpack.Unpack("<H", b)
	case 2:
		v, err = structpack.Unpack("<HI", b)
	}
	if err != nil || v == nil {
		return nil
	}
	if kind == 2 {
		return v[1].(uint32)
	}
	return v[0].(uint16)
}

// closures that unpack
func r12(b []byte) uint16 {
	get := func() []any {
		v, err := structpack.Unpack("<H", b)
		if err != nil {
			panic(err)
		}
		return v
	}
	return get()[0].(uint16)
}

// wrapper that logs
func pack13(format string, args ...any) []byte { // want pack13:`packs argument 0 from argument 1`
	log.Printf("packing %s %v", format, args)
	b, err := structpack.Pack(format, args...)
	if err != nil {
		panic(fmt.Sprintf("pack %q: %v", format, err))
	}
	return b
}

func r13() []byte { return pack13("<HB", 1, 2) }

// wrapper with default
func pack14(format string, args ...any) []byte {
	if format == "" {
		format = "<H"
	}
	b, _ := structpack.Pack(format, args...)
	return b
}

func r14() []byte { return pack14("", 1) }

// wrapper which handles *
func pack15(format string, args ...any) []byte {
	for strings.Contains(format, "*") {
		format = strings.Replace(format, "*", fmt.Sprint(args[0]), 1)
		args = args[1:]
	}
	b, _ := structpack.Pack(format, args...)
	return b
}

func r15(s string) []byte { return pack15("<H*s", len(s), len(s), s) }

// named wrappers by switch
func pack16(format string, args ...any) ([]byte, error) {
	switch format {
	case "json":
		return []byte(fmt.Sprint(args...)), nil
	case "text":
		return nil, errors.New("text")
	}
	return structpack.Pack(format, args...)
}

func r16() { _, _ = pack16("json", 1, 2) }

// ok-wrapper
func tryPack(format string, args ...any) ([]byte, bool) { // want tryPack:`packs argument 0 from argument 1`
	b, err := structpack.Pack(format, args...)
	return b, err == nil
}

func r17() bool {
	b, ok := tryPack("<B", 255)
	return ok && len(b) == 1
}

// error branch wanted in test style
func r18() error {
	if err := structpack.PackInto("<I", make([]byte, 2), 0, 1); !errors.Is(err, structpack.ErrBuffer) {
		return err
	}
	return nil
}

// switch on errors
func r19() string {
	_, err := structpack.Pack("<b", 128)
	switch {
	case errors.Is(err, structpack.ErrRange):
		return "range"
	case errors.Is(err, structpack.ErrCount):
		return "count"
	}
	return ""
}

// errors.As right after
func r20() int {
	_, err := structpack.Pack("<HHb", 1, 2, 300)
	var e *structpack.Error
	if errors.As(err, &e) {
		return e.Index
	}
	return -1
}

// errors.AsType
func r21() int {
	_, err := structpack.Pack("<HHb", 1, 2, 300)
	if e, ok := err.(*structpack.Error); ok {
		return e.Index
	}
	return -1
}

// ignore comment
func r22() {
	//structvet:ignore for the demonstration
	_, _ = structpack.Pack("<HHb", 1, 2, 300)
}

// netip
func r23(a netip.Addr) ([]byte, error) {
	b4 := a.As4()
	return structpack.Pack("!4s4sH", b4, b4[:], 80)
}

// time
func r24(t time.Time) ([]byte, error) {
	return structpack.Pack("!QIH", t.Unix(), time.Second, time.March)
}

// types wrapping
type flags uint8

const fA flags = 1 << iota

func r25() ([]byte, error) { return structpack.Pack("<Bc", fA|0x80, byte(fA)) }

// ~ operations
func r26(x uint32) ([]byte, error) {
	return structpack.Pack("<IIi", x&0xffffffff, ^uint32(0), -1<<31)
}

// conversion of constants
func r27() ([]byte, error) { return structpack.Pack("<I", uint32(1e6)) }

// int into c
func r28(b byte) ([]byte, error) { return structpack.Pack("<ccc", b, "x", []byte("y")) }

// Fields introspection
func r29(b []byte) {
	s := structpack.MustCompile("<HI8s")
	v, err := s.Unpack(b)
	if err != nil {
		return
	}
	for _, f := range s.Fields() {
		fmt.Println(f.Code, v[f.Index])
	}
	for i := 0; i < s.NumValues(); i++ {
		fmt.Println(v[i])
	}
}

// multiplication in format
func r30(n int) ([]byte, error) {
	return structpack.Pack(fmt.Sprintf("<%dB", 3*n), bytes.Repeat([]byte{1}, 3*n))
}

// codec generic
func readAll[T any](format string, r io.Reader) ([]T, error) { // want readAll:`binds argument 0`
	c := structpack.MustCodec[T](format)
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return c.AppendUnpackSlice(nil, data)
}

type r31t struct {
	A uint8
	B uint16
}

func r31(r io.Reader) ([]r31t, error) { return readAll[r31t]("<BH", r) }

func r31b(r io.Reader) ([]int32, error) { return readAll[int32](">i", r) }

// native array with the tail
type ctail struct {
	A uint64
	B uint32
}

var tailed = structpack.MustCodec[ctail]("@QI0q")

func r32(b []byte) ([]ctail, error) { return tailed.AppendUnpackSlice(nil, b) }

// single native record without tail
var single = structpack.MustCodec[ctail]("@QI")

func r33(b []byte) (c ctail, err error) { err = single.UnpackFrom(b, 0, &c); return }

// frames with several layouts by version
func r34(nc net.Conn, v int) error {
	l := frame.MustLayout("!H")
	if v == 2 {
		l = frame.MustLayout("!HH", frame.LengthAt(1))
	}
	c := frame.NewConn(nc, l)
	if v == 2 {
		return c.Send(nil, 1)
	}
	return c.Send(nil)
}

// forwarding
func r35(src, dst *frame.Conn) error {
	for f, err := range src.Frames() {
		if err != nil {
			return err
		}
		if err := dst.WriteFrame(f); err != nil {
			return err
		}
	}
	return dst.Flush()
}

// variadic values of frames
var l36 = frame.MustLayout("!HBI", frame.LengthAt(2))

func r36(w *frame.Writer, vals ...any) error { return w.Write(nil, vals...) }

func r36b(nc net.Conn) error {
	c := frame.NewConn(nc, l36)
	args := []any{1}
	args = append(args, 2)
	return c.Send(nil, args...)
}

// server
func r37() *frame.Server {
	return &frame.Server{
		Layout: l36,
		Open: func(ctx context.Context, c *frame.Conn) (context.Context, error) {
			c.SetLayout(frame.MustLayout("!I"))
			return ctx, c.Write([]byte("hello"))
		},
		Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
			if len(f.Head) == 4 {
				c.SetLayout(l36)
				return nil
			}
			return c.Write(f.Payload, f.Uint(0), f.Uint(1))
		},
	}
}

// datagrams with two layouts
func r38(b []byte) {
	f, err := l36.Parse(b)
	if err != nil {
		f, err = frame.MustLayout("!QQI", frame.LengthAt(2)).Parse(b)
	}
	if err == nil {
		fmt.Println(f.Uint(0), f.Uint(1), f.Uint(2))
	}
}

// nested composite values
func r39() error {
	type tc struct {
		format string
		args   []any
	}
	for _, c := range []tc{
		{"<H", []any{1}},
		{"<HH", []any{1, 2}},
		{"<3s", []any{"abc"}},
	} {
		if _, err := structpack.Pack(c.format, c.args...); err != nil {
			return err
		}
	}
	return nil
}

// formats with unequal results
func r40(b []byte) {
	for _, f := range []string{"<H", "<HI"} {
		v, err := structpack.UnpackFrom(f, b, 0)
		if err != nil {
			continue
		}
		switch len(v) {
		case 1:
			fmt.Println(v[0])
		case 2:
			fmt.Println(v[1].(uint32))
		}
	}
}

// assertions over several formats
func r41(wide bool, b []byte) uint64 {
	f := "<I"
	if wide {
		f = "<Q"
	}
	v, err := structpack.Unpack(f, b)
	if err != nil {
		return 0
	}
	switch x := v[0].(type) {
	case uint32:
		return uint64(x)
	case uint64:
		return x
	}
	return 0
}

// comparing as strings
func r42(b []byte) bool {
	v, err := structpack.Unpack("<4sH", b)
	return err == nil && string(v[0].([]byte)) == "RIFF" && v[1].(uint16) == 7 && fmt.Sprint(v[1]) == "7"
}

// compare any to any
func r43(b []byte, want any) bool {
	v, err := structpack.Unpack("<H", b)
	return err == nil && v[0] == want
}

// named constants typed
const seven uint16 = 7

func r44(b []byte) bool {
	v, err := structpack.Unpack("<H", b)
	return err == nil && v[0] == seven
}

// stdin tool
func r45() {
	data, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	n, err := structpack.CalcSize(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	v, err := structpack.Unpack(os.Args[1], data[:n])
	fmt.Println(v, err)
}

// binary interplay
func r46(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }

// append to packed
func r47(payload string) ([]byte, error) {
	b, err := structpack.Pack("!I", len(payload))
	if err != nil {
		return nil, err
	}
	return structpack.AppendPack(append(b, payload...), "!B", 0)
}

// partially known struct
type item struct {
	fmt string
	n   int
}

var items = map[string]item{
	"a": {"<H", 1},
	"b": {"<HH", 2},
}

func init() {
	items["c"] = item{"<HHH", 3}
}

func r48(k string) ([]byte, error) { return structpack.Pack(items[k].fmt, 1, 2, 3) }

// slice of formats appended to
var fmts = []string{"<H"}

func Register(f string) { fmts = append(fmts, f) }

func r49(i int) ([]byte, error) { return structpack.Pack(fmts[i], 1, 2) }

// format from field set by json
type conf struct {
	format string
}

func (c *conf) UnmarshalText(b []byte) error { c.format = string(b); return nil }

func r50() ([]byte, error) {
	c := conf{format: "<H"}
	if err := c.UnmarshalText([]byte("<HH")); err != nil {
		return nil, err
	}
	return structpack.Pack(c.format, 1, 2)
}

// field set by pointer
func set(p *string) { *p = "<HH" }

type conf2 struct{ format string }

func r51() ([]byte, error) {
	c := conf2{format: "<H"}
	set(&c.format)
	return structpack.Pack(c.format, 1, 2)
}

// zero value of the field
type lazy struct{ s *structpack.Struct }

func (l *lazy) get() *structpack.Struct {
	if l.s == nil {
		l.s = structpack.MustCompile("<HH")
	}
	return l.s
}

func r52(l *lazy) ([]byte, error) { return l.get().Pack(1, 2) }

// empty format is right
func r53() ([]byte, error) { return structpack.Pack("") }

func r53b() ([]any, error) { return structpack.Unpack("", nil) }

// MustCompile in Example-like panicking code with recover
func r54() (err error) {
	defer func() {
		if e, ok := recover().(*structpack.Error); ok {
			err = e
		}
	}()
	structpack.MustCompile("<y")
	return nil
}

// length computed by expression
func r55(b []byte, n int) (any, error) { return structpack.Unpack("<H", b[n:n+2]) }

// full slice
func r56(b []byte) (any, error) { return structpack.Unpack("<H", b[2:4:8]) }

// len known by array pointer
func r57(p *[4]byte) (any, error) { return structpack.Unpack("<I", p[:]) }

// PackInto negative offset
func r58() error {
	var b [16]byte
	return structpack.PackInto("<IQ", b[:], -12, 1, 2)
}

// swapped by tuple assignment
func r59(swap bool) ([]byte, []byte) {
	f, g := "<H", "<HH"
	if swap {
		f, g = g, f
	}
	b, _ := structpack.Pack(f, 1)
	c, _ := structpack.Pack(g, 1, 2)
	return b, c
}

// labelled loops, goto
func r60(b []byte) any {
	f := "<H"
again:
	v, err := structpack.UnpackFrom(f, b, 0)
	if err != nil {
		return nil
	}
	if len(v) == 1 {
		f = "<HH"
		goto again
	}
	return v[1]
}
