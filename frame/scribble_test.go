package frame_test

import (
	"bytes"
	"context"
	"testing"

	"example.com/structpack/frame"
)

// TestScribble has handlers that keep what they get, and one that reads from its connection.
func TestScribble(t *testing.T) {
	for _, size := range []int{1, 300, 5000, 100_000} {
		overAll(t, func(t *testing.T, tr transport) {
			var kept [][]byte
			s := &frame.Server{Layout: idKind, Scribble: true, ConnError: noErrors(t), Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
				kept = append(kept, f.Payload)
				if f.Uint(1) == 1 {
					next, err := c.Next()
					if err != nil {
						return err
					}
					return c.WriteFrame(next)
				}
				if f.Uint(1) == 3 {
					return nil
				}
				return c.WriteFrame(f)
			}}
			ln := tr.listen(t)
			served := serve(t, s, ln)
			c := dial(t, tr, ln)
			payload := bytes.Repeat([]byte("x"), size)
			go func() {
				for kind := 2; kind >= 0; kind-- { // the second one's handler reads the third
					c.Write(payload, 0, kind)
				}
				c.Flush()
			}()
			for range 2 {
				f, err := c.Next()
				if err != nil || !bytes.Equal(f.Payload, payload) {
					t.Fatalf("%v, %v", f, err)
				}
			}
			c.Write(bytes.Repeat([]byte("y"), size), 0, 3) // no answer, so that nobody needs the buffer
			c.Close()
			shutdown(t, s, served)
			if want := bytes.Repeat([]byte{0xdb}, size); !bytes.Equal(kept[len(kept)-1], want) {
				t.Errorf("%d bytes: the last handler has kept %.20q", size, kept[len(kept)-1])
			}
		})
	}
}
