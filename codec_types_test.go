package structpack_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"example.com/structpack"
	"example.com/structpack/fuzz"
	"example.com/structpack/internal/test/guard"
	"example.com/structpack/internal/test/peer"
)

// TestCodecTypes makes up formats, struct types that meet them, bytes and values,
// and compares all ways of a codec with each other and with the dynamic API.
func TestCodecTypes(t *testing.T) {
	n := 1000
	switch {
	case testing.Short():
		n = 300
	case peer.All():
		n = 3000
	}
	r := rand.New(rand.NewSource(1))
	count := map[string]int{}
	memory := newMemory(t)
	for range n {
		format := fuzz.Format(r)
		if r.Intn(2) == 0 {
			format = plainFormat(r)
		}
		checkType(t, r, memory, format, count)
	}
	t.Log(count)
}

// FuzzCodec is TestCodecTypes for any format; the seed makes up the rest.
func FuzzCodec(f *testing.F) {
	for seed, format := range []string{"!ci4sf", "!HHIIBBHHH", "<bBhHiIqQfd?8s2xbBhHiIqQ", "<IhBd", "@b3?l5p", ">2F3e4s", "<BQBQB", "0s3x"} {
		f.Add(format, int64(seed))
	}
	memory := newMemory(f)
	f.Fuzz(func(t *testing.T, format string, seed int64) {
		if s, err := structpack.Compile(format); err != nil || s.Size() > fuzz.MaxSize || s.NumValues() > 300 {
			return
		}
		checkType(t, rand.New(rand.NewSource(seed)), memory, format, map[string]int{})
	})
}

// plainFormat makes up a format of numbers and short strings, as records have.
func plainFormat(r *rand.Rand) string {
	var format strings.Builder
	format.WriteString([]string{"<", ">", "@", "="}[r.Intn(4)])
	for range 1 + r.Intn(12) {
		switch r.Intn(8) {
		case 0:
			format.WriteString(strconv.Itoa(1 + r.Intn(4)))
		case 1:
			format.WriteString(strconv.Itoa(1+r.Intn(20)) + "s")
			continue
		}
		format.WriteString(string("xcbB?hHiIlLqQfdF"[r.Intn(16)]))
	}
	return format.String()
}

// memory is where records and Go values are, beside what must not be touched.
type memory struct{ records, values *guard.Region }

func newMemory(t testing.TB) memory {
	return memory{guard.New(t, batch*fuzz.MaxSize), guard.New(t, batch*4*fuzz.MaxSize)}
}

// batch is how many records there are at most.
const batch = 150

// record returns n bytes at one of the ends of memory.
func (m memory) record(r *rand.Rand, n int) []byte {
	if r.Intn(2) == 0 {
		return m.records.First(n)
	}
	return m.records.Last(n)
}

// slice returns n values of a type at one of the ends of memory, or on the heap if
// the collector has to know of them.
func (m memory) slice(r *rand.Rand, typ reflect.Type, n int) reflect.Value {
	if pointers.MatchString(typ.String()) || uintptr(n)*typ.Size() > batch*4*fuzz.MaxSize {
		return reflect.MakeSlice(reflect.SliceOf(typ), n, n)
	}
	take := m.values.First
	if r.Intn(2) == 0 {
		take = m.values.Last
	}
	b := take(n * int(typ.Size()))
	for i := range b {
		b[i] = 0
	}
	return reflect.NewAt(reflect.ArrayOf(n, typ), unsafe.Pointer(unsafe.SliceData(b))).Elem().Slice(0, n)
}

// pointers matches the types of the generator that hold some.
var pointers = regexp.MustCompile(`\[\]|\*|func|string|namedRaw|namedStr`)

func checkType(t *testing.T, r *rand.Rand, m memory, format string, count map[string]int) {
	s, err := structpack.CompileFor(structpack.ABIs()[r.Intn(len(structpack.ABIs()))], format)
	if err != nil || s.Size() > fuzz.MaxSize || strings.Trim(format, "@=<>! \t\n\v\f\r") == "" && format != "" {
		return // a format that is only a prefix is made from the type
	}
	maker := typeMaker{r: r, slots: slotsOf(s)}
	typ := maker.structType()
	b, err := structpack.BindType(s, typ)
	if err != nil {
		t.Fatalf("%q, %v: %v", format, typ, err)
	}
	count["types"]++
	if b.Moves() {
		count["moves"]++
	}
	pack, unpack := b.Shuffles()
	if pack {
		count["pack by a shuffle"]++
	}
	if unpack {
		count["unpack by a shuffle"]++
	}

	size := s.Size()
	n := 1 + r.Intn(5)
	if r.Intn(8) == 0 && size > 0 {
		n = min(batch, 1+60000/size)
	}
	data := m.record(r, n*size)
	r.Read(data)
	record := func(i int) []byte { return data[i*size:][:size] }
	want := make([]byte, 0, n*size)
	for i := range n {
		values, err := s.Unpack(record(i))
		if err != nil {
			t.Fatal(err)
		}
		if want, err = s.AppendPack(want, values...); err != nil {
			t.Fatal(err)
		}
	}

	// What the first way unpacks, the others are compared with.
	var first reflect.Value
	for _, w := range b.Ways() {
		fail := func(what string, i int, err error, got, want any) {
			t.Helper()
			t.Fatalf("%q for %v, %v: %s %s, record %d of %d: %v, got\n%v, want\n%v", format, abiOf(s), typ, w.Name, what, i, n, err, got, want)
		}
		same := func(what string, vs reflect.Value) {
			t.Helper()
			if !first.IsValid() {
				first = reflect.MakeSlice(reflect.SliceOf(typ), n, n)
				reflect.Copy(first, vs)
			}
			for i := range n {
				if !equal(vs.Index(i), first.Index(i)) {
					fail(what, i, nil, vs.Index(i), first.Index(i))
				}
			}
		}
		vs := m.slice(r, typ, n)
		mark(vs)
		for i := range n {
			if err := w.Unpack(record(i), vs.Index(i).Addr()); err != nil {
				fail("unpacks", i, err, nil, nil)
			}
		}
		m.values.Check(t)
		same("unpacks", vs)
		all := m.slice(r, typ, n)
		mark(all)
		w.UnpackSlice(all, data)
		m.values.Check(t)
		same("unpacks in a batch", all)

		packed := make([]byte, size)
		for i := range n {
			if err := w.PackInto(packed, first.Index(i).Addr()); err != nil || !bytes.Equal(packed, want[i*size:][:size]) {
				fail("packs", i, err, packed, want[i*size:][:size])
			}
		}
		got, err := w.AppendPackSlice([]byte("kept"), all)
		if err != nil || len(got) != 4+n*size || string(got[:4]) != "kept" {
			fail("packs in a batch", n, err, len(got), 4+n*size)
		}
		for i := range n {
			if got, want := got[4+i*size:][:size], want[i*size:][:size]; !bytes.Equal(got, want) {
				fail("packs in a batch", i, nil, got, want)
			}
		}
	}
	if structpack.MemoryIsPlain {
		checkCalls(t, b, typ, first, data, want)
	}
	checkValues(t, r, s, typ, maker.wants, b, first.Index(0))
}

// checkCalls makes the calls that users make, which have quick ways of their own, for the
// records vs, of type typ. They are data when they are unpacked, and want when packed.
func checkCalls(t *testing.T, b structpack.Bound, typ reflect.Type, vs reflect.Value, data, want []byte) {
	n := vs.Len()
	size := len(want) / n
	c := structpack.CodecOf[struct{}](b)
	v := reflect.New(typ)
	p := (*struct{})(v.UnsafePointer())
	for i := range n {
		record := data[i*size:][:size]
		packed := want[i*size:][:size]
		for _, call := range []struct {
			name string
			call func() error
		}{
			{"Unpack", func() error { return c.Unpack(record, p) }},
			{"UnpackFrom", func() error { return c.UnpackFrom(data, i*size, p) }},
			{"Read", func() error { return c.Read(bytes.NewReader(record), p) }},
			{"Read of a bufio.Reader", func() error { return c.Read(bufio.NewReader(bytes.NewReader(record)), p) }},
			{"ReadAt", func() error { return c.ReadAt(bytes.NewReader(data), int64(i*size), p) }},
		} {
			v.Elem().SetZero()
			mark(v.Elem())
			if err := call.call(); err != nil || !equal(v.Elem(), vs.Index(i)) {
				t.Fatalf("%q, %v: %s: %v, got\n%v, want\n%v", c.Struct().Format(), typ, call.name, err, v.Elem(), vs.Index(i))
			}
		}
		v.Elem().Set(vs.Index(i))
		into := make([]byte, size+2)
		var w bytes.Buffer
		for _, call := range []struct {
			name string
			call func() ([]byte, error)
		}{
			{"Pack", func() ([]byte, error) { return c.Pack(p) }},
			{"AppendPack", func() ([]byte, error) { return c.AppendPack(make([]byte, 0, size), p) }},
			{"PackInto", func() ([]byte, error) { return into[1:][:size], c.PackInto(into, 1, p) }},
			{"Write", func() ([]byte, error) { err := c.Write(&w, p); return w.Bytes(), err }},
		} {
			if got, err := call.call(); err != nil || !bytes.Equal(got, packed) {
				t.Fatalf("%q, %v: %s: %v, got %x, want %x", c.Struct().Format(), typ, call.name, err, got, packed)
			}
		}
	}
	if pointers.MatchString(typ.String()) {
		return
	}
	switch typ.Size() {
	case 8:
		checkBatch[[1]uint64](t, b, vs, data, want)
	case 16:
		checkBatch[[2]uint64](t, b, vs, data, want)
	case 24:
		checkBatch[[3]uint64](t, b, vs, data, want)
	case 32:
		checkBatch[[4]uint64](t, b, vs, data, want)
	case 40:
		checkBatch[[5]uint64](t, b, vs, data, want)
	case 56:
		checkBatch[[7]uint64](t, b, vs, data, want)
	case 80:
		checkBatch[[10]uint64](t, b, vs, data, want)
	}
}

// checkBatch is checkCalls for all records at once, as Ts of the same size.
func checkBatch[T any](t *testing.T, b structpack.Bound, vs reflect.Value, data, want []byte) {
	if len(data) == 0 {
		return
	}
	c := structpack.CodecOf[T](b)
	typ := vs.Type().Elem()
	as := func(v *T) reflect.Value { return reflect.NewAt(typ, unsafe.Pointer(v)).Elem() }
	all, err := c.AppendUnpackSlice(nil, data)
	if err != nil || len(all) != vs.Len() {
		t.Fatal(len(all), err)
	}
	seq, err := c.All(data)
	if err != nil {
		t.Fatal(err)
	}
	next := 0
	for i, v := range seq {
		if i != next || !equalFields(as(v), vs.Index(i)) || !equalFields(as(&all[i]), vs.Index(i)) {
			t.Fatalf("%q, %v: record %d is\n%v by All, and\n%v in a batch, want\n%v", c.Struct().Format(), typ, i, as(v), as(&all[i]), vs.Index(i))
		}
		next++
	}
	got, err := c.AppendPackSlice([]byte("kept"), all)
	if err != nil || next != len(all) || string(got) != "kept"+string(want) {
		t.Fatalf("%q, %v: %d records by All, %v, packed\n%x, want\n%x", c.Struct().Format(), typ, next, err, got, want)
	}
}

// equalFields is equal for fields that take values.
func equalFields(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			if f := a.Type().Field(i); f.Name != "_" && f.Tag == "" && !equalFields(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Array:
		for i := range a.Len() {
			if !equalFields(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	}
	return equal(a, b)
}

// checkValues changes numbers, strings and slices in v, so that some may not fit
// their codes any more, and compares bytes and errors with the dynamic API.
func checkValues(t *testing.T, r *rand.Rand, s *structpack.Struct, typ reflect.Type, wants []slot, b structpack.Bound, v reflect.Value) {
	var values []any
	vary := r.Intn(3) > 0
	if r.Intn(4) == 0 {
		resize(r, v)
	}
	length := visit(v, wants, func(x reflect.Value) {
		if vary && r.Intn(4) == 0 {
			change(r, x)
		}
		values = append(values, x.Interface())
	})
	want, wantErr := s.Pack(values...)
	for _, w := range b.Ways() {
		got, err := w.AppendPack(nil, v.Addr())
		if length != -1 {
			var e *structpack.Error
			if !errors.As(err, &e) || !errors.Is(err, structpack.ErrCount) || length >= 0 && e.Index != length || e.Pos < 0 {
				t.Fatalf("%q, %v: %s packs a slice of another length for value %d: %v", s.Format(), typ, w.Name, length, err)
			}
			continue
		}
		if fmt.Sprint(err) != fmt.Sprint(wantErr) || !bytes.Equal(got, want) {
			t.Fatalf("%q for %v, %v: %s packs %v: got  %x, %v\nwant %x, %v", s.Format(), abiOf(s), typ, w.Name, values, got, err, want, wantErr)
		}
		room := bytes.Repeat([]byte{0x55}, s.Size()+4)
		kept := bytes.Clone(room)
		if got, err := w.AppendPack(room[:2], v.Addr()); err != nil && (len(got) != 2 || !bytes.Equal(room, kept)) {
			t.Fatalf("%q, %v: %s writes behind dst, and then fails: %x, %v", s.Format(), typ, w.Name, room, err)
		}
		room = bytes.Repeat([]byte{0x55}, s.Size())
		kept = bytes.Clone(room)
		if err := w.PackInto(room, v.Addr()); err != nil && !bytes.Equal(room, kept) {
			t.Fatalf("%q, %v: %s writes, and then fails: %x, %v", s.Format(), typ, w.Name, room, err)
		}
	}
	if !structpack.MemoryIsPlain || length != -1 {
		return
	}
	c := structpack.CodecOf[struct{}](b)
	value := reflect.New(typ)
	value.Elem().Set(v)
	p := (*struct{})(value.UnsafePointer())
	for _, call := range []struct {
		name string
		call func(buf []byte) ([]byte, error)
	}{
		{"AppendPack", func(buf []byte) ([]byte, error) { return c.AppendPack(buf[:0], p) }},
		{"PackInto", func(buf []byte) ([]byte, error) { return buf, c.PackInto(buf, 0, p) }},
		{"Write", func(buf []byte) ([]byte, error) {
			var w bytes.Buffer
			err := c.Write(&w, p)
			return w.Bytes(), err
		}},
	} {
		buf := bytes.Repeat([]byte{0x55}, s.Size())
		kept := bytes.Clone(buf)
		got, err := call.call(buf)
		if (err != nil) != (wantErr != nil) || err == nil && !bytes.Equal(got, want) || err != nil && !bytes.Equal(buf, kept) {
			t.Fatalf("%q for %v, %v: %s of %v: got  %x, %v\nwant %x, %v", s.Format(), abiOf(s), typ, call.name, values, got, err, want, wantErr)
		}
	}
}

func abiOf(s *structpack.Struct) string { return structpack.ABIName(s) }

// change gives a number any value of its type, and a string another length.
func change(r *rand.Rand, x reflect.Value) {
	bits := r.Uint64() >> r.Intn(64)
	switch {
	case x.CanInt():
		x.SetInt(int64(bits) * int64(1-2*r.Intn(2)))
	case x.CanUint():
		x.SetUint(bits)
	case x.CanFloat():
		x.SetFloat(math.Ldexp(r.Float64()-0.5, r.Intn(300)-150))
	case x.CanComplex():
		x.SetComplex(complex(math.Ldexp(r.Float64()-0.5, r.Intn(300)-150), math.Ldexp(r.Float64()-0.5, r.Intn(150))))
	case x.Kind() == reflect.String:
		x.SetString(x.String() + "and more"[:r.Intn(9)])
	case x.Kind() == reflect.Slice:
		x.SetBytes(append(x.Bytes(), "and more"[:r.Intn(9)]...))
	}
}

// resize gives slices of numbers other lengths.
func resize(r *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Name != "_" && f.Tag == "" {
				resize(r, v.Field(i))
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Uint8 && r.Intn(2) == 0 {
			v.Set(reflect.MakeSlice(v.Type(), r.Intn(v.Len()+2), v.Len()+2))
		}
	}
}

// visit calls f for the variables in v that hold the values of a format, as slots
// has them. It stops at a slice that has not the right length, and returns the
// index of the value, or -2 if it should be empty; else -1.
func visit(v reflect.Value, slots []slot, f func(reflect.Value)) int {
	i, bad := 0, -1
	var walk func(reflect.Value)
	walk = func(v reflect.Value) {
		if bad != -1 {
			return
		}
		text := i < len(slots) && slots[i].text
		switch {
		case v.Kind() == reflect.Struct:
			for k := range v.NumField() {
				if field := v.Type().Field(k); field.Name != "_" && field.Tag == "" {
					walk(v.Field(k))
				}
			}
			return
		case v.Kind() == reflect.Slice && i < len(slots) && slots[i].empty:
			if v.Len() > 0 {
				bad = -2
			}
			i++
			return
		case v.Kind() == reflect.Slice && !text && v.Len() != slots[i].run:
			bad = slots[i].index
			return
		case (v.Kind() == reflect.Slice || v.Kind() == reflect.Array) && !text:
			for k := range v.Len() {
				walk(v.Index(k))
			}
			return
		}
		f(v)
		i++
	}
	walk(v)
	return bad
}

// mark sets what takes no value of a format, and must stay as it is.
func mark(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			mark(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Field(i)
			switch {
			case v.Type().Field(i).Tag == "":
				mark(f)
			case f.CanUint():
				f.SetUint(0x77)
			case f.Kind() == reflect.String:
				f.SetString("kept")
			}
		}
	}
}

// equal reports whether two values of a type are the same, bit by bit where they are
// numbers. Fields called _ may differ.
func equal(a, b reflect.Value) bool {
	switch {
	case a.Kind() == reflect.Struct:
		for i := range a.NumField() {
			if a.Type().Field(i).Name != "_" && !equal(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case a.Kind() == reflect.Slice && (a.IsNil() != b.IsNil() || a.Len() != b.Len()):
		return false
	case a.Kind() == reflect.Slice, a.Kind() == reflect.Array:
		for i := range a.Len() {
			if !equal(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case a.Kind() == reflect.Func:
		return a.IsNil() && b.IsNil()
	case a.CanFloat():
		return math.Float64bits(a.Float()) == math.Float64bits(b.Float())
	case a.CanComplex():
		x, y := a.Complex(), b.Complex()
		return math.Float64bits(real(x)) == math.Float64bits(real(y)) && math.Float64bits(imag(x)) == math.Float64bits(imag(y))
	case a.Kind() == reflect.Bool: // and neither is a byte that is no bool
		return *(*byte)(a.Addr().UnsafePointer()) == *(*byte)(b.Addr().UnsafePointer())
	}
	return a.Equal(b)
}

// A slot is where a value of a format goes.
type slot struct {
	typ    reflect.Type // that Unpack returns
	text   bool
	length int // of a text in the record
	pascal bool
	index  int // of the value
	run    int // how many values its item has
	k      int // which of them it is
	char   bool
	empty  bool // there is no value: the count is 0
}

func slotsOf(s *structpack.Struct) (slots []slot) {
	values, err := s.Unpack(make([]byte, s.Size()))
	if err != nil {
		panic(err)
	}
	for _, f := range s.Fields() {
		if f.Values == 0 && f.Code != "x" {
			slots = append(slots, slot{typ: f.Type, index: f.Index, empty: true})
		}
		for k := range f.Values {
			slots = append(slots, slot{
				typ: reflect.TypeOf(values[f.Index+k]), text: f.Code == "s" || f.Code == "p", length: f.Count, pascal: f.Code == "p",
				index: f.Index + k, run: f.Values, k: k, char: f.Code == "c",
			})
		}
	}
	return slots
}

// A typeMaker makes up struct types for slots.
type typeMaker struct {
	r     *rand.Rand
	slots []slot // those that are left
	wants []slot // those that have a field
	names int
}

// structType makes up a struct type for all slots.
func (m *typeMaker) structType() reflect.Type {
	var fields []reflect.StructField
	for {
		if m.r.Intn(12) == 0 {
			fields = append(fields, m.aside())
		}
		var empty []slot // items with a count of 0: where a slice comes next, they need slices too
		for len(m.slots) > 0 && m.slots[0].empty {
			empty, m.slots = append(empty, m.slots[0]), m.slots[1:]
		}
		before, last := len(m.wants), len(m.slots) == 0
		var next reflect.Type
		if !last {
			next = m.variable()
		}
		if m.r.Intn(2) == 0 || !last && next.Kind() == reflect.Slice {
			for _, e := range empty {
				fields = append(fields, m.field(reflect.SliceOf(e.typ)))
			}
			m.wants = slices.Insert(m.wants, before, empty...)
		}
		if last {
			break
		}
		fields = append(fields, m.field(next))
		if n := 1 + m.r.Intn(4); len(fields) >= n && m.r.Intn(8) == 0 { // some of them become a struct
			inner := reflect.StructOf(slices.Clone(fields[len(fields)-n:]))
			fields = append(fields[:len(fields)-n], m.field(inner))
		}
	}
	return reflect.StructOf(fields)
}

func (m *typeMaker) field(t reflect.Type) reflect.StructField {
	m.names++
	return reflect.StructField{Name: fmt.Sprint("F", m.names), Type: t}
}

// aside makes up a field that takes no value.
func (m *typeMaker) aside() reflect.StructField {
	types := []reflect.Type{
		reflect.TypeFor[byte](), reflect.TypeFor[[3]byte](), reflect.TypeFor[uint64](), reflect.TypeFor[struct{}](), reflect.TypeFor[[0]func()](),
		reflect.TypeFor[string](), reflect.TypeFor[*int](),
	}
	f := m.field(types[m.r.Intn(len(types))])
	if m.r.Intn(3) == 0 {
		f.Tag = `structpack:"-"`
		return f
	}
	f.Name, f.PkgPath = "_", "example.com/structpack_test"
	return f
}

// take takes the next n slots.
func (m *typeMaker) take(n int) {
	m.wants = append(m.wants, m.slots[:n]...)
	m.slots = m.slots[n:]
}

// variable makes up the type of a variable for the next slot, or for some.
func (m *typeMaker) variable() reflect.Type {
	first := m.slots[0]
	if first.text {
		m.take(1)
		types := []reflect.Type{reflect.TypeFor[[]byte](), reflect.TypeFor[string](), reflect.TypeFor[namedRaw](), reflect.TypeFor[namedStr]()}
		if !first.pascal && m.r.Intn(3) > 0 {
			return reflect.ArrayOf(first.length, reflect.TypeFor[byte]())
		}
		return types[m.r.Intn(len(types))]
	}
	alike := 1 // of how many slots one type can be
	for alike < len(m.slots) && m.slots[alike].typ == first.typ && !m.slots[alike].text && !m.slots[alike].empty && m.slots[alike].char == first.char {
		alike++
	}
	elem := m.wider(first)
	switch {
	case first.k == 0 && m.r.Intn(10) == 0:
		m.take(first.run)
		return reflect.SliceOf(elem)
	case alike > 20 || alike > 1 && m.r.Intn(2) == 0:
		n := alike
		if alike <= 20 {
			n = 1 + m.r.Intn(alike)
		}
		m.take(n)
		if n%2 == 0 && m.r.Intn(3) == 0 {
			return reflect.ArrayOf(n/2, reflect.ArrayOf(2, elem))
		}
		if n%2 == 0 && m.r.Intn(3) == 0 {
			return reflect.ArrayOf(n/2, reflect.StructOf([]reflect.StructField{m.field(elem), m.field(elem)}))
		}
		return reflect.ArrayOf(n, elem)
	}
	m.take(1)
	return elem
}

// wider returns the type of a slot, or one that is wider or has a name.
func (m *typeMaker) wider(s slot) reflect.Type {
	if s.char || m.r.Intn(6) > 0 {
		return s.typ
	}
	var types []reflect.Type
	for _, t := range []reflect.Type{
		reflect.TypeFor[int16](), reflect.TypeFor[int32](), reflect.TypeFor[int64](), reflect.TypeFor[int](), reflect.TypeFor[named8](),
		reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](), reflect.TypeFor[uint](), reflect.TypeFor[uintptr](), reflect.TypeFor[namedU64](),
		reflect.TypeFor[float64](), reflect.TypeFor[named64](), reflect.TypeFor[namedF32](), reflect.TypeFor[complex128](), reflect.TypeFor[namedC128](),
	} {
		if t.Size() >= s.typ.Size() && group(t) == group(s.typ) ||
			t.Size() > s.typ.Size() && group(t) == reflect.Int && group(s.typ) == reflect.Uint {
			types = append(types, t)
		}
	}
	if types == nil {
		return s.typ
	}
	return types[m.r.Intn(len(types))]
}

type namedC128 complex128

// group separates kinds that cannot take each other's values.
func group(t reflect.Type) reflect.Kind {
	switch v := reflect.Zero(t); {
	case v.CanInt():
		return reflect.Int
	case v.CanUint():
		return reflect.Uint
	case v.CanFloat():
		return reflect.Float64
	}
	return t.Kind() | 1 // both complex kinds
}
