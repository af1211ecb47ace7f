package gen

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// addAbove adds the types of the package that have their format above them, as in
//
//	//structpack:"!"
//	type Header struct {
//
// to this run if it is for those, and to other runs. gofmt makes a space before
// structpack if the line is in a doc comment.
func (s *source) addAbove(own bool) error {
	if !own && len(s.above) == 0 {
		return nil
	}
	found, err := s.formatsAbove()
	if err != nil {
		if own {
			return err
		}
		return nil // the run for them will say so
	}
	if !own {
		for _, c := range s.above {
			c.Records = found
			others, err := s.compileOthers(c, "")
			if err != nil {
				continue
			}
			s.others = append(s.others, others...)
		}
		return nil
	}
	if len(found) == 0 {
		return fail(s.Where, `no type of package %s has a line //structpack:"FORMAT" above it, and there is no -type`, s.path)
	}
	for _, r := range found {
		if where := s.lines[r.Type]; where != "" {
			return fail(r.pos, "type %s has another format at %s", r.Type, where)
		}
	}
	s.Records = found
	return nil
}

// formatsAbove returns the types that have their format above them.
func (s *source) formatsAbove() (found []Record, err error) {
	for _, f := range s.files {
		above := map[*ast.Comment]bool{}
		for _, d := range f.Decls {
			d, ok := d.(*ast.GenDecl)
			if !ok || d.Tok != token.TYPE {
				continue
			}
			for _, spec := range d.Specs {
				spec := spec.(*ast.TypeSpec)
				doc := spec.Doc
				if doc == nil && !d.Lparen.IsValid() {
					doc = d.Doc
				}
				if doc == nil {
					continue
				}
				for _, c := range doc.List {
					format, ok, err := s.formatIn(c)
					if err != nil {
						return nil, err
					}
					if !ok {
						continue
					}
					if slices.ContainsFunc(found, func(r Record) bool { return r.Type == spec.Name.Name }) {
						return nil, fail(s.at(c), "type %s has two formats above it", spec.Name.Name)
					}
					above[c] = true
					found = append(found, Record{Type: spec.Name.Name, Format: format, pos: s.at(c)})
				}
			}
		}
		for _, group := range f.Comments {
			for _, c := range group.List {
				if _, ok, err := s.formatIn(c); err != nil {
					return nil, err
				} else if ok && !above[c] {
					return nil, fail(s.at(c), "no type is declared below this format")
				}
			}
		}
	}
	return found, nil
}

// formatIn returns the format that a comment has for a type.
func (s *source) formatIn(c *ast.Comment) (format string, ok bool, err error) {
	text, exact := strings.CutPrefix(c.Text, "//structpack:")
	if !exact {
		if text, ok = strings.CutPrefix(c.Text, "// structpack:"); !ok {
			return "", false, nil
		}
	}
	format, bad := strconv.Unquote(strings.TrimSpace(text))
	if bad != nil && exact {
		return "", false, fail(s.at(c), "a format in quotes goes after structpack:")
	}
	return format, bad == nil, nil
}

// sameConstraint returns an error if types that have their format above them are for
// other builds than others: all their code is in one file.
func (s *source) sameConstraint(records []*record) error {
	for _, r := range records {
		if r.pos != "" && s.constraint([]*record{r}) != s.constraint(records[:1]) {
			return fail(r.pos, "type %s is for other builds than %s, and their code is in one file: a go:generate line of its own is for it, with -type", r.Type, records[0].Type)
		}
	}
	return nil
}
