package web

import (
	"io"
	"net/http"
	"strings"
	"sync"

	"example.com/structpack/internal/web/engine"
)

// mostQuestion limits what the engine is asked: a window of a file, in base64.
const mostQuestion = 16 << 20

// Handler serves the page and its engine for a server at 127.0.0.1 and the given port.
// The function find returns the engine when it is built, or nil if it cannot be; the
// Handler itself answers the questions of pages without one. Whoever comes under
// another name, or from the page of another site, is refused: a name that somebody
// else makes an address of this machine would otherwise let his page ask. There are
// no files to be had.
func Handler(port string, find func() *Engine) http.Handler {
	page := Served()
	wasm := sync.OnceValue(func() []byte {
		if e := find(); e != nil {
			return zip(e.Wasm)
		}
		return nil
	})
	hosts := []string{"127.0.0.1:" + port, "localhost:" + port}
	is := func(s, prefix string) bool { return s == prefix+hosts[0] || s == prefix+hosts[1] }
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", page.Policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		origin := r.Header.Get("Origin")
		switch {
		case !is(r.Host, ""), origin != "" && !is(origin, "http://"):
			http.Error(w, "this page is for this machine only", http.StatusForbidden)
		case r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
			h.Set("Content-Type", "text/html; charset=utf-8")
			w.Write(page.HTML)
		case r.URL.Path == "/engine.js" && r.Method == http.MethodGet && find() != nil:
			h.Set("Content-Type", "text/javascript; charset=utf-8")
			w.Write(find().Exec)
		case r.URL.Path == "/engine.wasm" && r.Method == http.MethodGet && find() != nil:
			h.Set("Content-Type", "application/gzip")
			w.Write(wasm())
		case r.URL.Path == "/engine" && r.Method == http.MethodPost && origin != "":
			question, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostQuestion))
			if err != nil {
				http.Error(w, "the question is too long", http.StatusRequestEntityTooLarge)
				return
			}
			h.Set("Content-Type", "application/json")
			io.WriteString(w, engine.Answer(string(question)))
		case r.URL.Path == "/engine":
			h.Set("Allow", http.MethodPost)
			http.Error(w, "the engine answers the page only", http.StatusMethodNotAllowed)
		default:
			http.Error(w, "there is one page: "+strings.TrimSuffix("http://"+hosts[0], "/")+"/", http.StatusNotFound)
		}
	})
}
