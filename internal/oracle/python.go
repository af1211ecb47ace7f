package oracle

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// A Python is a running oracle.py.
type Python struct {
	Header Header

	command []string
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     io.Reader
	lines   *bufio.Scanner // of out
}

// Start runs the script, oracle.py, by a command: "python3", or with words in
// front as an emulator needs them.
func Start(command []string, script string) (*Python, error) {
	cmd := exec.Command(command[0], append(command[1:len(command):len(command)], script, "--answers")...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<26)
	p := &Python{command: command, cmd: cmd, in: in, out: out, lines: lines}
	answers, err := p.Ask([]Question{{Op: "header"}})
	if err == nil {
		err = json.Unmarshal(answers[0].OK, &p.Header)
	}
	if err != nil {
		p.Close()
		return nil, fmt.Errorf("%v: %w", command, err)
	}
	return p, nil
}

// Close ends it.
func (p *Python) Close() error {
	p.in.Close()
	io.Copy(io.Discard, p.out) // it does not end before all is read
	return p.cmd.Wait()
}

// Ask asks many questions at once, because a turn through two pipes takes longer
// than most answers do.
func (p *Python) Ask(questions []Question) ([]Answer, error) {
	written := make(chan error, 1)
	go func() {
		w := bufio.NewWriter(p.in)
		lines := json.NewEncoder(w)
		for i := range questions {
			if err := lines.Encode(&questions[i]); err != nil {
				written <- err
				return
			}
		}
		w.WriteByte('\n') // an empty line has the answers sent
		written <- w.Flush()
	}()
	answers := make([]Answer, len(questions))
	for i := range answers {
		if !p.lines.Scan() {
			if err := p.lines.Err(); err != nil {
				return nil, err
			}
			return nil, fmt.Errorf("%v stopped at %+v", p.command, questions[i])
		}
		if err := json.Unmarshal(p.lines.Bytes(), &answers[i]); err != nil {
			return nil, fmt.Errorf("%v answered %q: %w", p.command, p.lines.Bytes(), err)
		}
	}
	return answers, <-written
}
