package frame_test

import (
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/structpack/frame"
)

// A locked is what one writes by hand: frames of a size, each with a Write of its own,
// under a mutex.
type locked struct {
	mu    sync.Mutex
	conn  net.Conn
	frame []byte
}

func (l *locked) Write(payload []byte, values ...any) (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.frame, err = idKind.Append(l.frame[:0], payload, values...); err == nil {
		_, err = l.conn.Write(l.frame)
	}
	return err
}

// BenchmarkWriters has many goroutines write to one connection, beside a mutex. It prints
// how long one has waited at most, in milliseconds, how many frames those with the fewest
// and the most have written, and what a frame has cost.
func BenchmarkWriters(b *testing.B) {
	for _, tt := range []struct {
		writers, size int
		slow          bool // the peer takes 64 KiB in a millisecond at most
	}{{2, 64 << 10, true}, {16, 32 << 10, true}, {16, 64 << 10, true}, {16, 64 << 10, false}, {10, 16, false}, {20_000, 16, false}} {
		for _, way := range []string{"frame", "mutex"} {
			b.Run(fmt.Sprintf("%d/%dB/slow=%t/%s", tt.writers, tt.size, tt.slow, way), func(b *testing.B) {
				here, there := transports[0].connect(b)
				go func() {
					buf := make([]byte, 64<<10)
					for {
						if _, err := io.ReadFull(there, buf); err != nil {
							return
						}
						if tt.slow {
							time.Sleep(time.Millisecond)
						}
					}
				}()
				var w interface {
					Write(payload []byte, values ...any) error
				} = frame.NewConn(here, idKind)
				if way == "mutex" {
					w = &locked{conn: here}
				}
				var all sync.WaitGroup
				var added, worst atomic.Int64
				start := make(chan struct{})
				served := make([]int, tt.writers)
				for i := range tt.writers {
					all.Go(func() {
						payload := make([]byte, tt.size)
						<-start
						for added.Add(1) <= int64(b.N) {
							began := time.Now()
							if err := w.Write(payload, benchID, benchKind); err != nil {
								b.Error(err)
							}
							served[i]++
							for d := int64(time.Since(began)); ; {
								if old := worst.Load(); d <= old || worst.CompareAndSwap(old, d) {
									break
								}
							}
						}
					})
				}
				b.ResetTimer()
				close(start)
				all.Wait()
				b.StopTimer()
				b.ReportMetric(float64(worst.Load())/1e6, "worst-ms")
				b.ReportMetric(float64(slices.Min(served)), "fewest")
				b.ReportMetric(float64(slices.Max(served)), "most")
			})
		}
	}
}
