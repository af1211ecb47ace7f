package structformat_test

import (
	"strings"
	"testing"
)

// TestPlaces is about where diagnostics point: what stands between « and ».
func TestPlaces(t *testing.T) {
	for _, tt := range []struct{ name, src string }{
		{"a byte", `const _ = "é"; func _() { sp.CalcSize("!HH«y»I") }`},
		{"a count and a code", `func _() { sp.CalcSize("!HH«1»2yI") }`},
		{"the end of a format", `func _() { sp.CalcSize("!HH «1»2") }`},
		{"a raw string", "func _() { sp.CalcSize(`!H\n\t«y»`) }"},
		{"behind escapes", `func _() { sp.CalcSize("\x21\110\u0048\t«y»") }`},
		{"an escape", `func _() { sp.CalcSize("!H«\x79»I") }`},
		{"an escape of a rune", `func _() { sp.CalcSize("!H«\u0079»I") }`},
		{"a character of several bytes", `func _() { sp.CalcSize("!H«é»I") }`},
		{"an escape of several bytes", `func _() { sp.CalcSize("!H«\u00e9»I") }`},
		{"a byte that is no character", `func _() { sp.CalcSize("!H«\xff»I") }`},
		{"a sum", `func _() { sp.CalcSize("!H" + "I" + "«2»y" + "I") }`},
		{"a sum in brackets", `func _() { sp.CalcSize(("!H" + ("I" + ("h" + "«y»"))) + "I") }`},
		{"a constant", `const c = "!H" + d + "I"; const d = "«y»"; func _() { sp.CalcSize(c) }`},
		{"a local constant", `func _() { const c = "!«y»"; sp.CalcSize(c + "I") }`},
		{"a conversion", `type f string; const c f = "!«y»"; func _() { sp.CalcSize(string(c)) }`},
		{"a constant of another package", `func _() { sp.CalcSize(«runtime.GOOS») }`},
		{"a variable", `var c = "!«y»"; func _() { sp.CalcSize(c) }`},
		{"a value", `func _() { sp.Pack("!HB", 1, «300») }`},
		{"a missing value", `func _() { sp.Pack("!HB", 1«)» }`},
		{"values that are too many", `func _() { sp.Pack("!H", 1, «2, 3») }`},
		{"a destination", `func _(n *int8) { sp.MustCompile("!HB").Scan(nil, nil, «n») }`},
		{"a type", `func _() { v, _ := sp.Unpack("!H", nil); _ = v[0].(«string») }`},
		{"an index", `func _() { v, _ := sp.Unpack("!H", nil); _ = v[«1»] }`},
		{"a type argument", `func _() { sp.MustCodec[«int8»]("!H") }`},
		{"a layout", `func _() { «frame.MustLayout("!HH")» }`},
		{"a layout's format", `func _() { frame.MustLayout("«H»") }`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			head := "package p\nimport sp \"example.com/structpack\"\nimport \"example.com/structpack/frame\"\nimport \"runtime\"\nvar _ = runtime.GOOS\nvar _ frame.Layout\nvar _ sp.Struct\n"
			before, rest, _ := strings.Cut(head+tt.src, "«")
			within, after, _ := strings.Cut(rest, "»")
			findings := analyze(t, before+within+after)
			if len(findings) != 1 {
				t.Fatalf("%d diagnostics: %v", len(findings), findings)
			}
			if f := findings[0]; f.pos != len(before) || f.end != len(before)+len(within) {
				src := before + within + after
				t.Errorf("it points at %q, want %q: %s", src[f.pos:f.end], within, f.message)
			}
		})
	}
}
