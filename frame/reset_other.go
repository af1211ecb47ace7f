//go:build !unix && !windows

package frame

// resets are unknown here.
var resets []error
