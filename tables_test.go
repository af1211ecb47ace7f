package structpack_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/structpack"
	"github.com/google/go-cmp/cmp"
)

// A tableRow is what a table of the documentation says of a code.
type tableRow struct {
	code, cType, size, goType string
}

// TestTables holds the tables of codes in doc.go, and in README if there is one, to
// what Fields says.
func TestTables(t *testing.T) {
	tables := map[string][]tableRow{"doc.go": nil, "README.md": nil}
	docRow := regexp.MustCompile(`^//\t([^ ]+(?: [^ ]+)?) {2,}(.+?) {2,}(.+?) {2,}(.+?) {2,}.`)
	for _, m := range rowsOf(t, "doc.go", docRow, "//\tcode   C type") {
		tables["doc.go"] = append(tables["doc.go"], split(m)...)
	}
	readmeRow := regexp.MustCompile(`^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|`)
	for _, m := range rowsOf(t, "README.md", readmeRow, "| code | C type") {
		for i := range m {
			m[i] = strings.ReplaceAll(strings.ReplaceAll(m[i], "`", ""), "char[n]", "char[]")
		}
		if m[1] == "---" {
			continue
		}
		tables["README.md"] = append(tables["README.md"], split(m)...)
	}
	if tables["README.md"] == nil {
		delete(tables, "README.md")
	}
	want := tableOfFields(t)
	for file, got := range tables {
		got := slices.Clone(got)
		for i := range got {
			if got[i].size == "n" {
				got[i].size = "1 each"
			}
			got[i].size = strings.Replace(got[i].size, "native only", "@ only", 1)
			got[i].goType = strings.Replace(got[i].goType, "none", "nothing", 1)
		}
		sortRows(got)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(tableRow{})); diff != "" {
			t.Errorf("%s (-Fields +%[1]s):\n%s", file, diff)
		}
	}
}

// tableOfFields asks Fields of every code that there is.
func tableOfFields(t *testing.T) (rows []tableRow) {
	for c := '!'; c <= '~'; c++ {
		for _, code := range []string{string(c), "Z" + string(c)} {
			row := tableRow{code: code}
			s, err := structpack.Compile("<" + code)
			if err != nil {
				if s, err = structpack.Compile("@" + code); err != nil {
					continue
				}
				row.size = "@ only"
			}
			f := s.Fields()[0]
			if f.Code != code {
				continue // a prefix
			}
			row.cType, row.goType = f.CType, "nothing"
			if f.Type != nil {
				row.goType = strings.ReplaceAll(f.Type.String(), "uint8", "byte")
				if code == "B" {
					row.goType = "uint8"
				}
				if values, _ := s.Unpack(make([]byte, s.Size())); f.Type != reflect.TypeOf(values[0]) {
					t.Errorf("%s: Type %s, Unpack returns %s", code, f.Type, reflect.TypeOf(values[0]))
				}
			}
			switch {
			case row.size != "":
			case code == "s", code == "p":
				row.size = "1 each"
			default:
				row.size = strconv.Itoa(f.Size)
			}
			rows = append(rows, row)
		}
	}
	sortRows(rows)
	return rows
}

func sortRows(rows []tableRow) {
	slices.SortFunc(rows, func(a, b tableRow) int { return strings.Compare(a.code, b.code) })
}

// rowsOf returns the cells of a table in a file: the lines after its head that re
// matches.
func rowsOf(t *testing.T, file string, re *regexp.Regexp, head string) (rows [][]string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), head)
	for _, line := range strings.Split(table, "\n")[1:] {
		if line == "//" || line == "" {
			break
		}
		if m := re.FindStringSubmatch(line); m != nil {
			rows = append(rows, m[1:])
		}
	}
	return rows
}

// split makes a row for every code of a row for several. What is said once is for
// all; of C's names the second is the first after unsigned, or the same.
func split(cells []string) (rows []tableRow) {
	codes := strings.FieldsFunc(cells[0], func(r rune) bool { return r == ' ' || r == ',' })
	each := func(cell, sep string) []string {
		cell, _, _ = strings.Cut(cell, ";")
		all := strings.Split(cell, sep)
		if len(all) > 1 && len(codes)%len(all) == 0 { // F Zf, D Zd have two types for four codes
			var out []string
			for i := range codes {
				out = append(out, strings.TrimSpace(all[i*len(all)/len(codes)]))
			}
			return out
		}
		return slices.Repeat([]string{cell}, len(codes))
	}
	cTypes, sizes := each(cells[1], ","), each(cells[2], ",")
	if len(strings.Fields(cells[2])) == len(codes) && !strings.ContainsAny(cells[2], "@eo") {
		sizes = strings.Fields(cells[2])
	}
	goTypes := each(strings.ReplaceAll(cells[3], ", ", " "), " ")
	unsigned := map[string]bool{"short": true, "int": true, "long": true, "long long": true}
	for i, code := range codes {
		if i == 1 && unsigned[cTypes[i]] {
			cTypes[i] = "unsigned " + cTypes[i]
		}
		rows = append(rows, tableRow{code, cTypes[i], sizes[i], goTypes[i]})
	}
	return rows
}

// TestCounts holds what README counts to what there is.
func TestCounts(t *testing.T) {
	matches := func(pattern string, files ...string) (n int) {
		for _, name := range files {
			n += len(regexp.MustCompile(pattern).FindAllString(read(t, name), -1))
		}
		return n
	}
	var fixtures []string
	for name := range strings.FieldsSeq("formats integers floats halves strings counts buffers real last") {
		fixtures = append(fixtures, "testdata/"+name+".jsonl")
	}
	protocols := map[string]bool{} // some have more than one layout
	for _, m := range regexp.MustCompile(`(?m)^//\t([\w/]+).*"[!<>].*  \S`).FindAllStringSubmatch(read(t, "frame/doc.go"), -1) {
		protocols[m[1]] = true
	}
	for text, want := range map[string]int{
		`([\d,]+) questions with CPython 3\.15's answers`: matches(`\n`, fixtures...) - len(fixtures), // the first lines are no questions
		`compares (\d+) Pythons`:                          counted(t, read(t, "docs/COMPATIBILITY.md"), `which asked (\d+) Pythons`),
		`the \[results\]\S+ of (\d+) others`:              matches(`(?m)^\| [^|]+ \| (any|lp64|ilp32)`, "conformance/RESULTS.md") - matches(`(?m)^\| structpack`, "conformance/RESULTS.md"),
		`\[(\d+) programs\]`:                              matches(`(?m)^\| .* \| \d+\.\d+\.\d+ \| \d+ \| `, "docs/RECORDED.md"),
		`the layouts of (\d+) protocols`:                  len(protocols),
	} {
		if got := counted(t, read(t, "README.md"), text); got != want {
			t.Errorf("README has %d for %s, there are %d", got, text, want)
		}
	}
}

// counted returns the number that a pattern finds in a text.
func counted(t *testing.T, text, pattern string) int {
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("nothing is %s", pattern)
	}
	n, err := strconv.Atoi(strings.ReplaceAll(m[1], ",", ""))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func read(t *testing.T, name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
