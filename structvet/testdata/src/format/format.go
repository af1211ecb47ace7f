// Package format has formats that do not compile.
package format

import (
	"os"

	"example.com/structpack"
	"example.com/structpack/frame"
)

const header = "!HHyI" // want `compile "!HHyI": "y" at byte 3: bad char in struct format`

const (
	order = ">"
	body  = order + "i" +
		"3w" // want `compile ">i3w": "3w" at byte 2: bad char in struct format`
)

const unused = "!w"

var (
	assigned   = "!iw" // want `compile "!iw": "w" at byte 2: bad char in struct format`
	reassigned = "!iw" // want `compile "!iw": "w" at byte 2: bad char in struct format`
	Visible    = "!iw"
)

func init() {
	reassigned = "!i"
}

func everyFunction(buf []byte) {
	structpack.Pack("!w", 1)                    // want `compile "!w": "w" at byte 1: bad char in struct format`
	structpack.AppendPack(nil, "!w", 1)         // want `compile "!w"`
	structpack.PackInto("!w", buf, 0, 1)        // want `compile "!w"`
	structpack.Unpack("!w", buf)                // want `compile "!w"`
	structpack.UnpackFrom("!w", buf, 0)         // want `compile "!w"`
	structpack.IterUnpack("!w", buf)            // want `compile "!w"`
	structpack.CalcSize("!w")                   // want `compile "!w"`
	structpack.Compile("!w")                    // want `compile "!w"`
	structpack.MustCompile("!w")                // want `compile "!w"`
	structpack.CompileFor(structpack.LP64, "w") // want `compile "w": "w" at byte 0: bad char in struct format`
	structpack.MustCodec[int32]("!w")           // want `compile "!w"`
	frame.NewLayout("!w")                       // want `compile "!w"`
	frame.MustLayout("!w", frame.LengthAt(1))   // want `compile "!w"`
	(structpack.MustCompile)(("!w"))            // want `compile "!w"`
}

func everyMistake() {
	structpack.CalcSize("i 12")                     // want `compile "i 12": "12" at byte 2: repeat count given without format specifier`
	structpack.CalcSize(" <i")                      // want `compile " <i": "<" at byte 1: bad char in struct format`
	structpack.CalcSize("<n")                       // want `compile "<n": "n" at byte 1: bad char in struct format`
	structpack.CalcSize("Z f")                      // want `compile "Z f": "Z " at byte 0: bad char in struct format`
	structpack.CalcSize("i\x00")                    // want `embedded null character`
	structpack.CalcSize("ié")                       // want `non-ASCII character in struct format`
	structpack.CalcSize("99999999999999999999999b") // want `total struct size too long`
	structpack.CalcSize("9223372036854775807sh")    // want `total struct size too long`
}

func constants(buf []byte) {
	structpack.Unpack(header, buf)
	structpack.UnpackFrom(header, buf, 0) // which is reported once, where it is written
	structpack.Unpack(body, buf)
	structpack.Unpack(string(order)+`
		w`, buf) // want `compile ">\\n\\t\\tw": "w" at byte 4: bad char in struct format`
	const local = "!" +
		"hh" +
		"\u0077" // want `compile "!hhw"`
	structpack.Unpack((local), buf)
	structpack.CalcSize(os.DevNull)        // want `compile "[^"]*"`
	structpack.CalcSize("!i" + unused[1:]) // a slice of a constant is none
}

func variables(buf []byte, parameter string) { // want variables:`compiles argument 1`
	structpack.Unpack(assigned, buf)
	structpack.Unpack(reassigned, buf)
	structpack.Unpack(Visible, buf)
	structpack.Unpack(parameter, buf)

	once := "!w" // want `compile "!w"`
	structpack.Unpack(once, buf)
	other := once
	structpack.UnpackFrom(other, buf, 0)

	twice := "!w" // want `compile "!w": "w" at byte 1: bad char in struct format`
	if len(buf) == 4 {
		twice = "!i"
	}
	structpack.Unpack(twice, buf)

	longer := "!w" // want `bad char`
	longer += "i"
	structpack.Unpack(longer, buf)

	var later string
	structpack.Unpack(later, buf)
	later = "!w"

	pointed := "!w"
	*(&pointed) = "!i"
	structpack.Unpack(pointed, buf)

	for _, format := range []string{"!w"} { // want `compile "!w": "w" at byte 1: bad char in struct format`
		structpack.Unpack(format, buf)
	}
}
