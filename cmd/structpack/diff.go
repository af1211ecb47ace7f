package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"example.com/structpack/internal/show"
)

// errDiffer is the end of a diff that found differences, which need no message.
var errDiffer = errors.New("the structures differ")

const diffHelp = `Usage: structpack diff [OPTION...] FORMAT A B

Shows in which fields the structures of two files differ, padding included. One
of the files may be - for standard input. The exit status is 1 if they differ.

  --hex           the input is a dump of xxd, hexdump, od, tcpdump or Wireshark,
                  or hex digits with blanks, colons, commas, 0x or \x between
  --json          print a JSON object for every field that differs
  --fields NAMES  names with commas between them, one for every value or one for
                  every item
  --type TYPE     the names of the fields of a Go type, such as ./wire.Header;
                  a prefix alone, such as !, is made a format by the type
  --offset N      compare the structures at offset N; a negative N counts from
                  the end
  --repeat        compare structures until the end of both
  --count N       compare N structures
  --abi ABI       the ABI of another platform
  --color WHEN    always, never, or auto: on a terminal, unless NO_COLOR is set
`

func (c *call) diff() error {
	s, err := c.compile("diff")
	if err != nil {
		return err
	}
	r, err := c.record(s)
	if err != nil {
		return err
	}
	abi, err := c.findABI()
	if err != nil {
		return err
	}
	drawing, err := c.drawing()
	if err != nil {
		return err
	}
	most, err := c.most()
	if err != nil {
		return err
	}
	if len(c.args) != 2 {
		return usageError("diff takes a format and two files; see structpack diff --help")
	}
	if _, err := s.IterUnpack(nil); err != nil { // a structure of no bytes
		return err
	}
	var layouts [2]*show.Layout
	var inputs [2]io.Reader
	for i, name := range c.args {
		in, done, err := c.openFile(name)
		if err != nil {
			return err
		}
		defer done()
		layouts[i] = &show.Layout{Struct: s, ABI: abi, Columns: r.columns, Each: s.NumValues() <= mostRows}
		if inputs[i], layouts[i].Base, err = c.skip(in); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	table := show.Differences{Drawing: drawing, Records: c.many()}
	differ := false
	for n := 0; n != most; n++ {
		for i, l := range layouts {
			// The bytes of the last record are no longer looked at.
			if l.Data, err = fill(inputs[i], l.Data, s.Size()); err != nil {
				return fmt.Errorf("%s: %w", c.args[i], err)
			}
		}
		a, b := layouts[0], layouts[1]
		if c.many() && len(a.Data)+len(b.Data) == 0 {
			break
		}
		if n > 0 && len(a.Data)*len(b.Data) == 0 {
			ends, goes := c.args[0], c.args[1]
			if len(b.Data) == 0 {
				ends, goes = goes, ends
			}
			if err := table.Flush(); err != nil {
				return err
			}
			return fmt.Errorf("%s ends after %s, and %s goes on", ends, show.Count(n, "record"), goes)
		}
		if !bytes.Equal(a.Data, b.Data) || len(a.Data) < s.Size() {
			found, err := c.different(&table, n, a, b)
			if err != nil {
				return err
			}
			differ = differ || found
		}
		if len(a.Data) < s.Size() && len(b.Data) < s.Size() {
			if err := table.Flush(); err != nil {
				return err
			}
			_, err := s.UnpackFrom(a.Data, 0)
			return fmt.Errorf("%s and %s: %w", c.args[0], c.args[1], err)
		}
		a.Base += int64(s.Size())
		b.Base += int64(s.Size())
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if differ {
		return errDiffer
	}
	return nil
}

// different shows the rows of two structures that differ.
func (c *call) different(table *show.Differences, n int, a, b *show.Layout) (found bool, err error) {
	others := b.Rows(c.json)
	for i, row := range a.Rows(c.json) {
		other := others[i]
		if bytes.Equal(a.Bytes(&row), b.Bytes(&other)) {
			continue
		}
		found = true
		if c.json {
			err = c.printJSON(struct {
				Record int      `json:"record"`
				A      show.Row `json:"a"`
				B      show.Row `json:"b"`
			}{n, row, other})
		} else {
			err = table.Add(n, a, b, &row, &other)
		}
		if err != nil {
			return false, err
		}
	}
	return found, nil
}
