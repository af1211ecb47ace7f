//go:build unix

package frame

import "syscall"

// resets are what system calls report of a connection that was reset.
var resets = []error{syscall.ECONNRESET}
