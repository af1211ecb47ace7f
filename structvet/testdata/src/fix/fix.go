// Package fix has every kind of mistake that has a fix.
package fix

import (
	"net"
	"reflect"
	"slices"

	"example.com/structpack"
	"example.com/structpack/frame"
)

var layout = frame.MustLayout("!HIB", frame.LengthAt(1))

func pack(n int, ip net.IP) {
	structpack.Pack("<c", 'Q')     // want `write byte\('Q'\)`
	structpack.Pack("<I", 1e6)     // want `required argument is not an integer`
	structpack.Pack("<B", 1e3)     // want `required argument is not an integer`
	structpack.Pack("<i", &n)      // want `required argument is not an integer`
	structpack.Pack("<?", &n)      // want `a pointer is true unless it is nil`
	structpack.Pack("<4sH", ip, n) // want `a net.IP has 16 bytes`
	structpack.Pack("<8sH", ip, n) // want `a net.IP has 16 bytes`
	structpack.Pack("<4sH", ip.To4(), n)
}

func scan(data []byte) (n uint16, err error) {
	err = structpack.Scan("<H", data, n) // want `the destination is not a pointer`
	return n, err
}

func compare(data []byte) (string, bool) {
	v, err := structpack.Unpack("<4sHc", data)
	if err != nil || v[1] == 7 { // want `has type uint16, never int`
		return "", v[0] == "RIFF" // want `has type \[\]byte, never string`
	}
	switch v[2] {
	case 'A': // want `has type uint8, never rune`
	}
	if slices.Contains([]any{1, uint16(2)}, v[1]) || reflect.DeepEqual(v, []any{[]byte("RIFF"), 5, byte('A')}) { // want `it is never found` `they are never equal`
		return v[0].(string), reflect.DeepEqual(v[1], 5) // want `has type \[\]byte, never string` `they are never equal`
	}
	return "", false
}

func send(c *frame.Conn, p, q []byte) ([]byte, error) {
	if _, err := layout.Append(nil, p, 1, len(q), 2); err != nil { // want `a frame takes 2 values besides the length \(got 3\)`
		return nil, err
	}
	return layout.Append(nil, p, 1, len(p), 2) // want `leave out len\(p\)`
}
