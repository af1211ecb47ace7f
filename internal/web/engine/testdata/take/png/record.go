package png

import "example.com/structpack"

//go:generate go run example.com/structpack/cmd/structpack gen -type Record -format ">8sI4s2I5BI"

// Record has the bytes of ">8sI4s2I5BI": 33 bytes, 11 values, big-endian, standard sizes, no alignment.
type Record struct {
	Signature   [8]byte
	Length      uint32
	Type        [4]byte
	Width       uint32
	Height      uint32
	Depth       uint8
	Color       uint8
	Compression uint8
	Filter      uint8
	Interlace   uint8
	Crc         uint32
}

var recordCodec = structpack.MustCodec[Record](">8sI4s2I5BI")

// Read reads the record at an offset of data.
func Read(data []byte, offset int) (r Record, err error) {
	err = recordCodec.UnpackFrom(data, offset, &r)
	return r, err
}

// Write appends the record to dst.
func Write(dst []byte, r *Record) ([]byte, error) { return recordCodec.AppendPack(dst, r) }

// Scan is Read without a Codec: into variables, one for each value or array.
func Scan(data []byte, offset int) (r Record, err error) {
	err = recordCodec.Struct().ScanFrom(data, offset, &r.Signature, &r.Length, &r.Type, &r.Width, &r.Height, &r.Depth, &r.Color, &r.Compression, &r.Filter, &r.Interlace, &r.Crc)
	return r, err
}
