package frame

import (
	"context"
	"sync"
	"time"
)

// A connContext is the context of a connection of a Server. A context with an end is made
// when somebody asks for the end, and the connection is watched from then on; most
// handlers do not.
type connContext struct {
	c      *Conn
	server *Server
	opened context.Context // what Open has returned, or nil

	mu    sync.Mutex
	ended bool
	*endContext
}

// An endContext is a context that can be ended.
type endContext struct {
	context.Context
	finish context.CancelFunc
	stop   func() // ends the watch; nil if there is none
}

// ofHandlers is what handlers get.
func (ctx *connContext) ofHandlers() context.Context {
	if ctx.opened != nil {
		return ctx.opened
	}
	return ctx
}

func (ctx *connContext) Deadline() (time.Time, bool) { return ctx.server.ctx.Deadline() }
func (ctx *connContext) Done() <-chan struct{}       { return ctx.made().Done() }
func (ctx *connContext) Err() error                  { return ctx.made().Err() }

// Value asks for no end: who looks for a value in vain has nothing watched. A context that
// is made from this one calls Done before it looks here for the parent that can be ended.
func (ctx *connContext) Value(key any) any {
	ctx.mu.Lock()
	unmade := ctx.endContext == nil && !ctx.ended
	ctx.mu.Unlock()
	if unmade {
		return ctx.server.ctx.Value(key)
	}
	return ctx.made().Value(key)
}

func (ctx *connContext) made() context.Context {
	ctx.mu.Lock()
	defer ctx.mu.Unlock()
	if ctx.endContext == nil {
		e := new(endContext)
		e.Context, e.finish = context.WithCancel(ctx.server.ctx)
		if ctx.ended {
			e.finish()
		} else {
			e.stop = watchHangup(ctx.c.stream(), e.finish)
		}
		ctx.endContext = e
	}
	return ctx.Context
}

// cancel returns what it has ended, if there was anything.
func (ctx *connContext) cancel() *endContext {
	ctx.mu.Lock()
	ctx.ended = true
	e := ctx.endContext
	ctx.mu.Unlock()
	if e != nil {
		e.finish()
	}
	return e
}

// end ends the context with its connection.
func (ctx *connContext) end() {
	if e := ctx.cancel(); e != nil && e.stop != nil {
		e.stop()
	}
}
