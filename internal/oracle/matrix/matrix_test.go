package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/internal/oracle"
	"example.com/structpack/internal/oracle/oracletest"
)

// TestMain is a Python that has another size for every format but "!i".
func TestMain(m *testing.M) {
	oracletest.Main(m, func(q *oracle.Question) oracle.Answer {
		if q.Format == "!i" {
			return oracletest.OK(4)
		}
		return oracletest.OK(1000000)
	})
}

func TestRun(t *testing.T) {
	if structpack.HostABI().BigEndian {
		t.Skip("the counts come from a little-endian machine")
	}
	exe := oracletest.Python(t, "3.13.7")
	dir := t.TempDir()
	for _, name := range []string{"integers", "floats", "strings", "counts", "buffers", "real", "last"} {
		write(t, filepath.Join(dir, name+".jsonl"), `{"op":"calcsize","format":"!i","ok":4}`)
	}
	write(t, filepath.Join(dir, "formats.jsonl"), `{"python":"3.15.2"}
{"op":"calcsize","format":"!i","ok":4}
{"op":"calcsize","format":"<h","ok":2}
{"op":"calcsize","format":"@F","ok":8}
`)
	pythons := filepath.Join(dir, "pythons.txt")
	write(t, pythons, "linux/amd64 "+exe+"\n\nlinux/arm64 "+exe+"\n")

	var b bytes.Buffer
	err := run(&b, pythons, dir, 0)
	// <h, and =h and @h that are made of it, for each of two.
	if err == nil || err.Error() != "6 disagreements" {
		t.Errorf("got %v, want 6 disagreements", err)
	}
	for _, line := range []string{
		"asked 2 Pythons 22 questions of the",
		"| `h` | `@` `=` `<` | **?** |",
		"| `i` | `>` | ● |",
		"| `F` | `@` | – |",
		"| codes | prefixes | linux/arm64 3.13 |",
		"| linux/amd64 | 3.13.7 | " + structpack.HostABI().Name + " | `` `` | 11 | ",
	} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("no %q in\n%s", line, &b)
		}
	}

	for name, list := range map[string]string{"no command": "linux/amd64", "no such command": "linux/amd64 /no/such/command"} {
		write(t, pythons, list)
		if err := run(new(bytes.Buffer), pythons, dir, 0); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := run(new(bytes.Buffer), pythons, filepath.Join(dir, "none"), 0); err == nil {
		t.Error("no fixtures: no error")
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestRowOf(t *testing.T) {
	for _, tt := range []struct {
		op, format string
		want       row
		single     bool
	}{
		{"pack", "i", row{"@", "i"}, true},
		{"pack", "@3i", row{"@", "i"}, true},
		{"unpack", "!12Zf", row{">", "Zf"}, true},
		{"calcsize", "<?", row{"<", "?"}, true},
		{"calcsize", "<bi", row{}, false},
		{"calcsize", "", row{}, false},
		{"calcsize", "=", row{}, false},
		{"pack_into", "i", row{}, false},
	} {
		r, single := rowOf(&oracle.Question{Op: tt.op, Format: tt.format})
		if single != tt.single || single && r != tt.want {
			t.Errorf("%s %q: got %v, %v", tt.op, tt.format, r, single)
		}
	}
}

func TestPattern(t *testing.T) {
	for s, want := range map[string]string{
		"'h' format requires -32768 <= number <= 32767":                          "'…' format requires N <= number <= N",
		"no space to pack 4 bytes at offset -3":                                  "no space to pack N bytes at offset N",
		"short format requires (-0x7fff - 1) <= number <= 0x7fff":                "short format requires (N - N) <= number <= N",
		`'ascii' codec can't encode character '\xe9' in position 1: ordinal not`: "'ascii' codec can't encode …",
		"argument for 's' must be a bytes object":                                "argument for 's' must be a bytes object",
	} {
		if got := pattern(s); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
}

func TestWhereabouts(t *testing.T) {
	python := func(platform, version string) *column {
		return &column{platform: platform, Header: oracle.Header{Python: version}}
	}
	a, b, c := python("linux/amd64", "3.9.1"), python("linux/amd64", "3.11.2"), python("linux/amd64", "3.15.2")
	d, e := python("linux/arm", "3.11.2"), python("linux/arm", "3.15.2")
	all := []*column{a, b, c, d, e}
	for _, tt := range []struct {
		some []*column
		want string
	}{
		{all, "all"},
		{[]*column{a, b, d}, "up to 3.11"},
		{[]*column{a}, "3.9"},
		{[]*column{b, d}, "3.11"},
		{[]*column{b, c, d, e}, "3.11–3.15"},
		{[]*column{b}, "linux/amd64 3.11"},
		{[]*column{a, b}, "linux/amd64 3.9–3.11"},
		{[]*column{b, d, e}, "linux/amd64 3.11, linux/arm 3.11–3.15"},
	} {
		if got := whereabouts(tt.some, all); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// TestSizes: what is printed of a Python's sizes is what it answered.
func TestSizes(t *testing.T) {
	python := func(abi structpack.ABI, long int) *column {
		return &column{Header: oracle.Header{Python: "3.15.2", ByteOrder: "little", Long: abi.Long, Pointer: abi.Pointer, Align8: abi.Align8},
			sizes: map[string]int{"@l": long, "@bl": 2 * long, "@q": 8, "@bq": 8 + abi.Align8, "@i": 4, "@bi": 8}}
	}
	var b bytes.Buffer
	sizes(&b, []*column{python(structpack.LP64, 8), python(structpack.ILP32Align4, 4)})
	want := "| code | lp64-le | ilp32-le-align4 |\n|---|:-:|:-:|\n| `l` | 8 | 4 |\n| `q` | 8 | 8, to 4 |\n"
	if !strings.HasPrefix(b.String(), want) {
		t.Errorf("got\n%swant\n%s", &b, want)
	}
}
