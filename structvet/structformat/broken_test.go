package structformat_test

import (
	"go/scanner"
	"go/token"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sources returns the sources of testdata and of the tests that are analyzed.
func sources(t testing.TB) (all []string) {
	t.Helper()
	names, err := filepath.Glob("../testdata/src/*/*.go")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range append(names, "codecs_test.go") {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if src := strings.ReplaceAll(string(b), "structvet:ignore", ""); len(split(src)) > 2*headWords {
			all = append(all, src)
		}
	}
	return all
}

// TestMangledSources takes words out of sources, and puts others in: whatever
// the compiler says of them, the analyzer goes through.
func TestMangledSources(t *testing.T) {
	runs, seed := number(t, "STRUCTVET_RUNS", 500), number(t, "STRUCTVET_SEED", 1)
	all := sources(t)
	var words [][]word
	for _, src := range all {
		words = append(words, split(src))
	}
	diagnostics := 0
	for i := range runs {
		r := rand.New(rand.NewSource(int64(seed + i)))
		k := r.Intn(len(all))
		src := mangle(r, all[k], words[k])
		func() {
			defer func() {
				if e := recover(); e != nil {
					t.Errorf("seed %d: panic: %v in\n%s", seed+i, e, src)
					panic(e)
				}
			}()
			findings, _ := analyzeAny(t, src)
			diagnostics += len(findings)
		}()
	}
	if diagnostics < runs {
		t.Errorf("only %d diagnostics in %d sources", diagnostics, runs)
	}
}

// A word is a token of a source, at its offsets.
type word struct{ pos, end int }

func split(src string) (words []word) {
	var s scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(src))
	s.Init(file, []byte(src), nil, 0)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return words
		}
		if lit == "" {
			lit = tok.String()
		}
		if at := file.Offset(pos); strings.HasPrefix(src[at:], lit) && lit != "\n" {
			words = append(words, word{at, at + len(lit)})
		}
	}
}

// headWords are the words of the package clause and of some imports.
const headWords = 12

func mangle(r *rand.Rand, src string, words []word) string {
	for range 1 + r.Intn(4) {
		i := headWords + r.Intn(len(words)-headWords)
		w := words[i]
		if w.end > len(src) {
			continue
		}
		other := words[r.Intn(len(words))]
		text := ""
		if r.Intn(2) == 0 && other.end <= len(src) {
			text = src[other.pos:other.end]
		}
		// Words keep their places, so that more than one can be changed.
		room := w.end - w.pos
		text = (text + strings.Repeat(" ", room))[:room]
		if r.Intn(8) == 0 { // or many go
			end := words[min(i+r.Intn(20), len(words)-1)].end
			text = strings.Repeat(" ", max(end-w.pos, room))
			room = len(text)
		}
		if w.pos+room <= len(src) {
			src = src[:w.pos] + text + src[w.pos+room:]
		}
	}
	return src
}
