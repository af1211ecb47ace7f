// Package cut reads the layout of frames as people write it: a format, and rules by
// the names that they have in package frame.
package cut

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"example.com/structpack"
	"example.com/structpack/frame"
	"example.com/structpack/internal/show"
)

// Rules are the names of the rules.
var Rules = []string{"LengthAt", "CountsFrom", "CountsHeader", "Trailer", "Fixed", "NoPayload"}

// A RuleError is a rule that is none.
type RuleError struct {
	Name string // if no rule has it
	text string
}

func (e *RuleError) Error() string { return e.text }

// A Layout is a layout of frames.
type Layout struct {
	*frame.Layout
	Length int   // which value is the length; -1 if none is
	Fixed  []int // which values are given by a rule
}

// Parse makes a layout of a format and rules such as LengthAt(2), with commas or
// blanks between them.
func Parse(format, rules string) (*Layout, error) {
	l := &Layout{Length: -1}
	head, err := structpack.Compile(format)
	if err != nil {
		return nil, err
	}
	var options []frame.Option
	empty := false
	for rule := range split(rules) {
		name, inside, given := strings.Cut(rule, "(")
		inside, closed := strings.CutSuffix(inside, ")")
		if given != closed {
			return nil, &RuleError{text: fmt.Sprintf("rule %q: a parenthesis is missing", rule)}
		}
		first, second, two := strings.Cut(inside, ",")
		first, second = strings.TrimSpace(first), strings.TrimSpace(second)
		n := 0
		if name != "CountsHeader" && name != "NoPayload" {
			number, err := show.ParseInt(first)
			if err != nil || !number.IsInt64() || int64(int(number.Int64())) != number.Int64() {
				return nil, &RuleError{Name: unknown(name), text: fmt.Sprintf("rule %q: %q is not a number", rule, first)}
			}
			n = int(number.Int64())
		} else if inside != "" {
			return nil, &RuleError{text: fmt.Sprintf("rule %q takes no value", name)}
		}
		if two != (name == "Fixed") && unknown(name) == "" {
			return nil, &RuleError{text: fmt.Sprintf("rule %q: only Fixed takes two values, as in Fixed(0, 7)", rule)}
		}
		switch name {
		case "LengthAt":
			l.Length = n
			options = append(options, frame.LengthAt(n))
		case "CountsFrom":
			options = append(options, frame.CountsFrom(n))
		case "CountsHeader":
			options = append(options, frame.CountsHeader())
		case "Trailer":
			options = append(options, frame.Trailer(n))
		case "NoPayload":
			empty = true
			options = append(options, frame.NoPayload())
		case "Fixed":
			value, err := show.ParseText(codeOf(head, n), second)
			if err != nil {
				return nil, &RuleError{text: fmt.Sprintf("rule %q: %v", rule, err)}
			}
			l.Fixed = append(l.Fixed, n)
			options = append(options, frame.Fixed(n, value))
		default:
			return nil, &RuleError{Name: name, text: fmt.Sprintf("no rule %q", name)}
		}
	}
	if l.Layout, err = frame.NewLayout(format, options...); err != nil {
		return nil, err
	}
	for _, f := range head.Fields() { // the only integer
		for i := range f.Values {
			if l.Length < 0 && !empty && !strings.Contains("x c?efdFDZfZdsp", f.Code) && !slices.Contains(l.Fixed, f.Index+i) {
				l.Length = f.Index + i
			}
		}
	}
	return l, nil
}

// codeOf is the code of a value; c for one that the header does not have.
func codeOf(s *structpack.Struct, value int) string {
	for _, f := range s.Fields() {
		if f.Index <= value && value < f.Index+f.Values {
			return f.Code
		}
	}
	return "c"
}

// unknown returns a name that no rule has.
func unknown(name string) string {
	if slices.Contains(Rules, name) {
		return ""
	}
	return name
}

// split returns the rules of a text, which have commas or blanks between them, and
// may have commas inside their parentheses.
func split(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		depth, start := 0, 0
		for i := 0; i <= len(text); i++ {
			if i == len(text) || depth == 0 && strings.IndexByte(", \t\n", text[i]) >= 0 {
				if rule := text[start:i]; rule != "" && !yield(rule) {
					return
				}
				start = i + 1
				continue
			}
			switch text[i] {
			case '(':
				depth++
			case ')':
				depth = max(depth-1, 0)
			}
		}
	}
}
