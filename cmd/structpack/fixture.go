package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"example.com/structpack/fixture"
	"example.com/structpack/internal/formats"
	"example.com/structpack/testdata"
)

const fixtureHelp = `Usage: structpack fixture [OPTION...] FORMAT...

Asks a Python's struct module about each format: values at every limit and just
beyond it, wrong numbers and types of values, buffers too short and too long,
offsets. It writes the questions with the answers, for package fixture and for
replay. Tests that read them need no Python.

  structpack fixture '!HBI' '<4sHH' > testdata/wire.jsonl

  --python COMMAND  the Python to ask; python3 unless set
  --from PACKAGES   take the formats that Go packages use too, where they are
                    constants or made of some; ./... is all below a directory
  -o FILE           write to FILE
`

func (c *call) fixture() error {
	for _, o := range c.choices {
		if o.option == "from" {
			found, err := formats.Find(o.value)
			if err != nil {
				return err
			}
			c.args = append(c.args, found...)
		}
	}
	if len(c.args) == 0 {
		return usageError("fixture needs a format")
	}
	python := strings.Fields(c.value("python"))
	if len(python) == 0 {
		python = []string{"python3"}
	}
	f, err := os.CreateTemp("", "structpack-*.py")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(testdata.Oracle); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	var out, errs bytes.Buffer
	list, err := json.Marshal(c.args)
	if err != nil {
		return err
	}
	cmd := exec.Command(python[0], append(python[1:], f.Name(), "--formats")...)
	cmd.Stdin = bytes.NewReader(list)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			lines := strings.Split(strings.TrimSpace(errs.String()), "\n")
			return fmt.Errorf("%s: %w: %s", python[0], err, lines[len(lines)-1])
		}
		return err
	}
	if _, err := fixture.ReadAll(bytes.NewReader(out.Bytes())); err != nil {
		return fmt.Errorf("%s: %w", python[0], err)
	}
	if c.output == "" {
		_, err := c.out.Write(out.Bytes())
		return err
	}
	return os.WriteFile(c.output, out.Bytes(), 0o666)
}
