package structformat

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"unicode/utf8"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/types/typeutil"
)

// A building follows through the statements of a function the text that is collected
// in a strings.Builder or bytes.Buffer, or in a slice for strings.Join.
type building struct {
	*checker
	v     *types.Var
	sep   []format // what is between the elements of a slice
	use   ast.Node // where the text is taken
	depth int
}

// built returns the formats that a variable has collected when its text is taken, nil if
// that is not known. After a loop that adds to it, or after a text that is not known,
// the rest of the format is open.
func (c *checker) built(v *types.Var, sep []format, use ast.Node, depth int) []format {
	if v == nil || v.Kind() != types.LocalVar {
		return nil
	}
	declared, ok := c.root.FindByPos(v.Pos(), v.Pos())
	if !ok {
		return nil
	}
	b := building{c, v, sep, use, depth}
	for cur := range declared.Enclosing((*ast.DeclStmt)(nil), (*ast.AssignStmt)(nil)) {
		var list []ast.Stmt
		k, i := cur.ParentEdge()
		switch block := cur.Parent().Node().(type) {
		case *ast.BlockStmt:
			list = block.List
		case *ast.CaseClause:
			list = block.Body
		}
		if k != edge.BlockStmt_List && k != edge.CaseClause_Body || !within(cur.Parent().Node(), use) {
			return nil
		}
		all, there := b.block(list[i+1:], b.initial())
		if !there {
			return nil
		}
		return compiling(distinct(all))
	}
	return nil
}

// compiling returns no formats if some compile and others do not: conditions may
// exclude these.
func compiling(all []format) []format {
	bad := 0
	for _, f := range all {
		if f.param == nil {
			if _, err := f.compile(); err != nil {
				bad++
			}
		}
	}
	if bad > 0 && bad < len(all) {
		return nil
	}
	return all
}

// initial returns the text that the variable is declared with.
func (b *building) initial() []format {
	none := []format{{abis: b.target}}
	x := b.vars[b.v]
	if x == nil || len(x.writes) == 0 {
		return none
	}
	w := x.writes[0]
	if !w.declared || w.result != 0 || w.ranged {
		return nil
	}
	if b.sep == nil && len(x.writes) > 1 {
		return nil
	}
	e := ast.Unparen(w.value)
	if and, ok := e.(*ast.UnaryExpr); ok {
		e = ast.Unparen(and.X)
	}
	switch e := e.(type) {
	case *ast.CompositeLit:
		if b.sep == nil && len(e.Elts) > 0 {
			return nil
		}
		return b.elements(none, e.Elts)
	case *ast.CallExpr:
		if is, ok := b.callee(e).(*types.Builtin); ok && (is.Name() == "new" || is.Name() == "make" && b.index(e.Args[1]) == 0) {
			return none
		}
	}
	return nil
}

// elements returns texts followed by elements of a slice.
func (b *building) elements(all []format, elts []ast.Expr) []format {
	for _, e := range elts {
		if _, keyed := e.(*ast.KeyValueExpr); keyed {
			return nil
		}
		all = b.add(b.add(all, b.textsWithin(e, b.depth-1)), b.sep)
	}
	return all
}

// block returns the texts after some statements, or where the text is taken, if that is
// there. They are nil if they are not known, and if the function is left.
func (b *building) block(list []ast.Stmt, all []format) (_ []format, there bool) {
	for _, s := range list {
		if all, there = b.statement(s, all); there || all == nil {
			return all, there
		}
	}
	return all, false
}

func (b *building) statement(s ast.Stmt, all []format) (_ []format, there bool) {
	if departs(s) && !within(s, b.use) {
		return nil, false
	}
	there = within(s, b.use)
	if !b.writes(s) {
		return all, there
	}
	switch s := s.(type) {
	case *ast.BlockStmt:
		return b.block(s.List, all)
	case *ast.IfStmt:
		if s.Init != nil && b.writes(s.Init) || b.writes(s.Cond) {
			return nil, there
		}
		branches := [][]ast.Stmt{s.Body.List, nil}
		if s.Else != nil {
			branches[1] = []ast.Stmt{s.Else}
		}
		return b.branches(branches, all, there)
	case *ast.SwitchStmt:
		var branches [][]ast.Stmt
		whole := false
		for _, clause := range s.Body.List {
			clause := clause.(*ast.CaseClause)
			branches = append(branches, clause.Body)
			whole = whole || clause.List == nil
		}
		if !whole {
			branches = append(branches, nil)
		}
		if b.breaks(s) {
			return nil, there
		}
		return b.branches(branches, all, there)
	case *ast.ForStmt, *ast.RangeStmt:
		if there {
			return nil, true
		}
		return unfinished(all), false
	}
	if there {
		return nil, true
	}
	if to, ok := s.(*ast.AssignStmt); ok && b.sep != nil && len(to.Lhs) == 1 && len(to.Rhs) == 1 && to.Tok == token.ASSIGN && b.varOf(to.Lhs[0]) == b.v {
		call, ok := ast.Unparen(to.Rhs[0]).(*ast.CallExpr)
		if !ok || call.Ellipsis.IsValid() {
			return nil, false
		}
		if is, ok := b.callee(call).(*types.Builtin); ok && is.Name() == "append" && b.varOf(call.Args[0]) == b.v {
			return b.elements(all, call.Args[1:]), false
		}
		return nil, false
	}
	if call := callOf(s); call != nil && b.sep == nil {
		return b.write(call, all), false
	}
	return nil, false
}

// branches returns the texts after one of several lists of statements.
func (b *building) branches(lists [][]ast.Stmt, all []format, within bool) (after []format, there bool) {
	for _, list := range lists {
		some, there := b.block(list, all)
		if there {
			return some, true
		}
		if some == nil && (len(list) == 0 || !departs(list[len(list)-1])) {
			return nil, within
		}
		after = append(after, some...)
	}
	if within { // in the condition
		return all, true
	}
	return distinct(after), false
}

// breaks reports whether the statements of a switch do not end where they end.
func (b *building) breaks(s ast.Stmt) bool {
	found := false
	ast.Inspect(s, func(n ast.Node) bool {
		if j, ok := n.(*ast.BranchStmt); ok && j.Tok != token.CONTINUE {
			found = true
		}
		return !found
	})
	return found
}

// departs reports whether a statement leaves what its block is in.
func departs(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok == token.CONTINUE
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		id, ok := call.Fun.(*ast.Ident)
		return ok && id.Name == "panic"
	}
	return false
}

// callOf returns the call that a statement is, or whose results it drops, or nil.
func callOf(s ast.Stmt) *ast.CallExpr {
	var e ast.Expr
	switch s := s.(type) {
	case *ast.ExprStmt:
		e = s.X
	case *ast.AssignStmt:
		if len(s.Rhs) == 1 && allBlank(s.Lhs) {
			e = s.Rhs[0]
		}
	}
	call, _ := e.(*ast.CallExpr)
	return call
}

// write returns the texts after a call that writes to a builder.
func (b *building) write(call *ast.CallExpr, all []format) []format {
	fn, _ := typeutil.Callee(b.info, call).(*types.Func)
	if fn == nil || len(call.Args) == 0 || call.Ellipsis.IsValid() {
		return nil
	}
	args := call.Args
	if b.varOf(receiverOf(call)) != b.v {
		into := ast.Unparen(args[0])
		if and, ok := into.(*ast.UnaryExpr); ok {
			into = and.X
		}
		if b.varOf(into) != b.v {
			return nil
		}
		args = args[1:]
	}
	for _, e := range args {
		if b.writes(e) {
			return nil
		}
	}
	switch name := fn.FullName(); {
	case fn.Name() == "Grow":
		return all
	case len(args) == 0:
		return nil
	case name == "fmt.Fprintf":
		return b.add(all, b.printedAs(args[0], args[1:], b.depth))
	case len(args) > 1:
		return nil
	case fn.Name() == "WriteByte" || fn.Name() == "WriteRune":
		return b.add(all, b.character(args[0]))
	case fn.Name() == "WriteString" || name == "fmt.Fprint":
		some := b.textsWithin(args[0], b.depth-1)
		if some == nil && b.orders(args[0]) {
			some = b.anyOrder()
		}
		if some == nil {
			some = b.number(args[0], b.info.TypeOf(args[0]))
		}
		return b.add(all, some)
	}
	return nil
}

// add returns texts followed by others, open ones if the others are not known.
func (b *building) add(all, some []format) []format {
	if some == nil {
		return unfinished(all)
	}
	return join(all, some)
}

// unfinished returns texts whose rest is not known, nil if that may change their last item.
func unfinished(all []format) (opened []format) {
	for _, f := range all {
		if f.counts || f.param != nil {
			return nil
		}
		if f.open == 0 {
			if n := len(f.text); n > 0 && (f.text[n-1] == 'Z' || '0' <= f.text[n-1] && f.text[n-1] <= '9') {
				return nil
			}
			f.open, f.vague = 1+len(f.text), true
		}
		opened = append(opened, f)
	}
	return opened
}

// character returns the format that a constant character is.
func (b *building) character(e ast.Expr) []format {
	v := b.info.Types[e].Value
	if v == nil || v.Kind() != constant.Int {
		return nil
	}
	r, exact := constant.Int64Val(v)
	if !exact || r < 0 || r >= utf8.RuneSelf {
		return nil
	}
	return []format{{text: string(rune(r)), parts: []part{{0, e, 0}}, abis: b.target}}
}

// writes reports whether something may be done to the variable other than to take its
// text or length.
func (b *building) writes(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if n == b.use {
				return false
			}
			sel := selectorOf(n.Fun)
			if sel != nil && b.varOf(sel.X) == b.v && (sel.Sel.Name == "String" || sel.Sel.Name == "Len") {
				return false
			}
			if is, ok := b.callee(n).(*types.Builtin); ok && is.Name() == "len" {
				return false
			}
		case *ast.Ident:
			if b.info.ObjectOf(n) == b.v {
				found = true
			}
		}
		return !found
	})
	return found
}
