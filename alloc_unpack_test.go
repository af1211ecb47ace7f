//go:build !race && !purego && (386 || amd64 || arm64 || ppc64le || s390x)

package structpack_test

import (
	"bytes"
	"strings"
	"testing"

	"example.com/structpack"
)

// TestUnpackAllocations: slices of values, numbers and short bytes are cut from chunks, which
// take less than an allocation a call together. Where a value has more bytes than a few, the slice of the
// values is an allocation, and such a value takes two.
func TestUnpackAllocations(t *testing.T) {
	for format, want := range map[string]float64{
		"": 0, "4B2?c": 0, "<bBhHiIqQfd": 0, "!HHIIBBHHH": 0,
		"4s": 0, "10s4s10s4s10s": 0, "4s8s16s1s2I2s2s": 0, "65H": 1, "<i17s": 3, "<i17s4s": 3,
		"I4s": 0, "!ci4sf": 0, "!16s16sHH": 0, "8s2H2I4sB": 0, allFormat: 0,
	} {
		s := structpack.MustCompile(format)
		data := bytes.Repeat([]byte{0xee}, s.Size()) // Go has small numbers already
		got := testing.AllocsPerRun(1000, func() { s.Unpack(data) })
		if got > want {
			t.Errorf("Unpack %q: %v allocations, want %v", format, got, want)
		}
		into := make([]any, 0, s.NumValues())
		if !strings.Contains(format, "17s") {
			got = testing.AllocsPerRun(1000, func() { s.AppendUnpack(into, data) })
			if got > 0 {
				t.Errorf("AppendUnpack %q: %v allocations, want less than 1", format, got)
			}
		}
		records := bytes.Repeat(data, 1000)
		got = testing.AllocsPerRun(10, func() {
			seq, err := s.IterUnpack(records)
			if err != nil {
				return // no size
			}
			for range seq {
			}
		})
		if most := 1000*want + 600; got > most {
			t.Errorf("IterUnpack %q: %v allocations for 1,000 records, want at most %v", format, got, most)
		}
	}
}
