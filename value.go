package structpack

import (
	"fmt"
	"math"
	"math/big"
	"reflect"

	"example.com/structpack/internal/floats"
	"example.com/structpack/internal/mem"
)

// The rules that say which Go values a code takes, and as what. They hold for
// every way to pack; pack itself only has short cuts for the common types.
//
// A failed conversion returns ErrType or ErrRange and nothing else, because a
// value that an error keeps would escape, and cost an allocation on every call
// that succeeds.

// integer converts v to a number between -2**63 and 2**64-1, in two's
// complement; neg distinguishes -1 from 2**64-1.
func integer(v any) (u uint64, neg bool, err error) {
	switch x := v.(type) {
	case int:
		return uint64(x), x < 0, nil
	case *big.Int:
		switch {
		case x == nil:
			return 0, false, ErrType
		case x.IsInt64():
			return uint64(x.Int64()), x.Sign() < 0, nil
		case x.IsUint64():
			return x.Uint64(), false, nil
		}
		return 0, false, ErrRange
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return uint64(r.Int()), r.Int() < 0, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return r.Uint(), false, nil
	case reflect.Bool:
		return bit(r.Bool()), false, nil
	}
	return 0, false, ErrType
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// integerBits converts v for an integer code.
func (in *inst) integerBits(v any) (uint64, error) {
	u, neg, err := integer(v)
	if err != nil {
		return 0, err
	}
	if lo, hi := in.limits(); neg && -u > lo || !neg && u > hi {
		return 0, ErrRange
	}
	return u, nil
}

// float converts v to the bits of a float64. An integer too large for one is
// of the wrong type, as it is to CPython.
func float(v any) (uint64, error) {
	switch x := v.(type) {
	case float64:
		return math.Float64bits(x), nil
	case float32:
		return floats.Widen(math.Float32bits(x)), nil
	case *big.Int:
		if x == nil {
			return 0, ErrType
		}
		f, _ := x.Float64()
		if math.IsInf(f, 0) {
			return 0, ErrType
		}
		return math.Float64bits(f), nil
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Float64:
		return math.Float64bits(r.Float()), nil
	case reflect.Float32:
		return floats.Widen(mem.Float32bits(v)), nil
	}
	u, neg, err := integer(v)
	if err != nil {
		return 0, ErrType
	}
	if neg {
		return math.Float64bits(float64(int64(u))), nil
	}
	return math.Float64bits(float64(u)), nil
}

// floatBits converts v for e, f or d, to the bits that are stored.
func (in *inst) floatBits(v any) (uint64, error) {
	b, err := float(v)
	if err != nil {
		return 0, err
	}
	ok := true
	switch in.elem {
	case opHalf:
		var h uint16
		h, ok = floats.Half(b)
		b = uint64(h)
	case opFloat32:
		var f uint32
		f, ok = floats.Narrow(b)
		b = uint64(f)
	}
	if !ok {
		return 0, ErrRange
	}
	return b, nil
}

// complexBits converts v to the bits of two float64.
func complexBits(v any) (re, im uint64, err error) {
	switch x := v.(type) {
	case complex128:
		return math.Float64bits(real(x)), math.Float64bits(imag(x)), nil
	case complex64:
		return floats.Widen(math.Float32bits(real(x))), floats.Widen(math.Float32bits(imag(x))), nil
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Complex128:
		c := r.Complex()
		return math.Float64bits(real(c)), math.Float64bits(imag(c)), nil
	case reflect.Complex64:
		re, im := mem.Complex64bits(v)
		return floats.Widen(re), floats.Widen(im), nil
	}
	re, err = float(v)
	return re, 0, err
}

// complex64Bits narrows both parts of a complex number for F. A part that is too
// large becomes infinite if the bytes are in the order of the machine, and is
// refused in the other order: CPython leaves the first to the C compiler's cast.
func (in *inst) complex64Bits(re, im uint64) (r, i uint32, ok bool) {
	r, rok := floats.Narrow(re)
	i, iok := floats.Narrow(im)
	return r, i, rok && iok || !in.foreign
}

// char converts v for c.
func char(v any) (byte, error) {
	switch x := v.(type) {
	case byte:
		return x, nil
	case []byte:
		if len(x) == 1 {
			return x[0], nil
		}
	case string:
		if len(x) == 1 {
			return x[0], nil
		}
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Uint8 {
		return byte(r.Uint()), nil
	}
	var one [1]byte
	if n, err := copyBytes(one[:], v); err != nil || n != 1 {
		return 0, ErrType
	}
	return one[0], nil
}

// copyBytes copies v, for s or p, into dst as far as it fits. It returns how
// many bytes v has.
func copyBytes(dst []byte, v any) (int, error) {
	switch x := v.(type) {
	case []byte:
		copy(dst, x)
		return len(x), nil
	case string:
		copy(dst, x)
		return len(x), nil
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.String:
		copy(dst, r.String())
		return r.Len(), nil
	case reflect.Slice, reflect.Array:
		if r.Type().Elem().Kind() != reflect.Uint8 {
			return 0, ErrType
		}
		for i := range min(len(dst), r.Len()) {
			dst[i] = byte(r.Index(i).Uint())
		}
		return r.Len(), nil
	}
	return 0, ErrType
}

// truth is Python's truth of v: false if it is nil, zero or empty. A NaN is
// true, and so is a struct.
func truth(v any) bool {
	switch x := v.(type) {
	case nil:
		return false
	case bool:
		return x
	case int:
		return x != 0
	case *big.Int:
		return x != nil && x.Sign() != 0
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.String, reflect.Slice, reflect.Array, reflect.Map:
		return r.Len() != 0
	case reflect.Struct:
		return true
	case reflect.Float32, reflect.Float64:
		return r.Float() != 0 // a negative zero is false
	case reflect.Complex64, reflect.Complex128:
		return r.Complex() != 0
	}
	return !r.IsZero()
}

// bits converts v for an integer or float code, to the bits that are stored.
func (in *inst) bits(v any) (uint64, error) {
	if in.kind == kindFloat {
		return in.floatBits(v)
	}
	return in.integerBits(v)
}

// accepts returns nil if v can be packed by the instruction, else ErrType or
// ErrRange.
func (in *inst) accepts(v any) (err error) {
	switch in.kind {
	case kindSigned, kindUnsigned, kindPointer:
		_, err = in.integerBits(v)
	case kindFloat:
		_, err = in.floatBits(v)
	case kindComplex:
		var re, im uint64
		if re, im, err = complexBits(v); err != nil || in.elem != opComplex64 {
			return err
		}
		if _, _, ok := in.complex64Bits(re, im); !ok {
			return ErrRange
		}
	case kindChar:
		_, err = char(v)
	case kindBytes, kindPascal:
		_, err = copyBytes(nil, v)
	}
	return err
}

// reason returns CPython's sentence for a value that accepts refused.
func (in *inst) reason(code string, v any, err error) string {
	switch in.kind {
	case kindSigned, kindUnsigned, kindPointer:
		if err == ErrType {
			return "required argument is not an integer"
		}
		lo, hi := in.limits()
		switch {
		case in.kind == kindPointer:
			return "int too large to convert"
		case lo == 0:
			return fmt.Sprintf("'%s' format requires 0 <= number <= %d", code, hi)
		}
		return fmt.Sprintf("'%s' format requires -%d <= number <= %d", code, lo, hi)
	case kindFloat, kindComplex:
		what := "float"
		if in.kind == kindComplex {
			what, code = "complex", "f" // of which an F is two
		}
		if err == ErrType {
			return "required argument is not a " + what
		}
		if _, _, err := integer(v); err != ErrType {
			return "int too large to convert"
		}
		return fmt.Sprintf("float too large to pack with %s format", code)
	case kindChar:
		return "char format requires a bytes object of length 1"
	}
	return fmt.Sprintf("argument for '%s' must be a bytes object", code)
}
