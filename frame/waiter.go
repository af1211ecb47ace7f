package frame

import (
	"context"
	"fmt"
	"io"
)

// A turn is a call that may have to wait.
type turn struct {
	ctx  context.Context // ends the call if it is not nil
	w    *Writer
	stop func() bool
	cut  error // its own write was cut off
}

// untimed is the turn of calls without a context.
var untimed = &turn{}

// err returns the error of the context, if it has ended.
func (t *turn) err() error {
	if t.ctx == nil {
		return nil
	}
	return t.ctx.Err()
}

// arm sees to it that the end of the context wakes the call, which is about to
// wait with the Writer's mu.
func (t *turn) arm() error {
	if t.ctx != nil && t.stop == nil {
		t.stop = context.AfterFunc(t.ctx, func() { t.w.wake(t) })
	}
	return t.err()
}

// cutOff is for a call whose context has ended while it was writing. It returns the
// error of all later calls: not that of a context, which is not theirs.
func (t *turn) cutOff() error {
	t.cut = fmt.Errorf("frame: a write that a context has cut off: %w: %w", io.ErrShortWrite, t.err())
	return fmt.Errorf("frame: a write that the context of another call has cut off: %w", io.ErrShortWrite)
}

func (t *turn) disarm() {
	if t.stop != nil {
		t.stop()
	}
}
