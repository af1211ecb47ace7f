package structformat_test

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/structpack/structvet/structformat"
	"golang.org/x/tools/go/analysis/analysistest"
)

// TestRules runs the analyzer on the directories of testdata, of which each is
// about a rule. They import the library itself.
func TestRules(t *testing.T) {
	src, err := filepath.Abs("../testdata/src")
	if err != nil {
		t.Fatal(err)
	}
	dirs, err := os.ReadDir(src)
	if err != nil {
		t.Fatal(err)
	}
	var patterns []string
	for _, dir := range dirs {
		if dir.IsDir() && dir.Name() != "native" && dir.Name() != "port" {
			patterns = append(patterns, "./"+dir.Name())
		}
	}
	analysistest.RunWithSuggestedFixes(t, src, structformat.Analyzer, patterns...)

	if err := structformat.Analyzer.Flags.Set("native", "true"); err != nil {
		t.Fatal(err)
	}
	defer structformat.Analyzer.Flags.Set("native", "false")
	analysistest.Run(t, src, structformat.Analyzer, "./native")
}

// TestPorts runs the analyzer on what people write who port programs from Python:
// with mistakes, all of which are to be found, and without, of which nothing is to
// be said.
func TestPorts(t *testing.T) {
	src, err := filepath.Abs("../testdata/src")
	if err != nil {
		t.Fatal(err)
	}
	analysistest.Run(t, src, structformat.Analyzer, "./port/...")
}
