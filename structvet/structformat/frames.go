package structformat

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"reflect"
	"slices"

	"example.com/structpack"
	"example.com/structpack/frame"
	"example.com/structpack/internal/gotype"
	"example.com/structpack/internal/rules"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
)

// A layout is what is known of a *Layout besides its format.
type layout struct {
	Length int   // which value the length is, or one of:
	Fixed  []int // which values are always the same

	Request int // 1 + which value is the number of a request; 0 if there is none
}

const (
	onlyInteger = -1 // the length is the only integer
	noLength    = -2 // there is none
	someLength  = -3 // it is not known which value the length is
)

func (l *layout) equal(o *layout) bool {
	return l == o || l != nil && o != nil && l.Length == o.Length && l.Request == o.Request && slices.Equal(l.Fixed, o.Fixed)
}

// layoutOf returns what a call of NewLayout or MustLayout says of the length.
func (c *checker) layoutOf(call *ast.CallExpr) *layout {
	l := &layout{Length: onlyInteger}
	unknown := &layout{Length: someLength}
	if call.Ellipsis.IsValid() {
		return unknown
	}
	for _, e := range call.Args[1:] {
		rule, ok := ast.Unparen(e).(*ast.CallExpr)
		if !ok {
			return unknown
		}
		switch c.apiName(rule) {
		case "frame.LengthAt":
			if l.Length = c.index(firstArg(rule)); l.Length < 0 {
				return unknown
			}
		case "frame.RequestAt":
			if l.Request = 1 + c.index(firstArg(rule)); l.Request == 0 {
				return unknown
			}
		case "frame.Fixed":
			at := c.index(firstArg(rule))
			if at < 0 {
				return unknown
			}
			l.Fixed = append(l.Fixed, at)
		case "frame.LengthFunc", "frame.NoPayload":
			l.Length = noLength
		case "frame.CountsFrom", "frame.CountsHeader", "frame.Trailer":
		default:
			return unknown
		}
	}
	return l
}

// layoutOfType is layoutOf for NewLayoutOf and MustLayoutOf, whose length is a field
// with a tag.
func (c *checker) layoutOfType(call *ast.CallExpr, f format) *layout {
	l := c.layoutOf(call)
	at, err := c.lengthTag(call, f)
	if err != nil || at >= 0 && l.Length != onlyInteger {
		return &layout{Length: someLength}
	}
	if at >= 0 {
		l.Length = at
	}
	return l
}

// lengthTag returns which value of a header has the tag length, or -1.
func (c *checker) lengthTag(call *ast.CallExpr, f format) (at int, err error) {
	t, _ := c.typeArgument(call)
	structs, err := f.compile()
	if err != nil || t == nil || !gotype.Bindable(t) {
		return -1, cmp.Or(err, structpack.ErrType)
	}
	leaves, err := rules.Bind(structs[0], c.reader.Type(t))
	at = -1
	for _, leaf := range leaves {
		if leaf.Length {
			at = leaf.Value
		}
	}
	return at, err
}

// of returns a layout of a format whose length and fixed values are where they
// are in l, and which values are given to it when writing.
func (l *layout) of(s *structpack.Struct, at int) (made *frame.Layout, given []int, err error) {
	options := []frame.Option{anyLength}
	if at >= 0 {
		options[0] = frame.LengthAt(at)
	}
	zero, err := s.UnpackFrom(make([]byte, min(s.Size(), 1<<16)), 0)
	if err != nil {
		return nil, nil, err
	}
	for i, v := range zero {
		if slices.Contains(l.Fixed, i) {
			options = append(options, frame.Fixed(i, v))
		} else if i != at {
			given = append(given, i)
		}
	}
	made, err = frame.NewLayout(s.Format(), options...)
	return made, given, err
}

// framed returns the formats of the headers that a connection, a reader, a
// writer or a frame may have.
func (c *checker) framed(e ast.Expr) []format {
	if e == nil {
		return nil
	}
	return c.framedBy(c.sources(e), deepest)
}

func (c *checker) framedReceiver(call *ast.CallExpr) []format {
	return c.framedBy(c.receiver(call), deepest)
}

func (c *checker) framedBy(sources []source, depth int) (all []format) {
	if depth == 0 {
		return nil
	}
	for _, from := range sources {
		some := c.framedAt(from, depth)
		if some == nil {
			return nil
		}
		all = append(all, some...)
	}
	return distinct(all)
}

func (c *checker) framedAt(from source, depth int) []format {
	if t := c.info.TypeOf(from.value); t != nil && isHolder(t) {
		if from.result > 0 || from.ranged {
			return nil
		}
		return c.heldAt(from.value, depth)
	}
	switch e := ast.Unparen(from.value).(type) {
	case *ast.CallExpr:
		if _, tuple := c.info.TypeOf(e).(*types.Tuple); tuple && from.result == 0 && !from.ranged {
			if name := c.apiName(e); name == "frame.NewLayout" || name == "frame.NewLayoutOf" {
				return c.heldAt(e, depth)
			}
		}
		return c.framedCall(e, from, depth)
	case *ast.UnaryExpr:
		return c.framedBy(c.sources(e.X), depth-1)
	case *ast.SelectorExpr: // f.Header, c.Reader
		if v := c.slotOf(e); v != nil && v.IsField() && v.Pkg() != nil && v.Pkg().Path() == framePath {
			return c.framedBy(c.sources(e.X), depth-1)
		}
	case *ast.Ident:
		if v := c.varOf(e); v != nil && v.Kind() == types.ParamVar && c.constant(v) {
			return c.handled(v)
		}
	}
	return nil
}

func (c *checker) framedCall(call *ast.CallExpr, from source, depth int) []format {
	name := c.apiName(call)
	switch name {
	case "frame.NewConn", "frame.NewReader", "frame.NewWriter", "frame.NewClient":
		if c.relaid() || len(call.Args) < 2 {
			return nil
		}
		return c.heldWithin(call.Args[1], depth-1)
	case "frame.Reader.Frames":
		if !from.ranged || from.result != 0 {
			return nil
		}
	case "frame.Layout.Parse", "frame.Layout.Cut", "frame.Reader.Next", "frame.Reader.ReadHeader", "frame.Conn.NextContext", "frame.Frame.Clone":
		if from.ranged || from.result != 0 {
			return nil
		}
	default:
		return nil
	}
	return c.framedBy(c.receiver(call), depth-1)
}

// relaid reports whether the package changes the layouts of connections.
func (c *checker) relaid() bool {
	if c.changes == 0 {
		c.changes = 1
		for cur := range c.root.Preorder((*ast.CallExpr)(nil)) {
			switch c.apiName(cur.Node().(*ast.CallExpr)) {
			case "frame.Conn.SetLayout", "frame.Reader.SetLayout", "frame.Writer.SetLayout":
				c.changes = 2
			}
		}
	}
	return c.changes == 2
}

// handled returns the formats for a parameter of a Server's Handle or HandleStream.
func (c *checker) handled(v *types.Var) (all []format) {
	if c.relaid() {
		return nil
	}
	for cur := range c.root.Preorder((*ast.KeyValueExpr)(nil)) {
		kv := cur.Node().(*ast.KeyValueExpr)
		key, ok := kv.Key.(*ast.Ident)
		if !ok || key.Name != "Handle" && key.Name != "HandleStream" {
			continue
		}
		field, ok := c.info.Uses[key].(*types.Var)
		if !ok || !field.IsField() || field.Pkg() == nil || field.Pkg().Path() != framePath {
			continue
		}
		if k, _ := cur.ParentEdge(); k != edge.CompositeLit_Elts {
			continue
		}
		body, sig := c.bodyOfValue(kv.Value)
		if sig == nil || body.Node() == nil || !hasParam(sig, v) {
			continue
		}
		found := false
		for _, e := range cur.Parent().Node().(*ast.CompositeLit).Elts {
			if other, ok := e.(*ast.KeyValueExpr); ok && types.ExprString(other.Key) == "Layout" {
				some := c.held(other.Value)
				if some == nil {
					return nil
				}
				all = append(all, some...)
				found = true
			}
		}
		if !found {
			return nil
		}
	}
	return distinct(all)
}

func hasParam(sig *types.Signature, v *types.Var) bool {
	for p := range sig.Params().Variables() {
		if p == v {
			return true
		}
	}
	return false
}

// lengthOf returns which value of a header is the length, -1 for none. It is not
// ok if that is not known.
func (c *checker) lengthOf(f format, s *structpack.Struct) (at int, ok bool) {
	if f.layout == nil || f.layout.Length == someLength {
		return 0, false
	}
	if f.layout.Length == noLength {
		return -1, true
	}
	if f.layout.Length >= 0 {
		return f.layout.Length, true
	}
	at = -1
	for _, field := range c.fieldsOf(s) {
		if field.Values > 0 && isInteger(field) {
			if at >= 0 || field.Values > 1 {
				return 0, false // the layout is refused
			}
			at = field.Index
		}
	}
	return at, at >= 0
}

// isInteger reports whether a value is a number for Uint and Int, c and ? left out.
func isInteger(f structpack.Field) bool {
	if f.Type == nil || f.Code == "c" {
		return false
	}
	switch f.Type.Kind() {
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	}
	return false
}

// checkFrame checks the values of a frame's header: all but the length, and those that
// the layout gives.
func (c *checker) checkFrame(call *ast.CallExpr, fn function, f format, structs []*structpack.Struct, args []operand) {
	at, ok := c.lengthOf(f, structs[0])
	if !ok {
		return
	}
	gives := *f.layout
	if c.apiName(call) == "frame.Client.Call" {
		if gives.Request == 0 {
			return
		}
		gives.Fixed = append(slices.Clip(gives.Fixed), gives.Request-1)
	}
	if at < 0 && len(gives.Fixed) == 0 {
		c.checkValues(call, fn, f, structs, args)
		return
	}
	l, given, err := gives.of(structs[0], at)
	if err != nil {
		return
	}
	position := func(i int) int {
		if i < len(given) {
			return given[i]
		}
		return structs[0].NumValues() + i
	}
	if len(args) != len(given) {
		pack := func(values ...any) ([]byte, error) { return l.Append(nil, nil, values...) }
		if c.checkLists(call, f, structs[0], args, pack, position) {
			return
		}
		if _, err = pack(make([]any, len(args))...); err != nil {
			if !c.reportLength(call, f, args, len(given), err) {
				c.reportCount(call, f, args, len(given), err, nil)
			}
		}
		return
	}
	c.checkEach(call, fn, f, structs, args, position)
}

// reportLength reports that a frame is given the length of its payload, which is left
// out. It reports false if the value that is too many is something else.
func (c *checker) reportLength(call *ast.CallExpr, f format, args []operand, n int, err error) bool {
	first := len(call.Args) - len(args)
	if len(args) != n+1 || first < 1 || c.silenced(err) {
		return false
	}
	payload := types.ExprString(call.Args[first-1])
	if text, ok := ast.Unparen(call.Args[first-1]).(*ast.CallExpr); ok && len(text.Args) == 1 && c.info.Types[text.Fun].IsType() {
		payload = types.ExprString(text.Args[0])
	}
	for i, e := range call.Args[first:] {
		size, ok := ast.Unparen(e).(*ast.CallExpr)
		if !ok || len(size.Args) != 1 || types.ExprString(size.Args[0]) != payload {
			continue
		}
		if is, ok := c.callee(size).(*types.Builtin); !ok || is.Name() != "len" {
			continue
		}
		d := diagnose(e, badCount, err.Error()+"; leave out "+types.ExprString(e))
		d.Related = c.whence(f, 0, call)
		d.SuggestedFixes = []analysis.SuggestedFix{{
			Message:   "Leave out the length",
			TextEdits: []analysis.TextEdit{{Pos: call.Args[first+i-1].End(), End: e.End()}},
		}}
		c.report(d)
		return true
	}
	return false
}

// checkInteger checks that a value which Uint or Int asks for is one.
func (c *checker) checkInteger(call *ast.CallExpr, f format) {
	structs, err := f.compile()
	if err != nil || len(call.Args) == 0 {
		return
	}
	i := c.index(firstArg(call))
	if v := c.info.Types[firstArg(call)].Value; v != nil && v.Kind() == constant.Int && constant.Sign(v) < 0 {
		i = structs[0].NumValues()
	}
	if i < 0 || f.open > 0 && i >= c.known(f, structs[0]) {
		return
	}
	d := diagnose(call.Args[0], badAssert, "")
	method := "Uint"
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		method = sel.Sel.Name
	}
	field, ok := c.fieldOf(structs[0], i)
	switch {
	case !ok:
		d.Category = badCount
		d.Message = fmt.Sprintf("%s panics: there is no value %s; the format %s has %d", method, types.ExprString(call.Args[0]), quote(f.text), structs[0].NumValues())
	case field.Code == "c" || field.Code == "?" || isInteger(field):
		return
	case field.Code == "s" && (f.vague || 0 < field.Count && field.Count <= 8):
		return // such bytes are read as a number
	default:
		d.Message = fmt.Sprintf("%s panics: value %d of %s ('%s' at byte %d) is no integer", method, i, quote(f.text), field.Code, field.Pos)
	}
	d.Related = c.whence(f, field.Pos, call)
	c.report(d)
}
