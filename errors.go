package structpack

import (
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"
)

// The kinds of mistake, for errors.Is. Every error that this package makes is an
// *Error that wraps one of them. Read, ReadAt and Write also return the errors of
// their reader or writer, io.EOF among them.
var (
	// The format string is wrong, or the ABI that CompileFor is given.
	ErrFormat = errors.New("bad format")
	// There are too few or too many values or destinations.
	ErrCount = errors.New("wrong number of values")
	// A code cannot take the type of its value, or a destination cannot take the value.
	ErrType = errors.New("value of the wrong type")
	// A code cannot hold its value, or a field with cstr its text.
	ErrRange = errors.New("value out of range")
	// The length of the data or buffer is wrong, or an offset into it, or a result
	// would be too large to allocate.
	ErrBuffer = errors.New("buffer does not fit the size")
)

// An Error says what failed, where in the format, and why.
type Error struct {
	Op     string // what was asked for: "compile", "pack", "pack_into", "unpack", …
	Format string
	Pos    int    // byte offset in Format of the item at fault, its repeat count included; -1 if none
	Index  int    // index of the value at fault among the values of the format, -1 if none
	Reason string // CPython 3.15's own sentence for the same mistake, where it has one
	Err    error  // ErrFormat, ErrCount, ErrType, ErrRange or ErrBuffer

	item   string // for ErrFormat: the text of the item, as far as it is one
	goType string // the Go type of a value or destination of the wrong type
	detail string // what follows Reason in print
	length int    // the length of the data, plus one, if it is wrong and Reason does not say it; or 0
	record int    // the number of the record at fault in a batch, from 1; 0 if there is no batch
}

// Error says everything that is known:
//
//	structpack: pack "!ci4sf": value 1 ('i' at byte 2): 'i' format requires -2147483648 <= number <= 2147483647
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("structpack: ")
	b.WriteString(e.Op)
	b.WriteByte(' ')
	b.WriteString(quote(e.Format))
	b.WriteString(": ")
	if e.record > 0 {
		fmt.Fprintf(&b, "record %d: ", e.record-1)
	}
	switch {
	case e.Index >= 0:
		fmt.Fprintf(&b, "value %d", e.Index)
		if e.Pos >= 0 {
			_, code := itemAt(e.Format, e.Pos)
			fmt.Fprintf(&b, " ('%s' at byte %d", code, e.Pos)
			if e.goType != "" {
				fmt.Fprintf(&b, ", got %s", e.goType)
			}
			b.WriteByte(')')
		}
		b.WriteString(": ")
	case e.Pos >= 0:
		item := e.item
		if item == "" {
			item, _ = itemAt(e.Format, e.Pos)
		}
		fmt.Fprintf(&b, "%s at byte %d: ", quote(item), e.Pos)
	}
	b.WriteString(e.Reason)
	b.WriteString(e.detail)
	if e.length > 0 {
		fmt.Fprintf(&b, " (got %d)", e.length-1)
	}
	return b.String()
}

// Record returns the index of the record at fault in a batch, counted from 0, or -1
// if there is no batch.
func (e *Error) Record() int { return e.record - 1 }

// Unwrap returns the kind of mistake.
func (e *Error) Unwrap() error { return e.Err }

// quote quotes a format, or what matters of a very long one.
func quote(format string) string {
	const most = 80
	if len(format) <= most {
		return strconv.Quote(format)
	}
	return fmt.Sprintf("%q... (%d bytes)", format[:most], len(format))
}

// itemAt returns the text of the item at pos, and its code. They are read from the
// format, so that an error says as much if other code than this package's has made it.
func itemAt(format string, pos int) (item, code string) {
	pos = min(pos, len(format))
	at := pos
	for at < len(format) && isDigit(format[at]) {
		at++
	}
	end := at + 1
	if at < len(format) && format[at] == 'Z' {
		end++
	}
	end = min(end, len(format))
	return format[pos:end], format[at:end]
}

// goType names the dynamic type of a value as Go writes it.
func goType(v any) string {
	if v == nil {
		return "nil"
	}
	return reflect.TypeOf(v).String()
}

// fail makes an error that concerns no single item.
func (s *Struct) fail(op string, kind error, format string, args ...any) *Error {
	return &Error{Op: op, Format: s.format, Pos: -1, Index: -1, Reason: fmt.Sprintf(format, args...), Err: kind}
}

// failValue makes an error about one value.
func (s *Struct) failValue(op string, index int, kind error, reason, goType string) *Error {
	it := s.itemOf(index)
	e := &Error{Op: op, Format: s.format, Pos: it.pos, Index: index, Reason: reason, Err: kind}
	if kind == ErrType {
		e.goType = goType
	}
	return e
}

// failItem makes an error about all values of an instruction, which may be none.
func (s *Struct) failItem(op string, in *inst, kind error, reason string) *Error {
	if in.n > 0 {
		return s.failValue(op, in.val, kind, reason, "")
	}
	e := s.fail(op, kind, "%s", reason)
	e.Pos = s.emptyItem(in).pos
	return e
}

// badLength is the error for data of n bytes, which is not the size of the structure.
func (s *Struct) badLength(op string, n int) *Error {
	return s.failLength(op, n, "unpack requires a buffer of %d bytes", s.size)
}

// failLength makes an error about data of n bytes, for a sentence of CPython's that
// does not say how many there are.
func (s *Struct) failLength(op string, n int, format string, args ...any) *Error {
	e := s.fail(op, ErrBuffer, format, args...)
	e.length = n + 1
	return e
}

func formatError(format string, pos, end int, reason string) *Error {
	return &Error{Op: "compile", Format: format, Pos: pos, Index: -1, Reason: reason, Err: ErrFormat, item: format[pos:end]}
}

// sentences are CPython's for an offset and a buffer that do not go together.
type sentences struct{ crosses, requires string }

var (
	packInto = sentences{
		crosses:  "no space to pack %d bytes at offset %d",
		requires: "pack_into requires a buffer of at least %d bytes for packing %d bytes at offset %d (actual buffer size is %d)",
	}
	unpackFrom = sentences{
		crosses:  "not enough data to unpack %d bytes at offset %d",
		requires: "unpack_from requires a buffer of at least %d bytes for unpacking %d bytes at offset %d (actual buffer size is %d)",
	}
)

// room checks that buf has room for the structure at offset o, in the steps that
// CPython does it in, and returns the offset from the beginning of buf.
func (s *Struct) room(op string, say *sentences, buf []byte, o int) (offset int, err error) {
	if o < 0 {
		if o+s.size > 0 {
			// The offset says how many bytes there are after it.
			return 0, s.fail(op, ErrBuffer, say.crosses, s.size, o)
		}
		if o+len(buf) < 0 {
			return 0, s.fail(op, ErrBuffer, "offset %d out of range for %d-byte buffer", o, len(buf))
		}
		o += len(buf)
	}
	if len(buf)-o < s.size {
		return 0, s.fail(op, ErrBuffer, say.requires, uint(s.size)+uint(o), s.size, o, len(buf))
	}
	return o, nil
}

// packError says why the value at index was refused. It is an error also if the value
// has become another one since, as a *big.Int may.
func (s *Struct) packError(op string, index int, v any) error {
	if err := s.refusal(op, index, v, goType(v)); err != nil {
		return err
	}
	return s.tooLarge(op, index)
}

// refusal says why a value at index, whose type is called goType, is refused; it
// returns nil if it is not.
func (s *Struct) refusal(op string, index int, v any, goType string) error {
	if in := s.instOf(index); in != nil {
		if err := in.accepts(v); err != nil {
			e := s.failValue(op, index, err, in.reason(s.itemOf(index).code.name, v, err), goType)
			if in.kind != kindChar && in.takesList(v) {
				e.detail = "; pass its elements"
			}
			return e
		}
	}
	return nil
}

// tooLarge is the error for a number at index that its code cannot hold.
func (s *Struct) tooLarge(op string, index int) *Error {
	in := s.instOf(index)
	if in == nil {
		return nil
	}
	return s.failValue(op, index, ErrRange, in.reason(s.itemOf(index).code.name, nil, ErrRange), "")
}

// instOf returns the instruction that takes the value at index, or nil.
func (s *Struct) instOf(index int) *inst {
	i := sort.Search(len(s.plan), func(i int) bool { return s.plan[i].val+s.plan[i].values() > index })
	if i == len(s.plan) || index < 0 {
		return nil
	}
	return &s.plan[i]
}
