package frame_test

import (
	"fmt"
	"io"
	"testing"

	"example.com/structpack/frame"
)

func BenchmarkAppend(b *testing.B) {
	payload, dst := make([]byte, 16), make([]byte, 0, 1000)
	for b.Loop() {
		if _, err := idKind.Append(dst, payload, benchID, benchKind); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	payload := make([]byte, 16)
	w := frame.NewWriter(io.Discard, idKind)
	for b.Loop() {
		if err := w.Write(payload, benchID, benchKind); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNext(b *testing.B) {
	stream, _ := messages(16, 16, 16, 16, 16, 16, 16, 16)
	r := frame.NewReader(&circle{b: stream}, idKind)
	for b.Loop() {
		if _, err := r.Next(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEcho has so many frames in flight on one connection of a Server.
func BenchmarkEcho(b *testing.B) {
	for _, flight := range []int{1, 16, 64} {
		b.Run(fmt.Sprint(flight), func(b *testing.B) {
			ln := listenTCP(b)
			serve(b, &frame.Server{Layout: idKind, Handle: echo}, ln)
			c := dial(b, transports[0], ln)
			payload := make([]byte, 16)
			for b.Loop() {
				for range flight {
					if err := c.Write(payload, benchID, benchKind); err != nil {
						b.Fatal(err)
					}
				}
				for range flight {
					if _, err := c.Next(); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*flight), "ns/frame")
			c.Close()
		})
	}
}

// Variables, as the compiler keeps constants in interfaces in static memory.
var (
	benchID   uint16 = 60_000
	benchKind uint8  = 200
)
