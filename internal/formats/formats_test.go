package formats_test

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/structpack/internal/formats"
	"github.com/google/go-cmp/cmp"
)

func TestFind(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"wire/wire.go": `package wire

import (
	sp "example.com/structpack"
	"example.com/structpack/frame"
	"other.example/unknown"
)

const order = "!"
const header = order + "HB" + tail

type T struct{ A uint16 }

var (
	s      = sp.MustCompile(header)
	codec  = sp.MustCodec[T]("<H")
	layout = frame.MustLayout("!I")
	varies = func(f string) { sp.Pack(f, 1); unknown.Pack("no"); sp.AppendPack(nil, ` + "`>q`" + `, 1) }
)
`,
		"wire/more.go":          "package wire\n\nconst tail = \"I\"\n",
		"wire/wire_test.go":     "package wire_test\n\nimport \"example.com/structpack\"\n\nvar n, _ = structpack.CalcSize(\"4x\")\n",
		"wire/testdata/skip.go": "package skip\n\nimport \"example.com/structpack\"\n\nvar n, _ = structpack.CalcSize(\"9x\")\n",
		"other/other.go":        "package other\n\nfunc Pack(string) {}\n\nfunc init() { Pack(\"no\") }\n",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for pattern, want := range map[string][]string{
		"/...":      {"!HBI", "!I", "4x", "<H", ">q"},
		"/wire":     {"!HBI", "!I", "4x", "<H", ">q"},
		"/other":    nil,
		"/wire/...": {"!HBI", "!I", "4x", "<H", ">q"},
	} {
		got, err := formats.Find(dir + pattern)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", pattern, diff)
		}
	}
	if _, err := formats.Find(filepath.Join(dir, "none")); err == nil {
		t.Error("no error for a directory that is not there")
	}
}
