package frame_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/frame"
)

type typedHeader struct {
	Magic  [2]byte
	Kind   uint8
	_      uint8
	Size   int `structpack:"H,length"`
	Stream uint32
}

// TestLayoutOf does with the layout of a type what one with a format does.
func TestLayoutOf(t *testing.T) {
	for _, prefix := range []string{"<", ">", "!"} {
		typed := frame.MustLayoutOf[typedHeader](prefix)
		plain := frame.MustLayout(prefix+"2sBxHI", frame.LengthAt(2))
		if typed.String() != plain.String() {
			t.Errorf("%v, want %v", typed, plain)
		}
		h := typedHeader{Magic: [2]byte{'o', 'k'}, Kind: 7, Stream: 9}
		want, err := plain.Append(nil, []byte("payload"), "ok", 7, 9)
		if err != nil {
			t.Fatal(err)
		}
		got, err := frame.Encode(nil, typed, &h, []byte("payload"))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("Encode: %x, %v, want %x", got, err, want)
		}
		var w bytes.Buffer
		fw := frame.NewWriter(&w, typed)
		if err := errors.Join(frame.WriteHeader(fw, &h, []byte("payload")), fw.Flush()); err != nil || !bytes.Equal(w.Bytes(), want) {
			t.Errorf("WriteHeader: %x, %v, want %x", w.Bytes(), err, want)
		}
		f, err := frame.NewReader(&w, typed).Next()
		if err != nil {
			t.Fatal(err)
		}
		back, err := frame.Decode[typedHeader](f)
		h.Size = len("payload")
		if err != nil || back != h || string(f.Payload) != "payload" {
			t.Errorf("Decode: %+v, %q, %v, want %+v", back, f.Payload, err, h)
		}
	}
}

func TestLayoutOfServer(t *testing.T) {
	layout := frame.MustLayoutOf[typedHeader]("!")
	s := &frame.Server{Layout: layout, Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
		h, err := frame.Decode[typedHeader](f)
		if err != nil {
			return err
		}
		h.Stream++
		return frame.WriteHeader(&c.Writer, &h, f.Payload)
	}}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := frame.NewConn(conn, layout)
	if err := frame.WriteHeader(&c.Writer, &typedHeader{Stream: 41}, []byte("ping")); err != nil {
		t.Fatal(err)
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	f, err := c.Next()
	if err != nil {
		t.Fatal(err)
	}
	if h, err := frame.Decode[typedHeader](f); err != nil || h.Stream != 42 || h.Size != 4 {
		t.Errorf("%+v, %v", h, err)
	}
	c.Close()
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	<-served
}

func TestLayoutOfErrors(t *testing.T) {
	type two struct{ A, B uint16 }
	type both struct {
		A uint16 `structpack:",length"`
		B uint16 `structpack:",length"`
	}
	type array struct {
		A [2]uint16 `structpack:",length"`
	}
	errorOf := func(l *frame.Layout, err error) string {
		if l != nil {
			t.Errorf("%v and %v", l, err)
		}
		return fmt.Sprint(err)
	}
	for _, tt := range []struct{ got, want string }{
		{errorOf(frame.NewLayoutOf[typedHeader]("@")), `frame: layout of frame_test.typedHeader: the prefix is "@", and not one of ! < and >`},
		{errorOf(frame.NewLayoutOf[typedHeader]("")), `the prefix is "", and not one of ! < and >`},
		{errorOf(frame.NewLayoutOf[typedHeader]("!H")), `the prefix is "!H", and not one of ! < and >`},
		{errorOf(frame.NewLayoutOf[struct{ A string }]("!")), `.A of type string has no code of its own: the tag structpack:"16s" gives it one`},
		{errorOf(frame.NewLayoutOf[two]("!")), `frame: layout "!HH": `},
		{errorOf(frame.NewLayoutOf[both]("!")), `frame: layout of frame_test.both: values 0 and 1 both have the tag length`},
		{errorOf(frame.NewLayoutOf[array]("!")), `the tag structpack:",length" means nothing: a length is an integer`},
		{errorOf(frame.NewLayoutOf[typedHeader]("!", frame.LengthAt(1))), `its tag says which field is the length, and so does an option`},
	} {
		if !strings.Contains(tt.got, tt.want) {
			t.Errorf("got  %s\nwant %s", tt.got, tt.want)
		}
	}
	if _, err := frame.NewLayoutOf[struct{ A string }]("!"); !errors.Is(err, structpack.ErrType) {
		t.Error(err)
	}
	if l, err := frame.NewLayoutOf[two](">", frame.LengthAt(1)); err != nil {
		t.Errorf("%v, %v", l, err)
	}
	defer func() {
		if recover() == nil {
			t.Error("MustLayoutOf does not panic")
		}
	}()
	frame.MustLayoutOf[two]("!")
}
