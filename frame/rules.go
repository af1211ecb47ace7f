package frame

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"example.com/structpack"
	"example.com/structpack/internal/rules"
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
// begin with <, > or !, because native alignment is a matter of one machine.
func NewLayout(format string, rules ...Option) (*Layout, error) {
	head, err := structpack.Compile(format)
	if err != nil {
		return nil, fmt.Errorf("frame: layout: %w", err)
	}
	l := &Layout{head: head, rest: head, fast: -1, size: head.Size(), at: -1}
	if err = l.checkHeader(); err == nil {
		l.integers = integers(head)
		err = l.apply(rules)
	}
	if err != nil {
		return nil, fmt.Errorf("frame: layout %q: %w", format, err)
	}
	return l, nil
}

// checkHeader returns an error for a format that is no header.
func (l *Layout) checkHeader() error {
	format := l.head.Format()
	switch values := l.head.NumValues(); {
	case !strings.ContainsAny(format[:min(1, len(format))], "<>!"):
		return errors.New("the format must begin with <, > or !: otherwise it is laid out as on this machine only")
	case l.size > largestHead:
		return fmt.Errorf("a header of %d bytes is too large (limit %d)", l.size, largestHead)
	case values > largestHead:
		return fmt.Errorf("a header of %d values is too large (limit %d)", values, largestHead)
	case l.size == 0:
		return errors.New("a header of no bytes")
	}
	return nil
}

// apply makes the rules those of the layout.
func (l *Layout) apply(rules []Option) error {
	var o options
	for _, rule := range rules {
		if rule == nil {
			return errors.New("a rule that is nil")
		}
		rule(&o)
	}
	switch {
	case o.trailer < 0:
		return fmt.Errorf("a trailer of %d bytes", o.trailer)
	case !o.computed:
		return l.setRule(&o)
	case o.at != nil, o.from != nil, o.trailer != 0:
		return errors.New("LengthFunc goes with no other rule")
	case o.fn == nil:
		return errors.New("LengthFunc of nil")
	}
	l.fn, l.rule = o.fn, "length computed"
	l.length, l.counts = integer{size: 1}, math.MaxInt64 // payloadSize finds none
	return nil
}

// setRule finds the length and what it counts.
func (l *Layout) setRule(o *options) (err error) {
	if l.at, err = l.lengthIndex(o.at); err != nil {
		return err
	}
	l.length = l.integers[l.at]
	l.max = l.length.max()
	l.rest = structpack.MustCompile(without(l.head, l.at))
	if steps := rules.Steps(l.head); steps != nil {
		l.steps = slices.Delete(slices.Clone(steps), l.at, l.at+1)
		l.fast = len(l.steps)
	}
	l.rule = fmt.Sprintf("length in value %d", l.at)
	if o.from != nil {
		from := *o.from
		if from < 0 || from >= l.head.NumValues() {
			return fmt.Errorf("it has no value %d to count from", from)
		}
		if l.counts = int64(l.size); from > 0 { // the header may begin with padding
			l.counts -= int64(offset(l.head, from))
		}
		l.rule += fmt.Sprintf(", which counts %d bytes of the header", l.counts)
	}
	if l.tail = int64(o.trailer); l.tail > 0 {
		l.rule += fmt.Sprintf(", which does not count the last %d bytes", l.tail)
	}
	l.adjust = l.tail - l.counts
	if l.counts > l.max {
		return fmt.Errorf("its length cannot express the %d bytes of the header that it counts", l.counts)
	}
	return nil
}

// lengthIndex returns which value is the length: at, or the only integer.
func (l *Layout) lengthIndex(at *int) (int, error) {
	if at != nil {
		if *at < 0 || *at >= len(l.integers) || !l.integers[*at].length {
			return 0, fmt.Errorf("value %d is no integer of it", *at)
		}
		return *at, nil
	}
	found := -1
	for i, v := range l.integers {
		if v.length && found >= 0 {
			return 0, errors.New("more than one integer, and no LengthAt")
		}
		if v.length {
			found = i
		}
	}
	if found < 0 {
		return 0, errors.New("no integer that could be the length")
	}
	return found, nil
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
func integers(head *structpack.Struct) []integer {
	all := make([]integer, head.NumValues())
	big := head.Format()[0] != '<'
	for _, f := range head.Fields() {
		if f.Type == nil || !isInteger(f.Type.Kind()) {
			continue
		}
		size := f.Type.Size()
		v := integer{size: int(size), big: big, shift: uint8(64 - 8*size)}
		v.signed = f.Type.Kind() <= reflect.Int64 && f.Type.Kind() != reflect.Bool
		v.length = f.Type.Kind() != reflect.Bool && f.Code != "c"
		for i := range f.Values {
			v.off = f.Offset + i*v.size
			all[f.Index+i] = v
		}
	}
	return all
}

// isInteger reports whether values of a kind can be read as integers. A bool can.
func isInteger(k reflect.Kind) bool { return reflect.Bool <= k && k <= reflect.Uint64 }

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
