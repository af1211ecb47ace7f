// Package sockets has mistakes in programs that send messages, and in their wrappers.
package sockets

import (
	"context"
	"fmt"
	"net"
	"strings"

	"example.com/structpack"
	"example.com/structpack/frame"
)

var layout = frame.MustLayout("!HBI", frame.LengthAt(2))

func hello(c *frame.Conn) error { return nil }

func serve(nc net.Conn) error {
	c := frame.NewConn(nc, layout)
	if err := c.Write([]byte("hi"), 7, 1, 2); err != nil { // want `a frame takes 2 values besides the length \(got 3\)`
		return err
	}
	if err := c.Send(nil, 7); err != nil { // want `a frame takes 2 values besides the length \(got 1\)`
		return err
	}
	f, err := c.Next()
	if err != nil {
		return err
	}
	fmt.Println(f.Uint(3)) // want `panics: there is no value 3; the format "!HBI" has 3`
	var id uint16
	var kind byte
	return f.Scan(&id, &kind) // want `scan_from expected 3 destinations \(got 2\)`
}

func writeCtx(ctx context.Context, nc net.Conn) error {
	c := frame.NewConn(nc, layout)
	return c.WriteContext(ctx, nil, 70000, 1) // want `requires 0 <= number <= 65535`
}

func datagram(p []byte) {
	b, err := layout.Append(nil, p, "id", 1) // want `required argument is not an integer`
	fmt.Println(b, err)
	f, err := layout.Parse(b)
	if err == nil && f.Uint(0) == 1 {
		fmt.Println(f.Int(5)) // want `panics: there is no value 5; the format "!HBI" has 3`
	}
}

type head struct {
	ID   uint16
	Kind uint8
}

func dec(f frame.Frame) {}

func decode(r *frame.Reader) {
	rd := frame.NewReader(nil, layout)
	f, err := rd.Next()
	if err != nil {
		return
	}
	h, err := frame.Decode[head](f) // want `codec "!HBI": value 2 \('I' at byte 3\): sockets\.head has no field for this value; the format has 3`
	fmt.Println(h, err)
}

type client struct {
	conn *frame.Conn
	w    *frame.Writer
}

func dial(nc net.Conn) *client {
	return &client{conn: frame.NewConn(nc, frame.MustLayout("!I"))}
}

func (c *client) ping() error {
	return c.conn.Send([]byte("ping"), 4) // want `a frame takes 0 values besides the length \(got 1\)`
}

func (c *client) wh(nc net.Conn) error {
	w := frame.NewWriter(nc, layout)
	return frame.WriteHeader(w, &head{1, 2}, nil) // want `codec "!HBI": value 2 \('I' at byte 3\): sockets\.head has no field for this value; the format has 3`
}

// 7 wrappers
func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func w7() []byte { return must(structpack.Pack("<H", 1, 2)) } // want `pack expected 1 items for packing \(got 2\)`

func unpack(format string, data []byte) []any { // want unpack:`unpacks by argument 0`
	v, err := structpack.Unpack(format, data)
	if err != nil {
		panic(err)
	}
	return v
}

func w8(b []byte) int {
	v := unpack("<HH", b)
	return v[0].(int) + int(v[1].(uint16)) // want `has type uint16, never int`
}

// 9 prefix-adding
func pk(format string, args ...any) []byte { // want pk:`packs "!" \+ argument 0 from argument 1`
	b, err := structpack.Pack("!"+format, args...)
	if err != nil {
		panic(err)
	}
	return b
}

func w9() []byte { return pk("HB", 1) } // want `pack expected 2 items for packing \(got 1\)`

// 10 unpack1
func unpack1[T any](format string, data []byte) T { // want unpack1:`unpacks a value by argument 0`
	return unpack(format, data)[0].(T)
}

func w10(b []byte) int { return unpack1[int]("<I", b) } // want `has type uint32, never int`

// 11 write method
type writer struct{ buf []byte }

func (w *writer) put(format string, args ...any) *writer { // want put:`packs argument 0 from argument 1`
	var err error
	w.buf, err = structpack.AppendPack(w.buf, format, args...)
	if err != nil {
		panic(err)
	}
	return w
}

func w11() []byte {
	w := &writer{}
	w.put(">H", 1).put(">B", 300).put(">4s", "abcd") // want `requires 0 <= number <= 255`
	return w.buf
}

// 12 reader class
type reader struct {
	data []byte
	pos  int
}

func (r *reader) read(format string) []any { // want read:`unpacks by argument 0`
	n, err := structpack.CalcSize(format)
	if err != nil {
		panic(err)
	}
	v, err := structpack.UnpackFrom(format, r.data, r.pos)
	if err != nil {
		panic(err)
	}
	r.pos += n
	return v
}

func (r *reader) header() (uint16, uint32) {
	v := r.read("<HI")
	return v[0].(uint16), v[2].(uint32) // want `there is no value 2; the format has 2`
}

// 13 scan wrapper
func (r *reader) scan(format string, dests ...any) error { // want scan:`scans argument 0 from argument 1`
	err := structpack.ScanFrom(format, r.data, r.pos, dests...)
	if err == nil {
		n, _ := structpack.CalcSize(format)
		r.pos += n
	}
	return err
}

func (r *reader) item() (id uint16, name string, err error) {
	err = r.scan("<H16s", id, &name) // want `destination is not a pointer`
	return
}

// 14 closure wrapper
func w14() []byte {
	var out []byte
	emit := func(f string, v ...any) {
		b, err := structpack.Pack(f, v...)
		if err != nil {
			panic(err)
		}
		out = append(out, b...)
	}
	emit("<I", 1)
	emit("<B", "x") // want `required argument is not an integer`
	return out
}

// 15 codec
type rec struct {
	ID   uint16
	Name [8]byte
	Mass float32
}

var recs = structpack.MustCodec[rec]("<H8sd") // want `codec "<H8sd": value 2 \('d' at byte 4\): field sockets\.rec\.Mass of type float32 cannot take float64`

type rec2 struct {
	ID   int
	Name string
}

var _ = structpack.MustCodec[rec2]("<") // want `codec "<": field sockets\.rec2\.ID of type int has no code of its own: the tag structpack:"i" gives it one`

type rec3 struct {
	ID uint16 `structpack:"I"`
}

var _ = structpack.MustCodec[rec3]("!") // want `codec "!I": value 0 \('I' at byte 1\): field sockets\.rec3\.ID of type uint16 cannot take uint32`

func keep(data []byte) ([]*rec4, error) {
	c := structpack.MustCodec[rec4]("<HH")
	it, err := c.All(data)
	if err != nil {
		return nil, err
	}
	var out []*rec4
	for _, r := range it {
		out = append(out, r) // want `the record is the same one in every turn of the loop, and is written again`
	}
	return out, nil
}

type rec4 struct{ A, B uint16 }

func ip(addr net.IP) []byte {
	b, _ := structpack.Pack("!4sH", addr, 80) // want `a net\.IP has 16 bytes, also for IPv4, of which the first 4 are packed: use To4, or a netip\.Addr and As4`
	return b
}

func ip2() []byte {
	b, _ := structpack.Pack("!4sH", net.ParseIP("127.0.0.1"), 80) // want `a net\.IP has 16 bytes, also for IPv4, of which the first 4 are packed: use To4, or a netip\.Addr and As4`
	return b
}

// 20 layout rules
var _ = frame.MustLayout("HI", frame.LengthAt(1))  // want `layout "HI": the format must begin with <, > or !: otherwise it is laid out as on this machine only`
var _ = frame.MustLayout("!fI", frame.LengthAt(0)) // want `layout "!fI": value 0 is no integer of it`
var _ = frame.MustLayout("!HH", frame.LengthAt(2)) // want `layout "!HH": value 2 is no integer of it`
var _ = frame.MustLayout("!4sI", frame.Fixed(0, "TOOLONG"))

// 21 strings.Repeat
func samples() []byte {
	b, _ := structpack.Pack("<"+strings.Repeat("h", 4), 1, 2, 3) // want `pack expected 4 items for packing \(got 3\)`
	return b
}

// 22 Sprintf
func packed(a, b string) []byte {
	out, _ := structpack.Pack(fmt.Sprintf("!H%dsH%ds", len(a), len(b)), len(a), a, b) // want `pack expected 4 items for packing \(got 3\)`
	return out
}

// 23 join
func rowFormat() []byte {
	f := ">" + strings.Join([]string{"H", "B", "B"}, "")
	b, _ := structpack.Pack(f, 1, 2) // want `pack expected 3 items for packing \(got 2\)`
	return b
}

// 24 server handler
func srv() *frame.Server {
	return &frame.Server{
		Layout: layout,
		Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
			return c.Write(f.Payload, f.Uint(0)) // want `a frame takes 2 values besides the length \(got 1\)`
		},
	}
}

// 25 server with Scan
func srv2() *frame.Server {
	return &frame.Server{
		Layout: frame.MustLayout("!4sI"),
		Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
			if f.Uint(5) == 0 { // want `panics: there is no value 5; the format "!4sI" has 2`
				return nil
			}
			return nil
		},
	}
}

var calls = frame.MustLayout("!IBI", frame.RequestAt(0), frame.LengthAt(2))

func call(ctx context.Context, nc net.Conn) error {
	n := frame.NewClient(nc, calls)
	if _, err := n.Call(ctx, nil, 1, 2); err != nil { // want `a frame takes 1 values besides those that the layout gives \(got 2\)`
		return err
	}
	if err := n.Conn.Send(nil, 7, 2, 3); err != nil { // want `a frame takes 2 values besides the length \(got 3\)`
		return err
	}
	_, err := n.Call(ctx, nil, 2)
	return err
}

// Cut
func cut(b []byte) {
	for len(b) > 0 {
		f, rest, err := layout.Cut(b)
		if err != nil {
			return
		}
		var id, kind, n int
		if err := f.Scan(&id, &kind, &n, nil); err != nil { // want `scan_from expected 3 destinations \(got 4\)`
			return
		}
		b = rest
	}
}

// 27 Frames
func frames(nc net.Conn) {
	r := frame.NewReader(nc, layout)
	for f, err := range r.Frames() {
		if err != nil {
			return
		}
		var id uint8
		_ = f.Scan(&id, nil, nil) // want `destination cannot take uint16`
	}
}

// 28 TrySend
func push(nc net.Conn) error {
	c := frame.NewConn(nc, frame.MustLayout("!cI", frame.CountsFrom(1)))
	return c.TrySend([]byte("x"), 'Q') // want `char format requires a bytes object of length 1; write byte\('Q'\)`
}

// 29 uncompressed type: text in H
func textin(name string) []byte {
	b, _ := structpack.Pack("<16sH", name, name) // want `required argument is not an integer`
	return b
}

// 30 bytes for 'c'
func char() []byte {
	b, _ := structpack.Pack("<cc", "AB", "C") // want `char format requires a bytes object of length 1`
	return b
}

// 31 float to int code
func fl(x float64) []byte {
	b, _ := structpack.Pack("<If", x, x) // want `required argument is not an integer`
	return b
}

// 32 len as list
func lst(vals []uint16) []byte {
	b, _ := structpack.Pack("<HH", 1, vals) // want `required argument is not an integer`
	return b
}

// 33 wrong slice elem
func lst2(vals []string) []byte {
	b, _ := structpack.Pack("<B3H", 1, vals) // want `required argument is not an integer`
	return b
}

// 34 slice literal of the wrong length
func lst3() []byte {
	b, _ := structpack.Pack("<B3H", 1, []uint16{1, 2}) // want `pack expected 4 items for packing \(got 2\); 2 elements for 3 values`
	return b
}

// 35 tail
type crec struct {
	A uint64
	B uint32
}

func tail(b []byte) ([]crec, error) {
	c := structpack.MustCodec[crec]("@QI")
	return c.AppendUnpackSlice(nil, b) // want `format "@QI" is of 12 bytes, and an element of a C array has 16: end it with 0Q, or begin with = if the bytes are not C's`
}
