package structformat

import (
	"cmp"
	"fmt"
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
	c.compareElements(n, value, c.elementsOf(value), other, always)
}

// compareElements is compare for values that value may be, or is to have as elements.
func (c *checker) compareElements(n ast.Node, value ast.Expr, all []element, other ast.Expr, always string) {
	tv := c.info.Types[other]
	if tv.Type == nil || tv.IsNil() || types.IsInterface(tv.Type) || open(tv.Type, deepest) {
		return
	}
	t := types.Default(tv.Type)
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

// equalities are functions that compare two of their arguments as == does, or as
// reflect.DeepEqual does, and where these are.
var equalities = map[string]struct{ x, y int }{
	"reflect.DeepEqual":                            {0, 1},
	"github.com/google/go-cmp/cmp.Equal":           {0, 1},
	"github.com/google/go-cmp/cmp.Diff":            {0, 1},
	"github.com/stretchr/testify/assert.Equal":     {1, 2},
	"github.com/stretchr/testify/require.Equal":    {1, 2},
	"github.com/stretchr/testify/assert.NotEqual":  {1, 2},
	"github.com/stretchr/testify/require.NotEqual": {1, 2},
}

// checkEqual is checkCompare for functions that compare.
func (c *checker) checkEqual(call *ast.CallExpr) {
	fn, ok := c.callee(call).(*types.Func)
	if !ok || fn.Pkg() == nil || call.Ellipsis.IsValid() {
		return
	}
	switch fn.Pkg().Path() {
	case "slices":
		if (fn.Name() == "Contains" || fn.Name() == "Index") && len(call.Args) == 2 && isAnyTyped(c.info.TypeOf(call.Args[1])) {
			for _, e := range c.literal(call.Args[0]) {
				c.compare(call, call.Args[1], e, "it is never found")
			}
		}
		return
	case "reflect", "github.com/google/go-cmp/cmp", "github.com/stretchr/testify/assert", "github.com/stretchr/testify/require":
	default:
		return
	}
	at, ok := equalities[fn.FullName()]
	if !ok || len(call.Args) <= at.y {
		return
	}
	c.deepEqual(call, call.Args[at.x], call.Args[at.y])
	c.deepEqual(call, call.Args[at.y], call.Args[at.x])
}

// deepEqual compares an unpacked value, or the slice of all, with something.
func (c *checker) deepEqual(call *ast.CallExpr, x, y ast.Expr) {
	const never = "they are never equal"
	t := c.info.TypeOf(x)
	switch {
	case t == nil:
	case isAny(t):
		c.compare(call, x, y, never)
	case isAnySlice(t):
		list := c.literal(y)
		if list == nil {
			return
		}
		results := c.resultsOf(x)
		for i, e := range list {
			c.compareElements(call, nil, elementsAt(results, i), e, never)
		}
		for _, r := range results {
			if len(list) == r.s.NumValues() || r.format.open > 0 {
				return
			}
		}
		if len(results) > 0 {
			r := results[0]
			d := diagnose(y, badCompare, fmt.Sprintf("%s %s: there are %d values, never %d: %s", r.op, quote(r.format.text), r.s.NumValues(), len(list), never))
			d.Related = c.whence(r.format, 0, call)
			c.report(d)
		}
	}
}

// literal returns the elements of a literal of the type []any, nil if e is not known to be
// one.
func (c *checker) literal(e ast.Expr) []ast.Expr {
	if t := c.info.TypeOf(e); t == nil || !isAnySlice(t) {
		return nil
	}
	if v := c.slotOf(e); v != nil && (c.visible(v) || c.vars[v] != nil && c.vars[v].elements) {
		return nil
	}
	from := c.sources(e)
	if len(from) != 1 || from[0].result != 0 || from[0].ranged {
		return nil
	}
	lit, ok := ast.Unparen(from[0].value).(*ast.CompositeLit)
	if !ok {
		return nil
	}
	for _, e := range lit.Elts {
		if _, keyed := e.(*ast.KeyValueExpr); keyed {
			return nil
		}
	}
	return lit.Elts
}

// checkKey reports that a map has no key of the type of an unpacked value.
func (c *checker) checkKey(n *ast.IndexExpr) {
	t := c.info.TypeOf(n.X)
	if t == nil {
		return
	}
	m, ok := t.Underlying().(*types.Map)
	if !ok || !isAny(m.Key()) {
		return
	}
	if v := c.slotOf(n.X); v != nil && (c.visible(v) || c.vars[v] != nil && c.vars[v].elements) {
		return
	}
	from := c.sources(n.X)
	if len(from) != 1 || from[0].result != 0 || from[0].ranged {
		return
	}
	lit, ok := ast.Unparen(from[0].value).(*ast.CompositeLit)
	if !ok || len(lit.Elts) == 0 {
		return
	}
	all := c.elementsOf(n.Index)
	var first string
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return
		}
		tv := c.info.Types[kv.Key]
		if tv.Type == nil || tv.IsNil() || types.IsInterface(tv.Type) || open(tv.Type, deepest) {
			return
		}
		message, never := c.never(all, types.Default(tv.Type))
		if !never {
			return
		}
		first = cmp.Or(first, message)
	}
	d := diagnose(n.Index, badCompare, first+": no key is ever found")
	d.Related = c.whence(all[0].format, c.pos(all[0]), n)
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
