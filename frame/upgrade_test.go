package frame_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/structpack/frame"
)

// startTLS is the kind of a frame that asks for TLS.
const startTLS = 99

// upgrading answers frames, and does TLS from then on after one that asks for it.
func upgrading(ctx context.Context, c *frame.Conn, f frame.Frame) error {
	if err := c.WriteFrame(f); err != nil || f.Int(1) != startTLS {
		return err
	}
	return c.Upgrade(ctx, func(nc net.Conn) net.Conn { return tls.Server(nc, serverTLS()) })
}

// ask sends frames and wants them back.
func ask(t *testing.T, c *frame.Conn, kinds ...int) {
	t.Helper()
	for id, kind := range kinds {
		if err := c.Write([]byte("payload"), id, kind); err != nil {
			t.Fatal(err)
		}
		if f, err := c.Next(); err != nil || f.Int(0) != int64(id) || f.Int(1) != int64(kind) || string(f.Payload) != "payload" {
			t.Fatalf("answer %d: %v, %v", id, f, err)
		}
	}
}

func toTLS(nc net.Conn) net.Conn { return tls.Client(nc, &tls.Config{InsecureSkipVerify: true}) }

func TestUpgrade(t *testing.T) {
	for _, tr := range append(transports[:2:2], transports[3]) {
		t.Run(tr.name, func(t *testing.T) {
			checkGoroutines(t)
			s := &frame.Server{Layout: idKind, Handle: upgrading, ConnError: noErrors(t), WriteTimeout: guard, FrameTimeout: guard, IdleTimeout: guard}
			ln := tr.listen(t)
			served := serve(t, s, ln)
			c := dial(t, tr, ln)
			ask(t, c, 1, 2, startTLS)
			if err := c.Upgrade(t.Context(), toTLS); err != nil {
				t.Fatal(err)
			}
			if state, ok := c.NetConn().(*tls.Conn); !ok || !state.ConnectionState().HandshakeComplete {
				t.Errorf("%T", c.NetConn())
			}
			ask(t, c, 3, 4)
			for _, size := range []int{0, 300, 70_000} {
				go c.Send(make([]byte, size), 7, 7)
				if f, err := c.Next(); err != nil || len(f.Payload) != size {
					t.Fatalf("%v, %v", f, err)
				}
			}
			c.Close() // with a goodbye of TLS, or it is no end in order
			shutdown(t, s, served)
		})
	}
}

// TestUpgradeWithInjectedBytes has peers, or whoever is between, send more than the request
// before the answer has come, or no TLS after it. Nothing of it is handled.
func TestUpgradeWithInjectedBytes(t *testing.T) {
	request, err := idKind.Append(nil, nil, 1, startTLS)
	if err != nil {
		t.Fatal(err)
	}
	injected, err := idKind.Append(nil, []byte("MAIL FROM"), 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name          string
		first, second []byte // before the handler runs, and while it does
		want          string // in the error
	}{
		{"with the request", append(request, injected...), nil, "16 bytes unread that came before it"},
		{"a part of a frame", append(request, injected[:3]...), nil, "3 bytes unread that came before it"},
		{"a ClientHello", append(request, "\x16\x03\x01\x02\x00"...), nil, "5 bytes unread that came before it"},
		{"after the request", request, injected, "tls: first record does not look like a TLS handshake"},
		{"nothing", request, nil, io.ErrUnexpectedEOF.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, tr := range transports[:2] {
				t.Run(tr.name, func(t *testing.T) {
					checkGoroutines(t)
					handling, sent := make(chan bool, 9), make(chan bool)
					errs := make(chan error, 9)
					s := &frame.Server{Layout: idKind, ConnError: func(_ *frame.Conn, err error) { errs <- err }, Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
						handling <- true
						<-sent
						if f.Int(1) != startTLS {
							t.Errorf("handled: %v", f)
						}
						if err := upgrading(ctx, c, f); err == nil {
							t.Error("no error")
						}
						if err := c.Send(nil, 0, 0); err == nil {
							t.Error("no error of writing")
						}
						return nil // although there was one
					}}
					ln := tr.listen(t)
					served := serve(t, s, ln)
					peer, err := tr.dial(ln)
					if err != nil {
						t.Fatal(err)
					}
					defer peer.Close()
					peer.SetDeadline(time.Now().Add(guard))
					peer.Write(tt.first)
					wait(t, "the handler", handling)
					peer.Write(tt.second)
					close(sent)
					if tt.name == "nothing" {
						peer.(interface{ CloseWrite() error }).CloseWrite()
					}
					if err := wait(t, "the error", errs); !strings.Contains(err.Error(), tt.want) {
						t.Errorf("%v", err)
					}
					got, _ := io.ReadAll(peer)
					if len(got) >= len(request) && tt.second == nil && tt.name != "nothing" {
						t.Errorf("the peer has got %q", got)
					}
					shutdown(t, s, served)
				})
			}
		})
	}
}

// TestUpgradeOfAClient has the answer to a request for TLS come with more.
func TestUpgradeOfAClient(t *testing.T) {
	here, there := net.Pipe()
	defer there.Close()
	b, err := idKind.Append(nil, nil, 1, startTLS)
	if err != nil {
		t.Fatal(err)
	}
	go there.Write(append(b, b...))
	c := frame.NewConn(here, idKind)
	defer here.Close()
	if _, err := c.Next(); err != nil {
		t.Fatal(err)
	}
	if err := c.Upgrade(t.Context(), toTLS); err == nil {
		t.Error("no error")
	}
	if f, err := c.Next(); err == nil {
		t.Errorf("%v", f)
	}
	if err := c.Send(nil, 1, 1); err == nil {
		t.Error("no error of writing")
	}
}

// TestUpgradeEnds ends connections while a handshake is waited for.
func TestUpgradeEnds(t *testing.T) {
	for _, tt := range []struct {
		name             string
		handshake, frame time.Duration
		end              func(s *frame.Server, c *frame.Conn, cancel func())
		timeout          bool
	}{
		{"HandshakeTimeout", time.Millisecond, guard, nil, true},
		{"FrameTimeout", 0, time.Millisecond, nil, true},
		{"its context", 0, 0, func(_ *frame.Server, _ *frame.Conn, cancel func()) { cancel() }, false},
		{"Close", 0, 0, func(_ *frame.Server, c *frame.Conn, _ func()) { c.Close() }, false},
		{"Server.Close", 0, 0, func(s *frame.Server, _ *frame.Conn, _ func()) { s.Close() }, false},
		{"Shutdown", 0, 0, func(s *frame.Server, _ *frame.Conn, _ func()) { s.Shutdown(context.Background()) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, tr := range transports[:2] {
				t.Run(tr.name, func(t *testing.T) {
					checkGoroutines(t)
					frame.SetLinger(t, time.Millisecond)
					s := &frame.Server{Layout: idKind, HandshakeTimeout: tt.handshake, FrameTimeout: tt.frame}
					ended := make(chan error, 1)
					var failed sync.Map
					s.ConnError = func(_ *frame.Conn, err error) { failed.Store("error", err) }
					conns := make(chan *frame.Conn, 1)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					s.Handle = func(_ context.Context, c *frame.Conn, f frame.Frame) error {
						if err := c.WriteFrame(f); err != nil {
							return err
						}
						conns <- c
						err := c.Upgrade(ctx, func(nc net.Conn) net.Conn { return tls.Server(nc, serverTLS()) })
						ended <- err
						return err
					}
					ln := tr.listen(t)
					served := serve(t, s, ln)
					c := dial(t, tr, ln)
					ask(t, c, startTLS)
					conn := wait(t, "the handler", conns)
					if tt.end != nil {
						go tt.end(s, conn, cancel)
					}
					err := wait(t, "the end of Upgrade", ended)
					if err == nil || tt.timeout && !errors.Is(err, os.ErrDeadlineExceeded) {
						t.Errorf("%v", err)
					}
					c.NetConn().Close()
					s.Shutdown(context.Background())
					wait(t, "the end of Serve", served)
					if err, _ := failed.Load("error"); tt.timeout && err == nil || tt.name == "Shutdown" && err != nil {
						t.Errorf("ConnError: %v", err)
					}
				})
			}
		})
	}
}
