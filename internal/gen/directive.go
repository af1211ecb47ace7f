package gen

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// readDirectives reads the other runs for the package that are in go:generate
// lines, and hides their files: the types that they are for get stubs too.
func (s *source) readDirectives(hidden map[string]string) error {
	names, err := filepath.Glob(filepath.Join(s.dir, "*.go"))
	if err != nil || s.Parse == nil {
		return err
	}
	for _, name := range names {
		if _, ok := hidden[name]; ok {
			continue
		}
		text, err := s.readFile(name)
		if err != nil {
			continue // no run is in it, and if it is part of the package, go list or the parser says more
		}
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
			if c, err := s.Parse(runOf(words)); err == nil && (c.Dir == "" || c.Dir == ".") {
				if err := s.addOthers(c, hidden, fmt.Sprintf("%s:%d", show(name), n)); err != nil {
					return err
				}
			}
		}
	}
	return nil
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
			former, err := s.Parse(runOf("structpack gen" + line))
			if err != nil {
				continue
			}
			for _, r := range former.Records {
				again := slices.ContainsFunc(s.Records, func(own Record) bool { return own.Type == r.Type })
				if again || !r.New && s.spec(r.Type) == nil {
					return fail(show(s.fset.PositionFor(f.Package, false).Filename), "it is from a former run of gen, for type %s: remove it and its test", r.Type)
				}
			}
		}
	}
	return nil
}

// addOthers adds the types of another run, which is at where.
func (s *source) addOthers(c *Config, hidden map[string]string, where string) error {
	var others []*record
	for _, r := range c.Records {
		if slices.ContainsFunc(s.Records, func(own Record) bool { return own.Type == r.Type }) {
			continue
		}
		rec, err := compile(r, c.ABI, "")
		if err != nil {
			return nil // it will say so itself
		}
		others = append(others, rec)
	}
	for _, r := range others {
		if !slices.ContainsFunc(s.others, func(other *record) bool { return other.Type == r.Type }) {
			s.others = append(s.others, r)
		}
	}
	if c.Output == "" {
		c.Output = Default(c.Records[0].Type)
	}
	if !filepath.IsAbs(c.Output) {
		c.Output = filepath.Join(s.dir, c.Output)
	}
	if filepath.Dir(c.Output) != s.dir {
		return nil // it will be refused
	}
	if len(others) > 0 && c.Output == s.output {
		return fail(s.Where, "%s is also for type %s, by the line at %s: name another file with -o", show(s.output), others[0].Type, where)
	}
	for _, name := range outputs(c.Output) {
		if data, err := s.readFile(name); err == nil && generated(data) {
			hidden[name] = ""
		}
	}
	return nil
}

// runOf returns the arguments of gen in a go:generate line, and nothing if it
// runs something else.
func runOf(line string) (args []string) {
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
				return nil
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
			return words[i+1:]
		}
	}
	return nil
}
