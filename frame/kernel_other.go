//go:build !linux && !darwin

package frame

import "net"

// unread returns 0, as nobody knows how many bytes have arrived.
func unread(net.Conn) int { return 0 }

// sendState reports that nobody knows what the peer's kernel has.
func sendState(net.Conn) (sent, known bool, err error) { return false, false, nil }
