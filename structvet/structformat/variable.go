package structformat

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// A variable is what the package does to one of its variables, or to a field.
type variable struct {
	writes   []write // assignments, its declaration included
	loose    bool    // it may change in ways that are not seen
	elements bool    // something assigns to its elements
}

// A write is an assignment to a variable.
type write struct {
	source
	declared bool             // it is its declaration
	at       inspector.Cursor // the statement, or the literal that has the field
}

// A source is what a variable gets its value from.
type source struct {
	value  ast.Expr
	result int  // which of the results of value it gets
	ranged bool // it gets the elements of value instead, the first or second of each pair
}

// indexVariables finds out what the package does to its variables.
func (c *checker) indexVariables() {
	c.consts = map[*types.Const]ast.Expr{}
	c.uses = map[*types.Var][]inspector.Cursor{}
	for cur := range c.root.Preorder((*ast.AssignStmt)(nil), (*ast.ValueSpec)(nil), (*ast.RangeStmt)(nil),
		(*ast.IncDecStmt)(nil), (*ast.UnaryExpr)(nil), (*ast.Ident)(nil), (*ast.CompositeLit)(nil), (*ast.FuncDecl)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.AssignStmt:
			for i, lhs := range n.Lhs {
				if n.Tok == token.ADD_ASSIGN && c.isText(lhs) {
					c.assign(cur, lhs, []ast.Expr{&ast.BinaryExpr{X: lhs, OpPos: n.TokPos, Op: token.ADD, Y: n.Rhs[0]}}, 0)
					continue
				}
				if n.Tok != token.ASSIGN && n.Tok != token.DEFINE {
					c.change(lhs)
					continue
				}
				c.assign(cur, lhs, n.Rhs, i)
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if k, ok := c.info.Defs[name].(*types.Const); ok && i < len(n.Values) {
					c.consts[k] = n.Values[i]
				}
				if len(n.Values) > 0 {
					c.assign(cur, name, n.Values, i)
				}
			}
		case *ast.RangeStmt:
			for i, lhs := range []ast.Expr{n.Key, n.Value} {
				if lhs == nil {
					continue
				}
				if v := c.assign(cur, lhs, []ast.Expr{n.X}, i); v != nil {
					v.writes[len(v.writes)-1].ranged = true
				}
			}
		case *ast.IncDecStmt:
			c.change(n.X)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				c.change(n.X)
			}
		case *ast.FuncDecl:
			if fn, ok := c.info.Defs[n.Name].(*types.Func); ok && n.Body != nil {
				c.decls[fn] = cur
			}
		case *ast.CompositeLit:
			c.indexFields(cur, n)
		case *ast.Ident:
			if v, ok := c.info.Uses[n].(*types.Var); ok && isAnySlice(v.Type()) {
				c.uses[v] = append(c.uses[v], cur)
			}
		}
	}
}

// indexFields notes what a literal assigns to the fields of a struct.
func (c *checker) indexFields(cur inspector.Cursor, n *ast.CompositeLit) {
	t := c.info.TypeOf(n)
	if t == nil {
		return
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem() // an element whose type is left out
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i, e := range n.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok {
				c.assign(cur, id, []ast.Expr{kv.Value}, 0)
			}
		} else if i < s.NumFields() {
			c.note(s.Field(i)).add(write{source: source{value: e}, at: cur})
		}
	}
}

func (c *checker) isText(e ast.Expr) bool {
	t := c.info.TypeOf(e)
	return t != nil && isText(t)
}

func (v *variable) add(w write) { v.writes = append(v.writes, w) }

// assign notes that lhs gets the value at index i of an assignment, or that
// result of its only value. It returns the notes on lhs, nil if there are none.
func (c *checker) assign(cur inspector.Cursor, lhs ast.Expr, values []ast.Expr, i int) *variable {
	v := c.variable(lhs)
	if v == nil {
		c.changeElement(lhs)
		return nil
	}
	w := write{at: cur}
	id, ok := ast.Unparen(lhs).(*ast.Ident)
	w.declared = ok && c.info.Defs[id] != nil
	switch {
	case len(values) == 1:
		w.value, w.result = values[0], i
	case i < len(values):
		w.value = values[i]
	}
	v.add(w)
	return v
}

// change notes that e may change in ways that are not followed.
func (c *checker) change(e ast.Expr) {
	if v := c.variable(e); v != nil {
		v.loose = true
		return
	}
	c.changeElement(e)
}

func (c *checker) changeElement(e ast.Expr) {
	if i, ok := ast.Unparen(e).(*ast.IndexExpr); ok {
		if v := c.variable(i.X); v != nil {
			v.elements = true
		}
	}
}

// variable returns the notes on the variable or field that e names, or nil.
func (c *checker) variable(e ast.Expr) *variable {
	v := c.slotOf(e)
	if v == nil {
		return nil
	}
	return c.note(v)
}

func (c *checker) note(v *types.Var) *variable {
	v = v.Origin()
	x := c.vars[v]
	if x == nil {
		x = new(variable)
		c.vars[v] = x
	}
	return x
}

// slotOf returns the variable or field that e names, or nil.
func (c *checker) slotOf(e ast.Expr) *types.Var {
	id := nameOf(e)
	if id == nil {
		return nil
	}
	v, ok := c.info.ObjectOf(id).(*types.Var)
	if !ok {
		return nil
	}
	return v.Origin()
}

// varOf returns the variable that e names, of a package or function and not a field,
// or nil.
func (c *checker) varOf(e ast.Expr) *types.Var {
	if v := c.slotOf(e); v != nil && !v.IsField() {
		return v
	}
	return nil
}

// nameOf returns the identifier that names what e is, or nil.
func nameOf(e ast.Expr) *ast.Ident {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return e
	case *ast.SelectorExpr:
		return e.Sel
	}
	return nil
}

// once returns the only write of the variable that e names, if it is the
// package's and assigned once; otherwise nil. Before that it is nil or empty.
func (c *checker) once(e ast.Expr) *write {
	v := c.varOf(e)
	if v == nil || v.Pkg() != c.pass.Pkg {
		return nil
	}
	return c.onceVar(v)
}

func (c *checker) onceVar(v *types.Var) *write {
	x := c.vars[v]
	if x == nil || len(x.writes) != 1 || x.loose || x.writes[0].value == nil {
		return nil
	}
	return &x.writes[0]
}

// constant reports whether a parameter has the value that it was called with.
func (c *checker) constant(v *types.Var) bool {
	x := c.vars[v]
	return v.Kind() == types.ParamVar && (x == nil || len(x.writes) == 0 && !x.loose && !x.elements)
}

func isAnySlice(t types.Type) bool {
	s, ok := t.Underlying().(*types.Slice)
	return ok && isAny(s.Elem())
}

// isAny reports whether t is the type any itself.
func isAny(t types.Type) bool {
	i, ok := types.Unalias(t).(*types.Interface)
	return ok && i.Empty()
}

// kept reports whether nothing but what is seen changes the elements of a slice
// of values: it is indexed, ranged over and handed to functions that only read.
func (c *checker) kept(v *types.Var) bool {
	if x := c.vars[v]; x != nil && x.elements {
		return false
	}
	for _, use := range c.uses[v] {
		e, parent := use, use.Parent()
		for k, _ := e.ParentEdge(); k == edge.ParenExpr_X; k, _ = e.ParentEdge() {
			e, parent = parent, parent.Parent()
		}
		switch k, _ := e.ParentEdge(); k {
		case edge.IndexExpr_X, edge.RangeStmt_X, edge.ReturnStmt_Results, edge.AssignStmt_Lhs, edge.BinaryExpr_X, edge.BinaryExpr_Y:
		case edge.CallExpr_Args:
			if call := parent.Node().(*ast.CallExpr); !c.reads(call) && !c.appends(call, parent, v) {
				return false
			}
		case edge.AssignStmt_Rhs:
			if !allBlank(parent.Node().(*ast.AssignStmt).Lhs) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// appends reports whether a call appends to a variable, which gets the result.
func (c *checker) appends(call *ast.CallExpr, cur inspector.Cursor, v *types.Var) bool {
	b, ok := c.callee(call).(*types.Builtin)
	if !ok || b.Name() != "append" || c.varOf(call.Args[0]) != v {
		return false
	}
	k, i := cur.ParentEdge()
	if k != edge.AssignStmt_Rhs {
		return false
	}
	lhs := cur.Parent().Node().(*ast.AssignStmt).Lhs
	return i < len(lhs) && c.varOf(lhs[i]) == v
}

func allBlank(lhs []ast.Expr) bool {
	for _, e := range lhs {
		if id, ok := e.(*ast.Ident); !ok || id.Name != "_" {
			return false
		}
	}
	return true
}
