// Calls stores values at examples/server, or one of those in examples/python, and gets them
// again, with many calls under way at a time on one connection.
//
//	calls 127.0.0.1:7007
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/structpack/frame"
)

// The messages of examples/server: the first value is the number of a request.
var layout = frame.MustLayout("!HBI", frame.LengthAt(2), frame.RequestAt(0))

const opGet, opPut = 1, 2

func main() {
	log.SetFlags(0)
	log.SetPrefix("calls: ")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), "usage: calls [flags] ADDR\n\nADDR is HOST:PORT, or the path of a Unix-domain socket.\n\n")
		flag.PrintDefaults()
	}
	n := flag.Int("n", 100, "how many values there are")
	timeout := flag.Duration("timeout", 10*time.Second, "how long a call may take")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	network := "tcp"
	if strings.Contains(flag.Arg(0), "/") {
		network = "unix"
	}
	nc, err := net.DialTimeout(network, flag.Arg(0), *timeout)
	if err != nil {
		log.Fatal(err)
	}
	client := frame.NewClient(nc, layout)
	defer client.Close()
	call := func(op int, request string) (string, error) {
		ctx, cancel := context.WithTimeout(context.Background(), *timeout)
		defer cancel()
		f, err := client.Call(ctx, []byte(request), op)
		if err == nil && f.Uint(1) != 0 {
			err = fmt.Errorf("status %d", f.Uint(1))
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", request, err)
		}
		return string(f.Payload), nil
	}
	var all sync.WaitGroup
	var right atomic.Int64
	for i := range *n {
		all.Go(func() {
			name, value := fmt.Sprint("name", i), fmt.Sprint("value ", i)
			_, err := call(opPut, name+" "+value)
			got := ""
			if err == nil {
				got, err = call(opGet, name)
			}
			switch {
			case err != nil:
				log.Print(err)
			case got != value:
				log.Printf("%s is %q, not %q", name, got, value)
			default:
				right.Add(1)
			}
		})
	}
	all.Wait()
	fmt.Println(right.Load(), "values are right")
	if right.Load() != int64(*n) {
		os.Exit(1)
	}
}
