package structpack_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/internal/oracle"
	"github.com/google/go-cmp/cmp"
)

// A difference from CPython 3.15, on purpose.
type difference struct {
	text  string // as the documentation of the package lists it
	why   string
	since string // the oldest CPython with the first answer below, of 2.7 and 3.6 to 3.15
	cases []differentCase
}

type differentCase struct {
	python string                 // the question with the answer of CPython 3.15.2 on linux/amd64
	ours   func() (string, error) // hexadecimal for bytes, bits for floats
	want   string                 // what structpack answers
}

// packed is for what returns bytes.
func packed(data []byte, err error) (string, error) { return hex.EncodeToString(data), err }

var differences = []difference{
	{
		text:  "Strings are accepted for c, s and p: Go's strings are bytes. So is a byte for c.",
		why:   "A Go program holds text and bytes in strings, and a conversion for each call would only be noise. The value of c unpacks to a byte, which packs again.",
		since: "2.7",
		cases: []differentCase{
			{`{"op":"pack","format":"<4s","values":[{"str":"spam"}],"error":"error","message":"argument for 's' must be a bytes object"}`,
				func() (string, error) { return packed(structpack.Pack("<4s", "spam")) }, "7370616d"},
			{`{"op":"pack","format":"<5p","values":[{"str":"spam"}],"error":"error","message":"argument for 'p' must be a bytes object"}`,
				func() (string, error) { return packed(structpack.Pack("<5p", "spam")) }, "047370616d"},
			{`{"op":"pack","format":"<c","values":[{"str":"a"}],"error":"error","message":"char format requires a bytes object of length 1"}`,
				func() (string, error) { return packed(structpack.Pack("<c", "a")) }, "61"},
			{`{"op":"pack","format":"<c","values":[{"int":"97"}],"error":"error","message":"char format requires a bytes object of length 1"}`,
				func() (string, error) { return packed(structpack.Pack("<c", byte('a'))) }, "61"},
		},
	},
	{
		text:  "A slice or an array may stand for all values of an item, in a call that CPython refuses because it has too few or too many values.",
		why:   "Python writes pack('<3H', *numbers). Go spreads only a []any, and only as all arguments.",
		since: "2.7",
		cases: []differentCase{
			{`{"op":"pack","format":"<3H","values":[{"list":[{"int":"1"},{"int":"2"},{"int":"3"}]}],"error":"error","message":"pack expected 3 items for packing (got 1)"}`,
				func() (string, error) { return packed(structpack.Pack("<3H", []uint16{1, 2, 3})) }, "010002000300"},
			{`{"op":"pack","format":"<0HB","values":[{"list":[]},{"int":"7"}],"error":"error","message":"pack expected 1 items for packing (got 2)"}`,
				func() (string, error) { return packed(structpack.Pack("<0HB", []uint16{}, 7)) }, "07"},
		},
	},
	{
		text:  "A PackInto that fails leaves the buffer as it was.",
		why:   "A buffer that is half a record is of no use, and whoever handles the error would have to know which half.",
		since: "2.7",
		cases: []differentCase{
			{`{"op":"pack_into","format":"<bH","hex":"555555","offset":0,"values":[{"int":"1"},{"int":"70000"}],"buffer":"010000","error":"error","message":"'H' format requires 0 <= number <= 65535"}`,
				func() (string, error) {
					buf := []byte("UUU")
					if err := structpack.PackInto("<bH", buf, 0, 1, 70000); !errors.Is(err, structpack.ErrRange) {
						return "", fmt.Errorf("got error %v", err)
					}
					return packed(buf, nil)
				}, "555555"},
		},
	},
	{
		text: "Signalling NaNs pass through unchanged everywhere. CPython quiets them when it unpacks f and F, and packs F, in the machine's own " +
			"byte order, because there it leaves them to the C compiler.",
		why:   "What was packed unpacks to the same bits, and to the same on every machine.",
		since: "3.15", // of F since 3.14; of f, those up to 3.13 quiet more
		cases: []differentCase{
			{`{"op":"unpack","format":"<f","hex":"0100807f","ok":[{"float":"7ff8000020000000"}]}`,
				func() (string, error) { return repacked("<f", "0100807f") }, "0100807f"},
			{`{"op":"unpack","format":"<F","hex":"0100807f00000000","ok":[{"complex":["7ff8000020000000","0000000000000000"]}]}`,
				func() (string, error) { return repacked("<F", "0100807f00000000") }, "0100807f00000000"},
			{`{"op":"pack","format":"<F","values":[{"complex":["7ff0000020000000","0000000000000000"]}],"ok":"0100c07f00000000"}`,
				func() (string, error) {
					values, err := structpack.Unpack("<D", unhex("0000002000 00f07f 0000000000000000"))
					if err != nil {
						return "", err
					}
					return packed(structpack.Pack("<F", values...))
				}, "0100807f00000000"},
		},
	},
	{
		text:  "Pack and AppendPack allocate at most 1 GiB (256 MiB on 32-bit machines) for one structure; PackInto has no limit.",
		why:   "A format of a few letters can ask for all memory, which ends a Go program; in Python it is a MemoryError.",
		since: "2.7",
		cases: []differentCase{
			{`{"op":"calcsize","format":"<1073741825x","ok":1073741825}`, // struct.pack returns so many bytes
				func() (string, error) {
					_, err := structpack.Pack("<1073741825x")
					var e *structpack.Error
					if !errors.As(err, &e) || e.Err != structpack.ErrBuffer {
						return "", fmt.Errorf("got error %v", err)
					}
					reason, _, _ := strings.Cut(e.Reason, " (limit")
					return reason, nil
				}, "a structure of 1073741825 bytes is too large to allocate"},
		},
	},
}

// repacked unpacks data and packs the values again, which CPython does to other bits.
func repacked(format, data string) (string, error) {
	values, err := structpack.Unpack(format, unhex(data))
	if err != nil {
		return "", err
	}
	return packed(structpack.Pack(format, values...))
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// TestDifferences asks structpack what CPython answers otherwise. If STRUCTPACK_PYTHON is
// a CPython 3.15, that is asked as well.
func TestDifferences(t *testing.T) {
	var python *oracle.Python
	if command := strings.Fields(os.Getenv("STRUCTPACK_PYTHON")); len(command) > 0 && command[0] != "none" {
		p, err := oracle.Start(command, filepath.Join("testdata", "oracle.py"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { p.Close() })
		if p.Header.Version() == 315 && p.Header.ByteOrder == "little" {
			python = p
		}
	}
	for _, d := range differences {
		for _, tt := range d.cases {
			var c oracle.Case
			if err := json.Unmarshal([]byte(tt.python), &c); err != nil {
				t.Fatal(err)
			}
			t.Run(c.Op+" "+c.Format, func(t *testing.T) {
				if got, err := tt.ours(); err != nil || got != tt.want {
					t.Errorf("%s: got %s, %v, want %s", d.text, got, err, tt.want)
				}
				if strings.Contains(tt.python, `"ok":"`+tt.want+`"`) || strings.Contains(tt.python, `"buffer":"`+tt.want+`"`) {
					t.Error("that is no difference")
				}
				if python == nil {
					return
				}
				answers, err := python.Ask([]oracle.Question{c.Question})
				if err != nil {
					t.Fatal(err)
				}
				got := oracle.Case{Question: c.Question, Answer: answers[0]}
				if diff := cmp.Diff(compact(c.String()), compact(got.String())); diff != "" {
					t.Error("CPython (-recorded +asked):", diff)
				}
			})
		}
	}
}

func compact(s string) string { return strings.ReplaceAll(s, " ", "") }

// TestDifferencesAreDocumented holds the lists in the documentation to the table.
func TestDifferencesAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(doc), "// # Differences from CPython\n//\n")
	list, _, _ = strings.Cut(list, "\n//\n")
	list = regexp.MustCompile(`\n//\s+`).ReplaceAllString("\n"+list, " ")
	got := strings.Split(list, " - ")[1:]
	var want []string
	for i, d := range differences {
		want = append(want, d.text)
		if d.why == "" || d.since == "" || len(d.cases) == 0 {
			t.Errorf("difference %d does not say all", i)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("doc.go (-table +doc):", diff)
	}

	// The table in docs/COMPATIBILITY.md comes from the oracle's names for what Pythons answer otherwise.
	matrix, err := os.ReadFile(filepath.Join("docs", "COMPATIBILITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(matrix), "## Different on purpose\n")
	table, _, _ = strings.Cut(table, "\n## ")
	known := map[string]bool{}
	for _, name := range []string{oracle.Strings, oracle.CastNaN, oracle.DoubleNaN, oracle.OldHalfNaN, oracle.ClangBool, oracle.Lists, oracle.BeyondP,
		"an offset beyond the Python's ssize_t"} {
		known[name] = true
	}
	for _, o := range oracle.Omissions {
		known[o.About] = true
	}
	rows := regexp.MustCompile(`(?m)^\| ([^|]+) \|`).FindAllStringSubmatch(table, -1)
	if len(rows) < 10 {
		t.Errorf("%d rows in docs/COMPATIBILITY.md", len(rows))
	}
	for _, row := range rows {
		if !known[row[1]] {
			t.Errorf("docs/COMPATIBILITY.md has a row that the oracle has no name for: %s", row[1])
		}
	}
}
