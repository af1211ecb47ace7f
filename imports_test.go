package structpack_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestImports is the contract that the package needs the standard library
// only, and that one small package of it is unsafe.
func TestImports(t *testing.T) {
	for _, dir := range []string{".", "internal/mem"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(dir, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range f.Imports {
				path, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				first, _, _ := strings.Cut(path, "/")
				if strings.Contains(first, ".") && !strings.HasPrefix(path, "example.com/structpack/internal/") {
					t.Errorf("%s imports %s", name, path)
				}
				if path == "unsafe" && dir != "internal/mem" {
					t.Errorf("%s imports unsafe", name)
				}
			}
		}
	}
}
