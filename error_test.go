//structvet:ignore every call is a mistake

package structpack_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"example.com/structpack"
)

// TestErrors shows what errors say. That their reasons are CPython's is for
// the fixtures to see.
func TestErrors(t *testing.T) {
	type named int
	var nilInt *big.Int
	compile := func(format string) error { _, err := structpack.Compile(format); return err }
	compileFor := func(abi structpack.ABI, format string) error {
		_, err := structpack.CompileFor(abi, format)
		return err
	}
	pack := func(format string, values ...any) error { _, err := structpack.Pack(format, values...); return err }
	unpack := func(format, data string) error { _, err := structpack.Unpack(format, []byte(data)); return err }
	scan := func(format, data string, dests ...any) error {
		return structpack.MustCompile(format).Scan([]byte(data), dests...)
	}
	for _, tt := range []struct {
		err  error
		kind error
		want string
	}{
		{compile("!ci3y"), structpack.ErrFormat, `structpack: compile "!ci3y": "3y" at byte 3: bad char in struct format`},
		{compile("i 12"), structpack.ErrFormat, `structpack: compile "i 12": "12" at byte 2: repeat count given without format specifier`},
		{compile("iZq"), structpack.ErrFormat, `structpack: compile "iZq": "Zq" at byte 1: bad char in struct format`},
		{compile("i\x00"), structpack.ErrFormat, `structpack: compile "i\x00": "\x00" at byte 1: embedded null character`},
		{compile("i\x00\x00"), structpack.ErrFormat, `structpack: compile "i\x00\x00": "\x00" at byte 1: embedded null character`},
		{compile("yé\x00"), structpack.ErrFormat, `structpack: compile "yé\x00": "é" at byte 1: non-ASCII character in struct format`},
		{compile("i\xc3"), structpack.ErrFormat, `structpack: compile "i\xc3": "\xc3" at byte 1: non-ASCII character in struct format`},
		{compile("99999999999999999999b"), structpack.ErrFormat, `structpack: compile "99999999999999999999b": "99999999999999999999" at byte 0: total struct size too long`},
		{compile(strings.Repeat("b", 100) + "y"), structpack.ErrFormat, `structpack: compile "` + strings.Repeat("b", 80) + `"... (101 bytes): "y" at byte 100: bad char in struct format`},
		{compile(strings.Repeat("b", 79) + "y"), structpack.ErrFormat, `structpack: compile "` + strings.Repeat("b", 79) + `y": "y" at byte 79: bad char in struct format`},
		{compile(strings.Repeat("b", 80) + "y"), structpack.ErrFormat, `structpack: compile "` + strings.Repeat("b", 80) + `"... (81 bytes): "y" at byte 80: bad char in struct format`},
		{compileFor(structpack.ABI{Name: "none"}, "i"), structpack.ErrFormat, `structpack: compile "i": not a C ABI: {Name:none BigEndian:false Long:0 Pointer:0 Align8:0}`},
		{pack("b", 128), structpack.ErrRange, `structpack: pack "b": value 0 ('b' at byte 0): 'b' format requires -128 <= number <= 127`},
		{pack("!ci4sf", "a", int64(1<<31), "spam", 2.5), structpack.ErrRange, `structpack: pack "!ci4sf": value 1 ('i' at byte 2): 'i' format requires -2147483648 <= number <= 2147483647`},
		{pack("!2c3B", "a", "b", 1, 2, 300), structpack.ErrRange, `structpack: pack "!2c3B": value 4 ('B' at byte 3): 'B' format requires 0 <= number <= 255`},
		{pack("!i", "7"), structpack.ErrType, `structpack: pack "!i": value 0 ('i' at byte 1, got string): required argument is not an integer`},
		{pack("!HH1I", 1, 2, []uint32{3}), structpack.ErrType, `structpack: pack "!HH1I": value 2 ('I' at byte 3, got []uint32): required argument is not an integer; pass its elements`},
		{pack("!i", []int{}), structpack.ErrType, `structpack: pack "!i": value 0 ('i' at byte 1, got []int): required argument is not an integer; pass its elements`},
		{pack("!i", nil), structpack.ErrType, `structpack: pack "!i": value 0 ('i' at byte 1, got nil): required argument is not an integer`},
		{pack("!i", nilInt), structpack.ErrType, `structpack: pack "!i": value 0 ('i' at byte 1, got *big.Int): required argument is not an integer`},
		{pack("!i", new(named)), structpack.ErrType, `structpack: pack "!i": value 0 ('i' at byte 1, got *structpack_test.named): required argument is not an integer`},
		{pack("!e", 65520), structpack.ErrRange, `structpack: pack "!e": value 0 ('e' at byte 1): int too large to convert`},
		{pack("!e", 65520.0), structpack.ErrRange, `structpack: pack "!e": value 0 ('e' at byte 1): float too large to pack with e format`},
		{pack("!Zf", "1"), structpack.ErrType, `structpack: pack "!Zf": value 0 ('Zf' at byte 1, got string): required argument is not a complex`},
		{pack("!ii", 1), structpack.ErrCount, `structpack: pack "!ii": pack expected 2 items for packing (got 1)`},
		{structpack.PackInto("!i", make([]byte, 4), 0), structpack.ErrCount, `structpack: pack_into "!i": pack_into expected 1 items for packing (got 0)`},
		{structpack.PackInto("!i", make([]byte, 4), 1, 1), structpack.ErrBuffer, `structpack: pack_into "!i": pack_into requires a buffer of at least 5 bytes for packing 4 bytes at offset 1 (actual buffer size is 4)`},
		{pack("<2000000000x"), structpack.ErrBuffer, `structpack: pack "<2000000000x": a structure of 2000000000 bytes is too large to allocate (limit ` +
			map[bool]string{true: "1073741824", false: "268435456"}[^uint(0)>>63 == 1] + `); PackInto has no limit`},
		{unpack("!i", "abc"), structpack.ErrBuffer, `structpack: unpack "!i": unpack requires a buffer of 4 bytes (got 3)`},
		{scan("!i", "abc", new(int32)), structpack.ErrBuffer, `structpack: scan "!i": unpack requires a buffer of 4 bytes (got 3)`},
		{scan("!i", "abcd", new(int16)), structpack.ErrType, `structpack: scan "!i": value 0 ('i' at byte 1, got *int16): the destination cannot take int32`},
		{scan("!2i", "abcdefgh", new([3]int32)), structpack.ErrType, `structpack: scan "!2i": value 0 ('i' at byte 1, got *[3]int32): the destination cannot take 2 values of type int32`},
		{scan("!i", "abcd", int32(7)), structpack.ErrType, `structpack: scan "!i": value 0 ('i' at byte 1, got int32): the destination is not a pointer`},
		{scan("!i", "abcd", (*int32)(nil)), structpack.ErrType, `structpack: scan "!i": value 0 ('i' at byte 1, got *int32): the destination is a nil pointer`},
		{scan("!i", "abcd", (*any)(nil)), structpack.ErrType, `structpack: scan "!i": value 0 ('i' at byte 1, got *interface {}): the destination is a nil pointer`},
		{scan("!2i", "abcdefgh", (*[2]int32)(nil)), structpack.ErrType, `structpack: scan "!2i": value 0 ('i' at byte 1, got *[2]int32): the destination is a nil pointer`},
		{scan("<4B4B", "abcdefgh", new([4]byte), new(byte), new(byte)), structpack.ErrCount, `structpack: scan "<4B4B": scan expected destinations for 8 values (got 3, for 6 values)`},
		{scan("<4B4B", "abcdefgh", new([4]byte), new(byte), new(byte), new(byte), new(byte), nil, nil), structpack.ErrCount, `structpack: scan "<4B4B": scan expected destinations for 8 values (got 7, for 10 values)`},
		{scan("<4B2xB", "abcdefg", new([4]byte)), structpack.ErrCount, `structpack: scan "<4B2xB": scan expected destinations for 5 values (got 1, for 4 values)`},
		{scan("<2B2x", "abcd", new(byte), new(byte), new(byte)), structpack.ErrCount, `structpack: scan "<2B2x": scan expected 2 destinations (got 3)`},
		{scan("!i", "abcd"), structpack.ErrCount, `structpack: scan "!i": scan expected 1 destinations (got 0)`},
	} {
		var e *structpack.Error
		if !errors.As(tt.err, &e) || !errors.Is(tt.err, tt.kind) || tt.err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", tt.err, tt.want)
		}
	}
}

// TestErrorsOfOthers prints errors that generated code makes, which knows the
// exported fields only.
func TestErrorsOfOthers(t *testing.T) {
	for _, tt := range []struct {
		err  structpack.Error
		want string
	}{
		{structpack.Error{Op: "pack", Format: "!ci4sf", Pos: 2, Index: 1, Reason: "why"}, `structpack: pack "!ci4sf": value 1 ('i' at byte 2): why`},
		{structpack.Error{Op: "pack", Format: "<12B03Zf", Pos: 4, Index: 13, Reason: "why"}, `structpack: pack "<12B03Zf": value 13 ('Zf' at byte 4): why`},
		{structpack.Error{Op: "pack", Format: "<H", Pos: -1, Index: -1, Reason: "why"}, `structpack: pack "<H": why`},
		{structpack.Error{Op: "pack", Format: "<3", Pos: 1, Index: 0, Reason: "why"}, `structpack: pack "<3": value 0 ('' at byte 1): why`},
		{structpack.Error{Op: "pack", Format: "<Z", Pos: 1, Index: 0, Reason: "why"}, `structpack: pack "<Z": value 0 ('Z' at byte 1): why`},
		{structpack.Error{Op: "pack", Format: "<", Pos: 7, Index: 0, Reason: "why"}, `structpack: pack "<": value 0 ('' at byte 7): why`},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

// TestWrongCounts gives formats, which are packed in different ways, too few values
// and too many.
func TestWrongCounts(t *testing.T) {
	for _, format := range []string{"", "4x", "B", "Be", "eB", "B20s", "20sB", "<BxB", "!BHI", "65B", "B100s64H"} {
		s := structpack.MustCompile(format)
		buf := make([]byte, s.Size(), s.Size()+10)
		for n := range s.NumValues() + 3 {
			if n == s.NumValues() {
				continue
			}
			values := slices.Repeat([]any{byte(1)}, n)
			_, pack := s.Pack(values...)
			_, appended := s.AppendPack(buf[:0], values...)
			for way, err := range map[string]error{"Pack": pack, "AppendPack": appended, "PackInto": s.PackInto(buf, 0, values...), "Scan": s.Scan(buf, make([]any, n)...)} {
				if !errors.Is(err, structpack.ErrCount) {
					t.Errorf("%s %q of %d values: %v", way, format, n, err)
				}
			}
			if slices.Max(append(buf, 0)) != 0 {
				t.Errorf("%q of %d values wrote % x", format, n, buf)
			}
		}
	}
}

// TestLargestAllocation has structures of the size that is still allocated, and of
// one byte more, which need a buffer that has room.
func TestLargestAllocation(t *testing.T) {
	structpack.LimitAlloc(t, 100)
	for _, tt := range []struct {
		name, format  string
		length, spare int // of the slice that is appended to
		refused       bool
	}{
		{"the largest", "<99xB", 7, 0, false},
		{"one byte more", "<100xB", 7, 0, true},
		{"one byte more, and room", "<100xB", 7, 101, false},
		{"one byte more, and room without the last byte", "<100xB", 7, 100, true},
		{"one byte more, and room that is taken", "<100xB", 101, 0, true},
		{"of too many values to be quick", "<31x70B", 7, 0, true},
		{"of too many values to be quick, and room", "<31x70B", 7, 101, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := structpack.MustCompile(tt.format)
			dst := make([]byte, tt.length, tt.length+tt.spare)
			values := slices.Repeat([]any{uint8(1)}, s.NumValues())
			got, err := s.AppendPack(dst, values...)
			if tt.refused {
				if !errors.Is(err, structpack.ErrBuffer) || len(got) != tt.length {
					t.Errorf("%d bytes, %v", len(got), err)
				}
				return
			}
			if want := append(make([]byte, tt.length+s.Size()-len(values)), bytes.Repeat([]byte{1}, len(values))...); err != nil || !bytes.Equal(got, want) {
				t.Errorf("got %x, %v", got, err)
			}
		})
	}
}

// TestRefusedLeavesBytes packs structures of all sizes, of few values and of many, of
// which the first or the last is refused, into a buffer: it is as it was, with the
// bytes where padding goes.
func TestRefusedLeavesBytes(t *testing.T) {
	whole := make([]byte, 800)
	for i := range whole {
		whole[i] = byte(i ^ i>>8)
	}
	before := slices.Clone(whole)
	for n := range 600 {
		for _, format := range []string{"<%dxb%dxb", "<%dx100b%dxb"} {
			s := structpack.MustCompile(fmt.Sprintf(format, n/2, n-n/2))
			for _, bad := range []int{0, s.NumValues() - 1} {
				values := slices.Repeat([]any{1}, s.NumValues())
				values[bad] = 300
				err := s.PackInto(whole, 1, values...)
				if !errors.Is(err, structpack.ErrRange) || !bytes.Equal(whole, before) {
					t.Fatalf("%s, value %d: %v, %x", s.Format(), bad, err, whole)
				}
			}
		}
	}
}
