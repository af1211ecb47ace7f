package structpack

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// The package's functions keep the formats that they compiled. The cache is
// small and of fixed size, so that a program that makes formats up, or takes
// them from its peers, cannot make it grow: at most cacheSets*cacheWays
// formats, none longer than cacheLongest. A compiled format takes at most some
// twelve kilobytes then, and a full cache of them stays below 3 MiB.
//
// It takes no lock: a set is a handful of atomic pointers to immutable values,
// and two goroutines that write to the same place only cost a compilation.
const (
	cacheSets    = 64
	cacheWays    = 4
	cacheLongest = 128
)

var (
	cacheSeed = maphash.MakeSeed()
	cache     [cacheSets][cacheWays]atomic.Pointer[Struct]
	evict     atomic.Uint32
)

// cached returns the compiled format.
func cached(format string) (*Struct, error) {
	if len(format) > cacheLongest {
		return Compile(format)
	}
	set := &cache[maphash.String(cacheSeed, format)%cacheSets]
	for i := range set {
		if s := set[i].Load(); s != nil && s.format == format {
			return s, nil
		}
	}
	return fill(set, format)
}

// fill compiles a format and puts it in a free place of its set, or in the
// place of another.
func fill(set *[cacheWays]atomic.Pointer[Struct], format string) (*Struct, error) {
	s, err := Compile(strings.Clone(format)) // it may be a piece of something large
	if err != nil {
		return nil, err
	}
	for i := range set {
		if set[i].CompareAndSwap(nil, s) {
			return s, nil
		}
	}
	set[evict.Add(1)%cacheWays].Store(s)
	return s, nil
}
