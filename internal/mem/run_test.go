package mem

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"example.com/structpack/internal/test/guard"
	"github.com/google/go-cmp/cmp"
)

// A sample is a Go type that values are moved to and from, with some of its values and
// the bits that they have in the data.
type sample struct {
	width  Width
	bool   bool
	n      int // bytes
	zero   any
	ptr    any
	values []any
	bits   []uint64
	lo, hi uint64 // as SetLimits has them; hi is 0 if no int fits
}

func sampleOf[T any](width Width, n int, lo, hi uint64, bits func(T) uint64, values ...T) sample {
	s := sample{width: width, n: n, zero: *new(T), ptr: new(T), lo: lo, hi: hi}
	_, s.bool = s.zero.(bool)
	for _, v := range values {
		s.values, s.bits = append(s.values, v), append(s.bits, bits(v))
	}
	return s
}

func bitOf(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// Floats whose bits a conversion would change.
var (
	signalling32 = math.Float32frombits(0x7f800001)
	signalling64 = math.Float64frombits(0x7ff0000000000001)
)

var samples = []sample{
	sampleOf(Byte, 1, 0, 0, bitOf, true, false),
	sampleOf(Byte, 1, 1<<7, 1<<7-1, func(v int8) uint64 { return uint64(uint8(v)) }, -128, -1, 0, 127),
	sampleOf(Byte, 1, 0, 1<<8-1, func(v uint8) uint64 { return uint64(v) }, 0, 1, 255),
	sampleOf(Word16, 2, 1<<15, 1<<15-1, func(v int16) uint64 { return uint64(uint16(v)) }, -1<<15, -2, 0x1234),
	sampleOf(Word16, 2, 0, 1<<16-1, func(v uint16) uint64 { return uint64(v) }, 0, 0x1234, 0xff00),
	sampleOf(Word32, 4, 1<<31, 1<<31-1, func(v int32) uint64 { return uint64(uint32(v)) }, -1<<31, -2, 0x12345678),
	sampleOf(Word32, 4, 0, 1<<32-1, func(v uint32) uint64 { return uint64(v) }, 0, 0x12345678, 0xff000000),
	sampleOf(Word32, 4, 0, 0, func(v float32) uint64 { return uint64(math.Float32bits(v)) }, 0, -1.5, signalling32),
	sampleOf(Word64, 8, 1<<63, 1<<63-1, func(v int64) uint64 { return uint64(v) }, -1<<63, -2, 0x123456789abcdef0),
	sampleOf(Word64, 8, 0, 1<<64-1, func(v uint64) uint64 { return v }, 0, 0x123456789abcdef0, 0xff<<56),
	sampleOf(Word64, 8, 0, 0, math.Float64bits, 0, -1.5, signalling64),
}

// step returns the step for a sample at an offset.
func (s *sample) step(off int) Step {
	st := Step{Width: s.width, Bool: s.bool, Off: off, Type: TypeOf(s.zero), Pointer: TypeOf(s.ptr), Lo: 1}
	if s.hi > 0 {
		st.SetLimits(s.lo, s.hi)
	}
	return st
}

// fits reports whether an int, int64 or uint64 fits: one of the sample's type, or one that
// an int can express and is within the limits.
func (s *sample) fits(v any) bool {
	x := new(big.Int)
	switch v := v.(type) {
	case int:
		x.SetInt64(int64(v))
	case int64:
		x.SetInt64(v)
	case uint64:
		x.SetUint64(v)
	}
	lowest, highest := new(big.Int).SetUint64(s.lo), new(big.Int).SetUint64(s.hi)
	within := s.hi > 0 && x.Cmp(lowest.Neg(lowest)) >= 0 && x.Cmp(highest) <= 0
	return reflect.TypeOf(v) == reflect.TypeOf(s.zero) || within && x.IsInt64() && int64(int(x.Int64())) == x.Int64()
}

func bitsOfInteger(v any) uint64 {
	if v, ok := v.(uint64); ok {
		return v
	}
	return uint64(reflect.ValueOf(v).Int())
}

// bytes returns n bytes with the bits of a value, by a way that is obvious.
func (s *sample) bytes(bits uint64, big bool) []byte {
	b := binary.LittleEndian.AppendUint64(nil, bits)[:s.n]
	if big {
		slices.Reverse(b)
	}
	return b
}

func bytesStep(n, off int) Step {
	return Step{Width: Bytes, N: uint32(n), Off: off, Type: TypeOf([]byte(nil)), Pointer: TypeOf(new([]byte)), Lo: 1}
}

// bothEnds runs a test with memory of n bytes before and after a page that nobody may
// touch.
func bothEnds(t *testing.T, n int, test func(t *testing.T, place func(n int) []byte)) {
	region := guard.New(t, n)
	for name, place := range map[string]func(int) []byte{"first": region.First, "last": region.Last} {
		t.Run(name, func(t *testing.T) {
			test(t, place)
			region.Check(t)
		})
	}
}

// TestPack packs every value of the samples, and ints for it, where nothing before or
// after its bytes may be touched.
func TestPack(t *testing.T) {
	bothEnds(t, 16, func(t *testing.T, place func(int) []byte) {
		for _, s := range samples {
			for _, big := range []bool{false, true} {
				steps := []Step{s.step(0)}
				for i, v := range s.values {
					buf := place(s.n)
					if n := Pack(steps, big, 0, buf, []any{v}); n != 1 || !bytes.Equal(buf, s.bytes(s.bits[i], big)) {
						t.Errorf("%T %v, big %t: %d done, % x", v, v, big, n, buf)
					}
				}
				for _, v := range []int64{0, 1, -1, 127, 128, -128, -129, 255, 256, 1<<15 - 1, 1 << 15, -1 << 15, -1<<15 - 1, 1<<16 - 1, 1 << 16, math.MaxInt32, math.MinInt32, math.MaxInt64, math.MinInt64} {
					for _, v := range []any{int(v), v, uint64(v)} {
						buf := place(s.n)
						copy(buf, "kept when refused")
						before := bytes.Clone(buf)
						n := Pack(steps, big, 0, buf, []any{v})
						if fits := s.fits(v); fits && (n != 1 || !bytes.Equal(buf, s.bytes(bitsOfInteger(v), big))) || !fits && (n != 0 || !bytes.Equal(buf, before)) {
							t.Errorf("%T %d as %T, big %t: %d done, % x", v, v, s.zero, big, n, buf)
						}
					}
				}
				for _, v := range []any{nil, "text", []byte("text"), struct{}{}, new(int), uintptr(1), complex64(1)} {
					buf := place(s.n)
					copy(buf, "kept when refused")
					before := bytes.Clone(buf)
					if n := Pack(steps, big, 0, buf, []any{v}); n != 0 || !bytes.Equal(buf, before) {
						t.Errorf("%T as %T: %d done, % x", v, s.zero, n, buf)
					}
				}
			}
		}
	})
	if n := Pack(nil, false, 0, nil, nil); n != 0 {
		t.Errorf("of nothing %d are done", n)
	}
	if n := Pack([]Step{{Width: Other}}, false, 0, nil, []any{1}); n != 0 {
		t.Errorf("of what is not moved here %d are done", n)
	}
}

// TestPackBytes packs bytes and strings of every length into every length, both at both
// ends of memory.
func TestPackBytes(t *testing.T) {
	sources := guard.New(t, 40)
	bothEnds(t, 16, func(t *testing.T, place func(int) []byte) {
		for n := 1; n <= Short; n++ {
			steps := []Step{bytesStep(n, 0)}
			for length := range 2*Short + 1 {
				for _, at := range []func(int) []byte{sources.First, sources.Last} {
					from := at(length)
					for i := range from {
						from[i] = byte('a' + i)
					}
					want := make([]byte, n)
					copy(want, from)
					for _, v := range []any{from, string(from)} {
						buf := place(n)
						copy(buf, "something before")
						if done := Pack(steps, false, 0, buf, []any{v}); done != 1 || !bytes.Equal(buf, want) {
							t.Errorf("%T of %d into %d: %d done, %q", v, length, n, done, buf)
						}
					}
				}
			}
			for _, v := range []any{nil, 1, byte(1), []rune("text"), [1]byte{}} {
				buf := place(n)
				copy(buf, "kept when refused")
				before := bytes.Clone(buf)
				if done := Pack(steps, false, 0, buf, []any{v}); done != 0 || !bytes.Equal(buf, before) {
					t.Errorf("%T into %d bytes: %d done, %q", v, n, done, buf)
				}
			}
		}
	})
}

// A record is a row of samples, one after the other, and their bytes.
type record struct {
	steps  []Step
	values []any
	data   []byte
}

// records makes records up, of samples and bytes.
func records(r *rand.Rand, big bool) (rec record) {
	for range 1 + r.IntN(MostSteps) {
		var st Step
		off := len(rec.data)
		if i := r.IntN(len(samples) + 3); i < len(samples) {
			s := &samples[i]
			k := r.IntN(len(s.values))
			st = s.step(off)
			rec.values = append(rec.values, s.values[k])
			rec.data = append(rec.data, s.bytes(s.bits[k], big)...)
		} else {
			b := make([]byte, 1+r.IntN(Short))
			for i := range b {
				b[i] = byte(r.Uint32())
			}
			st = bytesStep(len(b), off)
			rec.values = append(rec.values, b)
			rec.data = append(rec.data, b...)
		}
		rec.steps = append(rec.steps, st)
	}
	return rec
}

// sameValues reports whether values are of the same types and bits.
func sameValues(a, b []any) bool {
	return slices.EqualFunc(a, b, func(v, w any) bool {
		switch v := v.(type) {
		case float32:
			w, ok := w.(float32)
			return ok && math.Float32bits(v) == math.Float32bits(w)
		case float64:
			w, ok := w.(float64)
			return ok && math.Float64bits(v) == math.Float64bits(w)
		}
		return reflect.DeepEqual(v, w)
	})
}

// TestRecords moves made-up records, whole and from the middle on, at both ends of memory.
func TestRecords(t *testing.T) {
	bothEnds(t, MostSteps*Short, func(t *testing.T, place func(int) []byte) {
		r := rand.New(rand.NewPCG(1, 2))
		arena := new(Arena)
		var kept [][]any // what was unpacked before
		var wants []record
		for i := range 300 {
			big := i%2 == 0
			rec := records(r, big)
			first := r.IntN(len(rec.steps))

			buf := place(len(rec.data))
			head := rec.steps[first].Off
			for i := range buf {
				buf[i] = 0x55
			}
			if n := Pack(rec.steps, big, first, buf, rec.values); n != len(rec.values) || !bytes.Equal(buf[head:], rec.data[head:]) || bytes.ContainsFunc(buf[:head], func(c rune) bool { return c != 0x55 }) {
				t.Fatalf("Pack from value %d on: %d done\ngot  % x\nwant % x", first, n, buf, rec.data)
			}

			copy(buf, rec.data)
			dests, beside := make([]any, len(rec.values)), make([]reflect.Value, len(rec.values))
			for i, v := range rec.values { // each between two others of its type
				three := reflect.New(reflect.ArrayOf(3, reflect.TypeOf(v))).Elem()
				dests[i], beside[i] = three.Index(1).Addr().Interface(), three
				if b, ok := v.([]byte); ok {
					three.Index(1).SetBytes(bytes.Repeat([]byte{0x55}, len(b)+1))
				}
			}
			if !Exact(rec.steps, dests) {
				t.Fatal("Exact of destinations that are")
			}
			got := make([]any, len(rec.values))
			for done := Scan(rec.steps, big, first, buf, dests); done < len(dests); done = Scan(rec.steps, big, done, buf, dests) {
				// The twin without unsafe leaves bytes to its caller.
				b, ok := rec.values[done].([]byte)
				if !ok {
					t.Fatalf("Scan stops at %T", rec.values[done])
				}
				*dests[done].(*[]byte) = append((*dests[done].(*[]byte))[:0], b...)
				done++
			}
			for i := range got {
				got[i] = beside[i].Index(1).Interface()
				if i < first {
					continue
				}
				if b, ok := got[i].([]byte); ok && b[:len(b)+1][len(b)] != 0x55 {
					t.Errorf("Scan wrote after the bytes of value %d", i)
				}
				if !beside[i].Index(0).IsZero() || !beside[i].Index(2).IsZero() {
					t.Errorf("Scan wrote beside value %d, of type %T", i, got[i])
				}
			}
			if !sameValues(got[first:], rec.values[first:]) {
				t.Fatalf("Scan from value %d on: %v, want %v", first, got[first:], rec.values[first:])
			}

			if !CanForm {
				continue // the twin without unsafe leaves all of it to its caller
			}
			dst := arena.Values(len(rec.values))
			first = 0
			switch f := NewForm(rec.steps, len(rec.data), big); i % 3 {
			case 0:
				f.Into(dst, buf, arena)
			case 1:
				dst = arena.New(f, buf)
			case 2:
				for k := range rec.steps {
					st := &rec.steps[k]
					if st.Width == Bytes {
						dst[k], _ = UnpackBytes(buf[st.Off:][:st.N], arena)
					} else {
						UnpackRun(st, big, buf[st.Off:], dst[k:k+1], arena)
					}
				}
			}
			if !sameValues(dst, rec.values) {
				t.Fatalf("unpacked: %v, want %v", dst, rec.values)
			}
			for _, v := range dst[first:] {
				if b, ok := v.([]byte); ok && cap(b) != len(b) {
					t.Errorf("%d bytes have a capacity of %d", len(b), cap(b))
				}
			}
			clear(buf) // of which nothing is shared
			kept, wants = append(kept, dst[first:]), append(wants, record{values: rec.values[first:]})
		}
		for i := range kept {
			if !sameValues(kept[i], wants[i].values) {
				t.Errorf("record %d has changed to %v, want %v", i, kept[i], wants[i].values)
			}
		}
	})
}

// TestAnyByteIsTrue: any byte but 0 is true, and is 1 in Go.
func TestAnyByteIsTrue(t *testing.T) {
	st := samples[0].step(0)
	for x := range 256 {
		var got bool
		if n := Scan([]Step{st}, false, 0, []byte{byte(x)}, []any{&got}); n != 1 || got != (x != 0) {
			t.Errorf("%#x is %t", x, got)
		}
		if CanForm {
			dst := make([]any, 3)
			NewForm([]Step{st}, 1, false).Into(dst[:1], []byte{byte(x)}, new(Arena))
			UnpackRun(&st, false, []byte{1, byte(x)}, dst[1:], new(Arena))
			if dst[0] != (x != 0) || dst[1] != true || dst[2] != (x != 0) {
				t.Errorf("%#x is unpacked as %v", x, dst)
			}
		}
	}
}

// TestForms unpacks records of one Form after the other, by turns with others: a block is used up and
// made anew, and nothing that was unpacked changes.
func TestForms(t *testing.T) {
	if !CanForm {
		t.Skip("there are none")
	}
	r := rand.New(rand.NewPCG(3, 4))
	var forms []*Form
	var recs []record
	for range 2 * slots {
		rec := records(r, true)
		forms, recs = append(forms, NewForm(rec.steps, len(rec.data), true)), append(recs, rec)
	}
	a := new(Arena)
	type result struct {
		of     int
		values []any
	}
	var all []result
	for i := range 2000 {
		k := i / 100 % len(forms)
		if i%7 == 0 {
			k = r.IntN(len(forms))
		}
		all = append(all, result{k, a.New(forms[k], recs[k].data)})
	}
	for i, got := range all {
		if !sameValues(got.values, recs[got.of].values) {
			t.Fatalf("result %d: %v, want %v", i, got.values, recs[got.of].values)
		}
		if len(got.values) != cap(got.values) {
			t.Fatalf("result %d: %d values with a capacity of %d", i, len(got.values), cap(got.values))
		}
	}
	// A run that is longer than a chunk.
	const n = 5 * mostWords
	data := make([]byte, 8*n)
	for i := range data {
		data[i] = byte(i >> 3)
	}
	for _, s := range samples {
		dst := make([]any, n)
		st := s.step(0)
		if !UnpackRun(&st, true, data, dst, a) {
			t.Fatalf("no run of %T", s.zero)
		}
		for i, v := range dst {
			want := make([]any, 1)
			if UnpackRun(&st, true, data[i*s.n:], want, a); !sameValues([]any{v}, want) {
				t.Fatalf("%T, value %d of a run: %v, alone %v", s.zero, i, v, want[0])
			}
		}
	}
}

// TestExact has destinations that are not for their step.
func TestExact(t *testing.T) {
	for _, s := range samples {
		steps := []Step{samples[3].step(0), s.step(8)}
		for _, dest := range []any{nil, s.zero, reflect.Zero(reflect.TypeOf(s.ptr)).Interface(), new(any), new(string), &[]any{}, new(uintptr)} {
			if Exact(steps, []any{new(int16), dest}) {
				t.Errorf("%T is for %T", dest, s.zero)
			}
		}
		if !Exact(steps, []any{new(int16), s.ptr}) {
			t.Errorf("%T is not for %T", s.ptr, s.zero)
		}
	}
	if !Exact(nil, nil) {
		t.Error("none are not exact")
	}
	if Scan([]Step{{Width: Other, Pointer: TypeOf(new(complex64))}}, false, 0, nil, []any{new(complex64)}) != 0 {
		t.Error("what is not moved here was")
	}
	// A slice without the room is for the caller.
	short := []byte{1}
	for _, dest := range []*[]byte{new([]byte), &short} {
		if Scan([]Step{bytesStep(2, 0)}, false, 0, []byte("ab"), []any{dest}) != 0 || len(*dest) > 1 || len(*dest) == 1 && (*dest)[0] != 1 {
			t.Errorf("%v", *dest)
		}
	}
}

// TestArena takes pieces of all sizes, which must not overlap, nor reach into the next.
func TestArena(t *testing.T) {
	if new(Arena).Values(0) == nil {
		t.Error("no values are nil")
	}
	a := GetArena()
	defer a.Put()
	r := rand.New(rand.NewPCG(1, 2))
	var pieces [][]any
	for i := range 1000 {
		n := r.IntN(MostSteps + 1)
		if i%50 == 0 {
			n = r.IntN(4 * mostValues)
		}
		p := a.Values(n)
		if len(p) != n || cap(p) != n || p == nil {
			t.Fatalf("%d of %d values, with room for %d", len(p), n, cap(p))
		}
		for k := range p {
			if p[k] != nil {
				t.Fatalf("value %d of piece %d is in use: %v", k, i, p[k])
			}
			p[k] = i
		}
		pieces = append(pieces, p)
		if len(a.values.all) > mostValues {
			t.Fatalf("a chunk of %d values", len(a.values.all))
		}
	}
	for i, p := range pieces {
		for k := range p {
			if p[k] != i {
				t.Fatalf("value %d of piece %d is that of piece %v", k, i, p[k])
			}
		}
	}
}

type withMethod int

func (withMethod) String() string { return "text" }

// TestList takes the elements of slices and arrays of every kind.
func TestList(t *testing.T) {
	x := 7
	for _, list := range []any{
		[]int8{-1, 2}, [3]uint16{1, 2, 3}, []float32{1.5}, [1]complex128{2i}, []bool{true, false}, []string{"a", "", "bc"},
		[]any{1, nil, "a", 2.5, []byte("b"), &x}, [2]any{nil, 1}, [1]any{x}, []error{nil, fmt.Errorf("an error")}, [1]fmt.Stringer{withMethod(3)},
		[]withMethod{1, 2}, [][]byte{nil, []byte("ab")}, []*int{&x, nil}, [1]*int{&x}, [2]*int{nil, &x}, [1]map[string]int{{"a": 1}}, []map[string]int{nil},
		[][2]byte{{1, 2}, {3, 4}}, [1][4]byte{{5}}, []uintptr{1}, []int{}, [0]int{},
	} {
		v, l := reflect.ValueOf(list), ListOf(list)
		for i := range v.Len() {
			if diff := cmp.Diff(v.Index(i).Interface(), l.At(i), cmp.Comparer(func(a, b error) bool { return a == b })); diff != "" {
				t.Errorf("%T, element %d: %s", list, i, diff)
			}
		}
	}
	// Of those that no code takes, the type is enough.
	for _, list := range []any{[]struct{ A int }{{1}}, [1]struct{ P *int }{{&x}}, [1][1]*int{{&x}}} {
		if l := ListOf(list); reflect.TypeOf(l.At(0)) != reflect.TypeOf(list).Elem() {
			t.Errorf("%T: an element of type %T", list, l.At(0))
		}
	}
}

func TestIndexOf(t *testing.T) {
	all := make([]any, 5)
	outside := new(any)
	for i := range all {
		if got := IndexOf(&all[i], all); got != i {
			t.Errorf("%d: got %d", i, got)
		}
	}
	for name, got := range map[string]int{
		"another": IndexOf(outside, all), "of none": IndexOf(outside, nil), "before": IndexOf(&all[0], all[1:]), "after": IndexOf(&all[4], all[:4]), "nil": IndexOf(nil, all),
	} {
		if got != -1 {
			t.Errorf("%s: got %d", name, got)
		}
	}
}

type (
	namedFloat   float32
	namedComplex complex64
)

// TestFloatBits: every bit of a float passes, also of one that the processor would quiet.
func TestFloatBits(t *testing.T) {
	for _, bits := range []uint32{0, 1 << 31, 0x3fc00000, 0x7f800001, 0xff800001, 0x7fc00000, 0xffffffff} {
		f := math.Float32frombits(bits)
		for _, v := range []any{f, namedFloat(f)} {
			if got := Float32bits(v); got != bits {
				t.Errorf("%T %#x: got %#x", v, bits, got)
			}
		}
		var single namedFloat
		SetFloat32bits(reflect.ValueOf(&single).Elem(), bits)
		if got := Float32bits(single); got != bits {
			t.Errorf("set to %#x: got %#x", bits, got)
		}
		var pair namedComplex
		SetComplex64bits(reflect.ValueOf(&pair).Elem(), bits, ^bits)
		if re, im := Complex64bits(pair); re != bits || im != ^bits {
			t.Errorf("set to %#x and %#x: got %#x and %#x", bits, ^bits, re, im)
		}
	}
}
