// Structpack packs and unpacks binary data by the format strings of Python's
// struct module, shows what a format lays out, and writes Go code that does
// nothing but pack and unpack one type.
//
//	structpack pack --hex '!ci4sf' a 7 spam 2.5
//	structpack unpack --offset 0 '<4sHH' file
//	structpack calcsize '@llh0l'
//	structpack explain '>8sI4sIIBBBBB' image.png
//	structpack diff '>8sI4sIIBBBBB' image.png other.png
//	structpack frames '!HBI' 'LengthAt(2)' stream
//	structpack c 'struct point { int x; double y; };'
//	structpack web
//	structpack gen -type Header -format '!HHIIBBHHH'
//
// Each command prints its own help with --help.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"go/types"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/structpack"
	"example.com/structpack/internal/gotype"
	"example.com/structpack/internal/show"
	"example.com/structpack/internal/term"
)

func main() {
	in, out := os.Stdin, os.Stdout
	var env environment
	_, terminal := term.Width(in)
	env.piped = !terminal
	if env.width, terminal = term.Width(out); terminal {
		env.terminal = true
		env.color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		env.width = columns
	}
	if _, terminal = term.Width(os.Stderr); terminal {
		env.progress = os.Stderr
	}
	env.listening = func(a net.Addr) { fmt.Fprintf(os.Stderr, "structpack: listening on %s\n", a) }
	if file := os.Getenv("GOFILE"); file != "" {
		env.directive = file + ":" + os.Getenv("GOLINE")
	}
	os.Exit(run(os.Args[1:], in, out, os.Stderr, env))
}

// An environment is what a command knows of where it runs.
type environment struct {
	piped    bool      // standard input is not a terminal
	terminal bool      // standard output is one
	color    bool      // standard output shows colors
	width    int       // columns of the terminal; 0 for none
	progress io.Writer // where long work shows how far it is; nil for nowhere

	listening func(net.Addr) // is called when frames --listen or web waits

	directive string                          // file and line, if go generate runs the command
	goCommand func(*exec.Cmd) ([]byte, error) // as gen.Config has it

	findType func(name string) (types.Type, *gotype.Reader, error) // the function of that name, unless set
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

	stdout, errs io.Writer // for a program that the command runs
}

type options struct {
	abi    string
	offset *int
	fields []string
	repeat bool
	json   bool
	hex    bool
	help   bool

	choices []choice // all of them, in their order
	output  string
	tags    string
	notest  bool
}

// A command has a help text, where its options are found too.
type command struct {
	name string
	help string
	run  func(*call) error
}

// commands returns the commands in the order of the help.
func commands() []command {
	return []command{
		{"pack", packHelp, (*call).pack},
		{"unpack", unpackHelp, (*call).unpack},
		{"calcsize", calcsizeHelp, (*call).calcsize},
		{"explain", explainHelp, (*call).explain},
		{"diff", diffHelp, (*call).diff},
		{"frames", framesHelp, (*call).frames},
		{"c", cHelp, (*call).declared},
		{"elf", elfHelp, (*call).elf},
		{"web", webHelp, (*call).web},
		{"gen", genHelp, (*call).gen},
		{"record", recordHelp, (*call).recordProgram},
		{"fixture", fixtureHelp, (*call).fixture},
		{"replay", replayHelp, (*call).replay},
		{"port", portHelp, (*call).port},
		{"completion", completionHelp, (*call).completion},
		{"man", manHelp, (*call).man},
	}
}

// run is main with everything it touches as arguments.
func run(args []string, in io.Reader, out, errs io.Writer, env environment) int {
	w := bufio.NewWriter(out)
	err := dispatch(args, &call{in: in, out: w, env: env, stdout: out, errs: errs})
	if flushed := w.Flush(); err == nil {
		err = flushed
	}
	switch err {
	case nil:
		return statusOK
	case errDiffer:
		return statusData
	}
	var status exitStatus
	if errors.As(err, &status) {
		return int(status)
	}
	fmt.Fprintf(errs, "structpack: %s\n", harmless(strings.TrimPrefix(err.Error(), "structpack: ")))
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

// harmless is a message without what a terminal would obey or a reader be misled
// by: names of files and arguments may have anything in them.
func harmless(message string) string {
	var b strings.Builder
	for i, r := range message {
		switch {
		case r == '\n', unicode.IsPrint(r) && (r != utf8.RuneError || strings.HasPrefix(message[i:], "\uFFFD")):
			b.WriteRune(r)
		case r == utf8.RuneError:
			fmt.Fprintf(&b, "\\x%02x", message[i])
		default:
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return b.String()
}

func dispatch(args []string, c *call) error {
	if len(args) == 0 {
		return usageError("no command; see structpack --help")
	}
	if isHelp(args[0]) {
		if len(args) == 1 || isHelp(args[1]) {
			_, err := c.out.WriteString(topHelp + abiHelp())
			return err
		}
		args = []string{args[1], "--help"}
	}
	if args[0] == "--version" || args[0] == "version" {
		_, err := fmt.Fprintln(c.out, version())
		return err
	}
	at := slices.IndexFunc(commands(), func(cmd command) bool { return cmd.name == args[0] })
	if at < 0 {
		names := []string{"help", "version"}
		for _, cmd := range commands() {
			names = append(names, cmd.name)
		}
		return usageError(fmt.Sprintf("no command %q%s; see structpack --help", args[0], meant(args[0], names)))
	}
	cmd := commands()[at]
	if err := c.parse(args[0], cmd.help, args[1:]); err != nil {
		return err
	}
	if c.help {
		text := cmd.help
		if strings.Contains(text, "--abi ABI") {
			text += abiHelp()
		}
		_, err := c.out.WriteString(text)
		return err
	}
	return cmd.run(c)
}

func isHelp(arg string) bool { return arg == "help" || arg == "-h" || arg == "--help" }

// version says which structpack this is, as the go command recorded it.
func version() string {
	text := "structpack (unknown version)"
	if info, ok := debug.ReadBuildInfo(); ok {
		text = "structpack " + info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				text += " " + s.Value
			}
		}
		text += " " + info.GoVersion
	}
	return text
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
	s, err := structpack.CompileFor(abi, format)
	if err != nil || !c.has("type") {
		return s, err
	}
	if len(c.fields) > 0 {
		return nil, usageError("--type and --fields both give names")
	}
	s, c.fields, err = c.bindType(s)
	return s, err
}

func (c *call) findABI() (structpack.ABI, error) {
	if c.abi == "" {
		return structpack.HostABI(), nil
	}
	names := []string{"all"}
	for _, abi := range structpack.ABIs() {
		if abi.Name == c.abi {
			return abi, nil
		}
		names = append(names, abi.Name)
	}
	goos, goarch, ok := strings.Cut(c.abi, "/")
	if !ok {
		goos, goarch = "linux", c.abi
	}
	if abi, ok := structpack.ABIOf(goos, goarch); ok {
		return abi, nil
	}
	return structpack.ABI{}, usageError(fmt.Sprintf("no ABI %q%s; see structpack --help", c.abi, meant(c.abi, names)))
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
	fmt.Fprintf(&b, "or a platform as Go names it, such as linux/arm or s390x. This machine's is %s.\n", structpack.HostABI().Name)
	return b.String()
}

// number reads the number of an option by the rule of values.
func number(option, text string) (int, error) {
	n, err := show.ParseInt(text)
	if err != nil || !n.IsInt64() || int64(int(n.Int64())) != n.Int64() {
		return 0, usageError(fmt.Sprintf("--%s %s is not a number", option, text))
	}
	return int(n.Int64()), nil
}
