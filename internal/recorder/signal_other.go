//go:build !unix

package recorder

import "os"

// passed are the signals that are meant for the program.
var passed []os.Signal

func exitStatus(p *os.ProcessState) int { return p.ExitCode() }
