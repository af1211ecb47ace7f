// Package shapes has readers and writers of files and messages as they are after a
// port, wrong and right.
package shapes

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net"
	"os"
	"strconv"
	"strings"

	"example.com/structpack"
	"example.com/structpack/frame"
)

// A shapefile's header: big-endian and little-endian in one.

type shp struct {
	head, body *structpack.Struct
	order      string
}

func newShp(big bool) *shp {
	s := &shp{head: structpack.MustCompile(">7i"), order: "<"}
	if big {
		s.order = ">"
	}
	s.body = structpack.MustCompile(s.order + "2i4d")
	return s
}

func (s *shp) read(r io.Reader) (box [4]float64, err error) {
	var code [7]int32
	if err := s.head.Read(r, &code); err != nil {
		return box, err
	}
	return box, s.body.Read(r, nil, nil, &box[0], &box[1], &box[2]) // want `read "<2i4d": read expected 6 destinations \(got 5\)`
}

func (s *shp) readRight(r io.Reader) (box [4]float64, err error) {
	var code [7]int32
	if err := s.head.Read(r, &code); err != nil {
		return box, err
	}
	var version int32
	return box, s.body.Read(r, &version, nil, &box)
}

// A dbf: field descriptors with a number of them that the header has.

func dbfFields(data []byte) (names []string, err error) {
	n := (len(data) - 1) / 32
	for i := range n {
		v, err := structpack.UnpackFrom("<11sc4xBB14x", data, i*32)
		if err != nil {
			return nil, err
		}
		if v[1] == "C" { // want `unpack_from "<11sc4xBB14x": value 1 \('c' at byte 4\) has type uint8, never string: the comparison is always false`
			names = append(names, string(bytes.TrimRight(v[0].([]byte), "\x00")))
		}
	}
	return names, nil
}

func dbfFieldsRight(data []byte) (names []string, err error) {
	n := (len(data) - 1) / 32
	for i := range n {
		v, err := structpack.UnpackFrom("<11sc4xBB14x", data, i*32)
		if err != nil {
			return nil, err
		}
		if kind := v[1].(byte); kind == 'C' || kind == 'N' {
			names = append(names, string(bytes.TrimRight(v[0].([]byte), "\x00")))
		}
	}
	return names, nil
}

func dbfRow(widths []int, row []byte) ([]any, error) {
	format := "<"
	for _, w := range widths {
		format += strconv.Itoa(w) + "s"
	}
	return structpack.Unpack(format, row)
}

func dbfDelete(row []byte) error {
	return structpack.PackInto("<c", row, 0, "**") // want `pack_into "<c": value 0 \('c' at byte 1, got string\): char format requires a bytes object of length 1`
}

// Values in a dictionary, as struct.pack(fmt, *d.values()) has them.

func packMap(d map[string]any) ([]byte, error) {
	values := make([]any, 0, len(d))
	for v := range maps.Values(d) {
		values = append(values, v)
	}
	return structpack.Pack("<HH", values...)
}

func packPair(kind, size int, text string) ([]byte, error) {
	values := []any{kind, size}
	if text != "" {
		values = append(values, text)
	}
	return structpack.Pack("<HH", values...)
}

func packTriple(kind, size int, text string) ([]byte, error) {
	values := []any{kind, size}
	values = append(values, text) // want `pack "<HH": pack expected 2 items for packing \(got 3\)`
	return structpack.Pack("<HH", values...)
}

// A generator of records, as yield gives them.

func records(data []byte) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		all, err := structpack.IterUnpack("<Hf", data)
		if err != nil {
			return
		}
		for r := range all {
			if !yield(r) {
				return
			}
		}
	}
}

func sum(data []byte) (total float64) {
	for r := range records(data) {
		total += float64(r[1].(float32))
	}
	return total
}

func sumAll(data []byte) (total float64, err error) {
	all, err := structpack.IterUnpack("<Hf", data)
	if err != nil {
		return 0, err
	}
	for r := range all {
		total += r[1].(float64) // want `iter_unpack "<Hf": value 1 \('f' at byte 2\) has type float32, never float64`
	}
	return total, nil
}

// Constants in another block, and formats as typed strings.

type Format string

const (
	FmtHead Format = "!BBH"
	FmtBody        = "!" + "16s" + "I"
	sizeOf         = 20
)

func (f Format) pack(values ...any) ([]byte, error) { return structpack.Pack(string(f), values...) }

func typed() ([]byte, error) { return structpack.Pack(string(FmtHead), 1, 2) } // want `pack "!BBH": pack expected 3 items for packing \(got 2\)`

func body(b []byte) error {
	var buf [sizeOf]byte
	return structpack.PackInto(FmtBody, buf[:], 4, b, 1) // want `pack_into "!16sI": pack_into requires a buffer of at least 24 bytes for packing 20 bytes at offset 4 \(actual buffer size is 20\)`
}

func bodyRight(b []byte) error {
	var buf [sizeOf + 4]byte
	return structpack.PackInto(FmtBody, buf[:], 4, b, 1)
}

func decode(data []byte) (port int, err error) {
	switch v, err := structpack.Unpack("!HH", data); {
	case err != nil:
		return 0, err
	case v[0].(uint16) == 0:
		return 0, errors.New("no port")
	default:
		return int(v[1].(uint16)), nil
	}
}

// A chat server: layouts by options, frames relayed.

type message struct {
	Kind uint8
	Room uint16
	Size uint32 `structpack:",length"`
}

var chat = frame.MustLayoutOf[message]("!")

func say(c *frame.Conn, text string) error {
	return c.Send([]byte(text), 1, 2)
}

func announce(ln net.Listener) error {
	s := &frame.Server{Layout: chat}
	s.Handle = func(_ context.Context, c *frame.Conn, f frame.Frame) error {
		m, err := frame.Decode[message](f)
		if err != nil {
			return err
		}
		return frame.WriteHeader(&c.Writer, &m, f.Payload)
	}
	return s.Serve(ln)
}

func encode(text string) ([]byte, error) {
	return chat.Append(nil, []byte(text), 1, 2, len(text)) // want `pack "!BHI": a frame takes 2 values besides the length \(got 3\); leave out len\(text\)`
}

func encodeRight(text string) ([]byte, error) {
	return chat.Append(nil, []byte(text), 1, 2)
}

func roomOf(b []byte) (uint64, error) {
	f, err := chat.Parse(b)
	if err != nil {
		return 0, err
	}
	var kind, room uint8
	if err := f.Scan(&kind, &room, nil); err != nil { // want `scan_from "!BHI": value 1 \('H' at byte 2, got \*uint8\): the destination cannot take uint16`
		return 0, err
	}
	return f.Uint(1), nil
}

// Helpers with defaults.

type packer struct {
	w   *bufio.Writer
	err error
}

func (p *packer) put(format string, values ...any) { // want put:`packs "<" \+ argument 0 from argument 1`
	if p.err != nil {
		return
	}
	var b []byte
	if b, p.err = structpack.Pack("<"+format, values...); p.err == nil {
		_, p.err = p.w.Write(b)
	}
}

func icon(w io.Writer, images [][]byte) error {
	p := packer{w: bufio.NewWriter(w)}
	p.put("HHH", 0, 1, len(images))
	offset := 6 + 16*len(images)
	for _, img := range images {
		p.put("BBBBHHII", 16, 16, 0, 0, 1, 32, len(img), offset)
		offset += len(img)
	}
	for range images {
		p.put("BBBBHHI", 16, 16, 0, 0, 1, 32, 0, offset) // want `pack "<BBBBHHI": pack expected 7 items for packing \(got 8\)`
	}
	return p.err
}

func lookup(name string) string {
	switch strings.ToLower(name) {
	case "byte":
		return "B"
	case "word":
		return "H"
	default:
		panic("unknown")
	}
}

func field(name string, data []byte) (any, error) {
	v, err := structpack.Unpack("<"+lookup(name), data)
	if err != nil {
		return nil, err
	}
	if v[0] == "" { // want `unpack "<B": value 0 \('B' at byte 1\) has type uint8, never string: the comparison is always false`
		return nil, fmt.Errorf("%s is empty", name)
	}
	return v[0], nil
}

func stat(f *os.File) (mode, size uint32, err error) {
	s, err := structpack.CompileFor(structpack.ILP32, "@HHlI")
	if err != nil {
		return 0, 0, err
	}
	var long int32
	err = s.ReadAt(f, 0, nil, &mode, &long, &size)
	return mode, size, err
}

func statWrong(f *os.File) (mode uint32, long int32, err error) {
	s, err := structpack.CompileFor(structpack.LP64, "@HHlI")
	if err != nil {
		return 0, 0, err
	}
	err = s.ReadAt(f, 0, nil, &mode, &long, nil) // want `read "@HHlI": value 2 \('l' at byte 3, got \*int32\): the destination cannot take int64`
	return mode, long, err
}
