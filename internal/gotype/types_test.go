package gotype_test

// The types that the tests read from this file, and reflection knows too.
type (
	small  uint8
	name   [4]byte
	hidden struct{ H int16 }
	Inner  struct {
		A uint16
		B [2]int32
	}
	record struct {
		_ int64
		Inner
		hidden
		In    Inner
		Skip  func() `structpack:"-"`
		Names [2]struct{ N name }
		F     float32
		S     small
		OK    bool
		C     complex64
	}
)
