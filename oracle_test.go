package structpack_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"

	"example.com/structpack"
)

// What testdata/oracle.py reads and writes.

// A header is the first line of a file of fixtures: which Python wrote it, and
// the C ABI that it ran on.
type header struct {
	About     string
	Python    string
	ByteOrder string
	Long      int
	Pointer   int
	Align8    int
}

func (h header) abi() structpack.ABI {
	return structpack.ABI{Name: "of " + h.Python, BigEndian: h.ByteOrder == "big", Long: h.Long, Pointer: h.Pointer, Align8: h.Align8}
}

// A request is a question to CPython with its answer.
type request struct {
	Op          string          `json:"op"`
	Format      string          `json:"format"`
	FormatBytes string          `json:"format_bytes,omitempty"`
	Values      []tagged        `json:"values,omitempty"`
	Hex         string          `json:"hex,omitempty"`
	Times       *int            `json:"times,omitempty"`
	Offset      *int64          `json:"offset,omitempty"`
	OK          json.RawMessage `json:"ok,omitempty"`
	Error       string          `json:"error,omitempty"`
	Message     string          `json:"message,omitempty"`
	Buffer      string          `json:"buffer,omitempty"`
}

func (r *request) format() string {
	if r.FormatBytes != "" {
		return string(unhex(r.FormatBytes))
	}
	return r.Format
}

func (r *request) times() int {
	if r.Times == nil {
		return 1
	}
	return *r.Times
}

func (r *request) data() []byte { return unhex(strings.Repeat(r.Hex, r.times())) }

// ok decodes the result.
func ok[T any](r *request) (x T) {
	if err := json.Unmarshal(r.OK, &x); err != nil {
		panic(fmt.Sprintf("%+v: %v", r, err))
	}
	return x
}

// String prints a request so that oracle.py takes it.
func (r *request) String() string {
	b, err := json.Marshal(r)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// kind is the kind of mistake that an error message of CPython's is about.
func (r *request) kind() error {
	for _, k := range []struct {
		part string
		kind error
	}{
		{"bad char in struct format", structpack.ErrFormat},
		{"repeat count given", structpack.ErrFormat},
		{"total struct size", structpack.ErrFormat},
		{"embedded null", structpack.ErrFormat},
		{"ASCII", structpack.ErrFormat},
		{"ascii", structpack.ErrFormat},
		{"items for packing", structpack.ErrCount},
		{"format requires a bytes object", structpack.ErrType},
		{"required argument is not", structpack.ErrType},
		{"must be a bytes object", structpack.ErrType},
		{"format requires", structpack.ErrRange},
		{"too large", structpack.ErrRange},
		{"argument out of range", structpack.ErrRange}, // before 3.12
	} {
		if strings.Contains(r.Message, k.part) {
			return k.kind
		}
	}
	return structpack.ErrBuffer
}

// A tagged value is a Python value: one key, its type.
type tagged map[string]json.RawMessage

func tag(kind string, v any) tagged {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return tagged{kind: b}
}

func (t tagged) kind() string {
	for k := range t {
		return k
	}
	return ""
}

func as[T any](t tagged) (x T) {
	if err := json.Unmarshal(t[t.kind()], &x); err != nil {
		panic(fmt.Sprintf("%v: %v", t, err))
	}
	return x
}

type (
	named8   int8
	namedU64 uint64
	namedF32 float32
	namedF64 float64
	namedStr string
	namedRaw []byte
)

// variants returns the Go values that stand for a Python value: every type
// that can hold it and that Pack takes for it.
func (t tagged) variants() []any {
	switch t.kind() {
	case "none":
		return []any{nil}
	case "bool":
		return []any{as[bool](t)}
	case "int":
		return intVariants(as[string](t))
	case "float":
		f := floatOf(as[string](t))
		vs := []any{f, namedF64(f)}
		if g := narrowed(f); math.Float64bits(widened(g)) == math.Float64bits(f) {
			vs = append(vs, g, namedF32(g))
		}
		return vs
	case "complex":
		p := as[[2]string](t)
		re, im := floatOf(p[0]), floatOf(p[1])
		vs := []any{complex(re, im)}
		if a, b := narrowed(re), narrowed(im); math.Float64bits(widened(a)) == math.Float64bits(re) &&
			math.Float64bits(widened(b)) == math.Float64bits(im) {
			vs = append(vs, complex(a, b))
		}
		return vs
	case "bytes":
		b := unhex(as[string](t))
		array := reflect.New(reflect.ArrayOf(len(b), reflect.TypeFor[byte]())).Elem()
		reflect.Copy(array, reflect.ValueOf(b))
		return []any{b, string(b), namedRaw(b), namedStr(b), array.Interface()}
	case "str":
		return []any{as[string](t)}
	case "list":
		return []any{as[[]any](t)}
	}
	panic(fmt.Sprint("unknown value ", t))
}

func intVariants(s string) (vs []any) {
	n, good := new(big.Int).SetString(s, 10)
	if !good {
		panic(s)
	}
	vs = append(vs, n)
	for _, zero := range []any{int(0), int8(0), int16(0), int32(0), int64(0), named8(0),
		uint(0), uint8(0), uint16(0), uint32(0), uint64(0), uintptr(0), namedU64(0)} {
		v := reflect.New(reflect.TypeOf(zero)).Elem()
		switch {
		case v.CanInt() && n.IsInt64() && !v.OverflowInt(n.Int64()):
			v.SetInt(n.Int64())
		case v.CanUint() && n.IsUint64() && !v.OverflowUint(n.Uint64()):
			v.SetUint(n.Uint64())
		default:
			continue
		}
		vs = append(vs, v.Interface())
	}
	return vs
}

// isValue reports whether a Go value that Unpack returned is the Python value,
// bit for bit. A signalling NaN in a float32 is kept here; CPython keeps it too
// if its bytes are not in the machine's own order, and if they are the C
// compiler's cast quiets it.
func (t tagged) isValue(v any) bool {
	switch x := v.(type) {
	case bool:
		return t.kind() == "bool" && as[bool](t) == x
	case byte:
		return t.kind() == "int" && as[string](t) == strconv.Itoa(int(x)) ||
			t.kind() == "bytes" && as[string](t) == hex.EncodeToString([]byte{x})
	case int8, int16, int32, int64, uint16, uint32, uint64:
		return t.kind() == "int" && as[string](t) == fmt.Sprint(x)
	case float32:
		return t.kind() == "float" && isFloat32(as[string](t), x)
	case float64:
		return t.kind() == "float" && as[string](t) == bitsOf(x)
	case complex64:
		if t.kind() != "complex" {
			return false
		}
		p := as[[2]string](t)
		return isFloat32(p[0], real(x)) && isFloat32(p[1], imag(x))
	case complex128:
		return t.kind() == "complex" && as[[2]string](t) == [2]string{bitsOf(real(x)), bitsOf(imag(x))}
	case []byte:
		return t.kind() == "bytes" && as[string](t) == hex.EncodeToString(x) && x != nil
	}
	return false
}

func isFloat32(want string, x float32) bool {
	kept := bitsOf(widened(x))
	quieted := bitsOf(widened(math.Float32frombits(math.Float32bits(x) | 1<<22)))
	return want == kept || x != x && want == quieted
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func floatOf(bits string) float64 {
	u, err := strconv.ParseUint(bits, 16, 64)
	if err != nil {
		panic(err)
	}
	return math.Float64frombits(u)
}

func bitsOf(f float64) string { return fmt.Sprintf("%016x", math.Float64bits(f)) }

// widened and narrowed convert without touching a NaN.
func widened(f float32) float64 {
	if f != f {
		u := uint64(math.Float32bits(f))
		return math.Float64frombits(u>>31<<63 | 0x7ff<<52 | u&0x7fffff<<29)
	}
	return float64(f)
}

func narrowed(f float64) float32 {
	if f != f {
		u := math.Float64bits(f)
		return math.Float32frombits(uint32(u>>63<<31 | 0xff<<23 | u>>29&0x7fffff))
	}
	return float32(f)
}
