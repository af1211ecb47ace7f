package main

import (
	"fmt"

	"example.com/structpack"
	"example.com/structpack/internal/show"
)

func (c *call) calcsize() error {
	if len(c.args) == 0 {
		return usageError("no format; see structpack calcsize --help")
	}
	if c.abi == "all" {
		return c.calcsizeForAll()
	}
	for len(c.args) > 0 {
		s, err := c.compile("calcsize")
		if err != nil {
			return err
		}
		if c.json {
			err = c.printJSON(size{s.Format(), "", s.Size(), s.NumValues()})
		} else {
			_, err = fmt.Fprintln(c.out, s.Size())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// calcsizeForAll prints the size of each format for each ABI.
func (c *call) calcsizeForAll() error {
	for _, format := range c.args {
		for i, abi := range structpack.ABIs() {
			s, err := structpack.CompileFor(abi, format)
			if err != nil {
				return err
			}
			if c.json {
				if err := c.printJSON(size{s.Format(), abi.Name, s.Size(), s.NumValues()}); err != nil {
					return err
				}
				continue
			}
			if i == 0 && len(c.args) > 1 {
				fmt.Fprintln(c.out, show.Visible(format))
			}
			fmt.Fprintf(c.out, "%-17s %d\n", abi.Name, s.Size())
		}
	}
	return nil
}

// A size is what calcsize --json prints.
type size struct {
	Format string `json:"format"`
	ABI    string `json:"abi,omitempty"`
	Size   int    `json:"size"`
	Values int    `json:"values"`
}
