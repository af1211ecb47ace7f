// Package peer runs the programs at the other end, for tests: a Python, a
// server, an example.
package peer

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Guard is how long a program may take for anything. It says nothing about
// speed: it ends a test that hangs.
const Guard = 2 * time.Minute

// All reports whether tests are to talk to other programs in every way, which
// STRUCTPACK_PEERS=all asks for, and not only once for each thing to be said.
func All() bool { return os.Getenv("STRUCTPACK_PEERS") == "all" }

// Some returns all of them if tests are to talk in every way, and otherwise the first.
func Some[T any](ways []T) []T {
	if All() {
		return ways
	}
	return ways[:1]
}

// Skip skips a test that talks to programs which happen to be installed: short
// mode does without, unless it is to talk to all.
func Skip(t testing.TB) {
	t.Helper()
	if testing.Short() && !All() {
		t.Skip("it talks to another program")
	}
}

// Python returns the command that runs a Python: what STRUCTPACK_PYTHON has,
// which may be several words, or python3. It skips the test if there is none, or
// an older one than 3.6, as Skip does.
func Python(t testing.TB) []string {
	t.Helper()
	Skip(t)
	p, err := findPython()
	if err != nil {
		t.Skip("no Python:", err)
	}
	t.Log("Python", p.version)
	return p.command
}

type python struct {
	command []string
	version string
}

var findPython = sync.OnceValues(func() (*python, error) {
	command := strings.Fields(os.Getenv("STRUCTPACK_PYTHON"))
	if len(command) == 0 {
		command = []string{"python3"}
	}
	p, executable, err := askPython(command)
	if err != nil {
		return nil, err
	}
	// A version manager's python3 is a shell script, which takes longer than Python
	// does to start. What it starts counts if that can do without the script.
	if len(command) == 1 && executable != "" {
		if direct, _, err := askPython([]string{executable}); err == nil && direct.version == p.version {
			p = direct
		}
	}
	var major, minor int
	if _, err := fmt.Sscanf(p.version, "%d.%d", &major, &minor); err != nil || major < 3 || major == 3 && minor < 6 {
		return nil, fmt.Errorf("%s is version %q, older than 3.6", p.command, p.version)
	}
	return p, nil
})

// askPython asks a Python for its version, and for the file that runs.
func askPython(command []string) (p *python, executable string, err error) {
	command = slices.Clip(command)
	ask := append(command, "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3]); print(sys.executable)")
	out, err := exec.Command(ask[0], ask[1:]...).Output()
	if err != nil {
		return nil, "", err
	}
	version, executable, _ := strings.Cut(strings.ReplaceAll(string(out), "\r\n", "\n"), "\n")
	return &python{command, version}, strings.TrimSuffix(executable, "\n"), nil
}

// Script returns the command that runs a Python program, which needs nothing that is
// installed beside Python: looking for it takes longer than Python does to start.
// It writes no cache of what it imports.
func Script(t testing.TB, file string, args ...string) *exec.Cmd {
	t.Helper()
	words := slices.Concat(Python(t), []string{"-S", file}, args)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONIOENCODING=utf-8")
	return cmd
}

// Find returns the path of a program in PATH, or in one of dirs, which may be
// patterns of which the last match counts. It skips the test if there is none,
// as Skip does.
func Find(t testing.TB, name string, dirs ...string) string {
	t.Helper()
	Skip(t)
	path, err := exec.LookPath(name)
	for _, dir := range dirs {
		if err == nil {
			break
		}
		if found, _ := filepath.Glob(filepath.Join(dir, name)); len(found) > 0 {
			path, err = exec.LookPath(found[len(found)-1])
		}
	}
	if err != nil {
		t.Skipf("no %s: %v", name, err)
	}
	return path
}

// A Program is a process whose output is read line by line. The test kills it at
// its end, and after Guard.
type Program struct {
	In io.WriteCloser // its standard input, or nil if it was given one

	t      testing.TB
	cmd    *exec.Cmd
	out    *bufio.Reader
	errs   bytes.Buffer
	guard  *time.Timer
	status int
	waited bool
}

// Start starts cmd. What it prints on standard error is for Errors.
func Start(t testing.TB, cmd *exec.Cmd) *Program {
	t.Helper()
	return start(t, cmd, false)
}

// StartMerged is Start, with the lines of standard error mixed into those on
// standard output.
func StartMerged(t testing.TB, cmd *exec.Cmd) *Program {
	t.Helper()
	return start(t, cmd, true)
}

func start(t testing.TB, cmd *exec.Cmd, merged bool) *Program {
	t.Helper()
	p := &Program{t: t, cmd: cmd}
	fail := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatalf("%v: %v", cmd.Args, err)
		}
	}
	r, w, err := os.Pipe() // cmd.StdoutPipe's ends with Wait, read or not
	fail(err)
	defer w.Close()
	cmd.Stdout, cmd.Stderr = w, &p.errs
	if merged {
		cmd.Stderr = w
	}
	p.out = bufio.NewReader(r)
	if cmd.Stdin == nil {
		p.In, err = cmd.StdinPipe()
		fail(err)
	}
	cmd.WaitDelay = Guard // for what a child of it has open
	fail(cmd.Start())
	p.guard = time.AfterFunc(Guard, func() {
		cmd.Process.Kill()
		r.SetReadDeadline(time.Now().Add(time.Second)) // or its children keep the pipe open
	})
	t.Cleanup(func() {
		t.Helper()
		cmd.Process.Kill()
		p.wait()
		r.Close()
		if t.Failed() && p.errs.Len() > 0 {
			t.Logf("%v: standard error:\n%s", cmd.Args, &p.errs)
		}
	})
	return p
}

// Next returns the next line of output, without its end. It is not ok if there is
// none.
func (p *Program) Next() (line string, ok bool) {
	line, err := p.out.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err == nil
}

// Line is Next, and the test fails if there is no line.
func (p *Program) Line() string {
	p.t.Helper()
	line, ok := p.Next()
	if !ok {
		p.t.Fatalf("%v: %q instead of a line; status %d", p.cmd.Args, line, p.Wait())
	}
	return line
}

// LineWith returns the next line of output that contains text.
func (p *Program) LineWith(text string) string {
	p.t.Helper()
	for {
		if line := p.Line(); strings.Contains(line, text) {
			return line
		}
	}
}

// Rest closes standard input, and returns all output that was not read when the
// program has closed it.
func (p *Program) Rest() string {
	p.t.Helper()
	p.closeInput()
	b, err := io.ReadAll(p.out)
	if err != nil {
		p.t.Errorf("%v: %v", p.cmd.Args, err)
	}
	return unixLines(string(b))
}

func (p *Program) closeInput() {
	if p.In != nil {
		p.In.Close()
	}
}

func unixLines(s string) string {
	if runtime.GOOS == "windows" {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	return s
}

// Signal sends a signal.
func (p *Program) Signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Errorf("%v: %v", p.cmd.Args, err)
	}
}

// Wait closes standard input, waits for the end of the program, and returns its
// exit status: -1 for one that was killed.
func (p *Program) Wait() int {
	p.closeInput()
	p.wait()
	return p.status
}

func (p *Program) wait() {
	if p.waited {
		return
	}
	p.waited = true
	p.cmd.Wait()
	p.guard.Stop()
	p.status = p.cmd.ProcessState.ExitCode()
}

// Errors waits for the end of the program, and returns what it has printed on
// standard error.
func (p *Program) Errors() string {
	p.Wait()
	return unixLines(p.errs.String())
}

// SocketPath returns a path for a Unix-domain socket, in a directory of its own.
// The directory of t.TempDir has the name of the test in it, and a socket's path has room
// for 104 to 108 bytes.
func SocketPath(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	if len(path) > 103 {
		t.Skipf("%s is too long for a socket", path)
	}
	return path
}

// Networks are the networks of stream sockets that tests go through.
func Networks() []string {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" {
		return []string{"tcp"} // Python has no AF_UNIX there
	}
	return []string{"tcp", "unix"}
}

// Listen listens on a port of the loopback interface, or on a path, that is free.
// The listener is closed at the end of the test.
func Listen(t testing.TB, network string) net.Listener {
	t.Helper()
	ln, err := net.Listen(network, FreeAddress(t, network))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln
}

// FreeAddress returns an address to listen on; its port is for the system to choose.
func FreeAddress(t testing.TB, network string) string {
	t.Helper()
	if network == "unix" {
		return SocketPath(t)
	}
	return "127.0.0.1:0"
}
