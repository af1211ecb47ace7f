//go:build purego || !(386 || amd64 || arm64 || ppc64le || s390x)

package mem

// CanMove tells whether there are moves; without them there is reflection, and
// nothing here is called.
const CanMove = false

const hostBig = false

func PackOne[T any](moves []Move, dst []byte, v *T)                {}
func UnpackOne[T any](moves []Move, v *T, src []byte)              {}
func PackRows[T any](moves []Move, dst []byte, size int, vs []T)   {}
func UnpackRows[T any](moves []Move, vs []T, src []byte, size int) {}
