// Package guard has memory for tests of code that must not touch a byte outside
// of what it is given. Where the system allows it, that memory ends, or begins, at
// a page that nobody may touch; bytes on its other side are watched.
package guard

import (
	"bytes"
	"testing"
)

// A Region is memory of which tests take pieces, one at a time.
type Region struct {
	all    []byte
	beside []byte // what is watched
}

// watched is what lies beside a piece.
var watched = bytes.Repeat([]byte{0xca}, 64)

// New returns a region for pieces of at most n bytes. It is gone when t is done.
func New(t testing.TB, n int) *Region {
	t.Helper()
	return &Region{all: pages(t, n+len(watched))}
}

// First returns the first n bytes of the region. What is before them cannot be
// touched, and the bytes after them are watched.
func (r *Region) First(n int) []byte {
	r.watch(r.all[n:][:len(watched)])
	return r.all[:n:n]
}

// Last returns the last n bytes of the region, with both sides the other way round.
func (r *Region) Last(n int) []byte {
	start := len(r.all) - n
	r.watch(r.all[start-len(watched) : start])
	return r.all[start:]
}

func (r *Region) watch(beside []byte) {
	copy(beside, watched)
	r.beside = beside
}

// Check fails t if a byte beside the piece that was taken last was written.
func (r *Region) Check(t testing.TB) {
	t.Helper()
	if r.beside != nil && !bytes.Equal(r.beside, watched) {
		t.Fatalf("bytes beside the memory were written: %x", r.beside)
	}
}
