package recorder_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"example.com/structpack/fixture"
	"example.com/structpack/internal/recorder"
	"example.com/structpack/internal/test/peer"
	"github.com/google/go-cmp/cmp"
)

// pythons returns the Python that is there, or all that pyenv has if tests are to
// talk to all.
func pythons(t *testing.T) [][]string {
	all := [][]string{peer.Python(t)}
	if home, err := os.UserHomeDir(); err == nil && peer.All() {
		found, _ := filepath.Glob(filepath.Join(home, ".pyenv", "versions", "3.*", "bin", "python3"))
		for _, file := range found {
			all = append(all, []string{file})
		}
	}
	return all
}

func record(t *testing.T, o recorder.Options, stdin string, command ...string) (rec *fixture.Recording, status int, out, errs string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "calls.jsonl")
	var stdout, stderr bytes.Buffer
	status, err := recorder.Run(file, o, command, strings.NewReader(stdin), &stdout, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if rec, err = fixture.ReadAll(f); err != nil {
		t.Fatal(err)
	}
	return rec, status, stdout.String(), stderr.String()
}

// TestRecord runs a program that uses struct in every way. It does what it does by
// itself, and each use is there, with the names that the source has for the values.
func TestRecord(t *testing.T) {
	for _, python := range pythons(t) {
		t.Run(strings.Join(python, " "), func(t *testing.T) {
			command := append(slices.Clone(python), filepath.Join("testdata", "program.py"), "--flag", "word")
			plain := exec.Command(command[0], command[1:]...)
			plain.Stdin = strings.NewReader("a line\n")
			want, err := plain.Output()
			var exit *exec.ExitError
			if err == nil || plain.ProcessState.ExitCode() != 3 {
				t.Fatal(err, exit)
			}
			rec, status, out, errs := record(t, recorder.Options{Max: 8, MaxBytes: 1 << 16}, "a line\n", command...)
			if diff := cmp.Diff(string(want), out); diff != "" {
				t.Errorf("the output is not what it was: %s", diff)
			}
			if status != 3 || errs != "" {
				t.Errorf("status %d, and on standard error %q", status, errs)
			}
			for i := range rec.Calls {
				if _, err := rec.Calls[i].Check(); err != nil {
					t.Errorf("%v\n%s", err, rec.Calls[i])
				}
			}
			got := map[string]string{}
			for _, c := range rec.Calls {
				if c.Place.File != "program.py" && !strings.HasPrefix(c.Place.File, "<") {
					t.Errorf("a call in %s", c.Place.File)
				}
				got[c.Op+" "+c.Format] = strings.Join(c.Names, " ")
			}
			uses := map[string]string{
				"pack !HBI": "number number number", "unpack !HBI": "msg_id kind size", "pack !IH": "seq len_body",
				"unpack <hh": "x y", "unpack >HH": "left right", "unpack <BB": "first second", "unpack_from <IHB": "address port",
				"unpack <Q": "one", "iter_unpack <HB": "key value", "iter_unpack <H": "", "pack_into <HB": "one port",
				"calcsize @llh0l": "", "pack <B": "", "pack B": "", "unpack <I": "", "pack <q": "", "unpack <f": "", "pack <hh": "", "pack y": "",
			}
			if runtime.GOOS != "windows" {
				uses["pack <d"] = ""
			}
			if diff := cmp.Diff(uses, got); diff != "" {
				t.Error(diff)
			}
			calls := map[string]int{}
			for _, s := range rec.Sites {
				calls[s.Op+" "+s.Format] += s.Calls
			}
			if calls["pack !HBI"] != 5001 || calls["unpack !HBI"] != 5000 {
				t.Errorf("pack and unpack of !HBI were called %d and %d times", calls["pack !HBI"], calls["unpack !HBI"])
			}
			if n := len(rec.Calls.Format("!HBI")); n != 17 {
				t.Errorf("%d calls of !HBI were kept, want 8 at each of two places and an error", n)
			}
			if rec.Cost <= 0 {
				t.Error("what it costs is not known")
			}
			t.Logf("%s: a call that is not kept took %.1f µs longer", rec.Python, rec.Cost)
		})
	}
}

// TestVisible runs a program that prints what it could see of the recorder: calls
// of its objects' methods, objects that live longer, other modules, errors. It
// prints what it prints by itself.
func TestVisible(t *testing.T) {
	for _, python := range pythons(t) {
		t.Run(strings.Join(python, " "), func(t *testing.T) {
			command := append(slices.Clone(python), "-W", "ignore", filepath.Join("testdata", "shadow", "visible.py"))
			want, err := exec.Command(command[0], command[1:]...).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, want)
			}
			rec, status, out, errs := record(t, recorder.Options{Max: 40, MaxBytes: 1 << 16}, "", command...)
			if diff := cmp.Diff(string(want), out+errs); diff != "" || status != 0 {
				t.Errorf("status %d, %s", status, diff)
			}
			for i := range rec.Calls {
				if _, err := rec.Calls[i].Check(); err != nil {
					t.Errorf("%v\n%s", err, rec.Calls[i])
				}
			}
		})
	}
}

// TestPythonsOwn runs Python's own tests of struct, where a Python has them. They pass
// as without the recorder, except for one: the class Struct is written in Python, and so
// can be given attributes.
func TestPythonsOwn(t *testing.T) {
	if !peer.All() {
		t.Skip("takes seconds")
	}
	command := append(peer.Python(t), "-m", "unittest", "-q", "test.test_struct")
	plain, err := exec.Command(command[0], command[1:]...).CombinedOutput()
	if err != nil {
		t.Skipf("they are not there, or do not pass without the recorder: %v", err)
	}
	_, _, _, errs := record(t, recorder.Options{Max: 20, MaxBytes: 1 << 16, All: true}, "", command...)
	if diff := cmp.Diff(results(string(plain)), results(errs)); diff != "" {
		t.Error(diff)
	}
}

// results returns what unittest prints, without times and what else is never the same
// twice, and without the test that differs on purpose.
func results(out string) (all []string) {
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		ran, _, timed := strings.Cut(line, " tests in ")
		switch {
		case timed:
			all = append(all, ran)
		case strings.HasPrefix(line, "FAIL: test__struct_types_immutable") && strings.HasSuffix(line, "(cls=<class '_struct.Struct'>)"):
		case strings.HasPrefix(line, "FAIL: "), strings.HasPrefix(line, "ERROR: "), strings.Contains(line, "ignored"):
			all = append(all, line)
		}
	}
	return all
}

// TestNames has the names that the source gives to results in roundabout ways.
func TestNames(t *testing.T) {
	program := `
import struct
d = bytes(range(8))
class Reader(object):
	def read(self, format):
		result = struct.unpack_from(format, d)
		return result
	def fields(self):
		(self.charset, self.length) = self.read("<HI")
		self.times = struct.unpack("<4H", d)
Reader().fields()
totals = struct.unpack("<2I", d)
rows = struct.iter_unpack("<HH", d)
for x, y in rows: pass
for value in struct.unpack("<8B", d): pass
a, b = map(int, struct.unpack("<bb", b"ab"))
first, *rest = struct.unpack("<3h", d[:6])
`
	file := filepath.Join(t.TempDir(), "program.py")
	if err := os.WriteFile(file, []byte(program), 0o666); err != nil {
		t.Fatal(err)
	}
	rec, status, _, errs := record(t, recorder.Options{Max: 8, MaxBytes: 1000}, "", append(peer.Python(t), file)...)
	got := map[string]string{}
	for _, c := range rec.Calls {
		got[c.Format] = strings.Join(c.Names, " ")
	}
	want := map[string]string{"<HI": "charset length", "<4H": "*times", "<2I": "*totals", "<HH": "x y", "<8B": "*value", "<bb": "", "<3h": "first *rest"}
	if diff := cmp.Diff(want, got); diff != "" || status != 0 || errs != "" {
		t.Errorf("status %d, %s%s", status, errs, diff)
	}
}

// TestProcesses has a Python that another program starts, and one that becomes
// another: the calls of all are there, and places are named alike.
func TestProcesses(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no exec")
	}
	dir := t.TempDir()
	program := `
import os, struct, subprocess, sys
for n in range(100): struct.pack("<H", n)
if len(sys.argv) < 3:
	sys.argv.append("x")
	os.chdir(os.sep)
	subprocess.check_call([sys.executable, sys.argv[0], "x", "x"])
	os.execv(sys.executable, [sys.executable, sys.argv[0], "x", "x"])
`
	file := filepath.Join(dir, "program.py")
	if err := os.WriteFile(file, []byte(program), 0o666); err != nil {
		t.Fatal(err)
	}
	rec, status, _, errs := record(t, recorder.Options{Max: 8, MaxBytes: 1000}, "", append(peer.Python(t), file)...)
	calls := map[string]int{}
	for _, s := range rec.Sites {
		calls[s.Place.String()] += s.Calls
	}
	if diff := cmp.Diff(map[string]int{"program.py:3": 300}, calls); diff != "" || status != 0 || errs != "" {
		t.Errorf("status %d, %s%s", status, errs, diff)
	}
}

// TestCut keeps of a long buffer what a call used, and leaves out the standard library.
func TestCut(t *testing.T) {
	python := peer.Python(t)
	program := `
import io, struct, wave
data = bytes(range(256)) * 1000
struct.unpack_from("<I", data, 200000)
for row in struct.iter_unpack("<Q", data): pass
try: struct.unpack("<I", data)
except struct.error: pass
out = wave.open(io.BytesIO(), "wb"); out.setnchannels(1); out.setsampwidth(2); out.setframerate(8000); out.writeframes(b""); out.close()
`
	rec, status, _, errs := record(t, recorder.Options{Max: 8, MaxBytes: 1000}, "", append(python, "-c", program)...)
	if status != 0 || errs != "" {
		t.Errorf("status %d, %s", status, errs)
	}
	sizes := map[string]int{}
	for _, c := range rec.Calls {
		sizes[c.Op] = len(c.Data)
		if _, err := c.Check(); err != nil {
			t.Errorf("%v\n%s", err, c)
		}
	}
	if diff := cmp.Diff(map[string]int{"unpack_from": 4, "iter_unpack": 128}, sizes); diff != "" {
		t.Error(diff)
	}
	all, _, _, _ := record(t, recorder.Options{Max: 8, MaxBytes: 1000, All: true}, "", append(python, "-c", program)...)
	if !slices.ContainsFunc(all.Calls, func(c fixture.Call) bool { return c.Place.File == "lib/wave.py" }) {
		t.Error("all has no call of wave")
	}
}

// TestKilled keeps what was recorded before a program dies.
func TestKilled(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	program := `
import os, signal, struct
for n in range(100): struct.pack("<H", n * n)
os.kill(os.getpid(), signal.SIGKILL)
`
	rec, status, _, _ := record(t, recorder.Options{Max: 40, MaxBytes: 1000}, "", append(peer.Python(t), "-c", program)...)
	if status != 128+9 || len(rec.Calls) == 0 {
		t.Errorf("status %d, %d calls", status, len(rec.Calls))
	}
}

// TestErrors are commands and files that cannot be.
func TestErrors(t *testing.T) {
	for _, tt := range []struct{ name, file, command string }{
		{"no file", filepath.Join(t.TempDir(), "none", "calls.jsonl"), "python3"},
		{"no command", filepath.Join(t.TempDir(), "calls.jsonl"), "no-such-program"},
	} {
		if _, err := recorder.Run(tt.file, recorder.Options{}, []string{tt.command}, nil, nil, nil); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
	}
}
