package frame

import (
	"net"
	"os"
	"sync"
	"syscall"
)

// A hangupPoll waits for all watched connections at once, in an epoll instance that
// the runtime waits for: reading has the runtime's own events, and this must neither
// take a byte nor keep a Reader from its connection.
type hangupPoll struct {
	mu    sync.Mutex
	file  *os.File // of the instance; nil if nothing is watched
	fd    int
	last  int32
	calls map[int32]func()
}

var hangups hangupPoll

// watchHangup calls f when a connection is reset, or its peer has closed both
// directions, until stop is called. stop is nil if c is no socket.
func watchHangup(c net.Conn, f func()) (stop func()) {
	h := &hangups
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.file == nil && h.open() != nil {
		return nil
	}
	for h.last++; h.last <= 0 || h.calls[h.last] != nil; h.last++ {
		h.last = max(h.last, 0)
	}
	id := h.last
	h.calls[id] = f
	stop = func() { h.remove(c, id) }
	added := false
	control(c, func(fd int) {
		// It reports errors and hang-ups unasked.
		event := syscall.EpollEvent{Events: syscall.EPOLLONESHOT, Fd: id}
		added = syscall.EpollCtl(h.fd, syscall.EPOLL_CTL_ADD, fd, &event) == nil
	})
	if !added {
		h.forget(id)
		return nil
	}
	return stop
}

func (h *hangupPoll) open() error {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		syscall.Close(fd)
		return err
	}
	h.fd, h.file, h.calls = fd, os.NewFile(uintptr(fd), "epoll"), map[int32]func(){}
	go h.wait(h.file)
	return nil
}

// remove ends a watch.
func (h *hangupPoll) remove(c net.Conn, id int32) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.calls[id] == nil {
		return
	}
	control(c, func(fd int) { // one that is closed has left
		syscall.EpollCtl(h.fd, syscall.EPOLL_CTL_DEL, fd, &syscall.EpollEvent{})
	})
	h.forget(id)
}

// forget takes out a call, and closes the instance after the last.
func (h *hangupPoll) forget(id int32) {
	if delete(h.calls, id); len(h.calls) == 0 {
		h.file.Close()
		h.file = nil
	}
}

// wait calls what is to be called until the instance is closed.
func (h *hangupPoll) wait(file *os.File) {
	raw, err := file.SyscallConn()
	var events [64]syscall.EpollEvent
	for err == nil {
		n := 0
		err = raw.Read(func(fd uintptr) bool {
			n, _ = syscall.EpollWait(int(fd), events[:], 0)
			return n > 0
		})
		for _, e := range events[:max(n, 0)] {
			h.mu.Lock()
			f := h.calls[e.Fd]
			if h.file != file {
				f = nil
			}
			h.mu.Unlock()
			if f != nil {
				f()
			}
		}
	}
}
