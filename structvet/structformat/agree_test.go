package structformat_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/fuzz"
	"example.com/structpack/internal/rules"
)

// A probe is a statement, and what is said of it by the library, which has run
// what the statement says.
type probe struct {
	source string
	want   []string // one of them, or nothing if there are none; "" stands for nothing
	cut    bool     // s or p cut a constant
	more   bool     // more may be wrong, for the library says only what is first
}

// makers make probes up.
var makers = []func(*rand.Rand) probe{packProbe, badFormatProbe, scanProbe, assertProbe, codecProbe}

// head begins the sources.
const head = `package p

import (
	"math"
	"math/big"

	"example.com/structpack"
	"example.com/structpack/fuzz"
)

var _ fuzz.Int8

var inf, nan = math.Inf(1), math.NaN()

func bigInt(s string) *big.Int {
	n, _ := new(big.Int).SetString(s, 10)
	return n
}

func wrapper(format string, values ...any) { structpack.Pack(format, values...) }

func all(data []byte) {
`

// TestAgreement compares the analyzer with the library: what is said of a call
// at vet time is what the call answers when it is run.
//
// STRUCTVET_RUNS says how many calls are made up, STRUCTVET_SEED from where.
func TestAgreement(t *testing.T) {
	runs, seed := number(t, "STRUCTVET_RUNS", 3000), number(t, "STRUCTVET_SEED", 1)
	probes := make([]probe, runs)
	for i := range probes {
		r := rand.New(rand.NewSource(int64(seed + i)))
		probes[i] = makers[r.Intn(len(makers))](r)
	}
	check(t, probes)
}

func FuzzAgreement(f *testing.F) {
	for seed := range int64(20) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int64) {
		r := rand.New(rand.NewSource(seed))
		var probes []probe
		for _, maker := range makers {
			probes = append(probes, maker(r))
		}
		check(t, probes)
	})
}

func number(t *testing.T, env string, otherwise int) int {
	text := os.Getenv(env)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// check compares what the analyzer says of probes with what they want.
func check(t *testing.T, probes []probe) {
	t.Helper()
	var b strings.Builder
	b.WriteString(head)
	first := strings.Count(head, "\n") + 1
	for _, p := range probes {
		fmt.Fprintf(&b, "\t{ %s }\n", p.source)
	}
	b.WriteString("}\n")
	said := make([][]finding, len(probes))
	for _, f := range analyze(t, b.String()) {
		said[f.line-first] = append(said[f.line-first], f)
	}
	wrong := 0
	for i, p := range probes {
		var got []string
		cut := false
		for _, f := range said[i] {
			if f.category == "cut" {
				cut = true
			} else if f.category != "tail" { // which is right, and an error nowhere
				got = append(got, plain(f.message))
			}
		}
		for j := range p.want {
			p.want[j] = plain(strings.TrimPrefix(p.want[j], "structpack: "))
		}
		ok := len(p.want) == 0 && len(got) == 0 ||
			len(got) == 0 && slices.Contains(p.want, "") ||
			(len(got) == 1 || len(got) > 1 && p.more) && slices.Contains(p.want, got[0])
		if !ok || cut != p.cut {
			t.Errorf("%s\nwant %q, cut %v\ngot  %q, cut %v", p.source, p.want, p.cut, got, cut)
			if wrong++; wrong == 10 {
				t.Fatal("and maybe more")
			}
		}
	}
}

// valued are the messages that give the value of a constant besides.
var valued = regexp.MustCompile(`(<= \d+|format|large to convert|length 1)(?:; write byte\(.*| \(got [^() ]*\))$`)

var synonyms = regexp.MustCompile(`\b(uint8|rune|interface ?\{ ?\}|struct ?\{ ?|[\w./]*/)| \}|, `)

// plain writes types in one way: reflect and go/types name some differently.
func plain(message string) string {
	message = valued.ReplaceAllString(message, "$1")
	return synonyms.ReplaceAllStringFunc(message, func(s string) string {
		switch {
		case s == ", ":
			return ","
		case strings.HasSuffix(s, "/"): // of the path of a type argument's package
			return ""
		case s == "uint8":
			return "byte"
		case s == " }":
			return "}"
		case s == "rune":
			return "int32"
		case strings.HasPrefix(s, "interface"):
			return "any"
		}
		return "struct{"
	})
}

func badFormatProbe(r *rand.Rand) probe {
	format := fuzz.BadFormat(r)
	_, err := structpack.CalcSize(format)
	literal := strconv.Quote(format)
	switch i := strings.IndexAny(format, "\r`"); {
	case r.Intn(3) == 0 && i < 0 && !strings.ContainsAny(format, "\n\x00") && literal[1:len(literal)-1] == format:
		literal = "`" + format + "`"
	case r.Intn(3) == 0:
		at := r.Intn(len(format) + 1)
		literal = strconv.Quote(format[:at]) + "+" + strconv.Quote(format[at:])
	}
	source := fmt.Sprintf(pick(r, "structpack.CalcSize(%s)", "structpack.Pack(%s, 1)", "structpack.MustCompile(%s).Pack(1)", "wrapper(%s)",
		"format := %s; structpack.Unpack(format, data)", "const format = %s; structpack.Unpack(format, data)"), literal)
	return probe{source: source, want: []string{err.Error()}}
}

func isSlice(v any) bool {
	k := reflect.ValueOf(v).Kind()
	return k == reflect.Slice || k == reflect.Array
}

// packProbe packs values, one of which may not fit.
func packProbe(r *rand.Rand) probe {
	format := fuzz.Format(r)
	s := structpack.MustCompile(format)
	values, bad := fuzz.Values(r, s), -2
	if r.Intn(2) == 0 {
		values, bad = fuzz.BadValues(r, s)
	}
	if len(values) > 40 {
		return packProbe(r)
	}
	var p probe
	var setup strings.Builder
	args := make([]string, len(values))
	constant := make([]bool, len(values))
	for i, v := range values {
		args[i], constant[i] = expression(v)
		if v != nil && r.Intn(4) == 0 {
			fmt.Fprintf(&setup, "v%d := %s; ", i, args[i])
			args[i], constant[i] = fmt.Sprintf("v%d", i), false
		}
	}
	data, err := s.Pack(values...)
	switch {
	case err == nil:
		back, _ := s.Unpack(data)
		for i, v := range values {
			if len(values) != len(back) { // slices stand for items
				break
			}
			text, ok := v.(string)
			if named, isNamed := v.(fuzz.String); isNamed {
				text, ok = string(named), true
			}
			got, isText := back[i].([]byte)
			p.cut = p.cut || ok && constant[i] && isText && len(got) < len(text)
		}
	case bad >= 0:
		p.want = []string{err.Error()}
		if !told(values[bad], err, constant[bad]) {
			p.want = append(p.want, "")
		}
		// The others fit, but may be cut.
		p.cut = cuts(s, values, constant, bad)
	case slices.ContainsFunc(values, isSlice):
		// It may stand for all values of an item, with a length that is not known.
		p.want = []string{err.Error(), fmt.Sprintf("pack %q: pack expected %d items for packing (got %d)", format, s.NumValues(), len(values)), ""}
	default:
		p.want = []string{err.Error()}
	}
	list := strings.Join(args, ", ")
	literal := strconv.Quote(format)
	switch r.Intn(4) {
	case 0:
		p.source = fmt.Sprintf("structpack.Pack(%s, %s)", literal, list)
	case 1:
		p.source = fmt.Sprintf("s := structpack.MustCompile(%s); s.AppendPack(data, %s)", literal, list)
	case 2:
		p.source = fmt.Sprintf("wrapper(%s, %s)", literal, list)
	case 3:
		p.source = fmt.Sprintf("structpack.PackInto(%s, data, 0, %s)", literal, list)
		for i := range p.want {
			p.want[i] = strings.Replace(p.want[i], "pack ", "pack_into ", 1)
			p.want[i] = strings.Replace(p.want[i], "pack expected", "pack_into expected", 1)
		}
	}
	p.source = setup.String() + strings.ReplaceAll(p.source, ", )", ")")
	return p
}

func cuts(s *structpack.Struct, values []any, constant []bool, bad int) bool {
	for _, f := range s.Fields() {
		if f.Code != "s" && f.Code != "p" || f.Index == bad {
			continue
		}
		v := reflect.ValueOf(values[f.Index])
		if v.Kind() != reflect.String || !constant[f.Index] {
			continue
		}
		one := structpack.MustCompile("<" + strconv.Itoa(f.Count) + f.Code)
		data, err := one.Pack(v.String())
		if err != nil {
			continue
		}
		if back, err := one.Unpack(data); err == nil && len(back[0].([]byte)) < v.Len() {
			return true
		}
	}
	return false
}

// told reports whether the mistake of a value is seen in its type, or in a
// constant.
func told(v any, err error, constant bool) bool {
	if constant {
		return true
	}
	if errors.Is(err, structpack.ErrRange) {
		return false
	}
	switch v.(type) {
	case *big.Int: // nil, or too large
		return !strings.Contains(err.Error(), "required argument is not")
	case string, fuzz.String, []byte, fuzz.Raw: // of another length than 1
		return !strings.Contains(err.Error(), "char format")
	}
	return true
}

// expression writes a value as an expression of its type, and reports whether it
// is a constant.
func expression(v any) (source string, constant bool) {
	r := reflect.ValueOf(v)
	if v == nil {
		return "nil", true
	}
	name := strings.TrimPrefix(r.Type().String(), "*")
	real := func(f float64) (string, bool) {
		switch {
		case math.IsNaN(f):
			return "nan", false
		case math.IsInf(f, 0):
			return strings.TrimPrefix(fmt.Sprintf("%cinf", map[bool]rune{true: '-', false: '+'}[f < 0]), "+"), false
		}
		return strconv.FormatFloat(f, 'x', -1, 64), true
	}
	switch r.Kind() {
	case reflect.Bool:
		return fmt.Sprintf("%s(%v)", name, r.Bool()), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return fmt.Sprintf("%s(%d)", name, r.Int()), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return fmt.Sprintf("%s(%d)", name, r.Uint()), true
	case reflect.Float32, reflect.Float64:
		f, ok := real(r.Float())
		return fmt.Sprintf("%s(%s)", name, f), ok
	case reflect.Complex64, reflect.Complex128:
		re, ok1 := real(real64(r.Complex()))
		im, ok2 := real(imag64(r.Complex()))
		return fmt.Sprintf("%s(complex(%s, %s))", name, re, im), ok1 && ok2
	case reflect.String:
		return fmt.Sprintf("%s(%s)", name, strconv.QuoteToASCII(r.String())), true
	case reflect.Pointer:
		n, isBig := v.(*big.Int)
		switch {
		case r.IsNil():
			return fmt.Sprintf("(*%s)(nil)", name), false
		case isBig:
			return fmt.Sprintf("bigInt(%q)", n.String()), false
		}
		return fmt.Sprintf("new(%s)", name), false
	case reflect.Func:
		return "func() {}", false
	case reflect.Chan:
		return "make(chan int)", false
	case reflect.Slice:
		if r.IsNil() {
			return fmt.Sprintf("%s(nil)", name), false
		}
	}
	// Elements do not matter, but their number does.
	var elements string
	if r.Kind() == reflect.Slice && r.Len() > 0 {
		elements = fmt.Sprintf("%d: %s", r.Len()-1, map[bool]string{true: `""`, false: "0"}[r.Type().Elem().Kind() == reflect.String])
	}
	return fmt.Sprintf("%s{%s}", name, elements), false
}

func real64(c complex128) float64 { return real(c) }
func imag64(c complex128) float64 { return imag(c) }

// destTypes are types of destinations.
var destTypes = []reflect.Type{
	reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](), reflect.TypeFor[int32](), reflect.TypeFor[int64](),
	reflect.TypeFor[uint](), reflect.TypeFor[uint8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](), reflect.TypeFor[uintptr](),
	reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[complex64](), reflect.TypeFor[complex128](), reflect.TypeFor[bool](),
	reflect.TypeFor[string](), reflect.TypeFor[[]byte](), reflect.TypeFor[any](), reflect.TypeFor[*int32](),
	reflect.TypeFor[fuzz.Int8](), reflect.TypeFor[fuzz.Uint64](), reflect.TypeFor[fuzz.Float32](), reflect.TypeFor[fuzz.Complex](), reflect.TypeFor[fuzz.Bool](),
	reflect.TypeFor[fuzz.Char](), reflect.TypeFor[fuzz.String](), reflect.TypeFor[fuzz.Raw](), reflect.TypeFor[map[string]int](), reflect.TypeFor[struct{}](),
}

// yields returns the type of a field's values.
func yields(format string, f structpack.Field) reflect.Type {
	prefix := format[:min(1, len(format))]
	if !strings.Contains("@=<>!", prefix) {
		prefix = ""
	}
	s := structpack.MustCompile(prefix + f.Code)
	values, err := s.Unpack(make([]byte, s.Size()))
	if err != nil {
		panic(err)
	}
	return reflect.TypeOf(values[0])
}

// scanProbe scans into destinations, one of which may be of any type.
func scanProbe(r *rand.Rand) probe {
	format := fuzz.Format(r)
	s := structpack.MustCompile(format)
	if s.NumValues() > 40 {
		return scanProbe(r)
	}
	var dests []any
	var args []string
	add := func(t reflect.Type) {
		if t == nil {
			dests, args = append(dests, nil), append(args, "nil")
			return
		}
		dests = append(dests, reflect.New(t).Interface())
		args = append(args, "new("+t.String()+")")
	}
	for _, f := range s.Fields() {
		if f.Values == 0 {
			continue
		}
		t := yields(format, f)
		text := f.Code == "s" || f.Code == "p"
		switch {
		case !text && r.Intn(3) == 0:
			add(pick(r, reflect.SliceOf(t), reflect.ArrayOf(f.Count, t)))
		case f.Code == "s" && r.Intn(3) == 0:
			add(pick(r, reflect.TypeFor[string](), reflect.ArrayOf(f.Count, t.Elem())))
		default:
			for range f.Values {
				add(pick(r, t, t, t, nil, reflect.TypeFor[any]()))
			}
		}
	}
	if len(dests) > 0 && r.Intn(2) == 0 {
		i := r.Intn(len(dests))
		t := pick(r, destTypes...)
		switch r.Intn(6) {
		case 0:
			t = reflect.SliceOf(t)
		case 1:
			t = reflect.ArrayOf(r.Intn(4), t)
		case 2:
			dests, args = slices.Delete(dests, i, i+1), slices.Delete(args, i, i+1)
			t = nil
		case 3: // not a pointer
			dests[i], args[i] = reflect.New(t).Elem().Interface(), "*new("+t.String()+")"
			if t.Kind() == reflect.Interface || t.Kind() == reflect.Pointer { // which are nil
				dests[i], args[i] = nil, "nil"
			}
			t = nil
		}
		if t != nil {
			dests[i], args[i] = reflect.New(t).Interface(), "new("+t.String()+")"
		}
	}
	p := probe{source: fmt.Sprintf("structpack.MustCompile(%q).Scan(%s)", format, strings.Join(append([]string{"data"}, args...), ", "))}
	if err := s.Scan(make([]byte, s.Size()), dests...); err != nil {
		p.want, p.more = []string{err.Error()}, true
	}
	return p
}

// assertProbe asserts a value to be of some type.
func assertProbe(r *rand.Rand) probe {
	format := fuzz.Format(r)
	s := structpack.MustCompile(format)
	values, err := s.Unpack(make([]byte, s.Size()))
	if err != nil || len(values) == 0 {
		return assertProbe(r)
	}
	i := r.Intn(len(values) + 1)
	if i == len(values) {
		return probe{source: fmt.Sprintf("v, _ := structpack.Unpack(%q, data); _ = v[%d]", format, i),
			want: []string{fmt.Sprintf("unpack %q: there is no value %d; the format has %d", format, i, i)}}
	}
	t := pick(r, destTypes...)
	if r.Intn(3) == 0 {
		t = reflect.TypeOf(values[i])
	}
	p := probe{source: fmt.Sprintf(pick(r, "v, _ := structpack.Unpack(%q, data); _ = v[%d].(%s)", "v, _ := structpack.MustCompile(%q).Unpack(data); _, _ = v[%d].(%s)",
		"v, _ := structpack.UnpackFrom(%q, data, 0); x := v[%d]; _ = x.(%s)", "i, _ := structpack.IterUnpack(%q, data); for v := range i { _ = v[%d].(%s) }"),
		format, i, t.String())}
	has := reflect.TypeOf(values[i])
	if t.Kind() == reflect.Interface && has.Implements(t) || t == has {
		return p
	}
	op := "unpack"
	switch {
	case strings.Contains(p.source, "UnpackFrom"):
		op = "unpack_from"
	case strings.Contains(p.source, "IterUnpack"):
		op = "iter_unpack"
	}
	for _, f := range s.Fields() {
		if f.Index <= i && i < f.Index+f.Values {
			p.want = []string{fmt.Sprintf("%s %q: value %d ('%s' at byte %d) has type %s, never %s", op, format, i, f.Code, f.Pos, has, t)}
		}
	}
	return p
}

// codecProbe binds a type to a format, which it may not meet.
func codecProbe(r *rand.Rand) probe {
	format := fuzz.Format(r)
	s := structpack.MustCompile(format)
	if s.NumValues() > 40 {
		return codecProbe(r)
	}
	var types []reflect.Type
	for _, f := range s.Fields() {
		if f.Values == 0 {
			continue
		}
		t := yields(format, f)
		text := f.Code == "s" || f.Code == "p"
		switch {
		case text:
			types = append(types, pick(r, t, reflect.TypeFor[string](), reflect.ArrayOf(f.Count, t.Elem())))
		case r.Intn(3) == 0:
			types = append(types, pick(r, reflect.SliceOf(t), reflect.ArrayOf(f.Count, t)))
		default:
			for range f.Values {
				types = append(types, t)
			}
		}
	}
	switch n := len(types); {
	case n > 0 && r.Intn(3) == 0:
		types[r.Intn(n)] = pick(r, destTypes...)
	case n > 0 && r.Intn(6) == 0:
		types = slices.Delete(types, n-1, n)
	case r.Intn(6) == 0:
		types = append(types, pick(r, destTypes...))
	}
	t := structOf(r, types)
	if len(types) == 1 && r.Intn(2) == 0 {
		t = types[0]
	}
	p := probe{source: fmt.Sprintf(pick(r, "structpack.MustCodec[%[2]s](%[1]q)", "structpack.NewCodec[%[2]s](structpack.MustCompile(%[1]q))"), format, structSource(t))}
	if _, err := rules.Bind(s, t); err != nil {
		p.want = []string{err.Error()}
	}
	return p
}

// structOf makes a struct of fields of the given types, some of them in structs
// and arrays of structs of their own.
func structOf(r *rand.Rand, types []reflect.Type) reflect.Type {
	var fields []reflect.StructField
	add := func(t reflect.Type, tag reflect.StructTag) {
		fields = append(fields, reflect.StructField{Name: "F" + strconv.Itoa(len(fields)), Type: t, Tag: tag})
	}
	for len(types) > 0 {
		switch n := 1 + r.Intn(len(types)); r.Intn(8) {
		case 0:
			add(structOf(r, types[:n]), "")
			types = types[n:]
		case 1:
			if n > 1 && types[0] == types[1] {
				add(reflect.ArrayOf(2, structOf(r, types[:1])), "")
				types = types[2:]
			}
		case 2:
			add(pick(r, destTypes...), `structpack:"-"`)
		default:
			add(types[0], "")
			types = types[1:]
		}
	}
	return reflect.StructOf(fields)
}

// structSource writes a type on one line.
func structSource(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Struct && t.NumField() > 0:
		var b strings.Builder
		b.WriteString("struct{")
		for f := range t.Fields() {
			fmt.Fprintf(&b, "%s %s", f.Name, structSource(f.Type))
			if f.Tag != "" {
				fmt.Fprintf(&b, " %q", f.Tag)
			}
			b.WriteString("; ")
		}
		return b.String() + "}"
	case t.Kind() == reflect.Array && t.Elem().Kind() == reflect.Struct:
		return fmt.Sprintf("[%d]%s", t.Len(), structSource(t.Elem()))
	}
	return t.String()
}

func pick[T any](r *rand.Rand, all ...T) T { return all[r.Intn(len(all))] }

// TestCodecAgreement asks NewCodec itself.
func TestCodecAgreement(t *testing.T) {
	src, err := os.ReadFile("codecs_test.go")
	if err != nil {
		t.Fatal(err)
	}
	said := map[int]string{}
	for _, f := range analyze(t, strings.Replace(string(src), "structvet:ignore", "", 1)) {
		said[f.line] += plain(f.message)
	}
	refused := 0
	for _, tt := range codecs {
		want := ""
		if tt.err != nil {
			want = strings.TrimPrefix(plain(tt.err.Error()), "structpack: ")
			refused++
		}
		if got := said[tt.line]; got != want {
			t.Errorf("line %d:\nwant %s\ngot  %s", tt.line, want, got)
		}
	}
	if refused < len(codecs)/3 || refused > 2*len(codecs)/3 {
		t.Errorf("%d of %d are refused", refused, len(codecs))
	}
}
