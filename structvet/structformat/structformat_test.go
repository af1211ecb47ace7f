package structformat_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"example.com/structpack/structvet/structformat"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
)

// TestRules runs the analyzer on the directories of testdata, of which each is
// about a rule. They import the library itself.
func TestRules(t *testing.T) {
	src, err := filepath.Abs("../testdata/src")
	if err != nil {
		t.Fatal(err)
	}
	dirs, err := os.ReadDir(src)
	if err != nil {
		t.Fatal(err)
	}
	var patterns []string
	for _, dir := range dirs {
		if dir.IsDir() && dir.Name() != "native" && dir.Name() != "port" {
			patterns = append(patterns, "./"+dir.Name())
		}
	}
	testFixes(t, analysistest.RunWithSuggestedFixes(t, src, structformat.Analyzer, patterns...))

	if err := structformat.Analyzer.Flags.Set("native", "true"); err != nil {
		t.Fatal(err)
	}
	defer structformat.Analyzer.Flags.Set("native", "false")
	analysistest.Run(t, src, structformat.Analyzer, "./native")
}

// TestPorts runs the analyzer on what people write who port programs from Python:
// with mistakes, all of which are to be found, and without, of which nothing is to
// be said.
func TestPorts(t *testing.T) {
	src, err := filepath.Abs("../testdata/src")
	if err != nil {
		t.Fatal(err)
	}
	testFixes(t, analysistest.Run(t, src, structformat.Analyzer, "./port/..."))
}

// testFixes makes each fix of each diagnostic, alone, and compiles the package with it.
func testFixes(t *testing.T, results []*analysistest.Result) {
	t.Helper()
	for _, r := range results {
		fset := r.Pass.Fset
		var files []*ast.File
		for _, file := range r.Pass.Files {
			name := fset.Position(file.Package).Filename
			f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		config := types.Config{Importer: known{}, Sizes: r.Pass.TypesSizes}
		check := func() error {
			_, err := config.Check(r.Pass.Pkg.Path(), fset, files, nil)
			return err
		}
		imports(r.Pass.Pkg, config.Importer.(known))
		if check() != nil {
			continue // it is not to compile
		}
		for _, d := range r.Diagnostics {
			for _, fix := range d.SuggestedFixes {
				file := fset.File(d.Pos)
				i := slices.IndexFunc(r.Pass.Files, func(f *ast.File) bool { return fset.File(f.Package) == file })
				before, err := os.ReadFile(file.Name())
				if err != nil {
					t.Fatal(err)
				}
				after := before
				for _, edit := range slices.Backward(slices.SortedFunc(slices.Values(fix.TextEdits), func(a, b analysis.TextEdit) int { return cmp.Compare(a.Pos, b.Pos) })) {
					end := edit.End
					if !end.IsValid() {
						end = edit.Pos
					}
					after = slices.Replace(slices.Clone(after), file.Offset(edit.Pos), file.Offset(end), edit.NewText...)
				}
				old := files[i]
				if files[i], err = parser.ParseFile(fset, file.Name(), after, parser.SkipObjectResolution); err == nil {
					err = check()
				}
				if err != nil {
					t.Errorf("%s: %s: after the fix %q: %v", fset.Position(d.Pos), d.Message, fix.Message, err)
				}
				files[i] = old
			}
		}
	}
}

// known are the packages that have been imported.
type known map[string]*types.Package

func (p known) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if pkg := p[path]; pkg != nil {
		return pkg, nil
	}
	return nil, fmt.Errorf("%s is not imported", path)
}

func imports(pkg *types.Package, all known) {
	for _, p := range pkg.Imports() {
		if all[p.Path()] == nil {
			all[p.Path()] = p
			imports(p, all)
		}
	}
}
