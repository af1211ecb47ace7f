package structpack_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/fuzz"
	"example.com/structpack/fuzz/generate"
	"github.com/google/go-cmp/cmp"
	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
)

// TestRelations checks what must hold between answers of the package, for
// formats and values of every kind. It needs no model of the right answer, and
// so cannot share a mistake with one; package fuzz compares with a reference.
//
// STRUCTPACK_RUNS says how many cases each relation is tried on.
func TestRelations(t *testing.T) {
	params := gopter.DefaultTestParameters()
	params.MinSuccessfulTests = number(t, "STRUCTPACK_RUNS", 500)
	p := gopter.NewProperties(params)
	seed := gen.Int64()
	p.Property("what Pack writes, Unpack reads and Pack writes again", prop.ForAll(packsAgain, generate.Cases()))
	p.Property("the fields cover the structure and the values", prop.ForAll(fieldsCover, generate.Formats()))
	p.Property("a repeat count is the code written as often", prop.ForAll(countsAreRepeats, generate.Cases()))
	p.Property("without alignment, two formats in a row are one", prop.ForAll(joins, generate.Cases(), generate.Cases()))
	p.Property("< and > differ in the order of each element's bytes", prop.ForAll(ordersMirror, generate.Cases()))
	p.Property("! is >, and no prefix is @", prop.ForAll(prefixesEqual, generate.Cases()))
	p.Property("an offset is good if the structure lies within the buffer", prop.ForAll(offsets, generate.Cases(), seed))
	p.Property("Scan takes every mix of destinations", prop.ForAll(scansMixed, generate.Cases(), seed))
	p.Property("Scan refuses a wrong destination and leaves the others", prop.ForAll(scanRefuses, generate.Cases(), seed))
	p.Property("IterUnpack is Unpack of each structure", prop.ForAll(iterates, generate.Formats(), seed))
	p.Property("AppendUnpack uses the room that it is given", prop.ForAll(appendsValues, generate.Cases()))
	p.TestingRun(t)
}

func pick[T any](r *rand.Rand, all ...T) T { return all[r.Intn(len(all))] }

// The named types stand for those of a user's program.
type (
	named8   int8
	namedU64 uint64
	namedF32 float32
	namedF64 float64
	namedStr string
	namedRaw []byte
)

// widened converts without touching a NaN.
func widened(f float32) float64 {
	if f != f {
		u := uint64(math.Float32bits(f))
		return math.Float64frombits(u>>31<<63 | 0x7ff<<52 | u&0x7fffff<<29)
	}
	return float64(f)
}

// identical compares types and bits: a NaN is equal to itself only, 0 is not
// -0, and nil is not empty.
func identical(a, b any) bool {
	if reflect.TypeOf(a) != reflect.TypeOf(b) {
		return false
	}
	switch a := a.(type) {
	case nil:
		return true
	case []byte:
		b := b.([]byte)
		return bytes.Equal(a, b) && (a == nil) == (b == nil)
	case float32:
		return math.Float32bits(a) == math.Float32bits(b.(float32))
	case complex64:
		b := b.(complex64)
		return identical(real(a), real(b)) && identical(imag(a), imag(b))
	}
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	switch x.Kind() {
	case reflect.Float64:
		return math.Float64bits(x.Float()) == math.Float64bits(y.Float())
	case reflect.Complex128:
		return identical(real(x.Complex()), real(y.Complex())) && identical(imag(x.Complex()), imag(y.Complex()))
	case reflect.Slice, reflect.Array:
		if x.Len() != y.Len() || x.Kind() == reflect.Slice && x.IsNil() != y.IsNil() {
			return false
		}
		for i := range x.Len() {
			if !identical(x.Index(i).Interface(), y.Index(i).Interface()) {
				return false
			}
		}
		return true
	}
	return a == b
}

// differ says how two answers differ, or "" if they do not.
func differ(what string, got, want any) string {
	if identical(got, want) {
		return ""
	}
	diff := cmp.Diff(want, got)
	if diff == "" || strings.Contains(diff, "NaN") {
		diff += fmt.Sprintf("want %#v\ngot  %#v", want, got)
	}
	return what + " (-want +got):\n" + diff
}

// randomBytes makes up n bytes, some of them in runs of zeros.
func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	r.Read(b)
	if n > 0 && r.Intn(3) == 0 {
		clear(b[r.Intn(n):])
	}
	return b
}

func packsAgain(c fuzz.Case) string {
	packed, err := structpack.Pack(c.Format, c.Values...)
	if err != nil {
		return err.Error()
	}
	values, err := structpack.Unpack(c.Format, packed)
	if err != nil {
		return err.Error()
	}
	again, err := structpack.Pack(c.Format, values...)
	if err != nil {
		return err.Error()
	}
	if n, err := structpack.CalcSize(c.Format); err != nil || n != len(packed) {
		return fmt.Sprintf("CalcSize is %d, %v; Pack makes %d bytes", n, err, len(packed))
	}
	for _, f := range structpack.MustCompile(c.Format).Fields() {
		if f.Code == "p" && f.Size > 256 { // Pack fills the room; a length byte does not reach beyond 255
			clear(packed[f.Offset+256 : f.Offset+f.Size])
		}
	}
	return differ("packed again", again, packed)
}

func fieldsCover(format string) string {
	s := structpack.MustCompile(format)
	end, index, pos := 0, 0, 0
	for _, f := range s.Fields() {
		if f.Pad < 0 || f.Offset != end+f.Pad {
			return fmt.Sprintf("%+v does not begin behind its padding at %d", f, end)
		}
		if f.Index != index || f.Values < 0 {
			return fmt.Sprintf("%+v does not begin with value %d", f, index)
		}
		if f.Pos < pos || !strings.HasSuffix(format[f.Pos:f.End], f.Code) {
			return fmt.Sprintf("%+v is not %q", f, format[f.Pos:f.End])
		}
		end, index, pos = f.Offset+f.Size, index+f.Values, f.End
	}
	if end != s.Size() || index != s.NumValues() {
		return fmt.Sprintf("the fields end at %d and have %d values; Size is %d, NumValues %d", end, index, s.Size(), s.NumValues())
	}
	return ""
}

// countsAreRepeats writes every repeat count out, except those that are
// lengths, and those of 0, which align.
func countsAreRepeats(c fuzz.Case) string {
	var b strings.Builder
	pos := 0
	for _, f := range structpack.MustCompile(c.Format).Fields() {
		if f.Code == "s" || f.Code == "p" || f.Count == 0 {
			continue
		}
		b.WriteString(c.Format[pos:f.Pos])
		b.WriteString(strings.Repeat(f.Code, f.Count))
		pos = f.End
	}
	b.WriteString(c.Format[pos:])
	return samePacked(c, b.String(), c.Values)
}

// samePacked compares the bytes of a case with those of another format.
func samePacked(c fuzz.Case, format string, values []any) string {
	want, err := structpack.Pack(c.Format, c.Values...)
	if err != nil {
		return err.Error()
	}
	got, err := structpack.Pack(format, values...)
	if err != nil {
		return err.Error()
	}
	if diff := differ(fmt.Sprintf("packed by %q", format), got, want); diff != "" {
		return diff
	}
	wantBack, err := structpack.Unpack(c.Format, want)
	if err != nil {
		return err.Error()
	}
	gotBack, err := structpack.Unpack(format, got)
	if err != nil {
		return err.Error()
	}
	return differ(fmt.Sprintf("unpacked by %q", format), gotBack, wantBack)
}

// items returns a format without its prefix.
func items(format string) string { return strings.TrimLeft(format, "@=<>!") }

// standard reports whether the items of a format exist in standard mode.
func standard(format string) bool { return !strings.ContainsAny(format, "nNP") }

func joins(a, b fuzz.Case) string {
	for _, prefix := range []string{"<", ">"} {
		first, second := prefix+items(a.Format), prefix+items(b.Format)
		x, err := structpack.Pack(first, a.Values...)
		if err != nil {
			continue // a value of a native code that is too large here, or no such code
		}
		y, err := structpack.Pack(second, b.Values...)
		if err != nil {
			continue
		}
		both := fuzz.Case{Format: first + " " + items(b.Format), Values: slices.Concat(a.Values, b.Values)}
		got, err := structpack.Pack(both.Format, both.Values...)
		if err != nil {
			return err.Error()
		}
		if diff := differ(fmt.Sprintf("packed by %q", both.Format), got, slices.Concat(x, y)); diff != "" {
			return diff
		}
	}
	return ""
}

func ordersMirror(c fuzz.Case) string {
	if !standard(c.Format) {
		return ""
	}
	little, littleErr := structpack.Pack("<"+items(c.Format), c.Values...)
	large, largeErr := structpack.Pack(">"+items(c.Format), c.Values...)
	if littleErr != nil || largeErr != nil {
		return "" // F refuses in one order what it lets become infinite in the other
	}
	for _, f := range structpack.MustCompile("<" + items(c.Format)).Fields() {
		size := 1
		switch f.Code {
		case "x", "c", "s", "p":
		case "F", "Zf", "D", "Zd":
			size = f.Size / max(f.Count, 1) / 2 // each part by itself
		default:
			size = f.Size / max(f.Count, 1)
		}
		for element := range slices.Chunk(little[f.Offset:f.Offset+f.Size], max(size, 1)) {
			slices.Reverse(element)
		}
	}
	return differ("little-endian, mirrored", little, large)
}

func prefixesEqual(c fuzz.Case) string {
	switch {
	case strings.HasPrefix(c.Format, "!"):
		return samePacked(c, ">"+items(c.Format), c.Values)
	case strings.HasPrefix(c.Format, "@"):
		return samePacked(c, items(c.Format), c.Values)
	}
	return ""
}

// offsets packs, unpacks and scans at offsets within, across and far beyond
// both ends of a buffer.
func offsets(c fuzz.Case, seed int64) string {
	r := rand.New(rand.NewSource(seed))
	s := structpack.MustCompile(c.Format)
	packed, err := s.Pack(c.Values...)
	if err != nil {
		return err.Error()
	}
	want, err := s.Unpack(packed)
	if err != nil {
		return err.Error()
	}
	n := s.Size() + r.Intn(6) - 2
	before := randomBytes(r, max(n, 0))
	n = len(before)
	for _, offset := range []int{
		r.Intn(n+4) - 2, -r.Intn(n + 4), 0, n, -n, n - s.Size(), n - s.Size() + 1, -s.Size(), -s.Size() + 1, -n - 1,
		math.MinInt, math.MinInt + n, math.MaxInt, math.MaxInt - s.Size(), math.MaxInt - s.Size() + 1,
	} {
		at := offset
		if offset < 0 {
			at += n // cannot overflow
		}
		good := 0 <= at && at <= n && s.Size() <= n-at

		buf := bytes.Clone(before)
		for name, pack := range map[string]func() error{
			"Struct.PackInto": func() error { return s.PackInto(buf, offset, c.Values...) },
			"PackInto":        func() error { return structpack.PackInto(c.Format, buf, offset, c.Values...) },
		} {
			after := bytes.Clone(before)
			if good {
				copy(after[at:], packed)
			}
			copy(buf, before)
			if problem := placed(name, "pack_into", offset, n, good, pack()); problem != "" {
				return problem
			}
			if diff := differ(fmt.Sprintf("%s at offset %d of %d bytes", name, offset, n), buf, after); diff != "" {
				return diff
			}
		}
		if !good {
			copy(buf, before)
		}
		for name, unpack := range map[string]func() ([]any, error){
			"Struct.UnpackFrom": func() ([]any, error) { return s.UnpackFrom(buf, offset) },
			"UnpackFrom":        func() ([]any, error) { return structpack.UnpackFrom(c.Format, buf, offset) },
		} {
			got, err := unpack()
			if problem := placed(name, "unpack_from", offset, n, good, err); problem != "" {
				return problem
			}
			if !good && got != nil {
				return fmt.Sprintf("%s: %v beside an error", name, got)
			}
			if good {
				if diff := differ(fmt.Sprintf("%s at offset %d of %d bytes", name, offset, n), got, want); diff != "" {
					return diff
				}
			}
		}
		values := make([]any, s.NumValues())
		dests := make([]any, len(values))
		for i := range values {
			dests[i] = &values[i]
		}
		if problem := placed("Struct.ScanFrom", "scan_from", offset, n, good, s.ScanFrom(buf, offset, dests...)); problem != "" {
			return problem
		}
		scanned := make([]any, len(values))
		if good {
			scanned = want
		}
		if diff := differ(fmt.Sprintf("ScanFrom at offset %d of %d bytes", offset, n), values, scanned); diff != "" {
			return diff
		}
	}
	return ""
}

// placed checks the error, or that there is none, for an offset.
func placed(name, op string, offset, n int, good bool, err error) string {
	if good && err == nil {
		return ""
	}
	var e *structpack.Error
	if good || !errors.As(err, &e) || e.Err != structpack.ErrBuffer || e.Op != op || e.Index != -1 || e.Pos != -1 {
		return fmt.Sprintf("%s at offset %d of %d bytes: got %#v, want an error: %v", name, offset, n, err, !good)
	}
	return ""
}

// scansMixed scans each value into a variable of another kind, and the values of some
// items into one array or slice.
func scansMixed(c fuzz.Case, seed int64) string {
	r := rand.New(rand.NewSource(seed))
	s := structpack.MustCompile(c.Format)
	data, err := s.Pack(c.Values...)
	if err != nil {
		return err.Error()
	}
	values, err := s.Unpack(data)
	if err != nil {
		return err.Error()
	}
	var dests, want []any
	for _, f := range s.Fields() {
		own := values[f.Index : f.Index+f.Values]
		if len(own) > 1 && r.Intn(3) == 0 {
			dest, v := runDestination(r, own)
			dests, want = append(dests, dest), append(want, v)
			continue
		}
		for _, v := range own {
			dest, v := destination(r, f, v)
			dests, want = append(dests, dest), append(want, v)
		}
	}
	if err := s.Scan(data, dests...); err != nil {
		return fmt.Sprintf("%T: %v", dests, err)
	}
	for i, d := range dests {
		if d == nil {
			continue
		}
		got := reflect.ValueOf(d).Elem().Interface()
		if diff := differ(fmt.Sprintf("destination %d of type %T", i, d), got, want[i]); diff != "" {
			return diff
		}
	}
	return ""
}

// destination returns a destination for v, and what will be found there. The
// conversions move no NaN through a register: see widened.
func destination(r *rand.Rand, f structpack.Field, v any) (dest, want any) {
	switch r.Intn(6) {
	case 0:
		return nil, nil
	case 1:
		return new(any), v
	case 2:
		return reflect.New(reflect.TypeOf(v)).Interface(), v
	}
	as := func(dests ...any) (dest, want any) {
		dest = pick(r, dests...)
		return dest, reflect.ValueOf(v).Convert(reflect.TypeOf(dest).Elem()).Interface()
	}
	switch v := v.(type) {
	case int8:
		return as(new(int16), new(int32), new(int64), new(int), new(named8))
	case int16:
		return as(new(int32), new(int64), new(int))
	case int32:
		return as(new(int64), new(int))
	case uint8:
		if f.Code == "c" {
			return as(new(fuzz.Char))
		}
		return as(new(uint16), new(uint32), new(uint64), new(uint), new(uintptr), new(namedU64), new(int16), new(int), new(int64))
	case uint16:
		return as(new(uint32), new(uint64), new(uint), new(uintptr), new(fuzz.Uint16), new(int32), new(int), new(int64))
	case uint32:
		return as(new(uint64), new(uint), new(uintptr), new(namedU64), new(int64))
	case uint64:
		return as(new(namedU64))
	case bool:
		return as(new(fuzz.Bool))
	case float32:
		if r.Intn(2) == 0 {
			return new(float64), widened(v)
		}
		return new(float32), v
	case float64:
		return as(new(namedF64))
	case complex64:
		if r.Intn(2) == 0 {
			return new(complex128), complex(widened(real(v)), widened(imag(v)))
		}
	case []byte:
		switch r.Intn(4) {
		case 0:
			return as(new(string), new(namedStr), new(namedRaw))
		case 1:
			room := append(make([]byte, 0, len(v)+r.Intn(3)), "old"...)
			return &room, v
		case 2:
			if f.Code == "s" {
				array := reflect.New(reflect.ArrayOf(len(v), reflect.TypeFor[byte]()))
				want := reflect.New(array.Type().Elem()).Elem()
				reflect.Copy(want, reflect.ValueOf(v))
				return array.Interface(), want.Interface()
			}
		}
	}
	return reflect.New(reflect.TypeOf(v)).Interface(), v
}

// runDestination returns one destination for all of values, which are of one type.
func runDestination(r *rand.Rand, values []any) (dest, want any) {
	t := reflect.TypeOf(values[0])
	slice := reflect.MakeSlice(reflect.SliceOf(t), len(values), len(values))
	for i, v := range values {
		slice.Index(i).Set(reflect.ValueOf(v))
	}
	switch r.Intn(3) {
	case 0:
		array := reflect.New(reflect.ArrayOf(len(values), t)).Elem()
		reflect.Copy(array, slice)
		return reflect.New(array.Type()).Interface(), array.Interface()
	case 1:
		p := reflect.New(slice.Type()) // with room for some of them, or for more
		p.Elem().Set(reflect.MakeSlice(slice.Type(), 1, 1+r.Intn(2*len(values))))
		return p.Interface(), slice.Interface()
	}
	return reflect.New(slice.Type()).Interface(), slice.Interface()
}

// scanRefuses puts one destination among good ones that cannot take its value.
func scanRefuses(c fuzz.Case, seed int64) string {
	r := rand.New(rand.NewSource(seed))
	s := structpack.MustCompile(c.Format)
	data := randomBytes(r, s.Size())
	values, err := s.Unpack(data)
	if err != nil {
		return err.Error()
	}
	dests := make([]any, len(values))
	for i, v := range values {
		dests[i] = pick[any](r, new(any), reflect.New(reflect.TypeOf(v)).Interface())
	}
	refused := func(err error, kind error, index, pos int) string {
		var e *structpack.Error
		if !errors.As(err, &e) || e.Err != kind || e.Op != "scan" || e.Index != index || e.Pos != pos || e.Reason == "" {
			return fmt.Sprintf("got %#v, want %v for value %d at byte %d", err, kind, index, pos)
		}
		for i, d := range dests {
			if v := reflect.ValueOf(d); i != index && !v.Elem().IsZero() {
				return fmt.Sprintf("destination %d is not what it was, after %v", i, err)
			}
		}
		return ""
	}
	empty := func(f structpack.Field) bool { return f.Values == 0 && f.Code != "x" } // a slice may be for it
	if !slices.ContainsFunc(s.Fields(), empty) {
		if problem := refused(s.Scan(data, append(slices.Clip(dests), new(any))...), structpack.ErrCount, -1, -1); problem != "" {
			return problem
		}
	}
	if problem := refused(s.Scan(append(data, 0), dests...), structpack.ErrBuffer, -1, -1); problem != "" {
		return problem
	}
	if len(values) == 0 {
		return ""
	}
	if problem := refused(s.Scan(data, dests[:len(dests)-1]...), structpack.ErrCount, -1, -1); problem != "" {
		return problem
	}
	fields := slices.DeleteFunc(s.Fields(), func(f structpack.Field) bool { return f.Values == 0 })
	f := pick(r, fields...)
	i := f.Index + r.Intn(f.Values)
	dests[i] = wrongDestination(r, f, values[i])
	return refused(s.Scan(data, dests...), structpack.ErrType, i, f.Pos)
}

func wrongDestination(r *rand.Rand, f structpack.Field, v any) any {
	wrong := []any{0, "x", struct{}{}, v, (*any)(nil), new(struct{}), new(map[string]int), new(error), new(*int), func() {}, make(chan int),
		reflect.Zero(reflect.PointerTo(reflect.TypeOf(v))).Interface()}
	switch v := v.(type) {
	case int8:
		wrong = append(wrong, new(uint8), new(uint64), new(float64), new(bool), new(string))
	case int16:
		wrong = append(wrong, new(int8), new(uint16), new(float32), new(string))
	case int32:
		wrong = append(wrong, new(int16), new(uint32), new(uint64), new(float64))
	case int64:
		wrong = append(wrong, new(int32), new(uint64), new(float64), new(named8))
	case uint8:
		wrong = append(wrong, new(int8), new(bool), new(string))
		if f.Code == "c" {
			wrong = append(wrong, new(uint16), new(uint64), new(int16), new(int))
		}
	case uint16:
		wrong = append(wrong, new(uint8), new(int16), new(float64))
	case uint32:
		wrong = append(wrong, new(uint16), new(int32), new(float64))
	case uint64:
		wrong = append(wrong, new(uint32), new(int64), new(float64))
	case bool:
		wrong = append(wrong, new(uint8), new(int), new(string))
	case float32:
		wrong = append(wrong, new(int32), new(complex64), new(uint64))
	case float64:
		wrong = append(wrong, new(float32), new(namedF32), new(complex128), new(int64))
	case complex64:
		wrong = append(wrong, new(float32), new(float64), new(int64))
	case complex128:
		wrong = append(wrong, new(complex64), new(float64))
	case []byte:
		wrong = append(wrong, new(byte), new([]int8), new([]string), new([]any), new(*[]byte),
			reflect.New(reflect.ArrayOf(len(v)+1, reflect.TypeFor[byte]())).Interface())
		if f.Code == "p" {
			wrong = append(wrong, reflect.New(reflect.ArrayOf(f.Count, reflect.TypeFor[byte]())).Interface())
		}
	}
	return pick(r, wrong...)
}

func iterates(format string, seed int64) string {
	r := rand.New(rand.NewSource(seed))
	s := structpack.MustCompile(format)
	if s.Size() == 0 {
		if rows, err := s.IterUnpack(nil); rows != nil || !errors.Is(err, structpack.ErrBuffer) {
			return fmt.Sprint("a structure of size 0: ", err)
		}
		return ""
	}
	n := r.Intn(4)
	data := randomBytes(r, n*s.Size())
	if s.Size() > 1 {
		if rows, err := s.IterUnpack(append(slices.Clip(data), 0)); rows != nil || !errors.Is(err, structpack.ErrBuffer) {
			return fmt.Sprint("one byte more: ", err)
		}
	}
	seq, err := s.IterUnpack(data)
	if err != nil {
		return err.Error()
	}
	for range 2 { // it can be gone over again
		var rows [][]any
		for row := range seq {
			rows = append(rows, row)
		}
		if len(rows) != n {
			return fmt.Sprintf("%d structures, want %d", len(rows), n)
		}
		for i, row := range rows {
			want, err := s.Unpack(data[i*s.Size() : (i+1)*s.Size()])
			if err != nil {
				return err.Error()
			}
			if diff := differ(fmt.Sprintf("structure %d", i), row, want); diff != "" {
				return diff
			}
		}
	}
	for range seq {
		break
	}
	return ""
}

func appendsValues(c fuzz.Case) string {
	s := structpack.MustCompile(c.Format)
	data, err := s.Pack(c.Values...)
	if err != nil {
		return err.Error()
	}
	want, err := s.Unpack(data)
	if err != nil {
		return err.Error()
	}
	room := make([]any, 1, 1+s.NumValues())
	room[0] = "kept"
	got, err := s.AppendUnpack(room, data)
	if err != nil {
		return err.Error()
	}
	if &got[0] != &room[0] {
		return "new memory, although there was room"
	}
	if got, err := s.AppendUnpack(room, append(data, 0)); !errors.Is(err, structpack.ErrBuffer) || len(got) != 1 || &got[0] != &room[0] {
		return fmt.Sprintf("one byte more: %v, %v", got, err)
	}
	return differ("appended", got, append([]any{"kept"}, want...))
}

// TestGoTypes: the Go types of values follow from the format alone, not from
// the sizes of an ABI.
func TestGoTypes(t *testing.T) {
	both := map[string]any{"c": byte(0), "b": int8(0), "B": uint8(0), "?": false, "h": int16(0), "H": uint16(0), "i": int32(0), "I": uint32(0),
		"q": int64(0), "Q": uint64(0), "e": float32(0), "f": float32(0), "d": float64(0), "F": complex64(0), "Zf": complex64(0),
		"D": complex128(0), "Zd": complex128(0), "s": []byte{0}, "p": []byte{}}
	standard := map[string]any{"l": int32(0), "L": uint32(0)}
	native := map[string]any{"l": int64(0), "L": uint64(0), "n": int64(0), "N": uint64(0), "P": uint64(0)}
	for _, abi := range structpack.ABIs() {
		check := func(prefix string, types map[string]any) {
			for code, want := range types {
				s, err := structpack.CompileFor(abi, prefix+code)
				if err != nil {
					t.Fatal(err)
				}
				got, err := s.Unpack(make([]byte, s.Size()))
				if err != nil {
					t.Fatal(err)
				}
				if diff := differ(fmt.Sprintf("%s: %q", abi.Name, s.Format()), got, []any{want}); diff != "" {
					t.Error(diff)
				}
			}
		}
		for _, prefix := range []string{"", "@"} {
			check(prefix, both)
			check(prefix, native)
		}
		for _, prefix := range []string{"=", "<", ">", "!"} {
			check(prefix, both)
			check(prefix, standard)
		}
	}
}

// TestScanTypes tries a destination of every type on every code, with and
// without a repeat count.
func TestScanTypes(t *testing.T) {
	scalars := []any{int(0), int8(0), int16(0), int32(0), int64(0), uint(0), uint8(0), uint16(0), uint32(0), uint64(0), uintptr(0),
		float32(0), float64(0), complex64(0), complex128(0), false, "", named8(0), namedU64(0), namedF32(0), namedF64(0), namedStr(""), namedRaw(nil),
		fuzz.Char(0), fuzz.Bool(false), struct{}{}, new(int), map[int]int(nil), []byte(nil), []any(nil), func() {}, make(chan int)}
	types := []reflect.Type{reflect.TypeFor[any](), reflect.TypeFor[error](), reflect.TypeFor[[]any](), reflect.TypeFor[[3]any]()}
	for _, v := range scalars {
		own := reflect.TypeOf(v)
		types = append(types, own, reflect.SliceOf(own))
		for n := range 5 {
			types = append(types, reflect.ArrayOf(n, own))
		}
	}
	accepted := 0
	for code := range strings.SplitSeq("c b B ? h H i I l L q Q n N P e f d F Zf D Zd s p", " ") {
		for _, count := range []int{1, 3} {
			s := structpack.MustCompile(fmt.Sprintf("@%d%s", count, code))
			data := make([]byte, s.Size())
			values, err := s.Unpack(data)
			if err != nil {
				t.Fatal(err)
			}
			for _, typ := range types {
				own := reflect.TypeOf(values[0])
				run := holdsRun(typ, code, own, count)
				want := run || holds(typ, code, own, count)
				dests := make([]any, len(values)) // nil skips
				if run {
					dests = dests[:1]
				}
				dests[0] = reflect.New(typ).Interface()
				err := func() (err error) {
					defer func() {
						if p := recover(); p != nil {
							t.Errorf("Scan by %q into *%v panics: %v", s.Format(), typ, p)
						}
					}()
					return s.Scan(data, dests...)
				}()
				if (err == nil) != want {
					t.Errorf("Scan by %q into *%v: got %v, want an error: %v", s.Format(), typ, err, !want)
				}
				if want {
					accepted++
				}
			}
		}
	}
	t.Logf("%d pairs of a format and a destination accepted", accepted)
}

// holds reports whether a variable of type t can hold every value of a code,
// whose own type is given.
func holds(t reflect.Type, code string, own reflect.Type, count int) bool {
	signed := []reflect.Kind{reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int}
	unsigned := []reflect.Kind{reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint, reflect.Uintptr}
	if t == reflect.TypeFor[any]() {
		return true
	}
	switch code {
	case "c":
		return t.Kind() == reflect.Uint8
	case "?":
		return t.Kind() == reflect.Bool
	case "s", "p":
		return t.Kind() == reflect.String || t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 ||
			code == "s" && t.Kind() == reflect.Array && t.Elem().Kind() == reflect.Uint8 && t.Len() == count
	}
	for _, family := range [][]reflect.Kind{signed, unsigned, {reflect.Float32, reflect.Float64}, {reflect.Complex64, reflect.Complex128}} {
		if slices.Contains(family, own.Kind()) {
			return slices.Contains(family, t.Kind()) && t.Size() >= own.Size() ||
				slices.Contains(unsigned, own.Kind()) && code != "P" && slices.Contains(signed, t.Kind()) && t.Size() > own.Size()
		}
	}
	return false
}

// holdsRun reports whether a variable of type t takes all values of an item.
func holdsRun(t reflect.Type, code string, own reflect.Type, count int) bool {
	if code == "s" || code == "p" {
		return false
	}
	return (t.Kind() == reflect.Slice || t.Kind() == reflect.Array && t.Len() == count) &&
		t.Elem().Kind() != reflect.Interface && holds(t.Elem(), code, own, count)
}
