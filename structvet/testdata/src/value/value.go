// Package value packs values of types that their codes do not take, and
// constants that they cannot hold.
package value

import (
	"encoding/json"
	"math/big"
	"net/netip"
	"time"

	"example.com/structpack"
)

type (
	port  uint16
	flags [2]bool
	text  string
	raw   []byte
	octet byte
	key   [16]octet
	large big.Int
)

func types(n int, f float64, s string, b []byte, c complex128, p *int, e error, d time.Duration, z *big.Int, l *large, any any, u uintptr, k key, t text) {
	structpack.Pack("!i", s)              // want `pack "!i": value 0 \('i' at byte 1, got string\): required argument is not an integer`
	structpack.Pack("!i", f)              // want `got float64\): required argument is not an integer`
	structpack.Pack("!i", 1.0)            // want `got float64\): required argument is not an integer`
	structpack.Pack("!i", nil)            // want `got nil\): required argument is not an integer`
	structpack.Pack("!i", p)              // want `got \*int\): required argument is not an integer`
	structpack.Pack("!i", l)              // want `got \*value.large\): required argument is not an integer`
	structpack.Pack("!i", *z)             // want `got big.Int\): required argument is not an integer`
	structpack.Pack("!i", time.Time{})    // want `got time.Time\): required argument is not an integer`
	structpack.Pack("!i", flags{})        // want `got value.flags\): required argument is not an integer`
	structpack.Pack("!i", func() {})      // want `got func\(\)\): required argument is not an integer`
	structpack.Pack("!i", map[int]int{})  // want `got map\[int\]int\): required argument is not an integer`
	structpack.Pack("!f", s)              // want `got string\): required argument is not a float`
	structpack.Pack("!d", c)              // want `got complex128\): required argument is not a float`
	structpack.Pack("!F", s)              // want `got string\): required argument is not a complex`
	structpack.Pack("!Zd", b)             // want `'Zd' at byte 1, got \[\]byte\): required argument is not a complex`
	structpack.Pack("c", n)               // want `got int\): char format requires a bytes object of length 1`
	structpack.Pack("c", 'a')             // want `got rune\): char format requires a bytes object of length 1`
	structpack.Pack("c", "ab")            // want `got string\): char format requires a bytes object of length 1`
	structpack.Pack("c", "")              // want `got string\): char format requires a bytes object of length 1`
	structpack.Pack("c", [2]byte{})       // want `got \[2\]byte\): char format requires a bytes object of length 1`
	structpack.Pack("c", k)               // want `got value.key\): char format requires a bytes object of length 1`
	structpack.Pack("4s", n)              // want `argument for 's' must be a bytes object`
	structpack.Pack("4s", []int8{1})      // want `argument for 's' must be a bytes object`
	structpack.Pack("4p", 'a')            // want `argument for 'p' must be a bytes object`
	structpack.Pack("!2hIb", 1, 2, "", 4) // want `value 2 \('I' at byte 3, got string\)`
	structpack.Pack("!2h",
		s,  // want `value 0 \('2?h' at byte 1, got string\)`
		1i, // want `value 1 \('2?h' at byte 1, got complex128\)`
	)

	structpack.Pack("!iiiii?", n, port(1), true, z, d, u)
	structpack.Pack("!P"[1:], u)
	structpack.Pack("!i", any)
	structpack.Pack("!ii", e, json.Number("1").String) // want `value 1 .*got func\(\) string\)`
	structpack.Pack("!fdeFD", f, n, true, c, f)
	structpack.Pack("ccccc", s, b, byte(1), octet(2), [1]octet{3})
	structpack.Pack("4s4p4s4p4s", s, b, k, t, raw(b))
	structpack.Pack("??????", nil, s, flags{}, c, func() {}, time.Time{})
	structpack.Pack("!ii", n == 1, f > 1)
	structpack.Pack("!H", port(8080))
	structpack.Pack("4s", netip.IPv4Unspecified().As4())
}

func constants() {
	structpack.Pack("b", 300)                // want `pack "b": value 0 \('b' at byte 0\): 'b' format requires -128 <= number <= 127`
	structpack.Pack("b", -129)               // want `'b' format requires -128 <= number <= 127`
	structpack.Pack("B", -1)                 // want `'B' format requires 0 <= number <= 255`
	structpack.Pack("!H", port(7)<<2, 1<<16) // want `pack expected 1 items`
	structpack.Pack("!H", 1<<16)             // want `'H' format requires 0 <= number <= 65535`
	structpack.Pack("!I", uint64(1<<32))     // want `'I' format requires 0 <= number <= 4294967295`
	structpack.Pack("!Q", -1)                // want `'Q' format requires 0 <= number <= 18446744073709551615`
	structpack.Pack("!q", uint64(1)<<63)     // want `'q' format requires -9223372036854775808 <= number <= 9223372036854775807`
	structpack.Pack("!e", 65520)             // want `int too large to convert`
	structpack.Pack("!e", 65520.0)           // want `float too large to pack with e format`
	structpack.Pack("!f", 1e39)              // want `float too large to pack with f format`
	structpack.Pack("!h", time.Second)       // want `'h' format requires -32768 <= number <= 32767`
	structpack.Pack("!BB", 'a', 'é', 1)      // want `pack expected 2 items`
	structpack.Pack("!BB", 'a', 'é')
	structpack.Pack("!BB", 'a', '€') // want `'B' format requires 0 <= number <= 255`
	structpack.Pack("!BI", 255, 1<<32-1)
	structpack.Pack("!Qq", uint64(1<<64-1), -1<<63)
	structpack.Pack("!fde", 1e38, 1e300, 65519)
	structpack.Pack("!i", time.Millisecond)
}

func generic[T any, N int | int8, B ~[]byte](v T, n N, b B, many []T, p *T, array [2]T) {
	structpack.Pack("!i", v)
	structpack.Pack("!i", n)
	structpack.Pack("!4s", b)
	structpack.Pack("!4s", many)
	structpack.Pack("!4s", array)
	structpack.Pack("!i", p)
	structpack.Pack("!i", "") // want `got string`
}

func pointers(n int, s string, v struct{ n int }) {
	structpack.Pack("!i", &n)     // want `got \*int\): required argument is not an integer`
	structpack.Pack("!i", (&v.n)) // want `got \*int\): required argument is not an integer`
	structpack.Pack("!i", &s)     // want `got \*string\): required argument is not an integer`
	structpack.Pack("!4s", &s)    // want `argument for 's' must be a bytes object`
}
