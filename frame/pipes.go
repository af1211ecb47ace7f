package frame

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"time"
)

// Pipes makes a connection of two streams: what is read comes from r, and what is
// written goes to w, such as the standard output and input of a child process, or a
// program's own standard input and output. Close closes both, and CloseWrite w alone.
//
// It has deadlines if r and w have: the pipes of package os do on Unix. A Conn of
// others cannot have timeouts, nor contexts that end its reading.
func Pipes(r io.ReadCloser, w io.WriteCloser) net.Conn { return &pipePair{r, w} }

type pipePair struct {
	r io.ReadCloser
	w io.WriteCloser
}

func (p *pipePair) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	return n, closedError(err)
}

func (p *pipePair) Write(b []byte) (int, error) {
	n, err := p.w.Write(b)
	return n, closedError(err)
}

// closedError makes the error of a file that was closed that of a connection.
func closedError(err error) error {
	if errors.Is(err, fs.ErrClosed) {
		err = net.ErrClosed
	}
	return err
}

// Close closes w first: a child process ends when its input does.
func (p *pipePair) Close() error {
	werr := p.w.Close()
	if errors.Is(werr, fs.ErrClosed) { // by CloseWrite
		werr = nil
	}
	return errors.Join(werr, p.r.Close())
}

func (p *pipePair) CloseWrite() error { return p.w.Close() }

func (p *pipePair) SetReadDeadline(t time.Time) error {
	if r, ok := p.r.(interface{ SetReadDeadline(time.Time) error }); ok {
		return r.SetReadDeadline(t)
	}
	return os.ErrNoDeadline
}

func (p *pipePair) SetWriteDeadline(t time.Time) error {
	if w, ok := p.w.(interface{ SetWriteDeadline(time.Time) error }); ok {
		return w.SetWriteDeadline(t)
	}
	return os.ErrNoDeadline
}

func (p *pipePair) SetDeadline(t time.Time) error {
	return errors.Join(p.SetReadDeadline(t), p.SetWriteDeadline(t))
}

func (p *pipePair) LocalAddr() net.Addr  { return pipeAddr{} }
func (p *pipePair) RemoteAddr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }
