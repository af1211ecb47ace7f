package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/structpack"
	"example.com/structpack/fuzz"
	"example.com/structpack/internal/rules"
	"example.com/structpack/internal/test/peer"
	"example.com/structpack/internal/test/typegen"
	"github.com/google/go-cmp/cmp"
)

// module makes an empty module, which has this one in its place, and goes there.
// Nothing that the go command does in it needs a network.
func module(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("it runs the go command")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command")
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	// Compilers end before a collection pays.
	for _, env := range []string{"GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "GOTOOLCHAIN=local", "GOGC=400"} {
		name, value, _ := strings.Cut(env, "=")
		t.Setenv(name, value)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "go.mod"), fmt.Sprintf("module sample.example/m\n\ngo 1.25.0\n\nrequire example.com/structpack v0.0.0\n\nreplace example.com/structpack => %q\n", filepath.ToSlash(root)))
	t.Chdir(dir)
	return filepath.Join(root, "cmd", "structpack", "testdata")
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// goRun runs the go command, and returns what it prints.
func goRun(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("go", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// generate runs gen.
func generate(t *testing.T, args ...string) {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(append([]string{"gen"}, args...), strings.NewReader(""), &out, &errs, environment{goCommand: remembered}); status != 0 {
		t.Fatalf("gen %q: status %d: %s", args, status, &errs)
	}
}

// directives returns the arguments of gen in the go:generate lines of a file.
func directives(t *testing.T, file string) (all [][]string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		m := regexp.MustCompile(`^//go:generate .*\bstructpack(@\w+)? gen (.*)`).FindStringSubmatch(line)
		if m == nil {
			continue
		}
		var args []string
		for _, word := range regexp.MustCompile(`"[^"]*"|\S+`).FindAllString(m[2], -1) {
			args = append(args, strings.Trim(word, `"`))
		}
		all = append(all, args)
	}
	return all
}

// TestGen generates code for the packages of testdata/gen, which have it as golden
// files; for the types of testdata/table; for types that it makes up; and where code
// depends on the rest of the package, and on the build. Then it runs all the tests
// that were generated.
func TestGen(t *testing.T) {
	testdata := module(t)
	packages, err := os.ReadDir(filepath.Join(testdata, "gen"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages {
		t.Run(p.Name(), func(t *testing.T) { golden(t, filepath.Join(testdata, "gen", p.Name())) })
	}
	t.Run("table", func(t *testing.T) {
		if err := os.CopyFS("table", os.DirFS(filepath.Join(testdata, "table"))); err != nil {
			t.Fatal(err)
		}
		for _, args := range directives(t, filepath.Join("table", "table.go")) {
			generate(t, append(args, "table")...)
		}
	})
	// What bench measures is what gen writes today.
	t.Run("bench", func(t *testing.T) {
		bench := filepath.Join(testdata, "..", "..", "..", "bench")
		records, err := os.ReadFile(filepath.Join(bench, "records.go"))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join("bench", "records.go"), string(records))
		for _, args := range directives(t, filepath.Join("bench", "records.go")) {
			if i := slices.Index(args, "-o") + 1; i > 0 {
				args[i] = filepath.Join("bench", args[i])
			}
			generate(t, append(args, "bench")...)
		}
		for _, name := range []string{"generated.go", "generated_test.go", "event_structpack.go", "event_structpack_test.go"} {
			same(t, filepath.Join(bench, name), filepath.Join("bench", name))
		}
		if err := os.RemoveAll("bench"); err != nil { // it has no main
			t.Fatal(err)
		}
	})
	r := rand.New(rand.NewSource(1))
	t.Run("made up", func(t *testing.T) { madeUp(t, r, nil) })
	for _, abi := range structpack.ABIs() {
		t.Run("made up for "+abi.Name, func(t *testing.T) { madeUp(t, r, &abi) })
	}
	t.Run("made up views", func(t *testing.T) { madeUpViews(t, r) })
	t.Run("builds", builds)
	write(t, filepath.Join("tcp", "alloc_test.go"), allocations)
	goRun(t, "vet", "./...")
	if runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64" {
		report := goRun(t, "build", "-gcflags=-m", "./tcp", "./view")
		for _, method := range []string{"Header.AppendBinary", "(*Header).PackInto", "(*Header).UnmarshalBinary", "(*Header).UnpackFrom"} {
			if !strings.Contains(report, "can inline "+method+"\n") {
				t.Errorf("%s is not inlined", method)
			}
		}
		// All methods of views are, except those that can fail.
		code, err := os.ReadFile(filepath.Join("view", "event_structpack.go"))
		if err != nil {
			t.Fatal(err)
		}
		methods := regexp.MustCompile(`(?m)^func \(b (\w+View)\) (\w+)\(.*\) (.*){$`).FindAllStringSubmatch(string(code), -1)
		if len(methods) < 40 {
			t.Errorf("%d methods of views", len(methods))
		}
		for _, m := range methods {
			if m[3] != "error " && !strings.Contains(report, "can inline "+m[1]+"."+m[2]+"\n") {
				t.Errorf("%s.%s is not inlined", m[1], m[2])
			}
		}
	}

	if peer.All() {
		goRun(t, "test", "-vet=off", "-ldflags=-w", "./...")
	} else {
		join(t)
		// What has no contract but its values compiles five times as fast.
		goRun(t, "test", "-vet=off", "-ldflags=-w", "-gcflags=./madeup=-l", "-gcflags=./table=-l", "./joined", "./tests")
	}
}

// unrun are the directories whose tests are only vetted where not everything is asked
// for, and tests, where a test is outside of the package.
var unrun = []string{"fresh", "names", "near", "tags", "tests"}

// join makes the tests of the packages here a part of them, and a test of the package
// joined of all of them: to link a test takes as long as to compile three.
func join(t *testing.T) {
	t.Helper()
	dirs, err := filepath.Glob("*")
	if err != nil {
		t.Fatal(err)
	}
	var imports, tests strings.Builder
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == 0 || slices.Contains(unrun, dir) {
			continue
		}
		fmt.Fprintf(&imports, "\t%q\n", "sample.example/m/"+dir)
		n := 0
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(t `).FindAllStringSubmatch(string(text), -1) {
				fmt.Fprintf(&tests, "\tt.Run(%q, %s.%s)\n", dir+"/"+m[1], dir, m[1])
				n++
			}
			if err := os.Rename(file, strings.TrimSuffix(file, "_test.go")+"_tests.go"); err != nil {
				t.Fatal(err)
			}
		}
		if n == 0 {
			t.Errorf("%s has no tests", dir)
		}
	}
	write(t, filepath.Join("joined", "joined_test.go"), "package joined\n\nimport (\n\t\"testing\"\n"+imports.String()+")\n\nfunc Test(t *testing.T) {\n"+tests.String()+"}\n")
}

// allocations is the contract of the methods, except MarshalBinary, and what
// their receivers are for.
const allocations = `package tcp

import (
	"bytes"
	"encoding/gob"
	"reflect"
	"testing"
)

// TestHeld encodes a struct that holds a Header, whose address gob has not.
func TestHeld(t *testing.T) {
	type packet struct {
		Header  Header
		Headers []Header
		Payload []byte
	}
	want := packet{Header{SrcPort: 1, Urgent: 0xffff}, []Header{{Seq: 7}}, []byte("abc")}
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(want); err != nil {
		t.Fatal(err)
	}
	var got packet
	if err := gob.NewDecoder(&buf).Decode(&got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
}

func TestAllocations(t *testing.T) {
	var h Header
	buf, dst := make([]byte, HeaderSize), make([]byte, 0, HeaderSize)
	for name, f := range map[string]func() error{
		"AppendBinary":    func() error { _, err := h.AppendBinary(dst); return err },
		"PackInto":        func() error { return h.PackInto(buf, 0) },
		"UnmarshalBinary": func() error { return h.UnmarshalBinary(buf) },
		"UnpackFrom":      func() error { var local Header; return local.UnpackFrom(buf, -HeaderSize) },
	} {
		if n := testing.AllocsPerRun(100, func() {
			if err := f(); err != nil {
				t.Error(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
`

// golden compares the generated files of a package with those that are kept.
func golden(t *testing.T, kept string) {
	dir := filepath.Base(kept)
	if err := os.CopyFS(dir, os.DirFS(kept)); err != nil {
		t.Fatal(err)
	}
	old, err := filepath.Glob(filepath.Join(dir, "*_structpack*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	args := directives(t, filepath.Join(dir, dir+".go"))
	if len(args) != 1 {
		t.Fatalf("%d directives", len(args))
	}
	generate(t, append(args[0], dir)...)
	files, err := filepath.Glob(filepath.Join(dir, "*_structpack*.go"))
	if err != nil || len(files) != 2 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, name := range files {
		same(t, filepath.Join(kept, filepath.Base(name)), name)
	}
	// The same again touches nothing.
	past := time.Now().Add(-time.Hour).Truncate(time.Second)
	for _, name := range files {
		if err := os.Chtimes(name, past, past); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		generate(t, append(args[0], dir)...)
	}
	for _, name := range files {
		if info, err := os.Stat(name); err != nil || !info.ModTime().Equal(past) {
			t.Errorf("%s was written again: %v, %v", name, info, err)
		}
	}
}

// same compares a file with the one that is kept.
func same(t *testing.T, kept, name string) {
	t.Helper()
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		write(t, kept, string(got))
	}
	want, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

// few returns n, or a third of it where not everything is asked for: it takes long to
// compile and vet what was made up.
func few(n int) int {
	if peer.All() {
		return n
	}
	return (n + 2) / 3
}

// madeUp generates code for types made up for formats: those that are the same
// everywhere, or else native ones. All of them are one package, which takes less
// time to compile, vet and link than one for each ABI.
func madeUp(t *testing.T, r *rand.Rand, abi *structpack.ABI) {
	const dir = "madeup"
	prefix, n := "Any", few(40)
	if abi != nil {
		n = few(8)
		prefix = strings.ReplaceAll(abi.Name, "-", "")
		prefix = strings.ToUpper(prefix[:1]) + prefix[1:] + "N"
	}
	file := filepath.Join(dir, strings.ToLower(prefix))
	var source strings.Builder
	fmt.Fprintf(&source, "package %s\n", dir)
	args := []string{"-o", file + "_structpack.go"}
	for made := 0; made < n; {
		format := fuzz.Format(r)
		if native := format == "" || !strings.Contains("<>!", format[:1]); native != (abi != nil) {
			continue
		}
		host := structpack.HostABI()
		if abi != nil {
			host = *abi
		}
		s, err := structpack.CompileFor(host, format)
		if err != nil || s.Size() > 1000 {
			continue
		}
		name := fmt.Sprint(prefix, made)
		made++
		fmt.Fprintf(&source, "\ntype %s %s\n", name, typegen.Struct(r, s, false))
		args = append(args, "-type", name, "-format", format)
	}
	if abi != nil {
		args = append(args, "-abi", abi.Name)
	}
	write(t, file+".go", source.String())
	generate(t, append(args, dir)...)
}

// madeUpViews generates everything that there is for types made up for no format, many
// of which have fields that are not exported.
func madeUpViews(t *testing.T, r *rand.Rand) {
	file := filepath.Join("madeup", "views")
	args := []string{"-o", file + "_structpack.go", "-view", "-slices", "-streams"}
	var source strings.Builder
	source.WriteString("package madeup\n\ntype Gap struct{} // of which more are packed than there is memory\n")
	for made := 0; made < few(20); {
		typ := typegen.Derived(r, true, false)
		prefix := []string{"<", ">", "!", "="}[r.Intn(4)]
		derived, err := rules.Derive(structpack.MustCompile(prefix), typ)
		if err != nil {
			t.Fatal(err)
		}
		text := typ.String()
		if s := derived.(*structpack.Struct); s.NumValues() == 0 || s.Size() > 1000 {
			continue
		}
		name := fmt.Sprint("View", made)
		made++
		if made%2 == 0 {
			text = regexp.MustCompile(`\bF(\d*[02468]) `).ReplaceAllString(text, "f$1 ")
		}
		fmt.Fprintf(&source, "\ntype %s %s\n", name, text)
		args = append(args, "-type", name, "-format", prefix)
	}
	write(t, file+".go", source.String())
	generate(t, append(args, "madeup")...)
	generate(t, "-slices", "-type", "Gap", "-format", "<4000x", "madeup")
}

// The sources for TestGenErrors, by their names.
var mistaken = map[string]string{
	"bad/bad.go": `package bad

import "time"

type A struct {
	X uint16
	Y int64
	z int8
	T time.Time
}

type G[T any] struct{ V T }
type Alias = A
type Duration = time.Duration
type Pointer *int32
type Interface interface{ F() }
type Method struct{ X uint16 }

func (m Method) PackInto() {}

type Size struct{ X uint16 }

const SizeSize = 5

type Field struct{ PackInto uint16 }
type Own struct{ X uint16 }

func _Own_put() {}

type OK struct{ X uint16 }
type Inner struct{ In struct{ B []float32 } }
type Wide struct{ X *int64 }
type Many struct{ X [5000]struct{ V int8 } }
type Loose struct {
	X int32
	N int
}
type Strange struct {
	X int32 ` + "`structpack:\"skip\"`" + `
}
type Aligned struct {
	B int8
	Q int64
}
type Twice struct{ X, SetX int8 }
type Uneven struct{ A [3]int16 }
type Number uint32
type Viewed struct{ X int8 }
type ViewedView int
type Ended struct {
	Q int64
	B int8
}

var notType int
`,
	"bad/bad_test.go":        "package bad\n\ntype InTest struct{ X uint16 }\n",
	"bad/other_plan9.go":     "package bad\n\ntype Plan9 struct{ X uint16 }\n",
	"syntax/syntax.go":       "package syntax\n\ntype A struct{ X uint16 }\n\nfunc f( {\n",
	"types/types.go":         "package types\n\ntype A struct{ X uint16 }\n\nfunc f() int { return \"x\" }\n",
	"method/method.go":       "package method\n\ntype A struct{ X uint16 }\n\nfunc (a *A) f() { a.PackIn(nil, 0) }\n",
	"missing/missing.go":     "package missing\n\nimport \"nowhere.example/m\"\n\ntype A struct{ X m.T }\n",
	"broken/broken.go":       "package broken\n\nimport \"sample.example/m/types\"\n\ntype A struct{ X types.A }\n",
	"shadow/shadow.go":       "package shadow\n\ntype A struct{ X int8 }\n\nfunc len() {}\n",
	"hand/hand.go":           "package hand\n\ntype A struct{ X int8 }\n",
	"hand/a_structpack.go":   "package hand\n\nfunc written() {}\n",
	"hand/hand_test.go":      "package hand\n\nfunc byHand() {}\n",
	"twice/twice.go":         "package twice\n\n//go:generate structpack gen -type a -format \"<H\"\n\ntype A struct{ X uint16 }\ntype a struct{ X uint16 }\n",
	"empty/README":           "no Go files\n",
	"foreign/in/in.go":       "package in\n\ntype inner struct{ H int16 }\ntype Outer struct {\n\tinner\n\tH int16\n}\n",
	"foreign/foreign.go":     "package foreign\n\nimport \"sample.example/m/foreign/in\"\n\ntype A struct{ O in.Outer }\n",
	"above/above.go":         "package above\n\n//go:generate structpack gen -type B -format \"<H\"\n\n// structpack:\"!\"\ntype A struct{ X uint16 }\n\n//structpack:\"<H\"\ntype B struct{ X uint16 }\n",
	"twofmt/a.go":            "package twofmt\n\n// structpack: prose is none.\n//\n//structpack:\"!\"\n//structpack:\"<\"\ntype A struct{ X uint16 }\n",
	"loose/a.go":             "package loose\n\n//structpack:\"!\"\n\ntype A struct{ X uint16 }\n",
	"quoted/a.go":            "package quoted\n\n//structpack:!\ntype A struct{ X uint16 }\n",
	"wrong/a.go":             "package wrong\n\n//structpack:\"<Hy\"\ntype A struct{ X uint16 }\n",
	"builds/a.go":            "package builds\n\n//structpack:\"!\"\ntype A struct{ X uint16 }\n",
	"builds/b.go":            "//go:build !none\n\npackage builds\n\n//structpack:\"!\"\ntype B struct{ X uint16 }\n",
	"gone/a.go":              "package gone\n\n//structpack:\"!\"\ntype A struct{ X uint16 }\n",
	"gone/old.go":            "// Code generated by structpack gen; DO NOT EDIT.\n\npackage gone\n\nfunc (h *Head) PackInto() {}\n",
	"former/former.go":       "package former\n\ntype Head struct{ X uint16 }\ntype Tail struct{ X uint16 }\n",
	"former/x_structpack.go": "// Licence\n\n// Code generated by structpack gen -type Tail -format \"<H\" -type Header -format \"< H\"; DO NOT EDIT.\n\npackage former\n\nfunc (h *Header) PackInto() {}\n",
	"moved/moved.go":         "package moved\n\ntype Tail struct{ X uint16 }\n",
	"moved/old.go":           "// Code generated by structpack gen -type Tail -format \"<H\"; DO NOT EDIT.\n\npackage moved\n\nconst TailSize = 2\n",
	"licence.txt":            "// Licence\n",
	"constrained.txt":        "//go:build linux\n",
	"unwritable/a.go":        "package unwritable\n\ntype A struct{ X uint16 }\n",
	"unwritable/a_structpack_test.go/is/a/directory": "",
}

// TestGenErrors wants one line on stderr for every mistake, and nothing written.
func TestGenErrors(t *testing.T) {
	module(t)
	for name, text := range mistaken {
		write(t, filepath.FromSlash(name), text)
	}
	before := tree(t)
	for _, tt := range []struct {
		name   string
		args   []string
		where  string // of the directive
		stderr string
	}{
		{"a format", []string{"-type", "OK", "-format", "<Hy", "bad"}, "", `bad/bad.go:30:6: compile "<Hy": "y" at byte 2: bad char in struct format`},
		{"a format of a directive", []string{"-type", "OK", "-format", "<H 3", "bad"}, "bad.go:7", `bad.go:7: compile "<H 3": "3" at byte 3: repeat count given without format specifier`},
		{"a field elsewhere that is not exported", []string{"-type", "A", "-format", "<HqbH", "bad"}, "", `bad/bad.go:9:2: codec "<HqbH": value 3 ('H' at byte 4): field bad.A.T of type time.Time has fields that are not exported; the tag structpack:"-" skips it, and a field of another type can take its place`},
		{"a field of this package for no value", []string{"-type", "A", "-format", "<Hq", "bad"}, "", `bad/bad.go:8:2: codec "<Hq": no value is left for field bad.A.z`},
		{"a field too narrow", []string{"-type", "OK", "-format", "<I", "bad"}, "", `bad/bad.go:30:17: codec "<I": value 0 ('I' at byte 1): field bad.OK.X of type uint16 cannot take uint32`},
		{"a field of another kind", []string{"-type", "Inner", "-format", "<2d", "bad"}, "", `bad/bad.go:31:31: codec "<2d": value 0 ('d' at byte 1): field bad.Inner.In.B of type []float32 cannot take float64`},
		{"a pointer", []string{"-type", "Wide", "-format", "<q", "bad"}, "", `bad/bad.go:32:19: codec "<q": value 0 ('q' at byte 1): field bad.Wide.X of type *int64 cannot take int64`},
		{"too few fields", []string{"-type", "OK", "-format", "<HH", "bad"}, "", `bad/bad.go:30:6: codec "<HH": value 1 ('H' at byte 2): bad.OK has no field for this value; the format has 2`},
		{"too many fields", []string{"-type", "OK", "-format", "<x", "bad"}, "", `bad/bad.go:30:17: codec "<x": no value is left for field bad.OK.X`},
		{"too many elements", []string{"-type", "Many", "-format", "<5000b", "bad"}, "", `bad/bad.go:33:6: type Many has 5000 fields and elements to be spelled out (limit 4096); a structpack.Codec takes it`},
		{"a field without a code", []string{"-type", "Loose", "-format", "!", "bad"}, "", `bad/bad.go:36:2: codec "!": field bad.Loose.N of type int has no code of its own: the tag structpack:"i" gives it one`},
		{"a tag that means nothing", []string{"-type", "Strange", "-format", "!", "bad"}, "", `bad/bad.go:39:2: codec "!": field bad.Strange.X: the tag structpack:"skip" means nothing`},
		{"a tag that means nothing, and a format", []string{"-type", "Strange", "-format", "<i", "bad"}, "", `bad/bad.go:39:2: codec "<i": value 0 ('i' at byte 1): field bad.Strange.X: the tag structpack:"skip" means nothing`},
		{"a layout of one platform", []string{"-type", "Aligned", "-format", "@", "bad"}, "", `bad/bad.go:41:6: format "@bq": 'q' at byte 2: 8 bytes at offset 8 for lp64-le, 8 at 4 for ilp32-le-align4: name the platform with -abi, or begin the format with <, > or !`},
		{"a view with a name twice", []string{"-type", "Twice", "-format", "!", "-view", "bad"}, "", `bad/bad.go:45:6: type Twice: a view cannot have two methods SetX`},
		{"a view of an uneven array", []string{"-type", "Uneven", "-format", "<hxhh", "-view", "bad"}, "", `bad/bad.go:46:6: type Uneven: element 2 of A is not laid out as the first, and a view has one method for all`},
		{"a view of a number", []string{"-type", "Number", "-format", "<I", "-view", "bad"}, "", `bad/bad.go:47:6: type Number: a view is for a struct with fields`},
		{"a view that is declared", []string{"-type", "Viewed", "-format", "<b", "-view", "bad"}, "", `bad/bad.go:49:6: ViewedView is declared, and gen is to declare it`},
		{"an end of one platform", []string{"-type", "Ended", "-format", "@", "bad"}, "", `bad/bad.go:50:6: type Ended is "@qb7x" for lp64-le and "@qb3x" for ilp32-le-align4: name the platform with -abi, or begin the format with <, > or !`},
		{"a generic type to derive from", []string{"-type", "G", "-format", "!", "bad"}, "", `bad/bad.go:12:6: type G has type parameters: its layout is not known before they are`},
		{"types to derive from", []string{"-type", "A", "-format", "!", "types"}, "", `types/types.go:5:23: cannot use "x" (untyped string constant) as int value in return statement`},
		{"a native format", []string{"-type", "OK", "-format", "xl", "bad"}, "", `bad/bad.go:30:6: format "xl": 'l' at byte 1: 8 bytes at offset 8 for lp64-le, 4 at 4 for llp64-le: name the platform with -abi, or begin the format with <, > or !`},
		{"a format aligned by platform", []string{"-type", "OK", "-format", "@Bq", "bad"}, "", `bad/bad.go:30:6: format "@Bq": 'q' at byte 2: 8 bytes at offset 8 for lp64-le, 8 at 4 for ilp32-le-align4: name the platform with -abi, or begin the format with <, > or !`},
		{"a format too large", []string{"-type", "OK", "-format", "<300000000x", "bad"}, "", `bad/bad.go:30:6: format "<300000000x": a structure of 300000000 bytes is too large for generated code (limit 268435456)`},
		{"a generic type", []string{"-type", "G", "-format", "<H", "bad"}, "", `bad/bad.go:12:6: type G has type parameters: its layout is not known before they are`},
		{"an alias", []string{"-type", "Alias", "-format", "<H", "bad"}, "", `bad/bad.go:13:6: type Alias is an alias: name the type that it stands for`},
		{"an alias of a type elsewhere", []string{"-type", "Duration", "-format", "<q", "bad"}, "", `bad/bad.go:14:6: type Duration is an alias: name the type that it stands for`},
		{"a pointer type", []string{"-type", "Pointer", "-format", "<i", "bad"}, "", `bad/bad.go:15:6: type Pointer: invalid receiver type Pointer (pointer or interface type)`},
		{"an interface type", []string{"-type", "Interface", "-format", "<i", "bad"}, "", `bad/bad.go:16:6: type Interface: invalid receiver type Interface (pointer or interface type)`},
		{"a method in the way", []string{"-type", "Method", "-format", "<H", "bad"}, "", `bad/bad.go:19:17: type Method has a method PackInto, which gen is to write`},
		{"a constant in the way", []string{"-type", "Size", "-format", "<H", "bad"}, "", `bad/bad.go:23:7: SizeSize is declared, and gen is to declare it for type Size`},
		{"a field in the way", []string{"-type", "Field", "-format", "<H", "bad"}, "", `bad/bad.go:25:6: type Field: field and method with the same name PackInto`},
		{"a function in the way", []string{"-type", "Own", "-format", "<H", "bad"}, "", `bad/bad.go:28:6: _Own_put is declared, and gen is to declare it`},
		{"no type of the language", []string{"-type", "A", "-format", "<b", "shadow"}, "", `shadow/shadow.go:5:6: package shadow declares len, and generated code needs the language's`},
		{"an unknown type", []string{"-type", "Nope", "-format", "<H", "bad"}, "", `no type Nope in package sample.example/m/bad`},
		{"an unknown type in a directive", []string{"-type", "Nope", "-format", "<H", "bad"}, "bad.go:3", `bad.go:3: no type Nope in package sample.example/m/bad`},
		{"a variable", []string{"-type", "notType", "-format", "<H", "bad"}, "", `no type notType in package sample.example/m/bad`},
		{"a type of another platform", []string{"-type", "Plan9", "-format", "<H", "bad"}, "", `type Plan9 is declared in bad/other_plan9.go, which is not of this build`},
		{"a type of a test", []string{"-type", "InTest", "-format", "<H", "-o", "bad/in.go", "bad"}, "", `-o bad/in.go: InTest is declared in a test, and the name of a test ends in _test.go`},
		{"a declared type", []string{"-new", "OK", "-fields", "A", "-format", "<H", "bad"}, "", `bad/bad.go:30:6: type OK is declared already; -type OK generates methods for it`},
		{"names for no field", []string{"-new", "N", "-fields", "A,B,C,D", "-format", "<3H2xB2s", "bad"}, "bad.go:9", `bad.go:9: format "<3H2xB2s" has 3 items of 5 values, and -fields has 4 names`},
		{"a name too many", []string{"-new", "N", "-fields", "A,B", "-format", "<H", "bad"}, "", `format "<H" has 1 values, and -fields has 2 names`},
		{"a name twice", []string{"-new", "N", "-fields", "A,A", "-format", "<HH", "bad"}, "bad.go:9", `bad.go:9: type N: A redeclared`},
		{"syntax", []string{"-type", "A", "-format", "<H", "syntax"}, "", `syntax/syntax.go:5:9: expected ')', found '{'`},
		{"types", []string{"-type", "A", "-format", "<H", "types"}, "", `types/types.go:5:23: cannot use "x" (untyped string constant) as int value in return statement`},
		{"a method that is not to come", []string{"-type", "A", "-format", "<H", "method"}, "", `method/method.go:5:21: a.PackIn undefined (type *A has no field or method PackIn)`},
		{"a package that is not there", []string{"-type", "A", "-format", "<H", "missing"}, "", `missing/missing.go:3:8: could not import nowhere.example/m (cannot find module providing package nowhere.example/m: module lookup disabled by GOPROXY=off)`},
		{"a package that cannot be compiled", []string{"-type", "A", "-format", "<H", "broken"}, "", `broken/broken.go:3:8: could not import sample.example/m/types (../types/types.go:5:23: cannot use "x" (untyped string constant) as int value in return statement)`},
		{"a field that cannot be written", []string{"-type", "A", "-format", "<hh", "foreign"}, "", `foreign/foreign.go:5:6: type A: field H of in.inner is out of reach for package foreign`},
		{"a file in the way", []string{"-type", "A", "-format", "<b", "hand"}, "", `hand/a_structpack.go is in the way: it is not generated`},
		{"a test in the way", []string{"-type", "A", "-format", "<b", "-o", "hand/hand.go", "hand"}, "", `hand/hand.go is in the way: it is not generated`},
		{"another run in the way", []string{"-type", "A", "-format", "<H", "twice"}, "", `twice/a_structpack.go is also for type a, by the line at twice/twice.go:3: name another file with -o`},
		{"a directory in the way", []string{"-type", "A", "-format", "<H", "unwritable"}, "", `unwritable/a_structpack_test.go: it is not a regular file`},
		{"a type that has another name now", []string{"-type", "Head", "-format", "<H", "former"}, "", `former/x_structpack.go: it is from a former run of gen, for type Header: remove it and its test`},
		{"no format above a type", []string{"bad"}, "", `no type of package sample.example/m/bad has a line //structpack:"FORMAT" above it, and there is no -type`},
		{"a format above a type and in a directive", []string{"above"}, "", `above/above.go:8:1: type B has another format at above/above.go:3`},
		{"two formats above a type", []string{"twofmt"}, "", `twofmt/a.go:6:1: type A has two formats above it`},
		{"a format above nothing", []string{"loose"}, "", `loose/a.go:3:1: no type is declared below this format`},
		{"a format that is not quoted", []string{"quoted"}, "", `quoted/a.go:3:1: a format in quotes goes after structpack:`},
		{"a wrong format above a type", []string{"wrong"}, "", `wrong/a.go:3:1: compile "<Hy": "y" at byte 2: bad char in struct format`},
		{"types of different builds", []string{"builds"}, "", `builds/b.go:5:1: type B is for other builds than A, and their code is in one file: a go:generate line of its own is for it, with -type`},
		{"a type that is gone", []string{"gone"}, "", `gone/old.go: it is from a former run of gen, for type Head: remove it and its test`},
		{"another file than before", []string{"-type", "Tail", "-format", "<H", "moved"}, "", `moved/old.go: it is from a former run of gen, for type Tail: remove it and its test`},
		{"a file for other builds", []string{"-type", "OK", "-format", "<H", "-o", "bad/ok_windows.go", "bad"}, "", `-o bad/ok_windows.go: the code would be for builds with windows only, and bad/bad.go, which declares OK, is not`},
		{"no header", []string{"-type", "OK", "-format", "<H", "-header", "none.txt", "bad"}, "", `none.txt: no such file or directory`},
		{"a header that is no comment", []string{"-type", "OK", "-format", "<H", "-header", "empty/README", "bad"}, "", `empty/README: it is not made of Go comments`},
		{"a header with a constraint", []string{"-type", "OK", "-format", "<H", "-header", "constrained.txt", "bad"}, "", `constrained.txt: it has a build constraint; the one of the type's file is taken over`},
		{"no file to check", []string{"-type", "OK", "-format", "<H", "-check", "bad"}, "", `bad/ok_structpack.go: it is not there: run go generate`},
		{"another directory", []string{"-type", "OK", "-format", "<H", "-o", "x.go", "bad"}, "", `-o x.go: the methods of a type can only be where it is, in bad`},
		{"no directory", []string{"-type", "OK", "-format", "<H", "none"}, "", `go list: chdir ` + filepath.Join(working(t), "none") + `: no such file or directory`},
		{"no package", []string{"-type", "OK", "-format", "<H", "empty"}, "", `no Go files in ` + filepath.Join(working(t), "empty")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			status := run(append([]string{"gen"}, tt.args...), strings.NewReader(""), &out, &errs, environment{directive: tt.where, goCommand: remembered})
			if status != statusData || out.Len() > 0 {
				t.Errorf("status %d, stdout %q", status, &out)
			}
			if diff := cmp.Diff("structpack: "+filepath.FromSlash(tt.stderr)+"\n", errs.String()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(before, tree(t)); diff != "" {
				t.Errorf("files: %s", diff)
			}
		})
	}
}

func working(t *testing.T) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// tree returns the files here, with their contents.
func tree(t *testing.T) map[string]string {
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		files[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// builds generates code where it depends on the rest of the package, and on the build.
func builds(t *testing.T) {
	for name, text := range map[string]string{
		// The code is used before it is there, in a package of two runs, whose old
		// files are broken.
		"used/used.go": `package used

//go:generate structpack gen -type A -format "<H"
//go:generate go run example.com/structpack/cmd/structpack@latest gen -type=B,C -format "> B" -o bc.go
//go:generate -command sp go tool structpack
//go:generate sp gen -new D -fields F -format "<q"
//go:generate structpack gen -type Gone -format "<q"
//go:generate structpack gen -type Bad -format "<y"
//go:generate stringer -type A

type A struct{ X uint16 }
type B struct{ X uint8 }
type C struct{ X uint8 }

var buf [ASize + BSize]byte

func use() {
	var a A
	var b B
	d := D{F: DSize}
	if a.PackInto(buf[:], 0) != nil || b.PackInto(buf[:], ASize) != nil || d.F != 8 {
		panic("packing")
	}
	if err := (*C)(nil).UnmarshalBinary(nil); err == nil || err.Error() != "structpack: unpack \"> B\": a nil pointer to used.C" {
		panic(err)
	}
}
`,
		"used/used_test.go":    "package used\n\nimport \"testing\"\n\nfunc TestRecords(t *testing.T) { use() }\n",
		"used/a_structpack.go": "// Code generated by structpack gen; DO NOT EDIT.\n\npackage other\n<<<<<<<\n",
		"used/bc.go":           "// Code generated by structpack gen; DO NOT EDIT.\n\npackage used\n\nfunc (b *B) PackInto() {}\n",

		"tests/lib.go":         "package tests\n\ntype Lib struct{ X uint16 }\n",
		"tests/export_test.go": "package tests\n\ntype Exported struct{ Y uint8 }\n",
		"tests/in_test.go":     "package tests\n\nimport \"testing\"\n\ntype In struct{ X uint16 }\n\nfunc TestIn(t *testing.T) {\n\tif err := new(In).PackInto(make([]byte, InSize), 0); err != nil {\n\t\tt.Error(err)\n\t}\n}\n",
		"tests/ex_test.go":     "package tests_test\n\nimport \"sample.example/m/tests\"\n\ntype Ex struct {\n\tX uint16\n\tE tests.Exported\n}\n",

		"tags/here_" + runtime.GOOS + ".go":        "//go:build !none\n\npackage tags\n\ntype A struct{ X uint16 }\n",
		"tags/here_test_" + runtime.GOARCH + ".go": "package tags\n\ntype B struct{ X uint16 }\n",
		"tags/tagged.go":                           "//go:build extra && !none\n\npackage tags\n\ntype C struct{ X uint16 }\n",
		"cgo/cgo.go":                               "package cgo\n\n// typedef struct { short x; unsigned char b[4]; } record;\nimport \"C\"\n\ntype A struct{ X uint16 }\ntype OfC struct {\n\tX C.short\n\tR C.record\n\tN [2]C.uchar\n\tF C.float\n}\n\nfunc f() C.int {\n\tvar r C.record\n\treturn C.int(r.x)\n}\n\nvar _ = f\n",
		// Formats above types, which another run uses before they are there.
		"above/above.go": `package above

import "io"

//go:generate structpack gen -view -slices -streams
//go:generate structpack gen -type Other -format "<q" -view

// A Header is the first.
//
// structpack:"!"
type Header struct{ ID, size uint16 }

type (
	//structpack:"<2H"
	pair struct{ A, B uint16 }

	Other struct{ X int64 }
)

var _ io.ReaderFrom = (*Header)(nil)

func size(h HeaderView, o OtherView, p pairView, b []byte) (int, error) {
	all, err := UnpackHeaders(nil, b)
	return int(h.size()) + int(o.X()) + int(p.A()) + len(all) + HeaderSize + pairSize + OtherSize, err
}

var _ = size
`,

		// A line in another directory.
		"near/near.go":         "package near\n\ntype A struct{ X [BSize]uint8 }\ntype B struct{ X uint16 }\n\nvar _ = (*B).PackInto\n",
		"near/b_structpack.go": "// Code generated by structpack gen; DO NOT EDIT.\n\npackage near\n<<<<<<<\n",
		"far/far.go":           "package far\n\n//go:generate -command sp go tool structpack\n//go:generate sp gen -type B -format \"<H\" ../near\n",

		"names/names.go":   "package main\n\nfunc main() {}\n\ntype A struct {\n\tX uint16\n\tY float64\n}\n\nfunc binary() {}\nfunc math()   {}\nfunc slices() {}\n\ntype structpack struct{}\ntype testing struct{}\n\nvar _, _, _ = binary, math, slices\nvar fmt, bits structpack\nvar _ testing\n",
		"width/a/width.go": "package width\n\ntype A struct {\n\tX int\n\tY uint\n\tZ uintptr\n\tL int\n}\n",
		"width/b/width.go": "package width\n\ntype B struct {\n\tX int\n\tY int\n}\n",
	} {
		write(t, filepath.FromSlash(name), text)
	}
	first := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.FromSlash(name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(strings.SplitN(string(text), "\n", 6)[:5], "\n")
	}

	runs := directives(t, filepath.Join("used", "used.go"))[:2]
	runs = append(runs, []string{"-new", "D", "-fields", "F", "-format", "<q"}) // by its alias
	for _, args := range runs {
		for i, arg := range args {
			if arg == "bc.go" {
				args[i] = filepath.Join("used", arg)
			}
		}
		generate(t, append(args, "used")...)
	}
	generate(t, "-type", "In", "-format", "<H", "tests")
	generate(t, "-type", "Ex", "-format", "<HB", "tests")
	generate(t, "-type", "Lib", "-format", "<H", "-o", filepath.Join("tests", "lib_test.go"), "tests")
	for _, name := range []string{"in_structpack_test.go", "in_structpack_codec_test.go", "ex_structpack_test.go", "ex_structpack_codec_test.go", "lib_test.go", "lib_codec_test.go"} {
		first("tests/" + name)
	}

	generate(t, "-type", "A,B", "-format", "<H", "tags")
	generate(t, "-type", "C", "-format", "<H", "-tags", "extra", "-notest", "tags")
	for name, want := range map[string]string{
		"a_structpack.go":      "!none && " + runtime.GOOS + " && " + runtime.GOARCH,
		"a_structpack_test.go": "!none && " + runtime.GOOS + " && " + runtime.GOARCH,
		"c_structpack.go":      "extra && !none",
	} {
		if text := first("tags/" + name); !strings.Contains(text, "\n\n//go:build "+want+"\n") {
			t.Errorf("%s: %s, want %s", name, text, want)
		}
	}
	if _, err := os.Stat(filepath.Join("tags", "c_structpack_test.go")); err == nil {
		t.Error("-notest wrote a test")
	}

	generate(t, "-type", "Other", "-format", "<q", "-view", "above")
	generate(t, "-view", "-slices", "-streams", "above")
	generate(t, "-check", "-view", "-slices", "-streams", "above")
	if text := first("above/structpack_gen.go"); !strings.HasPrefix(text, "// Code generated by structpack gen -view -slices -streams; DO NOT EDIT.\n") {
		t.Error(text)
	}
	generate(t, "-type", "A", "-format", "!", "near")
	generate(t, "-type", "B", "-format", "<H", "near")

	// Formats that are made from the type: sizes are needed before they are known.
	write(t, filepath.Join("derived", "derived.go"), `package derived

//go:generate structpack gen -type Other -format "!"
//go:generate structpack gen -type C -format "@" -abi lp64-le

type Header struct {
	Kind    uint8
	Name    string `+"`structpack:\"6s\"`"+`
	_       [3]byte
	Points  [2]struct{ X, Y int16 }
	Level   float32 `+"`structpack:\"e\"`"+`
	Numbers []uint32 `+"`structpack:\"3I\"`"+`
	Skip    any `+"`structpack:\"-\"`"+`
}

type Other struct{ A, B uint32 }

type C struct {
	A int8
	B struct {
		X int32
		Y int8
	}
	D int16
}

var _ = [40]byte{HeaderSize - 1: 1, OtherSize: 2, CSize: 3}

func head(b []byte) *[HeaderSize]byte { return (*[HeaderSize]byte)(b) }
`)
	generate(t, "-type", "Header", "-format", "!", "derived")
	generate(t, "-type", "Other", "-format", "!", "derived")
	generate(t, "-type", "C", "-format", "@", "-abi", "lp64-le", "derived")
	text, err := os.ReadFile(filepath.Join("derived", "header_structpack.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"// Code generated by structpack gen -type Header -format \"!\"; DO NOT EDIT.\n",
		"\nconst HeaderSize = 32\n",
		"that of the format\n// \"!B6s3xhhhhe3I\".\n",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in %.500s", want, text)
		}
	}
	generate(t, "-check", "-type", "Header", "-format", "!", "derived")

	generate(t, "-type", "A", "-format", "<He", "names")
	if err := os.Mkdir("fresh", 0o777); err != nil {
		t.Fatal(err)
	}
	generate(t, "-new", "A", "-fields", "Num", "-format", "<H", "fresh")
	if text := first("fresh/a_structpack.go"); !strings.Contains(text, "\npackage fresh\n") {
		t.Error(text)
	}
	generate(t, "-new", "A", "-fields", "Num", "-format", "<H", "fresh")

	// An int that must have 64 bits: no generated code may wrap it where it has 32.
	widths := []struct {
		dir  string
		args []string
		err  string
	}{
		{"width/a", []string{"-type", "A", "-format", "<qQQi"}, "field width.A.X of type int cannot take int64"},
		{"width/b", []string{"-type", "B", "-format", "<HI"}, "field width.B.Y of type int cannot take uint32"},
	}
	if strconv.IntSize == 64 {
		for _, tt := range widths {
			generate(t, append(tt.args, tt.dir)...)
		}
	}

	t.Run("cgo", func(t *testing.T) {
		if goRun(t, "env", "CGO_ENABLED") != "1\n" {
			if err := os.RemoveAll("cgo"); err != nil {
				t.Fatal(err)
			}
			t.Skip("cgo is not enabled")
		}
		generate(t, "-type", "A", "-format", "<H", "cgo")
		if text := first("cgo/a_structpack.go"); !strings.Contains(text, "\n\n//go:build cgo\n") {
			t.Error(text)
		}
		generate(t, "-type", "OfC", "-format", "<hh4s2Bf", "-view", "-slices", "-streams", "cgo")
		generate(t, "-check", "-type", "A", "-format", "<H", "cgo") // beside code for types of C
		var errs bytes.Buffer
		run([]string{"gen", "-type", "OfC", "-format", "<hh4s2Bh", "cgo"}, strings.NewReader(""), new(bytes.Buffer), &errs, environment{goCommand: remembered})
		if want := "structpack: " + filepath.Join("cgo", "cgo.go") + `:11:2: codec "<hh4s2Bh": value 5 ('h' at byte 7): field cgo.OfC.F of type cgo._Ctype_float cannot take int16` + "\n"; errs.String() != want {
			t.Errorf("got %s, want %s", &errs, want)
		}
	})

	t.Run("width", func(t *testing.T) {
		if strconv.IntSize == 32 {
			t.Skip("an int has 32 bits")
		}
		for _, tt := range widths {
			t.Run(tt.args[1], func(t *testing.T) {
				for arch, want := range map[string]bool{"386": true, "amd64": false} {
					if got := overflows(t, tt.dir, arch); (len(got) > 0) != want {
						t.Errorf("for %s: %v", arch, got)
					}
				}
				t.Setenv("GOARCH", "386")
				var errs bytes.Buffer
				run(slices.Concat([]string{"gen"}, tt.args, []string{tt.dir}), strings.NewReader(""), new(bytes.Buffer), &errs, environment{})
				if !strings.Contains(errs.String(), tt.err) {
					t.Errorf("%s", &errs)
				}
			})
		}
	})
}

// TestGenHostile runs gen in packages that somebody made to do harm. It ends, it
// says why in a line that no terminal obeys, and it writes nothing, least of all
// elsewhere.
func TestGenHostile(t *testing.T) {
	module(t)
	const a = "package p\n\ntype A struct{ X uint16 }\n"
	pipe := func(t *testing.T, name string) {
		if err := exec.Command("mkfifo", name).Run(); err != nil {
			t.Skip("no pipes")
		}
	}
	link := func(t *testing.T, old, name string) {
		if err := os.Symlink(old, name); err != nil {
			t.Skip(err)
		}
	}
	outside := filepath.Join(working(t), "outside.go")
	write(t, outside, a)
	for _, tt := range []struct {
		name    string
		prepare func(t *testing.T)
		stderr  string // empty: it works
	}{
		{"a device in the directive of another", func(t *testing.T) {
			write(t, "b.go", "package p\n\n//go:generate structpack gen -type B -format <H -o /dev/zero\n\ntype B struct{ X uint16 }\n")
		}, ""},
		{"a file outside in the directive of another", func(t *testing.T) {
			write(t, "b.go", "package p\n\n//go:generate structpack gen -type B -format <H -o ../outside.go\n\ntype B struct{ X uint16 }\n")
		}, ""},
		{"a directory called like a file", func(t *testing.T) { write(t, filepath.Join("b.go", "README"), "") }, ""},
		{"a pipe", func(t *testing.T) { pipe(t, "b.go") }, "b.go: it is not a regular file"},
		{"a pipe in the place of the code", func(t *testing.T) { pipe(t, "a_structpack.go") }, "a_structpack.go: it is not a regular file"},
		{"a link to a device", func(t *testing.T) { link(t, "/dev/zero", "b.go") }, "b.go: it is not a regular file"},
		{"the code is a link to a file outside", func(t *testing.T) { link(t, outside, "a_structpack.go") }, "a_structpack.go: path escapes from parent"},
		{"the code is a link to a new file outside", func(t *testing.T) { link(t, outside+".new", "a_structpack.go") }, "a_structpack.go: path escapes from parent"},
		{"the test is a link to a file outside", func(t *testing.T) { link(t, outside, "a_structpack_test.go") }, "a_structpack_test.go: path escapes from parent"},
		{"the code is a link to a generated file inside", func(t *testing.T) {
			write(t, "c.txt", "// Code generated by structpack gen; DO NOT EDIT.\n")
			link(t, "c.txt", "a_structpack.go")
		}, "a_structpack.go: it is not a regular file"},
		{"a source is a link to a file outside", func(t *testing.T) { link(t, outside, "b.go") }, "b.go: path escapes from parent"},
		{"a large file", func(t *testing.T) {
			write(t, "b.go", "package p\n\nvar x int\n") // at which the go command stops to read
			if err := os.Truncate("b.go", 32<<20+10); err != nil {
				t.Fatal(err)
			}
		}, "b.go: 33554442 bytes are too many for a Go file (limit 33554432)"},
		{"a name that clears the screen", func(t *testing.T) {
			write(t, "b.go", "package p\n\n//line \x1b[2Jx.y:7\nvar x int = \"\"\n")
		}, `b.go:4:13: cannot use "" (untyped string constant) as int value in variable declaration`},
		{"a name that clears the screen, before a mistake of syntax", func(t *testing.T) {
			write(t, "b.go", "package p\n\n//line \x1b[2Jx.y:7\nvar = 3\n")
		}, `\x1b[2Jx.y:7: expected 'IDENT', found '='`},
		{"a tag of a terminal", func(t *testing.T) {
			write(t, "b.go", "package p\n\nimport \"\x1b[2J\"\n")
		}, `b.go:3:8: invalid import path (invalid character U+001B)`},
		{"an enormous type", func(t *testing.T) {
			write(t, "a.go", "package p\n\ntype A [1 << 40]struct{}\n")
		}, `a.go:3:6: codec "<H": type p.A has more than 65536 fields and elements of arrays`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			write(t, "go.mod", "module sample.example/hostile\n\ngo 1.25.0\n")
			write(t, "a.go", a)
			tt.prepare(t)
			var out, errs bytes.Buffer
			status := run([]string{"gen", "-type", "A", "-format", "<H"}, strings.NewReader(""), &out, &errs, environment{})
			if tt.stderr == "" {
				if _, err := os.Stat("a_structpack.go"); status != 0 || err != nil {
					t.Errorf("status %d, %s, %v", status, &errs, err)
				}
			} else if status != statusData || errs.String() != "structpack: "+tt.stderr+"\n" {
				t.Errorf("status %d, %s, want %s", status, &errs, tt.stderr)
			}
			if text, err := os.ReadFile(outside); err != nil || string(text) != a {
				t.Errorf("the file outside: %s, %v", text, err)
			}
			if _, err := os.Lstat(outside + ".new"); err == nil {
				t.Error("there is a new file outside")
			}
		})
	}
}

// overflows returns the errors about constants that are too large for their types
// in a package, by the rules of an architecture. Its imports are not looked at:
// to compile the standard library for another architecture takes a minute.
func overflows(t *testing.T, dir, arch string) (all []string) {
	t.Helper()
	fset := token.NewFileSet()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	config := types.Config{Sizes: types.SizesFor("gc", arch), Error: func(err error) {
		if strings.Contains(err.Error(), "(overflows)") {
			all = append(all, err.Error())
		}
	}}
	config.Check(dir, fset, files, nil)
	return all
}

// TestGenCheck wants -check to fail where files are not what gen would write, and to
// leave them alone.
func TestGenCheck(t *testing.T) {
	module(t)
	write(t, "a.go", "package m\n\ntype A struct{ X, Y uint16 }\n")
	write(t, "licence.txt", "// Copyright of somebody.\n// All of it.\n")
	args := []string{"-type", "A", "-format", "<HH", "-header", "licence.txt"}
	generate(t, args...)
	for _, name := range []string{"a_structpack.go", "a_structpack_test.go"} {
		text, err := os.ReadFile(name)
		if err != nil || !strings.HasPrefix(string(text), "// Copyright of somebody.\n// All of it.\n\n// Code generated by structpack gen -type A") {
			t.Errorf("%s: %s, %v", name, text, err)
		}
	}
	edit := func(name, old, new string) {
		t.Helper()
		text, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(text), old) {
			t.Fatal(name, err)
		}
		write(t, name, strings.ReplaceAll(string(text), old, new))
	}
	for _, tt := range []struct {
		name   string
		args   []string
		change func()
		stderr string
	}{
		{"current", args, func() {}, ""},
		{"lines as on Windows", args, func() { edit("a_structpack.go", "\n", "\r\n") }, ""},
		{"current again", args, func() { generate(t, args...) }, ""},
		{"another format", []string{"-type", "A", "-format", ">HH", "-header", "licence.txt"}, func() {}, "a_structpack.go: it is not current: run go generate"},
		{"without the header", args[:4], func() {}, "a_structpack.go: it is not current: run go generate"},
		{"another field", args, func() { edit("a.go", "X, Y", "X, Z") }, "a_structpack.go: it is not current: run go generate"},
		{"another test", args, func() { edit("a.go", "X, Z", "X, Y"); edit("a_structpack_test.go", "t.Error", "t.Log") }, "a_structpack_test.go: it is not current: run go generate"},
		{"no test is wanted", append([]string{"-notest"}, args...), func() {}, ""},
		{"no test", args, func() { os.Remove("a_structpack_test.go") }, "a_structpack_test.go: it is not there: run go generate"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.change()
			before := tree(t)
			var out, errs bytes.Buffer
			status := run(slices.Concat([]string{"gen", "-check"}, tt.args), strings.NewReader(""), &out, &errs, environment{})
			want := ""
			if tt.stderr != "" {
				want = "structpack: " + tt.stderr + "\n"
			}
			if (status == statusData) != (want != "") || errs.String() != want || out.Len() > 0 {
				t.Errorf("status %d, %s%s, want %s", status, &errs, &out, want)
			}
			if diff := cmp.Diff(before, tree(t)); diff != "" {
				t.Errorf("files: %s", diff)
			}
		})
	}
}

// sample is a program of somebody who uses the library and its tools.
const sample = `package main

import (
	"errors"
	"fmt"

	"example.com/structpack"
)

//go:generate go run example.com/structpack/cmd/structpack gen -type Tick -format "<Ihcbd"

// A Tick is one trade.
type Tick struct {
	ID    uint32
	Size  int16
	Side  byte
	Venue int
	Price float64
}

func main() {
	tick := Tick{7, -30, 'B', 3, 99.25}
	b, err := tick.AppendBinary(nil)
	fmt.Printf("%x %v\n", b, err)

	ticks, err := structpack.MustCodec[Tick]("<Ihcbd").AppendUnpackSlice(nil, append(b, b...))
	fmt.Println(len(ticks), ticks[1] == tick, err)

	tick.Venue = 300
	var bad *structpack.Error
	_, err = tick.MarshalBinary()
	fmt.Println(err, errors.As(err, &bad) && bad.Index == 3, errors.Is(err, structpack.ErrRange))
	fmt.Println(tick.UnmarshalBinary(b[:TickSize-1]))
}
`

// TestSample makes a module outside of this one and works in it as its owner
// would: every step is a run of the go command.
func TestSample(t *testing.T) {
	module(t)
	write(t, "main.go", sample)
	for _, step := range []struct{ command, want string }{
		{"generate ./...", ""},
		{"vet ./...", ""},
		{"test -vet=off ./...", "-"},
		{"run .", "07000000e2ff42030000000000d05840 <nil>\n" +
			"2 true <nil>\n" +
			"structpack: pack \"<Ihcbd\": value 3 ('b' at byte 4): 'b' format requires -128 <= number <= 127 true true\n" +
			"structpack: unpack \"<Ihcbd\": unpack requires a buffer of 16 bytes (got 15)\n"},
	} {
		got := goRun(t, strings.Fields(step.command)...)
		if diff := cmp.Diff(step.want, got); diff != "" && step.want != "-" {
			t.Errorf("go %s: %s", step.command, diff)
		}
	}
}

// TestGenUsage wants usage errors for what is wrong whatever the package is like.
func TestGenUsage(t *testing.T) {
	for _, tt := range []struct{ args, stderr string }{
		{"-format <H", "no --type and no --new; see structpack gen --help"},
		{"-type A", "every --type and --new has its --format (got 1 and 0)"},
		{"-type A,B -format <H -format <H", "every --type and --new has its --format (got 1 and 2)"},
		{"-type A,A -format <H", "type A is named twice"},
		{"-type A -format <H -new A -fields B -format <H", "type A is named twice"},
		{"-type A/B -format <H", `"A/B" is no name for a type`},
		{"-type A, -format <H", `"" is no name for a type`},
		{"-type A -fields B -format <H", "--fields goes after --new"},
		{"-fields B -new A -format <H", "--fields goes after --new"},
		{"-new A -fields b -format <H", `--fields: "b" is no name for an exported field`},
		{"-new A -fields B-C -format <H", `--fields: "B-C" is no name for an exported field`},
		{"-type A -format <H -abi pdp11", `no ABI "pdp11"; see structpack --help`},
		{"-type A -format <H a b", "gen wants one directory; see structpack gen --help"},
		{"-type A -format <H -offset 3", "gen has no option -offset (put it after -- to pass it as an argument); see structpack gen --help"},
		{"-type A -format", "--format needs a value: --format FORMAT"},
		{"-notest=1 -type A -format <H", "--notest takes no value"},
	} {
		var out, errs bytes.Buffer
		status := run(slices.Concat([]string{"gen"}, strings.Fields(tt.args)), strings.NewReader(""), &out, &errs, environment{})
		if want := "structpack: " + tt.stderr + "\n"; status != statusUsage || errs.String() != want || out.Len() > 0 {
			t.Errorf("gen %s: status %d, stderr %s, want %s", tt.args, status, &errs, want)
		}
	}
}

// TestGenStandalone sees that code which stands alone imports the standard library only.
func TestGenStandalone(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("testdata", "gen", "private", "record_structpack.go"), nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range f.Imports {
		if first, _, _ := strings.Cut(strings.Trim(spec.Path.Value, `"`), "/"); strings.Contains(first, ".") {
			t.Errorf("it imports %s", spec.Path.Value)
		}
	}
	if len(f.Imports) < 5 {
		t.Errorf("%d imports", len(f.Imports))
	}
}

// TestGenDocs sees that docs/GENERATE.md shows code that is in the golden packages,
// and what commands print.
func TestGenDocs(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "GENERATE.md"))
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	files, err := filepath.Glob(filepath.Join("testdata", "gen", "*", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(text)
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(doc), -1)
	for _, block := range blocks {
		if !strings.Contains(code.String(), block[1]) {
			t.Errorf("this is in no golden file: %s", block[1])
		}
	}
	commands := regexp.MustCompile(`(?m)^    \$ structpack (.*)\n    (.*)$`).FindAllStringSubmatch(string(doc), -1)
	if len(blocks) < 4 || len(commands) < 2 {
		t.Errorf("%d blocks, %d commands", len(blocks), len(commands))
	}
	if _, err := exec.LookPath("go"); err != nil || testing.Short() {
		return
	}
	t.Chdir(filepath.Join("..", ".."))
	for _, c := range commands {
		var out, errs bytes.Buffer
		run(strings.Fields(strings.ReplaceAll(c[1], "'", "")), strings.NewReader(""), &out, &errs, environment{})
		if diff := cmp.Diff(c[2]+"\n", filepath.ToSlash(errs.String())); diff != "" {
			t.Errorf("$ structpack %s: %s", c[1], diff)
		}
	}
}
