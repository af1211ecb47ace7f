package fuzz

import (
	"math/rand"

	"example.com/structpack"
	"github.com/leanovate/gopter"
)

// A Case is a format with values for it.
type Case struct {
	Format string
	Values []any
	Bad    int // index of the value that does not fit; -1 if it is their number; of no meaning for good cases
}

// gen makes a generator of a function, with a shrinker.
func gen[T any](make func(*rand.Rand) T, shrink gopter.Shrinker) gopter.Gen {
	return func(p *gopter.GenParameters) *gopter.GenResult {
		return gopter.NewGenResult(make(p.Rng), shrink)
	}
}

// Formats generates valid formats, as Format does, and shrinks them item by item.
func Formats() gopter.Gen { return gen(Format, shrinkFormat(true)) }

// BadFormats generates formats with one mistake, as BadFormat does, and shrinks
// them byte by byte.
func BadFormats() gopter.Gen { return gen(BadFormat, shrinkFormat(false)) }

// Cases generates formats with values that fit them.
func Cases() gopter.Gen {
	return gen(func(r *rand.Rand) Case {
		format := Format(r)
		return Case{Format: format, Values: Values(r, structpack.MustCompile(format))}
	}, shrinkCase)
}

// BadCases generates formats with values that do not fit them.
func BadCases() gopter.Gen {
	return gen(func(r *rand.Rand) Case {
		c := Case{Format: Format(r)}
		c.Values, c.Bad = BadValues(r, structpack.MustCompile(c.Format))
		return c
	}, gopter.NoShrinker)
}

// shrinkFormat makes formats shorter that stay valid, or invalid.
func shrinkFormat(valid bool) gopter.Shrinker {
	return func(v any) gopter.Shrink {
		rest := shorter(v.(string))
		return func() (any, bool) {
			for len(rest) > 0 {
				format := rest[0]
				rest = rest[1:]
				if _, err := structpack.CalcSize(format); (err == nil) == valid {
					return format, true
				}
			}
			return nil, false
		}
	}
}

// shrinkCase takes items away with their values.
func shrinkCase(v any) gopter.Shrink {
	c := v.(Case)
	fields := structpack.MustCompile(c.Format).Fields()
	return func() (any, bool) {
		if len(fields) == 0 {
			return nil, false
		}
		f := fields[0]
		fields = fields[1:]
		values := append([]any{}, c.Values[:f.Index]...)
		return Case{
			Format: c.Format[:f.Pos] + c.Format[f.End:],
			Values: append(values, c.Values[f.Index+f.Values:]...),
		}, true
	}
}
