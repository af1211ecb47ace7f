package frame

import (
	"net"
	"os"
	"syscall"
	"time"
)

// An epoll is a poller. Its goroutine waits as for any other file, in the runtime, and
// keeps no thread.
type epoll struct {
	fd     int
	file   *os.File
	raw    syscall.RawConn
	events [128]syscall.EpollEvent

	// A change of what is watched. Its function is made once.
	change func(fd uintptr)
	op     int
	event  syscall.EpollEvent
	failed error
}

func openPoller() (poller, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		syscall.Close(fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	e := &epoll{fd: fd, file: os.NewFile(uintptr(fd), "epoll")}
	e.change = func(fd uintptr) { e.failed = syscall.EpollCtl(e.fd, e.op, int(fd), &e.event) }
	e.raw, err = e.file.SyscallConn()
	if err == nil {
		err = e.file.SetReadDeadline(time.Time{}) // an error if the runtime cannot wait for it
	}
	if err != nil {
		e.file.Close()
		return nil, err
	}
	return e, nil
}

// watch changes what is there: after EPOLLONESHOT has reported a descriptor it stays, and
// reports nothing. What has arrived before is reported too.
func (e *epoll) watch(c net.Conn, id uint64, added bool) error {
	op := syscall.EPOLL_CTL_ADD
	if added {
		op = syscall.EPOLL_CTL_MOD
	}
	e.event = syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP | syscall.EPOLLONESHOT, Fd: int32(id), Pad: int32(id >> 32)}
	return e.control(c, op)
}

// unwatch is for a descriptor that others may have a duplicate of; otherwise its Close does it.
func (e *epoll) unwatch(c net.Conn) { e.control(c, syscall.EPOLL_CTL_DEL) }

func (e *epoll) control(c net.Conn, op int) error {
	raw := descriptor(c)
	if raw == nil {
		return net.ErrClosed
	}
	e.op, e.failed = op, nil
	if err := raw.Control(e.change); err != nil {
		return err
	}
	return e.failed
}

func (e *epoll) wait(ids []uint64) (n int, err error) {
	events := e.events[:min(len(ids), len(e.events))]
	err = e.raw.Read(func(fd uintptr) bool {
		for {
			var err error
			if n, err = syscall.EpollWait(int(fd), events, 0); err != syscall.EINTR {
				return n > 0
			}
		}
	})
	for i, event := range events[:max(n, 0)] {
		ids[i] = uint64(uint32(event.Pad))<<32 | uint64(uint32(event.Fd))
	}
	return max(n, 0), err
}

func (e *epoll) close() { e.file.Close() }
