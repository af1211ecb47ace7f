package engine

import (
	_ "embed"
	"fmt"
	"strings"

	"example.com/structpack"
	"example.com/structpack/internal/show"
)

// machines says to people who do not know the name of an ABI where it is found.
var machines = map[string]string{
	"lp64-le":         "64-bit Linux, macOS, BSD",
	"lp64-be":         "64-bit, big-endian: s390x, ppc64, mips64",
	"llp64-le":        "64-bit Windows",
	"ilp32-le":        "32-bit arm, wasm, Windows",
	"ilp32-be":        "32-bit, big-endian: powerpc, mips",
	"ilp32-le-align4": "32-bit x86 except Windows",
}

// abis adds where each ABI has the rows, and which values it reads.
func (q *question) abis(a *answer) {
	format := q.layout.Struct.Format()
	a.list("abis", func() {
		for _, abi := range structpack.ABIs() {
			s, err := structpack.CompileFor(abi, format)
			if err != nil {
				continue // too large for the platform
			}
			columns, _ := show.Columns(s, nil)
			l := show.Layout{Struct: s, ABI: abi, Columns: columns}
			rows := l.Rows(false)
			a.item(func() {
				a.text("name", abi.Name)
				a.number("size", int64(s.Size()))
				a.truth("big", abi.BigEndian)
				a.list("rows", func() {
					n := 0
					for i := range rows {
						r := &rows[i]
						if r.Pad() {
							continue
						}
						if n++; n > mostRows {
							break
						}
						a.item(func() {
							a.text("code", r.Code)
							a.text("place", fmt.Sprintf("%d, %s", r.Offset, show.Count(r.Size, "byte")))
						})
					}
				})
			})
		}
	})
	a.truth("platform", ofPlatform(format))
}

// table is that of COMPATIBILITY.md: how far structpack agrees with each Python.
//
//go:embed pythons.md
var table string

// A reason is why some results of a code are not those of every Python.
type reason struct{ codes, prefixes, text string }

var reasons = []reason{
	{"f F Zf", "@=<>!", "the payload of a signalling NaN: CPython's C compiler makes another of it when it casts, and here it is kept"},
	{"e", "@=<>!", "the payload of a NaN, which CPython keeps since 3.14"},
	{"?", "@", "a native bool that is neither 0 nor 1, of which a CPython before 3.13 that clang compiled took the last bit"},
	{"f", "@", "a number too large for a native f, which became infinite before 3.15"},
	{"n N e", "@=<>!", "n and N came with 3.3, and e with 3.6"},
	{"F D", "@=<>!", "F and D came with 3.14: before that they are a bad char in struct format"},
	{"Zf Zd", "@=<>!", "Zf and Zd came with 3.15: before that they are a bad char in struct format"},
}

// pythons adds which Pythons answer as this page does.
func (q *question) pythons(a *answer) {
	lines := strings.Split(strings.TrimSpace(table), "\n")
	cells := func(line string) []string {
		all := strings.Split(strings.Trim(line, "|"), "|")
		for i := range all {
			all[i] = strings.TrimSpace(all[i])
		}
		return all
	}
	format := q.layout.Struct.Format()
	prefix := (format + "@")[:1]
	switch {
	case !strings.Contains("@=<>!", prefix):
		prefix = "@"
	case prefix == "!":
		prefix = ">"
	}
	var codes []string
	seen := map[string]bool{}
	for _, f := range q.layout.Struct.Fields() {
		if !seen[f.Code] {
			seen[f.Code] = true
			codes = append(codes, f.Code)
		}
	}
	a.object("pythons", func() {
		a.texts("versions", cells(lines[0])[2:])
		a.list("codes", func() {
			for _, code := range codes {
				for _, line := range lines[2:] {
					row := cells(line)
					if !strings.Contains(row[0], "`"+code+"`") || !strings.Contains(row[1], "`"+prefix+"`") {
						continue
					}
					a.item(func() {
						a.text("code", code)
						a.texts("agree", row[2:])
					})
				}
			}
		})
		var notes []string
		for _, r := range reasons {
			for code := range strings.FieldsSeq(r.codes) {
				if seen[code] && strings.Contains(strings.Replace(r.prefixes, "!", ">", 1), prefix) {
					notes = append(notes, r.text)
					break
				}
			}
		}
		a.texts("notes", notes)
	})
}
