//go:build unix

package frame

import (
	"io"
	"net"
	"os"
	"syscall"
)

// A rawReader reads from a connection's file descriptor when there is something
// to read, and takes a buffer only then: waiting costs no memory.
type rawReader struct {
	conn syscall.RawConn
	try  func(fd uintptr) bool
	r    *Reader
	want int
	n    int
	err  error
}

// newRawReader returns nil if c is no socket: what wraps a socket, as TLS does,
// must be asked itself.
func newRawReader(c net.Conn) *rawReader {
	switch c.(type) {
	case *net.TCPConn, *net.UnixConn:
	default:
		return nil
	}
	conn, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil
	}
	raw := &rawReader{conn: conn}
	raw.try = raw.readOnce
	return raw
}

// read is Read into the buffer of r, or a new one.
func (raw *rawReader) read(r *Reader, want int) (n int, err error) {
	raw.r, raw.want, raw.n, raw.err = r, want, 0, nil
	if err := raw.conn.Read(raw.try); err != nil {
		return 0, err
	}
	if raw.err == nil && raw.n == 0 {
		return 0, io.EOF
	}
	return raw.n, raw.err
}

// readOnce reports false if there is nothing to read yet.
func (raw *rawReader) readOnce(fd uintptr) bool {
	r := raw.r
	for {
		n, err := syscall.Read(int(fd), r.room(raw.want))
		switch err {
		case nil:
			raw.n = n
			return true
		case syscall.EINTR:
		case syscall.EAGAIN:
			if r.start == r.end {
				r.release()
			}
			return false
		default:
			raw.err = os.NewSyscallError("read", err)
			return true
		}
	}
}
