package formats

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"example.com/structpack/internal/load"
)

// A flow knows where values of a program may come from. It takes more ways for
// possible than the program may go, and leaves out what it does not understand.
type flow struct {
	*load.Program
	writes    map[types.Object][]write  // to variables, fields and parameters
	elements  map[types.Object][]source // that are put into slices and maps
	decls     map[*types.Func]ast.Node
	results   map[ast.Node][][]source // of functions
	named     map[ast.Node][]*types.Var
	inside    map[*ast.Ident]ast.Node           // the function that a name is used in
	instances map[types.Object][]types.Instance // of generic functions
	callees   map[*ast.CallExpr]map[ast.Node]bool

	visiting   map[source]bool
	evaluating map[ast.Expr]bool
	cycles     int
	steps      int
}

// A source is an expression that has a value, or one of its results, or the keys or
// elements of it.
type source struct {
	expr   ast.Expr
	result int
	part   part
}

type part int

const (
	whole part = iota
	keys
	elems
)

// A write is an assignment to a variable.
type write struct {
	source
	at    ast.Node // the statement
	block ast.Node // that the statement is in
	fn    ast.Node // that the block is in
	loops []ast.Node
}

// deepest and longest bound how far and to how many expressions a value is followed.
const (
	deepest = 20
	longest = 10_000
	widest  = 1_000 // values
)

func newFlow(p *load.Program) *flow {
	f := &flow{
		Program: p, writes: map[types.Object][]write{}, elements: map[types.Object][]source{},
		decls: map[*types.Func]ast.Node{}, results: map[ast.Node][][]source{}, named: map[ast.Node][]*types.Var{},
		inside: map[*ast.Ident]ast.Node{}, instances: map[types.Object][]types.Instance{}, callees: map[*ast.CallExpr]map[ast.Node]bool{},
		visiting: map[source]bool{}, evaluating: map[ast.Expr]bool{},
	}
	for id, instance := range p.Info.Instances {
		f.instances[origin(p.Info.Uses[id])] = append(f.instances[origin(p.Info.Uses[id])], instance)
	}
	for _, pkg := range p.Packages {
		for _, file := range pkg.Files {
			ast.Walk(indexer{f, nil}, file)
		}
	}
	// A function that is called through a variable is known when what the variable
	// gets is, which may be by a call.
	for more := true; more; {
		more = false
		for call, known := range f.callees {
			for _, fn := range f.functions(call.Fun) {
				if !known[fn] {
					known[fn], more = true, true
					f.pass(call, fn)
				}
			}
		}
	}
	return f
}

// origin returns the variable or function that a generic one was made of.
func origin(obj types.Object) types.Object {
	switch obj := obj.(type) {
	case *types.Var:
		return obj.Origin()
	case *types.Func:
		return obj.Origin()
	}
	return obj
}

// objectOf returns what a name or a selector stands for.
func (f *flow) objectOf(e ast.Expr) types.Object {
	id := nameOf(e)
	if id == nil {
		return nil
	}
	if obj := f.Info.Defs[id]; obj != nil {
		return origin(obj)
	}
	return origin(f.Info.Uses[id])
}

func nameOf(e ast.Expr) *ast.Ident {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return e
	case *ast.SelectorExpr:
		return e.Sel
	case *ast.IndexExpr: // of a function with its type arguments
		return nameOf(e.X)
	case *ast.IndexListExpr:
		return nameOf(e.X)
	}
	return nil
}

// An indexer walks through a file with the nodes that it is in.
type indexer struct {
	*flow
	stack []ast.Node
}

func (x indexer) Visit(n ast.Node) ast.Visitor {
	if n == nil {
		return nil
	}
	switch n := n.(type) {
	case *ast.AssignStmt:
		for i, lhs := range n.Lhs {
			switch {
			case n.Tok == token.ADD_ASSIGN:
				x.assign(lhs, source{expr: &ast.BinaryExpr{X: lhs, OpPos: n.TokPos, Op: token.ADD, Y: n.Rhs[0]}}, n)
			case n.Tok == token.ASSIGN || n.Tok == token.DEFINE:
				x.assign(lhs, nth(n.Rhs, i), n)
			}
		}
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if len(n.Values) > 0 {
				x.assign(name, nth(n.Values, i), n)
			}
		}
	case *ast.RangeStmt:
		if n.Key != nil {
			x.assign(n.Key, source{n.X, 0, keys}, n)
		}
		if n.Value != nil {
			x.assign(n.Value, source{n.X, 0, elems}, n)
		}
	case *ast.CompositeLit:
		x.fields(n)
	case *ast.FuncDecl:
		if fn, ok := x.Info.Defs[n.Name].(*types.Func); ok && n.Body != nil {
			x.decls[fn] = n
			x.named[n] = x.resultNames(n.Type)
		}
	case *ast.FuncLit:
		x.named[n] = x.resultNames(n.Type)
	case *ast.ReturnStmt:
		x.returns(n)
	case *ast.CallExpr:
		x.callees[n] = map[ast.Node]bool{}
	case *ast.Ident:
		x.inside[n] = x.function()
	}
	return indexer{x.flow, append(x.stack[:len(x.stack):len(x.stack)], n)}
}

// nth returns the source at an index of a list, or that result of its only expression.
func nth(list []ast.Expr, i int) source {
	if len(list) == 1 {
		return source{expr: list[0], result: i}
	}
	if i < len(list) {
		return source{expr: list[i]}
	}
	return source{}
}

// function returns the function that the indexer is in, nil at package level.
func (x indexer) function() ast.Node {
	for _, n := range slices.Backward(x.stack) {
		if isFunction(n) {
			return n
		}
	}
	return nil
}

func isFunction(n ast.Node) bool {
	switch n.(type) {
	case *ast.FuncDecl, *ast.FuncLit:
		return true
	}
	return false
}

func (x indexer) assign(lhs ast.Expr, s source, at ast.Node) {
	if s.expr == nil {
		return
	}
	if index, ok := ast.Unparen(lhs).(*ast.IndexExpr); ok {
		if obj := x.objectOf(index.X); obj != nil {
			x.elements[obj] = append(x.elements[obj], s)
		}
		return
	}
	obj := x.objectOf(lhs)
	if obj == nil {
		return
	}
	w := write{source: s, at: at, fn: x.function()}
	if r, ok := at.(*ast.RangeStmt); ok {
		w.block = r.Body
	}
	for _, n := range slices.Backward(x.stack) {
		switch n := n.(type) {
		case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause, *ast.ForStmt:
			if w.block == nil {
				w.block = n
			}
		}
		if isFunction(n) {
			break
		}
		switch n.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			w.loops = append(w.loops, n)
		}
	}
	x.writes[obj] = append(x.writes[obj], w)
}

// fields notes what a literal assigns to the fields of a struct.
func (x indexer) fields(n *ast.CompositeLit) {
	t := x.Info.TypeOf(n)
	if t == nil {
		return
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem() // an element whose type is left out
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i, e := range n.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			x.assign(kv.Key, source{expr: kv.Value}, kv)
		} else if i < s.NumFields() {
			v := s.Field(i).Origin()
			x.writes[v] = append(x.writes[v], write{source: source{expr: e}, at: e})
		}
	}
}

func (f *flow) resultNames(t *ast.FuncType) (all []*types.Var) {
	if t.Results == nil {
		return nil
	}
	for _, field := range t.Results.List {
		for _, name := range field.Names {
			v, _ := f.Info.Defs[name].(*types.Var)
			all = append(all, v)
		}
	}
	return all
}

func (x indexer) returns(n *ast.ReturnStmt) {
	fn := x.function()
	signature := x.signature(fn)
	if signature == nil {
		return
	}
	all := make([]source, signature.Results().Len())
	for i := range all {
		if len(n.Results) > 0 {
			all[i] = nth(n.Results, i)
		}
	}
	x.results[fn] = append(x.results[fn], all)
}

func (f *flow) signature(fn ast.Node) *types.Signature {
	switch fn := fn.(type) {
	case *ast.FuncDecl:
		if obj, ok := f.Info.Defs[fn.Name].(*types.Func); ok {
			return obj.Signature()
		}
	case *ast.FuncLit:
		s, _ := f.Info.TypeOf(fn).(*types.Signature)
		return s
	}
	return nil
}

// pass notes what the parameters of a function get by a call.
func (f *flow) pass(call *ast.CallExpr, fn ast.Node) {
	s := f.signature(fn)
	if s == nil {
		return
	}
	for i := range s.Params().Len() {
		v := s.Params().At(i)
		if s.Variadic() && i == s.Params().Len()-1 && !call.Ellipsis.IsValid() {
			for _, arg := range call.Args[min(i, len(call.Args)):] {
				f.elements[v] = append(f.elements[v], source{expr: arg})
			}
		} else if from := nth(call.Args, i); from.expr != nil {
			f.writes[v] = append(f.writes[v], write{source: from, at: fn, block: fn, fn: fn})
		}
	}
}

// functions returns the functions of the program that an expression may be.
func (f *flow) functions(e ast.Expr) (all []ast.Node) {
	for _, s := range f.trace(source{expr: e}) {
		if s.result != 0 || s.part != whole {
			continue
		}
		if lit, ok := ast.Unparen(s.expr).(*ast.FuncLit); ok {
			all = append(all, lit)
			continue
		}
		fn, _ := f.objectOf(s.expr).(*types.Func)
		if fn == nil {
			continue
		}
		if sel, ok := ast.Unparen(s.expr).(*ast.SelectorExpr); ok && f.Info.Selections[sel] != nil && f.Info.Selections[sel].Kind() == types.MethodExpr {
			continue // its receiver is among the arguments
		}
		if decl, ok := f.decls[fn]; ok {
			all = append(all, decl)
		} else if recv := fn.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
			iface := recv.Type().Underlying().(*types.Interface)
			for other, decl := range f.decls {
				if r := other.Signature().Recv(); r != nil && other.Name() == fn.Name() && types.Implements(r.Type(), iface) {
					all = append(all, decl)
				}
			}
		}
	}
	return all
}

// libraryFunctions returns the full names of the functions of the library that an
// expression may be.
func (f *flow) libraryFunctions(e ast.Expr) (all []string) {
	for _, s := range f.trace(source{expr: e}) {
		fn, _ := f.objectOf(s.expr).(*types.Func)
		if fn == nil || fn.Pkg() == nil || fn.Signature().Recv() != nil || s.result != 0 || s.part != whole {
			continue
		}
		if path := fn.Pkg().Path(); path == corePath || path == framePath {
			all = append(all, fn.FullName())
		}
	}
	return all
}

// typeArguments returns the types that a type argument of a function may be. One that
// is a parameter of the function it is in is what that is called with.
func (f *flow) typeArguments(fun ast.Expr, index, depth int) (all []types.Type) {
	args := f.Info.Instances[nameOf(fun)].TypeArgs
	if args.Len() <= index || depth == 0 {
		return nil
	}
	return f.typesOf(args.At(index), depth)
}

func (f *flow) typesOf(t types.Type, depth int) (all []types.Type) {
	param, ok := types.Unalias(t).(*types.TypeParam)
	if !ok {
		return []types.Type{t}
	}
	for obj, instances := range f.instances {
		fn, ok := obj.(*types.Func)
		if !ok || param.Index() >= fn.Signature().TypeParams().Len() || fn.Signature().TypeParams().At(param.Index()) != param || depth == 0 {
			continue
		}
		for _, instance := range instances {
			all = append(all, f.typesOf(instance.TypeArgs.At(param.Index()), depth-1)...)
		}
	}
	return all
}

// trace returns the expressions that a value comes from: none of them is a variable, a
// field, an element, or a call of a function of the program.
func (f *flow) trace(s source) []source {
	f.steps = 0
	return f.follow(s, deepest)
}

func (f *flow) follow(s source, depth int) (all []source) {
	s.expr = ast.Unparen(s.expr)
	if f.visiting[s] {
		f.cycles++
		return nil
	}
	if f.steps++; depth == 0 || f.steps > longest {
		return nil
	}
	f.visiting[s] = true
	defer delete(f.visiting, s)
	if s.part != whole {
		for _, c := range f.follow(source{expr: s.expr}, depth-1) {
			for _, e := range f.partsOf(c, s.part, nil) {
				all = append(all, f.follow(e, depth-1)...)
			}
		}
		return append(all, f.put(s.expr, s.part, depth)...)
	}
	switch e := s.expr.(type) {
	case *ast.Ident, *ast.SelectorExpr:
		v, ok := f.objectOf(e).(*types.Var)
		if !ok {
			break
		}
		for _, w := range f.reaching(v, nameOf(e)) {
			all = append(all, f.follow(w.source, depth-1)...)
		}
		if len(f.elements[v]) > 0 { // the parameter of a function with any number of them
			all = append(all, s)
		}
		return all
	case *ast.StarExpr:
		return f.follow(source{expr: e.X}, depth-1)
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			return f.follow(source{expr: e.X}, depth-1)
		}
	case *ast.IndexExpr:
		if f.Info.Instances[nameOf(e)].TypeArgs != nil {
			break
		}
		for _, c := range f.follow(source{expr: e.X}, depth-1) {
			for _, one := range f.partsOf(c, elems, f.Info.Types[e.Index].Value) {
				all = append(all, f.follow(one, depth-1)...)
			}
		}
		return append(all, f.put(e.X, elems, depth)...)
	case *ast.CallExpr:
		fns := f.callees[e]
		for fn := range fns {
			for _, returned := range f.results[fn] {
				one := returned[min(s.result, len(returned)-1)]
				if one.expr != nil {
					all = append(all, f.follow(one, depth-1)...)
				} else if s.result < len(f.named[fn]) {
					for _, w := range f.writes[f.named[fn][s.result]] {
						all = append(all, f.follow(w.source, depth-1)...)
					}
				}
			}
		}
		if len(fns) > 0 {
			return all
		}
		if len(e.Args) > 0 && slices.Contains(f.libraryNames(e.Fun), corePath+".Must") {
			return f.follow(source{expr: e.Args[0]}, depth-1)
		}
	}
	return []source{s}
}

// libraryNames is libraryFunctions for an expression that is a name.
func (f *flow) libraryNames(e ast.Expr) []string {
	if fn, ok := f.objectOf(e).(*types.Func); ok {
		return []string{fn.FullName()}
	}
	return nil
}

// put returns what is put into a slice or map that a variable has, one by one.
func (f *flow) put(container ast.Expr, p part, depth int) (all []source) {
	if p != elems {
		return nil
	}
	for _, e := range f.elements[f.objectOf(container)] {
		all = append(all, f.follow(e, depth-1)...)
	}
	return all
}

// partsOf returns the elements or keys of a literal, or of what append makes. If a key
// is given, those of others are left out.
func (f *flow) partsOf(c source, p part, key constant.Value) (all []source) {
	switch e := ast.Unparen(c.expr).(type) {
	case *ast.CompositeLit:
		next := int64(0)
		for _, e := range e.Elts {
			var k constant.Value
			value := source{expr: e}
			kv, keyed := e.(*ast.KeyValueExpr)
			if keyed {
				k, value.expr = f.Info.Types[kv.Key].Value, kv.Value
				if n, ok := constant.Int64Val(constant.ToInt(orUnknown(k))); ok {
					next = n
				}
			} else {
				k = constant.MakeInt64(next)
			}
			next++
			switch {
			case p == keys && keyed:
				all = append(all, source{expr: kv.Key})
			case p == elems && (key == nil || k == nil || key.Kind() != k.Kind() || constant.Compare(key, token.EQL, k)):
				all = append(all, value)
			}
		}
	case *ast.CallExpr:
		if b, ok := f.objectOf(e.Fun).(*types.Builtin); ok && b.Name() == "append" && p == elems && len(e.Args) > 0 {
			all = append(all, source{e.Args[0], 0, elems})
			for _, arg := range e.Args[1:] {
				if e.Ellipsis.IsValid() {
					all = append(all, source{arg, 0, elems})
				} else {
					all = append(all, source{expr: arg})
				}
			}
		}
	}
	return all
}

func orUnknown(v constant.Value) constant.Value {
	if v == nil {
		return constant.MakeUnknown()
	}
	return v
}

// reaching returns the writes whose values a variable may have where it is named. Of a
// local variable that no other function writes to, those before the last one that
// always runs before are over.
func (f *flow) reaching(v *types.Var, use *ast.Ident) []write {
	all := f.writes[v]
	fn := f.inside[use]
	if len(all) < 2 || v.IsField() || fn == nil || slices.ContainsFunc(all, func(w write) bool { return w.fn != fn }) {
		return all
	}
	before := func(w write) bool {
		if loop, ok := w.at.(*ast.RangeStmt); ok {
			return within(loop.Body, use)
		}
		return w.at == fn || w.at.End() <= use.Pos()
	}
	last := token.NoPos
	for _, w := range all {
		if before(w) && within(w.block, use) {
			last = max(last, w.at.Pos())
		}
	}
	var some []write
	for _, w := range all {
		if before(w) && w.at.Pos() >= last || slices.ContainsFunc(w.loops, func(loop ast.Node) bool { return within(loop, use) }) && !before(w) {
			some = append(some, w)
		}
	}
	return some
}

func within(outer, n ast.Node) bool {
	return outer != nil && outer.Pos() <= n.Pos() && n.End() <= outer.End()
}

// values returns the constants that an expression may be.
func (f *flow) values(e ast.Expr) []constant.Value {
	f.steps = 0
	return f.evaluate(e, deepest)
}

func (f *flow) evaluate(e ast.Expr, depth int) (all []constant.Value) {
	for _, s := range f.follow(source{expr: e}, depth) {
		if s.result == 0 && s.part == whole {
			all = append(all, f.constants(s.expr, depth)...)
		}
	}
	return distinct(all)
}

// constants is evaluate for an expression that is no variable.
func (f *flow) constants(e ast.Expr, depth int) (all []constant.Value) {
	e = ast.Unparen(e)
	if v := f.Info.Types[e].Value; v != nil {
		return []constant.Value{v}
	}
	if f.evaluating[e] {
		f.cycles++
		return nil
	}
	if depth == 0 {
		return nil
	}
	f.evaluating[e] = true
	defer delete(f.evaluating, e)
	cycles := f.cycles
	switch e := e.(type) {
	case *ast.BinaryExpr:
		left, right := f.evaluate(e.X, depth-1), f.evaluate(e.Y, depth-1)
		if len(left) == 0 && e.Op == token.ADD && isOrder(e.X) {
			left = []constant.Value{constant.MakeString("<"), constant.MakeString(">")}
		}
		for _, l := range left {
			for _, r := range right {
				if v := binary(l, e.Op, r); v != nil && len(all) < widest {
					all = append(all, v)
				}
			}
		}
	case *ast.CallExpr:
		all = f.computed(e, depth)
	}
	if f.cycles != cycles {
		return nil // a text that grows in a loop
	}
	return all
}

// binary returns what an operator makes of two constants, or nil.
func binary(l constant.Value, op token.Token, r constant.Value) constant.Value {
	switch {
	case l.Kind() != r.Kind():
	case l.Kind() == constant.String && op == token.ADD && len(constant.StringVal(l))+len(constant.StringVal(r)) <= 1<<16:
		return constant.BinaryOp(l, op, r)
	case l.Kind() == constant.Int && (op == token.ADD || op == token.SUB || op == token.MUL):
		return constant.BinaryOp(l, op, r)
	}
	return nil
}

// isOrder reports whether an expression is called by what precedes a format.
func isOrder(e ast.Expr) bool {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && len(call.Args) == 1 {
		e = call.Args[0] // a conversion
	}
	id := nameOf(e)
	if id == nil {
		return false
	}
	name := strings.ToLower(id.Name)
	return strings.HasSuffix(name, "order") || strings.Contains(name, "endian") || name == "bo"
}

// computed returns the constants that a conversion, or a function of packages fmt,
// strings and strconv, makes of constants.
func (f *flow) computed(call *ast.CallExpr, depth int) []constant.Value {
	if f.Info.Types[call.Fun].IsType() && len(call.Args) == 1 {
		all := f.evaluate(call.Args[0], depth-1)
		return slices.DeleteFunc(all, func(v constant.Value) bool { return !isText(f.Info.TypeOf(call.Fun)) == (v.Kind() == constant.String) })
	}
	fn, _ := f.objectOf(call.Fun).(*types.Func)
	if fn == nil || call.Ellipsis.IsValid() {
		return nil
	}
	var apply func(args []constant.Value) (string, bool)
	switch fn.FullName() {
	case "strings.Repeat":
		apply = func(args []constant.Value) (string, bool) {
			n, exact := constant.Int64Val(constant.ToInt(args[1]))
			text := constant.StringVal(args[0])
			if !exact || n < 0 || n*int64(len(text)) > 1<<16 {
				return "", false
			}
			return strings.Repeat(text, int(n)), true
		}
	case "strings.Join":
		return f.joined(call, depth)
	case "fmt.Sprintf", "fmt.Sprint", "strconv.Itoa":
		apply = func(args []constant.Value) (string, bool) {
			var values []any
			for _, v := range args {
				values = append(values, constant.Val(v))
			}
			if fn.Name() != "Sprintf" {
				return fmt.Sprint(values...), len(values) == 1
			}
			text := fmt.Sprintf(constant.StringVal(args[0]), values[1:]...)
			return text, !strings.Contains(text, "%!")
		}
	default:
		return nil
	}
	var all []constant.Value
	lists := [][]constant.Value{nil}
	for _, arg := range call.Args {
		var longer [][]constant.Value
		for _, v := range f.evaluate(arg, depth-1) {
			for _, list := range lists {
				if len(longer) < widest {
					longer = append(longer, append(list[:len(list):len(list)], v))
				}
			}
		}
		lists = longer
	}
	for _, list := range lists {
		if text, ok := apply(list); ok {
			all = append(all, constant.MakeString(text))
		}
	}
	return all
}

func isText(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// joined returns the texts that strings.Join makes of the elements of literals.
func (f *flow) joined(call *ast.CallExpr, depth int) (all []constant.Value) {
	for _, c := range f.follow(source{expr: call.Args[0]}, depth-1) {
		lit, ok := ast.Unparen(c.expr).(*ast.CompositeLit)
		if !ok {
			continue
		}
		for _, sep := range f.evaluate(call.Args[1], depth-1) {
			texts := []constant.Value{constant.MakeString("")}
			for i, part := range f.partsOf(source{expr: lit}, elems, nil) {
				var longer []constant.Value
				for _, v := range f.evaluate(part.expr, depth-1) {
					for _, text := range texts {
						if i > 0 {
							text = binary(text, token.ADD, sep)
						}
						if text != nil && len(longer) < widest {
							if text = binary(text, token.ADD, v); text != nil {
								longer = append(longer, text)
							}
						}
					}
				}
				texts = longer
			}
			all = append(all, texts...)
		}
	}
	return all
}

func distinct(all []constant.Value) (some []constant.Value) {
	seen := map[string]bool{}
	for _, v := range all {
		if key := fmt.Sprint(v.Kind(), v.ExactString()); !seen[key] && len(some) < widest {
			seen[key] = true
			some = append(some, v)
		}
	}
	return some
}
