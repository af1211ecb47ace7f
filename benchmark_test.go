package structpack_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"testing"

	"example.com/structpack"
)

// Three records of different kinds. bench/ measures them beside other libraries
// and CPython; here they are for work on the code.
//
// Designs that were measured and lost, on packing !HHIIBBHHH: a loop for each
// repeat count inside the loop over the plan, twice the time of the flat plan;
// comparing type words by unsafe means instead of type assertions, the same
// time; a call for each value that is not of the exact type, 1.4 times.

const (
	benchName   = "!ci4sf"
	benchHeader = "!HHIIBBHHH"
	benchAll    = "<bBhHiIqQfd?8s2xbBhHiIqQ"
)

// The values are variables, for constants would be put into interfaces for free.
var (
	benchChar             = byte('a')
	benchText             = "spam"
	benchBytes            = []byte("abcdefgh")
	benchBool             = true
	benchI8               = int8(-5)
	benchI16              = int16(-3000)
	benchU16              = uint16(60000)
	benchI32              = int32(-70000)
	benchU32              = uint32(4000000000)
	benchI64              = int64(-1 << 40)
	benchU64              = uint64(1 << 63)
	benchF32              = float32(2.5)
	benchF64              = 1e-300
	benchInt, benchBigger = 200, 60000
)

func BenchmarkAppendPack(b *testing.B) {
	buf := make([]byte, 0, 128)
	for _, bb := range []struct {
		name string
		run  func(s *structpack.Struct)
	}{
		{benchName, func(s *structpack.Struct) { buf, _ = s.AppendPack(buf[:0], benchChar, benchI32, benchText, benchF32) }},
		{benchHeader, func(s *structpack.Struct) {
			buf, _ = s.AppendPack(buf[:0], benchU16, benchU16, benchU32, benchU32, benchChar, benchChar, benchU16, benchU16, benchU16)
		}},
		{benchAll, func(s *structpack.Struct) {
			buf, _ = s.AppendPack(buf[:0], benchI8, benchChar, benchI16, benchU16, benchI32, benchU32, benchI64, benchU64, benchF32, benchF64,
				benchBool, benchBytes, benchI8, benchChar, benchI16, benchU16, benchI32, benchU32, benchI64, benchU64)
		}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			s := structpack.MustCompile(bb.name)
			b.ReportAllocs()
			for b.Loop() {
				bb.run(s)
			}
		})
	}
}

func BenchmarkPackInto(b *testing.B) {
	buf := make([]byte, 128)
	b.Run(benchName, func(b *testing.B) {
		s := structpack.MustCompile(benchName)
		b.ReportAllocs()
		for b.Loop() {
			s.PackInto(buf, 0, benchChar, benchI32, benchText, benchF32)
		}
	})
	b.Run(benchHeader, func(b *testing.B) {
		s := structpack.MustCompile(benchHeader)
		b.ReportAllocs()
		for b.Loop() {
			s.PackInto(buf, 0, benchU16, benchU16, benchU32, benchU32, benchChar, benchChar, benchU16, benchU16, benchU16)
		}
	})
	b.Run(benchHeader+" int", func(b *testing.B) {
		s := structpack.MustCompile(benchHeader)
		b.ReportAllocs()
		for b.Loop() {
			s.PackInto(buf, 0, benchBigger, benchBigger, benchBigger, benchBigger, benchInt, benchInt, benchBigger, benchBigger, benchBigger)
		}
	})
	b.Run(benchHeader+" by format", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			structpack.PackInto(benchHeader, buf, 0, benchU16, benchU16, benchU32, benchU32, benchChar, benchChar, benchU16, benchU16, benchU16)
		}
	})
	b.Run(benchHeader+" by hand", func(b *testing.B) {
		for b.Loop() {
			putByHand(buf)
		}
	})
}

//go:noinline
func putByHand(b []byte) {
	_ = b[19]
	binary.BigEndian.PutUint16(b, benchU16)
	binary.BigEndian.PutUint16(b[2:], benchU16)
	binary.BigEndian.PutUint32(b[4:], benchU32)
	binary.BigEndian.PutUint32(b[8:], benchU32)
	b[12], b[13] = benchChar, benchChar
	binary.BigEndian.PutUint16(b[14:], benchU16)
	binary.BigEndian.PutUint16(b[16:], benchU16)
	binary.BigEndian.PutUint16(b[18:], benchU16)
}

func BenchmarkScan(b *testing.B) {
	var (
		c, d, e         byte
		i8              int8
		i16             int16
		h1, h2, h3      uint16
		i32             int32
		u32, v32        uint32
		i64             int64
		u64             uint64
		f32             float32
		f64             float64
		truth           bool
		text            []byte
		h4, h5          uint16
		i8b, i16b, i32b = new(int8), new(int16), new(int32)
	)
	for _, bb := range []struct {
		name string
		run  func(s *structpack.Struct, data []byte) error
	}{
		{benchName, func(s *structpack.Struct, data []byte) error { return s.Scan(data, &c, &i32, &text, &f32) }},
		{benchHeader, func(s *structpack.Struct, data []byte) error {
			return s.Scan(data, &h1, &h2, &u32, &v32, &c, &d, &h3, &h4, &h5)
		}},
		{benchAll, func(s *structpack.Struct, data []byte) error {
			return s.Scan(data, &i8, &c, &i16, &h1, &i32, &u32, &i64, &u64, &f32, &f64, &truth, &text, i8b, &e, i16b, &h2, i32b, &v32, &i64, &u64)
		}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			s := structpack.MustCompile(bb.name)
			data := make([]byte, s.Size())
			b.ReportAllocs()
			for b.Loop() {
				if err := bb.run(s, data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkUnpack(b *testing.B) {
	for _, format := range []string{benchName, benchHeader, benchAll} {
		b.Run(format, func(b *testing.B) {
			s := structpack.MustCompile(format)
			data := make([]byte, s.Size())
			for i := range data {
				data[i] = byte(i*37 + 11)
			}
			b.ReportAllocs()
			for b.Loop() {
				s.Unpack(data)
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for _, format := range []string{benchName, benchHeader, benchAll, "B", "1000000000B"} {
		b.Run(format, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				structpack.Compile(format)
			}
		})
	}
}

// BenchmarkFormats uses so many formats in turn, as programs do that make them up.
func BenchmarkFormats(b *testing.B) {
	data, out := make([]byte, 4096), make([]byte, 0, 4096)
	number, key, value := uint32(70000), []byte("key"), []byte("value")
	for _, n := range []int{1, 200, 1000, 100000} {
		pack, unpack := make([]string, n), make([]string, n)
		for i := range n {
			pack[i] = fmt.Sprintf("!L%ds%ds", 1+i/300, 1+i%300)
			unpack[i] = fmt.Sprintf("<I%ds%dH%dB", 1+i/64%1600, 1+i%8, 1+i/8%8)
		}
		for _, bb := range []struct {
			name    string
			formats []string
			run     func(format string)
		}{
			{"Pack", pack, func(format string) { structpack.Pack(format, number, key, value) }},
			{"AppendPack", pack, func(format string) { structpack.AppendPack(out, format, number, key, value) }},
			{"UnpackFrom", unpack, func(format string) { structpack.UnpackFrom(format, data, 0) }},
			{"CalcSize", unpack, func(format string) { structpack.CalcSize(format) }},
		} {
			b.Run(fmt.Sprint(bb.name, "/", n), func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					bb.run(bb.formats[i%n])
				}
			})
		}
	}
}

func BenchmarkHalf(b *testing.B) {
	s := structpack.MustCompile("!e")
	buf := make([]byte, 2)
	x := math.Pi
	b.ReportAllocs()
	for b.Loop() {
		s.PackInto(buf, 0, x)
	}
}

// BenchmarkHeader has the codec that is made from a type beside the one that has a format,
// and encoding/binary.
func BenchmarkHeader(b *testing.B) {
	derived, format := structpack.MustCodec[tcpHeader]("!"), structpack.MustCodec[tcpHeader](benchHeader)
	data := make([]byte, derived.Size())
	var h tcpHeader
	r := bytes.NewReader(data)
	br := bufio.NewReader(r)
	for _, bb := range []struct {
		name string
		run  func() error
	}{
		{"unpack/type", func() error { return derived.UnpackFrom(data, 0, &h) }},
		{"unpack/format", func() error { return format.UnpackFrom(data, 0, &h) }},
		{"unpack/binary.Decode", func() error { _, err := binary.Decode(data, binary.BigEndian, &h); return err }},
		{"read/type", func() error { r.Reset(data); br.Reset(r); return derived.Read(br, &h) }},
		{"read/binary.Read", func() error { r.Reset(data); br.Reset(r); return binary.Read(br, binary.BigEndian, &h) }},
		{"pack/type", func() error { _, err := derived.AppendPack(data[:0], &h); return err }},
		{"pack/format", func() error { _, err := format.AppendPack(data[:0], &h); return err }},
		{"pack/binary.Append", func() error { _, err := binary.Append(data[:0], binary.BigEndian, &h); return err }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := bb.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkNewCodec makes codecs for types of 5 to 5,000 fields, and for a TCP header.
func BenchmarkNewCodec(b *testing.B) {
	types := []reflect.Type{reflect.TypeFor[uint16](), reflect.TypeFor[uint8](), reflect.TypeFor[int32](), reflect.TypeFor[uint64](), reflect.TypeFor[float64]()}
	for _, n := range []int{5, 50, 500, 5000} {
		var fields []reflect.StructField
		format := []byte{'<'}
		for i := range n {
			fields = append(fields, reflect.StructField{Name: fmt.Sprint("F", i), Type: types[i%5]})
			format = append(format, "HBiQd"[i%5])
		}
		t, s := reflect.StructOf(fields), structpack.MustCompile(string(format))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := structpack.BindType(s, t); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/field")
		})
	}
	for _, format := range []string{benchHeader, "!"} {
		s := structpack.MustCompile(format)
		b.Run("TCP "+format, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := structpack.NewCodec[tcpHeader](s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
