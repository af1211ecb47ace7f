//go:build !race && !purego && (386 || amd64 || arm64 || ppc64le || s390x)

package structpack_test

import (
	"bytes"
	"runtime"
	"testing"

	"example.com/structpack"
)

// TestRetention keeps one value, or all, of some of many records, and looks how much
// memory that keeps: no more than the chunks of package mem that they may lie in.
func TestRetention(t *testing.T) {
	const records = 20_000
	for _, format := range []string{"!HHIIBBHHH", "!ci4sf", "<IhBd", allFormat, "<i100s"} {
		s := structpack.MustCompile(format)
		data := bytes.Repeat([]byte{0xee}, s.Size()*records)
		first := 0
		for s.Fields()[first].Type.Size() == 1 { // that takes nothing
			first++
		}
		for _, every := range []int{1, 100} {
			kept := make([]any, 0, records)
			perKept := func(keep func(values []any)) int {
				kept = kept[:0]
				before := live()
				seq, err := s.IterUnpack(data)
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for values := range seq {
					if n%every == 0 {
						keep(values)
					}
					n++
				}
				after := live()
				return (after - before) / len(kept)
			}
			number := perKept(func(values []any) { kept = append(kept, values[first]) })
			all := perKept(func(values []any) { kept = append(kept, &values[0]) })
			t.Logf("%s, every %d. record kept: %d bytes for one number, %d for all values", format, every, number, all)
			if most := 1100; number > most {
				t.Errorf("%s, every %d. record: a number keeps %d bytes, want at most %d", format, every, number, most)
			}
			if most := 8 << 10; all > most {
				t.Errorf("%s, every %d. record: all values keep %d bytes, want at most %d", format, every, all, most)
			}
			runtime.KeepAlive(kept)
		}
	}
}

// live returns the bytes that are in use.
func live() int {
	runtime.GC()
	runtime.GC() // what a pool keeps goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// TestResultsAreApart: what is appended to one result, or written to it, is not seen in
// another that lies beside it.
func TestResultsAreApart(t *testing.T) {
	s := structpack.MustCompile("!H2sB")
	seq, err := s.IterUnpack([]byte("\x10\x01ab\x01\x10\x02cd\x02\x10\x03ef\x03"))
	if err != nil {
		t.Fatal(err)
	}
	var all [][]any
	for values := range seq {
		all = append(all, values)
	}
	for _, values := range all {
		if len(values) != cap(values) {
			t.Errorf("%d values with a capacity of %d", len(values), cap(values))
		}
		b := values[1].([]byte)
		if len(b) != cap(b) {
			t.Errorf("%d bytes with a capacity of %d", len(b), cap(b))
		}
	}
	copy(all[1][1].([]byte), "XY")
	all[1][0] = "other"
	for i, want := range [][]any{{uint16(0x1001), "ab", byte(1)}, {"other", "XY", byte(2)}, {uint16(0x1003), "ef", byte(3)}} {
		if got := all[i]; got[0] != want[0] || string(got[1].([]byte)) != want[1] || got[2] != want[2] {
			t.Errorf("record %d is %v, want %v", i, got, want)
		}
	}
}
