//go:build !race && !purego && (386 || amd64 || arm64 || ppc64le || s390x)

package frame_test

import (
	"testing"

	"example.com/structpack/frame"
)

// What is written are variables: the compiler keeps constants in interfaces in
// static memory, and a contract shown with those alone would say nothing.
var (
	allocID     uint16 = 60_000
	allocKind   uint8  = 200
	allocInt           = 50_000
	allocTag           = []byte("tag!")
	allocHeader        = header{ID: 7, Kind: 2}
)

// TestAllocations is the contract that reading and writing frames does not
// allocate, on streams and over connections.
func TestAllocations(t *testing.T) {
	if testing.CoverMode() != "" {
		t.Skip("what counts coverage keeps Cut and Parse from being inlined, and then they allocate a Header")
	}
	stream, _ := messages(16, 200, 0, 4096, 3)
	src := &circle{b: stream}
	r := frame.NewReader(src, idKind)
	w := frame.NewWriter(src, idKind)
	tagged := frame.NewWriter(src, frame.MustLayout("!4sIH", frame.LengthAt(1)))
	payload, dst := make([]byte, 100), make([]byte, 0, 1000)
	large := make([]byte, 60_000)
	var f frame.Frame
	var id uint16
	var size uint32
	echo := &frame.Server{Layout: idKind, Handle: echo}
	ln := listenTCP(t)
	serve(t, echo, ln)
	c := dial(t, transports[0], ln)
	echoes := func(payload []byte) error {
		if err := c.Write(payload, allocID, allocKind); err != nil {
			return err
		}
		_, err := c.Next()
		return err
	}
	ctx := t.Context()
	here, there := transports[0].connect(t)
	pairs := frame.NewConn(here, idKind)
	pair, _ := messages(5, 0)

	for _, tt := range []struct {
		name string
		run  func() error
	}{
		{"Next", func() (err error) { f, err = r.Next(); return err }},
		{"Uint and Scan", func() error { id = uint16(f.Uint(0)); return f.Scan(&id, nil, &size) }},
		{"Decode", func() error { _, err := frame.Decode[header](f); return err }},
		{"Write", func() error { return w.Write(payload, allocID, allocKind) }},
		{"Write of an int", func() error { return w.Write(payload, allocInt, int32(allocKind)) }},
		{"Write of 60 KB", func() error { return w.Write(large, allocID, allocKind) }},
		{"Write of bytes", func() error { return tagged.Write(payload, allocTag, allocID) }},
		{"WriteFrame", func() error { return w.WriteFrame(f) }},
		{"WriteHeader", func() error { return frame.WriteHeader(w, &allocHeader, payload) }},
		{"Append", func() error { _, err := idKind.Append(dst, payload, allocID, allocKind); return err }},
		{"Encode", func() error { _, err := frame.Encode(dst, idKind, &allocHeader, payload); return err }},
		{"Cut", func() error { _, _, err := idKind.Cut(stream); return err }},
		{"Parse", func() error { _, err := idKind.Parse(stream[:23]); return err }},
		{"an echo over TCP", func() error { return echoes(payload) }},
		{"an echo of 1000 bytes over TCP", func() error { return echoes(large[:1000]) }},
		{"an echo of 60 KB over TCP", func() error { return echoes(large) }},
		{"NextContext of a frame that is there", func() error {
			if _, err := there.Write(pair); err != nil {
				return err
			}
			if _, err := pairs.Next(); err != nil {
				return err
			}
			_, err := pairs.NextContext(ctx)
			return err
		}},
	} {
		if n := testing.AllocsPerRun(1000, func() {
			if err := tt.run(); err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
		}); n > 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
	c.Close()
}
