package structformat

import (
	"errors"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"example.com/structpack"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// errAny stands for all errors.
var errAny = errors.New("any error")

var sentinels = map[string]error{
	"ErrFormat": structpack.ErrFormat, "ErrCount": structpack.ErrCount, "ErrType": structpack.ErrType,
	"ErrRange": structpack.ErrRange, "ErrBuffer": structpack.ErrBuffer,
}

// silenced reports whether the program asks for an error after the call that is
// checked.
func (c *checker) silenced(err error) bool {
	return slices.ContainsFunc(c.asked(), func(asked error) bool { return asked == errAny || errors.Is(err, asked) })
}

// asksForPanic returns any error if a call is to panic: in a test that recovers, in
// what is handed to a function for that, and where what is recovered is an *Error.
func (c *checker) asksForPanic(cur inspector.Cursor) []error {
	test := c.inTest(cur)
	for outer := range cur.Enclosing((*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		if r := c.rescues(outer.Node()); c.handedToPanic(outer) || r.recovers && (test || r.error) {
			return []error{errAny}
		}
	}
	return nil
}

// handedToPanic reports whether a function is an argument of one whose name says that
// it is to panic, as in packages for tests.
func (c *checker) handedToPanic(cur inspector.Cursor) bool {
	if k, _ := cur.ParentEdge(); k != edge.CallExpr_Args {
		return false
	}
	id := nameOf(cur.Parent().Node().(*ast.CallExpr).Fun)
	return id != nil && strings.Contains(strings.ToLower(id.Name), "panic")
}

// A rescue is what a function does about panics: it recovers, and names *Error where
// it does.
type rescue struct{ recovers, error bool }

func (c *checker) rescues(fn ast.Node) rescue {
	r, ok := c.rescue[fn]
	if ok {
		return r
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		d, ok := n.(*ast.DeferStmt)
		if !ok {
			return true
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				switch obj := c.info.Uses[id].(type) {
				case *types.Builtin:
					r.recovers = r.recovers || obj.Name() == "recover"
				case *types.TypeName:
					r.error = r.error || obj.Name() == "Error" && obj.Pkg() != nil && obj.Pkg().Path() == corePath
				}
			}
			return true
		})
		return false
	})
	c.rescue[fn] = r
	return r
}

// inTest reports whether something is in a file of tests, or in a function that has a
// *testing.T or the like.
func (c *checker) inTest(cur inspector.Cursor) bool {
	if strings.HasSuffix(c.pass.Fset.Position(cur.Node().Pos()).Filename, "_test.go") {
		return true
	}
	for outer := range cur.Enclosing((*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		var params *ast.FieldList
		switch fn := outer.Node().(type) {
		case *ast.FuncLit:
			params = fn.Type.Params
		case *ast.FuncDecl:
			params = fn.Type.Params
		}
		for _, p := range params.List {
			t := c.info.TypeOf(p.Type)
			if ptr, ok := t.(*types.Pointer); ok {
				t = ptr.Elem()
			}
			if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "testing" {
				return true
			}
		}
	}
	return false
}

// asksFor returns the errors that the program asks for right after a call: with
// errors.Is or errors.As, or a comparison, in the statement of the call or in the
// next one.
func (c *checker) asksFor(cur inspector.Cursor, call *ast.CallExpr) (asked []error) {
	if k, _ := cur.ParentEdge(); k == edge.CallExpr_Args { // the error itself is the argument
		asked = append(asked, c.askedIn(cur.Parent().Node(), nil)...)
		for _, arg := range cur.Parent().Node().(*ast.CallExpr).Args {
			asked = append(asked, c.sentinel(arg)...)
		}
	}
	example := c.inExample(cur)
	for outer := range cur.Enclosing((*ast.AssignStmt)(nil), (*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		s, ok := outer.Node().(*ast.AssignStmt)
		if !ok || len(s.Lhs) == 0 || len(s.Rhs) != 1 || ast.Unparen(s.Rhs[0]) != call {
			return asked
		}
		v := c.varOf(s.Lhs[len(s.Lhs)-1])
		if v == nil || v.Type().String() != "error" {
			return asked
		}
		switch k, _ := outer.ParentEdge(); k {
		case edge.IfStmt_Init, edge.SwitchStmt_Init:
			return append(asked, c.askedIn(outer.Parent().Node(), v)...)
		}
		after, ok := outer.NextSibling()
		for range 2 { // the target of errors.As may be declared in between
			if !ok {
				break
			}
			asked = append(asked, c.askedIn(after.Node(), v)...)
			if example && c.prints(after.Node(), v) || c.needs(after.Node(), v) || c.probes(s, call, after.Node(), v) {
				asked = append(asked, errAny)
			}
			if _, declares := after.Node().(*ast.DeclStmt); !declares {
				break
			}
			after, ok = after.NextSibling()
		}
		return asked
	}
	return asked
}

// askedIn returns the errors that are asked for in a statement, of the variable v
// if it is not nil.
func (c *checker) askedIn(n ast.Node, v *types.Var) (asked []error) {
	if s, ok := n.(*ast.IfStmt); ok && v != nil && c.failsWithout(s, v) {
		return []error{errAny}
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if v != nil && slices.ContainsFunc(n.Args, func(e ast.Expr) bool { return c.varOf(e) == v }) {
				for _, arg := range n.Args {
					asked = append(asked, c.sentinel(arg)...)
				}
			}
			fn, _ := c.callee(n).(*types.Func)
			if fn == nil || len(n.Args) < 2 || v != nil && c.varOf(n.Args[0]) != v {
				return true
			}
			switch fn.FullName() {
			case "errors.Is":
				asked = append(asked, c.sentinel(n.Args[1])...)
				if other := c.slotOf(n.Args[1]); other == nil || other.IsField() || other.Parent() != nil && other.Pkg() != nil && other.Parent() != other.Pkg().Scope() {
					asked = append(asked, errAny) // which one is in a table, say
				}
			case "errors.As":
				if t := c.info.TypeOf(n.Args[1]); t != nil && strings.HasSuffix(t.String(), corePath+".Error") {
					asked = append(asked, errAny)
				}
			}
		case *ast.TypeAssertExpr:
			if n.Type != nil && (v == nil || c.varOf(n.X) == v) && c.isError(n.Type) {
				asked = append(asked, errAny)
			}
		case *ast.IndexExpr: // errors.AsType[*structpack.Error]
			if fn, ok := c.info.Uses[nameOf(n.X)].(*types.Func); ok && fn.FullName() == "errors.AsType" && c.isError(n.Index) {
				asked = append(asked, errAny)
			}
		case *ast.BinaryExpr:
			if v != nil && c.varOf(n.X) == v && (n.Op == token.EQL || n.Op == token.NEQ) {
				asked = append(asked, c.sentinel(n.Y)...)
			}
		}
		return true
	})
	return asked
}

// needs reports whether a statement asks an error for its text without a look at
// whether there is one.
func (c *checker) needs(n ast.Node, v *types.Var) bool {
	switch n.(type) {
	case *ast.ReturnStmt, *ast.ExprStmt, *ast.AssignStmt:
	default:
		return false
	}
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.BinaryExpr:
			return n.Op != token.LAND && n.Op != token.LOR
		case *ast.CallExpr:
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Error" && c.varOf(sel.X) == v {
				found = true
			}
		}
		return !found
	})
	return found
}

// probes reports whether a format is compiled for nothing but an answer to the question
// whether it is one.
func (c *checker) probes(s *ast.AssignStmt, call *ast.CallExpr, after ast.Node, v *types.Var) bool {
	switch c.apiName(call) {
	case "Compile", "CalcSize", "CompileFor":
	default:
		return false
	}
	r, ok := after.(*ast.ReturnStmt)
	if !ok || len(r.Results) != 1 || !allBlank(s.Lhs[:len(s.Lhs)-1]) {
		return false
	}
	b, ok := ast.Unparen(r.Results[0]).(*ast.BinaryExpr)
	return ok && (b.Op == token.EQL || b.Op == token.NEQ) && c.varOf(b.X) == v && c.info.Types[b.Y].IsNil()
}

// failsWithout reports whether a statement is `if err == nil { t.Error(…) }`: the
// error is what a test wants.
func (c *checker) failsWithout(s *ast.IfStmt, v *types.Var) bool {
	if !c.isNil(s.Cond, v) {
		return false
	}
	fails := false
	ast.Inspect(s.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			switch callee := c.callee(call).(type) {
			case *types.Func:
				fails = fails || callee.Pkg() != nil && callee.Pkg().Path() == "testing"
			case *types.Builtin:
				fails = fails || callee.Name() == "panic"
			}
		}
		return !fails
	})
	return fails
}

// isNil reports whether a condition holds if v is nil.
func (c *checker) isNil(cond ast.Expr, v *types.Var) bool {
	b, ok := ast.Unparen(cond).(*ast.BinaryExpr)
	if !ok {
		return false
	}
	if b.Op == token.LOR {
		return c.isNil(b.X, v) || c.isNil(b.Y, v)
	}
	return b.Op == token.EQL && c.varOf(b.X) == v && c.info.Types[b.Y].IsNil()
}

// inExample reports whether something is in an example, which may show errors.
func (c *checker) inExample(cur inspector.Cursor) bool {
	for outer := range cur.Enclosing((*ast.FuncDecl)(nil)) {
		return strings.HasPrefix(outer.Node().(*ast.FuncDecl).Name.Name, "Example") &&
			strings.HasSuffix(c.pass.Fset.Position(outer.Node().Pos()).Filename, "_test.go")
	}
	return false
}

// prints reports whether a statement prints a variable.
func (c *checker) prints(n ast.Node, v *types.Var) bool {
	s, ok := n.(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := s.X.(*ast.CallExpr)
	if !ok {
		return false
	}
	fn, _ := c.callee(call).(*types.Func)
	return fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == "fmt" &&
		slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return c.varOf(e) == v })
}

// isError reports whether an expression is the type *structpack.Error.
func (c *checker) isError(e ast.Expr) bool {
	t := c.info.TypeOf(e)
	p, ok := types.Unalias(orInvalid(t)).(*types.Pointer)
	return ok && isNamed(p.Elem(), corePath, "Error")
}

// orInvalid returns the invalid type for nil.
func orInvalid(t types.Type) types.Type {
	if t == nil {
		return types.Typ[types.Invalid]
	}
	return t
}

func (c *checker) sentinel(e ast.Expr) []error {
	if v := c.varOf(e); v != nil && v.Pkg() != nil && v.Pkg().Path() == corePath {
		if err := sentinels[v.Name()]; err != nil {
			return []error{err}
		}
	}
	return nil
}

// onManyPlatforms reports whether a function asks for the platform: then a call
// in it may be for another one than is built for.
func (c *checker) onManyPlatforms(cur inspector.Cursor) bool {
	fn := functionOf(cur)
	if fn == nil {
		return false
	}
	if many, ok := c.many[fn]; ok {
		return many
	}
	many := false
	ast.Inspect(fn, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if k, ok := c.info.Uses[sel.Sel].(*types.Const); ok && k.Pkg() != nil {
				switch k.Pkg().Path() + "." + k.Name() {
				case "runtime.GOOS", "runtime.GOARCH", "strconv.IntSize", "math/bits.UintSize":
					many = true
				}
			}
		}
		return !many
	})
	c.many[fn] = many
	return many
}
