// Package native has structs of C programs on other machines.
package native

//go:generate go run example.com/structpack/cmd/structpack gen -type Stat -format "@HlPd?" -type Pair -format "=hF" -abi ilp32-be

// A Stat is struct { unsigned short; long; void *; double; bool; } on mips.
type Stat struct {
	Mode  uint16
	Size  int64
	Inode uint
	Time  float64
	Dirty bool
}

// A Pair may be too large.
type Pair struct {
	ID int16
	At complex128
}
