package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/internal/show"
	pages "example.com/structpack/internal/web/golden"
)

// targets are those of clang for the ABIs.
var targets = map[string]string{
	"lp64-le": "x86_64-linux-gnu", "lp64-be": "s390x-linux-gnu", "llp64-le": "x86_64-windows-msvc",
	"ilp32-le": "armv7-linux-gnueabihf", "ilp32-be": "powerpc-linux-gnu", "ilp32-le-align4": "i386-linux-gnu",
}

// headers are in the place of the system's, which are there for the host only.
const headers = `#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#define complex _Complex
typedef ptrdiff_t ssize_t;
#define SAME(a, b) _Static_assert((a) == (b), #a)
`

var member = regexp.MustCompile(`(?m)^\t.*?(\w+)(?:\[\d+\])*; +/\* offset (\d+) \*/$`)

// TestDeclarations lets compilers lay out what explain --c prints: for the golden files,
// and for all codes on each platform.
func TestDeclarations(t *testing.T) {
	files := map[string]*strings.Builder{}
	n := 0
	add := func(format, abi, fields string) {
		args := []string{"explain", "--c", "--abi", abi, format}
		if fields != "" {
			args = append(args, "--fields", fields)
		}
		var out, errs bytes.Buffer
		if status := run(args, strings.NewReader(""), &out, &errs, environment{}); status != 0 {
			t.Errorf("%q: status %d, %s", args, status, &errs)
			return
		}
		n++
		name := fmt.Sprintf("struct record%d", n)
		_, text, _ := strings.Cut(out.String(), "\n\n") // after the system's headers
		b := files[abi]
		if b == nil {
			b = &strings.Builder{}
			b.WriteString(headers)
			files[abi] = b
		}
		b.WriteString(strings.Replace(strings.Replace(text, "struct record {", name+" {", 1), ")) record {", ")) "+strings.TrimPrefix(name, "struct ")+" {", 1))
		for _, a := range structpack.ABIs() {
			if a.Name == abi {
				s, err := structpack.CompileFor(a, format)
				if err != nil {
					t.Fatal(err)
				}
				l := show.Layout{Struct: s, ABI: a}
				size, _ := l.CSize()
				fmt.Fprintf(b, "SAME(sizeof(%s), %d);\n", name, size)
			}
		}
		for _, m := range member.FindAllStringSubmatch(text, -1) {
			fmt.Fprintf(b, "SAME(offsetof(%s, %s), %s);\n", name, m[1], m[2])
		}
	}
	host := structpack.HostABI().Name
	for _, c := range pages.Cases {
		abi := c.ABI
		if abi == "" {
			abi = host
		}
		add(c.Format, abi, c.Fields)
	}
	for _, abi := range structpack.ABIs() {
		add("@b2xhc?lqbPnN3s4pfdbQ2H", abi.Name, "")
		add("<bBhHiIlLqQ2x3s4p?cfd0H", abi.Name, "")
		add(">QHbI", abi.Name, "")
		add("@bq", abi.Name, "kind,when")
	}
	add("@fFD", host, "") // with complex numbers
	compiled := 0
	for abi, b := range files {
		file := filepath.Join(t.TempDir(), "records.c")
		if err := os.WriteFile(file, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		compile := func(name string, args ...string) {
			path, err := exec.LookPath(name)
			if err != nil {
				t.Logf("skipped: %v", err)
				return
			}
			if out, err := exec.Command(path, append(args, "-std=gnu11", "-fsyntax-only", file)...).CombinedOutput(); err != nil {
				t.Errorf("%s for %s: %v\n%s", name, abi, err, out)
			}
			compiled++
		}
		if machine, err := exec.Command("gcc", "-dumpmachine").Output(); err == nil && abi == "lp64-le" && strings.HasPrefix(string(machine), "x86_64-linux") {
			compile("gcc")
		}
		if !testing.Short() {
			compile("clang", "-target", targets[abi], "-ffreestanding", "-Wno-everything")
		}
	}
	if compiled == 0 {
		t.Skip("neither gcc nor clang is there")
	}
	t.Logf("%d declarations, %d compilations", n, compiled)
}
