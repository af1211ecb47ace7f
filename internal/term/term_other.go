//go:build !darwin && !dragonfly && !freebsd && !linux && !netbsd && !openbsd && !windows

package term

import "os"

func width(f *os.File) (int, bool) {
	info, err := f.Stat()
	return 0, err == nil && info.Mode()&os.ModeCharDevice != 0
}
