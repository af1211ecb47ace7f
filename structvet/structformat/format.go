package structformat

import (
	"go/ast"
	"go/constant"
	"go/types"

	"example.com/structpack"
)

// A format is the text of a format, or a parameter that has it.
type format struct {
	text  string
	expr  ast.Expr   // the constant; nil if it is of another package
	param *types.Var // if it is not nil, the text is not known
	abis  []structpack.ABI
}

// compile compiles a format for every ABI that it may be for. There is an error
// only if it compiles for none.
func (f *format) compile() ([]*structpack.Struct, error) {
	var structs []*structpack.Struct
	var first error
	for _, abi := range f.abis {
		s, err := structpack.CompileFor(abi, f.text)
		if err == nil {
			structs = append(structs, s)
		} else if first == nil {
			first = err
		}
	}
	if len(structs) > 0 {
		return structs, nil
	}
	return nil, first
}

// deepest bounds how many variables are followed to find out what a variable is.
const deepest = 10

// text finds out which format an argument of type string is.
func (c *checker) text(e ast.Expr) (format, bool) {
	for range deepest {
		e = ast.Unparen(e)
		if v := c.info.Types[e].Value; v != nil {
			if v.Kind() != constant.String {
				return format{}, false
			}
			return format{text: constant.StringVal(v), expr: e, abis: c.target}, true
		}
		v := c.varOf(e)
		if v == nil {
			return format{}, false
		}
		if c.constant(v) {
			return format{param: v, abis: c.target}, true
		}
		x := c.once(e)
		if x == nil || !x.declared || x.ranged || x.result > 0 || c.visible(v) {
			return format{}, false
		}
		e = x.value
	}
	return format{}, false
}

// visible reports whether other packages can assign to a variable.
func (c *checker) visible(v *types.Var) bool {
	return v.Exported() && v.Parent() == c.pass.Pkg.Scope() && c.pass.Pkg.Name() != "main"
}

// held finds out which format a *Struct, *Layout or *Codec was made of.
func (c *checker) held(e ast.Expr) (format, bool) { return c.heldWithin(e, deepest) }

func (c *checker) heldWithin(e ast.Expr, depth int) (format, bool) {
	if e == nil || depth == 0 {
		return format{}, false
	}
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok {
		return c.made(call, depth)
	}
	if x := c.once(e); x != nil {
		if x.result > 0 || x.ranged {
			return format{}, false
		}
		return c.heldWithin(x.value, depth-1)
	}
	v := c.varOf(e)
	if v == nil || v.Pkg() == nil || v.Pkg() == c.pass.Pkg || c.vars[v] != nil {
		return format{}, false // or of another package, and changed by this one
	}
	var fact holds
	if !c.pass.ImportObjectFact(v, &fact) {
		return format{}, false
	}
	return format{text: fact.Text, abis: c.abisOr(fact.ABIs)}, true
}

// made finds out which format the result of a call was made of.
func (c *checker) made(call *ast.CallExpr, depth int) (format, bool) {
	name := c.apiName(call)
	switch name {
	case "Codec.Struct", "frame.Layout.Header":
		return c.heldWithin(receiverOf(call), depth-1)
	}
	if len(call.Args) == 0 {
		return format{}, false
	}
	switch name {
	case "Compile", "MustCompile", "MustCodec", "frame.NewLayout", "frame.MustLayout":
		return c.text(call.Args[0])
	case "NewCodec":
		return c.heldWithin(call.Args[0], depth-1)
	case "CompileFor":
		if len(call.Args) == 2 {
			f, ok := c.text(call.Args[1])
			f.abis = c.abisOf(call.Args[0])
			return f, ok
		}
	}
	return format{}, false
}

// abisOr returns the ABIs of a fact, in which nil stands for those of the target.
func (c *checker) abisOr(abis []structpack.ABI) []structpack.ABI {
	if abis == nil {
		return c.target
	}
	return abis
}

// abiFact is the inverse of abisOr.
func (c *checker) abiFact(abis []structpack.ABI) []structpack.ABI {
	if len(abis) == len(c.target) && abis[0] == c.target[0] {
		return nil
	}
	return abis
}

// holds is the fact that a variable of a package holds a format.
type holds struct {
	Text string
	ABIs []structpack.ABI // nil for those of the target
}

func (*holds) AFact() {}

func (h *holds) String() string { return "holds " + h.Text }

// exportHolders tells other packages of the package's variables that hold formats.
func (c *checker) exportHolders() {
	scope := c.pass.Pkg.Scope()
	for _, name := range scope.Names() {
		v, ok := scope.Lookup(name).(*types.Var)
		if !ok || !v.Exported() || !isHolder(v.Type()) {
			continue
		}
		x := c.onceVar(v)
		if x == nil || x.result > 0 || x.ranged {
			continue
		}
		if f, ok := c.held(x.value); ok && f.param == nil {
			c.pass.ExportObjectFact(v, &holds{f.text, c.abiFact(f.abis)})
		}
	}
}

// isHolder reports whether t is *Struct, *Layout or *Codec.
func isHolder(t types.Type) bool {
	p, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return false
	}
	n, ok := types.Unalias(p.Elem()).(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return false
	}
	switch path := n.Obj().Pkg().Path(); n.Obj().Name() {
	case "Struct", "Codec":
		return path == corePath
	case "Layout":
		return path == framePath
	}
	return false
}
