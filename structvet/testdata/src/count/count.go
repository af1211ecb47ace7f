// Package count packs too few values, and too many.
package count

import "example.com/structpack"

var header = structpack.MustCompile("!HBx2I")

func two() (int, int)             { return 1, 2 }
func pair() (string, int)         { return "!H", 1 }
func some() []any                 { return []any{1, 2} }
func three() (a, b int, c []byte) { return 1, 2, nil }

func calls(buf []byte) {
	structpack.Pack("!HB", 1)                // want `pack "!HB": pack expected 2 items for packing \(got 1\)`
	structpack.Pack("!HB", 1, 2, 3)          // want `pack "!HB": pack expected 2 items for packing \(got 3\)`
	structpack.Pack("!HB")                   // want `pack "!HB": pack expected 2 items for packing \(got 0\)`
	structpack.Pack("", 1)                   // want `pack "": pack expected 0 items for packing \(got 1\)`
	structpack.AppendPack(buf, "!HB", 1)     // want `pack "!HB": pack expected 2 items for packing \(got 1\)`
	structpack.PackInto("!HB", buf, 0, 1)    // want `pack_into "!HB": pack_into expected 2 items for packing \(got 1\)`
	structpack.Pack("1000000000B", 1)        // want `pack expected 1000000000 items for packing \(got 1\)`
	header.Pack(1, 2, 3)                     // want `pack "!HBx2I": pack expected 4 items for packing \(got 3\)`
	header.AppendPack(buf, 1, 2, 3, 4, 5)    // want `pack "!HBx2I": pack expected 4 items for packing \(got 5\)`
	header.PackInto(buf, 0, 1, 2, 3)         // want `pack_into "!HBx2I": pack_into expected 4 items for packing \(got 3\)`
	structpack.MustCompile("3s2p").Pack("a") // want `pack "3s2p": pack expected 2 items for packing \(got 1\)`
	header.Pack(two())                       // want `pack "!HBx2I": pack expected 4 items for packing \(got 2\)`
	header.Pack(
		1,
		2,
		3,
	) // want `pack expected 4 items for packing \(got 3\)`
	header.Pack(
		1,
		2,
		3,
		4,
		5, // want `pack expected 4 items for packing \(got 6\)`
		6,
	)
}

func right(buf []byte, values ...any) { // want right:`packs "!HB" from argument 1`
	structpack.Pack("")
	structpack.Pack("4x 0i")
	structpack.Pack("!HB", 1, 2)
	structpack.Pack("!HB", some()...) // a spread slice has any length
	structpack.Pack("!HB", values...)
	structpack.Pack(pair())
	structpack.Pack("5s", "abcde")
	header.Pack(1, 2, 3, 4)
	header.PackInto(buf, 0, 1, 2, 3, 4)
	structpack.MustCompile("!HB").Pack(two())
	structpack.MustCompile("!HB4s").Pack(three())
	(*structpack.Struct).Pack(header, 1, 2, 3, 4)
}

func results(data []byte) {
	values, err := structpack.Unpack("!HB", data)
	if err != nil || len(values) != 2 {
		return
	}
	_ = values[1]
	_ = values[2] // want `unpack "!HB": there is no value 2; the format has 2`
	more, _ := header.AppendUnpack(nil, data)
	_ = more[4] // want `unpack "!HBx2I": there is no value 4; the format has 4`
	behind, _ := header.AppendUnpack(values, data)
	_ = behind[5]
}
