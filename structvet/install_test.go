package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

const library, tool = "example.com/structpack", "example.com/structpack/structvet"

// publish writes a version of both modules, as they are in the working tree, into
// a directory that is a module proxy. As in a release, structvet requires the
// library of its own version.
func publish(t *testing.T, proxy, version string) {
	t.Helper()
	vet := t.TempDir()
	if err := os.CopyFS(vet, os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	edit := exec.Command("go", "mod", "edit", "-require="+library+"@"+version)
	edit.Dir = vet
	edit.Env = append(os.Environ(), "GOWORK=off")
	if out, err := edit.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	add(t, proxy, library, version, "..")
	add(t, proxy, tool, version, vet)
}

// add adds a version of a module to the directory of a proxy.
func add(t *testing.T, proxy, path, version, dir string) {
	t.Helper()
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(mod), "\nreplace ") {
		t.Fatalf("%s replaces modules: it cannot be installed by its version", path)
	}
	at := filepath.Join(proxy, filepath.FromSlash(path), "@v")
	if err := os.MkdirAll(at, 0o777); err != nil {
		t.Fatal(err)
	}
	info := fmt.Sprintf(`{"Version":%q,"Time":"2026-01-01T00:00:00Z"}`, version)
	for name, text := range map[string]string{".info": info, ".mod": string(mod)} {
		if err := os.WriteFile(filepath.Join(at, version+name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	list, err := os.OpenFile(filepath.Join(at, "list"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(list, version)
	list.Close()
	z, err := os.Create(filepath.Join(at, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	if err := zip.CreateFromDir(z, module.Version{Path: path, Version: version}, dir); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}

// republish writes a version of the library that is another one with a change in a file.
func republish(t *testing.T, proxy, version, from, name, old, with string) {
	t.Helper()
	at := filepath.Join(proxy, filepath.FromSlash(library), "@v")
	dir := filepath.Join(t.TempDir(), "library")
	if err := zip.Unzip(dir, module.Version{Path: library, Version: from}, filepath.Join(at, from+".zip")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, filepath.FromSlash(name))
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), old) {
		t.Fatalf("no %s in %s: %v", old, name, err)
	}
	if err := os.Chmod(file, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(text), old, with)), 0o666); err != nil {
		t.Fatal(err)
	}
	add(t, proxy, library, version, dir)
}

const user = `package main

import (
	"fmt"

	"example.com/structpack"
)

func main() {
	b, err := structpack.Pack("!HB", 1, 2)
	fmt.Printf("%x %v\n", b, err)
	fmt.Println(structpack.Pack("!B", 300))
}
`

const finding = `main.go:12:36: pack "!B": value 0 ('B' at byte 1): 'B' format requires 0 <= number <= 255`

// TestInstall installs structvet as its users do, from a module proxy that has
// two versions of each module.
func TestInstall(t *testing.T) {
	if testing.Short() {
		t.Skip("builds structvet in several ways, which takes minutes of CPU")
	}
	proxy, bin, cache := t.TempDir(), t.TempDir(), t.TempDir()
	publish(t, proxy, "v0.1.0")
	publish(t, proxy, "v0.2.0")
	const skew = "UpgradeStructvetWithTheLibrary"
	republish(t, proxy, "v0.3.0", "v0.2.0", "internal/rules/rules.go", skew+"1", skew+"2")
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	file := func(path string) string {
		path = filepath.ToSlash(path)
		if !strings.HasPrefix(path, "/") {
			path = "/" + path
		}
		return "file://" + path
	}
	others := file(filepath.Join(strings.TrimSpace(string(out)), "cache", "download"))

	// run runs the go command, or another one, in a directory.
	run := func(t *testing.T, dir, name string, args ...string) (output string, err error) {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOBIN="+bin, "GOMODCACHE="+cache, "GOSUMDB=off", "GONOSUMDB=", "GOPRIVATE=",
			"GOTOOLCHAIN=local", "GOFLAGS=-mod=mod -modcacherw -trimpath", "GOPROXY="+file(proxy)+","+others)
		b, err := cmd.CombinedOutput()
		return string(b), err
	}
	must := func(t *testing.T, dir, name string, args ...string) string {
		t.Helper()
		out, err := run(t, dir, name, args...)
		if err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
		return out
	}
	// fresh returns the directory of a new module that imports the library.
	fresh := func(t *testing.T, version string) string {
		t.Helper()
		dir := t.TempDir()
		must(t, dir, "go", "mod", "init", "user.example")
		if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(user), 0o666); err != nil {
			t.Fatal(err)
		}
		must(t, dir, "go", "get", library+"@"+version)
		return dir
	}
	finds := func(t *testing.T, dir, name string, args ...string) {
		t.Helper()
		out, err := run(t, dir, name, args...)
		if err == nil || !strings.Contains(out, finding) {
			t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
	}

	t.Run("import", func(t *testing.T) {
		dir := fresh(t, "v0.1.0")
		if out := must(t, dir, "go", "run", "."); !strings.HasPrefix(out, "000102 <nil>\n") {
			t.Error(out)
		}
		if sum, err := os.ReadFile(filepath.Join(dir, "go.sum")); err != nil || strings.Contains(string(sum), "gopter") && strings.Contains(string(sum), "gopter v0.2.9 h1") {
			t.Errorf("the library brings in what only its tests need: %v\n%s", err, sum)
		}
	})
	t.Run("go install and go vet", func(t *testing.T) {
		must(t, t.TempDir(), "go", "install", tool+"@v0.2.0")
		vet := filepath.Join(bin, "structvet")
		if runtime.GOOS == "windows" {
			vet += ".exe"
		}
		// It is a program of its own: the module that it checks may have another version.
		finds(t, fresh(t, "v0.1.0"), "go", "vet", "-vettool="+vet, "./...")
	})
	t.Run("go get -tool", func(t *testing.T) {
		for _, tt := range []struct{ lib, tool, want string }{
			{"v0.1.0", "v0.2.0", "v0.2.0"}, // the library is upgraded with the tool that requires it
			{"v0.2.0", "v0.1.0", "v0.2.0"}, // the older tool is built with the newer library
		} {
			dir := fresh(t, tt.lib)
			must(t, dir, "go", "get", "-tool", tool+"@"+tt.tool)
			if got := must(t, dir, "go", "list", "-m", "-f", "{{.Version}}", library); strings.TrimSpace(got) != tt.want {
				t.Errorf("library %s and tool %s: the library is %s", tt.lib, tt.tool, got)
			}
			finds(t, dir, "go", "tool", "structvet", "./...")
		}
	})
	t.Run("a library with other internal packages", func(t *testing.T) {
		dir := fresh(t, "v0.3.0")
		must(t, dir, "go", "get", "-tool", tool+"@v0.1.0")
		out, err := run(t, dir, "go", "tool", "structvet", "./...")
		if err == nil || strings.Count(out, ".go:") != 1 || !strings.Contains(out, "undefined: rules."+skew+"1") {
			t.Errorf("%v\n%s", err, out)
		}
	})
	t.Run("go get -tool in a module without the library", func(t *testing.T) {
		dir := t.TempDir()
		must(t, dir, "go", "mod", "init", "user.example")
		must(t, dir, "go", "get", "-tool", tool+"@v0.1.0")
	})
}
