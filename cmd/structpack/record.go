package main

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"example.com/structpack/fixture"
	"example.com/structpack/internal/recorder"
)

const recordHelp = `Usage: structpack record [OPTION...] -o FILE -- COMMAND [ARGUMENT...]

Runs a Python program, and writes each use of the module struct that its code
makes to FILE: the format, the values or bytes, the answer, where the call
stands, and what the source calls the values. The program runs as it would by
itself, and its exit status is the command's.

  structpack record -o calls.jsonl -- python3 client.py --once
  structpack record -o calls.jsonl -- python3 -m pytest

Any CPython from 3.6 on and PyPy will do, also one that the command starts. A
Python that is started with -I, -E or -S is not watched.

  -o FILE        the file, which is written anew
  --max N        how many calls are kept of each place with each format: those
                 with values unlike others first, then the largest and the
                 smallest, then a sample of all; 40 unless set
  --max-bytes N  the largest buffer that is kept, after it is cut to what the
                 call used; 65536 unless set
  --all          keep the calls that the standard library makes for itself too
`

// recordProgram runs a program.
func (c *call) recordProgram() error {
	o := recorder.Options{Max: 40, MaxBytes: 64 << 10, All: c.has("all")}
	var err error
	for option, n := range map[string]*int{"max": &o.Max, "max-bytes": &o.MaxBytes} {
		if c.has(option) {
			if *n, err = positive(option, c.value(option)); err != nil {
				return err
			}
		}
	}
	switch {
	case c.output == "":
		return usageError("record needs a file: -o FILE")
	case len(c.args) == 0:
		return usageError("record needs a command: -- python3 PROGRAM")
	}
	if err := c.out.Flush(); err != nil {
		return err
	}
	status, err := recorder.Run(c.output, o, c.args, c.in, c.stdout, c.errs)
	if err != nil {
		return err
	}
	f, err := os.Open(c.output)
	if err != nil {
		return err
	}
	defer f.Close()
	rec, err := fixture.ReadAll(f)
	if err != nil {
		return fmt.Errorf("%s: %w", c.output, err)
	}
	if rec.Python == "" {
		fmt.Fprintln(c.errs, "structpack: no Python was watched: one that is started with -I, -E or -S cannot be")
	} else if len(rec.Calls) == 0 {
		fmt.Fprintf(c.errs, "structpack: %s: no calls: the program's own code did not use struct; --all keeps those of the standard library\n", c.output)
	} else {
		report(c.errs, c.output, rec)
	}
	if status != 0 {
		return exitStatus(status)
	}
	return nil
}

// report says what was recorded. A process that was killed did not count its calls.
func report(w io.Writer, file string, rec *fixture.Recording) {
	type site struct {
		place      fixture.Place
		op, format string
	}
	places, kept, made := map[fixture.Place]bool{}, map[site]int{}, map[site]int{}
	for _, c := range rec.Calls {
		places[c.Place] = true
		kept[site{c.Place, c.Op, c.Format}]++
	}
	for _, s := range rec.Sites {
		made[site{s.Place, s.Op, s.Format}] += s.Calls
	}
	calls := 0
	for s, n := range kept {
		calls += max(n, made[s])
	}
	fmt.Fprintf(w, "structpack: %s: %d of %s at %s, by %s", file, len(rec.Calls), count(calls, "call"), count(len(places), "place"), rec.Python)
	if rec.Cost > 0 {
		fmt.Fprintf(w, "; a call that was not kept took %.1f µs longer", rec.Cost)
	}
	fmt.Fprintln(w)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// positive reads the value of an option that is a number from 1 on.
func positive(option, value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return 0, usageError(fmt.Sprintf("--%s %q is no number from 1 on", option, value))
	}
	return n, nil
}

// An exitStatus is the status of a program that the command ran; there is nothing
// to say about it.
type exitStatus int

func (s exitStatus) Error() string { return "exit status " + strconv.Itoa(int(s)) }
