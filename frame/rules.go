package frame

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"example.com/structpack"
	"example.com/structpack/internal/mem"
	"example.com/structpack/internal/rules"
)

// An Option is a rule of a Layout.
type Option func(*options)

type options struct {
	at, from *int
	request  *int
	trailer  int
	fixed    map[int]any
	empty    bool
	computed bool
	fn       func(head []byte) (int64, error)
}

// LengthAt says which value of the format is the length, counted from 0: an
// integer, or an s of 1 to 8 bytes, which is an unsigned integer in the byte order
// of the format. A format with a single integer needs no LengthAt.
func LengthAt(value int) Option { return func(o *options) { o.at = &value } }

// CountsFrom says that the length counts the header too, from the given value
// on: CountsFrom(1) of !cI is PostgreSQL's length, which counts itself.
func CountsFrom(value int) Option { return func(o *options) { o.from = &value } }

// CountsHeader says that the length counts the whole frame.
func CountsHeader() Option { return CountsFrom(0) }

// Trailer adds n bytes to the end of a payload that the length does not count,
// such as the end octet of AMQP. They are the last bytes of the payload, when
// reading and when writing. A checksum there is the caller's: the example of
// [Writer.WriteFrame] has one over header and payload.
func Trailer(n int) Option { return func(o *options) { o.trailer = n } }

// Fixed says that a value of the header is always the same, such as a magic number: a
// number, or for an s a string or []byte. It is not given when writing, but keeps its
// place for LengthAt and [Frame.Uint]. It is checked when the whole header has been read,
// before there is any payload: the error wraps ErrFixed, and says what is there.
func Fixed(value int, is any) Option {
	return func(o *options) {
		if o.fixed == nil {
			o.fixed = map[int]any{}
		}
		o.fixed[value] = is
	}
}

// RequestAt says which value of the format is the number of a request, by which a [Client]
// finds the answer to it: an integer.
func RequestAt(value int) Option { return func(o *options) { o.request = &value } }

// NoPayload says that a frame is its header, and no value of it a length.
func NoPayload() Option { return func(o *options) { o.empty = true } }

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

// apply gives the layout its rules.
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
	case o.empty && o.computed, (o.empty || o.computed) && (o.at != nil || o.from != nil || o.trailer != 0):
		return errors.New("LengthFunc and NoPayload go with no other rule of the length")
	case o.computed && o.fn == nil:
		return errors.New("LengthFunc of nil")
	}
	l.fn, l.empty = o.fn, o.empty
	switch {
	case o.empty:
		l.rule = "no payload"
		l.length, l.counts = integer{size: 1}, math.MaxInt64 // payloadSize finds none
	case o.computed:
		l.rule = "length computed"
		l.length, l.counts = integer{size: 1}, math.MaxInt64
	default:
		if err := l.setRule(&o); err != nil {
			return err
		}
	}
	if err := l.omit(o.fixed); err != nil {
		return err
	}
	return l.setRequest(o.request)
}

// setRequest finds the number of a request among the values that are given.
func (l *Layout) setRequest(at *int) error {
	l.request = -1
	if at == nil {
		return nil
	}
	if l.request = slices.Index(l.given, *at); l.request < 0 || !l.integers[*at].length {
		return fmt.Errorf("value %d cannot be the number of a request", *at)
	}
	l.rule += fmt.Sprintf(", requests numbered in value %d", *at)
	return nil
}

// omit finds out what is given when writing: all values but the length and those
// that are fixed.
func (l *Layout) omit(fixed map[int]any) error {
	omitted := map[int][]byte{}
	if l.at >= 0 {
		omitted[l.at] = nil
	}
	for _, i := range slices.Sorted(maps.Keys(fixed)) {
		if i < 0 || i >= len(l.integers) || i == l.at {
			return fmt.Errorf("value %d cannot be fixed", i)
		}
		is, err := packOne(l.head, i, fixed[i])
		if err != nil {
			return err
		}
		omitted[i] = is
		l.fixed = append(l.fixed, fixedValue{i, l.integers[i].off, is, fixed[i]})
		l.rule += fmt.Sprintf(", value %d is % x", i, is)
	}
	var steps []mem.Step
	all := rules.Steps(l.head)
	for i := range l.integers {
		if _, ok := omitted[i]; ok {
			continue
		}
		l.given = append(l.given, i)
		if all != nil {
			steps = append(steps, all[i])
		}
	}
	if len(omitted) > 0 {
		l.rest = structpack.MustCompile(without(l.head, omitted))
	}
	if l.at >= 0 && all != nil && l.fixed == nil {
		l.steps, l.fast = steps, len(steps)
	}
	return nil
}

// packOne returns the bytes of value i alone.
func packOne(head *structpack.Struct, i int, v any) ([]byte, error) {
	for _, f := range head.Fields() {
		if i < f.Index || i >= f.Index+f.Values {
			continue
		}
		format := head.Format()[:1] + f.Code
		if f.Code == "s" || f.Code == "p" {
			format = fmt.Sprintf("%s%d%s", head.Format()[:1], f.Count, f.Code)
		}
		b, err := structpack.Pack(format, v)
		if err != nil {
			return nil, fmt.Errorf("value %d is fixed: %w", i, err)
		}
		return b, nil
	}
	return nil, fmt.Errorf("it has no value %d", i)
}

// setRule finds the length and what it counts.
func (l *Layout) setRule(o *options) (err error) {
	if l.at, err = l.lengthIndex(o.at); err != nil {
		return err
	}
	l.length = l.integers[l.at]
	l.max = l.length.max()
	l.rule = fmt.Sprintf("length in value %d", l.at)
	if o.from != nil {
		from := *o.from
		if from < 0 || from >= l.head.NumValues() {
			return fmt.Errorf("it has no value %d to count from", from)
		}
		if l.counts = int64(l.size); from > 0 { // the header may begin with padding
			l.counts -= int64(l.integers[from].off)
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
		if *at < 0 || *at >= len(l.integers) || !(l.integers[*at].length || l.integers[*at].text) {
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

// MustLayout is NewLayout for rules known to be right, such as in
// variables of a package: it panics where NewLayout returns an error.
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
		if f.Values == 0 {
			continue
		}
		size := f.Size / f.Values
		v := integer{bytes: size, big: big, shift: uint8(64 - 8*min(size, 8))}
		switch kind := f.Type.Kind(); {
		case f.Code == "s" && 0 < size && size <= 8:
			v.size, v.text = size, true
		case isInteger(kind):
			v.size = size
			v.signed = reflect.Int8 <= kind && kind <= reflect.Int64
			v.length = kind != reflect.Bool && f.Code != "c"
		}
		for i := range f.Values {
			v.off = f.Offset + i*size
			all[f.Index+i] = v
		}
	}
	return all
}

// isInteger reports whether values of a kind can be read as integers. A bool can.
func isInteger(k reflect.Kind) bool { return reflect.Bool <= k && k <= reflect.Uint64 }

// without returns the format of a header with padding in the place of the values
// that are omitted.
func without(head *structpack.Struct, omitted map[int][]byte) string {
	var format strings.Builder
	format.WriteString(head.Format()[:1])
	for _, f := range head.Fields() {
		if f.Values == 0 || f.Code == "s" || f.Code == "p" {
			if _, ok := omitted[f.Index]; ok && f.Values > 0 {
				fmt.Fprintf(&format, "%dx", f.Size)
			} else {
				fmt.Fprintf(&format, "%d%s", f.Count, f.Code)
			}
			continue
		}
		left := 0 // values that are not
		for i := range f.Values {
			if _, ok := omitted[f.Index+i]; !ok {
				left++
				continue
			}
			fmt.Fprintf(&format, "%d%s%dx", left, f.Code, f.Size/f.Count)
			left = 0
		}
		fmt.Fprintf(&format, "%d%s", left, f.Code)
	}
	return format.String()
}
