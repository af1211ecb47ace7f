// Package conformance has questions to Python's struct module with CPython's answers, for
// tests of other implementations in Go. The README beside it describes the files, which
// programs in other languages can read as well.
//
//	func TestConformance(t *testing.T) {
//		conformance.Run(t, "lp64-le", conformance.Implementation{CalcSize: mystruct.CalcSize, Pack: mystruct.Pack, Unpack: mystruct.Unpack})
//	}
package conformance

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

//go:embed *.jsonl
var files embed.FS

// Version is the version of the questions. It changes when one is added, removed or answered
// otherwise.
const Version = 1

// Platforms returns the names of the platforms that there are questions for: the sizes of C's
// long and pointer, the byte order, and the alignment of 64-bit types if it is not 8.
func Platforms() []string { return []string{"lp64-le", "lp64-be", "ilp32-le", "ilp32-le-align4"} }

// Hash returns the start of the SHA-256 of all questions and answers, in hexadecimal.
func Hash() string {
	h := sha256.New()
	for _, name := range append([]string{"any"}, Platforms()...) {
		h.Write(read(name))
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

func read(name string) []byte {
	file, err := files.ReadFile(name + ".jsonl")
	if err != nil {
		panic(fmt.Sprintf("conformance: there are no questions for %q", name))
	}
	return file
}

// A Question is a call of a function of struct, with CPython's answer.
type Question struct {
	About  string // a code after its prefix, such as "<b", or structures, syntax, buffers, limits
	Op     string // calcsize, pack, pack_into, unpack, unpack_from or iter_unpack
	Format string
	Values []any  // what is packed: nil, bool, int64, *big.Int if it is larger, float64, complex128, []byte and []any
	Data   []byte // the buffer
	Offset int

	// Want is the answer, if it is no exception: an int64 of calcsize, the bytes that pack
	// returns and that pack_into leaves in the buffer, a []any of values as above, or a
	// [][]any of iter_unpack. The value of c is a []byte of length 1.
	Want    any
	Error   string // the name of the exception
	Message string

	line string
}

// String returns the line of the question.
func (q *Question) String() string { return q.line }

// Questions yields the questions that are the same everywhere, and then those about a platform
// unless its name is "".
func Questions(platform string) iter.Seq[Question] {
	return func(yield func(Question) bool) {
		for _, name := range []string{"any", platform} {
			if name == "" {
				continue
			}
			_, rest, _ := strings.Cut(string(read(name)), "\n") // the first line says which Python answered
			for text := range strings.Lines(rest) {
				if !yield(parse(strings.TrimSuffix(text, "\n"))) {
					return
				}
			}
		}
	}
}

// An Implementation has functions as Python's struct module has them, or nil for those
// that are not asked. One that returns an error which wraps errors.ErrUnsupported is not asked either.
type Implementation struct {
	CalcSize   func(format string) (int, error)
	Pack       func(format string, values ...any) ([]byte, error)
	PackInto   func(format string, buf []byte, offset int, values ...any) error
	Unpack     func(format string, data []byte) ([]any, error)
	UnpackFrom func(format string, data []byte, offset int) ([]any, error)
	IterUnpack func(format string, data []byte) ([][]any, error)
}

// Ask asks a question. A panic is a wrong answer, and not the error that CPython may have.
func (im *Implementation) Ask(q *Question) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	got, err := im.answer(q)
	if errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return q.Check(got, err)
}

func (im *Implementation) answer(q *Question) (any, error) {
	switch {
	case q.Op == "calcsize" && im.CalcSize != nil:
		return im.CalcSize(q.Format)
	case q.Op == "pack" && im.Pack != nil:
		return im.Pack(q.Format, q.Values...)
	case q.Op == "pack_into" && im.PackInto != nil:
		buf := bytes.Clone(q.Data)
		err := im.PackInto(q.Format, buf, q.Offset, q.Values...)
		return buf, err
	case q.Op == "unpack" && im.Unpack != nil:
		return im.Unpack(q.Format, q.Data)
	case q.Op == "unpack_from" && im.UnpackFrom != nil:
		return im.UnpackFrom(q.Format, q.Data, q.Offset)
	case q.Op == "iter_unpack" && im.IterUnpack != nil:
		return im.IterUnpack(q.Format, q.Data)
	}
	return nil, errors.ErrUnsupported
}

// Check reports how an answer is wrong: any error is right where CPython has an exception. A number
// may have any Go type of its kind, and bytes may be a string or, if there is one, a byte.
func (q *Question) Check(got any, err error) error {
	switch {
	case q.Error != "" && err == nil:
		return fmt.Errorf("got %v, want %s: %s", got, q.Error, q.Message)
	case q.Error == "" && err != nil:
		return fmt.Errorf("got error %v, want %v", err, q.Want)
	case q.Error == "" && !same(q.Want, got):
		return fmt.Errorf("got %#v, want %#v", got, q.Want)
	}
	return nil
}

// Run asks an implementation all questions, in a subtest for what they are about; see [Questions]
// for the platform.
func Run(t *testing.T, platform string, im Implementation) {
	t.Helper()
	groups := map[string][]Question{}
	for q := range Questions(platform) {
		groups[q.About] = append(groups[q.About], q)
	}
	for about, questions := range groups {
		t.Run(about, func(t *testing.T) {
			for i := range questions {
				if err := im.Ask(&questions[i]); err != nil && !errors.Is(err, errors.ErrUnsupported) {
					t.Errorf("%v\n%s", err, &questions[i])
				}
			}
		})
	}
}

// A Score counts the answers to the questions about something.
type Score struct {
	About  string
	Asked  int
	Wrong  int // results that are not CPython's, or an error instead
	Missed int // results where CPython has an exception
}

// Scores asks all questions and counts, in the order of the files.
func Scores(platform string, im Implementation) (scores []Score) {
	for q := range Questions(platform) {
		i := slices.IndexFunc(scores, func(s Score) bool { return s.About == q.About })
		if i < 0 {
			i = len(scores)
			scores = append(scores, Score{About: q.About})
		}
		err := im.Ask(&q)
		switch s := &scores[i]; {
		case errors.Is(err, errors.ErrUnsupported):
			continue
		case err != nil && q.Error == "":
			s.Wrong++
		case err != nil:
			s.Missed++
		}
		scores[i].Asked++
	}
	return scores
}

// parse reads a line. The files are part of the package, so that a wrong one panics.
func parse(text string) Question {
	var l struct {
		About, Op, Format string
		FormatBytes       string `json:"format_bytes"`
		Values            []map[string]any
		Hex               string
		Offset            int
		OK                any
		Error, Message    string
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&l); err != nil {
		panic(fmt.Sprintf("conformance: %s: %v", text, err))
	}
	q := Question{About: l.About, Op: l.Op, Format: l.Format, Data: unhex(l.Hex), Offset: l.Offset, Error: l.Error, Message: l.Message, line: text}
	if l.FormatBytes != "" {
		q.Format = string(unhex(l.FormatBytes))
	}
	for _, v := range l.Values {
		q.Values = append(q.Values, value(v))
	}
	switch ok := l.OK.(type) {
	case json.Number:
		q.Want, _ = ok.Int64()
	case string:
		q.Want = unhex(ok)
	case []any:
		if q.Op == "iter_unpack" {
			rows := [][]any{}
			for _, row := range ok {
				rows = append(rows, list(row))
			}
			q.Want = rows
		} else {
			q.Want = list(ok)
		}
	}
	return q
}

func list(tagged any) []any {
	all := []any{}
	for _, v := range tagged.([]any) {
		all = append(all, value(v))
	}
	return all
}

// value returns the Go value of a tagged one.
func value(tagged any) any {
	for kind, v := range tagged.(map[string]any) {
		switch kind {
		case "bool":
			return v
		case "int":
			n, _ := new(big.Int).SetString(v.(string), 10)
			if n.IsInt64() {
				return n.Int64()
			}
			return n
		case "float":
			return float(v)
		case "complex":
			return complex(float(v.([]any)[0]), float(v.([]any)[1]))
		case "bytes":
			return unhex(v.(string))
		case "list":
			return list(v)
		}
	}
	return nil
}

func float(bits any) float64 {
	u, err := strconv.ParseUint(bits.(string), 16, 64)
	if err != nil {
		panic(err)
	}
	return math.Float64frombits(u)
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// same reports whether got is what is wanted, whatever its Go type.
func same(want, got any) bool {
	g := reflect.ValueOf(got)
	switch want := want.(type) {
	case bool:
		return g.Kind() == reflect.Bool && g.Bool() == want
	case int64, *big.Int:
		_, big := got.(*big.Int)
		return (big || g.CanInt() || g.CanUint()) && fmt.Sprint(want) == fmt.Sprint(got)
	case float64:
		if g.Kind() == reflect.Float32 {
			return math.Float64bits(want) == widened(g.Convert(reflect.TypeFor[float32]()).Interface().(float32))
		}
		return g.CanFloat() && math.Float64bits(want) == math.Float64bits(g.Float())
	case complex128:
		if g.Kind() == reflect.Complex64 {
			c := g.Convert(reflect.TypeFor[complex64]()).Interface().(complex64)
			return same(real(want), real(c)) && same(imag(want), imag(c))
		}
		return g.CanComplex() && same(real(want), real(g.Complex())) && same(imag(want), imag(g.Complex()))
	case []byte:
		switch got := got.(type) {
		case []byte:
			return bytes.Equal(want, got)
		case string:
			return string(want) == got
		case byte:
			return len(want) == 1 && want[0] == got
		}
		return false
	case []any:
		got, _ := got.([]any)
		return slices.EqualFunc(want, got, same)
	case [][]any:
		got, _ := got.([][]any)
		return slices.EqualFunc(want, got, func(w, g []any) bool { return slices.EqualFunc(w, g, same) })
	}
	return false
}

// widened returns the bits of x as a float64. It converts no NaN, because some processors make
// another one of it.
func widened(x float32) uint64 {
	if u := uint64(math.Float32bits(x)); x != x {
		return u>>31<<63 | 0x7ff<<52 | u&0x7fffff<<29
	}
	return math.Float64bits(float64(x))
}
