package structformat

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// A tracer follows variables, fields, elements and results of functions to the
// expressions that their values come from. It gives up where these are too many.
type tracer struct {
	*checker
	steps int
}

// longest bounds how many expressions are looked at for one question.
const longest = 200

// sources returns all expressions that the value of e may come from. One that
// cannot be followed stands for itself.
func (c *checker) sources(e ast.Expr) []source {
	t := tracer{checker: c}
	all := t.trace(source{value: e}, nil, deepest)
	if t.steps > longest {
		return []source{{value: e}}
	}
	return all
}

// A frame of a call that is followed has the arguments of its parameters.
type calling struct {
	sig  *types.Signature
	call *ast.CallExpr
	from *calling
}

func (t *tracer) trace(s source, in *calling, depth int) []source {
	self := []source{s}
	if t.steps++; t.steps > longest || depth == 0 || s.value == nil {
		return self
	}
	e := ast.Unparen(s.value)
	s.value = e
	if s.ranged {
		if s.result == 1 {
			return t.elements(e, nil, in, depth, self)
		}
		return self
	}
	switch e := e.(type) {
	case *ast.StarExpr:
		return t.trace(source{value: e.X}, in, depth-1)
	case *ast.IndexExpr:
		if s.result == 0 && !t.info.Types[e.X].IsType() && t.info.Types[e.X].Type != nil && !isSignature(t.info.Types[e.X].Type) {
			return t.elements(e.X, t.info.Types[e.Index].Value, in, depth, self)
		}
	case *ast.CallExpr:
		return t.results(e, s.result, in, depth, self)
	case *ast.Ident, *ast.SelectorExpr:
		v := t.slotOf(e)
		if v == nil || v.Pkg() != t.pass.Pkg || t.visible(v) {
			return self
		}
		if rows, ok := t.rowFields(e); ok {
			var all []source
			for _, value := range rows {
				all = append(all, t.trace(source{value: value}, in, depth-1)...)
			}
			return all
		}
		if in != nil && v.Kind() == types.ParamVar && t.constant(v) {
			if arg, ok := in.argument(v); ok {
				return t.trace(arg, in.from, depth-1)
			}
		}
		return t.slot(v, e, in, depth, self)
	}
	return self
}

func isSignature(t types.Type) bool {
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// argument returns what a parameter gets.
func (in *calling) argument(v *types.Var) (source, bool) {
	for i := range in.sig.Params().Len() {
		if in.sig.Params().At(i).Origin() != v || in.sig.Variadic() && i == in.sig.Params().Len()-1 {
			continue
		}
		if len(in.call.Args) == in.sig.Params().Len() {
			return source{value: in.call.Args[i]}, true
		}
		if len(in.call.Args) == 1 {
			return source{value: in.call.Args[0], result: i}, true
		}
	}
	return source{}, false
}

// slot follows a variable or field of the package.
func (t *tracer) slot(v *types.Var, e ast.Expr, in *calling, depth int, self []source) []source {
	x := t.vars[v]
	if x == nil || x.loose || len(x.writes) == 0 || v.Kind() == types.ParamVar || v.Kind() == types.RecvVar {
		return self
	}
	if v.IsField() && v.Exported() && t.pass.Pkg.Name() != "main" && (isText(v.Type()) || t.public(v)) {
		return self // other packages write to it, and decoders do
	}
	writes := x.writes
	if len(writes) > 1 {
		if w := t.reaching(v, e); w != nil {
			writes = []write{*w}
		}
	}
	var all []source
	for _, w := range writes {
		if w.value == nil {
			return self
		}
		if t.after(v, w, e) {
			continue
		}
		if t.info.Types[w.value].IsNil() {
			continue
		}
		all = append(all, t.trace(w.source, in, depth-1)...)
	}
	if len(all) == 0 {
		return self
	}
	return all
}

// public reports whether a field is one that other packages can write to: of an
// exported type of the package. Embedded ones are seldom replaced.
func (c *checker) public(v *types.Var) bool {
	if v.Embedded() {
		return false
	}
	if c.writable == nil {
		c.writable = map[*types.Var]bool{}
		scope := c.pass.Pkg.Scope()
		for _, name := range scope.Names() {
			t, ok := scope.Lookup(name).(*types.TypeName)
			if !ok || !t.Exported() {
				continue
			}
			if s, ok := t.Type().Underlying().(*types.Struct); ok {
				for f := range s.Fields() {
					c.writable[f.Origin()] = f.Exported()
				}
			}
		}
	}
	return c.writable[v]
}

func isText(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// elements follows the elements of a slice, array or map that is written as a
// literal: all of them, or the one with the index or key.
func (t *tracer) elements(container ast.Expr, key constant.Value, in *calling, depth int, self []source) []source {
	if v := t.slotOf(container); v != nil {
		if x := t.vars[v]; x != nil && x.elements || t.visible(v) {
			return self
		}
	}
	var all []source
	for _, from := range t.trace(source{value: container}, in, depth-1) {
		lit, ok := ast.Unparen(from.value).(*ast.CompositeLit)
		if !ok || from.result != 0 || from.ranged {
			return self
		}
		var exact, any []source
		next := int64(0)
		for _, e := range lit.Elts {
			value := e
			var k constant.Value
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				k, value = t.info.Types[kv.Key].Value, kv.Value
			} else {
				k = constant.MakeInt64(next)
			}
			if k != nil && k.Kind() == constant.Int {
				if n, ok := constant.Int64Val(k); ok {
					next = n + 1
				}
			}
			found := t.trace(source{value: value}, in, depth-1)
			any = append(any, found...)
			if key != nil && k != nil && key.Kind() == k.Kind() && constant.Compare(key, token.EQL, k) {
				exact = found
			}
		}
		if exact != nil {
			any = exact
		}
		all = append(all, any...)
	}
	if len(all) == 0 {
		return self
	}
	return all
}

// results follows a result of a call to what a function of the package returns.
func (t *tracer) results(call *ast.CallExpr, result int, in *calling, depth int, self []source) []source {
	if t.apiName(call) == "Must" && result == 0 && len(call.Args) > 0 {
		return t.trace(source{value: call.Args[0]}, in, depth-1)
	}
	if fn, ok := t.function(call); ok && (fn.Unpacks || fn.Holds) {
		return self
	}
	body, sig := t.bodyOf(call)
	if sig == nil {
		return self
	}
	var all []source
	for _, returned := range t.returns(body) {
		var one source
		switch {
		case len(returned.Results) == sig.Results().Len():
			one = source{value: returned.Results[result]}
		case len(returned.Results) == 1:
			one = source{value: returned.Results[0], result: result}
		default:
			return self
		}
		if t.info.Types[one.value].IsNil() {
			continue
		}
		found := t.trace(one, &calling{sig, call, in}, depth-1)
		if len(found) == 1 {
			if v := t.slotOf(found[0].value); v != nil && v.Kind() == types.ParamVar {
				return self // an argument that is not known
			}
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return self
	}
	return all
}

// bodyOf returns the body of the function of the package that a call calls: one
// that is declared, a literal that a variable has, or what sync.OnceValue wraps.
func (c *checker) bodyOf(call *ast.CallExpr) (inspector.Cursor, *types.Signature) {
	switch callee := typeutil.Callee(c.info, call).(type) {
	case *types.Func:
		if cur, ok := c.decls[callee.Origin()]; ok && functions[apiNameOf(callee)].Op == "" {
			return cur.ChildAt(edge.FuncDecl_Body, -1), callee.Origin().Signature()
		}
	case *types.Var:
		w := c.onceVar(callee.Origin())
		if w == nil || w.result != 0 || w.ranged || callee.Exported() && c.visible(callee) {
			break
		}
		return c.bodyOfValue(w.value)
	}
	return inspector.Cursor{}, nil
}

func (c *checker) bodyOfValue(e ast.Expr) (inspector.Cursor, *types.Signature) {
	switch e := ast.Unparen(e).(type) {
	case *ast.FuncLit:
		sig, ok := c.info.TypeOf(e).(*types.Signature)
		if cur, found := c.root.FindNode(e); ok && found {
			return cur.ChildAt(edge.FuncLit_Body, -1), sig
		}
	case *ast.Ident:
		if fn, ok := c.info.Uses[e].(*types.Func); ok {
			if cur, ok := c.decls[fn.Origin()]; ok {
				return cur.ChildAt(edge.FuncDecl_Body, -1), fn.Origin().Signature()
			}
		}
	case *ast.CallExpr:
		if fn, ok := typeutil.Callee(c.info, e).(*types.Func); ok && len(e.Args) == 1 {
			switch fn.FullName() {
			case "sync.OnceValue", "sync.OnceValues":
				return c.bodyOfValue(e.Args[0])
			}
		}
	}
	return inspector.Cursor{}, nil
}

// returns returns the return statements of a function, but none of the functions
// inside it.
func (c *checker) returns(body inspector.Cursor) (all []*ast.ReturnStmt) {
	ast.Inspect(body.Node(), func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			all = append(all, n)
		}
		return true
	})
	return all
}

// reaching returns the write of a local variable whose value it has at e, if the
// order of statements shows which one it is.
func (c *checker) reaching(v *types.Var, e ast.Expr) *write {
	x := c.vars[v]
	if x == nil || v.IsField() || v.Parent() == c.pass.Pkg.Scope() {
		return nil
	}
	use, ok := c.root.FindByPos(e.Pos(), e.End())
	if !ok {
		return nil
	}
	fn := functionOf(use)
	if fn == nil || c.jumps(fn) {
		return nil
	}
	var last *write
	for i := range x.writes {
		w := &x.writes[i]
		if functionOf(w.at) != fn {
			return nil
		}
		if before(w.at.Node(), e) && (last == nil || w.at.Node().Pos() > last.at.Node().Pos()) {
			last = w
		}
	}
	if last == nil || !within(blockOf(last.at), e) {
		return nil
	}
	for i := range x.writes {
		w := &x.writes[i]
		if w.at.Node().End() <= e.Pos() {
			continue
		}
		for loop := range w.at.Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil)) {
			if within(loop.Node(), e) && !within(loop.Node(), last.at.Node()) {
				return nil // it comes around
			}
		}
	}
	return last
}

// jumps reports whether a function has a goto, so that statements are not executed
// in their order.
func (c *checker) jumps(fn ast.Node) bool {
	found, ok := c.gotos[fn]
	if ok {
		return found
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		if b, ok := n.(*ast.BranchStmt); ok && b.Tok == token.GOTO {
			found = true
		}
		return !found
	})
	c.gotos[fn] = found
	return found
}

// after reports whether a local variable is written only after its use at e.
func (c *checker) after(v *types.Var, w write, e ast.Expr) bool {
	if v.IsField() || v.Parent() == c.pass.Pkg.Scope() || w.at.Node().End() <= e.Pos() {
		return false
	}
	use, ok := c.root.FindByPos(e.Pos(), e.End())
	if fn := functionOf(w.at); !ok || functionOf(use) != fn || fn == nil || c.jumps(fn) {
		return false
	}
	for loop := range w.at.Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil)) {
		if within(loop.Node(), e) {
			return false
		}
	}
	return true
}

func within(outer ast.Node, n ast.Node) bool {
	return outer != nil && outer.Pos() <= n.Pos() && n.End() <= outer.End()
}

// functionOf returns the function that something is in, nil at package level.
func functionOf(cur inspector.Cursor) ast.Node {
	for outer := range cur.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		return outer.Node()
	}
	return nil
}

// before reports whether an assignment comes before e: the head of a loop comes
// before its body.
func before(assignment ast.Node, e ast.Expr) bool {
	if loop, ok := assignment.(*ast.RangeStmt); ok {
		return within(loop.Body, e)
	}
	return assignment.End() <= e.Pos()
}

// blockOf returns the statements that an assignment is executed with.
func blockOf(cur inspector.Cursor) ast.Node {
	if loop, ok := cur.Node().(*ast.RangeStmt); ok {
		return loop.Body
	}
	for {
		switch k, _ := cur.ParentEdge(); k {
		case edge.IfStmt_Init, edge.SwitchStmt_Init, edge.TypeSwitchStmt_Init, edge.ForStmt_Init:
			cur = cur.Parent()
			continue
		}
		cur = cur.Parent()
		switch cur.Node().(type) {
		case nil, *ast.BlockStmt, *ast.CaseClause, *ast.CommClause, *ast.ForStmt:
			return cur.Node()
		}
	}
}
