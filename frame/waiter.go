package frame

import (
	"context"
	"fmt"
	"io"
)

// A waiter is a call that may have to wait.
type waiter struct {
	ctx  context.Context // ends the call if it is not nil
	w    *Writer
	stop func() bool
	cut  error // its own write was cut off
}

// noContext is the waiter of calls without a context.
var noContext = &waiter{}

// err returns the error of the context, if it has ended.
func (t *waiter) err() error {
	if t.ctx == nil {
		return nil
	}
	return t.ctx.Err()
}

// watch sees to it that the end of the context wakes the call, which is about to
// wait with the Writer's mu.
func (t *waiter) watch() error {
	if t.ctx != nil && t.stop == nil {
		t.stop = context.AfterFunc(t.ctx, func() { t.w.wake(t) })
	}
	return t.err()
}

// cutOff is for a call whose context has ended while it was writing. It returns the
// error of all later calls: not that of a context, which is not theirs.
func (t *waiter) cutOff() error {
	t.cut = fmt.Errorf("frame: a write that a context has cut off: %w: %w", io.ErrShortWrite, t.err())
	return fmt.Errorf("frame: a write that the context of another call has cut off: %w", io.ErrShortWrite)
}

func (t *waiter) unwatch() {
	if t.stop != nil {
		t.stop()
	}
}
