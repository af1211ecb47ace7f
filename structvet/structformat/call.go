package structformat

import (
	"go/ast"
	"go/types"
	"reflect"
	"strings"
	"sync"

	"example.com/structpack"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"
)

// checkCall checks a call of structpack, or of a function that passes on what it
// is called with.
func (c *checker) checkCall(cur inspector.Cursor, call *ast.CallExpr) {
	asked := c.asked
	c.asked = sync.OnceValue(func() []error { return append(c.asksFor(cur, call), c.asksForPanic(cur)...) })
	defer func() { c.asked = asked }()
	switch name := c.apiName(call); name {
	case "NewCodec":
		c.judge(c.held(firstArg(call)), func(f format) { c.checkCodec(call, f) })
		return
	case "frame.NewLayoutOf", "frame.MustLayoutOf":
		c.checkLayoutOf(call)
		return
	case "frame.Encode":
		if len(call.Args) > 1 {
			c.judge(c.held(call.Args[1]), func(f format) { c.checkCodec(call, f) })
		}
		return
	case "frame.Decode", "frame.WriteHeader":
		c.judge(c.framed(firstArg(call)), func(f format) { c.checkCodec(call, f) })
		return
	case "frame.Header.Uint", "frame.Header.Int":
		c.judge(c.framedReceiver(call), func(f format) { c.checkInteger(call, f) })
		return
	}
	fn, ok := c.function(call)
	if !ok {
		c.checkEqual(call)
		return
	}
	if !c.rows(cur, call, fn) {
		if rows := c.rowCalls(call, fn); rows != nil {
			c.row = call
			for _, row := range rows {
				c.checkArguments(cur, row, fn)
			}
			c.row = nil
			return
		}
	}
	c.checkArguments(cur, call, fn)
}

// checkArguments checks the format of a call, and what goes with it.
func (c *checker) checkArguments(cur inspector.Cursor, call *ast.CallExpr, fn function) {
	args := c.operands(call)
	formats := c.ordered(c.formatsOf(call, fn, args))
	if fn.Format >= 0 && !c.rows(cur, call, fn) {
		for _, f := range formats {
			if f.param != nil {
				continue
			}
			if _, err := f.compile(); err != nil {
				c.reportFormat(f, err, call)
			}
		}
	}
	c.judge(formats, func(f format) { c.checkFormat(cur, call, fn, f, args) })
}

// rows reports whether the format is from a table of a test, whose rows may
// well be wrong.
func (c *checker) rows(cur inspector.Cursor, call *ast.CallExpr, fn function) bool {
	if fn.Format < 0 || fn.Format >= len(call.Args) || !c.inTest(cur) {
		return false
	}
	return c.info.Types[call.Args[fn.Format]].Value == nil && c.once(call.Args[fn.Format]) == nil
}

// checkFormat checks a call whose format is known.
func (c *checker) checkFormat(cur inspector.Cursor, call *ast.CallExpr, fn function, f format, args []operand) {
	if c.onManyPlatforms(cur) {
		f.abis = everyABI()
	}
	structs, err := f.compile()
	if err != nil {
		return
	}
	if f.open > 0 {
		c.checkKnown(call, fn, f, structs, args)
		return
	}
	name := c.apiName(call)
	switch name {
	case "MustCodec":
		c.checkCodec(call, f)
	case "frame.NewLayout", "frame.MustLayout":
		c.checkLayout(call, f)
		return
	}
	if fn.Codec > 0 && !c.inTest(cur) { // where types are bound that are to be refused
		c.checkCodecType(call, f, c.typeArgumentAt(call, fn.Codec-1))
	}
	if fn.One > 0 && fn.OneType >= 0 {
		c.checkOne(call, fn, f, structs[0])
	}
	if fn.Format >= 0 && name != "CompileFor" {
		c.checkPrefix(f, structs[0], call)
	}
	c.checkTail(call, name, f)
	c.checkLength(call, name, f, structs)
	if fn.Values < 0 || len(args) < fn.Values {
		return
	}
	args = args[fn.Values:]
	if call.Ellipsis.IsValid() {
		if args = c.spread(args); args == nil {
			return
		}
	}
	switch {
	case fn.Scans:
		c.checkDests(call, fn, f, structs, args)
	case fn.Format == framed:
		c.checkFrame(call, fn, f, structs, args)
	default:
		c.checkValues(call, fn, f, structs, args)
	}
}

// checkKnown checks the values or destinations of a call that come before those
// whose number the program computes.
func (c *checker) checkKnown(call *ast.CallExpr, fn function, f format, structs []*structpack.Struct, args []operand) {
	if fn.Values < 0 || len(args) < fn.Values || call.Ellipsis.IsValid() || fn.Format == framed {
		return
	}
	args = args[fn.Values:]
	n := c.known(f, structs[0])
	if fn.Scans {
		c.checkPairs(call, fn, f, structs, args, n)
		return
	}
	for i, arg := range args {
		if i == n || isList(arg.Type) || arg.Type != nil && types.IsInterface(arg.Type) {
			args = args[:i]
			break
		}
	}
	c.checkEach(call, fn, f, structs, args, func(i int) int { return i })
}

// isList reports whether a value of a type is a slice or an array, which may stand for
// several values.
func isList(t types.Type) bool {
	if t == nil {
		return false
	}
	switch t.Underlying().(type) {
	case *types.Slice, *types.Array:
		return true
	}
	return false
}

// spread returns the elements of a slice of values that is written as a literal, and
// may have been appended to.
func (c *checker) spread(args []operand) []operand {
	if len(args) != 1 {
		return nil
	}
	all, ok := c.listed(args[0].expr, deepest)
	if !ok {
		return nil
	}
	return all
}

func (c *checker) listed(e ast.Expr, depth int) (all []operand, ok bool) {
	if depth == 0 {
		return nil, false
	}
	elements := func(list []ast.Expr) bool {
		for _, e := range list {
			if _, keyed := e.(*ast.KeyValueExpr); keyed {
				return false
			}
			all = append(all, operand{c.info.Types[e], e, false})
		}
		return true
	}
	all = []operand{}
	switch e := ast.Unparen(e).(type) {
	case *ast.CompositeLit:
		return all, elements(e.Elts)
	case *ast.CallExpr:
		b, isBuiltin := c.callee(e).(*types.Builtin)
		if !isBuiltin || b.Name() != "append" || e.Ellipsis.IsValid() || len(e.Args) == 0 {
			return nil, false
		}
		if all, ok = c.listed(e.Args[0], depth-1); !ok {
			return nil, false
		}
		return all, elements(e.Args[1:])
	case *ast.Ident:
		v := c.varOf(e)
		if v == nil || v.Kind() != types.LocalVar || !c.kept(v) || c.vars[v] == nil || c.vars[v].loose {
			return nil, false
		}
		if w := c.reaching(v, e); w != nil && w.result == 0 && !w.ranged && w.value != nil {
			return c.listed(w.value, depth-1)
		}
	}
	return nil, false
}

// judge checks what is done by one of several formats: it is wrong if it is with
// each of them.
func (c *checker) judge(formats []format, check func(format)) {
	if len(formats) == 1 {
		if formats[0].param == nil {
			check(formats[0])
		}
		return
	}
	if c.sink != nil {
		return
	}
	defer func() { c.sink = nil }()
	var first, common []analysis.Diagnostic
	for i, f := range formats {
		if f.param != nil {
			return
		}
		if _, err := f.compile(); err != nil {
			return
		}
		var found []analysis.Diagnostic
		c.sink = &found
		check(f)
		if len(found) == 0 {
			return
		}
		if i == 0 {
			first, common = found, found
			continue
		}
		var both []analysis.Diagnostic
		for _, d := range common {
			for _, o := range found {
				if d.Pos == o.Pos {
					both = append(both, d)
					break
				}
			}
		}
		common = both
	}
	c.sink = nil
	if len(common) == 0 && len(first) > 0 {
		common = first[:1]
	}
	for _, d := range common {
		d.SuggestedFixes = nil // it may be another one with another format
		c.report(d)
	}
}

func firstArg(call *ast.CallExpr) ast.Expr {
	if len(call.Args) == 0 {
		return nil
	}
	return call.Args[0]
}

// formatsOf returns the formats that a call of fn may be about.
func (c *checker) formatsOf(call *ast.CallExpr, fn function, args []operand) []format {
	switch {
	case fn.Format == receiver:
		return c.heldBy(c.receiver(call), deepest)
	case fn.Format == framed:
		return c.framedReceiver(call)
	case fn.Format == bound:
		return []format{{text: fn.Text, abis: c.abisOr(fn.ABIs)}}
	case fn.Format >= len(args) || fn.Format < 0 || args[fn.Format].part:
		return nil
	}
	all := c.texts(args[fn.Format].expr)
	for i := range all {
		f := &all[i]
		if c.apiName(call) == "CompileFor" {
			f.abis = c.abisOf(args[0].expr)
		} else if fn.ABIs != nil {
			f.abis = fn.ABIs
		}
		if fn.Before == "" && fn.After == "" {
			continue
		}
		if f.param != nil {
			f.before, f.after = fn.Before+f.before, f.after+fn.After
			continue
		}
		f.text = fn.Before + f.text + fn.After
		for j := range f.parts {
			f.parts[j].start += len(fn.Before)
		}
	}
	return all
}

// ordered replaces formats that begin with a parameter for the byte order by those
// with any order.
func (c *checker) ordered(formats []format) (all []format) {
	for _, f := range formats {
		if f.param == nil || f.before != "" || f.after == "" || !ordering(f.param.Name()) {
			all = append(all, f)
			continue
		}
		order := c.anyOrder()
		after := format{text: f.after, parts: f.parts, abis: f.abis, vague: f.vague}
		all = append(all, join(order, []format{after})...)
	}
	return all
}

// receiver returns what the receiver of a method call may come from, also for a
// method value, and for an embedded field.
func (c *checker) receiver(call *ast.CallExpr) []source {
	fun := ast.Unparen(call.Fun)
	if w := c.once(fun); w != nil && w.result == 0 && !w.ranged {
		fun = ast.Unparen(w.value)
	}
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	s := c.info.Selections[sel]
	if s == nil || s.Kind() != types.MethodVal {
		return nil
	}
	t := s.Recv()
	var field *types.Var
	for _, i := range s.Index()[:len(s.Index())-1] {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok || st.Field(i).Pkg() != c.pass.Pkg {
			break
		}
		field = st.Field(i).Origin()
		t = field.Type()
	}
	if field == nil {
		return c.sources(sel.X)
	}
	tr := tracer{checker: c}
	return tr.slot(field, sel, nil, deepest, nil)
}

// reportFormat reports a format that does not compile, at the byte at fault.
func (c *checker) reportFormat(f format, err error, call *ast.CallExpr) {
	if len(f.parts) == 0 {
		return
	}
	d := diagnose(call.Fun, badFormat, err.Error())
	pos := 0
	if e, ok := err.(*structpack.Error); ok && e.Pos >= 0 {
		pos = e.Pos
	}
	d.Pos, d.End = c.placeOf(f, pos)
	if c.silenced(err) || c.said[said{d.Pos, badFormat}] {
		return
	}
	c.said[said{d.Pos, badFormat}] = true // also of another byte order
	c.report(d)
}

// checkPrefix reports a format without a prefix, unless it means the same
// everywhere, or has codes that exist without one only.
func (c *checker) checkPrefix(f format, s *structpack.Struct, call *ast.CallExpr) {
	if !native || strings.ContainsAny(f.text[:min(1, len(f.text))], "@=<>!") || len(f.parts) == 0 {
		return
	}
	differs := false
	pos := 0
	for _, field := range c.fieldsOf(s) {
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
	d := diagnose(call.Fun, noPrefix, "format "+quote(f.text)+
		" has no prefix: its sizes, alignment and byte order are those of the machine; write @ if that is meant, else <, > or !")
	d.Pos, d.End = c.placeOf(f, pos)
	c.report(d)
}

// sameEverywhere reports whether the bytes of a field are the same after every
// prefix: single bytes are.
func sameEverywhere(f structpack.Field) bool {
	return f.Type == nil || f.Type.Kind() == reflect.Slice || f.Type.Size() == 1
}
