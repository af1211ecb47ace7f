package structformat

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"reflect"

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

// resultsOf finds out which formats a slice of values may have been unpacked by.
func (c *checker) resultsOf(e ast.Expr) []result {
	var sources []source
	if v := c.varOf(e); v != nil {
		if !isAnySlice(v.Type()) || !c.kept(v) {
			return nil
		}
		sources = c.sources(e)
	} else if call, ok := ast.Unparen(e).(*ast.CallExpr); ok {
		sources = c.sources(call)
	} else {
		return nil
	}
	var all []result
	for _, from := range sources {
		some := c.unpackedBy(from)
		if some == nil {
			return nil
		}
		all = append(all, some...)
	}
	return all
}

// unpackedBy finds out which formats what comes from a source was unpacked by.
func (c *checker) unpackedBy(from source) (all []result) {
	if from.result != 0 {
		return nil
	}
	call, ok := ast.Unparen(from.value).(*ast.CallExpr)
	if from.ranged {
		// The values of an iterator over structures.
		inner := c.sources(from.value)
		if len(inner) != 1 || inner[0].result != 0 || inner[0].ranged {
			return nil
		}
		call, ok = ast.Unparen(inner[0].value).(*ast.CallExpr)
	}
	if !ok {
		return nil
	}
	name := c.apiName(call)
	op, known := unpacks[name]
	if from.ranged {
		op, known = "iter_unpack", name == "IterUnpack" || name == "Struct.IterUnpack"
	}
	fn, isFunction := c.function(call)
	if !known && isFunction && fn.Unpacks && !from.ranged {
		op, known = fn.Op, true
	}
	if !known || name == "Struct.AppendUnpack" && (len(call.Args) == 0 || !c.empty(call.Args[0])) {
		return nil
	}
	var formats []format
	if name == "Struct.AppendUnpack" {
		formats = c.heldBy(c.receiver(call), deepest)
	} else if isFunction {
		formats = c.formatsOf(call, fn, c.operands(call))
	}
	for _, f := range c.ordered(formats) {
		if f.param != nil {
			return nil
		}
		structs, err := f.compile()
		if err != nil {
			return nil
		}
		all = append(all, result{op, f, structs[0]})
	}
	return all
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

// elementsOf finds out which unpacked values an expression may be.
func (c *checker) elementsOf(e ast.Expr) []element {
	for range deepest {
		if i, ok := ast.Unparen(e).(*ast.IndexExpr); ok {
			return elementsAt(c.resultsOf(i.X), c.index(i.Index))
		}
		if call, ok := ast.Unparen(e).(*ast.CallExpr); ok {
			return c.oneOf(call)
		}
		w := c.once(e)
		if w == nil {
			return nil
		}
		if w.ranged {
			if w.result != 1 {
				return nil
			}
			return elementsAt(c.resultsOf(w.value), -1)
		}
		if w.result != 0 {
			return nil
		}
		e = w.value
	}
	return nil
}

// oneOf finds out which unpacked value a function returns.
func (c *checker) oneOf(call *ast.CallExpr) (all []element) {
	fn, ok := c.function(call)
	if !ok || fn.One == 0 || fn.OneType >= 0 {
		return nil
	}
	for _, f := range c.ordered(c.formatsOf(call, fn, c.operands(call))) {
		structs, err := f.compile()
		if f.param != nil || err != nil {
			return nil
		}
		all = append(all, element{result{fn.Op, f, structs[0]}, fn.One - 1})
	}
	return all
}

func elementsAt(results []result, index int) (all []element) {
	for _, r := range results {
		all = append(all, element{r, index})
	}
	return all
}

// never reports whether none of some elements is ever of type t, and says so of
// the first.
func (c *checker) never(all []element, t types.Type) (message string, never bool) {
	for i, el := range all {
		m, never := c.neverOne(el, t)
		if !never {
			return "", false
		}
		if i == 0 {
			message = m
		}
	}
	return message, len(all) > 0
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
func (c *checker) checkIndex(cur inspector.Cursor, n *ast.IndexExpr) {
	i := c.index(n.Index)
	if i < 0 || !c.info.Types[n].Addressable() {
		return
	}
	if t := c.info.TypeOf(n.X); t == nil || !isAnySlice(t) {
		return
	}
	results := c.resultsOf(n.X)
	for _, r := range results {
		if i < r.s.NumValues() || r.format.open > 0 {
			return
		}
	}
	if len(results) == 0 || c.guarded(cur, n.X) {
		return
	}
	r := results[0]
	d := diagnose(n.Index, badCount, fmt.Sprintf("%s %s: there is no value %d; the format has %d", r.op, quote(r.format.text), i, r.s.NumValues()))
	d.Related = c.whence(r.format, 0, n)
	c.report(d)
}

// guarded reports whether a condition around e, or one that leaves the function
// before it, asks whether a slice is long enough.
func (c *checker) guarded(cur inspector.Cursor, e ast.Expr) bool {
	v := c.varOf(e)
	fn := functionOf(cur)
	if v == nil || fn == nil {
		return false
	}
	asks := func(n ast.Node) bool {
		found := false
		ast.Inspect(n, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 1 && c.varOf(call.Args[0]) == v {
				if b, ok := c.callee(call).(*types.Builtin); ok && b.Name() == "len" {
					found = true
				}
			}
			return !found
		})
		return found
	}
	found := false
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt:
			found = found || asks(n.Cond) && (within(n, e) || n.End() <= e.Pos() && exits(n.Body) && !equals(n.Cond))
		case *ast.ForStmt:
			found = found || n.Cond != nil && within(n, e) && asks(n.Cond)
		case *ast.SwitchStmt:
			found = found || within(n, e) && asks(n)
		case *ast.BinaryExpr:
			found = found || (n.Op == token.LAND || n.Op == token.LOR) && within(n.Y, e) && asks(n.X)
		}
		return !found
	})
	return found
}

// equals reports whether a condition compares for equality.
func equals(cond ast.Expr) bool {
	found := false
	ast.Inspect(cond, func(n ast.Node) bool {
		if b, ok := n.(*ast.BinaryExpr); ok && (b.Op == token.LSS || b.Op == token.LEQ || b.Op == token.GTR || b.Op == token.GEQ) {
			found = true
		}
		return true
	})
	return !found
}

// checkAssert reports a type assertion that no value of its format meets.
func (c *checker) checkAssert(cur inspector.Cursor, n *ast.TypeAssertExpr) {
	if n.Type == nil {
		return // of a type switch
	}
	want := c.info.TypeOf(n.Type)
	all := c.elementsOf(n.X)
	if len(all) == 0 || open(want, deepest) {
		return
	}
	message, never := c.never(all, want)
	if !never {
		return
	}
	el := all[0]
	d := diagnose(n.Type, badAssert, message)
	d.Related = c.whence(el.format, c.pos(el), n)
	if len(all) == 1 {
		d.SuggestedFixes = c.convert(cur, n, el, want)
	}
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
	all := c.elementsOf(assert.X)
	if len(all) == 0 || all[0].index < 0 {
		return // code for values of any kind may well have cases for others
	}
	el := all[0]
	for _, clause := range n.Body.List {
		clause, ok := clause.(*ast.CaseClause)
		if !ok {
			continue
		}
		for _, e := range clause.List {
			if tv := c.info.Types[e]; !tv.IsType() || open(tv.Type, deepest) {
				continue
			}
			if message, never := c.never(all, c.info.TypeOf(e)); never {
				d := diagnose(e, badAssert, message)
				d.Related = c.whence(el.format, c.pos(el), e)
				c.report(d)
			}
		}
	}
}

// pos returns where the code of an element is in the format.
func (c *checker) pos(el element) int {
	if f, ok := c.fieldOf(el.s, el.index); ok {
		return f.Pos
	}
	return 0
}

// neverOne reports whether an element is never of type t, and says so.
func (c *checker) neverOne(el element, t types.Type) (message string, never bool) {
	if el.index >= c.known(el.format, el.s) {
		return "", false // or checkIndex reports it
	}
	if f, ok := c.fieldOf(el.s, el.index); ok {
		has := goType(f)
		if asserts(has, t) {
			return "", false
		}
		return fmt.Sprintf("%s %s: value %d ('%s' at byte %d) has type %s, never %s", el.op, quote(el.format.text), el.index, f.Code, f.Pos,
			typeName(has), typeName(t)), true
	}
	for _, f := range c.fieldsOf(el.s) {
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
	f, ok := c.fieldOf(el.s, el.index)
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
