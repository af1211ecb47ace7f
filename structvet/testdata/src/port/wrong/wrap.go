package wrong

import (
	"bytes"
	"encoding/binary"

	"example.com/structpack"
)

func unpack(format string, data []byte) []any { // want unpack:`unpacks by argument 0`
	v, err := structpack.Unpack(format, data)
	if err != nil {
		panic(err)
	}
	return v
}

func w101(b []byte)     { unpack("<Iy", b) }                // want `bad char`
func w102(b []byte) int { return unpack("<I", b)[0].(int) } // want `never int`
func w103(b []byte) int {
	v := unpack("<HH", b)
	return v[1].(int) // want `never int`
}
func w104(b []byte) bool { return unpack("<H", b)[0] == 5 } // want `always false`

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func w105(b []byte) string {
	v := must(structpack.Unpack("!8s", b))
	return v[0].(string) // want `never string`
}

var w106 = must(structpack.Compile("!HB"))

func w106Use() { w106.Pack(1) } // want `expected 2 items`

func netPack(format string, values ...any) []byte { // want netPack:`packs "!" \+ argument 0 from argument 1`
	b, err := structpack.Pack("!"+format, values...)
	if err != nil {
		panic(err)
	}
	return b
}

func w107() { netPack("HB", 1) }      // want `expected 2 items`
func w108() { netPack("HB", 1, 300) } // want `0 <= number <= 255`
func w109() { netPack("<H", 1) }      // want `bad char`

func one[T any](format string, data []byte) T { // want one:`unpacks a value by argument 0`
	v, err := structpack.Unpack(format, data)
	if err != nil {
		panic(err)
	}
	return v[0].(T)
}

func w110(b []byte) int { return one[int]("<I", b) } // want `never int`

func load[T any](format string, data []byte) (T, error) { // want load:`binds argument 0`
	var v T
	err := structpack.MustCodec[T](format).Unpack(data, &v)
	return v, err
}

type w111Header struct {
	ID   uint16
	Size uint8
}

func w111(b []byte) { load[w111Header]("!HI", b) } // want `cannot take uint32|of type uint8`

func w112Pack(format string, values ...any) []byte { // want w112Pack:`packs argument 0 from argument 1`
	b, err := structpack.Pack(format, values...)
	if err != nil {
		return nil
	}
	return b
}

func w112() { w112Pack("!HH", 1) } // want `expected 2 items`

func w113Read(r *bytes.Reader, format string) ([]any, error) { // want w113Read:`unpacks by argument 1`
	n, err := structpack.CalcSize(format)
	if err != nil {
		return nil, err
	}
	buf := make([]byte, n)
	if _, err := r.Read(buf); err != nil {
		return nil, err
	}
	return structpack.Unpack(format, buf)
}

func w113(r *bytes.Reader) {
	v, _ := w113Read(r, "<HH")
	_ = v[0].(int) // want `never int`
	_ = v[2]       // want `no value 2`
}
func w114(r *bytes.Reader) { w113Read(r, "<HHr") } // want `bad char`

func scan(data []byte, format string, dests ...any) { // want scan:`scans argument 1 from argument 2`
	if err := structpack.MustCompile(format).Scan(data, dests...); err != nil {
		panic(err)
	}
}

func w115(b []byte) {
	var n uint16
	scan(b, "!HH", &n) // want `expected 2 destinations`
}

// Codecs.

type w116 struct {
	ID   uint32
	Name string
	Skip uint8
}

var (
	w116Codec = structpack.MustCodec[w116]("!I8s")  // want `w116.Skip|no value`
	w117Codec = structpack.MustCodec[w116]("!I8sI") // want `uint8`
)

type w118 struct {
	A uint8
	_ uint16
	B uint8
}

var w118Codec = structpack.MustCodec[w118]("<BHB") // want `codec`

type w119 struct{ a, b uint16 }

var w119Codec = structpack.MustCodec[w119]("<HH") // want `not exported|unexported`

type record struct {
	N    uint16
	Data []byte
}

type flat struct{ N uint16 }

var (
	recordCodec = structpack.MustCodec[record]("<H8s")
	flatCodec   = structpack.MustCodec[flat]("<H")
)

func w120(b []byte) (rows []record) {
	all, err := recordCodec.All(b)
	if err != nil {
		return nil
	}
	for _, r := range all {
		rows = append(rows, *r) // want `shares the slices`
	}
	return rows
}

func w121(b []byte) (rows []*flat) {
	all, _ := flatCodec.All(b)
	for _, r := range all {
		rows = append(rows, r) // want `the same one`
	}
	return rows
}

func w122(b []byte) map[uint16]record {
	m := map[uint16]record{}
	all, _ := recordCodec.All(b)
	for _, r := range all {
		m[r.N] = *r // want `shares the slices`
	}
	return m
}

func w123(b []byte) { structpack.IterUnpack("@QI", b) } // want `end it with 0Q`
func w124(b []byte) { structpack.IterUnpack("dB", b) }  // want `end it with 0d`

type w125 struct {
	A uint64
	B uint32
}

var w125Codec = structpack.MustCodec[w125]("@QI")

func w125All(b []byte)         { w125Codec.All(b) }                   // want `end it with 0Q`
func w126(b []byte, vs []w125) { w125Codec.AppendPackSlice(b, vs) }   // want `end it with 0Q`
func w127(b []byte, vs []w125) { w125Codec.AppendUnpackSlice(vs, b) } // want `end it with 0Q`

func w128(b []byte) uint16 {
	v, err := structpack.Unpack(">H", b)
	if err != nil {
		return binary.BigEndian.Uint16(b)
	}
	n, _ := v[0].(uint32) // want `never uint32`
	return uint16(n)
}
