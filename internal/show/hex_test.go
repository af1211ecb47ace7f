package show

import (
	"bytes"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

// TestDumps reads what xxd, hexdump, od, tcpdump and tshark (4.0, for Wireshark)
// wrote of a PNG image, of a file with a run of zeros in it and of the packet of a
// capture. The name of a sample says which options wrote it.
func TestDumps(t *testing.T) {
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.FromSlash(name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	pcap := read("../../cmd/structpack/testdata/loopback.pcap")
	sources := map[string][]byte{
		"png":       read("../../cmd/structpack/testdata/gray.png"),
		"runs":      read("testdata/hex/runs.bin"),
		"packet":    pcap[24+16+14:], // after the headers of the file, the record and Ethernet
		"wireshark": pcap[24+16:],
	}
	refused := map[string]string{
		"png-xxd-e":  `line 1, column 11: the bytes do not match the text ".PNG........IHDR" beside them`,
		"runs-xxd-e": `line 1, column 11: the bytes do not match the text "0123456789:;<=>?" beside them`,
		"runs-od":    `line 1, column 9: "030460" is octal: write the dump with od -t x1`,
	}
	samples, _ := filepath.Glob("testdata/hex/*.txt")
	if len(samples) < 25 {
		t.Errorf("found %d samples", len(samples))
	}
	for _, file := range samples {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			source, _, _ := strings.Cut(name, "-")
			if name == "packet-wireshark" {
				source = "wireshark"
			}
			for _, pieces := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader} {
				got, err := io.ReadAll(HexReader(pieces(bytes.NewReader(read(file)))))
				if want := refused[name]; want != "" {
					if err == nil || err.Error() != want {
						t.Errorf("got %v, want %s", err, want)
					}
					continue
				}
				if err != nil || !bytes.Equal(got, sources[source]) {
					t.Errorf("%v\n got %x\nwant %x", err, got, sources[source])
				}
			}
		})
	}
}

func TestHex(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       string // in hex
		err        string
	}{
		{name: "nothing"},
		{name: "blanks", text: " \n\t\n"},
		{name: "digits", text: "0102ff", want: "0102ff"},
		{name: "upper case", text: "0A 0B", want: "0a0b"},
		{name: "lines", text: "00 01\n00 02\r\n", want: "00010002"},
		{name: "groups of any length", text: "01 0203 04050607", want: "01020304050607"},
		{name: "colons", text: "01:02:ff", want: "0102ff"},
		{name: "colons, and lines that end with one", text: "01:02:\n    03:04", want: "01020304"},
		{name: "longer groups and colons", text: "fe80:0001", want: "fe800001"},
		{name: "dashes", text: "01-02-0A", want: "01020a"},
		{name: "0x and commas", text: "0x01, 0x02,0XFF", want: "0102ff"},
		{name: "0x and one digit", text: "0x1, 0x2", want: "0102"},
		{name: "0x and a long number", text: "0x" + strings.Repeat("0102", 100), want: strings.Repeat("0102", 100)},
		{name: "backslashes", text: `\x01\x02\xff`, want: "0102ff"},
		{name: "a line without end", text: strings.Repeat("0102", 5000), want: strings.Repeat("0102", 5000)},
		{name: "words like an address", text: "00000007 0001 0002", want: "0000000700010002"},
		{name: "pairs after what may be an address", text: "000000 89 50", want: "0000008950"},
		{name: "an address that the next line proves", text: "000000 89 50\n000002\n", want: "8950"},
		{name: "words of which the second line shows that they are none", text: "0800 45 00\n0900 45 00", want: "0800450009004500"},
		{name: "a dump from the middle of a file", text: "00000020: 0102 0304  ....\n00000024: 05  .\n", want: "0102030405"},
		{name: "a part of a line", text: "00000000: 0102", want: "0102"},
		{name: "two packets", text: "0000  01 02   ..\n\n0000  03   .\n", want: "010203"},
		{name: "a star", text: "00000000  01 02  |..|\n*\n00000006\n", want: "010201020102"},
		{name: "words, the last filled up", text: "0000000 0201 0003\n0000003\n", want: "010203"},

		{name: "a text with blanks at its ends", text: "00000000: 2061 6220   ab \n", want: "20616220"},
		{name: "a text that looks like digits", text: "00000000  61 62 20 20 63 64        |ab  cd|\n", want: "616220206364"},

		{name: "a form feed in a dump", text: "00000000: 0102\v0304\f\n00000004:\f05\f \n", want: "0102030405"},
		{name: "digits and a form feed", text: "000000 \f\n000000\n", want: "000000000000"},
		{name: "a form feed before what is not hex", text: "0000000 \fz", err: `line 1, column 10: "z" is not a hex digit`},
		{name: "no hex", text: "00zz", err: `line 1, column 3: "z" is not a hex digit`},
		{name: "no hex in the second line", text: "00\n0 g", err: `line 2, column 1: "0": an odd number of hex digits`},
		{name: "half a byte", text: "010", err: `line 1, column 1: "010": an odd number of hex digits`},
		{name: "half a byte between others", text: "01 2 03", err: `line 1, column 4: "2": an odd number of hex digits`},
		{name: "half an escape", text: `\x0`, err: `line 1, column 1: two hex digits are expected after \x`},
		{name: "no escape", text: `\n`, err: `line 1, column 1: two hex digits are expected after \x`},
		{name: "a text that is not ASCII", text: "é", err: "line 1, column 1: the byte 0xc3 is not a hex digit"},
		{name: "a control character", text: "01\x1b[31m", err: `line 1, column 3: "\x1b" is not a hex digit`},
		{name: "a dump that begins in its first line", text: "50 4e 47\n00000010: 0000", err: "line 2, column 9: a blank after a colon is a dump's, which the first line is not from"},
		{name: "an address that does not follow", text: "00000000: 0102\n00000010: 0304\n", err: "line 2, column 1: the address 00000010 does not follow from the lines before"},
		{name: "a line without an address", text: "00000000: 0102\n0304\n05", err: "line 2, column 1: the address 0304 does not follow from the lines before"},
		{name: "a line with no digits", text: "00000000: 0102\n  hello\n", err: `line 2, column 3: "h" is not a hex digit`},
		{name: "no digits in a dump", text: "00000000: 01zz\n", err: `line 1, column 13: "z" is not a hex digit`},
		{name: "bits", text: "00000000: 01010000 01001011  PK\n", err: "line 1, column 11: the bytes do not match the text"},
		{name: "two ends", text: "0000000 0201 0003\n0000003\n0000003\n", want: "010203"},
		{name: "an end before the end", text: "0000000 0201 0003\n0000003\n0000002\n", err: "line 3, column 1: the address 0000002 does not follow from the lines before"},
		{name: "a star for nothing", text: "00000000:\n*\n", err: `"*" is not a hex digit`},
		{name: "a star for more than there can be", text: "00000000  01 02  |..|\n*\nfffffffe\n", err: "line 3, column 1: the star stands for more than 1 GiB"},
		{name: "a star in front of an address of any base", text: "0000000 01 02 03 04 05 06 07 08\n*\n0000100\n", err: "may be hex, octal or decimal"},
		{name: "a line that is too long", text: "00000000: 01\n00000001: " + strings.Repeat("01 ", 2000), err: "line 1, column 4096: the line is too long for a dump"},
	} {
		got, err := io.ReadAll(HexReader(strings.NewReader(tt.text)))
		switch {
		case tt.err != "":
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: %v, want %s", tt.name, err, tt.err)
			}
		case err != nil || hex.EncodeToString(got) != tt.want:
			t.Errorf("%s: got %x, %v, want %s", tt.name, got, err, tt.want)
		}
	}
}

// FuzzHex sees that digits written in any of the plain forms are read back, and
// that no text stops the reader from ending.
func FuzzHex(f *testing.F) {
	f.Add([]byte("\x00\x01\xff"), "00000000  01 02  |..|\n*\n00000006\n")
	f.Add([]byte(""), "0000000 0201 0003\n0000003\n")
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		data = data[:min(len(data), 1<<10)]
		for _, separators := range [][2]string{{"", ""}, {"", " "}, {"0x", ", "}, {`\x`, ""}, {"", ":"}, {"", "\n"}} {
			var b strings.Builder
			for _, x := range data {
				b.WriteString(separators[0] + hex.EncodeToString([]byte{x}) + separators[1])
			}
			if got, err := io.ReadAll(HexReader(strings.NewReader(b.String()))); err != nil || !bytes.Equal(got, data) {
				t.Fatalf("%q: got %x, %v", b.String(), got, err)
			}
		}
		io.CopyN(io.Discard, HexReader(strings.NewReader(text)), 1<<16)
	})
}
