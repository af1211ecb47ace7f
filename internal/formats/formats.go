// Package formats finds the constant formats in the source of Go packages.
package formats

import (
	"errors"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// argument says which argument of a function is a format, by import path and name.
var argument = map[string]map[string]int{
	"example.com/structpack": {
		"Pack": 0, "AppendPack": 1, "PackInto": 0, "Unpack": 0, "UnpackFrom": 0, "IterUnpack": 0, "CalcSize": 0,
		"Scan": 0, "ScanFrom": 0, "Compile": 0, "MustCompile": 0, "CompileFor": 1, "MustCodec": 0,
	},
	"example.com/structpack/frame": {"NewLayout": 0, "MustLayout": 0},
}

// Find returns the formats that the packages of patterns use, sorted, each once. A
// pattern is a directory, or one with /... after it for all directories below. A
// format counts if it is a constant expression.
func Find(patterns ...string) ([]string, error) {
	var all []string
	for _, pattern := range patterns {
		root, below := strings.CutSuffix(filepath.ToSlash(pattern), "/...")
		err := filepath.WalkDir(filepath.FromSlash(root), func(dir string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			if name := d.Name(); dir != root && (!below || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "vendor") {
				return filepath.SkipDir
			}
			found, err := inDir(dir)
			all = append(all, found...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// An empty importer knows no package.
type empty struct{}

func (empty) Import(path string) (*types.Package, error) {
	return nil, errors.New("not read: " + path)
}

// inDir returns the formats in the Go files of a directory, tests included.
func inDir(dir string) (all []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	packages := map[string][]*ast.File{}
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		f, err := parser.ParseFile(fset, filepath.Join(dir, e.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		packages[f.Name.Name] = append(packages[f.Name.Name], f)
	}
	for _, files := range packages {
		all = append(all, inPackage(fset, files)...)
	}
	return all, nil
}

// inPackage evaluates constants with go/types. What other packages declare is
// not known to it, and is an error that does not matter.
func inPackage(fset *token.FileSet, files []*ast.File) (all []string) {
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	config := types.Config{Importer: empty{}, Error: func(error) {}}
	config.Check("p", fset, files, info)
	for _, f := range files {
		names := map[string]map[string]int{}
		for _, spec := range f.Imports {
			path := strings.Trim(spec.Path.Value, "`\"")
			if funcs := argument[path]; funcs != nil {
				name := path[strings.LastIndex(path, "/")+1:]
				if spec.Name != nil {
					name = spec.Name.Name
				}
				names[name] = funcs
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			fun := call.Fun
			if index, ok := fun.(*ast.IndexExpr); ok { // MustCodec[T]
				fun = index.X
			}
			sel, ok := fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			at, ok := names[pkg.Name][sel.Sel.Name]
			if !ok || at >= len(call.Args) {
				return true
			}
			if v := info.Types[call.Args[at]].Value; v != nil && v.Kind() == constant.String {
				all = append(all, constant.StringVal(v))
			} else if lit, ok := call.Args[at].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if v := constant.MakeFromLiteral(lit.Value, token.STRING, 0); v.Kind() == constant.String {
					all = append(all, constant.StringVal(v))
				}
			}
			return true
		})
	}
	return all
}
