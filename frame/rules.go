package frame

import (
	"fmt"
	"math"
	"strings"

	"example.com/structpack"
	"example.com/structpack/internal/mem"
)

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
