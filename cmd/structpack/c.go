package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"example.com/structpack"
	"example.com/structpack/internal/cstruct"
	"example.com/structpack/internal/show"
)

const cHelp = `Usage: structpack c [OPTION...] 'struct …'

Reads C declarations, or standard input with -, and shows the last struct as a C
compiler lays it out: the format that is laid out by the same rules, the format
that has these bytes on every machine, and a Go type for either. Bit fields,
long double and alignas are not known.

  --name NAME      the struct to show, if it is not the last
  --format FORMAT  say where a format has the members elsewhere
  --type TYPE      say where the format of a Go type, such as ./wire.Header, has
                   them elsewhere: the one of --format for it, or @
  --json           print a JSON object
  --abi ABI        the ABI of another platform
  --color WHEN     always, never, or auto: on a terminal, unless NO_COLOR is set
`

const elfHelp = `Usage: structpack elf [OPTION...] FILE NAME

Finds a struct in the debug information of a program or an object file, which
compilers of C, C++, Go and Rust write with -g, and shows it as structpack c
does. Go's names have their package in front: main.Header.

  --format FORMAT  say where a format has the members elsewhere
  --type TYPE      say where the format of a Go type, such as ./wire.Header, has
                   them elsewhere: the one of --format for it, or @
  --json           print a JSON object
  --color WHEN     always, never, or auto: on a terminal, unless NO_COLOR is set
`

func (c *call) declared() error {
	if len(c.args) != 1 {
		return usageError("c takes one argument, which declares a struct; see structpack c --help")
	}
	abi, err := c.findABI()
	if err != nil {
		return err
	}
	source := c.args[0]
	if source == "-" {
		data, err := atMost(c.in, 1<<20+1)
		if err != nil {
			return err
		}
		source = string(data)
	}
	t, err := cstruct.Parse(abi, source, c.value("name"))
	if err != nil {
		return err
	}
	return c.showStruct(t, abi, t.Name)
}

func (c *call) elf() error {
	if len(c.args) != 2 {
		return usageError("elf takes a file and the name of a struct; see structpack elf --help")
	}
	file, err := os.Open(c.args[0])
	if err != nil {
		return err
	}
	defer file.Close()
	t, abi, err := cstruct.FromELF(file, c.args[1])
	var unknown *cstruct.UnknownError
	if errors.As(err, &unknown) && len(unknown.Names) > 0 {
		hint := meant(unknown.Name, unknown.Names)
		if i := slices.IndexFunc(unknown.Names, func(name string) bool { return strings.HasSuffix(name, "."+unknown.Name) }); i >= 0 {
			hint = " (did you mean " + unknown.Names[i] + "?)"
		}
		return fmt.Errorf("%s: %w%s; %s", c.args[0], err, hint, listNames(unknown.Names))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.args[0], err)
	}
	return c.showStruct(t, abi, c.args[1])
}

// listNames says which names there are, the first of many.
func listNames(names []string) string {
	const most = 12
	slices.Sort(names)
	names = slices.Compact(names)
	more := ""
	if n := len(names) - most; n > 0 {
		names, more = names[:most], fmt.Sprintf(" and %d more", n)
	}
	return "there are " + strings.Join(names, ", ") + more
}

// showStruct shows a struct, or where a format has it elsewhere.
func (c *call) showStruct(t *cstruct.Type, abi structpack.ABI, name string) error {
	drawing, err := c.drawing()
	if err != nil {
		return err
	}
	leaves, err := t.Leaves()
	if err != nil {
		return err
	}
	fixed, err := t.Fixed()
	if err != nil {
		return err
	}
	native, _ := t.Native(abi)
	name = strings.TrimPrefix(strings.TrimPrefix(name, "struct"), " ")
	golang, err := t.Go(name)
	if err != nil {
		return err
	}
	if c.has("format") || c.has("type") {
		return c.compare(leaves, t.Size, abi)
	}
	if c.json {
		return c.printJSON(struct {
			Name   string `json:"name"`
			ABI    string `json:"abi"`
			Size   int    `json:"size"`
			Native string `json:"native,omitempty"`
			Fixed  string `json:"fixed"`
			Go     string `json:"go"`
		}{harmless(name), abi.Name, t.Size, native, fixed, golang})
	}
	s, err := structpack.CompileFor(abi, fixed)
	if err != nil {
		return err
	}
	columns, err := show.Columns(s, nil)
	if err != nil {
		return err
	}
	for i := range columns {
		columns[i].Name = harmless(leaves[i].Name) // of a file that anybody may have written
	}
	if native != "" {
		fmt.Fprintf(c.out, "%s  laid out by C's rules for %s\n", native, abi.Name)
	}
	fmt.Fprintf(c.out, "%s  the same bytes on every machine\n\n", fixed)
	l := &show.Layout{Struct: s, ABI: abi, Columns: columns}
	rows := l.Rows(false)
	drawing.Table(l, rows)
	if err := drawing.Grid(l, rows); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "\n%s", golang)
	return err
}

// compare says where a format has the members of a struct elsewhere.
func (c *call) compare(leaves []cstruct.Leaf, size int, abi structpack.ABI) error {
	format := c.value("format")
	if format == "" && c.has("type") {
		format = "@"
	}
	s, err := structpack.CompileFor(abi, format)
	var names []string
	if err == nil && c.has("type") {
		s, names, err = c.bindType(s)
	}
	if err != nil {
		return err
	}
	columns, err := show.Columns(s, names)
	if err != nil {
		return err
	}
	var members, items []place
	for _, l := range leaves {
		members = append(members, elements(harmless(l.Name), l.Offset, l.Size, l.Count, l.Bytes)...)
	}
	for _, column := range columns {
		f := column.Field
		if column.Count > 0 {
			what := cmp.Or(column.Name, fmt.Sprintf("'%s' at byte %d", f.Code, f.Pos))
			size := f.Size / f.Values
			items = append(items, elements(what, f.Offset+(column.First-f.Index)*size, column.Count*size, column.Count, column.Count == 1)...)
		}
	}
	differ := false
	for i := range max(len(members), len(items)) {
		switch {
		case i >= len(items):
			fmt.Fprintf(c.out, "%s: the format ends before it\n", members[i].what)
		case i >= len(members):
			fmt.Fprintf(c.out, "%s: the struct has no member for it\n", items[i].what)
		case members[i].offset != items[i].offset || members[i].size != items[i].size:
			m, f := members[i], items[i]
			fmt.Fprintf(c.out, "%s: offset %d, %s; %s: offset %d, %s\n", m.what, m.offset, show.Count(m.size, "byte"), f.what, f.offset, show.Count(f.size, "byte"))
		default:
			continue
		}
		differ = true
	}
	if size != s.Size() {
		fmt.Fprintf(c.out, "the struct has %s, the format %d\n", show.Count(size, "byte"), s.Size())
		differ = true
	}
	if differ {
		return errDiffer
	}
	return nil
}

// A place is where an element of a struct or format lies.
type place struct {
	what         string
	offset, size int
}

// elements makes a place of every element of a member or item, up to a limit that
// no struct which people look at comes near.
func elements(what string, offset, size, count int, whole bool) []place {
	if whole || count > 1<<16 || count == 1 {
		return []place{{what, offset, size}}
	}
	var all []place
	for i := range count {
		all = append(all, place{fmt.Sprintf("%s, element %d", what, i), offset + i*(size/count), size / count})
	}
	return all
}
