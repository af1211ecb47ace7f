package main

import (
	"bytes"
	"go/types"
	"os/exec"
	"strings"
	"testing"

	"example.com/structpack/internal/gotype"
	"github.com/google/go-cmp/cmp"
)

// TestType names values after the fields of Go types.
func TestType(t *testing.T) {
	if testing.Short() {
		t.Skip("type-checks packages from their source")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command to ask about packages")
	}
	t.Chdir("testdata/gen")
	found := map[string]types.Type{} // by the first case that names it
	readers := map[string]*gotype.Reader{}
	find := func(name string) (_ types.Type, _ *gotype.Reader, err error) {
		if found[name] == nil {
			found[name], readers[name], err = findType(name)
		}
		return found[name], readers[name], err
	}
	const header = "./tcp.Header"
	tcp := "\x00\x01\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04\x05\x06\x00\x07\x00\x08\x00\x09"
	const object = `{"SrcPort":1,"DstPort":2,"Seq":3,"Ack":4,"Offset":5,"Flags":6,"Window":7,"Checksum":8,"Urgent":9}` + "\n"
	const declared = "struct tcp { unsigned short sport, dport; unsigned seq, ack; unsigned char off, flags; unsigned short win, sum, urg; }"
	for _, tt := range []struct {
		name   string
		args   []string
		in     string
		want   string
		status int
	}{
		{"unpack, a prefix alone", []string{"unpack", "--json", "--type", header, "!"}, tcp, object, 0},
		{"unpack, a format", []string{"unpack", "--json", "--type", header, "!2H2I2B3H"}, tcp, object, 0},
		{"unpack, CSV", []string{"unpack", "--csv", "--count", "1", "--type", header, "!"}, tcp, "SrcPort,DstPort,Seq,Ack,Offset,Flags,Window,Checksum,Urgent\n1,2,3,4,5,6,7,8,9\n", 0},
		{"pack", []string{"pack", "--hex", "--type", header, "!", "Urgent=9", "DstPort=2", "SrcPort=1", "Seq=3", "Ack=4", "Offset=5", "Flags=6", "Window=7", "Checksum=8"}, "", "0001000200000003000000040506000700080009\n", 0},
		{"pack, objects", []string{"pack", "--json", "--hex", "--type", header, "!"}, object, "0001000200000003000000040506000700080009\n", 0},
		{"explain", []string{"explain", "--count", "1", "--type", header, "!", "-"}, tcp,
			"!HHIIBBHHH\n20 bytes, 9 values, big-endian, standard sizes, no alignment\n\n" +
				"      at  SrcPort  DstPort  Seq  Ack  Offset  Flags  Window  Checksum  Urgent\n00000000  1        2        3    4    5       6      7       8         9\n", 0},
		{"parts of fields", []string{"unpack", "--type", "./view.Event", "<", "/dev/null"}, "", "unpack requires a buffer of 140 bytes (got 0)", 1},
		{"C", []string{"c", "--type", header, declared}, "", "", 0},
		{"C, elsewhere", []string{"c", "--type", header, strings.Replace(declared, "win, sum", "win; unsigned sum; unsigned short x", 1)}, "",
			"sum: offset 16, 4 bytes; Checksum: offset 16, 2 bytes\nx: offset 20, 2 bytes; Urgent: offset 18, 2 bytes\nurg: the format ends before it\nthe struct has 24 bytes, the format 20\n", 1},
		{"another number of values", []string{"unpack", "--type", header, "!H"}, "", `codec "!H": no value is left for field tcp.Header.DstPort`, 1},
		{"no such type", []string{"unpack", "--type", "./tcp.None", "!"}, "", "no type None in ./tcp", 1},
		{"no such package", []string{"unpack", "--type", "./none.Header", "!"}, "", "none", 1},
		{"two kinds of names", []string{"unpack", "--type", header, "--fields", "a", "!"}, "", "--type and --fields both give names", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			status := run(tt.args, strings.NewReader(tt.in), &out, &errs, environment{piped: true, findType: find})
			if status != tt.status {
				t.Errorf("status %d, want %d: %s", status, tt.status, &errs)
			}
			if tt.status == 0 || out.Len() > 0 {
				if diff := cmp.Diff(tt.want, out.String()); diff != "" {
					t.Error(diff)
				}
			} else if !strings.Contains(errs.String(), tt.want) {
				t.Errorf("got %s, want %s", &errs, tt.want)
			}
		})
	}
	for _, tt := range []struct{ typ, want string }{
		{"./view.Event", "Time Kind Ready Level Load Score Wave Count Command Name Note Ports.0 Ports.1 Ports.2 Matrix.0.0 Matrix.0.1"},
		{header, "SrcPort DstPort Seq"},
	} {
		c := &call{env: environment{findType: find}, args: []string{"<"}, options: options{choices: []choice{{"type", tt.typ}}}}
		if _, err := c.compile("explain"); err != nil || !strings.HasPrefix(strings.Join(c.fields, " "), tt.want) {
			t.Errorf("%s: %v, %v, want %s", tt.typ, c.fields, err, tt.want)
		}
	}
}
