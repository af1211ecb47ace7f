package structpacktest

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"reflect"

	"example.com/structpack"
	"example.com/structpack/internal/rules"
)

// A filler makes up values of a type, for the fields that a format has values for.
type filler struct {
	leaves []rules.Leaf
	length []int // of the text that each leaf takes; -1 for numbers
}

func newFiller(s *structpack.Struct, t reflect.Type) (*filler, error) {
	leaves, err := rules.Bind(s, t)
	if err != nil {
		return nil, err
	}
	length := make([]int, s.NumValues()) // by value
	for _, f := range s.Fields() {
		for i := range f.Values {
			length[f.Index+i] = -1
			if f.Code == "s" || f.Code == "p" {
				length[f.Index] = f.Size
			}
		}
	}
	f := &filler{leaves: leaves}
	for _, l := range leaves {
		n := -1
		if l.N > 0 { // else the value is another's
			n = length[l.Value]
		}
		f.length = append(f.length, n)
	}
	return f, nil
}

// value fills v, which must be addressable. The same seed makes the same of it.
func (f *filler) value(v reflect.Value, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	for i, l := range f.leaves {
		at, array := walk(v, l)
		switch {
		case f.length[i] >= 0:
			fillText(r, at, f.length[i], l.CString && r.IntN(2) == 0)
		case at.Kind() == reflect.Slice:
			n := l.N
			if r.IntN(4) == 0 { // slices of another length are refused
				n = r.IntN(n + 2)
			}
			at.Set(reflect.MakeSlice(at.Type(), n, n))
			for k := range n {
				fillNumber(r, at.Index(k))
			}
		case l.N > 1:
			for k := range l.N {
				fillNumber(r, array.Index(l.Steps[len(l.Steps)-1]+k))
			}
		default:
			fillNumber(r, at)
		}
	}
}

// walk goes from v to the variable of a leaf, or the first of them, and to what that is in.
func walk(v reflect.Value, l rules.Leaf) (at, in reflect.Value) {
	at, in = v, v
	for _, step := range l.Steps {
		if in = at; at.Kind() == reflect.Array {
			at = at.Index(step)
		} else {
			at = at.Field(step)
		}
	}
	return at, in
}

// variables returns the variables of v that take values. An array is one if all of its
// elements take values of one item.
func (f *filler) variables(v reflect.Value) (all []reflect.Value) {
	for _, l := range f.leaves {
		at, in := walk(v, l)
		switch {
		case l.N <= 1 || at.Kind() == reflect.Slice:
			all = append(all, at)
		case in.Len() == l.N:
			all = append(all, in)
		default:
			for i := range l.N {
				all = append(all, in.Index(l.Steps[len(l.Steps)-1]+i))
			}
		}
	}
	return all
}

// fillText fills a string, a slice or an array of bytes for n bytes of data, which
// it may be too long or too short for. There are no NULs in it if that is asked for.
func fillText(r *rand.Rand, v reflect.Value, n int, noNUL bool) {
	text := func(n int) []byte {
		b := randomBytes(r, n)
		for i := range b {
			if noNUL && b[i] == 0 {
				b[i] = 'a'
			}
		}
		return b
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(string(text(r.IntN(n + 3))))
		return
	case reflect.Slice:
		if r.IntN(4) == 0 {
			v.SetZero()
			return
		}
		n = r.IntN(n + 3)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
	}
	for i, x := range text(v.Len()) {
		v.Index(i).SetUint(uint64(x))
	}
}

// fillNumber fills a number or a bool. Floats are set through pointers, because
// SetFloat would quiet a signalling NaN.
func fillNumber(r *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 1)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(randomInt(r)) << (64 - v.Type().Bits()) >> (64 - v.Type().Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(randomInt(r) << (64 - v.Type().Bits()) >> (64 - v.Type().Bits()))
	case reflect.Float32:
		*pointer[float32](v) = randomFloat32(r)
	case reflect.Float64:
		*pointer[float64](v) = randomFloat64(r)
	case reflect.Complex64:
		*pointer[complex64](v) = complex(randomFloat32(r), randomFloat32(r))
	case reflect.Complex128:
		*pointer[complex128](v) = complex(randomFloat64(r), randomFloat64(r))
	}
}

// pointer returns a pointer to v, whose type is T or made of T.
func pointer[T any](v reflect.Value) *T {
	return v.Addr().Convert(reflect.TypeFor[*T]()).Interface().(*T)
}

// randomBytes makes up bytes, of which many have all bits or none.
func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = [4]byte{0, 0xff, byte(r.Uint32()), byte(r.Uint32())}[r.IntN(4)]
	}
	return b
}

// randomInt makes up integers of every size, and those at the limits of codes.
func randomInt(r *rand.Rand) uint64 {
	switch x, n := r.Uint64(), r.IntN(64); r.IntN(4) {
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

// The floats at the limits of e, and of f: where rounding changes, where numbers
// become subnormal or 0, and where they become too large.
var (
	limits32 = []float32{0, 65504, 65519.996, 65520, -65520, 0x1p-14, 0x1p-24, 0x1p-25, 0x1.8p-25, 0x1.ffep15, 0x1.002p0}
	limits64 = []float64{0, 65504, 65519.99999999999, 65520, -65520, 0x1p-24, 0x1p-25, 0x1.0000000000001p-25, 0x1.002p0, 0x1.0020000000001p0,
		0x1.fffffep127, 0x1.fffffefffffffp127, 0x1.ffffffp127, -0x1.ffffffp127, 0x1p-149, 0x1p-150, 0x1.0000000000001p-150}
)

// randomFloat32 makes up any bits, small numbers, and those at the limits.
func randomFloat32(r *rand.Rand) float32 {
	switch r.IntN(3) {
	case 0:
		return math.Float32frombits(binary.NativeEndian.Uint32(randomBytes(r, 4)))
	case 1:
		return float32(int8(r.Uint32())) / 4
	default:
		return limits32[r.IntN(len(limits32))]
	}
}

// randomFloat64 makes up any bits, small numbers, and those at the limits.
func randomFloat64(r *rand.Rand) float64 {
	switch r.IntN(4) {
	case 0:
		return math.Float64frombits(binary.NativeEndian.Uint64(randomBytes(r, 8)))
	case 1:
		return float64(randomFloat32(r))
	case 2:
		return float64(int8(r.Uint32())) / 4
	default:
		return limits64[r.IntN(len(limits64))]
	}
}

// same reports whether two values of a type are equal. All NaNs are, and nil
// slices are not equal to empty ones. What a Codec leaves alone, pointers and the
// like, was nil before.
func same(v, w reflect.Value) bool {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if !same(v.Field(i), w.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice, reflect.Array:
		if v.Len() != w.Len() || v.Kind() == reflect.Slice && v.IsNil() != w.IsNil() {
			return false
		}
		for i := range v.Len() {
			if !same(v.Index(i), w.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Float32, reflect.Float64:
		f, g := v.Float(), w.Float()
		return f == g || math.IsNaN(f) && math.IsNaN(g)
	case reflect.Complex64, reflect.Complex128:
		f, g := v.Complex(), w.Complex()
		return f == g || sameComplexNaN(f, g)
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Pointer, reflect.UnsafePointer:
		return v.IsNil() && w.IsNil()
	}
	return v.Equal(w)
}

// sameComplexNaN reports whether both have a part that is a NaN.
func sameComplexNaN(f, g complex128) bool {
	nan := func(c complex128) bool { return math.IsNaN(real(c)) || math.IsNaN(imag(c)) }
	return nan(f) && nan(g)
}
