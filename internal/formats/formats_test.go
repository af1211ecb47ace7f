package formats_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/structpack/internal/formats"
	"github.com/google/go-cmp/cmp"
)

// write writes a module that imports this one.
func write(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command to ask about packages")
	}
	dir, err := filepath.EvalSymlinks(t.TempDir()) // the go command resolves them
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	files["go.mod"] = fmt.Sprintf("module sample.example/m\n\ngo 1.25.0\n\nrequire example.com/structpack v0.0.0\n\nreplace example.com/structpack => %q\n", filepath.ToSlash(root))
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFind(t *testing.T) {
	dir := write(t, map[string]string{
		"wire/wire.go": `package wire

import (
	sp "example.com/structpack"
	"example.com/structpack/frame"
	"other.example/unknown"
)

const order = "!"
const header = order + "HB" + tail

type T struct{ A uint16 }

var (
	s      = sp.MustCompile(header)
	codec  = sp.MustCodec[T]("<H")
	layout = frame.MustLayout("!I", frame.LengthAt(0))
	varies = func(f string) { sp.Pack(f, 1); unknown.Pack("no"); sp.AppendPack(nil, ` + "`>q`" + `, 1) }
)
`,
		"wire/more.go":          "package wire\n\nconst tail = \"I\"\n",
		"wire/other_windows.go": "package wire\n\nconst tail = \"Q\"\n",
		"wire/in_test.go":       "package wire\n\nimport \"example.com/structpack\"\n\nvar n, _ = structpack.CalcSize(tail + \"b\")\n",
		"wire/wire_test.go":     "package wire_test\n\nimport \"example.com/structpack\"\n\nvar n, _ = structpack.CalcSize(\"4x\")\n",
		"wire/testdata/skip.go": "package skip\n\nimport \"example.com/structpack\"\n\nvar n, _ = structpack.CalcSize(\"9x\")\n",
		"other/other.go":        "package other\n\nfunc Pack(string) {}\n\nfunc init() { Pack(\"no\") }\n",
	})
	wire := []string{"!HBI", "!I", "4x", "<H", ">q", "Ib"}
	for pattern, want := range map[string][]string{
		"/...":      wire,
		"/wire":     wire,
		"/other":    nil,
		"/wire/...": wire,
	} {
		if testing.Short() && pattern != "/wire/..." {
			continue
		}
		got, err := formats.Find(dir + pattern)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", pattern, diff)
		}
	}
	for _, pattern := range []string{filepath.Join(dir, "none"), "sample.example/none"} {
		if got, err := formats.Find(pattern); err == nil {
			t.Errorf("%s: no error, but %q", pattern, got)
		}
	}
}

// ways are programs in which a format reaches a function of the library.
var ways = []struct {
	name, code string
	want       []string
}{
	{"a variable of the package", `var format = "!HB"; var _, _ = structpack.Pack(format, 1, 2)`, []string{"!HB"}},
	{"a local variable", `func f() { format := "!HB"; format2 := format + "I"; structpack.Unpack(format2, nil) }`, []string{"!HBI"}},
	{"a text that grows", `func f() { format := "!H"; format += "B"; structpack.Unpack(format, nil) }`, []string{"!HB"}},
	{"one that is replaced", `func f() { format := "!H"; structpack.CalcSize(format); format = "!B"; structpack.CalcSize(format) }`, []string{"!B", "!H"}},
	{"one that was replaced before", `func f() { format := "!H"; format = "!B"; structpack.CalcSize(format) }`, []string{"!B"}},
	{"one that may be replaced", `func f(b bool) { format := "!H"; if b { format = "!B" }; structpack.CalcSize(format) }`, []string{"!B", "!H"}},
	{"one that is replaced in a loop", `func f() { format := "!H"; for range 2 { structpack.CalcSize(format); format = "!B" } }`, []string{"!B", "!H"}},
	{"one that grows in a loop", `func f() { format := "!H"; for range 2 { format += "B" }; structpack.CalcSize(format) }`, []string{"!H"}},
	{"a switch", `func f(n int) { var format string; switch n { case 1: format = "!H"; case 2: format = "!B" }; structpack.CalcSize(format) }`, []string{"!B", "!H"}},
	{"a field", `type w struct{ format string }; var x = w{format: "!HB"}; func f() { structpack.CalcSize(x.format) }`, []string{"!HB"}},
	{"a field without its name", `type w struct{ a, b string }; var x = &w{"no", "!HB"}; func f() { structpack.CalcSize(x.b) }`, []string{"!HB"}},
	{"a field that is assigned", `type w struct{ format string }; func f(x *w) { x.format = "!HB"; structpack.CalcSize(x.format) }`, []string{"!HB"}},
	{"a table", `func f() { for _, tt := range []struct{ format string; n int }{{"!H", 2}, {"!B", 1}} { structpack.CalcSize(tt.format) } }`, []string{"!B", "!H"}},
	{"a slice", `var all = []string{"!H", "!B"}; func f() { for _, format := range all { structpack.CalcSize(format) } }`, []string{"!B", "!H"}},
	{"an element", `var all = []string{"!H", "no"}; func f() { structpack.CalcSize(all[0]) }`, []string{"!H"}},
	{"a slice that is appended to", `func f() { var all []string; all = append(all, "!H", "!B"); structpack.CalcSize(all[1]) }`, []string{"!B", "!H"}},
	{"a map", `var all = map[int]string{1: "!H", 2: "!B"}; func f(n int) { structpack.CalcSize(all[n]) }`, []string{"!B", "!H"}},
	{"the keys of a map", `var all = map[string]int{"!H": 1}; func f() { for format := range all { structpack.CalcSize(format) } }`, []string{"!H"}},
	{"a map that is written to", `func f(n int) { m := map[int]string{}; m[1] = "!H"; structpack.CalcSize(m[n]) }`, []string{"!H"}},
	{"a type of its own", `type format string; const a format = "!H"; func f() { structpack.CalcSize(string(a)); b := format("!B"); structpack.CalcSize(string(b)) }`, []string{"!B", "!H"}},
	{"a parameter", `func pack(format string, v ...any) { structpack.Pack("<"+format, v...) }; func f() { pack("H", 1); pack("B", 1) }`, []string{"<B", "<H"}},
	{"a method", `type w struct{}; func (w) pack(format string) { structpack.CalcSize(format) }; func f() { w{}.pack("!H") }`, []string{"!H"}},
	{"a method of an interface", `type w struct{}; func (w) pack(format string) { structpack.CalcSize(format) }; func f(x interface{ pack(string) }) { x.pack("!H") }`, []string{"!H"}},
	{"a function in a variable", `func f() { pack := func(format string) { structpack.CalcSize(format) }; pack("!H") }`, []string{"!H"}},
	{"a function that is passed", `func each(use func(string)) { use("!H") }; func f() { each(func(format string) { structpack.CalcSize(format) }) }`, []string{"!H"}},
	{"a function of the library in a variable", `var pack = structpack.Pack; func f() { pack("!H", 1) }`, []string{"!H"}},
	{"any number of parameters", `func sizes(all ...string) { for _, format := range all { structpack.CalcSize(format) } }; func f() { sizes("!H", "!B") }`, []string{"!B", "!H"}},
	{"a result", `func format(wide bool) string { if wide { return "!I" }; return "!H" }; func f() { structpack.CalcSize(format(true)) }`, []string{"!H", "!I"}},
	{"a result of two", `func format() (int, string) { return 1, "!H" }; func f() { _, s := format(); structpack.CalcSize(s) }`, []string{"!H"}},
	{"a result with a name", `func format() (s string) { s = "!H"; return }; func f() { structpack.CalcSize(format()) }`, []string{"!H"}},
	{"results as arguments", `func format() (string, []byte) { return "!H", nil }; func f() { structpack.Unpack(format()) }`, []string{"!H"}},
	{"a pointer", `func f() { format := "!H"; p := &format; structpack.CalcSize(*p) }`, []string{"!H"}},
	{"Repeat", `func f() { structpack.CalcSize("<" + strings.Repeat("HB", 2)) }`, []string{"<HBHB"}},
	{"Join", `func f() { structpack.CalcSize(strings.Join([]string{"<", "H", "B"}, " ")) }`, []string{"< H B"}},
	{"Sprintf", `func f() { const n = 3; structpack.CalcSize(fmt.Sprintf("!%ds%c", n, 'H')); structpack.CalcSize("!" + strconv.Itoa(n) + "s") }`, []string{"!3s", "!3sH"}},
	{"a count that is passed", `func text(n int) { structpack.CalcSize(fmt.Sprintf("!%ds", n)) }; func f() { text(3); text(5) }`, []string{"!3s", "!5s"}},
	{"a count that is not known", `func f(n int) { structpack.CalcSize(fmt.Sprintf("!%ds", n)); structpack.CalcSize("!" + os.Args[0]) }`, nil},
	{"a byte order that is not known", `func f(order string) { structpack.CalcSize(order + "HB") }`, []string{"<HB", ">HB"}},
	{"a constant of another package", `func f() { structpack.CalcSize(formats.Header) }`, []string{"!HHI"}},
	{"a variable of another package", `func f() { structpack.CalcSize(formats.Variable) }`, []string{"!q"}},
	{"a wrapper of another package", `func f() { formats.Pack("HB", 1, 2) }`, []string{"<HB"}},
	{"an alias of the import", `func f() { sp.CalcSize("!H") }`, []string{"!H"}},
	{"a function of the same name", `type structs struct{}; func (structs) Pack(string) {}; func f() { var structpack structs; structpack.Pack("no") }`, nil},
	{"a prefix for a type", `type T struct { A uint16; B [2]byte; C string ` + "`structpack:\"4s\"`" + ` }; var codec = structpack.MustCodec[T]("!")`, []string{"!H2s4s"}},
	{"a prefix for a Struct", `type T struct { A uint16; B uint32 }; var codec = structpack.Must(structpack.NewCodec[T](structpack.MustCompile("<")))`, []string{"<HI"}},
	{"a prefix for a layout", `type T struct { A uint16; N uint32 ` + "`structpack:\",length\"`" + ` }; var layout = frame.MustLayoutOf[T]("!")`, []string{"!HI"}},
	{"a prefix for a type parameter", `type T struct { A uint16 }; func codec[V any]() *structpack.Codec[V] { return structpack.MustCodec[V]("!") }; func f() { codec[T](); codec[uint32]() }`, []string{"!H", "!I"}},
	{"a prefix for a type that has no format", `type T struct { A chan int; B *T }; var codec, err = structpack.NewCodec[T](structpack.MustCompile("!"))`, nil},
	{"a type that contains itself", `type T struct { T }; var codec = structpack.MustCodec[T]("!")`, nil},
	{"formats above types, one of which is none", "// structpack: `<H` // in Go's other quotes\ntype T struct { A uint16 }\n\n//structpack:<Q\ntype U struct { A uint64 }\n\n//structpack:\"<B\"\ntype V struct { A uint8 }\n", []string{"<B", "<H"}},
	{"a format above a type", "//structpack:\"!\"\ntype T struct { A uint16 }\n\n//structpack:\"<HB\"\ntype U struct { A uint16; B uint8 }\n", []string{"!H", "<HB"}},
	{"a line for go generate", "//go:generate go run example.com/structpack/cmd/structpack gen -type T -format \"!HB\" -new=U -format=!I\n\ntype T struct { A uint16; B uint8 }\n", []string{"!HB", "!I"}},
	{"generated code", "// Code generated by structpack gen -type T -format \"!\"; DO NOT EDIT.\n\ntype T struct { A uint16 }\n", []string{"!H"}},
	{"what does not compile", `func f() { structpack.CalcSize("!H"); undefined("x"); structpack.CalcSize(x) }`, []string{"!H"}},
}

func TestWays(t *testing.T) {
	files := map[string]string{"formats/formats.go": `package formats

import "example.com/structpack"

const Header = "!HH" + "I"

var Variable = "!q"

func Pack(format string, v ...any) ([]byte, error) { return structpack.Pack("<"+format, v...) }
`}
	for i, tt := range ways {
		files[fmt.Sprintf("p%d/p.go", i)] = program(tt.code)
	}
	dir := write(t, files)
	found, err := formats.FindByDir(dir + "/...")
	if err != nil {
		t.Fatal(err)
	}
	for i, tt := range ways {
		t.Run(tt.name, func(t *testing.T) {
			name := fmt.Sprintf("p%d", i)
			if strings.HasPrefix(tt.name, "a wrapper of") {
				name = "formats"
			}
			got := found[filepath.Join(dir, name)]
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, slices.Compact(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// program makes a package of declarations.
func program(code string) string {
	var text strings.Builder
	text.WriteString("package p\n\nimport (\n")
	for _, path := range []string{"fmt", "os", "strconv", "strings", "example.com/structpack", "example.com/structpack/frame", "sample.example/m/formats"} {
		if strings.Contains(code, path[strings.LastIndex(path, "/")+1:]+".") {
			fmt.Fprintf(&text, "\t%q\n", path)
		}
	}
	if strings.Contains(code, "sp.") {
		text.WriteString("\tsp \"example.com/structpack\"\n")
	}
	return text.String() + ")\n\n" + strings.ReplaceAll(code, "; func ", "\n\nfunc ")
}
