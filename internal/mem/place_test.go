package mem

import (
	"bytes"
	"math"
	"reflect"
	"slices"
	"testing"
)

type (
	placedInt   int32
	placedFloat float32
	placedText  string
	placedBytes []byte
	placedByte  byte
)

// A placed has a variable of every kind that a Place may be of, between others.
type placed struct {
	Before  uint8
	Bool    bool
	I8      int8
	U8      placedByte
	I16     int16
	U16     uint16
	I32     placedInt
	U32     uint32
	I64     int64
	U64     uint64
	Int     int
	Uintptr uintptr
	F32     placedFloat
	F64     float64
	C64     complex64
	C128    complex128
	In      struct {
		Pad   [3]byte
		Array [4]uint16
		Grid  [2][3]int8
		Parts [3]struct{ A, B uint32 }
	}
	Text    placedText
	Bytes   placedBytes
	Array   [5]byte
	Named   []placedByte
	S8      []int8
	S16     []uint16
	S32     []float32
	S64     []int64
	S128    []complex128
	Bools   []bool
	Complex [2]complex64
	After   uint8
}

// placeOf returns the place that a path of names and indexes leads to, and its variable.
func placeOf(t reflect.Type, v reflect.Value, path ...any) (Place, reflect.Value) {
	var off uintptr
	var indexes []int
	for _, step := range path {
		switch step := step.(type) {
		case string:
			f, _ := t.FieldByName(step)
			off, indexes, v, t = off+f.Offset, append(indexes, f.Index[0]), v.FieldByIndex(f.Index), f.Type
		case int:
			t = t.Elem()
			off, indexes, v = off+uintptr(step)*t.Size(), append(indexes, step), v.Index(step)
		}
	}
	return NewPlace(t, off, indexes), v
}

// onlyIn fails t if anything but the variables v has changed.
func onlyIn(t *testing.T, name string, got placed, want placed, set func(*placed)) {
	t.Helper()
	set(&want)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got  %+v\nwant %+v", name, got, want)
	}
}

func filled() placed { return placed{Before: 0x55, After: 0xaa} }

// TestNumbers sets and gets numbers of every kind at their places, alone, in structs and
// in arrays, and nothing beside them.
func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		name string
		path []any
		k    int
		bits uint64 // to set
		got  uint64 // what Bits says then
		set  func(*placed)
	}{
		{"bool", []any{"Bool"}, 0, 1, 1, func(p *placed) { p.Bool = true }},
		{"int8", []any{"I8"}, 0, 0x180, 1<<64 - 0x80, func(p *placed) { p.I8 = -0x80 }},
		{"named uint8", []any{"U8"}, 0, 0x1ff, 0xff, func(p *placed) { p.U8 = 0xff }},
		{"int16", []any{"I16"}, 0, 1<<64 - 2, 1<<64 - 2, func(p *placed) { p.I16 = -2 }},
		{"uint16", []any{"U16"}, 0, 0x1fffe, 0xfffe, func(p *placed) { p.U16 = 0xfffe }},
		{"named int32", []any{"I32"}, 0, 1<<64 - 3, 1<<64 - 3, func(p *placed) { p.I32 = -3 }},
		{"uint32", []any{"U32"}, 0, 1<<33 - 3, 1<<32 - 3, func(p *placed) { p.U32 = 1<<32 - 3 }},
		{"int64", []any{"I64"}, 0, 1<<64 - 4, 1<<64 - 4, func(p *placed) { p.I64 = -4 }},
		{"uint64", []any{"U64"}, 0, 1<<64 - 4, 1<<64 - 4, func(p *placed) { p.U64 = 1<<64 - 4 }},
		{"int", []any{"Int"}, 0, 1<<64 - 5, 1<<64 - 5, func(p *placed) { p.Int = -5 }},
		{"uintptr", []any{"Uintptr"}, 0, 1<<31 + 1, 1<<31 + 1, func(p *placed) { p.Uintptr = 1<<31 + 1 }},
		{"named float32", []any{"F32"}, 0, 0x3fc00000, 0x3fc00000, func(p *placed) { p.F32 = 1.5 }},
		{"float64", []any{"F64"}, 0, math.Float64bits(-2.5), math.Float64bits(-2.5), func(p *placed) { p.F64 = -2.5 }},
		{"complex64, the first part", []any{"C64"}, 0, 0x3fc00000, 0x3fc00000, func(p *placed) { p.C64 = 1.5 }},
		{"complex64, the second", []any{"C64"}, 1, 0x3fc00000, 0x3fc00000, func(p *placed) { p.C64 = 1.5i }},
		{"complex128, the first part", []any{"C128"}, 0, math.Float64bits(2), math.Float64bits(2), func(p *placed) { p.C128 = 2 }},
		{"complex128, the second", []any{"C128"}, 1, math.Float64bits(2), math.Float64bits(2), func(p *placed) { p.C128 = 2i }},
		{"in an array", []any{"In", "Array", 1}, 0, 7, 7, func(p *placed) { p.In.Array[1] = 7 }},
		{"after it", []any{"In", "Array", 1}, 2, 7, 7, func(p *placed) { p.In.Array[3] = 7 }},
		{"in an array of arrays", []any{"In", "Grid", 1, 0}, 2, 1<<64 - 7, 1<<64 - 7, func(p *placed) { p.In.Grid[1][2] = -7 }},
		{"in an array of structs", []any{"In", "Parts", 2, "B"}, 0, 8, 8, func(p *placed) { p.In.Parts[2].B = 8 }},
		{"the third part of complex numbers", []any{"Complex", 0}, 2, 0x3fc00000, 0x3fc00000, func(p *placed) { p.Complex[1] = 1.5 }},
		{"the fourth", []any{"Complex", 0}, 3, 0x3fc00000, 0x3fc00000, func(p *placed) { p.Complex[1] = 1.5i }},
	} {
		p := filled()
		v := reflect.ValueOf(&p).Elem()
		place, x := placeOf(v.Type(), v, tt.path...)
		number := NumberTypeOf(x.Type())
		for _, value := range []Value{ValueOf(&p), ValueAt(v)} {
			if got := number.Bits(place.Numbers(value), tt.k); got != 0 {
				t.Errorf("%s: %#x before it is set", tt.name, got)
			}
			number.SetBits(place.Numbers(value), tt.k, tt.bits)
			if got := number.Bits(place.Numbers(value), tt.k); got != tt.got {
				t.Errorf("%s: got %#x, want %#x", tt.name, got, tt.got)
			}
			onlyIn(t, tt.name, p, filled(), tt.set)
			p = filled()
		}
	}
}

// TestTexts sets and gets strings, slices and arrays of bytes. What is set shares nothing,
// and a slice keeps its memory.
func TestTexts(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  func(p *placed, s string)
	}{
		{"Text", func(p *placed, s string) { p.Text = placedText(s) }},
		{"Bytes", func(p *placed, s string) { p.Bytes = placedBytes(s) }},
		{"Array", func(p *placed, s string) { copy(p.Array[:], s) }},
	} {
		p := filled()
		v := reflect.ValueOf(&p).Elem()
		place, x := placeOf(v.Type(), v, tt.name)
		for _, text := range []string{"abcde", "vwxyz"} {
			from := []byte(text)
			place.SetBytes(ValueOf(&p), from)
			clear(from)
			onlyIn(t, tt.name, p, filled(), func(p *placed) { tt.set(p, text) })
			if got := place.Bytes(ValueOf(&p)); string(got) != text {
				t.Errorf("%s: got %q, want %q", tt.name, got, text)
			}
		}
		if tt.name == "Array" {
			continue
		}
		place.SetBytes(ValueOf(&p), nil)
		if x.Len() != 0 || x.Kind() == reflect.Slice && (x.IsNil() || x.Cap() < 5) {
			t.Errorf("%s: set to nothing it is %#v, with room for %d", tt.name, x, len(p.Bytes))
		}
		q := filled()
		place.SetBytes(ValueOf(&q), nil)
		if tt.name == "Bytes" && q.Bytes == nil {
			t.Error("no bytes are nil")
		}
	}
	p := filled()
	v := reflect.ValueOf(&p).Elem()
	place, _ := placeOf(v.Type(), v, "Bytes")
	p.Bytes = make([]byte, 2, 10)
	first := &p.Bytes[0]
	for _, n := range []int{10, 3, 0, 1} {
		place.SetBytes(ValueOf(&p), bytes.Repeat([]byte{7}, n))
		if len(p.Bytes) != n || &p.Bytes[:1][0] != first {
			t.Errorf("%d bytes, and not in the memory that was there", len(p.Bytes))
		}
	}
}

// TestSlices gives slices of every size of element a length, and sets their elements.
func TestSlices(t *testing.T) {
	for _, name := range []string{"Named", "S8", "S16", "S32", "S64", "S128", "Bools"} {
		p := filled()
		v := reflect.ValueOf(&p).Elem()
		place, x := placeOf(v.Type(), v, name)
		number := NumberTypeOf(x.Type().Elem())
		for _, n := range []int{0, 3, 2, 0, 9} {
			before, room := x.UnsafePointer(), x.Cap()
			place.Resize(ValueOf(&p), n)
			if place.Len(ValueOf(&p)) != n || x.Len() != n || x.IsNil() {
				t.Errorf("%s: %d elements, want %d", name, x.Len(), n)
			}
			if n > 0 && n <= room && x.UnsafePointer() != before {
				t.Errorf("%s: new memory for %d elements, with room for %d", name, n, room)
			}
			for k := range n {
				number.SetBits(place.Elems(ValueOf(&p)), k, 1)
				if got := number.Bits(place.Elems(ValueOf(&p)), k); got != 1 {
					t.Errorf("%s: element %d is %#x", name, k, got)
				}
			}
		}
		others := filled()
		reflect.ValueOf(&others).Elem().FieldByName(name).Set(x)
		if !reflect.DeepEqual(p, others) {
			t.Errorf("%s: other fields have changed: %+v", name, p)
		}
	}
}

// TestRows goes to the elements of slices.
func TestRows(t *testing.T) {
	rows := slices.Repeat([]placed{filled()}, 3)
	v := reflect.ValueOf(rows)
	place, _ := placeOf(v.Type().Elem(), v.Index(0), "I16")
	number := NumberTypeOf(reflect.TypeFor[int16]())
	for i := range rows {
		number.SetBits(place.Numbers(RowsOf(rows).At(i)), 0, uint64(i+1))
		number.SetBits(place.Numbers(RowsAt(v).At(i)), 0, number.Bits(place.Numbers(RowsAt(v).At(i)), 0)+10)
	}
	for i := range rows {
		onlyIn(t, "row", rows[i], filled(), func(p *placed) { p.I16 = int16(i + 11) })
	}
	if !ValueOf[placed](nil).IsNil() || ValueOf(&rows[0]).IsNil() || ValueAt(v.Index(0)).IsNil() {
		t.Error("IsNil of a value")
	}
}
