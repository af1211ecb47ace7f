package structformat

import (
	"go/ast"
	"go/types"
	"reflect"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// A candidate is a function that may pass a format on, and values: it has a
// parameter for the format, or its last parameter is of type ...any.
type candidate struct {
	obj  types.Object // a function or method, or the variable that a function literal is assigned to
	sig  *types.Signature
	body inspector.Cursor
}

// findWrappers finds the functions of the package that pass a format and values
// on, unchanged. One that calls another is found after it.
func (c *checker) findWrappers() {
	candidates := c.candidates()
	for found := true; found; {
		found = false
		for _, w := range candidates {
			if c.wraps[w.obj] != nil {
				continue
			}
			if f := c.forwards(w); f != nil {
				c.wraps[w.obj] = f
				found = true
			}
		}
	}
	for obj, f := range c.wraps {
		if fn, ok := obj.(*types.Func); ok && fn.Pkg() == c.pass.Pkg {
			c.pass.ExportObjectFact(fn, f)
		}
	}
}

func (c *checker) candidates() (all []candidate) {
	add := func(obj types.Object, sig *types.Signature, body inspector.Cursor) {
		if obj == nil || sig == nil {
			return
		}
		for p := range sig.Params().Variables() {
			if isText(p.Type()) || isAnySlice(p.Type()) {
				all = append(all, candidate{obj, sig, body})
				return
			}
		}
	}
	for cur := range c.root.Preorder((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.FuncDecl:
			if fn, ok := c.info.Defs[n.Name].(*types.Func); ok && n.Body != nil && functions[apiNameOf(fn)].Op == "" {
				add(fn, fn.Signature(), cur.ChildAt(edge.FuncDecl_Body, -1))
			}
		case *ast.FuncLit:
			sig, ok := c.info.TypeOf(n).(*types.Signature)
			if !ok {
				continue
			}
			var name ast.Expr
			switch k, i := cur.ParentEdge(); k {
			case edge.ValueSpec_Values:
				if names := cur.Parent().Node().(*ast.ValueSpec).Names; i < len(names) {
					name = names[i]
				}
			case edge.AssignStmt_Rhs:
				if lhs := cur.Parent().Node().(*ast.AssignStmt).Lhs; i < len(lhs) {
					name = lhs[i]
				}
			}
			if name == nil {
				continue
			}
			if x := c.once(name); x != nil && x.value == n {
				add(c.varOf(name), sig, cur.ChildAt(edge.FuncLit_Body, -1))
			}
		}
	}
	return all
}

// forwards returns what a function does with a format and its values, or nil if
// it does not pass them on, or in more than one way, or not always.
func (c *checker) forwards(w candidate) *function {
	var all *function
	last := w.sig.Params().Len() - 1
	var values *types.Var
	if w.sig.Variadic() && isAnySlice(w.sig.Params().At(last).Type()) {
		values = w.sig.Params().At(last)
	}
	for cur := range w.body.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		fn, ok := c.function(call)
		if !ok {
			continue
		}
		one := function{Op: fn.Op, Format: bound, Values: none, Codec: 0}
		if call.Ellipsis.IsValid() && values != nil && c.varOf(call.Args[len(call.Args)-1]) == values {
			if fn.Values != len(call.Args)-1 {
				continue
			}
			if !c.constant(values) {
				return nil
			}
			one.Values, one.Scans = last, fn.Scans
		} else if fn.Format < 0 {
			continue
		}
		formats := c.formatsOf(call, fn, c.operands(call))
		if len(formats) != 1 || formats[0].vague {
			if one.Values == none {
				continue
			}
			return nil
		}
		f := formats[0]
		one.Text, one.ABIs = f.text, c.abiFact(f.abis)
		if f.param != nil {
			one.Format, one.Text = none, ""
			one.Before, one.After = f.before, f.after
			for i := range w.sig.Params().Len() {
				if w.sig.Params().At(i) == f.param {
					one.Format = i
				}
			}
			if one.Format == none {
				if one.Values == none {
					continue
				}
				return nil
			}
		} else if one.Values == none {
			continue // it is checked where it is
		} else if fn.Format == framed {
			continue
		}
		if c.conditional(cur, w, f.param, values) {
			return nil
		}
		if one.Values == none {
			c.result(cur, w, fn, &one)
		}
		all = merge(all, &one)
		if all == nil {
			return nil
		}
	}
	return all
}

// merge returns what a function does that does both: compiles the format, and
// then something with it.
func merge(a, b *function) *function {
	switch {
	case a == nil || reflect.DeepEqual(*a, *b):
		return b
	case a.Format != b.Format || a.Before != b.Before || a.After != b.After:
		return nil
	case a.plain():
		return b
	case b.plain():
		return a
	}
	return nil
}

// plain reports whether a function is only known to compile a format.
func (f *function) plain() bool {
	return f.Values == none && !f.Unpacks && !f.Holds && f.Codec == 0 && f.One == 0
}

// result finds out what a function returns of what it unpacks.
func (c *checker) result(cur inspector.Cursor, w candidate, fn function, one *function) {
	call := cur.Node().(*ast.CallExpr)
	name := c.apiName(call)
	if name == "MustCodec" {
		t, _ := c.typeArgument(call)
		one.Codec = typeParameter(w.sig, t) + 1
		return
	}
	if fn.Codec > 0 {
		one.Codec = typeParameter(w.sig, c.typeArgumentAt(call, fn.Codec-1)) + 1
	}
	if name == "Compile" || name == "MustCompile" {
		if one.Codec = c.boundTo(call, w); one.Codec > 0 {
			return
		}
	}
	if fn.Holds || name == "Compile" || name == "MustCompile" || name == "NewLayout" {
		c.holderResult(call, w, one)
		if one.Holds {
			return
		}
	}
	unpacks := unpacks[name] != "" || fn.Unpacks
	if !unpacks || w.sig.Results().Len() == 0 {
		if name == "Compile" || name == "MustCompile" {
			c.structResult(cur, w, one)
		}
		return
	}
	is := func(e ast.Expr) bool {
		for _, from := range c.sources(e) {
			if ast.Unparen(from.value) != call || from.result != 0 || from.ranged {
				return false
			}
		}
		return true
	}
	c.resultIs(w, one, is)
}

// boundTo returns 1 + which type parameter of a function NewCodec binds to what a call
// compiles, or 0.
func (c *checker) boundTo(compiled *ast.CallExpr, w candidate) int {
	for cur := range w.body.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if c.apiName(call) != "NewCodec" || len(call.Args) != 1 {
			continue
		}
		from := c.sources(call.Args[0])
		if len(from) != 1 || ast.Unparen(from[0].value) != compiled || from[0].result != 0 {
			continue
		}
		t, _ := c.typeArgument(call)
		return typeParameter(w.sig, t) + 1
	}
	return 0
}

// holderResult finds out whether all that a function returns is what the format
// is compiled to.
func (c *checker) holderResult(call *ast.CallExpr, w candidate, one *function) {
	if w.sig.Results().Len() == 0 || !isHolder(w.sig.Results().At(0).Type()) {
		return
	}
	all := 0
	for _, r := range c.returns(w.body) {
		if len(r.Results) == 0 {
			return
		}
		if c.info.Types[r.Results[0]].IsNil() {
			continue
		}
		for _, from := range c.sources(r.Results[0]) {
			if ast.Unparen(from.value) != call || from.result != 0 || from.ranged {
				return
			}
		}
		all++
	}
	one.Holds = all > 0
}

// structResult is result for a function that compiles the format, and unpacks by
// what it has compiled.
func (c *checker) structResult(cur inspector.Cursor, w candidate, one *function) {
	compiled := cur.Node()
	is := func(e ast.Expr) bool {
		for _, from := range c.sources(e) {
			call, ok := ast.Unparen(from.value).(*ast.CallExpr)
			if !ok || from.result != 0 || from.ranged || !strings.HasPrefix(c.apiName(call), "Struct.Unpack") {
				return false
			}
			for _, s := range c.receiver(call) {
				if ast.Unparen(s.value) != compiled {
					return false
				}
			}
		}
		return true
	}
	c.resultIs(w, one, is)
}

// resultIs finds out whether all that a function returns is the slice of values,
// or one of them, asserted to be of a type parameter.
func (c *checker) resultIs(w candidate, one *function, is func(ast.Expr) bool) {
	if w.sig.Results().Len() == 0 {
		return
	}
	t := w.sig.Results().At(0).Type()
	all := 0
	for _, r := range c.returns(w.body) {
		if len(r.Results) == 0 {
			return
		}
		e := ast.Unparen(r.Results[0])
		if c.info.Types[e].IsNil() {
			continue
		}
		if isAnySlice(t) {
			if v := c.varOf(e); !is(e) || v != nil && !c.kept(v) {
				return
			}
			all++
			continue
		}
		p := typeParameter(w.sig, t)
		for range 2 {
			if x := c.once(e); x != nil && !x.ranged && x.result == 0 {
				e = ast.Unparen(x.value)
			}
		}
		if index, ok := e.(*ast.IndexExpr); ok && isAny(t) && c.index(index.Index) >= 0 && is(index.X) && (one.One == 0 || one.One == c.index(index.Index)+1) {
			one.One, one.OneType = c.index(index.Index)+1, none
			continue
		}
		assert, ok := e.(*ast.TypeAssertExpr)
		if !ok {
			if v := c.varOf(e); v != nil && c.vars[v] == nil {
				continue // the zero value
			}
			return
		}
		index, ok := ast.Unparen(assert.X).(*ast.IndexExpr)
		if p < 0 || !ok || c.index(index.Index) < 0 || !is(index.X) || assert.Type == nil || !types.Identical(c.info.TypeOf(assert.Type), t) {
			return
		}
		one.One, one.OneType = c.index(index.Index)+1, p
	}
	one.Unpacks = all > 0
}

// typeParameter returns which type parameter of a function a type is, or -1.
func typeParameter(sig *types.Signature, t types.Type) int {
	p, ok := types.Unalias(t).(*types.TypeParam)
	if !ok {
		return -1
	}
	for i := range sig.TypeParams().Len() {
		if sig.TypeParams().At(i) == p {
			return i
		}
	}
	return -1
}

// conditional reports whether it depends on the format or the values whether a
// call is reached.
func (c *checker) conditional(cur inspector.Cursor, w candidate, params ...*types.Var) bool {
	call := cur.Node()
	tainted := map[*types.Var]bool{}
	for _, p := range params {
		if p != nil {
			tainted[p] = true
		}
	}
	mentions := func(n ast.Node) bool {
		found := false
		if n == nil {
			return false
		}
		ast.Inspect(n, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if v, ok := c.info.ObjectOf(id).(*types.Var); ok && tainted[v] {
					found = true
				}
			}
			return !found
		})
		return found
	}
	found := false
	branches := func(n ast.Node, conds ...ast.Node) {
		if n.Pos() >= call.Pos() {
			return
		}
		for _, cond := range conds {
			if mentions(cond) && (within(n, call) && !within(cond, call) || exits(n)) {
				found = true
			}
		}
	}
	ast.Inspect(w.body.Node(), func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, lhs := range n.Lhs {
				v := c.varOf(lhs)
				if v == nil || v.Type().String() == "error" || isHolder(v.Type()) || isAnySlice(v.Type()) || len(n.Rhs) != len(n.Lhs) && i >= len(n.Rhs) && len(n.Rhs) != 1 {
					continue
				}
				rhs := n.Rhs[min(i, len(n.Rhs)-1)]
				if inner, ok := ast.Unparen(rhs).(*ast.CallExpr); ok {
					if fn, ok := c.function(inner); ok && fn.Op != "" {
						continue // what it packs
					}
				}
				if mentions(rhs) {
					tainted[v] = true
				}
			}
		case *ast.IfStmt:
			branches(n, n.Cond)
		case *ast.SwitchStmt:
			conds := []ast.Node{}
			if n.Tag != nil {
				conds = append(conds, n.Tag)
			}
			for _, clause := range n.Body.List {
				for _, e := range clause.(*ast.CaseClause).List {
					conds = append(conds, e)
				}
			}
			branches(n, conds...)
		case *ast.ForStmt:
			if n.Cond != nil {
				branches(n, n.Cond)
			}
		case *ast.RangeStmt:
			branches(n, n.X)
		}
		return !found
	})
	return found
}

// exits reports whether a statement may leave the function or the loop.
func exits(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt, *ast.BranchStmt:
			found = true
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "panic" {
				found = true
			}
		}
		return !found
	})
	return found
}
