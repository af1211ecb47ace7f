package main

import (
	"cmp"
	"os"
	"testing"
)

// TestCPython asks for one job after another.
func TestCPython(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a process")
	}
	py := newPython(cmp.Or(os.Getenv("STRUCTPACK_PYTHON"), "python3"))
	if py.command == nil {
		t.Skip("no CPython")
	}
	for _, tt := range []struct {
		heading string
		ways    int
	}{
		{"`!ci4sf` pack", 2},
		{"three of the 20 fields × 1,000", 0},
		{"`<3f` unpack", 1},
		{"`<3f` × 1,000, a loop over IterUnpack", 1},
		{"`<IhBd` × 1,000, unpack", 2},
		{"200 formats in turn, pack", 1},
		{"`!HHIIBBHHH` compile", 1},
	} {
		times := py.time(tt.heading)
		if len(times) != tt.ways {
			t.Errorf("%s: %v, want %d ways", tt.heading, times, tt.ways)
		}
		for _, r := range times {
			if r.Nanoseconds <= 0 {
				t.Errorf("%s: %v", tt.heading, r)
			}
		}
	}
}

func TestLowerQuartile(t *testing.T) {
	for _, tt := range []struct {
		times []float64
		want  float64
	}{
		{[]float64{7}, 7},
		{[]float64{9, 8, 7}, 7},
		{[]float64{9, 1, 8, 2, 7, 3, 6, 4, 5}, 3},
	} {
		if got := lowerQuartile(tt.times); got != tt.want {
			t.Errorf("%v: %v, want %v", tt.times, got, tt.want)
		}
	}
}
