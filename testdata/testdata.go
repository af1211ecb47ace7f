// Package testdata has the program that asks a Python, for the command that makes
// fixtures of a user's own formats.
package testdata

import _ "embed"

// Oracle is oracle.py.
//
//go:embed oracle.py
var Oracle []byte
