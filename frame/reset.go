package frame

import "errors"

// isReset reports whether an error of a connection says that it was reset.
func isReset(err error) bool {
	for _, reset := range resets {
		if errors.Is(err, reset) {
			return true
		}
	}
	return false
}
