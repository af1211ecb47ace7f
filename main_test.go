package structpack_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets the heap grow further than usual: these tests make types, plans and
// results by the million, and a third of their time went into collections.
func TestMain(m *testing.M) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(800)
	}
	os.Exit(m.Run())
}
