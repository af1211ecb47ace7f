package show

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The sizes of a character of the picture, and the margin around the text.
const (
	charWidth  = 8.4
	lineHeight = 18
	margin     = 16
	fontSize   = 14
)

// style has the palette for light and dark pages. The names of the classes are
// the numbers of the escape sequences.
const style = `text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1f2328;white-space:pre}
.page{fill:#f6f8fa;stroke:#d1d9e0}
.c2{fill:#818b98}.c36{fill:#0a7281}.c33{fill:#8a5a00}.c32{fill:#1a7f37}.c35{fill:#8250df}.c96{fill:#0969da}.c93{fill:#9a6700}
@media(prefers-color-scheme:dark){text{fill:#d1d7e0}.page{fill:#151b23;stroke:#3d444d}
.c2{fill:#7d8590}.c36{fill:#39c5cf}.c33{fill:#d29922}.c32{fill:#3fb950}.c35{fill:#bc8cff}.c96{fill:#79c0ff}.c93{fill:#f2cc60}}
`

// SVG makes a picture of what is written to a terminal, with the colors of its
// escape sequences. Each run of characters stands where its columns are and has
// their width, whatever font there is.
func SVG(terminal, title string) []byte {
	lines := strings.Split(strings.TrimRight(terminal, "\n"), "\n")
	wide := 0
	var text strings.Builder
	for i, s := range lines {
		column := 0
		for _, r := range runs(s) {
			n := utf8.RuneCountInString(r.text)
			if trimmed := strings.TrimLeft(r.text, " "); trimmed != "" {
				skip := n - utf8.RuneCountInString(trimmed)
				trimmed = strings.TrimRight(trimmed, " ")
				class := ""
				if r.color != 0 {
					class = fmt.Sprintf(` class="c%d"`, r.color)
				}
				fmt.Fprintf(&text, `<text x="%s" y="%d" textLength="%s"%s>%s</text>`+"\n",
					decimal(margin+float64(column+skip)*charWidth), margin+fontSize+i*lineHeight,
					decimal(float64(utf8.RuneCountInString(trimmed))*charWidth), class, html.EscapeString(trimmed))
			}
			column += n
		}
		wide = max(wide, column)
	}
	width := decimal(2*margin + float64(wide)*charWidth)
	height := 2*margin + len(lines)*lineHeight
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%d" viewBox="0 0 %s %d" role="img">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, "<title>%s</title>\n<style>\n%s</style>\n", html.EscapeString(title), style)
	fmt.Fprintf(&b, `<rect class="page" x="0.5" y="0.5" width="%s" height="%d" rx="8"/>`+"\n", decimal(2*margin+float64(wide)*charWidth-1), height-1)
	b.WriteString(text.String() + "</svg>\n")
	return []byte(b.String())
}

// A run is a part of a line in one color: the number of its escape sequence, 0
// for none.
type run struct {
	color int
	text  string
}

// runs takes a line apart at its escape sequences.
func runs(s string) (all []run) {
	color := 0
	for s != "" {
		text, rest, _ := strings.Cut(s, "\x1b[")
		if text != "" {
			all = append(all, run{color, text})
		}
		var number string
		number, s, _ = strings.Cut(rest, "m")
		color, _ = strconv.Atoi(number)
	}
	return all
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 32) }
