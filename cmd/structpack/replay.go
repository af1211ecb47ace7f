package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"example.com/structpack/fixture"
)

const replayHelp = `Usage: structpack replay [OPTION...] FILE...

Asks structpack every call of files that record or fixture wrote, through every
function of its API, and prints a table by place: how many calls, how many
agree, how others differ on purpose. A call whose answer is wrong is printed,
and the exit status is 1.

  --json  print a JSON object for each place
`

// A tally is what replay found at a place with a format.
type tally struct {
	Place   string         `json:"place"`
	Op      string         `json:"op"`
	Format  string         `json:"format"`
	Calls   int            `json:"calls"` // of the program, kept or not
	Kept    int            `json:"kept"`
	Agree   int            `json:"agree"`
	Differs map[string]int `json:"differs,omitempty"` // by reason
	Wrong   []string       `json:"wrong,omitempty"`
}

func (c *call) replay() error {
	if len(c.args) == 0 {
		return usageError("replay needs a file")
	}
	wrong := 0
	var all []*tally
	for _, file := range c.args {
		rec, err := readRecording(file)
		if err != nil {
			return err
		}
		tallies := replayed(rec)
		for _, t := range tallies {
			wrong += len(t.Wrong)
		}
		all = append(all, tallies...)
	}
	if err := c.printTallies(all); err != nil {
		return err
	}
	if wrong > 0 {
		return fmt.Errorf("%s not agree", countDo(wrong))
	}
	return nil
}

func countDo(n int) string {
	if n == 1 {
		return "1 call does"
	}
	return fmt.Sprintf("%d calls do", n)
}

func readRecording(file string) (*fixture.Recording, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rec, err := fixture.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(rec.Calls) == 0 {
		return nil, fmt.Errorf("%s: no calls", file)
	}
	return rec, nil
}

// replayed asks the calls, and counts by place, function and format.
func replayed(rec *fixture.Recording) (all []*tally) {
	type key struct{ place, op, format string }
	found := map[key]*tally{}
	for i := range rec.Calls {
		c := &rec.Calls[i]
		k := key{c.Place.String(), c.Op, c.Format}
		t := found[k]
		if t == nil {
			t = &tally{Place: k.place, Op: k.op, Format: k.format, Differs: map[string]int{}}
			found[k] = t
			all = append(all, t)
		}
		t.Kept++
		switch reason, err := c.Check(); {
		case err != nil:
			t.Wrong = append(t.Wrong, fmt.Sprintf("line %d: %v\n%s", c.Line, err, c))
		case reason != "":
			t.Differs[reason]++
		default:
			t.Agree++
		}
	}
	for _, s := range rec.Sites {
		if t := found[key{s.Place.String(), s.Op, s.Format}]; t != nil {
			t.Calls += s.Calls
		}
	}
	for _, t := range all {
		t.Calls = max(t.Calls, t.Kept)
	}
	return all
}

func (c *call) printTallies(all []*tally) error {
	if c.json {
		enc := json.NewEncoder(c.out)
		enc.SetEscapeHTML(false)
		for _, t := range all {
			if err := enc.Encode(t); err != nil {
				return err
			}
		}
		return nil
	}
	rows := [][]string{{"place", "function", "format", "calls", "kept", "agree"}}
	sum := tally{Differs: map[string]int{}}
	for _, t := range all {
		rows = append(rows, []string{short(harmless(t.Place), 40), t.Op, short(harmless(t.Format), 30), fmt.Sprint(t.Calls), fmt.Sprint(t.Kept), fmt.Sprint(t.Agree)})
		sum.Calls, sum.Kept, sum.Agree = sum.Calls+t.Calls, sum.Kept+t.Kept, sum.Agree+t.Agree
		for reason, n := range t.Differs {
			sum.Differs[reason] += n
		}
		sum.Wrong = append(sum.Wrong, t.Wrong...)
	}
	rows = append(rows, []string{"all", "", "", fmt.Sprint(sum.Calls), fmt.Sprint(sum.Kept), fmt.Sprint(sum.Agree)})
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			gap := strings.Repeat(" ", width[i]-len([]rune(cell)))
			if i < 3 {
				line.WriteString(cell + gap + "  ")
			} else {
				line.WriteString(gap + cell + "  ")
			}
		}
		fmt.Fprintln(c.out, strings.TrimRight(line.String(), " "))
	}
	reasons := make([]string, 0, len(sum.Differs))
	for reason := range sum.Differs {
		reasons = append(reasons, reason)
	}
	slices.Sort(reasons)
	for _, reason := range reasons {
		fmt.Fprintf(c.out, "%s: %s\n", count(sum.Differs[reason], "call"), reason)
	}
	for _, w := range sum.Wrong {
		fmt.Fprintf(c.out, "wrong: %s\n", harmless(w))
	}
	return nil
}

// short cuts a text in the middle of a table.
func short(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n/2]) + "…" + string(r[len(r)-(n-n/2-1):])
}
