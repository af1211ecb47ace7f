package structformat

import (
	"go/ast"
	"reflect"
	"strings"

	"example.com/structpack"
)

// checkCall checks a call of structpack, or of a function that passes on what it
// is called with.
func (c *checker) checkCall(call *ast.CallExpr) {
	name := c.apiName(call)
	switch name {
	case "NewCodec":
		if f, ok := c.held(firstArg(call)); ok {
			c.checkCodec(call, f)
		}
		return
	case "frame.Encode":
		if len(call.Args) > 1 {
			if f, ok := c.held(call.Args[1]); ok {
				c.checkCodec(call, f)
			}
		}
		return
	}
	fn, ok := c.function(call)
	if !ok {
		return
	}
	args := c.operands(call)
	f, ok := c.formatOf(call, fn, args)
	if !ok || f.param != nil {
		return
	}
	structs, err := f.compile()
	if err != nil {
		if fn.Format >= 0 {
			c.reportFormat(f, err)
		}
		return
	}
	switch name {
	case "MustCodec":
		c.checkCodec(call, f)
	case "frame.NewLayout", "frame.MustLayout":
		c.checkLayout(call, f)
		return
	}
	if fn.Format >= 0 && name != "CompileFor" {
		c.checkPrefix(f, structs[0])
	}
	if fn.Values < 0 || call.Ellipsis.IsValid() || len(args) < fn.Values {
		return
	}
	if fn.Scans {
		c.checkDests(call, fn, f, structs, args[fn.Values:])
	} else {
		c.checkValues(call, fn, f, structs, args[fn.Values:])
	}
}

func firstArg(call *ast.CallExpr) ast.Expr {
	if len(call.Args) == 0 {
		return nil
	}
	return call.Args[0]
}

// formatOf returns the format that a call of fn is about.
func (c *checker) formatOf(call *ast.CallExpr, fn function, args []operand) (format, bool) {
	switch {
	case fn.Format == receiver:
		return c.held(receiverOf(call))
	case fn.Format == bound:
		return format{text: fn.Text, abis: c.abisOr(fn.ABIs)}, true
	case fn.Format >= len(args) || args[fn.Format].part:
		return format{}, false
	}
	f, ok := c.text(args[fn.Format].expr)
	if c.apiName(call) == "CompileFor" {
		f.abis = c.abisOf(args[0].expr)
	} else if fn.ABIs != nil {
		f.abis = fn.ABIs
	}
	return f, ok
}

// reportFormat reports a format that does not compile, at the byte at fault.
func (c *checker) reportFormat(f format, err error) {
	d := diagnose(f.expr, badFormat, err.Error())
	if e, ok := err.(*structpack.Error); ok && e.Pos >= 0 {
		d.Pos, d.End = c.place(f.expr, e.Pos)
	}
	c.report(d)
}

// checkPrefix reports a format without a prefix, unless it means the same
// everywhere, or has codes that exist without one only.
func (c *checker) checkPrefix(f format, s *structpack.Struct) {
	if !native || strings.ContainsAny(f.text[:min(1, len(f.text))], "@=<>!") {
		return
	}
	differs := false
	pos := 0
	for _, field := range s.Fields() {
		if _, err := structpack.CalcSize("=" + field.Code); err != nil {
			return
		}
		if !differs && !sameEverywhere(field) {
			differs, pos = true, field.Pos
		}
	}
	if !differs {
		return
	}
	d := diagnose(f.expr, noPrefix, "format "+quote(f.text)+
		" has no prefix: its sizes, alignment and byte order are those of the machine; write @ if that is meant, else <, > or !")
	d.Pos, d.End = c.place(f.expr, pos)
	c.report(d)
}

// sameEverywhere reports whether the bytes of a field are the same after every
// prefix: single bytes are.
func sameEverywhere(f structpack.Field) bool {
	return f.Type == nil || f.Type.Kind() == reflect.Slice || f.Type.Size() == 1
}
