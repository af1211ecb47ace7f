package oracle

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"example.com/structpack"
	"example.com/structpack/internal/test/ways"
)

// A Checker compares the answers of one Python with this package's.
type Checker struct {
	Header Header
	// Rows bounds the rows of Go values that stand for a question's Python
	// values, each of which is packed in every way. 0 is as many as there are
	// Go types.
	Rows int

	Cases int
	Ways  int
	// Zeros counts the cases whose formats have a count of 0, and Slices those that were
	// asked with slices or arrays for items with a repeat count, too.
	Zeros, Slices int
	// Words counts the cases that are the same mistake in other words, Apart
	// those whose answers are not the same on purpose, and LeftOut those that
	// were not compared; all by reason.
	Words, Apart, LeftOut map[string]int
}

// A Result says how the answers to one question compare. If all of it is empty
// they are the same.
type Result struct {
	Problem string // what is wrong
	Words   string // which mistake the Python has other words for
	Apart   string // why the answers differ on purpose
	LeftOut string // why they were not compared
}

// NewChecker returns a Checker for the answers of a Python.
func NewChecker(h Header) *Checker {
	return &Checker{Header: h, Words: map[string]int{}, Apart: map[string]int{}, LeftOut: map[string]int{}}
}

// Add adds the counts of another.
func (c *Checker) Add(d *Checker) {
	c.Cases += d.Cases
	c.Ways += d.Ways
	c.Zeros += d.Zeros
	c.Slices += d.Slices
	for _, m := range []struct{ sum, more map[string]int }{{c.Words, d.Words}, {c.Apart, d.Apart}, {c.LeftOut, d.LeftOut}} {
		for reason, n := range m.more {
			m.sum[reason] += n
		}
	}
}

// Check compares the answers to a question, and counts.
func (c *Checker) Check(cs *Case) Result {
	k := comparison{Checker: c, Case: cs, abi: c.Header.ABI()}
	if k.result.LeftOut = k.leftOut(); k.result.LeftOut == "" {
		c.Cases++
		k.result.Problem = k.run()
	}
	for _, m := range []struct {
		counts map[string]int
		reason string
	}{{c.Words, k.result.Words}, {c.Apart, k.result.Apart}, {c.LeftOut, k.result.LeftOut}} {
		if m.reason != "" {
			m.counts[m.reason]++
		}
	}
	return k.result
}

// A comparison is of one case.
type comparison struct {
	*Checker
	*Case
	result Result
	abi    structpack.ABI
	s      *structpack.Struct // nil if the format is bad
	packed [][]any            // by each way, if the question is to pack
	answer any                // decoded
}

// answerOf decodes the answer, once for all ways.
func answerOf[T any](k *comparison) T {
	if _, decoded := k.answer.(T); !decoded {
		k.answer = ok[T](&k.Answer)
	}
	return k.answer.(T)
}

func (k *comparison) run() string {
	format := k.FormatString()
	s, err := structpack.CompileFor(k.abi, format)
	k.s = s
	compiled := ways.Way{Name: "CompileFor", Op: "compile", Run: func() (any, error) {
		if err != nil {
			return nil, err
		}
		return s.Size(), nil
	}}
	all := []ways.Way{compiled}
	if err == nil && k.Op != "calcsize" {
		all = k.waysTo()
	} else if k.functions() {
		all = append(all, k.functionsOnly()...)
	}
	if err == nil && slices.ContainsFunc(s.Fields(), func(f structpack.Field) bool { return f.Count == 0 }) {
		k.Zeros++
	}
	if slices.ContainsFunc(all, func(w ways.Way) bool { return strings.Contains(w.Name, "slices") }) {
		k.Slices++
	}
	for i, w := range all {
		k.Ways++
		var values []any
		if i < len(k.packed) {
			values = k.packed[i]
		}
		if problem := k.compare(w, values); problem != "" {
			return w.Name + ": " + problem
		}
	}
	return ""
}

// compare asks in one way, which packs values if there are some.
func (k *comparison) compare(w ways.Way, values []any) string {
	got, err := w.Run()
	if k.Error != "" {
		var e *structpack.Error
		switch {
		case values != nil && (err == nil || !errors.Is(err, k.kind())) && k.isLists(values, got, err):
			return ""
		case err == nil:
			return "got " + show(got) + ", want error " + k.Message
		case !errors.As(err, &e):
			return "not an *Error: " + err.Error()
		case k.Header.Version() >= 300 && !errors.Is(err, k.kind()):
			return "got the kind of " + err.Error() + ", want the kind of " + k.Message
		case e.Op != w.Op:
			return "error says it comes from " + e.Op
		}
		// A Python that packs into a buffer says so; the ways to Pack go both ways.
		want := k.Message
		if k.Op == "pack" && e.Op == "pack_into" {
			want = strings.Replace(want, "pack expected", "pack_into expected", 1)
		}
		if e.Reason == want {
			return ""
		}
		if k.result.Words = k.otherWords(); k.result.Words != "" {
			return ""
		}
		return "got " + err.Error() + ", want " + want
	}
	if err != nil {
		return "got " + err.Error() + ", want " + string(k.OK)
	}
	if !k.isResult(got) {
		return "got " + show(got) + ", want " + string(k.OK)
	}
	return ""
}

func show(v any) string {
	if b, ok := v.([]byte); ok {
		return hex.EncodeToString(b)
	}
	return fmt.Sprintf("%#v", v)
}

// isResult reports whether got is CPython's answer, except for what differs
// on purpose.
func (k *comparison) isResult(got any) bool {
	switch got := got.(type) {
	case int:
		return got == answerOf[int](k)
	case []byte:
		return k.isPacked(unhex(answerOf[string](k)), got)
	case []any:
		return k.isTuple(answerOf[[]Value](k), got)
	case [][]any:
		return slices.EqualFunc(answerOf[[][]Value](k), got, k.isTuple)
	}
	return false
}

// isPacked compares packed bytes. Where they differ, it may be in NaNs.
func (k *comparison) isPacked(want, got []byte) bool {
	if bytes.Equal(want, got) {
		return true
	}
	if k.s == nil || len(want) != len(got) {
		return false
	}
	at := 0
	if k.Op == "pack_into" {
		if at = k.At(); at < 0 {
			at += len(got)
		}
	}
	got = bytes.Clone(got)
	for _, f := range k.s.Fields() {
		if end := at + f.Offset; !k.Header.leaves0p() && f.Code == "p" && f.Size == 0 && end < len(got) && want[end] == 0 && got[end] != 0 {
			k.result.Apart = BeyondP
			got[end] = 0
		}
		if f.Values == 0 {
			continue
		}
		size := f.Size / f.Values
		switch f.Type.Kind() {
		case reflect.Complex64, reflect.Complex128:
			size /= 2
		case reflect.Float32, reflect.Float64:
		default:
			continue
		}
		for i := at + f.Offset; i < at+f.Offset+f.Size; i += size {
			w, g := want[i:i+size], got[i:i+size]
			if !bytes.Equal(w, g) && k.sameNaN(f.Code, k.double(w), k.double(g)) {
				copy(g, w)
			}
		}
	}
	return bytes.Equal(want, got)
}

// double reads a half float, float or double in the byte order of the structure,
// and returns the bits of the same number as a double.
func (k *comparison) double(b []byte) uint64 {
	big := k.abi.BigEndian
	switch k.FormatString()[:1] {
	case "<":
		big = false
	case ">", "!":
		big = true
	}
	var u uint64
	for i := range b {
		if big {
			u = u<<8 | uint64(b[i])
		} else {
			u |= uint64(b[i]) << (8 * i)
		}
	}
	switch len(b) {
	case 2: // only its NaNs are of interest
		return u>>15<<63 | u&0x7fff<<42 | 0x7ff<<52
	case 4:
		return widened(uint32(u))
	}
	return u
}

func (k *comparison) isTuple(want []Value, got []any) bool {
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if !k.isValue(&want[i], got[i], i) {
			return false
		}
	}
	return true
}

// isValue reports whether a Go value that Unpack returned for the value at
// index is the Python value, bit for bit.
func (k *comparison) isValue(want *Value, got any, index int) bool {
	same := func(want string, got uint64) bool {
		w := bitsOf(want)
		return w == got || k.sameNaN(k.codeOf(index), w, got)
	}
	switch x := got.(type) {
	case bool:
		return want.Bool != nil && (*want.Bool == x || x && k.isClangs())
	case byte:
		return want.Int != nil && *want.Int == fmt.Sprint(x) && k.codeOf(index) != "c" ||
			want.Bytes != nil && *want.Bytes == fmt.Sprintf("%02x", x) && k.codeOf(index) == "c"
	case int8, int16, int32, int64, uint16, uint32, uint64:
		return want.Int != nil && *want.Int == fmt.Sprint(x)
	case float32:
		return want.Float != nil && same(*want.Float, widened(math.Float32bits(x)))
	case float64:
		return want.Float != nil && same(*want.Float, math.Float64bits(x))
	case complex64:
		return want.Complex != nil && same(want.Complex[0], widened(math.Float32bits(real(x)))) &&
			same(want.Complex[1], widened(math.Float32bits(imag(x))))
	case complex128:
		return want.Complex != nil && same(want.Complex[0], math.Float64bits(real(x))) &&
			same(want.Complex[1], math.Float64bits(imag(x)))
	case []byte:
		return want.Bytes != nil && *want.Bytes == fmt.Sprintf("%x", x) && x != nil
	}
	return false
}

// codeOf returns the code of the value at an index.
func (k *comparison) codeOf(index int) string {
	if k.s == nil { // floats_both and floats_pack
		return k.FormatString()
	}
	for _, f := range k.s.Fields() {
		if f.Index <= index && index < f.Index+f.Values {
			return f.Code
		}
	}
	return ""
}

// functions reports whether the package's functions, which know the host's ABI
// only, mean the same by the format.
func (k *comparison) functions() bool {
	host := structpack.HostABI()
	format := k.FormatString()
	return host == k.abi || // or it does not matter; but F knows the machine's byte order
		strings.IndexAny(format, "<>!") == 0 && !strings.ContainsAny(format, "FZ") && (host.Pointer == k.abi.Pointer || k.s != nil)
}

// functionsOnly returns the ways to ask without a Struct, for a format that is
// bad, or for its size.
func (k *comparison) functionsOnly() []ways.Way {
	format, data, offset := k.FormatString(), k.Data(), k.At()
	all := map[string]func() (any, error){
		"calcsize":    func() (any, error) { return structpack.CalcSize(format) },
		"unpack":      func() (any, error) { return structpack.Unpack(format, data) },
		"unpack_from": func() (any, error) { return structpack.UnpackFrom(format, data, offset) },
		"iter_unpack": func() (any, error) { return ways.Rows(structpack.IterUnpack(format, data)) },
		"pack":        func() (any, error) { return structpack.Pack(format, k.row(0)...) },
		"pack_into": func() (any, error) {
			buf := bytes.Clone(data)
			return buf, structpack.PackInto(format, buf, offset, k.row(0)...)
		},
	}
	return []ways.Way{{Name: k.Op, Op: "compile", Run: all[k.Op]}}
}

// huge is a size or number of values for which nothing is allocated: the
// questions about such structures are about their limits.
const huge = 1 << 16

// waysTo returns the ways to answer a question: methods of the Struct, and the
// package's functions where they mean the same ABI.
func (k *comparison) waysTo() []ways.Way {
	s, format, data, offset := k.s, k.FormatString(), k.Data(), k.At()
	ifSame := ""
	if k.functions() {
		ifSame = format
	}
	var all []ways.Way
	add := func(name, op string, run func() (any, error)) {
		all = append(all, ways.Way{Name: name, Op: op, Run: run})
	}
	// ask adds a way by a method, and by a function if it means the same.
	ask := func(name, op string, method, function func() (any, error)) {
		add("Struct."+name, op, method)
		if ifSame != "" {
			add(name, op, function)
		}
	}

	switch k.Op {
	case "pack":
		for i := range k.rows() {
			values := k.row(i)
			all = append(all, ways.Pack(s, ifSame, values)...)
			k.packing(len(all), values)
		}
	case "pack_into":
		for i := range k.rows() {
			values := k.row(i)
			into := func(pack func(buf []byte, offset int, values ...any) error) func() (any, error) {
				return func() (any, error) {
					buf := bytes.Clone(data)
					err := pack(buf, offset, values...)
					if err != nil && !bytes.Equal(buf, data) {
						return nil, errors.New("the buffer has changed: " + err.Error())
					}
					return buf, err
				}
			}
			ask("PackInto", "pack_into", into(s.PackInto), into(func(buf []byte, offset int, values ...any) error {
				return structpack.PackInto(format, buf, offset, values...)
			}))
			k.packing(len(all), values)
		}
	case "unpack":
		if s.Size() < huge {
			return ways.Unpack(s, ifSame, data)
		}
		ask("Unpack", "unpack", func() (any, error) { return s.Unpack(data) }, func() (any, error) { return structpack.Unpack(format, data) })
		add("Struct.Scan", "scan", func() (any, error) { return nil, s.Scan(data) })
	case "unpack_from":
		ask("UnpackFrom", "unpack_from", func() (any, error) { return s.UnpackFrom(data, offset) },
			func() (any, error) { return structpack.UnpackFrom(format, data, offset) })
		add("Struct.ScanFrom", "scan_from", func() (any, error) {
			n := s.NumValues()
			if n > huge {
				n = 0
			}
			values, dests := ways.Anys(n)
			return values, s.ScanFrom(data, offset, dests...)
		})
	case "iter_unpack":
		ask("IterUnpack", "iter_unpack", func() (any, error) { return ways.Rows(s.IterUnpack(data)) },
			func() (any, error) { return ways.Rows(structpack.IterUnpack(format, data)) })
	case "floats_both":
		k.s = nil
		doubles := unhex(ok[string](&k.Answer))
		n := len(doubles) / 8
		narrow, wide := structpack.MustCompile(">"+times(n, format)), structpack.MustCompile(">"+times(n, "d"))
		add("unpack "+format+", pack d", "", func() (any, error) {
			values, err := narrow.Unpack(data)
			if err != nil {
				return nil, err
			}
			return wide.Pack(values...)
		})
		add("unpack d, pack "+format, "", func() (any, error) {
			values, err := wide.Unpack(doubles)
			if err != nil {
				return nil, err
			}
			packed, err := narrow.Pack(values...)
			if !bytes.Equal(packed, data) {
				return packed, errors.New("does not pack to the halves again")
			}
			return doubles, err
		})
	case "floats_pack":
		k.s = nil
		n := len(data) / 8
		add("unpack d, pack "+format, "", func() (any, error) {
			values, err := structpack.Unpack(">"+times(n, "d"), data)
			if err != nil {
				return nil, err
			}
			return structpack.Pack(">"+times(n, format), values...)
		})
	default:
		panic("unknown op " + k.Op)
	}
	return all
}

// packing keeps what the last of n ways pack.
func (k *comparison) packing(n int, values []any) {
	for len(k.packed) < n {
		k.packed = append(k.packed, values)
	}
}

func times(n int, code string) string { return strings.Repeat(code, n) }

// rows returns how many rows of values cover every Go type that can stand for
// each of them.
func (k *comparison) rows() int {
	most := 1
	for i := range k.Values {
		most = max(most, len(k.variants(i)))
	}
	if k.Rows > 0 {
		return min(k.Rows, most)
	}
	return most
}

// row returns a row of values. The columns are out of step, so that the types
// of a row are not all of one kind; if the rows are bounded, each case begins
// at another.
func (k *comparison) row(i int) (row []any) {
	if k.Rows > 0 {
		i += k.Cases
	}
	for j := range k.Values {
		vs := k.variants(j)
		row = append(row, vs[(i+j)%len(vs)])
	}
	return slices.Repeat(row, k.times())
}

func (k *comparison) variants(i int) []any {
	v := &k.Values[i]
	if v.Int != nil && strings.Contains(k.Message, "char format") {
		return v.Variants()[:1] // a byte is a character in Go
	}
	return v.Variants()
}
