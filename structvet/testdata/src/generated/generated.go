// Package generated has comments for go generate with other formats than the file
// that was generated.
package generated

//go:generate go run example.com/structpack/cmd/structpack gen -type Header -format "!HBQ" -type Tail -format "<I" // want `type Header has the format "!HBQ" here and "!HBI" in header_structpack.go: run go generate`
//go:generate go run example.com/structpack/cmd/structpack@v0.1.0 gen --type=Header --format=!HBI -type Foot -format ">I" // want `type Foot has the format ">I" here and "<I" in header_structpack.go`
//go:generate -command sp go tool structpack
//go:generate sp gen -type Tail -format "@I" // want `type Tail has the format "@I"`
//go:generate sp gen -type Other -format "@I"
//go:generate stringer gen -type Tail -format "@I"

type (
	Header struct {
		Number uint16
		Kind   uint8
		Length uint32
	}
	Tail  uint32
	Foot  uint32
	Other uint32
)
