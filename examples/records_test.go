package examples_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"example.com/structpack/internal/test/peer"
)

// recordLines are records as the programs read and print them.
var recordLines = func() string {
	var b strings.Builder
	b.WriteString("T oslo -3.5 light snow\nP rome 1013.25\nH b 0.1 größer als gestern, mit  zwei Leerzeichen\n")
	fmt.Fprintf(&b, "N long 1 %s\n", strings.Repeat("x", 200000))
	for i := range 1000 {
		fmt.Fprintf(&b, "T n%d %d\n", i, -i)
	}
	return b.String()
}()

// writing runs a writer on recordLines, and returns what it prints.
func writing(t *testing.T, l language, args ...string) []byte {
	t.Helper()
	cmd := l.command(t, "records", append(args, "write")...)
	cmd.Stdin = strings.NewReader(recordLines)
	return output(t, cmd)
}

// TestRecords carries records through pipes, files and sockets.
func TestRecords(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to language) {
		t.Run("standard input and output", func(t *testing.T) {
			messages := writing(t, from)
			if !bytes.HasPrefix(messages, []byte("T\x00\x00\x00\x0aoslo\xc0\x60\x00\x00light snowP\x00\x00\x00\x00rome")) {
				t.Errorf("it begins with %q", messages[:min(len(messages), 50)])
			}
			cmd := to.command(t, "records", "read")
			cmd.Stdin = bytes.NewReader(messages)
			if got := string(output(t, cmd)); got != recordLines {
				t.Errorf("got %q", shortened(got))
			}
		})
		t.Run("file", func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "records")
			writing(t, from, "--file", file)
			if got := string(output(t, to.command(t, "records", "--file", file, "read"))); got != recordLines {
				t.Errorf("got %q", shortened(got))
			}
		})
		for _, network := range networks(from, to) {
			t.Run("reader listens on "+network, func(t *testing.T) {
				p := peer.StartMerged(t, to.command(t, "records", "--listen", peer.FreeAddress(t, network), "read"))
				writing(t, from, "--connect", listening(t, p.Line()))
				wantEnd(t, p, recordLines)
			})
			t.Run("writer listens on "+network, func(t *testing.T) {
				cmd := from.command(t, "records", "--listen", peer.FreeAddress(t, network), "write")
				cmd.Stdin = strings.NewReader(recordLines)
				p := peer.StartMerged(t, cmd)
				address := listening(t, p.Line())
				if got := string(output(t, to.command(t, "records", "--connect", address, "read"))); got != recordLines {
					t.Errorf("got %q", shortened(got))
				}
				wantEnd(t, p, "")
			})
		}
	})
}

// TestRecordsAtOnce is that a line is on its way before the next one is there.
func TestRecordsAtOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to language) {
		if from == inPython {
			t.Skip("it collects its messages")
		}
		r := peer.StartMerged(t, to.command(t, "records", "--listen", "127.0.0.1:0", "read"))
		w := from.start(t, "records", "--connect", listening(t, r.Line()), "write")
		for i := range 3 {
			line := fmt.Sprintf("T oslo %d", i)
			fmt.Fprintln(w.In, line)
			if got := r.Line(); got != line {
				t.Errorf("got %q, want %q", got, line)
			}
		}
		wantEnd(t, w, "")
		wantEnd(t, r, "")
	})
}

// TestRecordsErrors is what goes wrong: what comes before that counts.
func TestRecordsErrors(t *testing.T) {
	message := func(n int) string { return strings.Repeat("T\x00\x00\x00\x02oslo\x40\x20\x00\x00hi", 2)[:n] }
	for _, tt := range []struct {
		name, command, in, out, errs string
	}{
		{"cut off in a header", "read", message(20), "T oslo 2.5 hi\n", "message 2: unexpected EOF"},
		{"cut off after a header", "read", message(28), "T oslo 2.5 hi\n", "message 2: unexpected EOF"},
		{"cut off in a payload", "read", message(29), "T oslo 2.5 hi\n", "message 2: unexpected EOF"},
		{"a length that is negative", "read", message(15) + "T\xff\xff\xff\xffoslo\x00\x00\x00\x00", "T oslo 2.5 hi\n", "message 2: frame: invalid length: -1 bytes"},
		{"a length that is too large", "read", "T\x7f\x00\x00\x00oslo\x00\x00\x00\x00", "", "frame: payload too large: 2130706432 bytes, expected at most 1048576"},
		{"another protocol", "read", "GET / HTTP/1.1\r\n\r\n", "", "which looks like HTTP"},
		{"too few words", "write", "T oslo 2.5 hi\nT oslo\n", message(15), `line 2: "T oslo" is not KIND STATION VALUE [NOTE]`},
		{"no number", "write", "T oslo 2.5 hi\nT oslo x\n", message(15), `line 2: strconv.ParseFloat: parsing "x": invalid syntax`},
		{"a station that would be cut", "write", "T oslo 2.5 hi\nT nairobi 1\n", message(15), `line 2: "nairobi" has more than 4 bytes`},
		{"a kind that does not fit", "write", "T oslo 2.5 hi\nTT oslo 1\n", message(15), "line 2: structpack: pack \"!ci4sf\": value 0 ('c' at byte 1, got string): char format requires"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := inGo.command(t, "records", tt.command)
			cmd.Stdin = strings.NewReader(tt.in)
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			cmd.Run()
			if out.String() != tt.out || !strings.HasPrefix(errs.String(), "records: ") || !strings.Contains(errs.String(), tt.errs) || cmd.ProcessState.ExitCode() != 1 {
				t.Errorf("printed %q, want %q; status %d; %s", &out, tt.out, cmd.ProcessState.ExitCode(), &errs)
			}
		})
	}
}
