package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"example.com/structpack/frame"
	"github.com/libp2p/go-msgio"
	"golang.org/x/net/http2"
)

// layout is the layout of the frames that are sent, where a contestant has a choice: an
// id, a kind, and the length.
var layout = frame.MustLayout("!HBI", frame.LengthAt(2))

const headSize = 7

// An end is one end of a connection, for one goroutine that sends and one that
// receives, which may be the same.
type end interface {
	send(id uint16, payload []byte) error
	flush() error                                    // what send did not write
	receive() (id uint16, payload []byte, err error) // valid until the next call
}

// A peer is a contestant: it makes an end of a connection. The one that both ends
// of a connection are of.
type peer struct {
	name  string
	open  func(c io.ReadWriter) end
	serve func(net.Listener) // nil: with echo
}

var (
	byHand        = peer{name: "hand-written, a write a frame", open: func(c io.ReadWriter) end { return newHand(c, false) }}
	byHandLock    = peer{name: "hand-written, a write a frame, locked", open: func(c io.ReadWriter) end { return &locked{hand: newHand(c, false)} }}
	byHandBuf     = peer{name: "hand-written, bufio.Writer", open: func(c io.ReadWriter) end { return newHand(c, true) }}
	byHandBufLock = peer{name: "hand-written, bufio.Writer, locked", open: func(c io.ReadWriter) end { return &locked{hand: newHand(c, true)} }}
	byFrame       = peer{name: "frame", open: newFrameEnd, serve: serveFrames}
	byAppend      = peer{name: "frame, Layout.Append and a write for 32 KiB", open: func(c io.ReadWriter) end { return &appendEnd{frameEnd: newFrameEnd(c).(frameEnd), c: c} }, serve: serveFrames}
	byHeader      = peer{name: "frame, headers as structs", open: func(c io.ReadWriter) end { return headerEnd{newFrameEnd(c).(frameEnd)} }}
	byMsgio       = peer{name: "go-msgio", open: func(c io.ReadWriter) end { return &msgioEnd{r: msgio.NewReader(c), w: msgio.NewWriter(c)} }}
	byMsgioBuf    = peer{name: "go-msgio over bufio", open: newMsgioBuf}
	byHTTP2       = peer{name: "http2.Framer over bufio", open: newHTTP2}
)

// hand is the loop that one writes by hand.
type hand struct {
	c   io.Writer
	r   *bufio.Reader
	w   *bufio.Writer // nil: a write a frame
	in  []byte
	out []byte
}

func newHand(c io.ReadWriter, buffered bool) *hand {
	h := &hand{c: c, r: bufio.NewReader(c)}
	if buffered {
		h.w = bufio.NewWriterSize(c, 32<<10)
	}
	return h
}

const largest = 1 << 20

var errTooLarge = errors.New("too large")

func (h *hand) send(id uint16, payload []byte) error {
	b := binary.BigEndian.AppendUint16(h.out[:0], id)
	b = append(b, 1)
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	if h.w != nil {
		h.out = b
		if _, err := h.w.Write(b); err != nil {
			return err
		}
		_, err := h.w.Write(payload)
		return err
	}
	b = append(b, payload...)
	h.out = b
	_, err := h.c.Write(b)
	return err
}

func (h *hand) flush() error {
	if h.w == nil || h.w.Buffered() == 0 {
		return nil
	}
	return h.w.Flush()
}

func (h *hand) receive() (uint16, []byte, error) {
	if h.w != nil && h.r.Buffered() == 0 {
		if err := h.flush(); err != nil {
			return 0, nil, err
		}
	}
	head, err := h.r.Peek(headSize)
	if err != nil {
		return 0, nil, err
	}
	id, n := binary.BigEndian.Uint16(head), int(binary.BigEndian.Uint32(head[3:]))
	if n > largest {
		return 0, nil, errTooLarge
	}
	if _, err := h.r.Discard(headSize); err != nil {
		return 0, nil, err
	}
	if n > cap(h.in) {
		h.in = make([]byte, n)
	}
	_, err = io.ReadFull(h.r, h.in[:n])
	return id, h.in[:n], err
}

// locked is hand with what it takes to send from many goroutines, as a
// frame.Writer and a msgio.Writer have it.
type locked struct {
	*hand
	mu sync.Mutex
}

func (l *locked) send(id uint16, payload []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hand.send(id, payload)
}

func (l *locked) flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hand.flush()
}

// frameEnd is an end made of package frame.
type frameEnd struct {
	r *frame.Reader
	w *frame.Writer
}

func newFrameEnd(c io.ReadWriter) end {
	if nc, ok := c.(net.Conn); ok {
		f := frame.NewConn(nc, layout)
		return frameEnd{&f.Reader, &f.Writer}
	}
	return frameEnd{frame.NewReader(c, layout), frame.NewWriter(c, layout)}
}

func (f frameEnd) send(id uint16, payload []byte) error { return f.w.Write(payload, id, uint8(1)) }
func (f frameEnd) flush() error                         { return f.w.Flush() }

func (f frameEnd) receive() (uint16, []byte, error) {
	m, err := f.r.Next()
	if err != nil {
		return 0, nil, err
	}
	return uint16(m.Uint(0)), m.Payload, nil
}

// appendEnd collects frames itself, without a Writer.
type appendEnd struct {
	frameEnd
	c   io.Writer
	out []byte
}

func (a *appendEnd) send(id uint16, payload []byte) (err error) {
	if a.out, err = layout.Append(a.out, payload, id, uint8(1)); err != nil || len(a.out) < 32<<10 {
		return err
	}
	return a.flush()
}

func (a *appendEnd) flush() error {
	_, err := a.c.Write(a.out)
	a.out = a.out[:0]
	return err
}

// A frameHeader is the header of layout.
type frameHeader struct {
	ID     uint16
	Kind   uint8
	Length uint32
}

// headerEnd has its headers as structs.
type headerEnd struct{ frameEnd }

func (f headerEnd) send(id uint16, payload []byte) error {
	return frame.WriteHeader(f.w, &frameHeader{ID: id, Kind: 1}, payload)
}

func (f headerEnd) receive() (uint16, []byte, error) {
	m, err := f.r.Next()
	if err != nil {
		return 0, nil, err
	}
	h, err := frame.Decode[frameHeader](m)
	return h.ID, m.Payload, err
}

func serveFrames(ln net.Listener) { newFrameServer(0).Serve(ln) }

func newFrameServer(parkAfter time.Duration) *frame.Server {
	return &frame.Server{Layout: layout, ParkAfter: parkAfter, Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
		return c.Write(f.Payload, f.Uint(0), f.Uint(1))
	}}
}

// msgioEnd has frames of a length alone; the id is the first two bytes of the
// payload, if there are as many.
type msgioEnd struct {
	r    msgio.Reader
	w    msgio.Writer
	in   *bufio.Reader
	out  *bufio.Writer
	last []byte
}

func newMsgioBuf(c io.ReadWriter) end {
	e := &msgioEnd{in: bufio.NewReader(c), out: bufio.NewWriterSize(c, 32<<10)}
	e.r, e.w = msgio.NewReader(e.in), msgio.NewWriter(e.out)
	return e
}

func (m *msgioEnd) send(_ uint16, payload []byte) error { return m.w.WriteMsg(payload) }

func (m *msgioEnd) flush() error {
	if m.out == nil {
		return nil
	}
	return m.out.Flush()
}

func (m *msgioEnd) receive() (id uint16, payload []byte, err error) {
	if m.in != nil && m.in.Buffered() == 0 {
		if err := m.flush(); err != nil {
			return 0, nil, err
		}
	}
	m.r.ReleaseMsg(m.last)
	m.last, err = m.r.ReadMsg()
	return 0, m.last, err
}

// http2End sends DATA frames; the id is the stream's.
type http2End struct {
	f   *http2.Framer
	in  *bufio.Reader
	out *bufio.Writer
}

func newHTTP2(c io.ReadWriter) end {
	e := &http2End{in: bufio.NewReader(c), out: bufio.NewWriterSize(c, 32<<10)}
	e.f = http2.NewFramer(e.out, e.in)
	e.f.SetReuseFrames()
	e.f.SetMaxReadFrameSize(1<<24 - 1)
	return e
}

func (h *http2End) send(id uint16, payload []byte) error {
	return h.f.WriteData(uint32(id)|1, false, payload)
}

func (h *http2End) flush() error { return h.out.Flush() }

func (h *http2End) receive() (uint16, []byte, error) {
	if h.in.Buffered() == 0 {
		if err := h.flush(); err != nil {
			return 0, nil, err
		}
	}
	f, err := h.f.ReadFrame()
	if err != nil {
		return 0, nil, err
	}
	data, ok := f.(*http2.DataFrame)
	if !ok {
		return 0, nil, errors.New("not a DATA frame")
	}
	return uint16(data.StreamID), data.Data(), nil
}

// echo answers all connections of a listener.
func (p peer) echo(ln net.Listener) {
	if p.serve != nil {
		p.serve(ln)
		return
	}
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			e := p.open(c)
			for {
				id, payload, err := e.receive()
				if err != nil || e.send(id, payload) != nil {
					return
				}
			}
		}()
	}
}
