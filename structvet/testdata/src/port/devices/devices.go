// Package devices has what programs for instruments, radios and games look like
// after a port: half of its functions are wrong and half are right.
package devices

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
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/structpack"
	"example.com/structpack/frame"
)

// --- A radio: status frames on a serial line.

var radio = frame.MustLayout("<2sBHB", frame.Fixed(0, "RX"), frame.LengthAt(2))

func radioPoll(c *frame.Conn, station int) error {
	if err := c.Send(nil, station, 0, 1); err != nil { // right or wrong depends on the layout of c, which nobody knows
		return err
	}
	return c.Flush()
}

func radioAppend(dst []byte) ([]byte, error) {
	return radio.Append(dst, []byte("ping"), 7, 4, 1) // want `pack "<2sBHB": a frame takes 2 values besides those that the layout gives \(got 3\)`
}

func radioAppendRight(dst []byte) ([]byte, error) {
	return radio.Append(dst, []byte("ping"), 7, 1)
}

func radioWriter(w io.Writer) error {
	out := frame.NewWriter(w, radio)
	if err := out.Write([]byte("x"), 256, 0); err != nil { // want `pack "<2sBHB": value 1 \('B' at byte 3\): 'B' format requires 0 <= number <= 255`
		return err
	}
	return out.Flush()
}

func radioHeader(b []byte) (kind uint64, err error) {
	f, _, err := radio.Cut(b)
	if err != nil {
		return 0, err
	}
	return f.Uint(4), nil // want `Uint panics: there is no value 4; the format "<2sBHB" has 4`
}

func radioHeaderRight(b []byte) (string, uint64, error) {
	f, _, err := radio.Cut(b)
	if err != nil {
		return "", 0, err
	}
	return string(f.Bytes(0)), f.Uint(0) + f.Uint(3), nil
}

// --- A weather station: a client with a layout in its own struct.

type station struct {
	layout *frame.Layout
	conn   *frame.Conn
	record *structpack.Struct
}

func newStation(c net.Conn) *station {
	s := &station{layout: frame.MustLayout("!BIf", frame.LengthAt(1)), record: structpack.MustCompile("<Ihh")}
	s.conn = frame.NewConn(c, s.layout)
	return s
}

func (s *station) report(temperature float32) error {
	return s.conn.TrySend([]byte("t"), 3, temperature, "celsius") // want `pack "!BIf": a frame takes 2 values besides the length \(got 3\)`
}

func (s *station) reportRight(temperature float32) error {
	return s.conn.TrySend([]byte("t"), 3, temperature)
}

func (s *station) readings(payload []byte) (out []string, err error) {
	records, err := s.record.IterUnpack(payload)
	if err != nil {
		return nil, err
	}
	for r := range records {
		out = append(out, fmt.Sprint(r[0].(uint32), r[1].(int), r[2])) // want `iter_unpack "<Ihh": value 1 \('h' at byte 2\) has type int16, never int`
	}
	return out, nil
}

func (s *station) readingsRight(payload []byte) (sum int, err error) {
	records, err := s.record.IterUnpack(payload)
	if err != nil {
		return 0, err
	}
	for r := range records {
		if t, ok := r[1].(int16); ok && r[0] != uint32(0) {
			sum += int(t)
		}
	}
	return sum, nil
}

// --- A game's save file: formats by version.

var saveVersions = map[int]*structpack.Struct{
	1: structpack.MustCompile("<16sI"),
	2: structpack.MustCompile("<16sIQ"),
}

func saveV2(data []byte) (gold uint32, err error) {
	v, err := saveVersions[2].Unpack(data)
	if err != nil {
		return 0, err
	}
	return v[3].(uint32), nil // want `unpack "<16sIQ": there is no value 3; the format has 3`
}

func saveAny(version int, data []byte) (gold uint32, played uint64, err error) {
	s, ok := saveVersions[version]
	if !ok {
		return 0, 0, errors.New("unknown version")
	}
	v, err := s.Unpack(data)
	if err != nil {
		return 0, 0, err
	}
	gold = v[1].(uint32)
	if len(v) == 3 {
		played = v[2].(uint64)
	}
	return gold, played, nil
}

func saveWrite(version int, name string, gold int) ([]byte, error) {
	format := "<16sI"
	if version > 1 {
		format += "Q"
		return structpack.Pack(format, name, gold) // want `pack "<16sIQ": pack expected 3 items for packing \(got 2\)`
	}
	return structpack.Pack(format, name, gold)
}

func saveWriteRight(version int, name string, gold int, played time.Duration) ([]byte, error) {
	format, values := "<16sI", []any{name, gold}
	if version > 1 {
		format += "Q"
		values = append(values, int64(played))
	}
	return structpack.Pack(format, values...)
}

// --- A plotter's language: formats made in pieces.

func plotPoints(points []int16) ([]byte, error) {
	var format strings.Builder
	format.WriteString("<HH")
	for range points {
		format.WriteString("h")
	}
	values := []any{1, len(points)}
	for _, p := range points {
		values = append(values, p)
	}
	return structpack.Pack(format.String(), values...)
}

func plotLabel(text string) ([]byte, error) {
	var format strings.Builder
	format.WriteString("<BB")
	fmt.Fprintf(&format, "%ds", len(text))
	return structpack.Pack(format.String(), 'L', text) // want `pack "<BB16s": pack expected 3 items for packing \(got 2\)`
}

func plotLabelRight(text string) ([]byte, error) {
	var format strings.Builder
	format.WriteString("<BB")
	fmt.Fprintf(&format, "%ds", len(text))
	return structpack.Pack(format.String(), 'L', len(text), text)
}

func plotPen(order binary.ByteOrder, colour uint32) ([]byte, error) {
	prefix := "<"
	if order == binary.BigEndian {
		prefix = ">"
	}
	return structpack.Pack(prefix+"BHI", colour, 1) // want `pack "<BHI": pack expected 3 items for packing \(got 2\)`
}

func plotJoin(names []string) ([]byte, error) {
	return structpack.Pack("!"+strings.Join(names, ""), len(names))
}

// --- A scope: helpers that the port wrote for itself.

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func unpackBE(format string, data []byte) []any { return must(structpack.Unpack(">"+format, data)) } // want unpackBE:`unpacks by ">" \+ argument 0`

func pick(format string, data []byte, i int) any { return unpackBE(format, data)[i] } // want pick:`compiles ">" \+ argument 0`

func scopeTrace(data []byte) (int, any) {
	v := unpackBE("HHi", data)
	return v[0].(int), pick("HHi", data, 2) // want `unpack ">HHi": value 0 \('H' at byte 1\) has type uint16, never int`
}

func scopeTraceRight(data []byte) (int, any) {
	v := unpackBE("HHi", data)
	return int(v[0].(uint16)), pick("HHi", data, 2)
}

func packIf(ok bool, format string, values ...any) []byte {
	if !ok || len(values) == 0 {
		return nil
	}
	return must(structpack.Pack(format, values...))
}

func scopeTrigger() []byte { return packIf(true, "<HB") }

func emit(w io.Writer, format string, values ...any) error { // want emit:`packs argument 1 from argument 2`
	b, err := structpack.Pack(format, values...)
	if err != nil {
		return fmt.Errorf("emit %s: %w", format, err)
	}
	_, err = w.Write(b)
	return err
}

func scopeRange(w io.Writer, volts float64) error {
	return emit(w, "<Bf", 3, volts, "V") // want `pack "<Bf": pack expected 2 items for packing \(got 3\)`
}

func scopeRangeRight(w io.Writer, volts float64) error {
	return emit(w, "<BfH", 3, volts, 0xffff)
}

// --- An archive: what a Python programmer compares.

func archiveMagic(data []byte) error {
	v, err := structpack.Unpack("<4sHH", data[:8])
	if err != nil {
		return err
	}
	magic, version := v[0], v[1]
	if magic != "ARC1" { // want `unpack "<4sHH": value 0 \('s' at byte 1\) has type \[\]byte, never string: the comparison is always true`
		return errors.New("no archive")
	}
	switch version {
	case 1, 2: // want `unpack "<4sHH": value 1 \('H' at byte 3\) has type uint16, never int: the case is never taken` `unpack "<4sHH": value 1 \('H' at byte 3\) has type uint16, never int: the case is never taken`
		return nil
	}
	return errors.New("unknown version")
}

func archiveMagicRight(data []byte) error {
	v, err := structpack.Unpack("<4sHH", data[:8])
	if err != nil {
		return err
	}
	magic, version := v[0], v[1]
	if !bytes.Equal(magic.([]byte), []byte("ARC1")) {
		return errors.New("no archive")
	}
	switch version {
	case uint16(1), uint16(2):
		return nil
	}
	return errors.New("unknown version")
}

func archiveKind(data []byte) bool {
	v, err := structpack.UnpackFrom("<cB", data, 4)
	return err == nil && slices.Contains([]any{'D', 'F'}, v[0]) // want `unpack_from "<cB": value 0 \('c' at byte 1\) has type uint8, never rune: it is never found` `unpack_from "<cB": value 0 \('c' at byte 1\) has type uint8, never rune: it is never found`
}

func archiveKindRight(data []byte) bool {
	v, err := structpack.UnpackFrom("<cB", data, 4)
	return err == nil && slices.Contains([]any{byte('D'), byte('F')}, v[0])
}

func archiveHeader(f *os.File) (string, error) {
	var head [10]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return "", err
	}
	v, err := structpack.Unpack("<4sHHH", head[:8]) // want `unpack "<4sHHH": unpack requires a buffer of 10 bytes \(got 8\)`
	if err != nil {
		return "", err
	}
	return string(v[0].([]byte)), nil
}

func archiveHeaderRight(f *os.File) (string, error) {
	head := make([]byte, 10, 64)
	if _, err := io.ReadFull(f, head); err != nil {
		return "", err
	}
	v, err := structpack.Unpack("<4sHHHI", head[:14])
	if err != nil {
		return "", err
	}
	return string(v[0].([]byte)), nil
}

// --- A game server: types and their tags.

type move struct {
	ID   uint16
	X, Y float32
	Name string `structpack:"8s,cstr"`
}

var moves = structpack.MustCodec[move]("<")

type moveWrong struct {
	ID   uint16
	Name string
}

func movesOf(data []byte) (out []*move, err error) {
	all, err := moves.All(data)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		out = append(out, m) // want `the record is the same one in every turn of the loop, and is written again`
	}
	return out, nil
}

func movesOfRight(data []byte) (out []*move, err error) {
	all, err := moves.All(data)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		kept := *m
		out = append(out, &kept)
	}
	return out, nil
}

func newWrong() (*structpack.Codec[moveWrong], error) {
	s, err := structpack.Compile("<")
	if err != nil {
		return nil, err
	}
	return structpack.NewCodec[moveWrong](s) // want `codec "<": field devices\.moveWrong\.Name of type string has no code of its own: the tag structpack:"16s" gives it one`
}

func headOf(b []byte) (uint16, error) {
	type head struct {
		Kind uint16
		Size uint16
		Zoom float32
	}
	f, _, err := frame.MustLayout("!HIf", frame.LengthAt(1)).Cut(b)
	if err != nil {
		return 0, err
	}
	h, err := frame.Decode[head](f) // want `codec "!HIf": value 1 \('I' at byte 2\): field devices\.head\.Size of type uint16 cannot take uint32`
	return h.Kind, err
}

// --- A tunnel: addresses, offsets, counts.

func tunnelPeer(b []byte, a netip.Addr, ip net.IP) error {
	if err := structpack.PackInto("!4sH", b, 0, a.AsSlice(), 7); err != nil {
		return err
	}
	if err := structpack.PackInto("!4sH", b, 6, ip, 7); err != nil { // want `pack_into "!4sH": value 0 \('s' at byte 1\): a net\.IP has 16 bytes, also for IPv4, of which the first 4 are packed: use To4, or a netip\.Addr and As4`
		return err
	}
	return structpack.PackInto("!16sH", b, 12, ip.To16(), 7)
}

func tunnelRoutes(routes []uint32) ([]byte, error) {
	return structpack.Pack(fmt.Sprintf("!B%dI", len(routes)), len(routes), routes)
}

func tunnelMask(data []byte) (masks [4]uint32, err error) {
	err = structpack.Scan("!3I", data, &masks) // want `scan "!3I": value 0 \('I' at byte 1, got \*\[4\]uint32\): the destination cannot take 3 values of type uint32`
	return masks, err
}

func tunnelMaskRight(data []byte) (masks [4]uint32, err error) {
	err = structpack.Scan("!4I", data, &masks)
	return masks, err
}

func tunnelTail(records []byte) (n int, err error) {
	all, err := structpack.IterUnpack("@QIB", records) // want `format "@QIB" is of 13 bytes, and an element of a C array has 16: end it with 0Q, or begin with = if the bytes are not C's`
	if err != nil {
		return 0, err
	}
	for range all {
		n++
	}
	return n, nil
}

func tunnelTailRight(records []byte) (n int, err error) {
	all, err := structpack.IterUnpack("@QIB0Q", records)
	if err != nil {
		return 0, err
	}
	for range all {
		n++
	}
	return n, nil
}

// --- What asks for its error, and what is silenced.

func tries(n int) bool {
	_, err := structpack.Pack("B", 300)
	return errors.Is(err, structpack.ErrRange)
}

func silenced() []byte {
	b, _ := structpack.Pack("<H", 70000) //nolint:structvet // it is to be nil
	return b
}

func other() []byte {
	b, _ := structpack.Pack("<H", 70000) //nolint:errcheck // want `pack "<H": value 0 \('H' at byte 1\): 'H' format requires 0 <= number <= 65535`
	return b
}

// --- Calls and answers, holders of other kinds.

var calls = frame.MustLayout("!IIB", frame.LengthAt(1), frame.RequestAt(0))

func callOnce(ctx context.Context, c net.Conn) ([]byte, error) {
	client := frame.NewClient(c, calls)
	defer client.Close()
	f, err := client.Call(ctx, []byte("who"), 1, 9) // want `pack "!IIB": a frame takes 1 values besides those that the layout gives \(got 2\)`
	if err != nil {
		return nil, err
	}
	return f.Payload, nil
}

func callOnceRight(ctx context.Context, c net.Conn) ([]byte, error) {
	client := frame.NewClient(c, calls)
	defer client.Close()
	f, err := client.Call(ctx, []byte("who"), 9)
	if err != nil {
		return nil, err
	}
	return f.Payload, nil
}

var lazy = sync.OnceValue(func() *structpack.Struct { return structpack.MustCompile("<IHH") })

func lazyScan(data []byte) (a uint32, b, c uint16, err error) {
	err = lazy().Scan(data, &a, &b) // want `scan "<IHH": scan expected 3 destinations \(got 2\)`
	return a, b, c, err
}

type point struct{ *structpack.Struct }

var points = point{structpack.MustCompile("<dd")}

func pointsPack(x, y, z float64) ([]byte, error) {
	pack := points.Pack
	return pack(x, y, z) // want `pack "<dd": pack expected 2 items for packing \(got 3\)`
}

func pointsPackRight(x, y float64) ([]byte, error) {
	pack := points.Pack
	return pack(x, y)
}

var packets = []struct {
	name   string
	format string
	values []any
}{
	{"join", "<B4s", []any{1, "anna"}},
	{"part", "<BB", []any{300, 1}},  // want `pack "<BB": value 0 \('B' at byte 1\): 'B' format requires 0 <= number <= 255`
	{"chat", "<BH", []any{2, 3, 4}}, // want `pack "<BH": pack expected 2 items for packing \(got 3\)`
}

func allPackets() (out [][]byte, err error) {
	for _, p := range packets {
		b, err := structpack.Pack(p.format, p.values...)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// --- Reused variables and guards.

func twice(a, b []byte) (uint8, error) {
	v, err := structpack.Unpack("<BB", a)
	if err != nil {
		return 0, err
	}
	first := v[1].(uint8)
	v, err = structpack.Unpack("<B", b)
	if err != nil {
		return 0, err
	}
	return first + v[1].(uint8), nil // want `unpack "<B": there is no value 1; the format has 1`
}

func twiceRight(a, b []byte) (uint8, error) {
	v, err := structpack.Unpack("<B", a)
	if err != nil {
		return 0, err
	}
	first := v[0].(uint8)
	v, err = structpack.Unpack("<BB", b)
	if err != nil {
		return 0, err
	}
	return first + v[1].(uint8), nil
}

func nativeLong(data []byte) (int64, error) {
	v, err := structpack.Unpack("@l", data)
	if err != nil {
		return 0, err
	}
	return v[0].(int64), nil
}

func readTimes(f *os.File) (time.Time, error) {
	var seconds uint32
	var micros uint32
	var length int32
	s := structpack.MustCompile("<IIII")
	err := s.Read(f, &seconds, &micros, &length, nil) // want `read "<IIII": value 2 \('I' at byte 3, got \*int32\): the destination cannot take uint32`
	return time.Unix(int64(seconds), int64(micros)*1000), err
}

func readTimesRight(f *os.File) (time.Time, error) {
	var seconds uint64
	var micros uint32
	var length int64
	s := structpack.MustCompile("<IIII")
	err := s.Read(f, &seconds, &micros, &length, nil)
	return time.Unix(int64(seconds), int64(micros)*1000), err
}

// --- Gen's comment.

// structpack:"!HHf"
type sample struct {
	A, B uint16
	C    uint32 // want `codec "!HHf": value 2 \('f' at byte 3\): field devices\.sample\.C of type uint32 cannot take float32`
}

// structpack:"!HHI"
type sampleRight struct {
	a, b uint16
	c    uint32
}

// structpack:"!HZ" // want `compile "!HZ": "Z" at byte 2: bad char in struct format`
type sampleBroken struct {
	A, B uint16
}

// structpack:"<"
type sampleDerived struct {
	A uint16
	b []byte // want `codec "<": field devices\.sampleDerived\.b of type \[\]byte has no code of its own: the tag structpack:"16s" gives it one`
}

// structpack:"@"
type sampleNative struct {
	a byte
	b uint64
	c [3]struct{ d, e int16 }
}

// --- Other ways to compare and to collect.

var kinds = map[any]string{1: "join", 2: "part"}

func kindOf(data []byte) string {
	v, err := structpack.Unpack("<B", data)
	if err != nil {
		return ""
	}
	return kinds[v[0]] // want `unpack "<B": value 0 \('B' at byte 1\) has type uint8, never int: no key is ever found`
}

var kindsRight = map[any]string{uint8(1): "join", 2: "part"}

func kindOfRight(data []byte) string {
	v, err := structpack.Unpack("<B", data)
	if err != nil {
		return ""
	}
	return kindsRight[v[0]]
}

func same(data []byte) bool {
	v, err := structpack.Unpack("<BH4s", data)
	return err == nil && reflect.DeepEqual(v, []any{uint8(1), 2, []byte("abcd")}) // want `unpack "<BH4s": value 1 \('H' at byte 2\) has type uint16, never int: they are never equal`
}

func sameRight(data []byte) bool {
	v, err := structpack.Unpack("<BH4s", data)
	return err == nil && reflect.DeepEqual(v, []any{uint8(1), uint16(2), []byte("abcd")}) && reflect.DeepEqual(v[2], []byte("abcd"))
}

func collect(values []float64) ([]byte, error) {
	parts := []string{"<", "H"}
	for range values {
		parts = append(parts, "d")
	}
	return structpack.Pack(strings.Join(parts, ""), "many", values) // want `pack "<H": value 0 \('H' at byte 1, got string\): required argument is not an integer`
}

func collectRight(count, extra bool, values ...any) ([]byte, error) {
	parts := []string{"<"}
	if count {
		parts = append(parts, "4")
	}
	if extra {
		parts = append(parts, "H", "2s")
	}
	return structpack.Pack(strings.Join(parts, ""), values...)
}

func build(wide bool, n int) ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('<')
	if wide {
		b.WriteString("Q")
	} else {
		b.WriteString("I")
	}
	b.WriteString(strconv.Itoa(n))
	b.WriteByte('s')
	return structpack.Pack(b.String(), 1.5, "text") // want `pack "<Q16s": value 0 \('Q' at byte 1, got float64\): required argument is not an integer`
}

func buildRight(wide bool, n int) ([]byte, error) {
	var b strings.Builder
	b.WriteByte('<')
	switch {
	case wide:
		b.WriteString("d")
	case n == 0:
		return nil, nil
	default:
		b.WriteString("I")
	}
	if b.Len() > 1 {
		fmt.Fprintf(&b, "%ds", n)
	}
	return structpack.Pack(b.String(), 1.5, "text")
}
