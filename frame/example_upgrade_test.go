package frame_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"math/big"
	"net"
	"time"

	"example.com/structpack/frame"
)

// A server and a client whose connection becomes one of TLS when the client asks for it.
func ExampleConn_Upgrade() {
	const text, startTLS = 0, 1
	layout := frame.MustLayout("!BI", frame.LengthAt(1))
	certificate, roots := selfSigned("server.test")

	s := &frame.Server{
		Layout:           layout,
		HandshakeTimeout: 10 * time.Second,
		Handle: func(ctx context.Context, c *frame.Conn, f frame.Frame) error {
			if f.Uint(0) == startTLS {
				if err := c.Write(nil, startTLS); err != nil { // Upgrade flushes it
					return err
				}
				return c.Upgrade(ctx, func(nc net.Conn) net.Conn {
					return tls.Server(nc, &tls.Config{Certificates: []tls.Certificate{certificate}})
				})
			}
			_, secure := c.NetConn().(*tls.Conn)
			return c.Write(fmt.Appendf(nil, "%s, secure: %t", f.Payload, secure), text)
		},
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go s.Serve(ln)
	defer s.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	c := frame.NewConn(conn, layout)
	defer c.Close()
	call := func(kind int, payload string) string {
		if err := c.WriteContext(ctx, []byte(payload), kind); err != nil {
			log.Fatal(err)
		}
		f, err := c.NextContext(ctx)
		if err != nil {
			log.Fatal(err)
		}
		return string(f.Payload)
	}
	fmt.Println(call(text, "before"))
	call(startTLS, "") // nothing else is sent until its answer is here
	if err := c.Upgrade(ctx, func(nc net.Conn) net.Conn {
		return tls.Client(nc, &tls.Config{ServerName: "server.test", RootCAs: roots})
	}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(call(text, "after"))
	// Output:
	// before, secure: false
	// after, secure: true
}

// selfSigned makes a certificate for a name, and who trusts it.
func selfSigned(name string) (tls.Certificate, *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		log.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}
