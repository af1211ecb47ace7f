package structpack_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/structpack/internal/oracle"
	"example.com/structpack/internal/test/peer"
)

// TestLive asks a Python on this machine about cases made up on the spot. For
// millions of them there is internal/oracle/ask.
//
// STRUCTPACK_PYTHON names the Python, or the command that runs one; without it
// python3 is asked. STRUCTPACK_CASES says how many cases, STRUCTPACK_SEED
// repeats a run.
func TestLive(t *testing.T) {
	command := strings.Fields(os.Getenv("STRUCTPACK_PYTHON"))
	if len(command) == 0 {
		command = []string{"python3"}
	}
	if _, err := exec.LookPath(command[0]); err != nil {
		t.Skip("no Python to ask: ", err)
	}
	otherwise := 3000
	switch {
	case testing.Short():
		otherwise = 1000
	case peer.All():
		otherwise = 10000
	}
	cases, seed := number(t, "STRUCTPACK_CASES", otherwise), number(t, "STRUCTPACK_SEED", int(time.Now().UnixNano()))
	python, err := oracle.Start(command, filepath.Join("testdata", "oracle.py"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := python.Close(); err != nil {
			t.Errorf("%v: %v", command, err)
		}
	})
	h := python.Header
	t.Logf("%s %s, seed %d", h.Implementation, h.Python, seed)

	c := oracle.NewChecker(h)
	c.Rows = 3
	m := oracle.NewQuestioner(h, int64(seed))
	counts := map[string]int{}
	for asked := 0; asked < cases; {
		batch := make([]oracle.Question, min(1000, cases-asked))
		for i := range batch {
			batch[i] = m.Question()
		}
		answers, err := python.Ask(batch)
		if err != nil {
			t.Fatal(err)
		}
		answered := make([]oracle.Case, len(batch))
		for i := range batch {
			answered[i] = oracle.Case{Question: batch[i], Answer: answers[i]}
			counts[strings.TrimSpace(batch[i].Op+" "+answers[i].Kind())]++
		}
		checkCases(t, c, answered)
		asked += len(batch)
	}
	t.Logf("%d cases agree, asked in %d ways: %v; other words: %v; different on purpose: %v; left out: %v",
		c.Cases, c.Ways, counts, c.Words, c.Apart, c.LeftOut)
}

func number(t *testing.T, variable string, otherwise int) int {
	s := os.Getenv(variable)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}
