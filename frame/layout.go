package frame

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"example.com/structpack"
	"example.com/structpack/internal/mem"
)

// A Layout describes how frames are laid out in bytes: a header packed by a format,
// then the payload, whose length is one of the header's integers. It is checked when
// it is made, immutable, and safe for use by many goroutines.
type Layout struct {
	head     *structpack.Struct
	rest     *structpack.Struct // head with padding in the place of the length
	steps    []mem.Step         // of the values but the length
	fast     int                // how many values there are, if package mem may well pack them; or -1
	size     int                // of the header
	integers []integer          // all values
	at       int                // which value is the length, or -1
	given    []int              // which values are given when writing
	request  int                // which of these is the number of a request, or -1
	fixed    []fixedValue       // those that are always the same
	empty    bool               // there is no payload
	length   integer            // at its place
	max      int64              // the largest length that its code can express
	counts   int64              // how many bytes of the header the length counts
	tail     int64              // how many bytes of the payload it does not count
	adjust   int64              // what is added to the length: tail - counts
	fn       func(head []byte) (int64, error)
	rule     string
	codecs   sync.Map            // by reflect.Type, for Decode and Encode
	codec    atomic.Pointer[any] // of the type that was asked for first
}

// A fixedValue is always the same.
type fixedValue struct {
	value int // which it is
	off   int
	bytes []byte
	is    any
}

// checkFixed returns an error for a header whose fixed values are others.
func (l *Layout) checkFixed(head []byte) error {
	for _, v := range l.fixed {
		if there := head[v.off:][:len(v.bytes)]; !bytes.Equal(there, v.bytes) {
			return fmt.Errorf("%w: value %d is % x, expected % x (header % x%s)", ErrFixed, v.value, there, v.bytes, head[:l.size], guess(head))
		}
	}
	return nil
}

// String describes the layout.
func (l *Layout) String() string {
	return fmt.Sprintf("frame layout %q: header of %d bytes, %s", l.head.Format(), l.size, l.rule)
}

// Header returns the compiled format of the header.
func (l *Layout) Header() *structpack.Struct { return l.head }

// payloadSize returns the size of the payload of the frame that b begins with, of
// which the header is there, or a negative number if that is for measure to say.
func (l *Layout) payloadSize(b []byte) int64 {
	n := l.length.load(b)
	if n < l.counts || l.fixed != nil && l.checkFixed(b) != nil {
		return -1
	}
	return n + l.adjust
}

// measure returns the sizes of the header and of the payload of the frame that
// b begins with. If b is too short to say, head is how long it must be at least,
// and payload is -1. The error is a *SizeError for lengths that no frame has,
// or comes from a length function.
func (l *Layout) measure(b []byte) (head int, payload int64, err error) {
	return l.measureFrom(l.size, b)
}

// measureFrom is measure of a frame whose header is known to have at least so many
// bytes.
func (l *Layout) measureFrom(known int, b []byte) (head int, payload int64, err error) {
	if len(b) < known {
		return known, -1, nil
	}
	switch err := l.checkFixed(b); {
	case err != nil:
		return l.size, 0, err
	case l.empty:
		return l.size, 0, nil
	case l.fn != nil:
		return l.callLengthFunc(known, b)
	}
	n := l.length.load(b)
	switch {
	case n < 0 && !l.length.signed:
		return l.size, 0, &SizeError{Size: math.MaxInt64, Limit: math.MaxInt, Head: clone(b[:l.size]), Err: ErrTooLarge}
	case n < l.counts:
		return l.size, 0, &SizeError{Size: max(n, math.MinInt64+l.counts) - l.counts + l.tail, Limit: l.tail, Head: clone(b[:l.size]), Err: ErrLength}
	}
	return l.size, min(n-l.counts, math.MaxInt64-l.tail) + l.tail, nil
}

// callLengthFunc calls the length function, with a longer header as often as it wants one.
func (l *Layout) callLengthFunc(head int, b []byte) (size int, payload int64, err error) {
	for head <= len(b) {
		n, err := l.fn(b[:head:head])
		if err == nil {
			if n < 0 {
				return head, 0, &SizeError{Size: n, Head: clone(b[:head]), Err: ErrLength}
			}
			return head, n, nil
		}
		if !errors.Is(err, ErrMoreHead) {
			return head, 0, fmt.Errorf("frame: length of header % x: %w", b[:head], err)
		}
		if n <= 0 || n > int64(largestHead-head) {
			return head, 0, &SizeError{Size: n, Limit: int64(largestHead - head), Head: clone(b[:head]), Err: ErrTooLarge}
		}
		head += int(n)
	}
	return head, -1, nil
}

func clone(b []byte) []byte { return append([]byte{}, b...) }

// Cut returns the frame that b begins with, and what follows it. The frame
// shares the bytes of b. The error is io.EOF if b is empty, io.ErrUnexpectedEOF
// if b ends inside the frame, a *SizeError for a length that no frame has. After
// an error rest is b.
func (l *Layout) Cut(b []byte) (f Frame, rest []byte, err error) {
	f.Header = new(Header) // where the caller has it, if this is inlined
	rest, err = l.cut(f.Header, &f.Payload, b)
	return f, rest, err
}

func (l *Layout) cut(h *Header, payload *[]byte, b []byte) (rest []byte, err error) {
	if len(b) == 0 {
		return b, io.EOF
	}
	head, n, err := l.measure(b)
	if err != nil {
		return b, err
	}
	if n < 0 || n > int64(len(b)-head) {
		return b, io.ErrUnexpectedEOF
	}
	end := head + int(n)
	*h = Header{l, b[:head:head]}
	*payload = b[head:end:end]
	return b[end:], nil
}

// Parse returns the frame that b is, such as a datagram: no byte more and none
// less. The frame shares the bytes of b. The errors are Cut's, but it is
// io.ErrUnexpectedEOF also if b is empty, and a *SizeError that wraps ErrLength
// if bytes are left over.
func (l *Layout) Parse(b []byte) (f Frame, err error) {
	f.Header = new(Header)
	err = l.parse(f.Header, &f.Payload, b)
	return f, err
}

func (l *Layout) parse(h *Header, payload *[]byte, b []byte) error {
	rest, err := l.cut(h, payload, b)
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	if err == nil && len(rest) > 0 {
		n := int64(len(*payload))
		*payload = nil
		return &SizeError{Size: n, Limit: n + int64(len(rest)), Head: clone(h.Head), Err: ErrLength, exact: true}
	}
	return err
}

var _ bufio.SplitFunc = (*Layout)(nil).Split

// Split is a bufio.SplitFunc: the tokens are whole frames, for Parse. The
// Scanner's buffer is the limit of their size. Data that ends inside a frame is
// io.ErrUnexpectedEOF.
func (l *Layout) Split(data []byte, atEOF bool) (advance int, token []byte, err error) {
	f, rest, err := l.Cut(data)
	switch {
	case err == nil:
		n := len(data) - len(rest)
		return n, data[:len(f.Head)+len(f.Payload)], nil
	case err == io.EOF, err == io.ErrUnexpectedEOF && !atEOF:
		return 0, nil, nil
	}
	return 0, nil, err
}

// Append appends a frame to dst: a header with the given values, which are all
// of the format's but the length, and the payload. After an error it returns
// dst as it was; its spare capacity may have been written to, and the payload must not
// share memory with it. Append returns the errors of structpack's Pack, and a
// *SizeError for a payload that the length cannot express.
func (l *Layout) Append(dst, payload []byte, values ...any) ([]byte, error) {
	if b, ok := l.appendFast(dst, payload, values); ok {
		return b, nil
	}
	n := len(dst)
	room := l.size + len(payload)
	if l.at >= 0 {
		if _, err := l.lengthFor(int64(len(payload))); err != nil {
			room = l.size // pack returns the error, unless it finds another one first
		}
	}
	b := slices.Grow(dst, room)[:n+l.size]
	if err := l.pack(b[n:], payload, values); err != nil {
		return dst, err
	}
	return append(b, payload...), nil
}

// appendFast appends a frame if there is room for it, and package mem knows how.
func (l *Layout) appendFast(dst, payload []byte, values []any) ([]byte, bool) {
	n := len(dst)
	length := int64(len(payload)) - l.adjust
	if len(payload) > cap(dst)-n-l.size || len(values) != l.fast || length < l.counts || length > l.max {
		return nil, false
	}
	b := dst[:n+l.size+len(payload)]
	head := b[n:]
	if mem.Pack(l.steps, l.length.big, 0, head, values) < len(values) {
		return nil, false
	}
	l.length.store(head, uint64(length))
	copy(head[l.size:], payload)
	return b, true
}

// pack packs the header of a frame into head, which has its size.
func (l *Layout) pack(head, payload []byte, values []any) error {
	return l.packSized(head, payload, int64(len(payload)), values)
}

// packSized is pack for a payload of n bytes, of which the first are there.
func (l *Layout) packSized(head, first []byte, n int64, values []any) error {
	if wants := len(l.given); wants < len(l.integers) && len(values) != wants {
		besides := "the length"
		if l.fixed != nil {
			besides = "those that the layout gives"
		}
		return &structpack.Error{Op: "pack", Format: l.head.Format(), Pos: -1, Index: -1, Err: structpack.ErrCount,
			Reason: fmt.Sprintf("a frame takes %d values besides %s (got %d)", wants, besides, len(values))}
	}
	if _, err := l.rest.AppendPack(head[:0], values...); err != nil {
		return l.refusal(head, values, err)
	}
	return l.setLength(head, first, n)
}

// refusal is the error for values that l.rest refuses with err, with the length
// among them, as the format counts them. It lets no value escape, as append and
// copy would.
//
//go:noinline
func (l *Layout) refusal(head []byte, values []any, err error) error {
	if len(l.given) == len(l.integers) {
		return err
	}
	var all [largestHead]any
	if l.at >= 0 {
		if all[l.at] = 0; l.length.text {
			all[l.at] = ""
		}
	}
	for _, v := range l.fixed {
		all[v.value] = v.is
	}
	for i, v := range values {
		all[l.given[i]] = v
	}
	if _, e := l.head.AppendPack(head[:0], all[:len(l.integers)]...); e != nil {
		return e
	}
	return err // what they point to has changed since
}

// setLength puts the length of a payload of n bytes into a header; one that a length
// function computes must be there.
func (l *Layout) setLength(head, first []byte, n int64) error {
	for _, v := range l.fixed {
		copy(head[v.off:], v.bytes)
	}
	switch {
	case l.empty && n > 0:
		return &SizeError{Size: n, Err: ErrLength, exact: true}
	case l.empty:
		return nil
	case l.fn != nil:
		return l.checkLengthFunc(head, first, n)
	}
	length, err := l.lengthFor(n)
	if err == nil {
		l.length.store(head, uint64(length))
	}
	return err
}

// lengthFor returns what the header says of a payload of n bytes.
func (l *Layout) lengthFor(n int64) (int64, error) {
	if n < l.tail {
		return 0, &SizeError{Size: n, Limit: l.tail, Err: ErrLength}
	}
	length := n - l.tail + l.counts
	if length > l.max || length < n-l.tail {
		return 0, &SizeError{Size: n, Limit: l.max - l.counts + l.tail, Err: ErrTooLarge}
	}
	return length, nil
}

// checkLengthFunc checks a payload of so many bytes, of which the first may be of the
// header too, against what the length function makes of that.
func (l *Layout) checkLengthFunc(head, first []byte, all int64) error {
	whole := append(clone(head), first[:min(len(first), largestHead)]...)
	size, n, err := l.callLengthFunc(l.size, whole)
	if err != nil {
		return err
	}
	have := all - int64(size-len(head))
	if n < 0 {
		return &SizeError{Size: all, Limit: all - have, Err: ErrLength}
	}
	if n != have {
		return &SizeError{Size: n, Limit: have, Err: ErrLength, exact: true}
	}
	return nil
}
