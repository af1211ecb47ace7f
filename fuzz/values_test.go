package fuzz_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/fuzz"
)

// What the generators promise is tested here, and that they leave nothing out:
// a generator that never makes up a NaN lets every test pass.

// source is seeded with a constant: what is counted here must not depend on luck.
func source() *rand.Rand { return rand.New(rand.NewSource(1)) }

const many = 2000

func TestFormat(t *testing.T) {
	r := source()
	seen := map[string]bool{}
	for range many {
		format := fuzz.Format(r)
		s, err := structpack.Compile(format)
		if err != nil {
			t.Fatal(err)
		}
		if s.Size() > fuzz.MaxSize {
			t.Fatalf("%q has size %d", format, s.Size())
		}
		prefix := format[:len(format)-len(strings.TrimLeft(format, "@=<>!"))]
		seen["prefix "+prefix] = true
		seen["white space"] = seen["white space"] || strings.ContainsAny(format, " \t\n\v\f\r")
		for _, f := range s.Fields() {
			seen[f.Code] = true
			seen["count 0"] = seen["count 0"] || f.Count == 0
			seen["count over 255"] = seen["count over 255"] || f.Count > 255
			seen["padding"] = seen["padding"] || f.Pad > 0
		}
	}
	for _, want := range slices.Concat(strings.Split("x c b B ? h H i I l L q Q n N P e f d F D Zf Zd s p", " "),
		[]string{"prefix ", "prefix @", "prefix =", "prefix <", "prefix >", "prefix !", "white space", "count 0", "count over 255", "padding"}) {
		if !seen[want] {
			t.Errorf("none of %d formats has %s", many, want)
		}
	}
}

func TestBadFormat(t *testing.T) {
	r := source()
	reasons := map[string]int{}
	for range many {
		format := fuzz.BadFormat(r)
		_, err := structpack.Compile(format)
		var e *structpack.Error
		if !errors.As(err, &e) {
			t.Fatalf("%q is not bad: %v", format, err)
		}
		reasons[e.Reason]++
	}
	for _, want := range []string{"bad char in struct format", "repeat count given without format specifier", "total struct size too long",
		"embedded null character", "non-ASCII character in struct format"} {
		if reasons[want] < many/100 {
			t.Errorf("%d of %d formats are bad because of: %s", reasons[want], many, want)
		}
	}
}

func TestValues(t *testing.T) {
	r := source()
	kinds := map[string]map[reflect.Kind]bool{}
	for range many {
		s := structpack.MustCompile(fuzz.Format(r))
		values := fuzz.Values(r, s)
		if _, err := s.Pack(values...); err != nil {
			t.Fatalf("%v\n%#v", err, values)
		}
		for _, f := range s.Fields() {
			for _, v := range values[f.Index : f.Index+f.Values] {
				if kinds[f.Code] == nil {
					kinds[f.Code] = map[reflect.Kind]bool{}
				}
				kinds[f.Code][reflect.ValueOf(v).Kind()] = true
			}
		}
	}
	integers := []reflect.Kind{reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr, reflect.Bool, reflect.Pointer}
	floats := append([]reflect.Kind{reflect.Float32, reflect.Float64, reflect.Int, reflect.Pointer}, integers[1:5]...)
	texts := []reflect.Kind{reflect.String, reflect.Slice, reflect.Array}
	want := map[string][]reflect.Kind{
		"c": append([]reflect.Kind{reflect.Uint8}, texts...), "s": texts, "p": texts,
		"e": floats, "f": floats, "d": floats,
		"?": {reflect.Bool, reflect.Int, reflect.String, reflect.Slice, reflect.Array, reflect.Map, reflect.Struct, reflect.Pointer,
			reflect.Float64, reflect.Complex128, reflect.Invalid},
	}
	for code := range strings.SplitSeq("b B h H i I l L q Q n N P", " ") {
		want[code] = integers
	}
	for _, code := range []string{"F", "Zf", "D", "Zd"} {
		want[code] = []reflect.Kind{reflect.Complex64, reflect.Complex128, reflect.Float32, reflect.Float64, reflect.Int}
	}
	for code, all := range want {
		for _, kind := range all {
			if !kinds[code][kind] {
				t.Errorf("no %s is ever packed by %s", kind, code)
			}
		}
	}
}

func TestBadValues(t *testing.T) {
	r := source()
	seen := map[string]int{}
	for range many {
		s := structpack.MustCompile(fuzz.Format(r))
		values, bad := fuzz.BadValues(r, s)
		_, err := s.Pack(values...)
		var e *structpack.Error
		if !errors.As(err, &e) || e.Index != bad || (bad < 0) != (e.Err == structpack.ErrCount) {
			t.Fatalf("%q: got %v, want value %d to be bad\n%#v", s.Format(), err, bad, values)
		}
		for _, f := range s.Fields() {
			if f.Index <= bad && bad < f.Index+f.Values {
				seen[f.Code+" "+e.Err.Error()]++
			}
		}
		seen[e.Err.Error()]++
	}
	for code := range strings.SplitSeq("c s p d D Zd", " ") {
		if seen[code+" "+structpack.ErrType.Error()] == 0 {
			t.Errorf("%s is never given a wrong type", code)
		}
	}
	for code := range strings.SplitSeq("b B h H i I l L q Q n N P e f", " ") {
		for _, kind := range []error{structpack.ErrType, structpack.ErrRange} {
			if seen[code+" "+kind.Error()] == 0 {
				t.Errorf("%s is never given a %v", code, kind)
			}
		}
	}
	for _, kind := range []error{structpack.ErrType, structpack.ErrRange, structpack.ErrCount} {
		if seen[kind.Error()] < many/20 {
			t.Errorf("%d of %d are bad because of: %v", seen[kind.Error()], many, kind)
		}
	}
}

// TestReproducible: the same seed makes up the same things.
func TestReproducible(t *testing.T) {
	a, b := source(), source()
	for range 100 {
		x, y := fuzz.Format(a), fuzz.Format(b)
		if x != y {
			t.Fatalf("%q and %q", x, y)
		}
		s := structpack.MustCompile(x)
		v, w := fuzz.Values(a, s), fuzz.Values(b, s)
		if fmt.Sprintf("%T", v) != fmt.Sprintf("%T", w) {
			t.Fatalf("%q: %#v and %#v", x, v, w)
		}
		p, err := s.Pack(v...)
		q, _ := s.Pack(w...)
		if err != nil || !bytes.Equal(p, q) {
			t.Fatalf("%q: %#v and %#v: %v", x, v, w, err)
		}
	}
}
