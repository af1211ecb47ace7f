//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package frame

import (
	"net"
	"os"
	"sync"
	"syscall"
)

// A kqueue is a poller. Its goroutine waits in a system call, and keeps a thread.
type kqueue struct {
	fd     int
	ends   [2]int // a pipe, of which one end is closed to end the waiting
	events [128]syscall.Kevent_t

	mu  sync.Mutex
	ids map[int]uint64 // by descriptor
}

func openPoller() (poller, error) {
	k := &kqueue{ids: map[int]uint64{}}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	var err error
	if k.fd, err = syscall.Kqueue(); err != nil {
		return nil, os.NewSyscallError("kqueue", err)
	}
	if err := syscall.Pipe(k.ends[:]); err != nil {
		syscall.Close(k.fd)
		return nil, os.NewSyscallError("pipe", err)
	}
	for _, fd := range []int{k.fd, k.ends[0], k.ends[1]} {
		syscall.CloseOnExec(fd)
	}
	if err := k.add(k.ends[0], syscall.EV_ADD); err != nil {
		syscall.Close(k.ends[1])
		k.free()
		return nil, os.NewSyscallError("kevent", err)
	}
	return k, nil
}

func (k *kqueue) add(fd, flags int) error {
	var event [1]syscall.Kevent_t
	syscall.SetKevent(&event[0], fd, syscall.EVFILT_READ, flags)
	_, err := syscall.Kevent(k.fd, event[:], nil, nil)
	return err
}

// watch has a descriptor reported once. What has arrived before is reported too.
func (k *kqueue) watch(c net.Conn, id uint64, added bool) error {
	return withDescriptor(c, func(fd int) error {
		k.mu.Lock()
		k.ids[fd] = id
		k.mu.Unlock()
		return k.add(fd, syscall.EV_ADD|syscall.EV_ONESHOT)
	})
}

// unwatch is for a descriptor that has not been reported. Its Close would do it too.
func (k *kqueue) unwatch(c net.Conn) {
	withDescriptor(c, func(fd int) error {
		k.mu.Lock()
		delete(k.ids, fd)
		k.mu.Unlock()
		return k.add(fd, syscall.EV_DELETE)
	})
}

func (k *kqueue) wait(ids []uint64) (n int, err error) {
	count, err := syscall.Kevent(k.fd, nil, k.events[:min(len(ids), len(k.events))], nil)
	if err == syscall.EINTR {
		return 0, nil
	}
	if err != nil {
		k.free()
		return 0, os.NewSyscallError("kevent", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, event := range k.events[:count] {
		fd := int(event.Ident)
		if fd == k.ends[0] {
			k.free()
			return 0, os.ErrClosed
		}
		if id, ok := k.ids[fd]; ok {
			ids[n] = id
			n++
		}
	}
	return n, nil
}

func (k *kqueue) close() { syscall.Close(k.ends[1]) }

// free is for the goroutine that waits, so that nobody waits for a descriptor that is
// another one's already.
func (k *kqueue) free() {
	syscall.Close(k.fd)
	syscall.Close(k.ends[0])
}

// withDescriptor calls f with the descriptor of c, unless c is closed.
func withDescriptor(c net.Conn, f func(fd int) error) error {
	raw := descriptor(c)
	if raw == nil {
		return net.ErrClosed
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = f(int(fd)) }); err != nil {
		return err
	}
	return failed
}
