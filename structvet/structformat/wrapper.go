package structformat

import (
	"go/ast"
	"go/types"
	"reflect"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// A candidate is a function that may pass a format and values on: its last
// parameter is of type ...any.
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
		if obj == nil || sig == nil || !sig.Variadic() {
			return
		}
		if values := sig.Params().At(sig.Params().Len() - 1); isAnySlice(values.Type()) && c.constant(values) {
			all = append(all, candidate{obj, sig, body})
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
// it does not pass them on, or in more than one way.
func (c *checker) forwards(w candidate) *function {
	var all *function
	values := w.sig.Params().Len() - 1
	for cur := range w.body.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if !call.Ellipsis.IsValid() || c.varOf(call.Args[len(call.Args)-1]) != w.sig.Params().At(values) {
			continue
		}
		fn, ok := c.function(call)
		if !ok || fn.Values != len(call.Args)-1 {
			continue
		}
		f, ok := c.formatOf(call, fn, c.operands(call))
		if !ok {
			return nil
		}
		one := function{Op: fn.Op, Format: bound, Values: values, Scans: fn.Scans, Text: f.text, ABIs: c.abiFact(f.abis)}
		if f.param != nil {
			one.Format = none
			for i := range values {
				if w.sig.Params().At(i) == f.param {
					one.Format = i
				}
			}
			if one.Format == none {
				return nil
			}
		}
		if all != nil && !reflect.DeepEqual(*all, one) {
			return nil
		}
		all = &one
	}
	return all
}
