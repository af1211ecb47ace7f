package structformat

import (
	"go/ast"
	"go/types"
)

// rowCalls returns a call as it is for each row of a table that a loop goes over, if its
// format is a field of the row; otherwise nil.
func (c *checker) rowCalls(call *ast.CallExpr, fn function) (all []*ast.CallExpr) {
	if fn.Format < 0 || fn.Format >= len(call.Args) {
		return nil
	}
	row, _ := c.rowField(call.Args[fn.Format])
	if row == nil {
		return nil
	}
	w := c.onceVar(row)
	if w == nil || !w.ranged || w.result != 1 {
		return nil
	}
	for _, lit := range c.rowsOf(w.value) {
		one := *call
		one.Args = nil
		for _, arg := range call.Args {
			if of, field := c.rowField(arg); of == row {
				if arg = fieldIn(c.info, lit, field); arg == nil || !c.fixed(field) {
					return nil
				}
				one.Rparen = arg.End() - 1
			}
			one.Args = append(one.Args, arg)
		}
		all = append(all, &one)
	}
	return all
}

// rowField returns the variable and the field of an expression like row.format.
func (c *checker) rowField(e ast.Expr) (row, field *types.Var) {
	sel := selectorOf(e)
	if sel == nil {
		return nil, nil
	}
	if s := c.info.Selections[sel]; s == nil || s.Kind() != types.FieldVal || len(s.Index()) != 1 {
		return nil, nil
	}
	return c.varOf(sel.X), c.slotOf(sel)
}

// rowFields returns what the rows of a table have for an expression like row.format or
// table[i].format, if they are all that it may be.
func (c *checker) rowFields(e ast.Expr) (values []ast.Expr, ok bool) {
	row, field := c.rowField(e)
	if field == nil || !c.fixed(field) {
		return nil, false
	}
	var table ast.Expr
	if row == nil {
		index, ok := ast.Unparen(selectorOf(e).X).(*ast.IndexExpr)
		if !ok {
			return nil, false
		}
		table = index.X
	} else if w := c.onceVar(row); w != nil && w.ranged && w.result == 1 {
		table = w.value
	} else {
		return nil, false
	}
	for _, lit := range c.rowsOf(table) {
		if value := fieldIn(c.info, lit, field); value != nil {
			values = append(values, value)
		}
	}
	return values, len(values) > 0
}

// rowsOf returns the rows of a slice, array or map that is written as a literal of
// structs and stays as it is, or nil.
func (c *checker) rowsOf(e ast.Expr) (rows []*ast.CompositeLit) {
	if v := c.slotOf(e); v != nil && (c.visible(v) || c.vars[v] != nil && c.vars[v].elements) {
		return nil
	}
	from := c.sources(e)
	if len(from) != 1 || from[0].result != 0 || from[0].ranged {
		return nil
	}
	table, ok := ast.Unparen(from[0].value).(*ast.CompositeLit)
	if !ok {
		return nil
	}
	for _, e := range table.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			e = kv.Value
		}
		if and, ok := e.(*ast.UnaryExpr); ok {
			e = and.X
		}
		row, ok := e.(*ast.CompositeLit)
		if !ok {
			return nil
		}
		rows = append(rows, row)
	}
	return rows
}

// fixed reports whether only literals of its struct give a field a value.
func (c *checker) fixed(field *types.Var) bool {
	x := c.vars[field]
	if x == nil || x.loose || x.elements {
		return false
	}
	for _, w := range x.writes {
		if _, ok := w.at.Node().(*ast.CompositeLit); !ok {
			return false
		}
	}
	return true
}

// fieldIn returns what a literal gives a field, nil if nothing.
func fieldIn(info *types.Info, lit *ast.CompositeLit, field *types.Var) ast.Expr {
	t := info.TypeOf(lit)
	if t == nil {
		return nil
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	for i, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok && id.Name == field.Name() {
				return kv.Value
			}
		} else if i < s.NumFields() && s.Field(i).Origin() == field {
			return e
		}
	}
	return nil
}
