package structformat

import (
	"go/ast"
	"go/types"
	"maps"
	"reflect"
	"slices"

	"example.com/structpack"
	"example.com/structpack/internal/rules"
	"golang.org/x/tools/go/analysis"
)

// checkDests checks the destinations of a call of Scan or ScanFrom.
func (c *checker) checkDests(call *ast.CallExpr, fn function, f format, structs []*structpack.Struct, args []operand) {
	dests, known := c.dests(args)
	s := structs[0]
	pairs, err := rules.Scan(s, fn.Op, dests)
	for i, pair := range pairs {
		if known[i] {
			continue
		}
		// It may be for one value, or for all values of the item.
		if field, ok := c.fieldOf(s, pair.Value); ok && field.Index == pair.Value && field.Values > 1 {
			pairs, err = pairs[:i], nil
			break
		}
	}
	for _, other := range structs[1:] { // which integers take a long depends on the ABI
		if same, _ := rules.Scan(other, fn.Op, dests); len(same) >= len(pairs) {
			for i := range pairs {
				if same[i].Err == nil {
					pairs[i].Err = nil
				}
			}
		}
	}
	if err == nil && !slices.ContainsFunc(pairs, func(p rules.Pair) bool { return p.Err != nil }) {
		return
	}
	with, edits := c.pointers(dests, args)
	fixed, fixedErr := rules.Scan(s, fn.Op, with)
	if err != nil {
		var fixes []analysis.SuggestedFix
		if fixedErr == nil && len(edits) > 0 && !slices.ContainsFunc(fixed, func(p rules.Pair) bool { return p.Err != nil }) {
			fixes = scanInto(slices.SortedFunc(maps.Values(edits), func(a, b analysis.TextEdit) int { return int(a.Pos - b.Pos) })...)
		}
		c.reportCount(call, f, args, len(pairs), err, fixes)
		return
	}
	for i, pair := range pairs {
		var fixes []analysis.SuggestedFix
		if edit, ok := edits[i]; ok && i < len(fixed) && fixed[i].Err == nil && fixed[i].Value == pair.Value {
			fixes = scanInto(edit)
		}
		c.reportPair(call, f, args[i], pair, fixes)
	}
}

func (c *checker) reportPair(call *ast.CallExpr, f format, arg operand, pair rules.Pair, fixes []analysis.SuggestedFix) {
	if pair.Err == nil || c.silenced(pair.Err) {
		return
	}
	e := pair.Err.(*structpack.Error)
	d := diagnose(arg.expr, badDest, e.Error())
	d.Related = c.whence(f, e.Pos, call)
	d.SuggestedFixes = fixes
	c.report(d)
}

// checkPairs is checkDests for the first n values of a format, of which the others are
// not known.
func (c *checker) checkPairs(call *ast.CallExpr, fn function, f format, structs []*structpack.Struct, args []operand, n int) {
	dests, known := c.dests(args)
	if i := slices.Index(known, false); i >= 0 {
		dests = dests[:i]
	}
	pairs, _ := rules.Scan(structs[0], fn.Op, dests)
	for i, pair := range pairs {
		if pair.Value >= n {
			break
		}
		err := agreed(structs, func(s *structpack.Struct) error {
			if same, _ := rules.Scan(s, fn.Op, dests); i < len(same) {
				return same[i].Err
			}
			return nil
		})
		c.reportPair(call, f, args[i], rules.Pair{Value: pair.Value, Err: err}, nil)
	}
}

// dests returns the types of destinations, nil for one that is nil or not known, and
// which are known.
func (c *checker) dests(args []operand) (dests []reflect.Type, known []bool) {
	dests, known = make([]reflect.Type, len(args)), make([]bool, len(args))
	for i, arg := range args {
		dests[i], known[i] = c.dest(arg)
	}
	return dests, known
}

func scanInto(edits ...analysis.TextEdit) []analysis.SuggestedFix {
	return []analysis.SuggestedFix{{Message: "Scan into the variable", TextEdits: edits}}
}

// pointers returns the destinations with pointers to the variables that are there
// by value, and the changes that make them so.
func (c *checker) pointers(dests []reflect.Type, args []operand) ([]reflect.Type, map[int]analysis.TextEdit) {
	edits := map[int]analysis.TextEdit{}
	dests = slices.Clone(dests)
	for i := range dests {
		if dests[i] != nil && dests[i].Kind() != reflect.Pointer && args[i].Addressable() {
			dests[i] = c.destType(types.NewPointer(args[i].Type))
			edits[i] = analysis.TextEdit{Pos: args[i].expr.Pos(), NewText: []byte("&")}
		}
	}
	return dests, edits
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
