package frame_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"math/rand"
	"os"
	"runtime"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"example.com/structpack/frame"
)

// TestWriteFrom writes payloads of many sizes from readers, while others write small
// frames, to a Server that reads them as streams.
func TestWriteFrom(t *testing.T) {
	sizes := []int{0, 1, 1000, 32 << 10, 64 << 10, 64<<10 + 1, 300_000}
	overAll(t, func(t *testing.T, tr transport) {
		s := &frame.Server{Layout: idKind, ConnError: noErrors(t), HandleStream: func(_ context.Context, c *frame.Conn, f frame.Frame, size int64) error {
			sum := crc32.NewIEEE()
			n, err := io.Copy(sum, c.Payload())
			if err == nil && n != size {
				err = fmt.Errorf("%d bytes of %d", n, size)
			}
			if err != nil {
				return err
			}
			return c.Write(fmt.Append(nil, sum.Sum32()), f.Uint(0), f.Uint(1))
		}}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		c := dial(t, tr, ln)
		random := make([]byte, sizes[len(sizes)-1])
		rand.New(rand.NewSource(1)).Read(random)
		const small = 100
		var writers sync.WaitGroup
		for range 2 {
			writers.Go(func() {
				for range small {
					if err := c.Send([]byte("small"), 0, 9); err != nil {
						t.Error(err)
					}
				}
			})
			writers.Go(func() {
				for i, n := range sizes {
					if err := c.WriteFrom(iotest.HalfReader(bytes.NewReader(random)), int64(n), i, 1); err != nil {
						t.Error(err)
					}
				}
				if err := c.Flush(); err != nil {
					t.Error(err)
				}
			})
		}
		for range 2 * (small + len(sizes)) {
			f, err := c.Next()
			if err != nil {
				t.Fatal(err)
			}
			want := crc32.ChecksumIEEE([]byte("small"))
			if f.Uint(1) == 1 {
				want = crc32.ChecksumIEEE(random[:sizes[f.Uint(0)]])
			}
			if string(f.Payload) != fmt.Sprint(want) {
				t.Errorf("%v, want %d", f, want)
			}
		}
		writers.Wait()
		c.Close()
		shutdown(t, s, served)
	})
}

// TestWriteFromErrors has readers that fail and sizes that cannot be: an error changes
// nothing if no byte of the frame is written, and is final if one may be.
func TestWriteFromErrors(t *testing.T) {
	broken := errors.New("broken")
	short := frame.MustLayout("!H")
	for _, tt := range []struct {
		name   string
		layout *frame.Layout
		r      io.Reader
		size   int64
		want   error
		final  bool
	}{
		{"nothing", idKind, bytes.NewReader(nil), 1, io.ErrUnexpectedEOF, false},
		{"too short at once", idKind, bytes.NewReader(make([]byte, 99)), 100, io.ErrUnexpectedEOF, false},
		{"broken at once", idKind, iotest.ErrReader(broken), 100_000, broken, false},
		{"too short later", idKind, bytes.NewReader(make([]byte, 99_999)), 100_000, io.ErrUnexpectedEOF, true},
		{"broken later", idKind, io.MultiReader(bytes.NewReader(make([]byte, 70_000)), iotest.ErrReader(broken)), 100_000, broken, true},
		{"negative", idKind, bytes.NewReader(nil), -1, frame.ErrLength, false},
		{"too large for the length", short, zeros{}, 1 << 16, frame.ErrTooLarge, false},
		{"as large as can be", frame.MustLayout("!Q", frame.CountsHeader()), zeros{}, math.MaxInt64, frame.ErrTooLarge, false},
		{"smaller than its trailer", frame.MustLayout("!H", frame.Trailer(2)), zeros{}, 1, frame.ErrLength, false},
		{"no payload", frame.MustLayout("!H", frame.NoPayload()), zeros{}, 70_000, frame.ErrLength, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			w := frame.NewWriter(&out, tt.layout)
			values := make([]any, tt.layout.Header().NumValues()-1)
			for i := range values {
				values[i] = 0
			}
			if tt.name == "no payload" {
				values = []any{0}
			}
			if err := w.WriteFrom(tt.r, tt.size, values...); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if tt.final {
				if err := w.Flush(); !errors.Is(err, tt.want) {
					t.Errorf("Flush: %v, want %v", err, tt.want)
				}
				if _, err := tt.layout.Parse(out.Bytes()); err != io.ErrUnexpectedEOF {
					t.Errorf("%v of what was written", err)
				}
				return
			}
			if err := w.Flush(); err != nil || out.Len() > 0 {
				t.Errorf("Flush: %v, %d bytes", err, out.Len())
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// TestWriteFromMemory is the rule that a payload of any size takes 64 KiB.
func TestWriteFromMemory(t *testing.T) {
	layout := frame.MustLayout("!Q")
	w := frame.NewWriter(io.Discard, layout)
	const size = 1 << 30
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := w.WriteFrom(zeros{}, size); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes for %d", n, size)
	}
}

// TestWriteFromToADeafPeer ends by the WriteTimeout.
func TestWriteFromToADeafPeer(t *testing.T) {
	t.Parallel() // crypto/tls waits 5 seconds before it closes a connection to such a peer
	overAll(t, func(t *testing.T, tr transport) {
		here, _ := tr.connect(t)
		c := frame.NewConn(here, frame.MustLayout("!Q"))
		c.WriteTimeout = 30 * time.Millisecond
		within(t, "an error", func() {
			if err := c.WriteFrom(zeros{}, math.MaxInt64); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%v", err)
			}
		})
	})
}

// TestHandleStreamSkips has a handler that reads none of the payload, or a part, and a
// peer that claims more than it sends.
func TestHandleStreamSkips(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		errs := make(chan error, 1)
		s := &frame.Server{
			Layout: idKind, MaxPayload: 10, HandshakeTimeout: guard,
			HandleStream: func(_ context.Context, c *frame.Conn, f frame.Frame, size int64) error {
				if f.Uint(0) == 2 { // the last before the one in part
					c.FrameTimeout = 50 * time.Millisecond
				}
				io.CopyN(io.Discard, c.Payload(), int64(f.Uint(1)))
				return c.Write(fmt.Append(nil, size), f.Uint(0), 0)
			},
			ConnError: func(_ *frame.Conn, err error) { errs <- err },
		}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		c := dial(t, tr, ln)
		for i, n := range []int{0, 5, 100_000} {
			c.Write(make([]byte, 100_000), i, n%256)
			if f, err := c.Next(); err != nil || f.Int(0) != int64(i) || string(f.Payload) != "100000" {
				t.Fatalf("%v, %v", f, err)
			}
		}
		head, err := idKind.Append(nil, make([]byte, 1000), 7, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.NetConn().Write(head[:len(head)-1]); err != nil {
			t.Fatal(err)
		}
		if err := wait(t, "an error", errs); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v", err)
		}
		c.NetConn().Close()
		shutdown(t, s, served)
	})
}

// TestReady is the rule that a relay which flushes when nothing is ready passes on every
// frame, with few writes.
func TestReady(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		here, there := tr.connect(t)
		out := &sink{}
		relay := make(chan error, 1)
		from, to := frame.NewConn(there, idKind), frame.NewWriter(out, idKind)
		go func() {
			for f, err := range from.Frames() {
				if err != nil {
					relay <- err
					return
				}
				to.WriteFrame(f)
				if !from.Ready() {
					to.Flush()
				}
			}
			relay <- nil
		}()
		c := frame.NewConn(here, idKind)
		const frames = 1000
		for i := range frames {
			c.Write(nil, i, 0)
		}
		c.Close()
		if err := wait(t, "the relay", relay); err != nil {
			t.Error(err)
		}
		if n, want, writes := len(out.all()), frames*idKind.Header().Size(), len(out.sizes()); n != want || writes > frames/10 {
			t.Errorf("%d bytes of %d in %d writes", n, want, writes)
		}
	})
}
