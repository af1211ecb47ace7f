package main

import (
	"fmt"
	"slices"
	"strings"
)

// The arguments are taken apart here and not by pflag, cobra or kong: the command
// is in the module of the library, and what it requires would be in the module
// graph of everybody who imports that. What a library would bring besides, help,
// completions and a manual page, is made from the help texts, the one place where
// an option is written down.

// An option is a line of a help text, such as
//
//	--offset N  unpack at offset N
type option struct {
	flag  string // as people write it: --offset, -o
	name  string // without the dashes
	value string // what its value is called; empty if it has none
	text  string // what it does
}

// optionsOf finds the options of a help text, --help among them.
func optionsOf(help string) []option {
	var all []option
	for line := range strings.Lines(help) {
		switch {
		case strings.HasPrefix(line, "  -"):
			flag, text, _ := strings.Cut(strings.TrimSpace(line), " ")
			value, rest, _ := strings.Cut(text, " ")
			if value == "" || strings.ToUpper(value) != value {
				value, rest = "", text
			}
			all = append(all, option{flag, strings.TrimLeft(flag, "-"), value, strings.TrimSpace(rest)})
		case strings.HasPrefix(line, "      ") && len(all) > 0 && strings.TrimSpace(line) != "":
			all[len(all)-1].text += " " + strings.TrimSpace(line)
		}
	}
	all = slices.DeleteFunc(all, func(o option) bool { return o.name == "" }) // the line about --
	return append(all, option{flag: "--help", name: "help", text: "print this text"})
}

// A choice is an option as it was given. Their order counts for gen.
type choice struct{ option, value string }

// has reports whether an option was given.
func (c *call) has(option string) bool {
	return slices.ContainsFunc(c.choices, func(o choice) bool { return o.option == option })
}

// value returns the value of an option, the last one if it was given more often.
func (c *call) value(option string) string {
	for _, o := range slices.Backward(c.choices) {
		if o.option == option {
			return o.value
		}
	}
	return ""
}

// parse takes the options of a help text out of args, wherever they stand before
// a --. What looks like a negative number is an argument.
func (c *call) parse(name, help string, args []string) error {
	allowed := optionsOf(help)
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			c.args = append(c.args, args...)
			return nil
		}
		if len(arg) < 2 || arg[0] != '-' || isNumber(arg[1:]) {
			c.args = append(c.args, arg)
			continue
		}
		given, value, hasValue := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if given == "h" {
			given = "help"
		}
		at := slices.IndexFunc(allowed, func(o option) bool { return o.name == given })
		if at < 0 {
			names := make([]string, len(allowed))
			for i := range allowed {
				names[i] = allowed[i].flag
			}
			return usageError(fmt.Sprintf("%s has no option %s%s (put it after -- to pass it as an argument); see structpack %s --help", name, arg, meant(arg, names), name))
		}
		if o := &allowed[at]; o.value == "" && hasValue {
			return usageError(fmt.Sprintf("%s takes no value", o.flag))
		} else if o.value != "" && !hasValue {
			if len(args) == 0 {
				return usageError(fmt.Sprintf("%s needs a value: %s %s", o.flag, o.flag, o.value))
			}
			value, args = args[0], args[1:]
		}
		c.choices = append(c.choices, choice{given, value})
		if err := c.set(given, value); err != nil {
			return err
		}
	}
	return nil
}

// set keeps the options that many commands have.
func (c *call) set(option, value string) (err error) {
	switch option {
	case "abi":
		c.abi = value
	case "offset":
		c.offset = new(int)
		*c.offset, err = number(option, value)
	case "repeat":
		c.repeat = true
	case "json":
		c.json = true
	case "hex":
		c.hex = true
	case "help":
		c.help = true
	case "o":
		c.output = value
	case "tags":
		c.tags = value
	case "notest":
		c.notest = true
	case "fields":
		c.fields = strings.Split(value, ",")
	}
	return err
}

// isNumber reports whether what follows a minus makes a number of it.
func isNumber(s string) bool {
	lower := strings.ToLower(s)
	return '0' <= s[0] && s[0] <= '9' || s[0] == '.' || strings.HasPrefix(lower, "inf") || strings.HasPrefix(lower, "nan")
}

// meant asks whether a word that is none of the names was meant to be one: the
// nearest, if two mistakes at most make it of the word.
func meant(word string, names []string) string {
	best, least := "", 3
	for _, name := range names {
		if n := distance(word, name); n < least && n < len(name)-1 {
			best, least = name, n
		}
	}
	if best == "" {
		return ""
	}
	return " (did you mean " + best + "?)"
}

// distance counts the letters that have to be put in, left out, changed or
// swapped with their neighbor to make b of a.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 { // it takes the product of their lengths
		return 64
	}
	// Rows of the table for the letters of a before this one, and the one before it.
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
