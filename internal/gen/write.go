package gen

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write writes files, all of them or none. One that has its content already is
// left alone, time of change and all; nobody ever sees one half-written.
func Write(files []File) error {
	err := write(files)
	var bad *fs.PathError
	if errors.As(err, &bad) {
		return fail(show(bad.Path), "%v", bad.Err)
	}
	return err
}

// Check returns an error about the first of files that has not its content. What a
// checkout may have done to the ends of its lines does not count.
func Check(files []File) error {
	for _, f := range files {
		if err := replaceable(f.Name); err != nil {
			return fail(show(f.Name), "%v", errors.Unwrap(err))
		}
		old, err := os.ReadFile(f.Name)
		if errors.Is(err, fs.ErrNotExist) {
			return fail(show(f.Name), "it is not there: run go generate")
		}
		if err != nil {
			return err
		}
		if !bytes.Equal(bytes.ReplaceAll(old, []byte("\r\n"), []byte("\n")), f.Data) {
			return fail(show(f.Name), "it is not current: run go generate")
		}
	}
	return nil
}

func write(files []File) error {
	type move struct{ from, to string }
	var moves []move
	defer func() {
		for _, m := range moves {
			os.Remove(m.from) // where the move was not made
		}
	}()
	for _, f := range files {
		name := f.Name
		if err := replaceable(name); err != nil {
			return err
		}
		old, err := os.ReadFile(name)
		if err == nil && bytes.Equal(old, f.Data) {
			continue
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		temp, err := create(name)
		if err != nil {
			return err
		}
		moves = append(moves, move{temp.Name(), name})
		if info, bad := os.Stat(name); bad == nil {
			err = temp.Chmod(info.Mode().Perm())
		}
		_, bad := temp.Write(f.Data)
		if err := errors.Join(err, bad, temp.Close()); err != nil {
			return err
		}
	}
	for _, m := range moves {
		if err := os.Rename(m.from, m.to); err != nil {
			return err
		}
	}
	return nil
}

// create creates a file beside name, which the go command does not see.
func create(name string) (*os.File, error) {
	for i := 0; ; i++ {
		temp := filepath.Join(filepath.Dir(name), fmt.Sprintf(".%s.%d-%d", filepath.Base(name), os.Getpid(), i))
		f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}
