//go:build unix

package frame

import (
	"io"
	"net"
	"os"
	"syscall"
)

// A rawConn reads from a connection's file descriptor when there is something to
// read, and takes a buffer only then: waiting costs no memory. And it writes as
// much as can be written without waiting.
type rawConn struct {
	net  net.Conn
	conn syscall.RawConn

	read1 func(fd uintptr) bool // reports false if there is nothing to read yet
	r     *Reader
	want  int
	n     int
	err   error

	write1 func(fd uintptr)
	out    []byte
	sent   int
	failed error
}

// newRawConn returns nil if c is no socket: what wraps a socket, as TLS does,
// must be asked itself.
func newRawConn(c net.Conn) *rawConn {
	switch c.(type) {
	case *net.TCPConn, *net.UnixConn:
	default:
		return nil
	}
	conn, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil
	}
	raw := &rawConn{net: c, conn: conn}
	raw.read1, raw.write1 = raw.reader(), raw.writer()
	return raw
}

// read is Read into the buffer of r, or a new one. To poll is not to wait: if
// nothing is there, the error is a deadline's.
func (raw *rawConn) read(r *Reader, want int, poll bool) (n int, err error) {
	raw.r, raw.want, raw.n, raw.err = r, want, 0, os.ErrDeadlineExceeded
	if poll {
		err = raw.conn.Control(func(fd uintptr) { raw.read1(fd) })
	} else {
		err = raw.conn.Read(raw.read1)
	}
	if err == nil {
		err = raw.err
	}
	if raw.n > 0 {
		return raw.n, nil
	}
	if r.start == r.end {
		r.release()
	}
	if err == nil {
		return 0, io.EOF
	}
	return 0, raw.opError("read", err)
}

// opError makes err what a method of the connection would return.
func (raw *rawConn) opError(op string, err error) error {
	if e, ok := err.(*net.OpError); ok {
		e.Op = op
		return e
	}
	return &net.OpError{Op: op, Net: network(raw.net), Source: raw.net.LocalAddr(), Addr: raw.net.RemoteAddr(), Err: err}
}

func (raw *rawConn) reader() func(fd uintptr) bool {
	return func(fd uintptr) bool {
		r := raw.r
		for {
			n, err := syscall.Read(int(fd), r.room(raw.want))
			switch err {
			case nil:
				raw.n, raw.err = n, nil
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
}

// write writes as much of b as can be written at once, which may be nothing.
func (raw *rawConn) write(b []byte) (n int, err error) {
	raw.out, raw.sent, raw.failed = b, 0, nil
	err = raw.conn.Control(raw.write1)
	if err == nil {
		err = raw.failed
	}
	raw.out = nil
	if err != nil {
		err = raw.opError("write", err)
	}
	return raw.sent, err
}

func (raw *rawConn) writer() func(fd uintptr) {
	return func(fd uintptr) {
		for raw.sent < len(raw.out) {
			n, err := syscall.Write(int(fd), raw.out[raw.sent:])
			switch {
			case err == syscall.EINTR:
			case err == syscall.EAGAIN:
				return
			case err != nil:
				raw.failed = os.NewSyscallError("write", err)
				return
			default:
				raw.sent += n
			}
		}
	}
}
