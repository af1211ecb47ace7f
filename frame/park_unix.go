//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package frame

import (
	"net"
	"syscall"
)

// descriptor returns the descriptor of a connection, or of the one that it wraps, or
// nil if it has none.
func descriptor(c net.Conn) syscall.RawConn {
	for range 8 { // and not for ever, if one wraps itself
		if wraps, ok := c.(interface{ NetConn() net.Conn }); ok {
			c = wraps.NetConn()
			continue
		}
		if s, ok := c.(syscall.Conn); ok {
			if raw, err := s.SyscallConn(); err == nil {
				return raw
			}
		}
		break
	}
	return nil
}

// hasDescriptor reports whether a poller can wait for c.
func hasDescriptor(c net.Conn) bool { return descriptor(c) != nil }

// isDescriptorClosed reports whether c was closed on this side.
func isDescriptorClosed(c net.Conn) bool {
	raw := descriptor(c)
	return raw == nil || raw.Control(func(uintptr) {}) != nil
}
