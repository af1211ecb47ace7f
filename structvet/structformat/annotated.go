package structformat

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"strconv"
	"strings"

	"example.com/structpack"
	"example.com/structpack/internal/annotation"
	"example.com/structpack/internal/gotype"
	"example.com/structpack/internal/rules"
)

// checkAnnotations checks formats above types as structpack gen does, and that the code
// that it has generated is for them.
func (c *checker) checkAnnotations() {
	var made map[string]word
	for _, file := range c.pass.Files {
		all, err := annotation.Read(file)
		if err != nil {
			c.report(diagnose(err.Comment, badGenerated, err.Msg))
			continue
		}
		if made == nil && len(all) > 0 {
			made = c.generatedFormats()
		}
		for _, a := range all {
			c.checkAnnotation(a, made)
		}
	}
}

func (c *checker) checkAnnotation(a annotation.Annotation, made map[string]word) {
	// The run that the comment is for may name an ABI.
	quoted, _ := strconv.QuotedPrefix(a.Comment.Text[a.Offset:])
	lit := &ast.BasicLit{ValuePos: a.Comment.Pos() + token.Pos(a.Offset), Kind: token.STRING, Value: quoted}
	f := format{text: a.Format, parts: []part{{0, lit, 0}}, abis: everyABI()}
	structs, err := f.compile()
	if err != nil {
		d := diagnose(lit, badFormat, err.Error())
		if e, ok := err.(*structpack.Error); ok {
			d.Pos, d.End = c.placeOf(f, max(e.Pos, 0))
		}
		c.report(d)
		return
	}
	name, ok := c.info.Defs[a.Type.Name].(*types.TypeName)
	if !ok || a.Type.TypeParams != nil || !gotype.Bindable(name.Type()) {
		return
	}
	reader := gotype.Reader{Sizes: c.reader.Sizes, Own: c.pass.Pkg} // whose code it is to be
	shape := reader.Type(name.Type())
	var text string
	err = agreed(structs, func(s *structpack.Struct) error {
		derived, err := rules.Derive(s, shape)
		if err == nil {
			text = derived.(*structpack.Struct).Format()
			_, err = rules.Bind(derived, shape)
		}
		return err
	})
	if err != nil {
		d := diagnose(a.Type.Name, badCodec, err.Error())
		var e *structpack.Error
		errors.As(err, &e)
		lacking := e.Err == structpack.ErrCount && e.Index >= 0 // a field
		if field := reader.Field; field != nil && field.Pkg() == c.pass.Pkg && !lacking {
			d.Pos, d.End = field.Pos(), field.Pos()+token.Pos(len(field.Name()))
		}
		d.Related = c.whence(f, e.Pos, a.Type)
		c.report(d)
		return
	}
	if other, ok := made[a.Type.Name.Name]; ok && other.text != text {
		file := filepath.Base(c.pass.Fset.PositionFor(other.pos, false).Filename)
		c.report(diagnose(lit, badGenerated, fmt.Sprintf("type %s has the format %s here and %s in %s: run go generate", a.Type.Name.Name, quote(text), quote(other.text), file)))
	}
}

// derivedFor returns the format that gen makes of a type after a prefix, "" if there is
// none, or not the same for all ABIs.
func (c *checker) derivedFor(t *types.TypeName, prefix string) (text string) {
	if !gotype.Bindable(t.Type()) {
		return ""
	}
	shape := (&gotype.Reader{Sizes: c.reader.Sizes, Own: c.pass.Pkg}).Type(t.Type())
	f := format{text: prefix, abis: everyABI()}
	structs, _ := f.compile()
	for i, s := range structs {
		derived, err := rules.Derive(s, shape)
		if err != nil {
			return ""
		}
		if other := derived.(*structpack.Struct).Format(); i > 0 && other != text {
			return ""
		} else {
			text = other
		}
	}
	return text
}

// generatedFormats returns the formats that generated code is for, by type. The constant
// of a type's size says them.
func (c *checker) generatedFormats() map[string]word {
	const before, after = "is the size of a packed ", " in bytes, that of the format "
	made := map[string]word{}
	for _, file := range c.pass.Files {
		if !ast.IsGenerated(file) {
			continue
		}
		for _, d := range file.Decls {
			d, ok := d.(*ast.GenDecl)
			if !ok || d.Tok != token.CONST || d.Doc == nil {
				continue
			}
			_, doc, _ := strings.Cut(strings.Join(strings.Fields(d.Doc.Text()), " "), before)
			name, format, ok := strings.Cut(doc, after)
			if quoted, err := strconv.QuotedPrefix(format); ok && err == nil {
				text, _ := strconv.Unquote(quoted)
				made[name] = word{text, file.Pos()}
			}
		}
	}
	return made
}
