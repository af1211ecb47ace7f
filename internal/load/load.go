// Package load type-checks Go packages from their source, with what the go command
// says of them. It compiles nothing. What cannot be found or does not fit is left
// out: who reads the result wants to know what there is.
package load

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A Program is what was loaded.
type Program struct {
	Fset  *token.FileSet
	Sizes types.Sizes
	Info  types.Info // of all Packages
	// Packages are those that were asked for: each of them without its tests, then
	// with them, then the tests that are a package of their own.
	Packages []*Package

	listed map[string]*listed
	made   map[string]*types.Package // by their paths, without tests
}

// A Package is a package that was asked for.
type Package struct {
	Types *types.Package
	Files []*ast.File
}

// listed is what the go command says of a package.
type listed struct {
	Dir, ImportPath, Name, ForTest               string
	GoFiles, CgoFiles, TestGoFiles, XTestGoFiles []string
	ImportMap                                    map[string]string
	DepOnly                                      bool
	Error                                        *struct{ Err string }
}

// Packages loads the packages of a pattern of the go command, with their tests or
// without, and what they import. A directory may be in another module than the working
// directory is.
func Packages(pattern string, tests bool) (*Program, error) {
	cmd := exec.Command("go", "list", "-e", "-deps", fmt.Sprintf("-test=%t", tests),
		"-json=Dir,ImportPath,Name,ForTest,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,ImportMap,DepOnly,Error", "--", pattern)
	dir, below := strings.CutSuffix(filepath.ToSlash(pattern), "/...")
	if info, err := os.Stat(cmp.Or(dir, "/")); err == nil && info.IsDir() {
		cmd.Dir, cmd.Args[len(cmd.Args)-1] = filepath.FromSlash(cmp.Or(dir, "/")), "."
		if below {
			cmd.Args[len(cmd.Args)-1] = "./..."
		}
	}
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return nil, errors.New(strings.TrimSpace(string(exit.Stderr)))
	}
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	p := &Program{
		Fset:  token.NewFileSet(),
		Sizes: types.SizesFor("gc", build.Default.GOARCH),
		Info: types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
			Instances: map[*ast.Ident]types.Instance{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		},
		listed: map[string]*listed{},
		made:   map[string]*types.Package{"unsafe": types.Unsafe},
	}
	var wanted []*listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		l := new(listed)
		if err := d.Decode(l); err == io.EOF {
			break
		} else if err != nil {
			return nil, err
		}
		if l.ForTest != "" || strings.HasSuffix(l.ImportPath, ".test") {
			continue // its files are listed with the package
		}
		if !tests {
			l.TestGoFiles, l.XTestGoFiles = nil, nil
		}
		p.listed[l.ImportPath] = l
		if !l.DepOnly {
			if l.Name == "" && l.Error != nil {
				return nil, errors.New(l.Error.Err)
			}
			wanted = append(wanted, l)
		}
	}
	for _, l := range wanted {
		if err := p.add(l); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// add loads a package that was asked for, if another one has not imported it already,
// and its tests.
func (p *Program) add(l *listed) error {
	if _, err := p.Import(l.ImportPath); err != nil {
		return err
	}
	within := p.made[l.ImportPath]
	if len(l.TestGoFiles) > 0 {
		files, err := p.parse(l, slices.Concat(l.GoFiles, l.CgoFiles, l.TestGoFiles))
		if err != nil {
			return err
		}
		within = p.check(l, l.ImportPath, files, nil)
	}
	if len(l.XTestGoFiles) > 0 {
		files, err := p.parse(l, l.XTestGoFiles)
		if err != nil {
			return err
		}
		p.check(l, l.ImportPath+"_test", files, within)
	}
	return nil
}

func (p *Program) parse(l *listed, names []string) (files []*ast.File, err error) {
	mode := parser.SkipObjectResolution
	if !l.DepOnly {
		mode |= parser.ParseComments
	}
	for _, name := range names {
		f, err := parser.ParseFile(p.Fset, filepath.Join(l.Dir, name), nil, mode)
		if err != nil && !l.DepOnly {
			return nil, err
		}
		if f != nil {
			if l.DepOnly {
				p.dropBodies(l, f)
			}
			files = append(files, f)
		}
	}
	return files, nil
}

// dropBodies takes the bodies of functions out of a file, and the imports that only they
// use: most of the standard library is imported for nothing else.
func (p *Program) dropBodies(l *listed, f *ast.File) {
	used := map[string]bool{}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			fn.Body = nil
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if id, ok := sel.X.(*ast.Ident); ok {
					used[id.Name] = true
				}
			}
			return true
		})
	}
	f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
		imports, ok := d.(*ast.GenDecl)
		if !ok || imports.Tok != token.IMPORT {
			return false
		}
		imports.Specs = slices.DeleteFunc(imports.Specs, func(spec ast.Spec) bool {
			s := spec.(*ast.ImportSpec)
			if s.Name != nil {
				return s.Name.Name != "." && !used[s.Name.Name]
			}
			path, _ := strconv.Unquote(s.Path.Value)
			imported := p.listed[cmp.Or(l.ImportMap[path], path)]
			return imported != nil && !used[imported.Name]
		})
		return len(imports.Specs) == 0
	})
}

// check type-checks files; if tested is not nil, it is what they import by its path.
// Errors of types are none here.
func (p *Program) check(l *listed, path string, files []*ast.File, tested *types.Package) *types.Package {
	config := types.Config{Importer: importer{p, l, tested}, Sizes: p.Sizes, FakeImportC: true, IgnoreFuncBodies: l.DepOnly, Error: func(error) {}}
	info := &p.Info
	if l.DepOnly {
		info = nil
	}
	pkg, _ := config.Check(path, p.Fset, files, info)
	if !l.DepOnly {
		p.Packages = append(p.Packages, &Package{pkg, files})
	}
	return pkg
}

// An importer imports for a package.
type importer struct {
	*Program
	by     *listed
	tested *types.Package
}

func (i importer) Import(path string) (*types.Package, error) {
	if i.tested != nil && path == i.tested.Path() {
		return i.tested, nil
	}
	return i.Program.Import(cmp.Or(i.by.ImportMap[path], path))
}

// Import loads a package without its tests, once.
func (p *Program) Import(path string) (*types.Package, error) {
	if pkg, ok := p.made[path]; ok {
		if pkg == nil {
			return nil, errors.New("import cycle with " + path)
		}
		return pkg, nil
	}
	l := p.listed[path]
	if l == nil {
		return nil, errors.New("package is not listed: " + path)
	}
	p.made[path] = nil
	files, err := p.parse(l, slices.Concat(l.GoFiles, l.CgoFiles))
	if err != nil {
		return nil, err
	}
	pkg := p.check(l, path, files, nil)
	p.made[path] = pkg
	return pkg, nil
}
