package term

import (
	"os"
	"path/filepath"
	"testing"
)

// TestWidth sees that what is no terminal is not taken for one: a file, a pipe
// and, where terminals are known, the null device.
func TestWidth(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	for _, f := range []*os.File{file, r, w} {
		if columns, ok := Width(f); ok || columns != 0 {
			t.Errorf("%s: %d columns, %t", f.Name(), columns, ok)
		}
	}
}
