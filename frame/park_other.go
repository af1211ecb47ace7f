//go:build !linux && !darwin && !freebsd && !netbsd && !openbsd && !dragonfly

package frame

import (
	"errors"
	"net"
)

// Here every connection keeps its goroutine.

func openPoller() (poller, error) { return nil, errors.ErrUnsupported }

func hasDescriptor(net.Conn) bool { return false }

func isDescriptorClosed(net.Conn) bool { return false }
