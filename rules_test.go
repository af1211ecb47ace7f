package structpack_test

import (
	"reflect"
	"testing"

	"example.com/structpack"
	"example.com/structpack/internal/rules"
	"github.com/google/go-cmp/cmp"
)

// A told type answers what package rules says that it is asked for, and panics
// at everything else.
type told struct {
	reflect.Type
	real reflect.Type
}

func tell(t reflect.Type) reflect.Type {
	if t == nil || t == reflect.TypeFor[*any]() {
		return t
	}
	return &told{real: t}
}

func (t *told) Kind() reflect.Kind { return t.real.Kind() }
func (t *told) String() string     { return t.real.String() }
func (t *told) Size() uintptr      { return t.real.Size() }
func (t *told) Elem() reflect.Type { return tell(t.real.Elem()) }
func (t *told) Len() int           { return t.real.Len() }
func (t *told) NumField() int      { return t.real.NumField() }
func (t *told) Field(i int) reflect.StructField {
	f := t.real.Field(i)
	f.Type = tell(f.Type)
	return f
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestStaticScan asks for the types of destinations what Scan answers for the
// destinations.
func TestStaticScan(t *testing.T) {
	type pointer *any
	for _, tt := range []struct {
		name   string
		format string
		dests  []any
		values []int // that the destinations are for
	}{
		{"none", "!4x", nil, nil},
		{"exact", "!bHq", []any{new(int8), new(uint16), new(int64)}, []int{0, 1, 2}},
		{"wider", "!bx2H", []any{new(int), new(uint32), new(uint64)}, []int{0, 1, 2}},
		{"runs", "!b4H2i", []any{new(int8), new([4]uint16), new([]int32)}, []int{0, 1, 5}},
		{"text", "!4s3p2c", []any{new([4]byte), new(string), new([2]byte)}, []int{0, 1, 2}},
		{"any and nil", "!BBB", []any{new(any), nil, new(any)}, []int{0, 1, 2}},
		{"a named pointer to any", "!B", []any{pointer(new(any))}, []int{0}},
		{"too narrow", "!bi", []any{new(int8), new(int16)}, []int{0, 1}},
		{"not a pointer", "!Bi", []any{new(byte), int32(1)}, []int{0, 1}},
		{"a short run", "!B3H", []any{new(byte), new([2]uint16)}, []int{0, 1}},
		{"a pointer to a pointer", "!B", []any{new(*byte)}, []int{0}},
		{"a struct", "!B", []any{new(struct{ B byte })}, []int{0}},
		{"too few", "!BBB", []any{new(byte), new(byte)}, []int{0, 1}},
		{"too many", "!B", []any{new(byte), new(byte)}, []int{0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := structpack.MustCompile(tt.format)
			want := s.Scan(make([]byte, s.Size()), tt.dests...)
			var types []reflect.Type
			for _, dest := range tt.dests {
				types = append(types, tell(reflect.TypeOf(dest)))
			}
			pairs, err := rules.Scan(s, "scan", types)
			var values []int
			for _, p := range pairs {
				values = append(values, p.Value)
				if err == nil {
					err = p.Err
				}
			}
			if diff := cmp.Diff(message(want), message(err)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.values, values); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestStaticPack(t *testing.T) {
	values := []any{nil, 1, 300, -1, 1.5, "a", "ab", []byte("a"), [2]byte{}, true, 1e300, 2i, struct{}{}}
	s := structpack.MustCompile("!Bb2xicesp?F")
	fits := []any{1, 1, 1, "a", 1, "", "", 1, 1}
	for i := range s.NumValues() {
		for _, v := range values {
			all := append([]any(nil), fits...)
			all[i] = v
			_, want := s.Pack(all...)
			got := rules.Pack(s, "pack", i, v, "nil")
			if v != nil {
				got = rules.Pack(s, "pack", i, v, reflect.TypeOf(v).String())
			}
			if diff := cmp.Diff(message(want), message(got)); diff != "" {
				t.Errorf("value %d is %#v: %s", i, v, diff)
			}
		}
	}
}

func staticBind[T any](format string) func(*testing.T) {
	return func(t *testing.T) {
		s := structpack.MustCompile(format)
		_, want := structpack.BindType(s, reflect.TypeFor[T]())
		_, got := rules.Bind(s, tell(reflect.TypeFor[T]()))
		if diff := cmp.Diff(message(want), message(got)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestStaticBind(t *testing.T) {
	t.Run("a record", staticBind[record]("<BhH2i8xf"))
	t.Run("all of a record", staticBind[record]("<BhH2i4s4sfd?F"))
	t.Run("too few fields", staticBind[inner]("<H3i"))
	t.Run("too many fields", staticBind[inner]("<Hi"))
	t.Run("a slice", staticBind[struct{ A []uint16 }]("<3H"))
	t.Run("a slice inside an item", staticBind[struct {
		A uint16
		B []uint16
	}]("<3H"))
	t.Run("text", staticBind[struct {
		A [4]byte
		B []byte
		C string
	}]("<4s4s4p"))
	t.Run("a field that is not exported", staticBind[struct{ a int32 }]("<i"))
	t.Run("one value", staticBind[int32]("<i"))
	t.Run("one value that is too narrow", staticBind[int16]("<i"))
	t.Run("a pointer", staticBind[*int32]("<i"))
}

// TestStaticLeaves says which values the fields take, also of an item that several
// of them share.
func TestStaticLeaves(t *testing.T) {
	leaves, err := rules.Bind(structpack.MustCompile("<B3H2sI"), tell(reflect.TypeFor[struct {
		A uint8
		B uint16
		C [2]uint16
		D [2]byte
		E uint32
	}]()))
	if err != nil {
		t.Fatal(err)
	}
	var got [][2]int
	for _, l := range leaves {
		got = append(got, [2]int{l.Value, l.N})
	}
	if diff := cmp.Diff([][2]int{{0, 1}, {1, 1}, {2, 2}, {4, 1}, {5, 1}}, got); diff != "" {
		t.Error(diff)
	}
}
