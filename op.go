package structpack

import (
	"reflect"

	"example.com/structpack/internal/mem"
)

// An op is what one instruction of a plan does.
type op uint8

const (
	opPad    op = iota // n zero bytes
	opChar             // n values of Go type byte
	opBool             // n values of Go type bool
	opBytes            // one value of n bytes
	opPascal           // one value: a length byte, and n-1 bytes of room

	// The rest take n values each. A long has 4 bytes and an 8-byte Go type.
	opInt8
	opUint8
	opInt16
	opUint16
	opInt32
	opUint32
	opInt64
	opUint64
	opLong
	opULong
	opHalf
	opFloat32
	opFloat64
	opComplex64
	opComplex128

	opRun // n values, each as elem says
)

// An opInfo is what the rest needs to know of an op.
type opInfo struct {
	name   string
	size   int          // of one element in the data
	goType reflect.Type // that Unpack returns
	step   mem.Step     // for package mem, of a value at offset 0
}

func info[T any](name string, size int, width mem.Width) opInfo {
	st := mem.Step{Width: width, Type: mem.TypeOf(*new(T)), Pointer: mem.TypeOf(new(T)), Lo: 1}
	t := reflect.TypeFor[T]()
	if width != mem.Other && width != mem.Bytes && name != "char" { // a char takes no int
		switch k := t.Kind(); {
		case k == reflect.Bool:
			st.Bool = true
		case reflect.Int <= k && k <= reflect.Int64:
			st.SetLimits(1<<(8*size-1), 1<<(8*size-1)-1)
		case reflect.Uint <= k && k <= reflect.Uint64:
			st.SetLimits(0, 1<<(8*size)-1)
		}
	}
	return opInfo{name, size, t, st}
}

var ops = [...]opInfo{
	opPad:        {name: "pad", size: 1},
	opChar:       info[byte]("char", 1, mem.Byte),
	opBool:       info[bool]("bool", 1, mem.Byte),
	opBytes:      info[[]byte]("bytes", 1, mem.Bytes),
	opPascal:     info[[]byte]("pascal", 1, mem.Other),
	opInt8:       info[int8]("int8", 1, mem.Byte),
	opUint8:      info[uint8]("uint8", 1, mem.Byte),
	opInt16:      info[int16]("int16", 2, mem.Word16),
	opUint16:     info[uint16]("uint16", 2, mem.Word16),
	opInt32:      info[int32]("int32", 4, mem.Word32),
	opUint32:     info[uint32]("uint32", 4, mem.Word32),
	opInt64:      info[int64]("int64", 8, mem.Word64),
	opUint64:     info[uint64]("uint64", 8, mem.Word64),
	opLong:       info[int64]("long", 4, mem.Other),
	opULong:      info[uint64]("ulong", 4, mem.Other),
	opHalf:       info[float32]("half", 2, mem.Other),
	opFloat32:    info[float32]("float32", 4, mem.Word32),
	opFloat64:    info[float64]("float64", 8, mem.Word64),
	opComplex64:  info[complex64]("complex64", 8, mem.Other),
	opComplex128: info[complex128]("complex128", 16, mem.Other),
	opRun:        {name: "run"},
}

// opOf returns the op for the bytes and the Go type of an item. The Go type
// follows from the format alone: for l it is int32 in standard mode and int64
// in native mode, also where a native long has 4 bytes.
func opOf(it *item) op {
	signed := it.code.kind == kindSigned
	switch {
	case !it.wide:
		return it.code.op
	case it.elem == 4 && signed:
		return opLong
	case it.elem == 4:
		return opULong
	case signed:
		return opInt64
	}
	return opUint64
}
