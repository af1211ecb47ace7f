package main

import (
	"fmt"
	"runtime"

	"example.com/structpack"
)

// realFormats are headers that programs read with struct, whose values are what bytes
// that count up mean.
var realFormats = []string{
	"!BBHHHBBH4s4s", // IPv4
	"!6s6sH",        // Ethernet
	"!HHHHHH",       // DNS
	"<IIhhBx16s",    // a record of a log
	">8sI4s2I5BI",   // PNG up to the end of its IHDR
	"<4sIHHIIIHH",   // WAV
	"<HHIIII",       // COFF
	"<IHHIII",       // a ZIP entry, in part
	">IIIII",        // FLV, in part
	"<3f",           // a point
}

// dynamicJobs make the jobs with formats that are not known when the program is compiled.
func dynamicJobs() (all []func() []job) {
	for _, format := range realFormats {
		all = append(all, func() []job { return realJobs(format) })
	}
	all = append(all, iterJobs)
	for _, n := range []int{1, 100, 200, 1000, 100_000} {
		all = append(all, func() []job { return formatsJobs(n) })
	}
	return append(all, compileJobs)
}

func iterJobs() []job {
	return []job{
		iterJob("<IhBd", tick, putTicks, getTicks, func(r *Tick) []any { return []any{r.ID, r.Size, r.Side, r.Price} }),
		iterJob("!ci4sf", name, putNames, getNames, func(r *Name) []any { return []any{r.C, r.I, append([]byte(nil), r.S[:]...), r.F} }),
		iterJob("!HHIIBBHHH", header, putHeaders, getHeaders, func(r *Header) []any {
			return []any{r.Src, r.Dst, r.Seq, r.Ack, r.Offset, r.Flags, r.Window, r.Sum, r.Urgent}
		}),
		iterJob("<bBhHiIqQfd?8s2xbBhHiIqQ", many, putManys, getManys, func(r *Many) []any {
			return []any{r.A, r.B, r.C, r.D, r.E, r.F, r.G, r.H, r.I, r.J, r.K, append([]byte(nil), r.L[:]...), r.A2, r.B2, r.C2, r.D2, r.E2, r.F2, r.G2, r.H2}
		}),
	}
}

// counting returns n bytes that count up, as in cpython.py.
func counting(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i*37 + 11)
	}
	return data
}

// realJobs pack and unpack a record, and unpack many.
func realJobs(format string) []job {
	const records = 1000
	s := structpack.MustCompile(format)
	data := counting(records * s.Size())
	one := data[:s.Size()]
	values, err := s.Unpack(one)
	check(err)
	into, out := make([]any, 0, len(values)), make([]byte, s.Size())
	return []job{
		{fmt.Sprintf("`%s` pack", format), 1, []contestant{
			{"Struct.PackInto", times(func() { s.PackInto(out, 0, values...) })},
			{"Struct.Pack", times(func() { s.Pack(values...) })},
		}},
		{fmt.Sprintf("`%s` unpack", format), 1, []contestant{
			{"Struct.Unpack", times(func() { s.Unpack(one) })},
			{"Struct.AppendUnpack, into memory that is there", times(func() { s.AppendUnpack(into, one) })},
			{"UnpackFrom, by format", times(func() { structpack.UnpackFrom(format, one, 0) })},
		}},
		{fmt.Sprintf("`%s` × %s, a loop over IterUnpack", format, thousands(records)), records, []contestant{
			{"Struct.IterUnpack", times(func() { iterate(s, data) })},
		}},
	}
}

func iterate(s *structpack.Struct, data []byte) {
	seq, err := s.IterUnpack(data)
	check(err)
	for range seq {
	}
}

// iterJob is a loop over many records, beside what is written by hand to have their
// values in slices.
func iterJob[T any](format string, one T, put func([]byte, []T), get func([]T, []byte), box func(*T) []any) job {
	const records = 1000
	s := structpack.MustCompile(format)
	data, rs := make([]byte, records*s.Size()), make([]T, records)
	for i := range rs {
		rs[i] = one
	}
	put(data, rs)
	return job{fmt.Sprintf("`%s` × %s, a loop over IterUnpack", format, thousands(records)), records, []contestant{
		{"hand-written, into []any", times(func() {
			get(rs, data)
			for i := range rs {
				runtime.KeepAlive(box(&rs[i]))
			}
		})},
		{"Struct.IterUnpack", times(func() { iterate(s, data) })},
	}}
}

// formatsJobs use n formats in turn.
func formatsJobs(n int) []job {
	pack, unpack := make([]string, n), make([]string, n)
	for i := range n {
		pack[i] = fmt.Sprintf("!L%ds%ds", 1+i/300, 1+i%300)
		unpack[i] = fmt.Sprintf("<I%ds%dH%dB", 1+i/64%1600, 1+i%8, 1+i/8%8)
	}
	data, out := counting(4096), make([]byte, 0, 4096)
	number, key, value := uint32(70000), []byte("key"), []byte("value")
	// A run goes on where the last one ended.
	inTurn := func(formats []string, f func(format string)) func(int) {
		i := 0
		return func(runs int) {
			for range runs {
				f(formats[i])
				if i++; i == n {
					i = 0
				}
			}
		}
	}
	heading := thousands(n) + " formats in turn, "
	if n == 1 {
		heading = "1 format again and again, "
	}
	return []job{
		{heading + "pack", 1, []contestant{
			{"Pack", inTurn(pack, func(format string) { structpack.Pack(format, number, key, value) })},
			{"AppendPack", inTurn(pack, func(format string) { structpack.AppendPack(out, format, number, key, value) })},
		}},
		{heading + "unpack", 1, []contestant{
			{"UnpackFrom", inTurn(unpack, func(format string) { structpack.UnpackFrom(format, data, 0) })},
		}},
	}
}

// compileJobs are what a format costs before its first use.
func compileJobs() []job {
	const format = "!HHIIBBHHH"
	s := structpack.MustCompile(format)
	return []job{{fmt.Sprintf("`%s` compile", format), 1, []contestant{
		{"Compile", times(func() { structpack.Compile(format) })},
		{"NewCodec", times(func() { structpack.NewCodec[Header](s) })},
		{"Compile and NewCodec", times(func() { structpack.MustCodec[Header](format) })},
	}}}
}
