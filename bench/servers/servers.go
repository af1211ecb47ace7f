//go:build linux

package main

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"time"

	"example.com/structpack/frame"
	"github.com/cloudwego/netpoll"
	"github.com/lesismal/nbio"
	"github.com/lesismal/nbio/logging"
	"github.com/panjf2000/gnet/v2"
)

// servers echo frames: a length of four bytes, and as many. What one read has brought is
// answered by one write.
var servers = []struct {
	name  string
	serve func(addr string)
	idle  bool // it echoes nothing, and is in the table of idle connections alone
}{
	{"frame.Server", func(addr string) { serveFrame(addr, 0) }, false},
	{"frame.Server, ParkAfter -1", func(addr string) { serveFrame(addr, -1) }, false},
	{"gnet", serveGnet, false},
	{"nbio", serveNbio, false},
	{"netpoll", serveNetpoll, false},
	{"a goroutine alone", serveGoroutines, true},
}

const (
	headSize = 4
	largest  = 1 << 20
)

var errTooLarge = errors.New("too large")

// frames returns so many frames, whose payloads differ.
func frames(n, size int) (b []byte) {
	for i := range n {
		b = binary.BigEndian.AppendUint32(b, uint32(size))
		for j := range size {
			b = append(b, byte(i+j))
		}
	}
	return b
}

// echo appends the whole frames that in begins with to out, one by one, and returns how
// long they are.
func echo(out, in []byte) (_ []byte, n int, err error) {
	for len(in)-n >= headSize {
		size := binary.BigEndian.Uint32(in[n:])
		if size > largest {
			return out, n, errTooLarge
		}
		end := n + headSize + int(size)
		if end > len(in) {
			break
		}
		out = binary.BigEndian.AppendUint32(out, size)
		out = append(out, in[n+headSize:end]...)
		n = end
	}
	return out, n, nil
}

// outs are buffers for what is written.
var outs = sync.Pool{New: func() any { return new([]byte) }}

func serveFrame(addr string, parkAfter time.Duration) {
	ln, err := net.Listen("tcp", addr)
	check(err)
	s := frame.Server{
		Layout:     frame.MustLayout("!I", frame.LengthAt(0)),
		MaxPayload: largest,
		ParkAfter:  parkAfter,
		Handle:     func(_ context.Context, c *frame.Conn, f frame.Frame) error { return c.Write(f.Payload) },
	}
	check(s.Serve(ln))
}

type gnetHandler struct{ gnet.BuiltinEventEngine }

func (*gnetHandler) OnTraffic(c gnet.Conn) gnet.Action {
	in, err := c.Peek(-1)
	if err != nil {
		return gnet.Close
	}
	out := outs.Get().(*[]byte)
	defer outs.Put(out)
	var n int
	*out, n, err = echo((*out)[:0], in)
	if err != nil {
		return gnet.Close
	}
	if n == 0 {
		return gnet.None
	}
	if _, err = c.Write(*out); err != nil {
		return gnet.Close
	}
	if _, err = c.Discard(n); err != nil {
		return gnet.Close
	}
	return gnet.None
}

func serveGnet(addr string) {
	check(gnet.Run(&gnetHandler{}, "tcp://"+addr, gnet.WithMulticore(true)))
}

// serveNbio keeps what is left of a frame as the session of its connection.
func serveNbio(addr string) {
	logging.SetLevel(logging.LevelNone) // it writes to the standard output
	engine := nbio.NewEngine(nbio.Config{Network: "tcp", Addrs: []string{addr}, MaxWriteBufferSize: 6 << 20})
	engine.OnData(func(c *nbio.Conn, in []byte) {
		rest, _ := c.Session().([]byte)
		if rest != nil {
			in = append(rest, in...)
		}
		out := outs.Get().(*[]byte)
		defer outs.Put(out)
		var n int
		var err error
		if *out, n, err = echo((*out)[:0], in); err != nil {
			c.Close()
			return
		}
		switch {
		case n < len(in):
			c.SetSession(append([]byte(nil), in[n:]...))
		case rest != nil:
			c.SetSession(nil)
		}
		if n > 0 {
			c.Write(*out)
		}
	})
	check(engine.Start())
}

// serveNetpoll waits for the rest of a frame in its handler, which netpoll calls again
// as long as a byte is left.
func serveNetpoll(addr string) {
	ln, err := netpoll.CreateListener("tcp", addr)
	check(err)
	loop, err := netpoll.NewEventLoop(func(_ context.Context, c netpoll.Connection) error {
		err := echoNetpoll(c.Reader(), c.Writer())
		if err != nil {
			c.Close()
		}
		return err
	})
	check(err)
	check(loop.Serve(ln))
}

func echoNetpoll(r netpoll.Reader, w netpoll.Writer) error {
	next := func(n int) ([]byte, error) {
		if r.Len() < n && w.MallocLen() > 0 {
			if err := w.Flush(); err != nil {
				return nil, err
			}
		}
		return r.Next(n)
	}
	for r.Len() > 0 {
		head, err := next(headSize)
		if err != nil {
			return err
		}
		size := binary.BigEndian.Uint32(head)
		if size > largest {
			return errTooLarge
		}
		payload, err := next(int(size))
		if err != nil {
			return err
		}
		out, err := w.Malloc(headSize + len(payload))
		if err != nil {
			return err
		}
		binary.BigEndian.PutUint32(out, size)
		copy(out[headSize:], payload)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return r.Release()
}

// serveGoroutines has a goroutine for each connection, which waits for a byte.
func serveGoroutines(addr string) {
	ln, err := net.Listen("tcp", addr)
	check(err)
	for {
		c, err := ln.Accept()
		check(err)
		go func() {
			defer c.Close()
			c.Read(make([]byte, 1))
		}()
	}
}
