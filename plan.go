package structpack

import (
	"fmt"
	"math/bits"
	"reflect"
	"strings"
	"unicode/utf8"

	"example.com/structpack/internal/mem"
)

// An op is what one instruction of a plan does.
type op uint8

const (
	opPad    op = iota // n zero bytes
	opChar             // n values of Go type byte
	opBool             // n values of Go type bool
	opBytes            // one value of n bytes
	opPascal           // one value: a length byte, and n-1 bytes of room

	// The rest take n values each. A long has 4 bytes and an 8-byte Go type.
	opInt8
	opUint8
	opInt16
	opUint16
	opInt32
	opUint32
	opInt64
	opUint64
	opLong
	opULong
	opHalf
	opFloat32
	opFloat64
	opComplex64
	opComplex128

	opRun // n values, each as elem says
)

// An opInfo is what the rest needs to know of an op.
type opInfo struct {
	name    string
	size    int // of one element in the data
	width   mem.Width
	goType  reflect.Type // that Unpack returns
	typ     mem.Type     // the same, for package mem
	pointer mem.Type     // of a pointer to it
}

func info[T any](name string, size int, width mem.Width) opInfo {
	return opInfo{name, size, width, reflect.TypeFor[T](), mem.TypeOf(*new(T)), mem.TypeOf(new(T))}
}

var ops = [...]opInfo{
	opPad:        {name: "pad", size: 1},
	opChar:       info[byte]("char", 1, mem.Byte),
	opBool:       info[bool]("bool", 1, mem.Byte),
	opBytes:      info[[]byte]("bytes", 1, mem.Bytes),
	opPascal:     info[[]byte]("pascal", 1, mem.Other),
	opInt8:       info[int8]("int8", 1, mem.Byte),
	opUint8:      info[uint8]("uint8", 1, mem.Byte),
	opInt16:      info[int16]("int16", 2, mem.Word16),
	opUint16:     info[uint16]("uint16", 2, mem.Word16),
	opInt32:      info[int32]("int32", 4, mem.Word32),
	opUint32:     info[uint32]("uint32", 4, mem.Word32),
	opInt64:      info[int64]("int64", 8, mem.Word64),
	opUint64:     info[uint64]("uint64", 8, mem.Word64),
	opLong:       info[int64]("long", 4, mem.Other),
	opULong:      info[uint64]("ulong", 4, mem.Other),
	opHalf:       info[float32]("half", 2, mem.Other),
	opFloat32:    info[float32]("float32", 4, mem.Word32),
	opFloat64:    info[float64]("float64", 8, mem.Word64),
	opComplex64:  info[complex64]("complex64", 8, mem.Other),
	opComplex128: info[complex128]("complex128", 16, mem.Other),
	opRun:        {name: "run"},
}

// An inst is one instruction of a plan. Every item of the format that has
// bytes or values is one instruction, however large its repeat count; padding,
// from alignment or from x, is an instruction too.
type inst struct {
	op      op
	elem    op // of the elements, if op is opRun; otherwise op itself
	kind    kind
	foreign bool // the byte order is not that of the ABI
	n       int  // elements; for opPad, opBytes and opPascal: bytes
	off     int  // of the first byte in the structure
	val     int  // index of the first value
}

// values returns how many values the instruction takes.
func (in *inst) values() int {
	switch in.elem {
	case opPad:
		return 0
	case opBytes, opPascal:
		return 1
	}
	return in.n
}

// A Struct is a compiled format. It is immutable, and safe for use by many
// goroutines at once. Its memory is proportional to the length of the format,
// whatever the repeat counts are.
//
// The zero Struct is that of the empty format.
type Struct struct {
	format string
	size   int
	values int
	big    bool // byte order
	plan   []inst
	abi    ABI

	// The flat form of the plan, see flatten; nil if there are too many values.
	flat          []inst     // an instruction for each value
	steps         []mem.Step // what package mem needs of each of them
	pads          []inst     // the padding
	words, slices int        // what the steps take of a mem.Slab
	block         func(values, words, slices int) ([]any, mem.Slab)
	quick         int // how many values there are, if package mem may well pack all of it; or -1
}

// Compile reads a format and makes a plan of it, for the ABI of the host.
// The error, if any, is an *Error that wraps ErrFormat.
func Compile(format string) (*Struct, error) {
	return compile(&hostABI, format)
}

// CompileFor is Compile for another ABI: in native mode (no prefix, or @) the
// sizes, the alignment and the byte order are those of abi, and after = the
// byte order is. It reads and writes on one machine what C programs and
// CPython read and write on another. <, > and ! mean the same everywhere.
func CompileFor(abi ABI, format string) (*Struct, error) {
	if !abi.valid() {
		return nil, &Error{Op: "compile", Format: format, Pos: -1, Index: -1, Err: ErrFormat,
			Reason: fmt.Sprintf("not a C ABI: %+v", abi)}
	}
	return compile(&abi, format)
}

// MustCompile is Compile for formats known to be right, as those of package
// variables: it panics where Compile returns an error.
func MustCompile(format string) *Struct {
	s, err := Compile(format)
	if err != nil {
		panic(err)
	}
	return s
}

func compile(abi *ABI, format string) (*Struct, error) {
	if pos, reason := check(format); reason != "" {
		_, n := utf8.DecodeRuneInString(format[pos:])
		return nil, formatError(format, pos, pos+n, reason)
	}
	var p parser
	p.init(format, abi)
	s := &Struct{format: format, big: p.big, abi: *abi}
	var it item
	for {
		more, reason := p.next(&it)
		if reason != "" {
			return nil, formatError(format, it.pos, it.end, reason)
		}
		if !more {
			break
		}
		if s.plan == nil {
			s.plan = make([]inst, 0, min(len(format)-it.pos, 32)) // most formats fit at once
		}
		s.addPad(it.offset-it.pad, it.pad)
		s.add(&it)
	}
	s.size, s.values = p.size, p.values
	s.flatten()
	return s, nil
}

func formatError(format string, pos, end int, reason string) *Error {
	return &Error{Op: "compile", Format: format, Pos: pos, Index: -1, Reason: reason, Err: ErrFormat, item: format[pos:end]}
}

// add appends the instruction for an item, if it needs one.
func (s *Struct) add(it *item) {
	if it.code.kind == kindPad {
		s.addPad(it.offset, it.count)
		return
	}
	if it.values() > 0 {
		in := inst{op: opOf(it), kind: it.code.kind, foreign: s.big != s.abi.BigEndian, n: it.count, off: it.offset, val: it.index}
		in.elem = in.op
		if in.values() > 1 {
			in.op = opRun
		}
		s.plan = append(s.plan, in)
	}
}

// addPad appends n zero bytes at an offset, to the padding before them if there is some.
func (s *Struct) addPad(off, n int) {
	if n == 0 {
		return
	}
	if last := len(s.plan) - 1; last >= 0 && s.plan[last].op == opPad {
		s.plan[last].n += n
		return
	}
	s.plan = append(s.plan, inst{op: opPad, n: n, off: off})
}

// flatten makes the form of the plan that small formats run: an instruction
// for each value, repeat counts written out, so that value i belongs to
// instruction i. It takes half the time of a loop inside a loop. Formats with
// more values than most run the plan itself.
func (s *Struct) flatten() {
	const most = 64
	s.quick = -1
	if s.values > most {
		return
	}
	s.quick = s.values
	s.flat = make([]inst, s.values)
	s.steps = make([]mem.Step, s.values)
	for i := range s.plan {
		in := &s.plan[i]
		if in.op == opPad {
			s.pads = append(s.pads, *in)
			continue
		}
		one := in.one()
		one.off = in.off
		step := one.step()
		if step.Width == mem.Other || step.N > mem.Short {
			s.quick = -1
		}
		for k := range in.values() {
			s.flat[in.val+k], s.steps[in.val+k] = one, step
			one.off += ops[in.elem].size
			step.Off = one.off
		}
		s.words += in.values() * step.Words()
		if step.Width == mem.Bytes && step.N <= mem.Short {
			s.slices++
		}
	}
	if s.quick >= 0 { // otherwise a value that is kept might keep a large one
		s.block = mem.Maker(s.values, s.words, s.slices)
	}
}

func init() {
	mem.StepsOf = func(s any) ([]mem.Step, bool) { return s.(*Struct).steps, s.(*Struct).quick >= 0 }
}

// one returns the instruction for a single value of in, at offset 0.
func (in *inst) one() inst {
	one := *in
	one.op, one.off, one.val = in.elem, 0, 0
	if in.op == opRun {
		one.n = 1
	}
	return one
}

// isInteger reports whether the values are integers, which have limits.
func (in *inst) isInteger() bool {
	return in.kind == kindSigned || in.kind == kindUnsigned || in.kind == kindPointer
}

// step returns what package mem needs to know of an instruction for one value.
func (in *inst) step() mem.Step {
	o := &ops[in.op]
	st := mem.Step{Width: o.width, Bool: in.op == opBool, Off: in.off, N: in.n, Type: o.typ, Pointer: o.pointer, Lo: 1}
	if in.n == 0 {
		st.Width = mem.Other // there may be no byte at its offset
	}
	if o.width != mem.Other && in.isInteger() {
		lo, hi := in.limits()
		st.Lo, st.Hi = -int(min(lo, 1<<(bits.UintSize-1))), int(min(hi, 1<<(bits.UintSize-1)-1))
	}
	return st
}

// opOf returns the op for the bytes and the Go type of an item. The Go type
// follows from the format alone: that of l is int32 in standard mode and int64
// in native mode, also where a native long has 4 bytes.
func opOf(it *item) op {
	switch it.code.kind {
	case kindChar:
		return opChar
	case kindBool:
		return opBool
	case kindBytes:
		return opBytes
	case kindPascal:
		return opPascal
	case kindSigned:
		switch it.elem {
		case 1:
			return opInt8
		case 2:
			return opInt16
		case 4:
			if it.wide {
				return opLong
			}
			return opInt32
		}
		return opInt64
	case kindUnsigned, kindPointer:
		switch it.elem {
		case 1:
			return opUint8
		case 2:
			return opUint16
		case 4:
			if it.wide {
				return opULong
			}
			return opUint32
		}
		return opUint64
	case kindFloat:
		switch it.elem {
		case 2:
			return opHalf
		case 4:
			return opFloat32
		}
		return opFloat64
	case kindComplex:
		if it.elem == 8 {
			return opComplex64
		}
		return opComplex128
	}
	return opPad
}

// Format returns the format that the Struct was compiled from.
func (s *Struct) Format() string { return s.format }

// Size returns the size of the structure in bytes.
func (s *Struct) Size() int { return s.size }

// NumValues returns how many values Pack takes and Unpack returns.
func (s *Struct) NumValues() int { return s.values }

// String prints the plan, an instruction a line: the offset, the operation with
// its repeat count or its length in bytes, and the values that it takes.
//
//	struct "!ci4sf": 13 bytes, 4 values, big-endian
//	     0  char        value 0
//	     1  int32       value 1
//	     5  bytes[4]    value 2
//	     9  float32     value 3
func (s *Struct) String() string {
	var b strings.Builder
	order := "little-endian"
	if s.big {
		order = "big-endian"
	}
	fmt.Fprintf(&b, "struct %s: %d bytes, %d values, %s\n", quote(s.format), s.size, s.values, order)
	for i := range s.plan {
		in := &s.plan[i]
		what := ops[in.elem].name
		switch n := in.values(); {
		case n == 0:
			fmt.Fprintf(&b, "%6d  pad[%d]\n", in.off, in.n)
			continue
		case in.op == opBytes, in.op == opPascal:
			what = fmt.Sprintf("%s[%d]", what, in.n)
		case n > 1:
			what = fmt.Sprintf("%d*%s", n, what)
		}
		fmt.Fprintf(&b, "%6d  %-10s  value %d", in.off, what, in.val)
		if n := in.values(); n > 1 {
			fmt.Fprintf(&b, "..%d", in.val+n-1)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
