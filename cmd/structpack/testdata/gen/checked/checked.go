// Package checked has types that can hold what their formats cannot.
package checked

import "time"

//go:generate go run example.com/structpack/cmd/structpack gen -type Reading -format "<bHiefF2x3H?" -type Entry -format ">16s8p4sqB"

// A Kind is a small number.
type Kind uint8

// A Station measures.
type Station struct {
	ID   int64
	Flag uint
}

// A Reading is what a Station measured.
type Reading struct {
	_ int64
	Station
	Height  int
	Voltage float64
	Power   float64
	Wave    complex128
	Cache   map[string]int `structpack:"-"`
	Levels  []uint16
	OK      bool
}

// An Entry is text and a time.
type Entry struct {
	Name  string
	Short []byte
	Tag   [4]Kind
	Age   time.Duration
	Kind  Kind
}
