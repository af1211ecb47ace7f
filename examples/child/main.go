// Child has a child process work on lines of text, which it talks to through its standard
// input and output. All lines are under way at the same time.
//
//	child python3 examples/python/child.py
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"time"

	"example.com/structpack/frame"
)

// A message is the number of a line, a length, and the line.
var layout = frame.MustLayout("!II", frame.LengthAt(1), frame.RequestAt(0))

func main() {
	log.SetFlags(0)
	log.SetPrefix("child: ")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), "usage: child [flags] COMMAND [ARGUMENT...]\n\nThe lines of standard input are given to the command, and its answers printed.\n\n")
		flag.PrintDefaults()
	}
	timeout := flag.Duration("timeout", 10*time.Second, "how long an answer may take")
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := work(*timeout, flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func work(timeout time.Duration, command []string) error {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	err = answers(timeout, frame.NewClient(frame.Pipes(out, in), layout))
	if ended := cmd.Wait(); err == nil {
		err = ended
	}
	return err
}

// answers prints the answers to the lines of standard input, in their order.
func answers(timeout time.Duration, client *frame.Client) error {
	defer client.Close() // the end of its input ends the child
	type result struct {
		answer string
		err    error
	}
	waiting := make(chan chan result, 100)
	go func() {
		defer close(waiting)
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			line, done := in.Text(), make(chan result, 1)
			waiting <- done
			go func() {
				ctx, cancel := context.WithTimeout(context.Background(), timeout)
				defer cancel()
				f, err := client.Call(ctx, []byte(line))
				done <- result{string(f.Payload), err}
			}()
		}
	}()
	for done := range waiting {
		r := <-done
		if r.err != nil {
			return r.err
		}
		fmt.Println(r.answer)
	}
	return nil
}
