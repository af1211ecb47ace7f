package frame

import (
	"context"
	"time"
)

// A connContext is a connection of a Server as a context. A context with an end is made
// when somebody asks for the end, and the connection is watched from then on; most
// handlers do not.
type connContext Conn

// An endContext is a context that can be ended.
type endContext struct {
	context.Context
	finish context.CancelFunc
	stop   func() // ends the watch; nil if there is none
}

// context is what handlers get.
func (c *Conn) context() context.Context {
	if c.opened != nil {
		return c.opened
	}
	return (*connContext)(c)
}

func (ctx *connContext) Deadline() (time.Time, bool) { return ctx.server.ctx.Deadline() }
func (ctx *connContext) Done() <-chan struct{}       { return ctx.withEnd().Done() }
func (ctx *connContext) Err() error                  { return ctx.withEnd().Err() }

// Value asks for no end: who looks for a value in vain has nothing watched. A context that
// is made from this one calls Done before it looks here for the parent that can be ended.
func (ctx *connContext) Value(key any) any {
	ctx.ctxMu.Lock()
	unmade := ctx.endable == nil && !ctx.ctxEnded
	ctx.ctxMu.Unlock()
	if unmade {
		return ctx.server.ctx.Value(key)
	}
	return ctx.withEnd().Value(key)
}

func (ctx *connContext) withEnd() context.Context {
	ctx.ctxMu.Lock()
	defer ctx.ctxMu.Unlock()
	if ctx.endable == nil {
		e := new(endContext)
		e.Context, e.finish = context.WithCancel(ctx.server.ctx)
		if ctx.ctxEnded {
			e.finish()
		} else {
			e.stop = watchHangup((*Conn)(ctx).stream(), e.finish)
		}
		ctx.endable = e
	}
	return ctx.endable
}

// cancel ends the context, and returns what it has ended, if there was anything.
func (c *Conn) cancel() *endContext {
	c.ctxMu.Lock()
	c.ctxEnded = true
	e := c.endable
	c.ctxMu.Unlock()
	if e != nil {
		e.finish()
	}
	return e
}

// endContext ends the context with its connection.
func (c *Conn) endContext() {
	if e := c.cancel(); e != nil && e.stop != nil {
		e.stop()
	}
}
