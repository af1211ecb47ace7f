package oracle

import (
	"fmt"
	"math"
	"math/big"
	"reflect"

	"example.com/structpack/fuzz"
)

// A Value is a Python value. Exactly one of its fields is set, and names the type.
type Value struct {
	Int     *string    `json:"int,omitempty"`     // decimal
	Float   *string    `json:"float,omitempty"`   // the 64 bits in hexadecimal
	Complex *[2]string `json:"complex,omitempty"` // both parts, the same
	Bytes   *string    `json:"bytes,omitempty"`   // hexadecimal
	Str     *string    `json:"str,omitempty"`
	Bool    *bool      `json:"bool,omitempty"`
	None    bool       `json:"none,omitempty"`
	Object  bool       `json:"object,omitempty"` // of no type that struct knows, and true
	List    *[]Value   `json:"list,omitempty"`
}

// ValueOf returns the Python value that stands for a Go value in every respect
// that matters to a format code: what no code but ? takes is a list if it has a
// length, None if it is nil, and an object if not.
func ValueOf(v any) Value {
	if n, ok := v.(*big.Int); ok && n != nil {
		s := n.String()
		return Value{Int: &s}
	}
	r := reflect.ValueOf(v)
	switch {
	case v == nil:
		return Value{None: true}
	case r.CanInt(), r.CanUint():
		s := fmt.Sprintf("%d", v)
		return Value{Int: &s}
	case r.Kind() == reflect.Bool:
		b := r.Bool()
		return Value{Bool: &b}
	case r.Kind() == reflect.Float32:
		s := hexOf(widened(float32Bits(r)))
		return Value{Float: &s}
	case r.Kind() == reflect.Float64:
		s := hexOf(math.Float64bits(r.Float()))
		return Value{Float: &s}
	case r.Kind() == reflect.Complex64:
		c := complex64(r.Complex()) // a signalling NaN may be quiet now, which makes another good question
		p := [2]string{hexOf(widened(math.Float32bits(real(c)))), hexOf(widened(math.Float32bits(imag(c))))}
		return Value{Complex: &p}
	case r.Kind() == reflect.Complex128:
		p := [2]string{hexOf(math.Float64bits(real(r.Complex()))), hexOf(math.Float64bits(imag(r.Complex())))}
		return Value{Complex: &p}
	case r.Kind() == reflect.String:
		s := fmt.Sprintf("%x", v)
		return Value{Bytes: &s}
	case (r.Kind() == reflect.Slice || r.Kind() == reflect.Array) && r.Type().Elem().Kind() == reflect.Uint8:
		s := fmt.Sprintf("%x", v)
		return Value{Bytes: &s}
	case r.Kind() == reflect.Slice || r.Kind() == reflect.Array || r.Kind() == reflect.Map:
		items := make([]Value, r.Len())
		for i := range items {
			items[i] = Value{None: true}
		}
		return Value{List: &items}
	case r.Kind() == reflect.Struct || !r.IsZero():
		return Value{Object: true}
	}
	return Value{None: true}
}

func float32Bits(r reflect.Value) uint32 {
	return math.Float32bits(r.Convert(reflect.TypeFor[float32]()).Interface().(float32))
}

// Variants returns the Go values that stand for a Python value: one of every
// type that can hold it and that Pack takes for it, or, if Pack takes none,
// values of which ? says the same.
func (v *Value) Variants() []any {
	switch {
	case v.None:
		return []any{nil, (*big.Int)(nil), (*int)(nil), (*any)(nil), error(nil), (func())(nil), (chan int)(nil)}
	case v.Object:
		n := big.NewInt(0)
		return []any{struct{}{}, new(int), new(string), func() {}, make(chan int), *n, &n, new([]byte), new([4]byte)}
	case v.Bool != nil:
		return []any{*v.Bool, fuzz.Bool(*v.Bool)}
	case v.Int != nil:
		return intVariants(*v.Int)
	case v.Float != nil:
		f := floatOf(*v.Float)
		all := []any{f, fuzz.Float64(f)}
		if g := narrowed(bitsOf(*v.Float)); widened(g) == bitsOf(*v.Float) {
			all = append(all, math.Float32frombits(g), fuzz.Float32(math.Float32frombits(g)))
		}
		return all
	case v.Complex != nil:
		re, im := bitsOf(v.Complex[0]), bitsOf(v.Complex[1])
		all := []any{complex(math.Float64frombits(re), math.Float64frombits(im))}
		if a, b := narrowed(re), narrowed(im); widened(a) == re && widened(b) == im {
			c := complex(math.Float32frombits(a), math.Float32frombits(b))
			all = append(all, c, fuzz.Complex(c))
		}
		return all
	case v.Bytes != nil:
		b := unhex(*v.Bytes)
		array := reflect.New(reflect.ArrayOf(len(b), reflect.TypeFor[byte]())).Elem()
		reflect.Copy(array, reflect.ValueOf(b))
		named := make([]fuzz.Char, len(b))
		for i, x := range b {
			named[i] = fuzz.Char(x)
		}
		all := []any{b, string(b), fuzz.Raw(b), fuzz.String(b), array.Interface(), named}
		if len(b) == 0 {
			all = append(all, []byte(nil))
		}
		return all
	case v.Str != nil:
		return []any{*v.Str}
	case v.List != nil && len(*v.List) == 0:
		return []any{[]any{}, []int(nil), [0]bool{}, map[string]int{}}
	case v.List != nil:
		return []any{make([]any, len(*v.List)), []int{1}, [1]bool{}, map[string]int{"": 0}, []string{""}}
	}
	panic(fmt.Sprintf("unknown value %+v", v))
}

func intVariants(s string) (all []any) {
	n, good := new(big.Int).SetString(s, 10)
	if !good {
		panic(s)
	}
	all = append(all, n)
	for _, zero := range []any{int(0), int8(0), int16(0), int32(0), int64(0), fuzz.Int8(0),
		uint(0), uint8(0), uint16(0), uint32(0), uint64(0), uintptr(0), fuzz.Uint64(0)} {
		v := reflect.New(reflect.TypeOf(zero)).Elem()
		switch {
		case v.CanInt() && n.IsInt64() && !v.OverflowInt(n.Int64()):
			v.SetInt(n.Int64())
		case v.CanUint() && n.IsUint64() && !v.OverflowUint(n.Uint64()):
			v.SetUint(n.Uint64())
		default:
			continue
		}
		all = append(all, v.Interface())
	}
	return all
}
