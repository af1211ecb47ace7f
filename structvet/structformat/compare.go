package structformat

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"example.com/structpack"
	"golang.org/x/tools/go/analysis"
)

// checkCompare reports a comparison of an unpacked value with one of another
// type: an interface equals only what has the type of its value.
func (c *checker) checkCompare(n *ast.BinaryExpr) {
	if n.Op != token.EQL && n.Op != token.NEQ {
		return
	}
	always := "false"
	if n.Op == token.NEQ {
		always = "true"
	}
	if isAnyTyped(c.info.TypeOf(n.X)) {
		c.compare(n, n.X, n.Y, "the comparison is always "+always)
	} else if isAnyTyped(c.info.TypeOf(n.Y)) {
		c.compare(n, n.Y, n.X, "the comparison is always "+always)
	}
}

func isAnyTyped(t types.Type) bool { return t != nil && isAny(t) }

// checkCases is checkCompare for the cases of a switch.
func (c *checker) checkCases(n *ast.SwitchStmt) {
	if n.Tag == nil || !isAnyTyped(c.info.TypeOf(n.Tag)) {
		return
	}
	for _, clause := range n.Body.List {
		clause, ok := clause.(*ast.CaseClause)
		if !ok {
			continue
		}
		for _, e := range clause.List {
			c.compare(n, n.Tag, e, "the case is never taken")
		}
	}
}

// compare reports that the value is never of the type of other.
func (c *checker) compare(n ast.Node, value, other ast.Expr, always string) {
	tv := c.info.Types[other]
	if tv.Type == nil || tv.IsNil() || types.IsInterface(tv.Type) || open(tv.Type, deepest) {
		return
	}
	t := types.Default(tv.Type)
	all := c.elementsOf(value)
	message, never := c.never(all, t)
	if !never {
		return
	}
	el := all[0]
	d := diagnose(other, badCompare, message+": "+always)
	d.Related = c.whence(el.format, c.pos(el), n)
	if len(all) == 1 {
		d.SuggestedFixes = c.comparable(el, n, value, other, tv, t)
	}
	c.report(d)
}

// comparable returns the fix for a comparison: a constant with the type of the
// value, or the value with the type of what it is compared with, if that has all of
// its values.
func (c *checker) comparable(el element, n ast.Node, value, other ast.Expr, tv types.TypeAndValue, t types.Type) []analysis.SuggestedFix {
	field, ok := c.fieldOf(el.s, el.index)
	if !ok {
		return nil
	}
	has := goType(field)
	name := typeName(has)
	if field.Code == "c" {
		name = "byte"
	}
	if b, ok := has.(*types.Basic); ok && tv.Value != nil && c.representable(tv.Value, b) {
		return []analysis.SuggestedFix{{
			Message: "Compare with a value of type " + name,
			TextEdits: []analysis.TextEdit{
				{Pos: other.Pos(), NewText: []byte(name + "(")},
				{Pos: other.End(), NewText: []byte(")")},
			},
		}}
	}
	if _, binary := n.(*ast.BinaryExpr); !binary || tv.Value != nil && tv.Value.Kind() != constant.String || !c.holdsAll(t, has) {
		return nil
	}
	var to string
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		to = t.Name()
	case *types.Named:
		if t.Obj().Pkg() != c.pass.Pkg || t.Obj().Parent() != c.pass.Pkg.Scope() || t.TypeArgs() != nil {
			return nil // it may have no name here
		}
		to = t.Obj().Name()
	default:
		return nil
	}
	return []analysis.SuggestedFix{{
		Message: "Convert the value to " + to,
		TextEdits: []analysis.TextEdit{
			{Pos: value.Pos(), NewText: []byte(to + "(")},
			{Pos: value.End(), NewText: []byte(".(" + name + "))")},
		},
	}}
}

// representable reports whether a type of numbers has a constant, which may be rounded
// if the type is one of floats.
func (c *checker) representable(v constant.Value, b *types.Basic) bool {
	switch {
	case b.Info()&types.IsFloat != 0:
		return v.Kind() == constant.Int || v.Kind() == constant.Float
	case b.Info()&types.IsInteger == 0 || v.Kind() != constant.Int:
		return false
	}
	bits := uint(8 * c.reader.Sizes.Sizeof(b))
	one := constant.MakeInt64(1)
	low, high := constant.MakeInt64(0), constant.Shift(one, token.SHL, bits)
	if b.Info()&types.IsUnsigned == 0 {
		high = constant.Shift(one, token.SHL, bits-1)
		low = constant.UnaryOp(token.SUB, high, 0)
	}
	return constant.Compare(low, token.LEQ, v) && constant.Compare(v, token.LSS, high)
}

// checkOne checks the type that a function asserts an unpacked value to be.
func (c *checker) checkOne(call *ast.CallExpr, fn function, f format, s *structpack.Struct) {
	t := c.typeArgumentAt(call, fn.OneType)
	if t == nil || open(t, deepest) {
		return
	}
	el := element{result{fn.Op, f, s}, fn.One - 1}
	if fn.One-1 >= c.known(f, s) {
		return
	}
	if message, never := c.neverOne(el, t); never {
		at := call.Fun
		if i, ok := ast.Unparen(call.Fun).(*ast.IndexExpr); ok {
			at = i.Index
		}
		d := diagnose(at, badAssert, message)
		d.Related = c.whence(f, c.pos(el), call)
		c.report(d)
	}
}
