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
type rawConn struct{ conn syscall.RawConn }

// A rawRead is a call of read. Its method is made a function once.
type rawRead struct {
	do   func(fd uintptr) bool // reports false if there is nothing to read yet
	poll func(fd uintptr)      // is do that does not say so
	r    *Reader
	want int
	n    int
	err  error
}

// A rawWrite is a call of write.
type rawWrite struct {
	do   func(fd uintptr)
	out  []byte
	sent int
	err  error
}

// isRaw reports whether newRawConn makes a rawConn of c.
func isRaw(c net.Conn) bool {
	switch c.(type) {
	case *net.TCPConn, *net.UnixConn:
		return true
	}
	return false
}

// newRawConn returns nil if c is no socket: what wraps a socket, as TLS does,
// must be asked itself.
func newRawConn(c net.Conn) *rawConn {
	if !isRaw(c) {
		return nil
	}
	conn, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil
	}
	return &rawConn{conn}
}

// waitUntilReadable waits until something is there to read, or the end, or an error.
func waitUntilReadable(c net.Conn) {
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return
	}
	raw.Read(func(fd uintptr) bool {
		for {
			var b [1]byte
			_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
			if err != syscall.EINTR {
				return err != syscall.EAGAIN
			}
		}
	})
}

// read is Read into the buffer of r, or a new one. To poll is not to wait: if
// nothing is there, the error is a deadline's.
func (raw *rawConn) read(r *Reader, want int, poll bool) (n int, err error) {
	call := &r.rawRead
	if call.do == nil {
		call.do = call.read
		call.poll = func(fd uintptr) { call.read(fd) }
	}
	call.r, call.want, call.n, call.err = r, want, 0, os.ErrDeadlineExceeded
	if poll {
		err = raw.conn.Control(call.poll)
	} else {
		err = raw.conn.Read(call.do)
	}
	if err == nil {
		err = call.err
	}
	call.r = nil
	if call.n > 0 {
		return call.n, nil
	}
	if r.start == r.end {
		r.release()
	}
	if err == nil {
		return 0, io.EOF
	}
	return 0, rawError(r.src.(net.Conn), "read", err)
}

// rawError makes err what a method of c would return.
func rawError(c net.Conn, op string, err error) error {
	if e, ok := err.(*net.OpError); ok {
		e.Op = op
		return e
	}
	return &net.OpError{Op: op, Net: network(c), Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

func (call *rawRead) read(fd uintptr) bool {
	r := call.r
	for {
		n, err := syscall.Read(int(fd), r.room(call.want))
		switch err {
		case nil:
			call.n, call.err = n, nil
			return true
		case syscall.EINTR:
		case syscall.EAGAIN:
			if r.start == r.end {
				r.release()
			}
			return false
		default:
			call.err = os.NewSyscallError("read", err)
			return true
		}
	}
}

// write writes as much of b to c as can be written at once, which may be nothing.
func (raw *rawConn) write(call *rawWrite, c net.Conn, b []byte) (n int, err error) {
	if call.do == nil {
		call.do = call.write
	}
	call.out, call.sent, call.err = b, 0, nil
	err = raw.conn.Control(call.do)
	if err == nil {
		err = call.err
	}
	call.out, call.err = nil, nil
	if err != nil {
		err = rawError(c, "write", err)
	}
	return call.sent, err
}

func (call *rawWrite) write(fd uintptr) {
	for call.sent < len(call.out) {
		n, err := syscall.Write(int(fd), call.out[call.sent:])
		switch {
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			return
		case err != nil:
			call.err = os.NewSyscallError("write", err)
			return
		default:
			call.sent += n
		}
	}
}
