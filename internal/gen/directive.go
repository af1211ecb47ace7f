package gen

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A directive is a go:generate line that runs gen.
type directive struct {
	config *Config
	base   string // the directory that it is in
	where  string // its file and line
}

// directives returns the runs for the package that go:generate lines in it have.
func (s *source) directives(hidden map[string]string) (all []directive, err error) {
	names, err := filepath.Glob(filepath.Join(s.dir, "*.go"))
	if err != nil || s.Parse == nil {
		return nil, err
	}
	for _, name := range names {
		if _, ok := hidden[name]; ok {
			continue
		}
		text, err := s.readFile(name)
		if err != nil {
			continue // no run is in it, and if it is part of the package, go list or the parser says more
		}
		all = append(all, s.directivesOf(s.dir, name, text)...)
	}
	return all, nil
}

// directivesOf returns the runs for the package in a directory that a file has lines for.
func (c *Config) directivesOf(dir, name string, text []byte) (all []directive) {
	n := 0
	aliases := map[string]string{} // which go generate keeps for a file
	for line := range strings.Lines(string(text)) {
		n++
		words, ok := strings.CutPrefix(line, "//go:generate ")
		if !ok {
			continue
		}
		words = strings.TrimSpace(words)
		first, rest, _ := strings.Cut(words, " ")
		if first == "-command" {
			name, command, _ := strings.Cut(strings.TrimSpace(rest), " ")
			aliases[name] = command
			continue
		}
		if command, ok := aliases[first]; ok {
			words = command + " " + rest
		}
		args, ok := runOf(words)
		if !ok {
			continue
		}
		base := filepath.Dir(name)
		if run, err := c.Parse(args); err == nil && within(base, run.Dir) == dir {
			all = append(all, directive{run, base, fmt.Sprintf("%s:%d", show(name), n)})
		}
	}
	return all
}

// within returns a path that is written in a directory.
func within(base, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(base, path)
}

// elsewhere returns the runs for the package that go:generate lines in other directories
// of its module have.
func elsewhere(c *Config) (all []directive) {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil
	}
	root := dir
	for !exists(filepath.Join(root, "go.mod")) {
		if root = filepath.Dir(root); root == filepath.Dir(root) {
			return nil
		}
	}
	left := 20_000 // files
	filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		base := d.Name()
		switch {
		case err != nil || left == 0:
			return fs.SkipAll
		case d.IsDir() && name != root && (strings.ContainsAny(base[:1], "._") || base == "testdata" || base == "vendor" || exists(filepath.Join(name, "go.mod"))):
			return fs.SkipDir
		case !d.Type().IsRegular() || filepath.Ext(base) != ".go" || filepath.Dir(name) == dir:
			return nil
		}
		left--
		if info, err := d.Info(); err == nil && info.Size() <= maxFile {
			if text, err := os.ReadFile(name); err == nil && bytes.Contains(text, []byte("//go:generate ")) {
				all = append(all, c.directivesOf(dir, name, text)...)
			}
		}
		return nil
	})
	return all
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// stale returns an error if the package has code of a former run that is in the way
// of this one: it is for a type that is gone, as after a change of its name, or for
// a type of this run, which had another -o. No go:generate line is for it any more;
// of those that one is for, the files have not been read.
func (s *source) stale() error {
	if s.Parse == nil {
		return nil
	}
	for _, f := range s.files {
		for _, group := range f.Comments {
			line, ok := strings.CutPrefix(group.List[0].Text, mark)
			line, complete := strings.CutSuffix(line, "; DO NOT EDIT.")
			if !ok || !complete || group.Pos() > f.Package {
				continue
			}
			args, _ := runOf("structpack gen" + line)
			former, err := s.Parse(args)
			if err != nil {
				continue
			}
			of := former.Records
			if len(of) == 0 {
				of = receivers(f)
			}
			for _, r := range of {
				if s.isOwn(r.Type) || !r.New && s.spec(r.Type) == nil {
					return fail(show(s.fset.PositionFor(f.Package, false).Filename), "it is from a former run of gen, for type %s: remove it and its test", r.Type)
				}
			}
		}
	}
	return nil
}

// receivers returns the types that a file has methods for.
func receivers(f *ast.File) (all []Record) {
	for _, d := range f.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && d.Recv != nil {
			t := d.Recv.List[0].Type
			if star, ok := t.(*ast.StarExpr); ok {
				t = star.X
			}
			if name, ok := t.(*ast.Ident); ok {
				all = append(all, Record{Type: name.Name})
			}
		}
	}
	return all
}

// isOwn reports whether this run is for a type.
func (s *source) isOwn(name string) bool {
	return slices.ContainsFunc(s.Records, func(own Record) bool { return own.Type == name })
}

// addOthers adds the types of other runs, and hides their files.
func (s *source) addOthers(lines []directive, hidden map[string]string) error {
	for _, d := range lines {
		c := d.config
		c.Output = within(d.base, cmp.Or(c.Output, filepath.Join(c.Dir, c.defaultOutput())))
		if filepath.Dir(c.Output) != s.dir {
			continue // it will be refused
		}
		if len(c.Records) == 0 {
			if len(s.Records) > 0 && c.Output == s.output {
				return fail(s.Where, "%s is also for other types, by the line at %s: name another file with -o", show(s.output), d.where)
			}
			if len(s.Records) > 0 {
				s.above = append(s.above, c)
			}
		} else {
			others, err := s.compileOthers(c, d.where)
			if err != nil {
				continue // it will say so itself
			}
			if len(others) > 0 && c.Output == s.output {
				return fail(s.Where, "%s is also for type %s, by the line at %s: name another file with -o", show(s.output), others[0].Type, d.where)
			}
			s.others = append(s.others, others...)
		}
		for _, name := range outputs(c.Output) {
			if data, err := s.readFile(name); err == nil && generated(data) {
				hidden[name] = ""
			}
		}
	}
	return nil
}

// compileOthers compiles the formats of another run, for types that are of no run yet.
func (s *source) compileOthers(c *Config, where string) (others []*record, err error) {
	for _, r := range c.Records {
		if s.isOwn(r.Type) || slices.ContainsFunc(s.others, func(other *record) bool { return other.Type == r.Type }) {
			continue
		}
		rec, err := c.compile(r, "")
		if err != nil {
			return nil, err
		}
		s.lines[r.Type] = where
		others = append(others, rec)
	}
	return others, nil
}

// runOf returns the arguments of gen in a go:generate line. It is not ok if that runs
// something else.
func runOf(line string) (args []string, ok bool) {
	var words []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimLeft(line, " \t") {
		end := strings.IndexAny(line, " \t")
		if end < 0 {
			end = len(line)
		}
		word := line[:end]
		if line[0] == '"' {
			prefix, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, false
			}
			word, _ = strconv.Unquote(prefix)
			end = len(prefix)
		}
		words = append(words, word)
		line = line[end:]
	}
	for i := 1; i < len(words); i++ {
		program, _, _ := strings.Cut(words[i-1], "@")
		if words[i] == "gen" && strings.TrimSuffix(filepath.Base(filepath.FromSlash(program)), ".exe") == "structpack" {
			return words[i+1:], true
		}
	}
	return nil, false
}
