package frame_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"syscall"
	"testing"

	"example.com/structpack/frame"
)

// TestResets is the table of the errors that say that a connection was reset, as package
// net wraps them.
func TestResets(t *testing.T) {
	if len(frame.Resets) == 0 && (runtime.GOOS == "windows" || runtime.GOOS == "linux" || runtime.GOOS == "darwin") {
		t.Error("none is known")
	}
	for _, errno := range map[string][]syscall.Errno{
		"windows": {10053, 10054, 64},
		"linux":   {syscall.ECONNRESET},
		"darwin":  {syscall.ECONNRESET},
	}[runtime.GOOS] {
		err := &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", errno)}
		if !frame.IsReset(err) || !frame.IsReset(fmt.Errorf("wrapped: %w", err)) {
			t.Errorf("%v is none", err)
		}
	}
	for _, err := range []error{
		nil, io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed, os.ErrDeadlineExceeded, context.Canceled,
		&net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.EPIPE)},
		&net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ETIMEDOUT)},
	} {
		if frame.IsReset(err) {
			t.Errorf("%v is one", err)
		}
	}
}
