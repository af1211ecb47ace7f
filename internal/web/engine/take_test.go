package engine

import (
	"cmp"
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/structpack/internal/web/engine/testdata/take/native"
	"example.com/structpack/internal/web/engine/testdata/take/odd"
	"example.com/structpack/internal/web/engine/testdata/take/png"
	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// taken are formats whose code is kept in testdata/take, where the compilers of Go and C, and
// Python, say whether it is code.
var taken = map[string]map[string]string{
	"png": {"format": ">8sI4s2I5BI", "fields": "signature,length,type,width,height,depth,color,compression,filter,interlace,crc", "file": "it's.png", "offset": "0",
		"data": "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x08\x08\x00\x00\x00\x00\xe1\x64\xe1\x57"},
	"native": {"format": "@bhxd3s2I0q", "abi": "ilp32-be", "fields": "kind,type,value,name,list", "offset": "2", "data": "..\xff" + strings.Repeat("\x00", 35)},
	"odd":    {"format": "<3c2?F5p0H2e\tlZd", "data": "abc\x01\x00" + strings.Repeat("\x00", 8) + "\x02xy\x00\x00" + strings.Repeat("\x00", 8+16)},
}

// TestTake compares the code with the files, which -update writes.
func TestTake(t *testing.T) {
	for name, question := range taken {
		about := map[string]string{"op": "take"}
		maps.Copy(about, question)
		r := ask(t, about)
		if r.Error != nil {
			t.Fatalf("%s: %+v", name, r.Error)
		}
		golang := strings.Replace(r.Golang, "package wire", "package "+name, 1)
		dir := filepath.Join("testdata", "take", name)
		for file, got := range map[string]string{"record.go": golang, "record.py": r.Python, "record.h": r.CStruct, "command.txt": r.Command, "record.md": r.Markdown, "record.svg": r.SVG} {
			file = filepath.Join(dir, file)
			if *update {
				if err := os.MkdirAll(dir, 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
				continue
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s: %s", file, diff)
			}
		}
	}
}

// TestTakenGo runs the code.
func TestTakenGo(t *testing.T) {
	p, err := png.Read([]byte(taken["png"]["data"]), 0)
	if again, _ := png.Scan([]byte(taken["png"]["data"]), 0); err != nil || !gocmp.Equal(p, again) || p.Width != 16 || string(p.Type[:]) != "IHDR" {
		t.Errorf("got %+v, %v", p, err)
	}
	if b, err := png.Write(nil, &p); err != nil || string(b) != taken["png"]["data"] {
		t.Errorf("got %q, %v", b, err)
	}
	n, err := native.Read([]byte(taken["native"]["data"]), 2)
	if again, _ := native.Scan([]byte(taken["native"]["data"]), 2); err != nil || !gocmp.Equal(n, again) || n.Kind != -1 {
		t.Errorf("got %+v, %v", n, err)
	}
	o, err := odd.Read([]byte(taken["odd"]["data"]), 0)
	again, _ := odd.Scan([]byte(taken["odd"]["data"]), 0)
	if diff := gocmp.Diff(o, again); err != nil || diff != "" || string(o.Value6) != "xy" || o.Value3 != [2]bool{true, false} {
		t.Errorf("got %+v, %v: %s", o, err, diff)
	}
}

// TestTakenElsewhere asks Python and a C compiler, where they are.
func TestTakenElsewhere(t *testing.T) {
	if testing.Short() {
		t.Skip("other programs are not asked")
	}
	python := cmp.Or(os.Getenv("STRUCTPACK_PYTHON"), "python3")
	for _, command := range [][]string{
		{"record.py", python, "-c", "import ast, sys\nfor name in sys.argv[1:]: ast.parse(open(name).read())"},
		{"record.h", "gcc", "-fsyntax-only", "-xc"},
	} {
		if _, err := exec.LookPath(command[1]); err != nil {
			t.Logf("there is no %s", command[1])
			continue
		}
		args := command[2:]
		for name := range taken {
			args = append(args, filepath.Join("testdata", "take", name, command[0]))
		}
		if out, err := exec.Command(command[1], args...).CombinedOutput(); err != nil {
			t.Errorf("%s: %s", command[1], out)
		}
	}
}
