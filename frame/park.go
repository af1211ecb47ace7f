package frame

import (
	"container/heap"
	"context"
	"errors"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// parkAfter is the ParkAfter of a Server that sets none. A variable for tests.
var parkAfter = time.Second

const (
	// looks is how often the parker finds a connection waiting before it parks: a
	// wait that looks of the fourth part of ParkAfter have seen so often is as long as ParkAfter.
	looks = 5
	// minLook is how much time is between two looks at least.
	minLook = time.Millisecond / 4
	// storm is how many goroutines are started at most that have not run yet.
	storm = 256
	// grants is how many connections may begin to wait with their goroutines in each
	// grantTime. Others park as soon as they have nothing to do, and wait if something
	// comes within ParkAfter: a storm that comes once does not leave a goroutine for each
	// connection, of which the runtime keeps a part for ever.
	grants = 64
)

// A variable for tests.
var grantTime = time.Second / 4

// renewAfter is how long a connection is silent that never parks before it waits on a
// new stack. A variable for tests.
var renewAfter = time.Second

// A connection that somebody closes below its Conn is heard of no more by a poller. So
// parked connections are asked whether they are closed: every minute, and each second
// those whose NetConn somebody has called. Variables for tests.
var (
	checkLent = time.Second
	checkAll  = time.Minute
)

// A poller waits for many connections at once. watch and unwatch are not called after close,
// nor at the same time as each other; wait is called by one goroutine.
type poller interface {
	// watch has the next wait, or the one that is going on, report id once when c has
	// something to read, or has come to its end. added says that c was watched before.
	watch(c net.Conn, id uint64, added bool) error
	// unwatch forgets c.
	unwatch(c net.Conn)
	// wait waits until it has an id to report, and puts it and others into ids.
	wait(ids []uint64) (n int, err error)
	// close has wait return an error.
	close()
}

// newPoller makes a poller for connections of which canPark is true. Variables for tests.
var (
	newPoller = openPoller
	canPark   = hasDescriptor
)

// A parker has the silent connections of a Server wait without goroutines.
//
// Each connection is running, with a goroutine, or parked. A goroutine that is about to
// end parks its connection, and whoever has news for a parked one starts a goroutine:
// the poller, the IdleTimeout, Shutdown, Close, a failed write.
//
// The parker of a Server whose connections never park has them wait in new goroutines
// instead: a stack that a handler has made larger does not become small again.
type parker struct {
	serve   func(*Conn) // is the goroutine of a connection
	after   time.Duration
	never   bool      // connections do not park
	created time.Time // when the parker was made

	checkLent, checkAll, grantTime time.Duration

	mu      sync.Mutex
	poller  poller  // nil if no connection has parked yet
	conns   int     // how many there are
	running []*Conn // those with a goroutine
	slots   []slot  // of those that have parked
	free    []int32 // slots without a connection
	idle    idleHeap

	grants   atomic.Int64 // how many connections may still begin to wait
	granted  time.Time    // when grants were made
	starting atomic.Int64 // how many goroutines have not run yet

	look    *time.Timer // for the next look at those that are running
	looking bool        // it is set
	expiry  *time.Timer // for the first of idle
	check   *time.Timer
	checkIn time.Duration // what check is set to, or 0
	checked time.Time     // when all parked ones were checked
}

// A slot is where a poller's id leads. The other half of the id is the generation, so
// that what is reported too late finds no later connection.
type slot struct {
	c          *Conn
	generation uint32
}

// parking is what a Conn has of the parker of its Server.
type parking struct {
	early    time.Duration // when it parked without waiting, since the parker was made, or 0
	phase    atomic.Uint32 // running, waiting or interrupted
	lent     atomic.Bool   // somebody has got the net.Conn
	parks    bool          // the poller can wait for the stream, which an Upgrade changes
	due      bool          // the Reader is to park
	waits    bool          // it may wait before
	hadBytes bool          // it has read something since the goroutine began
	resumes  bool          // readDeadline is the end of an IdleTimeout that goes on, if any
	resting  bool          // with the Writer's mu: each call gives back what it has taken

	// With the parker's mu.
	counted bool // it is one of the parker's conns
	parked  bool
	slot    int32 // -1 if it has not parked yet
	index   int32 // in running or idle, or -1
}

const (
	running     = 0         // the Reader does not wait, or must not be interrupted
	waiting     = 1         // it waits between frames; each look adds one
	interrupted = looks + 1 // it has waited so long that it is to park
)

// errPark ends the reading of a connection that is to park.
var errPark = errors.New("frame: silent")

func newParker(after time.Duration, serve func(*Conn)) *parker {
	now := time.Now()
	never := after < 0
	if never {
		after = renewAfter
	}
	p := &parker{serve: serve, after: after, never: never, created: now, granted: now, checkLent: checkLent, checkAll: checkAll, grantTime: grantTime}
	p.grants.Store(grants)
	return p
}

// add is for a new connection, whose goroutine is about to start.
func (p *parker) add(c *Conn) {
	if !p.canPark(c.stream()) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c.parks, c.counted, c.slot = true, true, -1
	p.conns++
	p.run(c)
}

// canPark reports whether c may be interrupted, and waited for.
func (p *parker) canPark(c net.Conn) bool {
	if p.never {
		return isRaw(c)
	}
	return canPark(c)
}

// remove is for a connection that runs and ends.
func (p *parker) remove(c *Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !c.counted {
		return
	}
	p.stop(c)
	if c.slot >= 0 {
		p.poller.unwatch(c.stream())
		s := &p.slots[c.slot]
		s.c = nil
		s.generation++
		p.free = append(p.free, c.slot)
		c.slot = -1
	}
	if p.conns--; p.conns == 0 {
		p.end()
	}
}

// end is for when no connection is left.
func (p *parker) end() {
	for _, t := range []**time.Timer{&p.look, &p.expiry, &p.check} {
		if *t != nil {
			(*t).Stop()
			*t = nil
		}
	}
	p.running, p.idle, p.slots, p.free, p.looking, p.checkIn = nil, nil, nil, nil, false, 0
	if p.poller != nil {
		p.poller.close()
		p.poller = nil
	}
}

// run puts a connection into running.
func (p *parker) run(c *Conn) {
	c.index = int32(len(p.running))
	p.running = append(p.running, c)
	if !p.looking {
		p.looking = true
		schedule(&p.look, max(p.after/(looks-1), minLook), p.lookAround)
	}
}

// stop takes a connection out of running.
func (p *parker) stop(c *Conn) {
	last := len(p.running) - 1
	p.running[c.index] = p.running[last]
	p.running[c.index].index = c.index
	p.running[last] = nil
	p.running = p.running[:last]
	c.index = -1
}

// schedule has f called after d.
func schedule(t **time.Timer, d time.Duration, f func()) {
	if *t == nil {
		*t = time.AfterFunc(d, f)
	} else {
		(*t).Reset(d)
	}
}

// lookAround interrupts the connections that have waited for long.
func (p *parker) lookAround() {
	p.mu.Lock()
	var due []*Conn
	for _, c := range p.running {
		switch n := c.phase.Load(); {
		case n == looks:
			due = append(due, c)
		case n >= waiting && n < looks:
			c.phase.CompareAndSwap(n, n+1)
		}
	}
	p.mu.Unlock()
	for _, c := range due {
		c.interrupt()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.looking = len(p.running) > 0; p.looking {
		schedule(&p.look, max(p.after/(looks-1), minLook), p.lookAround)
	}
}

// park has a connection wait in the poller, and reports whether it does. Whoever
// called it has the connection no longer.
func (p *parker) park(c *Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.never {
		p.stop(c)
		go p.stay(c)
		return true
	}
	if p.poller == nil {
		poller, err := newPoller()
		if err != nil {
			return false
		}
		p.poller = poller
		go p.wait(poller)
	}
	added := c.slot >= 0
	if !added {
		p.reserve(c)
	}
	if p.poller.watch(c.stream(), p.id(c), added) != nil {
		if !added {
			p.slots[c.slot].c = nil
			p.free = append(p.free, c.slot)
			c.slot = -1
		}
		return false
	}
	p.stop(c)
	c.parked = true
	if !c.readDeadline.IsZero() {
		if heap.Push(&p.idle, c); c.index == 0 {
			schedule(&p.expiry, time.Until(c.readDeadline), p.expire)
		}
	}
	p.checkSoon(c.lent.Load())
	return true
}

// stay waits with a connection that never parks. Deadlines and Close end that too.
func (p *parker) stay(c *Conn) {
	waitUntilReadable(c.stream())
	p.mu.Lock()
	p.run(c)
	p.mu.Unlock()
	p.serve(c)
}

// reserve finds a slot for a connection.
func (p *parker) reserve(c *Conn) {
	if n := len(p.free); n > 0 {
		c.slot = p.free[n-1]
		p.free = p.free[:n-1]
	} else {
		c.slot = int32(len(p.slots))
		p.slots = append(p.slots, slot{})
	}
	p.slots[c.slot].c = c
}

func (p *parker) id(c *Conn) uint64 {
	return uint64(p.slots[c.slot].generation)<<32 | uint64(c.slot)
}

// unpark starts the goroutine of a connection, if it is parked.
func (p *parker) unpark(c *Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.start(c)
}

func (p *parker) start(c *Conn) {
	if !c.parked {
		return
	}
	c.parked = false
	if c.index >= 0 {
		heap.Remove(&p.idle, int(c.index))
	}
	p.run(c)
	p.starting.Add(1)
	go func() {
		p.starting.Add(-1)
		p.serve(c)
	}()
}

// wait starts the connections that the poller reports.
func (p *parker) wait(poller poller) {
	var ids [128]uint64
	for {
		n, err := poller.wait(ids[:])
		if err != nil {
			return
		}
		p.mu.Lock()
		if p.poller == poller {
			for _, id := range ids[:n] {
				p.report(id)
			}
		}
		p.mu.Unlock()
		for p.starting.Load() >= storm {
			runtime.Gosched()
		}
	}
}

func (p *parker) report(id uint64) {
	if i := int(uint32(id)); i < len(p.slots) {
		if s := p.slots[i]; s.c != nil && s.generation == uint32(id>>32) {
			p.start(s.c)
		}
	}
}

// expire starts the connections whose IdleTimeout is over.
func (p *parker) expire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	for len(p.idle) > 0 {
		c := p.idle[0]
		if c.readDeadline.After(now) {
			schedule(&p.expiry, c.readDeadline.Sub(now), p.expire)
			return
		}
		p.start(c)
	}
}

// checkSoon has parked connections checked: those whose net.Conn was lent, or in a
// while all of them.
func (p *parker) checkSoon(lent bool) {
	d := p.checkAll
	if lent {
		d = p.checkLent
	}
	if p.checkIn == 0 || d < p.checkIn {
		p.checkIn = d
		schedule(&p.check, d, p.checkParked)
	}
}

// checkParked starts the connections that were closed below their Conn.
func (p *parker) checkParked() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	all := p.checkIn == p.checkAll || now.Sub(p.checked) >= p.checkAll
	if all {
		p.checked = now
	}
	p.checkIn = 0
	for i := range len(p.slots) {
		if i%1024 == 1023 { // so that nobody waits for long, however many there are
			p.mu.Unlock()
			p.mu.Lock()
		}
		if i >= len(p.slots) {
			return // all have ended meanwhile
		}
		c := p.slots[i].c
		if c == nil || !c.parked {
			continue
		}
		lent := c.lent.Load()
		if (all || lent) && isDescriptorClosed(c.stream()) {
			p.start(c)
		} else if lent || p.checkIn == 0 {
			p.checkSoon(lent)
		}
	}
}

// lend is for a connection whose net.Conn somebody gets, who may close it.
func (c *Conn) lend() {
	if p := c.parker(); p != nil && !c.lent.Swap(true) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if c.parked {
			p.checkSoon(true)
		}
	}
}

// interrupt ends the wait of a Reader that is to park.
func (c *Conn) interrupt() {
	c.deadlineMu.Lock()
	defer c.deadlineMu.Unlock()
	if c.parker().never && c.lent.Load() {
		return // somebody may have set a deadline
	}
	if c.phase.CompareAndSwap(looks, interrupted) {
		c.stream().SetReadDeadline(expired)
	}
}

// beginWait is called before the Reader waits between frames, or looks whether there is
// something if poll is set, and reports whether endWait is to be called after it. A
// handshake comes before, as it does not survive an interruption; what is neither a
// socket nor has a handshake may hide one until something has come.
func (c *Conn) beginWait(poll bool) (waits, polls bool) {
	if poll || c.handling || c.draining || c.lastWords.polling || !c.records.start.IsZero() {
		return false, poll
	}
	r := &c.Reader
	if r.raw == nil && !r.wrapped && !r.begun {
		return false, false
	}
	if r.handshake != nil {
		if r.handshake(context.Background()) != nil {
			return false, false // and reading has the error
		}
		r.handshake = nil
	}
	switch {
	case c.waits || c.parker().never || c.isActive() || c.parker().grant():
		c.waits = true
	case r.raw != nil:
		c.due = true
		return true, true
	case c.hadBytes: // otherwise only a Read shows what has arrived
		c.phase.Store(looks)
		c.interrupt()
		return true, false
	}
	c.phase.Store(waiting)
	return true, false
}

// endWait is called when n bytes have come, or the wait for them was in vain.
func (c *Conn) endWait(n int) {
	if c.phase.Swap(running) == interrupted {
		c.deadlineMu.Lock()
		defer c.deadlineMu.Unlock()
		if c.woken {
			return // there is another reason, and beforeRead sees to it
		}
		c.due = true
		c.setReadDeadline(c.readDeadline)
	}
	if n > 0 {
		c.due, c.hadBytes = false, true
	}
}

// isActive reports whether something has come soon after the connection parked early.
func (c *Conn) isActive() bool {
	p := c.parker()
	return c.early > 0 && time.Since(p.created)-c.early < p.after
}

// grant reports whether one connection more may wait with its goroutine.
func (p *parker) grant() bool {
	if p.grants.Add(-1) >= 0 {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.granted) >= p.grantTime {
		p.granted = now
		p.grants.Store(grants)
	}
	return p.grants.Add(-1) >= 0
}

// mayPark returns errPark for a Reader that is to park, for which no deadline is to pass
// meanwhile. A TLS record in part is under the FrameTimeout, and keeps the goroutine.
func (c *Conn) mayPark() error {
	c.due = false
	w := &c.records
	if c.wrapped && c.FrameTimeout > 0 && hasPartOfRecord(c.stream()) {
		if w.start.IsZero() {
			w.start = time.Now()
		}
		w.looked = true
		return nil
	}
	if !c.woken {
		set := !c.readDeadline.IsZero() && !c.parker().never
		c.resumes, c.readDeadline = true, w.idleUntil
		if set {
			c.setReadDeadline(time.Time{})
		}
	}
	return errPark
}

// park gives back what the connection does not need while it is silent, and has it wait
// without a goroutine. It reports false if it does not, as there is news.
func (c *Conn) park() bool {
	c.Reader.rest()
	c.Writer.rest()
	if c.early = 0; !c.waits {
		c.early = time.Since(c.parker().created)
	}
	c.waits, c.hadBytes = false, false
	c.deadlineMu.Lock()
	defer c.deadlineMu.Unlock()
	if c.woken || c.ending || c.closed.Load() || !c.parker().park(c) {
		c.waits = true
		return false
	}
	return true
}

// wakeUp is for the goroutine of a connection that was parked, or was to be.
func (c *Conn) wakeUp() {
	c.Writer.wake()
	c.Reader.wake(c.stream(), c.Writer.layout)
	c.Reader.handshake, c.begun = nil, true
	c.deadlineMu.Lock()
	defer c.deadlineMu.Unlock()
	if c.resumes {
		c.records.looked, c.records.idleUntil = !c.readDeadline.IsZero(), c.readDeadline
		c.resumes, c.readDeadline = false, time.Time{}
	}
}

// unpark has the goroutine of a Server look after a connection, as for what was closed.
func (c *Conn) unpark() {
	if p := c.parker(); p != nil {
		p.unpark(c)
	}
}

// parker is that of the Server, or nil.
func (c *Conn) parker() *parker {
	if c.server == nil {
		return nil
	}
	return c.server.parker
}

// An idleHeap has the parked connections with an IdleTimeout, that which ends first in front.
type idleHeap []*Conn

func (h idleHeap) Len() int           { return len(h) }
func (h idleHeap) Less(i, j int) bool { return h[i].readDeadline.Before(h[j].readDeadline) }

func (h idleHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = int32(i), int32(j)
}

func (h *idleHeap) Push(x any) {
	c := x.(*Conn)
	c.index = int32(len(*h))
	*h = append(*h, c)
}

func (h *idleHeap) Pop() any {
	last := len(*h) - 1
	c := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	c.index = -1
	return c
}
