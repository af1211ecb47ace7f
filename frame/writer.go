package frame

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

const (
	// flushAt is how many bytes wait at most to be written.
	flushAt = 32 << 10
	// vectorAt is the size from which a payload is not copied after its header,
	// but goes to a socket in a vectored write. Smaller ones are collected.
	vectorAt = flushAt
	// separateAt is the same for what is no socket. A second write to it, which TLS
	// makes another record, takes less time than to copy so much.
	separateAt = 256 << 10
)

// A Writer writes frames to a stream. It is safe for use by many goroutines at
// once: a frame is written as a whole, or not at all.
//
// Frames are collected, and go to the stream with one call of its Write when
// there are 32 KiB of them, or on Flush. While one goroutine's call blocks, others
// go on collecting until 32 KiB wait, and then wait too: that is the
// back-pressure of a slow peer. What was collected meanwhile goes out with the
// next call, however many goroutines wait for it.
//
// A large payload is not copied, but written before Write returns: from 32 KiB on
// with one vectored write to a TCP or Unix-domain connection, and from 256 KiB on
// with a write of its own to everything else.
//
// A frame that cannot be made (a value out of range, a payload that its length
// cannot express) is an error that changes nothing. An error of the stream,
// deadlines included, is final: nobody knows how much of a frame was written.
type Writer struct {
	layout *Layout
	conn   *Conn // whose Writer it is, or nil

	mu          sync.Mutex
	b           []byte // what waits
	quick       int    // up to which length of b a frame may just be added; -1 if none may
	frames      int64  // how many were ever added
	written     int64  // how many bytes the stream has
	*writeState        // nil if the connection is parked, and no call needs it
}

// A writeState is what a Writer needs while its connection is not silent.
type writeState struct {
	dst       io.Writer
	raw       *rawConn      // nil if a write may wait
	calls     int           // how many are going on
	buf       *buffer       // nil if nothing waits
	lastSize  int           // how large the last flush was
	taken     int64         // how many bytes were ever taken from b, to be written
	flushing  bool          // a goroutine is writing
	scheduled bool          // one is about to
	pending   bool          // what waits is to be flushed after that
	overtaken bool          // the first of rooms came too late for the room it was woken for
	reported  bool          // somebody has got err
	timeout   time.Duration // the WriteTimeout, as the last call found it
	rate      int           // the MinRate, likewise, which only changes when nobody writes
	rooms     queue         // of calls that have a frame to add
	flushes   queue         // of calls that wait until something is written
	err       error         // final

	handshake func(context.Context) error // of dst, or nil

	large  int     // from which size on a payload is not copied
	vector *vector // nil if there was no such payload yet

	rawWrite rawWrite
}

var writeStates = sync.Pool{New: func() any { return new(writeState) }}

// A vector is what is waiting, and a payload.
type vector struct {
	both [2][]byte
	left net.Buffers // to be written of them
}

// noContext is for calls that no context ends.
var noContext context.Context

// NewWriter returns a Writer of frames to a stream: a connection of any kind, a
// pipe, a file.
func NewWriter(w io.Writer, layout *Layout) *Writer {
	n := &Writer{}
	n.init(w, layout)
	return n
}

func (w *Writer) init(dst io.Writer, layout *Layout) {
	w.layout = layout
	w.take(dst)
	if err := noStream(dst); err != nil {
		w.fail(err)
	}
}

// connect has the Writer write to dst.
func (w *Writer) connect(dst io.Writer) {
	w.dst, w.raw, w.large, w.handshake = dst, nil, separateAt, nil
	switch dst := dst.(type) {
	case *net.TCPConn, *net.UnixConn:
		w.large = vectorAt
	case handshaker:
		w.handshake = dst.HandshakeContext
	}
	if c, ok := dst.(net.Conn); ok && w.conn != nil {
		w.raw = newRawConn(c)
	}
}

// Write adds a frame: a header with the given values, which are all of the
// format's but the length, and the payload. It retains neither. It writes to the
// stream if 32 KiB have come together; everything else waits for Flush.
//
// The errors of [Layout.Append] leave the Writer as it was; errors of the stream are
// final.
func (w *Writer) Write(payload []byte, values ...any) error {
	w.mu.Lock()
	if len(w.b) <= w.quick {
		if b, ok := w.layout.appendFast(w.b[:len(w.b):w.quick], payload, values); ok {
			w.b = b
			w.frames++
			w.mu.Unlock()
			return nil
		}
	}
	return w.writeUnlock(noContext, payload, values)
}

// writeUnlock is write and lets go of mu.
func (w *Writer) writeUnlock(ctx context.Context, payload []byte, values []any) error {
	w.begin()
	defer w.unlock()
	return w.write(ctx, payload, values)
}

func (w *Writer) write(ctx context.Context, payload []byte, values []any) error {
	l := w.layout // SetLayout may change it while room waits
	head, err := w.room(ctx, l.size, payload)
	if err != nil {
		return err
	}
	if err := l.pack(head, payload, values); err != nil {
		return err
	}
	return w.add(ctx, len(head), payload)
}

// WriteFrame adds a frame as it is, such as one that a Reader returned and that
// goes on to somebody else. The error wraps ErrLength if its payload is not
// what its header says; otherwise it is Write's.
func (w *Writer) WriteFrame(f Frame) error {
	w.lock()
	defer w.unlock()
	if f.Header == nil || len(f.Head) < w.layout.size {
		return errNoFrame
	}
	head, n, err := w.layout.measure(f.Head)
	if err == nil && (head != len(f.Head) || n != int64(len(f.Payload))) {
		err = &SizeError{Size: n, Limit: int64(len(f.Payload)), Head: clone(f.Head), Err: ErrLength, exact: true}
	}
	if err != nil {
		return err
	}
	to, err := w.room(noContext, head, f.Payload)
	if err != nil {
		return err
	}
	copy(to, f.Head)
	return w.add(noContext, head, f.Payload)
}

// WriteHeader is Write with the header as a struct, whose fields are the values
// of the format; the payload's length takes the place of the length that *h has.
// It returns the errors of [Encode], and of the stream.
func WriteHeader[H any](w *Writer, h *H, payload []byte) error {
	w.lock()
	defer w.unlock()
	l := w.layout
	c, err := codecOf[H](l)
	if err != nil {
		return err
	}
	head, err := w.room(noContext, l.size, payload)
	if err != nil {
		return err
	}
	if _, err := c.AppendPack(head[:0], h); err != nil {
		return err
	}
	if err := l.setLength(head, payload, int64(len(payload))); err != nil {
		return err
	}
	return w.add(noContext, len(head), payload)
}

// pieceSize is how much of a payload WriteFrom reads at a time.
const pieceSize = 64 << 10

// WriteFrom is Write with a payload of size bytes that it reads from r, such as a file:
// the counterpart of [Reader.ReadHeader] for payloads that are larger than memory. It
// takes 64 KiB. If r fails, or ends too early, within the first 64 KiB, nothing has changed.
// Later a part of the frame is written, and the error is final, as one of the stream.
//
// A payload beyond 64 KiB is written before WriteFrom returns, and nothing else in the
// meantime: other goroutines wait for r too. The WriteTimeout of a Conn bounds each piece.
func (w *Writer) WriteFrom(r io.Reader, size int64, values ...any) error {
	if size < 0 {
		return &SizeError{Size: size, Err: ErrLength}
	}
	n := int(min(size, pieceSize))
	buf := getBuffer(n)
	defer buf.put()
	if err := readPiece(r, buf.b[:n]); err != nil {
		return err
	}
	if int64(n) == size {
		return w.Write(buf.b[:n], values...)
	}
	w.lock()
	defer w.unlock()
	l := w.layout
	head, err := w.roomFor(noContext, l.size, 0, true)
	if err != nil {
		return err
	}
	if err := l.packSized(head, buf.b[:n], size, values); err != nil {
		return err
	}
	w.b = w.b[:len(w.b)+len(head)]
	w.frames++
	w.flushFrom(buf.b[:n], r, size-int64(n))
	return w.finalError()
}

// readPiece fills b with a part of a payload.
func readPiece(r io.Reader, b []byte) error {
	_, err := io.ReadFull(r, b)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		err = fmt.Errorf("frame: payload to be written: %w", err)
	}
	return err
}

// isLarge reports whether a payload is written from where it is. A call with a
// context may return before it is written, and so has it copied.
func (w *Writer) isLarge(ctx context.Context, payload []byte) bool {
	return len(payload) >= w.large && ctx == nil
}

// room waits until a frame may be added, and returns where its header of size
// bytes goes.
func (w *Writer) room(ctx context.Context, size int, payload []byte) (head []byte, err error) {
	if w.isLarge(ctx, payload) {
		return w.roomFor(ctx, size, 0, true)
	}
	return w.roomFor(ctx, size, len(payload), false)
}

// roomFor is room for a header and n bytes of a payload.
func (w *Writer) roomFor(ctx context.Context, size, n int, large bool) (head []byte, err error) {
	w.noteTimeout()
	if w.err == nil && (w.rooms.first != nil || !w.hasRoom(large)) {
		if err := w.waitForRoom(ctx, large); err != nil {
			return nil, err
		}
	}
	if w.err != nil {
		return nil, w.finalError()
	}
	have := len(w.b)
	if need := have + size + n; w.buf == nil || need > len(w.buf.b) {
		w.grow(need)
	}
	w.b = w.buf.b[:have] // with all of its capacity
	return w.b[have : have+size : have+size], nil
}

// hasRoom reports whether a frame may be added now. A large one is written by the
// call that adds it.
func (w *Writer) hasRoom(large bool) bool {
	return !w.flushing || !large && len(w.b) < flushAt
}

// waitForRoom waits in the queue. Small frames that others add meanwhile without
// waiting may take the room, but not twice from the same call.
func (w *Writer) waitForRoom(ctx context.Context, large bool) (err error) {
	t := w.rooms.add(w, ctx)
	t.large = large
	for err == nil && w.err == nil && (w.rooms.first != t || !w.hasRoom(large)) {
		if w.rooms.first == t && t.woken && !w.overtaken {
			w.overtaken = true
			w.setQuick()
		}
		err = t.wait()
	}
	if w.rooms.first == t && w.overtaken {
		w.overtaken = false
		w.setQuick()
	}
	w.rooms.remove(t)
	t.free()
	return err
}

// setQuick says how far frames may just be added.
func (w *Writer) setQuick() {
	switch {
	case w.overtaken:
		w.quick = -1
	case w.buf == nil:
		w.quick = 0
	default:
		w.quick = min(len(w.buf.b), flushAt-1)
	}
}

// wakeNext wakes the calls that can go on: those whose bytes are written, and the
// first that may add its frame or flush, which wakes the next.
func (w *Writer) wakeNext() {
	if w.rooms.first == nil && w.flushes.first == nil {
		return
	}
	if w.err != nil {
		w.rooms.wakeAll()
		w.flushes.wakeAll()
		return
	}
	for t := w.flushes.first; t != nil && t.upTo <= w.written; t = w.flushes.first {
		w.flushes.remove(t)
		t.wake()
	}
	if t := w.rooms.first; t != nil && w.hasRoom(t.large) {
		t.wake()
	}
	if t := w.flushes.first; t != nil && w.mayFlush() {
		t.wake()
	}
}

// mayFlush reports whether a call that only wants what waits to be written may
// write it: nobody does, or is about to as the first that has a frame to add.
func (w *Writer) mayFlush() bool {
	t := w.rooms.first
	return !w.flushing && (t == nil || !t.large && len(w.b) < flushAt)
}

// noteTimeout is called by the calls of the Writer, which may look at the WriteTimeout:
// goroutines that flush in the background may not.
func (w *Writer) noteTimeout() {
	if w.conn != nil {
		w.timeout = w.conn.WriteTimeout
		if !w.flushing { // whoever does looks at it
			w.rate = w.conn.MinRate
		}
	}
}

// grow makes room for need bytes.
func (w *Writer) grow(need int) {
	if len(w.b) > flushAt { // as by TrySend: not for each frame anew
		need = max(need, 2*len(w.b))
	}
	to := getBuffer(max(need, min(w.lastSize, flushAt)))
	w.b = to.b[:copy(to.b, w.b)]
	w.buf.put()
	w.buf = to
	w.setQuick()
}

// add adds a frame whose header of size bytes is where room has made room.
func (w *Writer) add(ctx context.Context, size int, payload []byte) error {
	w.b = w.b[:len(w.b)+size]
	w.frames++
	if w.isLarge(ctx, payload) {
		w.flush(payload)
		return w.finalError()
	}
	w.b = append(w.b, payload...)
	if len(w.b) >= flushAt {
		// A context that ends now has its frame collected.
		if err := w.flushed(ctx, true); w.err != nil {
			return err
		}
		return nil
	}
	return nil
}

// lock takes mu for a call, which unlock ends.
func (w *Writer) lock() {
	w.mu.Lock()
	w.begin()
}

// begin sees to it that the state is there until the call ends.
func (w *Writer) begin() {
	if w.writeState == nil {
		w.takeAgain()
	}
	w.calls++
}

// unlock lets go of mu at the end of a call, whatever came of it.
func (w *Writer) unlock() {
	w.wakeNext()
	w.calls--
	if w.conn != nil && w.conn.resting {
		w.giveBack()
	}
	w.mu.Unlock()
}

// Flush writes what is waiting to the stream, and waits until it is written.
func (w *Writer) Flush() error {
	w.lock()
	defer w.unlock()
	return w.flushed(noContext, false)
}

// flushed waits until everything is written that has been added, and writes it
// unless another goroutine does. A call with a context leaves the writing to a
// goroutine that does not end with it, so that no frame is cut off. If full is set,
// no other frame is added before.
func (w *Writer) flushed(ctx context.Context, full bool) (err error) {
	w.noteTimeout()
	var t *waiter
	for upTo := w.taken + int64(len(w.b)); err == nil && w.err == nil && w.written < upTo; {
		may := w.mayFlush() || full && !w.flushing && t == nil
		if may && ctx == nil {
			w.flush(nil)
			continue
		}
		if may && !w.scheduled {
			w.flushNonblocking()
			w.flushInBackground()
			continue
		}
		if t == nil {
			t = w.flushes.add(w, ctx)
			t.upTo = upTo
			w.wakeNext() // who has a frame to add may flush
		}
		err = t.wait()
	}
	if t != nil {
		w.flushes.remove(t)
		t.free()
	}
	if w.err != nil {
		return w.finalError()
	}
	return err
}

// report is for an error that somebody gets.
func (w *Writer) report() {
	w.lock()
	defer w.unlock()
	w.reported = true
}

// finalError returns the Writer's error.
func (w *Writer) finalError() error {
	w.reported = w.reported || w.err != nil
	return w.err
}

var errUnfinished = errors.New("frame: a write that did not return")

// flush writes what is waiting, and a payload that was not put there. It lets go
// of mu for as long as that takes.
func (w *Writer) flush(payload []byte) { w.flushFrom(payload, nil, 0) }

// flushFrom is flush with a payload of which the first bytes are there, and so many more
// come from r. They take the place of the first.
func (w *Writer) flushFrom(payload []byte, r io.Reader, more int64) {
	buf, b, err := w.buf, w.b, errUnfinished
	w.lastSize, w.flushing = len(b), true
	size := int64(len(b)) + int64(len(payload)) + more
	w.taken += size
	w.empty()
	timeout := w.timeout
	w.wakeNext()
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		if w.flushing = false; err != nil {
			w.fail(err)
		} else {
			w.written += size
		}
		buf.put()
		if w.pending {
			w.pending = false
			w.flushInBackground()
		}
		w.wakeNext()
	}()
	w.setDeadline(timeout, len(b)+len(payload))
	err = w.putAll(b, payload, timeout)
	for err == nil && more > 0 {
		piece := payload[:min(more, int64(len(payload)))]
		more -= int64(len(piece))
		if err = readPiece(r, piece); err == nil {
			w.setDeadline(timeout, len(piece))
			err = w.put(piece)
		}
	}
	if err == nil && timeout > 0 {
		// What TLS writes on its own account later has no deadline.
		w.conn.stream().SetWriteDeadline(time.Time{})
	}
}

// setDeadline gives a write of n bytes so much time, if that is limited.
func (w *Writer) setDeadline(timeout time.Duration, n int) {
	if timeout > 0 {
		w.conn.stream().SetWriteDeadline(time.Now().Add(timeout + timeFor(n, w.rate)))
	}
}

// putAll writes b and then a payload.
func (w *Writer) putAll(b, payload []byte, timeout time.Duration) error {
	if payload != nil && w.large == vectorAt {
		return w.putBoth(b, payload)
	}
	if w.handshake != nil {
		if err := w.finishHandshake(timeout); err != nil {
			return err
		}
	}
	err := w.put(b)
	if err == nil && payload != nil {
		err = w.put(payload)
	}
	return err
}

// finishHandshake does what a first write would do, but waits no longer than a write
// may: a handshake waits for the peer to write, which no write deadline ends. It
// closes the connection if that takes too long.
func (w *Writer) finishHandshake(timeout time.Duration) error {
	ctx := context.Background()
	if timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		ctx = limited
	}
	err := w.handshake(ctx)
	switch {
	case err == nil:
		w.handshake = nil
	case ctx.Err() != nil:
		err = w.conn.opError("write", os.ErrDeadlineExceeded)
	}
	return err
}

// putBoth writes b and the payload with one call.
func (w *Writer) putBoth(b, payload []byte) error {
	if w.vector == nil {
		w.vector = new(vector)
	}
	v := w.vector
	v.both = [2][]byte{b, payload}
	v.left = v.both[:]
	_, err := v.left.WriteTo(w.dst)
	v.both = [2][]byte{}
	return err
}

func (w *Writer) put(b []byte) error {
	n, err := w.dst.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return err
}

// flushBeforeRead sees to it that what is waiting is written, for a Reader that is about
// to wait for the answer. It does not wait itself, because the peer may be one
// that writes before it reads. The error is one that nobody has got yet.
func (w *Writer) flushBeforeRead() (err error) {
	w.mu.Lock()
	w.noteTimeout()
	switch {
	case w.err != nil, len(w.b) == 0:
	case w.flushing:
		w.pending = true
	default:
		w.flushNonblocking()
		w.flushInBackground()
		w.wakeNext()
	}
	err = w.errorForReader()
	w.mu.Unlock()
	return err
}

// errorForReader returns the Writer's error if it ends reading.
func (w *Writer) errorForReader() error {
	if w.err != nil && (!w.reported || w.conn.server != nil && !isClosed(w.err)) {
		return w.err
	}
	return nil
}

// unreportedError is errorForReader for who does not hold mu.
func (w *Writer) unreportedError() error {
	w.lock()
	defer w.unlock()
	return w.errorForReader()
}

// flushNonblocking writes what the connection takes without waiting, where it can be
// asked for that.
func (w *Writer) flushNonblocking() {
	if w.raw == nil || len(w.b) == 0 {
		return
	}
	n, err := w.raw.write(&w.rawWrite, w.conn.stream(), w.b)
	w.taken += int64(n)
	if w.written += int64(n); err != nil {
		w.fail(err)
		return
	}
	if n < len(w.b) {
		w.b = w.b[:copy(w.b, w.b[n:])]
		return
	}
	w.lastSize = n
	w.buf.put()
	w.empty()
}

// fail makes err the answer to every later call.
func (w *Writer) fail(err error) {
	w.err = err
	w.buf.put()
	w.empty()
	w.wakeNext()
	if w.conn != nil && w.conn.server != nil && !isClosed(err) {
		go w.conn.wake(expired, w.endsReading) // the Server is to end the connection
	}
}

// close makes err the answer to every later call, if there is none yet. It is no
// news to a Reader.
func (w *Writer) close(err error) {
	w.lock()
	defer w.unlock()
	if w.err == nil {
		w.fail(err)
	}
	w.reported = true
}

// empty is for when nothing waits.
func (w *Writer) empty() {
	w.buf, w.b = nil, nil
	w.setQuick()
}

// take takes what a Writer to dst needs.
func (w *Writer) take(dst io.Writer) {
	w.writeState = writeStates.Get().(*writeState)
	w.taken = w.written
	w.connect(dst)
	w.empty()
}

// takeAgain is take for a connection that is parked: a handshake is over.
func (w *Writer) takeAgain() {
	w.take(w.conn.stream())
	w.handshake = nil
}

// giveBack gives the state back unless something is in it.
func (w *Writer) giveBack() {
	if w.calls > 0 || w.scheduled || len(w.b) > 0 || w.err != nil {
		return
	}
	w.buf.put()
	s := w.writeState
	*s = writeState{vector: s.vector, rawWrite: s.rawWrite}
	writeStates.Put(s)
	w.writeState, w.b, w.quick = nil, nil, 0
}

// rest is for a connection that parks: from now on each call gives the state back.
func (w *Writer) rest() {
	w.lock()
	defer w.unlock()
	w.conn.resting = true
}

// wake is for a connection that was parked.
func (w *Writer) wake() {
	w.lock()
	defer w.unlock()
	w.conn.resting = false
}

// flushInBackground has what is waiting written by a goroutine of its own.
func (w *Writer) flushInBackground() {
	if len(w.b) == 0 || w.err != nil || w.scheduled {
		return
	}
	w.scheduled = true
	go func() {
		w.lock()
		defer func() { // also after a Write that ends the goroutine
			failed := w.err != nil
			w.unlock()
			if failed {
				w.conn.wake(expired, w.endsReading) // its Reader, for the error
			}
		}()
		w.scheduled = false
		if w.err == nil && !w.flushing && len(w.b) > 0 {
			w.flush(nil)
		}
	}()
}

// endsReading reports whether there is an error that ends reading.
func (w *Writer) endsReading() bool { return w.unreportedError() != nil }

func (w *Writer) hasWritten() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.written > 0
}
