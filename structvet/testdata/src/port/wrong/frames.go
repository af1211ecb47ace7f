package wrong

import (
	"bytes"
	"context"
	"io"
	"net"

	"example.com/structpack/frame"
)

var layout = frame.MustLayout("!HBI", frame.LengthAt(2))

type message struct {
	ID     uint16
	Kind   uint8
	Length uint32
}

type short struct {
	ID   uint16
	Kind uint8
}

func w201(w io.Writer) { frame.NewWriter(w, layout).Write([]byte("x"), 7, 1, 5) } // want `takes 2 values besides the length`
func w202(w io.Writer) {
	out := frame.NewWriter(w, layout)
	out.Write([]byte("x"), 7)          // want `takes 2 values`
	out.Write([]byte("x"), 7, 300)     // want `0 <= number <= 255`
	out.Write([]byte("x"), "seven", 1) // want `not an integer`
}
func w203(conn net.Conn) {
	c := frame.NewConn(conn, layout)
	c.Write([]byte("hello"), 70000, 1) // want `0 <= number <= 65535`
	f, err := c.Next()
	if err != nil {
		return
	}
	var id uint16
	var kind uint8
	f.Scan(&id, &kind) // want `expected 3 destinations`
}
func w204(ctx context.Context, conn net.Conn) {
	c := frame.NewConn(conn, layout)
	c.WriteContext(ctx, nil, 1, 2, 3) // want `takes 2 values`
}
func w205(b []byte) { layout.Append(nil, b, 1) }        // want `takes 2 values`
func w206(b []byte) { layout.Append(nil, b, 1, "two") } // want `not an integer`

var magic = frame.MustLayout("!9sI")

func w207(b []byte) uint64 {
	f, err := magic.Parse(b)
	if err != nil {
		return 0
	}
	return f.Uint(0) // want `Uint panics`
}
func w208(r io.Reader) {
	in := frame.NewReader(r, magic)
	for f, err := range in.Frames() {
		if err != nil {
			return
		}
		_ = f.Int(2) // want `no value 2`
	}
}
func w209(b []byte) {
	f, _, err := layout.Cut(b)
	if err != nil {
		return
	}
	frame.Decode[short](f) // want `wrong.short|no field`
}
func w210(w *bytes.Buffer) {
	out := frame.NewWriter(w, layout)
	frame.WriteHeader(out, &short{1, 2}, nil) // want `wrong.short|no field`
}
func w211(b []byte) { frame.Encode(nil, layout, &short{1, 2}, b) } // want `wrong.short|no field`

type session struct {
	conn *frame.Conn
	seq  uint16
}

func newSession(c net.Conn) *session { return &session{conn: frame.NewConn(c, layout)} }

func (s *session) w212() error { return s.conn.Write(nil, s.seq) } // want `takes 2 values`

var w213 = &frame.Server{
	Layout: layout,
	Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
		return c.Write(f.Payload, f.Uint(0)) // want `takes 2 values`
	},
}

var (
	w214 = frame.MustLayout("!HBI")                    // want `more than one integer`
	w215 = frame.MustLayout("HI", frame.LengthAt(1))   // want `must begin with`
	w216 = frame.MustLayout("!HBI", frame.LengthAt(3)) // want `value 3 is no integer`
)

func w217(b []byte) { layout.Header().Pack(1, 2) } // want `expected 3 items`
