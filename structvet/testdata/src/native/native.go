// Package native has formats without a prefix. It is checked with -native.
package native

import "example.com/structpack"

const header = "4sHI" // want `format "4sHI" has no prefix: its sizes, alignment and byte order are those of the machine; write @ if that is meant, else <, > or !`

func calls(buf []byte) {
	structpack.Unpack(header, buf)
	structpack.Pack("b0l", 1)        // want `format "b0l" has no prefix`
	structpack.MustCompile("hhl")    // want `format "hhl" has no prefix`
	structpack.MustCodec[int32]("i") // want `format "i" has no prefix`

	structpack.Pack("@I", 1)
	structpack.Pack("=I", 1)
	structpack.Pack("<I", 1)
	structpack.Pack("")
	structpack.Pack("4s3B2xc?p", "abcd", 1, 2, 3, "x", true, "")
	structpack.Pack("nI", 1, 2) // n exists in native formats only
	structpack.CompileFor(structpack.ILP32, "hhl")
}
