package structpack_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand"
	"net/netip"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"unsafe"

	"example.com/structpack"
	"github.com/google/go-cmp/cmp"
)

type inner struct {
	A uint16
	B [2]int32
}

type Embedded struct{ E uint8 }

type hidden struct{ H int16 }

type record struct {
	_ int64
	Embedded
	hidden
	In    inner
	Skip  func() `structpack:"-"`
	Names [2]struct{ N [4]byte }
	F     float32
	D     named64
	OK    bool
	C     complex64
}

type named64 float64

// codecCase checks a codec against the dynamic API.
//
//go:noinline
func codecCase[T any](format string, v T, values ...any) func(*testing.T) {
	return func(t *testing.T) {
		t.Helper()
		c := structpack.MustCodec[T](format)
		want, err := structpack.Pack(format, values...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Pack(&v)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("Pack: %x, %v, want %x", got, err, want)
		}
		got, err = c.AppendPack([]byte("kept"), &v)
		if err != nil || !bytes.Equal(got, append([]byte("kept"), want...)) {
			t.Errorf("AppendPack: %x, %v", got, err)
		}
		buf := bytes.Repeat([]byte{0x55}, len(want)+5)
		if err := c.PackInto(buf, -len(want)-2, &v); err != nil || !bytes.Equal(buf, slices.Concat([]byte("UUU"), want, []byte("UU"))) {
			t.Errorf("PackInto: %x, %v", buf, err)
		}
		same := func(how string, got *T, err error) {
			t.Helper()
			if err != nil {
				t.Errorf("%s: %v", how, err)
				return
			}
			if back, err := c.Pack(got); err != nil || !bytes.Equal(back, want) {
				t.Errorf("%s: got %+v", how, *got)
			}
		}
		var back, from, read T
		same("Unpack", &back, c.Unpack(want, &back))
		same("UnpackFrom", &from, c.UnpackFrom(buf, 3, &from))
		same("Read", &read, c.Read(iotest.OneByteReader(bytes.NewReader(want)), &read))
		var w bytes.Buffer
		if err := c.Write(&w, &v); err != nil || !bytes.Equal(w.Bytes(), want) {
			t.Errorf("Write: %x, %v", w.Bytes(), err)
		}

		vs := slices.Repeat([]T{v}, 131)
		all := bytes.Repeat(want, 131)
		if got, err := c.AppendPackSlice([]byte("kept"), vs); err != nil || !bytes.Equal(got, append([]byte("kept"), all...)) {
			t.Errorf("AppendPackSlice: %x, %v", got, err)
		}
		if len(want) == 0 {
			return
		}
		many, err := c.AppendUnpackSlice(vs[:1:1], all)
		if err != nil || len(many) != 132 {
			t.Fatalf("AppendUnpackSlice: %d, %v", len(many), err)
		}
		for i := range many {
			same("AppendUnpackSlice", &many[i], nil)
		}
		seq, err := c.All(all)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for i, r := range seq {
			if i != n {
				t.Errorf("All: record %d, want %d", i, n)
			}
			same("All", r, nil)
			n++
		}
		if n != 131 {
			t.Errorf("All: %d records", n)
		}
		for range seq {
			break
		}
	}
}

func TestCodec(t *testing.T) {
	type numbers struct {
		A int8
		B uint8
		C int16
		D uint16
		E int32
		F uint32
		G int64
		H uint64
		I float32
		J float64
		K bool
		L [8]byte
		_ [2]byte
	}
	n := numbers{-5, 200, -3000, 60000, -70000, 4000000000, -1 << 40, 1 << 63, 1.5, 2.5, true, [8]byte([]byte("abcdefgh")), [2]byte{9, 9}}
	for _, prefix := range []string{"<", ">", "@"} {
		t.Run("numbers "+prefix, codecCase(prefix+"bBhHiIqQfd?8s2x", n, -5, 200, -3000, 60000, -70000, uint32(4000000000), int64(-1<<40), uint64(1<<63), 1.5, 2.5, true, "abcdefgh"))
	}
	for _, prefix := range []string{"<", ">"} {
		t.Run("nested "+prefix, codecCase(prefix+"BhH2i4s4sxfd?F", record{
			Embedded: Embedded{1}, hidden: hidden{-2}, In: inner{3, [2]int32{4, -5}},
			Names: [2]struct{ N [4]byte }{{[4]byte{'a'}}, {[4]byte{'b'}}}, F: 1.5, D: 2.5, OK: true, C: 1 + 2i,
		}, 1, -2, 3, 4, -5, "a", "b", 1.5, 2.5, true, 1+2i))
		t.Run("wider "+prefix, codecCase(prefix+"bHiefF", struct {
			A int64
			B uint
			C int
			D float64
			E float64
			F complex128
		}{-1, 2, -3, 0.5, 1.5, 2i}, -1, 2, -3, 0.5, 1.5, 2i))
		t.Run("wider with a sign "+prefix, codecCase(prefix+"BHI3BI", struct {
			A int16
			B int64
			C int64
			D [3]int32
			E []int64
		}{200, 60000, 4000000000, [3]int32{0, 128, 255}, []int64{1<<32 - 1}}, 200, 60000, uint32(4000000000), 0, 128, 255, uint32(1<<32-1)))
		t.Run("strings "+prefix, codecCase(prefix+"4s4s5p3p", struct {
			A string
			B []byte
			C string
			D namedRaw
		}{"abcd", []byte("ef\x00\x00"), "gh", namedRaw("i")}, "abcd", "ef", "gh", "i"))
		t.Run("slices "+prefix, codecCase(prefix+"3H2B", struct {
			A []uint16
			B []byte
		}{[]uint16{1, 2, 3}, []byte{4, 5}}, 1, 2, 3, 4, 5))
		t.Run("one value "+prefix, codecCase(prefix+"i", int32(-7), -7))
		t.Run("one double "+prefix, codecCase(prefix+"d", 2.5, 2.5))
		t.Run("one string "+prefix, codecCase(prefix+"4s", "abcd", "abcd"))
		t.Run("an array "+prefix, codecCase(prefix+"5h", [5]int16{1, -2, 3, -4, 5}, 1, -2, 3, -4, 5))
		t.Run("an array over items "+prefix, codecCase(prefix+"h2xh3h", [5]int16{1, -2, 3, -4, 5}, 1, -2, 3, -4, 5))
		t.Run("booleans "+prefix, codecCase(prefix+"3?", [3]bool{true, false, true}, true, false, true))
		t.Run("arrays of strings "+prefix, codecCase(prefix+"2s3p", [2]string{"ab", "c"}, "ab", "c"))
		t.Run("complex "+prefix, codecCase(prefix+"FD", struct {
			A complex64
			B complex128
		}{1 + 2i, 3 + 4i}, 1+2i, 3+4i))
	}
	t.Run("native long", codecCase("@lL", struct {
		A int64
		B uint64
	}{-1, 2}, -1, 2))
	t.Run("nothing", codecCase("0i0s3x", struct{ S [0]byte }{}, ""))
	t.Run("signalling NaN", codecCase(">fd", struct {
		A float32
		B float64
	}{math.Float32frombits(0x7f800001), math.Float64frombits(0x7ff0000000000001)}, math.Float32frombits(0x7f800001), math.Float64frombits(0x7ff0000000000001)))
}

// TestCodecBools sees that a bool is 0 or 1 in Go, whatever the byte was.
func TestCodecBools(t *testing.T) {
	c := structpack.MustCodec[struct{ A, B bool }]("<??")
	var v struct{ A, B bool }
	if err := c.Unpack([]byte{2, 255}, &v); err != nil || v != (struct{ A, B bool }{true, true}) {
		t.Errorf("%v, %v", v, err)
	}
}

// TestCodecSignallingNaN sees that named types keep the bits of a NaN, in the way
// without unsafe too.
func TestCodecSignallingNaN(t *testing.T) {
	type single float32
	type double float64
	type pair complex64
	type record struct {
		A single
		B double
		C pair
		D complex128
	}
	data := []byte("\x7f\x80\x00\x01" + "\x7f\xf0\x00\x00\x00\x00\x00\x01" +
		"\x7f\x80\x00\x02\xff\x80\x00\x03" + "\x7f\xf0\x00\x00\x00\x00\x00\x04\xff\xf0\x00\x00\x00\x00\x00\x05")
	c := structpack.MustCodec[record](">fdFD")
	var v record
	if err := c.Unpack(data, &v); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Pack(&v); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%x, %v, want %x", got, err, data)
	}
	if got, err := structpack.Pack(">fdFD", v.A, v.B, v.C, v.D); err != nil || !bytes.Equal(got, data) {
		t.Errorf("Pack: %x, %v, want %x", got, err, data)
	}
}

// TestCodecForABI reads what a C program on another platform wrote.
func TestCodecForABI(t *testing.T) {
	s, err := structpack.CompileFor(structpack.ILP32BigEndian, "@hlq")
	if err != nil {
		t.Fatal(err)
	}
	type abc struct {
		A int16
		B int64
		C int64
	}
	c, err := structpack.NewCodec[abc](s)
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Pack(&abc{1, -2, 3})
	if want := "00010000fffffffe0000000000000003"; err != nil || fmt.Sprintf("%x", b) != want {
		t.Errorf("%x, %v, want %s", b, err, want)
	}
	if _, err := c.Pack(&abc{1, 1 << 31, 3}); !errors.Is(err, structpack.ErrRange) {
		t.Errorf("a long that is too long: %v", err)
	}
}

func bindTo[T any](format string) error {
	_, err := structpack.BindType(structpack.MustCompile(format), reflect.TypeFor[T]()) // a Codec compiles slowly
	return err
}

func TestCodecMismatch(t *testing.T) {
	bind := func(format string, v any) error {
		_, err := structpack.BindType(structpack.MustCompile(format), reflect.TypeOf(v))
		return err
	}
	type T struct {
		A struct{ B int16 }
		C int32
	}
	type blank struct {
		A uint8
		_ uint16
		B uint8
	}
	for _, tt := range []struct {
		err  error
		kind error
		want string
	}{
		{bind("<h", T{}), structpack.ErrCount, `structpack: codec "<h": no value is left for field structpack_test.T.C`},
		{bind("<hii", T{}), structpack.ErrCount, `structpack: codec "<hii": value 2 ('i' at byte 3): structpack_test.T has no field for this value; the format has 3`},
		{bind("<ii", T{}), structpack.ErrType, `structpack: codec "<ii": value 0 ('i' at byte 1): field structpack_test.T.A.B of type int16 cannot take int32`},
		{bind("<hI", T{}), structpack.ErrType, `structpack: codec "<hI": value 1 ('I' at byte 2): field structpack_test.T.C of type int32 cannot take uint32`},
		{bind("<h2s", T{}), structpack.ErrType, `structpack: codec "<h2s": value 1 ('s' at byte 2): field structpack_test.T.C of type int32 cannot take []uint8`},
		{bindTo[[1 << 30]struct{}]("<"), structpack.ErrType, `structpack: codec "<": type [1073741824]struct {} has more than 65536 fields and elements of arrays`},
		{bindTo[[1 << 10][1 << 10][1 << 10]struct{}]("<"), structpack.ErrType, `structpack: codec "<": type [1024][1024][1024]struct {} has more than 65536 fields and elements of arrays`},
		{bindTo[[1 << 16]struct{ V uint8 }]("<65536B"), structpack.ErrType, `structpack: codec "<65536B": type [65536]struct { V uint8 } has more than 65536 fields and elements of arrays`},
		{bind("<", doubled{}), structpack.ErrType, `structpack: codec "<": type structpack_test.doubled has more than 65536 fields and elements of arrays`},
		{bind("<i", struct{ a int32 }{}), structpack.ErrType, `structpack: codec "<i": value 0 ('i' at byte 1): field struct { a int32 }.a is not exported`},
		{bind("<i", struct{ A *int32 }{}), structpack.ErrType, `structpack: codec "<i": value 0 ('i' at byte 1): field struct { A *int32 }.A of type *int32 cannot take int32`},
		{bind("<i", struct{ A any }{}), structpack.ErrType, `structpack: codec "<i": value 0 ('i' at byte 1): field struct { A interface {} }.A of type interface {} cannot take int32`},
		{bind("<i", struct{ A chan int }{}), structpack.ErrType, `structpack: codec "<i": value 0 ('i' at byte 1): field struct { A chan int }.A of type chan int cannot take int32`},
		{bind("<4s", [3]byte{}), structpack.ErrType, `structpack: codec "<4s": value 0 ('s' at byte 1): field [3]uint8 of type [3]uint8 cannot take []uint8`},
		{bind("<4p", [4]byte{}), structpack.ErrType, `structpack: codec "<4p": value 0 ('p' at byte 1): field [4]uint8 of type [4]uint8 cannot take []uint8`},
		{bind("<4H", [3]uint16{}), structpack.ErrCount, `structpack: codec "<4H": value 3 ('H' at byte 1): [3]uint16 has no field for this value; the format has 4`},
		{bind("<3H", struct {
			A uint16
			B []uint16
		}{}), structpack.ErrType, `structpack: codec "<3H": value 1 ('H' at byte 1): field struct { A uint16; B []uint16 }.B of type []uint16 cannot begin inside an item`},
		{bind("<BHB", blank{}), structpack.ErrType, `structpack: codec "<BHB": value 1 ('H' at byte 2): field structpack_test.blank.B of type uint8 cannot take uint16; structpack_test.blank._ before it takes no value, 2x in the format is for its bytes`},
		{bind("<BBB", blank{}), structpack.ErrCount, `structpack: codec "<BBB": value 2 ('B' at byte 3): structpack_test.blank has no field for this value; the format has 3; structpack_test.blank._ before it takes no value, 2x in the format is for its bytes`},
		{bind("<B", struct {
			A uint8 `structpack:"skip"`
		}{}), structpack.ErrType, `structpack: codec "<B": value 0 ('B' at byte 1): field struct { A uint8 "structpack:\"skip\"" }.A: the tag structpack:"skip" means nothing`},
		{bind("<B", struct {
			A uint8 `structpack:""`
		}{}), structpack.ErrType, `structpack: codec "<B": value 0 ('B' at byte 1): field struct { A uint8 "structpack:\"\"" }.A: the tag structpack:"" means nothing`},
		{bind("<I", struct {
			A uint32 `structpack:"H"`
		}{}), structpack.ErrType, `structpack: codec "<I": value 0 ('I' at byte 1): field struct { A uint32 "structpack:\"H\"" }.A has the tag structpack:"H"`},
		{bind("<BQ", struct {
			A    uint8
			Addr netip.Addr
		}{}), structpack.ErrType, `structpack: codec "<BQ": value 1 ('Q' at byte 2): field struct { A uint8; Addr netip.Addr }.Addr of type netip.Addr has fields that are not exported; the tag structpack:"-" skips it, and a field of another type can take its place`},
		{bind("<2B", struct{ Items []T }{}), structpack.ErrType, `structpack: codec "<2B": value 0 ('B' at byte 1): field struct { Items []structpack_test.T }.Items of type []structpack_test.T cannot take uint8; an array of structs can, as [2]structpack_test.T`},
		{bind("", T{}), structpack.ErrCount, `structpack: codec "": no value is left for field structpack_test.T.A.B; a format that is only a prefix, <, >, !, = or @, is made from the type`},
		{bindTo[[1 << 30]struct{ A byte }]("<"), structpack.ErrType, `structpack: codec "<": type [1073741824]struct { A uint8 } has more than 65536 fields and elements of arrays`},
		{bindTo[[1 << 20]struct{ A byte }]("<1000000B"), structpack.ErrType, `structpack: codec "<1000000B": type [1048576]struct { A uint8 } has more than 65536 fields and elements of arrays`},
	} {
		if !errors.Is(tt.err, tt.kind) || tt.err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", tt.err, tt.want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("MustCodec does not panic")
		}
	}()
	structpack.MustCodec[int8]("<i")
}

// doubled has no size, and 524,288 fields.
type (
	doubled   struct{ A, B doubled8 }
	doubled8  struct{ A, B, C, D, E, F, G, H doubled16 }
	doubled16 struct{ A, B, C, D, E, F, G, H doubled24 }
	doubled24 struct{ A, B, C, D, E, F, G, H doubled32 }
	doubled32 struct{ A, B, C, D, E, F, G, H doubled40 }
	doubled40 struct{ A, B, C, D, E, F, G, H doubled48 }
	doubled48 struct{ A, B, C, D, E, F, G, H struct{} }
)

func TestCodecErrors(t *testing.T) {
	type wide struct {
		A uint8
		B int64
	}
	c := structpack.MustCodec[wide]("<Bb")
	bad := []wide{{1, 2}, {3, 300}}
	dst := []byte("kept")

	check := func(what string, err, kind error, index int) {
		t.Helper()
		var e *structpack.Error
		if !errors.As(err, &e) || !errors.Is(err, kind) || e.Index != index {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := c.Pack(&bad[1]); err == nil || !strings.HasSuffix(err.Error(), "value 1 ('b' at byte 2): 'b' format requires -128 <= number <= 127") {
		t.Errorf("Pack: %v", err)
	}
	got, err := c.AppendPackSlice(dst, bad)
	check("AppendPackSlice", err, structpack.ErrRange, 1)
	if !strings.Contains(err.Error(), "record 1: value 1") || string(got) != "kept" {
		t.Errorf("AppendPackSlice: %q, %v", got, err)
	}
	got, err = c.AppendPack(dst, &bad[1])
	check("AppendPack", err, structpack.ErrRange, 1)
	if string(got) != "kept" {
		t.Errorf("AppendPack: %q", got)
	}
	buf := []byte("....")
	check("PackInto", c.PackInto(buf, 1, &bad[1]), structpack.ErrRange, 1)
	check("PackInto without room", c.PackInto(buf, 3, &bad[0]), structpack.ErrBuffer, -1)
	check("Write", c.Write(io.Discard, &bad[1]), structpack.ErrRange, 1)
	if string(buf) != "...." {
		t.Errorf("PackInto: %q", buf)
	}
	v := wide{7, 8}
	check("Unpack", c.Unpack([]byte{1}, &v), structpack.ErrBuffer, -1)
	check("UnpackFrom", c.UnpackFrom([]byte{1, 2}, 1, &v), structpack.ErrBuffer, -1)
	if v != (wide{7, 8}) {
		t.Errorf("%v after errors", v)
	}
	vs, err := c.AppendUnpackSlice([]wide{v}, []byte{1, 2, 3})
	check("AppendUnpackSlice", err, structpack.ErrBuffer, -1)
	if len(vs) != 1 {
		t.Errorf("AppendUnpackSlice: %v", vs)
	}
	_, err = c.All([]byte{1, 2, 3})
	check("All", err, structpack.ErrBuffer, -1)
	_, err = structpack.MustCodec[struct{}]("<").All(nil)
	check("All of nothing", err, structpack.ErrBuffer, -1)

	check("nil Unpack", c.Unpack([]byte{1, 2}, nil), structpack.ErrType, -1)
	check("nil UnpackFrom", c.UnpackFrom([]byte{1, 2}, 0, nil), structpack.ErrType, -1)
	check("nil Read", c.Read(strings.NewReader("ab"), nil), structpack.ErrType, -1)
	_, err = c.Pack(nil)
	check("nil Pack", err, structpack.ErrType, -1)
	check("nil PackInto", c.PackInto(buf, 0, nil), structpack.ErrType, -1)

	sliced := structpack.MustCodec[[]uint16]("<3H")
	short := []uint16{1, 2}
	_, err = sliced.Pack(&short)
	check("a slice of another length", err, structpack.ErrCount, 0)
	// Numbers in slices have the same limits.
	for _, tt := range []struct {
		format string
		good   []int64
	}{{"<2b", []int64{-128, 127}}, {">2h", []int64{-32768, 32767}}, {"<2i", []int64{math.MinInt32, math.MaxInt32}}} {
		c := structpack.MustCodec[[]int64](tt.format)
		if _, err := c.Pack(&tt.good); err != nil {
			t.Errorf("%s: %v", tt.format, err)
		}
		_, err = c.Pack(&[]int64{tt.good[0] - 1, 0})
		check("below "+tt.format, err, structpack.ErrRange, 0)
		_, err = c.Pack(&[]int64{0, tt.good[1] + 1})
		check("above "+tt.format, err, structpack.ErrRange, 1)
	}
	if _, err := structpack.MustCodec[[]uint64]("<2B").Pack(&[]uint64{255, 0}); err != nil {
		t.Error(err)
	}
	_, err = structpack.MustCodec[[]uint64]("<2B").Pack(&[]uint64{255, 256})
	check("above <2B", err, structpack.ErrRange, 1)
	// Of two that are refused, the first counts, whichever way it goes.
	_, err = structpack.MustCodec[struct {
		A int64
		B float64
	}]("<be").Pack(&struct {
		A int64
		B float64
	}{300, 1e9})
	check("two values <be", err, structpack.ErrRange, 0)
	_, err = structpack.MustCodec[struct {
		A float64
		B int64
	}]("<eb").Pack(&struct {
		A float64
		B int64
	}{1e9, 300})
	check("two values <eb", err, structpack.ErrRange, 0)
	// What is converted and not moved is looked at in batches too.
	got, err = sliced.AppendPackSlice(dst, [][]uint16{{1, 2, 3}, short})
	check("a slice of another length in a batch", err, structpack.ErrCount, 0)
	if !strings.Contains(err.Error(), "record 1: value 0") || string(got) != "kept" {
		t.Errorf("AppendPackSlice: %q, %v", got, err)
	}
	half := structpack.MustCodec[float64]("<e")
	got, err = half.AppendPackSlice(dst, []float64{65504, -1, 65520})
	check("a float too large in a batch", err, structpack.ErrRange, 0)
	if !strings.Contains(err.Error(), "record 2: value 0") || string(got) != "kept" {
		t.Errorf("AppendPackSlice: %q, %v", got, err)
	}
}

// TestCodecPlaces packs into and unpacks from buffers of every length at every
// offset, and appends to slices of every capacity: a codec does what the dynamic API
// does, whichever way it moves.
func TestCodecPlaces(t *testing.T) {
	type header struct {
		A, B uint16
		C, D uint32
		E, F uint8
		G    [3]uint16
	}
	type mixed struct {
		A int16
		B bool
		_ uint64
		C float64
	}
	t.Run("header", codecPlaces("!HHIIBB3H", header{1, 2, 3, 4, 5, 6, [3]uint16{7, 8, 9}}, 1, 2, 3, 4, 5, 6, 7, 8, 9))
	t.Run("mixed", codecPlaces("<h?d", mixed{A: -2, B: true, C: 1.5}, -2, true, 1.5))
	t.Run("one number", codecPlaces(">I", uint32(0x01020304), 0x01020304))
	t.Run("one byte", codecPlaces("<B", uint8(7), 7))
	t.Run("numbers", codecPlaces(">9q", [9]int64{0: -1, 8: 9}, -1, 0, 0, 0, 0, 0, 0, 0, 9))
	t.Run("wider", codecPlaces("<bB", struct {
		A int64
		B uint
	}{-3, 200}, -3, 200))
	t.Run("text", codecPlaces("<5sx3p", struct{ A, B string }{"abcde", "fg"}, "abcde", "fg"))
	t.Run("slice", codecPlaces(">3H", []uint16{1, 2, 3}, 1, 2, 3))
	t.Run("nothing", codecPlaces("<", struct{}{}))
}

//go:noinline
func codecPlaces[T any](format string, v T, values ...any) func(*testing.T) {
	return func(t *testing.T) {
		s := structpack.MustCompile(format)
		c, err := structpack.NewCodec[T](s)
		if err != nil {
			t.Fatal(err)
		}
		size := s.Size()
		packed, err := s.Pack(values...)
		if err != nil {
			t.Fatal(err)
		}
		same := func(what string, got, want error) {
			t.Helper()
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
		noPointer := func(what string, err error) {
			t.Helper()
			if !errors.Is(err, structpack.ErrType) {
				t.Errorf("%s: %v for a nil pointer", what, err)
			}
		}
		const canary = 0xa5
		for n := range 2*size + 4 {
			data := bytes.Repeat([]byte{canary}, n)
			var got T
			err := c.Unpack(data, &got)
			_, wantErr := s.Unpack(data)
			same(fmt.Sprintf("Unpack of %d bytes", n), err, wantErr)
			noPointer("Unpack", c.Unpack(data, nil))
			offsets := []int{math.MinInt, math.MinInt + 1, -n - size, math.MaxInt - size, math.MaxInt - 1, math.MaxInt}
			for i := -n - 2; i <= n+2; i++ {
				offsets = append(offsets, i)
			}
			for _, offset := range offsets {
				what := fmt.Sprintf("%d bytes, offset %d", n, offset)
				whole := bytes.Repeat([]byte{canary}, n+16) // what is after it is not the codec's
				want := bytes.Clone(whole)
				wantErr := s.PackInto(want[:n:n], offset, values...)
				same("PackInto, "+what, c.PackInto(whole[:n:n], offset, &v), wantErr)
				if !bytes.Equal(whole, want) {
					t.Errorf("PackInto, %s: %x, want %x", what, whole, want)
				}
				var got, zero T
				_, wantErr = s.UnpackFrom(want[:n:n], offset)
				same("UnpackFrom, "+what, c.UnpackFrom(want[:n:n], offset, &got), wantErr)
				if wantErr == nil && !reflect.DeepEqual(got, v) || wantErr != nil && !reflect.DeepEqual(got, zero) {
					t.Errorf("UnpackFrom, %s: %v, %v", what, got, wantErr)
				}
				if wantErr == nil {
					noPointer("PackInto", c.PackInto(whole[:n:n], offset, nil))
					noPointer("UnpackFrom", c.UnpackFrom(want[:n:n], offset, nil))
				}
			}
		}
		for room := range size + 4 {
			whole := bytes.Repeat([]byte{canary}, 3+size+8)
			dst := whole[: 3 : 3+room]
			b, err := c.AppendPack(dst, &v)
			if err != nil || !bytes.Equal(b[3:], packed) || (&b[0] == &dst[0]) != (room >= size) {
				t.Errorf("AppendPack with room for %d bytes: %x, %v", room, b, err)
			}
			for i, x := range whole {
				if x != canary && (i < 3 || i >= 3+min(room, size)) {
					t.Errorf("AppendPack with room for %d bytes wrote at %d: %x", room, i, whole)
				}
			}
			if b, err = c.AppendPack(dst, nil); len(b) != 3 {
				t.Errorf("AppendPack of nothing: %x", b)
			}
			noPointer("AppendPack", err)
		}
	}
}

// TestCodecLimits has floats at the limits of their codes, which the dynamic API
// packs or refuses, and so must a codec.
func TestCodecLimits(t *testing.T) {
	type wide struct {
		E, F float64
		Z    complex128
		E32  float32
	}
	for _, prefix := range []string{"<", ">"} {
		s := structpack.MustCompile(prefix + "efFe")
		c, err := structpack.NewCodec[wide](s)
		if err != nil {
			t.Fatal(err)
		}
		check := func(v wide) {
			t.Helper()
			want, wantErr := s.Pack(v.E, v.F, v.Z, v.E32)
			got, err := c.Pack(&v)
			if fmt.Sprint(err) != fmt.Sprint(wantErr) || !bytes.Equal(got, want) {
				t.Errorf("%s %+v: got  %x, %v\nwant %x, %v", prefix, v, got, err, want, wantErr)
			}
		}
		const half, single = 65520, 0x1p128 - 0x1p103 // what rounds to an infinity
		for _, sign := range []float64{1, -1} {
			for _, x := range []float64{half, math.Nextafter(half, 0), 65504, single, math.Inf(1), math.NaN(), 0} {
				check(wide{E: sign * x})
				check(wide{E32: float32(sign * x)})
			}
			check(wide{E32: math.Nextafter32(half, 0)})
			for _, x := range []float64{single, math.Nextafter(single, 0), math.MaxFloat32, math.MaxFloat64, math.Inf(1), math.NaN()} {
				check(wide{F: sign * x})
				check(wide{Z: complex(sign*x, 1)})
				check(wide{Z: complex(1, sign*x)})
				check(wide{E: half, F: sign * x})
			}
		}
	}
}

// TestCodecSigns has numbers with a sign for codes that have none: each way to pack
// refuses those that are negative or too large.
func TestCodecSigns(t *testing.T) {
	type wide struct {
		B  int16
		H  int32
		I  int64
		HH [2]int64
	}
	s := structpack.MustCompile("<BHI2H")
	b, err := structpack.BindType(s, reflect.TypeFor[wide]())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []wide{
		{255, 65535, 1<<32 - 1, [2]int64{0, 65535}},
		{B: -1}, {B: 256}, {H: -1}, {H: 65536}, {I: -1}, {I: 1 << 32}, {I: math.MinInt64}, {I: math.MaxInt64},
		{HH: [2]int64{-1, 0}}, {HH: [2]int64{0, -1}}, {HH: [2]int64{0, 65536}},
		{B: -1, H: -1},
	} {
		want, wantErr := s.Pack(v.B, v.H, v.I, v.HH[0], v.HH[1])
		for _, w := range b.Ways() {
			got, err := w.AppendPack(nil, reflect.ValueOf(&v))
			if fmt.Sprint(err) != fmt.Sprint(wantErr) || !bytes.Equal(got, want) {
				t.Errorf("%s %+v: got  %x, %v\nwant %x, %v", w.Name, v, got, err, want, wantErr)
			}
			batch := reflect.ValueOf([]wide{{}, v})
			got, err = w.AppendPackSlice(nil, batch)
			if (err != nil) != (wantErr != nil) || err == nil && !bytes.Equal(got[s.Size():], want) {
				t.Errorf("%s, the second of two, %+v: got  %x, %v\nwant %x, %v", w.Name, v, got, err, want, wantErr)
			}
		}
	}
	for _, format := range []string{"<Q", "@L", "@N", "@P", "<c"} { // of which no integer with a sign holds every value
		if _, err := structpack.NewCodec[int64](structpack.MustCompile(format)); !errors.Is(err, structpack.ErrType) {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// TestCodecPointers sees that no pointer is written that the format has no value
// for: fields called _ may hold some, and the collector must be told of a change.
func TestCodecPointers(t *testing.T) {
	type record struct {
		A uint64
		_ *int
		B [3]uint64
		_ string
	}
	c := structpack.MustCodec[record](">Q3Q")
	data := bytes.Repeat([]byte{1, 2, 3, 4, 5, 6, 7, 8}, 4*40)
	vs := make([]record, 40)
	for i := range vs {
		*(**int)(unsafe.Add(unsafe.Pointer(&vs[i]), 8)) = new(int)
	}
	before := slices.Clone(vs)
	if err := c.UnpackFrom(data, 0, &vs[0]); err != nil {
		t.Fatal(err)
	}
	if vs, err := c.AppendUnpackSlice(vs[:0], data); err != nil || len(vs) != 40 {
		t.Fatal(len(vs), err)
	}
	for i := range vs {
		got, want := *(**int)(unsafe.Add(unsafe.Pointer(&vs[i]), 8)), *(**int)(unsafe.Add(unsafe.Pointer(&before[i]), 8))
		if got != want || vs[i].B[2] != 0x0102030405060708 {
			t.Errorf("record %d: %+v, the pointer was %p and is %p", i, vs[i], want, got)
		}
	}
}

// TestCodecReuse sees that records put where others were keep nothing of them:
// neither what a skipped field held nor the memory of a slice, which somebody
// may still read.
func TestCodecReuse(t *testing.T) {
	type noted struct {
		A    uint16
		Note int `structpack:"-"`
	}
	numbers := structpack.MustCodec[noted](">H")
	old := []noted{{1, 2}}
	if got, err := numbers.AppendUnpackSlice(old[:0], []byte{0, 3}); err != nil || &got[0] != &old[0] || got[0] != (noted{A: 3}) {
		t.Errorf("%v, %v", got, err)
	}
	slices := structpack.MustCodec[[]byte]("2s")
	names := [][]byte{[]byte("ab")}
	kept := names[0]
	if got, err := slices.AppendUnpackSlice(names[:0], []byte("cd")); err != nil || string(got[0]) != "cd" || string(kept) != "ab" {
		t.Errorf("%q, %v, and %q was ab", got, err, kept)
	}
}

// TestCodecStreams reads records from readers of all sorts until they end, between
// records and inside of one.
func TestCodecStreams(t *testing.T) {
	type record struct {
		A, B, C uint16
		D       [14]byte
	}
	c := structpack.MustCodec[record](">3H14s")
	const stream = "\x00\x01\x00\x02\x00\x03abcdefghijklmn" + "\x00\x04\x00\x05\x00\x06opqrstuvwxyz12" + "rest"
	want := []record{{1, 2, 3, [14]byte([]byte("abcdefghijklmn"))}, {4, 5, 6, [14]byte([]byte("opqrstuvwxyz12"))}}
	for _, tt := range []struct {
		name string
		from func(io.Reader) io.Reader
	}{
		{"plain", func(r io.Reader) io.Reader { return r }},
		{"one byte", iotest.OneByteReader},
		{"half", iotest.HalfReader},
		{"end with the last bytes", iotest.DataErrReader},
		{"bufio", func(r io.Reader) io.Reader { return bufio.NewReader(r) }},
		{"bufio, just large enough", func(r io.Reader) io.Reader { return bufio.NewReaderSize(r, 20) }},
		{"bufio, too small", func(r io.Reader) io.Reader { return bufio.NewReaderSize(r, 16) }},
		{"bufio, one byte", func(r io.Reader) io.Reader { return bufio.NewReader(iotest.OneByteReader(r)) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := tt.from(strings.NewReader(stream))
			for i := range want {
				var v record
				if err := c.Read(r, &v); err != nil || v != want[i] {
					t.Fatalf("%+v, %v", v, err)
				}
			}
			if rest, err := io.ReadAll(r); string(rest) != "rest" {
				t.Errorf("%q is left, %v", rest, err)
			}
			v := record{A: 7}
			if err := c.Read(r, &v); err != io.EOF || v != (record{A: 7}) {
				t.Errorf("at the end: %+v, %v", v, err)
			}
			r = tt.from(strings.NewReader(stream[40:]))
			if err := c.Read(r, &v); err != io.ErrUnexpectedEOF || v != (record{A: 7}) {
				t.Errorf("inside a record: %+v, %v", v, err)
			}
			if err := c.Read(r, &v); err != io.EOF {
				t.Errorf("behind half a record: %v", err)
			}
			broken := errors.New("broken")
			r = tt.from(io.MultiReader(strings.NewReader(stream[:8]), iotest.ErrReader(broken)))
			if err := c.Read(r, &v); err != broken || v != (record{A: 7}) {
				t.Errorf("a reader that fails: %+v, %v", v, err)
			}
		})
	}
	// A large record is read by parts: its end is no end between records.
	parts := structpack.MustCodec[[]byte]("<200000s")
	for _, n := range []int{0, 1, 1<<16 - 1, 1 << 16, 1<<16 + 1, 1 << 17, 199_999, 200_000} {
		var v []byte
		wantErr := map[bool]error{true: io.EOF, false: io.ErrUnexpectedEOF}[n == 0]
		if n == 200_000 {
			wantErr = nil
		}
		if err := parts.Read(strings.NewReader(strings.Repeat("x", n)), &v); err != wantErr || err == nil && len(v) != n {
			t.Errorf("%d bytes of a large record: %d, %v", n, len(v), err)
		}
	}
	// A bufio.Reader keeps what it has of a record when a deadline passes.
	late := bufio.NewReader(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(stream[:20]))))
	var v record
	if err := c.Read(late, &v); err != iotest.ErrTimeout || v != (record{}) {
		t.Errorf("before a deadline: %+v, %v", v, err)
	}
	if err := c.Read(late, &v); err != nil || v != want[0] {
		t.Errorf("behind a deadline: %+v, %v", v, err)
	}
	nothing := structpack.MustCodec[struct{}]("<")
	for _, r := range []io.Reader{strings.NewReader(""), bufio.NewReader(strings.NewReader(""))} {
		if err := nothing.Read(r, new(struct{})); err != nil {
			t.Errorf("nothing from nothing: %v", err)
		}
	}

	large := structpack.MustCodec[string]("<200000s")
	var s string
	if err := large.Read(strings.NewReader(strings.Repeat("a", 199999)), &s); err != io.ErrUnexpectedEOF || s != "" {
		t.Errorf("inside a large record: %d, %v", len(s), err)
	}
	if err := large.Read(iotest.HalfReader(strings.NewReader(strings.Repeat("a", 200000))), &s); err != nil || len(s) != 200000 {
		t.Errorf("a large record: %d, %v", len(s), err)
	}
	// What a format claims is not what is taken.
	huge := structpack.MustCodec[struct{}](fmt.Sprintf("<%dx", math.MaxInt32)) // the most everywhere
	if err := huge.Read(strings.NewReader("abc"), new(struct{})); err != io.ErrUnexpectedEOF {
		t.Errorf("a huge record: %v", err)
	}
}

// TestCodecWriters writes records to writers of all sorts.
func TestCodecWriters(t *testing.T) {
	c := structpack.MustCodec[[5]uint32](">5I")
	values := [][5]uint32{{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}, {11, 12, 13, 14, 15}}
	want, err := c.AppendPackSlice(nil, values)
	if err != nil {
		t.Fatal(err)
	}
	var plain, small, roomy bytes.Buffer
	buffered := bufio.NewWriterSize(&small, 50) // the third record does not fit any more
	for i := range values {
		for _, w := range []io.Writer{struct{ io.Writer }{&plain}, buffered, &roomy} {
			if err := c.Write(w, &values[i]); err != nil {
				t.Errorf("%T: %v", w, err)
			}
		}
	}
	if err := buffered.Flush(); err != nil {
		t.Error(err)
	}
	for _, got := range [][]byte{plain.Bytes(), small.Bytes(), roomy.Bytes()} {
		if !bytes.Equal(got, want) {
			t.Errorf("got  %x\nwant %x", got, want)
		}
	}
	broken := errors.New("broken")
	pr, pw := io.Pipe()
	pr.CloseWithError(broken)
	if err := c.Write(pw, &values[0]); err != broken {
		t.Errorf("a writer that fails: %v", err)
	}
	unbuffered := bufio.NewWriterSize(pw, 16)
	if err := c.Write(unbuffered, &values[0]); err != broken {
		t.Errorf("a buffered writer that fails: %v", err)
	}
	for _, w := range []io.Writer{&roomy, bufio.NewWriter(&roomy), pw} {
		if err := c.Write(w, nil); !errors.Is(err, structpack.ErrType) {
			t.Errorf("a nil pointer to %T: %v", w, err)
		}
	}
	if roomy.Len() != len(want) {
		t.Errorf("%d bytes after an error, want %d", roomy.Len(), len(want))
	}
}

// TestCodecArrays goes over lengths and alignments of the array path.
func TestCodecArrays(t *testing.T) {
	t.Run("int16", codecArray[int16]("h"))
	t.Run("uint32", codecArray[uint32]("I"))
	t.Run("int64", codecArray[int64]("q"))
	t.Run("float64", codecArray[float64]("d"))
	t.Run("bool", codecArray[bool]("?"))
	t.Run("complex64", codecArray[complex64]("F"))
}

//go:noinline
func codecArray[T any](code string) func(*testing.T) {
	return func(t *testing.T) {
		for _, prefix := range []string{"<", ">"} {
			c := structpack.MustCodec[T](prefix + code)
			for n := range 70 {
				s := structpack.MustCompile(fmt.Sprint(prefix, n, code))
				for shift := range 8 {
					data := make([]byte, shift+s.Size())
					rand.New(rand.NewSource(int64(n))).Read(data)
					values, err := s.UnpackFrom(data, shift)
					if err != nil {
						t.Fatal(err)
					}
					vs, err := c.AppendUnpackSlice(nil, data[shift:])
					if err != nil || len(vs) != n {
						t.Fatal(len(vs), err)
					}
					want, _ := s.Pack(values...)
					got, err := c.AppendPackSlice(data[:shift:shift], vs)
					if err != nil || !bytes.Equal(got[shift:], want) {
						t.Fatalf("%s%d%s: %x, %v, want %x", prefix, n, code, got[shift:], err, want)
					}
				}
			}
		}
	}
}

func TestCodecStruct(t *testing.T) {
	c := structpack.MustCodec[int32](">i")
	if diff := cmp.Diff([]any{">i", 4}, []any{c.Struct().Format(), c.Size()}); diff != "" {
		t.Error(diff)
	}
}

// TestCodecCountOfZero has items that carry nothing: a slice in their place becomes
// empty, and anything else takes the next value.
func TestCodecCountOfZero(t *testing.T) {
	type slices3 struct {
		N       uint8
		A, B, C []uint16
	}
	for _, prefix := range []string{"<", ">", "=", "!", "@", ""} {
		t.Run(prefix, func(t *testing.T) {
			for _, codes := range []string{"0H0H0H", "2H0H0H", "0H2H0H", "0H0H2H", "0h0H0H0H0Q", "0H2H1H", "2x0H0H 3x 0H", "0I0H0s0H0H"} {
				format := prefix + "B" + strings.Replace(codes, "0s", "", 1)
				c := structpack.MustCodec[slices3](format)
				data := bytes.Repeat([]byte{1}, c.Size())
				var v slices3
				if err := c.Unpack(data, &v); err != nil || v.N != 1 || v.A == nil || v.B == nil || v.C == nil {
					t.Errorf("%s: %+v, %v", format, v, err)
				}
				if n := c.Struct().NumValues(); 1+len(v.A)+len(v.B)+len(v.C) != n {
					t.Errorf("%s: %+v for %d values", format, v, n)
				}
				got, err := c.Pack(&v)
				if want, _ := c.Struct().Pack(valuesOf(v)...); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s: %x, %v, want %x", format, got, err, want)
				}
				v.B = make([]uint16, 3)
				if _, err := c.Pack(&v); !errors.Is(err, structpack.ErrCount) {
					t.Errorf("%s: %v for a slice that is too long", format, err)
				}
			}
			alone := structpack.MustCodec[[]uint16](prefix + "0H")
			var v []uint16
			if err := alone.Unpack(nil, &v); err != nil || v == nil {
				t.Errorf("alone: %v, %v", v, err)
			}
			_, err := alone.Pack(&[]uint16{1})
			if !errors.Is(err, structpack.ErrCount) || !strings.HasSuffix(err.Error(), fmt.Sprintf(`"0H" at byte %d: a slice of 1 elements for 0 values`, len(prefix))) {
				t.Error(err)
			}
			for _, err := range []error{
				bindTo[struct {
					A [0]uint16
					B []uint16
					C uint32
				}](prefix + "0H0HI"),
				bindTo[struct {
					A, B []byte
					C    string
				}](prefix + "0c0B0s"),
				bindTo[struct{ A, B, C int64 }](prefix + "qq0qq0q"),
				bindTo[struct { // 0q aligns, and is not for the slice
					A uint8
					B []uint16
				}](prefix + "B0q2H"),
				bindTo[struct{ A []uint16 }](prefix + "0H2H"), // and it may be there for alignment
				bindTo[struct{ A, B []uint16 }](prefix + "0H2H"),
				bindTo[struct{ A, B, C int64 }]("@llh0l"),
			} {
				if err != nil {
					t.Error(err)
				}
			}
			for _, err := range []error{
				bindTo[struct{ A, B, C []uint16 }](prefix + "0H2H"),
				bindTo[struct{ A []uint32 }](prefix + "0Q"),
				bindTo[struct{ A []uint16 }](prefix + "0s0p2x"),
			} {
				if err == nil {
					t.Error("a slice without an item is bound")
				}
			}
		})
	}
}

// valuesOf returns the values of a slices3.
func valuesOf(v any) (values []any) {
	for i := range reflect.ValueOf(v).NumField() {
		if f := reflect.ValueOf(v).Field(i); f.Kind() != reflect.Slice {
			values = append(values, f.Interface())
		} else {
			for k := range f.Len() {
				values = append(values, f.Index(k).Interface())
			}
		}
	}
	return values
}

// TestCodecLongFor has the integers of C that have 4 bytes for a named ABI: int32 takes
// them, and where the ABI is the host's nothing depends on the machine.
func TestCodecLongFor(t *testing.T) {
	type narrow struct {
		A int32
		B uint32
	}
	for _, tt := range []struct {
		abi structpack.ABI
		fit bool
	}{{structpack.ILP32, true}, {structpack.ILP32BigEndian, true}, {structpack.LLP64, true}, {structpack.LP64, false}} {
		s := structpack.Must(structpack.CompileFor(tt.abi, "@lL"))
		c, err := structpack.NewCodec[narrow](s)
		if (err == nil) != tt.fit {
			t.Errorf("%s: %v", tt.abi.Name, err)
		}
		if err != nil {
			continue
		}
		in := narrow{-2, 1<<32 - 1}
		want, err := s.Pack(in.A, in.B)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Pack(&in)
		if err != nil {
			t.Fatal(err)
		}
		var out narrow
		if err := c.Unpack(got, &out); err != nil || out != in || !bytes.Equal(got, want) {
			t.Errorf("%s: %x, want %x, %+v, %v", tt.abi.Name, got, want, out, err)
		}
		var a int32
		var b uint32
		if err := s.Scan(got, &a, &b); err != nil || a != in.A || b != in.B {
			t.Errorf("%s: Scan: %d, %d, %v", tt.abi.Name, a, b, err)
		}
	}
	if _, err := structpack.NewCodec[narrow](structpack.MustCompile("@lL")); !errors.Is(err, structpack.ErrType) {
		t.Errorf("for the host: %v", err)
	}
}

// TestCodecBatchLimit sees that a batch makes no more room than is allowed, whatever the
// format and the number of records multiply to, unless there is room already.
func TestCodecBatchLimit(t *testing.T) {
	structpack.LimitAlloc(t, 1000)
	c := structpack.MustCodec[struct{ A byte }]("B99x")
	records := make([]struct{ A byte }, 11)
	if b, err := c.AppendPackSlice(nil, records[:10]); err != nil || len(b) != 1000 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	kept := []byte("kept")
	b, err := c.AppendPackSlice(kept, records)
	if !errors.Is(err, structpack.ErrBuffer) || string(b) != "kept" || !strings.Contains(err.Error(), "11 structures of 100 bytes are too large to allocate (limit 1000)") {
		t.Errorf("%q, %v", b, err)
	}
	if b, err := c.AppendPackSlice(slices.Grow(kept, 1100), records); err != nil || len(b) != 1104 {
		t.Errorf("with room: %d bytes, %v", len(b), err)
	}
	huge := structpack.MustCodec[struct{}](fmt.Sprintf("%dx", math.MaxInt32))
	for _, n := range []int{1, 2, 3, 1 << 20} {
		if _, err := huge.AppendPackSlice(nil, make([]struct{}, n)); !errors.Is(err, structpack.ErrBuffer) {
			t.Errorf("%d huge records: %v", n, err)
		}
	}
	// What Go needs for the records of some data may be too much for any machine.
	type wide struct {
		A    byte
		Note [1 << 30]byte `structpack:"-"`
	}
	if math.MaxInt == math.MaxInt32 {
		w := structpack.MustCodec[wide]("B")
		vs, err := w.AppendUnpackSlice(nil, make([]byte, 2))
		if !errors.Is(err, structpack.ErrBuffer) || vs != nil {
			t.Errorf("wide records: %v", err)
		}
		if _, err := structpack.NewCodec[[]uint64](structpack.MustCompile("536870912B")); !errors.Is(err, structpack.ErrBuffer) {
			t.Errorf("a wide slice: %v", err)
		}
	}
}

// TestCodecReadAt reads headers at offsets of a file.
func TestCodecReadAt(t *testing.T) {
	c := structpack.MustCodec[struct{ A, B uint16 }](">HH")
	file := strings.NewReader("..\x00\x01\x00\x02\x00\x03\x00\x04end")
	for _, tt := range []struct {
		off  int64
		a, b uint16
		err  error
	}{
		{2, 1, 2, nil}, {6, 3, 4, nil}, {9, 4<<8 | 'e', 'n'<<8 | 'd', nil}, {10, 0, 0, io.ErrUnexpectedEOF}, {12, 0, 0, io.ErrUnexpectedEOF}, {13, 0, 0, io.EOF}, {1 << 40, 0, 0, io.EOF},
	} {
		var v struct{ A, B uint16 }
		if err := c.ReadAt(file, tt.off, &v); err != tt.err || v.A != tt.a || v.B != tt.b {
			t.Errorf("at %d: %+v, %v, want %d %d, %v", tt.off, v, err, tt.a, tt.b, tt.err)
		}
	}
	var v struct{ A, B uint16 }
	if err := c.ReadAt(file, -1, &v); err == nil || err == io.EOF {
		t.Errorf("before the beginning: %v", err)
	}
	if err := c.ReadAt(file, 0, nil); !errors.Is(err, structpack.ErrType) {
		t.Errorf("a nil pointer: %v", err)
	}
}

// TestCodecReadMemory sees that Read takes memory for what arrives and not for what the
// format claims, and keeps no large buffer.
func TestCodecReadMemory(t *testing.T) {
	huge := structpack.MustCodec[struct{}](fmt.Sprintf("<%dx", math.MaxInt32))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := huge.Read(strings.NewReader("abc"), new(struct{})); err != io.ErrUnexpectedEOF {
		t.Error(err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes for a record of which 3 arrived", n)
	}
	large := structpack.MustCodec[struct{}]("<1000000x")
	for _, call := range []func() error{
		func() error { return large.Read(bytes.NewReader(make([]byte, 1000000)), new(struct{})) },
		func() error { return large.ReadAt(bytes.NewReader(make([]byte, 1000000)), 0, new(struct{})) },
		func() error { return large.Write(struct{ io.Writer }{io.Discard}, new(struct{})) },
	} {
		if err := call(); err != nil {
			t.Error(err)
		}
		if n := structpack.KeptBuffer(); n > 64<<10 {
			t.Errorf("a buffer of %d bytes is kept", n)
		}
	}
}

// TestCodecAllSkips sees that All leaves fields that take no value to the caller.
func TestCodecAllSkips(t *testing.T) {
	type noted struct {
		A    uint16
		Note string `structpack:"-"`
	}
	seq, err := structpack.MustCodec[noted](">H").All([]byte{0, 1, 0, 2, 0, 3})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for i, v := range seq {
		if want := strings.Repeat("x", i); v.Note != want {
			t.Errorf("record %d: %q, want %q", i, v.Note, want)
		}
		v.Note += "x"
		sum += int(v.A)
	}
	if sum != 6 {
		t.Errorf("the sum is %d", sum)
	}
}

// TestCodecGoroutines has many goroutines use one Codec, from its first batch on.
func TestCodecGoroutines(t *testing.T) {
	type record struct {
		A uint8
		B int64
		C []uint16
		D float64
	}
	moves, fields := structpack.MustCodec[tcpHeader]("!"), structpack.MustCodec[record](">BI2Hd")
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			h := tcpHeader{Source: uint16(g), Sequence: uint32(g) << 20, Urg: 7}
			v := record{uint8(g), int64(g), []uint16{1, uint16(g)}, float64(g)}
			for range 50 {
				hs, err := moves.AppendPackSlice(nil, slices.Repeat([]tcpHeader{h}, 9))
				if err != nil {
					t.Error(err)
				}
				back, err := moves.AppendUnpackSlice(nil, hs)
				if err != nil || len(back) != 9 || back[8] != h {
					t.Errorf("%+v, %v", back, err)
				}
				one, err := fields.Pack(&v)
				if err != nil {
					t.Error(err)
				}
				var got record
				if err := fields.Read(bytes.NewReader(one), &got); err != nil || !reflect.DeepEqual(got, v) {
					t.Errorf("%+v, %v, want %+v", got, err, v)
				}
			}
		})
	}
	wg.Wait()
}

// TestCodecCString has C strings at the limits of their fields.
func TestCodecCString(t *testing.T) {
	type record struct {
		Name string `structpack:"4s,cstr"`
		Rest []byte `structpack:",cstr"`
	}
	c := structpack.MustCodec[record]("4s3s")
	for _, tt := range []struct{ name, rest, packed string }{
		{"", "", "\x00\x00\x00\x00\x00\x00\x00"},
		{"abc", "de", "abc\x00de\x00"},
		{"abcd", "", ""},
		{"", "def", ""},
		{"a\x00", "", ""},
	} {
		in := record{tt.name, []byte(tt.rest)}
		got, err := c.Pack(&in)
		if string(got) != tt.packed || (err != nil) != (tt.packed == "") || err != nil && !errors.Is(err, structpack.ErrRange) {
			t.Errorf("%q %q: %q, %v", tt.name, tt.rest, got, err)
		}
		if err != nil {
			batch, err := c.AppendPackSlice(nil, []record{{}, in})
			if err == nil || !strings.Contains(err.Error(), "record 1: ") || batch != nil {
				t.Errorf("in a batch: %q, %v", batch, err)
			}
			continue
		}
		var out record
		if err := c.Unpack(got, &out); err != nil || !reflect.DeepEqual(out, in) {
			t.Errorf("%q, %v, want %q", out, err, in)
		}
	}
	var v record
	if err := c.Unpack([]byte("a\x00bcdef"), &v); err != nil || v.Name != "a" || string(v.Rest) != "def" {
		t.Errorf("%q, %v", v, err)
	}
}
