package port_test

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/structpack/fixture"
	"example.com/structpack/internal/port"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func read(t *testing.T, files ...string) (all []*fixture.Recording) {
	t.Helper()
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rec, err := fixture.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, rec)
	}
	return all
}

// TestCode ports the recordings of the programs in internal/recorder/testdata. The
// code is a golden file, and its test passes.
func TestCode(t *testing.T) {
	dir := filepath.Join("testdata", "wire")
	names := []string{"calls.jsonl", "vary.jsonl"}
	recs := read(t, filepath.Join(dir, names[0]), filepath.Join(dir, names[1]))
	code, test, err := port.Code(recs, port.Options{Package: "wire", Files: names})
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]byte{"wire.go": code, "wire_test.go": test} {
		file := filepath.Join(dir, name)
		if *update {
			if err := os.WriteFile(file, got, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if testing.Short() {
		t.Skip("it runs the go command")
	}
	if out, err := exec.Command("go", "test", "./"+filepath.ToSlash(dir)).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

const head = `{"structpack": 1, "python": "3.13.0", "implementation": "CPython", "byteorder": "little", "long": 8, "pointer": 8, "align8": 8}` + "\n"

// TestNames ports recordings whose names Go cannot have, or that mean each other.
func TestNames(t *testing.T) {
	for _, tt := range []struct {
		name, lines, want string
	}{
		{"initialisms", `{"op":"unpack","format":"!HH","hex":"00000000","ok":[{"int":"0"},{"int":"0"}],"names":["src_ip","msgId"],"place":{"file":"a.py","line":1,"func":"read_http_header"}}`,
			"type HTTPHeader struct {\n\tSrcIP uint16 // H at offset 0\n\tMsgID uint16 // H at offset 2\n}"},
		{"the same name twice", `{"op":"pack","format":"!HH","values":[{"int":"0"},{"int":"0"}],"ok":"00000000","names":["i","i"],"receiver":"HDR","place":{"file":"a.py","line":1,"func":"f"}}`,
			"type Hdr struct {\n\tI  uint16 // H at offset 0\n\tI2 uint16 // H at offset 2\n}"},
		{"no letters", `{"op":"pack","format":"!H","values":[{"int":"0"}],"ok":"0000","names":["_"],"place":{"file":"1.py","line":1,"func":"<module>"}}`,
			"type V1 struct {\n\tV0 uint16 // H at offset 0\n}"},
		{"a keyword", `{"op":"unpack","format":"!H","hex":"0000","ok":[{"int":"0"}],"names":["type"],"receiver":"func","place":{"file":"a.py","line":1,"func":"f"}}`,
			"type Func struct {\n\tType uint16 // H at offset 0\n}\n\nvar funcCodec"},
		{"names of methods", `{"op":"pack","format":"!1s","values":[{"bytes":"00"}],"ok":"00","names":["unpack"],"place":{"file":"a.py","line":1,"func":"f"}}
{"op":"pack","format":"!2s","values":[{"bytes":"0000"}],"ok":"0000","names":["unpack"],"place":{"file":"a.py","line":1,"func":"f"}}`,
			"\tUnpack2 []byte // %ds\n"},
		{"what ends a comment", `{"op":"unpack","format":"!H","hex":"0000","ok":[{"int":"0"}],"names":["a"],"place":{"file":"a\n.py","line":1,"func":"f\u2028()"}}`,
			"//\ta?.py:1, unpack in f?()\n"},
		{"values without names", `{"op":"unpack","format":"!HHHH","hex":"0000000000000000","ok":[{"int":"0"},{"int":"0"},{"int":"0"},{"int":"0"}],"place":{"file":"a.py","line":1,"func":"f"}}`,
			"\tV0 [4]uint16 // 4 times H at offset 0\n"},
		{"nothing that succeeded", `{"op":"pack","format":"!H","values":[{"int":"-1"}],"error":"error","message":"x","place":{"file":"a.py","line":1,"func":"f"}}`,
			"// Places without a type:\n//\n//\ta.py:1, pack in f \"!H\": all of its calls failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec, err := fixture.ReadAll(strings.NewReader(head + tt.lines))
			if err != nil {
				t.Fatal(err)
			}
			code, _, err := port.Code([]*fixture.Recording{rec}, port.Options{Package: "wire", Files: []string{"calls.jsonl"}})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(code, []byte(tt.want)) {
				t.Errorf("got\n%s\nwant in it\n%s", code, tt.want)
			}
		})
	}
}

// FuzzCode ports any recording that can be read: the code is always Go.
func FuzzCode(f *testing.F) {
	f.Add(`{"op":"unpack","format":"!HH","hex":"00000000","ok":[{"int":"0"},{"int":"0"}],"names":["src_ip","msgId"],"place":{"file":"a.py","line":1,"func":"read_http_header"}}`)
	f.Add(`{"op":"pack","format":"!1s","values":[{"bytes":"00"}],"ok":"00","names":["unpack"],"place":{"file":"a.py","line":1,"func":"f"}}`)
	f.Fuzz(func(t *testing.T, lines string) {
		rec, err := fixture.ReadAll(strings.NewReader(head + lines))
		if err != nil {
			return
		}
		if _, _, err := port.Code([]*fixture.Recording{rec}, port.Options{Package: "wire", Files: []string{"calls.jsonl"}}); err != nil {
			t.Error(err)
		}
	})
}
