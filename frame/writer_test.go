package frame_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand"
	"net"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/structpack"
	"example.com/structpack/frame"
	"github.com/google/go-cmp/cmp"
)

// A sink keeps what is written to it, call by call.
type sink struct {
	mu    sync.Mutex
	calls [][]byte
	err   error
	short bool
	gate  chan struct{} // if it is not nil, each call takes one value of it
	in    chan struct{} // if it is not nil, each call sends to it first
}

func (s *sink) Write(b []byte) (int, error) {
	if s.in != nil {
		s.in <- struct{}{}
	}
	if s.gate != nil {
		<-s.gate
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, clone(b))
	if s.short {
		return len(b) - 1, nil
	}
	return len(b), s.err
}

func (s *sink) sizes() (sizes []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.calls {
		sizes = append(sizes, len(b))
	}
	return sizes
}

func (s *sink) all() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Concat(s.calls...)
}

// TestOneWriteAFrame is the rule that a frame goes to the stream with one call,
// its header too, and several frames of one flush together.
func TestOneWriteAFrame(t *testing.T) {
	for _, size := range []int{0, 1, 16, 4096, 32<<10 - 8, 32<<10 - 7, 32 << 10, 64 << 10, 256<<10 - 1} {
		dst := &sink{}
		w := frame.NewWriter(dst, idKind)
		want, err := idKind.Append(nil, make([]byte, size), 1, 2)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(make([]byte, size), 1, 2); err != nil {
			t.Fatal(err)
		}
		early := size+7 >= 32<<10
		if n := len(dst.sizes()); early != (n == 1) {
			t.Errorf("%d bytes: %d calls before Flush", size, n)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if len(dst.calls) != 1 || !bytes.Equal(dst.all(), want) {
			t.Errorf("%d bytes: %d calls, %d bytes, want %d", size, len(dst.calls), len(dst.all()), len(want))
		}
		if err := w.Flush(); err != nil || len(dst.sizes()) != 1 {
			t.Errorf("%d bytes: an empty flush wrote: %v", size, err)
		}
	}
}

// TestFlushAt32KiB is the rule that what waits is written when there are 32 KiB.
func TestFlushAt32KiB(t *testing.T) {
	dst := &sink{}
	w := frame.NewWriter(dst, idKind)
	for range 3 * 327 {
		if err := w.Write(make([]byte, 93), 1, 2); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(dst.sizes(), []int{32_800, 32_800}); diff != "" {
		t.Error(diff)
	}
	w.Flush()
	if n := len(dst.all()); n != 3*327*100 {
		t.Errorf("%d bytes", n)
	}
	dst = &sink{}
	w = frame.NewWriter(dst, idKind)
	for range 1024 { // 32 KiB, and no byte more
		w.Write(make([]byte, 25), 1, 2)
	}
	if diff := cmp.Diff(dst.sizes(), []int{32 << 10}); diff != "" {
		t.Error(diff)
	}
}

// TestLargePayloads are not copied: they are a call of their own, after what
// was waiting and their header.
func TestLargePayloads(t *testing.T) {
	dst := &sink{}
	w := frame.NewWriter(dst, idKind)
	w.Write([]byte("first"), 0, 0)
	large := bytes.Repeat([]byte("large"), 1<<18)
	if err := w.Write(large, 1, 0); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(dst.sizes(), []int{12 + 7, len(large)}); diff != "" {
		t.Error(diff)
	}
	w.Write([]byte("last"), 2, 0)
	w.Flush()
	checkFrames(t, dst.all(), []string{"first", string(large), "last"})

	dst = &sink{}
	w = frame.NewWriter(dst, idKind)
	if err := w.Write(make([]byte, 256<<10), 1, 0); err != nil { // the smallest of them
		t.Fatal(err)
	}
	if diff := cmp.Diff(dst.sizes(), []int{7, 256 << 10}); diff != "" {
		t.Error(diff)
	}
}

// TestOneVectoredWrite sends large payloads over a Unix-domain connection that keeps
// the writes apart: header and payload are one, with what was waiting before them.
func TestOneVectoredWrite(t *testing.T) {
	address := &net.UnixAddr{Net: "unixpacket", Name: filepath.Join(t.TempDir(), "s")}
	ln, err := net.ListenUnix("unixpacket", address)
	if err != nil && runtime.GOOS != "linux" {
		t.Skip(err) // some systems do not have them
	}
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	here, err := net.DialUnix("unixpacket", nil, address)
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	there, err := ln.AcceptUnix()
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	w := frame.NewWriter(here, idKind)
	w.AllowPackets()
	for _, size := range []int{32 << 10, 40_000} {
		payload := strings.Repeat("x", size)
		if err := w.Write([]byte("first"), 0, 0); err != nil {
			t.Fatal(err)
		}
		if err := w.Write([]byte(payload), 1, 0); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, 64<<10)
		n, err := there.Read(got)
		if err != nil {
			t.Fatal(err)
		}
		checkFrames(t, got[:n], []string{"first", payload})
	}
}

// TestVectoredWrites sends payloads of 256 KiB and more over sockets, between
// small ones.
func TestVectoredWrites(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		here, there := tr.connect(t)
		var want []string
		for i, size := range []int{0, 256 << 10, 5, 1 << 20, 256<<10 - 1, 300_000, 300_000, 1} {
			want = append(want, strings.Repeat(string(rune('a'+i)), size))
		}
		go func() {
			w := frame.NewWriter(here, idKind)
			for i, p := range want {
				if err := w.Write([]byte(p), i, 0); err != nil {
					t.Error(err)
				}
			}
			if err := w.Flush(); err != nil {
				t.Error(err)
			}
			here.Close()
		}()
		got, err := io.ReadAll(there)
		if err != nil {
			t.Fatal(err)
		}
		checkFrames(t, got, want)
	})
}

// checkFrames checks that a stream consists of frames with these payloads, with
// their numbers.
func checkFrames(t *testing.T, stream []byte, want []string) {
	t.Helper()
	for i, p := range want {
		f, rest, err := idKind.Cut(stream)
		if err != nil || f.Int(0) != int64(i) || string(f.Payload) != p {
			t.Fatalf("frame %d: number %d, %d bytes, want %d; %v", i, f.Int(0), len(f.Payload), len(p), err)
		}
		stream = rest
	}
	if len(stream) > 0 {
		t.Errorf("%d bytes behind the last frame", len(stream))
	}
}

// TestWriteRetainsNothing changes the payload and the values after Write.
func TestWriteRetainsNothing(t *testing.T) {
	for _, size := range []int{4, 40_000, 300_000} {
		dst := &sink{}
		l := frame.MustLayout("!4sI", frame.LengthAt(1))
		w := frame.NewWriter(dst, l)
		payload, tag := bytes.Repeat([]byte{1}, size), []byte("abcd")
		if err := w.Write(payload, tag); err != nil {
			t.Fatal(err)
		}
		clear(payload)
		clear(tag)
		w.Flush()
		f, err := l.Parse(dst.all())
		if err != nil || string(f.Head[:4]) != "abcd" || !bytes.Equal(f.Payload, bytes.Repeat([]byte{1}, size)) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// TestWrongFramesChangeNothing is the rule that a frame that cannot be made
// leaves the Writer usable, and no trace.
func TestWrongFramesChangeNothing(t *testing.T) {
	small := frame.MustLayout("!HB", frame.LengthAt(1))
	agree := frame.MustLayout("!BB", frame.LengthFunc(func(head []byte) (int64, error) { return int64(head[1]), nil }))
	mixed := frame.MustLayout("!4sdB", frame.LengthAt(2))
	for _, tt := range []struct {
		name    string
		layout  *frame.Layout
		good    []any
		payload []byte
		values  []any
		err     error
	}{
		{"too many values", small, []any{1}, nil, []any{1, 2}, structpack.ErrCount},
		{"too few values", small, []any{1}, nil, nil, structpack.ErrCount},
		{"out of range", small, []any{1}, nil, []any{70_000}, structpack.ErrRange},
		{"negative", small, []any{1}, nil, []any{-1}, structpack.ErrRange},
		{"a string", small, []any{1}, nil, []any{"a"}, structpack.ErrType},
		{"too large for its code", small, []any{1}, make([]byte, 256), []any{1}, frame.ErrTooLarge},
		{"much too large", small, []any{1}, make([]byte, 300_000), []any{1}, frame.ErrTooLarge},
		{"a string for a double", mixed, []any{"a", 1.5}, nil, []any{"a", "b"}, structpack.ErrType},
		{"one value too few for a function", agree, []any{0, 2}, nil, []any{0}, structpack.ErrCount},
		{"a function that says otherwise", agree, []any{0, 2}, []byte("abc"), []any{0, 2}, frame.ErrLength},
		{"a large one", agree, []any{0, 2}, make([]byte, 300_000), []any{0, 2}, frame.ErrLength},
	} {
		dst := &sink{}
		w := frame.NewWriter(dst, tt.layout)
		write := func() {
			t.Helper()
			if err := w.Write([]byte("ok"), tt.good...); err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
		}
		write()
		if err := w.Write(tt.payload, tt.values...); !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.err)
		}
		write()
		if err := w.Flush(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		one, err := tt.layout.Append(nil, []byte("ok"), tt.good...)
		if err != nil {
			t.Fatal(err)
		}
		if want := append(clone(one), one...); !bytes.Equal(dst.all(), want) {
			t.Errorf("%s: wrote %x, want %x", tt.name, dst.all(), want)
		}
	}
}

// TestWriteErrorsAreFinal is the rule that nothing is written after an error of
// the stream.
func TestWriteErrorsAreFinal(t *testing.T) {
	mine := errors.New("mine")
	for _, tt := range []struct {
		dst  *sink
		want error
	}{{&sink{err: mine}, mine}, {&sink{short: true}, io.ErrShortWrite}} {
		w := frame.NewWriter(tt.dst, idKind)
		if err := w.Write(nil, 1, 1); err != nil {
			t.Fatal(err)
		}
		for _, call := range []func() error{
			w.Flush, w.Flush,
			func() error { return w.Write(nil, 1, 1) },
			func() error { return w.Write(make([]byte, 300_000), 1, 1) },
			func() error { return frame.WriteHeader(w, &header{}, nil) },
		} {
			if err := call(); err != tt.want {
				t.Errorf("%v, want %v", err, tt.want)
			}
		}
		if n := len(tt.dst.sizes()); n != 1 {
			t.Errorf("%d calls", n)
		}
	}
	for _, size := range []int{40_000, 300_000} {
		if err := frame.NewWriter(&sink{err: mine}, idKind).Write(make([]byte, size), 1, 1); err != mine {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// TestWritePanics has a stream that panics: the panic is the caller's, and
// nobody waits for the write to end.
func TestWritePanics(t *testing.T) {
	w := frame.NewWriter(panicking{}, idKind)
	w.Write(nil, 1, 1)
	func() {
		defer func() {
			if r := recover(); r != "mine" {
				t.Errorf("%v", r)
			}
		}()
		w.Flush()
	}()
	within(t, "an error", func() {
		if err := w.Flush(); err == nil {
			t.Error("no error after a write that did not return")
		}
	})
}

type panicking struct{}

func (panicking) Write([]byte) (int, error) { panic("mine") }

// TestConcurrentSenders is the rule that frames of many goroutines are whole, and
// each goroutine's in their order.
func TestConcurrentSenders(t *testing.T) {
	overAll(t, func(t *testing.T, tr transport) {
		senders, each := scaled(1000), 10
		if tr.name != "tcp" {
			senders = 100
		}
		l := frame.MustLayout("!IHI", frame.LengthAt(2))
		here, there := tr.connect(t)
		w := frame.NewWriter(here, l)
		go func() {
			var all sync.WaitGroup
			for i := range senders {
				all.Go(func() {
					random := rand.New(rand.NewSource(int64(i)))
					for j := range each {
						size := random.Intn(200)
						if random.Intn(100) == 0 {
							size = 250_000 + random.Intn(20_000)
						}
						err := w.Write(bytes.Repeat([]byte{byte(i), byte(j)}, size), i, j)
						if err == nil && random.Intn(2) == 0 {
							err = w.Flush()
						}
						if err != nil {
							t.Error(err)
						}
					}
				})
			}
			all.Wait()
			w.Flush()
			here.Close()
		}()
		next := make([]int, senders)
		r := frame.NewReader(there, l)
		for f, err := range r.Frames() {
			if err != nil {
				t.Fatal(err)
			}
			i, j := int(f.Int(0)), int(f.Int(1))
			if i >= senders || j != next[i] || !bytes.Equal(f.Payload, bytes.Repeat([]byte{byte(i), byte(j)}, len(f.Payload)/2)) {
				t.Fatalf("frame %d of sender %d, with %d bytes", j, i, len(f.Payload))
			}
			next[i]++
		}
		for i, n := range next {
			if n != each {
				t.Fatalf("%d frames of sender %d", n, i)
			}
		}
	})
}

// TestCollectingWhileWriting is the rule that others go on collecting while a
// write blocks, until 32 KiB wait, and that one write takes all that was
// collected.
func TestCollectingWhileWriting(t *testing.T) {
	checkGoroutines(t)
	dst := &sink{in: make(chan struct{}), gate: make(chan struct{})}
	w := frame.NewWriter(dst, idKind)
	var all sync.WaitGroup
	flush := func() {
		if err := w.Flush(); err != nil {
			t.Error(err)
		}
	}
	write := func() {
		if err := w.Write(make([]byte, 93), 1, 2); err != nil {
			t.Error(err)
		}
	}
	write()
	all.Go(flush)
	wait(t, "a write", dst.in)
	within(t, "327 frames", func() {
		for range 327 { // 32,700 bytes
			write()
		}
	})
	blocked := make(chan struct{})
	all.Go(func() {
		write() // the 328th is collected, and waits for the write
		write()
		close(blocked)
	})
	for range 10 {
		all.Go(flush)
		all.Go(write)
	}
	waitForStacks(t, 10+10+1, "frame.(*waiter).wait", "sync.(*Cond).Wait")
	select {
	case <-blocked:
		t.Error("a Write beyond 32 KiB does not wait")
	default:
	}
	dst.gate <- struct{}{}
	done := make(chan struct{})
	go func() {
		all.Wait()
		flush()
		close(done)
	}()
	for open := true; open; {
		select {
		case <-dst.in:
			dst.gate <- struct{}{}
		case <-done:
			open = false
		}
	}
	sizes := dst.sizes()
	// Whoever comes first after the write adds a frame, and writes.
	if sizes[0] != 100 || sizes[1] < 32_800 || sizes[1] > 32_900 || len(dst.all()) != 340*100 {
		t.Errorf("writes of %v bytes", sizes)
	}
}

// TestWriteFrame passes frames on as they are, and none whose header is wrong.
func TestWriteFrame(t *testing.T) {
	for _, tt := range protocols {
		whole := unhex(tt.bytes)
		f, err := tt.layout.Parse(whole)
		if err != nil {
			t.Fatal(err)
		}
		dst := &sink{}
		w := frame.NewWriter(dst, tt.layout)
		if err := w.WriteFrame(f); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		f.Payload = append(f.Payload, 1)
		if err := w.WriteFrame(f); !errors.Is(err, frame.ErrLength) {
			t.Errorf("%s, longer than its header says: %v", tt.name, err)
		}
		f.Head = f.Head[:len(f.Head)-1]
		if err := w.WriteFrame(f); !errors.Is(err, frame.ErrLength) {
			t.Errorf("%s, without all of its header: %v", tt.name, err)
		}
		w.Flush()
		if !bytes.Equal(dst.all(), whole) {
			t.Errorf("%s: %x", tt.name, dst.all())
		}
	}
	l := frame.MustLayout("!I")
	dst := &sink{}
	w := frame.NewWriter(dst, l)
	if err := w.WriteFrame(frame.Frame{}); !errors.Is(err, frame.ErrLength) {
		t.Errorf("a frame that is none: %v", err)
	}
	large, err := l.Append(nil, bytes.Repeat([]byte("x"), 300_000))
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.Parse(large)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteFrame(f); err != nil || !bytes.Equal(dst.all(), large) {
		t.Errorf("a large frame: %d bytes, %v", len(dst.all()), err)
	}
}

func TestWriteHeader(t *testing.T) {
	dst := &sink{}
	w := frame.NewWriter(dst, idKind)
	if err := frame.WriteHeader(w, &header{ID: 7, Kind: 2, Size: 99}, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if err := frame.WriteHeader(w, (*header)(nil), nil); !errors.Is(err, structpack.ErrType) {
		t.Errorf("nil: %v", err)
	}
	if err := frame.WriteHeader(w, &struct{ A int8 }{}, nil); !errors.Is(err, structpack.ErrType) {
		t.Errorf("another type: %v", err)
	}
	type one struct{ N uint8 }
	b := frame.NewWriter(dst, frame.MustLayout("!B"))
	if err := frame.WriteHeader(b, &one{}, make([]byte, 256)); !errors.Is(err, frame.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	w.Flush()
	b.Flush()
	if got := string(dst.all()); got != "\x00\x07\x02\x00\x00\x00\x05hello" {
		t.Errorf("%q", got)
	}
}

// TestValuesOfEveryType packs headers by the way for plain integers and by the
// way for everything else, which must be one.
func TestValuesOfEveryType(t *testing.T) {
	type mine int32
	values := []any{
		0, 1, -1, 127, 128, 255, 256, 32767, 65535, 65536, math.MaxInt, math.MinInt,
		int64(1 << 31), int64(1<<32 - 1), int64(1 << 32), int64(math.MaxInt64), int64(math.MinInt64),
		int8(-5), int16(-5), int32(-5), int64(-5), uint8(200), uint16(60_000), uint32(4e9), uint64(1 << 63), uint(7), mine(9), true, 1.5, "x", nil,
	}
	for _, code := range "bBhHiIlLqQ" {
		for _, order := range "<!" {
			plain := frame.MustLayout(fmt.Sprintf("%c%cB", order, code), frame.LengthAt(1))
			for _, v := range values {
				got, err := plain.Append(nil, nil, v)
				want, wantErr := structpack.Pack(fmt.Sprintf("%c%cB", order, code), v, 0)
				if !bytes.Equal(got, want) || (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
					t.Errorf("%c%c of %T %v: %x, %v, want %x, %v", order, code, v, v, got, err, want, wantErr)
				}
			}
		}
	}
	// More values than fit a small array, with the length in the middle.
	many := frame.MustLayout("!20H3sI20H", frame.LengthAt(21))
	all := make([]any, 41)
	for i := range all {
		all[i] = i
	}
	all[20] = "abc"
	b, err := many.Append(nil, []byte("xy"), all...)
	if err != nil {
		t.Fatal(err)
	}
	f, err := many.Parse(b)
	if err != nil || f.Int(0) != 0 || f.Int(19) != 19 || f.Int(21) != 2 || f.Int(22) != 21 || f.Int(41) != 40 || string(f.Payload) != "xy" {
		t.Errorf("%x, %v", b, err)
	}
}

func TestWriteContext(t *testing.T) {
	checkGoroutines(t)
	here, there := transports[0].connect(t)
	c := frame.NewConn(here, idKind)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := c.WriteContext(ended, nil, 1, 1); err != context.Canceled {
		t.Errorf("WriteContext: %v", err)
	}
	if err := c.FlushContext(ended); err != context.Canceled {
		t.Errorf("FlushContext: %v", err)
	}
	if err := c.WriteContext(context.Background(), []byte("a"), 0, 1); err != nil {
		t.Error(err)
	}
	if err := c.FlushContext(context.Background()); err != nil {
		t.Error(err)
	}
	if f, err := frame.NewReader(there, idKind).Next(); err != nil || string(f.Payload) != "a" {
		t.Errorf("%v, %v", f, err)
	}
}

// TestContextEndsWhileWriting has contexts that end while their frames are on the
// way, while others are, and while frames wait to be added: it changes nothing for
// anybody else, and every frame that was added arrives as a whole.
func TestContextEndsWhileWriting(t *testing.T) {
	for _, size := range []int{100, 40_000, 300_000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			checkGoroutines(t)
			here, there := transports[3].connect(t)
			c := frame.NewConn(here, idKind)
			first := make(chan error, 1)
			own, stopOwn := context.WithCancel(context.Background())
			defer stopOwn()
			large := strings.Repeat("x", size)
			go func() {
				err := c.WriteContext(own, []byte(large), 0, 0)
				if err == nil {
					err = c.FlushContext(own)
				}
				first <- err
			}()
			head := make([]byte, 7)
			if _, err := io.ReadFull(there, head); err != nil {
				t.Fatal(err)
			}
			// The first frame is on its way now. Two goroutines collect frames and wait for
			// their flush, one then waits for room.
			other, stopOther := context.WithCancel(context.Background())
			second := make(chan error, 2)
			for i, payload := range []string{"second", strings.Repeat("y", 300_000)} {
				go func() {
					err := c.WriteContext(other, []byte(payload), i+1, 0)
					if err == nil {
						err = c.FlushContext(other)
					}
					second <- err
				}()
				waitForStacks(t, 2+i, "frame.(*waiter).wait", "sync.(*Cond).Wait")
			}
			third := make(chan error, 1)
			go func() { third <- c.WriteContext(other, []byte("third"), 3, 0) }()
			waitForStacks(t, 4, "frame.(*waiter).wait", "sync.(*Cond).Wait")
			stopOther()
			stopOwn()
			if err := wait(t, "the end of a context", third); err != context.Canceled {
				t.Errorf("%v", err)
			}
			for range 2 {
				wait(t, "the end of a context", second)
			}
			if err := wait(t, "the end of a context", first); err != nil && err != context.Canceled {
				t.Errorf("%v", err)
			}
			go func() {
				if err := c.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			}()
			rest, err := io.ReadAll(there)
			if err != nil {
				t.Fatal(err)
			}
			checkFrames(t, append(head, rest...), []string{large, "second", strings.Repeat("y", 300_000)})
		})
	}
}

// TestContextOfACollectedFrame ends while a Write that has collected its frame waits
// for another goroutine's write: the frame is not lost, and that is no error.
func TestContextOfACollectedFrame(t *testing.T) {
	checkGoroutines(t)
	here, there := transports[3].connect(t)
	c := frame.NewConn(here, idKind)
	c.Write([]byte("first"), 0, 0)
	first := make(chan error, 1)
	go func() { first <- c.Flush() }()
	begun := make([]byte, 1)
	if _, err := io.ReadFull(there, begun); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	second := make(chan error, 1)
	large := strings.Repeat("x", 40_000)
	go func() { second <- c.WriteContext(ctx, []byte(large), 1, 0) }()
	waitForStack(t, "frame.(*Conn).WriteContext", "sync.(*Cond).Wait")
	stop()
	if err := wait(t, "the end of Write", second); err != nil {
		t.Errorf("%v", err)
	}
	go func() {
		c.Flush()
		c.Close()
	}()
	rest, err := io.ReadAll(there)
	if err != nil {
		t.Fatal(err)
	}
	if err := wait(t, "the end of Flush", first); err != nil {
		t.Errorf("%v", err)
	}
	checkFrames(t, append(begun, rest...), []string{"first", large})
}

// TestWriteEndsTheGoroutine has a connection whose Write calls runtime.Goexit, as t.FailNow
// does: nobody waits for ever for what it was doing.
func TestWriteEndsTheGoroutine(t *testing.T) {
	checkGoroutines(t)
	here, _ := transports[3].connect(t)
	c := frame.NewConn(exiting{here}, idKind)
	c.Write([]byte("request"), 1, 1)
	within(t, "the end of Next", func() {
		if _, err := c.Next(); err == nil {
			t.Error("no error")
		}
	})
	within(t, "the end of Write", func() {
		if err := c.Write(nil, 1, 1); err == nil {
			t.Error("the error is not final")
		}
	})
}

// exiting is a connection whose Write ends the goroutine.
type exiting struct{ net.Conn }

func (exiting) Write([]byte) (int, error) {
	runtime.Goexit()
	return 0, nil
}

// TestPayloadAsLargeAsAnInt writes a payload that is, with its header, larger than an
// int of 32 bits.
func TestPayloadAsLargeAsAnInt(t *testing.T) {
	if runtime.GOARCH != "386" {
		t.Skip("it is for where a payload can be that large")
	}
	l := frame.MustLayout("!I")
	dst := &counter{}
	w := frame.NewWriter(dst, l)
	payload := make([]byte, math.MaxInt32-2) // of which no byte is touched
	if err := w.Write(payload); err != nil {
		t.Fatal(err)
	}
	if want := int64(4 + math.MaxInt32 - 2); dst.n != want {
		t.Errorf("%d bytes, want %d", dst.n, want)
	}
	if err := w.Write(nil); err != nil {
		t.Error(err)
	}
}

// counter is a stream that counts what is written.
type counter struct{ n int64 }

func (c *counter) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return len(b), nil
}
