package structpack

import (
	"fmt"
	"math"
	"reflect"
	"strings"
)

// A tag is what a field's tag structpack says: a code, options, or that the field is
// skipped. A field without one has the zero tag.
type tag struct {
	text    string
	skip    bool // "-": the field takes no value
	length  bool // ",length": the field is the length of a frame's payload
	cstring bool // ",cstr": the bytes end at the first NUL

	code    *code
	op      op  // of the code's values
	count   int // that the tag says
	counted bool
}

// tagOf reads the tag of a field. A reason that is not empty says what is wrong with it.
func (s *Struct) tagOf(f *reflect.StructField) (t tag, reason string) {
	text, ok := f.Tag.Lookup("structpack")
	if !ok {
		return t, ""
	}
	t.text = text
	if text == "-" {
		t.skip = true
		return t, ""
	}
	meaningless := fmt.Sprintf("the tag structpack:%q means nothing", text)
	code, options, _ := strings.Cut(text, ",")
	for options != "" {
		var option string
		switch option, options, _ = strings.Cut(options, ","); {
		case option == "length" && !t.length:
			t.length = true
		case option == "cstr" && !t.cstring:
			t.cstring = true
		default:
			return t, meaningless
		}
	}
	if code != "" {
		var p parser
		var it item
		p.init(s.format, s.abi)
		p.format, p.pos = code, 0
		more, why := p.next(&it)
		if why != "" {
			return t, meaningless + ": " + why
		}
		if !more || it.end != len(code) || it.code.kind == kindPad {
			return t, meaningless
		}
		t.code, t.op, t.count, t.counted = it.code, opOf(&it), it.count, isDigit(code[it.pos])
	} else if !t.length && !t.cstring {
		return t, meaningless
	}
	elem, n := elementOf(f.Type)
	switch {
	case f.Name == "_", elem.Kind() == reflect.Struct:
		return t, meaningless + " for " + f.Type.String()
	case t.length && (f.Type.Kind() < reflect.Int || f.Type.Kind() > reflect.Uintptr):
		return t, meaningless + ": a length is an integer"
	case t.cstring && !(elem.Kind() == reflect.String || elem.Kind() == reflect.Slice && elem.Elem().Kind() == reflect.Uint8 && (t.code == nil || t.code.kind == kindBytes)):
		return t, meaningless + ": cstr is for a string or a []byte, and code s"
	case t.counted && !t.isText() && elem.Kind() != reflect.Slice && t.count != n:
		return t, fmt.Sprintf("%s: %s takes %d values", meaningless, f.Type, n)
	}
	return t, ""
}

// elementOf returns the type of the elements of an array, or of the arrays that are
// in it, and how many there are; of another type that type and 1.
func elementOf(t reflect.Type) (elem reflect.Type, n int) {
	for n = 1; t.Kind() == reflect.Array; t = t.Elem() {
		if m := t.Len(); m > 0 && n > math.MaxInt/m {
			n = math.MaxInt
		} else {
			n *= m
		}
	}
	return t, n
}

// isText reports whether the tag's code is one for some bytes.
func (t *tag) isText() bool {
	return t.code != nil && (t.code.kind == kindBytes || t.code.kind == kindPascal)
}

// agrees reports whether the instruction is what the tag says, as far as it does. The
// count for an array follows from its length.
func (t *tag) agrees(in *inst, slice bool) bool {
	if t.cstring && in.op != opBytes {
		return false
	}
	if t.code == nil {
		return true
	}
	return t.code.kind == in.kind && t.op == in.elem && (t.count == in.n || !t.isText() && !(slice && t.counted))
}
