package show

import (
	"fmt"
	"strings"
	"unicode"

	"example.com/structpack"
)

// C returns the declaration of a C struct that has the bytes of the format. A native
// format is laid out by the compiler; others are packed, and their numbers are those
// of stdint.h.
func (l *Layout) C(name string) string {
	var b strings.Builder
	native := l.native()
	fmt.Fprintf(&b, "#include <complex.h>\n#include <stdbool.h>\n#include <stdint.h>\n#include <sys/types.h>\n\n/* %s: %s */\n", Visible(l.Struct.Format()), l.Facts())
	if native {
		fmt.Fprintf(&b, "struct %s {\n", name)
	} else {
		fmt.Fprintf(&b, "struct __attribute__((packed)) %s {\n", name)
	}
	columns := l.Columns
	used := map[string]bool{}
	for _, f := range l.Struct.Fields() {
		if f.Code == "x" {
			if f.Count > 0 {
				fmt.Fprintf(&b, "\tunsigned char pad%d[%d];\n", f.Offset, f.Count)
			}
			continue
		}
		named := false
		for len(columns) > 0 && columns[0].Field.Pos == f.Pos {
			c := &columns[0]
			columns = columns[1:]
			member := cName(c, used)
			declaration := cMember(f, member, native)
			if c.List {
				declaration = fmt.Sprintf("%s[%d]", declaration, c.Count)
			}
			offset := f.Offset
			if f.Values > 0 {
				offset += (c.First - f.Index) * (f.Size / f.Values)
			}
			fmt.Fprintf(&b, "\t%-32s /* offset %d */\n", declaration+";", offset)
			named = true
		}
		if !named { // a count of 0 that no name is for
			fmt.Fprintf(&b, "\t%s[0];\n", cMember(f, cName(&Column{First: f.Index}, used), native))
		}
	}
	b.WriteString("};\n")
	if size, item := l.CSize(); item != "" {
		fmt.Fprintf(&b, "/* sizeof(struct %s) is %d, and the format has %s: write %s at its end for the same */\n", name, size, Count(l.Struct.Size(), "byte"), item)
	}
	return b.String()
}

var stdint = map[string]string{
	"b": "int8_t", "B": "uint8_t", "h": "int16_t", "H": "uint16_t", "i": "int32_t", "I": "uint32_t",
	"l": "int32_t", "L": "uint32_t", "q": "int64_t", "Q": "uint64_t",
}

// cMember declares one element of an item.
func cMember(f structpack.Field, name string, native bool) string {
	switch ctype := f.CType; {
	case f.Code == "s":
		return fmt.Sprintf("char %s[%d]", name, f.Count)
	case f.Code == "p":
		return fmt.Sprintf("unsigned char %s[%d]", name, f.Count) // the length comes first
	case f.Code == "?":
		return "bool " + name
	case f.Code == "P":
		return "void *" + name
	case !native && stdint[f.Code] != "":
		return stdint[f.Code] + " " + name
	default:
		return ctype + " " + name
	}
}

// cName makes an identifier of the name of a column, or of its number.
func cName(c *Column, used map[string]bool) string {
	name := strings.Map(func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '_'
	}, c.Name)
	if name == "" {
		name = fmt.Sprintf("value%d", c.First)
	}
	if unicode.IsDigit(rune(name[0])) || keywords[name] {
		name = "_" + name
	}
	for used[name] {
		name += "_"
	}
	used[name] = true
	return name
}

var keywords = func() map[string]bool {
	all := make(map[string]bool)
	for word := range strings.FieldsSeq("auto bool break case char complex const continue default do double else enum extern float for goto if inline int long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while") {
		all[word] = true
	}
	return all
}()
