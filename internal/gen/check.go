package gen

import (
	"errors"
	"fmt"
	"go/importer"
	"go/parser"
	"go/types"
	"io"
	"os"
	"slices"
	"strings"
)

// check type-checks the package, with stubs for the methods to come.
func (s *source) check(records []*record) error {
	for _, r := range records {
		if spec := s.spec(r.Type); r.New && spec != nil {
			return fail(s.at(spec), "type %s is declared already; -type %s generates methods for it", r.Type, r.Type)
		}
	}
	files := s.checked()
	for _, r := range slices.Concat(records, s.others) {
		if (s.spec(r.Type) == nil) != r.New {
			continue // another run is for a type that is gone
		}
		f, err := parser.ParseFile(s.fset, stubName+r.Type, r.stub(s.name), parser.SkipObjectResolution)
		if err != nil {
			return fail(s.Where, "type %s: %v", r.Type, err)
		}
		files = append(files, f)
	}
	if s.views != "" {
		f, err := parser.ParseFile(s.fset, stubName+"views", s.views, parser.SkipObjectResolution)
		if err != nil {
			return fail(s.Where, "views: %v", err)
		}
		files = append(files, f)
	}
	var first *types.Error
	conf := types.Config{
		GoVersion:   s.version,
		FakeImportC: len(s.made) == 0,
		Sizes:       types.SizesFor("gc", s.arch),
		Importer:    importer.ForCompiler(s.fset, "gc", s.open),
		Error: func(err error) {
			var e types.Error
			if errors.As(err, &e) && first == nil {
				first = &e
			}
		},
	}
	path := s.path
	if s.unit == externalTest {
		path += "_test"
	}
	var err error
	s.pkg, err = conf.Check(path, s.fset, files, nil)
	for _, r := range records {
		if err := s.lookUp(r); err != nil {
			return err
		}
	}
	if first != nil {
		pos := s.position(first.Pos)
		if name, ok := strings.CutPrefix(pos.Filename, stubName); ok {
			return fail(s.declared(name), "type %s: %s", name, first.Msg)
		}
		e := fail(place(pos), "%s", first.Msg)
		e.cgo = s.importsC && !s.cgo // code that is there may be wrong without C's types
		return e
	}
	return err
}

// lookUp finds the type of r. It must be one that methods can be written for, and
// must not have them.
func (s *source) lookUp(r *record) error {
	obj := s.pkg.Scope().Lookup(r.Type)
	name := obj.(*types.TypeName)
	pos := place(s.position(obj.Pos()))
	if name.IsAlias() {
		return fail(pos, "type %s is an alias: name the type that it stands for", r.Type)
	}
	r.typ = obj.Type().(*types.Named)
	if r.typ.TypeParams().Len() > 0 {
		return fail(pos, "type %s has type parameters: its layout is not known before they are", r.Type)
	}
	if pos, ok := s.real(s.pkg.Scope().Lookup(r.sizeName())); ok {
		return fail(pos, "%s is declared, and gen is to declare it for type %s", r.sizeName(), r.Type)
	}
	for m := range r.typ.Methods() {
		if pos, ok := s.real(m); ok && slices.Contains(s.methods(), m.Name()) {
			return fail(pos, "type %s has a method %s, which gen is to write", r.Type, m.Name())
		}
	}
	return nil
}

// real returns where something is declared, unless that is a stub.
func (s *source) real(obj types.Object) (pos string, ok bool) {
	p := s.position(obj.Pos())
	return place(p), !strings.HasPrefix(p.Filename, stubName)
}

// open opens what the compiler knows of an imported package.
func (s *source) open(path string) (io.ReadCloser, error) {
	l := s.exports[path]
	switch {
	case l == nil:
		return nil, errors.New("the go command does not know it")
	case l.Error != nil:
		return nil, errors.New(l.Error.String())
	case l.Export == "":
		return nil, errors.New("it cannot be compiled")
	}
	return os.Open(l.Export)
}

// methods returns the names of the methods that a run writes for a type.
func (c *Config) methods() []string {
	all := []string{"AppendBinary", "MarshalBinary", "PackInto", "UnmarshalBinary", "UnpackFrom"}
	if c.Streams {
		all = append(all, "ReadFrom", "WriteTo")
	}
	return all
}

// stubName begins the names of the files that stubs are in, of which there are
// none on the disk.
const stubName = "stub of "

// stub returns a file with the methods to come, and the type if it is to come.
func (r *record) stub(pkg string) string {
	imports, more := "", ""
	if r.streams {
		imports = `import _io "io"`
		more += fmt.Sprintf(`
		func (*%[1]s) ReadFrom(_io.Reader) (int64, error) { for {} }
		func (%[1]s) WriteTo(_io.Writer) (int64, error) { for {} }
		`, r.Type)
	}
	if r.slices {
		more += fmt.Sprintf(`
		func %[2]s([]byte, []%[1]s) ([]byte, error) { for {} }
		func %[3]s([]%[1]s, []byte) ([]%[1]s, error) { for {} }
		`, r.Type, r.packAll(), r.unpackAll())
	}
	return fmt.Sprintf(`package %[1]s
		%[6]s
		%[2]s
		const %[4]s = %[5]d
		func (%[3]s) AppendBinary([]byte) ([]byte, error) { for {} }
		func (%[3]s) MarshalBinary() ([]byte, error) { for {} }
		func (*%[3]s) PackInto([]byte, int) error { for {} }
		func (*%[3]s) UnmarshalBinary([]byte) error { for {} }
		func (*%[3]s) UnpackFrom([]byte, int) error { for {} }
		%[7]s
	`, pkg, r.decl, r.Type, r.sizeName(), r.s.Size(), imports, more)
}

// sizeName returns the name of the constant for the size, which is exported if
// the type is.
func (r *record) sizeName() string { return r.Type + "Size" }
