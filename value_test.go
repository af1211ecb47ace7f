package structpack_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"example.com/structpack"
	"example.com/structpack/internal/test/ways"
	"github.com/google/go-cmp/cmp"
)

// TestTruth goes through what ? makes of values of every kind. Python's rule is
// that what is zero, empty or None is false and all else is true; what a
// pointer points to does not matter, and neither do the fields of a struct.
func TestTruth(t *testing.T) {
	type structure struct{ X int }
	no, zero := false, 0
	var nilError error
	negative := math.Copysign(0, -1)
	for _, tt := range []struct {
		value any
		want  bool
	}{
		{nil, false}, {nilError, false}, {false, false}, {true, true}, {namedBool(false), false}, {namedBool(true), true},
		{0, false}, {-1, true}, {int8(0), false}, {int64(math.MinInt64), true}, {uint8(0), false}, {uint64(1 << 63), true}, {uintptr(0), false},
		{namedU64(0), false}, {namedU64(1), true}, {time.Duration(0), false}, {time.Second, true},
		{0.0, false}, {negative, false}, {float32(negative), false}, {math.NaN(), true}, {math.SmallestNonzeroFloat64, true}, {math.Inf(-1), true},
		{math.Float32frombits(0x7f800001), true}, {math.Float32frombits(1), true}, {namedF32(0), false}, {namedF64(0.5), true},
		{0i, false}, {complex(negative, negative), false}, {complex(0, math.NaN()), true}, {complex64(1i), true}, {complex64(0), false},
		{"", false}, {"0", true}, {"\x00", true}, {namedStr(""), false}, {namedStr(" "), true},
		{[]byte(nil), false}, {[]byte{}, false}, {[]byte{0}, true}, {namedRaw{}, false}, {[]int(nil), false}, {[]any{nil}, true},
		{[0]int{}, false}, {[1]int{}, true}, {[2]bool{}, true}, {map[string]int(nil), false}, {map[string]int{}, false}, {map[string]int{"": 0}, true},
		{structure{}, true}, {struct{}{}, true}, {*big.NewInt(0), true}, {time.Time{}, true},
		{(*int)(nil), false}, {&zero, true}, {&no, true}, {&structure{}, true}, {new(*int), true}, {(*structure)(nil), false},
		{(*big.Int)(nil), false}, {new(big.Int), false}, {big.NewInt(-7), true}, {new(big.Int).Lsh(big.NewInt(1), 200), true}, {(**big.Int)(nil), false},
		{(chan int)(nil), false}, {make(chan int), true}, {(func())(nil), false}, {func() {}, true},
		{unsafe.Pointer(nil), false}, {unsafe.Pointer(&zero), true}, {errors.New(""), true},
	} {
		for _, format := range []string{"?", "<?", ">3x?", "70?"} {
			s := structpack.MustCompile(format)
			values := make([]any, s.NumValues())
			values[len(values)-1] = tt.value
			b, err := s.Pack(values...)
			if got := map[byte]bool{1: true}[b[len(b)-1]]; err != nil || got != tt.want || b[len(b)-1] > 1 {
				t.Errorf("%q of %T(%v): got %x, %v, want %v", format, tt.value, tt.value, b, err, tt.want)
			}
		}
	}
}

type namedBool bool

// TestWrongTypes gives every code but ? values of kinds that it does not take,
// in every way: they are refused and never panic, and the first of two is the
// one that is meant.
func TestWrongTypes(t *testing.T) {
	n, b, f := 7, []byte("a"), 1.5
	var nilInt *big.Int
	bigInt := big.NewInt(7)
	everywhere := []any{nil, nilInt, (*int)(nil), &n, &b, &f, &bigInt, *bigInt, new(any), new([1]byte), struct{}{}, []int{7}, []string{"a"}, []any{byte(7)},
		[1]int8{7}, [2]bool{}, map[string]int{}, make(chan int), (chan int)(nil), func() {}, errors.New("7"), big.NewRat(7, 1), big.NewFloat(7)}
	text := []any{"7", b, [1]byte{7}, namedStr("7"), namedRaw("7")}
	for codes, wrong := range map[string][]any{
		"b B h H i I l L q Q n N P": append(text, 7.0, float32(7), namedF64(7), 7i, complex64(7)),
		"e f d":                     append(text, 7i, complex64(7)),
		"F Zf D Zd":                 text,
		"c":                         {7, int8(7), uint16(7), 'a', true, 7.0, "", "ab", []byte{}, []byte("ab"), [0]byte{}, [2]byte{}, namedStr("ab")},
		"s 3s 0s p 3p 0p":           {7, byte(7), 'a', true, 7.0, 7i, bigInt},
	} {
		for code := range strings.FieldsSeq(codes) {
			good := map[bool]any{true: "a", false: 1}[strings.ContainsAny(code, "csp")]
			s := structpack.MustCompile("@h2x" + code + code)
			for _, v := range append(everywhere, wrong...) {
				for _, index := range []int{1, 2} {
					values := []any{7, good, v}
					if index == 1 {
						values = []any{7, v, nil} // and nil is wrong too
					}
					for _, w := range ways.Pack(s, s.Format(), values) {
						_, err := w.Run()
						var e *structpack.Error
						pos := 4 + (index-1)*len(code)
						if !errors.As(err, &e) || e.Err != structpack.ErrType || e.Index != index || e.Pos != pos || e.Op != w.Op || !strings.Contains(err.Error(), fmt.Sprintf("%T", v)) && v != nil {
							t.Errorf("%s by %q of %T(%v): got %v, want a wrong type at byte %d", w.Name, s.Format(), v, v, err, pos)
						}
					}
				}
			}
		}
	}
}

// TestValuesInDst packs values that share memory with what they are appended
// to. What was there is not written, so they are packed as they are.
func TestValuesInDst(t *testing.T) {
	s := structpack.MustCompile("<4s3p2s")
	for _, room := range []int{0, 100} {
		dst := append(make([]byte, 0, 8+room), "abcdefgh"...)
		got, err := s.AppendPack(dst, dst[:4], dst[4:6], dst[7:])
		if want := "abcdefghabcd\x02efh\x00"; err != nil || string(got) != want {
			t.Errorf("with room for %d bytes: got %q, %v, want %q", room, got, err, want)
		}
	}
}

// TestValuesInBuffer packs values that lie where they are packed to. It is not
// said what that writes, but it writes nowhere else, and a failure leaves
// everything as it was.
func TestValuesInBuffer(t *testing.T) {
	for _, format := range []string{"3s", "8s8s", "20s", "5p17s", "c3s", "100s40s"} {
		s := structpack.MustCompile(format)
		for from := range 12 {
			for length := range 24 {
				for _, fail := range []bool{false, true} {
					buf := make([]byte, s.Size()+40)
					for i := range buf {
						buf[i] = byte(i)
					}
					before := bytes.Clone(buf)
					values := make([]any, s.NumValues())
					for i := range values {
						values[i] = buf[from:][:length]
					}
					if format[0] == 'c' {
						values[0] = buf[20:21]
					}
					if fail {
						values[len(values)-1] = nil
					}
					err := s.PackInto(buf, 8, values...)
					if (err != nil) != fail {
						t.Fatalf("%q: %v", format, err)
					}
					if !fail {
						copy(buf[8:], before[8:8+s.Size()])
					}
					if !bytes.Equal(buf, before) {
						t.Errorf("%q, value at %d of %d bytes, %v: the buffer is %x", format, from, length, err, buf)
					}
				}
			}
		}
	}
}

// TestValueChanges has a value that is refused, and is no longer what it was when the
// error is made, as happens where another goroutine changes it: it is an error all
// the same. Here the number lies in the buffer, which is put back as it was.
func TestValueChanges(t *testing.T) {
	words := []big.Word{5}
	x := new(big.Int).SetBits(words)
	buf := unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), 2)
	s := structpack.MustCompile("=Bb")
	values := []any{uint8(200), x} // with which the number is too large
	for _, tt := range []struct {
		name string
		pack func() error
	}{
		{"PackInto", func() error { return s.PackInto(buf, 0, values...) }},
		{"by format", func() error { return structpack.PackInto("=Bb", buf, 0, values...) }},
	} {
		before := words[0]
		if err := tt.pack(); !errors.Is(err, structpack.ErrRange) || words[0] != before {
			t.Errorf("%s: %v, and the number is %d", tt.name, err, words[0])
		}
	}
}

// TestZeroStruct: the zero Struct is that of the empty format, in every respect.
func TestZeroStruct(t *testing.T) {
	var zero structpack.Struct
	empty := structpack.MustCompile("")
	if zero.Format() != "" || zero.Size() != 0 || zero.NumValues() != 0 || len(zero.Fields()) != 0 {
		t.Errorf("got %q, %d bytes, %d values, %v", zero.Format(), zero.Size(), zero.NumValues(), zero.Fields())
	}
	answers := func(s *structpack.Struct) (all []string) {
		add := func(v any, err error) { all = append(all, fmt.Sprint(v, err)) }
		add(s.Pack())
		add(s.Pack(1))
		add(s.AppendPack([]byte("a")))
		add(nil, s.PackInto(nil, 0))
		add(nil, s.PackInto([]byte("a"), -1))
		add(nil, s.PackInto([]byte("a"), 2))
		add(nil, s.PackInto(nil, 0, 1))
		add(s.Unpack(nil))
		add(s.Unpack([]byte("a")))
		add(s.UnpackFrom([]byte("a"), 1))
		add(s.UnpackFrom(nil, -1))
		add(s.AppendUnpack([]any{1}, nil))
		add(s.IterUnpack(nil))
		add(nil, s.Scan(nil))
		add(nil, s.Scan(nil, new(int)))
		add(nil, s.ScanFrom([]byte("a"), 1))
		return all
	}
	want := answers(empty)
	for i, got := range answers(&zero) {
		if got != want[i] {
			t.Errorf("answer %d: got %s, want %s", i, got, want[i])
		}
	}
	if zero.String() != "struct \"\": 0 bytes, 0 values, little-endian" || zero.Plan() != zero.String()+"\n" {
		t.Errorf("prints as %q", zero.String())
	}
}

// TestStructConcurrently has many goroutines use one Struct in every way; run
// with -race.
func TestStructConcurrently(t *testing.T) {
	for _, format := range []string{"@ci4sf2H?pZd", "<70B3x2d"} {
		s := structpack.MustCompile(format)
		data := bytes.Repeat([]byte{1, 0, 65, 66, 2}, s.Size())[:s.Size()]
		values, err := s.Unpack(data)
		if err != nil {
			t.Fatal(err)
		}
		packed, err := s.Pack(values...)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 20 {
					for _, w := range ways.Pack(s, format, values) {
						if got, err := w.Run(); err != nil || !bytes.Equal(got.([]byte), packed) {
							t.Errorf("%s: got %x, %v, want %x", w.Name, got, err, packed)
							return
						}
					}
					for _, w := range ways.Unpack(s, format, data) {
						if got, err := w.Run(); err != nil || !identical(got, values) {
							t.Errorf("%s: got %v, %v, want %v", w.Name, got, err, values)
							return
						}
					}
					if _, err := s.Pack(); err == nil || len(s.Fields()) == 0 || s.Plan() == "" {
						t.Error("no error, no fields or no plan")
					}
				}
			})
		}
		wg.Wait()
	}
}

// TestIterUnpackIsLazy: like Python's, it reads data as it goes.
func TestIterUnpackIsLazy(t *testing.T) {
	data := []byte{1, 2, 3}
	rows, err := structpack.IterUnpack("B", data)
	if err != nil {
		t.Fatal(err)
	}
	var got []any
	for row := range rows {
		got = append(got, row...)
		data[2] = 7
	}
	if fmt.Sprint(got) != "[1 2 7]" {
		t.Errorf("got %v, want 1 2 7", got)
	}
}

// TestZero packs zeros of every integer type by every code that takes numbers, one
// and several: they are bytes of zero, also of floats, whose zero has a sign.
func TestZero(t *testing.T) {
	type named int
	for _, zero := range []any{0, int8(0), int16(0), int32(0), int64(0), uint(0), uint8(0), uint16(0), uint32(0), uint64(0),
		uintptr(0), named(0), namedU64(0), new(big.Int), false} {
		for _, code := range []string{"b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "n", "N", "P", "e", "f", "d", "F", "D", "?"} {
			for _, count := range []string{"", "3"} {
				s := structpack.MustCompile(count + code)
				b, err := s.Pack(slices.Repeat([]any{zero}, s.NumValues())...)
				if err != nil || bytes.Count(b, []byte{0}) != s.Size() {
					t.Errorf("%T as %s: %x, %v", zero, s.Format(), b, err)
				}
			}
		}
	}
}

// TestUnpackedValuesAreTheirOwn: the values of one Unpack, which may lie side by side,
// can be written and appended to without a change of the others, of the data, or of
// the next Unpack.
func TestUnpackedValuesAreTheirOwn(t *testing.T) {
	for _, tt := range []struct {
		format, data string
		want         []any
	}{
		{"4s1s3s4p16s17s0s1s", "abcdefgh\x02ijk0123456789ABCDEF0123456789ABCDEFG!",
			[]any{"abcd", "e", "fgh", "ij", "0123456789ABCDEF", "0123456789ABCDEFG", "", "!"}},
		{"!4s1sI3s16s3H", "abcde\x00\x00\x00\x05fgh0123456789ABCDEF\x00\x06\x00\x07\x00\x08",
			[]any{"abcd", "e", uint32(5), "fgh", "0123456789ABCDEF", uint16(6), uint16(7), uint16(8)}},
		{"<h4sq", "\xff\xffabcd\xfe\xff\xff\xff\xff\xff\xff\xff", []any{int16(-1), "abcd", int64(-2)}},
	} {
		s := structpack.MustCompile(tt.format)
		data := []byte(tt.data)
		want := make([]any, len(tt.want))
		for i, v := range tt.want {
			if text, ok := v.(string); ok {
				v = []byte(text)
			}
			want[i] = v
		}
		for changed := range want {
			values, err := s.Unpack(data)
			if err != nil {
				t.Fatal(err)
			}
			if b, ok := values[changed].([]byte); ok {
				for i := range b {
					b[i] = '?'
				}
				_ = append(b, "a byte too many"...)
			}
			_ = append(values[:changed+1:changed+1], "another")
			_ = append(values, "one too many")
			values[changed] = want[changed]
			again, err := s.Unpack(data)
			if diff := cmp.Diff([][]any{values, again}, [][]any{want, want}); diff != "" || err != nil {
				t.Errorf("%s after value %d was changed: %s%v", tt.format, changed, diff, err)
			}
		}
	}
}
