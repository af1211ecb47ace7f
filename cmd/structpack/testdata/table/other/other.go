// Package other has types that package table cannot name, or not by their own names.
package other

type kind uint8

// Kind is another name of a type that is not exported.
type Kind = kind

type celsius float32

// Celsius is another name of a type that is not exported.
type Celsius = celsius

type text string
type raw []kind
type inner struct{ H int16 }

// Port is a plain type.
type Port uint32

// Outer has fields of all of them.
type Outer struct {
	inner
	K    Kind
	C    Celsius
	Port Port
	T    text
	R    raw
}
