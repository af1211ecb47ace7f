package frame

import (
	"fmt"
	"reflect"
	"slices"

	"example.com/structpack"
	"example.com/structpack/internal/rules"
)

// NewLayoutOf makes a layout whose header is the struct H. Its format is made from H
// after a prefix, <, > or !, by the rules of [structpack.Codec], tags included. An integer
// field with the tag `structpack:",length"` is the length of the payload; if H has a
// single integer, it needs no tag. Decode, Encode and WriteHeader take an H then, and
// nobody writes a format.
//
//	type Header struct {
//		Kind   uint8
//		Stream uint32
//		Size   uint32 `structpack:",length"`
//	}
//	layout := frame.MustLayoutOf[Header]("!")
func NewLayoutOf[H any](prefix string, options ...Option) (*Layout, error) {
	t := reflect.TypeFor[H]()
	if !slices.Contains([]string{"<", ">", "!"}, prefix) {
		return nil, fmt.Errorf("frame: layout of %v: the prefix is %q, and not one of ! < and >", t, prefix)
	}
	c, err := structpack.NewCodec[H](structpack.MustCompile(prefix))
	if err != nil {
		return nil, fmt.Errorf("frame: layout of %v: %w", t, err)
	}
	at, err := lengthTag(c.Struct(), t)
	if err != nil {
		return nil, fmt.Errorf("frame: layout of %v: %w", t, err)
	}
	if at >= 0 {
		if given := optionsOf(options); given.at != nil || given.computed {
			return nil, fmt.Errorf("frame: layout of %v: its tag says which field is the length, and so does an option", t)
		}
		options = append([]Option{LengthAt(at)}, options...)
	}
	l, err := NewLayout(c.Struct().Format(), options...)
	if err != nil {
		return nil, err
	}
	l.codecs.Store(t, c)
	var first any = c
	l.codec.Store(&first)
	return l, nil
}

// MustLayoutOf is NewLayoutOf for types and rules known to be right: it panics where
// NewLayoutOf returns an error.
func MustLayoutOf[H any](prefix string, options ...Option) *Layout {
	l, err := NewLayoutOf[H](prefix, options...)
	if err != nil {
		panic(err)
	}
	return l
}

// lengthTag returns which value of a type's header has the tag length, or -1.
func lengthTag(head *structpack.Struct, t reflect.Type) (at int, err error) {
	leaves, err := rules.Bind(head, t)
	if err != nil {
		return 0, err
	}
	at = -1
	for _, l := range leaves {
		switch {
		case l.Length && at >= 0:
			return 0, fmt.Errorf("values %d and %d both have the tag length", at, l.Value)
		case l.Length:
			at = l.Value
		}
	}
	return at, nil
}

// optionsOf applies options.
func optionsOf(all []Option) (o options) {
	for _, option := range all {
		option(&o)
	}
	return o
}
