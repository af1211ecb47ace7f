package frame_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/structpack/frame"
	"example.com/structpack/internal/test/peer"
)

// guard is how long a test waits for what must come. No test passes by waiting
// for it.
const guard = time.Minute

// STRUCTPACK_PARK_AFTER, such as 1ms, is the ParkAfter of all Servers that set none.
func TestMain(m *testing.M) {
	if after, err := time.ParseDuration(os.Getenv("STRUCTPACK_PARK_AFTER")); err == nil {
		frame.SetParkAfter(after)
	}
	code := m.Run()
	if left := leftGoroutines(); left != "" && code == 0 {
		fmt.Fprintf(os.Stderr, "goroutines left behind:\n%s\n", left)
		code = 1
	}
	if leaked := leakedGoroutines(); leaked != "" && code == 0 {
		fmt.Fprintf(os.Stderr, "goroutines that nothing can wake:\n%s\n", leaked)
		code = 1
	}
	os.Exit(code)
}

// leftGoroutines returns the goroutines that are in functions of the package,
// and stay there.
func leftGoroutines() string {
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		var left []string
		for _, g := range goroutines() {
			if strings.Contains(g, "structpack/frame.") {
				left = append(left, g)
			}
		}
		if len(left) == 0 {
			return ""
		}
		if time.Now().After(end) {
			return strings.Join(left, "\n\n")
		}
	}
}

// leakedGoroutines returns the stacks, of tests too, that the garbage collector
// finds to wait for what nothing can reach. Go 1.27 has a profile of them.
func leakedGoroutines() string {
	p := pprof.Lookup("goroutineleak")
	if p == nil {
		return ""
	}
	var b strings.Builder
	if err := p.WriteTo(&b, 1); err != nil {
		return err.Error()
	}
	if p.Count() == 0 {
		return ""
	}
	return b.String()
}

// goroutines returns the stacks of all of them.
func goroutines() []string {
	buf := make([]byte, 1<<20)
	return strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
}

// waitForStack waits until a goroutine is in all of these functions.
func waitForStack(t *testing.T, functions ...string) {
	t.Helper()
	waitForStacks(t, 1, functions...)
}

// waitForStacks waits until n goroutines are in all of these functions.
func waitForStacks(t *testing.T, n int, functions ...string) {
	t.Helper()
	for end := time.Now().Add(guard); ; time.Sleep(time.Millisecond) {
		there := 0
		for _, g := range goroutines() {
			in := 0
			for _, f := range functions {
				if strings.Contains(g, f) {
					in++
				}
			}
			if in == len(functions) {
				there++
			}
		}
		if there >= n {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d goroutines are in %v, want %d", there, functions, n)
		}
	}
}

// checkGoroutines makes a test fail that leaves goroutines behind.
func checkGoroutines(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		if left := leftGoroutines(); left != "" {
			t.Errorf("goroutines left behind:\n%s", left)
		}
	})
}

// scaled returns how often to repeat what differs by chance: n times where everything is
// asked for, a third of that otherwise, and a tenth in short mode.
func scaled(n int) int {
	switch {
	case testing.Short():
		return max(1, n/10)
	case peer.All():
		return n
	}
	return max(1, n/3)
}

// within runs f, and fails if it does not return.
func within(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	wait(t, what, done)
}

func wait[T any](t *testing.T, what string, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(guard):
		buf := make([]byte, 1<<20)
		t.Fatalf("%s did not come\n%s", what, buf[:runtime.Stack(buf, true)])
	}
	return v
}

// A transport is a way to connect.
type transport struct {
	name   string
	listen func(testing.TB) net.Listener
	dial   func(net.Listener) (net.Conn, error)
}

var transports = []transport{
	{"tcp", listenTCP, dialListener},
	{"unix", listenUnix, dialListener},
	{"tls", func(t testing.TB) net.Listener { return tls.NewListener(listenTCP(t), serverTLS()) }, func(ln net.Listener) (net.Conn, error) {
		return tls.Dial(ln.Addr().Network(), ln.Addr().String(), &tls.Config{InsecureSkipVerify: true})
	}},
	{"pipe", func(testing.TB) net.Listener { return newPipes() }, func(ln net.Listener) (net.Conn, error) { return ln.(*pipes).dial() }},
}

func listenTCP(t testing.TB) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip("no TCP on loopback: ", err)
	}
	return ln
}

func listenUnix(t testing.TB) net.Listener {
	t.Helper()
	dir, err := os.MkdirTemp("", "frame")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	ln, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Skip("no Unix-domain sockets: ", err)
	}
	return ln
}

func dialListener(ln net.Listener) (net.Conn, error) {
	return net.Dial(ln.Addr().Network(), ln.Addr().String())
}

var serverTLS = sync.OnceValue(func() *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "frame"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
})

// pipes is a listener of net.Pipe.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) dial() (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Net: "pipe"} }

// connect returns both ends of a connection, which are closed after the test.
func (tr transport) connect(t testing.TB) (here, there net.Conn) {
	t.Helper()
	ln := tr.listen(t)
	defer ln.Close()
	type result struct {
		c   net.Conn
		err error
	}
	accepted := make(chan result, 1)
	go func() {
		c, err := ln.Accept()
		if h, ok := c.(*tls.Conn); ok {
			err = h.Handshake()
		}
		accepted <- result{c, err}
	}()
	here, err := tr.dial(ln)
	if err != nil {
		t.Fatal(err)
	}
	r := <-accepted
	if r.err != nil {
		t.Fatal(r.err)
	}
	t.Cleanup(func() {
		here.Close()
		r.c.Close()
	})
	return here, r.c
}

// overAll runs a test over every transport.
func overAll(t *testing.T, test func(t *testing.T, tr transport)) {
	for _, tr := range transports {
		t.Run(tr.name, func(t *testing.T) {
			checkGoroutines(t)
			test(t, tr)
		})
	}
}

// serve starts a Server, which is closed after the test if it still runs.
func serve(t testing.TB, s *frame.Server, ln net.Listener) (served <-chan error) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- s.Serve(ln) }()
	t.Cleanup(func() { s.Close() })
	return done
}
