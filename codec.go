package structpack

import (
	"bufio"
	"bytes"
	"io"
	"iter"
	"math"
	"reflect"
	"slices"

	"example.com/structpack/internal/mem"
)

// A Codec packs and unpacks values of the Go type T by a format, without
// putting them into interfaces. It is immutable and safe for concurrent use.
//
// T is a struct, whose fields in order take the values of the format, or any
// other type for a format of one item. Nested and embedded structs are
// flattened. A field called _, or with the tag `structpack:"-"`, takes no value: bytes
// that are there to be passed over are x in a written format. The rules are these:
//
//   - an integer, float or complex field must be able to hold every value of its
//     code: int64 does for I, int32 does not. If it can hold others, packing
//     checks the range. The exception is a complex128 for F or Zf in the byte order of the
//     ABI: a part that is too large becomes infinite, as it does in Pack. The codes l, L,
//     n, N and P of native mode may have 64 bits, and want a field that has them, on
//     every machine, unless [CompileFor] named the ABI;
//   - an array takes as many values as it is long: 4H meets [4]uint16, or four fields.
//     An array of structs takes the values of all their fields: a group that a format
//     repeats, 12 records of 3 fields say, is [12]struct{ … };
//   - a slice takes the values of one item with a repeat count, and must be that
//     long when it is packed. It takes 0H, too, without elements. Where no slice is in its
//     place, an item with a count of 0 takes nothing;
//   - s meets [N]byte of exactly the length, []byte or string; p the last two.
//
// # Formats made from the type
//
// A format that is only a prefix, <, >, !, = or @, is made from T; [Codec.Struct] has
// it. T is one of the types below, an array of them, or a struct with such fields, nested
// as deep as it likes; types with names of their own are the same. These are the types of
// encoding/binary, and after <, >, ! and = the bytes are the same, too. Three things are
// otherwise: a T that is a slice is an error, because AppendPackSlice is for those; a field
// that is not exported is one, where encoding/binary only cannot read it; and a
// signalling NaN stays as it is.
//
// After @ the bytes are as in the C struct with the same members, for the
// ABI of the format: every member is aligned, and the struct is padded at its end, as
// structs in it are.
//
//	bool ?      int8 b   int16 h   int32 i   int64 q      float32 f   complex64 F    [4]byte 4s
//	            uint8 B  uint16 H  uint32 I  uint64 Q     float64 d   complex128 D   [4]uint16 4H
//
// Here a field called _ is padding of its size, and one with the tag "-" is not there. A
// tag names the code where the type does not:
//
//	Name  string  `structpack:"16s"`      // or a []byte
//	Path  string  `structpack:"16s,cstr"` // a C string: cut at its first NUL
//	Ratio float32 `structpack:"e"`
//	Count int     `structpack:"I"`         // where an int has 64 bits; "i" everywhere
//	Sizes []int   `structpack:"3H"`
//
// Packing a field with cstr pads it with NULs, and refuses a string that does not
// fit with one after it, or has one in it. A format may be given next to tags; they must agree.
//
// # What costs what
//
// NewCodec takes 0.2 to 0.5 µs a field, some hundred times as long as Unpack, and at the
// start of a program ten times that: a Codec belongs in a variable. The first batch takes
// some microseconds more, once.
// Fields that are exactly as wide as their codes, and integers that are wider,
// only move bytes, many at a time where the processor can. Other floats, strings
// and slices cost a conversion each.
//
// Unpacking into a T writes into the slices that are in it, if they have the capacity. A
// copy of the T made before has the same slices, so their elements change: clone them to
// keep them. This is so for what All yields, too. AppendUnpackSlice makes new slices.
//
// Bytes and Go values that are given to one call must not share memory. The zero Codec
// is not usable.
type Codec[T any] struct{ binding }

// NewCodec binds the type T to a compiled format, which may be for another ABI, see
// [CompileFor]. If the format is only a prefix, it is made from T. MustCodec is the
// short form for variables of a package, for the ABI of the host:
//
//	var header = structpack.MustCodec[Header]("!")
//	var foreign = structpack.Must(structpack.NewCodec[Header](structpack.Must(structpack.CompileFor(structpack.ILP32, "@"))))
//
// The error, if any, is an *Error that names the field and the place in the format. It
// wraps ErrCount if there are too many or too few fields; ErrType if a field cannot take
// its value, is not exported or has a wrong tag, if no format can be made from T, or if T has more than
// 65536 fields and elements of arrays of structs or of arrays; and ErrBuffer if a slice in T
// would be too large to allocate.
//
// The methods of a Codec return an *Error that wraps ErrRange for a value that its code
// cannot hold, ErrCount for a slice of another length, ErrBuffer for a wrong
// length or offset or a result that is too large, and ErrType for a nil pointer. Unpacking
// can only fail for the last two: all bytes mean something.
func NewCodec[T any](s *Struct) (*Codec[T], error) {
	c := new(Codec[T])
	if err := c.bind(s, reflect.TypeFor[T](), mem.CanMove); err != nil {
		return nil, err
	}
	return c, nil
}

// MustCodec is Compile and NewCodec for a format and a type known to match: it panics
// where one of them returns an error.
func MustCodec[T any](format string) *Codec[T] {
	return Must(NewCodec[T](MustCompile(format)))
}

// Must returns v, or panics if err is not nil. It is for variables that NewCodec and
// CompileFor initialize.
func Must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

// Struct returns the compiled format.
func (c *Codec[T]) Struct() *Struct { return c.s }

// Size returns the size of a packed T in bytes.
func (c *Codec[T]) Size() int { return c.s.size }

// Pack packs *v into a new slice.
func (c *Codec[T]) Pack(v *T) ([]byte, error) { return c.AppendPack(nil, v) }

// AppendPack packs *v and appends it to dst. After an error it returns dst as
// it was.
func (c *Codec[T]) AppendPack(dst []byte, v *T) ([]byte, error) {
	if n := len(dst); v != nil && cap(dst)-n >= c.quickPack.size {
		dst = dst[:n+c.quickPack.size]
		mem.PackSteps(c.quickPack.steps, dst, n, v)
		return dst, nil
	}
	return c.appendPack(dst, mem.ValueOf(v))
}

// PackInto packs *v into buf, from offset on. A negative offset counts from the
// end of buf. After an error buf is as it was.
func (c *Codec[T]) PackInto(buf []byte, offset int, v *T) error {
	if v != nil && offset >= 0 && len(buf)-offset >= c.quickPack.size {
		mem.PackSteps(c.quickPack.steps, buf, offset, v)
		return nil
	}
	return c.packInto(buf, offset, mem.ValueOf(v))
}

// Unpack unpacks data, which must have exactly c.Size() bytes, into *v. Nothing
// in *v aliases data; the capacity of slices that are in *v is reused. After an
// error *v is as it was.
func (c *Codec[T]) Unpack(data []byte, v *T) error {
	if v != nil && len(data) == c.quickUnpack.size {
		mem.UnpackSteps(c.quickUnpack.steps, v, data, 0)
		return nil
	}
	return c.unpackAll(data, mem.ValueOf(v))
}

// UnpackFrom unpacks the structure at offset in data into *v; what is before
// and after it is ignored. A negative offset counts from the end of data.
func (c *Codec[T]) UnpackFrom(data []byte, offset int, v *T) error {
	if v != nil && offset >= 0 && len(data)-offset >= c.quickUnpack.size {
		mem.UnpackSteps(c.quickUnpack.steps, v, data, offset)
		return nil
	}
	return c.unpackFrom(data, offset, mem.ValueOf(v))
}

// AppendPackSlice packs all of vs, one after the other, and appends them to
// dst. After an error, which says for which of vs, it returns dst as it was. Beyond the
// capacity of dst it allocates at most as much as Pack does for one structure, 1 GiB
// (256 MiB where an int has 32 bits): to pack more, pass a dst that has the room.
func (c *Codec[T]) AppendPackSlice(dst []byte, vs []T) ([]byte, error) {
	return c.appendPackRows(dst, mem.RowsOf(vs), len(vs))
}

// AppendUnpackSlice unpacks all structures in data, whose length must be a
// multiple of c.Size(), and appends them to dst. After an error it returns dst
// as it was.
func (c *Codec[T]) AppendUnpackSlice(dst []T, data []byte) ([]T, error) {
	if err := c.s.whole(data); err != nil {
		return dst, err
	}
	n, more := len(dst), len(data)/c.s.size
	if size := int(c.typ.Size()); size > 0 && more > cap(dst)-n && more > math.MaxInt/2/size-n {
		return dst, c.s.fail("unpack", ErrBuffer, "%d structures of %d bytes in Go are too large to allocate", more, size)
	}
	dst = slices.Grow(dst, more)[:n+more]
	vs := dst[n:]
	if c.keeps {
		clear(vs) // of what was there before, memory that slices point to may be in use
	}
	c.unpackRows(mem.RowsOf(vs), more, data)
	return dst, nil
}

// All returns an iterator over the structures in data, whose length must be a
// multiple of c.Size(), with their numbers. It unpacks all of them into the same
// T, which is the caller's until the next one: to keep records, copy them and the slices
// in them, or call AppendUnpackSlice, which makes new ones. It may unpack some
// ahead: data must not change until the end.
func (c *Codec[T]) All(data []byte) (iter.Seq2[int, *T], error) {
	if err := c.s.whole(data); err != nil {
		return nil, err
	}
	n, size := len(data)/c.s.size, c.s.size
	return func(yield func(int, *T) bool) {
		var v T
		if c.ahead == 0 {
			for i := range n {
				c.unpack(data[i*size:][:size], mem.ValueOf(&v))
				if !yield(i, &v) {
					return
				}
			}
			return
		}
		ahead := make([]T, min(n, c.ahead))
		for i := 0; i < n; i += len(ahead) {
			ahead := ahead[:min(n-i, len(ahead))]
			c.unpackRows(mem.RowsOf(ahead), len(ahead), data[i*size:][:len(ahead)*size])
			for j := range ahead {
				v = ahead[j]
				if !yield(i+j, &v) {
					return
				}
			}
		}
	}, nil
}

// Read reads one structure from r into *v, and no byte after it. Each call reads from r
// at least once, so r should be a bufio.Reader where there are many structures: then
// they are unpacked from its buffer without a copy.
//
// The error is io.EOF if r ends before the structure, and io.ErrUnexpectedEOF if r ends
// inside it. After any error *v is as it was. After an error of r that is not its end, a deadline
// say, the part of the structure that has arrived is lost, unless r is a bufio.Reader whose
// buffer has room for the whole: that keeps it for the next call.
func (c *Codec[T]) Read(r io.Reader, v *T) error {
	if v == nil {
		return c.nilPointer("unpack")
	}
	return c.s.read(r, func(b []byte) error { c.unpack(b, mem.ValueOf(v)); return nil })
}

// ReadAt reads the structure at an offset of r into *v, such as a header in a file. The
// error is io.EOF if r ends at the offset or before it, and io.ErrUnexpectedEOF if r ends
// inside the structure. After an error *v is as it was.
func (c *Codec[T]) ReadAt(r io.ReaderAt, off int64, v *T) error {
	if v == nil {
		return c.nilPointer("unpack")
	}
	return c.s.readAt(r, off, func(b []byte) error { c.unpack(b, mem.ValueOf(v)); return nil })
}

// Write packs *v and writes it to w with one call, so w should be a bufio.Writer
// if there are many. In that, and in a bytes.Buffer, *v is packed where the bytes
// stay, if there is room.
func (c *Codec[T]) Write(w io.Writer, v *T) error {
	var room []byte
	switch w := w.(type) {
	case *bufio.Writer:
		room = w.AvailableBuffer()
	case *bytes.Buffer:
		room = w.AvailableBuffer()
	}
	if cap(room) >= c.s.size {
		b, err := c.AppendPack(room, v)
		if err != nil {
			return err
		}
		_, err = w.Write(b)
		return err
	}
	p := buffers.Get().(*buffer)
	defer p.free()
	b, err := c.AppendPack(p.bytes[:0], v)
	if err != nil {
		return err
	}
	p.bytes = b
	_, err = w.Write(b)
	return err
}
