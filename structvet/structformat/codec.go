package structformat

import (
	"go/ast"
	"go/types"

	"example.com/structpack"
	"example.com/structpack/internal/gotype"
	"example.com/structpack/internal/rules"
)

// checkCodec checks whether the type argument of a call can be bound to a format.
func (c *checker) checkCodec(call *ast.CallExpr, f format) {
	t, at := c.typeArgument(call)
	c.checkType(call, f, t, at)
}

// checkCodecType is checkCodec for a function that binds one of its type
// arguments.
func (c *checker) checkCodecType(call *ast.CallExpr, f format, t types.Type) {
	c.checkType(call, f, t, call.Fun)
}

func (c *checker) checkType(call *ast.CallExpr, f format, t types.Type, at ast.Expr) {
	if t == nil || f.param != nil || f.vague || !gotype.Bindable(t) {
		return
	}
	structs, err := f.compile()
	if err != nil {
		return
	}
	shape := c.reader.Type(t)
	err = agreed(structs, func(s *structpack.Struct) error {
		_, err := rules.Bind(s, shape)
		return err
	})
	if err == nil {
		return
	}
	if c.silenced(err) {
		return
	}
	d := diagnose(at, badCodec, err.Error())
	d.Related = c.whence(f, err.(*structpack.Error).Pos, call)
	c.report(d)
}

// typeArgument returns the first type argument of a call, and where it is
// written; if it is inferred, the function instead.
func (c *checker) typeArgument(call *ast.CallExpr) (types.Type, ast.Expr) {
	fun := ast.Unparen(call.Fun)
	at := fun
	switch e := fun.(type) {
	case *ast.IndexExpr:
		fun, at = e.X, e.Index
	case *ast.IndexListExpr:
		fun, at = e.X, e.Indices[0]
	}
	args := c.info.Instances[nameOf(fun)].TypeArgs
	if args.Len() == 0 {
		return nil, nil
	}
	return args.At(0), at
}

// typeArgumentAt returns one of the type arguments of a call.
func (c *checker) typeArgumentAt(call *ast.CallExpr, i int) types.Type {
	fun := ast.Unparen(call.Fun)
	switch e := fun.(type) {
	case *ast.IndexExpr:
		fun = e.X
	case *ast.IndexListExpr:
		fun = e.X
	}
	args := c.info.Instances[nameOf(fun)].TypeArgs
	if i >= args.Len() {
		return nil
	}
	return args.At(i)
}
