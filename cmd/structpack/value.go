package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"example.com/structpack"
)

// The forms of values: text, for arguments and lines, and JSON. Both are read
// back to the same bytes, NaN payloads included. Only how text and JSON look
// is known here; what fits a code is the library's to say.

// fieldOf returns the field that each value belongs to.
func fieldOf(s *structpack.Struct) func(index int) structpack.Field {
	fields := s.Fields()
	return func(index int) structpack.Field {
		for f := fields[0]; ; f = fields[0] {
			if index < f.Index+f.Values {
				return f
			}
			fields = fields[1:]
		}
	}
}

// parseText reads one value. The error says what it should be.
func parseText(code, text string) (any, error) {
	switch code {
	case "c", "s", "p":
		return parseBytes(text)
	case "?":
		b, err := strconv.ParseBool(strings.ToLower(text))
		if err != nil {
			return nil, fmt.Errorf("%q is not true or false", text)
		}
		return b, nil
	case "e", "f", "d":
		return parseFloat(text)
	case "F", "Zf", "D", "Zd":
		return parseComplex(text)
	}
	return parseInt(text)
}

func parseBytes(text string) ([]byte, error) {
	digits, ok := strings.CutPrefix(text, "hex:")
	if !ok {
		return []byte(text), nil
	}
	b, err := hex.DecodeString(digits)
	if errors.Is(err, hex.ErrLength) {
		return nil, fmt.Errorf("%q has an odd number of hex digits", text)
	}
	if err != nil {
		return nil, fmt.Errorf("%q is not hex digits", text)
	}
	return b, nil
}

func parseInt(text string) (*big.Int, error) {
	base := 10
	if digits := strings.TrimLeft(text, "+-"); len(digits) > 1 && digits[0] == '0' && strings.ContainsAny(digits[1:2], "xXbBoO") {
		base = 0
	}
	n, ok := new(big.Int).SetString(text, base)
	if !ok {
		return nil, fmt.Errorf("%q is not an integer", text)
	}
	return n, nil
}

func parseFloat(text string) (float64, error) {
	if bits, ok := strings.CutPrefix(text, "nan:"); ok {
		u, err := strconv.ParseUint(bits, 16, 64)
		if f := math.Float64frombits(u); err == nil && f != f {
			return f, nil
		}
		return 0, fmt.Errorf("%q is not nan: and the 16 hex digits of one", text)
	}
	f, err := strconv.ParseFloat(text, 64)
	if errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("%q is too large for a float", text)
	}
	if err != nil {
		return 0, fmt.Errorf("%q is not a float", text)
	}
	return pythonNaN(f), nil
}

// pythonNaN gives a NaN that was written without its bits those of Python's.
func pythonNaN(f float64) float64 {
	if f != f {
		return math.Float64frombits(0x7ff8 << 48)
	}
	return f
}

func parseComplex(text string) (complex128, error) {
	if re, im, ok := strings.Cut(text, ","); ok {
		r, err := parseFloat(re)
		if err != nil {
			return 0, err
		}
		i, err := parseFloat(im)
		return complex(r, i), err
	}
	goes := text
	if inside, ok := strings.CutSuffix(strings.TrimSuffix(goes, ")"), "j"); ok {
		goes = strings.TrimPrefix(inside, "(") + "i"
	}
	c, err := strconv.ParseComplex(goes, 128)
	if errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("%q is too large for a complex number", text)
	}
	if err != nil {
		return 0, fmt.Errorf("%q is not a complex number", text)
	}
	return complex(pythonNaN(real(c)), pythonNaN(imag(c))), nil
}

// formatText writes a value that Unpack returned as parseText reads it.
func formatText(code string, v any) string {
	switch v := v.(type) {
	case []byte:
		return formatBytes(v)
	case byte:
		if code == "c" {
			return formatBytes([]byte{v})
		}
	case float32:
		return formatFloat(widened(v), 32)
	case float64:
		return formatFloat(v, 64)
	case complex64:
		return formatComplex(widened(real(v)), widened(imag(v)), 32)
	case complex128:
		return formatComplex(real(v), imag(v), 64)
	}
	return fmt.Sprint(v)
}

// widened is v as a float64, with the bits of a NaN kept.
func widened(v float32) float64 {
	if v != v {
		b, _ := structpack.Pack(">f", v)
		u := uint64(b[0]>>7)<<63 | 0x7ff<<52
		for i, x := range []uint64{uint64(b[1] & 0x7f), uint64(b[2]), uint64(b[3])} {
			u |= x << (45 - 8*i)
		}
		return math.Float64frombits(u)
	}
	return float64(v)
}

// formatBytes writes bytes as text if they are printable ASCII without white
// space, so that a line of values can be taken apart again.
func formatBytes(b []byte) string {
	plain := len(b) > 0 && !bytes.HasPrefix(b, []byte("hex:"))
	for _, c := range b {
		plain = plain && ' ' < c && c < 0x7f
	}
	if plain {
		return string(b)
	}
	return "hex:" + hex.EncodeToString(b)
}

func formatFloat(f float64, bits int) string {
	switch b := math.Float64bits(f); {
	case b == 0x7ff8<<48:
		return "nan"
	case f != f:
		return fmt.Sprintf("nan:%016x", b)
	case math.IsInf(f, 0):
		return strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(f, 'g', -1, 64)), "+")
	}
	return strconv.FormatFloat(f, 'g', -1, bits)
}

func formatComplex(re, im float64, bits int) string {
	r, i := formatFloat(re, bits), formatFloat(im, bits)
	if re != re || im != im {
		return r + "," + i
	}
	if !strings.HasPrefix(i, "-") {
		i = "+" + i
	}
	return r + i + "j"
}

// formatJSON writes a value as JSON.
func formatJSON(code string, v any) any {
	switch v := v.(type) {
	case []byte:
		return jsonBytes(v)
	case byte:
		if code == "c" {
			return jsonBytes([]byte{v})
		}
	case float32:
		return jsonFloat(widened(v), 32)
	case float64:
		return jsonFloat(v, 64)
	case complex64:
		return [2]any{jsonFloat(widened(real(v)), 32), jsonFloat(widened(imag(v)), 32)}
	case complex128:
		return [2]any{jsonFloat(real(v), 64), jsonFloat(imag(v), 64)}
	}
	return v
}

// jsonBytes is formatBytes, but for spaces and the empty string, which JSON
// can say plainly.
func jsonBytes(b []byte) string {
	if !bytes.HasPrefix(b, []byte("hex:")) && !bytes.ContainsFunc(b, func(c rune) bool { return c < ' ' || c >= 0x7f }) {
		return string(b)
	}
	return formatBytes(b)
}

func jsonFloat(f float64, bits int) any {
	text := formatFloat(f, bits)
	if f != f || math.IsInf(f, 0) {
		return text
	}
	return json.Number(text)
}

// parseJSON reads one value of a JSON array that was decoded with UseNumber.
func parseJSON(code string, v any) (any, error) {
	switch v := v.(type) {
	case string:
		return parseText(code, v)
	case json.Number:
		switch code {
		case "c", "s", "p":
			return nil, fmt.Errorf("%s is not a string", v)
		case "?":
			f, _ := v.Float64() // what is too large for one is an infinity, and not zero either
			return f != 0, nil
		}
		return parseText(code, string(v))
	case bool:
		return v, nil
	case []any:
		if len(v) == 2 && strings.Contains("F D Zf Zd", code) {
			re, err := parseJSON("d", v[0])
			if err != nil {
				return nil, err
			}
			im, err := parseJSON("d", v[1])
			if err != nil {
				return nil, err
			}
			r, ok := re.(float64)
			i, also := im.(float64)
			if ok && also {
				return complex(r, i), nil
			}
		}
	}
	text, _ := json.Marshal(v) // it was JSON before
	return nil, fmt.Errorf("%s is no value for %s", text, code)
}
