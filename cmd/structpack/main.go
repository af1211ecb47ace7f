// Structpack packs and unpacks binary data by the format strings of Python's
// struct module, shows what a format lays out, and writes Go code that does
// nothing but pack and unpack one type.
//
//	structpack pack --hex '!ci4sf' a 7 spam 2.5
//	structpack unpack --offset 0 '<4sHH' file
//	structpack calcsize '@llh0l'
//	structpack explain '>8sI4sIIBBBBB' image.png
//	structpack gen -type Header -format '!HHIIBBHHH'
//
// Each command prints its own help with --help.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"example.com/structpack"
)

func main() {
	in, out := os.Stdin, os.Stdout
	env := environment{
		piped: !isTerminal(in),
		color: isTerminal(out) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
	}
	if file := os.Getenv("GOFILE"); file != "" {
		env.directive = file + ":" + os.Getenv("GOLINE")
	}
	os.Exit(run(os.Args[1:], in, out, os.Stderr, env))
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// An environment is what a command knows of where it runs.
type environment struct {
	piped bool // standard input is no terminal
	color bool

	directive string // file and line, if go generate runs the command
}

// Exit statuses.
const (
	statusOK    = 0
	statusData  = 1 // a format, a value or the data is wrong, or a file cannot be read or written
	statusUsage = 2 // the command line is wrong
)

// A usageError is a mistake on the command line.
type usageError string

func (e usageError) Error() string { return string(e) }

// A call is one run of a command.
type call struct {
	options
	args []string
	in   io.Reader
	out  *bufio.Writer
	env  environment
}

type options struct {
	abi    string
	offset *int
	repeat bool
	json   bool
	hex    bool
	help   bool

	choices []choice
	output  string
	tags    string
	notest  bool
}

type command struct {
	flags string // the options that it takes
	help  string
	run   func(*call) error
}

var commands = map[string]command{
	"pack":     {"abi offset repeat json hex help", packHelp, (*call).pack},
	"unpack":   {"abi offset repeat json hex help", unpackHelp, (*call).unpack},
	"calcsize": {"abi json help", calcsizeHelp, (*call).calcsize},
	"explain":  {"abi offset json hex help", explainHelp, (*call).explain},
	"gen":      {genFlags, genHelp, (*call).gen},
}

// valued are the options that have a value.
const valued = "abi offset type new fields format o tags"

// run is main with everything it touches as arguments.
func run(args []string, in io.Reader, out, errs io.Writer, env environment) int {
	w := bufio.NewWriter(out)
	err := dispatch(args, in, w, env)
	if flushed := w.Flush(); err == nil {
		err = flushed
	}
	if err == nil {
		return statusOK
	}
	fmt.Fprintf(errs, "structpack: %s\n", strings.TrimPrefix(err.Error(), "structpack: "))
	var usage usageError
	var bad *structpack.Error
	switch {
	case errors.As(err, &usage):
		return statusUsage
	case errors.As(err, &bad):
		io.WriteString(errs, caret(bad))
	}
	return statusData
}

func dispatch(args []string, in io.Reader, out *bufio.Writer, env environment) error {
	if len(args) == 0 {
		return usageError("no command; see structpack --help")
	}
	if isHelp(args[0]) {
		if len(args) == 1 || isHelp(args[1]) {
			_, err := out.WriteString(topHelp + abiHelp())
			return err
		}
		args = []string{args[1], "--help"}
	}
	cmd, ok := commands[args[0]]
	if !ok {
		return usageError(fmt.Sprintf("no command %q; see structpack --help", args[0]))
	}
	c := &call{in: in, out: out, env: env}
	if err := c.parse(args[0], strings.Fields(cmd.flags), args[1:]); err != nil {
		return err
	}
	if c.help {
		_, err := out.WriteString(cmd.help + abiHelp())
		return err
	}
	return cmd.run(c)
}

func isHelp(arg string) bool { return arg == "help" || arg == "-h" || arg == "--help" }

// parse takes the options out of args, wherever they stand before a --. What
// looks like a negative number is an argument.
func (c *call) parse(name string, allowed, args []string) error {
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
		option, value, given := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if option == "h" {
			option = "help"
		}
		if !slices.Contains(allowed, option) {
			return usageError(fmt.Sprintf("%s has no option %s (behind -- it is an argument); see structpack %s --help", name, arg, name))
		}
		if slices.Contains(strings.Fields(valued), option) {
			if !given {
				if len(args) == 0 {
					return usageError(fmt.Sprintf("--%s wants a value", option))
				}
				value, args = args[0], args[1:]
			}
		} else if given {
			return usageError(fmt.Sprintf("--%s takes no value", option))
		}
		switch option {
		case "abi":
			c.abi = value
		case "offset":
			c.offset = new(int)
			if _, err := fmt.Sscanf(value+"\n", "%v\n", c.offset); err != nil {
				return usageError(fmt.Sprintf("--offset %s is not a number", value))
			}
		case "repeat":
			c.repeat = true
		case "json":
			c.json = true
		case "hex":
			c.hex = true
		case "help":
			c.help = true
		case "type", "new", "fields", "format":
			c.choices = append(c.choices, choice{option, value})
		case "o":
			c.output = value
		case "tags":
			c.tags = value
		case "notest":
			c.notest = true
		}
	}
	return nil
}

// isNumber reports whether what follows a minus makes a number of it.
func isNumber(s string) bool {
	lower := strings.ToLower(s)
	return '0' <= s[0] && s[0] <= '9' || s[0] == '.' || strings.HasPrefix(lower, "inf") || strings.HasPrefix(lower, "nan")
}

// compile takes the format from the arguments and compiles it.
func (c *call) compile(name string) (*structpack.Struct, error) {
	if len(c.args) == 0 {
		return nil, usageError(fmt.Sprintf("no format; see structpack %s --help", name))
	}
	format := c.args[0]
	c.args = c.args[1:]
	abi, err := c.findABI()
	if err != nil {
		return nil, err
	}
	return structpack.CompileFor(abi, format)
}

func (c *call) findABI() (structpack.ABI, error) {
	if c.abi == "" {
		return structpack.HostABI(), nil
	}
	for _, abi := range structpack.ABIs() {
		if abi.Name == c.abi {
			return abi, nil
		}
	}
	if goos, goarch, ok := strings.Cut(c.abi, "/"); ok {
		if abi, ok := structpack.ABIOf(goos, goarch); ok {
			return abi, nil
		}
	}
	return structpack.ABI{}, usageError(fmt.Sprintf("no ABI %q; see structpack --help", c.abi))
}

// caret draws the format with what is wrong underlined.
func caret(e *structpack.Error) string {
	if e.Pos < 0 || len(e.Format) > 100 || strings.ContainsFunc(e.Format, func(c rune) bool { return c < ' ' || c >= 0x7f }) {
		return ""
	}
	end := e.Pos + 1
	for end < len(e.Format) && '0' <= e.Format[end-1] && e.Format[end-1] <= '9' {
		end++ // a count and its code
	}
	if !errors.Is(e, structpack.ErrFormat) {
		if s, err := structpack.Compile(e.Format); err == nil {
			for _, f := range s.Fields() {
				if f.Pos == e.Pos {
					end = f.End
				}
			}
		}
	}
	return fmt.Sprintf("    %s\n    %s%s\n", e.Format, strings.Repeat(" ", e.Pos), strings.Repeat("^", end-e.Pos))
}

func abiHelp() string {
	var b strings.Builder
	b.WriteString("\nABIs, for formats without a prefix or with @ or =:\n")
	for _, abi := range structpack.ABIs() {
		order := "little"
		if abi.BigEndian {
			order = "big"
		}
		fmt.Fprintf(&b, "  %-17s %s-endian, long %d, pointer %d, long long and double aligned to %d\n", abi.Name, order, abi.Long, abi.Pointer, abi.Align8)
	}
	fmt.Fprintf(&b, "or a platform as Go names it, such as linux/arm. This machine's is %s.\n", structpack.HostABI().Name)
	return b.String()
}

const topHelp = `Usage: structpack COMMAND [OPTION...] FORMAT [ARGUMENT...]

Packs and unpacks binary data by the format strings of Python's struct module.

  pack      values to bytes
  unpack    bytes to values
  calcsize  the size of a format
  explain   what a format lays out, drawn, with the values of given bytes
  gen       Go code that packs and unpacks one type by one format

structpack help COMMAND says more. The exit status is 0, or 1 if a format, a
value or the data is wrong, or 2 if the command line is.
`

const packHelp = `Usage: structpack pack [OPTION...] FORMAT [VALUE...]

Packs values and writes the bytes to standard output. How a value is read
depends on its code:

  b B h H i I l L q Q n N P   7, -7, 0x1f, 0o17, 0b101
  e f d                       2.5, 1e-3, inf, nan, nan:7ff8000000000001 (its bits)
  F D Zf Zd                   1+2j, or two floats: 1,nan
  ?                           true, false, 1, 0
  c s p                       text, or hex:00ff

Without values they are read from standard input, a line a structure, in the
form that unpack prints; with --json, as JSON arrays. Blank lines are skipped.

  --hex       write hex digits, a line a structure
  --json      read JSON from standard input
  --repeat    take values for more than one structure
  --offset N  pack into standard input at offset N, and write all of it; a
              negative N counts from the end
  --abi ABI   the ABI of another platform
  --          the end of the options, in front of values such as -x; a negative
              number needs none
`

const unpackHelp = `Usage: structpack unpack [OPTION...] FORMAT [FILE]

Unpacks the file, or standard input, and prints the values on one line, in the
form that pack reads. The input must have the size of the format.

  --hex       the input is hex digits; white space between them is ignored
  --json      print JSON arrays: bytes as text or "hex:…", NaN and infinities
              as strings, complex numbers as two floats
  --offset N  unpack at offset N and ignore the rest; a negative N counts from
              the end
  --repeat    unpack structures until the end, from --offset on
  --abi ABI   the ABI of another platform
`

const calcsizeHelp = `Usage: structpack calcsize [OPTION...] FORMAT...

Prints the size of each format.

  --json      print JSON objects with format, size and number of values, and
              with the name of the ABI if that is "all"
  --abi ABI   the ABI of another platform; "all" prints the size for each, and
              the format above if there is more than one
`

const explainHelp = `Usage: structpack explain [OPTION...] FORMAT [FILE]

Shows the layout of a format as a table and as a grid of bytes, padding
included. With a file (- is standard input), or with something on standard
input, the values of its bytes are shown too: in a loop of a shell that reads
from there, give it </dev/null.

  --hex       the input is hex digits; white space between them is ignored
  --json      print a JSON object
  --offset N  explain the bytes at offset N; a negative N counts from the end
  --abi ABI   the ABI of another platform

Colors tell the fields apart on a terminal, unless NO_COLOR is set.
`
