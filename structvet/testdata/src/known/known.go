// Package known has formats that are known in part: some of their counts are computed.
package known

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/structpack"
)

func numbers(n int, list []uint32, v any) {
	structpack.Pack(fmt.Sprintf("<H%dI", n), "x", list)              // want `value 0 \('H' at byte 1, got string\): required argument is not an integer`
	structpack.Pack(fmt.Sprintf("<H%dI", n), 1<<16, list)            // want `requires 0 <= number <= 65535`
	structpack.Pack(fmt.Sprintf("<H%dI", n), n, list)                // right
	structpack.Pack(fmt.Sprintf("<H%dI", n), v, list)                // not known
	structpack.Pack(fmt.Sprintf("<2H%dI", n), []uint16{1, 2}, "x")   // not known
	structpack.Pack("<H"+strconv.Itoa(n)+"IB", 1, list, "x")         // not known
	structpack.Pack("<H"+strconv.Itoa(n)+"sB", 1, "text", "x")       // want `value 2 \('B' at byte 5, got string\)`
	structpack.Pack("<H"+strconv.FormatInt(int64(n), 10)+"sB", 1, 2) // want `pack expected 3 items for packing \(got 2\)`
	structpack.CalcSize("<H" + fmt.Sprint(n) + "y")                  // want `bad char`
	structpack.CalcSize("<" + strconv.Itoa(n))                       // not known
	structpack.Pack(strings.Join([]string{"<H", "B"}, ""), 1)        // want `pack expected 2 items for packing \(got 1\)`
	structpack.Pack(strings.Join([]string{"<H", "B"}, "4x"), 1)      // want `pack expected 2 items for packing \(got 1\)`
}

func results(data []byte, n int) {
	v, err := structpack.Unpack(fmt.Sprintf("<HB%dI", n), data)
	if err != nil {
		return
	}
	_ = v[0].(int)    // want `value 0 \('H' at byte 1\) has type uint16, never int`
	_ = v[1].(uint8)  // right
	_ = v[2].(int)    // not known: there may be none
	_ = v[40].(uint8) // not known
	var id, kind int
	var list []uint64
	structpack.Scan(fmt.Sprintf("<HB%dI", n), data, &id, &kind, &list)
	structpack.Scan(fmt.Sprintf("<HB%dI", n), data, id, &kind, &list)  // want `the destination is not a pointer`
	structpack.Scan(fmt.Sprintf("<HB%dI", n), data, &id, &kind, &kind) // not known
}

func grown(n int, big bool) {
	format := "<"
	if big {
		format = ">"
	}
	format += "HH"
	structpack.Pack(format, n) // want `pack expected 2 items for packing \(got 1\)`
	for range n {
		format += "H"
	}
	structpack.Pack(format, n) // not known
	args := []any{1}
	args = append(args, 2, "x") // want `value 2 \('H' at byte 3, got string\)`
	structpack.Pack("<HHH", args...)
	if big {
		args = append(args, 3)
	}
	structpack.Pack("<HHH", args...) // not known
}

func lists(n int, wide []uint16, texts []string, all []any) {
	structpack.Pack("<B3H", n, wide)
	structpack.Pack("<B3H", n, all)
	structpack.Pack("<B3H", n, texts)                // want `value 1 \('H' at byte 2, got string\): required argument is not an integer`
	structpack.Pack("<B3H", 300, wide)               // want `requires 0 <= number <= 255`
	structpack.Pack("<B3H", n, []uint16{1, 2})       // want `2 elements for 3 values`
	structpack.Pack("<B3H", n, [4]uint16{})          // want `4 elements for 3 values`
	structpack.Pack("<B3H", n, []uint16{1, 2, 3})    // right
	structpack.Pack("<B3H", n, wide, wide)           // want `pack expected 4 items for packing \(got 3\)`
	structpack.Pack("<B100000H", n, wide)            // right
	structpack.Pack(fmt.Sprintf("<%dB", 1<<20), all) // right
}
