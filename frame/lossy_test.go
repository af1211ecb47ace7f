//go:build linux

package frame_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/structpack/frame"
	"example.com/structpack/internal/test/lossy"
)

var atLength = flag.Bool("lossy", false, "whether TestLossyLine has 240 connections at a time, and tries each line four times")

// TestLossyLine sends deep pipelines through a line that loses packets, and shuts
// the Server down in the middle. Every answer to a frame that was handled arrives,
// in order and whole, or ConnError has named the connection that lost some.
//
//	go test ./frame -run TestLossyLine -v -lossy -timeout 1h
func TestLossyLine(t *testing.T) {
	shares, rounds, conns, frames := []float64{0.1}, 1, 8, 2000
	switch {
	case *atLength:
		shares, rounds, conns, frames = []float64{0.05, 0.1, 0.2}, 4, 240, 20_000
	case testing.Short():
		t.Skip("it waits for packets to be sent again")
	}
	for _, share := range shares {
		t.Run(fmt.Sprintf("%.0f %%", 100*share), func(t *testing.T) {
			for round := range rounds {
				line, err := lossy.Open(lossy.Config{Delay: time.Millisecond, Jitter: 2 * time.Millisecond,
					Loss: share, Double: 0.02, Seed: uint64(round)})
				if errors.Is(err, errors.ErrUnsupported) {
					t.Skip(err)
				}
				if err != nil {
					t.Fatal(err)
				}
				throughLossyLine(t, line, conns, frames)
				t.Logf("%d packets, %d lost, %d doubled", line.Packets.Load(), line.Lost.Load(), line.Doubled.Load())
				line.Close()
			}
		})
	}
}

func throughLossyLine(t *testing.T, line *lossy.Line, conns, frames int) {
	layout := frame.MustLayout("!III", frame.LengthAt(2)) // client, number, length
	handled := make([]atomic.Int64, conns)
	type end struct {
		addr    string
		answers int64
		err     error
	}
	ends := make([]end, conns)
	var total atomic.Int64
	var failed sync.Map // the error of a connection, by its address
	enough := make(chan struct{})
	s := &frame.Server{
		Layout: layout,
		Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
			if n := handled[f.Int(0)].Add(1); n != f.Int(1)+1 {
				t.Errorf("frame %d of client %d is the %dth", f.Int(1), f.Int(0), n)
			}
			if total.Add(1) == int64(20*conns) {
				close(enough)
			}
			return c.Write(f.Payload, f.Int(0), f.Int(1))
		},
		ConnError: func(c *frame.Conn, err error) {
			failed.Store(c.NetConn().RemoteAddr().String(), err)
		},
	}
	ln, err := line.A.Listen()
	if err != nil {
		t.Fatal(err)
	}
	served := serve(t, s, ln)
	var all sync.WaitGroup
	for i := range conns {
		nc, err := line.B.Dial(ln.Addr())
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() { // does not wait for answers
			w := frame.NewWriter(nc, layout)
			sizes := rand.New(rand.NewPCG(uint64(i), 1))
			for n := range frames {
				if w.Write(bytes.Repeat([]byte{byte(n)}, sizes.IntN(2000)), i, n) != nil || n%8 == 0 && w.Flush() != nil {
					return
				}
			}
		})
		all.Go(func() {
			defer nc.Close()
			r := frame.NewReader(nc, layout)
			sizes := rand.New(rand.NewPCG(uint64(i), 1))
			n := int64(0)
			var err error
			for {
				var f frame.Frame
				if f, err = r.Next(); err != nil {
					break
				}
				if f.Int(0) != int64(i) || f.Int(1) != n || !bytes.Equal(f.Payload, bytes.Repeat([]byte{byte(n)}, sizes.IntN(2000))) {
					t.Errorf("client %d: answer %d is %v", i, n, f)
					break
				}
				n++
			}
			ends[i] = end{nc.LocalAddr().String(), n, err}
		})
	}
	wait(t, "some answers", enough)
	shutdown(t, s, served)
	within(t, "the end of the clients", all.Wait)
	var answered, lost int64
	for i, e := range ends {
		h := handled[i].Load()
		answered += e.answers
		lost += h - e.answers
		if _, ok := failed.Load(e.addr); e.answers < h && !ok {
			t.Errorf("client %d: %d answers to %d frames, then %v, and ConnError was silent", i, e.answers, h, e.err)
		}
	}
	t.Logf("%d frames handled, %d answers, %d lost and reported", total.Load(), answered, lost)
}
