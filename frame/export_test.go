package frame

import (
	"net"
	"os"
	"slices"
	"sync"
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

// replace sets a variable for a test.
func replace[T any](t *testing.T, p *T, v T) {
	old := *p
	*p = v
	t.Cleanup(func() { *p = old })
}

// SetDrain is how much a Shutdown reads at least.
func SetDrain(t *testing.T, n int) { replace(t, &drain, n) }

// SetLinger is how long a peer may be silent, and go on sending, that has everything.
func SetLinger(t *testing.T, d time.Duration) {
	replace(t, &lingerSilent, d)
	replace(t, &lingerMost, d)
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

// SetParkAfter is how long connections of Servers that set nothing are silent before they park.
func SetParkAfter(d time.Duration) { parkAfter = d }

const (
	Grants = grants
	Looks  = looks
)

// SetGrantTime is how long so many connections may begin to wait, and no more.
func SetGrantTime(t *testing.T, d time.Duration) { replace(t, &grantTime, d) }

// SetRenewAfter is how long connections that never park are silent before they wait anew.
func SetRenewAfter(t *testing.T, d time.Duration) { replace(t, &renewAfter, d) }

// SetChecks is how often connections are asked whether they were closed.
func SetChecks(t *testing.T, d time.Duration) {
	replace(t, &checkLent, d)
	replace(t, &checkAll, d)
}

// Parked returns how many connections of a Server are parked, and how many of those that
// may be are not. Of a Server whose connections never park it is those that wait anew.
func (s *Server) Parked() (parked, running int) {
	s.mu.Lock()
	p := s.parker
	s.mu.Unlock()
	if p == nil {
		return 0, 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.conns - len(p.running), len(p.running)
}

// HaveBeenSilent makes the parked connections of a Server such that have not parked just now.
func (s *Server) HaveBeenSilent() {
	p := s.parker
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, slot := range p.slots {
		if slot.c != nil && slot.c.parked {
			slot.c.early = 0
		}
	}
}

// SetPollerError has no poller made.
func SetPollerError(t *testing.T, err error) {
	replace(t, &newPoller, func() (poller, error) { return nil, err })
}

// SetBeforeWatch has f called before a connection is watched, with the parker's locks held.
func SetBeforeWatch(t *testing.T, f func()) {
	old := newPoller
	replace(t, &newPoller, func() (poller, error) {
		p, err := old()
		return &hookedPoller{p, f}, err
	})
}

type hookedPoller struct {
	poller
	f func()
}

func (p *hookedPoller) watch(c net.Conn, id uint64, added bool) error {
	p.f()
	return p.poller.watch(c, id, added)
}

// A FakePoller is one for connections of any kind, that reports what a test has it report.
type FakePoller struct {
	mu      sync.Mutex
	ids     map[net.Conn]uint64
	watches int
	fired   chan uint64
	ended   chan struct{}
}

// SetFakePoller has connections of any kind parked in a FakePoller.
func SetFakePoller(t *testing.T) *FakePoller {
	f := &FakePoller{ids: map[net.Conn]uint64{}, fired: make(chan uint64), ended: make(chan struct{})}
	replace(t, &newPoller, func() (poller, error) { return f, nil })
	replace(t, &canPark, func(net.Conn) bool { return true })
	return f
}

func (f *FakePoller) watch(c net.Conn, id uint64, added bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ids[c] = id
	f.watches++
	if c, ok := c.(interface{ Readable() bool }); ok && c.Readable() {
		go f.Fire(id)
	}
	return nil
}

// Watches returns how often a connection began to be watched.
func (f *FakePoller) Watches() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.watches
}

// Notify reports c, if it has been watched.
func (f *FakePoller) Notify(c net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id, ok := f.ids[c]; ok {
		go f.Fire(id)
	}
}

func (f *FakePoller) unwatch(c net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.ids, c)
}

func (f *FakePoller) wait(ids []uint64) (int, error) {
	select {
	case ids[0] = <-f.fired:
		return 1, nil
	case <-f.ended:
		return 0, os.ErrClosed
	}
}

func (f *FakePoller) close() { close(f.ended) }

// IDs returns what is watched.
func (f *FakePoller) IDs() (ids []uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range f.ids {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Fire reports ids.
func (f *FakePoller) Fire(ids ...uint64) {
	for _, id := range ids {
		select {
		case f.fired <- id:
		case <-f.ended:
			return
		}
	}
}
