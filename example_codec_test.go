package structpack_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"os"
	"slices"

	"example.com/structpack"
)

// A TCP header of RFC 9293, section 3.1, without its options.
type tcpHeader struct {
	Source, Destination   uint16
	Sequence, Ack         uint32
	DataOffset            uint8
	Flags                 uint8
	Window, Checksum, Urg uint16
}

var tcp = structpack.MustCodec[tcpHeader]("!HHIIBBHHH")

func ExampleCodec() {
	segment := []byte("\xc0\x00\x01\xbb\x00\x00\x00\x01\x00\x00\x00\x02\x50\x18\x20\x00\xbe\xef\x00\x00hello")

	var h tcpHeader
	if err := tcp.UnpackFrom(segment, 0, &h); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%+v\n", h)

	h.Source, h.Destination = h.Destination, h.Source
	data, err := tcp.Pack(&h)
	fmt.Printf("% x %v\n", data, err)
	// Output:
	// {Source:49152 Destination:443 Sequence:1 Ack:2 DataOffset:80 Flags:24 Window:8192 Checksum:48879 Urg:0}
	// 01 bb c0 00 00 00 00 01 00 00 00 02 50 18 20 00 be ef 00 00 <nil>
}

// A type that does not meet its format is refused when the codec is made. The
// error names the field, and the place in the format.
func ExampleNewCodec() {
	type point struct {
		X int32
		Y int16
	}
	_, err := structpack.NewCodec[point](structpack.MustCompile("<2i"))
	fmt.Println(err)
	// Output: structpack: codec "<2i": value 1 ('i' at byte 1): field structpack_test.point.Y of type int16 cannot take int32
}

// A file of TIFF says with its first two bytes which byte order it has. There is a
// codec for each, made once.
func ExampleNewCodec_byteOrder() {
	type header struct{ Magic, Directory int64 } // wider than H and I, and with a sign
	codecs := map[string]*structpack.Codec[header]{
		"II": structpack.MustCodec[header]("<2xHI"),
		"MM": structpack.MustCodec[header](">2xHI"),
	}
	for _, file := range []string{"II*\x00\x08\x00\x00\x00", "MM\x00*\x00\x00\x00\x08"} {
		var h header
		err := codecs[file[:2]].Unpack([]byte(file), &h)
		fmt.Println(h.Magic, h.Directory, err)
	}
	// Output:
	// 42 8 <nil>
	// 42 8 <nil>
}

// The headers of a WAV file: RIFF, the fmt chunk, and the head of the data chunk.
type wavHeader struct {
	Riff     [4]byte
	FileSize uint32 // without the first eight bytes
	Wave     [4]byte
	Format   struct {
		ID             [4]byte
		Size           uint32
		Tag, Channels  uint16
		Rate, ByteRate uint32
		Block, Bits    uint16
	}
	Data struct {
		ID   [4]byte
		Size uint32
	}
}

// A WAV file is a header and an array of samples. It is read, and written back as
// the same bytes.
func ExampleCodec_Read_wav() {
	file, err := os.ReadFile("testdata/tone.wav")
	if err != nil {
		log.Fatal(err)
	}
	header := structpack.MustCodec[wavHeader]("<4sI4s 4sIHHIIHH 4sI")
	sample := structpack.MustCodec[int16]("<h")

	r := bytes.NewReader(file)
	var h wavHeader
	if err := header.Read(r, &h); err != nil {
		log.Fatal(err)
	}
	rest, err := io.ReadAll(r)
	if err != nil {
		log.Fatal(err)
	}
	samples, err := sample.AppendUnpackSlice(nil, rest)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s %s, %d Hz, %d bits, %d samples: %d …\n", h.Riff, h.Wave, h.Format.Rate, h.Format.Bits, len(samples), samples[:5])

	var w bytes.Buffer
	if err := header.Write(&w, &h); err != nil {
		log.Fatal(err)
	}
	out, err := sample.AppendPackSlice(w.Bytes(), samples)
	fmt.Println(bytes.Equal(out, file), err)
	// Output:
	// RIFF WAVE, 8000 Hz, 16 bits, 800 samples: [0 3387 6374 8607 9823] …
	// true <nil>
}

// A million records go through two calls.
func ExampleCodec_AppendPackSlice() {
	type tick struct {
		ID    uint32
		Size  int16
		Side  byte
		Price float64
	}
	ticks := make([]tick, 1_000_000)
	for i := range ticks {
		ticks[i] = tick{uint32(i), int16(i % 100), "BS"[i%2], float64(i) / 4}
	}
	c := structpack.MustCodec[tick]("<IhBd")

	data, err := c.AppendPackSlice(nil, ticks)
	fmt.Println(len(data), err)

	back, err := c.AppendUnpackSlice(nil, data)
	fmt.Println(len(back), back[999_999] == ticks[999_999], err)

	sum := 0
	seq, err := c.All(data)
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range seq {
		sum += int(t.Size)
	}
	fmt.Println(sum)
	// Output:
	// 15000000 <nil>
	// 1000000 true <nil>
	// 49500000
}

// A codec for a single number reads and writes arrays of any length.
func ExampleMustCodec_array() {
	c := structpack.MustCodec[int32](">i")
	data, err := c.AppendPackSlice(nil, []int32{1, -2, 3})
	fmt.Printf("%x %v\n", data, err)
	numbers, err := c.AppendUnpackSlice(nil, data)
	fmt.Println(numbers, err)
	// Output:
	// 00000001fffffffe00000003 <nil>
	// [1 -2 3] <nil>
}

// A format that is only a prefix is made from the type: by the rules of encoding/binary
// after <, > and !, and as C lays a struct out after @.
func ExampleMustCodec_type() {
	type sample struct {
		Kind  uint8
		Value float64
		Name  string `structpack:"6s,cstr"`
	}
	wire := structpack.MustCodec[sample]("!")
	data, err := wire.Pack(&sample{1, 2.5, "one"})
	fmt.Printf("%s % x %v\n", wire.Struct().Format(), data, err)

	_, err = structpack.NewCodec[struct{ Name string }](structpack.MustCompile("!"))
	fmt.Println(err)
	// Output:
	// !Bd6s 01 40 04 00 00 00 00 00 00 6f 6e 65 00 00 00 <nil>
	// structpack: codec "!": field struct { Name string }.Name of type string has no code of its own: the tag structpack:"16s" gives it one
}

// What a C program on a 32-bit machine writes is read with the layout that C has there.
// A byteOrders has a codec of T for each byte order.
type byteOrders[T any] struct{ little, big *structpack.Codec[T] }

func codecsOf[T any]() byteOrders[T] {
	return byteOrders[T]{structpack.MustCodec[T]("<"), structpack.MustCodec[T](">")}
}

func (o byteOrders[T]) in(order binary.ByteOrder) *structpack.Codec[T] {
	if order == binary.BigEndian {
		return o.big
	}
	return o.little
}

// In place of binary.Read and an order that comes from the data.
func ExampleMustCodec_byteOrder() {
	type fatHeader struct{ Magic, Count uint32 } // of a Mach-O file
	headers := codecsOf[fatHeader]()

	data := []byte("\xca\xfe\xba\xbe\x00\x00\x00\x02")
	order := binary.ByteOrder(binary.LittleEndian)
	if binary.BigEndian.Uint32(data) == 0xcafebabe {
		order = binary.BigEndian
	}
	var h fatHeader
	err := headers.in(order).Read(bytes.NewReader(data), &h)
	fmt.Printf("%#x %d %v\n", h.Magic, h.Count, err)
	// Output: 0xcafebabe 2 <nil>
}

func ExampleMust() {
	type reading struct {
		Sensor uint8
		Count  int32 `structpack:"l"` // long has 4 bytes there
		Value  float64
	}
	var readings = structpack.Must(structpack.NewCodec[reading](structpack.Must(structpack.CompileFor(structpack.ILP32, "@"))))
	fmt.Println(readings.Struct().Format(), readings.Size())
	// Output: @Bld 16
}

// All yields the same record each time. A record that is kept is a copy of it, and of
// the slices in it.
func ExampleCodec_All() {
	type row struct {
		ID     uint8
		Values []uint16
	}
	all, err := structpack.MustCodec[row](">B2H").All([]byte("\x01\x00\x0a\x00\x0b\x02\x00\x14\x00\x15"))
	if err != nil {
		log.Fatal(err)
	}
	var rows []row
	for _, r := range all {
		kept := *r
		kept.Values = slices.Clone(r.Values)
		rows = append(rows, kept)
	}
	fmt.Println(rows)
	// Output: [{1 [10 11]} {2 [20 21]}]
}
