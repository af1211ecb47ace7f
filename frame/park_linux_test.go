package frame_test

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"example.com/structpack/frame"
)

// TestPollerIsClosedOnExec looks at the descriptors while a connection is parked: no
// process that the program starts gets one of epoll.
func TestPollerIsClosedOnExec(t *testing.T) {
	checkGoroutines(t)
	s := &frame.Server{Layout: idKind, Handle: echo, ParkAfter: soon}
	ln := listenUnix(t)
	served := serve(t, s, ln)
	c := dial(t, parkable[1], ln)
	answered(t, c, 1)
	waitParked(t, s, 1)
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc: ", err)
	}
	found := 0
	for _, fd := range fds {
		if name, _ := os.Readlink("/proc/self/fd/" + fd.Name()); name != "anon_inode:[eventpoll]" {
			continue
		}
		found++
		info, err := os.ReadFile("/proc/self/fdinfo/" + fd.Name())
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(info)) {
			flags, ok := strings.CutPrefix(line, "flags:")
			if !ok {
				continue
			}
			if n, err := strconv.ParseUint(strings.TrimSpace(flags), 8, 64); err != nil || n&syscall.O_CLOEXEC == 0 {
				t.Errorf("descriptor %s: flags %s, %v", fd.Name(), flags, err)
			}
		}
	}
	if found < 2 {
		t.Errorf("%d descriptors of epoll, want the runtime's and the Server's", found)
	}
	c.NetConn().Close()
	shutdown(t, s, served)
}
