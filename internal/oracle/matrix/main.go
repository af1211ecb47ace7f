// Matrix asks many Pythons the questions of the fixtures, and others made up at
// random, and prints docs/COMPATIBILITY.md from what they answer.
//
//	go run ./internal/oracle/matrix -pythons pythons.txt > docs/COMPATIBILITY.md
//
// A line of the file is a platform, as Go names it, and the command that runs
// a Python there:
//
//	linux/amd64 python3.13
//	linux/s390x qemu-s390x -L /s390x /s390x/usr/bin/python3
//
// The status is 1 if there was a disagreement.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/structpack"
	"example.com/structpack/internal/oracle"
)

func main() {
	pythons := flag.String("pythons", "", "the `file` that lists the Pythons")
	testdata := flag.String("testdata", "testdata", "the `directory` of the fixtures and of oracle.py")
	n := flag.Int("n", 20000, "how many questions to make up for each")
	flag.Parse()
	if *pythons == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(os.Stdout, *pythons, *testdata, *n); err != nil {
		fmt.Fprintln(os.Stderr, "matrix:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, pythons, testdata string, n int) error {
	lines, err := os.ReadFile(pythons)
	if err != nil {
		return err
	}
	fixtures, err := readFixtures(testdata)
	if err != nil {
		return err
	}
	var all []*column
	problems := 0
	for line := range strings.Lines(string(lines)) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if len(words) == 1 {
			return fmt.Errorf("%s: no command in %q", pythons, line)
		}
		began := time.Now()
		c, err := ask(words[0], words[1:], filepath.Join(testdata, "oracle.py"), fixtures, n)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s %s: %d + %d questions, %d disagreements, %s\n",
			c.platform, c.Python, c.fixtures.Cases, c.madeUp.Cases, len(c.problems), time.Since(began).Round(time.Second))
		for _, p := range c.problems {
			fmt.Fprintln(os.Stderr, p)
		}
		problems += len(c.problems)
		all = append(all, c)
	}
	w := bufio.NewWriter(out)
	document(w, all)
	if err := w.Flush(); err != nil {
		return err
	}
	if problems > 0 {
		return fmt.Errorf("%d disagreements", problems)
	}
	return nil
}

// readFixtures reads the fixtures that a question about any ABI can be made of.
func readFixtures(testdata string) (all []oracle.Case, err error) {
	for _, name := range []string{"formats", "integers", "floats", "strings", "counts", "buffers", "real", "last"} {
		f, err := os.Open(filepath.Join(testdata, name+".jsonl"))
		if err != nil {
			return nil, err
		}
		_, cases, err := oracle.Read(f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, cases...)
	}
	return all, nil
}

// A column is what one Python answered.
type column struct {
	platform string
	oracle.Header
	rows     map[row]level
	sizes    map[string]int // of formats
	fixtures *oracle.Checker
	madeUp   *oracle.Checker
	others   map[string]map[string]bool // its sentences for one of CPython 3.15's
	problems []string
}

// A row is a code with a prefix, of those that do not mean the same.
type row struct{ prefix, code string }

// A level says how far answers agree. The worst of a row counts.
type level int

const (
	nothing level = iota // was asked
	same
	words   // some errors have other words
	results // some results differ on purpose
	absent  // the Python has it not
	problem
)

var (
	prefixes = []string{"@", "=", "<", ">"}
	codes    = strings.Fields("x c b B ? h H i I l L q Q n N P e f d F Zf D Zd s p")
)

// ask asks one Python.
func ask(platform string, command []string, script string, fixtures []oracle.Case, n int) (*column, error) {
	python, err := oracle.Start(command, script)
	if err != nil {
		return nil, err
	}
	h := python.Header
	c := &column{platform: platform, Header: h, rows: map[row]level{}, sizes: map[string]int{}, others: map[string]map[string]bool{},
		fixtures: oracle.NewChecker(h), madeUp: oracle.NewChecker(h)}
	c.fixtures.Rows, c.madeUp.Rows = 2, 2

	var questions []oracle.Question
	var known []oracle.Case
	for _, cs := range fixtures {
		r, single := rowOf(&cs.Question)
		if h.Lacks(cs.Format) {
			if single && h.Lacks(r.prefix+r.code) {
				c.raise(r, absent)
			}
			continue // an old Python is not even to be asked about 0p
		}
		questions, known = append(questions, cs.Question), append(known, cs)
		// The fixtures ask less about = and @, which have the machine's byte order.
		if single && r.prefix == map[string]string{"little": "<", "big": ">"}[h.ByteOrder] {
			for _, prefix := range []string{"=", "@"} {
				cs.Format = prefix + cs.Format[1:]
				questions, known = append(questions, cs.Question), append(known, cs)
			}
		}
	}
	m := oracle.NewQuestioner(h, 1)
	for range n {
		questions = append(questions, m.Question())
	}
	for first := 0; first < len(questions); first += 1000 {
		batch := questions[first:min(first+1000, len(questions))]
		answers, err := python.Ask(batch)
		if err != nil {
			python.Close()
			return nil, err
		}
		for i := range batch {
			cs := oracle.Case{Question: batch[i], Answer: answers[i]}
			if first+i < len(known) {
				c.check(c.fixtures, &cs, &known[first+i])
			} else {
				c.check(c.madeUp, &cs, nil)
			}
		}
	}
	return c, python.Close()
}

func (c *column) check(checker *oracle.Checker, cs, known *oracle.Case) {
	result := checker.Check(cs)
	l := same
	switch {
	case result.Problem != "":
		l = problem
		c.problems = append(c.problems, result.Problem+"\n"+cs.String())
	case result.LeftOut == oracle.Strings:
		return
	case result.Apart != "", result.LeftOut != "":
		l = results
	case result.Words != "":
		l = words
	}
	if known == nil {
		return
	}
	if r, single := rowOf(&cs.Question); single {
		c.raise(r, l)
	}
	if size, err := strconv.Atoi(string(cs.OK)); err == nil && cs.Op == "calcsize" {
		c.sizes[cs.Format] = size
	}
	// The fixtures are answers of an LP64 machine; where the sizes are others
	// so may be the mistakes.
	if l == words && c.ABI() == structpack.LP64 && known.Error != "" {
		ours, theirs := pattern(known.Message), pattern(cs.Message)
		if c.others[ours] == nil {
			c.others[ours] = map[string]bool{}
		}
		c.others[ours][theirs] = true
	}
}

func (c *column) raise(r row, l level) { c.rows[r] = max(c.rows[r], l) }

// rowOf returns the row of a question about one code.
func rowOf(q *oracle.Question) (r row, single bool) {
	if q.Op != "calcsize" && q.Op != "pack" && q.Op != "unpack" {
		return row{}, false
	}
	r.prefix, r.code = "@", q.Format
	if q.Format != "" && strings.Contains("@=<>!", q.Format[:1]) {
		r.prefix, r.code = q.Format[:1], q.Format[1:]
	}
	if r.prefix == "!" {
		r.prefix = ">"
	}
	r.code = strings.TrimLeft(r.code, "0123456789")
	return r, slices.Contains(codes, r.code)
}

var (
	aNumber = regexp.MustCompile(`-?\b(0x[0-9a-f]+|[0-9]+)\b`)
	aCode   = regexp.MustCompile(`'[a-zA-Z]' format`)
	aCodec  = regexp.MustCompile(`('ascii' codec can't encode).*`)
)

// pattern is a sentence with its numbers and codes left open.
func pattern(s string) string {
	s = aNumber.ReplaceAllString(s, "N")
	s = aCode.ReplaceAllString(s, "'…' format")
	return aCodec.ReplaceAllString(s, "$1 …")
}
