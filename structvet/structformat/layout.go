package structformat

import (
	"errors"
	"go/ast"
	"go/constant"

	"example.com/structpack"
	"example.com/structpack/frame"
	"example.com/structpack/internal/gotype"
	"example.com/structpack/internal/rules"
)

// checkLayout checks a call of NewLayout or MustLayout with a format that
// compiles. Where the rules are not known, it is right for some.
func (c *checker) checkLayout(call *ast.CallExpr, f format) {
	options, known := c.rules(call)
	if !known {
		options = []frame.Option{anyLength}
	}
	_, err := frame.NewLayout(f.text, options...)
	var bad *structpack.Error
	if err == nil || errors.As(err, &bad) || c.silenced(err) {
		return
	}
	if f.vague { // an s of another count may be a length
		return
	}
	d := diagnose(call, badLayout, err.Error())
	for _, e := range call.Args[1:] {
		rule, ok := ast.Unparen(e).(*ast.CallExpr)
		if len(call.Args) > 2 && (!ok || c.apiName(rule) != "frame.LengthAt") {
			continue
		}
		d.Pos, d.End = e.Pos(), e.End() // with this rule, as far as it can be told
		break
	}
	if _, err := frame.NewLayout(f.text, anyLength); err != nil { // it is the format, whatever the rules are
		d.Pos, d.End = c.placeOf(f, 0)
	}
	c.report(d)
}

// checkLayoutOf checks a call of NewLayoutOf or MustLayoutOf.
func (c *checker) checkLayoutOf(call *ast.CallExpr) {
	t, at := c.typeArgument(call)
	if t == nil || !gotype.Bindable(t) || len(call.Args) == 0 {
		return
	}
	for _, f := range c.texts(call.Args[0]) {
		if f.param != nil || f.text != "<" && f.text != ">" && f.text != "!" {
			return
		}
		structs, err := f.compile()
		if err != nil {
			return
		}
		if _, err := rules.Derive(structs[0], c.reader.Type(t)); err != nil {
			if !c.silenced(err) {
				c.report(diagnose(at, badCodec, err.Error()))
			}
			return
		}
	}
	c.judge(c.made(call, deepest), func(f format) {
		options, known := c.rules(call)
		if tag, err := c.lengthTag(call, f); err != nil || !known {
			return
		} else if tag >= 0 {
			options = append([]frame.Option{frame.LengthAt(tag)}, options...)
		}
		if _, err := frame.NewLayout(f.text, options...); err != nil && !c.silenced(err) {
			c.report(diagnose(at, badLayout, err.Error()))
		}
	})
}

// anyLength is a rule that goes with every header.
var anyLength = frame.LengthFunc(func([]byte) (int64, error) { return 0, nil })

// rules returns the rules of a layout, if all are known.
func (c *checker) rules(call *ast.CallExpr) (options []frame.Option, known bool) {
	if call.Ellipsis.IsValid() {
		return nil, false
	}
	for _, e := range call.Args[1:] {
		rule, ok := ast.Unparen(e).(*ast.CallExpr)
		if !ok {
			return nil, false
		}
		number := func(option func(int) frame.Option) bool {
			if len(rule.Args) != 1 {
				return false
			}
			v := c.info.Types[rule.Args[0]].Value
			if v == nil || v.Kind() != constant.Int {
				return false
			}
			n, exact := constant.Int64Val(v)
			options = append(options, option(int(n)))
			return exact && int64(int(n)) == n
		}
		switch c.apiName(rule) {
		case "frame.LengthAt":
			ok = number(frame.LengthAt)
		case "frame.RequestAt":
			ok = number(frame.RequestAt)
		case "frame.CountsFrom":
			ok = number(frame.CountsFrom)
		case "frame.Trailer":
			ok = number(frame.Trailer)
		case "frame.Fixed":
			var v any
			at := c.index(firstArg(rule))
			if ok = at >= 0 && len(rule.Args) == 2; ok {
				v, ok = c.witness(operand{c.info.Types[rule.Args[1]], rule.Args[1], false})
				ok = ok && c.info.Types[rule.Args[1]].Value != nil
			}
			options = append(options, frame.Fixed(at, v))
		case "frame.NoPayload":
			options = append(options, frame.NoPayload())
		case "frame.CountsHeader":
			options = append(options, frame.CountsHeader())
		case "frame.LengthFunc":
			ok = len(rule.Args) == 1 && !c.info.Types[rule.Args[0]].IsNil()
			options = append(options, anyLength)
		default:
			ok = false
		}
		if !ok {
			return nil, false
		}
	}
	return options, true
}
