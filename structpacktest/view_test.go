package structpacktest_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/structpacktest"
)

// A point has a view that is right, and views with one mistake each.
type point struct {
	ID    uint16
	Shade [2]int8
	Name  [4]byte
	Place struct{ X, Y uint8 }
}

const pointFormat = "<Hx2b4sBB"

type (
	pointView []byte
	placeView []byte

	otherView  []byte
	wideView   []byte
	padView    []byte
	indexView  []byte
	shareView  []byte
	bareView   []byte
	nestedView []byte
	badPlace   []byte
)

// newView makes any of them.
func newView[V ~[]byte](b []byte) (V, error) {
	if len(b) < 11 {
		_, err := structpack.UnpackFrom(pointFormat, b, 0)
		return nil, err
	}
	return V(b[:11:11]), nil
}

func (b pointView) ID() uint16             { return binary.LittleEndian.Uint16(b) }
func (b pointView) SetID(x uint16)         { binary.LittleEndian.PutUint16(b, x) }
func (b pointView) Shade(i int) int8       { return int8(b[3:5][i]) }
func (b pointView) SetShade(i int, x int8) { b[3:5][i] = byte(x) }
func (b pointView) Name() []byte           { return b[5:9:9] }
func (b pointView) SetName(x []byte)       { clear(b[5+copy(b[5:9], x) : 9]) }
func (b pointView) Place() placeView       { return placeView(b[9:11:11]) }
func (b placeView) X() uint8               { return b[0] }
func (b placeView) SetX(x uint8)           { b[0] = x }
func (b placeView) Y() uint8               { return b[1] }
func (b placeView) SetY(x uint8)           { b[1] = x }

func (b otherView) ID() uint16     { return binary.BigEndian.Uint16(b) }
func (b otherView) SetID(x uint16) { binary.BigEndian.PutUint16(b, x) }

func (b wideView) ID() uint16     { return binary.LittleEndian.Uint16(b) }
func (b wideView) SetID(x uint16) { binary.LittleEndian.PutUint32(b, uint32(x)) }

func (b padView) Name() []byte     { return b[5:9:9] }
func (b padView) SetName(x []byte) { clear(b[5+copy(b[5:9], x) : 9]); b[2] = 0 }

func (b indexView) Shade(i int) int8       { return int8(b[3:][uint(i)%8]) }
func (b indexView) SetShade(i int, x int8) { b[3:5][i] = byte(x) }

func (b shareView) ID() uint16     { return binary.LittleEndian.Uint16(b) }
func (b shareView) SetID(x uint16) {}

func (b nestedView) Place() badPlace { return badPlace(b[9:11:11]) }
func (b badPlace) X() uint8          { return b[0] }
func (b badPlace) SetX(x uint8)      { b[0] = x }
func (b badPlace) Y() uint8          { return b[0] }
func (b badPlace) SetY(x uint8)      { b[1] = x }

// TestTestView wants no error about a view that is right, and one that says where
// it is about each that is wrong.
func TestTestView(t *testing.T) {
	s := structpack.MustCompile(pointFormat)
	for _, tt := range []struct {
		name, want string
		err        error
	}{
		{"right", "", structpacktest.TestView[point](s, newView[pointView])},
		{"another order", "ID", structpacktest.TestView[point](s, newView[otherView])},
		{"too many bytes set", "SetID", structpacktest.TestView[point](s, newView[wideView])},
		{"padding set", "SetName", structpacktest.TestView[point](s, newView[padView])},
		{"no panic", "Shade: index -1 of 2: no panic", structpacktest.TestView[point](s, newView[indexView])},
		{"nothing set", "SetID", structpacktest.TestView[point](s, newView[shareView])},
		{"no methods", "no method", structpacktest.TestView[point](s, newView[bareView])},
		{"a mistake inside", "Y", structpacktest.TestView[point](s, newView[nestedView])},
		{"not clipped", "room for 14", structpacktest.TestView[point](s, func(b []byte) (pointView, error) {
			if len(b) < 11 {
				return newView[pointView](b)
			}
			return pointView(b[:11]), nil
		})},
		{"too few bytes", "too few", structpacktest.TestView[point](s, func(b []byte) (pointView, error) { return pointView(b), nil })},
	} {
		t.Run(tt.name, func(t *testing.T) {
			switch {
			case tt.want == "" && tt.err != nil:
				t.Error(tt.err)
			case tt.want != "" && (tt.err == nil || !strings.Contains(tt.err.Error(), tt.want)):
				t.Errorf("error %v, want one about %s", tt.err, tt.want)
			}
		})
	}
}
