// Probe is a program that is run to see whether Go programs can be: it ends well
// if goroutines, signals and garbage collection work.
package main

import (
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	if err := syscall.Kill(os.Getpid(), syscall.SIGUSR1); err != nil {
		panic(err)
	}
	<-signals
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			var kept [][]byte
			for size := range 1000 {
				kept = append(kept, make([]byte, 10*size))
			}
			runtime.GC()
			runtime.KeepAlive(kept)
		})
	}
	all.Wait()
}
