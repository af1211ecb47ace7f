package engine

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/internal/web/golden"
	"github.com/google/go-cmp/cmp"
)

// testdata is the command's.
var testdata = filepath.Join("..", "..", "..", "cmd", "structpack", "testdata")

// A response is the part of an answer that tests look at.
type response struct {
	Error, Names, Short *struct {
		Input, Text string
		Pos, End    *int
	}
	Facts, Format, Layout   string
	Size, Start, More, Left int64
	Missing                 int64
	Rows                    []struct {
		Name, Code, CType, Text, Edit, Why, Go, Range, Accepts string
		Offset, Size, First, Values, Pos, End, Hue             int
		Pad                                                    bool
	}
	Tail *struct {
		Size, More int
		Item       string
	}
	C     *struct{ Name, Native, Fixed, Fields string }
	Bytes string
	At    int64
	Want  *struct{ Start, Size int64 }
	Abis  []struct {
		Name string
		Size int
		Rows []struct{ Code, Place string }
	}
	Pythons struct {
		Versions, Notes []string
		Codes           []struct {
			Code  string
			Agree []string
		}
	}
	Frames []struct {
		At, Size      int64
		Head, Payload string
	}
	Python, Command, Markdown, SVG, CStruct string
	Golang                                  string `json:"go"`
}

// ask asks the engine, and reads its JSON as another program would.
func ask(t *testing.T, about map[string]string) (r response) {
	t.Helper()
	q := make(url.Values)
	for name, value := range about {
		if name == "data" {
			value = base64.StdEncoding.EncodeToString([]byte(value))
		}
		q.Set(name, value)
	}
	text := Answer(q.Encode())
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatalf("%v: %v in %s", about, err, text)
	}
	return r
}

// TestGolden wants of the engine what the command explain shows.
func TestGolden(t *testing.T) {
	for _, c := range golden.Cases {
		t.Run(c.Name, func(t *testing.T) {
			data, err := c.Bytes(testdata)
			if err != nil {
				t.Fatal(err)
			}
			facts, want, err := c.Table(testdata)
			if err != nil {
				t.Fatal(err)
			}
			q := map[string]string{"format": c.Format, "abi": c.ABI, "fields": c.Fields, "offset": c.Offset, "data": string(data)}
			if c.Each {
				q["each"] = "1"
			}
			r := ask(t, q)
			if r.Tail != nil {
				r.Facts += "; " + r.Tail.Item
			}
			if r.Error != nil || r.Facts != facts {
				t.Errorf("got %q, %+v, want %q", r.Facts, r.Error, facts)
			}
			var rows []string
			for _, row := range r.Rows {
				rows = append(rows, golden.Row(strconv.Itoa(row.Offset), strconv.Itoa(row.Size), row.Name, row.Code, row.CType, row.Text))
			}
			if diff := cmp.Diff(want, rows, cmp.Comparer(func(a, b string) bool { return golden.Same(a, b) || golden.Same(b, a) })); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		name     string
		question map[string]string
		input    string
		text     string
		pos, end int
	}{
		{"bad char", map[string]string{"format": "!2H3y4s"}, "format", "bad char in struct format", 3, 5},
		{"count without code", map[string]string{"format": "<H12"}, "format", "repeat count given without format specifier", 2, 4},
		{"after letters of two units", map[string]string{"format": "<H\U0001f600"}, "format", "non-ASCII character in struct format", 2, 4},
		{"a C struct", map[string]string{"format": "struct s { foo a; };"}, "format", "line 1: the type foo is not known: declare it before with typedef", -1, -1},
		{"an offset that is none", map[string]string{"format": "<H", "offset": "x"}, "offset", `"x" is not an integer`, -1, -1},
		{"an offset too large for a number", map[string]string{"format": "<H", "offset": "99999999999999999999"}, "offset", "99999999999999999999 is too large", -1, -1},
		{"an offset out of range", map[string]string{"format": "<H", "offset": "-3", "data": "ab"}, "offset", "offset -3 out of range for 2-byte buffer", -1, -1},
		{"hex that is none", map[string]string{"op": "read", "text": "00 x1"}, "data", `line 1, column 4: "x" is not a hex digit`, -1, -1},
		{"base64 that is none", map[string]string{"op": "read", "form": "base64", "text": "?"}, "data", "illegal base64 data at input byte 0", -1, -1},
		{"a value out of range", map[string]string{"op": "set", "format": "<BH", "row": "1", "value": "65536"}, "value", "'H' format requires 0 <= number <= 65535", -1, -1},
		{"a value that is none", map[string]string{"op": "set", "format": "<BH", "row": "1", "value": "x"}, "value", `"x" is not an integer`, -1, -1},
		{"too few values", map[string]string{"op": "set", "format": "<3H", "row": "0", "value": "1 2"}, "value", "pack expected 3 items for packing (got 2)", -1, -1},
		{"padding has no value", map[string]string{"op": "set", "format": "<xH", "row": "0", "value": "1"}, "value", "there is no such row", -1, -1},
		{"no row", map[string]string{"op": "set", "format": "<xH", "row": "9", "value": "1"}, "value", "there is no such row", -1, -1},
		{"rules", map[string]string{"op": "frames", "format": "!HBI", "rules": "LenghtAt(2)"}, "rules", `no rule "LenghtAt"`, -1, -1},
		{"a layout", map[string]string{"op": "frames", "format": "!HBI"}, "rules", `frame: layout "!HBI": more than one integer, and no LengthAt`, -1, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, tt.question)
			if r.Error == nil {
				t.Fatal("no error")
			}
			pos, end := -1, -1
			if r.Error.Pos != nil {
				pos, end = *r.Error.Pos, *r.Error.End
			}
			if r.Error.Input != tt.input || r.Error.Text != tt.text || pos != tt.pos || end != tt.end {
				t.Errorf("got %s, %q at %d to %d", r.Error.Input, r.Error.Text, pos, end)
			}
		})
	}
}

// TestSet changes values, and reads them again as what they were changed to. The text
// to edit, given back, changes nothing.
func TestSet(t *testing.T) {
	for _, tt := range []struct {
		format, data string
		row          int
		value, want  string // the bytes
		at           int64
	}{
		{"<BH", "\x01\x02\x03", 1, "0x1234", "\x34\x12", 1},
		{">3H", "abcdef", 0, "1 -0 65535", "\x00\x01\x00\x00\xff\xff", 0},
		{"!4s", "abcd", 0, "a b", "a b\x00", 0},
		{"!4s", "abcd", 0, "hex:ff00ff00", "\xff\x00\xff\x00", 0},
		{"!4p", "abcd", 0, "xy", "\x02xy\x00", 0},
		{"!x?", "ab", 1, "false", "\x00", 1},
		{"@bi", "", 2, "-2", "\xfe\xff\xff\xff", 4},
		{"<dD", strings.Repeat("x", 24), 1, "1-2j", "\x00\x00\x00\x00\x00\x00\xf0\x3f\x00\x00\x00\x00\x00\x00\x00\xc0", 8},
	} {
		t.Run(fmt.Sprint(tt.format, tt.value), func(t *testing.T) {
			q := map[string]string{"op": "set", "format": tt.format, "data": tt.data, "row": strconv.Itoa(tt.row), "value": tt.value}
			r := ask(t, q)
			got, err := base64.StdEncoding.DecodeString(r.Bytes)
			if r.Error != nil || err != nil || string(got) != tt.want || r.At != tt.at {
				t.Fatalf("got %x at %d, %+v", got, r.At, r.Error)
			}
			if len(tt.data) < len(got)+int(tt.at) {
				return
			}
			q["op"], q["data"] = "look", tt.data[:tt.at]+string(got)+tt.data[int(tt.at)+len(got):]
			q["value"] = ask(t, q).Rows[tt.row].Edit
			q["op"] = "set"
			if again := ask(t, q); again.Bytes != r.Bytes {
				t.Errorf("%q gives %s, want %s", q["value"], again.Bytes, r.Bytes)
			}
		})
	}
}

// TestCodes asks the library whether what is said about the codes is true.
func TestCodes(t *testing.T) {
	for _, prefix := range []string{"@", "<"} {
		for code := range strings.FieldsSeq("c b B ? h H i I l L q Q n N P e f d F Zf D Zd 3s 3p") {
			s, err := structpack.CompileFor(structpack.LP64, prefix+code)
			if err != nil {
				continue // n, N and P are native
			}
			f := s.Fields()[0]
			values, err := s.Unpack(make([]byte, s.Size()))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.ReplaceAll(reflect.TypeOf(values[0]).String(), "uint8", "byte"); got != strings.ReplaceAll(goType(f, prefix == "@"), "uint8", "byte") {
				t.Errorf("%s%s: Unpack returns %s, and the page says %s", prefix, code, got, goType(f, prefix == "@"))
			}
			low, high, ok := strings.Cut(span(f.Code, f.Size), " … ")
			if !ok || accepts(f.Code) == accepts("s") {
				continue
			}
			for text, inside := range map[string]bool{low: true, high: true, low + "-1": false, high + "+1": false} {
				n := new(big.Int)
				base, less := strings.CutSuffix(text, "-1")
				base, more := strings.CutSuffix(base, "+1")
				n.SetString(base, 10)
				if less && f.Code == "P" {
					continue // P takes negative numbers too
				}
				if less {
					n.Sub(n, big.NewInt(1))
				} else if more {
					n.Add(n, big.NewInt(1))
				}
				if _, err := s.Pack(n); (err == nil) != inside {
					t.Errorf("%s%s: %v is in the range %s: %v, and Pack says %v", prefix, code, n, span(f.Code, f.Size), inside, err)
				}
			}
		}
	}
}

// TestDeclared lays out C structs.
func TestDeclared(t *testing.T) {
	r := ask(t, map[string]string{"format": "struct s { char kind; int list[2]; struct { short x; } at[2]; };", "abi": "lp64-be"})
	var names []string
	for _, row := range r.Rows {
		names = append(names, row.Name)
	}
	if r.C == nil || r.C.Fixed != ">c3x2ihh" || r.C.Native != "@c2ihh" || r.Size != 16 || r.Format != "@c2ihh" ||
		!cmp.Equal(names, []string{"kind", "", "list", "at_0.x", "at_1.x"}) {
		t.Errorf("got %+v of %d bytes with %q", r.C, r.Size, names)
	}
	if why := r.Rows[1].Why; why != "3 bytes, so that the int after it begins at a multiple of 4, where a C compiler for lp64-be puts it" {
		t.Error(why)
	}
}

// TestWindow gives the engine a part of a file.
func TestWindow(t *testing.T) {
	q := map[string]string{"format": "<4s", "data": "wxyz", "base": "100", "total": "104", "offset": "-4"}
	if r := ask(t, q); r.Want != nil || r.Start != 100 || r.Rows[0].Text != `"wxyz"` {
		t.Errorf("got %+v", r)
	}
	q["offset"] = "98"
	if r := ask(t, q); r.Want == nil || r.Want.Start != 98 {
		t.Errorf("got %+v", r.Want)
	}
	q["total"] = "1000"
	q["offset"] = "102"
	if r := ask(t, q); r.Want == nil || r.Want.Start != 102 {
		t.Errorf("got %+v", r.Want)
	}
}

func TestFrames(t *testing.T) {
	r := ask(t, map[string]string{"op": "frames", "format": "!HBI", "fields": "id,kind,length", "rules": "LengthAt(2)", "offset": "1",
		"data": "-\x00\x07\x01\x00\x00\x00\x05hello\x00\x08\x02\x00\x00\x00\x00\x00\x09"})
	if len(r.Frames) != 2 || r.Frames[0].Head != "id=7 kind=1 length=5" || r.Frames[0].Payload != `"hello"` || r.Frames[1].At != 13 ||
		r.Error == nil || !strings.Contains(r.Error.Text, "frame 2 at 00000014: unexpected EOF after 2 bytes") || r.Left != 2 {
		t.Errorf("got %+v, %+v", r, r.Error)
	}
}

// TestPlatforms sees where the platforms differ.
func TestPlatforms(t *testing.T) {
	r := ask(t, map[string]string{"format": "@cqlP", "pane": "abis"})
	sizes := map[string]int{}
	for _, a := range r.Abis {
		sizes[a.Name] = a.Size
		if len(a.Rows) != 4 {
			t.Errorf("%s has %d rows", a.Name, len(a.Rows))
		}
	}
	for _, abi := range structpack.ABIs() {
		s, err := structpack.CompileFor(abi, "@cqlP")
		if err != nil || sizes[abi.Name] != s.Size() {
			t.Errorf("%s: got %d, want %d", abi.Name, sizes[abi.Name], s.Size())
		}
	}
}

// TestPythons compares the table of the page with the document that it is from.
func TestPythons(t *testing.T) {
	document, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "COMPATIBILITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(document), "\n"+table) {
		t.Error("pythons.md is not the table of COMPATIBILITY.md")
	}
	for _, tt := range []struct{ format, code, first string }{ // the first Python with the code
		{"@c", "c", "2.7"}, {"@n", "n", "3.6"}, {"!e", "e", "3.6"}, {"<F", "F", "3.14"}, {">Zd", "Zd", "3.15"}, {"=q", "q", "2.7"},
	} {
		r := ask(t, map[string]string{"format": tt.format, "pane": "pythons"})
		if len(r.Pythons.Codes) != 1 || r.Pythons.Codes[0].Code != tt.code {
			t.Errorf("%s: got %+v", tt.format, r.Pythons.Codes)
			continue
		}
		for i, version := range r.Pythons.Versions {
			if r.Pythons.Codes[0].Agree[i] != "–" {
				if version != tt.first {
					t.Errorf("%s: got %s, want %s", tt.format, version, tt.first)
				}
				break
			}
		}
	}
}

// FuzzAnswer sees that there is an answer, and that it is JSON, whatever is asked.
func FuzzAnswer(f *testing.F) {
	for _, op := range []string{"look", "set", "read", "frames", "take", "platforms", "%"} {
		f.Add("op=" + op + "&format=%3C2H4s0q&fields=a,b,c,d&data=AAECAwQFBgc&offset=0&row=0&value=1+2&text=00ff&rules=LengthAt(0)&each=1&pane=abis")
		f.Add("op=" + op + "&format=struct s { int a[3]; char b; };&data=AA==&offset=-1&abi=ilp32-be&row=1&value=x&pane=pythons")
	}
	f.Fuzz(func(t *testing.T, query string) {
		if text := Answer(query); !json.Valid([]byte(text)) {
			t.Errorf("%q: %q", query, text)
		}
	})
}
