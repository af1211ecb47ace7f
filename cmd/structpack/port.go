package main

import (
	"bytes"
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"example.com/structpack/fixture"
	"example.com/structpack/internal/port"
)

const portHelp = `Usage: structpack port [OPTION...] FILE...

Writes a Go type for each layout in recordings of Python programs, with fields
named after the names in the Python source, to standard output. Calls that
agree in format and names share a type. Formats that vary in their counts, such
as '!L%ds', become a type with methods. The code is a start: it is yours to
change.

  structpack port calls.jsonl > wire.go
  structpack port -o wire.go testdata/calls.jsonl

  -o FILE         write the code to FILE, and a test that replays the recordings
                  through the types to the file beside it that ends in _test.go;
                  a file that is there and has another text is left alone
  --force         write it all the same
  --package NAME  the name of the package: the directory's of -o unless set,
                  else wire
  --test          write the test to standard output, and not the code
`

func (c *call) port() error {
	if len(c.args) == 0 {
		return usageError("port needs a file")
	}
	var recs []*fixture.Recording
	o := port.Options{Package: c.value("package"), Files: c.args}
	for _, file := range c.args {
		rec, err := readRecording(file)
		if err != nil {
			return err
		}
		recs = append(recs, rec)
	}
	if c.output != "" {
		if !strings.HasSuffix(c.output, ".go") || strings.HasSuffix(c.output, "_test.go") {
			return usageError("-o " + c.output + " is no name for Go code")
		}
		dir, err := filepath.Abs(filepath.Dir(c.output))
		if err != nil {
			return err
		}
		if name := strings.ToLower(filepath.Base(dir)); o.Package == "" && token.IsIdentifier(name) {
			o.Package = name
		}
		// The test runs in the directory of the code.
		o.Files = nil
		for _, file := range c.args {
			if abs, err := filepath.Abs(file); err == nil {
				if rel, err := filepath.Rel(dir, abs); err == nil {
					file = filepath.ToSlash(rel)
				}
			}
			o.Files = append(o.Files, file)
		}
	}
	if o.Package == "" {
		o.Package = "wire"
	}
	if !token.IsIdentifier(o.Package) {
		return usageError(fmt.Sprintf("--package %q is no name of a package", o.Package))
	}
	code, test, err := port.Code(recs, o)
	if err != nil {
		return err
	}
	if c.output == "" {
		if c.has("test") {
			code = test
		}
		_, err := c.out.Write(code)
		return err
	}
	files := []struct {
		name string
		text []byte
	}{{c.output, code}, {strings.TrimSuffix(c.output, ".go") + "_test.go", test}}
	for _, f := range files {
		if old, err := os.ReadFile(f.name); err == nil && !bytes.Equal(old, f.text) && !c.has("force") {
			return fmt.Errorf("%s is there and has another text, perhaps yours: --force writes it again", f.name)
		}
	}
	for _, f := range files {
		if err := os.WriteFile(f.name, f.text, 0o666); err != nil {
			return err
		}
	}
	return nil
}
