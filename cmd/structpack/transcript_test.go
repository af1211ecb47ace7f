package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTranscripts runs the commands of testdata/transcripts and wants what the
// transcripts show: standard output, then standard error, and the exit status if
// it is not 0. The files read like documentation, and -update rewrites them.
func TestTranscripts(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("testdata", "transcripts", "*.txt"))
	if len(files) == 0 {
		t.Fatal("no transcripts")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			commands := 0
			var got strings.Builder
			for block := range strings.SplitSeq(string(text), "\n\n") { // a command with what it prints, or words
				lines := strings.Split(block, "\n")
				if strings.HasPrefix(lines[0], "$ ") {
					block = strings.TrimRight(lines[0]+"\n"+transcript(t, lines[0]), "\n")
					commands++
				} else if strings.HasPrefix(lines[0], "    ") && commands > 0 {
					continue // what a command printed after an empty line
				}
				if got.Len() > 0 {
					got.WriteString("\n\n")
				}
				got.WriteString(block)
			}
			if commands == 0 {
				t.Error("no commands")
			}
			goldenFile(t, file, []byte(strings.TrimRight(got.String(), "\n")+"\n"))
		})
	}
}

// transcript runs a command line in testdata, and returns what it prints, indented.
func transcript(t *testing.T, line string) string {
	t.Helper()
	words := shellWords(strings.TrimPrefix(line, "$ "))
	var stdin []byte
	env := environment{}
	for i, word := range words {
		if word == "<" {
			data, err := os.ReadFile(filepath.Join("testdata", words[i+1]))
			if err != nil {
				t.Fatal(err)
			}
			stdin, env.piped = data, true
			words = words[:i]
			break
		}
	}
	if words[0] != "structpack" {
		t.Fatalf("%s: not a command of this program", line)
	}
	old, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chdir("testdata"); err != nil {
		t.Fatal(err)
	}
	defer os.Chdir(old)
	var out, errs bytes.Buffer
	status := run(words[1:], bytes.NewReader(stdin), &out, &errs, env)
	out.Write(errs.Bytes())
	if status != 0 {
		fmt.Fprintf(&out, "(exit status %d)\n", status)
	}
	var b strings.Builder
	for line := range strings.Lines(out.String()) {
		if line != "\n" {
			b.WriteString("    ")
		}
		b.WriteString(line)
	}
	return b.String()
}

// shellWords takes a line apart as a shell does that knows single quotes only.
func shellWords(line string) (words []string) {
	var word strings.Builder
	quoted, begun := false, false
	for _, r := range line + " " {
		switch {
		case r == '\'':
			quoted, begun = !quoted, true
		case r == ' ' && !quoted:
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	return words
}

// FuzzTerminal sees that nothing which a terminal obeys reaches it, whatever the
// bytes, the format and the arguments are.
func FuzzTerminal(f *testing.F) {
	f.Add("<4s", "\x1b[31m", "a")
	f.Add("<2H\r\v", "\u202e\x07ab", "\x1b]0;x\x07")
	f.Add("@cp?\x7f", "\x00\x9b31m\xc2\x9b", "a,\u202e")
	f.Fuzz(func(t *testing.T, format, data, arg string) {
		if s := strings.TrimLeft(format, "@=<>! "); len(s) > 3 && strings.ContainsAny(s, "0123456789") {
			return // a structure larger than anybody's patience
		}
		for _, args := range [][]string{
			{"explain", format, "-"}, {"explain", "--json", format, "-"}, {"explain", "--repeat", "--fields", arg, format, "-"},
			{"unpack", "--repeat", format}, {"unpack", "--repeat", "--csv", format}, {"unpack", "--json", "--repeat", format},
			{"unpack", "--hex", format}, {"unpack", "--fields", arg, format}, {"unpack", format, arg}, {"unpack", "--offset", arg, format},
			{"pack", "--hex", format}, {"pack", "--hex", "--json", format}, {"pack", "--hex", format, arg}, {"pack", "--hex", "--fields", "a", format, arg},
			{"calcsize", "--json", format}, {"calcsize", "--abi", arg, format}, {"calcsize", format, arg}, {"calcsize", "--" + arg}, {"no" + arg},
			{"diff", "--hex", format, "-", arg}, {"explain", "--c", "--fields", arg, format}, {"c", data}, {"c", "--json", arg}, {"elf", os.DevNull, arg},
			{"frames", format, arg, "-"}, {"frames", "--json", format, "-"},
		} {
			var out, errs bytes.Buffer
			run(args, strings.NewReader(data), &out, &errs, environment{piped: true})
			for i, text := range []string{out.String(), errs.String()} {
				for _, r := range text {
					if r != '\n' && r != '\t' && !(r >= ' ' && r < 0x7f) && !(r > 0xa0 && harmless(string(r)) == string(r)) {
						t.Fatalf("%q wrote %q to stream %d: %q", args, r, i+1, text)
					}
				}
			}
		}
	})
}
