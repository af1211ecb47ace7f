package oracle

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"example.com/structpack"
	"github.com/google/go-cmp/cmp"
)

func headerOf(abi structpack.ABI, version string) Header {
	h := Header{Python: version, Implementation: "CPython", ByteOrder: "little", Long: abi.Long, Pointer: abi.Pointer, Align8: abi.Align8}
	if abi.BigEndian {
		h.ByteOrder = "big"
	}
	return h
}

func read(t *testing.T, lines string) []Case {
	t.Helper()
	_, cases, err := Read(strings.NewReader(lines))
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// TestCheck has answers that are right, and answers with one mistake.
func TestCheck(t *testing.T) {
	for _, tt := range []struct{ name, right, wrong, problem string }{
		{"a size",
			`{"op":"calcsize","format":"!ci4sf","ok":13}`,
			`{"op":"calcsize","format":"!ci4sf","ok":14}`, "got 13, want 14"},
		{"bytes",
			`{"op":"pack","format":"<h","values":[{"int":"-2"}],"ok":"feff"}`,
			`{"op":"pack","format":"<h","values":[{"int":"-2"}],"ok":"fffe"}`, "got feff, want"},
		{"a byte after the structure",
			`{"op":"pack_into","format":"<h","values":[{"int":"-2"}],"hex":"555555","offset":0,"ok":"feff55"}`,
			`{"op":"pack_into","format":"<h","values":[{"int":"-2"}],"hex":"555555","offset":0,"ok":"feff00"}`, "want"},
		{"a value",
			`{"op":"unpack","format":">hB","hex":"fffe07","ok":[{"int":"-2"},{"int":"7"}]}`,
			`{"op":"unpack","format":">hB","hex":"fffe07","ok":[{"int":"-2"},{"int":"8"}]}`, "want"},
		{"a type",
			`{"op":"unpack","format":"c","hex":"07","ok":[{"bytes":"07"}]}`,
			`{"op":"unpack","format":"c","hex":"07","ok":[{"int":"7"}]}`, "want"},
		{"the type of B",
			`{"op":"unpack","format":"B","hex":"07","ok":[{"int":"7"}]}`,
			`{"op":"unpack","format":"B","hex":"07","ok":[{"bytes":"07"}]}`, "want"},
		{"a truth",
			`{"op":"unpack","format":"?","hex":"02","ok":[{"bool":true}]}`,
			`{"op":"unpack","format":"?","hex":"02","ok":[{"bool":false}]}`, "want"},
		{"one value more",
			`{"op":"unpack_from","format":"B","hex":"0708","offset":1,"ok":[{"int":"8"}]}`,
			`{"op":"unpack_from","format":"B","hex":"0708","offset":1,"ok":[{"int":"8"},{"int":"8"}]}`, "want"},
		{"one structure less",
			`{"op":"iter_unpack","format":"B","hex":"0708","ok":[[{"int":"7"}],[{"int":"8"}]]}`,
			`{"op":"iter_unpack","format":"B","hex":"0708","ok":[[{"int":"7"}]]}`, "want"},
		{"a zero of the other sign",
			`{"op":"unpack","format":">f","hex":"80000000","ok":[{"float":"8000000000000000"}]}`,
			`{"op":"unpack","format":">f","hex":"80000000","ok":[{"float":"0000000000000000"}]}`, "want"},
		{"the payload of a NaN",
			`{"op":"unpack","format":">d","hex":"7ff0000000000007","ok":[{"float":"7ff0000000000007"}]}`,
			`{"op":"unpack","format":">d","hex":"7ff0000000000007","ok":[{"float":"7ff0000000000006"}]}`, "want"},
		{"the payload of a NaN in e",
			`{"op":"unpack","format":">e","hex":"7c07","ok":[{"float":"7ff01c0000000000"}]}`,
			`{"op":"unpack","format":">e","hex":"7c07","ok":[{"float":"7ff8000000000000"}]}`, "want"},
		{"a signalling NaN packed with d",
			`{"op":"pack","format":">d","values":[{"float":"7ff0000000000007"}],"ok":"7ff0000000000007"}`,
			`{"op":"pack","format":">d","values":[{"float":"7ff0000000000007"}],"ok":"7ff8000000000007"}`, "want"},
		{"the second part of a complex number",
			`{"op":"unpack","format":">D","hex":"3ff0000000000000c000000000000000","ok":[{"complex":["3ff0000000000000","c000000000000000"]}]}`,
			`{"op":"unpack","format":">D","hex":"3ff0000000000000c000000000000000","ok":[{"complex":["3ff0000000000000","4000000000000000"]}]}`, "want"},
		{"words",
			`{"op":"pack","format":"b","values":[{"int":"128"}],"error":"error","message":"'b' format requires -128 <= number <= 127"}`,
			`{"op":"pack","format":"b","values":[{"int":"128"}],"error":"error","message":"'b' format requires -127 <= number <= 127"}`, "-127"},
		{"a kind",
			`{"op":"pack","format":"b","values":[{"str":"1"}],"error":"error","message":"required argument is not an integer"}`,
			`{"op":"pack","format":"b","values":[{"str":"1"}],"error":"error","message":"int too large to convert"}`, "kind"},
		{"an error",
			`{"op":"pack","format":"B","values":[{"int":"255"}],"ok":"ff"}`,
			`{"op":"pack","format":"B","values":[{"int":"255"}],"error":"error","message":"'B' format requires 0 <= number <= 254"}`, "want error"},
		{"no error",
			`{"op":"pack","format":"B","values":[{"int":"256"}],"error":"error","message":"'B' format requires 0 <= number <= 255"}`,
			`{"op":"pack","format":"B","values":[{"int":"256"}],"ok":"00"}`, "got structpack: pack"},
		{"a bad format",
			`{"op":"unpack","format":"y","hex":"","error":"error","message":"bad char in struct format"}`,
			`{"op":"unpack","format":"y","hex":"","ok":[]}`, "bad char"},
		{"a good format",
			`{"op":"unpack","format":"0i","hex":"","ok":[]}`,
			`{"op":"unpack","format":"0i","hex":"","error":"error","message":"bad char in struct format"}`, "want error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := NewChecker(headerOf(structpack.LP64, "3.15.2"))
			if problem := c.Check(&read(t, tt.right)[0]).Problem; problem != "" {
				t.Errorf("the right answer: %s", problem)
			}
			if problem := c.Check(&read(t, tt.wrong)[0]).Problem; !strings.Contains(problem, tt.problem) {
				t.Errorf("the wrong answer: got %q, want %q", problem, tt.problem)
			}
			if c.Cases != 2 || c.Ways < 2 || len(c.Words)+len(c.Apart)+len(c.LeftOut) > 0 {
				t.Errorf("%d cases in %d ways, %v, %v, %v", c.Cases, c.Ways, c.Words, c.Apart, c.LeftOut)
			}
		})
	}
}

// TestDifferences has answers that differ on purpose: they are for some Pythons
// and not for others.
func TestDifferences(t *testing.T) {
	quiets := headerOf(structpack.LP64, "3.15.2")
	quiets.NaN = NaNs{Cast: "7ff82468a0000000", Double: "7ff0000000000001"}
	canonical := quiets
	canonical.NaN.Cast = "7ff8000000000000"
	mips := quiets
	mips.NaN.Cast = "7ff7ffffffffffff"
	x87 := headerOf(structpack.ILP32Align4, "3.15.2")
	x87.NaN = NaNs{Cast: "7ff82468a0000000", Double: "7ff8000000000001"}
	old := func(version string) Header { return headerOf(structpack.LP64, version) }
	for _, tt := range []struct {
		name, line string
		apart      []Header // compared, and different on purpose
		leftOut    []Header
		differ     []Header // and not on purpose
	}{
		{"a signalling NaN that was cast", `{"op":"unpack","format":"f","hex":"0100807f","ok":[{"float":"7ff8000020000000"}]}`,
			[]Header{quiets, x87, old("3.13.0")}, nil, []Header{canonical}},
		{"one of which the cast makes its own", `{"op":"unpack","format":"f","hex":"0100807f","ok":[{"float":"7ff8000000000000"}]}`,
			[]Header{canonical}, nil, []Header{quiets, x87}},
		{"one that was packed", `{"op":"pack","format":"<F","values":[{"complex":["7ff0000020000000","0000000000000000"]}],"ok":"0100c07f00000000"}`,
			[]Header{quiets, x87}, nil, []Header{canonical}},
		{"a double that a call quiets", `{"op":"unpack","format":"<d","hex":"010000000000f07f","ok":[{"float":"7ff8000000000001"}]}`,
			[]Header{x87}, nil, []Header{quiets, old("3.6.15")}},
		{"of which the upper bits are left in a float", `{"op":"pack","format":"<f","values":[{"float":"7ff8000000000000"}],"ok":"ffffbf7f"}`,
			[]Header{mips}, nil, []Header{quiets, x87, canonical}},
		{"a bool of clang's", `{"op":"unpack","format":"?","hex":"02","ok":[{"bool":false}]}`,
			[]Header{old("3.12.0")}, nil, []Header{old("3.13.0"), quiets}},
		{"but not in standard mode", `{"op":"unpack","format":"<?","hex":"02","ok":[{"bool":false}]}`,
			nil, nil, []Header{old("3.12.0"), quiets}},
		{"ten times p", `{"op":"calcsize","format":"10p","ok":9}`, nil, nil, []Header{old("3.6.0"), quiets}},
		{"a half whose payload is lost", `{"op":"pack","format":"<e","values":[{"float":"7ff8040000000000"}],"ok":"007e"}`,
			[]Header{old("3.13.0")}, nil, []Header{old("3.14.0"), quiets, x87}},
		{"numbers are none of these", `{"op":"unpack","format":"<f","hex":"0000807f","ok":[{"float":"7ff8000000000000"}]}`,
			nil, nil, []Header{quiets, x87, canonical, old("3.6.15")}},
		{"other words for a range", `{"op":"pack","format":"b","values":[{"int":"200"}],"error":"error","message":"argument out of range"}`,
			[]Header{old("3.11.7")}, nil, []Header{old("3.12.0"), quiets}},
		{"other words for an offset", `{"op":"unpack_from","format":"b","hex":"00","offset":2,"error":"error","message":"unpack_from requires a buffer of at least 1 bytes"}`,
			[]Header{old("3.7.3")}, nil, []Header{old("3.8.0"), quiets}},
		{"and to pack", `{"op":"pack_into","format":"b","hex":"00","offset":2,"values":[{"int":"1"}],"error":"error","message":"pack_into requires a buffer of at least 1 bytes"}`,
			[]Header{old("3.6.3")}, nil, []Header{old("3.7.0"), quiets}},
		{"a format that is not ASCII", `{"op":"calcsize","format":"é","error":"UnicodeEncodeError","message":"'ascii' codec can't encode character"}`,
			[]Header{old("3.14.3")}, nil, []Header{quiets}},
		{"a length after the structure", `{"op":"pack_into","format":"b0p","hex":"5555","offset":0,"values":[{"int":"1"},{"bytes":""}],"ok":"0100"}`,
			[]Header{old("3.13.0"), old("3.15.0rc1")}, []Header{old("3.12.0")}, []Header{quiets}},
		{"complex numbers", `{"op":"calcsize","format":"F","error":"error","message":"bad char in struct format"}`,
			nil, []Header{old("3.13.0")}, []Header{old("3.14.0"), quiets}},
		{"their other names", `{"op":"calcsize","format":"Zf","error":"error","message":"bad char in struct format"}`,
			nil, []Header{old("3.14.0")}, []Header{quiets}},
		{"infinite floats", `{"op":"pack","format":"f","values":[{"float":"7fe0000000000000"}],"ok":"0000807f"}`,
			nil, []Header{old("3.13.0"), old("3.14.0")}, []Header{quiets}},
		{"the end of a format", `{"op":"calcsize","format":"i\u0000y","ok":4}`,
			nil, []Header{old("3.6.0")}, []Header{old("3.7.0"), quiets}},
		{"too many values", `{"op":"calcsize","format":"9223372036854775807b0s","ok":9223372036854775807}`,
			nil, []Header{old("3.14.0")}, []Header{quiets}},
		{"a float for an integer", `{"op":"pack","format":"b","values":[{"float":"3ff8000000000000"}],"ok":"01"}`,
			nil, []Header{old("2.7.18")}, []Header{old("3.6.0"), quiets}},
		{"half floats", `{"op":"calcsize","format":"e","error":"error","message":"bad char in struct format"}`,
			nil, []Header{old("2.7.18")}, []Header{old("3.6.0"), quiets}},
		{"no iter_unpack", `{"op":"iter_unpack","format":"b","hex":"01","error":"AttributeError","message":"no attribute"}`,
			nil, []Header{old("2.7.18")}, []Header{old("3.6.0"), quiets}},
		{"a count without a code", `{"op":"calcsize","format":"i3","ok":4}`,
			nil, []Header{old("2.7.18")}, []Header{old("3.6.0"), quiets}},
		{"no memory", `{"op":"calcsize","format":"9223372036854775807b","error":"MemoryError","message":""}`,
			nil, []Header{old("2.7.18")}, []Header{old("3.6.0"), quiets}},
		{"other words for everything", `{"op":"pack","format":"c","values":[{"int":"1000"}],"error":"error","message":"char format require string of length 1"}`,
			[]Header{old("2.7.18")}, nil, []Header{old("3.6.0"), quiets}},
		{"another result is not that", `{"op":"pack","format":"b","values":[{"int":"1"}],"ok":"02"}`,
			nil, nil, []Header{old("2.7.18"), old("3.6.0"), quiets}},
		{"nor an error", `{"op":"pack","format":"b","values":[{"int":"1"}],"error":"error","message":"integer out of range"}`,
			nil, nil, []Header{old("2.7.18"), old("3.6.0"), quiets}},
		{"a list for an item", `{"op":"pack","format":"<B2H","values":[{"int":"7"},{"bytes":"0102"}],"error":"error","message":"pack expected 3 items for packing (got 2)"}`,
			[]Header{old("3.6.0"), quiets}, nil, nil},
		{"and into a buffer", `{"op":"pack_into","format":"<2B","hex":"555555","offset":1,"values":[{"bytes":"0102"}],"error":"error","message":"pack_into expected 2 items for packing (got 1)"}`,
			[]Header{quiets}, nil, nil},
		{"a value is no such list", `{"op":"pack","format":"<H","values":[{"bytes":"01"}],"error":"error","message":"pack expected 2 items for packing (got 1)"}`,
			nil, nil, []Header{old("3.6.0"), quiets}},
		{"nor are bytes for s", `{"op":"pack","format":"2s","values":[{"bytes":"0102"}],"error":"error","message":"pack expected 2 items for packing (got 1)"}`,
			nil, nil, []Header{old("3.6.0"), quiets}},
		{"a string", `{"op":"pack","format":"s","values":[{"str":"a"}],"error":"error","message":"argument for 's' must be a bytes object"}`,
			nil, []Header{old("3.6.0"), quiets}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if math.MaxInt == math.MaxInt32 && strings.Contains(tt.line, "9223372036854775807") {
				t.Skip("it takes an int of 64 bits")
			}
			cs := &read(t, tt.line)[0]
			check := func(headers []Header, apart, leftOut int, differs bool) {
				for _, h := range headers {
					c := NewChecker(h)
					r := c.Check(cs)
					if len(c.Apart)+len(c.Words) != apart || len(c.LeftOut) != leftOut || (r.Problem != "") != differs {
						t.Errorf("Python %s, %+v: %+v", h.Python, h.NaN, r)
					}
				}
			}
			check(tt.apart, 1, 0, false)
			check(tt.leftOut, 0, 1, false)
			check(tt.differ, 0, 0, true)
		})
	}
}

// TestVariants: what stands for a Python value in Go stands for that value.
func TestVariants(t *testing.T) {
	for _, line := range []string{
		`{"int":"0"}`, `{"int":"-129"}`, `{"int":"255"}`, `{"int":"18446744073709551615"}`, `{"int":"-9223372036854775809"}`,
		`{"float":"3ff8000000000000"}`, `{"float":"7ff0000020000000"}`, `{"float":"fff0000000000001"}`, `{"float":"8000000000000000"}`,
		`{"complex":["3ff0000000000000","8000000000000000"]}`, `{"complex":["7fefffffffffffff","7ff0000000000001"]}`,
		`{"bytes":""}`, `{"bytes":"00ff61"}`, `{"bool":true}`, `{"bool":false}`, `{"none":true}`, `{"object":true}`,
		`{"list":[]}`, `{"list":[{"none":true}]}`,
	} {
		want := read(t, `{"op":"pack","values":[`+line+`]}`)[0].Values[0]
		all := want.Variants()
		for _, v := range all {
			if diff := cmp.Diff(want, ValueOf(v)); diff != "" {
				t.Errorf("%s as %T: %s", line, v, diff)
			}
		}
	}
}

// TestQuestions: the questions leave nothing out, and the same seed asks the
// same ones.
func TestQuestions(t *testing.T) {
	for _, abi := range structpack.ABIs() {
		if math.MaxInt == math.MaxInt32 && abi.Pointer == 8 {
			continue // whose sizes an int cannot count
		}
		h := headerOf(abi, "3.15.2")
		m, again := NewQuestioner(h, 1), NewQuestioner(h, 1)
		counts := map[string]int{}
		for range 5000 {
			q := m.Question()
			if !reflect.DeepEqual(q, again.Question()) {
				t.Fatalf("the same seed makes up another question than %+v", q)
			}
			s, err := structpack.CompileFor(abi, q.FormatString())
			if err == nil && s.Size() > huge {
				counts["huge"]++
			}
			counts[q.Op+" "+outcome(&q, s, err)]++
			if o := q.Offset; o != nil {
				counts[fmt.Sprint("negative offset: ", *o < 0)]++
				if *o > math.MaxInt32-20 || *o < -math.MaxInt32+20 {
					counts["extreme offset"]++
				}
			}
			for _, v := range q.Values {
				for i, f := range []any{v.Int, v.Float, v.Complex, v.Bytes, v.Bool, v.List} {
					if !reflect.ValueOf(f).IsNil() {
						counts[fmt.Sprint("value ", i)]++
					}
				}
				counts[fmt.Sprint("none ", v.None, ", object ", v.Object)]++
			}
		}
		for op, kinds := range map[string]string{
			"calcsize": "ok format", "pack": "ok format count type range", "pack_into": "ok format count type range buffer",
			"unpack": "ok format buffer", "unpack_from": "ok format buffer", "iter_unpack": "ok format buffer",
		} {
			for kind := range strings.FieldsSeq(kinds) {
				if n := counts[op+" "+kind]; n < 10 {
					t.Errorf("%s: %d of the questions are %s that is %s", abi.Name, n, op, kind)
				}
			}
		}
		for _, what := range []string{"huge", "negative offset: true", "negative offset: false", "extreme offset",
			"value 0", "value 1", "value 2", "value 3", "value 4", "value 5", "none true, object false", "none false, object true"} {
			if counts[what] < 10 {
				t.Errorf("%s: %s: %d", abi.Name, what, counts[what])
			}
		}
	}
}

// outcome answers a question by structpack.
func outcome(q *Question, s *structpack.Struct, err error) string {
	if err == nil {
		var values []any
		for i := range q.Values {
			values = append(values, q.Values[i].Variants()[0])
		}
		switch q.Op {
		case "pack":
			_, err = s.Pack(values...)
		case "pack_into":
			err = s.PackInto(q.Data(), q.At(), values...)
		case "unpack":
			_, err = s.Unpack(q.Data())
		case "unpack_from":
			_, err = s.UnpackFrom(q.Data(), q.At())
		case "iter_unpack":
			_, err = s.IterUnpack(q.Data())
		}
	}
	for kind, name := range kindNames {
		if errors.Is(err, kind) {
			return name
		}
	}
	return "ok"
}

func TestHeader(t *testing.T) {
	h, cases, err := Read(strings.NewReader(`{"about": "x", "python": "3.6.15+", "byteorder": "little", "long": 4, "pointer": 4, "align8": 8}
{"op":"calcsize","format":"<b","ok":1}
`))
	if err != nil || len(cases) != 1 || h.Version() != 306 || h.ABI() != structpack.ILP32 {
		t.Errorf("got %+v, %v, %v", h, cases, err)
	}
	for _, abi := range structpack.ABIs() {
		h := headerOf(abi, "3.15.2")
		if h.ABI() != abi || h.Version() != 315 {
			t.Errorf("%+v: got %v, %d", h, h.ABI(), h.Version())
		}
	}
	for _, bad := range []string{`{"op":`, `{"op":1}`, `{"python":3}`} {
		if _, _, err := Read(strings.NewReader(bad)); err == nil {
			t.Errorf("%s is read", bad)
		}
	}
}
