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

// wire is the package that the program in README.md imports.
const wire = `package wire

import "example.com/structpack"

var Header = structpack.MustCompile("!HBI")

func Pack(format string, values ...any) []byte {
	b, err := structpack.Pack(format, values...)
	if err != nil {
		panic(err)
	}
	return b
}
`

// packet is a package whose methods are generated, with a mistake in its use of
// the library that only the check sees.
const packet = `package packet

import "example.com/structpack"

//go:generate go run example.com/structpack/cmd/structpack gen -type Header -format !HBI

type Header struct {
	Number uint16
	Kind   uint8
	Length uint32
}

func Pack(h *Header) ([]byte, error) {
	b, err := h.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return structpack.AppendPack(b, "!H", 1<<16)
}
`

// blocks returns the blocks of README.md: a program with a mistake of every kind,
// what is said of it, and what is said besides with -native.
func blocks(t *testing.T) (program, said, saidNative string) {
	t.Helper()
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(b), "```")
	if len(parts) != 7 {
		t.Fatalf("README.md has %d blocks", len(parts)/2)
	}
	return strings.TrimPrefix(parts[1], "go\n"), parts[3][1:], parts[5][1:]
}

// TestTool builds structvet and runs it on a module outside of this one, in the
// ways that its documentation gives.
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
	program, want, wantNative := blocks(t)
	write("main.go", program)
	write("wire/wire.go", wire)
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
	// lines keeps the lines that say where something is, with short names.
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

	long := func(t *testing.T) {
		t.Helper()
		if testing.Short() {
			t.Skip("builds programs, or reads the sources of all that is imported again")
		}
	}
	t.Run("go vet", func(t *testing.T) {
		_, stderr, status := run("go", "vet", "-vettool="+tool, "./...")
		if diff := cmp.Diff(want, lines(stderr)); diff != "" || status != 1 {
			t.Errorf("status %d, %s\n%s", status, diff, stderr)
		}
	})
	t.Run("by itself", func(t *testing.T) {
		stdout, stderr, status := run(tool, "-native", "./...")
		if diff := cmp.Diff(want+wantNative, lines(stderr)); diff != "" || status != 3 || stdout != "" {
			t.Errorf("status %d, %s\n%s%s", status, diff, stdout, stderr)
		}
	})
	t.Run("json", func(t *testing.T) {
		long(t)
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
		for _, d := range all["sample"]["structvet"] {
			categories = append(categories, d.Category)
			text.WriteString(d.Posn + ": " + d.Message + "\n")
		}
		if diff := cmp.Diff(strings.Replace(want, "main.go:30:37: \tthe format is here\n", "", 1), lines(text.String())); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"codec", "layout", "format", "count", "type", "range", "cut", "scan", "truth", "assert"}, categories); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("help", func(t *testing.T) {
		_, stderr, _ := run(tool, "-help")
		if !strings.HasPrefix(stderr, "structvet: ") || !strings.Contains(stderr, "\nUsage: structvet [-flag] [package]\n") {
			t.Error(stderr)
		}
	})
	t.Run("a program without mistakes", func(t *testing.T) {
		stdout, stderr, status := run("go", "vet", "-vettool="+tool, "./wire")
		if status != 0 || stdout+stderr != "" {
			t.Errorf("status %d: %s%s", status, stdout, stderr)
		}
	})
	t.Run("go vet with a flag", func(t *testing.T) {
		long(t)
		write("native/native.go", "package native\n\nimport \"example.com/structpack\"\n\nvar s = structpack.MustCompile(\"bI\")\n")
		_, stderr, status := run("go", "vet", "-vettool="+tool, "-native", "./native")
		if !strings.Contains(stderr, `format "bI" has no prefix`) || status != 1 {
			t.Errorf("status %d: %s", status, stderr)
		}
	})
	t.Run("beside generated code", func(t *testing.T) {
		long(t)
		write("packet/packet.go", packet)
		if _, stderr, status := run("go", "generate", "./packet"); status != 0 {
			t.Fatalf("go generate: status %d: %s", status, stderr)
		}
		_, stderr, status := run("go", "vet", "-vettool="+tool, "./packet")
		const want = "packet/packet.go:18:40: pack \"!H\": value 0 ('H' at byte 1): 'H' format requires 0 <= number <= 65535 (got 65536)\n"
		if !strings.HasSuffix(filepath.ToSlash(stderr), want) || strings.Count(stderr, ".go:") != 1 || status != 1 {
			t.Errorf("go vet: status %d: %s", status, stderr)
		}
		write("packet/packet.go", strings.Replace(packet, "1<<16", "1<<15", 1))
		if stdout, stderr, status := run("go", "vet", "-vettool="+tool, "./packet"); status != 0 {
			t.Errorf("go vet: status %d: %s%s", status, stdout, stderr)
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
		fixed := strings.NewReplacer("7 bytes\"), port", "7 bytes\"), &port", "\"?\", &port", "\"?\", port", "values[0].(int)", "int(values[0].(int32))").Replace(program)
		if diff := cmp.Diff(fixed, string(b)); diff != "" {
			t.Error(diff)
		}
		if _, stderr, status := run("go", "build", "-o", os.DevNull, "."); status != 0 {
			t.Errorf("what is fixed does not compile: %s", stderr)
		}
	})
}
