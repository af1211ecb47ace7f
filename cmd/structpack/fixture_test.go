package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/structpack/fixture"
	"github.com/google/go-cmp/cmp"
)

// TestFixture asks the Python that is there about formats of the command line and of a
// Go package, and replays what it answered.
func TestFixture(t *testing.T) {
	if testing.Short() || !hasPython() {
		t.Skip("asks a Python")
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"go.mod": fmt.Sprintf("module sample.example/m\n\ngo 1.25.0\n\nrequire example.com/structpack v0.0.0\n\nreplace example.com/structpack => %q\n", filepath.ToSlash(root)),
		"wire.go": `package wire

import "example.com/structpack"

const order = "<"

var formats = map[string]string{"short": "H", "long": "q"}

func size(name string) (int, error) { return structpack.CalcSize(order + formats[name]) }

var odd, _ = structpack.Compile("\x00")
var large, _ = structpack.CalcSize("1000000B")
`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if status := run([]string{"fixture", "--from", "./...", "-o", "wire.jsonl", "!HBI"}, strings.NewReader(""), io.Discard, os.Stderr, environment{}); status != 0 {
		t.Fatalf("fixture: status %d", status)
	}
	got := map[string]bool{}
	for _, c := range fixture.Load(t, "wire.jsonl") {
		got[c.Format] = true
	}
	if diff := cmp.Diff(map[string]bool{"!HBI": true, "<H": true, "<q": true, "\x00": true, "1000000B": true}, got); diff != "" {
		t.Error(diff)
	}
	fixture.Run(t, "wire.jsonl")
	for _, tt := range []struct{ args, want string }{
		{"fixture", "fixture needs a format"},
		{"fixture --python nopython H", "nopython"},
		{"fixture --python false H", "false: exit status 1"},
		{"fixture --python echo H", "echo: line 1:"},
		{"fixture --from ./none", "none"},
	} {
		var errs bytes.Buffer
		if status := run(strings.Fields(tt.args), strings.NewReader(""), io.Discard, &errs, environment{}); status == 0 || !strings.Contains(errs.String(), tt.want) {
			t.Errorf("%s: status %d, %s", tt.args, status, &errs)
		}
	}
}

// TestPortKeepsChanges sees that port does not write over code that is not what it wrote.
func TestPortKeepsChanges(t *testing.T) {
	calls, err := filepath.Abs(filepath.Join("..", "..", "internal", "port", "testdata", "wire", "calls.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	port := func(args ...string) (int, string) {
		var errs bytes.Buffer
		status := run(append(append([]string{"port"}, args...), calls), strings.NewReader(""), io.Discard, &errs, environment{})
		return status, errs.String()
	}
	files := []string{"wire.go", "wire_test.go"}
	read := func() (texts []string) {
		for _, name := range files {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, string(b))
		}
		return texts
	}
	for range 2 { // what is the same already is written again
		if status, errs := port("-o", "wire.go"); status != 0 {
			t.Fatal(errs)
		}
	}
	written := read()
	for i, name := range files {
		if err := os.WriteFile(name, []byte("package mine\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		changed := read()
		if status, errs := port("-o", "wire.go"); status != 1 || !strings.Contains(errs, name+" is there and has another text") {
			t.Errorf("%s: status %d, %s", name, status, errs)
		}
		if diff := cmp.Diff(changed, read()); diff != "" {
			t.Errorf("port refuses %s, and writes:\n%s", name, diff)
		}
		if status, errs := port("-o", "wire.go", "--force"); status != 0 || !cmp.Equal(written, read()) {
			t.Errorf("%s, --force: status %d, %s", files[i], status, errs)
		}
	}
}
