// Package cut packs text that is longer than its room.
package cut

import "example.com/structpack"

const name = "a long name"

func calls(s string, buf []byte) {
	structpack.Pack("4s", "hello")                      // want `pack "4s": value 0 \('s' at byte 0\): the constant of 5 bytes is cut to 4`
	structpack.Pack("!H4s", 1, name)                    // want `pack "!H4s": value 1 \('s' at byte 2\): the constant of 11 bytes is cut to 4`
	structpack.Pack("4p", "hello")                      // want `pack "4p": value 0 \('p' at byte 0\): the constant of 5 bytes is cut to 3`
	structpack.Pack("p", "h")                           // want `the constant of 1 bytes is cut to 0`
	structpack.Pack("0s0p", "h", "h")                   // want `value 0 .* is cut to 0` `value 1 .* is cut to 0`
	structpack.Pack("2s", []byte("abc"))                // want `the constant of 3 bytes is cut to 2`
	structpack.MustCompile("2s").PackInto(buf, 0, "é!") // want `pack_into "2s": value 0 \('s' at byte 0\): the constant of 3 bytes is cut to 2`

	structpack.Pack("5s6p", "hello", "hello")
	structpack.Pack("1000000000s", "hello")
	structpack.Pack("4s", s)
	structpack.Pack("4s", []byte(s))
	structpack.Pack("2s", "é")
	structpack.Pack("?", "hello")
	structpack.Pack("0s0p", "", "")
}
