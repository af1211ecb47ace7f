package fuzz_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets the heap grow further than usual: a third of the time of these tests
// went into collections.
func TestMain(m *testing.M) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(800)
	}
	os.Exit(m.Run())
}
