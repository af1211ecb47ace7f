package structpack

import "strings"

// A kind says what a code's bytes mean, and so which Go values it takes.
type kind uint8

const (
	kindPad kind = iota
	kindChar
	kindSigned
	kindUnsigned
	kindPointer // unsigned, but negative numbers are taken as well
	kindBool
	kindFloat
	kindComplex
	kindBytes
	kindPascal
)

// A ctype distinguishes the C types whose size or alignment the ABI decides.
type ctype uint8

const (
	cFixed   ctype = iota // the same everywhere
	cLong                 // long, unsigned long
	cPointer              // void *, size_t, ssize_t
	cDouble               // double, long long, and double complex, which is aligned as they are
)

// A code is a format code: one row of the table in Python's documentation.
type code struct {
	name   string
	cname  string // of the C type
	kind   kind
	ctype  ctype
	op     op   // where it has that size
	size   int  // in standard mode
	align  int  // in native mode, where the ABI does not say otherwise
	native bool // only in native mode
}

// codes is indexed by the byte of a code. F and D stand for Zf and Zd too.
var codes = [128]*code{
	'x': {name: "x", cname: "padding", kind: kindPad, op: opPad, size: 1, align: 1},
	'c': {name: "c", cname: "char", kind: kindChar, op: opChar, size: 1, align: 1},
	'b': {name: "b", cname: "signed char", kind: kindSigned, op: opInt8, size: 1, align: 1},
	'B': {name: "B", cname: "unsigned char", kind: kindUnsigned, op: opUint8, size: 1, align: 1},
	'?': {name: "?", cname: "_Bool", kind: kindBool, op: opBool, size: 1, align: 1},
	'h': {name: "h", cname: "short", kind: kindSigned, op: opInt16, size: 2, align: 2},
	'H': {name: "H", cname: "unsigned short", kind: kindUnsigned, op: opUint16, size: 2, align: 2},
	'i': {name: "i", cname: "int", kind: kindSigned, op: opInt32, size: 4, align: 4},
	'I': {name: "I", cname: "unsigned int", kind: kindUnsigned, op: opUint32, size: 4, align: 4},
	'l': {name: "l", cname: "long", kind: kindSigned, ctype: cLong, op: opInt32, size: 4},
	'L': {name: "L", cname: "unsigned long", kind: kindUnsigned, ctype: cLong, op: opUint32, size: 4},
	'q': {name: "q", cname: "long long", kind: kindSigned, ctype: cDouble, op: opInt64, size: 8},
	'Q': {name: "Q", cname: "unsigned long long", kind: kindUnsigned, ctype: cDouble, op: opUint64, size: 8},
	'n': {name: "n", cname: "ssize_t", kind: kindSigned, ctype: cPointer, native: true},
	'N': {name: "N", cname: "size_t", kind: kindUnsigned, ctype: cPointer, native: true},
	'P': {name: "P", cname: "void *", kind: kindPointer, ctype: cPointer, native: true},
	'e': {name: "e", cname: "_Float16", kind: kindFloat, op: opHalf, size: 2, align: 2},
	'f': {name: "f", cname: "float", kind: kindFloat, op: opFloat32, size: 4, align: 4},
	'd': {name: "d", cname: "double", kind: kindFloat, ctype: cDouble, op: opFloat64, size: 8},
	'F': {name: "F", cname: "float complex", kind: kindComplex, op: opComplex64, size: 8, align: 4},
	'D': {name: "D", cname: "double complex", kind: kindComplex, ctype: cDouble, op: opComplex128, size: 16},
	's': {name: "s", cname: "char[]", kind: kindBytes, op: opBytes, size: 1, align: 1},
	'p': {name: "p", cname: "Pascal string", kind: kindPascal, op: opPascal, size: 1, align: 1},
}

var (
	codeZf = &code{name: "Zf", cname: "float complex", kind: kindComplex, op: opComplex64, size: 8, align: 4}
	codeZd = &code{name: "Zd", cname: "double complex", kind: kindComplex, ctype: cDouble, op: opComplex128, size: 16}
)

// An item is one "count? code" of a format, laid out.
type item struct {
	code     *code
	pos, end int  // Format[pos:end], the repeat count included
	count    int  // repeat count; the length in bytes for s and p
	pad      int  // alignment bytes before offset
	offset   int  // of the first byte
	elem     int  // size of one element
	index    int  // of the first value
	wide     bool // the Go type has 8 bytes, whatever elem is
}

// values returns how many values the item carries.
func (it *item) values() int {
	switch it.code.kind {
	case kindPad:
		return 0
	case kindBytes, kindPascal:
		return 1
	}
	return it.count
}

// A parser reads a format item by item and lays the items out. It is the only
// place that knows the grammar: the plan, Fields and the positions in errors
// all come from it.
type parser struct {
	format string
	abi    *ABI
	pos    int
	size   int // bytes of the items read so far
	values int // values of the items read so far
	native bool
	big    bool
}

// init reads the byte-order prefix. The parser must be zero.
func (p *parser) init(format string, abi *ABI) {
	if abi == nil {
		abi = &hostABI
	}
	p.format, p.abi, p.native, p.big = format, abi, true, abi.BigEndian
	if format == "" {
		return
	}
	switch format[0] {
	case '@':
	case '=':
		p.native = false
	case '<':
		p.native, p.big = false, false
	case '>', '!':
		p.native, p.big = false, true
	default:
		return
	}
	p.pos = 1
}

// CPython's sentences for what is wrong with a format.
const (
	badChar      = "bad char in struct format"
	badCount     = "repeat count given without format specifier"
	badSize      = "total struct size too long"
	badNUL       = "embedded null character"
	badCharacter = "non-ASCII character in struct format"
)

// next reads the next item. It reports false at the end of the format.
// A reason that is not empty says what is wrong with the item at
// format[it.pos:it.end].
func (p *parser) next(it *item) (more bool, reason string) {
	f := p.format
	for p.pos < len(f) && isSpace(f[p.pos]) {
		p.pos++
	}
	if p.pos == len(f) {
		return false, ""
	}
	it.pos = p.pos

	count := 1
	c := f[p.pos]
	if isDigit(c) {
		count = 0
		max := p.abi.maxSize()
		for isDigit(c) {
			d := int(c - '0')
			if count > (max-d)/10 {
				it.end = len(f) - len(strings.TrimLeft(f[p.pos:], "0123456789"))
				return false, badSize
			}
			count = count*10 + d
			if p.pos++; p.pos == len(f) {
				it.end = p.pos
				return false, badCount
			}
			c = f[p.pos]
		}
	}
	p.pos++
	it.end = p.pos

	var k *code
	if c == 'Z' && p.pos < len(f) {
		switch f[p.pos] {
		case 'f':
			k = codeZf
		case 'd':
			k = codeZd
		}
		p.pos++
		it.end = p.pos
	} else if int(c) < len(codes) {
		k = codes[c]
	}
	if k == nil || k.native && !p.native {
		return false, badChar
	}

	it.code, it.count = k, count
	if !p.lay(it) {
		return false, badSize
	}
	return true, ""
}

// check looks at the format as a whole, as CPython does before it reads any
// item, and returns where it is wrong. No item can have what it finds, so it is asked only
// if there is an error.
func check(format string) (pos int, reason string) {
	for i := range len(format) {
		if format[i] >= 0x80 {
			return i, badCharacter
		}
		if format[i] == 0 && reason == "" {
			pos, reason = i, badNUL
		}
	}
	return pos, reason
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
