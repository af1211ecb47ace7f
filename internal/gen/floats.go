package gen

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"

	"example.com/structpack/internal"
)

// conversions writes what the file needs of package floats, whose text it copies:
// what generated code does to a float is what the library does to it.
func (c *coder) conversions() {
	for _, d := range floats.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if name := strings.ToLower(f.Name.Name[:1]) + f.Name.Name[1:]; c.needs[name] {
			c.f("%s\n\n", c.copied(f, c.prefix+name))
		}
	}
}

// floats is the syntax of package floats.
var floats = func() *ast.File {
	f, err := parser.ParseFile(token.NewFileSet(), "", internal.Floats, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		panic(err) // it has been compiled
	}
	return f
}()

// copied returns the text of a function of package floats under another name, with
// the values of constants in their place, and with its packages imported.
func (c *coder) copied(f *ast.FuncDecl, name string) string {
	var b strings.Builder
	at := f.Doc.Pos() // what is before it has been written
	replace := func(n ast.Node, by string) {
		b.WriteString(internal.Floats[at-1 : n.Pos()-1])
		b.WriteString(by)
		at = n.End()
	}
	first := f.Doc.List[0]
	replace(first, strings.Replace(first.Text, f.Name.Name, name, 1))
	ast.Inspect(f, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		if id == f.Name {
			replace(id, name)
		} else if path := floatsImports[id.Name]; path != "" {
			replace(id, c.std(path))
		} else if value := constants[id.Name]; value != "" {
			replace(id, value)
		}
		return true
	})
	return b.String() + internal.Floats[at-1:f.End()-1]
}

// floatsImports are the packages that package floats imports, by their names.
var floatsImports = map[string]string{"math": "math", "bits": "math/bits"}

// constants are the values of the constants of package floats, as they are written
// there.
var constants = func() map[string]string {
	all := map[string]string{}
	for _, d := range floats.Decls {
		if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.CONST {
			for _, spec := range d.Specs {
				spec := spec.(*ast.ValueSpec)
				value := spec.Values[0]
				all[spec.Names[0].Name] = fmt.Sprintf("(%s)", internal.Floats[value.Pos()-1:value.End()-1])
			}
		}
	}
	return all
}()
