//go:build unix

package main

import (
	"syscall"
	"time"
)

// cpuTime returns how long this process has had a processor.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// raiseFiles lets this process have as many files open as it may, and returns how
// many that are.
func raiseFiles() int {
	var r syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r) != nil {
		return 256
	}
	r.Cur = r.Max
	syscall.Setrlimit(syscall.RLIMIT_NOFILE, &r)
	return int(min(uint64(r.Cur), 1<<20)) //nolint:unconvert // it is an int64 on FreeBSD
}
