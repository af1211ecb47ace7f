//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package frame_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/structpack/frame"

	"github.com/google/go-cmp/cmp"
)

// A schedule is what a peer does, and when. Times are multiples of a unit.
type schedule struct {
	steps []step
	end   end
}

// A step has the peer send bytes in pieces, with pauses between them, and wait for the answers.
type step struct {
	pieces [][]byte
	pauses []int // before each piece
	answer int   // how many bytes come back
}

// An end is how a connection ends.
type end int

const (
	endClose end = iota // the peer closes
	endPart             // inside a frame
	endError            // the handler returns an error
	endIdle             // the IdleTimeout
	endShutdown
	ends
)

// Kinds of frames that the handler of the property knows; it answers others.
const (
	kindPush = 200 + iota // is answered later, by another goroutine
	kindLayout
	kindError
)

var (
	errHandler = errors.New("as asked")
	lineLayout = frame.MustLayout("!BHH", frame.LengthAt(2))
)

// newSchedule makes one, whose pauses are shorter and longer than a ParkAfter of a unit.
func newSchedule(random *rand.Rand) (s schedule) {
	layout := idKind
	pause := func() int { return random.Intn(2) * random.Intn(4) }
	for id := range 1 + random.Intn(8) {
		var b []byte
		st := step{}
		kind := random.Intn(100)
		switch random.Intn(8) {
		case 0:
			kind = kindPush
		case 1:
			kind = kindLayout
		}
		for range 1 + random.Intn(3)*random.Intn(2) {
			payload := make([]byte, random.Intn(10))
			if random.Intn(4) == 0 {
				payload = make([]byte, random.Intn(70_000)>>random.Intn(9))
			}
			random.Read(payload)
			n := len(b)
			if layout == idKind {
				b, _ = layout.Append(b, payload, id, kind)
			} else {
				b, _ = layout.Append(b, payload[:min(len(payload), 1<<16-1)], kind, id)
			}
			st.answer += len(b) - n
			if kind >= kindPush {
				break
			}
		}
		for len(b) > 0 {
			n := len(b)
			if random.Intn(2) == 0 {
				n = 1 + random.Intn(n)
			}
			st.pieces, st.pauses = append(st.pieces, b[:n]), append(st.pauses, pause())
			b = b[n:]
		}
		if kind == kindLayout {
			layout = lineLayout
		}
		s.steps = append(s.steps, st)
	}
	s.end = end(random.Intn(int(ends)))
	switch s.end {
	case endPart:
		s.steps = append(s.steps, step{pieces: [][]byte{{1}}, pauses: []int{pause()}})
	case endError:
		b, _ := idKind.Append(nil, nil, 0, kindError)
		if layout != idKind {
			b, _ = layout.Append(nil, nil, kindError, 0)
		}
		s.steps = append(s.steps, step{pieces: [][]byte{b}, pauses: []int{pause()}})
	}
	return s
}

// A story is what a peer and the functions of its Server have seen.
type story struct {
	Got    []byte
	Read   string // how the peer's reading has ended
	Errors []string
	Done   int
	After  time.Duration // how long it took, in virtual time
}

// play has a peer of a Server follow a schedule.
func (s schedule) play(t *testing.T, server *frame.Server, ln net.Listener, dial func() (net.Conn, error), unit time.Duration) (seen story) {
	var mu sync.Mutex
	done := make(chan struct{})
	var pushes sync.WaitGroup
	server.Layout = idKind
	server.Handle = func(_ context.Context, c *frame.Conn, f frame.Frame) error {
		kind, id := f.Int(1), f.Int(0)
		line := len(f.Head) != idKind.Header().Size()
		if line {
			kind, id = id, kind
		}
		switch kind {
		case kindPush:
			f = f.Clone()
			pushes.Go(func() {
				time.Sleep(2 * unit)
				send := c.Send
				if f.Int(0)%2 == 0 {
					send = c.TrySend
				}
				values := []any{id, kind}
				if line {
					values = []any{kind, id}
				}
				if err := send(f.Payload, values...); err != nil {
					t.Errorf("push %d: %v", id, err)
				}
			})
			return nil
		case kindLayout:
			err := c.WriteFrame(f)
			c.SetLayout(lineLayout)
			return err
		case kindError:
			return errHandler
		}
		return c.WriteFrame(f)
	}
	server.Done = func(context.Context, *frame.Conn) {
		mu.Lock()
		defer mu.Unlock()
		seen.Done++
		close(done)
	}
	server.ConnError = func(_ *frame.Conn, err error) {
		mu.Lock()
		defer mu.Unlock()
		text := err.Error()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			text = "deadline" // without the addresses
		}
		seen.Errors = append(seen.Errors, text)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	start := time.Now()
	c, err := dial()
	if err != nil {
		t.Error(err)
		return seen
	}
	defer c.Close()
	read := make(chan error, 1)
	want := make(chan int)
	arrived := make(chan struct{})
	go func() {
		for n := range want {
			b := make([]byte, n)
			got, err := io.ReadFull(c, b)
			if seen.Got = append(seen.Got, b[:got]...); err != nil {
				read <- err
				return
			}
			arrived <- struct{}{}
		}
		rest, err := io.ReadAll(c)
		seen.Got = append(seen.Got, rest...)
		read <- err
	}()
	for i, st := range s.steps {
		if st.answer > 0 {
			want <- st.answer
		}
		for j, piece := range st.pieces {
			time.Sleep(time.Duration(st.pauses[j]) * unit)
			if _, err := c.Write(piece); err != nil {
				t.Errorf("step %d: %v", i, err)
			}
		}
		if st.answer > 0 {
			select {
			case <-arrived:
			case err := <-read:
				t.Errorf("step %d: %v", i, err)
				return seen
			}
		}
	}
	switch s.end {
	case endShutdown:
		server.Shutdown(context.Background())
	case endClose, endPart:
		c.Close()
	}
	close(want)
	if err := <-read; err != nil && s.end != endClose && s.end != endPart {
		seen.Read = "an error"
	}
	<-done
	pushes.Wait()
	c.Close()
	server.Shutdown(context.Background())
	<-served
	mu.Lock()
	defer mu.Unlock()
	if s.end != endShutdown { // which waits in vain, but not for those that are parked
		seen.After = time.Since(start)
	}
	return seen
}

// TestParkedSchedules compares what is seen of a Server that parks its connections with
// what is seen of one that never does, in virtual time and to the nanosecond, by peers that
// do this and that and pause in between.
func TestParkedSchedules(t *testing.T) {
	const unit = time.Second
	parked, played := 0, 0
	for seed := range scaled(300) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			s := newSchedule(rand.New(rand.NewSource(int64(seed))))
			played++
			var stories [2]story
			for i, after := range []time.Duration{never, unit} {
				synctest.Test(t, func(t *testing.T) {
					poller := frame.SetFakePoller(t)
					server := &frame.Server{ParkAfter: after}
					if s.end == endIdle {
						server.IdleTimeout = 10 * unit
					}
					ln := newPipes()
					stories[i] = s.play(t, server, ln, func() (net.Conn, error) {
						here, there := net.Pipe()
						end := &polledEnd{Conn: there}
						ln.conns <- end
						return &pollingEnd{here, end, poller}, nil
					}, unit)
					parked += poller.Watches()
				})
			}
			if diff := cmp.Diff(stories[0], stories[1]); diff != "" {
				t.Errorf("not parked (-), parked (+):\n%s", diff)
			}
		})
	}
	if parked == 0 && played > 10 {
		t.Error("nothing was parked")
	}
}

// A polledEnd is an end of a pipe that knows whether a poller would report it.
type polledEnd struct {
	net.Conn
	unread atomic.Int32
	over   atomic.Bool
}

// HandshakeContext says that there is no handshake that a Read hides.
func (p *polledEnd) HandshakeContext(context.Context) error { return nil }

func (p *polledEnd) Readable() bool { return p.unread.Load() > 0 || p.over.Load() }

// A pollingEnd is the other end.
type pollingEnd struct {
	net.Conn
	peer   *polledEnd
	poller *frame.FakePoller
}

func (p *pollingEnd) Write(b []byte) (int, error) {
	p.peer.unread.Add(1)
	defer p.peer.unread.Add(-1)
	p.poller.Notify(p.peer)
	return p.Conn.Write(b)
}

func (p *pollingEnd) Close() error {
	p.peer.over.Store(true)
	err := p.Conn.Close()
	p.poller.Notify(p.peer)
	return err
}

// TestParkedSchedulesOverSockets does the same with sockets, where chance decides what
// happens between looking and watching.
func TestParkedSchedulesOverSockets(t *testing.T) {
	frame.SetLinger(t, soon)
	overParkable(t, func(t *testing.T, tr transport) {
		var all sync.WaitGroup
		for seed := range scaled(50) {
			s := newSchedule(rand.New(rand.NewSource(int64(seed))))
			if s.end == endIdle { // which needs time
				s.end = endClose
			}
			all.Go(func() {
				var stories [2]story
				for i, after := range []time.Duration{never, soon} {
					server := &frame.Server{ParkAfter: after}
					ln := tr.listen(t)
					stories[i] = s.play(t, server, ln, func() (net.Conn, error) {
						c, err := tr.dial(ln)
						if err == nil {
							c.SetDeadline(time.Now().Add(guard))
						}
						return c, err
					}, soon)
					stories[i].After = 0
				}
				if diff := cmp.Diff(stories[0], stories[1]); diff != "" {
					t.Errorf("seed %d, not parked (-), parked (+):\n%s", seed, diff)
				}
			})
		}
		all.Wait()
	})
}
