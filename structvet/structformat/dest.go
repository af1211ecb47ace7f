package structformat

import (
	"go/ast"
	"go/types"
	"reflect"
	"slices"

	"example.com/structpack"
	"example.com/structpack/internal/rules"
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
	pairs, err := rules.Scan(s, fn.Op, dests)
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
		c.reportCount(call, f, args, len(pairs), err, c.pointers(s, fn, dests, args, 0, len(args)))
		return
	}
	for i, pair := range pairs {
		if pair.Err == nil {
			continue
		}
		e := pair.Err.(*structpack.Error)
		d := diagnose(args[i].expr, badDest, e.Error())
		d.Related = c.whence(f, e.Pos, call)
		d.SuggestedFixes = c.pointers(s, fn, dests, args, i, i+1)
		c.report(d)
	}
}

// pointers returns the fix for destinations from..to, or nil: to scan into the
// variables that are there by value.
func (c *checker) pointers(s *structpack.Struct, fn function, dests []reflect.Type, args []operand, from, to int) []analysis.SuggestedFix {
	fix := analysis.SuggestedFix{Message: "Scan into the variable"}
	dests = slices.Clone(dests)
	for i := from; i < to; i++ {
		if dests[i] != nil && dests[i].Kind() != reflect.Pointer && args[i].Addressable() {
			dests[i] = c.destType(types.NewPointer(args[i].Type))
			fix.TextEdits = append(fix.TextEdits, analysis.TextEdit{Pos: args[i].expr.Pos(), NewText: []byte("&")})
		}
	}
	pairs, err := rules.Scan(s, fn.Op, dests)
	if len(fix.TextEdits) == 0 || err != nil {
		return nil
	}
	for _, pair := range pairs[from:to] {
		if pair.Err != nil {
			return nil
		}
	}
	return []analysis.SuggestedFix{fix}
}

// dest returns the type of a destination, and whether it is known.
func (c *checker) dest(arg operand) (reflect.Type, bool) {
	switch {
	case arg.IsNil():
		return nil, true
	case arg.Type == nil || open(arg.Type, deepest) || types.IsInterface(arg.Type):
		return nil, false
	}
	return c.destType(types.Default(arg.Type)), true
}

// destType returns a type as Scan is to see it: it knows *any by the type itself.
func (c *checker) destType(t types.Type) reflect.Type {
	if p, ok := types.Unalias(t).(*types.Pointer); ok && isAny(p.Elem()) {
		return reflect.TypeFor[*any]()
	}
	return c.reader.Type(t)
}
