package frame

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
)

var (
	// ErrTooLarge is wrapped by a *SizeError for a payload beyond the limit:
	// when reading MaxPayload, when writing what the length's code can express.
	ErrTooLarge = errors.New("frame: payload too large")

	// ErrLength is wrapped by a *SizeError for a length that is negative, smaller
	// than the rule of its layout allows, or not as long as the frame it is in.
	ErrLength = errors.New("frame: invalid length")

	// ErrFixed is wrapped by the error for a header whose fixed value is another.
	ErrFixed = errors.New("frame: not the header that was expected")

	// ErrMoreHead is returned by a length function, with a number of bytes, to
	// be called again with a header that is longer by so many; see LengthFunc.
	ErrMoreHead = errors.New("frame: more header bytes needed")

	// ErrBusy is returned by [Conn.TrySend] if too much waits to be written, and by a Client
	// if so many calls wait for answers.
	ErrBusy = errors.New("frame: too much waits already")

	// ErrServerClosed is returned by Serve after Shutdown or Close.
	ErrServerClosed = errors.New("frame: server closed")
)

// A SizeError is a length that is not accepted. Nothing was allocated for it.
type SizeError struct {
	Size  int64  // of the payload, as the header has it; math.MaxInt64 if it is larger still
	Limit int64  // the largest size, or for ErrLength the smallest or the only one
	Head  []byte // a copy of the header; nil when writing
	Err   error  // ErrTooLarge or ErrLength

	limit string // what Limit is, if it is not the layout's
	exact bool   // Limit is the only size that is right
}

// Error gives the size, the limit and the header, and names the protocol that the
// header looks like, if there is one.
func (e *SizeError) Error() string {
	word := "at most"
	switch {
	case e.exact:
		word = "exactly"
	case e.Err == ErrLength:
		word = "at least"
	}
	s := fmt.Sprintf("%v: %d bytes, expected %s %d%s", e.Err, e.Size, word, e.Limit, e.limit)
	if e.Head != nil {
		s += fmt.Sprintf(" (header % x%s)", e.Head, guess(e.Head))
	}
	return s
}

// Unwrap returns ErrTooLarge or ErrLength.
func (e *SizeError) Unwrap() error { return e.Err }

// guess names the protocol that the other end seems to speak: it shows as a length
// made of letters.
func guess(head []byte) string {
	for _, magic := range []struct{ bytes, name string }{
		{"HTTP", "HTTP"}, {"GET ", "HTTP"}, {"POST", "HTTP"}, {"PUT ", "HTTP"}, {"HEAD", "HTTP"},
		{"SSH-", "SSH"}, {"\x16\x03", "TLS"}, {"\x15\x03", "a TLS alert"},
	} {
		if bytes.HasPrefix(head, []byte(magic.bytes)) {
			return ", which looks like " + magic.name
		}
	}
	return ""
}

// isClosed reports whether err says that the connection was closed on this side.
func isClosed(err error) bool { return errors.Is(err, net.ErrClosed) || err == io.ErrClosedPipe }

// errInvalidWrite is for a writer that says it has written what it did not get.
var errInvalidWrite = errors.New("frame: invalid result of Write")

// errNoFrame is for the zero Frame, and for one that came with an error.
var errNoFrame = fmt.Errorf("%w: a frame without its header", ErrLength)

// isTimeout reports whether err is a deadline that has passed. One that a system
// call reports is something else: the connection was lost.
func isTimeout(err error) bool {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return true
	}
	var lost *os.SyscallError
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout() && !errors.As(err, &lost)
}

// A permanentTimeout is a timeout that every later call would have again, and so is none
// that reading goes on after.
type permanentTimeout struct{ err error }

func (e *permanentTimeout) Error() string {
	return "frame: a deadline ended the connection, as it does during a TLS handshake, or if others set it: " + e.err.Error()
}

// resumable reports whether reading goes on where it stopped.
func resumable(err error) bool {
	var flush *flushError
	return isTimeout(err) && !errors.As(err, &flush)
}
