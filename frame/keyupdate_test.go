package frame_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"net"
	"strings"
	"testing"
	"time"

	"example.com/structpack/frame"
)

// A tlsSender writes records of TLS 1.3 after those of a client that has written so
// many with its first key: crypto/tls sends no KeyUpdate.
type tlsSender struct {
	t      *testing.T
	secret []byte
	count  uint64
}

// expand is HKDF-Expand-Label of RFC 8446, 7.1.
func (s *tlsSender) expand(label string, n int) []byte {
	label = "tls13 " + label
	info := "\x00" + string([]byte{byte(n), byte(len(label))}) + label + "\x00"
	b, err := hkdf.Expand(sha256.New, s.secret, info, n)
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// record returns a record of a type of content.
func (s *tlsSender) record(kind byte, content []byte) []byte {
	block, err := aes.NewCipher(s.expand("key", 16))
	if err != nil {
		s.t.Fatal(err)
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		s.t.Fatal(err)
	}
	nonce := s.expand("iv", 12)
	for i := range 8 {
		nonce[11-i] ^= byte(s.count >> (8 * i))
	}
	s.count++
	n := len(content) + 1 + seal.Overhead()
	head := []byte{23, 3, 3, byte(n >> 8), byte(n)}
	return seal.Seal(head, nonce, append(bytes.Clone(content), kind), head)
}

// update returns a KeyUpdate that asks for one, and takes the next key.
func (s *tlsSender) update() []byte {
	b := s.record(22, []byte{24, 0, 0, 1, 1})
	s.secret, s.count = s.expand("traffic upd", 32), 0
	return b
}

// TestKeyUpdate has a TLS peer renew its key when the time of the last flush is long
// over: the answer of crypto/tls, which it writes on its own account, has no deadline.
func TestKeyUpdate(t *testing.T) {
	checkGoroutines(t)
	s := &frame.Server{Layout: idKind, WriteTimeout: 30 * time.Millisecond, ConnError: noErrors(t), Handle: func(_ context.Context, c *frame.Conn, f frame.Frame) error {
		return c.Send(f.Payload, f.Uint(0), 0)
	}}
	ln := tls.NewListener(listenTCP(t), serverTLS())
	served := serve(t, s, ln)
	below, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer below.Close()
	below.SetDeadline(time.Now().Add(guard))
	var keys strings.Builder
	peer := tls.Client(below, &tls.Config{InsecureSkipVerify: true, KeyLogWriter: &keys})
	if err := peer.Handshake(); err != nil {
		t.Fatal(err)
	}
	if suite := peer.ConnectionState().CipherSuite; suite != tls.TLS_AES_128_GCM_SHA256 {
		t.Skip("the test cannot make records of ", tls.CipherSuiteName(suite))
	}
	c := frame.NewConn(peer, idKind)
	answered := func(id int) {
		t.Helper()
		if f, err := c.Next(); err != nil || f.Int(0) != int64(id) {
			t.Fatalf("%v, %v, want answer %d", f, err, id)
		}
	}
	c.Write(nil, 1, 0)
	answered(1)

	_, secret, _ := strings.Cut(keys.String(), "CLIENT_TRAFFIC_SECRET_0 ")
	_, secret, _ = strings.Cut(strings.SplitN(secret, "\n", 2)[0], " ")
	raw := &tlsSender{t: t, count: 1}
	if raw.secret, err = hex.DecodeString(secret); err != nil {
		t.Fatal(err)
	}
	for id := 2; id < 4; id++ {
		time.Sleep(2 * s.WriteTimeout)
		b, err := idKind.Append(nil, nil, id, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := below.Write(append(raw.update(), raw.record(23, b)...)); err != nil {
			t.Fatal(err)
		}
		answered(id)
	}
	below.Close()
	shutdown(t, s, served)
}
