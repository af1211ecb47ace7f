package frame

import (
	"net"
	"os"
	"syscall"
)

// unread returns how many bytes have arrived at most that were not read, or 0 if
// nobody knows.
func unread(c net.Conn) (n int) {
	control(c, func(fd int) {
		const soMemInfo = 55 // its first word is what the receive queue takes
		n, _ = syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, soMemInfo)
	})
	return n
}

// sendState reports, after sending has ended, whether the peer's kernel has all of
// it; the error says that the connection was reset before.
func sendState(c net.Conn) (sent, known bool, err error) {
	if _, ok := c.(*net.UnixConn); ok {
		return true, true, nil // what was written is at the peer
	}
	control(c, func(fd int) {
		info, e := syscall.GetsockoptInet4Addr(fd, syscall.IPPROTO_TCP, syscall.TCP_INFO)
		const finWait2, timeWait, closed = 5, 6, 7
		// The state is the first byte, and never 0; an emulator may give it as one
		// of a number in the other byte order.
		if known = e == nil && info[0] != 0; !known {
			return
		}
		switch info[0] {
		case finWait2, timeWait:
			sent = true
		case closed:
			e, _ := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ERROR)
			if sent = e == 0; !sent {
				err = os.NewSyscallError("write", syscall.Errno(e))
			}
		}
	})
	return sent, known, err
}
