package generate_test

import (
	"errors"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/fuzz"
	"example.com/structpack/fuzz/generate"
	"github.com/leanovate/gopter"
)

// TestShrinking follows what a failing property would do: take the first
// smaller thing that still fails, as long as there is one.
func TestShrinking(t *testing.T) {
	shrunk := func(g gopter.Gen, seed int64, fails func(any) bool) any {
		params := gopter.DefaultGenParameters()
		params.Rng = rand.New(rand.NewSource(seed))
		for {
			result := g(params)
			v, _ := result.Retrieve()
			if !fails(v) {
				continue
			}
			for smaller := true; smaller; {
				next := result.Shrinker(v).Filter(fails)
				var w any
				if w, smaller = next(); smaller {
					v = w
				}
			}
			return v
		}
	}
	hasField := func(format string, ok func(structpack.Field) bool) bool {
		s, err := structpack.Compile(format)
		if err != nil {
			t.Errorf("shrunk to a bad format: %v", err)
			return false
		}
		return slices.ContainsFunc(s.Fields(), ok)
	}
	for seed := range int64(40) {
		format := shrunk(generate.Formats(), seed, func(v any) bool {
			return hasField(v.(string), func(f structpack.Field) bool { return f.Code == "q" && f.Count > 2 })
		}).(string)
		if items := strings.TrimLeft(format, "@=<>!0"); items != "3q" {
			t.Errorf("a format with 3q shrinks to %q", format)
		}

		c := shrunk(generate.Cases(), seed, func(v any) bool {
			c := v.(fuzz.Case)
			if _, err := structpack.Pack(c.Format, c.Values...); err != nil {
				t.Errorf("shrunk to values that do not fit: %v", err)
			}
			return slices.Contains(c.Values, any(true))
		}).(fuzz.Case)
		if len(c.Values) != 1 {
			t.Errorf("a case with true shrinks to %q, %v", c.Format, c.Values)
		}

		bad := shrunk(generate.BadCases(), seed, func(v any) bool {
			c := v.(fuzz.Case)
			_, err := structpack.Pack(c.Format, c.Values...)
			var e *structpack.Error
			if !errors.As(err, &e) || e.Index != c.Bad {
				t.Errorf("%q, %v: got %v, want value %d to be bad", c.Format, c.Values, err, c.Bad)
			}
			return c.Bad >= 0
		}).(fuzz.Case)
		if len(bad.Values) != 1 || bad.Bad != 0 {
			t.Errorf("a bad value shrinks to %q, %v", bad.Format, bad.Values)
		}

		number := shrunk(generate.BadCases(), seed, func(v any) bool {
			c := v.(fuzz.Case)
			if c.Bad == -1 && len(c.Values) == structpack.MustCompile(c.Format).NumValues() {
				t.Errorf("%q takes %d values", c.Format, len(c.Values))
			}
			return c.Bad == -1
		}).(fuzz.Case)
		if len(number.Values) > 1 || len(number.Format) > 3 {
			t.Errorf("a wrong number of values shrinks to %q, %v", number.Format, number.Values)
		}

		mistake := shrunk(generate.BadFormats(), seed, func(v any) bool {
			_, err := structpack.Compile(v.(string))
			if err == nil {
				t.Errorf("shrunk to the good format %q", v)
			}
			return strings.Contains(v.(string), "\x00")
		}).(string)
		if mistake != "\x00" {
			t.Errorf("a bad format with a NUL shrinks to %q", mistake)
		}
	}
}
