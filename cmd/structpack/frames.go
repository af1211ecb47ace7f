package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"

	"example.com/structpack"
	"example.com/structpack/frame"
	"example.com/structpack/internal/cut"
	"example.com/structpack/internal/show"
)

const framesHelp = `Usage: structpack frames [OPTION...] FORMAT [RULE...] FILE

Cuts a stream into frames, headers with the length of what follows, and shows
each. The format is the header's; the rules say which of its values is the
length, and what that counts, as in package frame:

  LengthAt(2)    the value with the length, if it is not the only integer
  CountsFrom(1)  the length counts the header from this value on
  CountsHeader   the length counts the whole header too
  Trailer(1)     bytes at the end that the length does not count
  Fixed(0, 7)    value 0 is always 7
  NoPayload      a frame is its header, and no value of it a length

Instead of a file (- is standard input) the stream may be a connection. Then
standard input has the frames to send, as JSON objects with header and payload
such as --json prints, and a header without its length and its fixed values.

  --json           print a JSON object for every frame
  --short          print a line for every frame, without its bytes
  --fields NAMES   names with commas between them, one for every value of the
                   header or one for every item
  --hex            the input is a dump of xxd, hexdump, od, tcpdump or Wireshark
  --offset N       the frames begin at offset N
  --max N          the largest payload; without it 1 MiB
  --tcp ADDRESS    connect to HOST:PORT
  --unix PATH      connect to a Unix-domain socket
  --listen ADDRESS wait for one connection, at HOST:PORT or the path of a
                   socket; with --tcp or --unix too, pass on what both sides
                   send, and show it
  --color WHEN     always, never, or auto: on a terminal, unless NO_COLOR is set
`

// A framer shows frames, and makes them of JSON.
type framer struct {
	*call
	layout  *cut.Layout
	head    *record
	max     int
	drawing *show.Drawing
	live    bool // the stream is a connection

	mu sync.Mutex // two directions are shown by two goroutines
}

func (c *call) frames() error {
	f := &framer{call: c, max: 1 << 20, live: c.has("tcp") || c.has("unix") || c.has("listen")}
	file := 1
	if f.live {
		file = 0
	}
	if len(c.args) < 1+file {
		return usageError("frames takes a format, rules and a file; see structpack frames --help")
	}
	rules := c.args[1 : len(c.args)-file]
	if err := f.init(c.args[0], strings.Join(rules, ",")); err != nil {
		return err
	}
	if f.live {
		return f.converse()
	}
	in, done, err := c.openFile(c.args[len(c.args)-1])
	if err != nil {
		return err
	}
	defer done()
	in, at, err := c.skip(in)
	if err != nil {
		return err
	}
	return f.show(c.stream(in), "", at)
}

// init makes the layout.
func (f *framer) init(format, rules string) (err error) {
	if f.drawing, err = f.call.drawing(); err != nil {
		return err
	}
	if f.has("max") {
		n, err := number("max", f.value("max"))
		if err != nil {
			return err
		}
		f.max = n
	}
	layout, err := cut.Parse(format, rules)
	var wrong *cut.RuleError
	switch {
	case errors.As(err, &wrong) && wrong.Name != "":
		return usageError(fmt.Sprintf("%v%s; see structpack frames --help", err, meant(wrong.Name, cut.Rules)))
	case errors.As(err, &wrong):
		return usageError(err.Error())
	case err != nil:
		return err
	}
	f.layout = layout
	s := f.layout.Header()
	if f.head, err = f.record(s); err != nil {
		return err
	}
	return nil
}

// show shows the frames of a stream that begins at an address.
func (f *framer) show(in io.Reader, from string, at int64) error {
	rest := &tail{Reader: in}
	r := frame.NewReader(rest, f.layout.Layout)
	r.MaxPayload = f.max
	for n := 0; ; n++ {
		got, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			if err = f.print(n, at, from, got, 0); err != nil {
				return err
			}
			size := len(got.Head) + len(got.Payload)
			at += int64(size)
			rest.b = rest.b[size:]
			continue
		}
		if err == io.ErrUnexpectedEOF {
			size := f.payloadSize(rest.b)
			if err := f.printPart(n, at, from, rest.b, size); err != nil {
				return err
			}
			head, there := f.head.s.Size(), show.Count(len(rest.b), "byte")
			if size >= 0 {
				err = fmt.Errorf("%w: %s of %d: header %d, payload %d", err, there, int64(head)+size, head, size)
			} else {
				err = fmt.Errorf("%w: %s of the %d of its header", err, there, head)
			}
		}
		return fmt.Errorf("frame %d at %08x: %w", n, at, err)
	}
}

// A tail keeps what was read of a stream and belongs to no frame yet.
type tail struct {
	io.Reader
	b []byte
}

func (t *tail) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	t.b = append(t.b, p[:n]...)
	return n, err
}

// payloadSize returns how long the payload of the frame is that b begins with, or -1 if
// not all of its header is there.
func (f *framer) payloadSize(b []byte) int64 {
	_, size, err := frame.NewReader(bytes.NewReader(b), f.layout.Layout).ReadHeader()
	if err != nil {
		return -1
	}
	return size
}

// printPart shows what there is of the last frame of a stream that ends inside it. The
// size is that of payloadSize.
func (f *framer) printPart(n int, at int64, from string, b []byte, size int64) error {
	head := f.head.s.Size()
	if size >= 0 {
		return f.print(n, at, from, frame.Frame{Header: &frame.Header{Head: b[:head:head]}, Payload: b[head:]}, size-int64(len(b)-head))
	}
	if f.json { // there are no values
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heading(n, at, from)
	fmt.Fprintf(f.out, " missing %d of %d of its header\n", head-len(b), head)
	if f.has("short") {
		return f.flush()
	}
	l := &show.Layout{Struct: f.head.s, ABI: structpack.HostABI(), Columns: f.head.columns, Data: b, Base: at}
	if err := f.drawing.Grid(l, l.Rows(false)); err != nil {
		return err
	}
	f.out.WriteByte('\n')
	return f.flush()
}

// heading begins the line of a frame.
func (f *framer) heading(n int, at int64, from string) {
	if from != "" {
		fmt.Fprintf(f.out, "%s ", from)
	}
	fmt.Fprintf(f.out, "frame %d at %08x:", n, at)
}

// A shownFrame is what --json prints of a frame, and what it sends.
type shownFrame struct {
	From    string          `json:"from,omitempty"` // of a conversation: who sent it
	Frame   int             `json:"frame"`
	At      int64           `json:"at"`
	Header  json.RawMessage `json:"header"`
	Payload string          `json:"payload"`
	Missing int64           `json:"missing,omitempty"` // bytes of the payload, at the end of the stream
}

// print shows one frame, of which some bytes may be missing.
func (f *framer) print(n int, at int64, from string, got frame.Frame, missing int64) error {
	values, err := f.head.s.Unpack(got.Head[:f.head.s.Size()])
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.json {
		header := appendJSON(nil, f.head.jsonValues(values))
		if f.head.named != nil {
			header = f.head.appendObject(nil, values)
		}
		payload, _ := show.FormatJSON("p", got.Payload).(string)
		if err := f.printJSON(shownFrame{from, n, at, header, payload, missing}); err != nil {
			return err
		}
		return f.flush()
	}
	f.heading(n, at, from)
	for _, column := range f.head.columns {
		for i := range column.Count {
			f.out.WriteByte(' ')
			if f.head.named != nil {
				f.out.WriteString(column.Label(i) + "=")
			}
			f.out.WriteString(show.FormatText(column.Field.Code, values[column.First+i]))
		}
	}
	fmt.Fprintf(f.out, ", %s", show.Count(len(got.Payload), "byte"))
	if missing > 0 {
		fmt.Fprintf(f.out, " (missing %d of %d)", missing, int64(len(got.Payload))+missing)
	}
	f.out.WriteByte('\n')
	if !f.has("short") {
		if err := f.grid(at, got); err != nil {
			return err
		}
	}
	return f.flush()
}

// flush writes what a conversation has shown. A file is shown when its input is.
func (f *framer) flush() error {
	if f.live {
		return f.out.Flush()
	}
	return nil
}

// grid draws the bytes of a frame.
func (f *framer) grid(at int64, got frame.Frame) error {
	format := fmt.Sprintf("%s%ds", f.head.s.Format(), len(got.Payload))
	s, err := structpack.Compile(format)
	if err != nil {
		return err
	}
	fields := s.Fields()
	columns := append(slices.Clone(f.head.columns), show.Column{Name: "payload", Field: fields[len(fields)-1], First: s.NumValues() - 1, Count: 1})
	l := &show.Layout{Struct: s, ABI: structpack.HostABI(), Columns: columns, Data: append(slices.Clip(got.Head), got.Payload...), Base: at}
	if err := f.drawing.Grid(l, l.Rows(false)); err != nil {
		return err
	}
	return f.out.WriteByte('\n')
}

// converse connects to one peer or waits for one, or both.
func (f *framer) converse() error {
	var client, server net.Conn
	var err error
	if address := f.value("listen"); address != "" {
		network := "tcp"
		if strings.ContainsAny(address, `/\`) {
			network = "unix"
		}
		listener, err := net.Listen(network, address)
		if err != nil {
			return err
		}
		if f.env.listening != nil {
			f.env.listening(listener.Addr())
		}
		client, err = listener.Accept()
		listener.Close()
		if err != nil {
			return err
		}
		defer client.Close()
	}
	switch {
	case f.has("tcp"):
		server, err = net.Dial("tcp", f.value("tcp"))
	case f.has("unix"):
		server, err = net.Dial("unix", f.value("unix"))
	default:
		return f.talk(client)
	}
	if err != nil {
		return err
	}
	defer server.Close()
	if client == nil {
		return f.talk(server)
	}
	return f.tap(client, server)
}

// talk sends the frames of standard input, and shows what comes back.
func (f *framer) talk(conn net.Conn) error {
	sent := make(chan error, 1)
	go func() {
		err := f.send(conn)
		if half, ok := conn.(interface{ CloseWrite() error }); ok && err == nil {
			err = half.CloseWrite()
		}
		sent <- err
		if err != nil {
			conn.Close() // nothing more is to come
		}
	}()
	err := f.show(conn, "", 0)
	if f.env.piped { // what is given is sent, also to a peer that has ended its side
		return cmp.Or(<-sent, err)
	}
	select {
	case failed := <-sent:
		return cmp.Or(failed, err)
	default: // nobody may be typing
		return err
	}
}

// send writes the frames that standard input has as JSON.
func (f *framer) send(conn net.Conn) error {
	d := json.NewDecoder(f.in)
	var buf []byte
	for n := 0; ; n++ {
		var raw json.RawMessage
		if err := d.Decode(&raw); err == io.EOF {
			return nil
		} else if err != nil {
			return &badInput{"record", n, err}
		}
		var err error
		if buf, err = f.frame(buf[:0], raw); err != nil {
			return &badInput{"record", n, err}
		}
		if _, err := conn.Write(buf); err != nil {
			return err
		}
	}
}

// frame appends a frame that is given as JSON.
func (f *framer) frame(dst []byte, raw json.RawMessage) ([]byte, error) {
	if err := lossless(raw); err != nil {
		return nil, err
	}
	var given shownFrame
	if err := json.Unmarshal(raw, &given); err != nil || len(given.Header) == 0 {
		return nil, errors.New("a JSON object with header and payload is expected")
	}
	payload, err := show.ParseText("s", given.Payload)
	if err != nil {
		return nil, err
	}
	values, err := f.values(given.Header)
	if err != nil {
		return nil, err
	}
	return f.layout.Append(dst, payload.([]byte), values...)
}

// omitted are the values that package frame writes itself, in order.
func (f *framer) omitted() []int {
	all := slices.Clone(f.layout.Fixed)
	if f.layout.Length >= 0 {
		all = append(all, f.layout.Length)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// values returns the values of a header without those that package frame writes,
// which may be given too.
func (f *framer) values(header json.RawMessage) ([]any, error) {
	n, omitted := f.head.s.NumValues(), f.omitted()
	without := func(values []any) []any {
		for _, i := range slices.Backward(omitted) {
			values = slices.Delete(values, i, i+1)
		}
		return values
	}
	var values []any
	if header[0] == '{' && f.head.named != nil {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(header, &object); err != nil {
			return nil, err
		}
		for _, i := range omitted {
			if column := f.head.columnOf(i); !column.List { // it need not be known
				object[column.Name] = appendJSON(nil, f.any(column))
			}
		}
		values, err := f.head.fromObject(appendJSON(nil, object))
		if err != nil {
			return nil, err
		}
		return without(values), nil
	}
	if err := decode(header, &values); err != nil {
		return nil, errors.New("a header is an array of values, or an object with --fields")
	}
	if len(values) == n-len(omitted) {
		for _, i := range omitted {
			values = slices.Insert(values, i, f.any(f.head.columnOf(i)))
		}
	}
	if len(values) != n {
		return nil, fmt.Errorf("the header has %d values besides its length and fixed ones (got %d)", n-len(omitted), len(values))
	}
	if err := f.head.convert(values); err != nil {
		return nil, err
	}
	return without(values), nil
}

// any is a value that a column takes.
func (f *framer) any(column *show.Column) any {
	if strings.Contains("csp", column.Field.Code) {
		return "0"
	}
	return json.Number("0")
}

// columnOf returns the column of a value.
func (r *record) columnOf(value int) *show.Column {
	for i := range r.columns {
		if c := &r.columns[i]; c.First <= value && value < c.First+c.Count {
			return c
		}
	}
	return &show.Column{List: true}
}

// tap passes on what two peers send each other, and shows their frames. What is not
// a frame is passed on too.
func (f *framer) tap(client, server net.Conn) error {
	shown := make(chan error, 2)
	way := func(to, from net.Conn, name string) {
		r, w := io.Pipe()
		go func() {
			err := f.show(r, name, 0)
			io.Copy(io.Discard, r) // what comes after a mistake
			shown <- err
		}()
		io.Copy(io.MultiWriter(to, w), from)
		if half, ok := to.(interface{ CloseWrite() error }); ok {
			half.CloseWrite()
		}
		w.Close()
	}
	go way(client, server, "server")
	way(server, client, "client")
	return errors.Join(<-shown, <-shown)
}
