// Package oracle asks CPython's struct module, through testdata/oracle.py, and
// compares what it answers with what structpack answers in every way it can be
// asked. Fixtures, the live test and the commands below it share this one
// comparison.
package oracle

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"example.com/structpack"
)

// A Header says which Python answers, and what its C compiler made of it: the
// first line of a file of fixtures.
type Header struct {
	Schema         int    `json:"structpack,omitempty"` // version of the form of the lines; see docs/FIXTURES.md
	About          string `json:"about"`
	Python         string `json:"python"`         // "3.15.2"
	Implementation string `json:"implementation"` // "CPython", "PyPy"
	ByteOrder      string `json:"byteorder"`
	Long           int    `json:"long"`
	Pointer        int    `json:"pointer"`
	Align8         int    `json:"align8"`
	NaN            NaNs   `json:"nan"`
}

// NaNs are two signalling NaNs after the platform has had them: what a cast
// makes of the float 7f812345, in the bits of a double, and what is left of the
// double 7ff0000000000001 when it has been a Python float. Empty if the file
// of fixtures is older than the question.
type NaNs struct {
	Cast   string `json:"cast"`
	Double string `json:"double"`
}

// Version returns the first two numbers of the version, as 315 for 3.15.
func (h *Header) Version() int {
	major, rest, _ := strings.Cut(h.Python, ".")
	minor, _, _ := strings.Cut(rest, ".")
	x, err := strconv.Atoi(major)
	y, err2 := strconv.Atoi(minor)
	if err != nil || err2 != nil {
		return 0
	}
	return 100*x + y
}

// ABI returns the C ABI that the Python was compiled for, under the name of
// the predefined one if it is one of those.
func (h *Header) ABI() structpack.ABI {
	abi := structpack.ABI{BigEndian: h.ByteOrder == "big", Long: h.Long, Pointer: h.Pointer, Align8: h.Align8}
	for _, known := range structpack.ABIs() {
		abi.Name = known.Name
		if abi == known {
			return known
		}
	}
	abi.Name = "of Python " + h.Python
	return abi
}

// A Question is what is asked: the name of a function of struct, and its
// arguments. testdata/oracle.py says what the fields hold.
type Question struct {
	Op          string  `json:"op"`
	Format      string  `json:"format"`
	FormatBytes string  `json:"format_bytes,omitempty"`
	Values      []Value `json:"values,omitempty"`
	Hex         string  `json:"hex,omitempty"`
	Times       *int    `json:"times,omitempty"`
	Offset      *int64  `json:"offset,omitempty"`
}

// An Answer is what Python said to it.
type Answer struct {
	OK      json.RawMessage `json:"ok,omitempty"`
	Error   string          `json:"error,omitempty"` // name of the exception
	Message string          `json:"message,omitempty"`
	Buffer  string          `json:"buffer,omitempty"` // what a pack_into that failed left
}

// A Case is a question with its answer: a line of a file of fixtures. Cases that a
// program was recorded with say where they come from.
type Case struct {
	Question
	Answer
	Place    *Place   `json:"place,omitempty"`
	Names    []string `json:"names,omitempty"`    // what the source calls the values
	Receiver string   `json:"receiver,omitempty"` // what it calls the Struct or the format
	Types    []string `json:"types,omitempty"`    // the class of self, after a dot, and the type that the values go into
	Was      *Was     `json:"was,omitempty"`
}

// A Place is a line of a Python program.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Func string `json:"func"`
}

// Was says what a call was before its buffer was cut to what it used.
type Was struct {
	Offset int64 `json:"offset"`
	Length int64 `json:"length"`
}

// Read reads a file of fixtures: lines of JSON, a header among them or not.
func Read(r io.Reader) (h Header, cases []Case, err error) {
	for lines := json.NewDecoder(bufio.NewReader(r)); ; {
		var line json.RawMessage
		if err := lines.Decode(&line); err == io.EOF {
			return h, cases, nil
		} else if err != nil {
			return h, cases, err
		}
		var c Case
		if err := json.Unmarshal(line, &c); err != nil {
			return h, cases, fmt.Errorf("%s: %w", line, err)
		}
		if c.Op != "" {
			cases = append(cases, c)
		} else if err := json.Unmarshal(line, &h); err != nil {
			return h, cases, fmt.Errorf("%s: %w", line, err)
		}
	}
}

// String prints a case so that oracle.py and the command ask take it.
func (c *Case) String() string {
	var b strings.Builder
	line := json.NewEncoder(&b)
	line.SetEscapeHTML(false) // < and > are prefixes
	if err := line.Encode(c); err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// FormatString returns the format, in whichever field it is.
func (q *Question) FormatString() string {
	if q.FormatBytes != "" {
		return string(unhex(q.FormatBytes))
	}
	return q.Format
}

func (q *Question) times() int {
	if q.Times == nil {
		return 1
	}
	return *q.Times
}

// Data returns the buffer, repeated.
func (q *Question) Data() []byte { return unhex(strings.Repeat(q.Hex, q.times())) }

// At returns the offset, 0 if there is none.
func (q *Question) At() int {
	if q.Offset == nil {
		return 0
	}
	return int(*q.Offset)
}

// ok decodes a result.
func ok[T any](a *Answer) (x T) {
	if err := json.Unmarshal(a.OK, &x); err != nil {
		panic(fmt.Sprintf("%s: %v", a.OK, err))
	}
	return x
}

// kind is the kind of mistake that an error message of CPython's is about.
func (a *Answer) kind() error {
	for _, k := range []struct {
		part string
		kind error
	}{
		{"bad char in struct format", structpack.ErrFormat},
		{"repeat count given", structpack.ErrFormat},
		{"total struct size", structpack.ErrFormat},
		{"embedded null", structpack.ErrFormat},
		{"ASCII", structpack.ErrFormat},
		{"ascii", structpack.ErrFormat},
		{"items for packing", structpack.ErrCount},
		{"format requires a bytes object", structpack.ErrType},
		{"required argument is not", structpack.ErrType},
		{"must be a bytes object", structpack.ErrType},
		{"format requires", structpack.ErrRange},
		{"too large", structpack.ErrRange},
		{"argument out of range", structpack.ErrRange}, // before 3.12
	} {
		if strings.Contains(a.Message, k.part) {
			return k.kind
		}
	}
	return structpack.ErrBuffer
}

var kindNames = map[error]string{
	structpack.ErrFormat: "format", structpack.ErrCount: "count", structpack.ErrType: "type", structpack.ErrRange: "range", structpack.ErrBuffer: "buffer",
}

// Kind names the kind of mistake that the answer is about, if it is an error.
func (a *Answer) Kind() string {
	if a.Error == "" {
		return ""
	}
	return kindNames[a.kind()]
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// floatOf returns the float64 with the bits that are written in hexadecimal.
func floatOf(bits string) float64 { return math.Float64frombits(bitsOf(bits)) }

func bitsOf(s string) (bits uint64) {
	for _, b := range unhex(s) {
		bits = bits<<8 | uint64(b)
	}
	return bits
}

func hexOf(bits uint64) string { return fmt.Sprintf("%016x", bits) }

// widened converts the bits of a float32 to a float64's, and narrowed the bits
// of a float64 to a float32's; neither lets a NaN pass
// through a register.
func widened(f uint32) uint64 {
	x := math.Float32frombits(f)
	if x != x {
		u := uint64(f)
		return u>>31<<63 | 0x7ff<<52 | u&0x7fffff<<29
	}
	return math.Float64bits(float64(x))
}

func narrowed(u uint64) uint32 {
	x := math.Float64frombits(u)
	if x != x {
		return uint32(u>>63<<31 | 0xff<<23 | u>>29&0x7fffff)
	}
	return math.Float32bits(float32(x))
}
