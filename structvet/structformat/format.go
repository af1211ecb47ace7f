package structformat

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"example.com/structpack"
	"example.com/structpack/internal/gotype"
	"example.com/structpack/internal/rules"
	"golang.org/x/tools/go/types/typeutil"
)

// A format is the text of a format, or what is around a parameter that has it.
type format struct {
	text   string
	parts  []part     // where the text is written; none if in another package
	param  *types.Var // if it is not nil, the text between before and after is not known
	before string
	after  string
	abis   []structpack.ABI
	vague  bool // it has counts that stand for those that the program computes
	counts bool // it ends in such a count
	open   int  // 1 + where the first item begins that has such a number of values; 0 if there is none
	layout *layout
}

// A part of a format is written as a constant, which has more before and after it.
type part struct {
	start  int // where it begins in the format
	expr   ast.Expr
	offset int // where it begins in the constant
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

// texts finds out which formats an argument of type string may be, nil if that is
// not known.
func (c *checker) texts(e ast.Expr) []format {
	all := c.textsWithin(e, deepest)
	for _, f := range all {
		if f.param != nil && len(all) > 1 || f.counts {
			return nil
		}
	}
	return all
}

// computedCount stands for a count that the program computes. The count of s, p and
// x changes neither the values nor their types; after another one the number of
// values is not known, but which precede it is.
const computedCount = "16"

func (c *checker) anyCount() []format {
	return []format{{text: computedCount, abis: c.target, vague: true, counts: true}}
}

// known returns how many values of a format are known to be where they are.
func (c *checker) known(f format, s *structpack.Struct) int {
	if f.open > 0 {
		for _, field := range c.fieldsOf(s) {
			if field.Pos >= f.open-1 {
				return field.Index
			}
		}
	}
	return s.NumValues()
}

// widest bounds how many formats there may be in one place.
const widest = 32

func (c *checker) textsWithin(e ast.Expr, depth int) (all []format) {
	e = ast.Unparen(e)
	if v := c.info.Types[e].Value; v != nil {
		if v.Kind() != constant.String {
			return nil
		}
		return []format{{text: constant.StringVal(v), parts: []part{{0, e, 0}}, abis: c.target}}
	}
	if depth == 0 {
		return nil
	}
	switch e := e.(type) {
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return nil
		}
		left := c.textsWithin(e.X, depth-1)
		if left == nil && c.orders(e.X) {
			left = c.anyOrder()
		}
		return join(left, c.textsWithin(e.Y, depth-1))
	case *ast.CallExpr:
		if all, ok := c.computed(e, depth); ok {
			return all
		}
	}
	for _, from := range c.sources(e) {
		value := ast.Unparen(from.value)
		if from.result > 0 || from.ranged {
			return nil
		}
		if v := c.varOf(value); v != nil && c.constant(v) {
			all = append(all, format{param: v, abis: c.target})
			continue
		}
		if value == e {
			return nil
		}
		some := c.textsWithin(value, depth-1)
		if some == nil {
			return nil
		}
		all = append(all, some...)
	}
	return distinct(all)
}

// join returns every text of the first followed by every text of the second.
func join(left, right []format) (all []format) {
	if len(left)*len(right) > widest {
		return nil
	}
	for _, l := range left {
		for _, r := range right {
			f := l
			f.vague = l.vague || r.vague
			f.counts = r.counts || l.counts && r.text == ""
			switch {
			case f.open > 0:
			case l.counts && r.text != "" && strings.IndexByte("spx", r.text[0]) < 0:
				f.open = 1 + len(l.text) - len(computedCount)
			case r.open > 0:
				f.open = r.open + len(l.text)
			}
			switch {
			case (l.param != nil || r.param != nil) && (f.counts || f.open > 0 || l.counts):
				return nil
			case l.param != nil && r.param != nil:
				return nil
			case l.param != nil:
				f.after += r.text
			case r.param != nil:
				f.param, f.before, f.after = r.param, l.text+r.before, r.after
			default:
				f.text += r.text
			}
			f.parts = slices.Clip(l.parts)
			for _, p := range r.parts {
				p.start += len(l.text)
				f.parts = append(f.parts, p)
			}
			all = append(all, f)
		}
	}
	return all
}

// distinct removes what is there twice, and everything if there is too much.
func distinct(all []format) []format {
	var once []format
	for _, f := range all {
		if !slices.ContainsFunc(once, func(o format) bool {
			return o.text == f.text && o.param == f.param && o.before == f.before && o.after == f.after && o.open == f.open && o.counts == f.counts && slices.Equal(o.abis, f.abis) && o.layout.equal(f.layout)
		}) {
			once = append(once, f)
		}
	}
	if len(once) > widest {
		return nil
	}
	return once
}

// orders reports whether an expression is called by what precedes a format.
func (c *checker) orders(e ast.Expr) bool {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && len(call.Args) == 1 && c.info.Types[call.Fun].IsType() {
		e = call.Args[0]
	}
	id := nameOf(e)
	if id == nil {
		return false
	}
	return ordering(id.Name)
}

func ordering(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, "order") || strings.Contains(name, "endian") || name == "bo"
}

// anyOrder returns the prefixes for which a format has the same codes and counts.
func (c *checker) anyOrder() []format {
	return []format{{text: "<", abis: c.target}, {text: ">", abis: c.target}}
}

// computed returns the formats that a function of package fmt or strings, or a
// conversion, makes of others.
func (c *checker) computed(call *ast.CallExpr, depth int) (all []format, ok bool) {
	if c.info.Types[call.Fun].IsType() && len(call.Args) == 1 {
		if t := c.info.TypeOf(call.Args[0]); t != nil && isText(t) {
			return c.textsWithin(call.Args[0], depth-1), true
		}
		return nil, true
	}
	fn, _ := typeutil.Callee(c.info, call).(*types.Func)
	if fn == nil {
		return nil, false
	}
	switch fn.FullName() {
	case "strings.Repeat":
		n := c.index(call.Args[1])
		if n < 0 {
			if w := c.once(call.Args[1]); w != nil && w.result == 0 && !w.ranged {
				n = c.index(w.value)
			}
		}
		if len(call.Args) != 2 || n < 0 || n > 1<<10 {
			return nil, true
		}
		for _, f := range c.textsWithin(call.Args[0], depth-1) {
			if f.param != nil || f.vague {
				return nil, true
			}
			f.text = strings.Repeat(f.text, n)
			all = append(all, f)
		}
		return all, true
	case "strings.Join":
		return c.joined(call, depth), true
	case "(*strings.Builder).String", "(*bytes.Buffer).String":
		return c.built(c.varOf(receiverOf(call)), nil, call, depth), true
	case "fmt.Sprintf":
		return c.printed(call, depth), true
	case "fmt.Sprint", "strconv.Itoa", "strconv.FormatInt", "strconv.FormatUint":
		if len(call.Args) == 0 || call.Ellipsis.IsValid() || fn.Name() == "Sprint" && len(call.Args) > 1 {
			return nil, true
		}
		return c.number(call.Args[0], c.info.TypeOf(call.Args[0])), true
	}
	return nil, false
}

// printed returns the formats that Sprintf prints, with two digits that stand for
// a count that is computed.
func (c *checker) printed(call *ast.CallExpr, depth int) []format {
	if call.Ellipsis.IsValid() || len(call.Args) == 0 {
		return nil
	}
	return c.printedAs(call.Args[0], call.Args[1:], depth)
}

// printedAs is printed for a format of package fmt and its arguments.
func (c *checker) printedAs(verbs ast.Expr, args []ast.Expr, depth int) []format {
	v := c.info.Types[verbs].Value
	if v == nil || v.Kind() != constant.String {
		return nil
	}
	text := constant.StringVal(v)
	all := []format{{abis: c.target}}
	start := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			continue
		}
		if i+1 == len(text) || len(args) == 0 {
			return nil
		}
		var some []format
		switch text[i+1] {
		case 'd', 'v':
			t := c.info.TypeOf(args[0])
			some = c.number(args[0], t)
		case 's', 'c':
			some = c.textsWithin(args[0], depth-1)
			if some == nil && i == 0 && c.orders(args[0]) {
				some = c.anyOrder()
			}
		}
		head := format{text: text[start:i], parts: []part{{0, verbs, start}}, abis: c.target}
		if all = join(join(all, []format{head}), some); all == nil {
			return nil
		}
		args = args[1:]
		i++
		start = i + 1
	}
	if len(args) > 0 {
		return nil
	}
	return join(all, []format{{text: text[start:], parts: []part{{0, verbs, start}}, abis: c.target}})
}

// number returns the formats that an integer is printed as.
func (c *checker) number(e ast.Expr, t types.Type) []format {
	if t == nil {
		return nil
	}
	b, ok := t.Underlying().(*types.Basic)
	if !ok || b.Info()&types.IsInteger == 0 {
		return nil
	}
	if k := c.index(e); k >= 0 {
		return []format{{text: strconv.Itoa(k), abis: c.target}}
	}
	return c.anyCount()
}

// joined returns the formats that strings.Join makes of the elements of a literal.
func (c *checker) joined(call *ast.CallExpr, depth int) []format {
	if len(call.Args) != 2 {
		return nil
	}
	e := ast.Unparen(call.Args[0])
	if from := c.sources(e); len(from) == 1 && from[0].result == 0 && !from[0].ranged {
		e = ast.Unparen(from[0].value)
	}
	lit, ok := e.(*ast.CompositeLit)
	v := c.slotOf(call.Args[0])
	if v != nil && (c.vars[v] == nil || c.vars[v].elements) {
		return nil
	}
	if !ok || v != nil && v.Kind() == types.LocalVar {
		if sep := c.textsWithin(call.Args[1], depth-1); len(sep) == 1 && strings.Trim(sep[0].text, " ") == "" && sep[0].param == nil {
			return c.built(v, sep, call, depth)
		}
		return nil
	}
	all := []format{{abis: c.target}}
	for i, elt := range lit.Elts {
		if _, keyed := elt.(*ast.KeyValueExpr); keyed {
			return nil
		}
		if i > 0 {
			all = join(all, c.textsWithin(call.Args[1], depth-1))
		}
		if all = join(all, c.textsWithin(elt, depth-1)); all == nil {
			return nil
		}
	}
	return all
}

// visible reports whether other packages can assign to a variable.
func (c *checker) visible(v *types.Var) bool {
	return v.Exported() && v.Parent() == c.pass.Pkg.Scope() && c.pass.Pkg.Name() != "main"
}

// held finds out which formats a *Struct, *Layout or *Codec may have been made
// of, nil if that is not known.
func (c *checker) held(e ast.Expr) []format { return c.heldWithin(e, deepest) }

func (c *checker) heldWithin(e ast.Expr, depth int) (all []format) {
	if e == nil || depth == 0 {
		return nil
	}
	return c.heldBy(c.sources(e), depth)
}

func (c *checker) heldBy(sources []source, depth int) (all []format) {
	for _, from := range sources {
		if from.result > 0 || from.ranged {
			return nil
		}
		some := c.heldAt(from.value, depth)
		if some == nil {
			return nil
		}
		all = append(all, some...)
	}
	return distinct(all)
}

// heldAt is heldWithin for an expression that is a source.
func (c *checker) heldAt(e ast.Expr, depth int) []format {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok {
		return c.made(call, depth)
	}
	v := c.varOf(e)
	if v == nil || v.Pkg() == nil || v.Pkg() == c.pass.Pkg && !c.visible(v) || c.vars[v] != nil && v.Pkg() != c.pass.Pkg {
		return nil // or of another package, and changed by this one
	}
	if v.Pkg() == c.pass.Pkg {
		if w := c.onceVar(v); w != nil && w.result == 0 && !w.ranged {
			return c.heldWithin(w.value, depth-1)
		}
		return nil
	}
	var fact holds
	if !c.pass.ImportObjectFact(v, &fact) {
		return nil
	}
	return []format{{text: fact.Text, abis: c.abisOr(fact.ABIs), layout: fact.Layout}}
}

// made finds out which formats the result of a call may have been made of.
func (c *checker) made(call *ast.CallExpr, depth int) []format {
	name := c.apiName(call)
	switch name {
	case "Codec.Struct", "frame.Layout.Header":
		return c.heldWithin(receiverOf(call), depth-1)
	}
	if len(call.Args) == 0 {
		return nil
	}
	switch name {
	case "Compile", "MustCompile":
		return c.texts(call.Args[0])
	case "MustCodec":
		return c.derive(call, c.texts(call.Args[0]))
	case "frame.NewLayout", "frame.MustLayout":
		all := c.texts(call.Args[0])
		for i := range all {
			all[i].layout = c.layoutOf(call)
		}
		return all
	case "frame.NewLayoutOf", "frame.MustLayoutOf":
		all := c.derive(call, c.texts(call.Args[0]))
		for i := range all {
			all[i].layout = c.layoutOfType(call, all[i])
		}
		return all
	case "NewCodec":
		return c.derive(call, c.heldWithin(call.Args[0], depth-1))
	case "CompileFor":
		if len(call.Args) == 2 {
			all := c.texts(call.Args[1])
			for i := range all {
				all[i].abis = c.abisOf(call.Args[0])
			}
			return all
		}
	}
	if fn, ok := c.function(call); ok && fn.Holds {
		return c.formatsOf(call, fn, c.operands(call))
	}
	return nil
}

// derive replaces formats that are only a prefix by those that a Codec makes of
// its type.
func (c *checker) derive(call *ast.CallExpr, all []format) []format {
	for i := range all {
		f := &all[i]
		if f.param != nil || len(f.text) > 1 || f.text != "" && !strings.Contains("@=<>!", f.text) {
			continue
		}
		t, _ := c.typeArgument(call)
		structs, err := f.compile()
		if t == nil || err != nil || !gotype.Bindable(t) {
			return nil
		}
		s, err := rules.Derive(structs[0], c.reader.Type(t))
		if err != nil {
			return nil
		}
		f.text, f.parts = s.(*structpack.Struct).Format(), nil
	}
	return all
}

// abisOr returns the ABIs of a fact, in which nil stands for the target's.
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
	Text   string
	ABIs   []structpack.ABI // nil for the target's
	Layout *layout          // if it is of a *Layout
}

func (*holds) AFact() {}

func (h *holds) String() string { return "holds " + h.Text }

// exportHolders lets other packages know the package's variables that hold formats.
func (c *checker) exportHolders() {
	scope := c.pass.Pkg.Scope()
	for _, name := range scope.Names() {
		v, ok := scope.Lookup(name).(*types.Var)
		if !ok || !v.Exported() || !isHolder(v.Type()) {
			continue
		}
		w := c.onceVar(v)
		if w == nil || w.result > 0 || w.ranged {
			continue
		}
		if all := c.held(w.value); len(all) == 1 && all[0].param == nil && !all[0].vague {
			c.pass.ExportObjectFact(v, &holds{all[0].text, c.abiFact(all[0].abis), all[0].layout})
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
