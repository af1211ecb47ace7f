// Ask makes questions up for a Python's struct module, and compares its answers
// with the answers of this package, through every function of its API.
//
//	go run ./internal/oracle/ask -python python3.13 -n 200000 -seed 1
//
// The Python may be a command of several words, as an emulator needs it. Where
// the Go side runs under the same emulator, both answer for the same machine:
//
//	GOARCH=s390x go run -exec qemu-s390x ./internal/oracle/ask -python 'qemu-s390x -L /s390x /s390x/usr/bin/python3'
//
// It prints how many questions of which kind there were, how many had a count of 0
// or slices for items, and every disagreement, with the question as a line of JSON.
// Such lines, in a file, are asked again with -replay. The status is 1 if there was
// a disagreement.
package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"example.com/structpack/internal/oracle"
)

type options struct {
	command []string
	script  string
	n       int
	seed    int64
	workers int
	replay  string
	most    int
}

func main() {
	var o options
	python := flag.String("python", "python3", "the `command` that runs Python")
	flag.StringVar(&o.script, "script", filepath.Join("testdata", "oracle.py"), "the `file` for it to run")
	flag.IntVar(&o.n, "n", 10000, "how many questions")
	flag.Int64Var(&o.seed, "seed", 1, "what they are made up from")
	flag.IntVar(&o.workers, "workers", min(runtime.NumCPU(), 4), "how many Pythons to run at once")
	flag.StringVar(&o.replay, "replay", "", "ask the questions of a `file` instead, - for standard input; each with every Go type")
	flag.IntVar(&o.most, "most", 20, "stop after so many disagreements")
	flag.Parse()
	o.command = strings.Fields(*python)
	if flag.NArg() > 0 || len(o.command) == 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := o.run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "ask:", err)
		os.Exit(1)
	}
}

// batch is how many questions are asked at once. Each batch has a seed of its
// own, so that it does not matter who asks it.
const batch = 1000

func (o *options) run(out io.Writer) error {
	t := tally{options: *o, out: out, began: time.Now(), byOp: map[string]map[string]int{}}
	if o.replay != "" {
		var err error
		if t.given, err = read(o.replay); err != nil {
			return err
		}
		t.n = len(t.given)
	}
	batches := make(chan int)
	var wg sync.WaitGroup
	for range t.workers {
		wg.Go(func() {
			if err := t.work(batches); err != nil {
				t.fail(err)
			}
			for range batches { // what is left when there is nobody to ask
			}
		})
	}
	for i := 0; i*batch < t.n && !t.done(); i++ {
		batches <- i
	}
	close(batches)
	wg.Wait()
	return t.report()
}

func read(name string) (questions []oracle.Question, err error) {
	in := os.Stdin
	if name != "-" {
		if in, err = os.Open(name); err != nil {
			return nil, err
		}
		defer in.Close()
	}
	_, cases, err := oracle.Read(in)
	for _, c := range cases {
		questions = append(questions, c.Question)
	}
	return questions, err
}

// A tally adds up what the workers find.
type tally struct {
	options
	given []oracle.Question // to ask, if they are not made up
	began time.Time

	mu       sync.Mutex
	out      io.Writer
	sum      *oracle.Checker
	byOp     map[string]map[string]int
	problems int
	err      error
}

func (t *tally) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.err = err
}

func (t *tally) done() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err != nil || t.problems >= t.most
}

// work asks one Python, and checks what it says.
func (t *tally) work(batches <-chan int) (err error) {
	python, err := oracle.Start(t.command, t.script)
	if err != nil {
		return err
	}
	defer func() {
		if e := python.Close(); err == nil {
			err = e
		}
	}()
	h := python.Header
	t.begin(h)
	for i := range batches {
		questions := t.questions(h, i)
		answers, err := python.Ask(questions)
		if err != nil {
			return err
		}
		c := oracle.NewChecker(h)
		if t.given == nil {
			c.Rows = 2
		}
		for j, q := range questions {
			cs := oracle.Case{Question: q, Answer: answers[j]}
			t.count(&cs, c.Check(&cs).Problem)
		}
		t.add(c)
	}
	return nil
}

// questions returns the questions of a batch.
func (t *tally) questions(h oracle.Header, i int) (questions []oracle.Question) {
	first, end := i*batch, min(t.n, (i+1)*batch)
	if t.given != nil {
		return t.given[first:end]
	}
	m := oracle.NewQuestioner(h, t.seed<<32+int64(i))
	for range end - first {
		questions = append(questions, m.Question())
	}
	return questions
}

func (t *tally) begin(h oracle.Header) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sum == nil {
		t.sum = oracle.NewChecker(h)
		fmt.Fprintf(t.out, "%s %s, ABI %s; structpack on %s/%s; seed %d\n", h.Implementation, h.Python, h.ABI().Name, runtime.GOOS, runtime.GOARCH, t.seed)
	}
}

func (t *tally) count(c *oracle.Case, problem string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byOp[c.Op] == nil {
		t.byOp[c.Op] = map[string]int{}
	}
	t.byOp[c.Op][c.Kind()]++
	if problem != "" {
		t.problems++
		fmt.Fprintf(t.out, "%s\n%s\n", problem, c)
	}
}

func (t *tally) add(c *oracle.Checker) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sum.Add(c)
}

func (t *tally) report() error {
	if t.sum == nil {
		return t.err
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	kinds := []string{"", "format", "count", "type", "range", "buffer"}
	fmt.Fprintf(w, "questions\tanswered\tbad %s\t\n", strings.Join(kinds[1:], "\tbad "))
	for _, op := range slices.Sorted(maps.Keys(t.byOp)) {
		fmt.Fprint(w, op, "\t")
		for _, kind := range kinds {
			fmt.Fprint(w, t.byOp[op][kind], "\t")
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	fmt.Fprintf(t.out, "with a count of 0: %d; with slices and arrays for items, too: %d\n", t.sum.Zeros, t.sum.Slices)
	t.list("other words for", t.sum.Words)
	t.list("different on purpose", t.sum.Apart)
	t.list("left out", t.sum.LeftOut)
	fmt.Fprintf(t.out, "%d cases in %d ways, %d disagreements, %s\n", t.sum.Cases, t.sum.Ways, t.problems, time.Since(t.began).Round(time.Second))
	if t.err == nil && t.problems > 0 {
		return fmt.Errorf("%d disagreements", t.problems)
	}
	return t.err
}

func (t *tally) list(title string, counts map[string]int) {
	for _, reason := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(t.out, "%s: %d, %s\n", title, counts[reason], reason)
	}
}
