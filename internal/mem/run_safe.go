//go:build purego || !(386 || amd64 || arm64 || ppc64le || s390x)

// Safe: with the tag purego, and where a word must lie at its own alignment. It allocates where reflection
// must. The twin is run_fast.go.

package mem

import (
	"encoding/binary"
	"math"
	"reflect"
)

// A Type identifies the dynamic type of an any.
type Type struct{ p uintptr }

// TypeOf returns the dynamic type of v.
func TypeOf(v any) Type {
	if v == nil {
		return Type{}
	}
	return Type{reflect.ValueOf(reflect.TypeOf(v)).Pointer()}
}

// Float32bits returns the bits of v, whose kind must be Float32.
func Float32bits(v any) uint32 {
	return math.Float32bits(reflect.ValueOf(v).Convert(reflect.TypeFor[float32]()).Interface().(float32))
}

// Complex64bits returns the bits of both parts of v, whose kind must be Complex64.
func Complex64bits(v any) (re, im uint32) {
	p := reflect.New(reflect.TypeOf(v))
	p.Elem().Set(reflect.ValueOf(v))
	c := *complex64Of(p)
	return math.Float32bits(real(c)), math.Float32bits(imag(c))
}

// complex64Of converts a pointer to a type whose kind is Complex64. To convert
// the number itself would take reflection through a complex128, which quiets a
// signalling NaN.
func complex64Of(p reflect.Value) *complex64 {
	return p.Convert(reflect.TypeFor[*complex64]()).Interface().(*complex64)
}

// Pack packs values by steps, of which there are as many, from index i on, into
// buf, in which every step must have its room. It stops at the first value
// that it has no short cut for, and returns its index: a value of the step's
// type, an int, int64 or uint64 that fits, and few bytes are what it knows.
func Pack(steps []Step, big bool, i int, buf []byte, values []any) int {
	for ; i < len(values); i++ {
		st := &steps[i]
		b := buf[st.Off:]
		var u uint64
		switch x := values[i].(type) {
		case []byte:
			if st.Width != Bytes {
				return i
			}
			copyShort(b[:st.N], x)
			continue
		case string:
			if st.Width != Bytes {
				return i
			}
			copyShort(b[:st.N], x)
			continue
		case int:
			if x < st.Lo || x > st.Hi {
				return i
			}
			u = uint64(x)
		default:
			if TypeOf(x) != st.Type && !st.fits(x) {
				return i
			}
			var ok bool
			if u, ok = bitsOf(x); !ok {
				return i
			}
		}
		switch st.Width {
		case Byte:
			b[0] = uint8(u)
		case Word16:
			order(big).PutUint16(b, uint16(u))
		case Word32:
			order(big).PutUint32(b, uint32(u))
		case Word64:
			order(big).PutUint64(b, u)
		default:
			return i
		}
	}
	return i
}

// fits reports whether v is one of the integers that fit though their type is another.
func (st *Step) fits(v any) bool {
	switch x := v.(type) {
	case int64:
		return int64(st.Lo) <= x && x <= int64(st.Hi)
	case uint64:
		return x <= math.MaxInt64 && int64(st.Lo) <= int64(x) && int64(x) <= int64(st.Hi)
	}
	return false
}

// PackRun packs numbers of one width side by side into buf, as Pack does. It stops at the first
// value that it has no short cut for, and returns its index.
func PackRun(st *Step, big bool, buf []byte, values []any) int {
	size := st.Width.size()
	if size == 0 {
		return 0
	}
	steps := []Step{*st}
	for i := range values {
		steps[0].Off = i * size
		if Pack(steps, big, 0, buf, values[i:i+1]) == 0 {
			return i
		}
	}
	return len(values)
}

func order(big bool) binary.ByteOrder {
	if big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func bitsOf(v any) (uint64, bool) {
	switch x := v.(type) {
	case bool:
		if x {
			return 1, true
		}
		return 0, true
	case int8:
		return uint64(x), true
	case uint8:
		return uint64(x), true
	case int16:
		return uint64(x), true
	case uint16:
		return uint64(x), true
	case int32:
		return uint64(x), true
	case uint32:
		return uint64(x), true
	case int64:
		return uint64(x), true
	case uint64:
		return x, true
	case float32:
		return uint64(math.Float32bits(x)), true
	case float64:
		return math.Float64bits(x), true
	}
	return 0, false
}

// Exact reports whether every one of dests, of which there are as many as
// steps, is a pointer to a variable of the step's type, and not nil.
func Exact(steps []Step, dests []any) bool {
	for i, d := range dests {
		if TypeOf(d) != steps[i].Pointer || reflect.ValueOf(d).IsNil() {
			return false
		}
	}
	return true
}

// Scan unpacks data, in which every step must have its room, into destinations
// that are exact, from index i on. It stops at the first that it has no short
// cut for, and returns its index.
func Scan(steps []Step, big bool, i int, data []byte, dests []any) int {
	for ; i < len(dests); i++ {
		st := &steps[i]
		b := data[st.Off:]
		switch d := dests[i].(type) {
		case *bool:
			*d = b[0] != 0
		case *int8:
			*d = int8(b[0])
		case *uint8:
			*d = b[0]
		case *int16:
			*d = int16(order(big).Uint16(b))
		case *uint16:
			*d = order(big).Uint16(b)
		case *int32:
			*d = int32(order(big).Uint32(b))
		case *uint32:
			*d = order(big).Uint32(b)
		case *float32:
			if st.Width != Word32 {
				return i // a half float
			}
			*d = math.Float32frombits(order(big).Uint32(b))
		case *int64:
			if st.Width != Word64 {
				return i // a long of four bytes
			}
			*d = int64(order(big).Uint64(b))
		case *uint64:
			if st.Width != Word64 {
				return i
			}
			*d = order(big).Uint64(b)
		case *float64:
			*d = math.Float64frombits(order(big).Uint64(b))
		default:
			return i
		}
	}
	return i
}

// SetFloat32bits sets v, which must be addressable and of kind Float32.
func SetFloat32bits(v reflect.Value, bits uint32) {
	v.Set(reflect.ValueOf(math.Float32frombits(bits)).Convert(v.Type()))
}

// SetComplex64bits sets v, which must be addressable and of kind Complex64.
func SetComplex64bits(v reflect.Value, re, im uint32) {
	*complex64Of(v.Addr()) = complex(math.Float32frombits(re), math.Float32frombits(im))
}

// A List is a slice or an array, whose elements are taken as values.
type List struct{ v reflect.Value }

// ListOf returns the List for a slice or an array.
func ListOf(v any) List { return List{reflect.ValueOf(v)} }

// At returns the element at index i.
func (l *List) At(i int) any { return l.v.Index(i).Interface() }

// IndexOf returns the index of the element of all that p points to, or -1.
func IndexOf(p *any, all []any) int {
	for i := range all {
		if p == &all[i] {
			return i
		}
	}
	return -1
}
