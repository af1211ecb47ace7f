// Package generate has gopter generators of what package fuzz makes up. They
// shrink a case that fails to the items and values that matter. They are a package
// of their own so that package fuzz does not bring gopter along.
package generate

import (
	"math"
	"math/rand"
	"slices"
	"strconv"
	"strings"

	"example.com/structpack"
	"example.com/structpack/fuzz"
	"github.com/leanovate/gopter"
)

// gen makes a generator of a function, with a shrinker.
func gen[T any](make func(*rand.Rand) T, smaller func(T) []T) gopter.Gen {
	shrink := func(v any) gopter.Shrink {
		rest := smaller(v.(T))
		return func() (any, bool) {
			if len(rest) == 0 {
				return nil, false
			}
			next := rest[0]
			rest = rest[1:]
			return next, true
		}
	}
	return func(p *gopter.GenParameters) *gopter.GenResult {
		return gopter.NewGenResult(make(p.Rng), shrink)
	}
}

// Formats generates valid formats, as [fuzz.Format] does. They shrink to fewer items
// and smaller repeat counts, and stay valid.
func Formats() gopter.Gen {
	return gen(fuzz.Format, func(format string) (all []string) {
		for _, c := range smaller(fuzz.Case{Format: format, Bad: nowhere}) {
			all = append(all, c.Format)
		}
		return all
	})
}

// BadFormats generates formats with one mistake, as [fuzz.BadFormat] does. They shrink
// byte by byte, and stay bad; the mistake may become another.
func BadFormats() gopter.Gen {
	return gen(fuzz.BadFormat, func(format string) (all []string) {
		for i := range len(format) {
			shorter := format[:i] + format[i+1:]
			if _, err := structpack.CalcSize(shorter); err != nil {
				all = append(all, shorter)
			}
		}
		return all
	})
}

// Cases generates formats with values that fit them, as [fuzz.Format] and
// [fuzz.Values] do.
// They shrink to fewer items and values, which still fit.
func Cases() gopter.Gen {
	return gen(func(r *rand.Rand) fuzz.Case {
		format := fuzz.Format(r)
		return fuzz.Case{Format: format, Values: fuzz.Values(r, structpack.MustCompile(format))}
	}, func(c fuzz.Case) []fuzz.Case {
		c.Bad = nowhere
		all := smaller(c)
		for i := range all {
			all[i].Bad = 0
		}
		return all
	})
}

// BadCases generates formats with values that do not fit them, as [fuzz.Format] and
// [fuzz.BadValues] do. They shrink to fewer items and values, with the bad one among
// them.
func BadCases() gopter.Gen {
	return gen(func(r *rand.Rand) fuzz.Case {
		c := fuzz.Case{Format: fuzz.Format(r)}
		c.Values, c.Bad = fuzz.BadValues(r, structpack.MustCompile(c.Format))
		return c
	}, smaller)
}

// nowhere is the index of the bad value where there is none.
const nowhere = math.MaxInt

// smaller returns cases that are like c except that one item is gone or
// has a smaller repeat count, or that there is less white space.
func smaller(c fuzz.Case) (all []fuzz.Case) {
	s := structpack.MustCompile(c.Format)
	// Where the first value is missing, the others are one place ahead.
	ahead := 0
	if c.Bad < 0 && len(c.Values) < s.NumValues() {
		ahead = 1
	}
	// replace writes text in place of an item, and takes n values out, from
	// the one at index i on.
	replace := func(f structpack.Field, text string, i, n int) {
		i -= ahead
		if n > 0 && (i < 0 || i <= c.Bad && c.Bad < i+n) {
			return
		}
		d := fuzz.Case{Format: c.Format[:f.Pos] + text + c.Format[f.End:], Values: c.Values, Bad: c.Bad}
		if n > 0 && c.Values != nil {
			d.Values = slices.Concat(c.Values[:i], c.Values[i+n:])
		}
		if i < c.Bad && c.Bad != nowhere {
			d.Bad -= n
		}
		all = append(all, d)
	}
	for _, f := range s.Fields() {
		replace(f, "", f.Index, f.Values)
	}
	for _, f := range s.Fields() {
		count := func(n int) string { return strconv.Itoa(n) + f.Code }
		half := f.Count / 2
		switch {
		case f.End-f.Pos == len(f.Code):
		case f.Count == 1:
			replace(f, f.Code, f.Index, 0)
		case f.Count == 0:
		case f.Values == f.Count:
			replace(f, count(half), f.Index+half, f.Count-half)
			replace(f, count(f.Count-half), f.Index, half)
			replace(f, count(f.Count-1), f.Index+f.Count-1, 1)
		default: // the count is a length
			replace(f, count(half), f.Index, 0)
			replace(f, count(f.Count-1), f.Index, 0)
		}
	}
	if dense := strings.Join(strings.FieldsFunc(c.Format, isSpace), ""); dense != c.Format {
		all = append(all, fuzz.Case{Format: dense, Values: c.Values, Bad: c.Bad})
	}
	return all
}

func isSpace(c rune) bool { return strings.ContainsRune(" \t\n\v\f\r", c) }
