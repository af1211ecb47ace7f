package cstruct

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/structpack"
)

// A parser reads declarations of structs. It knows as much of C as they need: the
// types of the language and of stdint.h, structs, unions, enums, typedefs, arrays,
// pointers, packed structs. Lines of the preprocessor are left out, except pragma
// pack.
type parser struct {
	abi    structpack.ABI
	tokens []token
	named  map[string]*Type // "struct x", "union x", "enum x", and typedefs
	consts map[string]int
	pack   int // of #pragma pack; 0 for none
	depth  int
}

type token struct {
	text string
	line int
}

// A syntaxError is a mistake in a declaration.
type syntaxError struct {
	line int
	text string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.text) }

// fail ends the parsing: the calls that lead to it only pass it on.
func (p *parser) fail(format string, args ...any) {
	line := 1
	if len(p.tokens) > 0 {
		line = p.tokens[0].line
	}
	panic(&syntaxError{line, fmt.Sprintf(format, args...)})
}

// mostSource limits the text of a declaration: more is not one.
const mostSource = 1 << 20

// Parse reads C declarations, and returns the struct of that name or, without a
// name, the last one, laid out as an ABI has it.
func Parse(abi structpack.ABI, source, name string) (t *Type, err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *syntaxError:
			err = e
		default:
			panic(e)
		}
	}()
	if len(source) > mostSource {
		return nil, fmt.Errorf("more than 1 MiB of C")
	}
	p := &parser{abi: abi, tokens: tokens(source), named: make(map[string]*Type), consts: make(map[string]int)}
	var last *Type
	for len(p.tokens) > 0 {
		if declared := p.declaration(); declared != nil {
			last = declared
		}
	}
	if name != "" {
		for _, key := range []string{name, "struct " + name, "union " + name} {
			if t := p.named[key]; t != nil {
				return t, nil
			}
		}
		return nil, fmt.Errorf("no struct %s", name)
	}
	if last == nil {
		return nil, fmt.Errorf("no struct is declared")
	}
	return last, nil
}

// tokens takes a source apart. #pragma pack stays as a token of its own.
func tokens(source string) (all []token) {
	line := 1
	for source != "" {
		n := 1
		switch c := source[0]; {
		case c == '\n':
			line++
		case strings.HasPrefix(source, "//"), c == '#':
			n = strings.IndexByte(source+"\n", '\n')
			if text := strings.Join(strings.Fields(source[:n]), " "); strings.HasPrefix(text, "#pragma pack") || strings.HasPrefix(text, "# pragma pack") {
				all = append(all, token{text, line})
			}
		case strings.HasPrefix(source, "/*"):
			if n = strings.Index(source, "*/") + 2; n < 4 {
				n = len(source)
			}
			line += strings.Count(source[:n], "\n")
		case isWord(c):
			n = 0
			for n < len(source) && isWord(source[n]) {
				n++
			}
			all = append(all, token{source[:n], line})
		case c != ' ' && c != '\t' && c != '\r' && c != '\v' && c != '\f':
			all = append(all, token{source[:1], line})
		}
		source = source[n:]
	}
	return all
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

func (p *parser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0].text
}

func (p *parser) next() string {
	text := p.peek()
	if text == "" {
		p.fail("the declaration ends too early")
	}
	p.tokens = p.tokens[1:]
	return text
}

func (p *parser) take(text string) bool {
	if p.peek() != text {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *parser) want(text string) {
	if !p.take(text) {
		p.fail("%q is expected, not %q", text, p.peek())
	}
}

// declaration reads one declaration at the top, and returns the struct that it
// declares, if there is one.
func (p *parser) declaration() *Type {
	if text := p.peek(); strings.Contains(text, "pragma pack") {
		p.pragma(text)
		p.tokens = p.tokens[1:]
		return nil
	}
	if p.take(";") {
		return nil
	}
	typedef := p.take("typedef")
	base := p.specifiers()
	var declared *Type
	if base.Members != nil || base.Union {
		declared = base
	}
	for p.peek() != ";" && p.peek() != "" {
		name, t := p.declarator(base)
		p.attributes(nil)
		if typedef {
			if t.Members != nil && t.Name == "struct" {
				t.Name = name
			}
			p.named[name] = t
		}
		if !p.take(",") {
			break
		}
	}
	if p.peek() != "" {
		p.want(";")
	}
	return declared
}

func (p *parser) pragma(text string) {
	_, args, _ := strings.Cut(text, "(")
	args, _, _ = strings.Cut(args, ")")
	p.pack = 0 // pop, or ()
	for arg := range strings.SplitSeq(args, ",") {
		if n, err := strconv.Atoi(strings.TrimSpace(arg)); err == nil && n > 0 && n <= 16 {
			p.pack = n
		}
	}
}

// attributes reads __attribute__((packed)), and skips others.
func (p *parser) attributes(packed *bool) {
	for p.take("__attribute__") {
		p.want("(")
		for depth := 1; depth > 0; {
			switch text := p.next(); text {
			case "(":
				depth++
			case ")":
				depth--
			case "packed", "__packed__":
				if packed != nil {
					*packed = true
				}
			case "aligned", "__aligned__":
				p.fail("aligned is not supported")
			}
		}
	}
}

// specifiers reads the type that a declaration begins with.
func (p *parser) specifiers() *Type {
	var packed bool // of no meaning before a type
	words := map[string]int{}
	count := 0
	for {
		p.attributes(&packed)
		text := p.peek()
		switch text {
		case "const", "volatile", "static", "extern", "register", "restrict", "__extension__":
			p.next()
			continue
		case "struct", "union":
			p.next()
			return p.aggregate(text)
		case "enum":
			p.next()
			return p.enum()
		case "_Alignas", "alignas":
			p.fail("%s is not supported", text)
		case "unsigned", "signed", "__signed__", "char", "short", "int", "long", "float", "double", "_Bool", "bool", "_Complex", "complex", "_Float16", "void", "__int128":
			p.next()
			words[text]++
			count++
			continue
		}
		if count > 0 {
			return p.basic(words)
		}
		if text == "" || !isWord(text[0]) {
			p.fail("a type is expected, not %q", text)
		}
		p.next()
		if t := p.named[text]; t != nil {
			return t
		}
		if code := typedefs[strings.TrimPrefix(text, "__")]; code != "" {
			return p.number(text, code)
		}
		if text == "pid_t" || text == "wchar_t" {
			return p.number(text, "i")
		}
		p.fail("the type %s is not known: declare it before with typedef", text)
	}
}

// typedefs are the names of stdint.h, sys/types.h and Linux.
var typedefs = map[string]string{
	"int8_t": "b", "uint8_t": "B", "int16_t": "h", "uint16_t": "H", "int32_t": "i", "uint32_t": "I", "int64_t": "q", "uint64_t": "Q",
	"u_int8_t": "B", "u_int16_t": "H", "u_int32_t": "I", "u_int64_t": "Q", "u_char": "B", "u_short": "H", "u_int": "I", "u_long": "L",
	"s8": "b", "u8": "B", "s16": "h", "u16": "H", "s32": "i", "u32": "I", "s64": "q", "u64": "Q",
	"le16": "H", "be16": "H", "le32": "I", "be32": "I", "le64": "Q", "be64": "Q",
	"size_t": "N", "ssize_t": "n", "intptr_t": "n", "uintptr_t": "N", "ptrdiff_t": "n",
}

// basic returns the type that words such as "unsigned long long" name.
func (p *parser) basic(words map[string]int) *Type {
	unsigned := words["unsigned"] > 0
	code := ""
	switch {
	case words["void"] > 0:
		return &Type{Name: "void", Size: 1, Align: 1}
	case words["char"] > 0 && unsigned:
		code = "B"
	case words["char"] > 0 && words["signed"]+words["__signed__"] > 0:
		code = "b"
	case words["char"] > 0:
		code = "c"
	case words["_Bool"]+words["bool"] > 0:
		code = "?"
	case words["_Float16"] > 0:
		code = "e"
	case words["_Complex"]+words["complex"] > 0 && words["float"] > 0:
		code = "F"
	case words["_Complex"]+words["complex"] > 0 && words["long"] == 0:
		code = "D"
	case words["float"] > 0:
		code = "f"
	case words["__int128"] > 0, words["double"] > 0 && words["long"] > 0, words["_Complex"]+words["complex"] > 0:
		p.fail("no code has the bytes of long double or __int128: make them an array of characters")
	case words["double"] > 0:
		code = "d"
	case words["short"] > 0:
		code = "h"
	case words["long"] > 1:
		code = "q"
	case words["long"] > 0:
		code = "l"
	default:
		code = "i"
	}
	if unsigned && strings.Contains("hilq", code) {
		code = strings.ToUpper(code)
	}
	return p.number("", code)
}

// number is the type of a code.
func (p *parser) number(name, code string) *Type {
	s, err := structpack.CompileFor(p.abi, "x"+code)
	if err != nil {
		p.fail("%v", err)
	}
	f := s.Fields()[1]
	if name == "" {
		name = f.CType
	}
	return &Type{Name: name, Code: code, Size: f.Size, Align: f.Offset, big: p.abi.BigEndian}
}

// aggregate reads a struct or a union after that word.
func (p *parser) aggregate(kind string) *Type {
	if p.depth++; p.depth > 64 {
		p.fail("more than 64 structs in each other")
	}
	defer func() { p.depth-- }()
	packed := false
	p.attributes(&packed)
	name := kind
	if text := p.peek(); text != "" && isWord(text[0]) {
		name += " " + p.next()
	}
	p.attributes(&packed)
	if !p.take("{") {
		if t := p.named[name]; t != nil {
			return t
		}
		return &Type{Name: name, Size: -1, Align: 1} // of which only pointers can be made
	}
	t := &Type{Name: name, Align: 1, Union: kind == "union", Members: []Member{}, big: p.abi.BigEndian}
	for !p.take("}") {
		base := p.specifiers()
		if p.peek() == ";" && (base.Members != nil) { // without a name
			t.Members = append(t.Members, Member{"", 0, base})
		}
		for p.peek() != ";" {
			name, member := p.declarator(base)
			if p.take(":") {
				p.fail("%s is a bit field: no code has its bytes", name)
			}
			p.attributes(&packed)
			t.Members = append(t.Members, Member{name, 0, member})
			if !p.take(",") {
				break
			}
		}
		p.want(";")
	}
	p.attributes(&packed)
	t.Packed = packed
	p.layOut(t)
	if name != kind {
		p.named[name] = t
	}
	return t
}

// mostSize is a size that no struct has, so that sums do not overflow.
const mostSize = 1 << 30

// layOut gives the members their offsets.
func (p *parser) layOut(t *Type) {
	for i := range t.Members {
		m := &t.Members[i]
		if m.Type.Size < 0 || m.Type.Name == "void" {
			p.fail("the size of %s is not known", m.Type.Name)
		}
		align := m.Type.Align
		if t.Packed {
			align = 1
		} else if p.pack > 0 {
			align = min(align, p.pack)
		}
		t.Align = max(t.Align, align)
		if t.Union {
			t.Size = max(t.Size, m.Type.Size)
			continue
		}
		m.Offset = t.Size + -t.Size&(align-1)
		if t.Size = m.Offset + m.Type.Size; m.Type.Size > mostSize-m.Offset { // the sum may not fit
			p.fail("%s ends after 1 GiB", m.Name)
		}
	}
	t.Size += -t.Size & (t.Align - 1)
}

// enum reads an enum after that word. It is an int.
func (p *parser) enum() *Type {
	name := "enum"
	if text := p.peek(); text != "" && isWord(text[0]) {
		name += " " + p.next()
	}
	if p.take("{") {
		value := 0
		for !p.take("}") {
			constant := p.next()
			if p.take("=") {
				value = p.constant()
			}
			p.consts[constant] = value
			value++
			if !p.take(",") && p.peek() != "}" {
				p.fail("%q is expected, not %q", "}", p.peek())
			}
		}
	}
	t := p.number(name, "I")
	t.Code = "i"
	return t
}

// constant reads a number, or the name of one.
func (p *parser) constant() int {
	minus := p.take("-")
	text := p.next()
	n, ok := p.consts[text]
	if !ok {
		u, err := strconv.ParseInt(strings.TrimRight(text, "uUlL"), 0, 32)
		if err != nil {
			p.fail("a number is expected, not %q", text)
		}
		n = int(u)
	}
	if minus {
		return -n
	}
	return n
}

// declarator reads a name with the stars before it and the dimensions after it.
func (p *parser) declarator(base *Type) (string, *Type) {
	t := base
	for p.take("*") {
		for p.take("const") || p.take("volatile") || p.take("restrict") {
		}
		t = p.number("void *", "P")
	}
	if p.take("(") { // a pointer to a function or to an array
		p.want("*")
		name := p.next()
		p.want(")")
		for depth := 0; ; {
			switch p.peek() {
			case "(", "[":
				depth++
			case ")", "]":
				depth--
			default:
				if depth == 0 {
					return name, p.number("void *", "P")
				}
			}
			p.next()
		}
	}
	name := p.next()
	if !isWord(name[0]) {
		p.fail("a name is expected, not %q", name)
	}
	var counts []int
	for p.take("[") {
		n := 0
		if p.peek() != "]" { // or a flexible array, at the end
			n = p.constant()
		}
		p.want("]")
		if n < 0 {
			p.fail("%s has a negative length", name)
		}
		counts = append(counts, n)
	}
	for _, n := range slices.Backward(counts) {
		if t.Size < 0 || t.Size > 0 && n > mostSize/t.Size {
			p.fail("%s is too large", name)
		}
		t = &Type{Name: t.Name, Elem: t, Count: n, Size: n * t.Size, Align: t.Align, big: t.big}
	}
	return name, t
}
