package oracle

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"example.com/structpack"
)

// What Pythons answer that this package does not, on purpose: a table of what
// CPython 3.15 says otherwise, and of what older ones said.

// Reasons of cases that are compared, and differ; Strings is of some that are not.
const (
	Strings    = "a string where Python wants bytes: Go's strings are bytes"
	CastNaN    = "a signalling NaN that went through the C compiler's cast between float and double (f, F, Zf)"
	DoubleNaN  = "a signalling NaN that the platform's calls quiet, whatever the code"
	OldHalfNaN = "the payload of a NaN in e, which is kept since 3.14"
	ClangBool  = "a native bool whose byte is neither 0 nor 1, of which CPython before 3.13 compiled by clang took the last bit"
	Lists      = "a slice or an array that stands for the values of an item, where there are not as many values as the format has"
	BeyondP    = "0p at the end of a format, whose length byte pack_into wrote after the structure before 3.15"
)

// isClangs reports whether a bool that is true here may be false to the Python.
func (k *comparison) isClangs() bool {
	if k.Header.Version() >= 313 || strings.ContainsAny(k.FormatString()[:1], "=<>!") {
		return false
	}
	k.result.Apart = ClangBool
	return true
}

// isLists reports whether values that are too few or too many for the Python are as many
// as the format has here, because of lists among them, and have the answer that their
// elements have when each of them is passed.
func (k *comparison) isLists(values []any, got any, err error) bool {
	if k.kind() != structpack.ErrCount || len(values) == k.s.NumValues() {
		return false
	}
	all, ok := spread(k.s, values, false)
	if !ok {
		if all, ok = spread(k.s, values, true); !ok {
			return false
		}
	}
	want, wantErr := bytes.Clone(k.Data()), error(nil)
	if k.Op == "pack_into" {
		wantErr = k.s.PackInto(want, k.At(), all...)
	} else {
		want, wantErr = k.s.Pack(all...)
	}
	var e, wantE *structpack.Error
	if errors.As(err, &e) && errors.As(wantErr, &wantE) {
		ok = e.Err == wantE.Err && e.Index == wantE.Index && e.Pos == wantE.Pos
	} else {
		b, _ := got.([]byte)
		ok = err == nil && wantErr == nil && bytes.Equal(b, want)
	}
	if ok {
		k.result.Apart = Lists
	}
	return ok
}

// spread returns values with the elements of those that stand for all values of an item
// in their place: slices and arrays, except for s and p, which they are a value of, for ?,
// and a single byte for c. If empty is set, those without elements may stand for items
// with a count of 0. It reports false if they are not as many as the format has.
func spread(s *structpack.Struct, values []any, empty bool) (all []any, ok bool) {
	for _, f := range s.Fields() {
		var list reflect.Value
		if len(values) > 0 {
			list = reflect.ValueOf(values[0])
		}
		isList := list.Kind() == reflect.Slice || list.Kind() == reflect.Array
		switch {
		case f.Values == 0:
			if f.Code != "x" && empty && isList && list.Len() == 0 {
				values = values[1:]
			}
		case isList && !strings.Contains("sp?", f.Code) && !(f.Code == "c" && list.Len() == 1 && list.Type().Elem().Kind() == reflect.Uint8):
			if list.Len() != f.Values {
				return nil, false
			}
			for i := range f.Values {
				all = append(all, list.Index(i).Interface())
			}
			values = values[1:]
		case len(values) < f.Values:
			return nil, false
		default:
			all = append(all, values[:f.Values]...)
			values = values[f.Values:]
		}
	}
	return all, len(values) == 0
}

// leaves0p reports whether a pack_into of 0p leaves the byte after it alone.
func (h *Header) leaves0p() bool {
	return h.Version() >= 315 && !strings.Contains(h.Python, "rc")
}

// sameNaN reports whether two doubles that are not the same bits are NaNs that
// differ for a known reason, and keeps the reason.
func (k *comparison) sameNaN(code string, want, got uint64) bool {
	const exp, frac, quiet = 0x7ff << 52, 1<<52 - 1, 1 << 51
	isNaN := func(u uint64) bool { return u&exp == exp && u&frac != 0 }
	if !isNaN(want) || !isNaN(got) {
		return false
	}
	// The cast keeps or quiets it, or makes the same one of all; the narrower
	// type has the upper bits of that.
	const float = 1<<64 - 1<<29
	cast := want == got|quiet
	if h := k.Header.NaN.Cast; h != "" && bitsOf(h)&(1<<50-1) != 0x2468a0000000 {
		cast = want&float == bitsOf(h)&float
	}
	switch {
	case strings.ContainsAny(code, "fF") && cast:
		k.result.Apart = CastNaN
	case code == "e" && k.Header.Version() < 314:
		k.result.Apart = OldHalfNaN
	case k.Header.NaN.Double != "" && k.Header.NaN.Double != "7ff0000000000001" && want == got|quiet:
		k.result.Apart = DoubleNaN
	default:
		return false
	}
	return true
}

// A Sentence is an error text that older Pythons had in other words.
type Sentence struct {
	Before int // the first version, as Header.Version has it, with the text of 3.15
	About  string
	meant  func(*comparison) bool
}

// Sentences are the messages of CPython 2.7 to 3.14.
var Sentences = []Sentence{
	{300, "any mistake", func(*comparison) bool { return true }},
	{315, "a format that is not ASCII", func(k *comparison) bool {
		return k.kind() == structpack.ErrFormat && strings.ContainsFunc(k.FormatString(), func(c rune) bool { return c >= 0x80 })
	}},
	{312, "an integer out of range", func(k *comparison) bool {
		return k.kind() == structpack.ErrRange && !strings.HasPrefix(k.Message, "float too large")
	}},
	{308, "an offset out of range in unpack_from", func(k *comparison) bool {
		return k.Op == "unpack_from" && k.kind() == structpack.ErrBuffer
	}},
	{307, "an offset out of range in pack_into", func(k *comparison) bool {
		return k.Op == "pack_into" && k.kind() == structpack.ErrBuffer
	}},
}

// otherWords says which mistake it is that this Python has other words for.
func (k *comparison) otherWords() string {
	if name := k.Header.Implementation; name != "CPython" {
		return "any mistake: " + name + " has words of its own"
	}
	for _, s := range Sentences {
		if k.Header.Version() < s.Before && s.meant(k) {
			return s.About
		}
	}
	return ""
}

// An Omission is something that cannot be compared with every Python.
type Omission struct {
	Before int // the first version that has it as 3.15 does; 0 if none has
	About  string
	meant  func(*comparison) bool
}

// Omissions are what CPython 2.7 to 3.15 leave out.
var Omissions = []Omission{
	{0, Strings, func(k *comparison) bool {
		wantsBytes := strings.Contains(k.Message, "bytes object") || strings.Contains(k.Message, "string") // in 2.7
		return wantsBytes && slices.ContainsFunc(k.Values, func(v Value) bool { return v.Str != nil })
	}},
	{315, "Zf and Zd, which came with 3.15", func(k *comparison) bool {
		return k.Header.Lacks(k.FormatString()) && strings.Contains(k.FormatString(), "Z")
	}},
	{314, "F and D, which came with 3.14", func(k *comparison) bool {
		return k.Header.Lacks(k.FormatString()) && strings.ContainsAny(k.FormatString(), "FD")
	}},
	{315, "a number too large for a native f, which became infinite up to the first releases of 3.14", func(k *comparison) bool {
		format := k.FormatString()
		return strings.HasPrefix(k.Op, "pack") && strings.Contains(format, "f") && !strings.ContainsAny(format[:1], "=<>!") &&
			slices.ContainsFunc(k.Values, overflows) && (k.Header.Version() < 314 || !strings.Contains(k.Message, "too large"))
	}},
	{315, "more values than can be counted, whose number was negative before 3.15", (*comparison).tooLongHere},
	{313, "0p, which was an error and wrote a byte beside the result", func(k *comparison) bool { return k.Header.Lacks(k.FormatString()) }},
	{304, "iter_unpack, which came with 3.4", func(k *comparison) bool { return k.Op == "iter_unpack" }},
	{300, "n, N and e, which came with 3.3 and 3.6", func(k *comparison) bool { return k.Header.Lacks(k.FormatString()) }},
	{300, "a float packed as an integer, which was cut", func(k *comparison) bool {
		return k.Error == "" && strings.HasPrefix(k.Op, "pack") && slices.ContainsFunc(k.Values, func(v Value) bool { return v.Float != nil })
	}},
	{300, "a count without a code, which was ignored", func(k *comparison) bool {
		_, err := structpack.CompileFor(k.abi, k.FormatString())
		return k.kind() != structpack.ErrFormat && err != nil && strings.Contains(err.Error(), "repeat count")
	}},
	{300, "so many values that there was no memory for a plan", func(k *comparison) bool { return k.Error == "MemoryError" }},
	{307, "a NUL in a format, which was its end", func(k *comparison) bool { return strings.Contains(k.FormatString(), "\x00") }},
}

var zeroP = regexp.MustCompile(`(^|[^0-9])0+p`)

// Lacks reports whether a format has something that the Python has not: a
// code, or 0p, which before 3.13 spoilt the empty bytes object, and with it
// what was asked after it.
func (h *Header) Lacks(format string) bool {
	return h.Version() < 315 && strings.Contains(format, "Z") ||
		h.Version() < 314 && strings.ContainsAny(format, "FD") ||
		h.Version() < 313 && zeroP.MatchString(format) ||
		h.Version() < 306 && strings.ContainsAny(format, "nNe")
}

// leftOut says why a case is not compared, if it is not.
func (k *comparison) leftOut() string {
	if k.Offset != nil && int64(int(*k.Offset)) != *k.Offset {
		return "an offset beyond this platform's int"
	}
	if k.Offset != nil && k.abi.Pointer == 4 && int64(int32(*k.Offset)) != *k.Offset {
		return "an offset beyond the Python's ssize_t"
	}
	if math.MaxInt == math.MaxInt32 && k.abi.Pointer == 8 && k.tooLongHere() {
		return "a size beyond this platform's int"
	}
	for _, o := range Omissions {
		if (o.Before == 0 || k.Header.Version() < o.Before) && o.meant(k) {
			return o.About
		}
	}
	return ""
}

// overflows reports whether v is a number that no float32 holds.
func overflows(v Value) bool {
	switch {
	case v.Int != nil:
		return len(*v.Int) > 38
	case v.Float != nil:
		f := math.Abs(floatOf(*v.Float))
		return f > math.MaxFloat32 && !math.IsInf(f, 0)
	}
	return false
}

// tooLongHere reports whether the format is too long here, and Python said
// something else.
func (k *comparison) tooLongHere() bool {
	const tooLong = "total struct size too long"
	_, err := structpack.CompileFor(k.abi, k.FormatString())
	var e *structpack.Error
	return errors.As(err, &e) && e.Reason == tooLong && k.Message != tooLong
}
