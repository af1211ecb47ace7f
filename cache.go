package structpack

import (
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
)

// The package's functions keep the formats that they compiled. The cache is
// small and of fixed size, so that a program that makes formats up, or takes
// them from its peers, cannot make it grow: at most cacheSets*cacheWays
// formats, none longer than cacheLongest. A compiled format takes at most some
// seventeen kilobytes then, and a full cache of them stays below 9 MiB.
//
// A format is kept when it is seen for the second time. Before, it is compiled into
// memory that is used again, so that formats with a number in them that is always another
// cost no allocation and drive out nothing that is used. Where there is no room left, a
// format takes the place of another only once in cacheStay times: of more formats in turn than there
// are places, as many as possible stay, instead of each driving out the next.
//
// It takes no lock: a set is a handful of atomic pointers to immutable values,
// and two goroutines that write to the same place only cost a compilation.
const (
	cacheSets    = 128
	cacheWays    = 4
	cacheLongest = 128
	cacheStay    = 8
	cacheSeen    = 4096
)

var (
	cacheSeed = maphash.MakeSeed()
	cache     [cacheSets][cacheWays]cachePlace
	seen      [cacheSeen]atomic.Uint32 // parts of the hashes of formats that were seen
	refused   atomic.Uint32            // how often there was no room
)

// A cachePlace is where a format may be. The hash of the format lies beside it, so that one that is
// not in its set is not compared with those that are.
type cachePlace struct {
	hash atomic.Uint64
	s    atomic.Pointer[Struct]
}

// lookup returns the compiled format. If it comes with a scratch, it lies in that,
// which is to be released after the last use of the Struct.
func lookup(format string) (*Struct, *scratch, error) {
	if len(format) > cacheLongest {
		return compileScratch(format)
	}
	h := maphash.String(cacheSeed, format)
	set := &cache[h%cacheSets]
	for i := range set {
		if set[i].hash.Load() != h {
			continue
		}
		if s := set[i].s.Load(); s != nil && s.format == format {
			return s, nil, nil
		}
	}
	if place := admit(set, h); place != nil {
		s, err := Compile(strings.Clone(format)) // it may be a piece of something large
		if err != nil {
			return nil, nil, err
		}
		place.s.Store(s)
		place.hash.Store(h)
		return s, nil, nil
	}
	return compileScratch(format)
}

// admit returns the place for a format that is not in its set, or nil if it is not to
// be kept.
func admit(set *[cacheWays]cachePlace, h uint64) *cachePlace {
	if mark, tag := &seen[h>>8%cacheSeen], uint32(h>>32)|1; mark.Load() != tag { // 0 is none
		mark.Store(tag)
		return nil
	}
	for i := range set {
		if set[i].s.Load() == nil {
			return &set[i]
		}
	}
	if n := refused.Add(1); n%cacheStay == 0 {
		return &set[n/cacheStay%cacheWays]
	}
	return nil
}

// cached returns the compiled format for good.
func cached(format string) (*Struct, error) {
	s, tmp, err := lookup(format)
	if tmp == nil {
		return s, err
	}
	tmp.release()
	return Compile(format)
}

// A scratch is a Struct for one use.
type scratch struct {
	s   Struct
	few [16]inst
}

var scratches sync.Pool

func compileScratch(format string) (*Struct, *scratch, error) {
	tmp, ok := scratches.Get().(*scratch)
	if !ok {
		tmp = new(scratch)
		tmp.s.abi = &hostABI
		tmp.s.flat.Store(&unflat) // it would be for nothing
		tmp.s.form.Store(&formless)
	}
	tmp.s.plan = tmp.few[:0]
	err := tmp.s.compile(format)
	if err != nil {
		tmp.release()
		return nil, nil, err
	}
	return &tmp.s, tmp, nil
}

// release gives the memory of a scratch back, if there is one.
func (tmp *scratch) release() {
	if tmp != nil {
		tmp.s.format, tmp.s.plan, tmp.s.empty = "", nil, nil
		scratches.Put(tmp)
	}
}
