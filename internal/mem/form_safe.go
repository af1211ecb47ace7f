//go:build purego || !(386 || amd64 || arm64 || ppc64le || s390x)

// Safe: with the tag purego, and where a word must lie at its own alignment. To put a value into an interface takes
// an allocation without unsafe, and the caller can do that as well. The twin is form_fast.go.

package mem

// CanForm reports whether there are Forms. Where there are none, nobody calls their methods.
const CanForm = false

// A Form is nothing here.
type Form struct{}

func NewForm(steps []Step, size int, big bool) *Form  { return nil }
func (f *Form) Into(dst []any, data []byte, a *Arena) {}
func (f *Form) New(b *Block, data []byte) []any       { return nil }

// A Block is nothing, too.
type Block struct{}

func (a *Arena) New(f *Form, data []byte) []any { return nil }

const slots = 0

// UnpackRun and UnpackBytes can do nothing.
func UnpackRun(st *Step, big bool, data []byte, dst []any, a *Arena) bool { return false }
func UnpackBytes(b []byte, a *Arena) (v any, ok bool)                     { return nil, false }
