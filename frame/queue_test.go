package frame_test

import (
	"bytes"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/structpack/frame"
)

// TestWritersTakeTurns has goroutines that write without a pause to a stream that
// takes one write at a time: none is served more than twice as often as another.
func TestWritersTakeTurns(t *testing.T) {
	for _, tt := range []struct {
		name    string
		writers int
		size    int
		flush   bool
	}{
		{"two with large frames", 2, 300_000, false},
		{"sixteen with large frames", 16, 300_000, false},
		{"frames that fill the buffer", 5, 33_000, false},
		{"large frames beside small ones that are flushed", 2, 300_000, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checkGoroutines(t)
			dst := &sink{in: make(chan struct{}), gate: make(chan struct{})}
			w := frame.NewWriter(dst, idKind)
			var stop atomic.Bool
			var all sync.WaitGroup
			for i := range tt.writers {
				all.Go(func() {
					payload := bytes.Repeat([]byte{byte(i)}, tt.size)
					for !stop.Load() {
						if err := w.Write(payload, i, 0); err != nil {
							t.Error(err)
						}
					}
				})
			}
			if tt.flush {
				for range 3 {
					all.Go(func() {
						for !stop.Load() {
							w.Write(nil, 100, 0)
							w.Flush()
						}
					})
				}
			}
			goroutines := tt.writers
			if tt.flush {
				goroutines += 3
			}
			for range 10 * tt.writers {
				wait(t, "a write", dst.in)
				waitForStacks(t, goroutines-1, "frame.(*waiter).wait")
				dst.gate <- struct{}{}
			}
			wait(t, "a write", dst.in)
			stop.Store(true)
			ended := make(chan struct{})
			go func() {
				all.Wait()
				close(ended)
			}()
			dst.gate <- struct{}{}
			for open := true; open; {
				select {
				case <-dst.in:
					dst.gate <- struct{}{}
				case <-ended:
					open = false
				}
			}
			served := make([]int, tt.writers)
			r := frame.NewReader(bytes.NewReader(dst.all()), idKind)
			for {
				f, err := r.Next()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if f.Int(0) == 100 {
					continue
				}
				served[f.Int(0)]++
				if slices.Max(served) > 2*slices.Min(served)+2 {
					t.Fatalf("frames of each: %v", served)
				}
			}
			if slices.Min(served) < 3 {
				t.Errorf("frames of each: %v", served)
			}
		})
	}
}
