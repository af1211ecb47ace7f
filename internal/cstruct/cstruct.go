// Package cstruct knows C structs: it reads declarations, and what a compiler
// wrote of them into an ELF file, and says which format and which Go type have
// the same bytes.
package cstruct

import (
	"errors"
	"fmt"
	"go/format"
	"strconv"
	"strings"
	"unicode"

	"example.com/structpack"
)

// A Type is a C type, laid out.
type Type struct {
	Name    string // as C writes it
	Size    int
	Align   int
	Code    string // of a number or character, in native mode; empty for other types
	Elem    *Type  // of an array
	Count   int    // of the elements of an array
	Members []Member
	Union   bool
	Packed  bool
	big     bool // the byte order is big-endian
}

// A Member is a part of a struct or union.
type Member struct {
	Name   string
	Offset int
	Type   *Type
}

// A Leaf is a member that a format has an item for: a number, an array of numbers,
// bytes.
type Leaf struct {
	Name   string // with the names of the structs it is in: "head.kind", "list[1].id"
	Offset int
	Size   int
	Code   string // in native mode
	Count  int
	Bytes  bool // it is bytes: an array of characters, or a union
	Align  int
}

// mostLeaves limits the items of a format: arrays of structs are written out.
const mostLeaves = 1 << 16

var errTooMany = errors.New("more than 65536 members")

// Leaves takes a struct apart.
func (t *Type) Leaves() ([]Leaf, error) {
	var all []Leaf
	visits := 0
	err := t.leaves("", 0, &visits, &all)
	return all, err
}

// leaves counts its visits, because a struct of structs without members has no
// leaves and may still be of any size.
func (t *Type) leaves(name string, offset int, visits *int, all *[]Leaf) error {
	if *visits++; *visits > mostLeaves {
		return errTooMany
	}
	switch {
	case t.Union:
		*all = append(*all, Leaf{name, offset, t.Size, "s", t.Size, true, t.Align})
	case t.Elem != nil:
		elem, count := t.Elem, t.Count
		for elem.Elem != nil && count > 0 { // of more dimensions
			elem, count = elem.Elem, count*elem.Count
		}
		switch {
		case elem.Code == "c" || elem.Code == "B" || elem.Code == "b":
			*all = append(*all, Leaf{name, offset, count, "s", count, true, 1})
		case elem.Code != "":
			*all = append(*all, Leaf{name, offset, count * elem.Size, elem.Code, count, false, elem.Align})
		default:
			for i := range count {
				if err := elem.leaves(fmt.Sprintf("%s[%d]", name, i), offset+i*elem.Size, visits, all); err != nil {
					return err
				}
			}
		}
	case t.Code != "":
		*all = append(*all, Leaf{name, offset, t.Size, t.Code, 1, false, t.Align})
	default:
		for _, m := range t.Members {
			path := m.Name
			if name != "" && path != "" {
				path = name + "." + path
			} else if path == "" {
				path = name
			}
			if err := m.Type.leaves(path, offset+m.Offset, visits, all); err != nil {
				return err
			}
		}
	}
	return nil
}

// item is a leaf as an item of a format with a code.
func (l *Leaf) item(code string) string {
	if l.Count != 1 || l.Bytes {
		return strconv.Itoa(l.Count) + code
	}
	return code
}

// Fixed returns the format that has the bytes of the struct on every machine, with
// a byte order, sizes that do not change, and its padding written out.
func (t *Type) Fixed() (string, error) {
	leaves, err := t.Leaves()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteByte("<>"[order(t.big)])
	at := 0
	pad := func(to int) {
		if n := to - at; n == 1 {
			b.WriteByte('x')
		} else if n > 1 {
			fmt.Fprintf(&b, "%dx", n)
		}
	}
	for _, l := range leaves {
		if l.Offset < at {
			return "", fmt.Errorf("%s overlaps the member before it", l.Name)
		}
		pad(l.Offset)
		b.WriteString(l.item(l.fixed()))
		at = l.Offset + l.Size
	}
	pad(t.Size)
	return b.String(), nil
}

func order(big bool) int {
	if big {
		return 1
	}
	return 0
}

// fixed is the code that has the size of the leaf's everywhere.
func (l *Leaf) fixed() string {
	if !strings.Contains("lLnNP", l.Code) {
		return l.Code
	}
	size := 0
	if l.Count > 0 {
		size = l.Size / l.Count
	}
	code := "q"
	if size == 4 {
		code = "i"
	}
	if l.Code == "L" || l.Code == "N" || l.Code == "P" {
		code = strings.ToUpper(code)
	}
	return code
}

// Native returns the format that has the bytes of the struct on the platform of an
// ABI by C's own rules. There is none for a packed struct whose members C would
// align.
func (t *Type) Native(abi structpack.ABI) (string, bool) {
	leaves, err := t.Leaves()
	if err != nil {
		return "", false
	}
	var b strings.Builder
	at, align, widest := 0, 1, ""
	for _, l := range leaves {
		natural := at + -at&(l.Align-1)
		switch {
		case l.Offset == natural && (!l.Bytes || natural == at):
		case l.Offset < at || !l.Bytes && l.Offset&(l.Align-1) != 0:
			return "", false
		case l.Offset > at:
			fmt.Fprintf(&b, "%dx", l.Offset-at)
		}
		b.WriteString(l.item(l.Code))
		at = l.Offset + l.Size
		if !l.Bytes && l.Align > align {
			align, widest = l.Align, "0"+l.Code
		}
	}
	if n := t.Size - at; n > 0 && n == -at&(align-1) {
		b.WriteString(widest)
	} else if n > 0 {
		fmt.Fprintf(&b, "%dx", n)
	}
	s, err := structpack.CompileFor(abi, "@"+b.String())
	if err != nil || s.Size() != t.Size {
		return "", false
	}
	return "@" + b.String(), true
}

// Go returns the declaration of a Go type that a Codec binds to the format.
func (t *Type) Go(name string) (string, error) {
	if _, err := t.Leaves(); err != nil { // arrays of arrays of structs, and so on
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "type %s ", GoName(name))
	t.golang(&b, "")
	if b.Len() > mostText {
		return "", errTooMany
	}
	b.WriteByte('\n')
	pretty, err := format.Source([]byte(b.String()))
	return string(pretty), err
}

var goTypes = map[string]string{
	"c": "byte", "b": "int8", "B": "uint8", "?": "bool", "h": "int16", "H": "uint16", "i": "int32", "I": "uint32",
	"q": "int64", "Q": "uint64", "e": "float32", "f": "float32", "d": "float64", "F": "complex64", "D": "complex128",
}

// mostText limits the declaration: arrays of no structs have no leaves to count.
const mostText = 8 << 20

func (t *Type) golang(b *strings.Builder, indent string) {
	if b.Len() > mostText {
		return
	}
	switch {
	case t.Union:
		fmt.Fprintf(b, "[%d]byte", t.Size)
	case t.Elem != nil && t.Elem.Elem == nil && strings.Contains("cbB", t.Elem.Code) && t.Elem.Code != "":
		fmt.Fprintf(b, "[%d]byte", t.Count)
	case t.Elem != nil:
		elem, count := t.Elem, t.Count
		for elem.Elem != nil { // a format has one dimension
			elem, count = elem.Elem, count*elem.Count
		}
		if elem.Code != "" && strings.Contains("cbB", elem.Code) {
			fmt.Fprintf(b, "[%d]byte", count)
			return
		}
		fmt.Fprintf(b, "[%d]", count)
		elem.golang(b, indent)
	case t.Code != "":
		l := Leaf{Code: t.Code, Size: t.Size, Count: 1}
		b.WriteString(goTypes[l.fixed()])
	default:
		b.WriteString("struct {\n")
		used := map[string]bool{}
		for i, m := range t.Members {
			name := GoName(m.Name)
			if m.Name == "" {
				name = fmt.Sprintf("Anonymous%d", i)
			}
			for used[name] {
				name += "_"
			}
			used[name] = true
			b.WriteString(indent + "\t" + name + " ")
			m.Type.golang(b, indent+"\t")
			b.WriteByte('\n')
		}
		b.WriteString(indent + "}")
	}
}

// GoName makes an exported name of one of C's: src_port is SrcPort.
func GoName(name string) string {
	var b strings.Builder
	upper := true
	for _, r := range name {
		switch {
		case r == '_' || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			upper = true
			continue
		case upper:
			r = unicode.ToUpper(r)
		}
		if b.Len() == 0 && !unicode.IsUpper(r) {
			b.WriteByte('X')
		}
		b.WriteRune(r)
		upper = false
	}
	if b.Len() == 0 {
		return "X"
	}
	return b.String()
}
