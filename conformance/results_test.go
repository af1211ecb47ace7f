package conformance_test

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/structpack/conformance"
)

var implementations = flag.String("implementations", "", "write RESULTS.md anew, with the answers of the implementations in this `file`")

// TestResults holds RESULTS.md to the questions and to package structpack. Of the others it
// keeps what they answered when it was written.
func TestResults(t *testing.T) {
	all := own(t)
	if *implementations != "" {
		others, err := ask(*implementations)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		write(&b, append(all, others...))
		if err := os.WriteFile("RESULTS.md", b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	results, err := os.ReadFile("RESULTS.md")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{fmt.Sprintf("version %d with the hash %s", conformance.Version, conformance.Hash())}
	for i := range all {
		want = append(want, row(&all[i]))
	}
	for _, line := range want {
		if !strings.Contains(string(results), line) {
			t.Errorf("RESULTS.md does not say: %s", line)
		}
	}
}

// TestReadme holds the README to the files.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append([]string{"any"}, conformance.Platforms()...) {
		file, err := os.ReadFile(name + ".jsonl")
		if err != nil {
			t.Fatal(err)
		}
		if line := fmt.Sprintf("| `%s.jsonl` | %d |", name, bytes.Count(file, []byte("\n"))-1); !strings.Contains(string(readme), line) {
			t.Errorf("README.md does not say: %s", line)
		}
		if suite := fmt.Sprintf(`"suite":%d,`, conformance.Version); !bytes.Contains(file[:200], []byte(suite)) {
			t.Errorf("%s.jsonl does not begin with %s", name, suite)
		}
	}
	for line := range strings.Lines(string(readme)) {
		if q, ok := strings.CutPrefix(line, `    {"about"`); ok {
			if file, err := os.ReadFile("any.jsonl"); err != nil || !bytes.Contains(file, []byte(q)) {
				t.Errorf("no question is %s", line)
			}
		}
	}
}

// TestRunner runs run.py with the Python that is installed; see TestLive for which one.
func TestRunner(t *testing.T) {
	command := strings.Fields(os.Getenv("STRUCTPACK_PYTHON"))
	if len(command) == 0 {
		command = []string{"python3"}
	}
	if _, err := exec.LookPath(command[0]); command[0] == "none" || err != nil {
		t.Skip("no Python")
	}
	out, err := exec.Command(command[0], append(command[1:], "run.py", "any.jsonl")...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var im implementation
	im.scores = map[string]score{}
	for line := range strings.Lines(string(out)) {
		if err := im.add(strings.TrimSpace(line)); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]int{}
	for q := range conformance.Questions("") {
		want[q.About]++
	}
	for about, n := range want {
		s := im.scores[about]
		if s.asked != n {
			t.Errorf("%s: %d questions of %d", about, s.asked, n)
		}
		if strings.Contains("<i>i<q>q<d>d<s>s", about) && s.wrong > 0 { // which every Python from 3.6 on has
			t.Errorf("%s: %+v", about, s)
		}
	}
}

// An implementation has answered.
type implementation struct {
	name, platform string
	scores         map[string]score
	stopped        bool // before the last question
}

// A score is a line that run.py prints.
type score struct{ asked, wrong, missed, words int }

// ask runs the commands of a file. A line of it is a name, the platform that it was compiled for and a
// command, which prints what run.py prints; tabs separate them.
func ask(list string) (all []implementation, err error) {
	text, err := os.ReadFile(list)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.SplitN(strings.TrimSpace(line), "\t", 3)
		if len(fields) < 3 {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		cmd := exec.CommandContext(ctx, "sh", "-c", "exec "+fields[2])
		cmd.Stderr = os.Stderr
		cmd.WaitDelay = time.Second
		out, err := cmd.Output()
		cancel()
		im := implementation{name: fields[0], platform: fields[1], scores: map[string]score{}, stopped: err != nil}
		for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
			if err := im.add(lines.Text()); err != nil {
				return nil, fmt.Errorf("%s: %w", im.name, err)
			}
		}
		all = append(all, im)
	}
	return all, nil
}

func (im *implementation) add(line string) error {
	f := strings.Split(line, "\t")
	if len(f) != 5 {
		return fmt.Errorf("printed %q", line)
	}
	var n [4]int
	for i := range n {
		x, err := strconv.Atoi(f[1+i])
		if err != nil {
			return err
		}
		n[i] = x
	}
	s := im.scores[f[0]]
	im.scores[f[0]] = score{s.asked + n[0], s.wrong + n[1], s.missed + n[2], s.words + n[3]}
	return nil
}

// A subject is what questions are about, with how many have a result.
type subject struct {
	prefix, code string
	results      int
}

// subjects returns what the questions are about, in the order of the files: those of
// platforms are about the same.
func subjects() (all []subject) {
	byAbout := map[string]*subject{}
	var order []string
	for q := range conformance.Questions("lp64-le") {
		s := byAbout[q.About]
		if s == nil {
			code := strings.TrimLeft(q.About, "@=<>!")
			prefix := strings.TrimSuffix(q.About, code)
			if len(code) <= 2 && prefix == "" {
				prefix = "none"
			}
			s = &subject{prefix: prefix, code: code}
			byAbout[q.About] = s
			order = append(order, q.About)
		}
		if q.Error == "" {
			s.results++
		}
	}
	for _, about := range order {
		all = append(all, *byAbout[about])
	}
	return all
}

// cell says how far an implementation agrees about a subject.
func (im *implementation) cell(about string, results int) string {
	switch s := im.scores[about]; {
	case s.asked == 0 && im.stopped:
		return "∞"
	case s.asked == 0 || s.wrong >= results && results > 0:
		return "–"
	case s.wrong > 0:
		return "○"
	case s.missed > 0:
		return "◐"
	}
	return "●"
}

// own asks package structpack, for each platform that this machine can count for.
func own(t *testing.T) (all []implementation) {
	for _, name := range conformance.Platforms() {
		abi := platform(t, name)
		if !fits(abi) {
			continue
		}
		im := implementation{name: "structpack", platform: name, scores: map[string]score{}}
		for _, s := range conformance.Scores(name, library(abi)) {
			im.scores[s.About] = score{asked: s.Asked, wrong: s.Wrong, missed: s.Missed}
		}
		all = append(all, im)
	}
	return all
}

// write writes the document.
func write(w io.Writer, all []implementation) {
	fmt.Fprintf(w, `# Results

Of the [questions](README.md), version %d with the hash %s. Written by

    go test ./conformance -run TestResults -implementations implementations.txt

A result is wrong if it is not CPython 3.15's; an exception is missed if there is a result where CPython 3.15 has an exception. Other words
are another type or text of an exception, which only Pythons are asked for. What an implementation has no function for is not asked.

| implementation | platform | questions | wrong results | missed exceptions | other words |
|---|---|--:|--:|--:|--:|
`, conformance.Version, conformance.Hash())
	for i := range all {
		fmt.Fprintln(w, row(&all[i]))
	}
	fmt.Fprint(w, `
## By code and prefix

| | |
|---|---|
| ● | all of CPython 3.15's results, and an exception wherever it has one |
| ◐ | all results, but not all exceptions |
| ○ | some results are wrong |
| – | it does not have the code, or no result is right |
| ∞ | it had not ended after a minute |
`)
	var groups [2][]implementation // on the platform of most, and the others
	for _, im := range all {
		if im.name == "structpack" && im.platform != "lp64-le" {
			continue
		}
		i := 1
		if strings.Contains(im.name, "CPython") {
			i = 0
		}
		groups[i] = append(groups[i], im)
	}
	for _, group := range groups {
		table(w, group)
	}
}

// row is the line of an implementation in the first table.
func row(im *implementation) string {
	var sum score
	for _, s := range im.scores {
		sum = score{sum.asked + s.asked, sum.wrong + s.wrong, sum.missed + s.missed, sum.words + s.words}
	}
	words := strconv.Itoa(sum.words)
	if !strings.Contains(im.name, "Py") {
		words = ""
	}
	return fmt.Sprintf("| %s | %s | %d | %d | %d | %s |", im.name, im.platform, sum.asked, sum.wrong, sum.missed, words)
}

// table writes a line for all codes and prefixes whose cells are the same.
func table(w io.Writer, group []implementation) {
	if len(group) == 0 {
		return
	}
	fmt.Fprint(w, "\n| codes | prefixes |")
	for _, im := range group {
		name := im.name
		if strings.HasPrefix(name, "CPython") && im.platform != "lp64-le" {
			name += " " + im.platform
		}
		fmt.Fprintf(w, " %s |", name)
	}
	fmt.Fprintf(w, "\n|---|---|%s\n", strings.Repeat(":-:|", len(group)))
	type line struct{ codes, prefixes, cells string }
	var byCode []line // a code, its prefixes whose cells are the same, and the cells
	for _, s := range subjects() {
		var cells strings.Builder
		cells.WriteString("|")
		for _, im := range group {
			cells.WriteString(" " + im.cell(strings.TrimPrefix(s.prefix, "none")+s.code, s.results) + " |")
		}
		prefix := ""
		if s.prefix != "" {
			prefix = " `" + s.prefix + "`"
		}
		if i := slices.IndexFunc(byCode, func(l line) bool { return l.codes == s.code && l.cells == cells.String() }); i >= 0 {
			byCode[i].prefixes += prefix
		} else {
			byCode = append(byCode, line{s.code, prefix, cells.String()})
		}
	}
	var lines []line
	for _, l := range byCode {
		code := " " + l.codes
		if l.prefixes != "" {
			code = " `" + l.codes + "`"
		}
		if i := slices.IndexFunc(lines, func(m line) bool { return m.prefixes == l.prefixes && m.cells == l.cells }); i >= 0 {
			lines[i].codes += code
		} else {
			lines = append(lines, line{code, l.prefixes, l.cells})
		}
	}
	for _, l := range lines {
		fmt.Fprintf(w, "|%s |%s %s\n", l.codes, strings.ReplaceAll(l.prefixes, "`none`", "none"), l.cells)
	}
}
