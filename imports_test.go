package structpack_test

import (
	"go/build"
	"strings"
	"testing"
)

// TestImports is the contract that the package needs the standard library only,
// that two small packages of it are unsafe, and with the tag purego none, on
// processors that load words at any address, that have vectors, and others.
func TestImports(t *testing.T) {
	unsafe := map[string]bool{"internal/mem": true, "internal/shuffle": true}
	for _, arch := range []string{"amd64", "arm64", "386", "arm"} {
		for _, tags := range [][]string{nil, {"purego"}} {
			ctx := build.Default
			ctx.GOARCH, ctx.BuildTags = arch, tags
			for _, dir := range []string{".", "internal/mem", "internal/shuffle", "internal/rules", "internal/floats", "conformance"} {
				pkg, err := ctx.ImportDir(dir, 0)
				if err != nil {
					t.Fatal(dir, err)
				}
				for _, path := range pkg.Imports {
					first, _, _ := strings.Cut(path, "/")
					if strings.Contains(first, ".") && !strings.HasPrefix(path, "example.com/structpack/internal/") {
						t.Errorf("%s imports %s", dir, path)
					}
					if path == "unsafe" && (!unsafe[dir] || tags != nil) {
						t.Errorf("%s imports unsafe for %s with tags %v", dir, arch, tags)
					}
				}
				if tags != nil && len(pkg.SFiles) > 0 {
					t.Errorf("%s has assembly with tags %v", dir, tags)
				}
			}
		}
	}
}

// TestGeneratorImports is the contract that package fuzz does not bring gopter into
// the programs whose tests import it.
func TestGeneratorImports(t *testing.T) {
	pkg, err := build.Default.ImportDir("fuzz", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pkg.Imports {
		if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") && path != "example.com/structpack" {
			t.Errorf("fuzz imports %s", path)
		}
	}
}
