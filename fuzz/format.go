// Package fuzz makes up formats and values for tests of code that uses
// structpack: formats that are right and that are nearly right, values that
// fit a format and values that do not.
//
// The functions take a *rand.Rand, for loops and native fuzz targets. Package
// generate has gopter generators of the same things, which shrink what they found
// to the items and values that matter.
package fuzz

import (
	"math/rand"
	"strconv"
	"strings"

	"example.com/structpack"
)

// A Case is a format with values for it.
type Case struct {
	Format string
	Values []any
	Bad    int // index of the value that does not fit; -1 if it is their number; of no meaning for good cases
}

// MaxSize bounds the sizes of generated structures, in bytes.
const MaxSize = 4096

// codes are in every mode, nativeCodes in native mode only. The library
// knows which there are.
var codes, nativeCodes = alphabet()

func alphabet() (everywhere, native []string) {
	for c := '!'; c <= '~'; c++ {
		for _, code := range []string{string(c), "Z" + string(c)} {
			if _, err := structpack.CalcSize("=" + code); err == nil {
				everywhere = append(everywhere, code)
			} else if _, err := structpack.CalcSize("@" + code); err == nil {
				native = append(native, code)
			}
		}
	}
	return everywhere, native
}

// Format makes up a valid format: any prefix or none, up to a dozen items,
// repeat counts from none to some hundreds, zero among them, and white space.
// Its size is at most MaxSize.
func Format(r *rand.Rand) string {
	for {
		prefix := prefixOf(r)
		var b strings.Builder
		b.WriteString(prefix)
		for range r.Intn(12) {
			b.WriteString(space(r))
			b.WriteString(count(r))
			b.WriteString(code(r, prefix))
		}
		b.WriteString(space(r))
		format := b.String()
		if n, err := structpack.CalcSize(format); err == nil && n <= MaxSize {
			return format
		}
	}
}

func prefixOf(r *rand.Rand) string {
	return []string{"", "@", "=", "<", ">", "!"}[r.Intn(6)]
}

func code(r *rand.Rand, prefix string) string {
	if prefix == "" || prefix == "@" {
		if i := r.Intn(len(codes) + len(nativeCodes)); i >= len(codes) {
			return nativeCodes[i-len(codes)]
		}
	}
	return codes[r.Intn(len(codes))]
}

func count(r *rand.Rand) string {
	switch r.Intn(8) {
	case 0:
		return strconv.Itoa(r.Intn(3))
	case 1:
		return strconv.Itoa(r.Intn(20))
	case 2:
		return "0" + strconv.Itoa(r.Intn(4))
	case 3:
		return strconv.Itoa(250 + r.Intn(20))
	}
	return ""
}

func space(r *rand.Rand) string {
	if r.Intn(6) > 0 {
		return ""
	}
	return strings.Repeat(string(" \t\n\v\f\r"[r.Intn(6)]), 1+r.Intn(2))
}

// BadFormat makes up a format with exactly one mistake.
func BadFormat(r *rand.Rand) string {
	for {
		format := Format(r)
		at := r.Intn(len(format) + 1)
		before, after := format[:at], format[at:]
		switch r.Intn(9) {
		case 0: // a byte that is no code, or not here
			before += string([]byte{byte(r.Intn(128))})
		case 1: // a count without a code
			after = ""
			before += strconv.Itoa(r.Intn(1000))
		case 2: // a count too large
			before += []string{"9223372036854775807", "9223372036854775808", "99999999999999999999", "4611686018427387904"}[r.Intn(4)] +
				code(r, "<")
		case 3: // a total too large
			before += "9223372036854775807s"
			after = code(r, "<") + after
		case 4:
			before += "\x00"
		case 5:
			before += []string{"é", "€", "\xff", "\x80", "😀"}[r.Intn(5)]
		case 6: // white space in front of a prefix, or inside an item
			before += " "
		case 7: // half of Zf and Zd
			before += "Z"
		case 8: // a native code in standard mode
			before = "<" + strings.TrimLeft(before, "@=<>!") + nativeCodes[r.Intn(len(nativeCodes))]
		}
		if bad := before + after; bad != format {
			if _, err := structpack.CalcSize(bad); err != nil {
				return bad
			}
		}
	}
}
