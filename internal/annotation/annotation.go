// Package annotation reads the comments that give the types of a package their formats,
// for the generator and for structvet:
//
//	//structpack:"!"
//	type Header struct {
package annotation

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// An Annotation is a format above a type.
type Annotation struct {
	Type    *ast.TypeSpec
	Comment *ast.Comment
	Format  string
	Offset  int // of the format in the comment's text, where it is quoted
}

// An Error is a comment that gives no type a format.
type Error struct {
	Comment *ast.Comment
	Msg     string
}

func (e *Error) Error() string { return e.Msg }

// Has reports whether a file has comments that Read looks at.
func Has(f *ast.File) bool {
	for _, group := range f.Comments {
		for _, c := range group.List {
			if _, _, ok, err := formatIn(c); ok || err != nil {
				return true
			}
		}
	}
	return false
}

// Read returns the formats in a file that are right, and the first mistake in its
// comments, if any.
func Read(f *ast.File) (found []Annotation, mistake *Error) {
	wrong := func(err *Error) {
		if mistake == nil {
			mistake = err
		}
	}
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
				format, offset, ok, err := formatIn(c)
				if err != nil {
					wrong(err)
				}
				if !ok {
					continue
				}
				above[c] = true
				if n := len(found); n > 0 && found[n-1].Type == spec {
					wrong(&Error{c, fmt.Sprintf("type %s has two formats above it", spec.Name.Name)})
					continue
				}
				found = append(found, Annotation{spec, c, format, offset})
			}
		}
	}
	for _, group := range f.Comments {
		for _, c := range group.List {
			if _, _, ok, err := formatIn(c); err != nil {
				wrong(err)
			} else if ok && !above[c] {
				wrong(&Error{c, "no type is declared below this format"})
			}
		}
	}
	return found, mistake
}

// formatIn returns the format that a comment has for a type. gofmt makes a space before
// structpack if the line is in a doc comment: then what is not quoted is text.
func formatIn(c *ast.Comment) (format string, offset int, ok bool, err *Error) {
	text, exact := strings.CutPrefix(c.Text, "//structpack:")
	if !exact {
		if text, ok = strings.CutPrefix(c.Text, "// structpack:"); !ok {
			return "", 0, false, nil
		}
	}
	text = strings.TrimLeft(text, " \t")
	quoted, bad := strconv.QuotedPrefix(text)
	rest := strings.TrimSpace(text[len(quoted):])
	ok = bad == nil && (rest == "" || strings.HasPrefix(rest, "//")) // a comment on the format
	if !ok {
		if exact {
			err = &Error{c, "a format in quotes goes after structpack:"}
		}
		return "", 0, false, err
	}
	format, _ = strconv.Unquote(quoted)
	return format, len(c.Text) - len(text), true, nil
}
