package frame_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand"
	"net"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"example.com/structpack/frame"
)

// TestEverySplitBothWays sends frames to a Server in pieces of every size, and
// reads the answers byte by byte.
func TestEverySplitBothWays(t *testing.T) {
	checkGoroutines(t)
	s := &frame.Server{Layout: idKind, Handle: echo, ConnError: noErrors(t)}
	ln := newPipes()
	served := serve(t, s, ln)
	stream, want := messages(0, 1, 30, 0, 70, 5)
	for n := 1; n <= len(stream); n++ {
		c := dial(t, transports[3], ln).NetConn()
		go func() {
			for _, piece := range pieces(stream, n) {
				if _, err := c.Write(piece); err != nil {
					t.Errorf("pieces of %d bytes: %v", n, err)
				}
			}
		}()
		r := frame.NewReader(iotest.OneByteReader(c), idKind)
		for i, payload := range want {
			if f, err := r.Next(); err != nil || f.Int(0) != int64(i) || !bytes.Equal(f.Payload, payload) {
				t.Fatalf("pieces of %d bytes: answer %d: %v, %v", n, i, f, err)
			}
		}
		c.Close()
	}
	shutdown(t, s, served)
}

// TestGarbage has peers that send bytes of no meaning, in frames and instead of
// TLS: they end their own connection and no other one.
func TestGarbage(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		s := &frame.Server{Layout: idKind, Handle: echo, MaxPayload: 1 << 16, FrameTimeout: 100 * time.Millisecond, HandshakeTimeout: guard}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		good := dial(t, tr, ln)
		var all sync.WaitGroup
		for i := range scaled(100) {
			connect := func() (net.Conn, error) { return tr.dial(ln) }
			if tr.name == "tls" && i%2 == 0 {
				connect = func() (net.Conn, error) { return dialListener(ln) }
			}
			c, err := connect()
			if err != nil {
				t.Fatal(err)
			}
			random := rand.New(rand.NewSource(int64(i)))
			all.Go(func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(guard))
				go func() {
					b := make([]byte, 1+random.Intn(100_000))
					random.Read(b)
					c.Write(b)
				}()
				if _, err := io.Copy(io.Discard, c); err != nil {
					var ne net.Error
					if errors.As(err, &ne) && ne.Timeout() {
						t.Errorf("garbage %d: the connection does not end: %v", i, err)
					}
				}
			})
		}
		for i := range 100 {
			good.Write(nil, i, 0)
			if f, err := good.Next(); err != nil || f.Int(0) != int64(i) {
				t.Fatalf("%v, %v", f, err)
			}
		}
		all.Wait()
		good.Close()
		shutdown(t, s, served)
	})
}

// TestReset has peers that reset the connection wherever in a frame that is.
func TestReset(t *testing.T) {
	checkGoroutines(t)
	tr := transports[0]
	ended := make(chan error, 1)
	s := &frame.Server{Layout: idKind, Handle: echo, ConnError: func(_ *frame.Conn, err error) { ended <- err }}
	ln := tr.listen(t)
	served := serve(t, s, ln)
	stream, _ := messages(5, 5)
	for n := range stream {
		c := dial(t, tr, ln).NetConn().(*net.TCPConn)
		if _, err := c.Write(stream[:n]); err != nil {
			t.Fatal(err)
		}
		if n >= 12 {
			if _, err := io.ReadFull(c, make([]byte, 12)); err != nil {
				t.Fatal(err)
			}
		}
		c.SetLinger(0)
		c.Close()
		err := wait(t, "the error", ended)
		var op *net.OpError
		if err == io.EOF || err == io.ErrUnexpectedEOF || !errors.As(err, &op) || op.Op != "read" || op.Addr == nil {
			t.Errorf("reset after %d bytes: %v", n, err)
		}
	}
	shutdown(t, s, served)
}

// TestOpenedAndDropped opens and drops connections by the thousand, wherever in
// the conversation that is.
func TestOpenedAndDropped(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		s := &frame.Server{Layout: idKind, Handle: echo, WriteTimeout: guard}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		stream, _ := messages(10, 20_000)
		total := scaled(2000)
		if tr.name == "tls" {
			total = scaled(200)
		}
		var all sync.WaitGroup
		var next atomic.Int64
		for range 8 {
			all.Go(func() {
				for {
					i := int(next.Add(1))
					if i > total {
						return
					}
					c, err := tr.dial(ln)
					if err != nil {
						t.Error(err)
						return
					}
					c.SetDeadline(time.Now().Add(guard))
					switch i % 6 {
					case 1:
						c.Write(stream[:3])
					case 2:
						c.Write(stream[:7])
					case 3:
						c.Write(stream[:10_000])
					case 4:
						c.Write(stream)
					case 5:
						c.Write(stream)
						io.ReadFull(c, make([]byte, 100))
					}
					if tcp, ok := c.(*net.TCPConn); ok && i%4 == 0 {
						tcp.SetLinger(0)
					}
					c.Close()
				}
			})
		}
		within(t, "the end of all of them", all.Wait)
		c := dial(t, tr, ln)
		c.Write(nil, 7, 0)
		if f, err := c.Next(); err != nil || f.Int(0) != 7 {
			t.Errorf("afterwards: %v, %v", f, err)
		}
		c.Close()
		shutdown(t, s, served)
	})
}

// TestClaims has 200 peers that claim 8 MiB, which are within the limit, and send
// nothing of them, three times over: no memory is taken for what has not come.
func TestClaims(t *testing.T) {
	for _, tr := range transports[:2] {
		t.Run(tr.name, func(t *testing.T) {
			checkGoroutines(t)
			const peers, claim, most = 200, 8 << 20, 10 << 20
			var seen atomic.Int64
			l := frame.MustLayout("!I", frame.LengthFunc(func(head []byte) (int64, error) {
				n := int64(binary.BigEndian.Uint32(head))
				if n == claim {
					seen.Add(1)
				}
				return n, nil
			}))
			s := &frame.Server{Layout: l, MaxPayload: 16 << 20, Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
				return c.WriteFrame(f)
			}}
			ln := tr.listen(t)
			served := serve(t, s, ln)
			before := heap()
			for wave := range 3 {
				seen.Store(0)
				var conns []net.Conn
				for range peers {
					c, err := tr.dial(ln)
					if err != nil {
						t.Fatal(err)
					}
					defer c.Close()
					conns = append(conns, c)
					if _, err := c.Write(binary.BigEndian.AppendUint32(nil, claim)); err != nil {
						t.Fatal(err)
					}
				}
				for end := time.Now().Add(guard); seen.Load() < peers; runtime.Gosched() {
					if time.Now().After(end) {
						t.Fatalf("%d claims were seen", seen.Load())
					}
				}
				if after := heap(); after > before+most {
					t.Errorf("wave %d: the heap grew from %d to %d KiB", wave, before>>10, after>>10)
				}
				for _, c := range conns {
					c.Close()
				}
			}
			shutdown(t, s, served)
		})
	}
}

// TestIdleConnectionsHoldNoBuffer is the rule that a connection takes memory for
// reading and writing only while there are bytes, also after large frames.
func TestIdleConnectionsHoldNoBuffer(t *testing.T) {
	for _, tr := range transports[:3] {
		t.Run(tr.name, func(t *testing.T) {
			checkGoroutines(t)
			s := &frame.Server{Layout: idKind, Handle: echo}
			ln := tr.listen(t)
			served := serve(t, s, ln)
			const conns, most = 100, 4 << 10
			var all []net.Conn
			for range conns {
				all = append(all, dial(t, tr, ln).NetConn())
			}
			talk := func(size int) {
				stream, _ := messages(size)
				for _, c := range all {
					if _, err := c.Write(stream); err != nil {
						t.Fatal(err)
					}
					if _, err := io.ReadFull(c, stream); err != nil {
						t.Fatal(err)
					}
				}
			}
			talk(10)
			before := reachable()
			for _, size := range []int{10_000, 60_000} {
				talk(size)
				// TLS keeps a record, and Go a larger stack, for each end. Nobody keeps a buffer
				// of 60 KB.
				if after := reachable(); after > before+conns*most && tr.name != "tls" || after > before+conns*60_000 {
					t.Errorf("after frames of %d bytes: %d bytes more for each of %d connections", size, (after-before)/conns, conns)
				}
			}
			for _, c := range all {
				c.Close()
			}
			shutdown(t, s, served)
		})
	}
}

// reachable returns how much of the heap is reachable.
func reachable() uint64 {
	runtime.GC()
	runtime.GC() // for what pools have kept
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// heap returns how much memory is in use, whether it is reachable or not.
func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// TestPeersThatNeverRead end with their WriteTimeout, and hold up no other one.
func TestPeersThatNeverRead(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		errs := make(chan error, 10)
		s := &frame.Server{Layout: idKind, WriteTimeout: 50 * time.Millisecond, ConnError: func(_ *frame.Conn, err error) { errs <- err },
			Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
				if f.Int(1) == 9 {
					return c.WriteFrame(f)
				}
				for { // more than there is room for
					if err := c.Write(f.Payload, 0, 0); err != nil {
						return err
					}
				}
			}}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		for range 10 {
			c := dial(t, tr, ln)
			c.Write(make([]byte, 10_000), 0, 0)
			if err := c.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		c := dial(t, tr, ln)
		for i := range 100 {
			c.Write(nil, i, 9)
			if f, err := c.Next(); err != nil || f.Int(0) != int64(i) {
				t.Fatalf("%v, %v", f, err)
			}
		}
		for range 10 {
			if err := wait(t, "the error", errs); !errors.Is(err, context.DeadlineExceeded) && !isDeadline(err) {
				t.Errorf("%v", err)
			}
		}
		c.Close()
		shutdown(t, s, served)
	})
}

func isDeadline(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

// TestPiecesOfLargeFrames has frames on both sides of every size of buffer, in
// pieces that are not a part of them, over connections.
func TestPiecesOfLargeFrames(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		var sizes []int
		for _, n := range []int{576, 18 << 8, 18 << 10, 32 << 10, 64 << 10, 72 << 10, 256 << 10, 288 << 10} {
			for d := -80; d <= 80; d += 16 {
				sizes = append(sizes, n+d)
			}
		}
		stream, want := messages(sizes...)
		here, there := tr.connect(t)
		go func() {
			for piece := range slices.Chunk(stream, 50_021) {
				if _, err := there.Write(piece); err != nil {
					t.Error(err)
					break
				}
			}
			there.Close()
		}()
		got, _, err := readAll(frame.NewReader(here, idKind))
		if err != nil || !slices.EqualFunc(got, want, bytes.Equal) {
			t.Errorf("%d of %d frames, %v", len(got), len(want), err)
		}
	})
}

// TestResetIsNoEnd has peers that reset the connection, and a Writer that notices
// first: the Reader does not take that for an end of the stream.
func TestResetIsNoEnd(t *testing.T) {
	checkGoroutines(t)
	stream, _ := messages(5, 5)
	for range scaled(100) {
		here, there := transports[0].connect(t)
		if _, err := there.Write(stream); err != nil {
			t.Fatal(err)
		}
		there.(*net.TCPConn).SetLinger(0)
		there.Close()
		c := frame.NewConn(here, idKind)
		within(t, "an error of writing", func() {
			for err := error(nil); err == nil; err = c.Flush() {
				c.Write(nil, 1, 1)
			}
		})
		for _, err := range c.Frames() {
			if err != nil {
				c.NetConn().Close()
				break
			}
		}
		if _, err := c.Next(); err == io.EOF {
			t.Fatal("a reset is the end of the stream")
		}
		here.Close()
	}
}

// TestLastWords has connections that cannot be written to, with frames that have
// arrived: they are handled first, and then the error is reported.
func TestLastWords(t *testing.T) {
	const frames = 1000
	stream, _ := messages(slices.Repeat([]int{50}, frames)...)
	mine := errors.New("mine")
	for _, tt := range []struct {
		name   string
		closes bool
		handle func(c *frame.Conn, f frame.Frame) error
	}{
		{"a peer that closes", true, func(c *frame.Conn, f frame.Frame) error { return c.WriteFrame(f) }},
		{"a peer that stays", false, func(c *frame.Conn, f frame.Frame) error { return c.WriteFrame(f) }},
		{"answers that are flushed", true, func(c *frame.Conn, f frame.Frame) error {
			if err := c.WriteFrame(f); err != nil {
				return err
			}
			return c.Flush()
		}},
		{"errors that nobody looks at", true, func(c *frame.Conn, f frame.Frame) error {
			c.WriteFrame(f)
			c.Flush()
			return nil
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				handled := 0
				errs := make(chan error, 2)
				s := &frame.Server{Layout: idKind, ConnError: func(_ *frame.Conn, err error) { errs <- err },
					Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
						if handled++; f.Int(0) != int64(handled-1) {
							t.Errorf("frame %d is %v", handled-1, f)
						}
						return tt.handle(c, f)
					}}
				ln := newPipes()
				served := serve(t, s, ln)
				here, there := net.Pipe()
				ln.conns <- failing{there, mine}
				for _, piece := range pieces(stream, 5000) {
					if _, err := here.Write(piece); err != nil {
						t.Error(err)
						break
					}
				}
				if tt.closes {
					here.Close()
				}
				if err := wait(t, "ConnError", errs); !errors.Is(err, mine) {
					t.Errorf("%v", err)
				}
				here.Close()
				shutdown(t, s, served)
				if handled != frames {
					t.Errorf("%d of %d frames were handled", handled, frames)
				}
			})
		})
	}
}
