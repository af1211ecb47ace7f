package structformat

import (
	"go/types"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/go/packages"
)

// TestAPI holds the functions that are checked against those that there are: each
// that takes a format, or any number of values.
func TestAPI(t *testing.T) {
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes}, corePath, framePath)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]function{}
	for _, pkg := range pkgs {
		scope := pkg.Types.Scope()
		for _, name := range scope.Names() {
			obj := scope.Lookup(name)
			if !obj.Exported() {
				continue
			}
			funcs := []*types.Func{}
			switch obj := obj.(type) {
			case *types.Func:
				funcs = append(funcs, obj)
			case *types.TypeName:
				if named, ok := obj.Type().(*types.Named); ok {
					funcs = slices.AppendSeq(funcs, named.Methods())
				}
			}
			for _, fn := range funcs {
				f, ok := takes(fn)
				if pkg.PkgPath == framePath && f.Format == receiver {
					f.Format = framed
				}
				if ok && fn.Exported() {
					want[apiNameOf(fn)] = f
				}
			}
		}
	}
	got := maps.Clone(functions)
	for name, f := range got {
		if f.Format == receiver && f.Values == none {
			delete(got, name) // it takes data of the format
			continue
		}
		f.Op = ""
		got[name] = f
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// internals are the parts of internal packages that structvet takes.
const internals = `gotype.Kind func(t types.Type) reflect.Kind
gotype.Reader.Sizes types.Sizes
gotype.Reader.Type func(t types.Type) reflect.Type
rules.Bind func(s any, t reflect.Type) ([]rules.Leaf, error)
rules.Derive func(s any, t reflect.Type) (any, error)
rules.Leaf.Length bool
rules.Leaf.Value int
rules.Pack func(s any, op string, index int, v any, goType string) error
rules.Pair.Err error
rules.Pair.Value int
rules.Scan func(s any, op string, dests []reflect.Type) (pairs []rules.Pair, err error)
`

// TestInternals fails if they change. Then older versions of structvet no longer go with
// the library: a constant of package rules gets another number, and the text above
// changes.
func TestInternals(t *testing.T) {
	const dir = "example.com/structpack/internal/"
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes}, dir+"gotype", dir+"rules")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, pkg := range pkgs {
		note := func(name string, t types.Type) {
			text := types.TypeString(t, func(p *types.Package) string { return p.Name() })
			there[pkg.Name+"."+name+" "+text] = true
		}
		scope := pkg.Types.Scope()
		for _, name := range scope.Names() {
			obj := scope.Lookup(name)
			note(name, obj.Type())
			named, ok := obj.Type().(*types.Named)
			if !ok {
				continue
			}
			for m := range named.Methods() {
				note(name+"."+m.Name(), m.Type())
			}
			if s, ok := named.Underlying().(*types.Struct); ok {
				for f := range s.Fields() {
					note(name+"."+f.Name(), f.Type())
				}
			}
		}
	}
	for line := range strings.Lines(internals) {
		if line = strings.TrimSuffix(line, "\n"); !there[line] {
			t.Errorf("%s: it is another one now", line)
		}
	}
}

// takes reads from the names of parameters what a function takes.
func takes(fn *types.Func) (f function, ok bool) {
	f = function{Format: none, Values: none}
	for i := range fn.Signature().Params().Len() {
		switch p := fn.Signature().Params().At(i); {
		case p.Name() == "format":
			f.Format = i
		case fn.Signature().Variadic() && isAnySlice(p.Type()):
			f.Values, f.Scans = i, p.Name() == "dests"
		}
	}
	if f.Format == none && f.Values >= 0 {
		f.Format = receiver
	}
	return f, f.Format != none || f.Values != none
}
