// Programs records Python programs that were written without structpack in mind,
// replays what they did, ports it to Go, and runs the tests of the Go code. It
// leaves out programs whose Python modules are not installed, and says so.
//
//	go run ./internal/recorder/programs -o docs/RECORDED.md
//
// On Debian the modules are python3-dpkt, python3-mido, python3-pyelftools,
// python3-scapy and libpython3-testsuite.
package main

import (
	"bytes"
	"embed"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"example.com/structpack/fixture"
	"example.com/structpack/internal/port"
	"example.com/structpack/internal/recorder"
)

//go:embed python
var python embed.FS

// A program is run by a Python that can import its modules.
type program struct {
	name    string
	about   string
	modules string
	args    []string
	all     bool // it is the standard library itself that is recorded
}

var programs = []program{
	{"wave", "writes and reads a WAV file", "wave", []string{"waves.py"}, true},
	{"zipfile", "writes and reads a ZIP file", "zipfile", []string{"zips.py"}, true},
	{"tarfile", "writes and reads a compressed tar file", "tarfile", []string{"tars.py"}, true},
	{"gzip", "writes and reads gzip files", "gzip", []string{"gzips.py"}, true},
	{"plistlib", "writes and reads a binary property list", "plistlib", []string{"plists.py"}, true},
	{"tests of wave", "Python's own", "test.test_wave", []string{"-m", "unittest", "-q", "test.test_wave"}, true},
	{"tests of plistlib", "Python's own", "test.test_plistlib", []string{"-m", "unittest", "-q", "test.test_plistlib"}, true},
	{"tests of struct", "Python's own", "test.test_struct", []string{"-m", "unittest", "-q", "test.test_struct"}, true},
	{"a pcap writer", "IP, UDP, TCP and ICMP by hand", "struct", []string{"capture.py", "capture.pcap"}, false},
	{"dpkt", "reads the capture", "dpkt", []string{"dissect.py", "capture.pcap"}, false},
	{"scapy", "reads, builds and writes the capture", "scapy.all", []string{"packets.py", "capture.pcap"}, false},
	{"mido", "writes and reads a MIDI file", "mido", []string{"midi.py"}, false},
	{"pyelftools", "reads Python's own executable", "elftools.elf.elffile", []string{"elf.py"}, false},
}

func main() {
	output := flag.String("o", "", "write the table to this file, and not to standard output")
	module := flag.String("module", ".", "the directory of the module example.com/structpack")
	flag.Parse()
	var table bytes.Buffer
	if err := run(&table, *module); err != nil {
		fmt.Fprintln(os.Stderr, "programs:", err)
		os.Exit(1)
	}
	if *output == "" {
		os.Stdout.Write(table.Bytes())
	} else if err := os.WriteFile(*output, table.Bytes(), 0o666); err != nil {
		fmt.Fprintln(os.Stderr, "programs:", err)
		os.Exit(1)
	}
}

func run(table io.Writer, module string) error {
	module, err := filepath.Abs(module)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "structpack-programs")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := setUp(dir, module); err != nil {
		return err
	}
	fmt.Fprint(table, "# Recorded programs\n\nPython programs that were written without structpack in mind, recorded by `structpack record`, replayed, and ported to Go:\nthe tests of the Go code pass. Written by `go run ./internal/recorder/programs -o docs/RECORDED.md`.\n\n"+
		"| program | what it does | Python | places | calls | kept | formats | wrong | types | fields | named by the source |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	var st port.Stats
	n := 0
	for _, p := range programs {
		command := p.find()
		if command == nil {
			fmt.Fprintf(os.Stderr, "left out: %s: no Python here can import %s\n", p.name, p.modules)
			continue
		}
		stats, err := p.record(table, dir, command)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		st.Types, st.Fields, st.Named = st.Types+stats.Types, st.Fields+stats.Fields, st.Named+stats.Named
		n++
	}
	fmt.Fprintf(table, "\nIn all %d types with %d fields, of which the source names %d %%. The others are constants, or results that go into no name.\n", st.Types, st.Fields, 100*st.Named/max(1, st.Fields))
	out, err := goCommand(dir, "test", "./...")
	if err != nil {
		return fmt.Errorf("the tests of the Go code: %w\n%s", err, out)
	}
	fmt.Fprintf(os.Stderr, "%d programs of %d, %d types; all tests of the Go code pass\n", n, len(programs), st.Types)
	return nil
}

// setUp makes a module for the Go code, beside the Python programs.
func setUp(dir, module string) error {
	files, err := python.ReadDir("python")
	if err != nil {
		return err
	}
	for _, f := range files {
		text, err := python.ReadFile("python/" + f.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, f.Name()), text, 0o666); err != nil {
			return err
		}
	}
	mod := fmt.Sprintf("module sample\n\ngo 1.25.0\n\nrequire example.com/structpack v0.0.0\n\nreplace example.com/structpack => %q\n", filepath.ToSlash(module))
	return os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o666)
}

func goCommand(dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	return cmd.CombinedOutput()
}

// find returns a Python that can import the program's modules, or nil.
func (p *program) find() []string {
	for _, command := range []string{"python3", "/usr/bin/python3", "python"} {
		if exec.Command(command, "-c", "import "+p.modules).Run() == nil {
			return []string{command}
		}
	}
	return nil
}

// record records the program, replays it and writes Go code for it.
func (p *program) record(table io.Writer, dir string, command []string) (port.Stats, error) {
	pkg := strings.ReplaceAll(strings.ToLower(p.name), " ", "")
	file := filepath.Join(dir, pkg+".jsonl")
	var out bytes.Buffer
	args := slices.Clone(p.args)
	for i, arg := range args {
		if strings.HasSuffix(arg, ".py") || strings.HasSuffix(arg, ".pcap") {
			args[i] = filepath.Join(dir, arg)
		}
	}
	// One of the tests of struct wants an error for an attribute that the class Struct
	// is given. TestPythonsOwn sees that all others pass.
	status, err := recorder.Run(file, recorder.Options{Max: 20, MaxBytes: 64 << 10, All: p.all}, append(command, args...), nil, &out, &out)
	if err != nil || status != 0 && p.name != "tests of struct" {
		return port.Stats{}, fmt.Errorf("status %d, %v\n%s", status, err, out.Bytes())
	}
	f, err := os.Open(file)
	if err != nil {
		return port.Stats{}, err
	}
	defer f.Close()
	rec, err := fixture.ReadAll(f)
	if err != nil {
		return port.Stats{}, err
	}
	places, formats, calls := map[fixture.Place]bool{}, map[string]bool{}, 0
	for _, s := range rec.Sites {
		calls += s.Calls
	}
	for i := range rec.Calls {
		c := &rec.Calls[i]
		places[c.Place], formats[c.Format] = true, true
		if _, err := c.Check(); err != nil {
			return port.Stats{}, fmt.Errorf("line %d: %w\n%s", c.Line, err, c)
		}
	}
	recs := []*fixture.Recording{rec}
	code, test, err := port.Code(recs, port.Options{Package: pkg, Files: []string{"../" + filepath.Base(file)}})
	if err != nil {
		return port.Stats{}, err
	}
	if err := os.MkdirAll(filepath.Join(dir, pkg), 0o777); err != nil {
		return port.Stats{}, err
	}
	for name, text := range map[string][]byte{"wire.go": code, "wire_test.go": test} {
		if err := os.WriteFile(filepath.Join(dir, pkg, name), text, 0o666); err != nil {
			return port.Stats{}, err
		}
	}
	st := port.Count(recs)
	fmt.Fprintf(table, "| %s | %s | %s | %d | %d | %d | %d | 0 | %d | %d | %d %% |\n", p.name, p.about, strings.TrimPrefix(rec.Python, "CPython "),
		len(places), calls, len(rec.Calls), len(formats), st.Types, st.Fields, 100*st.Named/max(1, st.Fields))
	return st, nil
}
