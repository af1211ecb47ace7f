package structformat

import (
	"go/ast"
	"go/types"
	"reflect"

	"example.com/structpack"
	"example.com/structpack/internal/static"
	"golang.org/x/tools/go/analysis"
)

// checkDests checks the destinations of a call of Scan or ScanFrom.
func (c *checker) checkDests(call *ast.CallExpr, fn function, f format, structs []*structpack.Struct, args []operand) {
	dests := make([]reflect.Type, len(args)) // nil for a destination that is nil, or not known
	known := make([]bool, len(args))
	for i, arg := range args {
		dests[i], known[i] = c.dest(arg)
	}
	s := structs[0] // the Go types of values do not depend on the ABI
	pairs, err := static.Scan(s, fn.Op, dests)
	for i, pair := range pairs {
		if known[i] {
			continue
		}
		// It may be for one value, or for all values of the item.
		if field, ok := fieldOf(s, pair.Value); ok && field.Index == pair.Value && field.Values > 1 {
			pairs, err = pairs[:i], nil
			break
		}
	}
	if err != nil {
		c.reportCount(call, f, args, len(pairs), err)
		return
	}
	for i, pair := range pairs {
		if pair.Err == nil {
			continue
		}
		e := pair.Err.(*structpack.Error)
		d := analysis.Diagnostic{Pos: args[i].expr.Pos(), End: args[i].expr.End(), Category: badDest, Message: e.Error(), Related: c.whence(f, e.Pos, call)}
		if args[i].Addressable() && dests[i].Kind() != reflect.Pointer {
			dests[i] = c.shape(types.NewPointer(args[i].Type))
			if with, _ := static.Scan(s, fn.Op, dests); i < len(with) && with[i].Value == pair.Value && with[i].Err == nil {
				d.SuggestedFixes = []analysis.SuggestedFix{{
					Message:   "Scan into the variable",
					TextEdits: []analysis.TextEdit{{Pos: d.Pos, NewText: []byte("&")}},
				}}
			}
		}
		c.report(d)
	}
}

// dest returns the type of a destination, and whether it is known.
func (c *checker) dest(arg operand) (reflect.Type, bool) {
	switch {
	case arg.IsNil():
		return nil, true
	case arg.Type == nil || open(arg.Type, deepest) || types.IsInterface(arg.Type):
		return nil, false
	}
	return c.shape(types.Default(arg.Type)), true
}
