//go:build unix

package frame_test

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"example.com/structpack/frame"
)

// TestBurstsAreReadAtOnce is the rule that frames which come together are read together
// once as many have come before, also by a Reader that has given its buffer back: the
// answers to what one read brings go out together.
func TestBurstsAreReadAtOnce(t *testing.T) {
	here, there := transports[1].connect(t)
	c := frame.NewConn(here, idKind)
	for i, tt := range []struct{ frames, first int }{
		{16, 320}, // of 368 bytes: as much as a Reader has room for in itself
		{16, 368},
		{16, 368},
		{1, 23},
		{16, 320},
		{16, 368},
	} {
		stream, _ := messages(slices.Repeat([]int{16}, tt.frames)...)
		if _, err := there.Write(stream); err != nil {
			t.Fatal(err)
		}
		before := c.Stats().BytesRead
		for k := range tt.frames {
			if _, err := c.Next(); err != nil {
				t.Fatal(err)
			}
			if n := c.Stats().BytesRead - before; k == 0 && n != int64(tt.first) {
				t.Errorf("burst %d of %d frames: the first read has brought %d bytes, want %d", i, tt.frames, n, tt.first)
			}
		}
		here.SetReadDeadline(time.Unix(1, 0))
		if _, err := c.Next(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal(err)
		}
		here.SetReadDeadline(time.Time{})
	}
}
