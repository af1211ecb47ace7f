package structpack_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"example.com/structpack"
	"github.com/google/go-cmp/cmp"
)

// TestScanFunctions sees that the functions do what the methods of a Struct do.
func TestScanFunctions(t *testing.T) {
	const data = "\x01\x00\x02\x03"
	for _, tt := range []struct {
		name, format, data string
		offset             int // for ScanFrom; Scan is for 0
		dests              []any
		want               []any
		kind               error
	}{
		{name: "good", format: "<BHB", data: data, dests: []any{new(byte), new(uint16), new(int)}, want: []any{byte(1), uint16(0x200), 3}},
		{name: "at an offset", format: "<BB", data: data, offset: 1, dests: []any{new(byte), new(any)}, want: []any{byte(0), byte(2)}},
		{name: "from the end", format: ">H", data: data, offset: -2, dests: []any{new(uint16)}, want: []any{uint16(0x203)}},
		{name: "at the end", format: "", data: data, offset: 4},
		{name: "bad format", format: "<By", data: data, dests: []any{new(byte)}, kind: structpack.ErrFormat},
		{name: "too short", format: "<BI", data: data, dests: []any{new(byte), new(uint32)}, kind: structpack.ErrBuffer},
		{name: "beyond the end", format: "<H", data: data, offset: 3, dests: []any{new(uint16)}, kind: structpack.ErrBuffer},
		{name: "across the end", format: "<H", data: data, offset: -1, dests: []any{new(uint16)}, kind: structpack.ErrBuffer},
		{name: "before the beginning", format: "<H", data: data, offset: -5, dests: []any{new(uint16)}, kind: structpack.ErrBuffer},
		{name: "the largest offset", format: "<H", data: data, offset: math.MaxInt, dests: []any{new(uint16)}, kind: structpack.ErrBuffer},
		{name: "the smallest offset", format: "<H", data: data, offset: math.MinInt, dests: []any{new(uint16)}, kind: structpack.ErrBuffer},
		{name: "too few destinations", format: "<BHB", data: data, dests: []any{new(byte)}, kind: structpack.ErrCount},
		{name: "a wrong destination", format: "<BHB", data: data, dests: []any{new(byte), new(int8), new(byte)}, kind: structpack.ErrType},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := pointees(tt.dests)
			check := func(way string, scan, method func() error) {
				err := scan()
				if !errors.Is(err, tt.kind) {
					t.Errorf("%s: %v, want %v", way, err, tt.kind)
				}
				want := tt.want
				if tt.kind != nil {
					want = before
				}
				if diff := cmp.Diff(want, pointees(tt.dests)); diff != "" && len(tt.dests) > 0 {
					t.Errorf("%s: %s", way, diff)
				}
				if other := method(); fmt.Sprint(err) != fmt.Sprint(other) {
					t.Errorf("%s: %v, and the method %v", way, err, other)
				}
			}
			s, compileErr := structpack.Compile(tt.format)
			of := func(call func() error) func() error {
				if compileErr != nil {
					return func() error { return compileErr }
				}
				return call
			}
			b := []byte(tt.data)
			check("ScanFrom", func() error { return structpack.ScanFrom(tt.format, b, tt.offset, tt.dests...) },
				of(func() error { return s.ScanFrom(b, tt.offset, tt.dests...) }))
			if tt.offset == 0 {
				check("Scan", func() error { return structpack.Scan(tt.format, b, tt.dests...) },
					of(func() error { return s.Scan(b, tt.dests...) }))
			}
		})
	}
}

// TestScanCString has C strings at the limits of their fields.
func TestScanCString(t *testing.T) {
	for _, tt := range []struct{ format, data, want string }{
		{"5s", "ab\x00cd", "ab"}, {"5s", "abcde", "abcde"}, {"5s", "\x00abcd", ""}, {"5s", "abcd\x00", "abcd"},
		{"5s", "a\x00b\x00c", "a"}, {"1s", "\x00", ""}, {"0s", "", ""}, {"5p", "\x04ab\x00d", "ab"}, {"5p", "\x03abcd", "abc"}, {"0p", "", ""},
	} {
		text := "before"
		if err := structpack.Scan(tt.format, []byte(tt.data), structpack.CString(&text)); err != nil || text != tt.want {
			t.Errorf("%s of %q: %q, %v, want %q", tt.format, tt.data, text, err, tt.want)
		}
	}
	text := "before"
	for _, dest := range []any{structpack.CString(&text), structpack.CString(nil)} {
		if err := structpack.Scan("<H", []byte("ab"), dest); !errors.Is(err, structpack.ErrType) || text != "before" {
			t.Errorf("for a number: %q, %v", text, err)
		}
	}
	if err := structpack.Scan("2s", []byte("ab"), structpack.CString(nil)); !errors.Is(err, structpack.ErrType) {
		t.Errorf("a nil pointer: %v", err)
	}
}

// TestStructStreams reads structures of several sizes to the end of a stream, which ends
// after each number of bytes, from readers of every kind.
func TestStructStreams(t *testing.T) {
	broken := errors.New("broken")
	ways := []struct {
		name string
		of   func(io.Reader) io.Reader
	}{
		{"at once", func(r io.Reader) io.Reader { return r }},
		{"byte by byte", iotest.OneByteReader},
		{"half of it", iotest.HalfReader},
		{"the end with the data", iotest.DataErrReader},
		{"bufio.Reader", func(r io.Reader) io.Reader { return bufio.NewReaderSize(r, 16) }},
		{"bufio.Reader byte by byte", func(r io.Reader) io.Reader { return bufio.NewReaderSize(iotest.OneByteReader(r), 16) }},
	}
	for _, size := range []int{2, 16, 17} { // 17 is too large for the buffer of the bufio.Reader
		s := structpack.MustCompile(fmt.Sprintf("<%dxH", size-2))
		data := make([]byte, 3*size)
		for i := range 3 {
			data[(i+1)*size-2] = byte(i + 1)
		}
		for _, way := range ways {
			for n := range len(data) + 1 {
				for _, end := range []error{io.EOF, broken} {
					r := way.of(io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(end)))
					want := end
					if n%size > 0 && end == io.EOF {
						want = io.ErrUnexpectedEOF
					}
					var v uint16
					read := 0
					err := s.Read(r, &v)
					for ; err == nil && read < 4; err = s.Read(r, &v) {
						if read++; int(v) != read {
							t.Fatalf("%s, size %d: record %d is %d", way.name, size, read, v)
						}
					}
					if err != want || read != n/size || int(v) != read {
						t.Errorf("%s, size %d, %d bytes: %d records, the last %d, %v, want %v", way.name, size, n, read, v, err, want)
					}
				}
			}
		}
		// Not a byte more is taken, and one of a wrong destination is taken.
		r := bytes.NewReader(data)
		if err := s.Read(r, new(string)); !errors.Is(err, structpack.ErrType) || r.Len() != 2*size {
			t.Errorf("size %d: %v, %d bytes are left", size, err, r.Len())
		}
	}
}

// TestStructReadAgain sees that what arrived before an error of a connection is there
// for the next call.
func TestStructReadAgain(t *testing.T) {
	late := errors.New("late")
	r := bufio.NewReader(io.MultiReader(strings.NewReader("\x01"), &once{err: late}, strings.NewReader("\x02")))
	var v uint16
	s := structpack.MustCompile(">H")
	if err := s.Read(r, &v); err != late || v != 0 {
		t.Errorf("%d, %v", v, err)
	}
	if err := s.Read(r, &v); err != nil || v != 0x102 {
		t.Errorf("%#x, %v", v, err)
	}
	// A structure that just fits into the buffer.
	r = bufio.NewReaderSize(io.MultiReader(strings.NewReader("0123456789"), &once{err: late}, strings.NewReader("abcdef")), 16)
	var text string
	s = structpack.MustCompile("16s")
	if err := s.Read(r, &text); err != late || text != "" {
		t.Errorf("%q, %v", text, err)
	}
	if err := s.Read(r, &text); err != nil || text != "0123456789abcdef" {
		t.Errorf("%q, %v", text, err)
	}
}

// A once returns an error one time, and then ends.
type once struct{ err error }

func (r *once) Read([]byte) (int, error) {
	err := r.err
	r.err = io.EOF
	return 0, err
}

// TestStructReadAt reads headers at offsets of a file.
func TestStructReadAt(t *testing.T) {
	s := structpack.MustCompile(">HH")
	file := strings.NewReader("..\x00\x01\x00\x02\x00\x03\x00\x04end")
	for _, tt := range []struct {
		off  int64
		a, b uint16
		err  error
	}{
		{2, 1, 2, nil}, {6, 3, 4, nil}, {9, 4<<8 | 'e', 'n'<<8 | 'd', nil}, {10, 0, 0, io.ErrUnexpectedEOF}, {12, 0, 0, io.ErrUnexpectedEOF},
		{13, 0, 0, io.EOF}, {1 << 40, 0, 0, io.EOF}, {math.MaxInt64, 0, 0, io.EOF},
	} {
		var a, b uint16
		if err := s.ReadAt(file, tt.off, &a, &b); err != tt.err || a != tt.a || b != tt.b {
			t.Errorf("at %d: %d %d, %v, want %d %d, %v", tt.off, a, b, err, tt.a, tt.b, tt.err)
		}
	}
	if err := s.ReadAt(file, -1, nil, nil); err == nil || err == io.EOF {
		t.Errorf("before the beginning: %v", err)
	}
	if err := s.ReadAt(file, 2, nil); !errors.Is(err, structpack.ErrCount) {
		t.Errorf("too few destinations: %v", err)
	}
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestStructReadMemory sees that Read takes memory for what arrives and not for what the
// format claims, and keeps no large buffer.
func TestStructReadMemory(t *testing.T) {
	huge := structpack.MustCompile(fmt.Sprintf("<%dx", math.MaxInt32))
	for name, read := range map[string]func() error{
		"Read":   func() error { return huge.Read(strings.NewReader("abc")) },
		"ReadAt": func() error { return huge.ReadAt(strings.NewReader("abc"), 0) },
		"bufio":  func() error { return huge.Read(bufio.NewReader(strings.NewReader("abc"))) },
	} {
		if n := allocated(func() {
			if err := read(); err != io.ErrUnexpectedEOF {
				t.Errorf("%s: %v", name, err)
			}
		}); n > 1<<20 {
			t.Errorf("%s: %d bytes for a structure of which 3 arrived", name, n)
		}
	}
	var last byte
	large := structpack.MustCompile("<999999xB")
	if err := large.Read(bytes.NewReader(append(make([]byte, 999999), 7)), &last); err != nil || last != 7 {
		t.Errorf("%d, %v", last, err)
	}
	if n := structpack.KeptBuffer(); n > 64<<10 {
		t.Errorf("a buffer of %d bytes is kept", n)
	}
}

// TestSliceLimit has results that are larger than any slice: an error comes before they
// are asked for.
func TestSliceLimit(t *testing.T) {
	const n = 1 << 20
	s := structpack.MustCompile(fmt.Sprintf("<%dB", n))
	data := make([]byte, n)
	values, kept := slices.Repeat([]any{1}, n), []any{"kept"}
	list := make([]byte, n)
	structpack.LimitSlices(t, n)
	var wide []uint32
	narrow := make([]byte, 0, n)
	for _, tt := range []struct {
		name string
		call func() error
		ok   bool
	}{
		{"Unpack", func() error { _, err := s.Unpack(data); return err }, false},
		{"UnpackFrom", func() error { _, err := s.UnpackFrom(data, 0); return err }, false},
		{"IterUnpack", func() error { _, err := s.IterUnpack(data); return err }, false},
		{"IterUnpack of nothing", func() error { _, err := s.IterUnpack(nil); return err }, true},
		{"AppendUnpack", func() error {
			got, err := s.AppendUnpack(kept, data)
			if len(got) != 1 || got[0] != "kept" {
				t.Errorf("AppendUnpack: dst is %d values", len(got))
			}
			return err
		}, false},
		{"function Unpack", func() error { _, err := structpack.Unpack(s.Format(), data); return err }, false},
		{"Scan into a wider slice", func() error { return s.Scan(data, &wide) }, false},
		{"ScanFrom into a wider slice", func() error { return s.ScanFrom(data, 0, &wide) }, false},
		{"Read into a wider slice", func() error { return s.Read(bufio.NewReaderSize(bytes.NewReader(data), 16), &wide) }, false},
		{"Scan into a slice that fits", func() error { return s.Scan(data, &narrow) }, true},
		{"AppendPack", func() error {
			got, err := s.AppendPack([]byte("kept"), values...)
			if string(got) != "kept" {
				t.Errorf("AppendPack: dst is %d bytes", len(got))
			}
			return err
		}, false},
		{"AppendPack of a slice", func() error { _, err := s.AppendPack([]byte("kept"), any(values)); return err }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var err error
			size := allocated(func() { err = tt.call() })
			if tt.ok && err != nil || !tt.ok && !errors.Is(err, structpack.ErrBuffer) {
				t.Errorf("got %v", err)
			}
			if !strings.HasPrefix(tt.name, "Read") && size > n/2 {
				t.Errorf("%d bytes are allocated", size)
			}
			if wide != nil {
				t.Errorf("a slice of %d elements", len(wide))
			}
		})
	}
	if got, err := s.Pack(list); err != nil || len(got) != n {
		t.Errorf("Pack: %d bytes, %v", len(got), err)
	}
	structpack.LimitSlices(t, n-1)
	if got, err := s.Pack(list); !errors.Is(err, structpack.ErrBuffer) || got != nil {
		t.Errorf("Pack: %d bytes, %v", len(got), err)
	}
}

// TestErrorRecord sees which record of a batch an error is about.
func TestErrorRecord(t *testing.T) {
	c := structpack.MustCodec[struct{ A int }]("<B")
	for _, bad := range []int{0, 1, 63, 64, 199} {
		records := make([]struct{ A int }, 200)
		records[bad].A = 256
		records[199].A = 256
		got, err := c.AppendPackSlice([]byte("kept"), records)
		var e *structpack.Error
		if !errors.As(err, &e) || !errors.Is(err, structpack.ErrRange) || e.Record() != bad || e.Index != 0 || string(got) != "kept" {
			t.Errorf("record %d: %q, %v", bad, got, err)
		} else if want := fmt.Sprintf("record %d: ", bad); !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	_, err := c.Pack(&struct{ A int }{256})
	var e *structpack.Error
	if !errors.As(err, &e) || e.Record() != -1 {
		t.Errorf("without a batch: %v", err)
	}
	if _, err = structpack.Compile("y"); !errors.As(err, &e) || e.Record() != -1 {
		t.Errorf("a bad format: %v", err)
	}
}

// TestErrorsInLongFormats sees that errors name the item of their value, however many
// items are before it.
func TestErrorsInLongFormats(t *testing.T) {
	for _, unit := range []string{"b", "B h", "3bi", "0q2Hx", "4s b"} {
		for _, prefix := range []string{"@", "<"} {
			s := structpack.MustCompile(prefix + strings.Repeat(unit+" ", 10000/len(strings.Fields(unit))))
			values, dests := make([]any, s.NumValues()), make([]any, s.NumValues())
			for i := range values {
				values[i] = 1
			}
			fields := s.Fields()
			for _, f := range fields {
				if f.Code == "s" {
					values[f.Index] = "text"
				}
			}
			buf := make([]byte, s.Size())
			for _, index := range []int{0, 1, 62, 63, 64, 65, 127, 128, 129, 5000, 5001, len(values) - 2, len(values) - 1} {
				i := slices.IndexFunc(fields, func(f structpack.Field) bool { return f.Index <= index && index < f.Index+f.Values })
				was := values[index]
				values[index], dests[index] = struct{}{}, new(chan int)
				_, pack := s.Pack(values...)
				_, function := structpack.Pack(s.Format(), values...)
				for way, err := range map[string]error{"Pack": pack, "function Pack": function, "PackInto": s.PackInto(buf, 0, values...), "Scan": s.Scan(buf, dests...)} {
					var e *structpack.Error
					if !errors.As(err, &e) || !errors.Is(err, structpack.ErrType) || e.Index != index || e.Pos != fields[i].Pos || !strings.Contains(err.Error(), "('"+fields[i].Code+"' at ") {
						t.Errorf("%s of %q, value %d: %v, want the item at byte %d", way, unit, index, err, fields[i].Pos)
					}
				}
				values[index], dests[index] = was, nil
			}
		}
	}
}
