package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/fuzz"
	"example.com/structpack/internal/show"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// runs are runs of the command. An empty want is not looked at; "-" wants nothing.
var runs = []struct {
	name   string
	args   string // split at spaces; ␣ stands for one, ∅ for an empty argument
	stdin  string
	status int
	stdout string
	stderr string // a part of it
	wide   bool   // only where an int has 64 bits
}{
	{name: "pack", args: "pack --hex !ci4sf a 7 spam 2.5", stdout: "61000000077370616d40200000\n"},
	{name: "pack raw", args: "pack !ci4sf a 7 spam 2.5", stdout: "a\x00\x00\x00\x07spam\x40\x20\x00\x00"},
	{name: "calcsize", args: "calcsize !ci4sf", stdout: "13\n"},
	{name: "options after", args: "pack !H 7 --hex", stdout: "0007\n"},
	{name: "negative numbers are values", args: "pack --hex !bhfd -5 -0x10 -.5 -inf", stdout: "fbfff0bf000000fff0000000000000\n"},
	{name: "a text like an option", args: "pack --hex !2s -- -x", stdout: "2d78\n"},
	{name: "after --", args: "pack --hex -- !2s --", stdout: "2d2d\n"},
	{name: "bases", args: "pack --hex !4B 0x1f 0b101 0o17 010", stdout: "1f050f0a\n"},
	{name: "booleans", args: "pack --hex !4? true false 1 0", stdout: "01000100\n"},
	{name: "bytes in hex", args: "pack --hex !3s3p hex:00ff hex:", stdout: "00ff00000000\n"},
	{name: "a text with spaces", args: "pack --hex !3s a␣b", stdout: "612062\n"},
	{name: "an empty text", args: "pack --hex !1s ∅", stdout: "00\n"},
	{name: "complex", args: "pack --hex !3Zf 1+2j -1j 1,nan", stdout: "3f8000004000000000000000bf8000003f8000007fc00000\n"},
	{name: "NaN bits", args: "pack --hex !d nan:7ff0000000000001", stdout: "7ff0000000000001\n"},
	{name: "another ABI", args: "pack --hex --abi ilp32-be @bl 1 2", stdout: "0100000000000002\n"},
	{name: "a platform", args: "calcsize --abi=linux/arm bq", stdout: "16\n"},
	{name: "every ABI", args: "calcsize --abi all @bq", stdout: "lp64-le           16\nlp64-be           16\nllp64-le          16\nilp32-le          16\nilp32-be          16\nilp32-le-align4   12\n"},
	{name: "every ABI of more than one format", args: "calcsize --abi all @l @P", stdout: "@l\nlp64-le           8\nlp64-be           8\nllp64-le          4\nilp32-le          4\nilp32-be          4\nilp32-le-align4   4\n" +
		"@P\nlp64-le           8\nlp64-be           8\nllp64-le          8\nilp32-le          4\nilp32-be          4\nilp32-le-align4   4\n"},
	{name: "every ABI in JSON", args: "calcsize --json --abi all @bl <", stdout: `{"format":"@bl","abi":"lp64-le","size":16,"values":2}
{"format":"@bl","abi":"lp64-be","size":16,"values":2}
{"format":"@bl","abi":"llp64-le","size":8,"values":2}
{"format":"@bl","abi":"ilp32-le","size":8,"values":2}
{"format":"@bl","abi":"ilp32-be","size":8,"values":2}
{"format":"@bl","abi":"ilp32-le-align4","size":8,"values":2}
{"format":"<","abi":"lp64-le","size":0,"values":0}
{"format":"<","abi":"lp64-be","size":0,"values":0}
{"format":"<","abi":"llp64-le","size":0,"values":0}
{"format":"<","abi":"ilp32-le","size":0,"values":0}
{"format":"<","abi":"ilp32-be","size":0,"values":0}
{"format":"<","abi":"ilp32-le-align4","size":0,"values":0}
`},
	{name: "every ABI of a bad format", args: "calcsize --abi all @l y", status: 1, stdout: "@l\nlp64-le           8\nlp64-be           8\nllp64-le          4\nilp32-le          4\nilp32-be          4\nilp32-le-align4   4\n", stderr: "bad char"},
	{name: "calcsize in JSON", args: "calcsize --json !ci4sf <x", stdout: `{"format":"!ci4sf","size":13,"values":4}` + "\n" + `{"format":"<x","size":1,"values":0}` + "\n"},
	{name: "pack more than one", args: "pack --hex --repeat !H 1 2 3", stdout: "0001\n0002\n0003\n"},
	{name: "pack lines", args: "pack --hex !Hs", stdin: "1 a\n2 b", stdout: "000161\n000262\n"},
	{name: "pack lines with blank ones between", args: "pack --hex !H", stdin: "\n1\n \t\n2\r\n\r\n\n", stdout: "0001\n0002\n"},
	{name: "pack a blank line only", args: "pack --hex !H", stdin: "\n", stdout: "-"},
	{name: "pack JSON", args: "pack --hex --json !H2sd?", stdin: `[1,"ab","nan",true] [2,"hex:ff",1.5,false]`, stdout: "000161627ff800000000000001\n0002ff003ff800000000000000\n"},
	{name: "numbers for booleans in JSON", args: "pack --hex --json !10?", stdin: `[0,-0,0.0,-0.0,0e5,1e-400, 1,-0.5,5e-324,1e400]`, stdout: "00000000000001010101\n"},
	{name: "pack at an offset", args: "pack --offset 1 !H 0x4142", stdin: "....", stdout: ".AB."},
	{name: "pack at an offset from the end", args: "pack --offset -2 !H 0x4142", stdin: "....", stdout: "..AB"},
	{name: "pack nothing", args: "pack --hex !4x", stdout: "00000000\n"},
	{name: "unpack", args: "unpack !ci4sf", stdin: "a\x00\x00\x00\x07spam\x40\x20\x00\x00", stdout: "a 7 spam 2.5\n"},
	{name: "unpack JSON", args: "unpack --json !ci4sf?F", stdin: "a\x00\x00\x00\x07sp\xffm\x7f\x80\x00\x00\x02\x3f\x80\x00\x00\x7f\xc0\x00\x00", stdout: `["a",7,"hex:7370ff6d","inf",true,[1,"nan"]]` + "\n"},
	{name: "unpack hex", args: "unpack --hex !2H", stdin: "00 01\n00 02\n", stdout: "1 2\n"},
	{name: "unpack from an offset", args: "unpack --offset 2 !H", stdin: "..AB..", stdout: "16706\n"},
	{name: "unpack from the end", args: "unpack --offset -2 !H", stdin: "..AB", stdout: "16706\n"},
	{name: "unpack all", args: "unpack --repeat !H", stdin: "\x00\x01\x00\x02\x00\x03", stdout: "1\n2\n3\n"},
	{name: "unpack all from an offset", args: "unpack --repeat --offset 1 !H", stdin: ".\x00\x01\x00\x02", stdout: "1\n2\n"},
	{name: "unpack all from the end", args: "unpack --repeat --offset -4 !H", stdin: ".\x00\x01\x00\x02", stdout: "1\n2\n"},
	{name: "unpack a file", args: "unpack --offset 16 >II testdata/gray.png", stdout: "8 8\n"},
	{name: "unpack nothing", args: "unpack --repeat !H", stdout: ""},
	{name: "explain a byte that is no character", args: "explain <2c2s -", stdin: "\xe9a\xe9b", stdout: `<2c2s
4 bytes, 3 values, little-endian, standard sizes, no alignment

  offset   size  index   code  C type   value
       0      2  0-1     2c    char[2]  e9 "a"
       2      2  2       2s    char[2]  e9 62

            0  1  2  3
00000000  |e9 61|e9 62|                                      .a.b
           2c    2s
`},
	{name: "names", args: "unpack --fields id,kind !HB", stdin: "\x00\x07\x01", stdout: "id=7 kind=1\n"},
	{name: "names of items", args: "unpack --fields id,sizes !B2H", stdin: "\x07\x00\x01\x00\x02", stdout: "id=7 sizes[0]=1 sizes[1]=2\n"},
	{name: "names of values", args: "unpack --fields id,width,height !B2H", stdin: "\x07\x00\x01\x00\x02", stdout: "id=7 width=1 height=2\n"},
	{name: "names in JSON", args: "unpack --json --fields id,sizes,name !B2H4s", stdin: "\x07\x00\x01\x00\x02a<\x00\x00", stdout: `{"id":7,"sizes":[1,2],"name":"a<"}` + "\n"},
	{name: "a name for a list of none", args: "unpack --json --fields id,list !B0H", stdin: "\x07", stdout: `{"id":7,"list":[]}` + "\n"},
	{name: "values by name", args: "pack --hex --fields id,sizes !B2H sizes[1]=2 id=7 sizes[0]=1", stdout: "0700010002\n"},
	{name: "lines by name", args: "pack --hex --fields id,kind !BB", stdin: "id=1 kind=2\nkind=3 id=4\n", stdout: "0102\n0403\n"},
	{name: "objects", args: "pack --hex --json --fields id,sizes !B2H", stdin: `{"sizes":[1,2],"id":7} [8,3,4]`, stdout: "0700010002\n0800030004\n"},
	{name: "CSV", args: "unpack --csv --repeat !H3sF", stdin: "\x00\x01a,b\x3f\x80\x00\x00\x00\x00\x00\x00\x00\x02\xff\x00\x00\x7f\xc0\x00\x00\x00\x00\x00\x00", stdout: "1,\"a,b\",1+0j\n2,hex:ff0000,\"nan,0\"\n"},
	{name: "CSV with names", args: "unpack --csv --count 1 --fields id,sizes !B2H", stdin: "\x07\x00\x01\x00\x02\x07\x00\x01\x00\x02", stdout: "id,sizes[0],sizes[1]\n7,1,2\n"},
	{name: "text with NULs after it", args: "unpack !4s4s4p", stdin: "ab\x00\x00\x00\x00\x00\x00\x02a\x00\x00", stdout: "ab hex:00000000 hex:6100\n"},
	{name: "text with NULs after it in JSON", args: "unpack --json !4s4s4p", stdin: "ab\x00\x00\x00\x00\x00\x00\x02a\x00\x00", stdout: `["ab","","hex:6100"]` + "\n"},
	{name: "a number of records", args: "unpack --count 2 --offset 1 !B", stdin: "\x00\x01\x02\x03", stdout: "1\n2\n"},
	{name: "an offset by the rule of values", args: "unpack --offset 010 !B", stdin: "0123456789A", stdout: "65\n"},
	{name: "an offset in hex", args: "unpack --offset=-0x1 !B", stdin: "AB", stdout: "66\n"},
	{name: "underscores", args: "pack --hex !HH 1_000 0x_ff", stdout: "03e800ff\n"},
	{name: "a dump of xxd", args: "unpack --hex <4s", stdin: "00000000: 7f45 4c46  .ELF\n", stdout: "hex:7f454c46\n"},
	{name: "an architecture", args: "calcsize --abi s390x @l", stdout: "8\n"},

	{name: "too few names", args: "unpack --fields a !HB", status: 2, stdout: "-", stderr: "--fields: 1 name for 2 values in 2 items"},
	{name: "a name twice", args: "unpack --fields a,a !HB", status: 2, stderr: "the name a is given twice"},
	{name: "a name that is none", args: "unpack --fields a=,b !HB", status: 2, stderr: "\"a=\" is not a name"},
	{name: "a value without its name", args: "pack --fields a,b !HB 1 2", status: 1, stderr: "\"1\" has no name: with --fields values are given as NAME=VALUE"},
	{name: "a field that is none", args: "pack --fields width,b !HB widht=1 b=2", status: 1, stderr: "no field \"widht\" (did you mean width?)"},
	{name: "no value for a field", args: "pack --fields a,b !HB a=1", status: 1, stderr: "no value for b"},
	{name: "a field given twice", args: "pack --fields a,b !HB a=1 a=2", status: 1, stderr: "a is given twice"},
	{name: "a wrong value by name", args: "pack --fields a,b !H2B a=1 b[1]=x b[0]=1", status: 1, stderr: "value 2 (b[1], 'B' at byte 2): \"x\" is not an integer"},
	{name: "an index that is none", args: "pack --fields a,b !H2B a=1 b[2]=1", status: 1, stderr: "b has the values b[0] to b[1], not b[2]"},
	{name: "an index of one value", args: "pack --fields a,b !HB a[0]=1 b=1", status: 1, stderr: "a is one value, not a[0]"},
	{name: "an object without names", args: "pack --json !H", stdin: "{}", status: 1, stderr: "record 0: a JSON array of values is expected; objects need --fields"},
	{name: "an object that lacks a field", args: "pack --json --fields a,b !HB", stdin: `{"a":1}`, status: 1, stderr: "record 0: no value for b"},
	{name: "an object with a field twice", args: "pack --json --fields a,b !HB", stdin: `{"a":1,"a":2,"b":3}`, status: 1, stderr: "record 0: a is given twice"},
	{name: "an object with a list that is none", args: "pack --json --fields a,b !H2B", stdin: `{"a":1,"b":2}`, status: 1, stderr: "record 0: b is an array of 2"},
	{name: "a list for a float", args: "pack --json !d", stdin: "[[1,2]]", status: 1, stderr: "value 0 ('d' at byte 1): [1,2] is no value for d"},
	{name: "JSON that is not UTF-8", args: "pack --json !4s", stdin: "[\"a\xff\"]", status: 1, stdout: "-", stderr: "record 0: byte 3 is not UTF-8: 0xff"},
	{name: "half a surrogate pair", args: "pack --json !4s", stdin: `["\\ud800\ud83d\ude00\ud800"]`, status: 1, stdout: "-", stderr: `record 0: \ud800 is half a character`},
	{name: "a record of arguments", args: "pack --hex --repeat !BB 1 2 3 x", status: 1, stdout: "0102\n", stderr: "structpack: record 1: value 1 ('B' at byte 2): \"x\" is not an integer\n"},
	{name: "a record too short of arguments", args: "pack --hex --repeat !BB 1 2 3", status: 1, stdout: "0102\n", stderr: "structpack: record 1: pack \"!BB\": pack expected 2 items"},
	{name: "fewer records than asked for", args: "unpack --count 3 !B", stdin: "A", status: 1, stdout: "65\n", stderr: "--count 3, and there are 1 record"},
	{name: "a number of records that is none", args: "unpack --count x !B", status: 2, stderr: "--count x is not a number"},
	{name: "an offset after the end", args: "unpack --repeat --offset 3 !B", stdin: "A", status: 1, stderr: "offset 3 is after the end of 1 byte"},
	{name: "an offset before the beginning", args: "unpack --repeat --offset -3 !B", stdin: "A", status: 1, stderr: "offset -3 out of range for 1-byte buffer"},
	{name: "a command misspelled", args: "unpak !H", status: 2, stderr: `no command "unpak" (did you mean unpack?); see structpack --help`},
	{name: "an option misspelled", args: "unpack --ofset 3 !H", status: 2, stderr: "unpack has no option --ofset (did you mean --offset?)"},
	{name: "an ABI misspelled", args: "calcsize --abi lp64-el @l", status: 2, stderr: `no ABI "lp64-el" (did you mean lp64-le?)`},
	{name: "two forms", args: "unpack --csv --json !H", status: 2, stderr: "--json and --csv are two forms"},
	{name: "a file with a name for terminals", args: "unpack !H \x1b[31m\u202e", status: 1, stderr: `open \x1b[31m\u202e: no such file`},
	{name: "a color that is none", args: "explain --color=often !H", status: 2, stderr: "--color is always, auto or never"},
	{name: "too many rows", args: "explain --each 1048577B", status: 2, stderr: "--each with more than a million values"},

	{name: "help", args: "--help", stdout: topHelp + abiHelp()},
	{name: "help on help", args: "help --help", stdout: topHelp + abiHelp()},
	{name: "help on pack", args: "help pack", stdout: packHelp + abiHelp()},
	{name: "help on gen", args: "--help gen", stdout: genHelp + abiHelp()},
	{name: "pack's help", args: "pack --help", stdout: packHelp + abiHelp()},
	{name: "unpack's help", args: "unpack -h", stdout: unpackHelp + abiHelp()},
	{name: "calcsize's help", args: "calcsize --help", stdout: calcsizeHelp + abiHelp()},
	{name: "gen's help", args: "gen --help", stdout: genHelp + abiHelp()},
	{name: "explain's help", args: "explain --help", stdout: explainHelp + abiHelp()},

	{name: "no command", args: "", status: 2, stdout: "-", stderr: "no command"},
	{name: "unknown command", args: "peck", status: 2, stderr: `no command "peck"`},
	{name: "help on an unknown command", args: "help peck", status: 2, stdout: "-", stderr: `no command "peck"`},
	{name: "a text like an option of none", args: "pack !2s -x", status: 2, stdout: "-", stderr: "pack has no option -x (put it after -- to pass it as an argument); see structpack pack --help"},
	{name: "repeat without values to take", args: "pack --repeat !4x 1", status: 2, stdout: "-", stderr: "--repeat with a format that takes no values"},
	{name: "unknown option", args: "pack --hax !H 1", status: 2, stderr: "no option --hax"},
	{name: "an option of another command", args: "calcsize --hex !H", status: 2, stderr: "no option --hex"},
	{name: "option without its value", args: "unpack !H --offset", status: 2, stderr: "--offset needs a value: --offset N"},
	{name: "option with a value too many", args: "unpack --hex=1 !H", status: 2, stderr: "--hex takes no value"},
	{name: "offset that is no number", args: "unpack --offset x !H", status: 2, stderr: "not a number"},
	{name: "offset with something after it", args: "unpack --offset 1x !H", status: 2, stderr: "not a number"},
	{name: "unknown ABI", args: "calcsize --abi pdp11 !H", status: 2, stderr: `no ABI "pdp11"`},
	{name: "no format", args: "pack", status: 2, stderr: "no format"},
	{name: "calcsize without a format", args: "calcsize", status: 2, stderr: "no format"},
	{name: "two files", args: "unpack !H a b", status: 2, stderr: "one file"},
	{name: "JSON from arguments", args: "pack --json !H 1", status: 2, stderr: "--json reads"},
	{name: "offset and repeat", args: "pack --offset 1 --repeat !H 1", status: 2, stderr: "--offset goes without"},

	{name: "bad format", args: "pack !ci3y 1", status: 1, stdout: "-", stderr: "structpack: compile \"!ci3y\": \"3y\" at byte 3: bad char in struct format\n    !ci3y\n       ^^\n"},
	{name: "out of range", args: "pack !ci4sf a 70000000000 spam 2.5", status: 1, stdout: "-", stderr: "value 1 ('i' at byte 2): 'i' format requires -2147483648 <= number <= 2147483647\n    !ci4sf\n      ^\n"},
	{name: "a huge number", args: "pack !H 99999999999999999999999", status: 1, stderr: "'H' format requires 0 <= number <= 65535"},
	{name: "no calls to port", args: "port " + os.DevNull, status: 1, stderr: "structpack: " + os.DevNull + ": no calls\n"},
	{name: "no calls to replay", args: "replay " + os.DevNull, status: 1, stderr: ": no calls\n"},
	{name: "no ELF file", args: "elf testdata/gray.png x", status: 1, stderr: "structpack: testdata/gray.png: no ELF file: it begins with 89 50 4e 47, and ELF with 7f 45 4c 46\n"},
	{name: "an empty ELF file", args: "elf " + os.DevNull + " x", status: 1, stderr: "no ELF file: it is empty"},
	{name: "a struct by another name", args: "elf ../../internal/cstruct/testdata/structs.o pakcet", status: 1, stderr: "no struct pakcet (did you mean packet?); there are "},
	{name: "frames", args: "frames --short --hex !HBI LengthAt(2) -", stdin: "0007 01 00000001 61 0008 02 00000000", stdout: "frame 0 at 00000000: 7 1 1, 1 byte\nframe 1 at 00000008: 8 2 0, 0 bytes\n"},
	{name: "a payload that ends", args: "frames --short --hex !HBI LengthAt(2) -", stdin: "0007 01 00000003 61", status: 1, stdout: "frame 0 at 00000000: 7 1 3, 1 byte (missing 2 of 3)\n", stderr: "structpack: frame 0 at 00000000: unexpected EOF: 8 bytes of 10: header 7, payload 3\n"},
	{name: "a payload that ends, in JSON", args: "frames --json --hex !HBI LengthAt(2) -", stdin: "0007 01 00000003 61", status: 1, stdout: "{\"frame\":0,\"at\":0,\"header\":[7,1,3],\"payload\":\"a\",\"missing\":2}\n", stderr: "unexpected EOF"},
	{name: "a header that ends", args: "frames --hex !HBI LengthAt(2) -", stdin: "0007 01", status: 1,
		stdout: "frame 0 at 00000000: missing 4 of 7 of its header\n\n            0  1  2  3  4  5  6\n00000000  |00 07|01|·· ·· ·· ··|                             ...\n           H     B  I\n\n", stderr: "structpack: frame 0 at 00000000: unexpected EOF: 3 bytes of the 7 of its header\n"},
	{name: "no integer", args: "pack !H x", status: 1, stderr: `value 0 ('H' at byte 1): "x" is not an integer`},
	{name: "no float", args: "pack !d x", status: 1, stderr: `"x" is not a float`},
	{name: "a float too large to read", args: "pack !d 1e999", status: 1, stderr: `"1e999" is too large for a float`},
	{name: "a complex number too large to read", args: "pack !D 1e999+1j", status: 1, stderr: `"1e999+1j" is too large for a complex number`},
	{name: "half a complex number too large to read", args: "pack !D 1,-1e999", status: 1, stderr: `"-1e999" is too large for a float`},
	{name: "no NaN", args: "pack !d nan:3ff0000000000000", status: 1, stderr: "is not nan:"},
	{name: "no complex", args: "pack !D x", status: 1, stderr: `"x" is not a complex number`},
	{name: "no boolean", args: "pack !? x", status: 1, stderr: `"x" is not true or false`},
	{name: "no hex", args: "pack !s hex:x", status: 1, stderr: "is not hex digits"},
	{name: "half a byte in hex", args: "pack !s hex:010", status: 1, stderr: `"hex:010" has an odd number of hex digits`},
	{name: "too few values", args: "pack !HH 1", status: 1, stderr: "pack expected 2 items for packing (got 1)"},
	{name: "too many values", args: "pack !H 1 2", status: 1, stderr: "pack expected 1 items for packing (got 2)"},
	{name: "JSON that is none", args: "pack --json !H", stdin: "[1", status: 1, stderr: "unexpected EOF"},
	{name: "JSON of another shape", args: "pack --json !H", stdin: "[[1]]", status: 1, stderr: "no value for H"},
	{name: "a JSON object for a value", args: "pack --json !H", stdin: `[{"a":[null]}]`, status: 1, stderr: `{"a":[null]} is no value for H`},
	{name: "null for a value", args: "pack --json !H", stdin: "[null]", status: 1, stderr: "): null is no value for H"},
	{name: "null for a part of a complex number", args: "pack --json !F", stdin: "[[1,null]]", status: 1, stderr: "): null is no value for "},
	{name: "a number for text", args: "pack --json !s", stdin: "[1]", status: 1, stderr: "not a string"},
	{name: "a line that is wrong", args: "pack --hex !2H", stdin: "1 2\n\n3 x\n4 5\n", status: 1, stdout: "00010002\n", stderr: "structpack: line 3: value 1 ('H' at byte 1): \"x\" is not an integer\n"},
	{name: "a line out of range", args: "pack !H", stdin: "65536", status: 1, stdout: "-", stderr: "structpack: line 1: pack \"!H\": value 0 ('H' at byte 1): 'H' format requires 0 <= number <= 65535\n    !H\n     ^\n"},
	{name: "a line too short", args: "pack --hex !2H", stdin: "1 2\n3\n", status: 1, stdout: "00010002\n", stderr: "structpack: line 2: pack \"!2H\": pack expected 2 items for packing (got 1)\n"},
	{name: "a record that is wrong", args: "pack --hex --json !H", stdin: "[1]\n\n[-1]", status: 1, stdout: "0001\n", stderr: "structpack: record 1: pack \"!H\": value 0 ('H' at byte 1): 'H' format"},
	{name: "a record with a wrong value", args: "pack --hex --json !H", stdin: "[1] [2]\n[true] [\"x\"]", status: 1, stdout: "0001\n0002\n0001\n", stderr: "structpack: record 3: value 0 ('H' at byte 1): \"x\" is not an integer\n"},
	{name: "an empty record", args: "pack --json !H", stdin: "[]", status: 1, stderr: "structpack: record 0: pack \"!H\": pack expected 1 items for packing (got 0)\n"},
	{name: "a record that is none", args: "pack --json !H", stdin: "[1]{}", status: 1, stderr: "structpack: record 1: a JSON array of values is expected; objects need --fields\n"},
	{name: "a record that is null", args: "pack --json !H", stdin: "null", status: 1, stderr: "structpack: record 0: a JSON array of values is expected\n"},
	{name: "no room", args: "pack --offset 3 !H 1", stdin: "....", status: 1, stderr: "pack_into requires a buffer of at least 5 bytes"},
	{name: "short data", args: "unpack !H", stdin: "a", status: 1, stdout: "-", stderr: "unpack requires a buffer of 2 bytes"},
	{name: "long data", args: "unpack !H", stdin: "abc", status: 1, stdout: "-", stderr: "--offset 0 unpacks the first"},
	{name: "a record and a half", args: "unpack --repeat !H", stdin: "\x00\x01\x00", status: 1, stdout: "1\n", stderr: "multiple of 2 bytes: 1 byte left after 1 record"},
	{name: "records of no size", args: "unpack --repeat !0s", stdin: "abc", status: 1, stderr: "struct of length 0"},
	{name: "a format larger than any data", args: "unpack 1000000000000x", stdin: "abc", status: 1, stderr: "requires a buffer of 1000000000000 bytes", wide: true},
	{name: "the largest format", args: "unpack <9223372036854775807x", stdin: "abc", status: 1, stderr: "requires a buffer of", wide: true},
	{name: "explain beyond the data", args: "explain --offset 9223372036854775807 !H", stdin: "abc", status: 1, stderr: "unpack_from requires", wide: true},
	{name: "no such file", args: "unpack !H testdata/none", status: 1, stderr: "no such file"},
	{name: "hex that is none", args: "unpack --hex !H", stdin: "00zz", status: 1, stderr: "structpack: line 1, column 3: \"z\" is not a hex digit\n"},
	{name: "half a byte", args: "unpack --hex !B", stdin: "010", status: 1, stdout: "-", stderr: "structpack: line 1, column 1: \"010\": an odd number of hex digits\n"},
	{name: "half a byte after the last line", args: "unpack --hex --repeat !H", stdin: "0001\n0\n", status: 1, stdout: "1\n", stderr: "structpack: line 2, column 1: \"0\": an odd number of hex digits\n"},
	{name: "explain half a byte", args: "explain --hex !H -", stdin: "000", status: 1, stdout: "-", stderr: "structpack: line 1, column 1: \"000\": an odd number of hex digits\n"},
	{name: "explain no data", args: "explain !H -", status: 1, stderr: "unpack_from requires a buffer of at least 2 bytes"},
	{name: "explain short data", args: "explain !H", stdin: "a", status: 1, stderr: "unpack_from requires a buffer of at least 2 bytes"},
}

func TestRun(t *testing.T) {
	for _, r := range runs {
		t.Run(r.name, func(t *testing.T) {
			if r.wide && strconv.IntSize == 32 {
				t.Skip("an int has 32 bits")
			}
			var out, errs bytes.Buffer
			status := run(split(r.args), strings.NewReader(r.stdin), &out, &errs, environment{piped: true})
			if status != r.status {
				t.Errorf("status %d, want %d; stderr: %s", status, r.status, &errs)
			}
			if want := strings.TrimPrefix(r.stdout, "-"); r.stdout != "" && out.String() != want {
				t.Error(cmp.Diff(want, out.String()))
			}
			if !strings.Contains(errs.String(), r.stderr) || r.status == 0 && errs.Len() > 0 {
				t.Errorf("stderr: %s, want %q in it", &errs, r.stderr)
			}
		})
	}
}

// drawings are what explain draws; the golden files show them.
var drawings = []struct {
	name   string
	args   string
	stdin  string
	env    environment
	status int
}{
	{name: "simple", args: "!ci4sf"},
	{name: "native", args: "--abi lp64-le @bhxd3s2I0q"},
	{name: "png", args: ">8sI4s2I5BI testdata/gray.png"},
	{name: "png-color", args: ">8sI4s2I5BI testdata/gray.png", env: environment{color: true}},
	{name: "png-names", args: "--color=always --fields signature,length,type,width,height,depth,color,compression,filter,interlace,crc >8sI4s2I5BI testdata/gray.png"},
	{name: "zip", args: "<4s5H3I2H9s testdata/hello.zip"},
	{name: "pcap", args: "<I2H4I testdata/loopback.pcap"},
	{name: "pcap-packet", args: "--offset 24 <4I testdata/loopback.pcap"},
	{name: "pcap-from-the-end", args: "--offset -8 --fields a,b <2I testdata/loopback.pcap"},
	{name: "pcap-table", args: "--offset 0x18 --count 3 --fields seconds,microseconds,captured,length <4I testdata/loopback.pcap"},
	{name: "table-color", args: "--repeat --color always <2H4s", stdin: "\x01\x00\x02\x00text\xff\xff\x00\x00\x7f\x00\x00\x01"},
	{name: "padding-not-zero", args: "<4xH testdata/hello.zip"},
	{name: "truncated", args: "--color=always --fields magic,sizes,rest !4s4Hxd -", stdin: "PK\x03\x04\x00\x01\x00\x02\x00", status: 1},
	{name: "truncated-json", args: "--json --abi lp64-le --fields magic,sizes,rest !4s4Hxd -", stdin: "PK\x03\x04\x00\x01\x00\x02\x00", status: 1},
	{name: "text", args: "!8s8s8s4s2s3p -", stdin: "eth0\x00\x00\x00\x00name    \xc3\xa4\xe2\x80\xae\x1b[0\x7f\x00\x00\x01\r\n\x02ab"},
	{name: "each", args: "--each --fields id,sizes !B3H -", stdin: "\x07\x00\x09\x00\x0a\xff\xff"},
	{name: "json", args: "--json --abi ilp32-le bq2s? testdata/hello.zip"},
	{name: "json-offset", args: "--json --abi lp64-le --offset 2 !H -", stdin: "\x00\x00\x01\x02"},
	{name: "huge", args: "<1000000000B2H"},
	{name: "empty", args: "<"},
	{name: "c-tail", args: "--abi lp64-le @QI"},
	{name: "c-tail-386", args: "--abi ilp32-le-align4 @QB"},
	{name: "narrow", args: ">8sI4s2I5BI testdata/gray.png", env: environment{width: 50}},
	{name: "wide", args: "<16I testdata/loopback.pcap", env: environment{width: 200}},
	{name: "white-space", args: "<\r\t2H\v\f\n2H"},
}

func TestExplain(t *testing.T) {
	for _, d := range drawings {
		t.Run(d.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			status := run(append([]string{"explain"}, split(d.args)...), strings.NewReader(d.stdin), &out, &errs, d.env)
			if status != d.status {
				t.Fatalf("status %d: %s", status, &errs)
			}
			out.Write(errs.Bytes())
			goldenFile(t, filepath.Join("testdata", "explain-"+d.name+".golden"), out.Bytes())
		})
	}
}

// split takes a command line apart at blanks. ␣ stands for one, and ∅ for an
// empty argument.
func split(line string) []string {
	if line == "" {
		return nil
	}
	args := strings.Split(line, " ")
	for i := range args {
		args[i] = strings.NewReplacer("␣", " ", "∅", "").Replace(args[i])
	}
	return args
}

// goldenFile compares what was written with a file, or writes that file.
func goldenFile(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: %s", file, diff)
	}
}

// TestPicture makes the picture of the README from what a terminal shows.
func TestPicture(t *testing.T) {
	args := []string{"explain", "--fields", "signature,length,type,size,flags,crc", ">8sI4s2I5BI", "testdata/gray.png"}
	var out, errs bytes.Buffer
	if status := run(args, strings.NewReader(""), &out, &errs, environment{color: true, width: 90}); status != 0 {
		t.Fatalf("status %d: %s", status, &errs)
	}
	prompt := "$ structpack explain --fields signature,length,type,size,flags,crc '>8sI4s2I5BI' gray.png"
	goldenFile(t, filepath.Join("..", "..", "docs", "explain.svg"), show.SVG(prompt+"\n"+out.String(), prompt[2:]))
}

// TestExplainLong sees that a long code does not make every row as long.
func TestExplainLong(t *testing.T) {
	var out, errs bytes.Buffer
	format := strings.Repeat("B", 8000) + strings.Repeat("0", 8000) + "1B"
	if status := run([]string{"explain", format}, strings.NewReader(""), &out, &errs, environment{}); status != 0 {
		t.Fatal(errs.String())
	}
	if out.Len() > 1<<20 {
		t.Errorf("%d bytes for 8,001 items", out.Len())
	}
}

// TestTerminal is about what is for a terminal only: a word before it waits for
// typing, how far it is with a long input, and no bytes that are not text.
func TestTerminal(t *testing.T) {
	var out, errs, progress bytes.Buffer
	if status := run([]string{"unpack", "!H"}, strings.NewReader("ab"), &out, &errs, environment{progress: &progress}); status != 0 || progress.String() != "structpack: reading from the terminal\n" {
		t.Errorf("status %d: %s%s", status, &errs, &progress)
	}
	if status := run([]string{"pack", "!H", "7"}, strings.NewReader(""), &out, &errs, environment{terminal: true}); status != 2 || !strings.Contains(errs.String(), "--hex") {
		t.Errorf("status %d: %s", status, &errs)
	}
	progress.Reset()
	p := &reading{in: strings.NewReader("ab"), w: &progress, size: 4}
	io.CopyN(io.Discard, p, 2)
	p.done()
	if got := progress.String(); got != "\r0.0 MB of 0.0 MB, 50 %\r\x1b[K" {
		t.Errorf("progress %q", got)
	}
}

// TestRecordsLinear sees that the columns of a format are found once: a record of
// more items takes no more allocations than Unpack itself.
func TestRecordsLinear(t *testing.T) {
	allocations := func(items, records int) float64 {
		format := "<" + strings.Repeat("B", items)
		data := strings.Repeat("7", items*records)
		return testing.AllocsPerRun(1, func() {
			if status := run([]string{"unpack", "--repeat", format}, strings.NewReader(data), io.Discard, io.Discard, environment{}); status != 0 {
				t.Errorf("status %d", status)
			}
		})
	}
	for _, items := range []int{10, 100} {
		once, many := allocations(items, 1), allocations(items, 101)
		if each := (many - once) / 100; each > 2*float64(items)+20 {
			t.Errorf("%d items: %.0f allocations for each record", items, each)
		}
	}
}

// TestRoundTrip sends generated structures through unpack and pack, as text and
// as JSON: the bytes come back, those of NaNs too.
func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 2000 {
		format := fuzz.Format(r)
		s := structpack.MustCompile(format)
		data := make([]byte, s.Size())
		r.Read(data)
		values, err := s.Unpack(data)
		if err != nil {
			t.Fatal(err)
		}
		canonical, err := s.Pack(values...) // padding and booleans as Pack writes them
		if err != nil {
			t.Fatal(err)
		}
		if s.NumValues() == 0 {
			continue
		}
		for _, option := range []string{"--json", "--"} {
			var line, back, errs bytes.Buffer
			if run([]string{"unpack", option, format}, bytes.NewReader(data), &line, &errs, environment{piped: true}) != 0 {
				t.Fatalf("%q: %s", format, &errs)
			}
			text := line.String()
			if run([]string{"pack", option, format}, &line, &back, &errs, environment{piped: true}) != 0 {
				t.Fatalf("%q, %s: %s", format, text, &errs)
			}
			if !bytes.Equal(back.Bytes(), canonical) {
				t.Fatalf("%q: %s: got %x, want %x", format, text, back.Bytes(), canonical)
			}
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWriteError(t *testing.T) {
	var errs bytes.Buffer
	status := run([]string{"calcsize", "!H"}, strings.NewReader(""), brokenPipe{}, &errs, environment{})
	if status != 1 || !strings.Contains(errs.String(), "broken pipe") {
		t.Errorf("status %d, stderr %q", status, &errs)
	}
}

// endless is an input without end, and counts what is read of it.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	e.n += len(p)
	return len(p), nil
}

// TestReadsNoMore sees that no more is read than the format needs.
func TestReadsNoMore(t *testing.T) {
	for _, command := range [][]string{{"unpack", "!H"}, {"unpack", "--offset", "100", "!H"}, {"explain", "!H"}} {
		in := new(endless)
		run(command, in, io.Discard, io.Discard, environment{piped: true})
		if in.n > 4096 {
			t.Errorf("%q read %d bytes", command, in.n)
		}
	}
}

// A slow is an input that comes in pieces. Before each it looks at what has been
// written.
type slow struct {
	pieces []string
	out    *bytes.Buffer
	seen   []string
}

func (s *slow) Read(p []byte) (int, error) {
	s.seen = append(s.seen, s.out.String())
	if len(s.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.pieces[0])
	s.pieces = s.pieces[1:]
	return n, nil
}

// TestSlowInput sees that what is complete is written before more is waited for.
func TestSlowInput(t *testing.T) {
	for _, tt := range []struct {
		args   string
		pieces []string
		want   []string // is written when each piece, and then the end, is asked for
	}{
		{"pack --hex !H", []string{"1\n2\n3", "\n"}, []string{"", "0001\n0002\n", "0001\n0002\n0003\n"}},
		{"pack --hex --json !H", []string{"[1] [2", "]", "[3]\n"}, []string{"", "0001\n", "0001\n0002\n", "0001\n0002\n0003\n"}},
		{"unpack --repeat !H", []string{"\x00\x01\x00", "\x02"}, []string{"", "1\n", "1\n2\n"}},
		{"unpack --repeat --hex !H", []string{"00 01 0", "0 02"}, []string{"", "1\n", "1\n2\n"}},
	} {
		var out bytes.Buffer
		in := &slow{pieces: tt.pieces, out: &out}
		if status := run(strings.Fields(tt.args), in, &out, io.Discard, environment{}); status != 0 {
			t.Errorf("%s: status %d", tt.args, status)
		}
		if diff := cmp.Diff(tt.want, in.seen); diff != "" {
			t.Errorf("%s, %q: %s", tt.args, tt.pieces, diff)
		}
	}
}

// hasPython reports whether there is a python3 to record, as the README has it.
func hasPython() bool {
	return os.Getenv("STRUCTPACK_PYTHON") != "none" && exec.Command("python3", "-c", "import struct").Run() == nil
}

// TestReadme runs the commands that the README shows, and wants the output that
// it shows.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join("..", ".."))
	commands := 0
	for block := range strings.SplitSeq(string(readme), "\n    $ ") {
		line, rest, _ := strings.Cut(block, "\n")
		_, args, ok := strings.Cut(line, "structpack ")
		if !ok || strings.HasPrefix(block, "#") {
			continue
		}
		commands++
		if strings.HasPrefix(args, "record ") {
			defer os.Remove("calls.jsonl")
			if testing.Short() || !hasPython() {
				continue
			}
		} else if _, err := os.Stat("calls.jsonl"); err != nil && strings.Contains(args, "calls.jsonl") {
			continue // there is no Python to record
		}
		var want strings.Builder
		for shown := range strings.Lines(rest) {
			if shown != "\n" && !strings.HasPrefix(shown, "    ") {
				break
			}
			want.WriteString(strings.TrimPrefix(shown, "    "))
		}
		var out, errs bytes.Buffer
		run(strings.Fields(strings.ReplaceAll(args, "'", "")), strings.NewReader(""), &out, &errs, environment{})
		if diff := cmp.Diff(strings.TrimSpace(want.String()), strings.TrimSpace(out.String())); diff != "" {
			t.Errorf("$ structpack %s: %s\n%s", args, diff, &errs)
		}
	}
	if commands < 4 {
		t.Errorf("found %d commands", commands)
	}
}

// TestReadmeCode compiles the Go code that the README shows, each block as the body
// of a function.
func TestReadmeCode(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	module(t)
	var program strings.Builder
	program.WriteString(`package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"example.com/structpack"
	"example.com/structpack/frame"
)

var (
	err      error
	conn     net.Conn
	listener net.Listener
	_        = fmt.Println
)

func main() {}
`)
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	for i, block := range blocks {
		fmt.Fprintf(&program, "\nfunc block%d() {\n%s}\n", i, block[1])
	}
	if len(blocks) < 3 {
		t.Errorf("found %d blocks", len(blocks))
	}
	write(t, "main.go", program.String())
	out, err := exec.Command("go", "build", "-gcflags=-e", "-o", os.DevNull, ".").CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		// A program would go on to use what a block declares.
		if !strings.HasPrefix(line, "# ") && !strings.Contains(line, "declared and not used: ") {
			t.Error(line)
		}
	}
}
