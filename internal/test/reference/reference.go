// Package reference is structpack once more, slow and obvious, for tests to
// compare with. It is written from the tables of Python's documentation, works
// on numbers as big integers and on bytes one by one, and shares no line with
// the library: no plan, no table, no conversion.
package reference

import (
	"errors"
	"math"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// An ABI is what the native formats of a platform depend on.
type ABI struct {
	BigEndian             bool
	Long, Pointer, Align8 int
}

var (
	ErrFormat = errors.New("format")
	ErrCount  = errors.New("count")
	ErrType   = errors.New("type")
	ErrRange  = errors.New("range")
	ErrBuffer = errors.New("buffer")
)

// A Format is a format taken apart.
type Format struct {
	Items []Item
	Size  int
	big   bool // byte order of the data
	other bool // it is not the machine's
}

// An Item is a code with its repeat count.
type Item struct {
	Code   string
	Count  int
	Offset int
	Size   int // of one
	Native bool
}

var (
	whole = regexp.MustCompile(`^[@=<>!]?([ \t\n\v\f\r]*[0-9]*(Z[fd]|[xcbB?hHiIlLqQnNPefdFDsp]))*[ \t\n\v\f\r]*$`)
	one   = regexp.MustCompile(`([0-9]*)(Z[fd]|[xcbB?hHiIlLqQnNPefdFDsp])`)
)

// Parse takes a format apart. Sizes and numbers of values are limited to what a
// pointer of the ABI and an int of this machine can count.
func Parse(format string, abi ABI) (*Format, error) {
	if !whole.MatchString(format) {
		return nil, ErrFormat
	}
	f := &Format{big: abi.BigEndian}
	native := true
	switch {
	case strings.HasPrefix(format, "="):
		native = false
	case strings.HasPrefix(format, "<"):
		native, f.big = false, false
	case strings.HasPrefix(format, ">"), strings.HasPrefix(format, "!"):
		native, f.big = false, true
	}
	f.other = f.big != abi.BigEndian
	limit := big.NewInt(math.MaxInt)
	if abi.Pointer == 4 {
		limit = big.NewInt(math.MaxInt32)
	}
	size, values := new(big.Int), new(big.Int)
	for _, m := range one.FindAllStringSubmatch(format, -1) {
		count := big.NewInt(1)
		if m[1] != "" {
			count.SetString(m[1], 10)
		}
		n, align := sizeOf(m[2], native, abi)
		if n == 0 {
			return nil, ErrFormat
		}
		for new(big.Int).Rem(size, big.NewInt(int64(align))).Sign() != 0 {
			size.Add(size, big.NewInt(1))
		}
		offset := new(big.Int).Set(size)
		size.Add(size, new(big.Int).Mul(count, big.NewInt(int64(n))))
		if size.Cmp(limit) > 0 || count.Cmp(limit) > 0 {
			return nil, ErrFormat
		}
		values.Add(values, big.NewInt(int64(Item{Code: m[2], Count: int(count.Int64())}.values())))
		if values.Cmp(limit) > 0 {
			return nil, ErrFormat
		}
		f.Items = append(f.Items, Item{m[2], int(count.Int64()), int(offset.Int64()), n, native})
	}
	f.Size = int(size.Int64())
	return f, nil
}

// sizeOf returns the size and alignment of a code; the size is 0 if the mode
// does not have it.
func sizeOf(code string, native bool, abi ABI) (size, align int) {
	switch code {
	case "x", "c", "b", "B", "?", "s", "p":
		size, align = 1, 1
	case "h", "H", "e":
		size, align = 2, 2
	case "i", "I", "f":
		size, align = 4, 4
	case "l", "L":
		size, align = 4, 4
		if native {
			size, align = abi.Long, abi.Long
		}
	case "q", "Q", "d":
		size, align = 8, abi.Align8
	case "F", "Zf":
		size, align = 8, 4
	case "D", "Zd":
		size, align = 16, abi.Align8
	case "n", "N", "P":
		if native {
			size, align = abi.Pointer, abi.Pointer
		}
	}
	if !native {
		align = 1
	}
	return size, align
}

// Values returns how many values the format has.
func (f *Format) Values() (n int) {
	for _, it := range f.Items {
		n += it.values()
	}
	return n
}

func (it Item) values() int {
	switch it.Code {
	case "x":
		return 0
	case "s", "p":
		return 1
	}
	return it.Count
}

// Pack packs values. bad is the index of the value that is wrong, or -1.
func (f *Format) Pack(values []any) (data []byte, bad int, err error) {
	if len(values) != f.Values() {
		return nil, -1, ErrCount
	}
	data = make([]byte, f.Size)
	k := 0
	for _, it := range f.Items {
		for i := range it.values() {
			at := data[it.Offset+i*it.Size:]
			if err := f.pack(at, it, values[k]); err != nil {
				return nil, k, err
			}
			k++
		}
	}
	return data, -1, nil
}

// put writes the low bytes of u in the byte order of the format.
func (f *Format) put(at []byte, size int, u *big.Int) {
	for i := range size {
		b := byte(new(big.Int).And(new(big.Int).Rsh(u, uint(8*i)), big.NewInt(255)).Int64())
		if f.big {
			at[size-1-i] = b
		} else {
			at[i] = b
		}
	}
}

func (f *Format) pack(at []byte, it Item, v any) error {
	switch it.Code {
	case "c":
		if b, ok := v.(byte); ok {
			at[0] = b
			return nil
		}
		if r := reflect.ValueOf(v); r.Kind() == reflect.Uint8 {
			at[0] = byte(r.Uint())
			return nil
		}
		b, ok := bytesOf(v)
		if !ok || len(b) != 1 {
			return ErrType
		}
		at[0] = b[0]
	case "?":
		if truth(v) {
			at[0] = 1
		}
	case "s":
		b, ok := bytesOf(v)
		if !ok {
			return ErrType
		}
		copy(at[:it.Count], b)
	case "p":
		b, ok := bytesOf(v)
		if !ok {
			return ErrType
		}
		if it.Count > 0 {
			n := copy(at[1:it.Count], b)
			at[0] = byte(min(n, 255))
		}
	case "e", "f", "d":
		x, err := floatOf(v)
		if err != nil {
			return err
		}
		u, ok := narrow(x, it.Code)
		if !ok {
			return ErrRange
		}
		f.put(at, it.Size, new(big.Int).SetUint64(u))
	case "F", "Zf", "D", "Zd":
		re, im, err := complexOf(v)
		if err != nil {
			return err
		}
		part := map[int]string{8: "f", 16: "d"}[it.Size]
		a, aok := narrow(re, part)
		b, bok := narrow(im, part)
		if f.other && !(aok && bok) {
			return ErrRange
		}
		f.put(at, it.Size/2, new(big.Int).SetUint64(a))
		f.put(at[it.Size/2:], it.Size/2, new(big.Int).SetUint64(b))
	default:
		n, err := intOf(v)
		if err != nil {
			return err
		}
		if lo, hi := limits(it); n.Cmp(lo) < 0 || n.Cmp(hi) > 0 {
			return ErrRange
		}
		if n.Sign() < 0 {
			n = new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), uint(8*it.Size)))
		}
		f.put(at, it.Size, n)
	}
	return nil
}

func limits(it Item) (lo, hi *big.Int) {
	all := new(big.Int).Lsh(big.NewInt(1), uint(8*it.Size))
	half := new(big.Int).Rsh(all, 1)
	minusOne := big.NewInt(-1)
	switch {
	case it.Code == "P":
		return new(big.Int).Neg(half), all.Add(all, minusOne)
	case strings.Contains("bhilqn", it.Code):
		return new(big.Int).Neg(half), half.Add(half, minusOne)
	}
	return new(big.Int), all.Add(all, minusOne)
}

func intOf(v any) (*big.Int, error) {
	if n, ok := v.(*big.Int); ok && n != nil {
		return n, nil
	}
	r := reflect.ValueOf(v)
	switch {
	case v == nil:
	case r.CanInt():
		return big.NewInt(r.Int()), nil
	case r.CanUint():
		return new(big.Int).SetUint64(r.Uint()), nil
	case r.Kind() == reflect.Bool:
		if r.Bool() {
			return big.NewInt(1), nil
		}
		return new(big.Int), nil
	}
	return nil, ErrType
}

// floatOf returns the bits of a float64.
func floatOf(v any) (bits uint64, err error) {
	r := reflect.ValueOf(v)
	if r.Kind() == reflect.Float32 {
		x := r.Convert(reflect.TypeFor[float32]()).Interface().(float32)
		u := uint64(math.Float32bits(x))
		if x != x {
			return u>>31<<63 | 0x7ff<<52 | u<<41>>12, nil
		}
		return math.Float64bits(float64(x)), nil
	}
	if r.Kind() == reflect.Float64 {
		return math.Float64bits(r.Float()), nil
	}
	n, err := intOf(v)
	if err != nil {
		return 0, err
	}
	x, _ := new(big.Float).SetInt(n).Float64()
	if math.IsInf(x, 0) {
		return 0, ErrType
	}
	return math.Float64bits(x), nil
}

func complexOf(v any) (re, im uint64, err error) {
	switch c := v.(type) {
	case complex128:
		return math.Float64bits(real(c)), math.Float64bits(imag(c)), nil
	case complex64:
		re, _ = floatOf(real(c))
		im, _ = floatOf(imag(c))
		return re, im, nil
	}
	if r := reflect.ValueOf(v); r.CanComplex() {
		return complexOf(r.Complex())
	}
	re, err = floatOf(v)
	return re, 0, err
}

// narrow rounds a float64 to the width of e, f or d, by exact arithmetic: it
// looks for the neighbours among all numbers of that width. A finite number
// that is nearer to the first one beyond the largest is out of range.
func narrow(bits uint64, code string) (narrowed uint64, ok bool) {
	if code == "d" {
		return bits, true
	}
	width, fraction := uint(32), uint(23)
	if code == "e" {
		width, fraction = 16, 10
	}
	sign := bits >> 63 << (width - 1)
	infinity := uint64(1)<<(width-1) - uint64(1)<<fraction
	x := math.Float64frombits(bits &^ (1 << 63))
	if x != x {
		payload := bits << 12 >> (64 - fraction)
		if payload == 0 {
			payload = 1 << (fraction - 1)
		}
		return sign | infinity | payload, true
	}
	if math.IsInf(x, 0) {
		return sign | infinity, true
	}
	// The numbers of a width are in the order of their bits, so the largest
	// that is not above x can be searched for.
	low := uint64(0)
	for step := infinity; step > 0; step /= 2 {
		for low+step < infinity && valueOf(low+step, fraction, width) <= x {
			low += step
		}
	}
	below, above := valueOf(low, fraction, width), valueOf(low+1, fraction, width)
	exact := func(f float64) *big.Float { return new(big.Float).SetPrec(2000).SetFloat64(f) }
	down := exact(x)
	down.Sub(down, exact(below))
	up := exact(above)
	up.Sub(up, exact(x))
	if c := down.Cmp(up); c > 0 || c == 0 && low%2 == 1 {
		low++
	}
	return sign | low, low < infinity
}

// valueOf returns the number with the given bits; infinity is the number that
// would be there if the exponent went on.
func valueOf(bits uint64, fraction, width uint) float64 {
	bias := 1<<(width-fraction-2) - 1
	exp := int(bits >> fraction)
	m := bits & (1<<fraction - 1)
	if exp == 0 {
		return math.Ldexp(float64(m), 1-bias-int(fraction))
	}
	return math.Ldexp(float64(m|1<<fraction), exp-bias-int(fraction))
}

func truth(v any) bool {
	if n, ok := v.(*big.Int); ok {
		return n != nil && n.Sign() != 0
	}
	if v == nil {
		return false
	}
	switch r := reflect.ValueOf(v); {
	case r.CanInt():
		return r.Int() != 0
	case r.CanUint():
		return r.Uint() != 0
	case r.CanFloat():
		return r.Float() != 0
	case r.CanComplex():
		return r.Complex() != 0
	case r.Kind() == reflect.Bool:
		return r.Bool()
	case slices.Contains([]reflect.Kind{reflect.String, reflect.Slice, reflect.Array, reflect.Map}, r.Kind()):
		return r.Len() > 0
	case slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Func, reflect.Chan, reflect.UnsafePointer}, r.Kind()):
		return !r.IsNil()
	}
	return true
}

func bytesOf(v any) ([]byte, bool) {
	r := reflect.ValueOf(v)
	switch {
	case v == nil:
	case r.Kind() == reflect.String:
		return []byte(r.String()), true
	case (r.Kind() == reflect.Slice || r.Kind() == reflect.Array) && r.Type().Elem().Kind() == reflect.Uint8:
		b := make([]byte, r.Len())
		for i := range b {
			b[i] = byte(r.Index(i).Uint())
		}
		return b, true
	}
	return nil, false
}

// Unpack unpacks data.
func (f *Format) Unpack(data []byte) ([]any, error) {
	if len(data) != f.Size {
		return nil, ErrBuffer
	}
	var values []any
	for _, it := range f.Items {
		for i := range it.values() {
			values = append(values, f.unpack(data[it.Offset+i*it.Size:], it))
		}
	}
	return values, nil
}

// get reads bytes in the byte order of the format.
func (f *Format) get(at []byte, size int) uint64 {
	var u uint64
	for i := range size {
		b := at[i]
		if !f.big {
			b = at[size-1-i]
		}
		u = u<<8 | uint64(b)
	}
	return u
}

func (f *Format) unpack(at []byte, it Item) any {
	switch it.Code {
	case "s":
		return slices.Clone(at[:it.Count:it.Count])
	case "p":
		if it.Count == 0 {
			return []byte{}
		}
		n := min(int(at[0]), it.Count-1)
		return slices.Clone(at[1 : 1+n : 1+n])
	case "F", "Zf":
		return complex(math.Float32frombits(uint32(f.get(at, 4))), math.Float32frombits(uint32(f.get(at[4:], 4))))
	case "D", "Zd":
		return complex(math.Float64frombits(f.get(at, 8)), math.Float64frombits(f.get(at[8:], 8)))
	}
	u := f.get(at, it.Size)
	signed := int64(u<<(64-8*it.Size)) >> (64 - 8*it.Size)
	switch it.Code {
	case "?":
		return u != 0
	case "b":
		return int8(signed)
	case "h":
		return int16(signed)
	case "H":
		return uint16(u)
	case "i":
		return int32(signed)
	case "I":
		return uint32(u)
	case "l":
		if it.Native {
			return signed
		}
		return int32(signed)
	case "L":
		if it.Native {
			return u
		}
		return uint32(u)
	case "q", "n":
		return signed
	case "Q", "N", "P":
		return u
	case "e":
		return fromHalf(uint16(u))
	case "f":
		return math.Float32frombits(uint32(u))
	case "d":
		return math.Float64frombits(u)
	}
	return byte(u) // c, B
}

func fromHalf(h uint16) float32 {
	sign := uint32(h>>15) << 31
	if h&0x7c00 == 0x7c00 {
		return math.Float32frombits(sign | 0x7f800000 | uint32(h&0x3ff)<<13)
	}
	return math.Float32frombits(sign | math.Float32bits(float32(valueOf(uint64(h&0x7fff), 10, 16))))
}
