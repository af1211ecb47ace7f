package cut

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		name, format, rules string
		length              int
		fixed               []int
		frame               string // one that the layout takes
	}{
		{"the only integer", "!cI", "CountsFrom(1)", 1, nil, "Q\x00\x00\x00\x06ab"},
		{"the length is named", "!HBI", "LengthAt(2)", 2, nil, "\x00\x07\x01\x00\x00\x00\x01a"},
		{"blanks", "!HBI", "  LengthAt(2)\tTrailer(1) ", 2, nil, "\x00\x07\x01\x00\x00\x00\x01a\xce"},
		{"commas", "!HBI", "LengthAt(2), CountsHeader", 2, nil, "\x00\x07\x01\x00\x00\x00\x08a"},
		{"parentheses that are empty", "!I", "CountsHeader()", 0, nil, "\x00\x00\x00\x05a"},
		{"a fixed number", "!HI", "LengthAt(1), Fixed(0, 0x7)", 1, []int{0}, "\x00\x07\x00\x00\x00\x01a"},
		{"a fixed text", "!4sI", "Fixed(0, RIFF)", 1, []int{0}, "RIFF\x00\x00\x00\x01a"},
		{"no payload", "!HH", "NoPayload", -1, nil, "\x00\x01\x00\x02"},
		{"no payload, and a fixed value", "!HH", "Fixed(1, 2) NoPayload", -1, []int{1}, "\x00\x01\x00\x02"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := Parse(tt.format, tt.rules)
			if err != nil {
				t.Fatal(err)
			}
			if l.Length != tt.length || !cmp.Equal(l.Fixed, tt.fixed) {
				t.Errorf("the length is value %d, and fixed are %d", l.Length, l.Fixed)
			}
			f, err := l.Parse([]byte(tt.frame))
			if err != nil || !bytes.HasSuffix([]byte(tt.frame), f.Payload) {
				t.Errorf("%q, %v", f.Payload, err)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct{ format, rules, want string }{
		{"!HBI", "LenghtAt(2)", `no rule "LenghtAt"`},
		{"!HBI", "LengthAt(x)", `rule "LengthAt(x)": "x" is not a number`},
		{"!HBI", "LengthAt", `rule "LengthAt": "" is not a number`},
		{"!HBI", "LengthAt(2", `rule "LengthAt(2": a parenthesis is missing`},
		{"!HBI", "LengthAt 2)", `rule "LengthAt": "" is not a number`},
		{"!HBI", "LengthAt(99999999999999999999)", `rule "LengthAt(99999999999999999999)": "99999999999999999999" is not a number`},
		{"!HBI", "LengthAt(1,2)", `rule "LengthAt(1,2)": only Fixed takes two values, as in Fixed(0, 7)`},
		{"!HBI", "Fixed(1)", `rule "Fixed(1)": only Fixed takes two values, as in Fixed(0, 7)`},
		{"!HBI", "Fixed(1, x)", `rule "Fixed(1, x)": "x" is not an integer`},
		{"!HBI", "CountsHeader(1)", `rule "CountsHeader" takes no value`},
		{"!y", "", `structpack: compile "!y": "y" at byte 1: bad char in struct format`},
		{"!HBI", "", `frame: layout "!HBI": more than one integer, and no LengthAt`},
	} {
		if _, err := Parse(tt.format, tt.rules); err == nil || err.Error() != tt.want {
			t.Errorf("%s %s: %v", tt.format, tt.rules, err)
		}
	}
}
