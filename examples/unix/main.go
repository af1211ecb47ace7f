// Unix sends files through a Unix-domain socket, and receives them.
//
//	unix receive SOCKET DIRECTORY
//	unix send SOCKET FILE...
//
// A file comes in pieces, so that it may be larger than memory, and counts when its
// checksum is right. The program at the other end may be
// examples/python/unix.py.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"example.com/structpack/frame"
)

// A message has a kind and a length.
var layout = frame.MustLayout("!cI")

const (
	kindName  = byte('N') // a file begins
	kindData  = byte('D') // some bytes of it
	kindEnd   = byte('E') // its CRC-32, as !I
	kindDone  = byte('A') // the answer: the file is there
	kindError = byte('X') // the answer: why it is not
)

// patience is how long either side waits for the other.
const patience = time.Minute

func main() {
	log.SetFlags(0)
	log.SetPrefix("unix: ")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), "usage: unix receive SOCKET DIRECTORY\n       unix send SOCKET FILE...\n")
	}
	flag.Parse()
	command, args := flag.Arg(0), flag.Args()
	var err error
	switch {
	case command == "send" && len(args) > 2:
		err = send(args[1], args[2:])
	case command == "receive" && len(args) == 3:
		err = receive(args[1], args[2])
	default:
		flag.Usage()
		os.Exit(2)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// send sends files one after another.
func send(socket string, names []string) error {
	nc, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	defer nc.Close()
	c := frame.NewConn(nc, layout)
	c.WriteTimeout, c.IdleTimeout, c.FrameTimeout = patience, patience, patience
	for _, name := range names {
		if err := sendFile(c, name); err != nil {
			return err
		}
		fmt.Println("sent", name)
	}
	return nil
}

func sendFile(c *frame.Conn, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := c.Write([]byte(filepath.Base(name)), kindName); err != nil {
		return err
	}
	sum := crc32.NewIEEE()
	for piece := make([]byte, 1<<16); ; {
		n, err := file.Read(piece)
		if err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		sum.Write(piece[:n])
		if err := c.Write(piece[:n], kindData); err != nil {
			return err
		}
	}
	if err := c.Write(sum.Sum(nil), kindEnd); err != nil {
		return err
	}
	f, err := c.Next()
	if err == nil && byte(f.Uint(0)) != kindDone {
		err = fmt.Errorf("%s: the receiver says: %q", name, f.Payload)
	}
	return err
}

// receive puts the files of any number of senders into a directory, until a signal.
func receive(socket, directory string) error {
	root, err := os.OpenRoot(directory) // a sender may call a file ../../x
	if err != nil {
		return err
	}
	ln, err := listen(socket)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	fmt.Println("listening on", ln.Addr())
	srv := &frame.Server{Layout: layout, WriteTimeout: patience, IdleTimeout: patience, FrameTimeout: patience}
	srv.Handle = func(_ context.Context, c *frame.Conn, f frame.Frame) error {
		return receiveFile(root, c, f)
	}
	srv.ConnError = func(_ *frame.Conn, err error) { log.Print(err) }
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return srv.Shutdown(context.Background())
	}
}

// parts counts files that are being received.
var parts atomic.Int64

// receiveFile receives a file, of which f is the name, and reads the rest itself.
// What is wrong with the file is said at its end: a sender does not listen before.
func receiveFile(root *os.Root, c *frame.Conn, f frame.Frame) error {
	if byte(f.Uint(0)) != kindName {
		return fmt.Errorf("a message of kind %q, not a name", f.Uint(0))
	}
	name := string(f.Payload)
	part := fmt.Sprintf("%s.%d.part", name, parts.Add(1))
	file, failed := root.Create(part)
	defer root.Remove(part)
	defer file.Close()
	sum := crc32.NewIEEE()
	for byte(f.Uint(0)) != kindEnd {
		var err error
		if f, err = c.Next(); err != nil {
			return err
		}
		if byte(f.Uint(0)) == kindData && failed == nil {
			sum.Write(f.Payload)
			_, failed = file.Write(f.Payload)
		}
	}
	if failed == nil && !bytes.Equal(f.Payload, sum.Sum(nil)) {
		failed = errors.New("the checksum is wrong")
	}
	if failed == nil {
		failed = file.Close()
	}
	if failed == nil {
		failed = root.Rename(part, name)
	}
	if failed != nil {
		return c.Write([]byte(failed.Error()), kindError)
	}
	fmt.Println("received", name)
	return c.Write(nil, kindDone)
}

// listen listens at a path. It takes over a Unix-domain socket that a program has
// left there which was killed: nobody answers at it.
func listen(socket string) (net.Listener, error) {
	ln, err := net.Listen("unix", socket)
	if err == nil {
		return ln, err
	}
	c, refused := net.Dial("unix", socket)
	if refused == nil {
		c.Close()
	}
	info, e := os.Lstat(socket)
	if e != nil || info.Mode().Type() != os.ModeSocket || !errors.Is(refused, syscall.ECONNREFUSED) {
		return nil, err
	}
	if err := os.Remove(socket); err != nil {
		return nil, err
	}
	return net.Listen("unix", socket)
}
