package structpack_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDesign holds docs/DESIGN.md to the code: each test, file and package that
// it names is there.
func TestDesign(t *testing.T) {
	design, err := os.ReadFile(filepath.Join("docs", "DESIGN.md"))
	if err != nil {
		t.Fatal(err)
	}
	funcs := map[string]bool{}
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllSubmatch(src, -1) {
			funcs[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*)`").FindAllSubmatch(design, -1)
	if len(names) < 20 {
		t.Errorf("found the names of %d tests", len(names))
	}
	for _, m := range names {
		if !funcs[string(m[1])] {
			t.Errorf("there is no %s", m[1])
		}
	}
	files := regexp.MustCompile("`((?:[a-z0-9]+/)*[a-z0-9_]+\\.go|(?:internal|cmd)/[a-z/]+[a-z])(?:/…)?`").FindAllSubmatch(design, -1)
	if len(files) < 15 {
		t.Errorf("found the names of %d files and packages", len(files))
	}
	for _, m := range files {
		if _, err := os.Stat(filepath.FromSlash(string(m[1]))); err != nil {
			t.Error(err)
		}
	}
}
