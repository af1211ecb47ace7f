package structformat

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"reflect"
	"strings"

	"example.com/structpack"
	"example.com/structpack/internal/gotype"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// unpacks are the functions that return a slice of values, and what errors call
// them.
var unpacks = map[string]string{
	"Unpack":              "unpack",
	"UnpackFrom":          "unpack_from",
	"Struct.Unpack":       "unpack",
	"Struct.UnpackFrom":   "unpack_from",
	"Struct.AppendUnpack": "unpack",
}

// A result is a slice of unpacked values.
type result struct {
	op     string
	format format
	s      *structpack.Struct
}

// An element is one of the values of a result, or any one of them.
type element struct {
	result
	index int // -1 for any
}

// resultOf finds out which format a slice of values was unpacked by.
func (c *checker) resultOf(e ast.Expr) (result, bool) {
	v := c.varOf(e)
	x := c.once(e)
	if x == nil || x.result != 0 || !isAnySlice(v.Type()) || !c.kept(v) {
		return result{}, false
	}
	call, ok := ast.Unparen(x.value).(*ast.CallExpr)
	if x.ranged {
		// The values of an iterator over structures.
		y := c.once(x.value)
		if y == nil || y.result != 0 || y.ranged {
			return result{}, false
		}
		call, ok = ast.Unparen(y.value).(*ast.CallExpr)
	}
	if !ok || len(call.Args) == 0 {
		return result{}, false
	}
	name := c.apiName(call)
	op, known := unpacks[name]
	if x.ranged {
		op, known = "iter_unpack", name == "IterUnpack" || name == "Struct.IterUnpack"
	}
	if !known || name == "Struct.AppendUnpack" && !c.empty(call.Args[0]) {
		return result{}, false
	}
	var f format
	if strings.HasPrefix(name, "Struct.") {
		f, ok = c.held(receiverOf(call))
	} else {
		f, ok = c.text(call.Args[0])
	}
	if !ok || f.param != nil {
		return result{}, false
	}
	structs, err := f.compile()
	if err != nil {
		return result{}, false
	}
	return result{op, f, structs[0]}, true
}

// empty reports whether a slice has no elements.
func (c *checker) empty(e ast.Expr) bool {
	if c.info.Types[e].IsNil() {
		return true
	}
	s, ok := ast.Unparen(e).(*ast.SliceExpr)
	if !ok || s.High == nil {
		return false
	}
	v := c.info.Types[s.High].Value
	return v != nil && constant.Sign(constant.ToInt(v)) == 0
}

// elementOf finds out which unpacked value an expression is.
func (c *checker) elementOf(e ast.Expr) (element, bool) {
	for range deepest {
		if i, ok := ast.Unparen(e).(*ast.IndexExpr); ok {
			r, ok := c.resultOf(i.X)
			if !ok {
				return element{}, false
			}
			return element{r, c.index(i.Index)}, true
		}
		x := c.once(e)
		if x == nil {
			return element{}, false
		}
		if x.ranged {
			r, ok := c.resultOf(x.value)
			return element{r, -1}, ok && x.result == 1
		}
		if x.result != 0 {
			return element{}, false
		}
		e = x.value
	}
	return element{}, false
}

// index returns the value of a constant index, or -1.
func (c *checker) index(e ast.Expr) int {
	v := c.info.Types[e].Value
	if v == nil {
		return -1
	}
	n, exact := constant.Int64Val(constant.ToInt(v))
	if !exact || n < 0 || int64(int(n)) != n {
		return -1
	}
	return int(n)
}

// checkIndex reports an index that a result has no value for.
func (c *checker) checkIndex(n *ast.IndexExpr) {
	if v := c.varOf(n.X); v == nil || !isAnySlice(v.Type()) {
		return
	}
	r, ok := c.resultOf(n.X)
	if i := c.index(n.Index); ok && i >= r.s.NumValues() {
		d := diagnose(n.Index, badCount, fmt.Sprintf("%s %s: there is no value %d; the format has %d", r.op, quote(r.format.text), i, r.s.NumValues()))
		d.Related = c.whence(r.format, 0, n)
		c.report(d)
	}
}

// checkAssert reports a type assertion that no value of its format meets.
func (c *checker) checkAssert(cur inspector.Cursor, n *ast.TypeAssertExpr) {
	if n.Type == nil {
		return // of a type switch
	}
	want := c.info.TypeOf(n.Type)
	el, ok := c.elementOf(n.X)
	if !ok || open(want, deepest) {
		return
	}
	message, never := el.never(want)
	if !never {
		return
	}
	d := diagnose(n.Type, badAssert, message)
	d.Related = c.whence(el.format, el.pos(), n)
	d.SuggestedFixes = c.convert(cur, n, el, want)
	c.report(d)
}

// checkSwitch reports the cases of a type switch that no value of its format meets.
func (c *checker) checkSwitch(n *ast.TypeSwitchStmt) {
	var guard ast.Expr
	switch s := n.Assign.(type) {
	case *ast.ExprStmt:
		guard = s.X
	case *ast.AssignStmt:
		if len(s.Rhs) == 1 {
			guard = s.Rhs[0]
		}
	}
	assert, ok := ast.Unparen(guard).(*ast.TypeAssertExpr)
	if !ok {
		return
	}
	el, ok := c.elementOf(assert.X)
	if !ok || el.index < 0 {
		return // code for values of any kind may well have cases for others
	}
	for _, clause := range n.Body.List {
		clause, ok := clause.(*ast.CaseClause)
		if !ok {
			continue
		}
		for _, e := range clause.List {
			if tv := c.info.Types[e]; !tv.IsType() || open(tv.Type, deepest) {
				continue
			}
			if message, never := el.never(c.info.TypeOf(e)); never {
				d := diagnose(e, badAssert, message)
				d.Related = c.whence(el.format, el.pos(), e)
				c.report(d)
			}
		}
	}
}

// pos returns where the code of an element is in the format.
func (el element) pos() int {
	if f, ok := fieldOf(el.s, el.index); ok {
		return f.Pos
	}
	return 0
}

// never reports whether an element is never of type t, and says so.
func (el element) never(t types.Type) (message string, never bool) {
	if f, ok := fieldOf(el.s, el.index); ok {
		has := goType(f)
		if asserts(has, t) {
			return "", false
		}
		return fmt.Sprintf("%s %s: value %d ('%s' at byte %d) has type %s, never %s", el.op, quote(el.format.text), el.index, f.Code, f.Pos,
			typeName(has), typeName(t)), true
	}
	if el.index >= 0 {
		return "", false // checkIndex reports it
	}
	for _, f := range el.s.Fields() {
		if f.Values > 0 && asserts(goType(f), t) {
			return "", false
		}
	}
	return fmt.Sprintf("%s %s: no value has type %s", el.op, quote(el.format.text), typeName(t)), el.s.NumValues() > 0
}

// asserts reports whether a value of the type from can be asserted to be of type to.
func asserts(from, to types.Type) bool {
	if i, ok := to.Underlying().(*types.Interface); ok {
		return types.Implements(from, i)
	}
	return types.Identical(from, to)
}

// goType returns the type of the values of a field, as go/types knows it.
func goType(f structpack.Field) types.Type {
	if f.Type.Kind() == reflect.Slice {
		return types.NewSlice(types.Universe.Lookup("byte").Type())
	}
	for _, basic := range types.Typ {
		if gotype.Kind(basic) == f.Type.Kind() {
			return basic
		}
	}
	return types.Typ[types.Invalid]
}

// convert returns the fix for an assertion to a type that has all values of the
// right one: to assert that, and to convert. The expression keeps its type, so
// that what is around it compiles as before.
func (c *checker) convert(cur inspector.Cursor, n *ast.TypeAssertExpr, el element, want types.Type) []analysis.SuggestedFix {
	f, ok := fieldOf(el.s, el.index)
	if !ok || c.commaOk(cur) {
		return nil
	}
	has := goType(f)
	if !c.holdsAll(want, has) {
		return nil
	}
	name, to := typeName(has), types.ExprString(n.Type)
	return []analysis.SuggestedFix{{
		Message: "Assert " + name + " and convert it to " + to,
		TextEdits: []analysis.TextEdit{
			{Pos: n.Pos(), NewText: []byte(to + "(")},
			{Pos: n.Type.Pos(), End: n.Type.End(), NewText: []byte(name)},
			{Pos: n.End(), NewText: []byte(")")},
		},
	}}
}

// commaOk reports whether an assertion has two results.
func (c *checker) commaOk(cur inspector.Cursor) bool {
	for {
		k, _ := cur.ParentEdge()
		parent := cur.Parent()
		switch k {
		case edge.ParenExpr_X:
			cur = parent
			continue
		case edge.AssignStmt_Rhs:
			s := parent.Node().(*ast.AssignStmt)
			return len(s.Lhs) != len(s.Rhs)
		case edge.ValueSpec_Values:
			s := parent.Node().(*ast.ValueSpec)
			return len(s.Names) != len(s.Values)
		}
		return false
	}
}

// holdsAll reports whether a conversion from one type to another changes no value.
func (c *checker) holdsAll(to, from types.Type) bool {
	if !types.ConvertibleTo(from, to) {
		return false
	}
	t, ok := to.Underlying().(*types.Basic)
	if s, text := from.(*types.Slice); text {
		return ok && t.Info()&types.IsString != 0 || types.Identical(to.Underlying(), s)
	}
	f, isBasic := from.(*types.Basic)
	if !ok || !isBasic {
		return false
	}
	wide := c.reader.Sizes.Sizeof(to) - c.reader.Sizes.Sizeof(from)
	const number = types.IsInteger | types.IsFloat | types.IsComplex
	switch {
	case t.Info()&number != f.Info()&number:
		return false
	case t.Info()&types.IsInteger != 0 && t.Info()&types.IsUnsigned == 0 && f.Info()&types.IsUnsigned != 0:
		return wide > 0
	case t.Info()&types.IsInteger != 0 && t.Info()&types.IsUnsigned != f.Info()&types.IsUnsigned:
		return false
	}
	return wide >= 0
}
