package gen

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRunOf(t *testing.T) {
	for _, tt := range []struct {
		line string
		want []string // nil if gen does not run
	}{
		{`structpack gen -type A -format "<H"`, []string{"-type", "A", "-format", "<H"}},
		{`go run example.com/structpack/cmd/structpack gen -format "< H\t\"B"  -type	A`, []string{"-format", "< H\t\"B", "-type", "A"}},
		{`go run example.com/structpack/cmd/structpack@v1.2.3 gen`, []string{}},
		{`go tool structpack gen x`, []string{"x"}},
		{`"/usr/bin/structpack" gen x y` + "\r\n", []string{"x", "y"}},
		{`structpack pack gen`, nil},
		{`stringer gen -type A`, nil},
		{`gen`, nil},
		{`structpack gen "-type`, nil},
		{``, nil},
	} {
		args, ok := runOf(tt.line)
		if diff := cmp.Diff(tt.want, args); diff != "" || ok != (tt.want != nil) {
			t.Errorf("%s: %t, %s", tt.line, ok, diff)
		}
	}
}

func TestNameTags(t *testing.T) {
	for name, want := range map[string][]string{
		"header.go":                nil,
		"linux.go":                 nil,
		"x_linux.go":               {"linux"},
		"x_arm64.go":               {"arm64"},
		"x_linux_arm64.go":         {"linux", "arm64"},
		"x_linux_arm64_test.go":    {"linux", "arm64"},
		"x_arm64_linux.go":         {"linux"},
		"x_linux_structpack.go":    nil,
		"linux_arm64.go":           {"arm64"},
		"a_windows_b_386.go":       {"386"},
		"x_unix.go":                nil,
		"x_test.go":                nil,
		"x_y_z_freebsd_ppc64le.go": {"freebsd", "ppc64le"},
	} {
		if diff := cmp.Diff(want, nameTags(name)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestPlural(t *testing.T) {
	for noun, want := range map[string]string{"Header": "Headers", "Entry": "Entries", "Key": "Keys", "Class": "Classes", "Box": "Boxes", "Patch": "Patches", "Y": "Ys", "Größe": "Größes"} {
		if got := plural(noun); got != want {
			t.Errorf("%s: %s, want %s", noun, got, want)
		}
	}
}

func TestComment(t *testing.T) {
	c := &coder{}
	got := c.written(func() {
		c.comment("%s packs by the format %q, %s", "AppendBinary", "<  H   I    B     H      I       B        H", "which no line breaks, and which keeps all of its spaces.")
	})
	const want = "// AppendBinary packs by the format\n" +
		"// \"<  H   I    B     H      I       B        H\", which no line breaks, and\n" +
		"// which keeps all of its spaces.\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
