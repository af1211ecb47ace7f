package show

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/structpack"
)

// ParseText reads one value. The error says what it should be.
func ParseText(code, text string) (any, error) {
	switch code {
	case "c", "s", "p":
		return parseBytes(text)
	case "?":
		b, err := strconv.ParseBool(strings.ToLower(text))
		if err != nil {
			return nil, fmt.Errorf("%s is not true or false", quote(text))
		}
		return b, nil
	case "e", "f", "d":
		return parseFloat(text)
	case "F", "Zf", "D", "Zd":
		return parseComplex(text)
	}
	return ParseInt(text)
}

func parseBytes(text string) ([]byte, error) {
	digits, ok := strings.CutPrefix(text, "hex:")
	if !ok {
		return []byte(text), nil
	}
	b, err := hex.DecodeString(digits)
	if errors.Is(err, hex.ErrLength) {
		return nil, fmt.Errorf("%s has an odd number of hex digits", quote(text))
	}
	if err != nil {
		return nil, fmt.Errorf("%s is not hex digits", quote(text))
	}
	return b, nil
}

// ParseInt reads an integer as Python's int(text, 0) does, except that 010 is
// ten: a sign, 0x, 0o or 0b, and single underscores between digits.
func ParseInt(text string) (*big.Int, error) {
	bad := fmt.Errorf("%s is not an integer", quote(text))
	digits, base := text, 10
	if digits != "" && (digits[0] == '+' || digits[0] == '-') {
		digits = digits[1:]
	}
	if len(digits) > 2 && digits[0] == '0' {
		switch digits[1] | 0x20 {
		case 'x':
			base = 16
		case 'o':
			base = 8
		case 'b':
			base = 2
		}
		if base != 10 {
			digits = strings.TrimPrefix(digits[2:], "_")
		}
	}
	if strings.HasPrefix(digits, "_") || strings.HasSuffix(digits, "_") || strings.Contains(digits, "__") {
		return nil, bad
	}
	digits = strings.ReplaceAll(digits, "_", "")
	for i := range len(digits) {
		if _, err := strconv.ParseUint(digits[i:i+1], base, 8); err != nil {
			return nil, bad
		}
	}
	if most := 400; len(digits) > most {
		// No code holds a number of 400 digits, and reading one of a million
		// takes seconds: its beginning is as far out of range.
		if digits = strings.TrimLeft(digits, "0"); len(digits) > most {
			digits = digits[:most]
		} else if digits == "" {
			digits = "0"
		}
	}
	n, ok := new(big.Int).SetString(digits, base)
	if !ok {
		return nil, bad
	}
	if text[0] == '-' {
		n.Neg(n)
	}
	return n, nil
}

func parseFloat(text string) (float64, error) {
	if bits, ok := strings.CutPrefix(text, "nan:"); ok {
		u, err := strconv.ParseUint(bits, 16, 64)
		if f := math.Float64frombits(u); err == nil && f != f {
			return f, nil
		}
		return 0, fmt.Errorf("%s is not nan: and the 16 hex digits of one", quote(text))
	}
	f, err := strconv.ParseFloat(text, 64)
	if errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("%s is too large for a float", quote(text))
	}
	if err != nil {
		return 0, fmt.Errorf("%s is not a float", quote(text))
	}
	return pythonNaN(f), nil
}

// pythonNaN gives a NaN that was written without its bits the bits of Python's.
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
		return 0, fmt.Errorf("%s is too large for a complex number", quote(text))
	}
	if err != nil {
		return 0, fmt.Errorf("%s is not a complex number", quote(text))
	}
	return complex(pythonNaN(real(c)), pythonNaN(imag(c))), nil
}

// FormatText writes a value that Unpack returned as ParseText reads it.
func FormatText(code string, v any) string {
	switch v := v.(type) {
	case []byte:
		return formatBytes(code, v)
	case byte:
		if code == "c" {
			return formatBytes(code, []byte{v})
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

// formatBytes writes bytes as text if they are printable and have no white
// space, so that a line of values can be taken apart again.
func formatBytes(code string, b []byte) string {
	if t := trimmed(code, b); len(t) > 0 && isText(t) && !bytes.ContainsRune(t, ' ') {
		return string(t)
	}
	return "hex:" + hex.EncodeToString(b)
}

// trimmed is b without the NULs at the end that Pack writes again. In a
// Pascal string they count.
func trimmed(code string, b []byte) []byte {
	if code == "s" {
		return bytes.TrimRight(b, "\x00")
	}
	return b
}

// isText reports whether b can be written as it is: it is printable, so that it
// has no control over a terminal, and does not look like hex.
func isText(b []byte) bool {
	return utf8.Valid(b) && !bytes.HasPrefix(b, []byte("hex:")) && !bytes.ContainsFunc(b, func(r rune) bool { return !unicode.IsPrint(r) })
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

// FormatJSON writes a value as JSON.
func FormatJSON(code string, v any) any {
	switch v := v.(type) {
	case []byte:
		return jsonBytes(code, v)
	case byte:
		if code == "c" {
			return jsonBytes(code, []byte{v})
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

// jsonBytes is formatBytes, except for blanks and the empty string, which JSON
// can say plainly.
func jsonBytes(code string, b []byte) string {
	if t := trimmed(code, b); isText(t) {
		return string(t)
	}
	return formatBytes(code, b)
}

func jsonFloat(f float64, bits int) any {
	text := formatFloat(f, bits)
	if f != f || math.IsInf(f, 0) {
		return text
	}
	return json.Number(text)
}

// ParseJSON reads one value of a JSON array that was decoded with UseNumber.
func ParseJSON(code string, v any) (any, error) {
	switch v := v.(type) {
	case string:
		return ParseText(code, v)
	case json.Number:
		switch code {
		case "c", "s", "p":
			return nil, fmt.Errorf("%s is not a string", shorten(string(v), 60))
		case "?":
			f, _ := v.Float64() // what is too large for one is an infinity, and not zero either
			return f != 0, nil
		}
		return ParseText(code, string(v))
	case bool:
		return v, nil
	case []any:
		if len(v) == 2 && slices.Contains([]string{"F", "D", "Zf", "Zd"}, code) {
			re, err := ParseJSON("d", v[0])
			if err != nil {
				return nil, err
			}
			im, err := ParseJSON("d", v[1])
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
	return nil, fmt.Errorf("%s is no value for %s", shorten(string(text), 60), code)
}

// Human writes a value for people: text quoted, bytes that are none as pairs of
// hex digits, and unsigned numbers above 9, from where on the two differ, in hex
// too.
func Human(code string, v any) string {
	switch v := v.(type) {
	case []byte:
		return humanBytes(v)
	case byte:
		if code == "c" {
			return humanBytes([]byte{v})
		}
		return humanUint(uint64(v))
	case uint16:
		return humanUint(uint64(v))
	case uint32:
		return humanUint(uint64(v))
	case uint64:
		return humanUint(v)
	}
	return FormatText(code, v)
}

func humanUint(u uint64) string {
	if u > 9 {
		return fmt.Sprintf("%d (%#x)", u, u)
	}
	return strconv.FormatUint(u, 10)
}

// longest is more bytes than any line has room for.
const longest = 4096

// humanBytes quotes bytes if they are text, with line ends and tabs as lines of
// protocols have them. NULs at the end, which fill a field up, are counted.
func humanBytes(b []byte) string {
	text := bytes.TrimRight(b, "\x00")
	odd := func(r rune) bool { return !unicode.IsPrint(r) && !strings.ContainsRune("\t\r\n", r) }
	if len(b) > 0 && len(text) == 0 || !utf8.Valid(text) || bytes.ContainsFunc(text, odd) {
		return fmt.Sprintf("% x", b[:min(len(b), longest)])
	}
	quoted := strconv.Quote(string(text[:min(len(text), longest)]))
	switch n := len(b) - len(text); n {
	case 0:
		return quoted
	case 1:
		return quoted + " (1 NUL)"
	default:
		return fmt.Sprintf("%s (%d NULs)", quoted, n)
	}
}

// quote quotes a text that an error is about, or the beginning of a long one.
func quote(text string) string {
	if len(text) > 60 {
		return fmt.Sprintf("%q... (%d bytes)", text[:60], len(text))
	}
	return strconv.Quote(text)
}

// shorten cuts a line to a number of characters.
func shorten(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:max(most-1, 0)]) + "…"
}
