package structpack_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/structpack"
)

type namedList []any

// TestLists has slices and arrays for the values of every code after every prefix, next
// to items that take none.
func TestLists(t *testing.T) {
	for _, prefix := range []string{"", "@", "=", "<", ">", "!"} {
		for code := range strings.FieldsSeq("c b B ? h H i I l L q Q e f d F D Zf Zd n N P") {
			for _, count := range []int{3, 70} {
				format := fmt.Sprintf("%sB2x?%d%s0s0HH", prefix, count, code)
				s, err := structpack.Compile(format)
				if err != nil && strings.Contains("nNP", code) {
					continue // they are native
				}
				if err != nil {
					t.Fatal(err)
				}
				item := s.Fields()[3]
				all, err := s.Unpack(bytes.Repeat([]byte{1}, s.Size()))
				if err != nil {
					t.Fatal(err)
				}
				elements := all[item.Index:][:count]
				with := func(list any) []any { return []any{all[0], all[1], list, "", all[len(all)-1]} }
				slice := reflect.MakeSlice(reflect.SliceOf(item.Type), count+1, count+1)
				for i := range count {
					slice.Index(i).Set(reflect.ValueOf(elements[i]))
				}
				array := reflect.New(reflect.ArrayOf(count, item.Type)).Elem()
				reflect.Copy(array, slice)
				wrong := slices.Clone(elements)
				wrong[count-1] = struct{}{}

				for _, tt := range []struct {
					name  string
					list  any
					kind  error // nil if it is packed
					index int   // of the value at fault
				}{
					{"slice", slice.Slice(0, count).Interface(), nil, 0},
					{"array", array.Interface(), nil, 0},
					{"slice of any", elements, nil, 0},
					{"named slice", namedList(elements), nil, 0},
					{"short slice", slice.Slice(0, count-1).Interface(), structpack.ErrCount, item.Index},
					{"long slice", slice.Interface(), structpack.ErrCount, item.Index},
					{"nil slice", reflect.Zero(slice.Type()).Interface(), structpack.ErrCount, item.Index},
					{"array without elements", reflect.Zero(reflect.ArrayOf(0, item.Type)).Interface(), structpack.ErrCount, item.Index},
					{"slice of another type", make([]struct{}, count), structpack.ErrType, item.Index},
					{"element of another type", wrong, structpack.ErrType, item.Index + count - 1},
					{"pointer to an array", reflect.New(array.Type()).Interface(), structpack.ErrCount, -1},
				} {
					if code == "?" && tt.kind == structpack.ErrType {
						continue // everything has a truth
					}
					checkLists(t, s, tt.name, all, with(tt.list), tt.kind, tt.index)
				}
			}
		}
	}
}

// checkLists packs values in every way, and expects what all pack to or an error of a kind.
func checkLists(t *testing.T, s *structpack.Struct, name string, all, values []any, kind error, index int) {
	t.Helper()
	var want []byte
	if kind == nil {
		var err error
		if want, err = s.Pack(all...); err != nil {
			t.Fatal(err)
		}
	}
	check := func(way string, got []byte, err error) {
		t.Helper()
		if kind == nil {
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s, %q, %s: got %x, %v, want %x", way, s.Format(), name, got, err, want)
			}
			return
		}
		pos := -1
		for _, f := range s.Fields() {
			if f.Index <= index && index < f.Index+f.Values {
				pos = f.Pos
			}
		}
		if e := new(structpack.Error); !errors.As(err, &e) || !errors.Is(err, kind) || e.Index != index || e.Pos != pos {
			t.Errorf("%s, %q, %s: got %v, want %v about value %d at byte %d", way, s.Format(), name, err, kind, index, pos)
		}
	}
	got, err := structpack.Pack(s.Format(), values...)
	check("Pack", got, err)
	got, err = s.Pack(values...)
	check("Struct.Pack", got, err)

	for _, spare := range []int{0, s.Size()} {
		got, err = s.AppendPack(slices.Grow([]byte("kept"), spare), values...)
		if !bytes.HasPrefix(got, []byte("kept")) || err != nil && len(got) != 4 {
			t.Errorf("AppendPack, %q, %s: dst is %q, %v", s.Format(), name, got, err)
			continue
		}
		check("AppendPack", got[4:], err)
	}

	before := bytes.Repeat([]byte{0x55}, s.Size()+8)
	buf := bytes.Clone(before)
	err = s.PackInto(buf, 4, values...)
	got = bytes.Clone(buf[4:][:s.Size()])
	check("PackInto", got, err)
	if err == nil {
		copy(buf[4:], before[:s.Size()])
	}
	if !bytes.Equal(buf, before) {
		t.Errorf("PackInto, %q, %s: the buffer is %x, %v", s.Format(), name, buf, err)
	}
}

// TestListCounts has counts of 0, of 1 and of many, and elements that are held in
// different ways.
func TestListCounts(t *testing.T) {
	type halves []uint16
	five := big.NewInt(5)
	many := slices.Repeat([]int{200}, 100_000)
	late := append(slices.Clone(many[1:]), 300)
	for _, tt := range []struct {
		name   string
		format string
		values []any
		all    []any // what is packed, value by value
		kind   error // or the error
		index  int
	}{
		{name: "a named slice", format: "<B2H", values: []any{1, halves{2, 3}}, all: []any{1, 2, 3}},
		{name: "bytes for c", format: "<B3c", values: []any{1, []byte("abc")}, all: []any{1, "a", "b", "c"}},
		{name: "strings for c", format: "<2c", values: []any{[]string{"a", "b"}}, all: []any{"a", "b"}},
		{name: "arrays of bytes for c", format: "<2c", values: []any{[2][1]byte{{'a'}, {'b'}}}, all: []any{"a", "b"}},
		{name: "one byte is a value of c", format: "<3c", values: []any{[]byte("a"), "b"}, kind: structpack.ErrCount, index: -1},
		{name: "lists side by side", format: "<2H2B", values: []any{[]int{1, 2}, [2]int{3, 4}}, all: []any{1, 2, 3, 4}},
		{name: "a list and values", format: "<2H2B", values: []any{[]int{1, 2}, 3, 4}, all: []any{1, 2, 3, 4}},
		{name: "values and a list", format: "<2H2B", values: []any{1, 2, []int{3, 4}}, all: []any{1, 2, 3, 4}},
		{name: "many", format: "<100000B", values: []any{many}, all: slices.Repeat([]any{200}, len(many))},
		{name: "many, and the last out of range", format: "<100000B", values: []any{late}, kind: structpack.ErrRange, index: len(late) - 1},
		{name: "interfaces with methods", format: "<2H", values: []any{[]fmt.Stringer{five, five}}, all: []any{5, 5}},
		{name: "interfaces that are nil", format: "<2H", values: []any{[]fmt.Stringer{five, nil}}, kind: structpack.ErrType, index: 1},
		{name: "pointers", format: "<2H", values: []any{[2]*big.Int{five, five}}, all: []any{5, 5}},
		{name: "nil pointers", format: "<2H", values: []any{make([]*big.Int, 2)}, kind: structpack.ErrType, index: 0},
		{name: "one pointer in an array", format: "<1H2B", values: []any{[1]*big.Int{five}, []byte{1, 2}}, all: []any{5, 1, 2}},

		{name: "a slice for one value", format: "<H", values: []any{[]uint16{1}}, kind: structpack.ErrType, index: 0},
		{name: "a slice for a count of 1", format: "<1H", values: []any{[]uint16{1}}, kind: structpack.ErrType, index: 0},
		{name: "slices for as many values", format: "<2H", values: []any{[]uint16{1, 2}, []uint16{}}, kind: structpack.ErrType, index: 0},
		{name: "a slice has a truth", format: "<?", values: []any{[]bool{false}}, all: []any{true}},
		{name: "a slice without elements is false", format: "<?2B", values: []any{[]bool{}, []byte{1, 2}}, all: []any{false, 1, 2}},
		{name: "a slice for s is its bytes", format: "<2s2B", values: []any{[]byte("ab"), []byte{1, 2}}, all: []any{"ab", 1, 2}},

		{name: "nothing for a count of 0", format: "<0HB", values: []any{1}, all: []any{1}},
		{name: "a slice for a count of 0", format: "<B0H", values: []any{1, []uint16{}}, all: []any{1}},
		{name: "a nil slice for a count of 0", format: "<0HB", values: []any{[]uint16(nil), 1}, all: []any{1}},
		{name: "an array for a count of 0", format: "<0HB", values: []any{[0]uint16{}, 1}, all: []any{1}},
		{name: "slices for counts of 0 only", format: "<0H0x0d", values: []any{[]uint16{}, []float64{}}},
		{name: "slices for a count of 0 and another", format: "<0H3B", values: []any{[]uint16{}, []byte{1, 2, 3}}, all: []any{1, 2, 3}},
		{name: "slices for a count of 0 and another, as many as values", format: "<0H2B", values: []any{[]uint16{}, []byte{1, 2}}, kind: structpack.ErrType, index: 0},
		{name: "an element for a count of 0", format: "<B0H", values: []any{1, []uint16{7}}, kind: structpack.ErrCount, index: -1},
		{name: "a value for a count of 0", format: "<B0H", values: []any{1, 7}, kind: structpack.ErrCount, index: -1},
		{name: "too few", format: "<2H2B", values: []any{[]int{1, 2}, 3}, kind: structpack.ErrCount, index: -1},
		{name: "too many", format: "<2H2B", values: []any{[]int{1, 2}, 3, 4, 5, 6}, kind: structpack.ErrCount, index: -1},
		{name: "a list for two items", format: "<HH", values: []any{[]int{1, 2}}, kind: structpack.ErrCount, index: 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checkLists(t, structpack.MustCompile(tt.format), tt.name, tt.all, tt.values, tt.kind, tt.index)
		})
	}
}
