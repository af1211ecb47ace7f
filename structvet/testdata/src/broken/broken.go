// Package broken does not compile. What is known of it is checked.
package broken

import (
	"example.com/structpack"
	"example.com/structpack/frame"
	"example.com/structpack/missing"
)

type itself struct {
	A     uint8
	Again itself
}

type twice [2]twice

type endless []endless

type half struct {
	A missing.Type
	B undeclared
}

const loop = loop + "w"

var around = back
var back = around

func calls(data []byte, m missing.Type, a [missing.N]byte, f func(), end endless) {
	structpack.Pack("!B", 300) // want `'B' format requires`
	structpack.Pack("!B", undeclared)
	structpack.Pack("!B", m)
	structpack.Pack("!B", m.Field, missing.F()) // want `pack expected 1 items`
	structpack.Pack("4s", a)
	structpack.Pack("4s", end)
	structpack.Pack("!B", f())
	structpack.Pack()
	structpack.Pack(1, 2)
	structpack.Pack(loop, 1)
	structpack.Pack(around, 1)
	structpack.Pack(undeclared, 1)
	structpack.PackInto("!B")
	structpack.CompileFor("!w")
	structpack.Unpack("!w") // want `compile "!w"`
	structpack.Missing("!w")
	structpack.MustCompile("!B").Missing(1)
	structpack.MustCompile("!B").Scan()
	structpack.MustCompile("!B").Scan(data, undeclared, m) // want `scan expected 1 destinations`
	structpack.MustCompile("!B").Scan(data, &a)
	structpack.MustCompile("!w" + 1)
	structpack.MustCompile('w')
	structpack.MustCodec[itself]("!BBB")
	structpack.MustCodec[twice]("!BBB")
	structpack.MustCodec[endless]("!BBB") // want `field broken.endless of type broken.endless cannot take uint8`
	structpack.MustCodec[half]("!BB")
	structpack.MustCodec[undeclared]("!BB")
	structpack.MustCodec("!BB")
	structpack.MustCodec[int8, int8]("!BB")
	structpack.NewCodec[int8]()
	structpack.NewCodec[int8](around)
	structpack.MustCompile[int8]("!B")
	frame.MustLayout()
	frame.MustLayout("!BH", frame.LengthAt())
	frame.MustLayout("!BH", frame.LengthAt("x"))
	frame.MustLayout("!BH", undeclared)
	frame.Encode()
	frame.Encode(nil, around, nil, nil)
	values, err := structpack.Unpack("!HB", data)
	_ = values[0].(undeclared)
	_ = values[undeclared].(uint16)
	_ = values["x"].(uint16)
	_ = values[9999999999999999999999].(uint16)
	_ = values[0].(string) // want `value 0 \('H' at byte 1\) has type uint16, never string`
	switch values[0].(type) {
	case undeclared, 1:
	}
	for range structpack.IterUnpack {
	}
	a, b := data
	_, _ = structpack.Pack("!w", 1), around.(int) // want `compile "!w"`
}

func (structpack.Struct) method(format string, values ...any) { structpack.Pack(format, values...) } // want method:`packs argument 0 from argument 1`

func (undeclared) method(format string, values ...any) { structpack.Pack(format, values...) } // want method:`packs argument 0 from argument 1`

func unnamed(string, ...any) {}

func spread(format string, values ...any) { structpack.Pack(values...) }
