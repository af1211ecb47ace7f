package frame

import (
	"context"
	"sync"
)

// A queue is the calls that wait for the same thing of a Writer, in their order.
// All of it is used with the Writer's mu.
type queue struct{ first, last *waiter }

// A waiter is a call in a queue.
type waiter struct {
	prev, next *waiter
	queued     bool
	woken      bool
	cond       sync.Cond       // of the Writer's mu
	ctx        context.Context // ends the wait, if it is not nil
	stop       func() bool     // ends the watch on ctx
	large      bool            // rooms: its payload is not copied
	upTo       int64           // flushes: how many bytes are to be written
}

// waiters are for calls without a context, which nobody else has.
var waiters = sync.Pool{New: func() any { return new(waiter) }}

// add puts a call at the end.
func (q *queue) add(w *Writer, ctx context.Context) *waiter {
	var t *waiter
	if ctx == nil {
		t = waiters.Get().(*waiter)
	} else {
		t = &waiter{ctx: ctx}
		t.stop = context.AfterFunc(ctx, func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			t.cond.Signal()
		})
	}
	t.cond.L, t.queued, t.woken = &w.mu, true, false
	if t.prev = q.last; q.last == nil {
		q.first = t
	} else {
		q.last.next = t
	}
	q.last = t
	return t
}

// remove takes a call out, if it still is in the queue.
func (q *queue) remove(t *waiter) {
	if !t.queued {
		return
	}
	if t.prev == nil {
		q.first = t.next
	} else {
		t.prev.next = t.next
	}
	if t.next == nil {
		q.last = t.prev
	} else {
		t.next.prev = t.prev
	}
	t.prev, t.next, t.queued = nil, nil, false
}

func (q *queue) wakeAll() {
	for t := q.first; t != nil; t = t.next {
		t.wake()
	}
}

func (t *waiter) wake() {
	t.woken = true
	t.cond.Signal()
}

// wait waits until the call is woken, or its context ends.
func (t *waiter) wait() error {
	if t.ctx == nil {
		t.cond.Wait()
		return nil
	}
	if err := t.ctx.Err(); err != nil {
		return err
	}
	t.cond.Wait()
	return t.ctx.Err()
}

// free is for a call that waits no longer.
func (t *waiter) free() {
	if t.ctx != nil {
		t.stop()
		return
	}
	t.cond.L = nil
	waiters.Put(t)
}
