// Package table has types of every kind, with the formats that the test generates
// code for.
package table

import (
	"time"

	"sample.example/m/table/other"
)

type (
	small   uint8
	color   [3]small
	double  float64
	flag    bool
	wave    complex64
	label   string
	blob    []byte
	smalls  []small
	hidden  struct{ H int16 }
	generic [1]struct{ A, B uint16 }

	x9     = other.Port // with the name of a variable in generated code
	moment = time.Duration
	octet  = byte
)

// Embedded is a struct with one field.
type Embedded struct{ E uint8 }

// Opt is generic.
type Opt[T any] struct{ V T }

// Num is a number of which T makes no difference.
type Num[T any] uint16

//go:generate structpack gen -type Nested -format "<BhH2i4s4sfd?F"
type Nested struct {
	_ int64
	Embedded
	hidden
	In struct {
		A uint16
		B [2]int32
	}
	Skip  func() `structpack:"-"`
	Names [2]struct{ N [4]byte }
	F     float32
	D     double
	OK    flag
	C     wave
}

//go:generate structpack gen -type Wide,WideBig -format "<bHiefFIhe" -type WideBigger -format ">bHiefFIhe"
type Wide struct {
	A int64
	B uint
	C int
	D float64
	E float64
	F complex128
	G uint64
	H int16
	I float32
}
type WideBig Wide
type WideBigger Wide

//go:generate structpack gen -type Text -format "!4s4s5p3p6s6s3p3s3p3s3s0s0s0p0s0p"
type Text struct {
	A string
	B []byte
	C string
	D []byte
	E label
	F blob
	G label
	H smalls
	I smalls
	J [3]byte
	K color
	L string
	M []byte
	N []byte
	O [0]byte
	P string
}

//go:generate structpack gen -type Long -format "!256p257p300p600s"
type Long struct {
	A string
	B []byte
	C string
	D blob
}

//go:generate structpack gen -type Slices -format "<3H2B2c3e2b2?2F3b2I2I"
type Slices struct {
	A []uint16
	B []byte
	C smalls
	D []float64
	E []int64
	F []bool
	G []complex128
	H []int8
	I [2][]uint32
}

//go:generate structpack gen -type Arrays -format ">20H20B9c9e9b9?9F9b4c3b9f9F2s3p6H9D9d"
type Arrays struct {
	A [20]uint16
	B [20]byte
	C [9]small
	D [9]float64
	E [9]int64
	F [9]flag
	G [9]complex128
	H [9]int8
	I [4]byte
	J [3]int8
	K [9]float32
	L [9]complex64
	M [2]string
	N [2][3]uint16
	O [9]complex128
	P [9]double
}

//go:generate structpack gen -type Spread -format "<h2xh3h4B3x8c12x10H9H"
type Spread struct {
	A [5]int16
	B [12]byte
	C [19]uint16
}

//go:generate structpack gen -type One -format ">i" -type Half -format "<e" -type Word -format "4s" -type Five -format "xh2xh3h" -type List -format "<3H" -type Eight -format ">8s" -type Structs -format ">2H"
type (
	One     int32
	Half    float64
	Word    string
	Five    [5]int16
	List    []uint16
	Eight   [8]byte
	Structs generic
)

//go:generate structpack gen -type Foreign -format "<qihBfI3s2sI3BHHIqB2B"
type Foreign struct {
	D  time.Duration
	M  time.Month
	O  other.Outer
	P  other.Port
	Q  [3]other.Kind
	O2 Opt[uint16]
	N  Num[int]
	X  x9
	T  moment
	U  octet
	V  [2]octet
}

//go:generate structpack gen -type Nothing -format "<" -type Padding -format "<3xB20xI2x"
type (
	Nothing struct{}
	Padding struct {
		A uint8
		B uint32
	}
)

// Types with the names of variables in generated code.
//
//go:generate structpack gen -type v -format "!BB3s" -type n -format "<IhhhhHB" -type b -format ">H" -type err -format "=H"
type (
	v struct {
		A x1
		B x1
		V label
	}
	n struct {
		N uint32
		X y2
		Y [3]y2
		Z i
		V op
	}
	b   struct{ dst }
	dst struct{ I uint16 }
	err i
	i   uint16
	op  uint8
	x1  uint8
	y2  int16
)

//go:generate structpack gen -type Little -format "<HHHHIIbBBBhhHHH" -type Big -format ">HHHHIIbBBBhhHHH" -type Machine -format "=HHHHIIbBBBhhHHHfF"
type (
	Little struct {
		A, B, C, D uint16
		E, F       uint32
		G          int8
		H, I, J    uint8
		K, L       int16
		M          uint16
		_          int16
		N          uint16
		X          int32 `structpack:"-"`
		O          uint16
	}
	Big     Little
	Machine struct {
		Little
		P float32
		Q complex64
	}
)

//go:generate structpack gen -type Same -format "@HI2xhH" -type Bytes -format "3B2s?"
type (
	Same struct {
		A uint16
		B uint32
		C int16
		D uint16
	}
	Bytes struct {
		A [3]byte
		B string
		C flag
	}
)

//go:generate structpack gen -type Narrow -format "<F" -type Narrower -format ">Zf" -type Machines -format "@F"
type (
	Narrow   struct{ A complex128 }
	Narrower struct{ A complex128 }
	Machines struct{ A complex128 }
)

// What formats made at run time may have: items with a count of 0, which slices take or
// nothing does, and C strings.
//
//go:generate structpack gen -type None -format "<0HB0i0i2s0x0q3h0d" -type OnlyNone -format ">0I" -type NoneAlign -format ">B0q0H"
//go:generate structpack gen -type CStrings -format "<4s2s2s5sB8s" -view
type (
	None struct {
		A []uint16
		B uint8
		C []int32
		D []int64
		E string
		F smallInts
		G [3]int16
		H []float64
	}
	smallInts []int64
	OnlyNone  struct{ A []uint32 }
	NoneAlign struct{ A uint8 }
	CStrings  struct {
		A string   `structpack:"4s,cstr"`
		B [2]label `structpack:"2s,cstr"`
		C blob     `structpack:",cstr"`
		D uint8
		E smalls `structpack:"8s,cstr"`
	}
)
