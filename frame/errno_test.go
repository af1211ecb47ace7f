//go:build !plan9

package frame_test

import "syscall"

var timedOut error = syscall.ETIMEDOUT
