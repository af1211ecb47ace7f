package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/internal/cut"
	"example.com/structpack/internal/test/peer"
	"github.com/google/go-cmp/cmp"
)

// capture makes a capture of packets from port 40000 to port 9999, with IP and no link below it.
func capture(t *testing.T, segments ...[]byte) []byte {
	t.Helper()
	out, err := structpack.Pack("<I2HiI2I", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101)
	seq := 1
	for i, data := range segments {
		n := 40 + len(data)
		if err == nil {
			out, err = structpack.AppendPack(out, "<4I", i, 0, n, n)
		}
		if err == nil {
			out, err = structpack.AppendPack(out, "!2B3H2BH4B4B", 0x45, 0, n, i, 0, 64, 6, 0, 127, 0, 0, 1, 127, 0, 0, 1)
		}
		if err == nil {
			out, err = structpack.AppendPack(out, "!2H2I2B3H", 40000, 9999, seq, 1, 5<<4, 0x18, 8192, 0, 0)
		}
		out = append(out, data...)
		seq += len(data)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestWireshark lets tshark dissect frames of each kind of layout, the last of them in
// two packets.
func TestWireshark(t *testing.T) {
	for i, tt := range []struct {
		name, format, rules, fields string
		frames                      [][]any // without the length and fixed values
		payload                     string  // of each
		want                        string
	}{
		{"a length of the payload", "!HBI", "LengthAt(2)", "id,kind,length", [][]any{{7, 1}, {8, 2}}, "abc", "id=7,8 kind=1,2 length=3,3 payload=616263,616263"},
		{"little-endian", "<HbIf", "LengthAt(2)", "id,kind,length,load", [][]any{{7, -1, 1.5}, {258, 2, -2.5}}, "abc", "id=7,258 kind=-1,2 length=3,3 load=1.5,-2.5 payload=616263,616263"},
		{"a length of everything", ">HIQ", "LengthAt(0), CountsHeader", "n,a,b", [][]any{{1, 2}, {3, 1 << 40}}, "abcd", "n=18,18 a=1,3 b=2,1099511627776 payload=61626364,61626364"},
		{"a length from a value on", "<IHB", "LengthAt(1), CountsFrom(1)", "a,n,b", [][]any{{1, 2}, {3, 4}}, "abcd", "a=1,3 n=7,7 b=2,4 payload=61626364,61626364"},
		{"a trailer", "!BH", "LengthAt(1), Trailer(2)", "kind,length", [][]any{{1}, {2}}, "abcd\x00\xff", "kind=1,2 length=4,4 payload=6162636400ff,6162636400ff"},
		{"no payload", "!B2H3s", "NoPayload", "kind,pair,tag", [][]any{{1, 2, 3, "abc"}, {4, 5, 6, "xyz"}}, "", "kind=1,4 pair=2,3,5,6 tag=616263,78797a"},
		{"a length of three bytes", "!3sB", "LengthAt(0), Fixed(1, 9)", "end,type", [][]any{{}, {}}, "abc", "f_end=000003,000003 type=9,9 payload=616263,616263"},
		{"no names", "!HH", "LengthAt(1)", "", [][]any{{1}, {2}}, "a", "value0=1,2 value1=1,1 payload=61,61"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			script := filepath.Join(dir, "dissector.lua")
			args := []string{"gen", "--wireshark", "demo", "--format", tt.format, "--rules", tt.rules, "--port", "9999", "-o", script}
			if tt.fields != "" {
				args = append(args, "--fields", tt.fields)
			}
			if status := run(args, strings.NewReader(""), io.Discard, os.Stderr, environment{}); status != 0 {
				t.Fatalf("status %d", status)
			}
			layout, err := cut.Parse(tt.format, tt.rules)
			if err != nil {
				t.Fatal(err)
			}
			var stream []byte
			for _, values := range tt.frames {
				if stream, err = layout.Append(stream, []byte(tt.payload), values...); err != nil {
					t.Fatal(err)
				}
			}
			if peer.Skip(t); i > 0 && !peer.All() {
				t.Skip("tshark takes a second to start")
			}
			tshark, err := exec.LookPath("tshark")
			if err != nil {
				t.Skip("there is no tshark:", err)
			}
			file := filepath.Join(dir, "frames.pcap")
			if err := os.WriteFile(file, capture(t, stream[:len(stream)-3], stream[len(stream)-3:]), 0o666); err != nil {
				t.Fatal(err)
			}
			command := []string{"-n", "-r", file, "-X", "lua_script:" + script, "-T", "fields", "-E", "separator=/t"}
			var names []string
			for word := range strings.FieldsSeq(tt.want) {
				name, _, _ := strings.Cut(word, "=")
				names = append(names, name)
				command = append(command, "-e", "demo."+name)
			}
			var errs bytes.Buffer
			cmd := exec.Command(tshark, command...)
			cmd.Stderr = &errs
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, &errs)
			}
			got := make([][]string, len(names)) // of all packets
			for line := range strings.Lines(string(out)) {
				for i, text := range strings.Split(strings.TrimRight(line, "\n"), "\t") {
					if text != "" {
						got[i] = append(got[i], strings.Split(text, ",")...)
					}
				}
			}
			var words []string
			for i, name := range names {
				words = append(words, name+"="+strings.Join(got[i], ","))
			}
			if diff := cmp.Diff(tt.want, strings.Join(words, " ")); diff != "" {
				t.Errorf("%s\n%s", diff, &errs)
			}
		})
	}
	for _, tt := range []struct{ args, want string }{
		{"gen --wireshark Demo --format !HI", "the name of a protocol"},
		{"gen --wireshark demo", "--wireshark goes with --format"},
		{"gen --wireshark demo --format !HI dir", "--wireshark goes with --format"},
		{"gen --wireshark demo --format !HI --port 70000", "--port is from 1 to 65535"},
		{"gen --wireshark demo --format !HI --rules No(1)", "No"},
		{"gen --wireshark demo --format !HI --rules LengthAt(1) --fields a", "--fields"},
	} {
		var errs bytes.Buffer
		if status := run(strings.Fields(tt.args), strings.NewReader(""), io.Discard, &errs, environment{}); status == 0 || !strings.Contains(errs.String(), tt.want) {
			t.Errorf("%s: status %d, %s", tt.args, status, &errs)
		}
	}
	var out bytes.Buffer
	if status := run([]string{"gen", "--wireshark", "demo", "--format", "!HI", "--rules", "LengthAt(1)"}, strings.NewReader(""), &out, os.Stderr, environment{}); status != 0 || !strings.Contains(out.String(), "add_for_decode_as") {
		t.Errorf("status %d, %s", status, &out)
	}
	if used := []string{"payload"}; abbreviation("Payload", &used) != "payload_" || abbreviation("End", &used) != "f_end" || abbreviation("1 é", &used) != "f_1__" || !slices.Contains(used, "f_end") {
		t.Errorf("names: %q", used)
	}
}
