// Package annotated has formats above types, as structpack gen reads them, and no
// import of structpack.
package annotated

// structpack:"!" // want `type Header has the format "!HBIB" here and "!HBI" in structpack_gen.go: run go generate`
type Header struct {
	Number uint16
	kind   uint8
	Length uint32
	Flags  uint8
}

// structpack:"<HI" // want `type Tail has the format "<HI" here and "<IH" in structpack_gen.go: run go generate`
type Tail struct {
	N uint16
	X uint32
}

// structpack:"<H3s"
type Current struct {
	N    uint16
	Text [3]byte
}

// structpack:"<HH"
type Wide struct {
	A uint16
	B uint8 // want `codec "<HH": value 1 \('H' at byte 2\): field annotated\.Wide\.B of type uint8 cannot take uint16`
}

// structpack:"<HHH"
type Short struct { // want `annotated.Short has no field for this value; the format has 3`
	A, B uint16
}

type (
	// structpack:">f"
	Ratio float32

	// structpack:">f"
	Count uint32 // want `codec ">f"`

	// structpack:"!"
	Text struct {
		Name string // want `field annotated.Text.Name of type string has no code of its own`
	}

	// structpack:"@lP"
	Native struct {
		A int64
		B uintptr
	}
)

// structpack:"! 2Hy" // want `"y" at byte 4: bad char in struct format`
type Bad struct{ A [2]uint16 }

// A type with a format that is silenced.
//
// structpack:"<B"
type Silenced struct { //structvet:ignore
	A uint16 //structvet:ignore
}

type Generic[T any] struct{ V T }

// structpack:"<I"
type Of = Generic[uint32]
