package show

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"example.com/structpack"
)

// A Column is one value of every record, or the values of a repeated item that
// share a name. The columns of a format are found once, so that a record costs
// no more than its values.
type Column struct {
	Name  string           // as given; empty without names
	Field structpack.Field // the item
	First int              // index of the first value
	Count int              // of the values
	List  bool             // they are a list, also if there is one or none
}

// Columns returns the columns of a format. There are no names, a name for every
// value, or a name for every item with values; items of count 0 may have one too.
func Columns(s *structpack.Struct, names []string) ([]Column, error) {
	var columns []Column
	items, full := 0, 0
	for _, f := range s.Fields() {
		if f.Code == "x" {
			continue
		}
		columns = append(columns, Column{Field: f, First: f.Index, Count: f.Values, List: repeated(f)})
		items++
		if f.Values > 0 {
			full++
		}
	}
	if len(names) == 0 {
		return columns, nil
	}
	for i, name := range names {
		if name == "" || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(" =[],", r) }) {
			return nil, fmt.Errorf("%s is not a name", quote(name))
		}
		if slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("the name %s is given twice", name)
		}
	}
	switch len(names) {
	case items:
	case full:
		columns = slices.DeleteFunc(columns, func(c Column) bool { return c.Count == 0 })
	case s.NumValues():
		var each []Column
		for _, c := range columns {
			for i := range c.Count {
				each = append(each, Column{Field: c.Field, First: c.First + i, Count: 1})
			}
		}
		columns = each
	default:
		return nil, fmt.Errorf("%s for %s in %s", Count(len(names), "name"), Count(s.NumValues(), "value"), Count(full, "item"))
	}
	for i := range columns {
		columns[i].Name = names[i]
	}
	return columns, nil
}

// repeated reports whether an item has a repeat count that makes a list of it.
func repeated(f structpack.Field) bool { return f.Code != "s" && f.Code != "p" && f.Count != 1 }

// Label names a value of the column: by its name, with an index if the column
// has more than one.
func (c *Column) Label(i int) string {
	if c.List {
		return c.Name + "[" + strconv.Itoa(i) + "]"
	}
	return c.Name
}

// Count is n things in words.
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
