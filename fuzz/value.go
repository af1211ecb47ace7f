package fuzz

import (
	"fmt"
	"math"
	"math/big"
	"math/rand"
	"reflect"
	"strings"

	"example.com/structpack"
)

// The named types stand for types of a user's program.
type (
	Int8    int8
	Int32   int32
	Uint16  uint16
	Uint64  uint64
	Float32 float32
	Float64 float64
	Complex complex64
	Bool    bool
	Char    byte
	String  string
	Raw     []byte
)

// Values makes up values that fit the format of s, of every Go type that Pack
// takes for their codes, with the limits of each code more often than not.
func Values(r *rand.Rand, s *structpack.Struct) []any {
	// A part that is too large for an F becomes infinite if the bytes are in
	// the order of the machine, and is refused if they are not.
	machine := !strings.HasPrefix(s.Format(), "<") && !strings.HasPrefix(s.Format(), ">") && !strings.HasPrefix(s.Format(), "!")
	values := make([]any, 0, s.NumValues())
	for _, f := range s.Fields() {
		for range f.Values {
			values = append(values, value(r, f, machine))
		}
	}
	return values
}

// BadValues makes up values that do not fit the format of s. All but one do: the
// one at index bad. If bad is -1, there is one too many or one too few.
func BadValues(r *rand.Rand, s *structpack.Struct) (values []any, bad int) {
	values = Values(r, s)
	for range 10 {
		if len(values) == 0 || r.Intn(10) == 0 {
			break
		}
		bad = r.Intn(len(values))
		for _, f := range s.Fields() {
			if f.Index <= bad && bad < f.Index+f.Values && f.Code != "?" {
				values[bad] = misfit(r, f)
				return values, bad
			}
		}
	}
	// A slice or an array could stand for the values of an item.
	for i, v := range values {
		switch t := reflect.TypeOf(v); {
		case t == nil || t.Kind() != reflect.Slice && t.Kind() != reflect.Array:
		case t.Elem().Kind() == reflect.Uint8:
			values[i] = fmt.Sprintf("%s", v)
		default:
			values[i] = true // for ?
		}
	}
	if len(values) > 0 && r.Intn(2) == 0 {
		return values[1:], -1
	}
	return append(values, 0), -1
}

func value(r *rand.Rand, f structpack.Field, machine bool) any {
	switch f.Code {
	case "c":
		b := byte(r.Intn(256))
		return pick[any](r, b, Char(b), []byte{b}, [1]byte{b}, string([]byte{b}), String([]byte{b}))
	case "?":
		return truthy(r)
	case "e", "f", "d":
		return float(r, f.Code)
	case "F", "Zf":
		if machine {
			return complexNumber(r, math.MaxFloat64)
		}
		return complexNumber(r, math.MaxFloat32)
	case "D", "Zd":
		return complexNumber(r, math.MaxFloat64)
	case "s", "p":
		return text(r, f.Count)
	}
	lo, hi := limits(f)
	return number(r, between(r, lo, hi))
}

// limits returns what an integer code can hold.
func limits(f structpack.Field) (lo, hi *big.Int) {
	bits := uint(8 * f.Size / f.Count)
	one := big.NewInt(1)
	switch f.Code {
	case "b", "h", "i", "l", "q", "n":
		half := new(big.Int).Lsh(one, bits-1)
		return new(big.Int).Neg(half), new(big.Int).Sub(half, one)
	case "P":
		return new(big.Int).Neg(new(big.Int).Lsh(one, bits-1)), new(big.Int).Sub(new(big.Int).Lsh(one, bits), one)
	}
	return new(big.Int), new(big.Int).Sub(new(big.Int).Lsh(one, bits), one)
}

// between returns one of the limits, a number near 0, or any number between.
func between(r *rand.Rand, lo, hi *big.Int) *big.Int {
	switch r.Intn(7) {
	case 0:
		return lo
	case 1:
		return hi
	case 2, 3:
		n := big.NewInt(int64(r.Intn(300) - 100))
		if n.Cmp(lo) < 0 {
			return lo
		}
		if n.Cmp(hi) > 0 {
			return hi
		}
		return n
	case 4:
		return big.NewInt(int64(r.Intn(2))) // which may be a bool
	}
	span := new(big.Int).Sub(hi, lo)
	return new(big.Int).Add(lo, new(big.Int).Rand(r, span.Add(span, big.NewInt(1))))
}

// number returns n as one of the Go types that can hold it.
func number(r *rand.Rand, n *big.Int) any {
	if r.Intn(8) == 0 {
		return n
	}
	if n.IsInt64() {
		x := n.Int64()
		all := []any{x}
		if int64(int(x)) == x {
			all = append(all, int(x), int(x), int(x))
		}
		if int64(int8(x)) == x {
			all = append(all, int8(x), Int8(x))
		}
		if int64(int16(x)) == x {
			all = append(all, int16(x))
		}
		if int64(int32(x)) == x {
			all = append(all, int32(x), Int32(x))
		}
		if x >= 0 {
			all = append(all, uint64(x), Uint64(x))
		}
		if x >= 0 && x < 1<<32 {
			all = append(all, uint32(x), uint(x), uintptr(x))
		}
		if x >= 0 && x < 1<<16 {
			all = append(all, uint16(x), Uint16(x))
		}
		if x >= 0 && x < 1<<8 {
			all = append(all, uint8(x))
		}
		if x == 0 || x == 1 {
			all = append(all, x == 1, Bool(x == 1))
		}
		return pick(r, all...)
	}
	if n.IsUint64() {
		return pick[any](r, n.Uint64(), Uint64(n.Uint64()))
	}
	return n
}

// bits makes up the bits of a float64: any, a special one, or a plain number.
func bits(r *rand.Rand) uint64 {
	switch r.Intn(4) {
	case 0:
		return r.Uint64()
	case 1:
		return pick[uint64](r, 0, 1<<63, 1, 0x7ff<<52, 0xfff<<52, 0x7ff8<<48, 0x7ff<<52|1, 0xfff<<52|1<<42, 0x7fefffffffffffff,
			0x47efffffe0000000, 0x47efffffefffffff, 0x40effc0000000000, 0x40effdffffffffff, 0x3e60000000000001)
	}
	return math.Float64bits(float64(r.Intn(1<<20)-1<<19) / 64)
}

// float makes up a number that does not overflow a float code.
func float(r *rand.Rand, code string) any {
	for {
		if r.Intn(5) == 0 {
			return number(r, big.NewInt(int64(r.Intn(2000)-1000)))
		}
		f := math.Float64frombits(bits(r))
		most := map[string]float64{"e": 65519.9, "f": 3.4028235e38, "d": math.MaxFloat64}[code]
		if !math.IsInf(f, 0) && math.Abs(f) > most {
			continue
		}
		// A conversion to float32 would change a signalling NaN.
		if g := math.Float32frombits(r.Uint32()); g != g && code != "d" {
			return pick[any](r, g, Float32(g))
		}
		if g := float32(f); float64(g) == f {
			return pick[any](r, f, Float64(f), g, Float32(g))
		}
		return pick[any](r, f, Float64(f))
	}
}

// complexNumber makes up a number with parts that are at most as large as
// most, if they are finite, or a real number.
func complexNumber(r *rand.Rand, most float64) any {
	part := func() float64 {
		for {
			f := math.Float64frombits(bits(r))
			if math.IsInf(f, 0) || f != f || math.Abs(f) <= most {
				return f
			}
		}
	}
	if r.Intn(4) == 0 {
		if most == math.MaxFloat32 {
			return float(r, "f")
		}
		return float(r, "d")
	}
	c := complex(part(), part())
	if g := complex64(c); complex128(g) == c {
		return pick[any](r, c, g, Complex(g))
	}
	return c
}

func truthy(r *rand.Rand) any {
	var none *big.Int
	return pick[any](r, true, false, Bool(true), 0, 1, -5, uint8(0), 0.0, math.Copysign(0, -1), math.NaN(), 0i, 1i, "", "x",
		[]byte(nil), []byte{0}, [0]byte{}, [2]int{}, nil, none, big.NewInt(0), big.NewInt(7), map[string]int{}, struct{}{}, Float32(0))
}

// text makes up bytes shorter than, as long as, or longer than n, but no more
// than MaxSize or so: a length may be any number.
func text(r *rand.Rand, n int) any {
	n = min(n, MaxSize)
	b := make([]byte, r.Intn(n+4))
	if r.Intn(3) == 0 {
		b = make([]byte, n)
	}
	r.Read(b)
	return pick[any](r, b, string(b), Raw(b), String(b), [3]byte{1, 2, 3}, [0]byte{})
}

// misfit makes up a value that a code other than ? refuses.
func misfit(r *rand.Rand, f structpack.Field) any {
	var nilInt *big.Int
	var nilPointer *int
	wrong := []any{nil, nilInt, nilPointer, new(int), new(string), make(chan int), func() {}, struct{}{}, []int{1}, map[string]int{}, [2]bool{}, error(nil)}
	switch f.Code {
	case "c":
		wrong = append(wrong, "", "ab", []byte{}, []byte("ab"), [2]byte{}, 97, int8(1), 1.5, true)
	case "s", "p":
		wrong = append(wrong, 1, 1.5, true, []int8{1}, []string{"a"})
	case "e", "f":
		wrong = append(wrong, 1e300, math.Inf(1), "1", []byte("1"), 1i, new(big.Int).Lsh(big.NewInt(1), 1100), new(big.Int).Lsh(big.NewInt(1), 1000))
		if f.Code == "e" {
			wrong = append(wrong, 65520.0, float32(-65520), 70000)
		}
	case "d":
		wrong = append(wrong, "1", 1i, new(big.Int).Lsh(big.NewInt(1), 1100))
	case "F", "Zf", "D", "Zd":
		wrong = append(wrong, "1", []byte("1"), new(big.Int).Lsh(big.NewInt(1), 1100))
	default:
		lo, hi := limits(f)
		below := new(big.Int).Sub(lo, big.NewInt(1))
		above := new(big.Int).Add(hi, big.NewInt(1))
		wrong = append(wrong, number(r, below), number(r, above), below, above, "1", []byte("1"), 1.0, float32(1), 1i,
			new(big.Int).Lsh(hi, 70), Float64(2))
	}
	for {
		v := pick(r, wrong...)
		if x, ok := v.(float64); !ok || !math.IsInf(x, 0) { // an infinity fits
			return v
		}
	}
}

func pick[T any](r *rand.Rand, all ...T) T { return all[r.Intn(len(all))] }
