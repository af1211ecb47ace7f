package structpack_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/internal/oracle"
)

// fixtures are the files that testdata/oracle.py wrote.
var fixtures = []string{"formats", "integers", "floats", "halves", "strings", "counts", "buffers", "real", "last"}

func readFixtures(t *testing.T, file string) (oracle.Header, []oracle.Case) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h, cases, err := oracle.Read(f)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if h.Python == "" || len(cases) == 0 {
		t.Fatalf("%s: no header, or no cases", file)
	}
	return h, cases
}

// TestFixtures runs what CPython answered through every way of asking for it,
// with values of every Go type; of some in turn if -short is set.
// STRUCTPACK_FIXTURES names more files, such as those that a user made of
// formats of their own with testdata/oracle.py.
func TestFixtures(t *testing.T) {
	var files []string
	for _, name := range fixtures {
		files = append(files, filepath.Join("testdata", name+".jsonl"))
	}
	files = append(files, filepath.SplitList(os.Getenv("STRUCTPACK_FIXTURES"))...)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".jsonl"), func(t *testing.T) {
			h, cases := readFixtures(t, file)
			c := oracle.NewChecker(h)
			if testing.Short() {
				c.Rows = 3
			}
			checkCases(t, c, cases)
			t.Logf("CPython %s: %d cases, asked in %d ways, agree; other words: %v; different on purpose: %v; left out: %v",
				h.Python, c.Cases, c.Ways, c.Words, c.Apart, c.LeftOut)
		})
	}
}

func checkCases(t *testing.T, c *oracle.Checker, cases []oracle.Case) {
	t.Helper()
	failed := 0
	for i := range cases {
		if problem := c.Check(&cases[i]).Problem; problem != "" {
			t.Errorf("%s\n%s", problem, &cases[i])
			if failed++; failed > 20 {
				t.Fatal("and so on")
			}
		}
	}
}

// TestFixtureCoverage sees that the fixtures leave nothing out: every code with
// every prefix and limit, every repeat count that matters, every half float,
// every sentence that CPython has for a mistake, every format of a real program.
func TestFixtureCoverage(t *testing.T) {
	const codes, integers = "c b B ? h H i I l L q Q n N P e f d F D Zf Zd s p", "b B h H i I l L q Q n N P"
	asked := map[string]bool{} // questions: their op, format, and values or bytes
	sentences := map[string]int{}
	halves := map[string]bool{}
	for _, name := range fixtures {
		_, cases := readFixtures(t, filepath.Join("testdata", name+".jsonl"))
		for _, c := range cases {
			what := c.Op + " " + c.Format
			asked[what] = true
			asked[what+" "+c.Kind()] = true
			if len(c.Values) == 1 && c.Values[0].Int != nil {
				asked[what+" "+*c.Values[0].Int] = true
			}
			if len(c.Values) == 1 && c.Values[0].Float != nil {
				asked[what+" "+*c.Values[0].Float] = true
			}
			asked[what+" "+c.Hex] = true
			sentences[c.Message]++
			if c.Op == "floats_both" {
				for i := 0; i < len(c.Hex); i += 4 {
					halves[c.Hex[i:i+4]] = true
				}
			}
		}
	}
	want := func(format string, args ...any) {
		t.Helper()
		if what := fmt.Sprintf(format, args...); !asked[what] {
			t.Errorf("no fixture asks: %s", what)
		}
	}
	for _, prefix := range []string{"", "@", "=", "<", ">", "!"} {
		for code := range strings.FieldsSeq(codes) {
			s, err := structpack.CompileFor(structpack.LP64, prefix+code)
			if err != nil {
				continue // a native code
			}
			want("calcsize %s%s", prefix, code)
			want("calcsize %sb%s", prefix, code)
			for _, n := range []int{0, 1, 2, 255, 256} {
				if code == "p" && n == 0 {
					continue // in a file of its own
				}
				want("pack %s%d%s ", prefix, n, code)
				want("pack %s%d%s count", prefix, n, code)
				if n < 255 || prefix == "@" || prefix == ">" {
					want("unpack %s%d%s ", prefix, n, code)
				}
			}
			if strings.Contains(integers, code) {
				signed := code == strings.ToLower(code)
				hi := new(big.Int).Lsh(big.NewInt(1), uint(8*s.Size()))
				lo := new(big.Int)
				if signed || code == "P" {
					lo.Rsh(hi, 1).Neg(lo)
				}
				if signed {
					hi.Rsh(hi, 1)
				}
				for _, n := range []*big.Int{lo, new(big.Int).Sub(lo, big.NewInt(1)), hi, new(big.Int).Sub(hi, big.NewInt(1))} {
					want("pack %s%s %d", prefix, code, n)
				}
				want("unpack %s%s %s", prefix, code, strings.Repeat("00", s.Size()))
				want("unpack %s%s %s", prefix, code, strings.Repeat("ff", s.Size()))
			}
		}
	}
	for _, code := range []string{"e", "f", "d"} {
		for _, prefix := range []string{"@", "<", ">"} {
			for _, bits := range []string{"0000000000000000", "8000000000000000", "7fefffffffffffff", "7ff0000000000000", "fff0000000000000", // the largest, infinities
				"7ff8000000000000", "7ff0000000000001", "7ff0000020000000", "ffffffffffffffff", "7ffc000123456789", // NaNs
				"47efffffe0000000", "47efffffefffffff", "47effffff0000000", "36a0000000000000", "3690000000000000", "3690000000000001", // about the limits of f
				"40effc0000000000", "40effdffffffffff", "40effe0000000000", "3e70000000000000", "3e60000000000000", "3e60000000000001"} { // and of e
				want("pack %s%s %s", prefix, code, bits)
			}
		}
	}
	for what, bits := range map[string]string{"e": "7c01 7e00 fdff ffff", "f": "7f800001 7fc00000 ffbfffff ffffffff 7fc12345",
		"d": "7ff0000000000001 fff8000000000000 fff7ffffffffffff ffffffffffffffff"} {
		for b := range strings.FieldsSeq(bits) {
			want("unpack >%s %s", what, b)
		}
	}
	if len(halves) != 1<<16 {
		t.Errorf("%d half floats of 65536", len(halves))
	}

	for _, sentence := range []string{
		`bad char in struct format`, `repeat count given without format specifier`, `total struct size too long`,
		`embedded null character`, `non-ASCII character in struct format`,
		`pack expected \d+ items for packing \(got \d+\)`, `pack_into expected \d+ items for packing \(got \d+\)`,
		`'[bhilqn]' format requires -\d+ <= number <= \d+`, `'[BHILQN]' format requires 0 <= number <= \d+`,
		`int too large to convert`, `float too large to pack with e format`, `float too large to pack with f format`,
		`required argument is not an integer`, `required argument is not a float`, `required argument is not a complex`,
		`char format requires a bytes object of length 1`, `argument for 's' must be a bytes object`, `argument for 'p' must be a bytes object`,
		`unpack requires a buffer of \d+ bytes`,
		`unpack_from requires a buffer of at least \d+ bytes for unpacking \d+ bytes at offset \d+ \(actual buffer size is \d+\)`,
		`pack_into requires a buffer of at least \d+ bytes for packing \d+ bytes at offset \d+ \(actual buffer size is \d+\)`,
		`not enough data to unpack \d+ bytes at offset -\d+`, `no space to pack \d+ bytes at offset -\d+`,
		`offset -\d+ out of range for \d+-byte buffer`,
		`iterative unpacking requires a buffer of a multiple of \d+ bytes`, `cannot iteratively unpack with a struct of length 0`,
	} {
		whole := regexp.MustCompile("^" + sentence + "$")
		n := 0
		for s, count := range sentences {
			if whole.MatchString(s) {
				n += count
				delete(sentences, s)
			}
		}
		t.Logf("%5d times: %s", n, sentence)
		if n == 0 {
			t.Errorf("no fixture is answered: %s", sentence)
		}
	}
	delete(sentences, "") // of the answers that are no errors
	if len(sentences) > 0 {
		t.Errorf("sentences that are not in the table: %v", sentences)
	}

	real, err := os.ReadFile(filepath.Join("testdata", "real_formats.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for lines := json.NewDecoder(bytes.NewReader(real)); lines.More(); {
		var line struct{ Format string }
		if err := lines.Decode(&line); err != nil {
			t.Fatal(err)
		}
		want("calcsize %s", line.Format)
	}
	t.Logf("%d questions that differ in what is asked here", len(asked))
}

// TestNativeABI reproduces on this machine what CPythons on sixteen platforms
// answered to native formats.
func TestNativeABI(t *testing.T) {
	f, err := os.Open(filepath.Join("testdata", "native_abi.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	checkers := map[string]*oracle.Checker{}
	for _, abi := range structpack.ABIs() {
		h := oracle.Header{Python: "3.15", Implementation: "CPython", Long: abi.Long, Pointer: abi.Pointer, Align8: abi.Align8}
		if abi.BigEndian {
			h.ByteOrder = "big"
		}
		if got := h.ABI(); got != abi {
			t.Fatalf("the header of %v is that of %v", abi, got)
		}
		checkers[abi.Name] = oracle.NewChecker(h)
	}
	lines := json.NewDecoder(f)
	var about struct{}
	if err := lines.Decode(&about); err != nil {
		t.Fatal(err)
	}
	for lines.More() {
		var line struct {
			oracle.Question
			Answers map[string]struct {
				Size json.RawMessage
				Hex  json.RawMessage
			}
		}
		if err := lines.Decode(&line); err != nil {
			t.Fatal(err)
		}
		for class, answer := range line.Answers {
			c, known := checkers[class]
			if !known {
				t.Fatalf("no ABI is called %q", class)
			}
			pack, size := line.Question, line.Question
			pack.Op, size.Op = "pack", "calcsize"
			checkCases(t, c, []oracle.Case{
				{Question: size, Answer: oracle.Answer{OK: answer.Size}},
				{Question: pack, Answer: oracle.Answer{OK: answer.Hex}},
			})
		}
	}
	for class, c := range checkers {
		if c.Cases < 100 || len(c.LeftOut) > 0 {
			t.Errorf("%s: %d cases, left out: %v", class, c.Cases, c.LeftOut)
		}
		t.Logf("%s: %d cases in %d ways", class, c.Cases, c.Ways)
	}
}
