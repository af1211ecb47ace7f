//go:build linux || darwin

package guard

import (
	"os"
	"syscall"
	"testing"
)

// pages returns at least n bytes of memory between two pages that cannot be
// touched.
func pages(t testing.TB, n int) []byte {
	t.Helper()
	size := os.Getpagesize()
	n = (n + size - 1) / size * size
	all, err := syscall.Mmap(-1, 0, n+2*size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(all) })
	for _, page := range [][]byte{all[:size], all[size+n:]} {
		if err := syscall.Mprotect(page, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return all[size : size+n : size+n]
}
