package structformat

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"example.com/structpack"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// repeating are the functions that go over records one after another.
var repeating = map[string]bool{
	"IterUnpack": true, "Struct.IterUnpack": true, "Codec.All": true, "Codec.AppendPackSlice": true, "Codec.AppendUnpackSlice": true,
}

// checkTail reports a native format that is used for an array, and lacks the
// bytes that C has at the end of each element.
func (c *checker) checkTail(call *ast.CallExpr, name string, f format) {
	if !repeating[name] || f.vague || f.text != "" && strings.IndexByte("=<>!", f.text[0]) >= 0 {
		return
	}
	for _, abi := range f.abis {
		s, err := structpack.CompileFor(abi, f.text)
		if err != nil {
			return
		}
		tail := ""
		size := s.Size()
		for _, field := range c.fieldsOf(s) {
			if whole, err := structpack.CompileFor(abi, f.text+"0"+field.Code); err == nil && whole.Size() > size {
				tail, size = "0"+field.Code, whole.Size()
			}
		}
		if tail == "" {
			return // it is right somewhere
		}
		if abi != f.abis[len(f.abis)-1] {
			continue
		}
		d := diagnose(call.Fun, badTail, fmt.Sprintf("format %s is of %d bytes, and an element of a C array has %d: end it with %s, or begin with = if the bytes are not C's",
			quote(f.text), s.Size(), size, tail))
		d.Related = c.whence(f, 0, call)
		c.report(d)
	}
}

// lengths are the functions that take data, and which argument it is, and the
// offset if there is one.
var lengths = map[string]struct{ data, offset int }{
	"Unpack": {1, none}, "Struct.Unpack": {0, none}, "Codec.Unpack": {0, none}, "Struct.Scan": {0, none}, "Scan": {1, none}, "ScanFrom": {1, 2},
	"UnpackFrom": {1, 2}, "Struct.UnpackFrom": {0, 1}, "Codec.UnpackFrom": {0, 1}, "Struct.ScanFrom": {0, 1},
	"IterUnpack": {1, none}, "Struct.IterUnpack": {0, none},
	"PackInto": {1, 2}, "Struct.PackInto": {0, 1},
}

// checkLength reports data of a known length that the format does not go with.
func (c *checker) checkLength(call *ast.CallExpr, name string, f format, structs []*structpack.Struct) {
	at, ok := lengths[name]
	if !ok || f.vague || at.data >= len(call.Args) || at.offset >= len(call.Args) {
		return
	}
	n, ok := c.dataLength(call.Args[at.data], deepest)
	if !ok || n > 1<<16 {
		return
	}
	offset := 0
	if at.offset >= 0 {
		if offset = c.index(call.Args[at.offset]); offset < 0 {
			return
		}
	}
	data := make([]byte, n)
	err := agreed(structs, func(s *structpack.Struct) (err error) {
		switch name {
		case "IterUnpack", "Struct.IterUnpack":
			_, err = s.IterUnpack(data)
		case "UnpackFrom", "Struct.UnpackFrom", "Codec.UnpackFrom", "Struct.ScanFrom", "ScanFrom":
			_, err = s.UnpackFrom(data, offset)
		case "PackInto", "Struct.PackInto":
			values, _ := s.UnpackFrom(make([]byte, s.Size()), 0)
			if s.Size() <= 1<<16 {
				err = s.PackInto(data, offset, values...)
			}
		default:
			_, err = s.Unpack(data)
		}
		return err
	})
	if !errors.Is(err, structpack.ErrBuffer) || c.silenced(err) {
		return
	}
	message := err.Error()
	if !strings.Contains(message, "(got ") && !strings.Contains(message, "actual buffer size") {
		message += fmt.Sprintf(" (got %d)", n)
	}
	d := diagnose(call.Args[at.data], badLength, message)
	d.Related = c.whence(f, 0, call)
	c.report(d)
}

// dataLength returns the length of a slice of bytes, if it is certain.
func (c *checker) dataLength(e ast.Expr, depth int) (int, bool) {
	if depth == 0 {
		return 0, false
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.SliceExpr:
		low := 0
		if e.Low != nil {
			if low = c.index(e.Low); low < 0 {
				return 0, false
			}
		}
		if e.High != nil {
			high := c.index(e.High)
			return high - low, high >= low
		}
		t := c.info.TypeOf(e.X)
		if t == nil {
			return 0, false
		}
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		if a, ok := t.Underlying().(*types.Array); ok && a.Len() >= 0 && a.Len() < 1<<20 {
			return int(a.Len()) - low, int(a.Len()) >= low
		}
		n, ok := c.dataLength(e.X, depth-1)
		return n - low, ok && n >= low
	case *ast.CallExpr:
		if c.info.Types[e.Fun].IsType() && len(e.Args) == 1 {
			text, ok := c.constantText(operand{c.info.Types[e], e, false})
			return len(text), ok
		}
		if b, ok := c.callee(e).(*types.Builtin); ok && b.Name() == "make" && len(e.Args) > 1 {
			n := c.index(e.Args[1])
			return n, n >= 0
		}
	case *ast.CompositeLit:
		if t := c.info.TypeOf(e); t == nil {
			return 0, false
		} else if _, ok := t.Underlying().(*types.Slice); !ok {
			return 0, false
		}
		for _, elt := range e.Elts {
			if _, keyed := elt.(*ast.KeyValueExpr); keyed {
				return 0, false
			}
		}
		return len(e.Elts), true
	case *ast.Ident:
		if v := c.varOf(e); v == nil || v.Kind() != types.LocalVar {
			return 0, false
		}
		if w := c.once(e); w != nil && w.result == 0 && !w.ranged && w.declared {
			return c.dataLength(w.value, depth-1)
		}
	}
	return 0, false
}

// checkIP reports a net.IP that s cuts: most have 16 bytes, for IPv4 too.
func (c *checker) checkIP(call *ast.CallExpr, fn function, f format, s *structpack.Struct, index int, arg operand) bool {
	if arg.Type == nil || arg.part || !isNamed(arg.Type, "net", "IP") || f.vague {
		return false
	}
	field, ok := c.fieldOf(s, index)
	if !ok || field.Code != "s" || field.Count >= 16 || c.short(arg.expr) {
		return false
	}
	d := diagnose(arg.expr, cutText, fmt.Sprintf("%s %s: value %d ('s' at byte %d): a net.IP has 16 bytes, also for IPv4, of which the first %d are packed: use To4, or a netip.Addr and As4",
		fn.Op, quote(f.text), index, field.Pos, field.Count))
	d.Related = c.whence(f, field.Pos, call)
	switch ast.Unparen(arg.expr).(type) {
	case *ast.Ident, *ast.SelectorExpr, *ast.CallExpr, *ast.IndexExpr:
		if field.Count == 4 {
			d.SuggestedFixes = []analysis.SuggestedFix{{
				Message:   "Pack its four bytes",
				TextEdits: []analysis.TextEdit{{Pos: arg.expr.End(), NewText: []byte(".To4()")}},
			}}
		}
	}
	c.report(d)
	return true
}

func isNamed(t types.Type, path, name string) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == path && n.Obj().Name() == name
}

// short reports whether a net.IP may well have 4 bytes: it comes from something
// else than the functions that make it of 16, or its length is asked for.
func (c *checker) short(e ast.Expr) bool {
	v := c.varOf(e)
	if v != nil {
		if x := c.vars[v]; x != nil {
			for _, w := range x.writes {
				if w.value == nil {
					continue
				}
				for _, from := range c.sources(w.value) {
					if c.cuts(from.value) {
						return true
					}
				}
			}
		}
		if cur, ok := c.root.FindByPos(e.Pos(), e.End()); ok && c.guarded(cur, e) {
			return true
		}
	}
	for _, from := range c.sources(e) {
		if c.cuts(from.value) {
			return true
		}
	}
	return false
}

// cuts reports whether an expression makes a net.IP that may have 4 bytes.
func (c *checker) cuts(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		if fn, ok := c.callee(e).(*types.Func); ok {
			switch fn.FullName() {
			case "net.ParseIP", "net.IPv4", "(net.IP).To16":
				return false
			}
		}
		return true
	case *ast.SliceExpr, *ast.CompositeLit, *ast.IndexExpr:
		return true
	case *ast.SelectorExpr:
		t := c.info.TypeOf(e.X)
		if p, ok := t.(*types.Pointer); ok {
			t = p.Elem()
		}
		return t != nil && isNamed(t, "net", "IPNet")
	}
	return false
}

// checkKept reports a record of Codec.All that is kept beyond its turn in the
// loop: there is one record, and its slices are filled again.
func (c *checker) checkKept(n *ast.RangeStmt) {
	record, ok := n.Value.(*ast.Ident)
	if !ok || !c.records(n.X) {
		return
	}
	v := c.varOf(record)
	p, ok := typeOrNil(v).(*types.Pointer)
	if !ok {
		return
	}
	slices := hasSlice(p.Elem(), deepest)
	body, _ := c.root.FindNode(n.Body)
	for use := range body.Preorder((*ast.Ident)(nil)) {
		id := use.Node().(*ast.Ident)
		if c.varOf(id) != v {
			continue
		}
		switch k, _ := use.ParentEdge(); k {
		case edge.SelectorExpr_X:
			if written(use.Parent()) {
				return // its slices are copied
			}
		}
	}
	for use := range body.Preorder((*ast.Ident)(nil)) {
		id := use.Node().(*ast.Ident)
		if c.varOf(id) != v {
			continue
		}
		at, copied := use, false
		if k, _ := at.ParentEdge(); k == edge.StarExpr_X {
			at, copied = at.Parent(), true
		}
		if copied && !slices || !c.keeps(at) || leaves(at) {
			continue
		}
		message := "the record is the same one in every turn of the loop, and is written again"
		if copied {
			message = "the copy shares the slices of the record, which are written again in the next turn of the loop: copy them, or use AppendUnpackSlice"
		}
		c.report(diagnose(at.Node().(ast.Expr), keptRecord, message))
	}
}

func typeOrNil(v *types.Var) types.Type {
	if v == nil {
		return nil
	}
	return v.Type()
}

// records reports whether an expression is what Codec.All returns.
func (c *checker) records(e ast.Expr) bool {
	for _, from := range c.sources(e) {
		call, ok := ast.Unparen(from.value).(*ast.CallExpr)
		if !ok || from.result != 0 || from.ranged || c.apiName(call) != "Codec.All" {
			return false
		}
	}
	return true
}

// written reports whether a selection is assigned to.
func written(sel inspector.Cursor) bool {
	k, _ := sel.ParentEdge()
	return k == edge.AssignStmt_Lhs
}

// keeps reports whether a value is put where it is after the turn of a loop.
func (c *checker) keeps(at inspector.Cursor) bool {
	switch k, i := at.ParentEdge(); k {
	case edge.CallExpr_Args:
		call := at.Parent().Node().(*ast.CallExpr)
		b, ok := c.callee(call).(*types.Builtin)
		return ok && b.Name() == "append" && i > 0 && !call.Ellipsis.IsValid()
	case edge.AssignStmt_Rhs:
		s := at.Parent().Node().(*ast.AssignStmt)
		if s.Tok != token.ASSIGN || i >= len(s.Lhs) {
			return false
		}
		_, element := ast.Unparen(s.Lhs[i]).(*ast.IndexExpr)
		return element
	}
	return false
}

// leaves reports whether the loop ends after the statement that something is in.
func leaves(at inspector.Cursor) bool {
	for outer := range at.Enclosing((*ast.BlockStmt)(nil)) {
		list := outer.Node().(*ast.BlockStmt).List
		if len(list) == 0 {
			return false
		}
		switch s := list[len(list)-1].(type) {
		case *ast.ReturnStmt:
			return true
		case *ast.BranchStmt:
			return s.Tok == token.BREAK
		}
		return false
	}
	return false
}

// hasSlice reports whether a record has a slice in it.
func hasSlice(t types.Type, depth int) bool {
	if depth == 0 {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return true
	case *types.Array:
		return hasSlice(u.Elem(), depth-1)
	case *types.Struct:
		for i := range u.NumFields() {
			f := u.Field(i)
			if (f.Exported() || f.Embedded()) && f.Name() != "_" && !strings.Contains(u.Tag(i), `structpack:"-"`) && hasSlice(f.Type(), depth-1) {
				return true
			}
		}
	}
	return false
}
