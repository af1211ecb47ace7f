package web

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

var built = func() *Engine { return &Engine{Wasm: []byte("\x00asm"), Exec: []byte("class Go {}")} }

// TestHandler sees who is let in, and what the answers allow a browser.
func TestHandler(t *testing.T) {
	const own = "http://127.0.0.1:8000"
	for _, tt := range []struct {
		name, method, path, host, origin string
		status                           int
	}{
		{"the page", "GET", "/", "127.0.0.1:8000", "", 200},
		{"by name", "GET", "/", "localhost:8000", "", 200},
		{"its head", "HEAD", "/", "127.0.0.1:8000", "", 200},
		{"the engine", "POST", "/engine", "127.0.0.1:8000", own, 200},
		{"the engine by name", "POST", "/engine", "localhost:8000", "http://localhost:8000", 200},
		{"the engine's program", "GET", "/engine.js", "127.0.0.1:8000", "", 200},
		{"the engine's module", "GET", "/engine.wasm", "127.0.0.1:8000", "", 200},
		{"another site gets the engine", "GET", "/engine.wasm", "127.0.0.1:8000", "http://example.com", 403},
		{"another host", "GET", "/", "example.com", "", 403},
		{"another host at the port", "GET", "/", "rebound.example:8000", "", 403},
		{"another port", "GET", "/", "127.0.0.1:8001", "", 403},
		{"no port", "GET", "/", "127.0.0.1", "", 403},
		{"another site", "POST", "/engine", "127.0.0.1:8000", "http://example.com", 403},
		{"another site reads the page", "GET", "/", "127.0.0.1:8000", "http://example.com", 403},
		{"another port's site", "POST", "/engine", "127.0.0.1:8000", "http://127.0.0.1:8001", 403},
		{"a site with TLS", "POST", "/engine", "127.0.0.1:8000", "https://127.0.0.1:8000", 403},
		{"a document without an origin", "POST", "/engine", "127.0.0.1:8000", "null", 403},
		{"no origin", "POST", "/engine", "127.0.0.1:8000", "", 405},
		{"the engine is not read", "GET", "/engine", "127.0.0.1:8000", own, 405},
		{"the page is not written", "POST", "/", "127.0.0.1:8000", own, 404},
		{"a file", "GET", "/server.go", "127.0.0.1:8000", "", 404},
		{"a file above", "GET", "/../go.mod", "127.0.0.1:8000", "", 404},
		{"a file above, escaped", "GET", "/%2e%2e/go.mod", "127.0.0.1:8000", "", 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.path, strings.NewReader("op=look&format=%3CH"))
			r.Host = tt.host
			if tt.origin != "" {
				r.Header.Set("Origin", tt.origin)
			}
			w := httptest.NewRecorder()
			Handler("8000", built).ServeHTTP(w, r)
			if w.Code != tt.status {
				t.Errorf("status %d: %s", w.Code, w.Body)
			}
			policy := w.Header().Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "script-src 'self' 'wasm-unsafe-eval' 'sha256-"} {
				if !strings.Contains(policy, want) {
					t.Errorf("the policy has no %s: %s", want, policy)
				}
			}
			if strings.Contains(policy, "unsafe-inline") || strings.Contains(policy, "'unsafe-eval'") {
				t.Error(policy)
			}
		})
	}
	r := httptest.NewRequest(http.MethodPost, "/engine", strings.NewReader(strings.Repeat("x", mostQuestion+1)))
	r.Host = "127.0.0.1:8000"
	r.Header.Set("Origin", own)
	w := httptest.NewRecorder()
	if Handler("8000", built).ServeHTTP(w, r); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("too long a question: status %d", w.Code)
	}
	r = httptest.NewRequest(http.MethodPost, "/engine", strings.NewReader("format=%3CHI"))
	r.Host = "127.0.0.1:8000"
	r.Header.Set("Origin", own)
	w = httptest.NewRecorder()
	Handler("8000", built).ServeHTTP(w, r)
	var answer struct{ Size int }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.Size != 6 {
		t.Errorf("%v: %s", err, w.Body)
	}
}

// TestPage sees that the page has nothing from elsewhere, and a policy for what it has.
func TestPage(t *testing.T) {
	for name, page := range map[string]*Page{"served": Served(), "static": Static(built())} {
		text := string(page.HTML)
		for _, left := range []string{"/*style*/", "<!--policy-->", "<!--scripts-->", "src=\"http", "href=\"http", "@import", "url("} {
			if strings.Contains(text, left) {
				t.Errorf("%s: there is %s", name, left)
			}
		}
		if strings.Contains(text, "id=\"wasm\"") != (name == "static") {
			t.Errorf("%s: wrong engine", name)
		}
		if strings.Contains(page.Policy, "connect-src 'none'") != (name == "static") {
			t.Errorf("%s: %s", name, page.Policy)
		}
	}
}

// TestEngine gets the engine, and sees that there need be none.
func TestEngine(t *testing.T) {
	get := func(find func() *Engine, path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = "127.0.0.1:8000"
		w := httptest.NewRecorder()
		Handler("8000", find).ServeHTTP(w, r)
		return w
	}
	if got := get(built, "/engine.js").Body.String(); got != "class Go {}" {
		t.Errorf("got %q", got)
	}
	z, err := gzip.NewReader(get(built, "/engine.wasm").Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); string(got) != "\x00asm" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, path := range []string{"/engine.js", "/engine.wasm"} {
		if w := get(func() *Engine { return nil }, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
}
