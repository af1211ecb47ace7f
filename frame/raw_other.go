//go:build !unix

package frame

import "net"

// A rawConn reads without a buffer to wait with, and writes without waiting; there
// is none here.
type rawConn struct{}

func isRaw(net.Conn) bool { return false }

func newRawConn(net.Conn) *rawConn { return nil }

func (*rawConn) read(*Reader, int, bool) (int, error) { return 0, nil }

func waitUntilReadable(net.Conn) {}

func hasUnread(net.Conn) bool { return false }

func (*rawConn) write(*rawWrite, net.Conn, []byte) (int, error) { return 0, nil }

type (
	rawRead  struct{}
	rawWrite struct{}
)
