package frame_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"weak"

	"example.com/structpack/frame"
	gocmp "github.com/google/go-cmp/cmp"
)

var idKind = frame.MustLayout("!HBI", frame.LengthAt(2))

// messages makes a stream of frames with payloads of the given sizes.
func messages(sizes ...int) (stream []byte, payloads [][]byte) {
	for i, n := range sizes {
		p := make([]byte, n)
		rand.New(rand.NewSource(int64(i))).Read(p)
		b, err := idKind.Append(stream, p, i, 1)
		if err != nil {
			panic(err)
		}
		stream, payloads = b, append(payloads, p)
	}
	return stream, payloads
}

// A script is a stream that comes in pieces, with a deadline that passes
// between them.
type script struct {
	pieces   [][]byte
	timeouts bool
	late     bool
	end      error
}

var errTimeout = fmt.Errorf("read: %w", os.ErrDeadlineExceeded)

func (s *script) Read(b []byte) (int, error) {
	if s.timeouts && !s.late {
		s.late = true
		return 0, errTimeout
	}
	s.late = false
	if len(s.pieces) == 0 {
		if s.end != nil {
			return 0, s.end
		}
		return 0, io.EOF
	}
	n := copy(b, s.pieces[0])
	if s.pieces[0] = s.pieces[0][n:]; len(s.pieces[0]) == 0 {
		s.pieces = s.pieces[1:]
	}
	return n, nil
}

// A circle is a stream that begins anew at its end.
type circle struct {
	b  []byte
	at int
}

func (c *circle) Read(p []byte) (int, error) {
	n := copy(p, c.b[c.at:])
	c.at = (c.at + n) % len(c.b)
	return n, nil
}

func (c *circle) Write(p []byte) (int, error) { return len(p), nil }

func pieces(b []byte, n int) [][]byte { return slices.Collect(slices.Chunk(b, n)) }

// readAll reads the frames of a stream, and goes on after timeouts.
func readAll(r *frame.Reader) (payloads [][]byte, timeouts int, err error) {
	for {
		f, err := r.Next()
		switch {
		case err == nil:
			if f.Int(0) != int64(len(payloads)) {
				return payloads, timeouts, fmt.Errorf("frame %d has number %d", len(payloads), f.Int(0))
			}
			payloads = append(payloads, clone(f.Payload))
		case errors.Is(err, os.ErrDeadlineExceeded):
			timeouts++
		case err == io.EOF:
			return payloads, timeouts, nil
		default:
			return payloads, timeouts, err
		}
	}
}

// TestEverySplit reads frames in pieces of every size, with and without a
// deadline between any two of them.
func TestEverySplit(t *testing.T) {
	stream, want := messages(0, 1, 30, 0, 200, 5)
	for n := 1; n <= len(stream); n++ {
		for _, late := range []bool{false, true} {
			got, timeouts, err := readAll(frame.NewReader(&script{pieces: pieces(stream, n), timeouts: late}, idKind))
			if err != nil || !slices.EqualFunc(got, want, bytes.Equal) || late != (timeouts > 0) {
				t.Errorf("pieces of %d bytes: %d frames, %d timeouts, %v", n, len(got), timeouts, err)
			}
		}
		// Two pieces, of which the first one has n bytes.
		got, _, err := readAll(frame.NewReader(&script{pieces: [][]byte{stream[:n], stream[n:]}, timeouts: true}, idKind))
		if err != nil || !slices.EqualFunc(got, want, bytes.Equal) {
			t.Errorf("split after %d bytes: %d frames, %v", n, len(got), err)
		}
	}
}

// TestTimeoutsAreResumable has a deadline at every byte, for Next and for both
// parts of ReadHeader and Payload.
func TestTimeoutsAreResumable(t *testing.T) {
	stream, want := messages(300, 0, 7)
	r := frame.NewReader(&script{pieces: pieces(stream, 1), timeouts: true}, idKind)
	again := func(f func() error) {
		t.Helper()
		for {
			if err := f(); err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
		}
	}
	for i, payload := range want {
		var size int64
		again(func() (err error) {
			var f frame.Frame
			f, size, err = r.ReadHeader()
			if err == nil && f.Int(0) != int64(i) {
				t.Fatalf("frame %d has number %d", i, f.Int(0))
			}
			return err
		})
		if size != int64(len(payload)) {
			t.Fatalf("frame %d has %d bytes", i, size)
		}
		if i == 0 {
			continue // skipped by the next call, through its deadlines
		}
		var got []byte
		again(func() error {
			b, err := io.ReadAll(r.Payload())
			got = append(got, b...)
			return err
		})
		if !bytes.Equal(got, payload) {
			t.Errorf("frame %d: %x", i, got)
		}
	}
}

// TestEnds is the rule of the ends: io.EOF between frames, and
// io.ErrUnexpectedEOF anywhere inside one, also right after a header.
func TestEnds(t *testing.T) {
	stream, _ := messages(10, 0, 3)
	between := map[int]int{0: 0, 17: 1, 24: 2, 34: 3} // bytes to frames
	for n := range len(stream) + 1 {
		for _, how := range []func(io.Reader) io.Reader{
			func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader,
		} {
			r := frame.NewReader(how(bytes.NewReader(stream[:n])), idKind)
			count := 0
			var err error
			for ; err == nil; count++ {
				_, err = r.Next()
			}
			count--
			want := io.ErrUnexpectedEOF
			frames, ok := between[n]
			if ok {
				want = io.EOF
				if count != frames {
					t.Errorf("%d bytes: %d frames, want %d", n, count, frames)
				}
			}
			if err != want {
				t.Errorf("%d bytes: %v, want %v", n, err, want)
			}
			if _, again := r.Next(); again != err {
				t.Errorf("%d bytes: %v, then %v", n, err, again)
			}
		}
	}
	mine := errors.New("mine")
	r := frame.NewReader(&script{pieces: [][]byte{stream[:20]}, end: mine}, idKind)
	if _, err := r.Next(); err != nil {
		t.Error(err)
	}
	for range 2 {
		if _, err := r.Next(); err != mine {
			t.Errorf("an error of the stream: %v", err)
		}
	}
	// One that comes with bytes, and not again.
	r = frame.NewReader(&once{b: stream, err: mine}, idKind)
	for i := range 3 {
		if f, err := r.Next(); err != nil || f.Int(0) != int64(i) {
			t.Errorf("frame %d: %v", i, err)
		}
	}
	if _, err := r.Next(); err != mine {
		t.Errorf("an error that came with bytes: %v", err)
	}
	if _, err := frame.NewReader(&script{pieces: slices.Repeat([][]byte{nil}, 1000)}, idKind).Next(); err != io.ErrNoProgress {
		t.Errorf("a stream without bytes: %v", err)
	}
}

// A once has its bytes and its error in one call.
type once struct {
	b   []byte
	err error
}

func (o *once) Read(b []byte) (n int, err error) {
	n = copy(b, o.b)
	err, o.err = o.err, nil
	return n, cmp.Or(err, io.EOF)
}

// TestPayloadEnds is the same for payloads that are read as streams.
func TestPayloadEnds(t *testing.T) {
	stream, _ := messages(10, 3)
	for n := 7; n < 17; n++ {
		r := frame.NewReader(bytes.NewReader(stream[:n]), idKind)
		if _, size, err := r.ReadHeader(); err != nil || size != 10 {
			t.Fatal(size, err)
		}
		if b, err := io.ReadAll(r.Payload()); err != io.ErrUnexpectedEOF || len(b) != n-7 {
			t.Errorf("%d bytes: %d of the payload, %v", n, len(b), err)
		}
		r = frame.NewReader(bytes.NewReader(stream[:n]), idKind)
		r.ReadHeader()
		if _, _, err := r.ReadHeader(); err != io.ErrUnexpectedEOF {
			t.Errorf("%d bytes, skipped: %v", n, err)
		}
	}
	// Some of a payload is read, and the rest skipped.
	for n := range 11 {
		r := frame.NewReader(iotest.OneByteReader(bytes.NewReader(stream)), idKind)
		r.ReadHeader()
		if _, err := io.ReadFull(r.Payload(), make([]byte, n)); err != nil {
			t.Error(err)
		}
		if f, err := r.Next(); err != nil || f.Int(0) != 1 || len(f.Payload) != 3 {
			t.Errorf("after %d bytes: %v, %v", n, f, err)
		}
		if n, err := r.Payload().Read(make([]byte, 5)); n != 0 || err != io.EOF {
			t.Errorf("Payload without ReadHeader: %d, %v", n, err)
		}
	}
}

// TestLimit is the rule that a length above MaxPayload is refused before there
// is memory for it, with what the peer sent to say so.
func TestLimit(t *testing.T) {
	stream, _ := messages(100)
	for _, tt := range []struct {
		max int
		ok  bool
	}{{100, true}, {99, false}, {1, false}, {0, true}, {-1, true}} {
		for _, split := range []int{1, len(stream)} {
			r := frame.NewReader(&script{pieces: pieces(stream, split)}, idKind)
			r.MaxPayload = tt.max
			_, err := r.Next()
			var size *frame.SizeError
			switch {
			case tt.ok:
				if err != nil {
					t.Errorf("limit %d: %v", tt.max, err)
				}
			case !errors.Is(err, frame.ErrTooLarge) || !errors.As(err, &size):
				t.Errorf("limit %d: %v", tt.max, err)
			default:
				if diff := gocmp.Diff([]any{size.Size, size.Limit, size.Head}, []any{int64(100), int64(tt.max), stream[:7]}); diff != "" {
					t.Error(diff)
				}
				if _, again := r.Next(); again != err {
					t.Errorf("then %v", again)
				}
			}
		}
	}
	big, err := idKind.Append(nil, make([]byte, frame.DefaultMaxPayload+1), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := frame.NewReader(bytes.NewReader(big), idKind).Next(); !errors.Is(err, frame.ErrTooLarge) {
		t.Errorf("without a limit there is one: %v", err)
	}
	// A payload that is read as a stream has no limit.
	r := frame.NewReader(bytes.NewReader(big), idKind)
	_, size, err := r.ReadHeader()
	if n, e := io.Copy(io.Discard, r.Payload()); err != nil || e != nil || n != size || n != frame.DefaultMaxPayload+1 {
		t.Errorf("%d of %d bytes, %v, %v", n, size, err, e)
	}
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestMemoryFollowsWhatArrives is the rule that a claimed length takes no memory:
// the buffer grows with the bytes that are there.
func TestMemoryFollowsWhatArrives(t *testing.T) {
	for _, arrive := range []int{0, 1000, 10_000, 100_000, 1_000_000} {
		stream := append([]byte("\x00\x00\x00\x40\x00\x00\x00"), make([]byte, arrive)...)
		// Not a multiple of a buffer's size at a time.
		src := &script{pieces: pieces(stream, 1003)}
		got := allocated(func() {
			r := frame.NewReader(src, idKind)
			r.MaxPayload = 1 << 30
			if _, err := r.Next(); err != io.ErrUnexpectedEOF {
				t.Errorf("%d bytes: %v", arrive, err)
			}
		})
		// All sizes that the buffer had on the way, of which the last is at most
		// fourfold, come to 16/3 of what arrived.
		if limit := uint64(16*arrive/3 + 16<<10); got > limit {
			t.Errorf("%d bytes that arrived took %d, want at most %d", arrive, got, limit)
		}
	}
}

func TestLargeFrames(t *testing.T) {
	stream, want := messages(0, 4000, 5000, 70_000, 3, 65_536, 300_000, 1_000_000, 20, 1<<20, 9)
	for _, n := range []int{1000, 4096, 65_536, 1 << 22} {
		got, _, err := readAll(frame.NewReader(&script{pieces: pieces(stream, n), timeouts: n == 4096}, idKind))
		if err != nil || !slices.EqualFunc(got, want, bytes.Equal) {
			t.Errorf("pieces of %d bytes: %d frames, %v", n, len(got), err)
		}
	}
}

// TestOwnership is the rule that a frame's bytes cannot be written past.
func TestOwnership(t *testing.T) {
	stream, _ := messages(4, 4)
	r := frame.NewReader(bytes.NewReader(stream), idKind)
	f, err := r.Next()
	if err != nil || cap(f.Payload) != 4 || cap(f.Head) != 7 {
		t.Fatalf("%d, %d, %v", cap(f.Payload), cap(f.Head), err)
	}
	kept := f.Clone()
	for i := range f.Payload {
		f.Payload[i] = 0xff
	}
	g, err := r.Next()
	if err != nil || g.Int(0) != 1 || kept.Int(0) != 0 || kept.Payload[0] == 0xff {
		t.Errorf("%v, %v, %v", g, kept, err)
	}
}

func TestBuffered(t *testing.T) {
	stream, _ := messages(4)
	r := frame.NewReader(strings.NewReader(string(stream)+"GET / HTTP/1.1"), idKind)
	if b := r.Buffered(); b != nil {
		t.Errorf("before the first read: %q", b)
	}
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	if b := r.Buffered(); string(b) != "GET / HTTP/1.1" || cap(b) != len(b) {
		t.Errorf("%q", b)
	}
	if b := r.Buffered(); len(b) != 0 {
		t.Errorf("handed over twice: %q", b)
	}
	if _, err := r.Next(); err != io.EOF {
		t.Error(err)
	}
	// In the middle of a payload, it has the rest of that too, as far as it is here.
	stream, _ = messages(9, 5)
	r = frame.NewReader(&script{pieces: [][]byte{stream[:12], stream[16:]}}, idKind)
	if _, _, err := r.ReadHeader(); err != nil {
		t.Fatal(err)
	}
	if b := r.Buffered(); !bytes.Equal(b, stream[7:12]) {
		t.Errorf("%x", b)
	}
	if f, err := r.Next(); err != nil || f.Int(0) != 1 || len(f.Payload) != 5 {
		t.Errorf("the frame behind what was taken: %v, %v", f, err)
	}
}

// TestStreams reads and writes the same frames through streams of every kind.
func TestStreams(t *testing.T) {
	stream, want := messages(0, 1, 5000, 100_000, 7, 300_000)
	check := func(name string, r io.Reader) {
		t.Helper()
		got, _, err := readAll(frame.NewReader(r, idKind))
		if err != nil || !slices.EqualFunc(got, want, bytes.Equal) {
			t.Errorf("%s: %d frames, %v", name, len(got), err)
		}
	}
	write := func(name string, w io.Writer) {
		t.Helper()
		fw := frame.NewWriter(w, idKind)
		for i, p := range want {
			if err := fw.Write(p, i, 1); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := fw.Flush(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	check("a bufio.Reader", bufio.NewReader(bytes.NewReader(stream)))
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Skip("no files: ", err)
	}
	defer file.Close()
	write("a file", file)
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	check("a file", file)
	r, w, err := os.Pipe()
	if err != nil {
		t.Skip("no pipes: ", err)
	}
	defer r.Close()
	go func() {
		write("a pipe", w)
		w.Close()
	}()
	check("a pipe", r)
}

// TestDeadlinesOfPipes goes on after the deadline of a pipe.
func TestDeadlinesOfPipes(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Skip("no pipes: ", err)
	}
	defer r.Close()
	defer w.Close()
	if err := r.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Skip("no deadlines: ", err)
	}
	stream, _ := messages(9)
	fr := frame.NewReader(r, idKind)
	for i := range stream {
		r.SetReadDeadline(time.Now().Add(time.Millisecond))
		if _, err := fr.Next(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("after %d bytes: %v", i, err)
		}
		if _, err := w.Write(stream[i : i+1]); err != nil {
			t.Fatal(err)
		}
	}
	r.SetReadDeadline(time.Now().Add(guard))
	if f, err := fr.Next(); err != nil || len(f.Payload) != 9 {
		t.Errorf("%v, %v", f, err)
	}
}

func TestFrames(t *testing.T) {
	stream, want := messages(4, 0, 9)
	collect := func(r *frame.Reader) (n, timeouts int, last error) {
		for f, err := range r.Frames() {
			last = err
			switch {
			case errors.Is(err, os.ErrDeadlineExceeded):
				timeouts++
			case err == nil && bytes.Equal(f.Payload, want[n]):
				n++
			}
		}
		return n, timeouts, last
	}
	if n, timeouts, last := collect(frame.NewReader(&script{pieces: pieces(stream, 5), timeouts: true}, idKind)); n != 3 || timeouts == 0 || !errors.Is(last, os.ErrDeadlineExceeded) {
		t.Errorf("%d frames, %d timeouts, %v", n, timeouts, last)
	}
	if n, _, last := collect(frame.NewReader(bytes.NewReader(stream[:30]), idKind)); n != 2 || last != io.ErrUnexpectedEOF {
		t.Errorf("%d frames, %v", n, last)
	}
	r := frame.NewReader(bytes.NewReader(stream), idKind)
	for range r.Frames() {
		break
	}
	if f, err := r.Next(); err != nil || f.Int(0) != 1 {
		t.Errorf("after a break: %v, %v", f, err)
	}
}

// TestWaitingReaderHasNoBuffer is the rule that a Reader that waits for a frame of
// a connection keeps nothing of the last one, not even for its header.
func TestWaitingReaderHasNoBuffer(t *testing.T) {
	for _, tr := range transports[:3] {
		t.Run(tr.name, func(t *testing.T) {
			checkGoroutines(t)
			here, there := tr.connect(t)
			stream, _ := messages(60_000)
			go there.Write(stream)
			r := frame.NewReader(here, idKind)
			last := func() weak.Pointer[byte] {
				f, err := r.Next()
				if err != nil {
					t.Fatal(err)
				}
				return weak.Make(&f.Payload[0])
			}()
			waiting := make(chan error)
			go func() {
				_, err := r.Next()
				waiting <- err
			}()
			for end := time.Now().Add(guard); last.Value() != nil; time.Sleep(time.Millisecond) {
				runtime.GC()
				if time.Now().After(end) {
					t.Fatal("the buffer of the last frame is still there")
				}
			}
			there.Close()
			if err := wait(t, "the end of the stream", waiting); err != io.EOF {
				t.Error(err)
			}
		})
	}
}

// asked notes the longest read that it was asked for.
type asked struct {
	src  io.Reader
	most int
}

func (a *asked) Read(b []byte) (int, error) {
	a.most = max(a.most, len(b))
	return a.src.Read(b)
}

// TestReadAhead is the rule that it goes up to 64 KiB and a header: also where a
// larger buffer was in use before.
func TestReadAhead(t *testing.T) {
	for range 10 {
		for _, sizes := range [][]int{{3 << 20}, slices.Repeat([]int{20_000}, 30), slices.Repeat([]int{10}, 1000)} {
			stream, _ := messages(sizes...)
			src := &asked{src: bytes.NewReader(stream)}
			r := frame.NewReader(src, idKind)
			r.MaxPayload = 4 << 20
			for range sizes {
				if _, err := r.Next(); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := r.Next(); err != io.EOF {
				t.Fatal(err)
			}
			if len(sizes) > 1 && src.most > 72<<10 {
				t.Fatalf("%d frames of %d bytes: %d bytes were asked for", len(sizes), sizes[0], src.most)
			}
		}
	}
}

// bursts is a connection of messages, of which no Read returns more than one.
type bursts struct {
	net.Conn // nil: what is not here is not used
	left     [][]byte
	asked    int // what the last Read asked for
}

func (b *bursts) LocalAddr() net.Addr { return &net.UnixAddr{Net: "bursts"} }

func (b *bursts) Read(p []byte) (int, error) {
	if b.asked = len(p); len(b.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b.left[0])
	if b.left[0] = b.left[0][n:]; len(b.left[0]) == 0 {
		b.left = b.left[1:]
	}
	return n, nil
}

// TestReadAheadShrinks is the rule that reading ahead follows what comes: up after a
// large message, down after some small ones, and not after the first.
func TestReadAheadShrinks(t *testing.T) {
	large, _ := messages(1 << 20)
	small, _ := messages(500)
	src := &bursts{left: append([][]byte{large}, slices.Repeat([][]byte{small}, 40)...)}
	r := frame.NewReader(src, idKind)
	var asked []int
	for range 41 {
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		asked = append(asked, src.asked)
	}
	if min(asked[1], asked[5]) < 32<<10 || asked[40] > 8<<10 {
		t.Errorf("%d bytes were asked for", asked)
	}
}

// TestSkipsWhatLooksLikeFrames has payloads that nobody reads, which are whole frames
// themselves: the next frame is the one after them, and a context ends the wait for it.
func TestSkipsWhatLooksLikeFrames(t *testing.T) {
	inner, _ := messages(0, 0, 3, 0)
	whole, err := idKind.Append(nil, inner, 100, 0)
	if err != nil {
		t.Fatal(err)
	}
	whole, err = idKind.Append(whole, []byte("behind"), 101, 0)
	if err != nil {
		t.Fatal(err)
	}
	for n := 7; n <= len(whole); n++ {
		r := frame.NewReader(&script{pieces: [][]byte{whole[:n], whole[n:]}}, idKind)
		if f, _, err := r.ReadHeader(); err != nil || f.Int(0) != 100 {
			t.Fatal(f, err)
		}
		if f, err := r.Next(); err != nil || f.Int(0) != 101 || string(f.Payload) != "behind" {
			t.Errorf("%d bytes came first: %v, %v", n, f, err)
		}
	}
	checkGoroutines(t)
	here, there := transports[0].connect(t)
	if _, err := there.Write(whole[:20]); err != nil {
		t.Fatal(err)
	}
	c := frame.NewConn(here, idKind)
	if _, _, err := c.ReadHeader(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() {
		_, err := c.NextContext(ctx)
		ended <- err
	}()
	waitForStack(t, "frame.(*Conn).NextContext", "internal/poll.(*FD)")
	stop()
	if err := wait(t, "the end of the context", ended); err != context.Canceled {
		t.Error(err)
	}
}

// partial is a Writer that takes n bytes of a call.
type partial struct {
	n   int
	err error
}

func (p partial) Write(b []byte) (int, error) { return min(p.n, len(b)), p.err }

// TestPayloadToWriters copies payloads to writers that fail, with and without an error
// of their own. What they took is consumed, and the next frame is found.
func TestPayloadToWriters(t *testing.T) {
	mine := errors.New("mine")
	for _, tt := range []struct {
		to   partial
		want error
	}{{partial{3, mine}, mine}, {partial{0, mine}, mine}, {partial{100, mine}, mine}, {partial{3, nil}, io.ErrShortWrite}, {partial{100, nil}, nil}} {
		stream, _ := messages(10, 2)
		r := frame.NewReader(bytes.NewReader(stream), idKind)
		if _, _, err := r.ReadHeader(); err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(tt.to, r.Payload()); err != tt.want || n != int64(min(tt.to.n, 10)) {
			t.Errorf("%+v: %d, %v", tt.to, n, err)
		}
		if rest, err := io.ReadAll(r.Payload()); err != nil || len(rest) != 10-min(tt.to.n, 10) {
			t.Errorf("%+v: the rest is %q, %v", tt.to, rest, err)
		}
		if f, err := r.Next(); err != nil || f.Int(0) != 1 {
			t.Errorf("%+v: %v, %v", tt.to, f, err)
		}
	}
}

// TestHeaderOutlivesItsPayload is the rule that the header that ReadHeader returns
// stays as it is while the payload is read, in whatever pieces that comes.
func TestHeaderOutlivesItsPayload(t *testing.T) {
	sizes := []int{100, 0, 5000, 70_000, 1, 300_000, 20}
	stream, want := messages(sizes...)
	for _, n := range []int{1, 3, 7, 10, 1000, 4096, 60_000, len(stream)} {
		here, there := net.Pipe()
		go func() {
			for _, piece := range pieces(stream, n) {
				there.Write(piece)
			}
			there.Close()
		}()
		for name, src := range map[string]io.Reader{"stream": &chunks{pieces(stream, n)}, "connection": here} {
			r := frame.NewReader(src, idKind)
			for i, payload := range want {
				f, size, err := r.ReadHeader()
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(r.Payload())
				if err != nil || !bytes.Equal(got, payload) {
					t.Fatalf("%s in pieces of %d bytes: payload %d: %d bytes, %v", name, n, i, len(got), err)
				}
				if f.Int(0) != int64(i) || f.Int(2) != size || size != int64(len(payload)) {
					t.Errorf("%s in pieces of %d bytes: header %d is %v", name, n, i, f)
				}
			}
			if _, err := r.Next(); err != io.EOF {
				t.Errorf("%v", err)
			}
		}
		here.Close()
	}
}

// chunks is a stream that comes in pieces.
type chunks struct{ left [][]byte }

func (c *chunks) Read(b []byte) (int, error) {
	if len(c.left) == 0 {
		return 0, io.EOF
	}
	n := copy(b, c.left[0])
	if c.left[0] = c.left[0][n:]; len(c.left[0]) == 0 {
		c.left = c.left[1:]
	}
	return n, nil
}
