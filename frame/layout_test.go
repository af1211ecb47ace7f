package frame_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/frame"
	"github.com/google/go-cmp/cmp"
)

// protocols are those of the package's documentation, each with a frame of it as
// its specification or its programs write them.
var protocols = []struct {
	name    string
	layout  *frame.Layout
	bytes   string // in hexadecimal
	payload string
	values  []any // without the length
	source  string
}{
	{"DNS over TCP", frame.MustLayout("!H"), "001d 1234 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001",
		"1234 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001", nil, "RFC 1035, section 4.2.2"},
	{"PostgreSQL", frame.MustLayout("!cI", frame.CountsFrom(1)), "51 0000000d 53454c4543542031 00",
		"53454c4543542031 00", []any{byte('Q')}, "PostgreSQL 15, section 55.7: Query"},
	{"PostgreSQL start-up", frame.MustLayout("!I", frame.CountsHeader()), "00000008 04d2162f", "04d2162f", nil, "PostgreSQL 15, section 55.7: SSLRequest"},
	{"Kafka", frame.MustLayout("!i"), "0000000a 0012 0000 00000001 ffff", "0012 0000 00000001 ffff", nil, "ApiVersions request, version 0"},
	{"Erlang {packet,1}", frame.MustLayout("!B"), "02 6f6b", "6f6b", nil, "inet:setopts/2"},
	{"Erlang {packet,2}", frame.MustLayout("!H"), "0002 6f6b", "6f6b", nil, "inet:setopts/2"},
	{"Erlang {packet,4}", frame.MustLayout("!I"), "00000002 6f6b", "6f6b", nil, "inet:setopts/2"},
	{"logging SocketHandler", frame.MustLayout(">L"), "00000003 80042e", "80042e", nil, "logging/handlers.py, makePickle"},
	{"ssh-agent", frame.MustLayout("!IB", frame.LengthAt(0), frame.CountsFrom(1)), "00000001 0b", "", []any{11}, "SSH_AGENTC_REQUEST_IDENTITIES"},
	{"BGP", frame.MustLayout("!16sHB", frame.LengthAt(1), frame.CountsHeader()), "ffffffffffffffffffffffffffffffff 0013 04",
		"", []any{strings.Repeat("\xff", 16), 4}, "RFC 4271, section 4.4: KEEPALIVE"},
	{"MongoDB", frame.MustLayout("<iiii", frame.LengthAt(0), frame.CountsHeader()), "15000000 01000000 00000000 dd070000 0000000000",
		"0000000000", []any{1, 0, 2013}, "OP_MSG"},
	{"AMQP 0-9-1", frame.MustLayout("!BHI", frame.LengthAt(2), frame.Trailer(1)), "08 0000 00000000 ce", "ce", []any{8, 0}, "AMQP 0-9-1, section 4.2.3: heartbeat"},
	{"memcached, binary", frame.MustLayout("!BBHBBHIIQ", frame.LengthAt(6)), "80 00 0005 00 00 0000 00000005 00000000 0000000000000000 48656c6c6f",
		"48656c6c6f", []any{0x80, 0, 5, 0, 0, 0, 0, 0}, "binary protocol: Get"},
	{"TLS records", frame.MustLayout("!BHH", frame.LengthAt(2)), "15 0303 0002 0100", "0100", []any{21, 0x303}, "RFC 8446, section 5.1: close_notify"},
	{"RADIUS, in datagrams", frame.MustLayout("!BBH16s", frame.LengthAt(2), frame.CountsHeader()), "02 07 0014 000102030405060708090a0b0c0d0e0f",
		"", []any{2, 7, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"}, "RFC 2865: Access-Accept"},
	{"pcap, after its header", frame.MustLayout("<IIII", frame.LengthAt(2)), "01000000 02000000 03000000 04000000 aabbcc", "aabbcc", []any{1, 2, 4}, "pcap(5), after the file header"},
	{"Zabbix", frame.MustLayout("<4sBII", frame.LengthAt(2)), "5a425844 01 0a000000 00000000 6167656e742e70696e67",
		"6167656e742e70696e67", []any{"ZBXD", 1, 0}, "Zabbix 6.0, header"},
	{"FastCGI", frame.MustLayout("!BBHHBx", frame.LengthFunc(fastCGI)), "01 05 0001 0003 05 00 616263 0000000000",
		"616263 0000000000", []any{1, 5, 1, 3, 5}, "FastCGI 1.0, section 3.3: content and padding"},
	{"HTTP/2", frame.MustLayout("!BHBBI", frame.LengthFunc(http2)), "000008 06 00 00000000 0102030405060708",
		"0102030405060708", []any{0, 8, 6, 0, 0}, "RFC 9113, section 4.1: 24 bits"},
	{"multiprocessing", frame.MustLayout("!i", frame.LengthFunc(multiprocessing)), "00000002 6869", "6869", []any{2}, "multiprocessing/connection.py"},
	{"multiprocessing, large", frame.MustLayout("!i", frame.LengthFunc(multiprocessing)), "ffffffff 0000000000000002 6869", "6869", []any{-1}, "multiprocessing/connection.py"},
}

// TestProtocolsOfTheDocumentation is that the table in the package's
// documentation is that of protocols: what it says makes the layouts that are
// tested.
func TestProtocolsOfTheDocumentation(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Skip("no sources: ", err)
	}
	row := regexp.MustCompile(`(?m)^//\t(\S.*?) {2,}"(\S+?)"((?:, \w+\(\w*\))*) {2,}(\S.*)$`)
	said := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(string(doc), -1) {
		var rules []frame.Option
		for _, rule := range regexp.MustCompile(`(\w+)\((\w*)\)`).FindAllStringSubmatch(m[3], -1) {
			n, _ := strconv.Atoi(rule[2])
			switch rule[1] {
			case "LengthAt":
				rules = append(rules, frame.LengthAt(n))
			case "CountsFrom":
				rules = append(rules, frame.CountsFrom(n))
			case "CountsHeader":
				rules = append(rules, frame.CountsHeader())
			case "Trailer":
				rules = append(rules, frame.Trailer(n))
			case "LengthFunc":
				rules = append(rules, frame.LengthFunc(map[string]func([]byte) (int64, error){
					"fastCGI": fastCGI, "http2": http2, "multiprocessing": multiprocessing}[rule[2]]))
			default:
				t.Errorf("%s: unknown rule %s", m[1], rule[0])
			}
		}
		said[m[1]] = frame.MustLayout(m[2], rules...).String()
	}
	tested := map[string]string{}
	for _, tt := range protocols {
		tested[strings.TrimSuffix(tt.name, ", large")] = tt.layout.String()
	}
	if diff := cmp.Diff(said, tested); diff != "" {
		t.Errorf("said and tested: %s", diff)
	}
}

func fastCGI(head []byte) (int64, error) {
	return int64(binary.BigEndian.Uint16(head[4:])) + int64(head[6]), nil
}

func http2(head []byte) (int64, error) {
	return int64(head[0])<<16 | int64(binary.BigEndian.Uint16(head[1:])), nil
}

func multiprocessing(head []byte) (int64, error) {
	n := int64(int32(binary.BigEndian.Uint32(head)))
	switch {
	case n != -1:
		return n, nil
	case len(head) == 4:
		return 8, frame.ErrMoreHead
	}
	return int64(binary.BigEndian.Uint64(head[4:])), nil
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func TestProtocols(t *testing.T) {
	for _, tt := range protocols {
		t.Run(tt.name, func(t *testing.T) {
			whole, payload := unhex(tt.bytes), unhex(tt.payload)
			f, err := tt.layout.Parse(whole)
			if err != nil || !bytes.Equal(f.Payload, payload) || !bytes.Equal(append(f.Head, f.Payload...), whole) {
				t.Errorf("Parse: %x, %x, %v", f.Head, f.Payload, err)
			}
			more := append(clone(whole), 1, 2)
			f, rest, err := tt.layout.Cut(more)
			if err != nil || !bytes.Equal(f.Payload, payload) || !bytes.Equal(rest, []byte{1, 2}) {
				t.Errorf("Cut: %x, %x, %v", f.Payload, rest, err)
			}
			var size *frame.SizeError
			if _, err := tt.layout.Parse(more); !errors.Is(err, frame.ErrLength) || !errors.As(err, &size) {
				t.Errorf("Parse with more: %v", err)
			}
			for n := 1; n < len(whole); n++ {
				if _, rest, err := tt.layout.Cut(whole[:n]); err != io.ErrUnexpectedEOF || len(rest) != n {
					t.Errorf("Cut of %d bytes: %v", n, err)
				}
				if _, err := tt.layout.Parse(whole[:n]); err != io.ErrUnexpectedEOF {
					t.Errorf("Parse of %d bytes: %v", n, err)
				}
			}
			r := frame.NewReader(bytes.NewReader(whole), tt.layout)
			if f, err := r.Next(); err != nil || !bytes.Equal(f.Payload, payload) {
				t.Errorf("Next: %x, %v", f.Payload, err)
			}
			tail := payload
			if tt.name == "multiprocessing, large" {
				tail = whole[4:] // the longer header is the caller's to write
			}
			got, err := tt.layout.Append([]byte("kept"), tail, tt.values...)
			if err != nil || !bytes.Equal(got, append([]byte("kept"), whole...)) {
				t.Errorf("Append: %x, %v, want %x", got, err, whole)
			}
		})
	}
}

func clone(b []byte) []byte { return append([]byte{}, b...) }

func TestLayoutErrors(t *testing.T) {
	zero := func([]byte) (int64, error) { return 0, nil }
	for _, tt := range []struct {
		format string
		rules  []frame.Option
		want   string
	}{
		{"!HI", nil, `frame: layout "!HI": more than one integer, and no LengthAt`},
		{"!2H", nil, `frame: layout "!2H": more than one integer, and no LengthAt`},
		{"HI", nil, `frame: layout "HI": the format must begin with <, > or !: otherwise it is laid out as on this machine only`},
		{"", nil, `frame: layout "": the format must begin with <, > or !: otherwise it is laid out as on this machine only`},
		{"@I", nil, `frame: layout "@I": the format must begin with <, > or !: otherwise it is laid out as on this machine only`},
		{"=I", nil, `frame: layout "=I": the format must begin with <, > or !: otherwise it is laid out as on this machine only`},
		{"!4s", nil, `frame: layout "!4s": no integer that could be the length`},
		{"!c?d", nil, `frame: layout "!c?d": no integer that could be the length`},
		{"!", nil, `frame: layout "!": a header of no bytes`},
		{"!0s", []frame.Option{frame.LengthFunc(zero)}, `frame: layout "!0s": a header of no bytes`},
		{"!Ij", nil, `frame: layout: structpack: compile "!Ij": "j" at byte 2: bad char in struct format`},
		{"!Id", []frame.Option{frame.LengthAt(1)}, `frame: layout "!Id": value 1 is no integer of it`},
		{"!Ic", []frame.Option{frame.LengthAt(1)}, `frame: layout "!Ic": value 1 is no integer of it`},
		{"!I", []frame.Option{frame.LengthAt(1)}, `frame: layout "!I": value 1 is no integer of it`},
		{"!I", []frame.Option{frame.LengthAt(-1)}, `frame: layout "!I": value -1 is no integer of it`},
		{"!I", []frame.Option{frame.CountsFrom(1)}, `frame: layout "!I": it has no value 1 to count from`},
		{"!I", []frame.Option{frame.CountsHeader(), frame.CountsFrom(-1)}, `frame: layout "!I": it has no value -1 to count from`},
		{"!I", []frame.Option{frame.Trailer(-1)}, `frame: layout "!I": a trailer of -1 bytes`},
		{"!I", []frame.Option{frame.LengthFunc(zero), frame.LengthAt(0)}, `frame: layout "!I": LengthFunc and NoPayload go with no other rule of the length`},
		{"!B255s", []frame.Option{frame.CountsHeader()}, `frame: layout "!B255s": its length cannot express the 256 bytes of the header that it counts`},
		{"!I", []frame.Option{frame.LengthFunc(nil)}, `frame: layout "!I": LengthFunc of nil`},
		{"!I", []frame.Option{nil}, `frame: layout "!I": a rule that is nil`},
		{"!5000sI", nil, `frame: layout "!5000sI": a header of 5004 bytes is too large (limit 4096)`},
		{"!4095sH", nil, `frame: layout "!4095sH": a header of 4097 bytes is too large (limit 4096)`},
		{"!4096B0s", []frame.Option{frame.LengthAt(0)}, `frame: layout "!4096B0s": a header of 4097 values is too large (limit 4096)`},
	} {
		l, err := frame.NewLayout(tt.format, tt.rules...)
		if l != nil || err == nil || err.Error() != tt.want {
			t.Errorf("%q: got  %v\nwant %s", tt.format, err, tt.want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("MustLayout does not panic")
		}
	}()
	frame.MustLayout("I")
}

// TestSmallestFrame is a header that fills its length: no payload fits.
func TestSmallestFrame(t *testing.T) {
	l := frame.MustLayout("!B254s", frame.CountsHeader())
	if b, err := l.Append(nil, nil, ""); err != nil || len(b) != 255 || b[0] != 255 {
		t.Errorf("%x, %v", b, err)
	}
	if _, err := l.Append(nil, []byte("a"), ""); !errors.Is(err, frame.ErrTooLarge) {
		t.Errorf("a payload: %v", err)
	}
}

// TestRefusedPayload is the rule that nothing is allocated for a length that is refused,
// for the side that writes.
func TestRefusedPayload(t *testing.T) {
	payload := make([]byte, 16<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := frame.MustLayout("!H").Append(nil, payload)
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, frame.ErrTooLarge) || taken > 1<<20 {
		t.Errorf("%v, and %d bytes", err, taken)
	}
}

// TestLargestLayouts are those that are just not too large.
func TestLargestLayouts(t *testing.T) {
	for _, format := range []string{"!4096B", "!4095B0s", "!4094sH"} {
		l, err := frame.NewLayout(format, frame.LengthAt(1))
		if err != nil {
			t.Fatal(err)
		}
		values := make([]any, l.Header().NumValues()-1)
		for i := range values {
			values[i] = 0
		}
		if format != "!4096B" {
			values[max(0, len(values)-1)] = ""
		}
		b, err := l.Append(nil, []byte("ab"), values...)
		if err != nil {
			t.Fatal(format, err)
		}
		if f, err := l.Parse(b); err != nil || string(f.Payload) != "ab" || f.Uint(1) != 2 {
			t.Errorf("%s: %v, %v", format, f, err)
		}
	}
}

// TestHeadersAreNotOnlyIntegers appends headers that look as if they were: what is
// passed is packed as structpack packs it, and padding is zero.
func TestHeadersAreNotOnlyIntegers(t *testing.T) {
	dirty := func() []byte { return bytes.Repeat([]byte{0xff}, 100)[:0] }
	if b, err := frame.MustLayout("!cI").Append(dirty(), nil, 65); !errors.Is(err, structpack.ErrType) {
		t.Errorf("an integer for c: %x, %v", b, err)
	}
	for _, tt := range []struct {
		format string
		value  any
		want   string
	}{
		{"!cI", "A", "4100000002"},
		{"!?I", 2, "0100000002"},
		{"!BxI", 2, "020000000002"},
		{"!B3xI", 2, "0200000000000002"},
		{"!fB", 2, "4000000002"},
		{"!hB", -2, "fffe02"},
		{"!qB", int64(math.MinInt64), "800000000000000002"},
		{"!QB", uint64(math.MaxUint64), "ffffffffffffffff02"},
		{"<hB", int16(-2), "feff02"},
	} {
		b, err := frame.MustLayout(tt.format, frame.LengthAt(1)).Append(dirty(), []byte("ab"), tt.value)
		if got := hex.EncodeToString(b); err != nil || got != tt.want+"6162" {
			t.Errorf("%s of %v: %s, %v", tt.format, tt.value, got, err)
		}
	}
}

// TestLengthAtEveryPlace makes every integer of a header the length in turn, among
// others of the same repeat count too, and holds that what is appended is what Pack
// makes of all values, whether there is room for it or not, and that errors count
// the values as Pack does.
func TestLengthAtEveryPlace(t *testing.T) {
	for format, values := range map[string][]any{
		"!4H":           {1, uint16(2), 3, 4},
		"<I3xB2hx":      {uint32(1), 2, int16(-3), -4},
		">2s0HbcfQ20sd": {[]byte("ab"), int8(-1), byte(0), float32(0.5), uint64(7), "twenty", 0.25},
		"<c3q4x5pBe":    {byte('x'), -1, int64(-2), -3, "pas", 9, 1.5},
		"!hH":           {namedInt(-5), namedInt(6)},
	} {
		head := structpack.MustCompile(format)
		payload := []byte("payload")
		for at := range values {
			layout, err := frame.NewLayout(format, frame.LengthAt(at))
			if err != nil {
				continue // no integer
			}
			all := slices.Clone(values)
			all[at] = len(payload)
			if _, ok := values[at].([]byte); ok { // an s, which is big-endian here
				all[at] = []byte{0, byte(len(payload))}
			}
			want, err := head.Pack(all...)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, payload...)
			rest := slices.Delete(slices.Clone(all), at, at+1)
			for _, room := range []int{0, 200} {
				dst := bytes.Repeat([]byte{0xee}, room)[:0]
				if got, err := layout.Append(dst, payload, rest...); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s, length at %d, room for %d: % x, %v, want % x", format, at, room, got, err, want)
				}
				for i := range rest {
					bad := slices.Clone(rest)
					bad[i] = struct{}{}
					place := i
					if i >= at {
						place++
					}
					var e *structpack.Error
					if _, err := layout.Append(dst, payload, bad...); !errors.As(err, &e) || e.Index != place || e.Format != format {
						t.Errorf("%s, length at %d, bad value %d: %v", format, at, place, err)
					}
				}
			}
		}
	}
}

type namedInt int

func TestLayoutString(t *testing.T) {
	for _, tt := range []struct {
		layout *frame.Layout
		want   string
	}{
		{frame.MustLayout("!HBI", frame.LengthAt(2)), `frame layout "!HBI": header of 7 bytes, length in value 2`},
		{frame.MustLayout("!x2HB", frame.LengthAt(1), frame.CountsFrom(1)), `frame layout "!x2HB": header of 6 bytes, length in value 1, which counts 3 bytes of the header`},
		{frame.MustLayout("!xH", frame.CountsHeader()), `frame layout "!xH": header of 3 bytes, length in value 0, which counts 3 bytes of the header`},
		{frame.MustLayout("!BHI", frame.LengthAt(2), frame.Trailer(1)), `frame layout "!BHI": header of 7 bytes, length in value 2, which does not count the last 1 bytes`},
		{frame.MustLayout("!B", frame.LengthFunc(fastCGI)), `frame layout "!B": header of 1 bytes, length computed`},
	} {
		if got := tt.layout.String(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
	if f := frame.MustLayout("!I").Header().Format(); f != "!I" {
		t.Error(f)
	}
}

// TestLengths goes to the limits of every code, reading and writing.
func TestLengths(t *testing.T) {
	for _, tt := range []struct {
		format string
		rules  []frame.Option
		max    int // the largest payload
	}{
		{"!b", nil, 127},
		{"!B", nil, 255},
		{"<h", nil, 32767},
		{"!H", nil, 65535},
		{"!B", []frame.Option{frame.CountsHeader()}, 254},
		{"!bB", []frame.Option{frame.LengthAt(0), frame.CountsHeader()}, 125},
		{"!B", []frame.Option{frame.Trailer(2)}, 257},
		{"<H", []frame.Option{frame.CountsFrom(0), frame.Trailer(3)}, 65536},
	} {
		l := frame.MustLayout(tt.format, tt.rules...)
		values := make([]any, l.Header().NumValues()-1)
		for i := range values {
			values[i] = 0
		}
		b, err := l.Append(nil, make([]byte, tt.max), values...)
		if err != nil {
			t.Errorf("%v: %d bytes: %v", l, tt.max, err)
			continue
		}
		if f, err := l.Parse(b); err != nil || len(f.Payload) != tt.max {
			t.Errorf("%v: %d bytes: read %d, %v", l, tt.max, len(f.Payload), err)
		}
		var size *frame.SizeError
		b, err = l.Append([]byte("kept"), make([]byte, tt.max+1), values...)
		if !errors.Is(err, frame.ErrTooLarge) || !errors.As(err, &size) || size.Size != int64(tt.max+1) || size.Limit != int64(tt.max) || string(b) != "kept" {
			t.Errorf("%v: %d bytes: %q, %v", l, tt.max+1, b, err)
		}
	}
	for _, tt := range []struct {
		layout *frame.Layout
		head   string
		err    error
		size   int64
		limit  int64
	}{
		{frame.MustLayout("!i"), "ffffffff", frame.ErrLength, -1, 0},
		{frame.MustLayout("!i"), "80000000", frame.ErrLength, math.MinInt32, 0},
		{frame.MustLayout("<q"), "0000000000000080", frame.ErrLength, math.MinInt64, 0},
		{frame.MustLayout("!q", frame.CountsHeader()), "8000000000000000", frame.ErrLength, math.MinInt64, 0},
		{frame.MustLayout("!q", frame.CountsHeader()), "8000000000000009", frame.ErrLength, math.MinInt64 + 1, 0},
		{frame.MustLayout("!cI", frame.CountsFrom(1)), "5100000003", frame.ErrLength, -1, 0},
		{frame.MustLayout("!16sHB", frame.LengthAt(1), frame.CountsHeader()), strings.Repeat("ff", 16) + "001204", frame.ErrLength, -1, 0},
		{frame.MustLayout("!b", frame.Trailer(2)), "ff", frame.ErrLength, 1, 2},
		{frame.MustLayout("!H", frame.CountsHeader(), frame.Trailer(3)), "0001", frame.ErrLength, 2, 3},
		{frame.MustLayout("!Q"), "ffffffffffffffff", frame.ErrTooLarge, math.MaxInt64, math.MaxInt},
		{frame.MustLayout("!I", frame.LengthFunc(func([]byte) (int64, error) { return -5, nil })), "00000000", frame.ErrLength, -5, 0},
		{frame.MustLayout("!I", frame.LengthFunc(func([]byte) (int64, error) { return 5000, frame.ErrMoreHead })), "00000000", frame.ErrTooLarge, 5000, 4092},
		{frame.MustLayout("!I", frame.LengthFunc(func([]byte) (int64, error) { return 0, frame.ErrMoreHead })), "00000000", frame.ErrTooLarge, 0, 4092},
	} {
		head := unhex(tt.head)
		check := func(how string, err error) {
			t.Helper()
			var size *frame.SizeError
			if !errors.Is(err, tt.err) || !errors.As(err, &size) {
				t.Errorf("%v, %s: %v, want %v", tt.layout, how, err, tt.err)
				return
			}
			if diff := cmp.Diff([]any{size.Size, size.Limit, size.Head}, []any{tt.size, tt.limit, head}); diff != "" {
				t.Errorf("%v, %s: %s", tt.layout, how, diff)
			}
		}
		_, _, err := tt.layout.Cut(head)
		check("Cut", err)
		_, err = tt.layout.Parse(head)
		check("Parse", err)
		r := frame.NewReader(bytes.NewReader(append(clone(head), make([]byte, 9)...)), tt.layout)
		_, err = r.Next()
		check("Next", err)
		_, again := r.Next()
		check("Next, once more", again)
		if _, _, err := r.ReadHeader(); err != again {
			t.Errorf("ReadHeader after an error: %v", err)
		}
		_, _, err = tt.layout.Split(head, false)
		check("Split", err)
	}
}

func TestLengthFuncErrors(t *testing.T) {
	mine := errors.New("mine")
	l := frame.MustLayout("!HB", frame.LengthFunc(func(head []byte) (int64, error) {
		if head[2] == 9 {
			return 0, mine
		}
		return int64(head[1]), nil
	}))
	if _, err := frame.NewReader(strings.NewReader("\x00\x01\x09a"), l).Next(); !errors.Is(err, mine) {
		t.Errorf("Next: %v", err)
	}
	if b, err := l.Append([]byte("kept"), []byte("a"), 2, 0); !errors.Is(err, frame.ErrLength) || string(b) != "kept" {
		t.Errorf("Append with another length: %q, %v", b, err)
	}
	if b, err := l.Append([]byte("kept"), []byte("a"), 1, 9); !errors.Is(err, mine) || string(b) != "kept" {
		t.Errorf("Append: %q, %v", b, err)
	}
}

// TestMoreHeadIsMissing has payloads that lack bytes of the header that a length
// function asks for: none is written, be it short by one byte or by all.
func TestMoreHeadIsMissing(t *testing.T) {
	l := frame.MustLayout("!i", frame.LengthFunc(multiprocessing))
	whole := []byte("\x00\x00\x00\x00\x00\x00\x00\x03abc")
	for n := range whole {
		b, err := l.Append([]byte("kept"), whole[:n], -1)
		if !errors.Is(err, frame.ErrLength) || string(b) != "kept" {
			t.Errorf("%d bytes: %q, %v", n, b, err)
		}
		if want := fmt.Sprintf("frame: invalid length: %d bytes, expected at least 8", n); n < 8 && err != nil && err.Error() != want {
			t.Errorf("%d bytes: %v, want %s", n, err, want)
		}
	}
	b, err := l.Append(nil, whole, -1)
	if f, e := l.Parse(b); err != nil || e != nil || string(f.Payload) != "abc" {
		t.Errorf("%x, %v, %v, %v", b, err, f, e)
	}
	_, err = l.Append(nil, append(whole, 'd'), -1)
	if want := "frame: invalid length: 3 bytes, expected exactly 4"; err == nil || err.Error() != want {
		t.Errorf("a byte too many: %v", err)
	}
}

// TestNoFrame asks the zero Frame, and one that came with an error, for what they
// have not got.
func TestNoFrame(t *testing.T) {
	none, err := frame.NewReader(strings.NewReader(""), idKind).Next()
	if err != io.EOF {
		t.Fatal(err)
	}
	for name, f := range map[string]frame.Frame{"zero": {}, "with an error": none} {
		if c := f.Clone(); len(c.Head) != 0 || len(c.Payload) != 0 {
			t.Errorf("%s: Clone: %v", name, c)
		}
		if _, err := frame.Decode[struct{ A uint16 }](f); !errors.Is(err, frame.ErrLength) {
			t.Errorf("%s: Decode: %v", name, err)
		}
		err := frame.NewWriter(io.Discard, idKind).WriteFrame(f)
		if want := "frame: invalid length: a frame without its header"; !errors.Is(err, frame.ErrLength) || err.Error() != want {
			t.Errorf("%s: WriteFrame: %v", name, err)
		}
		if f.String() != "no frame" {
			t.Errorf("%s: String: %s", name, f)
		}
	}
}

func TestAppendErrors(t *testing.T) {
	l := frame.MustLayout("!HBI", frame.LengthAt(2))
	for _, tt := range []struct {
		values []any
		err    error
	}{
		{[]any{1}, structpack.ErrCount},
		{[]any{1, 2, 3}, structpack.ErrCount},
		{[]any{1, 256}, structpack.ErrRange},
		{[]any{1, "a"}, structpack.ErrType},
	} {
		b, err := l.Append([]byte("kept"), nil, tt.values...)
		var e *structpack.Error
		if !errors.As(err, &e) || !errors.Is(err, tt.err) || string(b) != "kept" {
			t.Errorf("%v: %q, %v", tt.values, b, err)
		}
	}
	for _, dst := range [][]byte{[]byte("kept"), append(make([]byte, 0, 100), "kept"...)} { // without room, and with
		if b, err := frame.MustLayout("!H", frame.Trailer(2)).Append(dst, []byte("a")); !errors.Is(err, frame.ErrLength) || string(b) != "kept" {
			t.Errorf("a payload without its trailer: %q, %v", b, err)
		}
		if b, err := frame.MustLayout("!B", frame.CountsHeader()).Append(dst, make([]byte, 255)); !errors.Is(err, frame.ErrTooLarge) || string(b) != "kept" {
			t.Errorf("a payload too large by one: %q, %v", b, err)
		}
		if b, err := frame.MustLayout("!B", frame.CountsHeader()).Append(dst, make([]byte, 254)); err != nil || b[4] != 255 || len(b) != 4+255 {
			t.Errorf("the largest payload: %q, %v", b, err)
		}
	}
}

// TestGrowingHeaders has headers whose length function wants more of them, up to the
// limit and beyond, and payloads of nothing.
func TestGrowingHeaders(t *testing.T) {
	for _, tt := range []struct {
		more int64
		size int64
		err  error
	}{{4094, 0, nil}, {4094, 1, nil}, {1, 0, nil}, {4095, 0, frame.ErrTooLarge}} {
		l := frame.MustLayout("!H", frame.LengthFunc(func(head []byte) (int64, error) {
			if len(head) == 2 {
				return tt.more, frame.ErrMoreHead
			}
			return tt.size, nil
		}))
		b := make([]byte, 2+tt.more+tt.size)
		f, err := l.Parse(b)
		if !errors.Is(err, tt.err) || err == nil && (int64(len(f.Head)) != 2+tt.more || int64(len(f.Payload)) != tt.size) {
			t.Errorf("%+v: Parse: %v", tt, err)
		}
		f, err = frame.NewReader(bytes.NewReader(b), l).Next()
		if !errors.Is(err, tt.err) || err == nil && (int64(len(f.Head)) != 2+tt.more || int64(len(f.Payload)) != tt.size) {
			t.Errorf("%+v: Next: %v", tt, err)
		}
	}
}

func TestFrame(t *testing.T) {
	l := frame.MustLayout("<hBbiQc?9sIx", frame.LengthAt(8))
	b, err := l.Append(nil, []byte("payload"), -2, 200, -3, -70000, uint64(1<<63), "a", true, "name")
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	var ints []int64
	for _, i := range []int{0, 1, 2, 3, 4, 5, 6, 8} {
		ints = append(ints, f.Int(i))
	}
	if diff := cmp.Diff(ints, []int64{-2, 200, -3, -70000, math.MinInt64, 'a', 1, 7}); diff != "" {
		t.Error(diff)
	}
	if f.Uint(0) != math.MaxUint64-1 || f.Uint(4) != 1<<63 {
		t.Errorf("%d, %d", f.Uint(0), f.Uint(4))
	}
	var h int16
	var n uint32
	if err := f.Scan(&h, nil, nil, nil, nil, nil, nil, nil, &n); err != nil || h != -2 || n != 7 {
		t.Errorf("Scan: %d, %d, %v", h, n, err)
	}
	for _, i := range []int{7, 9, -1} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Int(%d) does not panic", i)
				}
			}()
			f.Int(i)
		}()
	}
	own := f.Clone()
	clear(b)
	if string(own.Payload) != "payload" || own.Int(0) != -2 {
		t.Errorf("Clone: %v", own)
	}
	_ = append(f.Head, 'x')
	_ = append(f.Payload, 'x')
	if f.Payload[0] != 0 || cap(own.Head) != len(own.Head) {
		t.Error("appending to a frame writes into it")
	}
}

type header struct {
	ID   uint16
	Kind uint8
	Size uint32
}

func TestDecodeEncode(t *testing.T) {
	l := frame.MustLayout("!HBI", frame.LengthAt(2))
	b, err := frame.Encode([]byte("kept"), l, &header{ID: 7, Kind: 2, Size: 99}, []byte("hello"))
	if want := "kept\x00\x07\x02\x00\x00\x00\x05hello"; err != nil || string(b) != want {
		t.Fatalf("%q, %v", b, err)
	}
	f, err := l.Parse(b[4:])
	if err != nil {
		t.Fatal(err)
	}
	h, err := frame.Decode[header](f)
	if diff := cmp.Diff(h, header{7, 2, 5}); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	// A layout may be used with several types, again and again.
	type wide struct {
		ID, Kind uint
		Size     uint64
	}
	for range 2 {
		if h, err := frame.Decode[wide](f); err != nil || h != (wide{7, 2, 5}) {
			t.Errorf("%v, %v", h, err)
		}
		if h, err := frame.Decode[header](f); err != nil || h != (header{7, 2, 5}) {
			t.Errorf("%v, %v", h, err)
		}
	}
	if _, err := frame.Decode[struct{ A uint8 }](f); !errors.Is(err, structpack.ErrType) {
		t.Errorf("Decode: %v", err)
	}
	if b, err := frame.Encode([]byte("kept"), l, &struct{ A uint8 }{}, nil); !errors.Is(err, structpack.ErrType) || string(b) != "kept" {
		t.Errorf("Encode: %q, %v", b, err)
	}
	if b, err := frame.Encode([]byte("kept"), l, (*header)(nil), nil); !errors.Is(err, structpack.ErrType) || string(b) != "kept" {
		t.Errorf("Encode nil: %q, %v", b, err)
	}
	small := frame.MustLayout("!B")
	type one struct{ N uint8 }
	if b, err := frame.Encode([]byte("kept"), small, &one{}, make([]byte, 256)); !errors.Is(err, frame.ErrTooLarge) || string(b) != "kept" {
		t.Errorf("Encode: %q, %v", b, err)
	}
	hook := frame.MustLayout("!B", frame.LengthFunc(func(head []byte) (int64, error) { return int64(head[0]), nil }))
	if b, err := frame.Encode(nil, hook, &one{2}, []byte("ab")); err != nil || string(b) != "\x02ab" {
		t.Errorf("Encode: %q, %v", b, err)
	}
	if _, err := frame.Encode(nil, hook, &one{3}, []byte("ab")); !errors.Is(err, frame.ErrLength) {
		t.Errorf("Encode: %v", err)
	}
}

func TestSplit(t *testing.T) {
	l := frame.MustLayout("!H")
	var stream []byte
	for _, s := range []string{"one", "", "three"} {
		stream, _ = l.Append(stream, []byte(s))
	}
	scan := func(b []byte) (payloads []string, err error) {
		s := bufio.NewScanner(bytes.NewReader(b))
		s.Split(l.Split)
		for s.Scan() {
			f, err := l.Parse(s.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			payloads = append(payloads, string(f.Payload))
		}
		return payloads, s.Err()
	}
	got, err := scan(stream)
	if diff := cmp.Diff(got, []string{"one", "", "three"}); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	for n := range stream {
		_, err := scan(stream[:n])
		if whole := n == 0 || n == 5 || n == 7; whole && err != nil || !whole && err != io.ErrUnexpectedEOF {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

func TestSizeErrorText(t *testing.T) {
	for _, tt := range []struct{ stream, want string }{
		{"HTTP/1.1 400 Bad Request", "frame: payload too large: 1213486160 bytes, expected at most 1048576, the MaxPayload (header 48 54 54 50, which looks like HTTP)"},
		{"GET / HTTP/1.0\r\n", "frame: payload too large: 1195725856 bytes, expected at most 1048576, the MaxPayload (header 47 45 54 20, which looks like HTTP)"},
		{"\x16\x03\x01\x02\x00\x01", "frame: payload too large: 369295618 bytes, expected at most 1048576, the MaxPayload (header 16 03 01 02, which looks like TLS)"},
		{"\x7f\x00\x00\x00", "frame: payload too large: 2130706432 bytes, expected at most 1048576, the MaxPayload (header 7f 00 00 00)"},
	} {
		_, err := frame.NewReader(strings.NewReader(tt.stream), frame.MustLayout("!I")).Next()
		if err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
	_, err := frame.MustLayout("!cI", frame.CountsFrom(1)).Parse([]byte("Q\x00\x00\x00\x02"))
	if want := "frame: invalid length: -2 bytes, expected at least 0 (header 51 00 00 00 02)"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// TestFrameString prints frames as people look at them, and those that are none.
func TestFrameString(t *testing.T) {
	l := frame.MustLayout("!3sIb", frame.LengthAt(1))
	whole, err := l.Append(nil, bytes.Repeat([]byte("ab"), 50), "x\xff", -1)
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.Parse(whole)
	if err != nil {
		t.Fatal(err)
	}
	short, shortErr := l.Parse(whole[:9])
	if shortErr != io.ErrUnexpectedEOF {
		t.Error(shortErr)
	}
	none, end := frame.NewReader(bytes.NewReader(nil), l).Next()
	for _, tt := range []struct {
		frame frame.Frame
		want  string
	}{
		{f, `header ["x\xff\x00" 100 -1], payload of 100 bytes "abababababababababababababababab"`},
		{frame.Frame{Header: f.Header}, `header ["x\xff\x00" 100 -1], payload of 0 bytes ""`},
		{short, "no frame"},
		{none, "no frame"},
		{frame.Frame{}, "no frame"},
		{frame.Frame{Header: &frame.Header{Head: whole}}, "no frame"},
	} {
		if got := fmt.Sprint(tt.frame); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
	if end != io.EOF {
		t.Error(end)
	}
}

// TestFixed is the rule that a fixed value is filled in when writing, and checked when
// reading, before any payload; and so is that a layout may have no payload.
func TestFixed(t *testing.T) {
	zabbix := frame.MustLayout("<4sBII", frame.Fixed(0, "ZBXD"), frame.LengthAt(2), frame.Fixed(1, 1))
	bgp := frame.MustLayout("!16sHB", frame.Fixed(0, strings.Repeat("\xff", 16)), frame.LengthAt(1), frame.CountsHeader())
	computed := frame.MustLayout("!BB", frame.Fixed(0, 7), frame.LengthFunc(func(head []byte) (int64, error) { return int64(head[1]), nil }))
	tick := frame.MustLayout("<2H3x2H", frame.Fixed(1, 9), frame.Fixed(2, 8), frame.NoPayload())
	for _, tt := range []struct {
		name    string
		layout  *frame.Layout
		payload string
		values  []any
		want    string
		wrong   int // which byte of it must not change
		err     string
	}{
		{"zabbix", zabbix, "hi", []any{0}, "ZBXD\x01\x02\x00\x00\x00\x00\x00\x00\x00hi", 3,
			"frame: not the header that was expected: value 0 is 5a 42 58 47, expected 5a 42 58 44 (header 5a 42 58 47 01 02 00 00 00 00 00 00 00)"},
		{"bgp", bgp, "", []any{4}, strings.Repeat("\xff", 16) + "\x00\x13\x04", 0, ""},
		{"computed", computed, "abc", []any{3}, "\x07\x03abc", 0, ""},
		{"no payload", tick, "", []any{1, 2}, "\x01\x00\x09\x00\x00\x00\x00\x08\x00\x02\x00", 2, ""},
	} {
		for _, room := range []int{0, 100} {
			got, err := tt.layout.Append(make([]byte, 0, room), []byte(tt.payload), tt.values...)
			if err != nil || string(got) != tt.want {
				t.Errorf("%s: %q, %v", tt.name, got, err)
			}
			bad := slices.Clone(tt.values)
			bad[len(bad)-1] = struct{}{}
			if dst, err := tt.layout.Append(make([]byte, 0, room), []byte(tt.payload), bad...); err == nil || len(dst) != 0 {
				t.Errorf("%s: a bad value: %v", tt.name, err)
			}
			if _, err := tt.layout.Append(nil, []byte(tt.payload), append(bad, 1)...); err == nil {
				t.Errorf("%s: too many values are no error", tt.name)
			}
		}
		f, err := tt.layout.Parse([]byte(tt.want))
		if err != nil || string(f.Payload) != tt.payload {
			t.Errorf("%s: %v, %v", tt.name, f, err)
		}
		wrong := []byte(tt.want)
		wrong[tt.wrong] += 3
		r := frame.NewReader(bytes.NewReader(wrong[:len(wrong)-len(tt.payload)]), tt.layout) // the payload is not waited for
		if _, err := r.Next(); !errors.Is(err, frame.ErrFixed) || tt.err != "" && err.Error() != tt.err {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, err := tick.Append(nil, []byte("x"), 1, 2); !errors.Is(err, frame.ErrLength) {
		t.Errorf("a payload where there is none: %v", err)
	}
	for _, tt := range []struct {
		format string
		rules  []frame.Option
	}{
		{"!HI", []frame.Option{frame.LengthAt(1), frame.Fixed(1, 2)}},
		{"!HI", []frame.Option{frame.LengthAt(1), frame.Fixed(2, 2)}},
		{"!HI", []frame.Option{frame.LengthAt(1), frame.Fixed(0, 70_000)}},
		{"!HI", []frame.Option{frame.NoPayload(), frame.LengthAt(1)}},
		{"!HI", []frame.Option{frame.NoPayload(), frame.Trailer(1)}},
	} {
		if l, err := frame.NewLayout(tt.format, tt.rules...); err == nil {
			t.Errorf("%q: %v", tt.format, l)
		}
	}
}

// TestLengthsOfEverySize has lengths that are bytes: of 1 to 8, in both orders.
func TestLengthsOfEverySize(t *testing.T) {
	for size := 1; size <= 8; size++ {
		for _, order := range []string{"<", ">"} {
			l := frame.MustLayout(fmt.Sprintf("%sB%dsB", order, size), frame.LengthAt(1))
			for _, n := range []int{0, 1, 255, 256, 70_000} {
				payload := bytes.Repeat([]byte{1}, n)
				b, err := l.Append(nil, payload, 1, 2)
				if size < 8 && uint64(n) >= 1<<(8*size) {
					if !errors.Is(err, frame.ErrTooLarge) {
						t.Errorf("%v: a payload of %d bytes: %v", l, n, err)
					}
					continue
				}
				if err != nil {
					t.Fatalf("%v: %v", l, err)
				}
				f, rest, err := l.Cut(append(b, 9))
				if err != nil || len(rest) != 1 || len(f.Payload) != n || f.Uint(1) != uint64(n) || f.Int(1) != int64(n) {
					t.Fatalf("%v: a payload of %d bytes: %v, %v", l, n, f, err)
				}
				want := make([]byte, size)
				for i := range size {
					want[i] = byte(n >> (8 * i))
				}
				if order == ">" {
					slices.Reverse(want)
				}
				if !bytes.Equal(f.Bytes(1), want) || f.Bytes(0)[0] != 1 || f.Bytes(2)[0] != 2 || cap(f.Bytes(1)) != size {
					t.Errorf("%v: length % x, want % x", l, f.Bytes(1), want)
				}
			}
		}
	}
	if _, err := frame.NewLayout("!9s", frame.LengthAt(0)); err == nil {
		t.Error("a length of 9 bytes")
	}
	if _, err := frame.NewLayout("!3sB"); err != nil {
		t.Errorf("an s counts as an integer where no LengthAt says so: %v", err)
	}
}
