package frame_test

import (
	"bytes"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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

// TestFirstComeFirstServed has goroutines come one after another while a write is under
// way: their frames are written in that order, and what ends one wait does not wake
// everybody.
func TestFirstComeFirstServed(t *testing.T) {
	for _, tt := range []struct {
		name          string
		writers, size int
		flush         bool
	}{
		{"large frames", 50, 300_000, false},
		{"frames that fill the buffer", 100, 33_000, false},
		{"small frames", 1000, 1000, false},
		{"small frames that are flushed", 1000, 1000, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checkGoroutines(t)
			dst := &sink{in: make(chan struct{}), gate: make(chan struct{})}
			w := frame.NewWriter(dst, idKind)
			payload := make([]byte, tt.size)
			var all sync.WaitGroup
			var returned atomic.Int32
			first := make(chan error, 1)
			go func() { first <- w.Write(make([]byte, 300_000), 0, 0) }()
			wait(t, "the first write", dst.in)
			for i := range tt.writers {
				all.Go(func() {
					err := w.Write(payload, i+1, 0)
					if err == nil && tt.flush {
						err = w.Flush()
					}
					if err != nil {
						t.Error(err)
					}
					returned.Add(1)
				})
				for end := time.Now().Add(guard); ; runtime.Gosched() {
					if waiting, _ := w.Waiting(); waiting+int(returned.Load()) == i+1 {
						break
					}
					if time.Now().After(end) {
						t.Fatalf("writer %d neither waits nor returns", i)
					}
				}
			}
			ended := make(chan struct{})
			go func() {
				all.Wait()
				w.Flush()
				close(ended)
			}()
			dst.gate <- struct{}{}
			for open := true; open; {
				select {
				case <-dst.in:
					// The first that has a frame to add, and the first that flushes.
					if waiting, woken := w.Waiting(); woken > 2 {
						t.Fatalf("%d of %d calls that wait have been woken", woken, waiting)
					}
					dst.gate <- struct{}{}
				case <-ended:
					open = false
				}
			}
			if err := <-first; err != nil {
				t.Error(err)
			}
			r := frame.NewReader(bytes.NewReader(dst.all()), idKind)
			for i := range tt.writers + 1 {
				if f, err := r.Next(); err != nil || f.Int(0) != int64(i) {
					t.Fatalf("frame %d: %.40v, %v", i, f, err)
				}
			}
		})
	}
}
