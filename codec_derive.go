package structpack

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
)

// derivedCodes are the codes of types that have one. Those that have none are as wide
// as the platform, or have no length.
var derivedCodes = [...]byte{
	reflect.Bool: '?',
	reflect.Int8: 'b', reflect.Int16: 'h', reflect.Int32: 'i', reflect.Int64: 'q',
	reflect.Uint8: 'B', reflect.Uint16: 'H', reflect.Uint32: 'I', reflect.Uint64: 'Q',
	reflect.Float32: 'f', reflect.Float64: 'd',
	reflect.Complex64: 'F', reflect.Complex128: 'D',
	reflect.UnsafePointer: 0, // the last kind
}

// isPrefix reports whether a format is only a prefix, and so stands for the layout of a
// type.
func isPrefix(format string) bool {
	return len(format) == 1 && slices.Contains([]byte("@=<>!"), format[0])
}

// A deriver writes the format of a type.
type deriver struct {
	s      *Struct
	root   reflect.Type
	path   []int
	parts  int
	native bool
	format []byte
	size   int  // of what is written, and of the padding that is not
	pad    int  // padding that is not written yet
	blank  bool // inside a field called _
	shown  bool // some of the padding is a field called _

	aligns  map[reflect.Type]int // of structs
	aligned int                  // how many fields were asked for it
}

// derive returns the Struct that s is for a type: if its format is only a prefix, that
// with a code for each field.
//
// After <, >, ! and = the bytes are as package encoding/binary writes them. After @ they
// are as in a C struct with the same members: each is aligned, also a struct in it, and
// the whole is padded to a multiple of its alignment. Alignment that a format has by
// itself is not written; the other becomes x.
func (s *Struct) derive(t reflect.Type) (*Struct, error) {
	if !isPrefix(s.format) {
		return s, nil
	}
	d := &deriver{s: s, root: t, parts: 1, native: s.format == "@", format: append(make([]byte, 0, 64), s.format...)}
	if err := d.add(t, tag{}); err != nil {
		return nil, err
	}
	if d.pad > 0 {
		d.writePad()
	}
	derived, err := compile(s.abi, string(d.format))
	if err != nil {
		return nil, d.fail("%s is too large: %v", t, err)
	}
	derived.made = true
	return derived, nil
}

// fail makes an error.
func (d *deriver) fail(format string, args ...any) *Error {
	return d.s.fail("codec", ErrType, format, args...)
}

// add writes what is at d.path, of type t and with a tag.
func (d *deriver) add(t reflect.Type, tag tag) error {
	switch t.Kind() {
	case reflect.Struct:
		align, err := d.align(t)
		if err != nil {
			return err
		}
		d.alignTo(align)
		for i := range t.NumField() {
			f := t.Field(i)
			tag, reason := d.s.tagOf(&f)
			d.path = append(d.path, i)
			if d.parts++; d.parts > maxParts {
				return d.s.tooManyParts(d.root)
			}
			switch {
			case reason != "":
				return d.fail("field %s: %s", nameOf(d.root, d.path), reason)
			case tag.skip:
			case f.Name != "_" && !d.blank && isHidden(&f):
				return d.fail("%s", hidden(d.root, t, d.path))
			case f.Name == "_" && !d.blank:
				d.blank = true
				err := d.add(f.Type, tag)
				if d.blank = false; err != nil {
					return err
				}
			default:
				if err := d.add(f.Type, tag); err != nil {
					return err
				}
			}
			d.path = d.path[:len(d.path)-1]
		}
		d.alignTo(align)
		return nil
	case reflect.Array:
		elem, n := elementOf(t)
		if elem.Kind() != reflect.Struct && !tag.isText() && (elem.Kind() != reflect.Uint8 || tag.code != nil) {
			return d.code(elem, n, tag)
		}
		if t.Elem().Kind() == reflect.Uint8 {
			if t.Len() == 0 {
				return nil
			}
			return d.code(t, t.Len(), tag)
		}
		if align, err := d.align(t); err != nil {
			return err
		} else if t.Len() == 0 {
			d.alignTo(align)
		}
		for i := range t.Len() {
			if d.parts++; d.parts > maxParts {
				return d.s.tooManyParts(d.root)
			}
			d.path = append(d.path, i)
			if err := d.add(t.Elem(), tag); err != nil {
				return err
			}
			d.path = d.path[:len(d.path)-1]
		}
		return nil
	}
	return d.code(t, 1, tag)
}

// code writes the code for n variables of type t, or for a byte array.
func (d *deriver) code(t reflect.Type, n int, tag tag) error {
	k := tag.code
	switch {
	case n == 0:
		if k = codeOf(t); k != nil {
			d.alignTo(d.alignOf(k))
		}
		return nil
	case k != nil && (tag.isText() || t.Kind() == reflect.Slice):
		if n = tag.count; !tag.counted {
			return d.untagged()
		}
	case k == nil && t.Kind() == reflect.Array:
		k = codes['s']
	case k == nil:
		if k = codeOf(t); k == nil {
			return d.untagged()
		}
	}
	size, align := k.size, 1
	if d.native {
		size, align = k.layout(d.s.abi)
	}
	if n > (math.MaxInt-d.size-align)/size {
		return d.fail("%s is too large", d.root)
	}
	if d.blank {
		d.alignTo(align)
		d.size, d.pad, d.shown = d.size+n*size, d.pad+n*size, true
		return nil
	}
	written := d.size - d.pad
	d.alignTo(align)
	if d.pad > 0 && (d.shown || written+(-written&(align-1)) != d.size) {
		d.writePad()
	}
	d.pad, d.shown = 0, false
	if n != 1 || t.Kind() == reflect.Array {
		d.format = strconv.AppendInt(d.format, int64(n), 10)
	}
	d.format = append(d.format, k.name...)
	d.size += n * size
	return nil
}

// codeOf returns the code of a type, or nil.
func codeOf(t reflect.Type) *code { return codes[derivedCodes[t.Kind()]] }

// untagged is the error for what is at d.path, which has no code by itself.
func (d *deriver) untagged() *Error {
	t := typeOf(d.root, d.path)
	if len(d.path) == 0 { // no place for a tag
		switch t.Kind() {
		case reflect.Slice:
			return d.fail("%s has no length of its own: a codec of %s packs and unpacks slices, and one of an array has a length", t, t.Elem())
		case reflect.Pointer:
			return d.fail("%s has no code: a codec of %s takes pointers to it", t, t.Elem())
		case reflect.Int, reflect.Uint, reflect.Uintptr, reflect.String:
			return d.fail("%s has no code of its own: it needs a format with one", t)
		case reflect.Struct, reflect.Array:
		default:
			return d.fail("%s has no code", t)
		}
	}
	field := fmt.Sprintf("field %s of type %s", nameOf(d.root, d.path), t)
	write := func(tag string) *Error {
		return d.fail("%s has no code of its own: the tag structpack:%q gives it one", field, tag)
	}
	if d.blank {
		return d.fail("%s has no size of its own: another type, [8]byte say, has", field)
	}
	switch t, _ := elementOf(t); t.Kind() {
	case reflect.Int:
		return write("i")
	case reflect.Uint, reflect.Uintptr:
		return write("I")
	case reflect.String:
		return write("16s")
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return write("16s")
		}
		if k := codeOf(t.Elem()); k != nil {
			return write("3" + k.name)
		}
		switch t.Elem().Kind() {
		case reflect.Int:
			return write("3i")
		case reflect.Uint, reflect.Uintptr:
			return write("3I")
		}
	}
	return d.fail(`%s has no code: the tag structpack:"-" skips it`, field)
}

// alignTo pads to a multiple of align.
func (d *deriver) alignTo(align int) {
	n := -d.size & (align - 1)
	d.size, d.pad = d.size+n, d.pad+n
}

// writePad writes the padding as x.
func (d *deriver) writePad() {
	if d.pad > 1 {
		d.format = strconv.AppendInt(d.format, int64(d.pad), 10)
	}
	d.format = append(d.format, 'x')
}

// alignOf returns the alignment of a code.
func (d *deriver) alignOf(k *code) int {
	if !d.native {
		return 1
	}
	_, align := k.layout(d.s.abi)
	return align
}

// align returns the alignment of a type. An array has the alignment of its elements,
// also if there are none.
func (d *deriver) align(t reflect.Type) (int, error) {
	t, _ = elementOf(t)
	switch align, ok := d.aligns[t]; {
	case !d.native:
		return 1, nil
	case t.Kind() != reflect.Struct:
		if k := codeOf(t); k != nil {
			return d.alignOf(k), nil
		}
		return 1, nil
	case ok:
		return align, nil
	}
	if d.aligned += t.NumField(); d.aligned > 8*maxParts {
		return 0, d.s.tooManyParts(d.root)
	}
	most := 1
	for i := range t.NumField() {
		f := t.Field(i)
		tag, reason := d.s.tagOf(&f)
		switch {
		case reason != "" || tag.skip: // add looks at it
		case tag.code != nil:
			most = max(most, d.alignOf(tag.code))
		default:
			align, err := d.align(f.Type)
			if err != nil {
				return 0, err
			}
			most = max(most, align)
		}
	}
	if d.aligns == nil {
		d.aligns = map[reflect.Type]int{}
	}
	d.aligns[t] = most
	return most, nil
}
