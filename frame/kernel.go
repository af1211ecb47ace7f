//go:build unix

package frame

import (
	"net"
	"syscall"
)

// control calls f with the file descriptor of a socket, also of the one that TLS
// is on, if there is one.
func control(c net.Conn, f func(fd int)) {
	if wraps, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = wraps.NetConn()
	}
	switch c.(type) {
	case *net.TCPConn, *net.UnixConn:
	default:
		return
	}
	if conn, err := c.(syscall.Conn).SyscallConn(); err == nil {
		conn.Control(func(fd uintptr) { f(int(fd)) }) // one that is closed has no descriptor
	}
}

// hasUnread reports whether something has arrived that was not read.
func hasUnread(c net.Conn) (has bool) {
	control(c, func(fd int) {
		var b [1]byte
		n, _, err := syscall.Recvfrom(fd, b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		has = n > 0 && err == nil
	})
	return has
}
