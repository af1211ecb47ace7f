package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"unsafe"

	"example.com/structpack"
)

// cast takes the event for what its bytes are, with no check of what there is: a
// shorter b is read beyond its end, and where the machine is big-endian it is wrong.
func cast(b []byte) *Event { return (*Event)(unsafe.Pointer(unsafe.SliceData(b))) }

// keep takes a sum, so that it has to be made.
//
//go:noinline
func keep(uint64) {}

// eventJobs unpack events one by one, in a batch, and three fields of each.
func eventJobs() []job {
	const n, format = 1000, "<QQQIIIIII4s4sHHHHiI16sQQ"
	c, derived := structpack.MustCodec[Event](format), structpack.MustCodec[Event]("<")
	data, err := derived.AppendPackSlice(nil, slices.Repeat([]Event{event}, n))
	check(err)
	into, out := make([]Event, n), make([]byte, len(data))
	var r bytes.Reader
	each := func(f func(i int, b []byte)) func(int) {
		return times(func() {
			for i := range n {
				f(i, data[i*EventSize:][:EventSize])
			}
		})
	}
	three := func(e *Event) uint64 { return e.Time + uint64(e.PID) + uint64(e.DstPort) }
	var e Event
	return []job{
		{fmt.Sprintf("an event of 20 fields × %s, unpack", thousands(n)), n, []contestant{
			{"hand-written", each(func(i int, b []byte) { into[i].get(b) })},
			{"unsafe cast, and a copy", each(func(i int, b []byte) { into[i] = *cast(b) })},
			{"generated UnpackFrom", each(func(i int, b []byte) { into[i].UnpackFrom(b, 0) })},
			{"Codec of the format, one by one", each(func(i int, b []byte) { c.UnpackFrom(b, 0, &into[i]) })},
			{"Codec of the type, one by one", each(func(i int, b []byte) { derived.UnpackFrom(b, 0, &into[i]) })},
			{"Codec of the type, a batch", times(func() { derived.AppendUnpackSlice(into[:0], data) })},
			{"encoding/binary Decode", each(func(i int, b []byte) { binary.Decode(b, binary.LittleEndian, &into[i]) })},
			{"encoding/binary Read", each(func(i int, b []byte) {
				r.Reset(b)
				binary.Read(&r, binary.LittleEndian, &into[i])
			})},
			{"copying the packed bytes", times(func() { copy(out, data) })},
		}},
		{fmt.Sprintf("three of the 20 fields × %s", thousands(n)), n, []contestant{
			{"hand-written", times(func() {
				total := uint64(0)
				for b := data; len(b) >= EventSize; b = b[EventSize:] {
					total += binary.LittleEndian.Uint64(b) + uint64(binary.LittleEndian.Uint32(b[24:])) + uint64(binary.LittleEndian.Uint16(b[58:]))
				}
				keep(total)
			})},
			{"unsafe cast", times(func() {
				total := uint64(0)
				for b := data; len(b) >= EventSize; b = b[EventSize:] {
					total += three(cast(b))
				}
				keep(total)
			})},
			{"generated view", times(func() {
				total := uint64(0)
				for b := data; len(b) >= EventSize; b = b[EventSize:] {
					if v, err := NewEventView(b); err == nil {
						total += v.Time() + uint64(v.PID()) + uint64(v.DstPort())
					}
				}
				keep(total)
			})},
			{"generated UnpackFrom", times(func() {
				total := uint64(0)
				for b := data; len(b) >= EventSize; b = b[EventSize:] {
					e.UnpackFrom(b, 0)
					total += three(&e)
				}
				keep(total)
			})},
			{"Codec of the type", times(func() {
				total := uint64(0)
				for b := data; len(b) >= EventSize; b = b[EventSize:] {
					derived.UnpackFrom(b, 0, &e)
					total += three(&e)
				}
				keep(total)
			})},
			{"encoding/binary Decode", times(func() {
				total := uint64(0)
				for b := data; len(b) >= EventSize; b = b[EventSize:] {
					binary.Decode(b, binary.LittleEndian, &e)
					total += three(&e)
				}
				keep(total)
			})},
		}},
	}
}
