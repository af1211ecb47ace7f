package gen

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A source is the package that the types are in, without the files that are
// being generated.
type source struct {
	*Config
	dir      string // absolute
	path     string // of import
	name     string
	output   string // the file for the code, absolute
	unit     unit
	fset     *token.FileSet
	files    []*ast.File
	importsC bool
	cgo      bool              // what is checked is what cgo makes of files
	made     []*ast.File       // by cgo, of those that are in no list else
	taken    []string          // the names of files that it was made of
	others   []*record         // of other runs for the same package
	above    []*Config         // other runs, for types that have their format above them
	lines    map[string]string // where the runs for types of others are, by their names

	header  string // comments for the generated files to begin with
	views   string // a file with stubs of the views to come
	arch    string // GOARCH
	version string // of the language
	exports map[string]*listed
	pkg     *types.Package
}

// A unit is what is type-checked together.
type unit int

const (
	library      unit = iota
	withTests         // the package and its tests, for types that the tests declare
	externalTest      // the tests that are a package of their own
)

// listed is what the go command says of a package.
type listed struct {
	ImportPath, Name, Export  string
	GoFiles, CgoFiles         []string
	CompiledGoFiles           []string
	TestGoFiles, XTestGoFiles []string
	IgnoredGoFiles            []string
	Module                    *struct{ GoVersion string }
	Error                     *listError
}

type listError struct{ Err string }

// String returns what matters of the go command's report.
func (e *listError) String() string {
	for line := range strings.Lines(e.Err) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			return strings.TrimSuffix(line, "; to add it:")
		}
	}
	return e.Err
}

// load reads the package, as far as its files are right syntax, and what it
// imports.
func load(config *Config, lines []directive, cgo bool) (*source, error) {
	dir, err := filepath.Abs(config.Dir)
	if err != nil {
		return nil, err
	}
	own := *config // Records may be added
	c := &own
	s := &source{Config: c, dir: dir, cgo: cgo, fset: token.NewFileSet(), lines: map[string]string{}}
	s.output = filepath.Join(dir, c.defaultOutput())
	if c.Output != "" {
		if s.output, err = filepath.Abs(c.Output); err != nil {
			return nil, err
		}
	}
	if filepath.Dir(s.output) != dir {
		return nil, fail(c.Where, "-o %s: the methods of a type can only be where it is, in %s", c.Output, show(dir))
	}
	if err := s.regular(); err != nil {
		return nil, err
	}
	if s.header, err = readHeader(c.Header); err != nil {
		return nil, err
	}
	hidden := map[string]string{}
	for _, name := range outputs(s.output) {
		data, err := s.readFile(name)
		switch wanted := name == s.output || !c.NoTest; {
		case err == nil && !generated(data) && wanted:
			return nil, fail(c.Where, "%s is in the way: it is not generated", show(name))
		case err != nil && !errors.Is(err, fs.ErrNotExist) && wanted:
			return nil, err
		}
		hidden[name] = ""
	}
	near, err := s.directives(hidden)
	if err != nil {
		return nil, err
	}
	if err := s.addOthers(slices.Concat(near, lines), hidden); err != nil {
		return nil, err
	}
	overlay, err := os.CreateTemp("", "structpack-*.json")
	if err != nil {
		return nil, err
	}
	defer os.Remove(overlay.Name())
	err = errors.Join(json.NewEncoder(overlay).Encode(map[string]any{"Replace": hidden}), overlay.Close())
	if err != nil {
		return nil, err
	}
	return s, s.read(overlay.Name())
}

// outputs returns the files that a run may write: the code, the test, and the
// test where the code is in the place of it.
func outputs(file string) []string {
	test := testName(file)
	return []string{file, test, testName(test)}
}

// generated reports whether the content of a file is from here, if it has some.
func generated(data []byte) bool {
	return len(data) == 0 || bytes.Contains(data, []byte(mark))
}

// read lists, reads and chooses the files of the package.
func (s *source) read(overlay string) error {
	own, err := s.list(overlay, "-find", ".")
	if err != nil {
		return err
	}
	l := own[0]
	s.path, s.name = l.ImportPath, l.Name
	if l.Module != nil && l.Module.GoVersion != "" {
		s.version = "go" + l.Module.GoVersion
	}
	if s.name == "" {
		if l.Error == nil || !strings.HasPrefix(l.Error.Err, "no Go files in") || !slices.ContainsFunc(s.Records, func(r Record) bool { return r.New }) {
			return fail(s.Where, "%v", l.Error)
		}
		if s.name = filepath.Base(s.dir); !token.IsIdentifier(s.name) {
			return fail(s.Where, "%v, and %q is no name for a package", l.Error, s.name)
		}
		s.path = s.name
	}
	if err := s.parse(slices.Concat(l.GoFiles, l.CgoFiles)); err != nil {
		return err
	}
	above := len(s.Records) == 0
	if above && strings.HasSuffix(s.output, "_test.go") {
		s.unit = withTests
		if err := s.parse(l.TestGoFiles); err != nil {
			return err
		}
	}
	if err := s.addAbove(above); err != nil {
		return err
	}
	if !above && (strings.HasSuffix(s.output, "_test.go") || s.missing() != "") {
		if err := s.chooseTests(l); err != nil {
			return err
		}
	}
	if err := s.stale(); err != nil {
		return err
	}
	if err := s.sameBuilds(); err != nil {
		return err
	}
	if s.path == libraryPath && s.unit != externalTest {
		return fail(s.Where, "package %s cannot import itself, as the code for its types would have to", s.path)
	}
	if name := s.missing(); name != "" {
		if file := s.ignored(l, name); file != "" {
			return fail(s.Where, "type %s is declared in %s, which is not of this build", name, file)
		}
		return fail(s.Where, "no type %s in package %s", name, s.path)
	}
	out, err := s.command("env", "GOARCH")
	if err != nil {
		return err
	}
	s.arch = strings.TrimSpace(string(out))
	s.importsC = len(l.CgoFiles) > 0
	if s.cgo && s.importsC && s.unit != externalTest {
		if err := s.runCgo(overlay, l.CgoFiles); err != nil {
			return err
		}
	}
	return s.readExports(overlay)
}

// runCgo reads what cgo makes of the files that import C.
func (s *source) runCgo(overlay string, names []string) error {
	all, err := s.list(overlay, "-compiled", ".")
	if err != nil {
		return err
	}
	for _, name := range all[0].CompiledGoFiles {
		if !filepath.IsAbs(name) || filepath.Dir(name) == s.dir {
			continue // it is as it was
		}
		f, err := parser.ParseFile(s.fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		s.made = append(s.made, f)
	}
	for _, name := range names {
		s.taken = append(s.taken, filepath.Join(s.dir, name))
	}
	return nil
}

// checked returns the files that are type-checked.
func (s *source) checked() []*ast.File {
	if len(s.made) == 0 {
		return s.files[:len(s.files):len(s.files)]
	}
	files := slices.Clone(s.made)
	for _, f := range s.files {
		if !slices.Contains(s.taken, s.fset.PositionFor(f.Package, false).Filename) {
			files = append(files, f)
		}
	}
	return files
}

// missing returns the name of a type that is not declared, if there is one.
func (s *source) missing() string {
	for _, r := range s.Records {
		if spec := s.spec(r.Type); spec == nil && !r.New {
			return r.Type
		}
	}
	return ""
}

// chooseTests adds the tests of the package to what is read, or takes those that
// are a package of their own instead.
func (s *source) chooseTests(l *listed) error {
	s.unit = withTests
	if err := s.parse(l.TestGoFiles); err != nil {
		return err
	}
	if s.missing() != "" {
		inside := s.files
		s.files, s.unit = nil, externalTest
		if err := s.parse(l.XTestGoFiles); err != nil {
			return err
		}
		if s.missing() != "" {
			s.files, s.unit = inside, library
			return nil
		}
		s.name += "_test"
	}
	if strings.HasSuffix(s.output, "_test.go") {
		return nil
	}
	if s.Output != "" {
		return fail(s.Where, "-o %s: %s is declared in a test, and the name of a test ends in _test.go", s.Output, s.Records[0].Type)
	}
	s.output = testName(s.output)
	return nil
}

// parse adds files of the package.
func (s *source) parse(names []string) error {
	for _, name := range names {
		text, err := s.readFile(name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(s.fset, filepath.Join(s.dir, name), text, parser.ParseComments|parser.SkipObjectResolution)
		var list scanner.ErrorList
		if errors.As(err, &list) {
			return fail(place(list[0].Pos), "%s", list[0].Msg)
		}
		if err != nil {
			return err
		}
		s.files = append(s.files, f)
	}
	return nil
}

// spec returns the declaration of a type, or nil.
func (s *source) spec(name string) *ast.TypeSpec {
	spec, _ := specIn(s.files, name)
	return spec
}

func specIn(files []*ast.File, name string) (*ast.TypeSpec, *ast.File) {
	for _, f := range files {
		for _, d := range f.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.TYPE {
				for _, spec := range d.Specs {
					if spec := spec.(*ast.TypeSpec); spec.Name.Name == name {
						return spec, f
					}
				}
			}
		}
	}
	return nil, nil
}

// ignored returns the name of a file that declares the type, and is not of this
// build.
func (s *source) ignored(l *listed, name string) string {
	for _, file := range l.IgnoredGoFiles {
		text, err := s.readFile(file)
		if err != nil {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		if spec, _ := specIn([]*ast.File{f}, name); spec != nil {
			return show(filepath.Join(s.dir, file))
		}
	}
	return ""
}

// command runs the go command in the directory of the package.
func (s *source) command(args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = s.dir
	run := (*exec.Cmd).Output
	if s.Go != nil {
		run = s.Go
	}
	out, err := run(cmd)
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return nil, fail(s.Where, "%s", strings.TrimSpace(string(exit.Stderr)))
	}
	if err != nil {
		return nil, fail(s.Where, "go %s: %v", args[0], err)
	}
	return out, nil
}

// list runs go list.
func (s *source) list(overlay string, args ...string) (all []*listed, err error) {
	const fields = "ImportPath,Name,Export,GoFiles,CgoFiles,CompiledGoFiles,TestGoFiles,XTestGoFiles,IgnoredGoFiles,Module,Error"
	out, err := s.command(slices.Concat([]string{"list", "-e", "-json=" + fields, "-overlay", overlay, "-tags", s.Tags}, args)...)
	if err != nil {
		return nil, err
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		l := new(listed)
		if err := d.Decode(l); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
}

// readExports asks for what the compiler knows of the imported packages.
func (s *source) readExports(overlay string) error {
	args := []string{"-export", "-deps", "--"}
	for _, f := range s.checked() {
		for _, spec := range f.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err == nil && path != "C" && path != "unsafe" && !slices.Contains(args, path) {
				args = append(args, path)
			}
		}
	}
	if slices.ContainsFunc(s.others, func(r *record) bool { return r.streams }) || s.Streams {
		args = append(args, "io") // for stubs
	}
	s.exports = map[string]*listed{}
	if len(args) == 3 {
		return nil
	}
	if s.unit == externalTest {
		args = []string{"-export", "-deps", "-test", "."}
	}
	all, err := s.list(overlay, args...)
	if err != nil {
		return err
	}
	for _, l := range all {
		// A package that was compiled for the test goes before the one that was not.
		path, variant, _ := strings.Cut(l.ImportPath, " ")
		if s.exports[path] == nil || variant != "" {
			s.exports[path] = l
		}
	}
	return nil
}
