package structpack_test

import (
	"encoding/json"
	"os"
	"path/filepath"
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

// TestFixtures runs what CPython answered through every way of asking for it.
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
			checkCases(t, c, cases)
			t.Logf("CPython %s: %d cases, asked in %d ways, agree; different on purpose: %v; left out: %v", h.Python, c.Cases, c.Ways, c.Apart, c.LeftOut)
		})
	}
}

func checkCases(t *testing.T, c *oracle.Checker, cases []oracle.Case) {
	t.Helper()
	failed := 0
	for i := range cases {
		if problem := c.Check(&cases[i]); problem != "" {
			t.Errorf("%s\n%s", problem, &cases[i])
			if failed++; failed > 20 {
				t.Fatal("and so on")
			}
		}
	}
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
