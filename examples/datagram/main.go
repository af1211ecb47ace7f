// Datagram sends measurements in datagrams, and receives them: over UDP, or a
// Unix-domain socket.
//
//	datagram receive ADDR
//	datagram send ADDR
//
// A datagram is one message, there is nothing to be split or joined. But it may
// get lost, come twice or late, and anybody may have sent it. The program at
// the other end may be examples/python/datagram.py.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"example.com/structpack/frame"
)

// A message has a number, a measurement, and the length of the name of what was
// measured, which follows.
var layout = frame.MustLayout("!IdB", frame.LengthAt(2))

const usage = `usage: datagram [flags] send|receive ADDR

Send sends lines of standard input, NAME VALUE; receive prints what comes. An
ADDR is HOST:PORT, or the path of a Unix-domain socket.

`

func main() {
	log.SetFlags(0)
	log.SetPrefix("datagram: ")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	count := flag.Int("n", 0, "receive `N` datagrams, not all until a signal")
	flag.Parse()
	network := "udp"
	if strings.Contains(flag.Arg(1), "/") {
		network = "unixgram"
	}
	var err error
	switch {
	case flag.NArg() == 2 && flag.Arg(0) == "send":
		err = send(network, flag.Arg(1))
	case flag.NArg() == 2 && flag.Arg(0) == "receive":
		err = receive(network, flag.Arg(1), *count)
	default:
		flag.Usage()
		os.Exit(2)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func send(network, address string) error {
	c, err := net.Dial(network, address)
	if err != nil {
		return err
	}
	defer c.Close()
	var datagram []byte
	lines := bufio.NewScanner(os.Stdin)
	for number := 1; lines.Scan(); number++ {
		name, text, _ := strings.Cut(lines.Text(), " ")
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
		datagram, err = layout.Append(datagram[:0], []byte(name), number, value)
		if err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
		if _, err := c.Write(datagram); err != nil {
			return err
		}
	}
	return lines.Err()
}

func receive(network, address string, count int) error {
	c, err := net.ListenPacket(network, address)
	if err != nil {
		return err
	}
	defer c.Close()
	if network == "unixgram" {
		defer os.Remove(address)
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		c.Close()
	}()
	fmt.Println("listening on", c.LocalAddr())
	datagram := make([]byte, 1<<16) // what is larger than that would be cut
	for received := 0; count == 0 || received < count; received++ {
		n, _, err := c.ReadFrom(datagram)
		if errors.Is(err, net.ErrClosed) {
			return nil
		} else if err != nil {
			return err
		}
		f, err := layout.Parse(datagram[:n])
		if err != nil {
			log.Printf("%d bytes are no message: %v", n, err) // they may be anybody's
			continue
		}
		var value float64
		if err := f.Scan(nil, &value, nil); err != nil {
			return err
		}
		fmt.Printf("%d %s %.6g\n", f.Uint(0), f.Payload, value)
	}
	return nil
}
