// Package private has types with fields of its own.
package private

//go:generate go run example.com/structpack/cmd/structpack gen -type record -format "!" -type Entry -format "<H2xhhhh5s" -view -slices -streams -standalone

// A record has no field that others see.
type record struct {
	kind   kind
	_      byte
	size   int `structpack:"H"`
	points [2]struct{ x, y int16 }
	inner
	name  [6]byte
	half  float64  `structpack:"e"`
	words []uint32 `structpack:"3I"`
	path  []byte   `structpack:"8s,cstr"`
	none  []int16  `structpack:"0h"`
	next  *record  `structpack:"-"`
}

type kind uint8

type inner struct{ flag bool }

// An Entry has fields that others see, and some that they do not.
type Entry struct {
	ID    uint16
	delta [4]int16
	Text  string
}
