package structformat

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// A variable is what the package does to one of its variables.
type variable struct {
	writes   int      // assignments, that of its declaration included
	value    ast.Expr // what the last of them assigns
	result   int      // which of the results of value it gets
	ranged   bool     // it gets the elements of value instead, the first or second of each pair
	declared bool     // the value is that of its declaration
	loose    bool     // it may change in ways that are not seen
	elements bool     // something assigns to its elements
}

// indexVariables finds out what the package does to its variables.
func (c *checker) indexVariables() {
	c.consts = map[*types.Const]ast.Expr{}
	c.uses = map[*types.Var][]inspector.Cursor{}
	for cur := range c.root.Preorder((*ast.AssignStmt)(nil), (*ast.ValueSpec)(nil), (*ast.RangeStmt)(nil),
		(*ast.IncDecStmt)(nil), (*ast.UnaryExpr)(nil), (*ast.Ident)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.AssignStmt:
			for i, lhs := range n.Lhs {
				if n.Tok != token.ASSIGN && n.Tok != token.DEFINE {
					c.change(lhs)
					continue
				}
				c.assign(lhs, n.Rhs, i)
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if k, ok := c.info.Defs[name].(*types.Const); ok && i < len(n.Values) {
					c.consts[k] = n.Values[i]
				}
				if len(n.Values) > 0 {
					c.assign(name, n.Values, i)
				}
			}
		case *ast.RangeStmt:
			for i, lhs := range []ast.Expr{n.Key, n.Value} {
				if lhs == nil {
					continue
				}
				c.assign(lhs, []ast.Expr{n.X}, i)
				if v := c.vars[c.varOf(lhs)]; v != nil {
					v.ranged = true
				}
			}
		case *ast.IncDecStmt:
			c.change(n.X)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				c.change(n.X)
			}
		case *ast.Ident:
			if v, ok := c.info.Uses[n].(*types.Var); ok && isAnySlice(v.Type()) {
				c.uses[v] = append(c.uses[v], cur)
			}
		}
	}
}

// assign notes that lhs gets the value at index i of an assignment, or that
// result of its only value.
func (c *checker) assign(lhs ast.Expr, values []ast.Expr, i int) {
	v := c.variable(lhs)
	if v == nil {
		c.changeElement(lhs)
		return
	}
	v.writes++
	v.ranged = false
	id, ok := ast.Unparen(lhs).(*ast.Ident)
	v.declared = ok && c.info.Defs[id] != nil
	switch {
	case len(values) == 1:
		v.value, v.result = values[0], i
	case i < len(values):
		v.value, v.result = values[i], 0
	}
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

// variable returns the notes on the variable that e names, or nil.
func (c *checker) variable(e ast.Expr) *variable {
	v := c.varOf(e)
	if v == nil {
		return nil
	}
	x := c.vars[v]
	if x == nil {
		x = new(variable)
		c.vars[v] = x
	}
	return x
}

// varOf returns the variable that e names, or nil: that of a package or function,
// not a field.
func (c *checker) varOf(e ast.Expr) *types.Var {
	id := nameOf(e)
	if id == nil {
		return nil
	}
	v, ok := c.info.ObjectOf(id).(*types.Var)
	if !ok || v.IsField() {
		return nil
	}
	return v
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

// once returns the notes on the variable that e names, if it is the package's
// and assigned once; otherwise nil. Before that it is nil or empty.
func (c *checker) once(e ast.Expr) *variable {
	v := c.varOf(e)
	if v == nil || v.Pkg() != c.pass.Pkg {
		return nil
	}
	return c.onceVar(v)
}

func (c *checker) onceVar(v *types.Var) *variable {
	x := c.vars[v]
	if x == nil || x.writes != 1 || x.loose || x.value == nil {
		return nil
	}
	return x
}

// constant reports whether a parameter has the value that it was called with.
func (c *checker) constant(v *types.Var) bool {
	x := c.vars[v]
	return v.Kind() == types.ParamVar && (x == nil || x.writes == 0 && !x.loose && !x.elements)
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
			if !c.reads(parent.Node().(*ast.CallExpr)) {
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

func allBlank(lhs []ast.Expr) bool {
	for _, e := range lhs {
		if id, ok := e.(*ast.Ident); !ok || id.Name != "_" {
			return false
		}
	}
	return true
}
