// Package gen writes Go code that packs and unpacks one type by one format: the
// methods that a Codec of them would have, with nothing left to look up.
//
// What a type must be like for a format, and which field takes which value, is
// asked of package structpack, for a type that has only been read about; so are
// sizes, offsets, limits and the sentences of errors.
package gen

import (
	"cmp"
	"errors"
	"fmt"
	"go/types"
	"math"
	"os/exec"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"example.com/structpack"
)

// A Config says what to generate.
type Config struct {
	Dir     string          // of the package, . if empty
	Records []Record        // if there are none, the types that have their format above them
	ABI     *structpack.ABI // for native formats and =; nil if none was named
	Tags    string          // build tags, as the go command takes them
	Output  string          // file for the code; Default if empty
	NoTest  bool
	View    bool   // write views too
	Slices  bool   // write functions for slices too
	Streams bool   // write methods for streams too
	Alone   bool   // the code imports the standard library only
	Header  string // a file with comments that generated files begin with
	Where   string // file and line that the Records come from, for errors; may be empty

	// Parse reads the arguments of another run, from a go:generate line. The
	// types of a package may use the methods that are to be generated for each
	// other.
	Parse func(args []string) (*Config, error)

	// Go runs the go command, and returns what it prints; (*exec.Cmd).Output if nil.
	Go func(*exec.Cmd) ([]byte, error)
}

// A Record is a type to generate code for.
type Record struct {
	Type   string
	Format string
	New    bool     // the type is to be declared, with Fields
	Fields []string // their names

	pos string // of the format, if it is above the type
}

// A File is a generated file.
type File struct {
	Name string
	Data []byte
}

// An Error is a mistake in what code is generated from.
type Error struct {
	Pos string // file, line and column, as far as they are known
	Msg string // one line

	cgo bool // cgo may know what is missing
}

// Error returns a line for a terminal: what a package has in its names and strings
// may be there to control one.
func (e *Error) Error() string {
	line := e.Msg
	if e.Pos != "" {
		line = e.Pos + ": " + e.Msg
	}
	var b strings.Builder
	for _, r := range line {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return b.String()
}

// fail makes an Error of one line.
func fail(pos, format string, args ...any) *Error {
	first, _, _ := strings.Cut(fmt.Sprintf(format, args...), "\n")
	return &Error{Pos: pos, Msg: first}
}

// failed makes an Error of an error of package structpack.
func failed(pos string, err error) *Error {
	return fail(pos, "%s", strings.TrimPrefix(err.Error(), "structpack: "))
}

// defaultOutput returns the name of the file for the code if no other was given.
func (c *Config) defaultOutput() string {
	if len(c.Records) == 0 {
		return "structpack_gen.go"
	}
	// The go command skips files whose names begin with an underscore.
	return strings.TrimLeft(strings.ToLower(c.Records[0].Type), "_") + "_structpack.go"
}

// testName returns the name of the file that holds the test for the code in file.
func testName(file string) string {
	stem := strings.TrimSuffix(file, ".go")
	if test, ok := strings.CutSuffix(stem, "_test"); ok {
		stem = test + "_codec" // the code itself is for tests only
	}
	return stem + "_test.go"
}

// command returns the run as the head of the generated files has it.
func (c *Config) command() string {
	var b strings.Builder
	for _, r := range c.Records {
		if r.New {
			fmt.Fprintf(&b, " -new %s -fields %s", r.Type, strings.Join(r.Fields, ","))
		} else {
			fmt.Fprintf(&b, " -type %s", r.Type)
		}
		fmt.Fprintf(&b, " -format %q", r.Format)
	}
	if c.ABI != nil {
		fmt.Fprintf(&b, " -abi %s", c.ABI.Name)
	}
	for _, o := range []struct {
		set  bool
		name string
	}{{c.View, "view"}, {c.Slices, "slices"}, {c.Streams, "streams"}, {c.Alone, "standalone"}} {
		if o.set {
			b.WriteString(" -" + o.name)
		}
	}
	return b.String()
}

// A record is a Record, bound.
type record struct {
	Record
	s     *structpack.Struct
	order string // BigEndian, LittleEndian or NativeEndian
	abi   structpack.ABI
	// everywhere is set if no ABI was named.
	everywhere bool
	// foreign says whether the order is another than the ABI's: "true",
	// "false", or an expression for the machine that the code runs on.
	foreign string
	decl    string       // the declaration of a new type
	typ     *types.Named // nil until the package has been type-checked
	steps   []step
	empties []empty
	leaves  []bound // of the steps

	views, slices, streams bool // there is code for them

	hides     bool     // some fields are not exported, and a Codec does not take the type
	variables []string // that take values, as its package writes them
	hidden    []string // methods of its views that are not exported
}

// Generate returns the files for c, the code first.
func Generate(c *Config) ([]File, error) {
	files, err := generate(c, nil, false)
	if err == nil {
		return files, nil
	}
	var e *Error
	cgo := errors.As(err, &e) && e.cgo
	if cgo {
		if files, err = generate(c, nil, true); err == nil {
			return files, nil
		}
	}
	if c.Parse == nil {
		return nil, err
	}
	// The code of a run whose line is in another directory may be in the way or be used.
	// To look for those takes long in a large module.
	if lines := elsewhere(c); len(lines) > 0 {
		return generate(c, lines, cgo)
	}
	return nil, err
}

// generate knows of the runs of other directories, and takes the package as cgo makes it
// if cgo is set.
func generate(config *Config, lines []directive, cgo bool) ([]File, error) {
	src, err := load(config, lines, cgo)
	if err != nil {
		return nil, err
	}
	c := src.Config
	records := make([]*record, len(c.Records))
	for i, r := range c.Records {
		pos := cmp.Or(r.pos, c.Where)
		if pos == "" {
			pos = src.declared(r.Type)
		}
		if records[i], err = c.compile(r, pos); err != nil {
			return nil, err
		}
	}
	if err := src.sameConstraint(records); err != nil {
		return nil, err
	}
	if err := src.derive(records); err != nil {
		return nil, err
	}
	if err := src.stubViews(records); err != nil {
		return nil, err
	}
	if err := src.check(records); err != nil {
		return nil, err
	}
	for _, r := range records {
		if err := src.bind(r); err != nil {
			return nil, err
		}
	}
	code, err := src.code(config.command(), records)
	if err != nil {
		return nil, err
	}
	files := []File{{src.output, code}}
	if !c.NoTest {
		test, err := src.test(config.command(), records)
		if err != nil {
			return nil, err
		}
		files = append(files, File{testName(src.output), test})
	}
	return files, nil
}

// compile compiles the format of r, and declares r if it is new.
func (c *Config) compile(r Record, pos string) (*record, error) {
	abi := c.ABI
	first := (r.Format + "@")[0]
	native := !strings.ContainsRune("<>!=", rune(first))
	host := structpack.LP64
	if abi != nil {
		host = *abi
	}
	s, err := structpack.CompileFor(host, r.Format)
	if err != nil {
		return nil, failed(pos, err)
	}
	if err := fits(s, native && abi == nil, pos); err != nil {
		return nil, err
	}
	rec := &record{Record: r, s: s, abi: host, everywhere: abi == nil, views: c.View, slices: c.Slices, streams: c.Streams, order: "NativeEndian", foreign: "false"}
	big, fixed := first == '>' || first == '!', first == '<' || first == '>' || first == '!'
	switch {
	case !fixed && abi != nil:
		big = abi.BigEndian
	case fixed && abi != nil:
		rec.foreign = strconv.FormatBool(big != abi.BigEndian)
	case first == '<':
		rec.foreign = "hostBig"
	case fixed:
		rec.foreign = "!hostBig"
	}
	if fixed || abi != nil {
		rec.order = "LittleEndian"
		if big {
			rec.order = "BigEndian"
		}
	}
	if r.New {
		if rec.decl, err = declare(rec, pos); err != nil {
			return nil, err
		}
	}
	return rec, nil
}

// fits checks that code can be written for the structures of s, on any platform.
func fits(s *structpack.Struct, any bool, pos string) error {
	if any {
		if err := everywhere(s, pos); err != nil {
			return err
		}
	}
	const most = 1 << 28 // what a Codec makes room for on every machine
	if s.Size() > most {
		return fail(pos, "format %q: a structure of %d bytes is too large for generated code (limit %d)", s.Format(), s.Size(), most)
	}
	return nil
}

// everywhere checks that a native format means the same wherever Go runs, except
// for the byte order.
func everywhere(s *structpack.Struct, pos string) error {
	for _, abi := range structpack.ABIs() {
		other, err := structpack.CompileFor(abi, s.Format())
		if err != nil {
			return failed(pos, err)
		}
		fields := other.Fields()
		for i, f := range s.Fields() {
			if g := fields[i]; f.Offset != g.Offset || f.Size != g.Size {
				return fail(pos, "format %q: '%s' at byte %d: %d bytes at offset %d for %s, %d at %d for %s: name the platform with -abi, or begin the format with <, > or !",
					s.Format(), f.Code, f.Pos, f.Size, f.Offset, structpack.LP64.Name, g.Size, g.Offset, abi.Name)
			}
		}
	}
	return nil
}

// declare writes the declaration of a new type: a field for every item, or for
// every value, whichever there are names for.
func declare(r *record, pos string) (string, error) {
	var items []structpack.Field
	for _, f := range r.s.Fields() {
		if f.Values > 0 {
			items = append(items, f)
		}
	}
	n, values := len(r.Fields), r.s.NumValues()
	if n != len(items) && n != values {
		what := fmt.Sprintf("%d values", values)
		if len(items) != values {
			what = fmt.Sprintf("%d items of %d values", len(items), values)
		}
		return "", fail(pos, "format %q has %s, and -fields has %d names", r.Format, what, n)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "// %s is a structure of the format %q.\ntype %s struct {\n", r.Type, r.Format, r.Type)
	for i, name := range r.Fields {
		f := items[0]
		if n == len(items) {
			f = items[i]
		} else {
			for f.Index+f.Values <= i {
				items = items[1:]
				f = items[0]
			}
			f.Offset += (i - f.Index) * (f.Size / f.Values)
			f.Values = 1
		}
		typ, code := f.Type.String(), f.Code
		switch {
		case code == "s":
			typ, code = fmt.Sprintf("[%d]byte", f.Count), fmt.Sprint(f.Count, code)
		case code == "p":
			typ, code = "[]byte", fmt.Sprint(f.Count, code)
		case code == "c":
			typ = "byte"
		}
		if f.Values > 1 {
			typ, code = fmt.Sprintf("[%d]%s", f.Values, typ), fmt.Sprint(f.Values, code)
		}
		fmt.Fprintf(&b, "%s %s // %s at offset %d\n", name, typ, code, f.Offset)
	}
	b.WriteString("}\n\n")
	return b.String(), nil
}

// alone compiles a code of the format by itself, for an ABI.
func (r *record) alone(code string, abi structpack.ABI) *structpack.Struct {
	prefix := ""
	if r.Format != "" && strings.ContainsRune("@=<>!", rune(r.Format[0])) {
		prefix = r.Format[:1]
	}
	s, err := structpack.CompileFor(abi, prefix+code)
	if err != nil {
		panic(err) // it is part of a format that compiles
	}
	return s
}

// tooLarge returns the sentence for a value that is too large for a code of the
// format; it is empty if there is none that fits its type.
func (r *record) tooLarge(f structpack.Field) string {
	var v any
	switch f.Type.Kind() {
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v = int64(math.MaxInt64)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v = uint64(math.MaxUint64)
	case reflect.Float32, reflect.Float64:
		v = math.MaxFloat64
	case reflect.Complex64:
		v = complex(math.MaxFloat64, 0)
	default:
		return ""
	}
	for _, abi := range []structpack.ABI{r.abi, structpack.LP64, structpack.LP64BigEndian} {
		var e *structpack.Error
		if _, err := r.alone(f.Code, abi).Pack(v); errors.As(err, &e) {
			return e.Reason
		}
	}
	return ""
}
