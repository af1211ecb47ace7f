package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// module is a program of two packages, with a mistake of every kind.
var module = map[string]string{
	"wire/wire.go": `package wire

import "example.com/structpack"

var Header = structpack.MustCompile("!HBI")

func Pack(format string, values ...any) []byte {
	b, err := structpack.Pack(format, values...)
	if err != nil {
		panic(err)
	}
	return b
}
`,
	"main.go": `package main

import (
	"fmt"

	"example.com/structpack"
	"example.com/structpack/frame"
	"sample/wire"
)

type header struct {
	Port uint16
	Kind uint8
}

var (
	codec  = structpack.MustCodec[header]("!HBI")
	layout = frame.MustLayout("!HI")
)

func main() {
	fmt.Println(structpack.CalcSize("!HH3yI"))
	fmt.Println(wire.Pack("!HB", 1))
	fmt.Println(wire.Pack("!HB", 1, "two"))
	fmt.Println(wire.Header.Pack(1, 300, 3))
	fmt.Println(structpack.Pack("4s", "hello"))
	var port uint16
	fmt.Println(wire.Header.Scan([]byte("7 bytes"), port, nil, nil), codec, layout)
	values, err := structpack.Unpack("!i", []byte("four"))
	if err != nil {
		panic(err)
	}
	var n int = values[0].(int)
	fmt.Println(n, structpack.MustCompile("bI"))
}
`,
}

const want = `main.go:17:32: codec "!HBI": value 2 ('I' at byte 3): main.header has no field for this value; the format has 3
main.go:18:11: layout "!HI": more than one integer, and no LengthAt
main.go:22:38: compile "!HH3yI": "3y" at byte 3: bad char in struct format
main.go:23:32: pack "!HB": pack expected 2 items for packing (got 1)
main.go:24:34: pack "!HB": value 1 ('B' at byte 2, got string): required argument is not an integer
main.go:25:34: pack "!HBI": value 1 ('B' at byte 2): 'B' format requires 0 <= number <= 255
main.go:26:36: pack "4s": value 0 ('s' at byte 0): the constant of 5 bytes is cut to 4
main.go:28:50: scan "!HBI": value 0 ('H' at byte 1, got uint16): the destination cannot take uint16
main.go:33:25: unpack "!i": value 0 ('i' at byte 1) has type int32, never int
main.go:29:37: 	the format is here
`

const wantNative = `main.go:34:42: format "bI" has no prefix: its sizes, alignment and byte order are those of the machine; write @ if that is meant, else <, > or !
`

// TestTool builds structvet and runs it on a module outside of this one, in the
// ways that its documentation tells.
func TestTool(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module sample\n\ngo 1.25.0\n\nrequire example.com/structpack v0.0.0\n\nreplace example.com/structpack => "+root+"\n")
	for name, text := range module {
		write(name, text)
	}
	tool := filepath.Join(t.TempDir(), "structvet")
	if runtime.GOOS == "windows" {
		tool += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", tool, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}

	// run returns what a command prints, and its exit status.
	run := func(name string, args ...string) (stdout, stderr string, status int) {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off")
		var out, errs strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return out.String(), errs.String(), exit.ExitCode()
		}
		if err != nil {
			t.Fatal(err)
		}
		return out.String(), errs.String(), 0
	}
	// lines keeps the lines that tell where something is, with short names.
	lines := func(text string) string {
		var b strings.Builder
		for line := range strings.Lines(text) {
			line = strings.TrimPrefix(strings.TrimPrefix(line, dir+string(filepath.Separator)), "./")
			if strings.HasPrefix(line, "main.go:") {
				b.WriteString(line)
			}
		}
		return b.String()
	}

	t.Run("go vet", func(t *testing.T) {
		_, stderr, status := run("go", "vet", "-vettool="+tool, "./...")
		if diff := cmp.Diff(want, lines(stderr)); diff != "" || status != 1 {
			t.Errorf("status %d, %s\n%s", status, diff, stderr)
		}
	})
	t.Run("by itself", func(t *testing.T) {
		stdout, stderr, status := run(tool, "./...")
		if diff := cmp.Diff(want, lines(stderr)); diff != "" || status != 3 || stdout != "" {
			t.Errorf("status %d, %s\n%s%s", status, diff, stdout, stderr)
		}
	})
	t.Run("native", func(t *testing.T) {
		_, stderr, _ := run("go", "vet", "-vettool="+tool, "-native", "./...")
		if diff := cmp.Diff(want+wantNative, lines(stderr)); diff != "" {
			t.Errorf("%s\n%s", diff, stderr)
		}
	})
	t.Run("json", func(t *testing.T) {
		stdout, stderr, status := run(tool, "-json", "./...")
		var all map[string]map[string][]struct {
			Category string `json:"category"`
			Posn     string `json:"posn"`
			Message  string `json:"message"`
		}
		if err := json.Unmarshal([]byte(stdout), &all); err != nil || status != 0 {
			t.Fatalf("status %d, %v: %s%s", status, err, stdout, stderr)
		}
		var categories []string
		var text strings.Builder
		for _, d := range all["sample"]["structformat"] {
			categories = append(categories, d.Category)
			text.WriteString(d.Posn + ": " + d.Message + "\n")
		}
		if diff := cmp.Diff(strings.Replace(want, "main.go:29:37: \tthe format is here\n", "", 1), lines(text.String())); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"codec", "layout", "format", "count", "type", "range", "cut", "scan", "assert"}, categories); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a program without mistakes", func(t *testing.T) {
		stdout, stderr, status := run("go", "vet", "-vettool="+tool, "./wire")
		if status != 0 || stdout+stderr != "" {
			t.Errorf("status %d: %s%s", status, stdout, stderr)
		}
	})
	// It changes the module, and so comes last.
	t.Run("fix", func(t *testing.T) {
		if _, stderr, status := run(tool, "-fix", "./..."); status != 0 {
			t.Errorf("status %d: %s", status, stderr)
		}
		b, err := os.ReadFile(filepath.Join(dir, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		fixed := strings.NewReplacer("7 bytes\"), port", "7 bytes\"), &port", "values[0].(int)", "int(values[0].(int32))").Replace(module["main.go"])
		if diff := cmp.Diff(fixed, string(b)); diff != "" {
			t.Error(diff)
		}
		if _, stderr, status := run("go", "build", "-o", os.DevNull, "."); status != 0 {
			t.Errorf("what is fixed does not compile: %s", stderr)
		}
	})
}
