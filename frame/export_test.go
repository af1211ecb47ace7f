package frame

import (
	"net"
	"testing"
	"time"
)

// AllowPackets makes w write to a connection that keeps writes apart.
func (w *Writer) AllowPackets() { w.err = nil }

var (
	ErrUnread = errUnread
	ErrUnsent = errUnsent
	Resets    = resets
)

// IsReset reports whether an error of a connection says that it was reset.
func IsReset(err error) bool { return isReset(err) }

// SetDrain is how much a Shutdown reads at least.
func SetDrain(t *testing.T, n int) {
	old := drain
	drain = n
	t.Cleanup(func() { drain = old })
}

// SetLinger is how long a peer may be silent, and go on sending, that has everything.
func SetLinger(t *testing.T, d time.Duration) {
	silent, most := lingerSilent, lingerMost
	lingerSilent, lingerMost = d, d
	t.Cleanup(func() { lingerSilent, lingerMost = silent, most })
}

// WaitUntilSent waits until the peer's kernel has all that c has sent, and its end.
func WaitUntilSent(c net.Conn) {
	for sent, known := false, true; !sent && known; time.Sleep(time.Millisecond) {
		sent, known, _ = sendState(c)
	}
}

// SendStateKnown reports whether the system says what c's peer has acknowledged.
func SendStateKnown(c net.Conn) bool {
	_, known, _ := sendState(c)
	return known
}

// Waiting returns how many calls wait for w, and how many of them have been woken since.
func (w *Writer) Waiting() (waiting, woken int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, q := range []queue{w.rooms, w.flushes} {
		for t := q.first; t != nil; t = t.next {
			if waiting++; t.woken {
				woken++
			}
		}
	}
	return waiting, woken
}
