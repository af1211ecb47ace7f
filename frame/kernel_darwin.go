package frame

import (
	"net"
	"syscall"
)

// What XNU's sys/socket.h has beyond syscall.
const (
	soNRead  = 0x1020
	soNWrite = 0x1024
)

// unread returns how many bytes have arrived that were not read, or 0 if nobody
// knows.
func unread(c net.Conn) (n int) {
	control(c, func(fd int) { n, _ = syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, soNRead) })
	return n
}

// sendState reports whether the peer's kernel has all that was sent.
func sendState(c net.Conn) (sent, known bool, err error) {
	control(c, func(fd int) {
		n, e := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, soNWrite)
		sent, known = n == 0, e == nil
	})
	return sent, known, nil
}
