package examples_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"example.com/structpack/internal/test/peer"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what the commands of README.md print into it")

// console matches the transcripts in README.md.
var console = regexp.MustCompile("(?s)```console\n(.*?)```")

// TestTranscripts runs the commands of README.md in a shell. They print what is
// shown; the ports are what the system gives.
func TestTranscripts(t *testing.T) {
	if runtime.GOOS == "windows" || bin == "" {
		t.Skip("no shell, or no go command")
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	examples, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	updated := console.ReplaceAllFunc(readme, func(block []byte) []byte {
		n++
		shown := string(console.FindSubmatch(block)[1])
		printed := shown
		first, _, _ := strings.Cut(shown, "\n")
		t.Run(first, func(t *testing.T) {
			s := shell{t: t, dir: t.TempDir(), ports: strings.NewReplacer(), names: strings.NewReplacer()}
			for name, target := range map[string]string{"bin": bin, "examples": examples} {
				if err := os.Symlink(target, filepath.Join(s.dir, name)); err != nil {
					t.Fatal(err)
				}
			}
			if strings.Contains(shown, "python3") {
				s.python = strings.Join(peer.Python(t), " ")
			}
			printed = s.run(shown)
			if diff := cmp.Diff(shown, printed); diff != "" && !*update {
				t.Error(diff)
			}
		})
		return []byte("```console\n" + printed + "```")
	})
	if n == 0 {
		t.Error("README.md has no transcripts")
	}
	if *update {
		if err := os.WriteFile("README.md", updated, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// A shell runs the commands of a transcript.
type shell struct {
	t      *testing.T
	dir    string
	python string
	jobs   []*peer.Program
	// Ports makes those that the transcript shows the real ones, and names does the
	// reverse.
	ports, names *strings.Replacer
}

// run runs the commands of a transcript, and returns it with what they have printed.
func (s *shell) run(transcript string) string {
	var b strings.Builder
	for part := range strings.SplitSeq("\n"+transcript, "\n$ ") {
		command, output, _ := strings.Cut(part, "\n")
		if command == "" {
			continue
		}
		b.WriteString("$ " + command + "\n" + s.command(command, strings.SplitAfter(output, "\n")))
	}
	return b.String()
}

// command runs a command; shown is what it should print.
func (s *shell) command(line string, shown []string) string {
	s.t.Helper()
	switch name, background := strings.CutSuffix(line, " &"); {
	case background:
		p := s.start("exec " + name)
		s.jobs = append(s.jobs, p)
		var b strings.Builder
		for _, line := range shown {
			if strings.TrimSpace(line) == "" {
				break
			}
			b.WriteString(s.bind(line, p.Line()+"\n"))
		}
		return b.String()
	case line == "kill %1":
		s.jobs[0].Signal(syscall.SIGTERM)
		fallthrough
	case line == "wait":
		p := s.jobs[0]
		s.jobs = s.jobs[1:]
		return s.names.Replace(p.Rest())
	}
	return s.names.Replace(s.start(line).Rest())
}

func (s *shell) start(line string) *peer.Program {
	s.t.Helper()
	line = strings.ReplaceAll(s.ports.Replace(line), "python3", s.python)
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONIOENCODING=utf-8", "LC_ALL=C")
	return peer.StartMerged(s.t, cmd)
}

var address = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// bind learns which port stands for the one that is shown.
func (s *shell) bind(shown, printed string) string {
	name, real := address.FindString(shown), address.FindString(printed)
	if name != "" && real != "" {
		s.ports, s.names = strings.NewReplacer(name, real), strings.NewReplacer(real, name)
	}
	return s.names.Replace(printed)
}
