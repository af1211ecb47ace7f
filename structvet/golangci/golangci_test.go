package golangci_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "example.com/structpack/structvet/golangci"
	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis/analysistest"
)

// TestPlugin runs the plugin that is registered, which reports what structvet
// does, without related positions.
func TestPlugin(t *testing.T) {
	newPlugin, err := register.GetPlugin("structvet")
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPlugin(map[string]any{"native": false})
	if err != nil {
		t.Fatal(err)
	}
	if p.GetLoadMode() != register.LoadModeTypesInfo {
		t.Error("structvet needs types")
	}
	analyzers, err := p.BuildAnalyzers()
	if err != nil {
		t.Fatal(err)
	}
	src, err := filepath.Abs("../testdata/src")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, result := range analysistest.Run(t, src, analyzers[0], "./once") {
		for _, d := range result.Action.Diagnostics {
			found++
			if len(d.Related) > 0 {
				t.Errorf("%s: has a related position", d.Message)
			}
		}
	}
	if found == 0 {
		t.Error("nothing is found")
	}
	if _, err := newPlugin(map[string]any{"natve": true}); err == nil {
		t.Error("a setting that there is not is taken")
	}
}

const config = `version: "2"
linters:
  default: none
  enable: [structvet]
  settings:
    custom:
      structvet:
        type: module
`

const program = `package main

import "example.com/structpack"

var header = structpack.MustCompile("!HB")

func main() {
	header.Pack(1)
	header.Pack(1) //nolint:structvet
	structpack.Pack("!B", 300)
}
`

// TestGolangciLint builds golangci-lint with the plugin and runs it, if
// STRUCTVET_GOLANGCI names a version of it, such as v2.12.2: that takes minutes.
func TestGolangciLint(t *testing.T) {
	version := os.Getenv("STRUCTVET_GOLANGCI")
	if version == "" {
		t.Skip("STRUCTVET_GOLANGCI names no version of golangci-lint")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir, user := t.TempDir(), t.TempDir()
	run := func(dir, name string, args ...string) (string, error) {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOLANGCI_LINT_CACHE="+filepath.Join(dir, ".cache"))
		var errs strings.Builder
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			t.Logf("%s %s: %v\n%s", name, strings.Join(args, " "), err, errs.String())
		}
		return string(out), err
	}
	must := func(dir, name string, args ...string) string {
		t.Helper()
		out, err := run(dir, name, args...)
		if err != nil {
			t.Fatal(out)
		}
		return out
	}
	must(dir, "go", "mod", "init", "gcl")
	must(dir, "go", "mod", "edit", "-replace=example.com/structpack="+root, "-replace=example.com/structpack/structvet="+filepath.Join(root, "structvet"),
		"-require=example.com/structpack@v0.1.0", "-require=example.com/structpack/structvet@v0.1.0")
	must(dir, "go", "get", "github.com/golangci/golangci-lint/v2@"+version)
	source := strings.TrimSpace(must(dir, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/golangci/golangci-lint/v2"))
	files, err := fs.Glob(os.DirFS(source), "cmd/golangci-lint/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no program in %s: %v", source, err)
	}
	write := func(name string, text []byte) {
		t.Helper()
		if err := os.WriteFile(name, text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(source, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		write(filepath.Join(dir, filepath.Base(name)), text)
	}
	write(filepath.Join(dir, "structvet.go"), []byte("package main\n\nimport _ \"example.com/structpack/structvet/golangci\"\n"))
	must(dir, "go", "build", "-o", "lint.exe", ".")

	must(user, "go", "mod", "init", "user.example")
	must(user, "go", "mod", "edit", "-replace=example.com/structpack="+root, "-require=example.com/structpack@v0.1.0")
	write(filepath.Join(user, ".golangci.yml"), []byte(config))
	write(filepath.Join(user, "main.go"), []byte(program))
	out, _ := run(user, filepath.Join(dir, "lint.exe"), "run", "--output.json.path=stdout", "--show-stats=false", "./...")
	var report struct {
		Issues []struct {
			FromLinter string
			Text       string
			Pos        struct{ Line int }
		}
	}
	if err := json.NewDecoder(strings.NewReader(out)).Decode(&report); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var lines []int
	for _, issue := range report.Issues {
		if issue.FromLinter != "structvet" {
			t.Errorf("%+v", issue)
		}
		lines = append(lines, issue.Pos.Line)
	}
	if len(lines) != 2 || lines[0] != 8 || lines[1] != 10 {
		t.Errorf("issues in lines %v, want 8 and 10\n%s", lines, out)
	}
}
