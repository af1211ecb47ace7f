package fuzz_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/fuzz"
	"example.com/structpack/fuzz/generate"
	"example.com/structpack/internal/test/reference"
	"example.com/structpack/internal/test/ways"
	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
)

var runs = flag.Int("runs", 1000, "how many cases to generate for each property")

func properties() *gopter.Properties {
	p := gopter.DefaultTestParameters()
	p.MinSuccessfulTests = *runs
	return gopter.NewProperties(p)
}

func TestProperties(t *testing.T) {
	p := properties()
	p.Property("a format is what the reference says, under every ABI", prop.ForAll(checkFormat, generate.Formats()))
	p.Property("a bad format is refused, with a place in it", prop.ForAll(checkFormat, generate.BadFormats()))
	p.Property("values that fit are packed as the reference says, and come back", prop.ForAll(checkPack, generate.Cases()))
	p.Property("values that do not fit are refused as the reference says", prop.ForAll(checkPack, generate.BadCases()))
	p.Property("values in any order are packed or refused as the reference says", prop.ForAll(func(c fuzz.Case, seed int64) string {
		rand.New(rand.NewSource(seed)).Shuffle(len(c.Values), func(i, j int) { c.Values[i], c.Values[j] = c.Values[j], c.Values[i] })
		return checkPack(c)
	}, generate.Cases(), gen.Int64()))
	p.Property("any bytes are unpacked as the reference says", prop.ForAll(func(c fuzz.Case) string {
		n, err := structpack.CalcSize(c.Format)
		if err != nil {
			return err.Error()
		}
		data := make([]byte, n)
		rand.New(rand.NewSource(int64(n))).Read(data)
		return checkUnpack(c.Format, data)
	}, generate.Cases()))
	p.TestingRun(t)
}

// TestLimits counts every code up to the largest size, and beyond, after
// items that make it begin at other offsets.
func TestLimits(t *testing.T) {
	for _, abi := range structpack.ABIs() {
		limit := uint(math.MaxInt)
		if abi.Pointer == 4 {
			limit = math.MaxInt32
		}
		for code := range strings.SplitSeq("x c b B ? h H i I l L q Q n N P e f d F D Zf Zd s p", " ") {
			for _, prefix := range []string{"", "=", "<", ">"} {
				s, err := structpack.CompileFor(abi, prefix+code)
				if err != nil {
					continue // a native code
				}
				for _, first := range []string{"", "b", "0q", "hb", "3s0l"} {
					for near := range uint(6) {
						count := limit/uint(s.Size()) + 2 - near
						format := fmt.Sprintf("%s%s%d%s", prefix, first, count, code)
						report(t, checkFormatFor(abi, format))
						report(t, checkFormatFor(abi, format+"x"))
						report(t, checkFormatFor(abi, format+"0s"))
						report(t, checkFormatFor(abi, format+"0p0s"))
					}
				}
			}
		}
	}
}

// foundFormats are formats in which implementations of struct were found to overflow, to run for
// minutes, or to take all memory.
var foundFormats = []string{
	"6107082938247334i9221070829382473344q",         // OSS-Fuzz, in CPython: github.com/python/cpython/pull/145158
	"4611686018427387904h", "<4611686018427387904h", // a negative size
	"9223372036854775807b", "<9223372036854775807b0s", "9223372036854775800xq", // a loop for each value
	"<1000000000i", "<2147483647s2147483647s", "<4294967295B", // all values allocated
	"<0p", "<b0p", "0h", "0q", "x0h", // an item that is not there
}

// FuzzFormat reads any string as a format.
func FuzzFormat(f *testing.F) {
	for _, format := range foundFormats {
		f.Add(format)
	}
	for _, format := range []string{"", "!ci4sf", "@llh0l", "<bBhHiIqQfd?8s2xbBhHiIqQ", "3Zf", "Z", "9223372036854775807x0q", "i\x00", "é", "99999999999999999999", " <i"} {
		f.Add(format)
	}
	f.Fuzz(func(t *testing.T, format string) {
		report(t, checkFormat(format))
	})
}

// FuzzUnpack unpacks any bytes by any format.
func FuzzUnpack(f *testing.F) {
	for _, format := range foundFormats {
		f.Add(format, []byte{255})
	}
	f.Add("!ci4sf", []byte("a\x00\x00\x00\x07spam\x40\x20\x00\x00"))
	f.Add("@b3pZd?", bytes.Repeat([]byte{0xff}, 40))
	f.Add("<2efF", []byte("\x01\x7c\x01\xfc\x01\x00\x80\x7f\x01\x00\x80\x7f\x01\x00\x80\xff"))
	f.Fuzz(func(t *testing.T, format string, data []byte) {
		if n, err := structpack.CalcSize(format); err == nil && n <= 1<<16 {
			report(t, checkUnpack(format, data))
			report(t, checkUnpack(format, append(data, make([]byte, n)...)[:n]))
		}
	})
}

// FuzzPack packs by any format values that bytes choose.
func FuzzPack(f *testing.F) {
	for _, format := range foundFormats {
		f.Add(format, []byte{255}, false)
	}
	f.Add("!ci4sf", []byte{}, false)
	f.Add("@b3pZdP", []byte("the choices of the values that fit"), false)
	f.Add("@b3pZdP", []byte("and of one that does not"), true)
	f.Add("<300H", bytes.Repeat([]byte{7, 1}, 300), true)
	f.Add(">e2Fd?5s", []byte{255, 254, 253, 252, 251, 250, 249, 248, 247, 246, 245, 244, 243, 242, 241, 240}, false)
	f.Fuzz(func(t *testing.T, format string, choices []byte, bad bool) {
		s, err := structpack.Compile(format)
		if err != nil || s.Size() > 1<<16 {
			return
		}
		r := rand.New(&chooser{choices: choices})
		c := fuzz.Case{Format: format, Values: fuzz.Values(r, s)}
		if bad {
			c.Values, c.Bad = fuzz.BadValues(r, s)
		}
		report(t, checkPack(c))
		r.Shuffle(len(c.Values), func(i, j int) { c.Values[i], c.Values[j] = c.Values[j], c.Values[i] })
		report(t, checkPack(c))
	})
}

// A chooser is a source of random numbers that takes two bytes for each: one
// byte more or less is one choice more or less, which a fuzzer can follow. When
// none are left it counts; a constant would keep rand looking for another
// number for ever.
type chooser struct {
	choices []byte
	count   uint64
}

func (c *chooser) Uint64() uint64 {
	if len(c.choices) == 0 {
		c.count += 0x9e3779b97f4a7c15
		return c.count
	}
	var b [2]byte
	c.choices = c.choices[copy(b[:], c.choices):]
	x := uint64(b[0]) | uint64(b[1])<<8
	return x<<32 | x // rand takes small numbers from the upper half
}

func (c *chooser) Int63() int64 { return int64(c.Uint64() >> 1) }
func (c *chooser) Seed(int64)   {}

func report(t *testing.T, problem string) {
	if problem != "" {
		t.Fatal(problem)
	}
}

// Each check returns what is wrong, if anything is.

func refABI(abi structpack.ABI) reference.ABI {
	return reference.ABI{BigEndian: abi.BigEndian, Long: abi.Long, Pointer: abi.Pointer, Align8: abi.Align8}
}

// checkFormat compares a format with the reference, under every ABI.
func checkFormat(format string) string {
	for _, abi := range structpack.ABIs() {
		if problem := checkFormatFor(abi, format); problem != "" {
			return fmt.Sprintf("%q for %s: %s", format, abi.Name, problem)
		}
	}
	return ""
}

func checkFormatFor(abi structpack.ABI, format string) string {
	s, err := structpack.CompileFor(abi, format)
	want, wantErr := reference.Parse(format, refABI(abi))
	if (err == nil) != (wantErr == nil) {
		return fmt.Sprintf("got %v, want %v", err, wantErr)
	}
	if err != nil {
		var e *structpack.Error
		if !errors.As(err, &e) || e.Err != structpack.ErrFormat || e.Op != "compile" || e.Format != format ||
			e.Pos < 0 || e.Pos >= len(format) || e.Index != -1 || e.Reason == "" {
			return fmt.Sprintf("a poor error: %+v", err)
		}
		if s != nil {
			return "a Struct beside an error"
		}
		return ""
	}
	if s.Format() != format || s.Size() != want.Size || s.NumValues() != want.Values() {
		return fmt.Sprintf("%q has size %d and %d values, want %d and %d", s.Format(), s.Size(), s.NumValues(), want.Size, want.Values())
	}
	fields := s.Fields()
	if len(fields) != len(want.Items) {
		return fmt.Sprintf("%d fields, want %d", len(fields), len(want.Items))
	}
	var text strings.Builder
	text.WriteString(format[:len(format)-len(strings.TrimLeft(format, "@=<>!"))])
	end, index, pos := 0, 0, text.Len()
	for i, it := range want.Items {
		f := fields[i]
		if f.Code != it.Code || f.Count != it.Count || f.Offset != it.Offset || f.Size != it.Count*it.Size ||
			f.Pad != it.Offset-end || f.Index != index {
			return fmt.Sprintf("field %d is %+v, want %+v", i, f, it)
		}
		end, index = f.Offset+f.Size, index+f.Values
		text.WriteString(format[pos:f.Pos] + format[f.Pos:f.End])
		if strings.Trim(format[pos:f.Pos], " \t\n\v\f\r") != "" || !strings.HasSuffix(format[f.Pos:f.End], f.Code) {
			return fmt.Sprintf("field %d is at %q", i, format[f.Pos:f.End])
		}
		pos = f.End
	}
	if end != s.Size() || index != s.NumValues() || text.String()+format[pos:] != format || strings.Trim(format[pos:], " \t\n\v\f\r") != "" {
		return fmt.Sprintf("the fields do not add up: %+v", fields)
	}
	if s.String() == "" {
		return "prints as nothing"
	}
	return ""
}

var kinds = map[error]error{
	reference.ErrFormat: structpack.ErrFormat,
	reference.ErrCount:  structpack.ErrCount,
	reference.ErrType:   structpack.ErrType,
	reference.ErrRange:  structpack.ErrRange,
	reference.ErrBuffer: structpack.ErrBuffer,
}

// aForeignABI returns one of the ABIs, by the format.
func aForeignABI(format string) structpack.ABI {
	n := len(format)
	for _, c := range []byte(format) {
		n += int(c)
	}
	all := structpack.ABIs()
	return all[n%len(all)]
}

// checkPack packs in every way, compares with the reference, and unpacks
// again, for this machine and for another.
func checkPack(c fuzz.Case) string {
	if problem := checkPackFor(structpack.HostABI(), c.Format, c); problem != "" {
		return problem
	}
	return checkPackFor(aForeignABI(c.Format), "", c)
}

// checkPackFor is checkPack for one ABI. If format is c's, the package's
// functions are asked too.
func checkPackFor(abi structpack.ABI, format string, c fuzz.Case) string {
	s, err := structpack.CompileFor(abi, c.Format)
	if err != nil {
		return err.Error()
	}
	ref, err := reference.Parse(c.Format, refABI(abi))
	if err != nil {
		return "reference: " + err.Error()
	}
	want, bad, wantErr := ref.Pack(c.Values)
	for _, w := range ways.Pack(s, format, c.Values) {
		got, err := w.Run()
		if problem := compare(w, got, err, want, kinds[wantErr]); problem != "" {
			return fmt.Sprintf("%q for %s, %#v: %s", c.Format, abi.Name, c.Values, problem)
		}
		var e *structpack.Error
		if errors.As(err, &e) && (e.Index != bad || (e.Index < 0) != (e.Pos < 0) || e.Pos >= 0 && !takes(s, e)) {
			return fmt.Sprintf("%q for %s: %s: %v: value %d at byte %d, want value %d", c.Format, abi.Name, w.Name, e, e.Index, e.Pos, bad)
		}
	}
	if wantErr != nil {
		return ""
	}
	return checkUnpackFor(abi, s, format, want)
}

// takes reports whether the value and the place that an error names belong together.
func takes(s *structpack.Struct, e *structpack.Error) bool {
	return slices.ContainsFunc(s.Fields(), func(f structpack.Field) bool {
		return f.Pos == e.Pos && f.Index <= e.Index && e.Index < f.Index+f.Values
	})
}

// checkUnpack unpacks in every way and compares with the reference, for this
// machine and for another.
func checkUnpack(format string, data []byte) string {
	s, err := structpack.Compile(format)
	if err != nil {
		return err.Error()
	}
	if problem := checkUnpackFor(structpack.HostABI(), s, format, data); problem != "" {
		return problem
	}
	abi := aForeignABI(format)
	if s, err = structpack.CompileFor(abi, format); err != nil {
		return err.Error()
	}
	return checkUnpackFor(abi, s, "", slices.Concat(data, make([]byte, s.Size()))[:s.Size()])
}

func checkUnpackFor(abi structpack.ABI, s *structpack.Struct, format string, data []byte) string {
	ref, err := reference.Parse(s.Format(), refABI(abi))
	if err != nil {
		return "reference: " + err.Error()
	}
	want, wantErr := ref.Unpack(data)
	for _, w := range ways.Unpack(s, format, data) {
		got, err := w.Run()
		if problem := compare(w, got, err, want, kinds[wantErr]); problem != "" {
			return fmt.Sprintf("%q for %s, %x: %s", s.Format(), abi.Name, data, problem)
		}
	}
	if wantErr != nil {
		return ""
	}
	// What was unpacked packs to the same bytes, except for padding, booleans
	// other than 0 and 1, and what a Pascal string does not use; so pack
	// and unpack once more.
	again, err := s.Pack(want...)
	if err != nil {
		return fmt.Sprintf("%q for %s: what was unpacked from %x does not pack: %v", s.Format(), abi.Name, data, err)
	}
	back, err := s.Unpack(again)
	if err != nil || !same(back, want) {
		return fmt.Sprintf("%q for %s: %#v came back as %#v, %v", s.Format(), abi.Name, want, back, err)
	}
	return ""
}

func compare(w ways.Way, got any, err error, want any, kind error) string {
	if kind != nil {
		var e *structpack.Error
		if !errors.As(err, &e) || e.Err != kind || e.Op != w.Op || e.Reason == "" {
			return fmt.Sprintf("%s: got %#v, %v, want the error %v", w.Name, got, err, kind)
		}
		return ""
	}
	if err != nil || !same(got, want) {
		return fmt.Sprintf("%s: got %#v, %v, want %#v", w.Name, got, err, want)
	}
	return ""
}

// same compares results bit for bit: a NaN is the same as itself, and 0 is not -0.
func same(got, want any) bool {
	if g, ok := got.([]byte); ok {
		w, ok := want.([]byte)
		return ok && bytes.Equal(g, w)
	}
	g, _ := got.([]any)
	w, _ := want.([]any)
	return slices.EqualFunc(g, w, func(a, b any) bool {
		if reflect.TypeOf(a) != reflect.TypeOf(b) {
			return false
		}
		switch a := a.(type) {
		case float32:
			return math.Float32bits(a) == math.Float32bits(b.(float32))
		case float64:
			return math.Float64bits(a) == math.Float64bits(b.(float64))
		case complex64:
			return math.Float32bits(real(a)) == math.Float32bits(real(b.(complex64))) &&
				math.Float32bits(imag(a)) == math.Float32bits(imag(b.(complex64)))
		case complex128:
			return math.Float64bits(real(a)) == math.Float64bits(real(b.(complex128))) &&
				math.Float64bits(imag(a)) == math.Float64bits(imag(b.(complex128)))
		case []byte:
			return bytes.Equal(a, b.([]byte))
		}
		return a == b
	})
}
