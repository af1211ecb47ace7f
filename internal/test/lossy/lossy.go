//go:build linux

// Package lossy is a bad line on one machine: two hosts in network namespaces of
// their own, and between them a wire in user space that delays, reorders, loses
// and doubles packets. It needs root and /dev/net/tun, and no module of the kernel
// for traffic control.
package lossy

import (
	"container/heap"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// A Config says what happens to each packet, in both directions. It is set
// before Open.
type Config struct {
	Delay  time.Duration // of every packet
	Jitter time.Duration // at most this much more, so that packets overtake each other
	Loss   float64       // the share of packets that are lost
	Double float64       // the share of packets that arrive twice
	Seed   uint64
}

// maxQueue bounds the packets under way in one direction, as a router's memory does.
const maxQueue = 10000

// A Line is two hosts and the wire between them.
type Line struct {
	A, B *Host

	Packets, Lost, Doubled atomic.Int64 // counted in both directions

	config  Config
	running sync.WaitGroup
}

// A Host is one end of a Line: a network namespace with one interface.
type Host struct {
	Addr string // the host's IPv4 address

	tun   *os.File
	calls chan func()
}

// Open makes a Line. The error wraps errors.ErrUnsupported where the process may
// not make namespaces or the kernel has no TUN devices.
func Open(config Config) (*Line, error) {
	l := &Line{config: config}
	var err error
	if l.A, err = newHost([4]byte{10, 77, 0, 1}, [4]byte{10, 77, 0, 2}); err != nil {
		return nil, err
	}
	if l.B, err = newHost([4]byte{10, 77, 0, 2}, [4]byte{10, 77, 0, 1}); err != nil {
		l.A.close()
		return nil, err
	}
	l.carry(l.A, l.B, 1)
	l.carry(l.B, l.A, 2)
	return l, nil
}

// Close ends both hosts. Their connections are dead afterwards, not closed.
func (l *Line) Close() {
	l.A.close()
	l.B.close()
	l.running.Wait()
}

// Listen is net.Listen on the host, for TCP, at a port that is free.
func (h *Host) Listen() (ln net.Listener, err error) {
	h.Do(func() { ln, err = net.Listen("tcp4", h.Addr+":0") })
	return ln, err
}

// Dial is net.Dial on the host, for TCP.
func (h *Host) Dial(addr net.Addr) (c net.Conn, err error) {
	h.Do(func() { c, err = net.Dial("tcp4", addr.String()) })
	return c, err
}

// Do runs f on a thread whose sockets belong to the host.
func (h *Host) Do(f func()) {
	done := make(chan struct{})
	h.calls <- func() {
		defer close(done)
		f()
	}
	<-done
}

func (h *Host) close() {
	close(h.calls)
	h.tun.Close()
}

// newHost starts a thread in a namespace of its own. The goroutine never unlocks
// the thread, so the runtime ends it with the goroutine.
func newHost(addr, peer [4]byte) (*Host, error) {
	h := &Host{Addr: net.IP(addr[:]).String(), calls: make(chan func())}
	ready := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := syscall.Unshare(syscall.CLONE_NEWNET)
		if err == nil {
			h.tun, err = openTUN(addr, peer)
		}
		if err != nil {
			ready <- fmt.Errorf("lossy: %w: %w", errors.ErrUnsupported, err)
			return
		}
		ready <- nil
		for call := range h.calls {
			call()
		}
	}()
	return h, <-ready
}

// The requests of ioctl_tun and netdevice(7).
const (
	tunSetIff = 0x400454ca
	iffTUN    = 0x1
	iffNoPI   = 0x1000
)

type ifreq struct {
	name [syscall.IFNAMSIZ]byte
	data [24]byte
}

// openTUN makes a point-to-point interface with an address, in the namespace of
// the calling thread.
func openTUN(addr, peer [4]byte) (*os.File, error) {
	fd, err := syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("open /dev/net/tun", err)
	}
	s, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		syscall.Close(fd)
		return nil, os.NewSyscallError("socket", err)
	}
	defer syscall.Close(s)
	flags := func(n uint16) (data [24]byte) {
		*(*uint16)(unsafe.Pointer(&data)) = n
		return data
	}
	sockaddr := func(ip [4]byte) (data [24]byte) {
		*(*uint16)(unsafe.Pointer(&data)) = syscall.AF_INET
		copy(data[4:], ip[:]) // after the port
		return data
	}
	for _, call := range []struct {
		name string
		fd   int
		req  uintptr
		data [24]byte
	}{
		{"TUNSETIFF", fd, tunSetIff, flags(iffTUN | iffNoPI)},
		{"SIOCSIFADDR", s, syscall.SIOCSIFADDR, sockaddr(addr)},
		{"SIOCSIFDSTADDR", s, syscall.SIOCSIFDSTADDR, sockaddr(peer)},
		{"SIOCSIFFLAGS", s, syscall.SIOCSIFFLAGS, flags(syscall.IFF_UP | syscall.IFF_RUNNING)},
	} {
		r := ifreq{data: call.data}
		copy(r.name[:], "tun0")
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(call.fd), call.req, uintptr(unsafe.Pointer(&r))); errno != 0 {
			syscall.Close(fd)
			return nil, os.NewSyscallError("ioctl "+call.name, errno)
		}
	}
	return os.NewFile(uintptr(fd), "tun"), nil
}

// A packet is under way until it is due.
type packet struct {
	due  time.Time
	data []byte
}

type packets []packet

func (p packets) Len() int           { return len(p) }
func (p packets) Less(i, j int) bool { return p[i].due.Before(p[j].due) }
func (p packets) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *packets) Push(x any)        { *p = append(*p, x.(packet)) }
func (p *packets) Pop() any {
	last := len(*p) - 1
	x := (*p)[last]
	(*p)[last] = packet{}
	*p = (*p)[:last]
	return x
}

// carry takes packets from one host to the other until one of them is closed.
func (l *Line) carry(from, to *Host, direction uint64) {
	sent := make(chan packet, 64)
	l.running.Go(func() {
		defer close(sent)
		r := rand.New(rand.NewPCG(l.config.Seed, direction))
		for buf := make([]byte, 64<<10); ; {
			n, err := from.tun.Read(buf)
			if err != nil {
				return
			}
			l.Packets.Add(1)
			copies := 1
			switch {
			case r.Float64() < l.config.Loss:
				l.Lost.Add(1)
				continue
			case r.Float64() < l.config.Double:
				l.Doubled.Add(1)
				copies = 2
			}
			for range copies {
				due := time.Now().Add(l.config.Delay)
				if l.config.Jitter > 0 {
					due = due.Add(time.Duration(r.Int64N(int64(l.config.Jitter))))
				}
				sent <- packet{due, append([]byte(nil), buf[:n]...)}
			}
		}
	})
	l.running.Go(func() {
		var waiting packets
		timer := time.NewTimer(0)
		for {
			select {
			case p, ok := <-sent:
				if !ok {
					return
				}
				if len(waiting) == maxQueue {
					l.Lost.Add(1)
					continue
				}
				heap.Push(&waiting, p)
			case <-timer.C:
			}
			for len(waiting) > 0 && time.Until(waiting[0].due) <= 0 {
				to.tun.Write(heap.Pop(&waiting).(packet).data) // a host that is closed takes none
			}
			if len(waiting) > 0 {
				timer.Reset(time.Until(waiting[0].due))
			}
		}
	})
}
