package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/structpack/internal/test/peer"
)

// answers are what the go command has printed, by what it was asked.
var answers = map[string][]byte{}

// often are packages that code imports, generated or not.
var often = []string{
	"bufio", "bytes", "encoding", "encoding/binary", "fmt", "io", "math", "math/bits", "slices", "syscall", "testing", "time",
	"example.com/structpack", "example.com/structpack/structpacktest",
}

// remembered runs the go command as gen does, and only once for the same question:
// gen asks it two or three, and they take longer than all the rest of it. Where not
// everything is asked for, questions about imports are the same if all of these are
// imported often.
func remembered(cmd *exec.Cmd) ([]byte, error) {
	rare := func(path string) bool { return !slices.Contains(often, path) }
	if i := slices.Index(cmd.Args, "--") + 1; i > 0 && !peer.All() && !slices.ContainsFunc(cmd.Args[i:], rare) {
		cmd.Args = append(cmd.Args[:i:i], often...)
	}
	question, ok := question(cmd)
	if out := answers[question]; ok && out != nil {
		return out, nil
	}
	out, err := cmd.Output()
	if ok && err == nil {
		answers[question] = out
	}
	return out, err
}

// question returns all that the answer of the go command depends on. It is not ok
// if there is more.
func question(cmd *exec.Cmd) (q string, ok bool) {
	module, err := os.ReadFile("go.mod")
	if err != nil {
		return "", false
	}
	args := slices.Clone(cmd.Args)
	q = string(module) + os.Getenv("GOARCH")
	overlay := slices.Index(args, "-overlay") + 1
	if overlay == 0 {
		return fmt.Sprint(q, args), true
	}
	var replaced struct{ Replace map[string]string }
	text, err := os.ReadFile(args[overlay])
	if err != nil || json.Unmarshal(text, &replaced) != nil {
		return "", false
	}
	args[overlay] = ""
	q = fmt.Sprint(q, args)
	var files []string
	if packages := slices.Index(args, "--"); packages > 0 {
		own := func(path string) bool { return strings.HasPrefix(path, "sample.example/") }
		if !slices.ContainsFunc(args[packages:], own) {
			return q, true
		}
		files, err = imported(cmd.Dir)
	} else if slices.Contains(args, "-find") || slices.Contains(args, "-compiled") {
		files, err = filepath.Glob(filepath.Join(cmd.Dir, "*.go"))
	} else {
		return "", false
	}
	if err != nil {
		return "", false
	}
	for _, name := range files {
		if _, hidden := replaced.Replace[name]; hidden {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return "", false
		}
		q += fmt.Sprintf("%s %x\n", name, sha256.Sum256(text))
	}
	return cmd.Dir + q, true
}

// imported returns the Go files of the module that a package in dir can import.
func imported(dir string) (files []string, err error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(name) == ".go" && filepath.Dir(name) != dir {
			files = append(files, name)
		}
		return err
	})
	return files, err
}

// TestRemembered sees that a question is another one after what its answer depends on
// has changed.
func TestRemembered(t *testing.T) {
	module(t)
	write(t, "p/a.go", "package p\n")
	write(t, "p/b.go", "package p\n")
	asked := map[string]string{}
	ask := func(name string, args ...string) {
		t.Helper()
		write(t, "overlay.json", `{"Replace":{}}`)
		if strings.Contains(name, "hidden") {
			write(t, "overlay.json", fmt.Sprintf(`{"Replace":{%q:""}}`, filepath.Join(working(t), "p", "b.go")))
		}
		q, ok := question(&exec.Cmd{Args: append([]string{"go"}, args...), Dir: filepath.Join(working(t), "p")})
		if !ok {
			t.Fatalf("%s: not to be remembered", name)
		}
		if same := asked[q]; same != "" {
			t.Errorf("%s is the same question as %s", name, same)
		}
		asked[q] = name
	}
	find := []string{"list", "-overlay", "overlay.json", "-find", "."}
	ask("two files", find...)
	ask("one of them hidden", find...)
	write(t, "p/b.go", "package p\n\ntype T int\n")
	ask("a file that has changed", find...)
	write(t, "p/c.go", "package p\n")
	ask("three files", find...)
	t.Setenv("GOARCH", "386")
	ask("for another architecture", find...)
	ask("imports", "list", "-overlay", "overlay.json", "--", "fmt")
	ask("other imports", "list", "-overlay", "overlay.json", "--", "fmt", "math")
	write(t, "go.mod", "module sample.example/m\n")
	ask("another module", find...)
	own := []string{"list", "-overlay", "overlay.json", "--", "fmt", "sample.example/m/q"}
	write(t, "q/q.go", "package q\n")
	ask("another package", own...)
	write(t, "q/q.go", "package q\n\ntype T int\n")
	ask("another package that has changed", own...)
	ask("what cgo makes", "list", "-overlay", "overlay.json", "-compiled", ".")
	write(t, "p/c.go", "package p\n\nimport \"C\"\n")
	ask("what cgo makes of a file that has changed", "list", "-overlay", "overlay.json", "-compiled", ".")
	args := []string{"go", "list", "-overlay", "overlay.json", "-test", "."}
	if _, ok := question(&exec.Cmd{Args: args, Dir: "p"}); ok {
		t.Errorf("%q is remembered", args)
	}
}
