// Package term says whether a file is a terminal, and how wide that is.
package term

import "os"

// Width returns the columns of a terminal. It reports false if the file is not
// one; where nothing is known of terminals, a character device counts as one, of
// no width.
func Width(f *os.File) (columns int, ok bool) { return width(f) }
