package frame_test

import (
	"fmt"
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
			ln := listenTCP(b)
			serve(b, &frame.Server{Layout: layout, Handle: echo}, ln)
			conn, err := dialListener(ln)
			if err != nil {
				b.Fatal(err)
			}
			c := frame.NewClient(conn, layout)
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
			ln := listenTCP(b)
			defer ln.Close()
			go func() {
				for {
					conn, err := ln.Accept()
					if err != nil {
						return
					}
					go s.ServeConn(conn)
				}
			}()
			conn, err := dialListener(ln)
			if err != nil {
				b.Fatal(err)
			}
			c := rpc.NewClient(conn)
			defer c.Close()
			call(b, callers, func(payload []byte) error {
				var reply []byte
				return c.Call("Service.Echo", &payload, &reply)
			})
		})
	}
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
