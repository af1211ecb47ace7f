package structformat

import (
	"fmt"
	"go/ast"
	"go/types"

	"example.com/structpack"
	"golang.org/x/tools/go/types/typeutil"
)

// A function takes a format, or what holds one, and values that go with it. It
// is one of structpack's or one that passes them on; of those it is a fact.
type function struct {
	Op     string // its name in structpack's errors
	Format int    // which argument is the format; otherwise receiver or bound
	Values int    // which argument is the first value or destination; none if it takes none
	Scans  bool   // they are destinations

	Text   string           // the format, if it is bound
	Before string           // what it writes before the format that it is called with
	After  string           // and after it
	ABIs   []structpack.ABI // that the format is compiled for; nil for the target's

	Unpacks bool // the first result is the slice of values
	Holds   bool // the first result is a *Struct or *Codec of the format
	Codec   int  // 1 + which type parameter the format is bound to
	One     int  // 1 + which value the first result is
	OneType int  // as which type parameter it is asserted; none if it is not
}

const (
	none     = -1
	receiver = -2 // the format is the receiver's
	bound    = -3 // the format is always the same
	framed   = -4 // the receiver is a layout, a connection, or a frame of one
)

func (*function) AFact() {}

func (f *function) String() string {
	verb := "packs"
	switch {
	case f.Unpacks:
		return fmt.Sprintf("unpacks by %s", f.which())
	case f.Holds:
		return fmt.Sprintf("holds %s", f.which())
	case f.Codec > 0:
		return fmt.Sprintf("binds %s", f.which())
	case f.One > 0:
		return fmt.Sprintf("unpacks a value by %s", f.which())
	}
	if f.Scans {
		verb = "scans"
	}
	if f.Values < 0 {
		return "compiles " + f.which()
	}
	return fmt.Sprintf("%s %s from argument %d", verb, f.which(), f.Values)
}

func (f *function) which() string {
	if f.Format == bound {
		return fmt.Sprintf("%q", f.Text)
	}
	s := fmt.Sprintf("argument %d", f.Format)
	if f.Before != "" {
		s = fmt.Sprintf("%q + ", f.Before) + s
	}
	if f.After != "" {
		s += fmt.Sprintf(" + %q", f.After)
	}
	return s
}

// functions are what structpack has, by the names that apiName gives them.
var functions = map[string]function{
	"Pack":        {Op: "pack", Format: 0, Values: 1},
	"AppendPack":  {Op: "pack", Format: 1, Values: 2},
	"PackInto":    {Op: "pack_into", Format: 0, Values: 3},
	"Unpack":      {Op: "unpack", Format: 0, Values: none},
	"UnpackFrom":  {Op: "unpack_from", Format: 0, Values: none},
	"IterUnpack":  {Op: "iter_unpack", Format: 0, Values: none},
	"CalcSize":    {Op: "compile", Format: 0, Values: none},
	"Compile":     {Op: "compile", Format: 0, Values: none},
	"MustCompile": {Op: "compile", Format: 0, Values: none},
	"CompileFor":  {Op: "compile", Format: 1, Values: none},
	"MustCodec":   {Op: "codec", Format: 0, Values: none},

	"Struct.Pack":       {Op: "pack", Format: receiver, Values: 0},
	"Struct.AppendPack": {Op: "pack", Format: receiver, Values: 1},
	"Struct.PackInto":   {Op: "pack_into", Format: receiver, Values: 2},
	"Scan":              {Op: "scan", Format: 0, Values: 2, Scans: true},
	"ScanFrom":          {Op: "scan_from", Format: 0, Values: 3, Scans: true},
	"Struct.Read":       {Op: "read", Format: receiver, Values: 1, Scans: true},
	"Struct.ReadAt":     {Op: "read", Format: receiver, Values: 2, Scans: true},
	"Struct.Scan":       {Op: "scan", Format: receiver, Values: 1, Scans: true},
	"Struct.ScanFrom":   {Op: "scan_from", Format: receiver, Values: 2, Scans: true},

	"frame.NewLayout":  {Op: "compile", Format: 0, Values: none},
	"frame.MustLayout": {Op: "compile", Format: 0, Values: none},

	"frame.Layout.Append":     {Op: "pack", Format: framed, Values: 2},
	"frame.Writer.Write":      {Op: "pack", Format: framed, Values: 1},
	"frame.Writer.WriteFrom":  {Op: "pack", Format: framed, Values: 2},
	"frame.Conn.WriteContext": {Op: "pack", Format: framed, Values: 2},
	"frame.Conn.Send":         {Op: "pack", Format: framed, Values: 1},
	"frame.Client.Call":       {Op: "pack", Format: framed, Values: 2},
	"frame.Conn.TrySend":      {Op: "pack", Format: framed, Values: 1},
	"frame.Header.Scan":       {Op: "scan_from", Format: framed, Values: 0, Scans: true},

	"Struct.Unpack":     {Op: "unpack", Format: receiver, Values: none},
	"Struct.UnpackFrom": {Op: "unpack_from", Format: receiver, Values: none},
	"Struct.IterUnpack": {Op: "iter_unpack", Format: receiver, Values: none},

	"Codec.Unpack":            {Op: "unpack", Format: receiver, Values: none},
	"Codec.UnpackFrom":        {Op: "unpack_from", Format: receiver, Values: none},
	"Codec.All":               {Op: "iter_unpack", Format: receiver, Values: none},
	"Codec.AppendPackSlice":   {Op: "pack", Format: receiver, Values: none},
	"Codec.AppendUnpackSlice": {Op: "unpack", Format: receiver, Values: none},
}

// apiName names the function of structpack that a call calls, "" if it is none:
// "Pack", "Struct.Pack", "frame.NewLayout".
func (c *checker) apiName(call *ast.CallExpr) string {
	fn, _ := c.callee(call).(*types.Func)
	return apiNameOf(fn)
}

func apiNameOf(fn *types.Func) string {
	if fn == nil || fn.Pkg() == nil {
		return ""
	}
	name := fn.Name()
	if recv := fn.Signature().Recv(); recv != nil {
		t := types.Unalias(recv.Type())
		if p, ok := t.(*types.Pointer); ok {
			t = types.Unalias(p.Elem())
		}
		named, ok := t.(*types.Named)
		if !ok {
			return ""
		}
		name = named.Obj().Name() + "." + name
	}
	switch fn.Pkg().Path() {
	case corePath:
		return name
	case framePath:
		return "frame." + name
	}
	return ""
}

// callee returns what a call calls, also by a variable that has a function, nil if
// that is not known, or if the receiver is among the arguments.
func (c *checker) callee(call *ast.CallExpr) types.Object {
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		if s := c.info.Selections[sel]; s != nil && s.Kind() == types.MethodExpr {
			return nil
		}
	}
	callee := typeutil.Callee(c.info, call)
	for range deepest {
		v, ok := callee.(*types.Var)
		if !ok {
			break
		}
		w := c.onceVar(v.Origin())
		if w == nil || w.result != 0 || w.ranged || c.visible(v) {
			break
		}
		id := nameOf(w.value)
		if id == nil || c.info.Selections[selectorOf(w.value)] != nil {
			break
		}
		callee = c.info.Uses[id]
	}
	return callee
}

// selectorOf returns e if it is a selector, or nil.
func selectorOf(e ast.Expr) *ast.SelectorExpr {
	sel, _ := ast.Unparen(e).(*ast.SelectorExpr)
	return sel
}

// function returns what is known of the function that a call calls.
func (c *checker) function(call *ast.CallExpr) (function, bool) {
	callee := c.callee(call)
	if callee == nil {
		return function{}, false
	}
	fn, isFunc := callee.(*types.Func)
	if f, ok := functions[apiNameOf(fn)]; ok {
		return f, true
	}
	if isFunc {
		callee = fn.Origin()
	}
	if f, ok := c.wraps[callee]; ok {
		return *f, true
	}
	var fact function
	if isFunc && fn.Pkg() != nil && fn.Pkg() != c.pass.Pkg && c.pass.ImportObjectFact(callee, &fact) {
		return fact, true
	}
	if v, ok := callee.(*types.Var); ok {
		return c.methodValue(v)
	}
	return function{}, false
}

// methodValue returns what is known of a variable that is a method of structpack,
// with its receiver.
func (c *checker) methodValue(v *types.Var) (function, bool) {
	w := c.onceVar(v.Origin())
	if w == nil || w.result != 0 || w.ranged || c.visible(v) {
		return function{}, false
	}
	sel, ok := ast.Unparen(w.value).(*ast.SelectorExpr)
	if !ok || c.info.Selections[sel] == nil || c.info.Selections[sel].Kind() != types.MethodVal {
		return function{}, false
	}
	fn, _ := c.info.Uses[sel.Sel].(*types.Func)
	f, ok := functions[apiNameOf(fn)]
	return f, ok
}

// reads reports whether a call leaves the elements of its arguments alone: it is
// of structpack, or of a package that prints or compares.
func (c *checker) reads(call *ast.CallExpr) bool {
	switch callee := c.callee(call).(type) {
	case *types.Builtin:
		return callee.Name() == "len" || callee.Name() == "cap"
	case *types.Func:
		if callee.Pkg() == nil {
			return false
		}
		switch callee.Pkg().Path() {
		case corePath, framePath, "fmt", "log", "testing":
			return true
		}
		if callee.FullName() == "reflect.DeepEqual" {
			return true
		}
	}
	fn, ok := c.function(call)
	return ok && fn.Values >= 0 && !fn.Scans && call.Ellipsis.IsValid()
}

// receiverOf returns the receiver of a method call, or nil.
func receiverOf(call *ast.CallExpr) ast.Expr {
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		return sel.X
	}
	return nil
}

// An operand is an argument of a call.
type operand struct {
	types.TypeAndValue
	expr ast.Expr // if a call with several results is all arguments, that call
	part bool     // it is one of several results
}

// operands returns the arguments of a call.
func (c *checker) operands(call *ast.CallExpr) []operand {
	if len(call.Args) == 1 {
		if tuple, ok := c.info.Types[call.Args[0]].Type.(*types.Tuple); ok {
			all := make([]operand, tuple.Len())
			for i := range all {
				all[i] = operand{types.TypeAndValue{Type: tuple.At(i).Type()}, call.Args[0], true}
			}
			return all
		}
	}
	all := make([]operand, len(call.Args))
	for i, e := range call.Args {
		all[i] = operand{c.info.Types[e], e, false}
	}
	return all
}
