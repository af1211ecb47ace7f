package structformat

import (
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"math/big"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"

	"example.com/structpack"
	"example.com/structpack/internal/rules"
	"golang.org/x/tools/go/analysis"
)

// checkValues checks the values that a call packs.
func (c *checker) checkValues(call *ast.CallExpr, fn function, f format, structs []*structpack.Struct, args []operand) {
	if n := structs[0].NumValues(); len(args) != n {
		if c.checkLists(call, f, structs[0], args, structs[0].Pack, func(i int) int { return i }) {
			return
		}
		values := make([]any, len(args))
		_, err := structs[0].Pack(values...)
		if fn.Op == "pack_into" {
			err = structs[0].PackInto(nil, 0, values...)
			if len(args) == n-1 && c.offsetMissing(call, fn) {
				err = fmt.Errorf("%w; argument %d is the offset", err, fn.Values)
			}
		}
		c.reportCount(call, f, args, n, err, nil)
		return
	}
	c.checkEach(call, fn, f, structs, args, func(i int) int { return i })
}

// checkLists checks values that are not as many as a format has, some of which may be
// slices that stand for items with a repeat count. It reports false if there are too
// few or too many, whatever the lengths of the slices are. Pack packs them as the call
// does; position says which one of the format the i-th is.
func (c *checker) checkLists(call *ast.CallExpr, f format, s *structpack.Struct, args []operand, pack func(...any) ([]byte, error), position func(int) int) bool {
	var lengths []int // that a slice may have
	repeats, large := false, false
	for _, field := range c.fieldsOf(s) {
		if field.Type == nil || field.Type.Kind() == reflect.Slice {
			continue
		}
		repeats = repeats || field.Values != 1
		large = large || field.Values > 1<<10
		if field.Values <= 1<<10 && !slices.Contains(lengths, field.Values) {
			lengths = append(lengths, field.Values)
		}
	}
	values := make([]any, len(args))
	elems := map[int]any{} // what stands for the elements of slices
	certain := true        // nothing but lengths is unknown
	var free []int         // the values whose lengths are not known
	resize := func(i, n int) {
		if elems[i] == byte(1) {
			values[i] = slices.Repeat([]byte{1}, n)
			return
		}
		values[i] = slices.Repeat([]any{elems[i]}, n)
	}
	for i, arg := range args {
		var known bool
		switch {
		case arg.IsNil():
		case arg.Type != nil && types.IsInterface(arg.Type):
			if repeats {
				return true // it may be a slice
			}
		case isList(arg.Type):
			if isByte(elementOf(arg.Type)) { // it may be a text
				elems[i] = byte(1)
			} else if elems[i], known = witnessOf(elementOf(arg.Type)); !known {
				certain = false
			}
			if n, ok := c.lengthOfList(arg); ok && n <= 1<<10 {
				resize(i, n)
			} else {
				free = append(free, i)
			}
			continue
		}
		if values[i], known = c.witness(arg); !known {
			certain = false
		}
	}
	if len(elems) == 0 || !repeats {
		return false
	}
	if large || math.Pow(float64(len(lengths)), float64(len(free))) > 256 {
		return true // too many to ask for
	}
	var bad error // of values, where their number is right
	var at int
	var ask func(free []int) bool
	ask = func(free []int) bool {
		if len(free) == 0 {
			_, err := pack(values...)
			var e *structpack.Error
			if err != nil && bad == nil && errors.As(err, &e) && e.Err != structpack.ErrCount {
				bad, at = err, c.argumentOf(s, e.Index, values, position)
			}
			return err == nil
		}
		for _, n := range lengths {
			resize(free[0], n)
			if ask(free[1:]) {
				return true
			}
		}
		return false
	}
	switch {
	case ask(free):
		return true
	case bad != nil && (!certain || at < 0 || c.silenced(bad)):
		return true
	case bad != nil:
		d := diagnose(args[at].expr, badType, bad.Error())
		if errors.Is(bad, structpack.ErrRange) {
			d.Category = badRange
			d.Message += valueOf(args[at])
		}
		d.Related = c.whence(f, bad.(*structpack.Error).Pos, call)
		c.report(d)
		return true
	case len(free) > 0:
		return false
	}
	// The slices have not the lengths that the items want, which the library says best.
	_, err := pack(values...)
	e, ok := err.(*structpack.Error)
	if !ok || e.Index < 0 || c.silenced(err) {
		return false
	}
	if at = c.argumentOf(s, e.Index, values, position); at < 0 {
		return false
	}
	d := diagnose(args[at].expr, badCount, strings.Replace(err.Error(), "got []interface {}", "got "+typeName(args[at].Type), 1))
	d.Related = c.whence(f, e.Pos, call)
	c.report(d)
	return true
}

// argumentOf returns which of some values, slices among them, is for the value at an
// index of the format, or -1.
func (c *checker) argumentOf(s *structpack.Struct, index int, values []any, position func(int) int) int {
	given := 0
	for i, v := range values {
		field, ok := c.fieldOf(s, position(given))
		if !ok {
			return -1
		}
		n := 1
		if r := reflect.ValueOf(v); r.Kind() == reflect.Slice && field.Type.Kind() != reflect.Slice && field.Index == position(given) {
			n = field.Values
		}
		if index < position(given+n-1)+1 {
			return i
		}
		given += n
	}
	return -1
}

// elementOf returns the type of the elements of a slice or an array.
func elementOf(t types.Type) types.Type {
	switch t := t.Underlying().(type) {
	case *types.Slice:
		return t.Elem()
	case *types.Array:
		return t.Elem()
	}
	return nil
}

// lengthOfList returns the length of a slice or array, if it is certain.
func (c *checker) lengthOfList(arg operand) (int, bool) {
	if a, ok := arg.Type.Underlying().(*types.Array); ok {
		return int(a.Len()), a.Len() >= 0 && a.Len() <= 1<<20
	}
	if arg.part {
		return 0, false
	}
	return c.dataLength(arg.expr, deepest)
}

// checkEach checks each value that a call packs; position says which one of the
// format the i-th argument is.
func (c *checker) checkEach(call *ast.CallExpr, fn function, f format, structs []*structpack.Struct, args []operand, position func(int) int) {
	for k, arg := range args {
		i := position(k)
		if c.checkIP(call, fn, f, structs[0], i, arg) {
			continue
		}
		v, ok := c.witness(arg)
		if !ok {
			continue
		}
		name := "nil"
		if !arg.IsNil() {
			name = typeName(arg.Type)
		}
		ask := func(v any) error {
			return agreed(structs, func(s *structpack.Struct) error { return rules.Pack(s, fn.Op, i, v, name) })
		}
		err := ask(v)
		if err == nil {
			c.checkText(fn, f, structs[0], i, arg)
			c.checkTruth(fn, f, structs[0], i, arg, v)
			continue
		}
		if c.silenced(err) {
			continue
		}
		e := err.(*structpack.Error)
		d := diagnose(arg.expr, badType, e.Error())
		d.Related = c.whence(f, e.Pos, call)
		if e.Err == structpack.ErrRange {
			d.Category = badRange
			d.Message += valueOf(arg)
		}
		d.SuggestedFixes = c.notPointer(arg, func(v any) bool { return ask(v) == nil })
		if field, ok := c.fieldOf(structs[0], i); ok && field.Code == "c" {
			c.fixChar(&d, arg)
		} else if ok && isInteger(field) {
			c.fixFloat(&d, arg, func(v any) bool { return ask(v) == nil })
		}
		c.report(d)
	}
}

// valueOf says which value a constant has whose text does not say it.
func valueOf(arg operand) string {
	if arg.Value == nil {
		return ""
	}
	switch e := ast.Unparen(arg.expr).(type) {
	case *ast.BasicLit:
		return ""
	case *ast.UnaryExpr:
		if _, ok := e.X.(*ast.BasicLit); ok {
			return ""
		}
	}
	return " (got " + arg.Value.ExactString() + ")"
}

// fixChar adds to a diagnostic how a constant character is packed by c.
func (c *checker) fixChar(d *analysis.Diagnostic, arg operand) {
	if arg.Value == nil || arg.Value.Kind() != constant.Int {
		return
	}
	n, exact := constant.Int64Val(arg.Value)
	b, ok := arg.Type.(*types.Basic)
	if !exact || n < 0 || n > 255 || !ok || b.Kind() != types.Int32 && b.Kind() != types.Int && b.Info()&types.IsUntyped == 0 {
		return
	}
	text := "byte(" + types.ExprString(arg.expr) + ")"
	d.Message += "; write " + text
	d.SuggestedFixes = []analysis.SuggestedFix{{
		Message: "Pack " + text,
		TextEdits: []analysis.TextEdit{
			{Pos: arg.expr.Pos(), NewText: []byte("byte(")},
			{Pos: arg.expr.End(), NewText: []byte(")")},
		},
	}}
}

// fixFloat adds to a diagnostic the fix for a constant like 1e6, to be packed as an integer.
func (c *checker) fixFloat(d *analysis.Diagnostic, arg operand, right func(v any) bool) {
	if arg.Value == nil || arg.Type == nil {
		return
	}
	b, ok := arg.Type.(*types.Basic) // not of a type that somebody has named
	n, exact := constant.Int64Val(constant.ToInt(arg.Value))
	if !ok || b.Info()&types.IsFloat == 0 || !exact || int64(int32(n)) != n || !right(n) {
		return
	}
	d.SuggestedFixes = []analysis.SuggestedFix{{
		Message: "Pack int(" + types.ExprString(arg.expr) + ")",
		TextEdits: []analysis.TextEdit{
			{Pos: arg.expr.Pos(), NewText: []byte("int(")},
			{Pos: arg.expr.End(), NewText: []byte(")")},
		},
	}}
}

// notPointer returns the fix of &x to x, if a witness of x is right.
func (c *checker) notPointer(arg operand, right func(v any) bool) []analysis.SuggestedFix {
	and, ok := ast.Unparen(arg.expr).(*ast.UnaryExpr)
	if !ok || and.Op != token.AND || arg.part {
		return nil
	}
	v, ok := c.witness(operand{c.info.Types[and.X], and.X, false})
	if !ok || !right(v) {
		return nil
	}
	return []analysis.SuggestedFix{{
		Message:   "Pack the value, not a pointer to it",
		TextEdits: []analysis.TextEdit{{Pos: and.Pos(), End: and.X.Pos()}},
	}}
}

// reportCount reports that there are not n values: where one is missing, or those
// that are too many.
func (c *checker) reportCount(call *ast.CallExpr, f format, args []operand, n int, err error, fixes []analysis.SuggestedFix) {
	if c.silenced(err) {
		return
	}
	d := analysis.Diagnostic{Pos: call.Rparen, End: call.End(), Category: badCount, Message: err.Error(), Related: c.whence(f, 0, call), SuggestedFixes: fixes}
	if len(args) > n {
		d.Pos, d.End = args[n].expr.Pos(), args[len(args)-1].expr.End()
	}
	if len(fixes) > 0 { // at the first that is to be changed
		edit := fixes[0].TextEdits[0].Pos
		for _, arg := range args {
			if arg.expr.Pos() == edit {
				d.Pos, d.End = arg.expr.Pos(), arg.expr.End()
				d.Message += "; " + types.ExprString(arg.expr) + " is not a pointer"
			}
		}
	}
	c.report(d)
}

// witness returns a value that stands for an argument: the value of a constant,
// or of the values of its type one that is taken wherever any is. It reports
// false if too little is known of the argument.
func (c *checker) witness(arg operand) (v any, ok bool) {
	switch {
	case arg.IsNil():
		return nil, true
	case arg.Type == nil:
		return nil, false
	case arg.Value != nil:
		return constantValue(arg.Type, arg.Value)
	}
	return witnessOf(arg.Type)
}

func witnessOf(t types.Type) (v any, ok bool) {
	if open(t, deepest) {
		return nil, false
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		if u.Info()&types.IsString != 0 {
			return "1", true // c takes it
		}
		if kind, ok := kinds[u.Kind()]; ok {
			return reflect.Zero(kind).Interface(), true
		}
		return nil, false
	case *types.Interface, *types.Tuple:
		return nil, false
	case *types.Slice:
		if isByte(u.Elem()) {
			return []byte{1}, true
		}
		return []string{}, true
	case *types.Array:
		switch {
		case !isByte(u.Elem()):
			return [1]string{}, true
		case u.Len() == 1:
			return [1]byte{}, true
		}
		return [2]byte{}, true
	case *types.Pointer:
		if n, ok := types.Unalias(u.Elem()).(*types.Named); ok && n.Obj().Pkg() != nil &&
			n.Obj().Pkg().Path() == "math/big" && n.Obj().Name() == "Int" && types.Unalias(t) == u {
			return new(big.Int), true
		}
		return new(string), true
	}
	return struct{}{}, true // so are maps, channels and functions taken, and refused
}

func isByte(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.Uint8
}

// kinds are the types that stand for Go's basic types. A Go int may have another
// size where the program runs; which values it has, and as what it is packed,
// does not depend on that.
var kinds = map[types.BasicKind]reflect.Type{
	types.Bool:           reflect.TypeFor[bool](),
	types.Int:            reflect.TypeFor[int64](),
	types.Int8:           reflect.TypeFor[int8](),
	types.Int16:          reflect.TypeFor[int16](),
	types.Int32:          reflect.TypeFor[int32](),
	types.Int64:          reflect.TypeFor[int64](),
	types.Uint:           reflect.TypeFor[uint64](),
	types.Uint8:          reflect.TypeFor[uint8](),
	types.Uint16:         reflect.TypeFor[uint16](),
	types.Uint32:         reflect.TypeFor[uint32](),
	types.Uint64:         reflect.TypeFor[uint64](),
	types.Uintptr:        reflect.TypeFor[uint64](),
	types.Float32:        reflect.TypeFor[float32](),
	types.Float64:        reflect.TypeFor[float64](),
	types.Complex64:      reflect.TypeFor[complex64](),
	types.Complex128:     reflect.TypeFor[complex128](),
	types.String:         reflect.TypeFor[string](),
	types.UnsafePointer:  reflect.TypeFor[*string](),
	types.UntypedBool:    reflect.TypeFor[bool](),
	types.UntypedInt:     reflect.TypeFor[int64](),
	types.UntypedRune:    reflect.TypeFor[int32](),
	types.UntypedFloat:   reflect.TypeFor[float64](),
	types.UntypedComplex: reflect.TypeFor[complex128](),
	types.UntypedString:  reflect.TypeFor[string](),
}

// constantValue returns a constant as the program would have it.
func constantValue(t types.Type, k constant.Value) (v any, ok bool) {
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return nil, false
	}
	kind, ok := kinds[b.Kind()]
	if !ok {
		return nil, false
	}
	r := reflect.New(kind).Elem()
	switch {
	case r.Kind() == reflect.Bool && k.Kind() == constant.Bool:
		r.SetBool(constant.BoolVal(k))
	case r.Kind() == reflect.String && k.Kind() == constant.String:
		r.SetString(constant.StringVal(k))
	case r.CanInt():
		n, exact := constant.Int64Val(constant.ToInt(k))
		if !exact {
			return nil, false
		}
		r.SetInt(n)
	case r.CanUint():
		n, exact := constant.Uint64Val(constant.ToInt(k))
		if !exact {
			return nil, false
		}
		r.SetUint(n)
	case r.CanFloat():
		f, _ := constant.Float64Val(constant.ToFloat(k))
		r.SetFloat(f)
	case r.CanComplex():
		z := constant.ToComplex(k)
		re, _ := constant.Float64Val(constant.Real(z))
		im, _ := constant.Float64Val(constant.Imag(z))
		r.SetComplex(complex(re, im))
	default:
		return nil, false
	}
	return r.Interface(), true
}

// checkText reports a constant of which s or p pack only a part.
func (c *checker) checkText(fn function, f format, s *structpack.Struct, index int, arg operand) {
	text, ok := c.constantText(arg)
	if !ok || f.vague {
		return
	}
	field, ok := c.fieldOf(s, index)
	if !ok || field.Code != "s" && field.Code != "p" {
		return
	}
	room := keeps(field, text)
	if room >= len(text) {
		return
	}
	d := diagnose(arg.expr, cutText, fmt.Sprintf("%s %s: value %d ('%s' at byte %d): the constant of %d bytes is cut to %d",
		fn.Op, quote(f.text), index, field.Code, field.Pos, len(text), room))
	d.Related = c.whence(f, field.Pos, arg.expr)
	c.report(d)
}

// checkTruth reports a pointer that ? packs: it is true of whatever it points to,
// as any object in Python is. Only the value of a *big.Int counts.
func (c *checker) checkTruth(fn function, f format, s *structpack.Struct, index int, arg operand, v any) {
	if _, pointer := v.(*string); !pointer {
		return
	}
	field, ok := c.fieldOf(s, index)
	if !ok || field.Code != "?" {
		return
	}
	d := diagnose(arg.expr, trueAlways, fmt.Sprintf("%s %s: value %d ('?' at byte %d, got %s): a pointer is true unless it is nil, whatever it points to",
		fn.Op, quote(f.text), index, field.Pos, typeName(arg.Type)))
	d.Related = c.whence(f, field.Pos, arg.expr)
	d.SuggestedFixes = c.notPointer(arg, func(v any) bool {
		switch v.(type) {
		case *string, struct{}, [1]string, [1]byte, [2]byte: // true as well
			return false
		}
		return true
	})
	c.report(d)
}

// keeps returns how many bytes of a text an s or p packs: as many as are there
// when it is unpacked.
func keeps(field structpack.Field, text string) int {
	count := min(field.Count, len(text)+1) // with a higher one they are no more
	s, err := structpack.Compile("<" + strconv.Itoa(count) + field.Code)
	if err != nil {
		return len(text)
	}
	data, err := s.Pack(text)
	if err != nil {
		return len(text)
	}
	values, err := s.Unpack(data)
	if err != nil {
		return len(text)
	}
	return len(values[0].([]byte))
}

// constantText returns the text of a constant string, or of a []byte made of one.
func (c *checker) constantText(arg operand) (string, bool) {
	k := arg.Value
	if call, ok := ast.Unparen(arg.expr).(*ast.CallExpr); ok && k == nil && len(call.Args) == 1 && c.info.Types[call.Fun].IsType() {
		k = c.info.Types[call.Args[0]].Value
	}
	if k == nil || k.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(k), true
}

// fieldsOf returns the fields of a format, found once.
func (c *checker) fieldsOf(s *structpack.Struct) []structpack.Field {
	fields, ok := c.fields[s]
	if !ok {
		fields = s.Fields()
		c.fields[s] = fields
	}
	return fields
}

// fieldOf returns the field that the value at index belongs to.
func (c *checker) fieldOf(s *structpack.Struct, index int) (structpack.Field, bool) {
	fields := c.fieldsOf(s)
	i := sort.Search(len(fields), func(i int) bool { return fields[i].Index+fields[i].Values > index })
	if i == len(fields) || index < 0 {
		return structpack.Field{}, false
	}
	return fields[i], true
}

// quote quotes a format.
func quote(format string) string { return strconv.Quote(format) }

// offsetMissing reports whether the offset of PackInto looks like a value: it is
// no constant, and no variable that is called so.
func (c *checker) offsetMissing(call *ast.CallExpr, fn function) bool {
	if fn.Values < 1 || fn.Values > len(call.Args) {
		return false
	}
	e := call.Args[fn.Values-1]
	return c.info.Types[e].Value == nil
}
