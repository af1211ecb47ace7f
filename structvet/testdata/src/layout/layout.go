// Package layout has frame layouts that are refused.
package layout

import (
	"encoding/binary"

	"example.com/structpack/frame"
)

const length = 1

var (
	_ = frame.MustLayout("!I")
	_ = frame.MustLayout("!HBI", frame.LengthAt(2))
	_ = frame.MustLayout("!cI", frame.CountsFrom(length))
	_ = frame.MustLayout("!16sHB", frame.LengthAt(1), frame.CountsHeader())
	_ = frame.MustLayout("!BHI", frame.LengthAt(2), frame.Trailer(1))
	_ = frame.MustLayout("!16s", frame.LengthFunc(func(head []byte) (int64, error) { return int64(binary.BigEndian.Uint16(head)), nil }))

	_ = frame.MustLayout("HBI", frame.LengthAt(2))                    // want `layout "HBI": the format must begin with <, > or !`
	_ = frame.MustLayout("@I")                                        // want `the format must begin with <, > or !`
	_ = frame.MustLayout("!HBI")                                      // want `layout "!HBI": more than one integer, and no LengthAt`
	_ = frame.MustLayout("!HBI", frame.LengthAt(3))                   // want `layout "!HBI": value 3 is no integer of it`
	_ = frame.MustLayout("!H9sI", frame.LengthAt(length))             // want `value 1 is no integer of it`
	_ = frame.MustLayout("!4s")                                       // want `no integer that could be the length`
	_ = frame.MustLayout("!cI", frame.CountsFrom(2))                  // want `it has no value 2 to count from`
	_ = frame.MustLayout("!I", frame.Trailer(-1))                     // want `a trailer of -1 bytes`
	_ = frame.MustLayout("!5000sI")                                   // want `a header of 5004 bytes is too large \(limit 4096\)`
	_ = frame.MustLayout("!I", frame.LengthFunc(f), frame.Trailer(1)) // want `LengthFunc .*no other rule`
)

func f(head []byte) (int64, error) { return 0, nil }

func unknown(at int, rule frame.Option, rules ...frame.Option) {
	frame.NewLayout("!HBI", frame.LengthAt(at))
	frame.NewLayout("!HBI", rule)
	frame.NewLayout("!HBI", rules...)
	frame.NewLayout("HBI", rules...) // want `the format must begin with <, > or !`
	frame.NewLayout("!HBI")          // want `more than one integer`
}
