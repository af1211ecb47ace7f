package structformat

import (
	"errors"
	"go/ast"
	"go/constant"

	"example.com/structpack"
	"example.com/structpack/frame"
)

// checkLayout checks a call of NewLayout or MustLayout with a format that
// compiles. Where the rules are not known, it is right for some.
func (c *checker) checkLayout(call *ast.CallExpr, f format) {
	rules, known := c.rules(call)
	if !known {
		rules = []frame.Option{anyLength}
	}
	_, err := frame.NewLayout(f.text, rules...)
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

// anyLength is a rule that goes with every header.
var anyLength = frame.LengthFunc(func([]byte) (int64, error) { return 0, nil })

// rules returns the rules of a layout, if all are known.
func (c *checker) rules(call *ast.CallExpr) (rules []frame.Option, known bool) {
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
			rules = append(rules, option(int(n)))
			return exact && int64(int(n)) == n
		}
		switch c.apiName(rule) {
		case "frame.LengthAt":
			ok = number(frame.LengthAt)
		case "frame.CountsFrom":
			ok = number(frame.CountsFrom)
		case "frame.Trailer":
			ok = number(frame.Trailer)
		case "frame.CountsHeader":
			rules = append(rules, frame.CountsHeader())
		case "frame.LengthFunc":
			ok = len(rule.Args) == 1 && !c.info.Types[rule.Args[0]].IsNil()
			rules = append(rules, anyLength)
		default:
			ok = false
		}
		if !ok {
			return nil, false
		}
	}
	return rules, true
}
