//go:build purego || !(386 || amd64 || arm64 || ppc64le || s390x)

// Safe: with the tag purego, and where a word must lie at its own alignment. The twin is program_fast.go.

package mem

// CanMove reports whether there are moves. Where there are none, no Program is
// given any, and its methods have nothing to do.
const CanMove = false

var hostBig bool // nobody asks

// A Program moves plain fields between records and Go values.
type Program struct{}

// NewProgram makes the empty program.
func NewProgram(moves []Move, wire, size int, free bool) *Program { return &Program{} }

// Steps shuffle a record; there are none.
type Steps *struct{}

// Steps returns none.
func (p *Program) Steps() (pack, unpack Steps) { return nil, nil }

// WithoutShuffles returns the same program.
func (p *Program) WithoutShuffles() *Program { return p }

// Refuses, Refused and Fit know of no numbers.
func (p *Program) Refuses() bool           { return false }
func (p *Program) Refused(v Value) int     { return -1 }
func (p *Program) Fit(vs Rows, n int) bool { return true }

func PackSteps[T any](s Steps, dst []byte, at int, v *T)   {}
func UnpackSteps[T any](s Steps, v *T, src []byte, at int) {}

func (p *Program) Pack(dst []byte, v Value)                 {}
func (p *Program) Unpack(v Value, src []byte)               {}
func (p *Program) PackRows(dst []byte, vs Rows, i, n int)   {}
func (p *Program) UnpackRows(vs Rows, i, n int, src []byte) {}
