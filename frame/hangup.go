package frame

import (
	"context"
	"sync"
)

// A connContext is the context of a connection of a Server. The connection is
// watched from when somebody asks for the end of the context; most handlers do not.
type connContext struct {
	context.Context
	cancel context.CancelFunc
	c      *Conn
	once   sync.Once
	stop   func() // ends the watch, if it has begun
}

func newConnContext(parent context.Context, c *Conn) *connContext {
	ctx, cancel := context.WithCancel(parent)
	return &connContext{Context: ctx, cancel: cancel, c: c}
}

func (ctx *connContext) Done() <-chan struct{} {
	ctx.once.Do(ctx.watch)
	return ctx.Context.Done()
}

func (ctx *connContext) Err() error {
	ctx.once.Do(ctx.watch)
	return ctx.Context.Err()
}

func (ctx *connContext) watch() { ctx.stop = watchHangup(ctx.c.stream(), ctx.cancel) }

// end ends the context with its connection.
func (ctx *connContext) end() {
	ctx.cancel()
	ctx.once.Do(func() {})
	if ctx.stop != nil {
		ctx.stop()
	}
}
