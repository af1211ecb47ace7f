// Written by structpack port from "calls.jsonl", "vary.jsonl". It is yours to change.

package wire

import (
	"fmt"

	"example.com/structpack"
)

// String is "<f" in Python:
//
//	<string>:1, unpack
//
// The source has no names for 1 of its fields. To scan the values without a type:
//
//	var v0 float32
//	err := structpack.MustCompile("<f").Scan(data, &v0)
type String struct {
	V0 float32 // f at offset 0
}

var stringCodec = structpack.MustCodec[String]("<f")

// Frame is "!IH" in Python:
//
//	program.py:23, pack in Frame.send
type Frame struct {
	Seq     uint32 // I at offset 0
	LenBody uint16 // H at offset 4
}

var frameCodec = structpack.MustCodec[Frame]("!IH")

// Header is "!HBI" in Python:
//
//	program.py:35, unpack in parse
//	program.py:50, pack in main
type Header struct {
	MsgID uint16 // H at offset 0
	Kind  uint8  // B at offset 2
	Size  uint32 // I at offset 3
}

var headerCodec = structpack.MustCodec[Header]("!HBI")

// Pair is "<BB" in Python:
//
//	program.py:40, unpack in pair
type Pair struct {
	First  uint8 // B at offset 0
	Second uint8 // B at offset 1
}

var pairCodec = structpack.MustCodec[Pair]("<BB")

// Child is "<q" in Python:
//
//	program.py:44, pack in child
//
// The source has no names for 1 of its fields. To scan the values without a type:
//
//	var v0 int64
//	err := structpack.MustCompile("<q").Scan(data, &v0)
type Child struct {
	V0 int64 // q at offset 0
}

var childCodec = structpack.MustCodec[Child]("<q")

// Point is "<hh" in Python:
//
//	program.py:53, unpack in main
type Point struct {
	X int16 // h at offset 0
	Y int16 // h at offset 2
}

var pointCodec = structpack.MustCodec[Point]("<hh")

// Program is ">HH" in Python:
//
//	program.py:54, unpack in main
type Program struct {
	Left  uint16 // H at offset 0
	Right uint16 // H at offset 2
}

var programCodec = structpack.MustCodec[Program](">HH")

// Program2 is "<IHB" in Python:
//
//	program.py:56, unpack_from in main
//
// The source has no names for 1 of its fields. To scan the values without a type:
//
//	var address uint32
//	var port uint16
//	var v2 uint8
//	err := structpack.MustCompile("<IHB").Scan(data, &address, &port, &v2)
type Program2 struct {
	Address uint32 // I at offset 0
	Port    uint16 // H at offset 4
	V2      uint8  // B at offset 6
}

var program2Codec = structpack.MustCodec[Program2]("<IHB")

// Program3 is "<Q" in Python:
//
//	program.py:58, unpack in main
type Program3 struct {
	One uint64 // Q at offset 0
}

var program3Codec = structpack.MustCodec[Program3]("<Q")

// Program4 is "<HB" in Python:
//
//	program.py:60, iter_unpack in main
type Program4 struct {
	Key   uint16 // H at offset 0
	Value uint8  // B at offset 2
}

var program4Codec = structpack.MustCodec[Program4]("<HB")

// Program5 is "<H" in Python:
//
//	program.py:62, iter_unpack in main
//
// The source has no names for 1 of its fields. To scan the values without a type:
//
//	var v0 uint16
//	err := structpack.MustCompile("<H").Scan(data, &v0)
type Program5 struct {
	V0 uint16 // H at offset 0
}

var program5Codec = structpack.MustCodec[Program5]("<H")

// Program6 is "<HB" in Python:
//
//	program.py:66, pack_into in main
type Program6 struct {
	One  uint16 // H at offset 0
	Port uint8  // B at offset 2
}

var program6Codec = structpack.MustCodec[Program6]("<HB")

// Program7 is "<B" in Python:
//
//	program.py:68, pack in main
//
// The source has no names for 1 of its fields. To scan the values without a type:
//
//	var v0 uint8
//	err := structpack.MustCompile("<B").Scan(data, &v0)
type Program7 struct {
	V0 uint8 // B at offset 0
}

var program7Codec = structpack.MustCodec[Program7]("<B")

// Program8 is "<hh" in Python:
//
//	program.py:68, pack in main
//
// The source has no names for 2 of its fields. To scan the values without a type:
//
//	var v0 int16
//	var v1 int16
//	err := structpack.MustCompile("<hh").Scan(data, &v0, &v1)
type Program8 struct {
	V0 int16 // h at offset 0
	V1 int16 // h at offset 2
}

var program8Codec = structpack.MustCodec[Program8]("<hh")

// Program9 is "<d" in Python:
//
//	program.py:81, pack in main
//
// The source has no names for 1 of its fields. To scan the values without a type:
//
//	var v0 float64
//	err := structpack.MustCompile("<d").Scan(data, &v0)
type Program9 struct {
	V0 float64 // d at offset 0
}

var program9Codec = structpack.MustCodec[Program9]("<d")

// Vary is "!L%ds%ds" in Python:
//
//	vary.py:3, pack in encode
//	vary.py:5, unpack in decode
type Vary struct {
	Flags uint32 // L
	Key   []byte // %ds
	Value []byte // %ds
}

// AppendBinary packs v and appends it to dst.
func (v *Vary) AppendBinary(dst []byte) ([]byte, error) {
	return structpack.AppendPack(dst, fmt.Sprintf("!L%ds%ds", len(v.Key), len(v.Value)), v.Flags, v.Key, v.Value)
}

// Unpack unpacks data. Its format has the given counts.
func (v *Vary) Unpack(data []byte, nKey, nValue int) error {
	s, err := structpack.Compile(fmt.Sprintf("!L%ds%ds", nKey, nValue))
	if err != nil {
		return err
	}
	return s.Scan(data, &v.Flags, &v.Key, &v.Value)
}

// Numbers is "<%dH" in Python:
//
//	vary.py:8, pack in numbers
type Numbers struct {
	Xs []uint16 // %dH
}

// AppendBinary packs v and appends it to dst.
func (v *Numbers) AppendBinary(dst []byte) ([]byte, error) {
	var values []any
	for _, x := range v.Xs {
		values = append(values, x)
	}
	return structpack.AppendPack(dst, fmt.Sprintf("<%dH", len(v.Xs)), values...)
}

// Unpack unpacks data. Its format has the given counts.
func (v *Numbers) Unpack(data []byte, nXs int) error {
	s, err := structpack.Compile(fmt.Sprintf("<%dH", nXs))
	if err != nil {
		return err
	}
	return s.Scan(data, &v.Xs)
}

// Places without a type:
//
//	program.py:69, pack in main.<locals>.<lambda> "!HBI": all of its calls failed
//	program.py:69, unpack in main.<locals>.<lambda> "<I": all of its calls failed
//	program.py:69, pack in main.<locals>.<lambda> "B": all of its calls failed
//	program.py:69, pack in main.<locals>.<lambda> "y": structpack: compile "y": "y" at byte 0: bad char in struct format
