//go:build linux

package lossy_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"example.com/structpack/internal/test/lossy"
)

// TestLine sends a stream through a line that loses, doubles and reorders packets:
// TCP mends all of it, and the counters show that there was something to mend.
func TestLine(t *testing.T) {
	l, err := lossy.Open(lossy.Config{Delay: time.Millisecond, Jitter: 2 * time.Millisecond, Loss: 0.1, Double: 0.1, Seed: 1})
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ln, err := l.A.Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	want := make([]byte, 100<<10)
	for i := range want {
		want[i] = byte(rand.Uint32())
	}
	go func() {
		c, err := l.B.Dial(ln.Addr())
		if err != nil {
			t.Error(err)
			ln.Close()
			return
		}
		defer c.Close()
		if _, err := c.Write(want); err != nil {
			t.Error(err)
		}
	}()
	c, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("read %d bytes of %d that are the same: %t, %v", len(got), len(want), bytes.Equal(got, want), err)
	}
	if l.Packets.Load() == 0 || l.Lost.Load() == 0 || l.Doubled.Load() == 0 {
		t.Errorf("%d packets, %d lost, %d doubled", l.Packets.Load(), l.Lost.Load(), l.Doubled.Load())
	}
}
