package structformat

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/tools/go/analysis"
)

// placeOf returns where the byte at an offset of a format is written, nowhere if
// that is in another package.
func (c *checker) placeOf(f format, offset int) (pos, end token.Pos) {
	for i, p := range slices.Backward(f.parts) {
		if p.start <= offset || i == 0 {
			return c.place(p.expr, max(offset-p.start+p.offset, 0))
		}
	}
	return token.NoPos, token.NoPos
}

// place returns where the byte at an offset of a constant string is written. If
// that cannot be told it is the whole expression.
func (c *checker) place(e ast.Expr, offset int) (pos, end token.Pos) {
	if pos, end, ok := c.byteOf(e, offset, deepest); ok {
		return pos, end
	}
	return e.Pos(), e.End()
}

func (c *checker) byteOf(e ast.Expr, offset, depth int) (pos, end token.Pos, ok bool) {
	if depth == 0 || offset < 0 {
		return 0, 0, false
	}
	var next ast.Expr
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit:
		return byteOfLiteral(e, offset)
	case *ast.BinaryExpr: // a long sum is deep on its left side
		for {
			v := c.info.Types[e.X].Value
			if v == nil || v.Kind() != constant.String {
				return 0, 0, false
			}
			if n := len(constant.StringVal(v)); offset >= n {
				next, offset = e.Y, offset-n
				break
			}
			left, ok := ast.Unparen(e.X).(*ast.BinaryExpr)
			if !ok {
				next = e.X
				break
			}
			e = left
		}
	case *ast.Ident:
		next = c.constOf(e)
	case *ast.SelectorExpr:
		next = c.constOf(e.Sel)
	case *ast.CallExpr: // a conversion
		if len(e.Args) == 1 && c.info.Types[e.Fun].IsType() {
			if v := c.info.Types[e.Args[0]].Value; v != nil && v.Kind() == constant.String {
				next = e.Args[0]
			}
		}
	}
	if next == nil {
		return 0, 0, false
	}
	return c.byteOf(next, offset, depth-1)
}

// constOf returns the value that the package declares a constant with, or nil.
func (c *checker) constOf(id *ast.Ident) ast.Expr {
	k, ok := c.info.ObjectOf(id).(*types.Const)
	if !ok {
		return nil
	}
	return c.consts[k]
}

// byteOfLiteral returns where a byte of a string literal is written. Of a
// character of several bytes, and of an escape, it is all of it.
func byteOfLiteral(lit *ast.BasicLit, offset int) (pos, end token.Pos, ok bool) {
	if lit.Kind != token.STRING || len(lit.Value) < 2 {
		return 0, 0, false
	}
	quote, rest := lit.Value[0], lit.Value[1:len(lit.Value)-1]
	pos = lit.ValuePos + 1
	if quote == '`' {
		// Carriage returns are not part of the value, nor of lit.Value.
		if offset >= len(rest) || int(lit.End()-lit.Pos()) != len(lit.Value) {
			return 0, 0, false
		}
		_, size := utf8.DecodeRuneInString(rest[offset:])
		pos += token.Pos(offset)
		return pos, pos + token.Pos(size), true
	}
	for rest != "" {
		r, multibyte, tail, err := strconv.UnquoteChar(rest, quote)
		if err != nil {
			return 0, 0, false
		}
		written, size := token.Pos(len(rest)-len(tail)), 1
		if multibyte {
			size = utf8.RuneLen(r)
		}
		if offset < size {
			return pos, pos + written, true
		}
		pos, offset, rest = pos+written, offset-size, tail
	}
	return 0, 0, false
}

// whence points at the item of a format that a diagnostic elsewhere is about.
func (c *checker) whence(f format, offset int, at ast.Node) []analysis.RelatedInformation {
	if len(f.parts) == 0 {
		return nil
	}
	pos, end := c.placeOf(f, max(offset, 0))
	if lineOf(c.pass.Fset, pos) == lineOf(c.pass.Fset, at.Pos()) {
		return nil
	}
	return []analysis.RelatedInformation{{Pos: pos, End: end, Message: "the format is here"}}
}

// typeName names a type as package reflect does: with the names of packages, not
// their paths.
func typeName(t types.Type) string {
	s := types.TypeString(t, func(p *types.Package) string { return p.Name() })
	return strings.TrimPrefix(s, "untyped ")
}
