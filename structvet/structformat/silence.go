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
	return slices.ContainsFunc(c.asked, func(asked error) bool { return asked == errAny || errors.Is(err, asked) })
}

// checkAll silences a call of a test whose error is expected, or that is to panic.
func (c *checker) checkAll(cur inspector.Cursor, call *ast.CallExpr) {
	if !strings.HasSuffix(c.pass.Fset.Position(call.Pos()).Filename, "_test.go") {
		return
	}
	for outer := range cur.Enclosing((*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		recovers := false
		ast.Inspect(outer.Node(), func(n ast.Node) bool {
			if d, ok := n.(*ast.DeferStmt); ok {
				ast.Inspect(d, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok && id.Name == "recover" {
						_, recovers = c.info.Uses[id].(*types.Builtin)
					}
					return true
				})
			}
			return !recovers
		})
		if recovers {
			c.asked = append(c.asked, errAny)
			return
		}
	}
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
			if example && c.prints(after.Node(), v) {
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
			case "errors.As":
				if t := c.info.TypeOf(n.Args[1]); t != nil && strings.HasSuffix(t.String(), corePath+".Error") {
					asked = append(asked, errAny)
				}
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
