package main

import (
	"context"
	"fmt"
	"net"
	"net/rpc"
	"testing"

	"example.com/structpack/frame"
)

// A Service is what net/rpc calls: it returns what it gets.
type Service struct{}

// Echo is a call.
func (Service) Echo(args, reply *[]byte) error {
	*reply = *args
	return nil
}

// BenchmarkCalls has goroutines call over one connection, beside net/rpc.
func BenchmarkCalls(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("%d/frame", callers), func(b *testing.B) {
			layout := frame.MustLayout("!QI", frame.LengthAt(1), frame.RequestAt(0))
			s := &frame.Server{Layout: layout, Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
				return c.WriteFrame(f)
			}}
			defer s.Close()
			c := frame.NewClient(dial(b, func(ln net.Listener) { s.Serve(ln) }), layout)
			defer c.Close()
			call(b, callers, func(payload []byte) error {
				_, err := c.Call(b.Context(), payload)
				return err
			})
		})
		b.Run(fmt.Sprintf("%d/rpc", callers), func(b *testing.B) {
			s := rpc.NewServer()
			if err := s.Register(Service{}); err != nil {
				b.Fatal(err)
			}
			c := rpc.NewClient(dial(b, func(ln net.Listener) {
				if c, err := ln.Accept(); err == nil {
					s.ServeConn(c)
				}
			}))
			defer c.Close()
			call(b, callers, func(payload []byte) error {
				var reply []byte
				return c.Call("Service.Echo", &payload, &reply)
			})
		})
	}
}

// dial connects to what serves a listener of its own.
func dial(b *testing.B, serve func(net.Listener)) net.Conn {
	ln, remove, err := listen("tcp")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ln.Close(); remove() })
	go serve(ln)
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// call has so many goroutines call until the benchmark is over.
func call(b *testing.B, callers int, f func(payload []byte) error) {
	b.ReportAllocs()
	b.SetParallelism(callers)
	b.RunParallel(func(pb *testing.PB) {
		payload := make([]byte, 16)
		for pb.Next() {
			if err := f(payload); err != nil {
				b.Error(err)
			}
		}
	})
}
