package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/internal/oracle"
	"example.com/structpack/internal/oracle/oracletest"
)

// TestMain is a Python that calculates sizes as structpack does, except for
// "3s", and refuses all else.
func TestMain(m *testing.M) {
	oracletest.Main(m, func(q *oracle.Question) oracle.Answer {
		s, err := structpack.Compile(q.Format)
		if err == nil && q.Op == "calcsize" && q.Format != "3s" {
			return oracletest.OK(s.Size())
		}
		return oracle.Answer{Error: "error", Message: "total struct size too long"}
	})
}

// ask runs the command, on questions if there are any.
func ask(t *testing.T, questions string) (out string, err error) {
	t.Helper()
	o := options{command: []string{oracletest.Python(t, "3.15.2")}, n: 2500, seed: 1, workers: 2, most: 3}
	if questions != "" {
		o.replay = filepath.Join(t.TempDir(), "questions.jsonl")
		if err := os.WriteFile(o.replay, []byte(questions), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	err = o.run(&b)
	return b.String(), err
}

func TestAgreement(t *testing.T) {
	out, err := ask(t, strings.Repeat(`{"op":"calcsize","format":"!ci4sf"}`+"\n", 1234))
	if err != nil || !strings.Contains(out, "1234 cases in 2468 ways, 0 disagreements") {
		t.Errorf("got %v\n%s", err, out)
	}
}

func TestDisagreement(t *testing.T) {
	line := `{"op":"calcsize","format":"3s","error":"error","message":"total struct size too long"}`
	out, err := ask(t, `{"op":"calcsize","format":"4s"}`+"\n"+line)
	if err == nil || !strings.Contains(out, "CompileFor: got 3, want error total struct size too long\n"+line+"\n") ||
		!strings.Contains(out, "2 cases in 3 ways, 1 disagreements") {
		t.Errorf("got %v\n%s", err, out)
	}
}

// TestQuestions: it stops after so many disagreements, of which there are many
// where everything is refused.
func TestQuestions(t *testing.T) {
	out, err := ask(t, "")
	if err == nil || !strings.Contains(out, "seed 1\n") || !strings.Contains(out, "want error total struct size too long") {
		t.Errorf("got %v\n%s", err, out)
	}
}

func TestRefusals(t *testing.T) {
	if out, err := ask(t, `{"op":`); err == nil {
		t.Errorf("a bad file: %s", out)
	}
	o := options{command: []string{"no such command"}, n: 1, workers: 1, most: 1}
	if err := o.run(new(bytes.Buffer)); err == nil {
		t.Error("a command that does not exist is run")
	}
	o = options{command: []string{"go", "help"}, n: 1, workers: 1, most: 1}
	if err := o.run(new(bytes.Buffer)); err == nil || strings.Contains(err.Error(), "disagree") {
		t.Errorf("what is no Python: got %v", err)
	}
}
