package frame

import (
	"fmt"
	"reflect"

	"example.com/structpack"
)

// A Frame is a message. Its bytes belong to whoever made it: a frame from a Reader,
// header included, is valid until the next call on the Reader; the bytes of a frame
// from Cut or Parse are the caller's. Appending to them never overwrites what follows.
type Frame struct {
	*Header
	Payload []byte
}

// A Header is the header of a Frame.
type Header struct {
	layout *Layout
	Head   []byte // as it was packed
}

// Clone returns a frame with bytes of its own.
func (f Frame) Clone() Frame {
	if f.Header == nil {
		f.Header = new(Header)
	}
	b := make([]byte, len(f.Head)+len(f.Payload))
	n := copy(b, f.Head)
	copy(b[n:], f.Payload)
	return Frame{&Header{f.layout, b[:n:n]}, b[n:]}
}

// String shows the values of the header, and how the payload begins.
func (f Frame) String() string {
	if f.Header == nil || f.layout == nil || len(f.Head) < f.layout.size {
		return "no frame"
	}
	values, err := f.layout.head.UnpackFrom(f.Head, 0)
	if err != nil {
		return err.Error()
	}
	for i, v := range values {
		if b, ok := v.([]byte); ok {
			values[i] = fmt.Sprintf("%q", b)
		}
	}
	return fmt.Sprintf("header %v, payload of %d bytes %.32q", values, len(f.Payload), f.Payload)
}

// Uint returns value i of the header as an unsigned integer, a negative one
// with its sign extended to 64 bits. It takes integers, c, ?, and an s of 1 to 8
// bytes, in the byte order of the format. It panics if value i is something else, or
// is not there.
func (h *Header) Uint(i int) uint64 { return uint64(h.layout.integers[i].load(h.Head)) }

// Int is Uint for signed integers.
func (h *Header) Int(i int) int64 { return h.layout.integers[i].load(h.Head) }

// Bytes returns the bytes of value i as they are in the header, such as an s. They
// belong to whoever the Head belongs to. It panics if there is no value i.
func (h *Header) Bytes(i int) []byte {
	v := &h.layout.integers[i]
	return h.Head[v.off : v.off+v.bytes : v.off+v.bytes]
}

// Scan unpacks the header into variables, as [structpack.Struct.Scan] does; the
// length is one of the values.
func (h *Header) Scan(dests ...any) error {
	return h.layout.head.ScanFrom(h.Head, 0, dests...)
}

// Decode unpacks the header of f into a struct, as a [structpack.Codec] does:
// its fields are the values of the format, the length included.
func Decode[H any](f Frame) (H, error) {
	var h H
	if f.Header == nil || f.layout == nil || len(f.Head) < f.layout.size {
		return h, errNoFrame
	}
	c, err := codecOf[H](f.layout)
	if err == nil {
		err = c.UnpackFrom(f.Head, 0, &h)
	}
	return h, err
}

// Encode appends a frame to dst whose header is a struct, with the payload's
// length in the place of the length that *h has. It returns the errors of
// Append and of [structpack.NewCodec].
func Encode[H any](dst []byte, l *Layout, h *H, payload []byte) ([]byte, error) {
	c, err := codecOf[H](l)
	if err != nil {
		return dst, err
	}
	b, err := c.AppendPack(dst, h)
	if err != nil {
		return dst, err
	}
	if err := l.setLength(b[len(dst):], payload, int64(len(payload))); err != nil {
		return dst, err
	}
	return append(b, payload...), nil
}

func codecOf[H any](l *Layout) (*structpack.Codec[H], error) {
	if first := l.codec.Load(); first != nil {
		if c, ok := (*first).(*structpack.Codec[H]); ok {
			return c, nil
		}
	}
	t := reflect.TypeFor[H]()
	if c, ok := l.codecs.Load(t); ok {
		return c.(*structpack.Codec[H]), nil
	}
	c, err := structpack.NewCodec[H](l.head)
	if err != nil {
		return nil, err
	}
	l.codecs.Store(t, c)
	var first any = c
	l.codec.CompareAndSwap(nil, &first)
	return c, nil
}
