package structformat

import (
	"go/types"
	"maps"
	"slices"
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
