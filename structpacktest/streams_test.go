package structpacktest_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/structpacktest"
)

// A mark has fields that are not exported. Its methods are a Codec's, of its twin.
type mark struct {
	id    uint16
	pairs [2]struct{ x, y int8 }
	names [3]uint8
	note  string
	skip  func() `structpack:"-"`
}

var _ = mark{}.skip // which is to be left alone

type twin struct {
	ID    uint16
	Pairs [2]struct{ X, Y int8 }
	A     uint8
	BC    [2]uint8
	Note  string
}

const markFormat = "<Hbbbb B 2B 3s"

var twins = structpack.MustCodec[twin](markFormat)

func fields(v *mark) []any {
	return []any{&v.id, &v.pairs[0].x, &v.pairs[0].y, &v.pairs[1].x, &v.pairs[1].y, &v.names[0], &v.names[1], &v.names[2], &v.note}
}

func (v *mark) twin() *twin {
	t := &twin{ID: v.id, A: v.names[0], BC: [2]uint8(v.names[1:]), Note: v.note}
	for i, p := range v.pairs {
		t.Pairs[i].X, t.Pairs[i].Y = p.x, p.y
	}
	return t
}

func (v *mark) set(t *twin, err error) error {
	if err != nil {
		return err
	}
	v.id, v.names, v.note = t.ID, [3]uint8{t.A, t.BC[0], t.BC[1]}, t.Note
	for i, p := range t.Pairs {
		v.pairs[i].x, v.pairs[i].y = p.X, p.Y
	}
	return nil
}

// of makes errors about a nil pointer those for a mark.
func of(err error) error {
	return edit(err, func(e *structpack.Error) { e.Reason = strings.ReplaceAll(e.Reason, ".twin", ".mark") })
}

func (v mark) AppendBinary(dst []byte) ([]byte, error) { return twins.AppendPack(dst, v.twin()) }
func (v mark) MarshalBinary() ([]byte, error)          { return twins.Pack(v.twin()) }

func (v *mark) PackInto(buf []byte, offset int) error {
	if v == nil {
		return of(twins.PackInto(buf, offset, nil))
	}
	return twins.PackInto(buf, offset, v.twin())
}

func (v *mark) UnmarshalBinary(data []byte) error {
	if v == nil {
		return of(twins.Unpack(data, nil))
	}
	var t twin
	return v.set(&t, twins.Unpack(data, &t))
}

func (v *mark) UnpackFrom(data []byte, offset int) error {
	if v == nil {
		return of(twins.UnpackFrom(data, offset, nil))
	}
	var t twin
	return v.set(&t, twins.UnpackFrom(data, offset, &t))
}

func (v *mark) ReadFrom(r io.Reader) (int64, error) {
	if v == nil {
		return 0, of(twins.Unpack(nil, nil))
	}
	data := make([]byte, twins.Size())
	n, err := io.ReadFull(r, data)
	if err == nil {
		err = v.UnmarshalBinary(data)
	}
	return int64(n), err
}

func (v mark) WriteTo(w io.Writer) (int64, error) {
	b, err := v.MarshalBinary()
	if err != nil {
		return 0, err
	}
	n, err := w.Write(b)
	return int64(n), err
}

// Types with one mistake each.
type (
	readsMore    struct{ mark }
	readsHalf    struct{ mark }
	writesTwice  struct{ mark }
	forgetsError struct{ mark }
	wrongField   struct{ mark }
)

func (v *readsMore) ReadFrom(r io.Reader) (int64, error) {
	if v == nil {
		return (*mark)(nil).ReadFrom(r)
	}
	return v.mark.ReadFrom(bufio.NewReader(r))
}

func (v *readsHalf) ReadFrom(r io.Reader) (int64, error) {
	if v == nil {
		return (*mark)(nil).ReadFrom(r)
	}
	n, err := v.mark.ReadFrom(r)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		v.id++
	}
	return n, err
}

func (v writesTwice) WriteTo(w io.Writer) (int64, error) {
	n, err := v.mark.WriteTo(w)
	m, _ := v.mark.WriteTo(w)
	return n + m, err
}

func (v forgetsError) WriteTo(w io.Writer) (int64, error) {
	n, _ := v.mark.WriteTo(w)
	return n, nil
}

func (v *wrongField) UnmarshalBinary(data []byte) error {
	if v == nil {
		return (*mark)(nil).UnmarshalBinary(data)
	}
	err := v.mark.UnmarshalBinary(data)
	v.names[1], v.names[2] = v.names[2], v.names[1]
	return err
}

// TestTestStreams wants no error about methods for streams that are right, and one that
// names the method about each that is wrong; the types have fields that are not exported.
func TestTestStreams(t *testing.T) {
	s := structpack.MustCompile(markFormat)
	for _, tt := range []struct {
		name, method string
		err          error
	}{
		{"right", "", structpacktest.TestMethods[mark](s, fields)},
		{"reads more", "ReadFrom", structpacktest.TestMethods[readsMore](s, func(v *readsMore) []any { return fields(&v.mark) })},
		{"a field, and an error", "ReadFrom", structpacktest.TestMethods[readsHalf](s, func(v *readsHalf) []any { return fields(&v.mark) })},
		{"two calls", "WriteTo", structpacktest.TestMethods[writesTwice](s, func(v *writesTwice) []any { return fields(&v.mark) })},
		{"no error", "WriteTo", structpacktest.TestMethods[forgetsError](s, func(v *forgetsError) []any { return fields(&v.mark) })},
		{"another field", "UnmarshalBinary", structpacktest.TestMethods[wrongField](s, func(v *wrongField) []any { return fields(&v.mark) })},
	} {
		t.Run(tt.name, func(t *testing.T) {
			switch {
			case tt.method == "" && tt.err != nil:
				t.Error(tt.err)
			case tt.method != "" && (tt.err == nil || !strings.Contains(tt.err.Error(), tt.method)):
				t.Errorf("error %v, want one about %s", tt.err, tt.method)
			}
		})
	}
}

func packAll(dst []byte, vs []record) ([]byte, error) {
	b := dst
	for i := range vs {
		var err error
		if b, err = codec.AppendPack(b, &vs[i]); err != nil {
			return dst, fmt.Errorf("record %d: %w", i, err)
		}
	}
	return b, nil
}

// TestTestSlices is TestTestStreams for functions.
func TestTestSlices(t *testing.T) {
	s := structpack.MustCompile(format)
	unpackAll := codec.AppendUnpackSlice
	for _, tt := range []struct {
		name, want string
		pack       func([]byte, []record) ([]byte, error)
		unpack     func([]record, []byte) ([]record, error)
	}{
		{"right", "", packAll, unpackAll},
		{"no number of the value", "record", codec.AppendPackSlice, func(dst []record, data []byte) ([]record, error) {
			return unpackAll(dst, data)
		}},
		{"the first ones stay", "packs slices", func(dst []byte, vs []record) ([]byte, error) {
			b, err := packAll(dst, vs)
			if err != nil {
				b = append(b, 0)
			}
			return b, err
		}, unpackAll},
		{"in the other order", "unpacks slices", packAll, func(dst []record, data []byte) ([]record, error) {
			n := len(dst)
			dst, err := unpackAll(dst, data)
			slices.Reverse(dst[n:])
			return dst, err
		}},
		{"one too few", "unpacks slices", packAll, func(dst []record, data []byte) ([]record, error) {
			all, err := unpackAll(dst, data)
			return all[:max(len(all)-1, 0)], err
		}},
		{"no error", "unpacks slices", packAll, func(dst []record, data []byte) ([]record, error) {
			return unpackAll(dst, data[:len(data)/codec.Size()*codec.Size()])
		}},
		{"another error", "unpacks slices", packAll, func(dst []record, data []byte) ([]record, error) {
			all, err := unpackAll(dst, data)
			if err != nil {
				err = structpack.ErrBuffer
			}
			return all, err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := structpacktest.TestSlices(s, tt.pack, tt.unpack)
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want one about %s", err, tt.want)
			}
		})
	}
}

// A private has a view with methods that are not exported.
type private struct{ id uint16 }

var _ = private{}.id

type (
	privateView []byte
	brokenView  []byte
)

func (b privateView) id() uint16     { return binary.LittleEndian.Uint16(b) }
func (b privateView) setId(x uint16) { binary.LittleEndian.PutUint16(b, x) }
func (b brokenView) id() uint16      { return binary.LittleEndian.Uint16(b) }
func (b brokenView) setId(x uint16)  { b[0] = byte(x) }

// TestTestHiddenView passes methods that reflection does not find.
func TestTestHiddenView(t *testing.T) {
	s := structpack.MustCompile("<H9x")
	err := structpacktest.TestView[private](s, newView[privateView], map[string]any{"privateView.id": privateView.id, "privateView.setId": privateView.setId})
	if err == nil || !strings.Contains(err.Error(), "too few bytes") { // newView is for another format
		t.Error(err)
	}
	newPrivate := func(b []byte) ([]byte, error) {
		if len(b) < 11 {
			_, err := structpack.UnpackFrom("<H9x", b, 0)
			return nil, err
		}
		return b[:11:11], nil
	}
	err = structpacktest.TestView[private](s, func(b []byte) (privateView, error) { return newPrivate(b) }, map[string]any{"privateView.id": privateView.id, "privateView.setId": privateView.setId})
	if err != nil {
		t.Error(err)
	}
	err = structpacktest.TestView[private](s, func(b []byte) (brokenView, error) { return newPrivate(b) }, map[string]any{"brokenView.id": brokenView.id, "brokenView.setId": brokenView.setId})
	if err == nil || !strings.Contains(err.Error(), "setId") {
		t.Error(err)
	}
}
