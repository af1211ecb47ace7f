// Package rules is where the tools of this module, and package frame, ask package structpack about
// values that they do not have, but have read of in the source of a program. It
// answers by the rules that it packs and unpacks by, so that they are written
// once.
//
// A reflect.Type may be of a tool's own making here. It is asked for its Kind,
// String, Size, Elem, Len, NumField, Field and PkgPath, and for nothing else.
package rules

import (
	"reflect"

	"example.com/structpack/internal/mem"
)

// The questions. Package structpack sets the functions; s is a
// *structpack.Struct, op the name of the operation in errors, and all errors are
// *structpack.Error.
var (
	// Pack returns the error that packing v as the value at index ends with, or
	// nil. The error calls the type of v goType.
	Pack func(s any, op string, index int, v any, goType string) error

	// Scan pairs the values of s with destinations of the given types, of which
	// nil stands for a nil destination. The error is that for their number;
	// pairs are the destinations that there are values for.
	Scan func(s any, op string, dests []reflect.Type) (pairs []Pair, err error)

	// Derive returns the *structpack.Struct of the codec that structpack.NewCodec makes
	// of s: that which is made from the type if s is compiled from a prefix alone, else
	// s; or its error, which may come from Bind as well.
	Derive func(s any, t reflect.Type) (any, error)

	// Bind returns what structpack.NewCodec binds the values of s, or of Derive's answer
	// for it, to, or its error. Those that take values are in the order of the values;
	// slices that take an item with a count of 0 follow.
	Bind func(s any, t reflect.Type) ([]Leaf, error)

	// NewCodec returns the codec that structpack.NewCodec makes of s, for a type that only
	// reflection knows.
	NewCodec func(s any, t reflect.Type) (Codec, error)

	// Steps returns how the values of s are packed, one by one, if package mem may
	// well pack all of them and together they write every byte; otherwise nil.
	Steps func(s any) []mem.Step
)

// A Codec has methods of a structpack.Codec, for pointers of its type.
type Codec interface {
	AppendPack(dst []byte, v reflect.Value) ([]byte, error)
	PackInto(buf []byte, offset int, v reflect.Value) error
	Unpack(data []byte, v reflect.Value) error
	UnpackFrom(data []byte, offset int, v reflect.Value) error
	Struct() any // the *structpack.Struct
}

// UpgradeStructvetWithTheLibrary1 is named by structvet, which a module may have in an
// older version than the library. If what structvet takes of the internal packages
// changes, the number here does too: then a structvet that was written for something
// else does not compile, and the compiler's message says what is to be done.
const UpgradeStructvetWithTheLibrary1 = true

// A Pair is a destination of Scan and what it is for.
type Pair struct {
	Value int   // index of the value, or of the first
	Run   bool  // it is for all values of an item
	Err   error // why it cannot take them
}

// A Leaf is a field, or some elements of an array, or a slice, that takes values.
type Leaf struct {
	Steps []int // the way to it, from the type on: indexes of fields and elements
	Value int   // index of its first value
	N     int   // how many values it takes: as many elements, or all of a slice; 0 if a slice becomes empty
	Pos   int   // where its item is in the format, if N is 0

	CString bool // its tag says cstr: the bytes end at the first NUL
	Length  bool // its tag says length
}
