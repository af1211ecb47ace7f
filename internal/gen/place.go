package gen

import (
	"go/ast"
	"go/build"
	"go/build/constraint"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// show names a file as its user would: from the directory that the command runs
// in, if it is below that.
func show(file string) string {
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, file); err == nil && filepath.IsLocal(rel) {
			return rel
		}
	}
	return file
}

// place writes a position.
func place(pos token.Position) string {
	if pos.Filename != "" {
		pos.Filename = show(pos.Filename)
	}
	return pos.String()
}

// position returns where something is in the files of the package, whatever they say
// about it. Files that cgo made say of what.
func (s *source) position(pos token.Pos) token.Position {
	p := s.fset.PositionFor(pos, false)
	if filepath.Dir(p.Filename) != s.dir && !strings.HasPrefix(p.Filename, stubName) {
		return s.fset.PositionFor(pos, true)
	}
	return p
}

func (s *source) at(n ast.Node) string { return place(s.fset.PositionFor(n.Pos(), false)) }

// declared returns where a type is declared; without a declaration it is where
// the run comes from.
func (s *source) declared(name string) string {
	if spec := s.spec(name); spec != nil {
		return s.at(spec)
	}
	return s.Where
}

// nameTags returns the build tags in the name of a file: its operating system
// and its processor. Package build knows which words are such.
func nameTags(file string) []string {
	stem := strings.TrimSuffix(strings.TrimSuffix(file, ".go"), "_test")
	words := strings.Split(stem, "_")
	match := func(name, goos, goarch string) bool {
		c := build.Context{GOOS: goos, GOARCH: goarch, Compiler: "gc", OpenFile: func(string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("package p\n")), nil
		}}
		ok, err := c.MatchFile("", name)
		return ok && err == nil
	}
	n := len(words)
	if n < 2 || match("x_"+words[n-1]+".go", "-", "-") {
		return nil
	}
	if n > 2 && !match("x_"+words[n-2]+"_"+words[n-1]+".go", "-", words[n-1]) {
		return words[n-2:]
	}
	return words[n-1:]
}

// sameBuilds returns an error if the name of the file to write keeps the code out of
// builds that a type is in.
func (s *source) sameBuilds() error {
	for _, tag := range nameTags(filepath.Base(s.output)) {
		for _, r := range s.Records {
			_, f := specIn(s.files, r.Type)
			if f == nil {
				continue // it is to be declared there
			}
			name := s.fset.PositionFor(f.Package, false).Filename
			if !slices.Contains(nameTags(filepath.Base(name)), tag) {
				return fail(s.Where, "-o %s: the code would be for builds with %s only, and %s, which declares %s, is not", s.Output, tag, show(name), r.Type)
			}
		}
	}
	return nil
}

// constraint returns what the build must be like for the files that declare the
// records: the code for them is for the same builds.
func (s *source) constraint(records []*record) string {
	var all constraint.Expr
	seen := map[string]bool{}
	and := func(x constraint.Expr) {
		if seen[x.String()] {
			return
		}
		seen[x.String()] = true
		if all == nil {
			all = x
		} else {
			all = &constraint.AndExpr{X: all, Y: x}
		}
	}
	for _, r := range records {
		_, f := specIn(s.files, r.Type)
		if f == nil {
			continue
		}
		for _, group := range f.Comments {
			for _, c := range group.List {
				if x, err := constraint.Parse(c.Text); err == nil && constraint.IsGoBuild(c.Text) && c.Pos() < f.Package {
					and(x)
				}
			}
		}
		for _, tag := range nameTags(filepath.Base(s.fset.PositionFor(f.Package, false).Filename)) {
			and(&constraint.TagExpr{Tag: tag})
		}
		for _, spec := range f.Imports {
			if spec.Path.Value == `"C"` {
				and(&constraint.TagExpr{Tag: "cgo"})
			}
		}
	}
	if all == nil {
		return ""
	}
	return all.String()
}
