// Package web makes the page to look at bytes, and serves it.
//
// The page is one HTML document without anything from elsewhere. What it shows
// comes from package engine, as WebAssembly: inside it, where it is a file, or from
// the server that serves it, which answers in its place while there is none.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html"
	"strings"
)

var (
	//go:embed page/page.html
	document string
	//go:embed page/page.css
	style string
	//go:embed page/page.js
	script string
)

// A Page is the document, and what a browser may do with it.
type Page struct {
	HTML   []byte
	Policy string // its Content-Security-Policy
}

// An Engine is package engine for a browser.
type Engine struct {
	Wasm []byte // the module of package wasm
	Exec []byte // the program of Go's that runs it, wasm_exec.js
}

// Served is the page that gets its engine from the server that it comes from.
func Served() *Page { return build(nil) }

// Static is the page with its engine inside.
func Static(e *Engine) *Page { return build(e) }

// build puts the page together. Only the scripts and the style that are in it may
// run; they may ask nobody, except a server that has the engine.
func build(e *Engine) *Page {
	var scripts strings.Builder
	scriptSource, connect := " 'self' 'wasm-unsafe-eval'", "'self'"
	add := func(source string) {
		fmt.Fprintf(&scripts, "<script>%s</script>\n", source)
		scriptSource += " " + digest(source)
	}
	if e != nil {
		scriptSource, connect = " 'wasm-unsafe-eval'", "'none'"
		fmt.Fprintf(&scripts, "<script id=\"wasm\" type=\"application/gzip;base64\">%s</script>\n", base64.StdEncoding.EncodeToString(zip(e.Wasm)))
		add(string(e.Exec))
	}
	add(script)
	policy := fmt.Sprintf("default-src 'none'; script-src%s; style-src %s; img-src data: blob:; connect-src %s; base-uri 'none'; form-action 'none'", scriptSource, digest(style), connect)
	page := strings.NewReplacer(
		"/*style*/", style,
		"<!--policy-->", fmt.Sprintf(`<meta http-equiv="Content-Security-Policy" content="%s">`, html.EscapeString(policy)),
		"<!--scripts-->", scripts.String(),
	).Replace(document)
	return &Page{[]byte(page), policy + "; frame-ancestors 'none'"} // which a document cannot say of itself
}

// digest names a text inside the page for its policy.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// zip compresses without a time or a name, and so the same page every time.
func zip(data []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	w.Write(data) // a Buffer takes everything
	w.Close()
	return b.Bytes()
}
