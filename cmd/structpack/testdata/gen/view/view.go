// Package view has views of structures in place.
package view

//go:generate go run example.com/structpack/cmd/structpack gen -type Event -format "<" -view

// An Event has a field of every kind.
type Event struct {
	Time    uint64
	Kind    Kind
	Ready   bool
	_       [2]byte
	Level   float32 `structpack:"e"`
	Load    float64 `structpack:"f"`
	Score   float64
	Wave    complex64
	Count   int `structpack:"h"`
	Command [16]byte
	Name    string `structpack:"8s"`
	Note    []byte `structpack:"6p"`
	Ports   [3]uint16
	Matrix  [2][3]int32
	Numbers []uint32 `structpack:"2I"`
	Source  Address
	Hops    [4]Address
}

// A Kind says what happened.
type Kind uint16

// An Address is where it happened.
type Address struct {
	Host [4]byte
	Port uint16
	Zone struct{ ID int8 }
}

// Before uses a view before it is generated.
func Before(v EventView) bool { return v.Time() < v.Source().Time() }

// Time is in the place of a field that an Address has not.
func (v EventSourceView) Time() uint64 { return uint64(v.Port()) }
