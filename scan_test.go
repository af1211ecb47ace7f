package structpack_test

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"example.com/structpack"
	"github.com/google/go-cmp/cmp"
)

type (
	scanInt   int32
	scanBytes []byte
	scanFloat float32
	scanCplx  complex64
	scanText  string
)

// TestScanDestinations goes through the rules of Scan. The exact types, any and
// runs of every code are for the fixtures and properties.
func TestScanDestinations(t *testing.T) {
	nan := math.Float32frombits(0x7f800001)
	for _, tt := range []struct {
		name   string
		format string
		values []any
		dests  []any
		want   []any // what the destinations then point to; nil if Scan refuses them
		kind   error
	}{
		{name: "named types", format: "!i3sfF", values: []any{-7, "abc", 1.5, 2i}, dests: []any{new(scanInt), new(scanBytes), new(scanFloat), new(scanCplx)},
			want: []any{scanInt(-7), scanBytes("abc"), scanFloat(1.5), scanCplx(2i)}},
		{name: "a signalling NaN in a named float", format: "!f", values: []any{nan}, dests: []any{new(scanFloat)}, want: []any{scanFloat(nan)}},
		{name: "wider integers", format: "!bHi", values: []any{-1, 2, -3}, dests: []any{new(int16), new(uint64), new(int)}, want: []any{int16(-1), uint64(2), -3}},
		{name: "wider integers with a sign", format: "!BHI", values: []any{255, 65535, uint32(1<<32 - 1)}, dests: []any{new(int16), new(int), new(int64)}, want: []any{int16(255), 65535, int64(1<<32 - 1)}},
		{name: "runs of wider integers with a sign", format: "!2H2B", values: []any{65535, 1, 255, 2}, dests: []any{new([]int32), new([2]int16)}, want: []any{[]int32{65535, 1}, [2]int16{255, 2}}},
		{name: "signed and wider", format: "!BHI2H", values: []any{200, 60000, uint32(3999999999), 1, 65535}, dests: []any{new(int16), new(int32), new(int64), new([]int)},
			want: []any{int16(200), int32(60000), int64(3999999999), []int{1, 65535}}},
		{name: "none for a count of 0", format: "@hh0l", values: []any{1, 2}, dests: []any{new(int16), new(int16)}, want: []any{int16(1), int16(2)}},
		{name: "a slice for a count of 0", format: "<B0H", values: []any{1}, dests: []any{new(byte), &[]uint16{7}}, want: []any{byte(1), []uint16{}}},
		{name: "an array for a count of 0", format: "<0HB", values: []any{1}, dests: []any{new([0]uint16), new(byte)}, want: []any{[0]uint16{}, byte(1)}},
		{name: "slices for a count of 0 and another", format: "<0H2H", values: []any{1, 2}, dests: []any{new([]uint16), new([]uint16)}, want: []any{[]uint16{}, []uint16{1, 2}}},
		{name: "a slice for another count than 0", format: "<0H2H", values: []any{1, 2}, dests: []any{new([]uint16)}, want: []any{[]uint16{1, 2}}},
		{name: "counts of 0 only", format: "<0H0x0d", dests: []any{new([]uint16), new([]float64)}, want: []any{[]uint16{}, []float64{}}},
		{name: "text after a count of 0", format: "<0B0s", values: []any{""}, dests: []any{new([]byte)}, want: []any{[]byte{}}},
		{name: "both", format: "<0B2s", values: []any{"ab"}, dests: []any{&[]byte{1}, new([]byte)}, want: []any{[]byte{}, []byte("ab")}},
		{name: "a slice of another type for a count of 0", format: "<B0H", values: []any{1}, dests: []any{new(byte), new([]string)}, kind: structpack.ErrType},
		{name: "a longer array for a count of 0", format: "<B0H", values: []any{1}, dests: []any{new(byte), new([1]uint16)}, kind: structpack.ErrType},
		{name: "a nil pointer for a count of 0", format: "<B0H", values: []any{1}, dests: []any{new(byte), (*[]uint16)(nil)}, kind: structpack.ErrType},
		{name: "wider floats", format: "!efF", values: []any{0.5, 1.5, 2 + 3i}, dests: []any{new(float64), new(float64), new(complex128)}, want: []any{0.5, 1.5, 2 + 3i}},
		{name: "uintptr", format: "@P", values: []any{7}, dests: []any{new(uint64)}, want: []any{uint64(7)}},
		{name: "strings", format: "!3s4p", values: []any{"abc", "de"}, dests: []any{new(string), new(scanText)}, want: []any{"abc", scanText("de")}},
		{name: "byte array", format: "!3s", values: []any{"abc"}, dests: []any{new([3]byte)}, want: []any{[3]byte{'a', 'b', 'c'}}},
		{name: "skipped", format: "!BBB", values: []any{1, 2, 3}, dests: []any{nil, new(byte), nil}, want: []any{nil, byte(2), nil}},
		{name: "array", format: "!4H", values: []any{1, 2, 3, 4}, dests: []any{new([4]uint16)}, want: []any{[4]uint16{1, 2, 3, 4}}},
		{name: "array of wider", format: "!2h", values: []any{-1, 2}, dests: []any{new([2]int)}, want: []any{[2]int{-1, 2}}},
		{name: "slice", format: "!3H", values: []any{1, 2, 3}, dests: []any{new([]uint16)}, want: []any{[]uint16{1, 2, 3}}},
		{name: "slice that is too long", format: "!2H", values: []any{1, 2}, dests: []any{&[]uint16{7, 8, 9}}, want: []any{[]uint16{1, 2}}},
		{name: "slice of one", format: "!H", values: []any{1}, dests: []any{new([]uint16)}, want: []any{[]uint16{1}}},
		{name: "characters", format: "!3c3B", values: []any{"a", "b", "c", 1, 2, 3}, dests: []any{new([]byte), new([3]byte)}, want: []any{[]byte("abc"), [3]byte{1, 2, 3}}},
		{name: "booleans", format: "!2?", values: []any{true, false}, dests: []any{new([2]bool)}, want: []any{[2]bool{true, false}}},
		{name: "runs and single values", format: "!2HB2h", values: []any{1, 2, 3, 4, 5}, dests: []any{new([2]uint16), new(byte), new(int16), new(int16)},
			want: []any{[2]uint16{1, 2}, byte(3), int16(4), int16(5)}},
		{name: "many values", format: "!70B", values: ints(70), dests: []any{new([70]byte)}, want: []any{bytes70()}},

		{name: "too narrow", format: "!bi", values: []any{1, 2}, dests: []any{new(int8), new(int16)}, kind: structpack.ErrType},
		{name: "other sign", format: "!bi", values: []any{1, 2}, dests: []any{new(int8), new(uint32)}, kind: structpack.ErrType},
		{name: "signed, and not wider", format: "!BH", values: []any{1, 2}, dests: []any{new(byte), new(int16)}, kind: structpack.ErrType},
		{name: "narrower float", format: "!d", values: []any{1.5}, dests: []any{new(float32)}, kind: structpack.ErrType},
		{name: "narrower complex", format: "!D", values: []any{1.5}, dests: []any{new(complex64)}, kind: structpack.ErrType},
		{name: "float for an integer", format: "!h", values: []any{1}, dests: []any{new(float64)}, kind: structpack.ErrType},
		{name: "not a pointer", format: "!h", values: []any{1}, dests: []any{int16(0)}, kind: structpack.ErrType},
		{name: "a nil pointer", format: "!hh", values: []any{1, 2}, dests: []any{new(int16), (*int16)(nil)}, kind: structpack.ErrType},
		{name: "a nil *any", format: "!h", values: []any{1}, dests: []any{(*any)(nil)}, kind: structpack.ErrType},
		{name: "an interface with methods", format: "!h", values: []any{1}, dests: []any{new(error)}, kind: structpack.ErrType},
		{name: "a pointer to a pointer", format: "!h", values: []any{1}, dests: []any{new(*int16)}, kind: structpack.ErrType},
		{name: "a channel", format: "!h", values: []any{1}, dests: []any{make(chan int)}, kind: structpack.ErrType},
		{name: "a string for numbers", format: "!3B", values: []any{1, 2, 3}, dests: []any{new(string), nil, nil}, kind: structpack.ErrType},
		{name: "a shorter byte array", format: "!3s", values: []any{"abc"}, dests: []any{new([2]byte)}, kind: structpack.ErrType},
		{name: "a byte array for p", format: "!3p", values: []any{"ab"}, dests: []any{new([2]byte)}, kind: structpack.ErrType},
		{name: "a slice of others for s", format: "!3s", values: []any{"abc"}, dests: []any{new([]int8)}, kind: structpack.ErrType},
		{name: "a shorter array", format: "!3H", values: []any{1, 2, 3}, dests: []any{new([2]uint16)}, kind: structpack.ErrType},
		{name: "an array of others", format: "!B2H", values: []any{1, 2, 3}, dests: []any{new(byte), new([2]int16)}, kind: structpack.ErrType},
		{name: "an array for two items", format: "!HH", values: []any{1, 2}, dests: []any{new([2]uint16)}, kind: structpack.ErrCount},
		{name: "too few", format: "!HH", values: []any{1, 2}, dests: []any{new(uint16)}, kind: structpack.ErrCount},
		{name: "too many", format: "!HH", values: []any{1, 2}, dests: []any{new(uint16), new(uint16), new(uint16)}, kind: structpack.ErrCount},
		{name: "none", format: "!HH", values: []any{1, 2}, kind: structpack.ErrCount},
		{name: "none for many values", format: "!70B", values: ints(70), kind: structpack.ErrCount},
		{name: "one for many values", format: "!70B", values: ints(70), dests: []any{new(byte)}, kind: structpack.ErrCount},
		{name: "one nil for a run", format: "!2H", values: []any{1, 2}, dests: []any{nil}, kind: structpack.ErrCount},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := structpack.MustCompile(tt.format)
			data, err := s.Pack(tt.values...)
			if err != nil {
				t.Fatal(err)
			}
			before := pointees(tt.dests)
			err = s.Scan(data, tt.dests...)
			if tt.kind != nil {
				if !errors.Is(err, tt.kind) {
					t.Errorf("got %v, want %v", err, tt.kind)
				}
				if diff := cmp.Diff(before, pointees(tt.dests)); diff != "" {
					t.Errorf("the destinations have changed: %s", diff)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			sameBits := cmp.Comparer(func(a, b scanFloat) bool {
				return math.Float32bits(float32(a)) == math.Float32bits(float32(b))
			})
			if diff := cmp.Diff(tt.want, pointees(tt.dests), sameBits); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestScanReusesMemory(t *testing.T) {
	s := structpack.MustCompile("!3s2H")
	b, u := make([]byte, 0, 8), make([]uint16, 0, 8)
	wantB, wantU := &b[:1][0], &u[:1][0]
	if err := s.Scan([]byte("abc\x00\x01\x00\x02"), &b, &u); err != nil {
		t.Fatal(err)
	}
	if &b[0] != wantB || &u[0] != wantU || string(b) != "abc" || len(u) != 2 {
		t.Errorf("got %q, %v in other memory", b, u)
	}
}

// TestScanOverDestinations scans into the list of the destinations itself, and
// twice into one variable. Nothing sensible needs it; it must not panic.
func TestScanOverDestinations(t *testing.T) {
	data := []byte("\x01\x02\x03\x04")
	for _, format := range []string{"4B", "B2BB", "4c", "BBh", "=2B2s"} {
		s := structpack.MustCompile(format)
		for _, n := range []int{2, 3, 4} {
			for from := range n {
				for to := range n {
					dests := []any{new(uint8), new(any), new([2]byte), new(int16)}[:n]
					dests[from] = &dests[to]
					_ = s.Scan(data, dests...) // refused or not
				}
			}
		}
	}

	var number uint8
	var any0, any1 any
	dests := []any{nil, &number, &any0, &any1}
	dests[0] = &dests[1]
	if err := structpack.MustCompile("4B").Scan(data, dests...); err != nil {
		t.Fatal(err)
	}
	if number != 2 || any0 != uint8(3) || any1 != uint8(4) || dests[1] != uint8(1) {
		t.Errorf("got %v %v %v %v, want 2 3 4 1", number, any0, any1, dests[1])
	}

	// What is overwritten is the pointer to an array, and what comes after it is right.
	var pair [4]byte
	var y any
	dests = []any{nil, &pair, &y}
	dests[0] = &dests[1]
	if err := structpack.MustCompile("B4BB").Scan([]byte("\x01\x02\x03\x04\x05\x06"), dests...); err != nil || pair != [4]byte{2, 3, 4, 5} || y != uint8(6) || dests[1] != uint8(1) {
		t.Errorf("got %v, %v, %v, %v, want 2 to 5, 6, 1", pair, y, dests[1], err)
	}

	// The last value stays.
	s := structpack.MustCompile("4B")
	if err := s.Scan(data, &number, &number, &number, &number); err != nil || number != 4 {
		t.Errorf("got %v, %v, want 4", number, err)
	}
	if err := s.Scan(data, nil, &any0, &number, &any0); err != nil || any0 != uint8(4) || number != 3 {
		t.Errorf("got %v, %v, %v, want 4, 3", any0, number, err)
	}
}

func ints(n int) (all []any) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

func bytes70() (b [70]byte) {
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

// pointees returns copies of what destinations point to, and nil for those
// that are no pointers to anything.
func pointees(dests []any) []any {
	all := make([]any, len(dests))
	for i, d := range dests {
		if v := reflect.ValueOf(d); v.Kind() == reflect.Pointer && !v.IsNil() {
			all[i] = v.Elem().Interface()
		}
	}
	return all
}
