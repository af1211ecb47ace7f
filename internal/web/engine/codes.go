package engine

import (
	"fmt"
	"math/big"
	"strings"

	"example.com/structpack"
)

// What package structpack's documentation says about codes, for the person who looks
// at one of them.

// goTypes are the types that Unpack returns values of codes as. Those of l and L
// depend on the mode.
var goTypes = map[string]string{
	"c": "byte", "b": "int8", "B": "uint8", "?": "bool", "h": "int16", "H": "uint16", "i": "int32", "I": "uint32",
	"q": "int64", "Q": "uint64", "n": "int64", "N": "uint64", "P": "uint64", "e": "float32", "f": "float32", "d": "float64",
	"F": "complex64", "Zf": "complex64", "D": "complex128", "Zd": "complex128", "s": "[]byte", "p": "[]byte",
}

// goType is the Go type of a value.
func goType(f structpack.Field, native bool) string {
	switch {
	case f.Code == "l" && native:
		return "int64"
	case f.Code == "L" && native:
		return "uint64"
	case f.Code == "l":
		return "int32"
	case f.Code == "L":
		return "uint32"
	}
	return goTypes[f.Code]
}

// accepts says what Pack takes for a code.
func accepts(code string) string {
	switch code {
	case "x":
		return "no value; zeros are written"
	case "c":
		return "a byte; or a []byte, an array or a string of length 1"
	case "?":
		return "any value: Python's truth of it; zero, empty and nil are false"
	case "e", "f", "d":
		return "floats, integers, *big.Int, bool; a finite number that overflows is an error"
	case "F", "Zf", "D", "Zd":
		return "complex numbers, floats, integers, bool"
	case "s":
		return "[]byte, a byte array or a string: cut or filled up with zeros to fit, without an error"
	case "p":
		return "[]byte, a byte array or a string: cut to fit; a byte with the length comes first"
	case "P":
		return "integers, *big.Int, bool; negative ones too"
	}
	return "integers of any type, *big.Int, bool; out of range is an error, never a wrap"
}

// span says which values a code has, whose size is that of one value.
func span(code string, size int) string {
	one := big.NewInt(1)
	bits := uint(size * 8)
	switch code {
	case "c":
		return "one byte"
	case "?":
		return "false is 0, any other byte is true"
	case "e":
		return "±65504, 11 bits of precision"
	case "f":
		return "±3.4028235e+38, 24 bits of precision"
	case "d":
		return "±1.7976931348623157e+308, 53 bits of precision"
	case "F", "Zf":
		return "two floats"
	case "D", "Zd":
		return "two doubles"
	case "b", "h", "i", "l", "q", "n":
		half := new(big.Int).Lsh(one, bits-1)
		return fmt.Sprintf("-%v … %v", half, new(big.Int).Sub(half, one))
	case "B", "H", "I", "L", "Q", "N", "P":
		return fmt.Sprintf("0 … %v", new(big.Int).Sub(new(big.Int).Lsh(one, bits), one))
	}
	return ""
}

// lengths says how long the bytes of an s or p are.
func lengths(f structpack.Field) string {
	if f.Code == "p" {
		return fmt.Sprintf("0 … %d bytes, as its first byte says", max(min(f.Count-1, 255), 0))
	}
	return fmt.Sprintf("always %d bytes", f.Count)
}

// isNative reports whether a format is laid out as C lays it out.
func isNative(format string) bool {
	return strings.IndexByte("<>!=", (format + "@")[0]) < 0
}

// ofPlatform reports whether the bytes of a format depend on the platform.
func ofPlatform(format string) bool {
	return strings.IndexByte("<>!", (format + "@")[0]) < 0
}
