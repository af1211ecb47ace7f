//go:build !unix

package frame

import "net"

// A rawReader waits without a buffer; there is none here.
type rawReader struct{}

func newRawReader(net.Conn) *rawReader { return nil }

func (*rawReader) read(*Reader, int) (int, error) { return 0, nil }
