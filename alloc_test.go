//go:build !purego && (386 || amd64 || arm64 || ppc64le || s390x)

package structpack_test

import (
	"bufio"
	"bytes"
	"io"
	"testing"

	"example.com/structpack"
)

// The values of the allocation contracts are package variables: the compiler
// keeps a constant in an interface in static memory, and a contract that was
// shown with constants alone would say nothing.
var (
	allocByte    byte    = 200
	allocChar    byte    = 'a'
	allocBool            = true
	allocInt8    int8    = -100
	allocInt16   int16   = -30000
	allocUint16  uint16  = 60000
	allocInt32   int32   = -2000000000
	allocUint32  uint32  = 4000000000
	allocInt64   int64   = -9000000000000000000
	allocUint64  uint64  = 18000000000000000000
	allocFloat32 float32 = 2.5
	allocFloat64         = 1e-300
	allocString          = "spam"
	allocBytes           = []byte("structpk")
	allocComplex         = complex(float32(1), 2)

	allocSmall  = 100
	allocMedium = 30000
	allocLarge  = 2000000000

	allocNamed  namedU64 = 90
	allocSingle namedF32 = 0.25
	allocText   namedStr = "eggs"
)

const allFormat = "<bBhHiIqQfd?8s2xbBhHiIqQ"

// TestAllocations is the contract that packing into memory that is there, and
// scanning into variables that are there, do not allocate. It is that of the
// build with unsafe: without it, what reads a named float32 type lets every
// packed value escape.
func TestAllocations(t *testing.T) {
	name := structpack.MustCompile("!ci4sf")
	header := structpack.MustCompile("!HHIIBBHHH")
	all := structpack.MustCompile(allFormat)
	runs := structpack.MustCompile("!4H8c3d100i")
	other := structpack.MustCompile("@eF3p?l")

	dst := make([]byte, 0, 1024)
	buf := make([]byte, 1024)
	packed := func(s *structpack.Struct) []byte { return buf[8 : 8+s.Size()] }

	var (
		c          byte
		i8, i8b    int8
		u8, u8b    uint8
		i16, i16b  int16
		u16, u16b  uint16
		i32, i32b  int32
		u32, u32b  uint32
		i64, i64b  int64
		u64, u64b  uint64
		f32        float32
		f64        float64
		truth      bool
		text       = make([]byte, 0, 8)
		wide       int
		wide2      int64
		wideU      uint
		wideU2     uint64
		named      namedU64
		named32    namedF32
		raw        = make(namedRaw, 0, 8)
		four       [4]byte
		halves     [4]uint16
		chars      = make([]byte, 0, 8)
		doubles    [3]float64
		ints       = make([]int64, 0, 100)
		h          [9]uint16
		single     float32
		complex_64 complex64
	)

	tests := []allocationTest{
		{"AppendPack !ci4sf", func() error {
			_, err := name.AppendPack(dst, allocChar, allocInt32, allocString, allocFloat32)
			return err
		}},
		{"AppendPack !ci4sf, int and []byte", func() error {
			_, err := name.AppendPack(dst, allocChar, allocLarge, allocBytes, allocFloat64)
			return err
		}},
		{"AppendPack !HHIIBBHHH", func() error {
			_, err := header.AppendPack(dst, allocUint16, allocUint16, allocUint32, allocUint32, allocByte, allocByte, allocUint16, allocUint16, allocUint16)
			return err
		}},
		{"AppendPack !HHIIBBHHH, int", func() error {
			_, err := header.AppendPack(dst, allocMedium, allocMedium, allocLarge, allocLarge, allocSmall, allocSmall, allocMedium, allocMedium, allocMedium)
			return err
		}},
		{"AppendPack all", func() error {
			_, err := all.AppendPack(dst, allocInt8, allocByte, allocInt16, allocUint16, allocInt32, allocUint32, allocInt64, allocUint64, allocFloat32, allocFloat64,
				allocBool, allocBytes, allocInt8, allocByte, allocInt16, allocUint16, allocInt32, allocUint32, allocInt64, allocUint64)
			return err
		}},
		{"AppendPack all, int", func() error {
			_, err := all.AppendPack(dst, allocSmall, allocSmall, allocMedium, allocMedium, allocLarge, allocLarge, allocLarge, allocLarge, allocLarge, allocLarge,
				allocLarge, allocString, allocSmall, allocSmall, allocMedium, allocMedium, allocLarge, allocLarge, allocLarge, allocLarge)
			return err
		}},
		{"PackInto !ci4sf", func() error {
			return name.PackInto(buf, 8, allocChar, allocInt32, allocString, allocFloat32)
		}},
		{"PackInto !ci4sf, int", func() error {
			return name.PackInto(buf, -200, allocChar, allocLarge, allocBytes, allocFloat64)
		}},
		{"PackInto !HHIIBBHHH", func() error {
			return header.PackInto(buf, 8, allocUint16, allocUint16, allocUint32, allocUint32, allocByte, allocByte, allocUint16, allocUint16, allocUint16)
		}},
		{"PackInto !HHIIBBHHH, int", func() error {
			return header.PackInto(buf, 8, allocMedium, allocMedium, allocLarge, allocLarge, allocSmall, allocSmall, allocMedium, allocMedium, allocMedium)
		}},
		{"PackInto all", func() error {
			return all.PackInto(buf, 8, allocInt8, allocByte, allocInt16, allocUint16, allocInt32, allocUint32, allocInt64, allocUint64, allocFloat32, allocFloat64,
				allocBool, allocBytes, allocInt8, allocByte, allocInt16, allocUint16, allocInt32, allocUint32, allocInt64, allocUint64)
		}},
		{"PackInto all, int", func() error {
			return all.PackInto(buf, 8, allocSmall, allocSmall, allocMedium, allocMedium, allocLarge, allocLarge, allocLarge, allocLarge, allocLarge, allocLarge,
				allocLarge, allocString, allocSmall, allocSmall, allocMedium, allocMedium, allocLarge, allocLarge, allocLarge, allocLarge)
		}},
		{"PackInto other codes", func() error {
			return other.PackInto(buf, 8, allocFloat32, allocComplex, allocString, allocUint64, allocInt32)
		}},
		{"PackInto named types", func() error {
			return name.PackInto(buf, 8, allocChar, allocNamed, allocText, allocSingle)
		}},
		{"Scan !ci4sf", func() error { return name.Scan(packed(name), &c, &i32, &text, &f32) }},
		{"Scan !HHIIBBHHH", func() error {
			return header.Scan(packed(header), &h[0], &h[1], &u32, &u32b, &u8, &u8b, &h[6], &h[7], &h[8])
		}},
		{"Scan all", func() error {
			return all.Scan(packed(all), &i8, &u8, &i16, &u16, &i32, &u32, &i64, &u64, &f32, &f64, &truth, &text,
				&i8b, &u8b, &i16b, &u16b, &i32b, &u32b, &i64b, &u64b)
		}},
		{"ScanFrom !ci4sf", func() error { return name.ScanFrom(buf, 8, &c, &i32, &text, &f32) }},
		{"ScanFrom !HHIIBBHHH", func() error {
			return header.ScanFrom(buf, -200, &h[0], &h[1], &u32, &u32b, &u8, &u8b, &h[6], &h[7], &h[8])
		}},
		{"ScanFrom all", func() error {
			return all.ScanFrom(buf, 8, &i8, &u8, &i16, &u16, &i32, &u32, &i64, &u64, &f32, &f64, &truth, &text,
				&i8b, &u8b, &i16b, &u16b, &i32b, &u32b, &i64b, &u64b)
		}},
		{"Scan wider and named types, nil", func() error {
			return all.Scan(packed(all), &wide, &wideU, &wide2, &named, &wide, &wideU2, &i64, &u64, &f64, nil, &truth, &raw,
				nil, &u8b, &i16b, &u16b, &i32b, &u32b, &i64b, &u64b)
		}},
		{"Scan a byte array, a named float", func() error { return name.Scan(packed(name), &c, &wide, &four, &named32) }},
		{"Scan arrays and slices", func() error { return runs.Scan(packed(runs), &halves, &chars, &doubles, &ints) }},
		{"Scan other codes", func() error { return other.Scan(packed(other), &single, &complex_64, &text, &truth, &wide2) }},
		{"function AppendPack", func() error {
			_, err := structpack.AppendPack(dst, "!ci4sf", allocChar, allocLarge, allocString, allocFloat32)
			return err
		}},
		{"function PackInto", func() error {
			return structpack.PackInto("!HHIIBBHHH", buf, 8, allocMedium, allocUint16, allocUint32, allocUint32, allocByte, allocByte, allocUint16, allocUint16, allocUint16)
		}},
		{"function CalcSize", func() error {
			_, err := structpack.CalcSize(allFormat)
			return err
		}},
	}
	checkNoAllocations(t, tests)
}

// TestCodecAllocations is the same for codecs, whose streams and batches do not
// allocate either, once their buffers are there. Only unpacking strings does.
func TestCodecAllocations(t *testing.T) {
	type spam struct {
		C byte
		I int32
		S [4]byte
		F float32
	}
	type padded struct {
		I uint32
		H int16
		B bool
		_ uint64
		D float64
	}
	one := structpack.MustCodec[spam]("!ci4sf")
	two := structpack.MustCodec[padded]("<Ih?x8xd")
	array := structpack.MustCodec[int32](">i")
	type converted struct {
		A    int
		B    float64
		C    string
		D, E []byte
		F    []uint16
		G    uint64
	}
	type unpacked struct {
		A    int
		B    float64
		D, E []byte
		F    []uint16
	}
	other := structpack.MustCodec[converted]("<he4s5p6s3HI")
	back := structpack.MustCodec[unpacked]("<he5p6s3H")
	single, double := spam{'a', 7, [4]byte([]byte("spam")), 2.5}, padded{I: 1, H: 2, B: true, D: 3}
	singles, doubles, ints := make([]spam, 130), make([]padded, 130), make([]int32, 1000)
	buf := make([]byte, 0, 8192)
	full := buf[:cap(buf)]
	r := bytes.NewReader(full)
	br, bw, buffer := bufio.NewReader(r), bufio.NewWriter(io.Discard), bytes.NewBuffer(buf)
	fields, into := converted{1, 2, allocString, allocBytes, allocBytes, []uint16{1, 2, 3}, 5}, unpacked{F: make([]uint16, 0, 4)}
	checkNoAllocations(t, []allocationTest{
		{"AppendPack, converted", func() error { _, err := other.AppendPack(buf, &fields); return err }},
		{"PackInto, converted", func() error { return other.PackInto(full, 5, &fields) }},
		{"UnpackFrom, converted", func() error { return back.UnpackFrom(full, 9, &into) }},
		{"Read, bufio.Reader", func() error { r.Reset(full); br.Reset(r); return two.Read(br, &double) }},
		{"Write, bufio.Writer", func() error { return two.Write(bw, &double) }},
		{"Write, bytes.Buffer", func() error { buffer.Reset(); return two.Write(buffer, &double) }},
		{"AppendPack", func() error { _, err := one.AppendPack(buf, &single); return err }},
		{"AppendPack padded", func() error { _, err := two.AppendPack(buf, &double); return err }},
		{"PackInto", func() error { return one.PackInto(full, -100, &single) }},
		{"Unpack", func() error { return one.Unpack(full[:one.Size()], &single) }},
		{"UnpackFrom", func() error { return two.UnpackFrom(full, 9, &double) }},
		{"AppendPackSlice", func() error { _, err := one.AppendPackSlice(buf, singles); return err }},
		{"AppendPackSlice padded", func() error { _, err := two.AppendPackSlice(buf, doubles); return err }},
		{"AppendPackSlice array", func() error { _, err := array.AppendPackSlice(buf, ints); return err }},
		{"AppendUnpackSlice", func() error { _, err := one.AppendUnpackSlice(singles[:0], full[:130*one.Size()]); return err }},
		{"AppendUnpackSlice padded", func() error { _, err := two.AppendUnpackSlice(doubles[:0], full[:130*two.Size()]); return err }},
		{"AppendUnpackSlice array", func() error { _, err := array.AppendUnpackSlice(ints[:0], full[:4000]); return err }},
		{"Write", func() error { return one.Write(io.Discard, &single) }},
		{"Read", func() error { r.Reset(full); return two.Read(r, &double) }},
		{"ReadAt", func() error { r.Reset(full); return two.ReadAt(r, 0, &double) }},
	})
}

type allocationTest struct {
	name string
	run  func() error
}

func checkNoAllocations(t *testing.T, tests []allocationTest) {
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.run(); err != nil {
				t.Fatal(err)
			}
			if n := testing.AllocsPerRun(100, func() { tt.run() }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}
