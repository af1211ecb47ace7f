package show

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRuns(t *testing.T) {
	for _, tt := range []struct {
		name, line string
		want       []run
	}{
		{"nothing", "", nil},
		{"no color", "a b", []run{{0, "a b"}}},
		{"one color", "\x1b[36m89\x1b[0m|", []run{{36, "89"}, {0, "|"}}},
		{"color after text", "0 \x1b[2m··\x1b[0m", []run{{0, "0 "}, {2, "··"}}},
	} {
		if diff := cmp.Diff(tt.want, runs(tt.line), cmp.AllowUnexported(run{})); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// TestSVG sees that a picture is XML whatever its text is, and that each run
// stands at its column.
func TestSVG(t *testing.T) {
	picture := string(SVG("<&\"'> \x1b[96m  ·· x\x1b[0m\n", "a & b"))
	for d := xml.NewDecoder(strings.NewReader(picture)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%v in %s", err, picture)
		}
	}
	for _, want := range []string{
		`<title>a &amp; b</title>`,
		`<text x="16" y="30" textLength="42">&lt;&amp;&#34;&#39;&gt;</text>`,
		`<text x="83.2" y="30" textLength="33.6" class="c96">·· x</text>`,
	} {
		if !strings.Contains(picture, want) {
			t.Errorf("no %s in %s", want, picture)
		}
	}
}
