package gen

import (
	"errors"
	"fmt"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxFile bounds a file of the package. The largest in the Go distribution have
// some 4 MB.
const maxFile = 32 << 20

// readFile reads a file of the package. A package may be anybody's, and gen may run
// in a directory that was just cloned: a file must be a regular one, for others
// never end, and it must be in the directory, where links may lead out of it.
func (s *source) readFile(name string) ([]byte, error) {
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	base := filepath.Base(name)
	info, err := root.Stat(base)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, fail(show(name), "%v", errors.Unwrap(err))
	}
	if err := regularFile(name, info); err != nil {
		return nil, err
	}
	f, err := root.Open(base)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile))
}

// regular returns an error if the go command, which reads all Go files, would read
// from a pipe or a device, or for long.
func (s *source) regular() error {
	names, err := filepath.Glob(filepath.Join(s.dir, "*.go"))
	if err != nil {
		return err
	}
	for _, name := range names {
		if info, err := os.Stat(name); err == nil && !info.IsDir() {
			if err := regularFile(name, info); err != nil {
				return err
			}
		}
	}
	return nil
}

func regularFile(name string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fail(show(name), "it is not a regular file")
	}
	if info.Size() > maxFile {
		return fail(show(name), "%d bytes are too many for a Go file (limit %d)", info.Size(), maxFile)
	}
	return nil
}

// readHeader reads comments from a file, and returns them with an empty line after
// them.
func readHeader(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return "", fail(name, "%v", errors.Unwrap(err))
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return "", fail(name, "it is not a regular file, or too large")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	header := strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")) + "\n\n"
	f, err := parser.ParseFile(token.NewFileSet(), "", header+"package p\n", parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		return "", fail(name, "it is not made of Go comments")
	}
	for _, group := range f.Comments {
		for _, c := range group.List {
			if constraint.IsGoBuild(c.Text) || constraint.IsPlusBuild(c.Text) {
				return "", fail(name, "it has a build constraint; the one of the type's file is taken over")
			}
		}
	}
	return header, nil
}

// replaceable returns an error if there is something at name that is not a regular
// file: a link would lead the code somewhere else.
func replaceable(name string) error {
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &fs.PathError{Op: "write", Path: name, Err: fmt.Errorf("it is not a regular file")}
	}
	return nil
}
