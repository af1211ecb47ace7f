// Package recorder runs a Python program with every use of the module struct
// written down.
package recorder

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
)

// script is what each Python runs when it starts.
//
//go:embed sitecustomize.py
var script []byte

// Options bound what is kept.
type Options struct {
	Max      int  // calls of each place with each format
	MaxBytes int  // of the buffer of a call
	All      bool // keep calls that the standard library makes for itself too
}

// Run runs a command until it ends, and writes the calls of every Python in it to
// a file, which it empties first. It returns the exit status of the command: 128
// and the number of a signal that ended it, as a shell does. An error is about the
// file, or about a command that cannot be started.
func Run(file string, o Options, command []string, in io.Reader, out, errs io.Writer) (status int, err error) {
	f, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	if err := f.Close(); err != nil {
		return 0, err
	}
	if file, err = filepath.Abs(file); err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "structpack-record")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "sitecustomize.py"), script, 0o666); err != nil {
		return 0, err
	}
	options := o.lines(command)
	path := dir
	if old := os.Getenv("PYTHONPATH"); old != "" {
		path += string(filepath.ListSeparator) + old
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, errs
	cmd.Env = append(os.Environ(), "PYTHONPATH="+path, "STRUCTPACK_RECORD="+file, "STRUCTPACK_RECORD_OPTIONS="+options)
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	// A terminal sends its signals to the program too; the others are passed on.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, append(passed, os.Interrupt)...)
	defer signal.Stop(signals)
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-signals:
				if s != os.Interrupt {
					cmd.Process.Signal(s)
				}
			case <-ended:
				return
			}
		}
	}()
	err = cmd.Wait()
	close(ended)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return 0, fmt.Errorf("%s: %w", command[0], err)
	}
	return exitStatus(cmd.ProcessState), nil
}

// lines returns the options for the script: two numbers, whether all is kept, what
// the program is called, the directory that it is in, and where it starts.
func (o *Options) lines(command []string) string {
	all := ""
	if o.All {
		all = "all"
	}
	name, file := program(command)
	start, _ := os.Getwd()
	dir := ""
	if abs, err := filepath.Abs(file); err == nil && file != "" {
		if info, err := os.Stat(abs); err == nil && info.IsDir() {
			dir = abs
		} else if err == nil {
			dir = filepath.Dir(abs)
		}
	}
	lines := []string{strconv.Itoa(o.Max), strconv.Itoa(o.MaxBytes), all, name, dir, start}
	for i, line := range lines {
		if strings.Contains(line, "\n") {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}

// program names the program that a command runs, and its file: the first argument
// of Python that is no option, or the module after -m, which has no file.
func program(command []string) (name, file string) {
	for i, arg := range command {
		switch {
		case i == 0 && strings.Contains(filepath.Base(arg), "py") && !strings.HasSuffix(arg, ".py"):
		case arg == "-m" && i+1 < len(command):
			return command[i+1], ""
		case arg == "-c":
			return "python -c", ""
		case i > 0 && (command[i-1] == "-W" || command[i-1] == "-X"):
		case !strings.HasPrefix(arg, "-"):
			return filepath.Base(arg), arg
		}
	}
	return filepath.Base(command[0]), ""
}
