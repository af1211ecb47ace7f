package structpacktest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing/iotest"

	"example.com/structpack"
)

// streams are the methods for streams that structpack gen writes if it is asked to.
type streams interface {
	io.ReaderFrom
	io.WriterTo
}

// writes looks at WriteTo: it makes one Write of what the codec packs.
func (c *comparison) writes() error {
	twin, v := c.filled(c.r.Uint64())
	want, wantErr := c.codec.AppendPack(nil, twin)
	var buf bytes.Buffer
	buffered := bufio.NewWriter(&buf)
	for _, w := range []io.Writer{&buf, buffered, bufio.NewWriterSize(&buf, 16)} {
		buf.Reset()
		n, err := v.Interface().(streams).WriteTo(w)
		if b, ok := w.(*bufio.Writer); ok {
			b.Flush()
		}
		if err := differ("WriteTo", want, bytes.Clone(buf.Bytes()), wantErr, err, v); err != nil {
			return err
		}
		if n != int64(len(want)) {
			return fmt.Errorf("structpacktest: WriteTo says %d bytes, of %d", n, len(want))
		}
	}
	if wantErr != nil {
		return nil
	}
	broken := errors.New("broken")
	if n, err := v.Interface().(streams).WriteTo(writerFunc(func(b []byte) (int, error) { return len(b) / 2, broken })); n != int64(len(want)/2) || err != broken {
		return fmt.Errorf("structpacktest: WriteTo: %d bytes, %v, want %d, %v", n, err, len(want)/2, broken)
	}
	return nil
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// reads looks at ReadFrom: it takes as many bytes as the format has, and of fewer it
// makes nothing.
func (c *comparison) reads() error {
	size := c.s.Size()
	for _, n := range []int{size + 3, size, size - 1, 1, 0} {
		if n < 0 || n > size+3 {
			continue
		}
		data := randomBytes(c.r, n)
		for _, open := range []func() io.Reader{
			func() io.Reader { return bytes.NewReader(data) },
			func() io.Reader { return iotest.OneByteReader(bytes.NewReader(data)) },
			func() io.Reader { return bufio.NewReader(bytes.NewReader(data)) },
			func() io.Reader { return bufio.NewReaderSize(bytes.NewReader(data), 16) },
		} {
			r := open()
			seed := c.r.Uint64()
			want, _ := c.filled(seed)
			_, v := c.filled(seed)
			var wantErr error
			switch {
			case n >= size:
				if err := c.codec.UnpackFrom(data, 0, want); err != nil {
					return fmt.Errorf("structpacktest: %w", err)
				}
			case n > 0:
				wantErr = io.ErrUnexpectedEOF
			default:
				wantErr = io.EOF
			}
			taken, err := v.Interface().(streams).ReadFrom(r)
			rest, _ := io.ReadAll(r)
			if err != wantErr || taken != int64(min(n, size)) || len(rest) != n-min(n, size) {
				return fmt.Errorf("structpacktest: ReadFrom of %d bytes: %d, %v, and %d are left, want %v", n, taken, err, len(rest), wantErr)
			}
			if got := c.toTwin(v); !same(want.Elem(), got.Elem()) {
				return fmt.Errorf("structpacktest: ReadFrom of %x: %+v, want %+v", data, got.Elem(), want.Elem())
			}
		}
	}
	return nil
}

// TestSlices compares functions that pack and unpack slices of T, which structpack gen
// wrote, with a [structpack.Codec]: they do for all what its methods do for one. The
// error of the first packs the number of the value and wraps the one for it.
//
// If T has fields that are not exported, fields returns pointers to all that takes
// values, in their order.
func TestSlices[T any](s *structpack.Struct, pack func(dst []byte, vs []T) ([]byte, error), unpack func(dst []T, data []byte) ([]T, error), fields ...func(*T) []any) error {
	c, err := newSubject(s, reflect.TypeFor[T]())
	if err != nil {
		return err
	}
	setFields(c, fields)
	return c.slices(reflect.ValueOf(pack), reflect.ValueOf(unpack))
}

// excessive returns numbers of structures that no room is to be made for: more than the
// limit has, and more than a multiplication. There are none if their values take much
// memory.
func (c *subject) excessive() (all []int) {
	const limit = 1 << 28 << (^uint(0) >> 63 * 2)
	size := c.s.Size()
	if size < 2 {
		return nil
	}
	for _, n := range []int{limit/size + 1, math.MaxInt/size + 1} {
		if memory := int(c.typ.Size()); memory == 0 || n <= 1<<20/memory {
			all = append(all, n)
		}
	}
	return all
}

func (c *subject) slices(pack, unpack reflect.Value) error {
	call := func(f reflect.Value, args ...reflect.Value) (reflect.Value, error) {
		out := f.Call(args)
		err, _ := out[1].Interface().(error)
		return out[0], err
	}
	r := rand.New(rand.NewPCG(3, 0))
	size := c.s.Size()
	for _, n := range c.excessive() {
		dst := []byte("kept")
		got, err := call(pack, reflect.ValueOf(dst), reflect.MakeSlice(reflect.SliceOf(c.typ), n, n))
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d structures of %d bytes are too large to allocate (limit ", n, size)) || string(got.Bytes()) != "kept" {
			return fmt.Errorf("structpacktest: the function that packs slices makes %d bytes of %d structures: %v", got.Len(), n, err)
		}
	}
	for n := range 20 {
		vs := reflect.MakeSlice(reflect.SliceOf(c.typ), n, n)
		before := randomBytes(r, 5)
		want := before[:2:2]
		var wantErr error
		for i := range n {
			twin, v := c.filled(r.Uint64())
			if r.IntN(8) > 0 || wantErr != nil { // most of the others cannot be packed
				var err error
				if twin, _, err = c.unpacked(r); err != nil {
					return fmt.Errorf("structpacktest: %w", err)
				}
				v = c.fromTwin(twin)
			}
			vs.Index(i).Set(v.Elem())
			if wantErr != nil {
				continue
			}
			if want, wantErr = c.codec.AppendPack(want, twin); wantErr != nil {
				want, wantErr = before[:2], fmt.Errorf("record %d: %w", i, wantErr)
			}
		}
		for _, dst := range [][]byte{bytes.Clone(before)[:2:2], append(bytes.Clone(before)[:2], make([]byte, n*size+3)...)[:2]} {
			got, err := call(pack, reflect.ValueOf(dst), vs)
			if err := differ("the function that packs slices", want, got.Bytes(), wantErr, err, vs); err != nil {
				return err
			}
		}

		data := randomBytes(r, n*size)
		for _, room := range []int{1, n + 1} {
			dst := reflect.MakeSlice(vs.Type(), 1, room)
			got, err := call(unpack, dst, reflect.ValueOf(data))
			if size == 0 {
				if err == nil {
					return errors.New("structpacktest: the function that unpacks slices finds structures of no bytes")
				}
				continue
			}
			if err != nil || got.Len() != 1+n {
				return fmt.Errorf("structpacktest: the function that unpacks slices makes %d values of %d structures: %v", got.Len()-1, n, err)
			}
			for i := range n {
				want := reflect.New(c.twin)
				if err := c.codec.UnpackFrom(data, i*size, want); err != nil {
					return fmt.Errorf("structpacktest: %w", err)
				}
				if w := c.toTwin(got.Index(1 + i).Addr()); !same(want.Elem(), w.Elem()) {
					return fmt.Errorf("structpacktest: the function that unpacks slices makes %+v of %x, want %+v", w.Elem(), data[i*size:][:size], want.Elem())
				}
			}
		}
		if size > 1 {
			data := append(data, 0)
			_, wantErr := c.s.IterUnpack(data)
			got, err := call(unpack, vs, reflect.ValueOf(data))
			if err := differ("the function that unpacks slices", nil, nil, wantErr, err); err != nil {
				return err
			}
			if got.Len() != n {
				return fmt.Errorf("structpacktest: the function that unpacks slices failed, and returned %d values for %d", got.Len(), n)
			}
		}
	}
	return nil
}
