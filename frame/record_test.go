package frame_test

import (
	"crypto/tls"
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"example.com/structpack/frame"
)

// A cutter holds back the end of what is written to it.
type cutter struct {
	net.Conn
	keep int // how many bytes of the next Write
	kept []byte
}

func (c *cutter) Write(b []byte) (int, error) {
	n := len(b) - c.keep
	c.kept, c.keep = append([]byte{}, b[n:]...), 0
	m, err := c.Conn.Write(b[:n])
	return m + len(c.kept), err
}

// TestRecordInPart is the rule that a TLS record in part is a frame in part: its time is
// the FrameTimeout, and that of a peer that sends nothing is not.
func TestRecordInPart(t *testing.T) {
	config := serverTLS()
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		below := &cutter{Conn: there}
		peer := tls.Client(below, &tls.Config{InsecureSkipVerify: true})
		w := frame.NewWriter(peer, idKind)
		send := func(id int) {
			if err := w.Write(nil, id, 0); err != nil {
				t.Error(err)
			}
			if err := w.Flush(); err != nil {
				t.Error(err)
			}
		}
		c := frame.NewConn(tls.Server(here, config), idKind)
		defer here.Close()
		c.FrameTimeout = time.Second
		next := func(want int) {
			t.Helper()
			if f, err := c.Next(); err != nil || f.Int(0) != int64(want) {
				t.Fatalf("%v, %v, want frame %d", f, err, want)
			}
		}
		timeout := func(least, most time.Duration) {
			t.Helper()
			start := time.Now()
			_, err := c.Next()
			if took := time.Since(start); !errors.Is(err, os.ErrDeadlineExceeded) || took < least || took > most {
				t.Fatalf("%v after %v, want a timeout after %v to %v", err, took, least, most)
			}
		}
		go send(1)
		next(1)
		go func() {
			time.Sleep(time.Hour)
			send(2)
		}()
		next(2)

		c.IdleTimeout = 10 * time.Second
		timeout(c.IdleTimeout, c.IdleTimeout)
		timeout(c.IdleTimeout, c.IdleTimeout)

		for _, keep := range []int{1, 20} { // of a record of 5 bytes and more
			below.keep = keep
			send := func() { send(3) }
			go send()
			timeout(c.FrameTimeout, 2*c.FrameTimeout)
			timeout(c.FrameTimeout, 2*c.FrameTimeout)
			go below.Conn.Write(below.kept)
			next(3)
		}
		c.IdleTimeout = c.FrameTimeout / 2
		timeout(c.IdleTimeout, c.IdleTimeout)
	})
}
