package structformat_test

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/structpack/structvet/structformat"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/packages"
)

// imported are the packages that sources may import.
var imported = sync.OnceValues(func() (map[string]*types.Package, error) {
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes},
		"example.com/structpack", "example.com/structpack/frame", "example.com/structpack/fuzz", "math", "math/big", "runtime")
	all := map[string]*types.Package{}
	for _, p := range pkgs {
		if p.Types == nil || len(p.Errors) > 0 {
			return nil, fmt.Errorf("%s: %v", p.PkgPath, p.Errors)
		}
		all[p.PkgPath] = p.Types
	}
	return all, err
})

type importer map[string]*types.Package

func (all importer) Import(path string) (*types.Package, error) {
	if p := all[path]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("package %s is not among the imported", path)
}

// A finding is a diagnostic, with its place as line and byte offsets.
type finding struct {
	line, pos, end int
	category       string
	message        string
}

// analyze runs the analyzer on a file of its own.
func analyze(t testing.TB, src string) []finding {
	t.Helper()
	findings, err := analyzeAny(t, src)
	if err != nil {
		var line int
		fmt.Sscanf(err.Error(), "source.go:%d:", &line)
		t.Fatalf("%v in\n%s", err, strings.Split(src, "\n")[max(line-1, 0)])
	}
	return findings
}

// analyzeAny is analyze for a source that need not compile.
func analyzeAny(t testing.TB, src string) (findings []finding, bad error) {
	t.Helper()
	known, err := imported()
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	file, bad := parser.ParseFile(fset, "source.go", src, parser.ParseComments|parser.SkipObjectResolution)
	if file == nil {
		return nil, bad
	}
	conf := types.Config{
		Importer: importer(known),
		Sizes:    types.SizesFor("gc", build.Default.GOARCH),
		Error: func(err error) {
			if bad == nil {
				bad = err
			}
		},
	}
	info := &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Defs:       map[*ast.Ident]types.Object{},
		Uses:       map[*ast.Ident]types.Object{},
		Implicits:  map[ast.Node]types.Object{},
		Instances:  map[*ast.Ident]types.Instance{},
		Scopes:     map[ast.Node]*types.Scope{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	pkg, _ := conf.Check("p", fset, []*ast.File{file}, info)
	_, err = structformat.Analyzer.Run(&analysis.Pass{
		Analyzer:   structformat.Analyzer,
		Fset:       fset,
		Files:      []*ast.File{file},
		Pkg:        pkg,
		TypesInfo:  info,
		TypesSizes: conf.Sizes,
		ResultOf:   map[*analysis.Analyzer]any{inspect.Analyzer: inspector.New([]*ast.File{file})},
		Report: func(d analysis.Diagnostic) {
			at := fset.Position(d.Pos)
			findings = append(findings, finding{at.Line, at.Offset, fset.Position(d.End).Offset, d.Category, d.Message})
		},
		ImportObjectFact: func(types.Object, analysis.Fact) bool { return false },
		ExportObjectFact: func(types.Object, analysis.Fact) {},
		AllObjectFacts:   func() []analysis.ObjectFact { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(findings, func(a, b finding) int { return a.pos - b.pos })
	return findings, bad
}
