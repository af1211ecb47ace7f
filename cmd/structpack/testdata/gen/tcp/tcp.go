// Package tcp packs and unpacks what every TCP segment begins with.
package tcp

import "encoding"

//go:generate go run example.com/structpack/cmd/structpack gen -type Header -format "!HHIIBBHHH"

// A Header is a TCP header without options (RFC 9293, section 3.1).
type Header struct {
	SrcPort, DstPort uint16
	Seq, Ack         uint32
	Offset, Flags    uint8
	Window           uint16
	Checksum, Urgent uint16
}

var (
	_ encoding.BinaryAppender    = (*Header)(nil)
	_ encoding.BinaryMarshaler   = (*Header)(nil)
	_ encoding.BinaryUnmarshaler = (*Header)(nil)
)

// A Segment has the header's bytes in front of the data.
type Segment [HeaderSize + 1460]byte

// Header returns the header of a segment.
func (s *Segment) Header() (h Header, err error) {
	err = h.UnpackFrom(s[:], 0)
	return h, err
}
