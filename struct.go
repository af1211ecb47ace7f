package structpack

import (
	"fmt"
	"reflect"
	"sort"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// A Struct is a compiled format. It is immutable, and safe for use by many
// goroutines at once. Its memory is proportional to the length of the format,
// whatever the repeat counts are.
//
// The zero Struct has the empty format.
type Struct struct {
	format  string
	size    int
	values  int
	big     bool // byte order
	foreign bool // the byte order is not the ABI's
	large   bool // some value may have more bytes than mem.Short
	plan    []inst
	empty   []inst // the items with a count of 0, which a slice may take
	abi     *ABI   // of the host if it is nil
	named   bool   // by who compiled for it
	made    bool   // the format is made from a type
	marks   []mark

	flat     atomic.Pointer[flat] // nil until it is used
	form     atomic.Pointer[form] // nil until it is used for more than some structures
	unpacked atomic.Uint32        // how many those were
}

// A mark is how far the parser was after some items. A long format has one for every
// 64 of them, so that an error does not read all of it again.
type mark struct{ pos, size, values int }

// Compile reads a format and makes a plan of it, for the ABI of the host.
// The error, if any, is an *Error that wraps ErrFormat.
func Compile(format string) (*Struct, error) {
	return compile(&hostABI, format)
}

// CompileFor is Compile for another ABI: in native mode (no prefix, or @) the
// sizes, the alignment and the byte order are abi's, and after = the byte order is. It reads and writes on one machine what C programs and
// CPython read and write on another. <, > and ! mean the same everywhere.
func CompileFor(abi ABI, format string) (*Struct, error) {
	if !abi.valid() {
		return nil, &Error{Op: "compile", Format: format, Pos: -1, Index: -1, Err: ErrFormat,
			Reason: fmt.Sprintf("not a C ABI: %+v", abi)}
	}
	return compile(&abi, format)
}

// MustCompile is Compile for formats known to be right, such as in
// variables of a package: it panics where Compile returns an error.
func MustCompile(format string) *Struct {
	s, err := Compile(format)
	if err != nil {
		panic(err)
	}
	return s
}

func compile(abi *ABI, format string) (*Struct, error) {
	// One allocation for most formats: a format has no more items than letters.
	var s *Struct
	if len(format) <= 4 {
		c := new(struct {
			Struct
			few [4]inst
		})
		s, c.plan = &c.Struct, c.few[:0]
	} else {
		c := new(struct {
			Struct
			few [10]inst
		})
		s, c.plan = &c.Struct, c.few[:0]
	}
	s.abi, s.named = abi, abi != &hostABI
	if err := s.compile(format); err != nil {
		return nil, err
	}
	return s, nil
}

// compile makes s the Struct of a format, for the ABI that it has. It reuses the memory
// of the plan.
func (s *Struct) compile(format string) error {
	var p parser
	p.init(format, s.abi)
	s.format, s.big, s.foreign, s.large = format, p.big, p.big != p.abi.BigEndian, false
	s.plan, s.empty, s.marks = s.plan[:0], s.empty[:0], s.marks[:0]
	var it item
	for n := 1; ; n++ {
		more, reason := p.next(&it)
		if reason != "" {
			return badFormat(format, it.pos, it.end, reason)
		}
		if !more {
			break
		}
		s.addPad(it.offset-it.pad, it.pad, it.index)
		s.add(&it)
		if n%64 == 0 {
			s.marks = append(s.marks, mark{p.pos, p.size, p.values})
		}
	}
	s.size, s.values = p.size, p.values
	return nil
}

// badFormat is the error for an item at format[pos:end], if nothing is wrong with the
// format as a whole, which CPython looks at first.
func badFormat(format string, pos, end int, reason string) *Error {
	if at, first := check(format); first != "" {
		_, n := utf8.DecodeRuneInString(format[at:])
		return formatError(format, at, at+n, first)
	}
	return formatError(format, pos, end, reason)
}

// Format returns the format that the Struct was compiled from.
func (s *Struct) Format() string { return s.format }

// NumValues returns how many values Pack takes and Unpack returns.
func (s *Struct) NumValues() int { return s.values }

// String describes s in a line:
//
//	struct "!ci4sf": 13 bytes, 4 values, big-endian
func (s *Struct) String() string {
	order := "little-endian"
	if s.big {
		order = "big-endian"
	}
	return fmt.Sprintf("struct %s: %d bytes, %d values, %s", quote(s.format), s.size, s.values, order)
}

// Plan describes how the format was compiled: s.String, and an instruction a line with
// its offset, the operation with its repeat count or its length in bytes, and the values
// that it takes, if any.
//
//	struct "!ci4sf": 13 bytes, 4 values, big-endian
//	     0  char        value 0
//	     1  int32       value 1
//	     5  bytes[4]    value 2
//	     9  float32     value 3
func (s *Struct) Plan() string {
	var b strings.Builder
	b.WriteString(s.String() + "\n")
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

// A Field describes one item of a format: a code and its repeat count.
type Field struct {
	Code   string // "i", "Zf", …
	Count  int    // repeat count, 1 if none is written; the length in bytes for s, p and x
	Offset int    // of its first byte in the structure
	Size   int    // of all its bytes: Count times the size of the code
	Pad    int    // alignment bytes before Offset, in native mode
	Index  int    // of its first value; for an item without values, of the next one
	Values int    // how many values it takes: 0 for x, 1 for s and p, else Count
	Pos    int    // its text is Format()[Pos:End], the repeat count included
	End    int

	CType string       // C's name of its elements: "unsigned short"; "char[]" for s, "Pascal string" for p, "padding" for x
	Type  reflect.Type // of its values as Unpack returns them; nil for x
}

// Fields returns the items of the format in their order, pad bytes and items
// of count 0 included.
func (s *Struct) Fields() []Field {
	var fields []Field
	for it := range s.items {
		fields = append(fields, Field{
			Code:   it.code.name,
			Count:  it.count,
			Offset: it.offset,
			Size:   it.count * it.elem,
			Pad:    it.pad,
			Index:  it.index,
			Values: it.values(),
			Pos:    it.pos,
			End:    it.end,
			CType:  it.code.cname,
			Type:   ops[opOf(&it)].goType,
		})
	}
	return fields
}

// items yields the items of the format, reading it anew: what only errors and
// descriptions need takes no memory in a compiled Struct.
func (s *Struct) items(yield func(item) bool) {
	var p parser
	var it item
	p.init(s.format, s.abi)
	for {
		if more, _ := p.next(&it); !more || !yield(it) {
			return
		}
	}
}

// emptyItem returns the item that one of s.empty is for.
func (s *Struct) emptyItem(in *inst) item {
	n := 0 // how many of them were before it
	for it := range s.items {
		if it.count > 0 || it.values() > 0 || it.code.kind == kindPad {
			continue
		}
		if &s.empty[n] == in {
			return it
		}
		n++
	}
	return item{code: &code{}, pos: -1}
}

// itemOf returns the item that takes the value at index.
func (s *Struct) itemOf(index int) item {
	var p parser
	p.init(s.format, s.abi)
	if i := sort.Search(len(s.marks), func(i int) bool { return s.marks[i].values > index }); i > 0 {
		p.pos, p.size, p.values = s.marks[i-1].pos, s.marks[i-1].size, s.marks[i-1].values
	}
	var it item
	for {
		if more, _ := p.next(&it); !more {
			return item{code: &code{}, pos: -1}
		}
		if it.index <= index && index < it.index+it.values() {
			return it
		}
	}
}
