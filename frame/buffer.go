package frame

import "sync"

// Buffers come in sizes four times each other, so that one grows at most
// fourfold at a time, and are kept for whoever needs one next: a connection has a
// buffer only while there are bytes in it.
const (
	// tiny is for small frames that come one by one.
	tiny     = 384
	smallest = 18 << 8 // 4.5 KiB
	// largest is for reading ahead: 64 KiB, and room for a header.
	largest = 72 << 10
)

var classes = [...]int{tiny, smallest, 18 << 10, largest, 288 << 10, 1152 << 10}

var pools [len(classes)]sync.Pool

// shift is where a buffer begins in its memory. Copying between the kernel and
// memory that begins at a page takes up to twice as long on some processors.
const shift = 64

// A buffer is memory of one of the classes, or of another size.
type buffer struct {
	b     []byte // of full length
	class int    // -1 if it is of none
}

// getBuffer returns a buffer of at least n bytes.
func getBuffer(n int) *buffer {
	for i, size := range classes {
		if n > size-shift {
			continue
		}
		if b, ok := pools[i].Get().(*buffer); ok {
			return b
		}
		return &buffer{make([]byte, size)[shift:], i}
	}
	return &buffer{make([]byte, n+shift)[shift:], -1}
}

// put gives a buffer back. Nobody may have its bytes any more.
func (b *buffer) put() {
	if b != nil && b.class >= 0 {
		pools[b.class].Put(b)
	}
}
