package main

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"example.com/structpack/internal/gen"
)

func (c *call) gen() error {
	if c.has("wireshark") {
		return c.wireshark()
	}
	config, err := c.config()
	if err != nil {
		return err
	}
	config.Where = c.env.directive
	config.Go = c.env.goCommand
	config.Parse = func(args []string) (*gen.Config, error) {
		other := new(call)
		if err := other.parse("gen", genHelp, args); err != nil {
			return nil, err
		}
		return other.config()
	}
	files, err := gen.Generate(config)
	if err != nil {
		return err
	}
	if c.output == "-" {
		_, err := c.out.Write(files[0].Data)
		return err
	}
	if c.has("check") {
		return gen.Check(files)
	}
	return gen.Write(files)
}

// config reads the options of gen.
func (c *call) config() (*gen.Config, error) {
	config := &gen.Config{Tags: c.tags, Output: c.output, NoTest: c.notest, Header: c.value("header"), View: c.has("view"),
		Slices: c.has("slices"), Streams: c.has("streams"), Alone: c.has("standalone")}
	if config.Output == "-" {
		config.Output = ""
	}
	switch len(c.args) {
	case 0:
	case 1:
		config.Dir = c.args[0]
	default:
		return nil, usageError("gen wants one directory; see structpack gen --help")
	}
	if c.abi != "" {
		abi, err := c.findABI()
		if err != nil {
			return nil, err
		}
		config.ABI = &abi
	}
	var groups [][]gen.Record
	var formats []string
	for _, o := range c.choices {
		switch o.option {
		case "type":
			var group []gen.Record
			for name := range strings.SplitSeq(o.value, ",") {
				group = append(group, gen.Record{Type: name})
			}
			groups = append(groups, group)
		case "new":
			groups = append(groups, []gen.Record{{Type: o.value, New: true}})
		case "fields":
			if len(groups) == 0 || !groups[len(groups)-1][0].New {
				return nil, usageError("--fields goes after --new")
			}
			groups[len(groups)-1][0].Fields = strings.Split(o.value, ",")
		case "format":
			formats = append(formats, o.value)
		}
	}
	if len(groups) == 0 && len(formats) > 0 {
		return nil, usageError("no --type and no --new; see structpack gen --help")
	}
	if len(groups) != len(formats) {
		return nil, usageError(fmt.Sprintf("every --type and --new has its --format (got %d and %d)", len(groups), len(formats)))
	}
	for i, group := range groups {
		for _, r := range group {
			if !token.IsIdentifier(r.Type) {
				return nil, usageError(fmt.Sprintf("%q is no name for a type", r.Type))
			}
			if slices.ContainsFunc(config.Records, func(other gen.Record) bool { return other.Type == r.Type }) {
				return nil, usageError("type " + r.Type + " is named twice")
			}
			for _, name := range r.Fields {
				if !token.IsIdentifier(name) || !token.IsExported(name) {
					return nil, usageError(fmt.Sprintf("--fields: %q is no name for an exported field", name))
				}
			}
			r.Format = formats[i]
			config.Records = append(config.Records, r)
		}
	}
	return config, nil
}

const genHelp = `Usage: structpack gen [OPTION...] [--type TYPE --format FORMAT] [DIRECTORY]

Writes Go methods that pack and unpack a type of the package in the directory by
a format, as structpack.Codec does, but with nothing left to look up at run time:
AppendBinary, MarshalBinary, UnmarshalBinary, PackInto, UnpackFrom, and TYPESize.
They go to type_structpack.go, and a test that compares them with a Codec goes to
type_structpack_test.go. In a Go file:

  //go:generate go run example.com/structpack/cmd/structpack gen -type Header -format "!HHIIBBHHH"

Without --type and --new it is for all types of the package that have their format
in the comment above them, as in

  //structpack:"!"
  type Header struct {

The code for those is in structpack_gen.go.

  --type TYPE     the type, or types with commas between them
  --new TYPE      a type that the file is to declare
  --fields NAMES  its fields, with commas between them: one for every value, or
                  one for every item of the format, so that 4H is a [4]uint16
  --format FORMAT the format: the first for the first --type or --new, and so on;
                  a prefix alone, such as !, is made a format by the type
  --abi ABI       the platform of native formats; without it, a format that is
                  not the same on all of them is refused
  -o FILE         the file to write; with - the code goes to standard output
  --view          write TYPEView too, a []byte with a method to get and one to
                  set each field in place
  --slices        write functions for slices too: AppendTYPEs and UnpackTYPEs
  --streams       write ReadFrom and WriteTo too, for one structure in a stream
  --standalone    write code that imports the standard library only; its errors
                  are no *structpack.Error then, and have the same sentences
  --notest        write no test
  --header FILE   comments to begin the files with, such as a licence
  --check         write nothing; fail if a file has not the right content
  --tags TAGS     build tags, with commas between them
  --wireshark NAME write no Go code, but a dissector in Lua of a protocol of frames
                  whose header has the one --format; --fields has names for it
  --rules RULES   the rules of the frames, as of structpack frames
  --port PORT     the TCP port of the protocol

A file that has the right content already is not touched.
`
