// Package ways lists the ways to ask structpack one thing, so that a test of
// any of its rules is a test of all of them. Each way also sees to it that
// nothing changes that should not: bytes outside the structure, and after an
// error anything at all.
package ways

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"

	"example.com/structpack"
)

// A Way is one way to get an answer.
type Way struct {
	Name string
	Op   string // as its errors have it
	Run  func() (any, error)
}

// kept is what is in front of, and around, the place for an answer.
var kept = []byte("kept")

// Pack lists the ways to pack values; the answers are []byte. Format is the format of
// s if the package's functions mean the same by it, else "".
func Pack(s *structpack.Struct, format string, values []any) []Way {
	all := []Way{
		{"Struct.Pack", "pack", func() (any, error) { return s.Pack(values...) }},
		{"Struct.AppendPack", "pack", appended(func(dst []byte) ([]byte, error) { return s.AppendPack(dst, values...) })},
		{"Struct.AppendPack with room", "pack", appended(func(dst []byte) ([]byte, error) {
			dst = slices.Grow(dst, s.Size())
			copy(dst[len(dst):cap(dst)], bytes.Repeat([]byte{0x55}, s.Size())) // which padding is to clear
			return s.AppendPack(dst, values...)
		})},
	}
	into := func(buf []byte, offset int) error { return s.PackInto(buf, offset, values...) }
	all = append(all, inside(s, "Struct.PackInto", into)...)
	if lists := lists(s, values); lists != nil {
		all = append(all, Way{"Struct.Pack of slices", "pack", func() (any, error) { return s.Pack(lists...) }})
		all = append(all, inside(s, "Struct.PackInto of slices", func(buf []byte, offset int) error { return s.PackInto(buf, offset, lists...) })...)
	}
	if format == "" {
		return all
	}
	all = append(all,
		Way{"Pack", "pack", func() (any, error) { return structpack.Pack(format, values...) }},
		Way{"AppendPack", "pack", appended(func(dst []byte) ([]byte, error) { return structpack.AppendPack(dst, format, values...) })})
	return append(all, inside(s, "PackInto", func(buf []byte, offset int) error {
		return structpack.PackInto(format, buf, offset, values...)
	})...)
}

// lists returns the values, with a slice for each item that has a repeat count, or
// nil if as many things are left as the format has values, or they are not as many.
func lists(s *structpack.Struct, values []any) (all []any) {
	if len(values) != s.NumValues() {
		return nil
	}
	for _, f := range s.Fields() {
		switch own := values[f.Index:][:f.Values]; {
		case f.Code == "x":
		case f.Values == 0 && strings.ContainsAny(s.Format(), "?csp"):
			// A list without elements may stand for a value of these instead.
		case f.Values == 1:
			if k := reflect.ValueOf(own[0]).Kind(); k == reflect.Slice || k == reflect.Array {
				return nil // one that is refused as a value may be taken as a slice
			}
			all = append(all, own[0])
		default:
			all = append(all, list(own, len(all)))
		}
	}
	if len(all) == len(values) {
		return nil
	}
	return all
}

// list returns values as a []any or, if they are of one type, as a slice or an array of
// that in turn.
func list(values []any, turn int) any {
	var t reflect.Type
	for _, v := range values {
		if t = reflect.TypeOf(v); t == nil || t != reflect.TypeOf(values[0]) {
			t = nil
			break
		}
	}
	if t == nil || turn%3 == 0 {
		return slices.Clip(append([]any{}, values...))
	}
	v := reflect.MakeSlice(reflect.SliceOf(t), len(values), len(values))
	for i := range values {
		v.Index(i).Set(reflect.ValueOf(values[i]))
	}
	if turn%3 == 1 {
		return v.Interface()
	}
	array := reflect.New(reflect.ArrayOf(len(values), t)).Elem()
	reflect.Copy(array, v)
	return array.Interface()
}

func appended(pack func(dst []byte) ([]byte, error)) func() (any, error) {
	return func() (any, error) {
		b, err := pack(slices.Clip(bytes.Clone(kept)))
		if !bytes.HasPrefix(b, kept) || err != nil && len(b) != len(kept) {
			return nil, fmt.Errorf("dst is not what it was: %q, %v", b, err)
		}
		return b[len(kept):], err
	}
}

// inside packs between other bytes, with an offset from either end.
func inside(s *structpack.Struct, name string, pack func(buf []byte, offset int) error) []Way {
	run := func(fromEnd bool) func() (any, error) {
		return func() (any, error) {
			before := bytes.Repeat([]byte{0x55}, s.Size()+2*len(kept))
			buf := bytes.Clone(before)
			offset := len(kept)
			if fromEnd {
				offset -= len(buf)
			}
			err := pack(buf, offset)
			place := buf[len(kept):][:s.Size()]
			packed := bytes.Clone(place)
			if err == nil {
				copy(place, before)
			}
			if !bytes.Equal(buf, before) {
				return nil, fmt.Errorf("the buffer is not what it was: %x, %v", buf, err)
			}
			return packed, err
		}
	}
	return []Way{{name, "pack_into", run(false)}, {name + " from the end", "pack_into", run(true)}}
}

// Unpack lists the ways to unpack data; the answers are []any.
func Unpack(s *structpack.Struct, format string, data []byte) []Way {
	all := []Way{
		{"Struct.Unpack", "unpack", func() (any, error) { return untied(data, s.Unpack) }},
		{"Struct.AppendUnpack", "unpack", func() (any, error) {
			values, err := s.AppendUnpack([]any{"kept"}, data)
			if values[0] != "kept" || err != nil && len(values) != 1 {
				return nil, fmt.Errorf("dst is not what it was: %v, %v", values, err)
			}
			return values[1:], err
		}},
		{"Struct.Scan to any", "scan", func() (any, error) {
			values, dests := Anys(s.NumValues())
			return scanned(values, s.Scan(data, dests...))
		}},
		{"Struct.Scan to exact types", "scan", scan(s, data, func(t reflect.Type) reflect.Type { return t })},
		{"Struct.Scan to wider types", "scan", scan(s, data, func(t reflect.Type) reflect.Type { return wider[t.Kind()] })},
		{"Struct.Scan to arrays and slices", "scan", func() (any, error) { return scanRuns(s, data) }},
	}
	if len(data) == s.Size() {
		from := func(offset int) func(b []byte) ([]any, error) {
			return func(b []byte) ([]any, error) { return s.UnpackFrom(b, offset) }
		}
		around := slices.Concat(kept, data, kept)
		all = append(all,
			Way{"Struct.UnpackFrom", "unpack_from", func() (any, error) { return untied(around, from(len(kept))) }},
			Way{"Struct.UnpackFrom from the end", "unpack_from", func() (any, error) { return untied(around, from(-len(kept)-len(data))) }},
			Way{"Struct.ScanFrom", "scan_from", func() (any, error) {
				values, dests := Anys(s.NumValues())
				return scanned(values, s.ScanFrom(around, len(kept), dests...))
			}})
	}
	if len(data) == s.Size() && len(data) > 0 {
		all = append(all, Way{"Struct.IterUnpack", "iter_unpack", func() (any, error) {
			rows, err := Rows(s.IterUnpack(slices.Concat(data, data)))
			if err != nil {
				return nil, err
			}
			if len(rows) != 2 {
				return nil, fmt.Errorf("%d rows, want 2", len(rows))
			}
			return rows[1], nil
		}})
	}
	if format != "" {
		all = append(all, Way{"Unpack", "unpack", func() (any, error) {
			return untied(data, func(b []byte) ([]any, error) { return structpack.Unpack(format, b) })
		}})
	}
	return all
}

// untied unpacks data and overwrites it, so that a value that still shared its
// memory would be seen.
func untied(data []byte, unpack func([]byte) ([]any, error)) (any, error) {
	b := bytes.Clone(data)
	values, err := unpack(b)
	for i := range b {
		b[i] ^= 0xff
	}
	return values, err
}

// Anys returns n values and the pointers to them.
func Anys(n int) (values, dests []any) {
	values = make([]any, n)
	for i := range values {
		dests = append(dests, &values[i])
	}
	return values, dests
}

// scanned checks that a failed Scan has written nothing.
func scanned(values []any, err error) (any, error) {
	if err != nil && slices.ContainsFunc(values, func(v any) bool { return v != nil }) {
		return nil, fmt.Errorf("destinations are not what they were: %v, %v", values, err)
	}
	return values, err
}

// wider maps kinds to types that can hold their values, and are not the same.
var wider = map[reflect.Kind]reflect.Type{
	reflect.Int8:       reflect.TypeFor[int64](),
	reflect.Int16:      reflect.TypeFor[int64](),
	reflect.Int32:      reflect.TypeFor[int](),
	reflect.Int64:      reflect.TypeFor[named](),
	reflect.Uint8:      reflect.TypeFor[namedByte](),
	reflect.Uint16:     reflect.TypeFor[uint](),
	reflect.Uint32:     reflect.TypeFor[uint64](),
	reflect.Uint64:     reflect.TypeFor[unsigned](),
	reflect.Bool:       reflect.TypeFor[boolean](),
	reflect.Float32:    reflect.TypeFor[single](),
	reflect.Float64:    reflect.TypeFor[double](),
	reflect.Complex64:  reflect.TypeFor[complex64](), // a conversion back would quiet signalling NaNs
	reflect.Complex128: reflect.TypeFor[complexDouble](),
	reflect.Slice:      reflect.TypeFor[raw](),
}

type (
	named         int64
	namedByte     byte
	unsigned      uint64
	boolean       bool
	single        float32
	double        float64
	complexDouble complex128
	raw           []byte
)

// types returns the Go types of the values.
func types(s *structpack.Struct) (all []reflect.Type) {
	values, err := s.Unpack(make([]byte, s.Size()))
	if err != nil {
		panic(err)
	}
	for _, v := range values {
		all = append(all, reflect.TypeOf(v))
	}
	return all
}

// scan scans into variables of types that as makes of the values' own, and
// converts what it finds there back.
func scan(s *structpack.Struct, data []byte, as func(reflect.Type) reflect.Type) func() (any, error) {
	return func() (any, error) {
		own := types(s)
		dests := make([]any, len(own))
		for i, t := range own {
			dests[i] = reflect.New(as(t)).Interface()
		}
		err := s.Scan(data, dests...)
		values := make([]any, len(own))
		for i, t := range own {
			v := reflect.ValueOf(dests[i]).Elem()
			if err != nil && !v.IsZero() {
				return nil, errors.New("a destination is not what it was: " + err.Error())
			}
			if v.Type() != t {
				v = v.Convert(t)
			}
			values[i] = v.Interface()
		}
		return values, err
	}
}

// scanRuns scans items with a repeat count into arrays and slices in turn.
func scanRuns(s *structpack.Struct, data []byte) (any, error) {
	own := types(s)
	var dests []any
	for i, f := range s.Fields() {
		switch {
		case f.Code == "x":
		case f.Count == 0 && f.Code != "s" && f.Code != "p" && i%2 == 0:
			dests = append(dests, reflect.New(reflect.ArrayOf(0, f.Type)).Interface())
		case f.Count == 0 && f.Code != "s" && f.Code != "p":
			dests = append(dests, reflect.New(reflect.SliceOf(f.Type)).Interface())
		case f.Code == "s" || f.Code == "p" || f.Values == 1:
			dests = append(dests, reflect.New(own[f.Index]).Interface())
		case i%2 == 0:
			dests = append(dests, reflect.New(reflect.ArrayOf(f.Count, own[f.Index])).Interface())
		default:
			dests = append(dests, reflect.New(reflect.SliceOf(own[f.Index])).Interface())
		}
	}
	err := s.Scan(data, dests...)
	values := make([]any, 0, len(own))
	for _, f := range s.Fields() {
		if f.Code == "x" || err != nil {
			continue
		}
		v := reflect.ValueOf(dests[0]).Elem()
		dests = dests[1:]
		if f.Values == 0 {
			if v.Len() != 0 || v.Kind() == reflect.Slice && v.IsNil() {
				return nil, fmt.Errorf("no values for %s are %#v", f.Code, v)
			}
			continue
		}
		if v.Type() == own[f.Index] {
			values = append(values, v.Interface())
			continue
		}
		for k := range v.Len() {
			values = append(values, v.Index(k).Interface())
		}
	}
	return values, err
}

// Rows collects what an iterator yields.
func Rows(rows iter.Seq[[]any], err error) ([][]any, error) {
	if err != nil {
		return nil, err
	}
	return slices.AppendSeq([][]any{}, rows), nil
}
