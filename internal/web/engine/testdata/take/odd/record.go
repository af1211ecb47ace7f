package odd

import "example.com/structpack"

//go:generate go run example.com/structpack/cmd/structpack gen -type Record -format "<3c2?F5p0H2e\tlZd"

// Record has the bytes of "<3c2?F5p0H2e\tlZd": 42 bytes, 11 values, little-endian, standard sizes, no alignment.
type Record struct {
	Value0  [3]byte
	Value3  [2]bool
	Value5  complex64
	Value6  []byte
	Value7  [0]uint16
	Value7_ [2]float32
	Value9  int32
	Value10 complex128
}

var recordCodec = structpack.MustCodec[Record]("<3c2?F5p0H2e\tlZd")

// Read reads the record at an offset of data.
func Read(data []byte, offset int) (r Record, err error) {
	err = recordCodec.UnpackFrom(data, offset, &r)
	return r, err
}

// Write appends the record to dst.
func Write(dst []byte, r *Record) ([]byte, error) { return recordCodec.AppendPack(dst, r) }

// Scan is Read without a Codec: into variables, one for each value or array.
func Scan(data []byte, offset int) (r Record, err error) {
	err = recordCodec.Struct().ScanFrom(data, offset, &r.Value0, &r.Value3, &r.Value5, &r.Value6, &r.Value7, &r.Value7_, &r.Value9, &r.Value10)
	return r, err
}
