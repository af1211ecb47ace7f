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
