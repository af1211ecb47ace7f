// Upload sends files of any size as one message each, and receives them, in little memory.
//
//	upload receive 127.0.0.1:7007 DIRECTORY
//	upload send 127.0.0.1:7007 FILE...
//
// The program at the other end may be examples/python/upload.py.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"example.com/structpack/frame"
)

// A message is the name of a file, its size, and what is in it. The answer has the same
// name, and says why the file was refused, if it was.
var layout = frame.MustLayout("!64sQ")

// A file has patience, and a second for each minRate bytes of it.
const (
	patience = 10 * time.Second
	minRate  = 10_000
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("upload: ")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), "usage: upload receive ADDR DIRECTORY\n       upload send ADDR FILE...\n\nADDR is HOST:PORT, or the path of a Unix-domain socket.\n")
	}
	flag.Parse()
	var err error
	switch args := flag.Args(); {
	case flag.Arg(0) == "send" && len(args) > 2:
		err = send(args[1], args[2:])
	case flag.Arg(0) == "receive" && len(args) == 3:
		err = receive(args[1], args[2])
	default:
		flag.Usage()
		os.Exit(2)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func network(address string) string {
	if strings.Contains(address, "/") {
		return "unix"
	}
	return "tcp"
}

// send sends files one after another.
func send(address string, names []string) error {
	nc, err := net.DialTimeout(network(address), address, patience)
	if err != nil {
		return err
	}
	defer nc.Close()
	c := frame.NewConn(nc, layout)
	c.IdleTimeout, c.FrameTimeout, c.WriteTimeout, c.MinRate = patience, patience, patience, minRate
	for _, name := range names {
		if err := sendFile(c, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
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
	info, err := file.Stat()
	if err != nil {
		return err
	}
	base := filepath.Base(name)
	if len(base) > 64 {
		return errors.New("the name is too long")
	}
	if err := c.WriteFrom(file, info.Size(), base); err != nil {
		return err
	}
	f, err := c.Next()
	if err == nil && len(f.Payload) > 0 {
		err = fmt.Errorf("refused: %s", f.Payload)
	}
	return err
}

// receive puts the files of any number of senders into a directory, until a signal.
func receive(address, directory string) error {
	root, err := os.OpenRoot(directory) // a sender may call a file ../../x
	if err != nil {
		return err
	}
	ln, err := net.Listen(network(address), address)
	if err != nil {
		return err
	}
	fmt.Println("listening on", ln.Addr())
	srv := &frame.Server{
		Layout: layout, FrameTimeout: patience, WriteTimeout: patience, MinRate: minRate,
		ConnError: func(_ *frame.Conn, err error) { log.Print(err) },
		HandleStream: func(_ context.Context, c *frame.Conn, f frame.Frame, size int64) error {
			name, answer := string(bytes.TrimRight(f.Bytes(0), "\x00")), ""
			if err := receiveFile(root, name, c.Payload(), size); err != nil {
				answer = err.Error() // and if it was the sender's, nobody reads it
			} else {
				fmt.Println("received", name)
			}
			return c.Write([]byte(answer), name)
		},
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return srv.Shutdown(limit)
}

// receiveFile writes a file, which has its name when it is whole.
func receiveFile(root *os.Root, name string, r io.Reader, size int64) error {
	if name != filepath.Base(name) || name == "." || name == ".." {
		return fmt.Errorf("%q is not the name of a file", name)
	}
	part := fmt.Sprintf("%s.%d.part", name, time.Now().UnixNano())
	file, err := root.Create(part)
	if err != nil {
		return err
	}
	defer root.Remove(part) // unless it has another name by then
	n, err := io.Copy(file, r)
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = root.Rename(part, name)
	}
	return err
}
