package native

import "example.com/structpack"

//go:generate go run example.com/structpack/cmd/structpack gen -type Record -format "@bhxd3s2I0q" -abi ilp32-be

// Record has the bytes of "@bhxd3s2I0q": 32 bytes, 6 values, big-endian, native sizes and alignment of ilp32-be.
type Record struct {
	Kind  int8
	Type  int16
	Value float64
	Name  [3]byte
	List  [2]uint32
}

var recordCodec = func() *structpack.Codec[Record] {
	s, err := structpack.CompileFor(structpack.ILP32BigEndian, "@bhxd3s2I0q")
	if err != nil {
		panic(err)
	}
	c, err := structpack.NewCodec[Record](s)
	if err != nil {
		panic(err)
	}
	return c
}()

// Read reads the record at an offset of data.
func Read(data []byte, offset int) (r Record, err error) {
	err = recordCodec.UnpackFrom(data, offset, &r)
	return r, err
}

// Write appends the record to dst.
func Write(dst []byte, r *Record) ([]byte, error) { return recordCodec.AppendPack(dst, r) }

// Scan is Read without a Codec: into variables, one for each value or array.
func Scan(data []byte, offset int) (r Record, err error) {
	err = recordCodec.Struct().ScanFrom(data, offset, &r.Kind, &r.Type, &r.Value, &r.Name, &r.List)
	return r, err
}
