// Package truth packs pointers as truth values.
package truth

import (
	"math/big"
	"unsafe"

	"example.com/structpack"
)

type (
	truth bool
	large big.Int
	ref   *big.Int
)

func pointers(b *bool, n *int, t *truth, l *large, r ref, u unsafe.Pointer, buf []byte) {
	structpack.Pack("?", b)                          // want `pack "\?": value 0 \('\?' at byte 0, got \*bool\): a pointer is true unless it is nil, whatever it points to`
	structpack.Pack("!H2?", 1, true, n)              // want `pack "!H2\?": value 2 \('\?' at byte 2, got \*int\): a pointer is true`
	structpack.Pack("????", t, l, r, u)              // want `got \*truth.truth\)` `got \*truth.large\)` `got truth.ref\)` `got unsafe.Pointer\)`
	structpack.Pack("?", new(bool))                  // want `got \*bool\)`
	structpack.Pack("?", (*int)(nil))                // want `got \*int\)`
	structpack.MustCompile("?").PackInto(buf, 0, &n) // want `pack_into "\?": value 0 \('\?' at byte 0, got \*\*int\)`
}

func addresses(b bool, t truth, n int, s string, raw []byte, a [4]byte, v struct{ ok bool }, z *big.Int, z2 big.Int) {
	structpack.Pack("?", &b)      // want `got \*bool\)`
	structpack.Pack("?", (&v.ok)) // want `got \*bool\)`
	structpack.Pack("??", &t, &n) // want `got \*truth.truth\)` `got \*int\)`
	structpack.Pack("?", &s)      // want `got \*string\)`
	structpack.Pack("?", &raw)    // want `got \*\[\]byte\)`
	structpack.Pack("?", &z)      // want `got \*\*big.Int\)`
	structpack.Pack("?", &a)      // want `got \*\[4\]byte\)`
	structpack.Pack("?", &v)      // want `got \*struct\{ ?ok bool ?\}\)`
	structpack.Pack("??", z, &z2)
	structpack.Pack("?", b)
	structpack.Pack("?", n != 0)
}

func unknown[T any](p *T, v T, any any) {
	structpack.Pack("???", p, &v, any)
}

func silent(b *bool) {
	structpack.Pack("?", b) //structvet:ignore it is there or not
}
