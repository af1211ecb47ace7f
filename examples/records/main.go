// Records writes and reads messages on standard input and output, in files and
// through sockets: the code that does it does not know which of them it has.
//
//	records [-file NAME | -connect ADDR | -listen ADDR] write|read
//
// The program at the other end may be examples/python/records.py.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strconv"
	"strings"

	"example.com/structpack/frame"
)

// A message is a kind, the length of a note, a station and a measurement, and
// then the note. The only integer is the length.
var layout = frame.MustLayout("!ci4sf")

const usage = `usage: records [-file NAME | -connect ADDR | -listen ADDR] write|read

Write makes messages of lines of standard input, KIND STATION VALUE [NOTE]; read
makes lines of messages. An ADDR is HOST:PORT, or the path of a Unix-domain socket.

`

var commands = map[string]struct {
	open func(name string) (*os.File, error)
	run  func(io.ReadWriter) error
}{
	"write": {os.Create, write},
	"read":  {os.Open, read},
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("records: ")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	file := flag.String("file", "", "the messages are in the file `NAME`, not on standard output or input")
	connect := flag.String("connect", "", "connect to `ADDR` for them")
	listen := flag.String("listen", "", "wait at `ADDR` for one connection for them")
	flag.Parse()
	command, ok := commands[flag.Arg(0)]
	if !ok || flag.NArg() > 1 || flag.NFlag() > 1 {
		flag.Usage()
		os.Exit(2)
	}

	var stream io.ReadWriteCloser
	var err error
	switch {
	case *file != "":
		stream, err = command.open(*file)
	case *connect != "":
		stream, err = net.Dial(network(*connect), *connect)
	case *listen != "":
		stream, err = accept(*listen)
	default:
		stream = standard{os.Stdin, os.Stdout}
	}
	if err == nil {
		err = errors.Join(command.run(stream), stream.Close())
	}
	if err != nil {
		log.Fatal(err)
	}
}

// write makes messages of the lines of standard input.
func write(to io.ReadWriter) (err error) {
	w := frame.NewWriter(to, layout)
	defer func() { err = errors.Join(err, w.Flush()) }()
	in := bufio.NewReader(os.Stdin)
	for n := 1; ; n++ {
		line, err := in.ReadString('\n')
		if line == "" && err == io.EOF {
			return nil
		} else if line == "" {
			return err
		}
		if err := writeLine(w, strings.TrimSpace(line)); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if in.Buffered() == 0 { // no other line is waiting, but maybe the reader is
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
}

func writeLine(w *frame.Writer, line string) error {
	words := append(strings.SplitN(line, " ", 4), "")
	if len(words) < 4 {
		return fmt.Errorf("%q is not KIND STATION VALUE [NOTE]", line)
	}
	value, err := strconv.ParseFloat(words[2], 32)
	if err != nil {
		return err
	}
	if len(words[1]) > 4 {
		return fmt.Errorf("%q has more than 4 bytes", words[1]) // and 4s would cut it
	}
	return w.Write([]byte(words[3]), words[0], words[1], value)
}

// read makes lines of messages.
func read(from io.ReadWriter) error {
	n := 0
	for f, err := range frame.NewReader(from, layout).Frames() {
		n++
		var kind byte
		var station []byte
		var value float32
		if err == nil {
			err = f.Scan(&kind, nil, &station, &value)
		}
		if err != nil {
			return fmt.Errorf("message %d: %w", n, err)
		}
		line := fmt.Sprintf("%c %s %.7g %s", kind, bytes.TrimRight(station, "\x00"), value, f.Payload)
		fmt.Println(strings.TrimSpace(line))
	}
	return nil
}

// standard is standard input and output as one stream.
type standard struct {
	io.Reader
	io.WriteCloser
}

// accept waits for one connection.
func accept(address string) (net.Conn, error) {
	ln, err := net.Listen(network(address), address)
	if err != nil {
		return nil, err
	}
	defer ln.Close()
	fmt.Fprintln(os.Stderr, "listening on", ln.Addr())
	return ln.Accept()
}

func network(address string) string {
	if strings.Contains(address, "/") {
		return "unix"
	}
	return "tcp"
}
