package main

import (
	"fmt"
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNumbers holds the figures of README.md and doc.go to RESULTS.md.
func TestNumbers(t *testing.T) {
	r := readResults(t, "RESULTS.md")
	event := r.table(t, "an event of 20 fields × 1,000, unpack")
	claims := []struct {
		file, text string // a regular expression; its groups are the figures
		want       []string
	}{
		{"README.md", `an event of\s+20 fields takes a .Codec. (\S+) ns, .binary.Decode. (\S+) and hand-written code (\S+)\.\s`, []string{
			short(event["Codec of the type, one by one"].ns), short(event["encoding/binary Decode"].ns), short(event["hand-written"].ns),
		}},
		{"doc.go", `Decode\], (\S+), and hand-written code, (\S+)\.\s`, []string{
			short(event["encoding/binary Decode"].ns), short(event["hand-written"].ns),
		}},
		{"doc.go", `a Codec, (\S+) for one and (\S+) for one of a batch`, []string{
			short(event["Codec of the type, one by one"].ns), short(event["Codec of the type, a batch"].ns),
		}},
		{"doc.go", `methods for a type, (\S+):`, []string{short(event["generated UnpackFrom"].ns)}},
		{"doc.go", `for each field, (\S+) to read three`, []string{short(r.table(t, "three of the 20 fields × 1,000")["generated view"].ns)}},
		{"README.md", `Of (\d+) formats,`, []string{fmt.Sprint(len(r.times("unpack", "Struct.Unpack")))}},
		{"README.md", `.Unpack. is (\S+) to (\S+) times as fast`, span(r.times("unpack", "Struct.Unpack"))},
		{"README.md", `.IterUnpack. (\S+) to (\S+) times, and`, span(r.times("a loop over IterUnpack", "Struct.IterUnpack"))},
		{"README.md", `memory that is there, (\S+) to (\S+) times`, span(r.times("unpack", "Struct.AppendUnpack, into memory that is there"))},
		{"README.md", `100,000 formats in turn\s+takes (\S+) times as long`, []string{word(1 / r.table(t, "100,000 formats in turn, unpack")["UnpackFrom"].times)}},
		{"README.md", `at most (\S+) times what hand-written\s+code costs`, []string{most(r.codecs())}},
		{"README.md", `heap of 4 MiB[^.]* .Unpack. is (\S+) to (\S+) and .IterUnpack. (\S+) to (\S+) times`, slices.Concat(
			span(r.smallHeap("Struct.Unpack")), span(r.smallHeap("Struct.IterUnpack")))},
		{"README.md", `\[takes (\S+) KB\]`, []string{most([]float64{r.table(t, "10,000 connections over TCP")["frame.Server"].residents() / 1000})}},
		{"README.md", `\[(\S+) to (\S+) times\]\(bench/servers/RESULTS.md\)`, span(readResults(t, "servers/RESULTS.md").besideLoops())},
		{"README.md", `64 echoes of 16 bytes in flight over TCP take a (\d+)th`, []string{fmt.Sprint(math.Floor(slices.Min(r.echoes("64", "TCP", "frame"))))}},
		{"README.md", `by hand is up to (\S+) times as fast as frame with 16 or 64`, []string{most(slices.Concat(r.slower("16"), r.slower("64")))}},
	}
	for _, c := range claims {
		t.Run(c.text, func(t *testing.T) {
			m := regexp.MustCompile(c.text).FindStringSubmatch(read(t, "../"+c.file))
			if m == nil {
				t.Fatal(c.file + " does not say it")
			}
			if diff := cmp.Diff(c.want, m[1:]); diff != "" {
				t.Errorf("%s and RESULTS.md (-want +got):\n%s", c.file, diff)
			}
		})
	}
}

// TestTable holds the table of README.md to RESULTS.md.
func TestTable(t *testing.T) {
	r := readResults(t, "RESULTS.md")
	formats := []string{"`!ci4sf`", "`!HHIIBBHHH`", "`<bBhHiIqQfd?8s2xbBhHiIqQ`"}
	want := []string{"| | " + strings.Join(formats, " | ") + " |", "|---|---|---|---|"}
	for _, row := range [][2]string{
		{"pack", "Codec.PackInto"}, {"pack", "Struct.PackInto"},
		{"unpack", "Codec.UnpackFrom"}, {"unpack", "Struct.Scan"}, {"unpack", "Struct.Unpack"},
	} {
		line := []string{"| " + row[0] + ": " + row[1]}
		for _, f := range formats {
			c := r.table(t, f+" "+row[0])[row[1]]
			times := fmt.Sprint(c.times)
			if c.times >= 10 {
				times = fmt.Sprint(math.Round(c.times))
			}
			line = append(line, fmt.Sprintf("%s (%s×)", c.ns, times))
		}
		want = append(want, strings.Join(line, " | ")+" |")
	}
	_, got, _ := strings.Cut(read(t, "../README.md"), want[0])
	got, _, _ = strings.Cut(want[0]+got, "\n\n")
	if diff := cmp.Diff(want, strings.Split(got, "\n")); diff != "" {
		t.Errorf("README.md and RESULTS.md (-want +got):\n%s", diff)
	}
}

// tables are those of RESULTS.md by heading, and their rows by name.
type tables map[string]map[string]cells

type cells struct {
	ns    string
	times float64   // as fast as CPython, or 0
	rates []float64 // the figures of the row; of frames, multiples of the first row's
}

func readResults(t *testing.T, name string) tables {
	r := tables{}
	heading := ""
	for line := range strings.Lines(read(t, name)) {
		row := strings.Split(strings.Trim(line, "| \n"), " | ")
		switch {
		case strings.HasPrefix(line, "|--"):
		case !strings.HasPrefix(line, "| "):
			heading = ""
		case heading == "":
			heading = row[0]
			r[heading] = map[string]cells{}
		default:
			c := cells{ns: row[1]}
			if len(row) > 3 {
				c.times, _ = strconv.ParseFloat(row[3], 64)
			}
			for _, cell := range row[1:] {
				rate, _, _ := strings.Cut(strings.TrimPrefix(cell, "×"), " ")
				f, _ := strconv.ParseFloat(strings.ReplaceAll(rate, ",", ""), 64)
				c.rates = append(c.rates, f)
			}
			r[heading][row[0]] = c
		}
	}
	return r
}

func read(t *testing.T, name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (r tables) table(t *testing.T, heading string) map[string]cells {
	if r[heading] == nil {
		t.Fatalf("RESULTS.md has no table %q", heading)
	}
	return r[heading]
}

// times returns how many times as fast as CPython a row is, in the tables of formats
// whose headings end so.
func (r tables) times(suffix, row string) (times []float64) {
	for heading, table := range r {
		if c := table[row]; strings.HasPrefix(heading, "`") && strings.HasSuffix(heading, suffix) && c.times > 0 {
			times = append(times, c.times)
		}
	}
	return times
}

// codecs returns what a record by a Codec takes, as multiples of hand-written code.
func (r tables) codecs() (ratios []float64) {
	for heading, table := range r {
		for _, row := range []string{"Codec.PackInto", "Codec.AppendPack", "Codec.UnpackFrom"} {
			if c, ok := table[row]; ok && strings.HasPrefix(heading, "`") {
				ratios = append(ratios, c.rates[1])
			}
		}
	}
	return ratios
}

// smallHeap returns how many times as fast as CPython a function is with a small heap.
func (r tables) smallHeap(function string) (times []float64) {
	for row, c := range r["4 MiB on the heap"] {
		if strings.HasSuffix(row, ": "+function) {
			times = append(times, c.rates[1])
		}
	}
	return times
}

// echoes returns the rates of a row with so many frames of 16 bytes in flight, in the order
// of the headings.
func (r tables) echoes(inFlight, network, row string) (rates []float64) {
	for _, heading := range slices.Sorted(maps.Keys(r)) {
		if strings.HasPrefix(heading, "echo, "+inFlight+" frames in flight, "+network) {
			rates = append(rates, r[heading][row].rates[0])
		}
	}
	return rates
}

// slower returns how many times as fast as frame a bufio.Writer by hand is.
func (r tables) slower(inFlight string) (times []float64) {
	by := r.echoes(inFlight, "", "hand-written, bufio.Writer")
	for i, rate := range r.echoes(inFlight, "", "frame") {
		times = append(times, by[i]/rate)
	}
	return times
}

// residents returns the largest of the resident bytes in a row of idle connections, where
// each has those of the heap beside it.
func (c cells) residents() (most float64) {
	for i := 0; i < len(c.rates); i += 2 {
		most = max(most, c.rates[i])
	}
	return most
}

// besideLoops returns the CPU time of a Server's frame as multiples of the best event loop's,
// with 16 or 64 frames in flight.
func (r tables) besideLoops() (times []float64) {
	for heading, table := range r {
		if strings.HasPrefix(heading, "echo, 16 ") || strings.HasPrefix(heading, "echo, 64 ") {
			times = append(times, table["frame.Server"].rates[2])
		}
	}
	return times
}

// short is a figure as README.md has it.
func short(ns string) string {
	f, _ := strconv.ParseFloat(ns, 64)
	if f >= 100 {
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprintf("%.1f", f)
}

func span(times []float64) []string {
	return []string{fmt.Sprintf("%.1f", slices.Min(times)), fmt.Sprintf("%.1f", slices.Max(times))}
}

// most is the largest figure, rounded up.
func most(times []float64) string { return fmt.Sprintf("%.1f", math.Ceil(slices.Max(times)*10)/10) }

// word is a number in words.
func word(n float64) string {
	return []string{"no", "one", "two", "three", "four", "five"}[int(math.Round(n))]
}
