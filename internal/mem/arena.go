package mem

import "sync"

// An Arena is where the values that Unpack makes lie: slices of them, numbers and
// short bytes side by side, and slices of bytes. Memory with pointers takes twice as
// long to allocate a piece at a time as it takes sixteen pieces at once, so pieces are
// cut from chunks that other calls have pieces of as well. A chunk has as much as the
// first piece needs; the next one has twice as much, up to a limit. The limits are where a
// byte costs least: memory with pointers and 8 bytes of the allocator's own makes up 1 KiB or
// 1,792 bytes, of which the allocator has twice as many at a time as of 2 KiB.
//
// What is kept of a chunk keeps the chunk. Values point into chunks of at most 1 KiB,
// without pointers; only those that are bytes go by a slice in a chunk of at most 1 KiB,
// which may point to several, or to all in the Block of which it is a part. A slice of
// values lies in a chunk of at most 1,792 bytes (half of that where pointers have 32 bits).
type Arena struct {
	values chunk[any]
	words  chunk[uint64]
	slices chunk[[]byte]
	blocks [slots]Block // of the Forms that were used last
}

const (
	mostValues = 111
	mostWords  = 128
	mostSlices = 42
)

// arenas keeps Arenas between calls, one for each processor, and lets go of
// them when there are none for some time.
var arenas sync.Pool

// GetArena returns an Arena that nobody else uses.
func GetArena() *Arena {
	if a, ok := arenas.Get().(*Arena); ok {
		return a
	}
	return new(Arena)
}

// Put gives a back.
func (a *Arena) Put() { arenas.Put(a) }

// Values returns a slice of n values, which is not nil.
func (a *Arena) Values(n int) []any {
	if n == 0 {
		return []any{}
	}
	return a.values.take(n, mostValues)
}

// A chunk is memory that pieces are cut from.
type chunk[T any] struct {
	all  []T
	used int
}

// take returns the next n, with no more capacity.
func (c *chunk[T]) take(n, most int) []T {
	if n > len(c.all)-c.used {
		return c.grow(n, most)
	}
	piece := c.all[c.used : c.used+n : c.used+n]
	c.used += n
	return piece
}

// grow is take from a new chunk; a large piece is a chunk by itself.
func (c *chunk[T]) grow(n, most int) []T {
	if n > most/2 {
		return make([]T, n)
	}
	size := min(max(n, 2*len(c.all)), most)
	c.all, c.used = make([]T, size-size%n), n
	return c.all[:n:n]
}
