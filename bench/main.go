// Bench measures structpack beside hand-written code, other libraries and
// CPython, in one run, and prints tables:
//
//	go run .               the tables on standard output
//	go run . -o FILE       and in a file
//	go run . -only REGEXP  only the jobs whose headings match
//	go run . -frames       the tables of package frame instead
//	go run . -idle         the memory of its idle connections instead
//	go run . -all          all of these
//	go run . -heap 0       with a small heap; it has 64 MiB otherwise
//
// For every job all contestants take turns for a number of passes, and the lower
// quartile of each is printed: as nanoseconds, as a ratio to hand-written code,
// and as a multiple of the speed of the fastest CPython. -python names one, and may be given
// several times; else it is STRUCTPACK_PYTHON, or python3 if that is not set.
package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// A job is what contestants do: pack or unpack so many records at a time.
type job struct {
	heading     string
	records     int // times are of one record
	contestants []contestant
}

// A contestant does its job n times. The first one is the hand-written code, where there is some.
type contestant struct {
	name string
	run  func(n int)
}

// ballast makes the heap as large as in a program of some size. With next
// to nothing on it the collector would run every few megabytes, and what
// allocates would be measured with a collector that nobody has.
var ballast []byte

func main() {
	heap := flag.Int("heap", 64, "how many MiB the heap has")
	var commands []string
	flag.Func("python", "a CPython to compare with; may be given several times", func(command string) error {
		commands = append(commands, command)
		return nil
	})
	passes := flag.Int("passes", 9, "how often everybody takes a turn")
	turn := flag.Duration("time", 20*time.Millisecond, "how long a turn lasts at least")
	file := flag.String("o", "", "write the tables to this file too")
	only := flag.String("only", "", "a regular expression for the headings")
	frames := flag.Bool("frames", false, "frames over connections instead")
	idle := flag.Bool("idle", false, "the memory of idle connections instead")
	all := flag.Bool("all", false, "records, frames and idle connections")
	serve := flag.Bool("serve", false, "be a server for another process: WHO NETWORK ADDRESS")
	flag.Parse()
	if *serve {
		serveProcess(flag.Arg(0), flag.Arg(1), flag.Arg(2))
		return
	}

	ballast = make([]byte, *heap<<20)
	match, err := regexp.Compile(*only)
	check(err)
	var out io.Writer = os.Stdout
	if *file != "" {
		f, err := os.Create(*file)
		check(err)
		defer f.Close()
		out = io.MultiWriter(os.Stdout, f)
	}
	if len(commands) == 0 {
		commands = []string{cmp.Or(os.Getenv("STRUCTPACK_PYTHON"), "python3")}
	}
	var pys []*python
	for _, command := range commands {
		pys = append(pys, newPython(command))
	}
	if *all || !*frames && !*idle {
		recordTables(out, match, *passes, *turn, *heap, pys)
	}
	if *all || *frames {
		frameTables(out, match, *passes, *turn, pys[0])
	}
	if *all || *idle {
		idleTables(out, match)
	}
}

// recordTables prints the tables of records and arrays whose headings match.
func recordTables(out io.Writer, match *regexp.Regexp, passes int, turn time.Duration, heap int, pys []*python) {
	var versions []string
	for _, py := range pys {
		versions = append(versions, py.version)
	}
	fmt.Fprintf(out, "# Results\n\n%s, %s/%s, %s, %s; %s. Lower quartiles of %d passes in turn, nanoseconds for one record or\nnumber; %d MiB on the heap; allocations are of one call. Written by `go run . -all -o RESULTS.md`.\n",
		time.Now().UTC().Format("2006-01-02"), runtime.GOOS, runtime.GOARCH, cpu(), runtime.Version(), strings.Join(versions, ", "), passes, heap)
	for _, make := range jobs() {
		for _, j := range make() {
			if match.MatchString(j.heading) {
				warm()
				j.print(out, passes, turn, pys)
			}
		}
	}
	smallHeapTable(out, match, passes, turn, pys)
}

const smallHeap = 4 // MiB

// smallHeapTable prints what allocates with a small heap, where garbage is collected often.
func smallHeapTable(out io.Writer, match *regexp.Regexp, passes int, turn time.Duration, pys []*python) {
	allocates := regexp.MustCompile(`^(Struct\.(Pack|Unpack|IterUnpack)|Pack|UnpackFrom.*)$`)
	large := len(ballast)
	ballast = make([]byte, smallHeap<<20)
	defer func() { ballast = make([]byte, large) }()
	fmt.Fprintf(out, "\n| %d MiB on the heap | ns | times as fast as the fastest CPython |\n|---|---|---|\n", smallHeap)
	for _, make := range append([]func() []job{nameJobs, headerJobs, manyJobs}, dynamicJobs()...) {
		for _, j := range make() {
			j.contestants = slices.DeleteFunc(j.contestants, func(c contestant) bool { return !allocates.MatchString(c.name) })
			if len(j.contestants) == 0 || !match.MatchString(j.heading) {
				continue
			}
			warm()
			r := j.run(passes, turn, pys)
			for i, c := range j.contestants {
				fmt.Fprintf(out, "| %s: %s | %s | %s |\n", j.heading, c.name, number(r.times[i]), r.multiple(r.times[i]))
			}
		}
	}
}

// warm allocates until garbage has been collected twice. The first time around, memory comes
// from the system, which takes several times as long as the allocation: it is in no program
// for long.
func warm() {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	for before := m.NumGC; m.NumGC < before+2; runtime.ReadMemStats(&m) {
		for range 1000 {
			runtime.KeepAlive(make([]byte, 128<<10)) // too large for a stack
		}
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// results are times, in nanoseconds, of the contestants and of the ways of each CPython.
type results struct {
	times     []float64
	pythons   []pythonTime
	reference float64 // of the fastest CPython, or 0
	fastest   string
}

// run does the job.
func (j job) run(passes int, turn time.Duration, pys []*python) (r results) {
	times := make([][]float64, len(j.contestants))
	snake := map[string][]float64{}
	var names []string  // of Python's ways
	var firsts []string // of the first of each Python, which are compared with
	for pass := range passes {
		for i, c := range j.contestants {
			times[i] = append(times[i], measure(c.run, turn)/float64(j.records))
		}
		if j.records > 100_000 && pass%3 != 0 {
			continue // they take long, and are the same
		}
		for _, py := range pys {
			for k, r := range py.time(j.heading) {
				name := py.version + " " + r.Name
				if snake[name] == nil {
					names = append(names, name)
					if k == 0 {
						firsts = append(firsts, name)
					}
				}
				snake[name] = append(snake[name], r.Nanoseconds)
			}
		}
	}
	for _, t := range times {
		r.times = append(r.times, lowerQuartile(t))
	}
	for _, name := range names {
		t := lowerQuartile(snake[name])
		r.pythons = append(r.pythons, pythonTime{name, t})
		if slices.Contains(firsts, name) && (r.fastest == "" || t < r.reference) {
			r.reference, r.fastest = t, name
		}
	}
	return r
}

// multiple is how many times as fast as the fastest CPython a time is.
func (r *results) multiple(t float64) string {
	if r.reference == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f", r.reference/t)
}

// print does the job and prints its table.
func (j job) print(out io.Writer, passes int, turn time.Duration, pys []*python) {
	r := j.run(passes, turn, pys)
	base := 0.0
	if strings.HasPrefix(j.contestants[0].name, "hand-written") {
		base = r.times[0]
	}
	multiple := "times as fast as CPython"
	if len(pys) > 1 && r.fastest != "" {
		multiple = "times as fast as " + r.fastest
	}
	fmt.Fprintf(out, "\n| %s | ns | ratio to hand-written | %s | allocations |\n|---|---|---|---|---|\n", j.heading, multiple)
	row := func(name string, t float64, allocations string) {
		ratio := "–"
		if base > 0 {
			ratio = fmt.Sprintf("%.2f", t/base)
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s | %s |\n", name, number(t), ratio, r.multiple(t), allocations)
	}
	for i, c := range j.contestants {
		row(c.name, r.times[i], fmt.Sprint(testing.AllocsPerRun(3, func() { c.run(1) })))
	}
	for _, py := range r.pythons {
		row(py.Name, py.Nanoseconds, "–")
	}
}

func number(ns float64) string {
	if ns < 10 {
		return fmt.Sprintf("%.2f", ns)
	}
	return fmt.Sprintf("%.1f", ns)
}

// measure returns how long one of n runs takes, in nanoseconds.
func measure(run func(n int), turn time.Duration) float64 {
	for n := 1; ; n *= 2 {
		start := time.Now()
		run(n)
		if d := time.Since(start); d >= turn {
			return float64(d.Nanoseconds()) / float64(n)
		}
	}
}

// lowerQuartile is what a time is when nothing else goes on: a page that is touched for the
// first time, and other programs, only add to it.
func lowerQuartile(xs []float64) float64 {
	slices.Sort(xs)
	return xs[len(xs)/4]
}

func median(xs []float64) float64 {
	slices.Sort(xs)
	return xs[len(xs)/2]
}

// A python is a CPython to compare with, or none.
type python struct {
	command []string
	version string
	jobs    io.Writer     // to cpython.py, which runs as long as this program: it takes a job
	times   *json.Decoder // and answers
}

type pythonTime struct {
	Name        string
	Nanoseconds float64
}

func newPython(words string) *python {
	command := strings.Fields(words)
	out, err := exec.Command(command[0], append(command[1:], "-c", "import sys; print(sys.version.split()[0])")...).Output()
	if err != nil {
		fmt.Fprintln(os.Stderr, "no CPython to compare with:", err)
		return &python{version: "no CPython"}
	}
	return &python{command: command, version: "CPython " + strings.TrimSpace(string(out))}
}

// time asks cpython.py for a job; there are jobs that it does not know.
func (p *python) time(heading string) []pythonTime {
	if p.command == nil {
		return nil
	}
	if p.jobs == nil {
		p.start()
	}
	_, err := fmt.Fprintln(p.jobs, heading)
	check(err)
	var times []pythonTime
	check(p.times.Decode(&times))
	return times
}

func (p *python) start() {
	cmd := exec.Command(p.command[0], append(p.command[1:], filepath.Join(sourceDir(), "cpython.py"))...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	check(err)
	out, err := cmd.StdoutPipe()
	check(err)
	check(cmd.Start())
	p.jobs, p.times = in, json.NewDecoder(out)
}

func sourceDir() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}

// cpu names the processor, on Linux.
func cpu() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown CPU"
	}
	for line := range strings.Lines(string(info)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown CPU"
}
