package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// written returns what a command writes.
func written(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(args, strings.NewReader(""), &out, &errs, environment{}); status != 0 {
		t.Fatalf("%q: status %d: %s", args, status, &errs)
	}
	return out.String()
}

// TestHelp sees that the help names every command and no other, that every option
// of a help text is described, and that no line is longer than a terminal.
func TestHelp(t *testing.T) {
	about := summaries()
	if len(about) != len(commands())+2 {
		t.Errorf("%d summaries for %d commands, help and version", len(about), len(commands()))
	}
	for _, cmd := range commands() {
		if about[cmd.name] == "" {
			t.Errorf("the help says nothing of %s", cmd.name)
		}
		if !strings.HasPrefix(cmd.help, "Usage: structpack "+cmd.name) {
			t.Errorf("the help of %s begins with another command", cmd.name)
		}
		for _, o := range optionsOf(cmd.help) {
			if o.name == "" || strings.ContainsAny(o.name, " =") || o.text == "" {
				t.Errorf("%s: option %+v", cmd.name, o)
			}
		}
		for line := range strings.Lines(cmd.help) {
			if len([]rune(line)) > 81 && cmd.name != "gen" {
				t.Errorf("%s: a line of %d characters: %s", cmd.name, len([]rune(line))-1, line)
			}
		}
	}
}

// TestCompletion sees that each shell is offered every command and every option.
func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		script := written(t, "completion", shell)
		for _, cmd := range commands() {
			for _, o := range optionsOf(cmd.help) {
				want := o.flag
				if shell == "fish" {
					want = "from " + cmd.name + "' -" + map[bool]string{true: "s", false: "l"}[!strings.HasPrefix(o.flag, "--")] + " " + o.name + " "
				}
				if !strings.Contains(script, want) || !strings.Contains(script, cmd.name) {
					t.Errorf("%s: no %s of %s", shell, o.flag, cmd.name)
				}
			}
		}
	}
}

// TestCompletionBash asks the bash that is there.
func TestCompletionBash(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	for _, tt := range []struct{ words, want string }{
		{"structpack un", "unpack"},
		{"structpack explain --co", "--count --color"},
		{"structpack explain --color a", "always auto"},
		{"structpack unpack --abi llp", "llp64-le"},
		{"structpack unpack testdata/gray", "testdata/gray.png"},
		{"structpack calcsize --abi a", "all"},
		{"structpack explain --abi a", ""},
		{"structpack completion z", "zsh"},
		{"structpack help exp", "explain"},
		{"structpack man m", ""}, // main.go
	} {
		words := strings.Fields(tt.words)
		cmd := exec.Command(bash, "--norc", "-c", written(t, "completion", "bash")+`
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _structpack; echo "${COMPREPLY[@]}"`, "bash")
		cmd.Args = append(cmd.Args, words...)
		out, err := cmd.CombinedOutput()
		if diff := cmp.Diff(tt.want+"\n", string(out)); err != nil || diff != "" {
			t.Errorf("%s: %v %s", tt.words, err, diff)
		}
	}
}

// TestMan sees that the manual page has every option, and that groff has nothing
// to say against it.
func TestMan(t *testing.T) {
	page := written(t, "man")
	for _, cmd := range commands() {
		for _, o := range optionsOf(cmd.help) {
			if o.name != "help" && !strings.Contains(page, ".B "+roff(o.flag)) {
				t.Errorf("no %s of %s", o.flag, cmd.name)
			}
		}
	}
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("there is no groff")
	}
	cmd := exec.Command(groff, "-man", "-Tutf8", "-ww", "-z")
	cmd.Stdin = strings.NewReader(page)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}
