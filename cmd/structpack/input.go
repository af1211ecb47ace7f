package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"time"

	"example.com/structpack/internal/show"
)

// A flushing is an input that may be slow: what has been made of it so far is
// written before more of it is waited for.
type flushing struct {
	in  io.Reader
	out *bufio.Writer
}

func (f flushing) Read(p []byte) (int, error) {
	f.out.Flush()
	return f.in.Read(p)
}

// stream returns an input of many structures. It is read in large pieces, and so
// a large file is not written in small ones.
func (c *call) stream(in io.Reader) *bufio.Reader {
	return bufio.NewReaderSize(flushing{in, c.out}, 64<<10)
}

// open returns the input that the arguments name: a file, or standard input for -
// or nothing.
func (c *call) open() (io.Reader, func() error, error) {
	switch len(c.args) {
	case 0:
		return c.openFile("-")
	case 1:
		return c.openFile(c.args[0])
	}
	return nil, nil, usageError(fmt.Sprintf("one file at a time, not %q too", c.args[1]))
}

// openFile opens a file, or standard input for -, and returns what closes it.
func (c *call) openFile(name string) (io.Reader, func() error, error) {
	in, done := c.in, func() error { return nil }
	if name == "-" {
		if !c.env.piped && c.env.progress != nil {
			fmt.Fprintln(c.env.progress, "structpack: reading from the terminal")
		}
	} else {
		f, err := os.Open(name)
		if err != nil {
			return nil, nil, err
		}
		in, done = f, f.Close
	}
	if c.many() {
		watched, clear := c.watched(in)
		in = c.stream(watched)
		closed := done
		done = func() error {
			clear()
			return closed()
		}
	}
	if c.hex {
		in = show.HexReader(in)
	}
	return in, done, nil
}

// many reports whether more than one structure is asked for.
func (c *call) many() bool { return c.repeat || c.has("count") }

// atMost reads n bytes, or what there is. Its memory follows what arrives, not n.
func atMost(r io.Reader, n int) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r, int64(n)))
}

// data reads what unpack and explain need of the input: the structure and a
// byte more, to see that it ends there; with an offset what is up to its end.
func (c *call) data(in io.Reader, size int) ([]byte, error) {
	switch {
	case c.offset == nil:
		return atMost(in, max(size, size+1))
	case *c.offset < 0:
		return io.ReadAll(in)
	}
	return atMost(in, max(size, size+*c.offset))
}

// watched returns an input whose reading shows on a terminal how far it is, and
// what takes the last of that away.
func (c *call) watched(in io.Reader) (io.Reader, func()) {
	if c.env.terminal || c.env.progress == nil { // the lines on standard output are progress enough
		return in, func() {}
	}
	p := &reading{in: in, w: c.env.progress, every: time.Second, began: time.Now()}
	if f, ok := in.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			p.size = info.Size()
		}
	}
	return p, p.done
}

// A reading is an input that shows how much of it has been read.
type reading struct {
	in    io.Reader
	w     io.Writer
	every time.Duration
	began time.Time // of this interval
	size  int64     // 0 if unknown
	read  int64
	shown bool
}

func (p *reading) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	p.read += int64(n)
	if now := time.Now(); now.Sub(p.began) >= p.every {
		p.began, p.shown = now, true
		fmt.Fprintf(p.w, "\r%.1f MB", float64(p.read)/1e6)
		if p.size > 0 {
			fmt.Fprintf(p.w, " of %.1f MB, %d %%", float64(p.size)/1e6, p.read*100/p.size)
		}
	}
	return n, err
}

// done clears the line.
func (p *reading) done() {
	if p.shown {
		io.WriteString(p.w, "\r\x1b[K")
	}
}
