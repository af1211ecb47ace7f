package frame_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/structpack"
	"example.com/structpack/frame"
	"github.com/google/go-cmp/cmp"
)

// A recorder is a connection whose input is a script, and which keeps what is
// done with it.
type recorder struct {
	net.Conn // nil: what is not here is not used
	in       io.Reader
	answered func(writes int) bool // if it is not nil, reading waits until it is true
	err      error                 // of writing

	mu     sync.Mutex
	change *sync.Cond
	writes []int // their sizes
	read   []time.Time
	write  []time.Time // deadlines
}

func newRecorder(in io.Reader) *recorder {
	r := &recorder{in: in}
	r.change = sync.NewCond(&r.mu)
	return r
}

func (r *recorder) LocalAddr() net.Addr  { return &net.UnixAddr{Net: "recorder"} }
func (r *recorder) RemoteAddr() net.Addr { return r.LocalAddr() }
func (r *recorder) Close() error         { return nil }

func (r *recorder) Read(b []byte) (int, error) {
	r.mu.Lock()
	for r.answered != nil && !r.answered(len(r.writes)) {
		r.change.Wait()
	}
	r.mu.Unlock()
	return r.in.Read(b)
}

func (r *recorder) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writes = append(r.writes, len(b))
	r.change.Broadcast()
	if r.err != nil {
		return 0, r.err
	}
	return len(b), nil
}

func (r *recorder) SetReadDeadline(t time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read = append(r.read, t)
	return nil
}

func (r *recorder) SetWriteDeadline(t time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.write = append(r.write, t)
	return nil
}

// TestFlushedBeforeWaiting is the rule that a Conn flushes before it waits for
// the peer, and not while frames are there: the answers to frames that come
// together go out together.
func TestFlushedBeforeWaiting(t *testing.T) {
	stream, _ := messages(5, 6, 7)
	c := newRecorder(&script{pieces: [][]byte{stream, stream[:12], stream[:4], stream[4:12]}})
	reads := 0
	c.answered = func(writes int) bool {
		// Before the first read there is nothing to write, nor between the parts of
		// the last frame.
		if writes < []int{0, 1, 2, 2, 3}[reads] {
			return false
		}
		reads++
		return true
	}
	conn := frame.NewConn(c, idKind)
	within(t, "the answers", func() {
		for f, err := range conn.Frames() {
			if err == nil {
				err = conn.WriteFrame(f)
			}
			if err != nil {
				t.Error(err)
				break
			}
		}
	})
	if diff := cmp.Diff(c.writes, []int{12 + 13 + 14, 12, 12}); diff != "" {
		t.Error(diff)
	}
	if len(c.read)+len(c.write) > 0 {
		t.Errorf("deadlines without timeouts: %v, %v", c.read, c.write)
	}
	overAll(t, func(t *testing.T, tr transport) {
		here, there := tr.connect(t)
		a, b := frame.NewConn(here, idKind), frame.NewConn(there, idKind)
		go func() {
			for f, err := range b.Frames() {
				if err != nil || b.WriteFrame(f) != nil {
					break
				}
			}
		}()
		within(t, "the answers", func() {
			for i := range 100 {
				if err := a.Write(make([]byte, i*i), i, 0); err != nil {
					t.Error(err)
				}
				if f, err := a.Next(); err != nil || f.Int(0) != int64(i) || len(f.Payload) != i*i {
					t.Errorf("%d: %v", i, err)
					break
				}
			}
		})
	})
}

// TestReadingDoesNotWaitForWriting has two peers whose writing goroutines fill
// everything that is between them before either of them reads: no Reader
// waits for the flush that it began.
func TestReadingDoesNotWaitForWriting(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		here, there := tr.connect(t)
		const frames = 1000
		var all sync.WaitGroup
		start := make(chan struct{})
		for _, nc := range []net.Conn{here, there} {
			c := frame.NewConn(nc, idKind)
			var wrote sync.WaitGroup
			wrote.Add(1)
			all.Go(func() {
				for i := range frames {
					if err := c.Write(make([]byte, 31_000), i, 0); err != nil {
						t.Error(err)
						break
					}
					if i == 0 {
						wrote.Done()
					}
				}
				if err := c.Flush(); err != nil {
					t.Error(err)
				}
			})
			all.Go(func() {
				wrote.Wait() // so that the Reader has something to flush
				<-start
				for i := range frames {
					if f, err := c.Next(); err != nil || f.Int(0) != int64(i) {
						t.Errorf("%v, %v", f, err)
						break
					}
				}
			})
		}
		close(start)
		within(t, "all frames", all.Wait)
	})
}

// TestReaderDoesNotWaitForAnothersFlush has a peer that writes before it reads,
// while a goroutine of this side is in the middle of a flush.
func TestReaderDoesNotWaitForAnothersFlush(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		here, there := tr.connect(t)
		c := frame.NewConn(here, idKind)
		const size = 20 << 20 // more than what is between the two
		flushed := make(chan error, 1)
		go func() { flushed <- c.Write(make([]byte, size), 0, 0) }()
		first := make([]byte, 1)
		if _, err := io.ReadFull(there, first); err != nil {
			t.Fatal(err)
		}
		sent := make(chan error, 1)
		go func() {
			w := frame.NewWriter(there, idKind)
			var err error
			for range 20 {
				if err = w.Write(make([]byte, 1<<20), 1, 0); err != nil {
					break
				}
			}
			sent <- err
		}()
		within(t, "what the peer sends", func() {
			for i := range 20 {
				// Something of its own is waiting after the other goroutine's frame.
				if i == 0 {
					if err := c.Write([]byte("mine"), 2, 0); err != nil {
						t.Error(err)
					}
				}
				if f, err := c.Next(); err != nil || len(f.Payload) != 1<<20 {
					t.Errorf("%v", err)
					return
				}
			}
		})
		if err := wait(t, "the end of sending", sent); err != nil {
			t.Error(err)
		}
		r := frame.NewReader(io.MultiReader(bytes.NewReader(first), there), idKind)
		r.MaxPayload = size
		order := []int64{}
		within(t, "both frames", func() {
			for range 2 {
				f, err := r.Next()
				if err != nil {
					t.Error(err)
					return
				}
				order = append(order, f.Int(0))
			}
		})
		slices.Sort(order)
		if !slices.Equal(order, []int64{0, 2}) {
			t.Errorf("frames %v", order)
		}
		if err := wait(t, "the end of the flush", flushed); err != nil {
			t.Error(err)
		}
	})
}

// TestFlushErrorOfNext is the rule that a flush that fails before reading is the
// error of Next once, does not count as a deadline, and lets reading go on.
func TestFlushErrorOfNext(t *testing.T) {
	checkGoroutines(t)
	stream, _ := messages(5, 6)
	for _, mine := range []error{errors.New("mine"), errTimeout} {
		here, there := transports[3].connect(t)
		c := frame.NewConn(failing{here, mine}, idKind)
		if err := c.Write([]byte("request"), 1, 1); err != nil {
			t.Fatal(err)
		}
		n, errs := 0, 0
		within(t, "the error", func() {
			for _, err := range c.Frames() {
				if n++; err != nil {
					errs++
					if !errors.Is(err, mine) || !strings.Contains(err.Error(), "flush") {
						t.Errorf("%v, want that of the flush", err)
					}
				}
			}
		})
		if n != 1 || errs != 1 {
			t.Errorf("%d frames and errors, %d errors: the iteration goes on", n, errs)
		}
		go func() {
			there.Write(stream)
			there.Close()
		}()
		for f, err := range c.Frames() {
			if n++; err != nil || f.Int(0) != int64(n-2) {
				t.Errorf("%v, %v", f, err)
			}
		}
		if n != 3 {
			t.Errorf("%d frames", n-1)
		}
		if err := c.Write(nil, 1, 1); err != mine {
			t.Errorf("%v, want %v", err, mine)
		}
	}
	// Who has got the error elsewhere does not get it again.
	mine := errors.New("mine")
	here, there := transports[3].connect(t)
	c := frame.NewConn(failing{here, mine}, idKind)
	c.Write(nil, 1, 1)
	if err := c.Flush(); err != mine {
		t.Fatal(err)
	}
	go there.Write(stream)
	if f, err := c.Next(); err != nil || f.Int(0) != 0 {
		t.Errorf("%v, %v", f, err)
	}
}

// TestFlushFailsAtOnce has flushes that fail while the Reader is on its way to wait: it
// must not take their wake for an old one.
func TestFlushFailsAtOnce(t *testing.T) {
	mine := errors.New("mine")
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8)) // it takes a thread that is stopped on its way
	var all sync.WaitGroup
	for range 1000 { // each of which waits a little for what may have arrived
		all.Go(func() {
			here, there := net.Pipe()
			defer here.Close()
			defer there.Close()
			c := frame.NewConn(failing{here, mine}, idKind)
			c.IdleTimeout = guard // which each wait sets anew
			c.Write([]byte("request"), 1, 1)
			if _, err := c.Next(); !errors.Is(err, mine) {
				t.Errorf("%v, want %v", err, mine)
			}
		})
	}
	within(t, "the error", all.Wait)
}

// failing is a connection whose Write fails.
type failing struct {
	net.Conn
	err error
}

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestFlushFailsInTheBackground has a peer that sends nothing and does not read
// either: the Reader, which has no timeout, gets the error of the flush that it
// left to a goroutine.
func TestFlushFailsInTheBackground(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		if tr.name == "tls" || tr.name == "tcp" {
			// TLS breaks with a write that times out, and TCP may make more room.
			t.Skip("nobody knows when it is full")
		}
		here, there := tr.connect(t)
		c := frame.NewConn(here, idKind)
		c.WriteTimeout = 50 * time.Millisecond
		for full := false; !full; {
			here.SetWriteDeadline(time.Now().Add(10 * time.Millisecond))
			n, _ := here.Write(make([]byte, 1<<20))
			full = n == 0
		}
		here.SetWriteDeadline(time.Time{})
		if err := c.Write(make([]byte, 31_000), 1, 1); err != nil {
			t.Fatal(err)
		}
		within(t, "the error", func() {
			if _, err := c.Next(); !errors.Is(err, os.ErrDeadlineExceeded) || !strings.Contains(err.Error(), "flush") {
				t.Errorf("%v", err)
			}
		})
		there.Close()
		if _, err := c.Next(); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
}

// TestIdleTimeout is the rule that it runs until the first byte of a frame only,
// and once for each.
func TestIdleTimeout(t *testing.T) {
	stream, _ := messages(3, 3)
	c := newRecorder(&script{pieces: pieces(stream, 5), end: errTimeout})
	conn := frame.NewConn(c, idKind)
	conn.IdleTimeout = time.Hour
	for range 2 {
		if _, err := conn.Next(); err != nil {
			t.Fatal(err)
		}
	}
	// One before each frame, and none for the rest of it.
	if d := c.read; len(d) != 4 || time.Until(d[0]) < 59*time.Minute || !d[1].IsZero() || !d[2].After(d[0]) || !d[3].IsZero() {
		t.Errorf("deadlines %v", c.read)
	}
}

// TestFrameTimeout is the rule that it runs from a frame's first byte to its last,
// not from each piece to the next.
func TestFrameTimeout(t *testing.T) {
	stream, _ := messages(30, 30)
	c := newRecorder(&script{pieces: append(pieces(stream[:37], 1), pieces(stream[37:], 1)...)})
	conn := frame.NewConn(c, idKind)
	conn.FrameTimeout = time.Hour
	for range 2 {
		if _, err := conn.Next(); err != nil {
			t.Fatal(err)
		}
	}
	// For each frame one with its first byte, and none before it.
	if len(c.read) != 3 || c.read[0].IsZero() || !c.read[1].IsZero() || !c.read[2].After(c.read[0]) {
		t.Errorf("deadlines %v", c.read)
	}
	// The same for a payload that is read as a stream.
	c = newRecorder(&script{pieces: pieces(stream, 1)})
	conn = frame.NewConn(c, idKind)
	conn.FrameTimeout = time.Hour
	for range 2 {
		if _, _, err := conn.ReadHeader(); err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, conn.Payload()); n != 30 || err != nil {
			t.Fatal(n, err)
		}
	}
	if len(c.read) != 3 || c.read[0].IsZero() || !c.read[1].IsZero() || !c.read[2].After(c.read[0]) {
		t.Errorf("deadlines of a stream %v", c.read)
	}
}

// TestSlowSender has a peer that sends a byte now and then, each in time to
// reach a timeout of its own, over real connections.
func TestSlowSender(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		here, there := tr.connect(t)
		stream, _ := messages(10_000)
		stop := make(chan struct{})
		sent := make(chan int)
		go func() {
			n := 0
			for ; n < len(stream); n++ {
				select {
				case <-stop:
					sent <- n
					return
				case <-time.After(time.Millisecond):
				}
				there.SetWriteDeadline(time.Now().Add(time.Second))
				if _, err := there.Write(stream[n : n+1]); err != nil {
					break
				}
			}
			sent <- n
		}()
		c := frame.NewConn(here, idKind)
		c.IdleTimeout = guard
		c.FrameTimeout = 50 * time.Millisecond
		if _, err := c.Next(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v", err)
		}
		close(stop)
		if n := wait(t, "the sender", sent); n == len(stream) {
			t.Errorf("it got all of its %d bytes through", n)
		}
	})
}

// TestFrameThatIsThere is the rule that a frame is not late which the kernel has, and
// nobody has read in time. All time is over here from the start.
func TestFrameThatIsThere(t *testing.T) {
	stream, _ := messages(50_000)
	read := func(c *frame.Conn) (int, error) {
		f, err := c.Next()
		return len(f.Payload), err
	}
	for _, tt := range []struct {
		name string
		sent int // of the stream
		read func(*frame.Conn) (int, error)
	}{
		{"a frame", len(stream), read},
		{"a stream", len(stream), func(c *frame.Conn) (int, error) {
			if _, _, err := c.ReadHeader(); err != nil {
				return 0, err
			}
			n, err := io.Copy(io.Discard, c.Payload())
			return int(n), err
		}},
		{"a part of a frame", len(stream) - 1, read},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, tr := range transports[:3] {
				t.Run(tr.name, func(t *testing.T) {
					here, there := tr.connect(t)
					if !frame.SendStateKnown(here) {
						t.Skip("nobody knows what is there")
					}
					if _, err := there.Write(stream[:tt.sent]); err != nil {
						t.Fatal(err)
					}
					whole := tt.sent == len(stream)
					if whole {
						there.(interface{ CloseWrite() error }).CloseWrite()
						if below, ok := there.(interface{ NetConn() net.Conn }); ok {
							below.NetConn().(*net.TCPConn).CloseWrite()
						}
						frame.WaitUntilSent(there)
					}
					c := frame.NewConn(here, idKind)
					c.FrameTimeout = 1
					n, err := tt.read(c)
					if whole && (n != 50_000 || err != nil) {
						t.Errorf("%d bytes, %v", n, err)
					}
					if !whole && !errors.Is(err, os.ErrDeadlineExceeded) {
						t.Errorf("%v", err)
					}
				})
			}
		})
	}
}

// TestWriteTimeout has a peer that never reads.
func TestWriteTimeout(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		here, _ := tr.connect(t)
		c := frame.NewConn(here, idKind)
		c.WriteTimeout = 50 * time.Millisecond
		var err error
		within(t, "an error", func() {
			for err == nil {
				err = c.Write(make([]byte, 30_000), 1, 1)
			}
		})
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if again := c.Flush(); again != err {
			t.Errorf("%v, want the final error", again)
		}
	})
	// One deadline a flush, and none in between.
	r := newRecorder(strings.NewReader(""))
	c := frame.NewConn(r, idKind)
	c.WriteTimeout = time.Hour
	for range 1000 {
		c.Write(make([]byte, 93), 1, 1)
	}
	c.Flush()
	if len(r.write) != 2*len(r.writes) || len(r.writes) != 4 {
		t.Fatalf("%d deadlines for %d writes", len(r.write), len(r.writes))
	}
	for i, d := range r.write {
		if set := time.Until(d) > 59*time.Minute; set != (i%2 == 0) || !set && !d.IsZero() {
			t.Errorf("deadline %d is %v", i, d)
		}
	}
}

// TestDeadlineOfTheCaller is the rule that a Conn without timeouts leaves the
// deadlines to its caller.
func TestDeadlineOfTheCaller(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		here, there := tr.connect(t)
		c := frame.NewConn(here, idKind)
		here.SetReadDeadline(time.Now().Add(time.Millisecond))
		if _, err := c.Next(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("%v", err)
		}
		stream, _ := messages(3)
		go there.Write(stream)
		here.SetReadDeadline(time.Now().Add(guard))
		if f, err := c.Next(); err != nil || len(f.Payload) != 3 {
			t.Errorf("%v, %v", f, err)
		}
	})
}

// TestDeadlineAfterAFailedFlush is the same rule after a flush in the background has
// failed, and woken the Reader by its deadline.
func TestDeadlineAfterAFailedFlush(t *testing.T) {
	checkGoroutines(t)
	here, _ := transports[3].connect(t)
	mine := errors.New("mine")
	c := frame.NewConn(failing{here, mine}, idKind)
	c.Write([]byte("request"), 1, 1)
	within(t, "the error of the flush", func() {
		if _, err := c.Next(); !errors.Is(err, mine) {
			t.Errorf("%v", err)
		}
	})
	here.SetReadDeadline(time.Now().Add(time.Millisecond))
	within(t, "the deadline", func() {
		if _, err := c.Next(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
}

// TestDeadlineAtEveryByte goes on after a deadline at every byte of two frames,
// over real connections, with the timeouts of a Conn and with those of the
// caller, for Next and for ReadHeader.
func TestDeadlineAtEveryByte(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		stream, payloads := messages(scaled(20), 0, 3)
		late := func(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
		for _, way := range []string{"Conn", "Reader", "ReadHeader"} {
			here, there := tr.connect(t)
			r := frame.NewReader(here, idKind)
			if way == "Conn" {
				c := frame.NewConn(here, idKind)
				c.IdleTimeout, c.FrameTimeout = time.Millisecond, time.Millisecond
				r = &c.Reader
			}
			next, timeouts := make(chan struct{}), 0
			go func() {
				for i := range stream {
					<-next
					there.Write(stream[i : i+1])
				}
				<-next
				there.Close()
			}()
			for i, want := range payloads {
				var got []byte
				var f frame.Frame
				err := errTimeout
				for late(err) {
					if way != "Conn" {
						here.SetReadDeadline(time.Now().Add(time.Millisecond))
					}
					if way == "ReadHeader" {
						f, _, err = r.ReadHeader()
					} else if f, err = r.Next(); err == nil {
						got = clone(f.Payload)
					}
					if late(err) {
						timeouts++
						select {
						case next <- struct{}{}:
						case <-time.After(time.Millisecond): // it is not done with the last byte
						}
					}
				}
				if way == "ReadHeader" && err == nil {
					number := f.Int(0)
					for done := false; !done; {
						here.SetReadDeadline(time.Now().Add(time.Millisecond))
						var b []byte
						b, err = io.ReadAll(r.Payload())
						got = append(got, b...)
						if done = !late(err); !done {
							timeouts++
							select {
							case next <- struct{}{}:
							case <-time.After(time.Millisecond):
							}
						}
					}
					if number != int64(i) {
						t.Errorf("frame %d has number %d", i, number)
					}
				}
				if err != nil || !bytes.Equal(got, want) {
					t.Fatalf("%s: frame %d: %x, %v", way, i, got, err)
				}
			}
			if timeouts < len(stream) {
				t.Errorf("%s: %d timeouts for %d bytes", way, timeouts, len(stream))
			}
			close(next)
			here.SetReadDeadline(time.Now().Add(guard))
			if way != "Conn" {
				if _, err := r.Next(); err != io.EOF {
					t.Errorf("%s: %v", way, err)
				}
			}
		}
	})
}

// TestNextContext ends a context at every byte of a frame, and goes on.
func TestNextContext(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		here, there := tr.connect(t)
		c := frame.NewConn(here, idKind)
		stream, _ := messages(9, 4)
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := c.NextContext(ended); err != context.Canceled {
			t.Errorf("a context that has ended: %v", err)
		}
		first := len(stream) - 11
		for i := range first {
			ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
			if _, err := c.NextContext(ctx); err != context.DeadlineExceeded {
				t.Fatalf("after %d bytes: %v", i, err)
			}
			cancel()
			if i < first-1 {
				there.SetWriteDeadline(time.Now().Add(guard))
				if tr.name == "pipe" { // whose Write waits for the Read
					go there.Write(stream[i : i+1])
					time.Sleep(time.Millisecond)
				} else if _, err := there.Write(stream[i : i+1]); err != nil {
					t.Fatal(err)
				}
			}
		}
		if tr.name == "pipe" {
			return // nobody knows the order of the goroutines that write
		}
		if _, err := there.Write(stream[first-1:]); err != nil {
			t.Fatal(err)
		}
		if f, err := c.NextContext(context.Background()); err != nil || f.Int(0) != 0 || len(f.Payload) != 9 {
			t.Errorf("%v, %v", f, err)
		}
		// A context of a call that is over wakes no later one.
		ctx, stop := context.WithCancel(context.Background())
		if f, err := c.NextContext(ctx); err != nil || f.Int(0) != 1 {
			t.Errorf("%v, %v", f, err)
		}
		stop()
		result := make(chan error)
		go func() {
			_, err := c.Next()
			result <- err
		}()
		there.Close()
		if err := wait(t, "the end", result); err != io.EOF {
			t.Errorf("%v", err)
		}
	})
}

// TestClose flushes what is waiting, ends what other goroutines wait for, and does
// not wait for ever for a peer that does not read.
func TestClose(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		here, there := tr.connect(t)
		c := frame.NewConn(here, idKind)
		c.Write([]byte("last"), 0, 0)
		reading := make(chan error, 1)
		go func() {
			_, err := frame.NewReader(here, idKind).Next()
			reading <- err
		}()
		got := make(chan []byte, 1)
		go func() {
			b, _ := io.ReadAll(there)
			got <- b
		}()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		checkFrames(t, wait(t, "the end of the stream", got), []string{"last"})
		if err := wait(t, "the end of reading", reading); err == nil {
			t.Errorf("a Close does not end Next")
		}
		if _, err := c.Next(); err == nil || strings.Contains(err.Error(), "flush") {
			t.Errorf("Next after Close: %v", err)
		}
		for what, err := range map[string]error{
			"the second Close": c.Close(), "Write": c.Write(nil, 1, 1), "Flush": c.Flush(),
			"WriteContext": c.WriteContext(t.Context(), nil, 1, 1), "CloseWrite": c.CloseWrite(),
		} {
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s after Close: %v", what, err)
			}
		}

		here, _ = tr.connect(t)
		c = frame.NewConn(here, idKind)
		c.WriteTimeout = 10 * time.Millisecond
		blocked := make(chan error, 1)
		go func() {
			for {
				if err := c.Write(make([]byte, 30_000), 1, 1); err != nil {
					blocked <- err
					return
				}
			}
		}()
		if err := wait(t, "a write that times out", blocked); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		if err := c.Close(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Close after a write that failed: %v", err)
		}
		if err := c.Close(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("the second Close after that: %v", err)
		}
		if err := c.Write(nil, 1, 1); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Write after that: %v", err)
		}
	})
	// Another goroutine's flush, which has no timeout, does not hold it up.
	here, there := transports[3].connect(t)
	c := frame.NewConn(here, idKind)
	flushed := make(chan error, 1)
	go func() { flushed <- c.Write(make([]byte, 300_000), 0, 0) }()
	if _, err := there.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	c.WriteTimeout = 10 * time.Millisecond // that of Close: the flush has begun
	if err := c.Close(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Close beside a flush: %v", err)
	}
	if err := wait(t, "the end of the flush", flushed); err == nil {
		t.Error("a flush goes on after Close")
	}
}

// TestSetLayout is the beginning of PostgreSQL's protocol: the first frame has another
// header than those that come with it.
func TestSetLayout(t *testing.T) {
	start, rest := frame.MustLayout("!I", frame.CountsHeader()), frame.MustLayout("!cI", frame.CountsFrom(1))
	overAll(t, func(t *testing.T, tr transport) {
		here, there := tr.connect(t)
		server, client := frame.NewConn(here, start), frame.NewConn(there, start)
		wrote := make(chan error, 1)
		go func() {
			client.Write([]byte("user"))
			client.SetLayout(rest)
			client.Write([]byte("select 1"), "Q")
			wrote <- client.Flush()
		}()
		if f, err := server.Next(); err != nil || string(f.Payload) != "user" || f.Uint(0) != 8 {
			t.Errorf("%v, %v", f, err)
		}
		server.SetLayout(rest)
		if f, err := server.Next(); err != nil || string(f.Payload) != "select 1" || f.Uint(0) != 'Q' {
			t.Errorf("%v, %v", f, err)
		}
		if err := wait(t, "the end of Flush", wrote); err != nil {
			t.Error(err)
		}
	})
}

// TestSetLayoutWhileWriting changes the layout of a Conn that others write to: each frame is
// one of a layout, or an error.
func TestSetLayoutWhileWriting(t *testing.T) {
	checkGoroutines(t)
	here, there := transports[1].connect(t)
	small, large := frame.MustLayout("!H"), frame.MustLayout("!16sQH", frame.LengthAt(2))
	f, err := small.Parse([]byte("\x00\x02ab"))
	if err != nil {
		t.Fatal(err)
	}
	c := frame.NewConn(here, small)
	go io.Copy(io.Discard, there)
	var writers sync.WaitGroup
	for _, write := range []func() error{
		func() error { return c.Write(make([]byte, 9000)) },
		func() error { return frame.WriteHeader(&c.Writer, &struct{ Length uint16 }{}, make([]byte, 9000)) },
		func() error { return c.WriteFrame(f) },
	} {
		writers.Go(func() {
			for range scaled(2000) {
				var e *structpack.Error
				if err := write(); err != nil && !errors.As(err, &e) && !errors.Is(err, frame.ErrLength) {
					t.Error(err)
				}
			}
		})
	}
	for i := range scaled(2000) {
		c.SetLayout([]*frame.Layout{small, large}[i%2])
	}
	writers.Wait()
	c.SetLayout(small)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// TestCloseWrite ends one direction, and reads on in the other one.
func TestCloseWrite(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		here, there := tr.connect(t)
		c := frame.NewConn(here, idKind)
		c.Write([]byte("question"), 0, 0)
		if tr.name == "pipe" {
			go io.Copy(io.Discard, there)
			if err := c.CloseWrite(); !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("%v", err)
			}
			return
		}
		if err := c.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		peer := frame.NewConn(there, idKind)
		for f, err := range peer.Frames() {
			if err != nil {
				t.Error(err)
			}
			peer.Write(append([]byte("answer to "), f.Payload...), 0, 0)
		}
		peer.Close()
		if f, err := c.Next(); err != nil || string(f.Payload) != "answer to question" {
			t.Errorf("%q, %v", f.Payload, err)
		}
		if _, err := c.Next(); err != io.EOF {
			t.Errorf("%v", err)
		}
	})
}

// TestNoDatagrams is the rule that a Reader refuses connections of datagrams.
func TestNoDatagrams(t *testing.T) {
	udp, err := net.Dial("udp", "127.0.0.1:9")
	if err != nil {
		t.Skip("no UDP: ", err)
	}
	defer udp.Close()
	c := frame.NewConn(udp, idKind)
	_, err = c.Next()
	for what, err := range map[string]error{"Next": err, "Write": c.Write(nil, 1, 2), "Flush": c.Flush()} {
		if want := "frame: messages of udp are no stream: unsupported operation"; err == nil || err.Error() != want || !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: got  %v\nwant %s", what, err, want)
		}
	}
}

// TestLostConnection is the rule that only a deadline is resumable: a connection
// that the system gave up is lost, though the system calls that a timeout.
func TestLostConnection(t *testing.T) {
	lost := &net.OpError{Op: "read", Err: os.NewSyscallError("read", lostErr{})}
	stream, _ := messages(3)
	r := frame.NewReader(&script{pieces: [][]byte{stream}, end: lost}, idKind)
	n := 0
	for _, err := range r.Frames() {
		if n++; n == 2 && err != error(lost) || n > 2 {
			t.Fatalf("%d: %v", n, err)
		}
	}
	if _, err := r.Next(); err != error(lost) {
		t.Errorf("%v is not final", err)
	}
}

// lostErr is what ETIMEDOUT is.
type lostErr struct{}

func (lostErr) Error() string   { return "connection timed out" }
func (lostErr) Timeout() bool   { return true }
func (lostErr) Temporary() bool { return true }

// TestEarlyTimeout has a connection that says that a deadline has passed before
// it has, again and again, as TLS does after a handshake that timed out: that is
// final.
func TestEarlyTimeout(t *testing.T) {
	src := &impatient{}
	c := frame.NewConn(newRecorder(src), idKind)
	c.IdleTimeout = time.Hour
	n := 0
	for _, err := range c.Frames() {
		if n++; n > 1 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("%d: %v", n, err)
		}
		if _, again := c.Next(); again != err || src.calls != 1 {
			t.Errorf("%v, then %v, after %d calls", err, again, src.calls)
		}
	}
}

// impatient is a stream whose deadline has always passed.
type impatient struct{ calls int }

func (i *impatient) Read([]byte) (int, error) {
	i.calls++
	return 0, errTimeout
}

// TestFlushInParts has a connection that takes a part of what a Reader flushes: a
// goroutine sends the rest, and not a byte twice. It is a Unix-domain one: TCP takes
// half a second for what does not fit into so small a buffer.
func TestFlushInParts(t *testing.T) {
	checkGoroutines(t)
	here, there := transports[1].connect(t)
	here.(*net.UnixConn).SetWriteBuffer(4 << 10)
	there.(*net.UnixConn).SetReadBuffer(4 << 10)
	c, peer := frame.NewConn(here, idKind), frame.NewConn(there, idKind)
	for i := range scaled(500) {
		payload := make([]byte, 31_000)
		for k := range payload {
			payload[k] = byte(k >> 4)
		}
		if err := c.Write(payload, i, 0); err != nil {
			t.Fatal(err)
		}
		answered := make(chan error)
		go func() {
			_, err := c.Next()
			answered <- err
		}()
		got := make([]byte, 0, 31_007)
		for len(got) < cap(got) {
			n, err := there.Read(got[len(got):min(cap(got), len(got)+500)])
			if err != nil {
				t.Fatal(err)
			}
			got = got[:len(got)+n]
		}
		if f, err := idKind.Parse(got); err != nil || f.Int(0) != int64(i) || !bytes.Equal(f.Payload, payload) {
			t.Fatalf("frame %d: %v", i, err)
		}
		peer.Write(nil, i, 0)
		peer.Flush()
		if err := wait(t, "the answer", answered); err != nil {
			t.Fatal(err)
		}
	}
}

// closedPipe is what a net.Pipe is when the peer has closed it.
type closedPipe struct{ *recorder }

func (closedPipe) SetReadDeadline(time.Time) error { return io.ErrClosedPipe }

// TestDeadlinesOfAClosedPipe has a peer that has closed before a deadline is set: the
// stream ends as it does otherwise, and what had been sent before is read.
func TestDeadlinesOfAClosedPipe(t *testing.T) {
	stream, _ := messages(3)
	for _, n := range []int{0, 3, 7, 9, 10} {
		c := frame.NewConn(closedPipe{newRecorder(&script{pieces: pieces(stream[:n], 5)})}, idKind)
		c.IdleTimeout, c.FrameTimeout = time.Hour, time.Hour
		f, err := c.Next()
		want := io.ErrUnexpectedEOF
		switch n {
		case 0:
			want = io.EOF
		case 10:
			want = nil
		}
		if err != want || err == nil && len(f.Payload) != 3 {
			t.Errorf("%d bytes: %v, %v", n, f, err)
		}
	}
}

// TestWriteTimeoutSetBack is the rule that a WriteTimeout bounds a flush and nothing
// after it.
func TestWriteTimeoutSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		c := frame.NewConn(here, idKind)
		r := frame.NewReader(there, idKind)
		c.WriteTimeout = time.Second
		send := func() error {
			if err := c.Write(nil, 1, 1); err != nil {
				return err
			}
			return c.Flush()
		}
		next := func(step string) {
			ended := make(chan error, 1)
			go func() { ended <- send() }()
			if _, err := r.Next(); err != nil {
				t.Fatalf("%s: %v", step, err)
			}
			if err := <-ended; err != nil {
				t.Fatalf("%s: %v", step, err)
			}
		}
		next("with a timeout")
		c.WriteTimeout = 0
		time.Sleep(time.Minute)
		next("without one")
	})
}

// TestWriteTimeoutOfAHandler changes it while the Conn's own goroutines flush.
func TestWriteTimeoutOfAHandler(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		n := 0
		s := &frame.Server{Layout: idKind, Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
			n++
			c.WriteTimeout = guard + time.Duration(n)
			return c.WriteFrame(f)
		}}
		ln := tr.listen(t)
		served := serve(t, s, ln)
		c := dial(t, tr, ln)
		go func() {
			for i := range 300 {
				c.Write(make([]byte, 100), i, 0)
				c.Flush()
			}
		}()
		for i := range 300 {
			if _, err := c.Next(); err != nil {
				t.Fatalf("answer %d: %v", i, err)
			}
		}
		c.Close()
		shutdown(t, s, served)
	})
}
