// Package wrapper calls functions that pass formats and values on, its own and
// those of another package, and uses formats that variables hold.
package wrapper

import (
	"bytes"

	"example.com/structpack"
	"vettest/wrapped"
)

func others(w *bytes.Buffer) {
	wrapped.Write(w, "!HB", 1, 2)
	wrapped.Write(w, "!HB", 1)     // want `pack "!HB": pack expected 2 items for packing \(got 1\)`
	wrapped.Write(w, "!HB", 1, "") // want `value 1 \('B' at byte 2, got string\)`
	wrapped.Write(w, "!w")         // want `compile "!w"`
	var p wrapped.Packer
	p.Pack("!HB", 1, 300) // want `'B' format requires 0 <= number <= 255`
	var n uint16
	wrapped.Read(w, "!H", &n)
	wrapped.Read(w, "!H", n)       // want `scan "!H": value 0 \('H' at byte 1, got uint16\)`
	wrapped.Read(w, "!HH", &n)     // want `scan expected 2 destinations \(got 1\)`
	wrapped.WriteHeader(w, 1, 300) // want `pack "!HB": value 1 \('B' at byte 2\): 'B' format requires 0 <= number <= 255`
	wrapped.WriteHeader(w, 1, 2)
	wrapped.Generic[int]{}.Pack("!B", "") // want `got string`

	wrapped.Header.Pack(1, 300)       // want `'B' format requires 0 <= number <= 255`
	wrapped.Compiled.Pack(1)          // want `argument for 's' must be a bytes object`
	wrapped.Layout.Header().Pack("a") // want `pack expected 2 items`
	wrapped.Codec.Struct().Pack("")   // want `required argument is not an integer`
	wrapped.Windows.Pack(1 << 31)     // want `'l' format requires -2147483648 <= number <= 2147483647`
	wrapped.Late.Pack(-1)             // want `'Q' format requires`
	wrapped.Changed.Pack()
	wrapped.Shared = structpack.MustCompile("!I")
	wrapped.Shared.Pack(-1)
	header := wrapped.Header
	header.Pack("") // want `pack expected 2 items`
}

func pack(format string, values ...any) []byte { // want pack:`packs argument 0 from argument 1`
	b, err := structpack.Pack(format, values...)
	if err != nil {
		panic(err)
	}
	return b
}

// packTwice calls a function that is declared behind it.
func packTwice(format string, values ...any) []byte { // want packTwice:`packs argument 0 from argument 1`
	return append(packAgain(format, values...), pack(format, values...)...)
}

func packAgain(f string, v ...any) []byte { return pack(f, v...) } // want packAgain:`packs argument 0 from argument 1`

func mine() {
	pack("!HB", 1)           // want `pack expected 2 items`
	packTwice("!HB", 1)      // want `pack expected 2 items`
	packAgain("!HB", 1)      // want `pack expected 2 items`
	pack("!HB", []any{1}...) // want `pack "!HB": pack expected 2 items for packing \(got 1\)`

	closure := func(format string, values ...any) { pack(format, values...) }
	closure("!B", 300) // want `'B' format requires`
	changing := func(format string, values ...any) { pack(format, values...) }
	changing = nil
	changing("!B", 300)
	func(format string, values ...any) { pack(format, values...) }("!B", 300)
}

// These do more than pass on what they are called with.

func prefixes(format string, values ...any) []byte { return pack("!"+format, values...) } // want prefixes:`packs "!" \+ argument 0 from argument 1`

func changesFormat(format string, values ...any) []byte {
	if format == "" {
		format = "!B"
	}
	return pack(format, values...)
}

func changesValues(format string, values ...any) []byte {
	values = append(values, 1)
	return pack(format, values...)
}

func changesValue(format string, values ...any) []byte {
	values[0] = 1
	return pack(format, values...)
}

func adds(format string, values ...any) []byte { // want adds:`compiles argument 0`
	return pack(format, append([]any{1}, values...)...)
}

func choosesFormat(values ...any) []byte {
	if len(values) == 1 {
		return pack("!B", values...)
	}
	return pack("!BB", values...)
}

func other(format string, values ...string) int { return len(values) }

func loose(b []any) {
	prefixes("w") // want `compile "!w": "w" at byte 1: bad char in struct format`
	changesFormat("w")
	changesValues("!BB", 1)
	changesValue("!B", "")
	adds("!BB", 1)
	choosesFormat(1, 2)
	other("!w")
}
