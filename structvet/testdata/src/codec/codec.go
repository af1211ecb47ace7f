// Package codec has types that do not meet the formats of their codecs.
package codec

import (
	"example.com/structpack"
	"example.com/structpack/frame"
)

type ports struct {
	Source, Destination uint16
}

type narrow struct {
	Source      uint16
	Destination uint8
}

type embedding struct {
	ports
	Length uint16
	Tail   [2]struct{ A, B uint8 }
	_      [100]string
	Note   map[string]int `structpack:"-"`
}

type unexported struct {
	A uint8
	b uint8
}

type text struct {
	A [4]byte
	B []byte
	C string
}

type wide struct {
	A int // which has 4 bytes or 8
	B uint
}

var (
	_ = structpack.MustCodec[ports]("!HH")
	_ = structpack.MustCodec[ports]("!2H")
	_ = structpack.MustCodec[ports]("!H")       // want `codec "!H": no value is left for field codec.ports.Destination`
	_ = structpack.MustCodec[ports]("!HHI")     // want `codec "!HHI": value 2 \('I' at byte 3\): codec.ports has no field for this value; the format has 3`
	_ = structpack.MustCodec[ports]("!HI")      // want `codec "!HI": value 1 \('I' at byte 2\): field codec.ports.Destination of type uint16 cannot take uint32`
	_ = structpack.MustCodec[narrow]("!HH")     // want `value 1 \('H' at byte 2\): field codec.narrow.Destination of type uint8 cannot take uint16`
	_ = structpack.MustCodec[*ports]("!HH")     // want `field \*codec.ports of type \*codec.ports cannot take uint16`
	_ = structpack.MustCodec[unexported]("!BB") // want `value 1 \('B' at byte 2\): field codec.unexported.b is not exported`
	_ = structpack.MustCodec[embedding]("!3H4B")
	_ = structpack.MustCodec[embedding]("!3H3BH") // want `value 6 \('H' at byte 5\): field codec.embedding.Tail\[1\].B of type uint8 cannot take uint16`
	_ = structpack.MustCodec[text]("4s8s3p")
	_ = structpack.MustCodec[text]("5s8s3p") // want `value 0 \('s' at byte 0\): field codec.text.A of type \[4\]byte cannot take \[\]uint8`
	_ = structpack.MustCodec[int32](">i")
	_ = structpack.MustCodec[int16](">i")     // want `field int16 of type int16 cannot take int32`
	_ = structpack.MustCodec[[2]uint16](">i") // want `field \[2\]uint16 of type \[2\]uint16 cannot take int32`
	_ = structpack.MustCodec[wide]("!iI")
	_ = structpack.MustCodec[wide]("!HI")
	_ = structpack.MustCodec[wide]("!ii")                // want `field codec.wide.B of type uint cannot take int32`
	_ = structpack.MustCodec[[1 << 40]struct{}]("!I")    // want `type \[1099511627776\]struct{} has more than 65536 fields and elements of arrays`
	_ = structpack.MustCodec[[1 << 62][3]struct{}]("!I") // want `has more than 65536 fields and elements of arrays`
	_ = structpack.MustCodec[struct{ A []uint16 }]("<3H")
	_ = structpack.MustCodec[struct { // want `field struct{A uint16; B \[\]uint16}.B of type \[\]uint16 cannot begin inside an item`
		A uint16
		B []uint16
	}]("<3H")
)

var header = structpack.MustCompile("!HB")

type one struct{ A uint8 }

func newCodec(f *frame.Layout) {
	structpack.NewCodec[ports](header)
	structpack.NewCodec[one](header) // want `codec "!HB": value 0 \('H' at byte 1\): field codec.one.A of type uint8 cannot take uint16`
	s, err := structpack.CompileFor(structpack.ILP32, "hl")
	if err != nil {
		return
	}
	structpack.NewCodec[struct {
		A int16
		B int64
	}](s)
	structpack.NewCodec[struct {
		A int16
		B int32
	}](s)
	structpack.NewCodec[struct { // want `field struct{A int16; B int16}.B of type int16 cannot take int64`
		A, B int16
	}](s)
	structpack.NewCodec[one](structpack.MustCodec[narrow]("!HB").Struct()) // want `codec "!HB"`
	structpack.NewCodec[one](f.Header())
	l := frame.MustLayout("!HB", frame.LengthAt(0))
	structpack.NewCodec[one](l.Header()) // want `codec "!HB"`
	frame.Encode(nil, l, &narrow{}, nil)
	frame.Encode(nil, l, &one{}, nil)      // want `codec "!HB": value 0`
	frame.Encode[one](nil, l, &one{}, nil) // want `codec "!HB"`
	frame.Encode(nil, f, &one{}, nil)
}

func generic[T any, S ~[]byte](s *structpack.Struct) {
	structpack.MustCodec[T]("!H")
	structpack.NewCodec[struct{ A T }](header)
	structpack.MustCodec[S]("4s")
	type local struct{ A, B T }
	structpack.MustCodec[local]("!HB")
	structpack.MustCodec[[]T]("!4H")
	structpack.MustCodec[int8]("!H") // want `cannot take uint16`
}
