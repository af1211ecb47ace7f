package frame

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"example.com/structpack"
	"example.com/structpack/internal/mem"
)

// A Layout says how frames lie in bytes: a header packed by a format, then the
// payload, whose length one of the header's integers tells. It is checked when
// it is made, immutable, and safe for use by many goroutines.
type Layout struct {
	head   *structpack.Struct
	rest   *structpack.Struct // head with padding in the place of the length
	steps  []mem.Step         // the same for package mem
	quick  int                // how many values there are, if the steps write all of rest; or -1
	size   int                // of the header
	values []value
	at     int   // which value is the length, or -1
	length value // at its place
	max    int64 // the largest length that its code can express
	counts int64 // how many bytes of the header the length counts
	tail   int64 // how many bytes of the payload it does not count
	adjust int64 // what is added to the length: tail - counts
	fn     func(head []byte) (int64, error)
	rule   string
	codecs sync.Map            // by reflect.Type, for Decode and Encode
	codec  atomic.Pointer[any] // of the type that was asked for first
}

// A value is an integer of the header. c and ? count as integers too, but not
// as lengths.
type value struct {
	off    int
	size   int  // 0 if the value is no integer
	big    bool // big-endian
	signed bool
	length bool  // it may be the length
	shift  uint8 // 64 bits less its own
}

// An Option is a rule of a Layout.
type Option func(*options)

type options struct {
	at, from *int
	trailer  int
	computed bool
	fn       func(head []byte) (int64, error)
}

// LengthAt says which value of the format is the length, counted from 0. A
// format with a single integer needs no LengthAt.
func LengthAt(value int) Option { return func(o *options) { o.at = &value } }

// CountsFrom says that the length counts the header too, from the given value
// on: CountsFrom(1) of !cI is PostgreSQL's length, which counts itself.
func CountsFrom(value int) Option { return func(o *options) { o.from = &value } }

// CountsHeader says that the length is that of the whole frame.
func CountsHeader() Option { return CountsFrom(0) }

// Trailer says that a payload ends with n bytes that the length does not count,
// such as the end octet of AMQP. They are the last bytes of the payload, when
// reading and when writing.
func Trailer(n int) Option { return func(o *options) { o.trailer = n } }

// LengthFunc computes the length of the payload from the header, for what no
// single value can say. With it a header's values are all given when writing,
// and the function must agree with the payload's length. It is called as often as
// more of a frame arrives, and must go by the header alone.
//
// If f returns ErrMoreHead and a number, it is called again with so many bytes
// more, which become part of Frame.Head; when writing they are the first bytes
// of the payload. A header grows to at most 4096 bytes. An error of f ends
// the reading.
func LengthFunc(f func(head []byte) (int64, error)) Option {
	return func(o *options) { o.computed, o.fn = true, f }
}

// largestHead bounds headers, so that a header need not be looked at as
// something that fills memory, and the number of their values.
const largestHead = 4096

// NewLayout makes a layout of the header's format and rules. The format must
// begin with <, > or !: what goes over a wire has no native alignment.
func NewLayout(format string, rules ...Option) (*Layout, error) {
	fail := func(text string, args ...any) (*Layout, error) {
		return nil, fmt.Errorf("frame: layout %q: %s", format, fmt.Sprintf(text, args...))
	}
	head, err := structpack.Compile(format)
	if err != nil {
		return nil, fmt.Errorf("frame: layout: %w", err)
	}
	if !strings.ContainsAny(format[:min(1, len(format))], "<>!") {
		return fail("the format must begin with <, > or !: otherwise it is laid out as on this machine only")
	}
	if head.Size() > largestHead {
		return fail("a header of %d bytes is too large (limit %d)", head.Size(), largestHead)
	}
	if head.NumValues() > largestHead {
		return fail("a header of %d values is too large (limit %d)", head.NumValues(), largestHead)
	}
	if head.Size() == 0 {
		return fail("a header of no bytes")
	}
	var o options
	for _, rule := range rules {
		if rule == nil {
			return fail("a rule that is nil")
		}
		rule(&o)
	}
	l := &Layout{head: head, rest: head, quick: -1, size: head.Size(), values: integers(head), at: -1, fn: o.fn}
	if o.trailer < 0 {
		return fail("a trailer of %d bytes", o.trailer)
	}
	if o.computed {
		if o.at != nil || o.from != nil || o.trailer != 0 {
			return fail("LengthFunc goes with no other rule")
		}
		if o.fn == nil {
			return fail("LengthFunc of nil")
		}
		l.length, l.counts = value{size: 1}, math.MaxInt64 // known knows none
		l.rule = "length computed"
		return l, nil
	}
	if o.at != nil {
		if l.at = *o.at; l.at < 0 || l.at >= len(l.values) || !l.values[l.at].length {
			return fail("value %d is no integer of it", l.at)
		}
	} else {
		for i, v := range l.values {
			if !v.length {
				continue
			}
			if l.at >= 0 {
				return fail("more than one integer, and no LengthAt")
			}
			l.at = i
		}
		if l.at == -1 {
			return fail("no integer that could be the length")
		}
	}
	l.length = l.values[l.at]
	l.max = l.length.max()
	l.rest = structpack.MustCompile(without(head, l.at))
	if steps, ok := mem.StepsOf(l.rest); ok && !strings.Contains(format, "x") {
		l.steps, l.quick = steps, len(steps)
	}
	l.rule = fmt.Sprintf("length in value %d", l.at)
	if o.from != nil {
		from := *o.from
		if from < 0 || from >= head.NumValues() {
			return fail("it has no value %d to count from", from)
		}
		l.counts = int64(l.size - offset(head, from))
		if from == 0 {
			l.counts = int64(l.size)
		}
		l.rule += fmt.Sprintf(", which counts %d bytes of the header", l.counts)
	}
	if o.trailer > 0 {
		l.tail = int64(o.trailer)
		l.rule += fmt.Sprintf(", which does not count the last %d bytes", o.trailer)
	}
	l.adjust = l.tail - l.counts
	if l.counts > l.max {
		return fail("its length cannot express the %d bytes of the header that it counts", l.counts)
	}
	return l, nil
}

// MustLayout is NewLayout for rules known to be right, as those of package
// variables: it panics where NewLayout returns an error.
func MustLayout(format string, rules ...Option) *Layout {
	l, err := NewLayout(format, rules...)
	if err != nil {
		panic(err)
	}
	return l
}

// integers lists the values of a header; those that are no integers have no size.
func integers(head *structpack.Struct) []value {
	values := make([]value, head.NumValues())
	big := head.Format()[0] != '<'
	for _, f := range head.Fields() {
		if !strings.Contains("bBhHiIlLqQc?", f.Code) {
			continue
		}
		for i := range f.Values {
			size := f.Size / f.Count
			v := value{off: f.Offset + i*size, size: size, big: big, shift: uint8(64 - 8*size)}
			v.signed, v.length = strings.Contains("bhilq", f.Code), !strings.Contains("c?", f.Code)
			values[f.Index+i] = v
		}
	}
	return values
}

// without returns the format of a header with padding in the place of value at,
// which is an integer.
func without(head *structpack.Struct, at int) string {
	var format strings.Builder
	format.WriteString(head.Format()[:1])
	for _, f := range head.Fields() {
		if before := at - f.Index; 0 <= before && before < f.Values {
			fmt.Fprintf(&format, "%d%s%dx%d%[2]s", before, f.Code, f.Size/f.Count, f.Count-before-1)
		} else {
			fmt.Fprintf(&format, "%d%s", f.Count, f.Code)
		}
	}
	return format.String()
}

// offset returns where value i begins.
func offset(head *structpack.Struct, i int) int {
	for _, f := range head.Fields() {
		if f.Index <= i && i < f.Index+f.Values {
			return f.Offset + (i-f.Index)*(f.Size/f.Values)
		}
	}
	return 0
}

// String describes the layout.
func (l *Layout) String() string {
	return fmt.Sprintf("frame layout %q: header of %d bytes, %s", l.head.Format(), l.size, l.rule)
}

// Header returns the compiled format of the header.
func (l *Layout) Header() *structpack.Struct { return l.head }

// max returns the largest number that both the integer and an int64 can express.
func (v *value) max() int64 {
	if v.signed {
		return math.MaxInt64 >> v.shift
	}
	return int64(min(uint64(math.MaxUint64)>>v.shift, math.MaxInt64))
}

// load returns the integer at its place in head; an unsigned one of 64 bits may
// come out negative.
func (v *value) load(head []byte) int64 {
	b := head[v.off:]
	var x uint64
	switch v.size {
	case 4:
		x = uint64(binary.LittleEndian.Uint32(b))
	case 2:
		x = uint64(binary.LittleEndian.Uint16(b))
	case 1:
		x = uint64(b[0])
	case 8:
		x = binary.LittleEndian.Uint64(b)
	default:
		panic("frame: a value of the header that is no integer")
	}
	if v.big {
		x = bits.ReverseBytes64(x)
	} else {
		x <<= v.shift & 63
	}
	if v.signed {
		return int64(x) >> (v.shift & 63)
	}
	return int64(x >> (v.shift & 63))
}

// store sets the integer at its place in head.
func (v *value) store(head []byte, x uint64) {
	b := head[v.off:]
	if v.big {
		x = bits.ReverseBytes64(x << (v.shift & 63))
	}
	switch v.size {
	case 4:
		binary.LittleEndian.PutUint32(b, uint32(x))
	case 2:
		binary.LittleEndian.PutUint16(b, uint16(x))
	case 1:
		b[0] = byte(x)
	default:
		binary.LittleEndian.PutUint64(b, x)
	}
}

// known returns the size of the payload of the frame that b begins with, of
// which the header is there, or a negative number if that is for measure to say.
func (l *Layout) known(b []byte) int64 {
	n := l.length.load(b)
	if n < l.counts {
		return -1
	}
	return n + l.adjust
}

// measure returns the sizes of the header and of the payload of the frame that
// b begins with. If b is too short to tell, head is how long it must be at least,
// and payload is -1. The error is a *SizeError for lengths that no frame has,
// or that of a length function.
func (l *Layout) measure(b []byte) (head int, payload int64, err error) {
	if len(b) < l.size {
		return l.size, -1, nil
	}
	if l.fn != nil {
		return l.ask(b)
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

// ask calls the length function, with a longer header as often as it wants one.
func (l *Layout) ask(b []byte) (head int, payload int64, err error) {
	for head = l.size; head <= len(b); {
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

// Cut returns the frame that b begins with, and what follows it. The frame's
// bytes are those of b. The error is io.EOF if b is empty, io.ErrUnexpectedEOF
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
// less. The frame's bytes are those of b. The errors are those of Cut, but
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
// dst as it was. The payload must not share memory with what is behind dst. The
// errors are those of structpack's Pack, and a *SizeError for a payload that the
// length cannot express.
func (l *Layout) Append(dst, payload []byte, values ...any) ([]byte, error) {
	if b, ok := l.appendQuick(dst, payload, values); ok {
		return b, nil
	}
	n := len(dst)
	room := l.size + len(payload)
	if l.fn == nil {
		if _, err := l.lengthFor(len(payload)); err != nil {
			room = l.size // pack returns the error, unless it finds another one first
		}
	}
	b := slices.Grow(dst, room)[:n+l.size]
	if err := l.pack(b[n:], payload, values); err != nil {
		return dst, err
	}
	return append(b, payload...), nil
}

// appendQuick appends a frame if there is room for it, and package mem knows how.
func (l *Layout) appendQuick(dst, payload []byte, values []any) ([]byte, bool) {
	n := len(dst)
	length := int64(len(payload)) - l.adjust
	if len(payload) > cap(dst)-n-l.size || len(values) != l.quick || length < l.counts || length > l.max {
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
	if wants := len(l.values) - 1; l.fn == nil && len(values) != wants {
		return &structpack.Error{Op: "pack", Format: l.head.Format(), Pos: -1, Index: -1, Err: structpack.ErrCount,
			Reason: fmt.Sprintf("a frame takes %d values besides the length (got %d)", wants, len(values))}
	}
	if _, err := l.rest.AppendPack(head[:0], values...); err != nil {
		return l.refusal(head, values, err)
	}
	return l.setLength(head, payload)
}

// refusal is the error for values that l.rest refuses with err, with the length
// among them, as the format counts them. It lets no value escape, as append and
// copy would.
//
//go:noinline
func (l *Layout) refusal(head []byte, values []any, err error) error {
	if l.fn != nil {
		return err
	}
	var all [largestHead]any
	all[l.at] = 0
	for i, v := range values {
		all[l.position(i)] = v
	}
	if _, e := l.head.AppendPack(head[:0], all[:len(l.values)]...); e != nil {
		return e
	}
	return err // what they point to has changed since
}

// position returns which value of the format the i-th is that is passed.
func (l *Layout) position(i int) int {
	if i >= l.at {
		i++
	}
	return i
}

// setLength puts the length of the payload into a header; one that a length
// function computes must be there.
func (l *Layout) setLength(head, payload []byte) error {
	if l.fn != nil {
		return l.agrees(head, payload)
	}
	n, err := l.lengthFor(len(payload))
	if err == nil {
		l.length.store(head, uint64(n))
	}
	return err
}

// lengthFor returns what the header says of a payload of n bytes.
func (l *Layout) lengthFor(n int) (int64, error) {
	if int64(n) < l.tail {
		return 0, &SizeError{Size: int64(n), Limit: l.tail, Err: ErrLength}
	}
	length := int64(n) - l.tail + l.counts
	if length > l.max {
		return 0, &SizeError{Size: int64(n), Limit: l.max - l.counts + l.tail, Err: ErrTooLarge}
	}
	return length, nil
}

// agrees checks a payload, of which the first bytes may be of the header too, against
// what the length function makes of that.
func (l *Layout) agrees(head, payload []byte) error {
	whole := append(clone(head), payload[:min(len(payload), largestHead)]...)
	size, n, err := l.ask(whole)
	if err != nil {
		return err
	}
	have := int64(len(head) + len(payload) - size)
	if n < 0 {
		return &SizeError{Size: int64(len(payload)), Limit: int64(len(payload)) - have, Err: ErrLength}
	}
	if n != have {
		return &SizeError{Size: n, Limit: have, Err: ErrLength, exact: true}
	}
	return nil
}

// A Frame is a message. Its bytes belong to whoever made it: those of a frame
// from a Reader, and its header, are valid until the next call on the Reader;
// those of a frame from Cut or Parse are the caller's. Appending to them does not
// write behind them.
type Frame struct {
	*Header
	Payload []byte
}

// A Header is that of a Frame.
type Header struct {
	layout *Layout
	Head   []byte // as it was packed
}

// Clone returns a frame with bytes of its own.
func (f Frame) Clone() Frame {
	if f.Header == nil {
		f.Header = new(Header)
	}
	b := make([]byte, len(f.Head)+len(f.Payload))
	n := copy(b, f.Head)
	copy(b[n:], f.Payload)
	return Frame{&Header{f.layout, b[:n:n]}, b[n:]}
}

// String shows the values of the header, and how the payload begins.
func (f Frame) String() string {
	if f.Header == nil || f.layout == nil || len(f.Head) < f.layout.size {
		return "no frame"
	}
	values, err := f.layout.head.UnpackFrom(f.Head, 0)
	if err != nil {
		return err.Error()
	}
	for i, v := range values {
		if b, ok := v.([]byte); ok {
			values[i] = fmt.Sprintf("%q", b)
		}
	}
	return fmt.Sprintf("header %v, payload of %d bytes %.32q", values, len(f.Payload), f.Payload)
}

// Uint returns value i of the header as an unsigned integer, a negative one
// with its sign extended to 64 bits. It takes integers, c and ?, and panics if
// value i is something else, or is not there.
func (h *Header) Uint(i int) uint64 { return uint64(h.layout.values[i].load(h.Head)) }

// Int is Uint for signed integers.
func (h *Header) Int(i int) int64 { return h.layout.values[i].load(h.Head) }

// Scan unpacks the header into variables, as [structpack.Struct.Scan] does; the
// length is one of the values.
func (h *Header) Scan(dests ...any) error {
	return h.layout.head.ScanFrom(h.Head, 0, dests...)
}

// Decode unpacks the header of f into a struct, as a [structpack.Codec] does:
// its fields are the values of the format, the length included.
func Decode[H any](f Frame) (H, error) {
	var h H
	if f.Header == nil || f.layout == nil || len(f.Head) < f.layout.size {
		return h, errNoFrame
	}
	c, err := codecOf[H](f.layout)
	if err == nil {
		err = c.UnpackFrom(f.Head, 0, &h)
	}
	return h, err
}

// Encode appends a frame to dst whose header is a struct, with the payload's
// length in the place of the length that *h has. Its errors are those of
// Append, and of [structpack.NewCodec].
func Encode[H any](dst []byte, l *Layout, h *H, payload []byte) ([]byte, error) {
	c, err := codecOf[H](l)
	if err != nil {
		return dst, err
	}
	b, err := c.AppendPack(dst, h)
	if err != nil {
		return dst, err
	}
	if err := l.setLength(b[len(dst):], payload); err != nil {
		return dst, err
	}
	return append(b, payload...), nil
}

func codecOf[H any](l *Layout) (*structpack.Codec[H], error) {
	if first := l.codec.Load(); first != nil {
		if c, ok := (*first).(*structpack.Codec[H]); ok {
			return c, nil
		}
	}
	t := reflect.TypeFor[H]()
	if c, ok := l.codecs.Load(t); ok {
		return c.(*structpack.Codec[H]), nil
	}
	c, err := structpack.NewCodec[H](l.head)
	if err != nil {
		return nil, err
	}
	l.codecs.Store(t, c)
	var first any = c
	l.codec.CompareAndSwap(nil, &first)
	return c, nil
}
