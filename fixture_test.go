package structpack_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/internal/ways"
)

// TestFixtures runs what CPython answered through every way of asking for it.
// STRUCTPACK_FIXTURES names more files, such as those that a user made of
// formats of their own with testdata/oracle.py.
func TestFixtures(t *testing.T) {
	files := []string{"formats", "integers", "floats", "halves", "strings", "counts", "buffers", "real", "last"}
	for i, name := range files {
		files[i] = filepath.Join("testdata", name+".jsonl")
	}
	files = append(files, filepath.SplitList(os.Getenv("STRUCTPACK_FIXTURES"))...)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".jsonl"), func(t *testing.T) {
			checkFile(t, file)
		})
	}
}

func checkFile(t *testing.T, file string) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	if !lines.Scan() {
		t.Fatal("no header: ", lines.Err())
	}
	var h header
	if err := json.Unmarshal(lines.Bytes(), &h); err != nil {
		t.Fatal(err)
	}
	c := checker{abi: h.abi(), sentences: true}
	failed := 0
	for lines.Scan() {
		var r request
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatalf("%s: %v", lines.Bytes(), err)
		}
		if problem := c.check(&r); problem != "" {
			t.Errorf("%s\n%s", problem, r.String())
			if failed++; failed > 20 {
				t.Fatal("and so on")
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if c.cases == 0 {
		t.Fatal("no cases")
	}
	t.Logf("CPython %s: %d cases, asked in %d ways, agree; left out: %v", h.Python, c.cases, c.ways, c.skipped)
}

// A checker compares answers of CPython with those of this package.
type checker struct {
	abi       structpack.ABI // of the Python that answered
	sentences bool           // compare error texts too
	cases     int
	ways      int
	skipped   map[string]int // cases that this package answers differently on purpose, by reason
}

func (c *checker) skip(reason string) string {
	if c.skipped == nil {
		c.skipped = map[string]int{}
	}
	c.skipped[reason]++
	return ""
}

// signals reports whether there is a signalling NaN among the values.
func (r *request) signals() bool {
	return slices.ContainsFunc(r.Values, func(v tagged) bool {
		switch v.kind() {
		case "float":
			return isSignalling(as[string](v))
		case "complex":
			p := as[[2]string](v)
			return isSignalling(p[0]) || isSignalling(p[1])
		}
		return false
	})
}

func isSignalling(bits string) bool {
	f := floatOf(bits)
	return f != f && math.Float64bits(f)&(1<<51) == 0
}

// check returns what is wrong, if anything is.
func (c *checker) check(r *request) string {
	if r.Offset != nil && int64(int(*r.Offset)) != *r.Offset {
		return c.skip("an offset beyond this platform's int")
	}
	if c.abi.Pointer == 8 && math.MaxInt == math.MaxInt32 {
		if r.kind() == structpack.ErrFormat || r.Op == "calcsize" {
			if len(r.OK) > 9 || strings.Contains(r.Message, "total struct size") {
				return c.skip("a size beyond this platform's int")
			}
		}
	}
	for _, v := range r.Values {
		if v.kind() == "str" && (strings.Contains(r.Message, "bytes object")) {
			return c.skip("a string where Python wants bytes")
		}
	}
	if strings.HasPrefix(r.Op, "pack") && strings.ContainsFunc(r.Format, func(c rune) bool { return c == 'F' || c == 'Z' }) && r.signals() {
		return c.skip("a signalling NaN packed with F: kept here, quieted by the C compiler's cast there")
	}
	c.cases++
	s, err := structpack.CompileFor(c.abi, r.format())
	if err != nil || r.Op == "calcsize" {
		size := 0
		if err == nil {
			size = s.Size()
		}
		return c.compare(r, ways.Way{Name: "CompileFor", Op: "compile", Run: func() (any, error) { return size, err }})
	}
	for _, w := range c.waysTo(r, s) {
		c.ways++
		if problem := c.compare(r, w); problem != "" {
			return problem
		}
	}
	return ""
}

// compare asks in one way.
func (c *checker) compare(r *request, w ways.Way) string {
	got, err := w.Run()
	if r.Error != "" {
		var e *structpack.Error
		switch {
		case err == nil:
			return w.Name + ": got " + show(got) + ", want error " + r.Message
		case !errors.As(err, &e):
			return w.Name + ": not an *Error: " + err.Error()
		case !errors.Is(err, r.kind()):
			return w.Name + ": got the kind of " + err.Error() + ", want that of " + r.Message
		case c.sentences && e.Reason != strings.Replace(r.Message, "pack expected", opVerb(e.Op)+" expected", 1):
			return w.Name + ": got " + err.Error() + ", want " + r.Message
		case e.Op != w.Op:
			return w.Name + ": error says it comes from " + e.Op
		}
		return ""
	}
	if err != nil {
		return w.Name + ": got " + err.Error() + ", want " + string(r.OK)
	}
	if !r.isResult(got) {
		return w.Name + ": got " + show(got) + ", want " + string(r.OK)
	}
	return ""
}

func opVerb(op string) string {
	if op == "pack_into" {
		return "pack_into"
	}
	return "pack"
}

func show(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// isResult reports whether got is what CPython answered.
func (r *request) isResult(got any) bool {
	switch got := got.(type) {
	case int:
		return got == ok[int](r)
	case []byte:
		return bytes.Equal(got, unhex(ok[string](r)))
	case []any:
		return isTuple(ok[[]tagged](r), got)
	case [][]any:
		return slices.EqualFunc(ok[[][]tagged](r), got, isTuple)
	}
	return false
}

func isTuple(want []tagged, got []any) bool {
	return slices.EqualFunc(want, got, tagged.isValue)
}

// waysTo returns the ways to answer a request: methods of the Struct, and the
// package's functions where they mean the same ABI.
func (c *checker) waysTo(r *request, s *structpack.Struct) []ways.Way {
	format := r.format()
	host := structpack.HostABI()
	host.Name = c.abi.Name
	ifSame := ""
	functions := host == c.abi || // or it does not matter; but F knows the machine's byte order
		strings.IndexAny(format, "<>!") == 0 && !strings.ContainsAny(format, "FZ")
	if functions {
		ifSame = format
	}
	data := r.data()
	offset := 0
	if r.Offset != nil {
		offset = int(*r.Offset)
	}
	var all []ways.Way
	add := func(name, op string, run func() (any, error)) {
		all = append(all, ways.Way{Name: name, Op: op, Run: run})
	}

	switch r.Op {
	case "pack":
		for _, values := range r.rows() {
			all = append(all, ways.Pack(s, ifSame, values)...)
		}
	case "pack_into":
		for _, values := range r.rows() {
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
			add("Struct.PackInto", "pack_into", into(s.PackInto))
			if functions {
				add("PackInto", "pack_into", into(func(buf []byte, offset int, values ...any) error {
					return structpack.PackInto(format, buf, offset, values...)
				}))
			}
		}
	case "unpack":
		all = ways.Unpack(s, ifSame, data)
	case "unpack_from":
		add("Struct.UnpackFrom", "unpack_from", func() (any, error) { return s.UnpackFrom(data, offset) })
		add("Struct.ScanFrom", "scan_from", func() (any, error) {
			values, dests := ways.Anys(s.NumValues())
			return values, s.ScanFrom(data, offset, dests...)
		})
		if functions {
			add("UnpackFrom", "unpack_from", func() (any, error) { return structpack.UnpackFrom(format, data, offset) })
		}
	case "iter_unpack":
		add("Struct.IterUnpack", "iter_unpack", func() (any, error) { return ways.Rows(s.IterUnpack(data)) })
		if functions {
			add("IterUnpack", "iter_unpack", func() (any, error) { return ways.Rows(structpack.IterUnpack(format, data)) })
		}
	case "floats_both":
		doubles := unhex(ok[string](r))
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
		n := len(data) / 8
		add("unpack d, pack "+format, "", func() (any, error) {
			values, err := structpack.Unpack(">"+times(n, "d"), data)
			if err != nil {
				return nil, err
			}
			return structpack.Pack(">"+times(n, format), values...)
		})
	default:
		panic("unknown op " + r.Op)
	}
	return all
}

func times(n int, code string) string { return strings.Repeat(code, n) }

// rows returns the values of a request, in rows that cover every Go type that
// can stand for them.
func (r *request) rows() [][]any {
	var columns [][]any
	most := 1
	for _, v := range r.Values {
		vs := v.variants()
		if strings.Contains(r.Message, "char format") && v.kind() == "int" {
			vs = vs[:1] // a byte is a character in Go
		}
		columns = append(columns, vs)
		most = max(most, len(vs))
	}
	rows := make([][]any, most)
	for i := range rows {
		for _, vs := range columns {
			rows[i] = append(rows[i], vs[i%len(vs)])
		}
		rows[i] = slices.Repeat(rows[i], r.times())
	}
	return rows
}

// TestNativeABI reproduces on this machine what CPythons on sixteen platforms
// answered to native formats.
func TestNativeABI(t *testing.T) {
	byName := map[string]structpack.ABI{}
	for _, abi := range structpack.ABIs() {
		byName[abi.Name] = abi
	}
	f, err := os.Open(filepath.Join("testdata", "native_abi.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	lines.Scan()
	cases := map[string]int{}
	for lines.Scan() {
		var line struct {
			Format  string
			Values  []tagged
			Answers map[string]struct {
				Size int
				Hex  string
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		for class, want := range line.Answers {
			abi, known := byName[class]
			if !known {
				t.Fatalf("no ABI is called %q", class)
			}
			s, err := structpack.CompileFor(abi, line.Format)
			if err != nil {
				t.Errorf("%s: %v", class, err)
				continue
			}
			if s.Size() != want.Size {
				t.Errorf("%s: size of %q is %d, want %d", class, line.Format, s.Size(), want.Size)
			}
			r := request{Values: line.Values}
			for _, values := range r.rows() {
				if got, err := s.Pack(values...); err != nil || !bytes.Equal(got, unhex(want.Hex)) {
					t.Errorf("%s: Pack(%q, %v) = %x, %v; want %s", class, line.Format, values, got, err, want.Hex)
				}
			}
			cases[class]++
		}
	}
	if len(cases) != 6 {
		t.Errorf("classes: %v, want 6", cases)
	}
	t.Log("cases by class: ", cases)
}
