//go:build !(linux || darwin)

package guard

import "testing"

// pages returns n bytes of memory.
func pages(t testing.TB, n int) []byte { return make([]byte, n) }
