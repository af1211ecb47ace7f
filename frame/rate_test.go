package frame_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"example.com/structpack/frame"
)

// TestMinRate has peers that are slow, which are waited for, and some that are slower
// than that, in both directions.
func TestMinRate(t *testing.T) {
	const size, rate = 10_000, 1000 // bytes, and bytes a second
	for _, tt := range []struct {
		name    string
		rate    int // of the peer
		minRate int
		want    error
	}{
		{"slow", 2 * rate, rate, nil},
		{"too slow", rate / 2, rate, os.ErrDeadlineExceeded},
		{"slow without a MinRate", 2 * rate, 0, os.ErrDeadlineExceeded},
		{"stalled", 0, rate, os.ErrDeadlineExceeded},
	} {
		const piece = 100
		pause := time.Hour
		if tt.rate > 0 {
			pause = piece * time.Second / time.Duration(tt.rate)
		}
		t.Run(tt.name+" sender", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				here, there := net.Pipe()
				stream, _ := messages(size)
				ended := make(chan bool)
				go func() {
					defer close(ended)
					for len(stream) > 0 {
						n, err := there.Write(stream[:min(piece, len(stream))])
						if err != nil {
							return
						}
						stream = stream[n:]
						time.Sleep(pause)
					}
				}()
				c := frame.NewConn(here, idKind)
				c.FrameTimeout, c.MinRate = time.Second, tt.minRate
				if _, err := c.Next(); !errors.Is(err, tt.want) {
					t.Errorf("%v, want %v", err, tt.want)
				}
				here.Close()
				<-ended
			})
		})
		t.Run(tt.name+" reader", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				here, there := net.Pipe()
				ended := make(chan bool)
				go func() {
					defer close(ended)
					for {
						if _, err := io.ReadFull(there, make([]byte, piece)); err != nil {
							return
						}
						time.Sleep(pause)
					}
				}()
				c := frame.NewConn(here, idKind)
				c.WriteTimeout, c.MinRate = time.Second, tt.minRate
				if err := c.Send(make([]byte, size-idKind.Header().Size()), 1, 1); !errors.Is(err, tt.want) {
					t.Errorf("%v, want %v", err, tt.want)
				}
				here.Close()
				<-ended
			})
		})
	}
}
