package structpack

import (
	"bufio"
	"bytes"
	"io"
	"iter"
	"reflect"
	"slices"
	"sync"

	"example.com/structpack/internal/mem"
)

// A Codec packs and unpacks values of the Go type T by a format, without
// putting them into interfaces. It is immutable and safe for concurrent use.
//
// T is a struct, whose fields in order take the values of the format, or any
// other type for a format of one item. Nested and embedded structs are
// flattened; fields called _, and those with the tag `structpack:"-"`, are
// skipped. The rules are these:
//
//   - an integer, float or complex field must be able to hold every value of its
//     code: int64 holds those of I, int32 does not. If it can hold others, packing
//     checks the range. The codes l, L, n, N and P of native mode may have 64 bits, and
//     want a field that has them, on every machine;
//   - an array takes as many values as it is long: 4H meets [4]uint16, or four fields;
//   - a slice takes the values of one item with a repeat count, and must be that
//     long when it is packed;
//   - s meets [N]byte of exactly the length, []byte or string; p the last two.
//
// Fields that are exactly as wide as their codes, and integers that are wider,
// only move bytes, many at a time where the processor can. Other floats, strings
// and slices cost a conversion each.
//
// What is unpacked into a T reuses the memory of its slices, and so a copy of that T
// changes with it, one that All yields among others; AppendUnpackSlice makes new ones.
//
// Bytes and Go values that are given to one call must not share memory. The zero Codec
// is not one to use.
type Codec[T any] struct{ binding }

// NewCodec binds the type T to a format. The error, if any, is an *Error that
// names the field and the place in the format: it wraps ErrCount if there are
// too many or too few fields, and ErrType if one cannot take its value.
func NewCodec[T any](s *Struct) (*Codec[T], error) {
	b, err := bind(s, reflect.TypeFor[T](), mem.CanMove)
	if err != nil {
		return nil, err
	}
	return &Codec[T]{*b}, nil
}

// MustCodec is NewCodec for a format and a type known to match: it panics where
// Compile or NewCodec return an error.
func MustCodec[T any](format string) *Codec[T] {
	c, err := NewCodec[T](MustCompile(format))
	if err != nil {
		panic(err)
	}
	return c
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

// AppendPackSlice packs all of vs, one behind the other, and appends them to
// dst. After an error, which says for which of vs, it returns dst as it was.
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
// T, which is the caller's until the next one. It may unpack some ahead: data must
// not change until the end.
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

// buffers are for Read and Write.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Read reads one structure from r into *v, and not a byte more. It takes a call
// of r at least, so r should be a bufio.Reader if there are many; out of that a
// structure is unpacked where it is. The error is io.EOF if r ends before the
// structure, and io.ErrUnexpectedEOF if r ends inside it. After an error *v is as
// it was; after another one than these two a bufio.Reader still has what arrived
// of a structure that fits into its buffer, for the next call.
func (c *Codec[T]) Read(r io.Reader, v *T) error {
	if v == nil {
		return c.nilPointer("unpack")
	}
	if br, ok := r.(*bufio.Reader); ok && c.s.size <= br.Size() {
		b, err := br.Peek(c.s.size)
		switch {
		case err == nil:
			c.unpack(b, mem.ValueOf(v))
		case err != io.EOF:
			return err // a deadline, say: what has arrived of the structure stays in r
		case len(b) > 0:
			err = io.ErrUnexpectedEOF
		}
		br.Discard(len(b))
		return err
	}
	p := buffers.Get().(*[]byte)
	defer buffers.Put(p)
	// The buffer follows what arrives, for the size is the format's say-so.
	const step = 64 << 10
	b := (*p)[:0]
	for len(b) < c.s.size {
		n := len(b)
		b = slices.Grow(b, min(c.s.size-n, max(n, step)))[:min(c.s.size, n+max(n, step))]
		if _, err := io.ReadFull(r, b[n:]); err != nil {
			if err == io.EOF && n > 0 {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
	keep(p, b)
	c.unpack(b, mem.ValueOf(v))
	return nil
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
	p := buffers.Get().(*[]byte)
	defer buffers.Put(p)
	b, err := c.AppendPack((*p)[:0], v)
	if err != nil {
		return err
	}
	keep(p, b)
	_, err = w.Write(b)
	return err
}

// keep keeps a buffer for the next time, unless it is large.
func keep(p *[]byte, b []byte) {
	if cap(b) <= 64<<10 {
		*p = b[:0]
	}
}
