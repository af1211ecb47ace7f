package gen

import (
	"fmt"
	"reflect"
	"strings"

	"example.com/structpack"
)

// test writes the file that compares the methods with a Codec.
func (s *source) test(command string, records []*record, abi *structpack.ABI) ([]byte, error) {
	c := s.coder(records)
	lib, testing := c.use(libraryPath, "structpack"), c.std("testing")
	for _, r := range records {
		c.f("// TestStructpack%[1]s compares the methods of %[1]s with a %[2]s.Codec.\n", r.Type, lib)
		c.f("func TestStructpack%s(t *%s.T) {\n", r.Type, testing)
		plan := fmt.Sprintf("%s.MustCompile(%q)", lib, r.Format)
		if abi != nil {
			c.f("s, err := %s.CompileFor(%s.ABI{Name: %q, BigEndian: %t, Long: %d, Pointer: %d, Align8: %d}, %q)\nif err != nil {\nt.Fatal(err)\n}\n",
				lib, lib, abi.Name, abi.BigEndian, abi.Long, abi.Pointer, abi.Align8, r.Format)
			plan = "s"
		}
		c.f("%s(t, %s, %s, %s)\n}\n\n", c.helper("compare"), plan, r.own("fill"), r.own("same"))
		c.fill(r)
		c.same(r)
	}
	text := strings.NewReplacer("PREFIX_", c.prefix, "TESTING.", testing+".", "LIB.", lib+".").Replace(comparison)
	c.body.WriteString(text)
	for _, h := range fillers {
		if c.needs[h.name] {
			c.body.WriteString(strings.NewReplacer("PREFIX_", c.prefix, "LIB.", lib+".").Replace(h.text))
		}
	}
	return c.finish(command, records)
}

// fill writes a function that makes up a value.
func (c *coder) fill(r *record) {
	c.f("func %s(r *%srandom, v *%s) {\n", r.own("fill"), c.prefix, r.Type)
	for i := range r.steps {
		st := &r.steps[i]
		call := ""
		switch {
		case st.class <= unsigned:
			call = fmt.Sprintf("%s(r, &%%s)", c.helper("fillInt"))
		case st.class == boolean:
			call = fmt.Sprintf("%s(r, &%%s)", c.helper("fillBool"))
		case st.class >= text:
			call = fmt.Sprintf("%s(r, &%%s, %d)", c.helper("fillString"), st.size)
			switch st.kind {
			case reflect.Slice:
				call = fmt.Sprintf("%s(r, &%%s, %d)", c.helper("fillBytes"), st.size)
			case reflect.Array:
				call = fmt.Sprintf("%s(r, %%s[:])", c.helper("fillArray"))
			}
		default:
			kind := st.kind.String()
			call = fmt.Sprintf("%s(r, &%%s)", c.helper("fill"+strings.ToUpper(kind[:1])+kind[1:]))
		}
		if st.slice {
			c.f("%s(r, &%s, %d)\n", c.helper("resize"), st.whole, st.n)
		}
		if st.n > 0 {
			c.loop(st)
		}
		c.f(call+"\n", st.x)
		if st.n > 0 {
			c.f("}\n")
		}
	}
	c.f("}\n\n")
	for name, also := range map[string]string{"fillComplex64": "fillFloat32", "fillComplex128": "fillFloat64", "fillBytes": "fillArray"} {
		if c.needs[name] {
			c.helper(also)
		}
	}
}

// same writes a function that compares two values, of which a NaN is equal to
// any other: which one it is, their bytes tell.
func (c *coder) same(r *record) {
	c.f("func %s(v, w *%s) bool {\n", r.own("same"), r.Type)
	other := func(x string) string { // the same of w
		if strings.HasPrefix(x, "(*v)") {
			return "(*w)" + x[len("(*v)"):]
		}
		return "w" + x[len("v"):]
	}
	var all []string
	for i := range r.steps {
		st := &r.steps[i]
		switch {
		case st.n > 0:
			x := st.elements()
			all = append(all, fmt.Sprintf("%s(%s, %s)", c.helper("sameSlice"), x, other(x)))
		case st.kind == reflect.Slice:
			all = append(all, fmt.Sprintf("%s(%s, %s)", c.helper("sameSlice"), st.x, other(st.x)))
		default:
			all = append(all, fmt.Sprintf("%s(%s, %s)", c.helper("sameValue"), st.x, other(st.x)))
		}
	}
	if c.needs["sameSlice"] {
		c.helper("sameValue")
	}
	if len(all) == 0 {
		all = []string{"true"}
	}
	c.f("return %s\n}\n\n", strings.Join(all, " &&\n"))
}

// comparison is what all tests do.
const comparison = `
func PREFIX_compare[T any, P interface {
	*T
	AppendBinary([]byte) ([]byte, error)
	MarshalBinary() ([]byte, error)
	PackInto([]byte, int) error
	UnmarshalBinary([]byte) error
	UnpackFrom([]byte, int) error
}](t *TESTING.T, s *LIB.Struct, fill func(*PREFIX_random, *T), same func(v, w *T) bool) {
	codec, err := LIB.NewCodec[T](s)
	if err != nil {
		t.Fatal(err)
	}
	size := codec.Size()
	equal := func(what string, wantErr, gotErr error, ok bool, about ...any) {
		t.Helper()
		want, _ := wantErr.(*LIB.Error)
		got, _ := gotErr.(*LIB.Error)
		if (want == nil) != (wantErr == nil) || (got == nil) != (gotErr == nil) || (want == nil) != (got == nil) ||
			want != nil && (*want != *got || want.Error() != got.Error()) {
			t.Fatalf("%s: %v, want %v; about %+v", what, gotErr, wantErr, about)
		}
		if !ok {
			t.Fatalf("%s: another result than the Codec's; about %+v", what, about)
		}
	}
	r := PREFIX_random(1)
	for range 20 + 20000/(size+20) {
		var v T
		fill(&r, &v)
		want, wantErr := codec.Pack(&v)
		got, gotErr := P(&v).MarshalBinary()
		equal("MarshalBinary", wantErr, gotErr, string(want) == string(got) && (want == nil) == (got == nil), v)
		dst := r.bytes(3)
		want, wantErr = codec.AppendPack(dst[:2:2], &v)
		got, gotErr = P(&v).AppendBinary(dst[:2:2])
		equal("AppendBinary", wantErr, gotErr, string(want) == string(got), v)
		room := make([]byte, size+3)
		got, gotErr = P(&v).AppendBinary(room[:3])
		want, wantErr = codec.AppendPack(make([]byte, 3), &v)
		equal("AppendBinary", wantErr, gotErr, string(want) == string(got) && &room[0] == &got[0], v)

		buf := r.bytes(max(0, size-2+r.intn(8)))
		offset := r.intn(2*size+9) - size - 4
		want, got = append([]byte(nil), buf...), append([]byte(nil), buf...)
		wantErr = codec.PackInto(want, offset, &v)
		gotErr = P(&v).PackInto(got, offset)
		equal("PackInto", wantErr, gotErr, string(want) == string(got), v, len(buf), offset)

		data := r.bytes(size)
		if r.intn(8) == 0 {
			data = buf
		}
		again := r
		var w T
		fill(&r, &v)
		fill(&again, &w)
		wantErr = codec.Unpack(data, &v)
		gotErr = P(&w).UnmarshalBinary(data)
		want, _ = codec.Pack(&v)
		got, _ = codec.Pack(&w)
		equal("UnmarshalBinary", wantErr, gotErr, same(&v, &w) && string(want) == string(got), data, v, w)

		again = r
		fill(&r, &v)
		fill(&again, &w)
		wantErr = codec.UnpackFrom(buf, offset, &v)
		gotErr = P(&w).UnpackFrom(buf, offset)
		want, _ = codec.Pack(&v)
		got, _ = codec.Pack(&w)
		equal("UnpackFrom", wantErr, gotErr, same(&v, &w) && string(want) == string(got), buf, offset, v, w)
	}
	var none P
	buf := make([]byte, size+1)
	_, wantErr := codec.Pack(nil)
	_, gotErr := none.MarshalBinary()
	equal("MarshalBinary of nil", wantErr, gotErr, true)
	for _, offset := range []int{0, 2, -1} {
		equal("PackInto of nil", codec.PackInto(buf, offset, nil), none.PackInto(buf, offset), true, offset)
		equal("UnpackFrom of nil", codec.UnpackFrom(buf, offset, nil), none.UnpackFrom(buf, offset), true, offset)
	}
	equal("UnmarshalBinary of nil", codec.Unpack(buf, nil), none.UnmarshalBinary(buf), true)
}

// PREFIX_random is xorshift64.
type PREFIX_random uint64

func (r *PREFIX_random) next() uint64 {
	*r ^= *r << 13
	*r ^= *r >> 7
	*r ^= *r << 17
	return uint64(*r)
}

func (r *PREFIX_random) intn(n int) int { return int(r.next() >> 33 % uint64(n)) }

func (r *PREFIX_random) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		switch r.intn(4) {
		case 0:
		case 1:
			b[i] = 0xff
		default:
			b[i] = byte(r.next() >> 32)
		}
	}
	return b
}

// number returns integers of every size, and those at the limits of codes.
func (r *PREFIX_random) number() uint64 {
	switch x, n := r.next(), uint(r.intn(64)); r.intn(4) {
	case 0:
		return 1<<n - x&1
	case 1:
		return -(1 << n) - x&1
	case 2:
		return x >> n
	default:
		return -(x >> n)
	}
}

`

// fillers are what tests may need.
var fillers = []struct{ name, text string }{
	{"fillInt", `
func PREFIX_fillInt[T ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr](r *PREFIX_random, p *T) {
	*p = T(r.number())
}

`},
	{"fillBool", `
func PREFIX_fillBool[T ~bool](r *PREFIX_random, p *T) { *p = r.intn(2) == 1 }

`},
	{"fillFloat32", `
// PREFIX_fillFloat32 sets a float to any bits, or to a number near a limit.
func PREFIX_fillFloat32[T ~float32](r *PREFIX_random, p *T) {
	var f float32
	switch r.intn(3) {
	case 0:
		LIB.MustCodec[float32]("<f").Unpack(r.bytes(4), &f)
	case 1:
		f = float32(int8(r.next())) / 4
	default:
		f = []float32{0, 65504, 65519.996, 65520, -65520, 0x1p-14, 0x1p-24, 0x1p-25, 0x1.8p-25, 0x1.ffep15, 0x1.002p0}[r.intn(11)]
	}
	*p = T(f)
}

`},
	{"fillFloat64", `
// PREFIX_fillFloat64 sets a float to any bits, or to a number near a limit.
func PREFIX_fillFloat64[T ~float64](r *PREFIX_random, p *T) {
	var f float64
	switch r.intn(4) {
	case 0:
		LIB.MustCodec[float64]("<d").Unpack(r.bytes(8), &f)
	case 1:
		LIB.MustCodec[float64]("<f").Unpack(r.bytes(4), &f)
	case 2:
		f = float64(int8(r.next())) / 4
	default:
		f = []float64{0, 65504, 65519.99999999999, 65520, -65520, 0x1p-24, 0x1p-25, 0x1.0000000000001p-25, 0x1.002p0, 0x1.0020000000001p0,
			0x1.fffffep127, 0x1.fffffefffffffp127, 0x1.ffffffp127, -0x1.ffffffp127, 0x1p-149, 0x1p-150, 0x1.0000000000001p-150}[r.intn(17)]
	}
	*p = T(f)
}

`},
	{"fillComplex64", `
func PREFIX_fillComplex64[T ~complex64](r *PREFIX_random, p *T) {
	var re, im float32
	PREFIX_fillFloat32(r, &re)
	PREFIX_fillFloat32(r, &im)
	*p = T(complex(re, im))
}

`},
	{"fillComplex128", `
func PREFIX_fillComplex128[T ~complex128](r *PREFIX_random, p *T) {
	var re, im float64
	PREFIX_fillFloat64(r, &re)
	PREFIX_fillFloat64(r, &im)
	*p = T(complex(re, im))
}

`},
	{"fillString", `
func PREFIX_fillString[T ~string](r *PREFIX_random, p *T, n int) { *p = T(r.bytes(r.intn(n + 3))) }

`},
	{"fillBytes", `
func PREFIX_fillBytes[S ~[]T, T ~byte](r *PREFIX_random, p *S, n int) {
	*p = nil
	if r.intn(4) > 0 {
		*p = make(S, r.intn(n+3))
		PREFIX_fillArray(r, *p)
	}
}

`},
	{"fillArray", `
func PREFIX_fillArray[T ~byte](r *PREFIX_random, all []T) {
	for i, x := range r.bytes(len(all)) {
		all[i] = T(x)
	}
}

`},
	{"resize", `
func PREFIX_resize[S ~[]T, T any](r *PREFIX_random, p *S, n int) {
	if r.intn(4) == 0 {
		n = r.intn(n + 2)
	}
	*p = make(S, n)
}

`},
	{"sameValue", `
func PREFIX_sameValue[T comparable](v, w T) bool { return v == w || v != v && w != w }

`},
	{"sameSlice", `
func PREFIX_sameSlice[T comparable](v, w []T) bool {
	if len(v) != len(w) || (v == nil) != (w == nil) {
		return false
	}
	for i := range v {
		if !PREFIX_sameValue(v[i], w[i]) {
			return false
		}
	}
	return true
}

`},
}
