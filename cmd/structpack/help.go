package main

// The help texts are also where options are found: parse, the completions and
// the manual page read the lines that begin with two blanks and a dash.

const topHelp = `Usage: structpack COMMAND [OPTION...] FORMAT [ARGUMENT...]

Packs and unpacks binary data by the format strings of Python's struct module.

  pack        values to bytes
  unpack      bytes to values
  calcsize    the size of a format
  explain     what a format lays out, drawn, with the values of given bytes
  diff        in which fields two structures differ
  frames      the frames of a stream or a connection
  c           the formats and the Go type of a C struct
  elf         the same for a struct in a program with debug information
  web         a page to look at bytes, in a browser
  gen         Go code that packs and unpacks one type by one format
  record      what a Python program does with struct, written down while it runs
  fixture     what a Python answers for a format, at its limits
  replay      whether structpack answers recorded calls as Python did
  port        Go types for recorded calls, with the names of the Python source
  completion  what completes command lines in a shell
  man         the manual page

Quote formats, because shells have their own use for < > ! and *: '<HH' in a
Unix shell or PowerShell, "<HH" in cmd.exe.

structpack help COMMAND says more, and structpack --version which version this
is. The exit status is 0, or 1 if a format, a value or the data is wrong, or 2
if the command line is.
`

const packHelp = `Usage: structpack pack [OPTION...] FORMAT [VALUE...]

Packs values and writes the bytes to standard output. How a value is read
depends on its code:

  b B h H i I l L q Q n N P   7, -7, 0x1f, 0o17, 0b101, 1_000
  e f d                       2.5, inf, nan, or its bits: nan:7ff8000000000001
  F D Zf Zd                   1+2j, or two floats: 1,nan
  ?                           true, false, 1, 0
  c s p                       text, or hex:00ff

Without values they are read from standard input, a line a structure, in the
form that unpack prints; with --json, as JSON arrays. Blank lines are skipped.

  --hex           write hex digits, a line a structure
  --json          read JSON from standard input
  --fields NAMES  names with commas between them, one for every value or one for
                  every item: values are NAME=VALUE, in any order, and JSON may
                  be objects
  --type TYPE     the names of the fields of a Go type, such as ./wire.Header;
                  a prefix alone, such as !, is made a format by the type
  --repeat        take values for more than one structure
  --offset N      pack into standard input at offset N, and write all of it; a
                  negative N counts from the end
  --abi ABI       the ABI of another platform
  --              the end of the options, before values such as -x; a negative
                  number needs none
`

const unpackHelp = `Usage: structpack unpack [OPTION...] FORMAT [FILE]

Unpacks the file, or standard input, and prints the values on one line, in the
form that pack reads. The input must have the size of the format.

  --hex           the input is a dump of xxd, hexdump, od, tcpdump or Wireshark,
                  or hex digits with blanks, colons, commas, 0x or \x between
  --json          print JSON arrays: bytes as text or "hex:…", NaN and
                  infinities as strings, complex numbers as two floats
  --csv           print CSV
  --fields NAMES  names with commas between them, one for every value or one for
                  every item: they are printed with the values, as the first
                  line of CSV, or as the keys of JSON objects
  --type TYPE     the names of the fields of a Go type, such as ./wire.Header;
                  a prefix alone, such as !, is made a format by the type
  --offset N      unpack at offset N and ignore the rest; a negative N counts
                  from the end
  --repeat        unpack structures until the end, from --offset on
  --count N       unpack N structures
  --abi ABI       the ABI of another platform
`

const calcsizeHelp = `Usage: structpack calcsize [OPTION...] FORMAT...

Prints the size of each format.

  --json     print JSON objects with format, size and number of values, and
             with the name of the ABI if that is "all"
  --abi ABI  the ABI of another platform; "all" prints the size for each, and
             the format above if there is more than one
`

const explainHelp = `Usage: structpack explain [OPTION...] FORMAT [FILE]

Shows the layout of a format as a table and as a grid of bytes, padding
included. With a file (- is standard input), or with something on standard
input, the values of its bytes are shown too; inside a shell loop that reads
standard input, add </dev/null. If bytes are missing, what is there is shown,
and the exit status is 1.

  --hex           the input is a dump of xxd, hexdump, od, tcpdump or Wireshark,
                  or hex digits with blanks, colons, commas, 0x or \x between
  --json          print a JSON object
  --fields NAMES  names with commas between them, one for every value or one for
                  every item
  --type TYPE     the names of the fields of a Go type, such as ./wire.Header;
                  a prefix alone, such as !, is made a format by the type
  --each          show every value of a repeated item on a line of its own
  --c             print the declaration of a C struct
  --offset N      explain the bytes at offset N; a negative N counts from
                  the end
  --repeat        a table with a line for every structure, until the end
  --count N       the same, for N structures
  --abi ABI       the ABI of another platform
  --color WHEN    always, never, or auto: on a terminal, unless NO_COLOR is set
`
