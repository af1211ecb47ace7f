// Package right has programs that are right, and look as if they were not.
package right

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"

	"example.com/structpack"
	"example.com/structpack/frame"
)

// Wrappers that do more than pass on.

func early(format string, values ...any) []byte {
	if len(values) == 0 {
		return nil
	}
	b, _ := structpack.Pack(format, values...)
	return b
}

func r001() { early("!HB") }

type conn struct{ out []byte }

func (c *conn) pack(format string, values ...any) { // a format of another kind goes another way
	if strings.HasPrefix(format, "json:") {
		c.out, _ = json.Marshal(values)
		return
	}
	c.out, _ = structpack.Pack(format, values...)
}

func r002(c *conn) { c.pack("json:x", 1, 2) }

func counted(format string, values ...any) ([]byte, error) {
	n := len(values)
	if n == 1 {
		values = append(values, 0)
	}
	return structpack.Pack(format, values...)
}

func r003() { counted("!HB", 1) }

func switched(format string, values ...any) ([]byte, error) {
	switch format {
	case "":
		return nil, nil
	case "raw":
		return fmt.Append(nil, values...), nil
	}
	return structpack.Pack(format, values...)
}

func r004() { switched("raw", 1, 2); switched("", 3) }

func padded(format string, values ...any) ([]byte, error) {
	for len(values) < 3 {
		values = append(values, 0)
	}
	return structpack.Pack(format, values...)
}

func r005() { padded("!HHH", 1) }

func maybe(format string, data []byte) []any {
	if format == "none" {
		return nil
	}
	v, _ := structpack.Unpack(format, data)
	return v
}

func r006(b []byte) { maybe("none", b) }

func upper(format string, values ...any) ([]byte, error) {
	return structpack.Pack(strings.ToUpper(format), values...)
}

func r007() { upper("!hj", 1) }

func defaulted(format string, data []byte) ([]any, error) {
	if format == "" {
		format = "!HB"
	}
	return structpack.Unpack(format, data)
}

func r008(b []byte) {
	v, err := defaulted("", b)
	if err == nil {
		_ = v[1].(uint8)
	}
}

func converted(format string, data []byte) []any { // want converted:`compiles argument 0`
	v, _ := structpack.Unpack(format, data)
	for i := range v {
		if n, ok := v[i].(uint16); ok {
			v[i] = int(n)
		}
	}
	return v
}

func r009(b []byte) int { return converted("!H", b)[0].(int) }

func split(line string) (string, string) { a, b, _ := strings.Cut(line, " "); return a, b }
func r010(line string) (int, error) {
	format, _ := split(line)
	return structpack.CalcSize(format)
}

// Guards.

func r011(b []byte) any {
	v, _ := structpack.Unpack("!H", b)
	if len(v) > 1 {
		return v[1]
	}
	return nil
}
func r012(b []byte) any {
	v, _ := structpack.Unpack("!H", b)
	if len(v) < 2 {
		return nil
	}
	return v[1]
}
func r013(b []byte) bool {
	v, _ := structpack.Unpack("!H", b)
	return len(v) > 1 && v[1] != nil
}
func r014() ([]byte, error) {
	if runtime.GOOS == "windows" {
		return structpack.Pack("@l", 1)
	}
	return structpack.Pack("@l", 1<<40)
}
func r015(b []byte) any {
	v, _ := structpack.Unpack("!H", b)
	for i := 0; i < len(v); i++ {
		if i == 0 {
			return v[i]
		}
	}
	return nil
}
func r016(b []byte) string {
	v, _ := structpack.Unpack("!HI", b)
	switch n := v[1].(type) {
	case uint32:
		return fmt.Sprint(n)
	}
	return ""
}

// Formats made at run time.

func r017(s []byte) ([]byte, error) { return structpack.Pack(fmt.Sprintf("!H%ds", len(s)), len(s), s) }
func r018(key, val string) ([]byte, error) {
	return structpack.Pack(fmt.Sprintf("!L%ds%ds", len(key), len(val)), 7, key, val)
}
func r019(n int, values []any) ([]byte, error) {
	return structpack.Pack(fmt.Sprintf("<%dH", n), values...)
}
func r020(a, b, c int) ([]byte, error)         { return structpack.Pack(fmt.Sprintf("<%dH", 3), a, b, c) }
func r021(n, a, b int) ([]byte, error)         { return structpack.Pack(fmt.Sprintf("<%dH", n), a, b) }
func r022(order string, a int) ([]byte, error) { return structpack.Pack(order+"HB", a, 1) } // want r022:`compiles argument 0 \+ "HB"`
func r023(code string, a int) ([]byte, error)  { return structpack.Pack("<"+code, a) }      // want r023:`compiles "<" \+ argument 0`
func r024(big bool) ([]byte, error) {
	order := "<"
	if big {
		order = ">"
	}
	return structpack.Pack(order+"HI", 1, 2)
}
func r025(wide bool, n uint32) ([]byte, error) {
	f := "!H"
	if wide {
		f = "!I"
	}
	return structpack.Pack(f, n)
}
func r026(wide bool) ([]byte, error) {
	f, v := "!B", 200
	if wide {
		f, v = "!H", 60000
	}
	return structpack.Pack(f, v)
}
func r027(pair bool) ([]byte, error) {
	f := "!B"
	if pair {
		f = "!BB"
		return structpack.Pack(f, 1, 2)
	}
	return structpack.Pack(f, 1)
}
func r028() ([]byte, error)             { return structpack.Pack("<"+strings.Repeat("HB", 2), 1, 2, 3, 4) }
func r029(n int) (int, error)           { return structpack.CalcSize("<" + strings.Repeat("HB", n)) }
func r030(fields []string) (int, error) { return structpack.CalcSize("!" + strings.Join(fields, "")) }
func r031(b []byte, n int) string {
	v, err := structpack.Unpack(fmt.Sprintf("!B%dsH", n), b)
	if err != nil {
		return ""
	}
	return string(v[1].([]byte))
}
func r032(b []byte, e byte) uint16 {
	endian := map[byte]string{'I': "<", 'M': ">"}[e]
	v, err := structpack.Unpack(endian+"H", b)
	if err != nil {
		return 0
	}
	return v[0].(uint16)
}

var formatFlag = flag.String("format", "!w", "a format")

func r033(b []byte) { structpack.Unpack(*formatFlag, b) }
func r034(b []byte) {
	f := "!w"
	flag.StringVar(&f, "f", "!H", "a format")
	structpack.Unpack(f, b)
}
func r035(b []byte) {
	var cfg struct{ Format string }
	json.Unmarshal(b, &cfg)
	structpack.Unpack(cfg.Format, b)
}
func r036(b []byte) {
	format := os.Getenv("FORMAT")
	if format == "" {
		format = "!HB"
	}
	v, _ := structpack.Unpack(format, b)
	if len(v) == 3 {
		_ = v[2].(int16)
	}
}
func r037(b []byte) {
	f := "!H"
	for range 2 {
		structpack.Unpack(f, b)
		f = "!I"
	}
	f += "w"[:0]
}

// Variables.

func r038(b []byte) uint32 {
	v, err := structpack.Unpack("!HH", b)
	if err != nil {
		return 0
	}
	_ = v[1].(uint16)
	v, err = structpack.Unpack("!I", b)
	if err != nil {
		return 0
	}
	return v[0].(uint32)
}
func r039(b []byte, long bool) any {
	v, _ := structpack.Unpack("!H", b)
	if long {
		v, _ = structpack.Unpack("!HI", b)
		return v[1]
	}
	return v[0].(uint16)
}
func r040(b []byte) (n int) {
	var v []any
	for range 3 {
		if v != nil {
			n += int(v[0].(uint32))
		}
		v, _ = structpack.Unpack("!I", b)
	}
	return n
}
func r041(b []byte) {
	v, _ := structpack.Unpack("!H", b)
	v = append(v, "more")
	_ = v[1].(string)
}
func r042(b []byte) {
	v, _ := structpack.Unpack("!H", b)
	v[0] = 7
	_ = v[0] == 7
}
func r043(b []byte, fix func([]any)) {
	v, _ := structpack.Unpack("!H", b)
	fix(v)
	_ = v[0].(int)
}
func r044() {
	args := []any{1}
	args = append(args, 2)
	structpack.Pack("!HB", args...)
}
func r045()            { structpack.Pack("!HB", []any{1, 2}...) }
func r046(more ...any) { structpack.Pack("!HB", append([]any{1}, more...)...) }
func r047() {
	args := make([]any, 0, 2)
	for i := range 2 {
		args = append(args, i)
	}
	structpack.Pack("!HB", args...)
}
func r048() {
	args := []any{1, 2}
	args[1] = "x"
	structpack.Pack("!H1s", args...)
}

// Comparisons.

func r049(b []byte) bool {
	v, _ := structpack.Unpack("!H", b)
	return v[0] == uint16(7)
}
func r050(b []byte) bool {
	v, _ := structpack.Unpack("!4s", b)
	return string(v[0].([]byte)) == "RIFF" && v[0] != nil
}
func r051(b []byte, other any) bool {
	v, _ := structpack.Unpack("!H", b)
	return v[0] == other
}
func r052(b []byte) bool {
	v, _ := structpack.Unpack("!c", b)
	return v[0] == byte('A') || v[0] == uint8(66)
}
func r053(b []byte) int {
	v, _ := structpack.Unpack("!H", b)
	switch v[0] {
	case uint16(1):
		return 1
	}
	switch n := v[0].(uint16); n {
	case 2:
		return 2
	}
	return 0
}
func r054(b []byte) bool {
	v, _ := structpack.Unpack("!?d", b)
	return v[0] == true && v[1] == 1.5
}
func r055(b []byte, wide bool) bool {
	f := "!H"
	if wide {
		f = "!q"
	}
	v, _ := structpack.Unpack(f, b)
	return v[0] == int64(5)
}

// Values.

func r056(ip net.IP) { structpack.Pack("!4s", ip.To4()) }
func r057(ip net.IP) {
	if ip4 := ip.To4(); ip4 != nil {
		structpack.Pack("!4sH", ip4, 80)
	}
}
func r058(a netip.Addr) {
	b := a.As4()
	structpack.Pack("!4s4s", b, a.As4())
}
func r059(ip net.IP) { structpack.Pack("!16s", ip) }
func r060(ip net.IP) {
	ip = ip.To4()
	structpack.Pack("!4s", ip)
}
func r061(n *net.IPNet) { structpack.Pack("!4s4s", n.IP, n.Mask) }
func r062(ip net.IP) {
	if len(ip) == net.IPv4len {
		structpack.Pack("!4s", ip)
	}
}
func r063(n int, u uint64, i8 int8, f float32, ok bool) {
	structpack.Pack("!HQbf?", n, u, i8, f, ok)
	structpack.Pack("!HHH", 'A', true, math.MaxUint16)
}
func r064(s string, b []byte) { structpack.Pack("!4s4sccp", s, b, byte(1), "x", s) }
func r065()                   { structpack.Pack("!d", 1<<20); structpack.Pack("!?", "text") }
func r066(v any, e error)     { structpack.Pack("!Hs", v, e) }
func r067()                   { structpack.Pack("!8s", "RIFF"); structpack.Pack("!5p", "four") }
func r068(buf []byte) {
	const offset = 4
	structpack.PackInto("!HI", buf, offset, 1, 2)
	structpack.PackInto("!HI", make([]byte, 10), offset, 1, 2)
}
func r069() { structpack.Pack("@llh0l", 1, 2, 3) }
func r070() { structpack.Pack("!4x"); structpack.Pack("!0s", "") }

// Data.

func r071(b []byte)        { structpack.Unpack("!II", b[:8]); structpack.UnpackFrom("!I", b[:8], 4) }
func r072(b []byte, n int) { structpack.Unpack("!II", b[n:n+8]); structpack.Unpack("!II", b[4:12]) }
func r073(r io.Reader) {
	buf := make([]byte, 4, 16)
	io.ReadFull(r, buf)
	structpack.Unpack("!I", buf)
	buf = buf[:16]
	structpack.Unpack("!QQ", buf)
}
func r074() {
	var a [8]byte
	structpack.Unpack("!II", a[:])
	structpack.Unpack("!I", a[4:])
	structpack.IterUnpack("!H", a[:6])
}
func r075(r io.Reader) {
	head := make([]byte, 4)
	for {
		if _, err := io.ReadFull(r, head); err != nil {
			return
		}
		v, _ := structpack.Unpack("!I", head)
		body := make([]byte, v[0].(uint32))
		structpack.Unpack("!HH", body)
	}
}

// Destinations.

func r076(b []byte) {
	var n int64
	var s string
	var a any
	var list []uint16
	structpack.MustCompile("!i4sH2H").Scan(b, &n, &s, &a, &list)
}
func r077(b []byte, dests ...any) { structpack.MustCompile("!HH").Scan(b, dests...) } // want r077:`scans "!HH" from argument 1`
func r078(b []byte) {
	p := new(uint16)
	q := p
	structpack.MustCompile("!HH").Scan(b, p, q)
}

// Holders.

type both struct{ s *structpack.Struct }

func newBoth(v2 bool) *both {
	if v2 {
		return &both{structpack.MustCompile("!HH")}
	}
	return &both{s: structpack.MustCompile("!H")}
}
func (b *both) r079() { b.s.Pack(1); b.s.Pack(1, 2) }

var registry = map[byte]*structpack.Struct{}

func r080(k byte) {
	registry[k] = structpack.MustCompile("!HH")
	registry[k].Pack(1, 2)
}

var table = map[byte]*structpack.Struct{1: structpack.MustCompile("!H"), 2: structpack.MustCompile("!HH")}

func r081(k byte) { table[k].Pack(1); table[1].Pack(1); table[2].Pack(1, 2) }

var lazy = sync.OnceValue(func() *structpack.Struct { return structpack.MustCompile("!H") })

func r082()                     { lazy().Pack(1) }
func r083(s *structpack.Struct) { s.Pack(1, 2, 3) }
func pick(n int) *structpack.Struct {
	if n == 1 {
		return structpack.MustCompile("!H")
	}
	return structpack.MustCompile(strings.Repeat("H", n))
}
func r084() { pick(3).Pack(1, 2, 3) }

type embedded struct{ *structpack.Struct }

func (embedded) Pack(values ...any) {}
func r085() {
	e := embedded{structpack.MustCompile("!H")}
	e.Pack(1, 2, 3)
}
func r086() {
	for _, tt := range []struct {
		format string
		values []any
	}{{"!H", []any{1}}, {"!HB", []any{1, 2}}} {
		structpack.Pack(tt.format, tt.values...)
	}
}
func r087() {
	for _, tt := range []struct {
		format string
		v      any
	}{{"!H", 1}, {"!4s", "x"}} {
		structpack.Pack(tt.format, tt.v)
	}
}
func r088(swap bool) {
	s := structpack.MustCompile("!H")
	if swap {
		s = structpack.MustCompile("!HB")
	}
	if swap {
		s.Pack(1, 2)
	} else {
		s.Pack(1)
	}
}

// Errors that the program asks for.

func r089(b []byte) error {
	_, err := structpack.Unpack("!H", []byte("abc"))
	if errors.Is(err, structpack.ErrBuffer) {
		return nil
	}
	return err
}
func r090() bool {
	_, err := structpack.Pack("!B", 300)
	return errors.Is(err, structpack.ErrRange)
}
func r091() bool {
	if _, err := structpack.CalcSize("<n"); errors.Is(err, structpack.ErrFormat) {
		return true
	}
	return false
}
func r092() int {
	_, err := structpack.Pack("!H", "x")
	var e *structpack.Error
	if errors.As(err, &e) {
		return e.Index
	}
	return -1
}
func r093() {
	structpack.Pack("!B", 300) //nolint:structvet // on purpose
	//nolint:errcheck,structvet
	structpack.Pack("!B", 300)
}

// Codecs.

type rec struct {
	N    uint16
	Data []byte
}
type plain struct {
	N uint16
	D [4]byte
}

var (
	recs   = structpack.MustCodec[rec]("<H8s")
	plains = structpack.MustCodec[plain]("<H4s")
	made   = structpack.MustCodec[plain]("!")
	native = structpack.MustCodec[rec]("@H8s")
)

func r094(b []byte) (rows []plain) {
	all, _ := plains.All(b)
	for _, r := range all {
		rows = append(rows, *r)
	}
	return rows
}
func r095(b []byte) (rows []rec) {
	all, _ := recs.All(b)
	for _, r := range all {
		r.Data = slices.Clone(r.Data)
		rows = append(rows, *r)
	}
	return rows
}
func r096(b []byte) (rows []rec, err error) { return recs.AppendUnpackSlice(nil, b) }
func r097(b []byte) *rec {
	all, _ := recs.All(b)
	for _, r := range all {
		if r.N == 7 {
			return r
		}
	}
	return nil
}
func r098(b []byte) (names []string) {
	all, _ := recs.All(b)
	for _, r := range all {
		names = append(names, string(r.Data))
	}
	return names
}
func r099(b []byte) (out []rec) {
	all, _ := recs.All(b)
	for _, r := range all {
		if r.N == 7 {
			out = append(out, *r)
			break
		}
	}
	return out
}
func r100(b []byte) {
	native.All(b)
	structpack.IterUnpack("@QI0Q", b)
	structpack.IterUnpack("=QI", b)
}
func r101(b []byte) { structpack.Unpack("@QI", b); structpack.IterUnpack("@II", b) }
func r102(v *plain) { made.Pack(v); made.Struct().Pack(1, "abcd") }

// Frames.

var (
	layout = frame.MustLayout("!HBI", frame.LengthAt(2))
	summed = frame.MustLayout("!HBB", frame.LengthFunc(func(h []byte) (int64, error) { return int64(h[2]) + int64(h[3]), nil }))
)

type head struct {
	ID     uint16
	Kind   uint8
	Length uint32
}

func r103(w io.Writer, b []byte) {
	out := frame.NewWriter(w, layout)
	out.Write(b, 7, 1)
	out.Write(nil, uint16(7), byte(1))
	frame.WriteHeader(out, &head{1, 2, 0}, b)
}
func r104(b []byte) {
	f, err := layout.Parse(b)
	if err != nil {
		return
	}
	var id, kind, n uint64
	f.Scan(&id, &kind, &n)
	_, _ = f.Uint(0), f.Int(2)
	frame.Decode[head](f)
}
func r105(w io.Writer, b []byte) { frame.NewWriter(w, summed).Write(b, 1, 2, 3) }
func r106(c net.Conn) {
	s := frame.NewConn(c, layout)
	s.Write(nil, 1, 2)
	for f, err := range s.Frames() {
		if err != nil {
			return
		}
		s.Write(f.Payload, f.Uint(0), f.Uint(1))
	}
}
func r107(ctx context.Context, c *frame.Conn, f frame.Frame) error {
	return c.Write(f.Payload, 1, 2, 3)
}
func r108(l *frame.Layout, b []byte) { l.Append(nil, b, 1, 2, 3) }

var server = &frame.Server{
	Layout: layout,
	Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error { return c.Write(f.Payload, f.Uint(0), 1) },
}

// Others that are called alike.

type fake struct{}

func (fake) Pack(format string, values ...any)    {}
func (fake) Unpack(format string, b []byte) []any { return []any{1} }

func r109()                { fake{}.Pack("!w", 1); _ = fake{}.Unpack("!H", nil)[0].(int) }
func r110(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func r111(w *bytes.Buffer) { fmt.Fprintf(w, "!%dw", 1) }

func generic[T any](s *structpack.Struct, v T) ([]byte, error) { return s.Pack(v) }
func r112()                                                    { generic(structpack.MustCompile("!H"), 7) }

func zero[T any](format string, data []byte) (v T) { // want zero:`unpacks a value by argument 0`
	values, err := structpack.Unpack(format, data)
	if err != nil || len(values) == 0 {
		return v
	}
	v, _ = values[0].(T)
	return v
}
func r113(b []byte) uint32 { return zero[uint32]("!I", b) }

func variadic(values ...any) ([]byte, error) {
	if len(values) == 1 {
		return structpack.Pack("!B", values...)
	}
	return structpack.Pack("!BB", values...)
}
func r114() { variadic(1); variadic(1, 2) }

var three = frame.MustLayout("!3sBBI", frame.LengthAt(0))

func r115(b []byte) uint64 {
	f, err := three.Parse(b)
	if err != nil {
		return 0
	}
	return f.Uint(0)
}

// An s of some count is the length, and the count is computed.
func sized(n int) *frame.Layout {
	return frame.MustLayout(fmt.Sprintf("<B%dsB", n), frame.LengthAt(1))
}
