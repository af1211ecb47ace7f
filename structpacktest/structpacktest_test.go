package structpacktest_test

import (
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/structpacktest"
)

const format = "<Hb3xe5s2i4p"

// A record has methods that do what a Codec does, because one does it.
type record struct {
	ID      uint16
	Level   int64 // may be too large for its code
	Half    float64
	Name    string
	Counts  []int32
	Comment []byte
}

var codec = structpack.MustCodec[record](format)

func (v *record) AppendBinary(dst []byte) ([]byte, error)  { return codec.AppendPack(dst, v) }
func (v *record) MarshalBinary() ([]byte, error)           { return codec.Pack(v) }
func (v *record) PackInto(buf []byte, offset int) error    { return codec.PackInto(buf, offset, v) }
func (v *record) UnmarshalBinary(data []byte) error        { return codec.Unpack(data, v) }
func (v *record) UnpackFrom(data []byte, offset int) error { return codec.UnpackFrom(data, offset, v) }

// Types with one mistake each.
type (
	otherBytes    struct{ record }
	nilResult     struct{ record }
	noError       struct{ record }
	otherError    struct{ record }
	otherSentence struct{ record }
	otherIndex    struct{ record }
	allocates     struct{ record }
	beyond        struct{ record }
	beyondFailed  struct{ record }
	packsAfter    struct{ record }
	changes       struct{ record }
	otherValue    struct{ record }
	emptyForNil   struct{ record }
	aliases       struct{ record }
	partly        struct{ record }
	nilUnpacks    struct{ record }
)

func (v *otherBytes) MarshalBinary() ([]byte, error) {
	b, err := v.record.MarshalBinary()
	if len(b) > 5 && b[4] != 0 {
		b[5] ^= 1
	}
	return append(b, 0)[:len(b)], err
}

func (v *nilResult) MarshalBinary() ([]byte, error) {
	b, err := v.record.MarshalBinary()
	if err != nil {
		b = []byte{}
	}
	return b, err
}

func (v *noError) PackInto(buf []byte, offset int) error {
	if v == nil {
		return (*record)(nil).PackInto(buf, offset)
	}
	if offset < 0 {
		return nil
	}
	return v.record.PackInto(buf, offset)
}

func (v *otherError) UnmarshalBinary(data []byte) error {
	if v == nil || len(data) != codec.Size() {
		return structpack.ErrBuffer
	}
	return v.record.UnmarshalBinary(data)
}

// edit returns a copy of err that f has changed.
func edit(err error, f func(*structpack.Error)) error {
	if e, ok := err.(*structpack.Error); ok {
		changed := *e
		f(&changed)
		return &changed
	}
	return err
}

func (v *otherSentence) MarshalBinary() ([]byte, error) {
	b, err := v.record.MarshalBinary()
	return b, edit(err, func(e *structpack.Error) { e.Reason += "!" })
}

func (v *otherIndex) MarshalBinary() ([]byte, error) {
	b, err := v.record.MarshalBinary()
	return b, edit(err, func(e *structpack.Error) { e.Index++ })
}

func (v *allocates) AppendBinary(dst []byte) ([]byte, error) {
	return v.record.AppendBinary(dst[:len(dst):len(dst)])
}

func (v *beyond) AppendBinary(dst []byte) ([]byte, error) {
	b, err := v.record.AppendBinary(dst)
	if err == nil && len(b) < cap(b) {
		b[:cap(b)][len(b)]++
	}
	return b, err
}

func (v *beyondFailed) AppendBinary(dst []byte) ([]byte, error) {
	b, err := v.record.AppendBinary(dst)
	if err != nil && len(dst) < cap(dst) {
		dst[:cap(dst)][len(dst)]++
	}
	return b, err
}

func (v *packsAfter) PackInto(buf []byte, offset int) error {
	err := v.record.PackInto(buf, offset)
	if err != nil && len(buf) > 0 {
		buf[0]++
	}
	return err
}

func (v *changes) UnpackFrom(data []byte, offset int) error {
	err := v.record.UnpackFrom(data, offset)
	if err != nil && v != nil {
		v.ID++
	}
	return err
}

func (v *otherValue) UnmarshalBinary(data []byte) error {
	err := v.record.UnmarshalBinary(data)
	if err == nil && v.Half == 0 {
		v.Level++
	}
	return err
}

func (v *emptyForNil) UnpackFrom(data []byte, offset int) error {
	err := v.record.UnpackFrom(data, offset)
	if err != nil && v != nil && v.Comment == nil {
		v.Comment = []byte{}
	}
	return err
}

func (v *aliases) UnmarshalBinary(data []byte) error {
	err := v.record.UnmarshalBinary(data)
	if err == nil && len(v.Comment) > 0 {
		v.Comment = data[len(data)-len(v.Comment):]
	}
	return err
}

func (v *partly) UnpackFrom(data []byte, offset int) error {
	if err := v.record.UnpackFrom(data, offset); err != nil || len(v.Name) == 0 {
		return err
	}
	v.Name = v.Name[:1]
	return nil
}

func (v *nilUnpacks) UnmarshalBinary(data []byte) error {
	if v == nil {
		return nil
	}
	return v.record.UnmarshalBinary(data)
}

// TestTestMethods wants no error about methods that are right, and one that names
// the method about each that is wrong.
func TestTestMethods(t *testing.T) {
	s := structpack.MustCompile(format)
	for _, tt := range []struct {
		name, method string
		err          error
	}{
		{"right", "", structpacktest.TestMethods[record](s)},
		{"other bytes", "MarshalBinary", structpacktest.TestMethods[otherBytes](s)},
		{"an empty result for a nil one", "MarshalBinary", structpacktest.TestMethods[nilResult](s)},
		{"no error", "PackInto", structpacktest.TestMethods[noError](s)},
		{"another type of error", "UnmarshalBinary", structpacktest.TestMethods[otherError](s)},
		{"another sentence", "MarshalBinary", structpacktest.TestMethods[otherSentence](s)},
		{"another index", "MarshalBinary", structpacktest.TestMethods[otherIndex](s)},
		{"an allocation", "AppendBinary", structpacktest.TestMethods[allocates](s)},
		{"a byte after the result", "AppendBinary", structpacktest.TestMethods[beyond](s)},
		{"a byte after dst, and an error", "AppendBinary", structpacktest.TestMethods[beyondFailed](s)},
		{"a byte of buf, and an error", "PackInto", structpacktest.TestMethods[packsAfter](s)},
		{"a field, and an error", "UnpackFrom", structpacktest.TestMethods[changes](s)},
		{"another value", "UnmarshalBinary", structpacktest.TestMethods[otherValue](s)},
		{"an empty slice for nil", "UnpackFrom", structpacktest.TestMethods[emptyForNil](s)},
		{"shared memory", "UnmarshalBinary", structpacktest.TestMethods[aliases](s)},
		{"half of a string", "UnpackFrom", structpacktest.TestMethods[partly](s)},
		{"a nil pointer without an error", "UnmarshalBinary", structpacktest.TestMethods[nilUnpacks](s)},
		{"another format", "codec", structpacktest.TestMethods[record](structpack.MustCompile("<H"))},
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
