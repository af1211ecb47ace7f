package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"example.com/structpack"
	"example.com/structpack/internal/shuffle"
	"github.com/go-restruct/restruct"
	"github.com/lunixbochs/struc"
)

// What is packed, and where it goes, are package variables, so that nobody gets
// constants.
var (
	buf = make([]byte, 128)
	dst = make([]byte, 0, 128)

	text, long = []byte("spam"), []byte("abcdefgh")
)

// jobs returns what makes the jobs, some at a time: the data of one would be on the heap
// of all others.
func jobs() []func() []job {
	all := []func() []job{nameJobs, headerJobs, manyJobs}
	all = append(all, dynamicJobs()...)
	return append(all, eventJobs,
		func() []job { return batchJobs("<IhBd", binary.LittleEndian, tick, 1000, putTicks, getTicks) },
		func() []job { return batchJobs("<IhBd", binary.LittleEndian, tick, 1_000_000, putTicks, getTicks) },
		func() []job { return batchJobs("!ci4sf", binary.BigEndian, name, 1000, putNames, getNames) },
		func() []job { return batchJobs("!HHIIBBHHH", binary.BigEndian, header, 1000, putHeaders, getHeaders) },
		func() []job {
			return batchJobs("<bBhHiIqQfd?8s2xbBhHiIqQ", binary.LittleEndian, many, 1000, putManys, getManys)
		},
		func() []job { return arrayJobs(">i", binary.BigEndian, int32(-70000), 4_000_000, putInts, getInts) },
		func() []job { return arrayJobs("<d", binary.LittleEndian, 99.25, 4_000_000, putDoubles, getDoubles) })
}

func nameJobs() []job {
	const format = "!ci4sf"
	s, r, into, data := structpack.MustCompile(format), &name, new(Name), make([]byte, 13)
	i := int(r.I)
	r.put(data)
	pack := []contestant{
		{"hand-written", func(n int) {
			for range n {
				r.put(buf)
			}
		}},
		{"generated PackInto", func(n int) {
			for range n {
				r.PackInto(buf, 0)
			}
		}},
		{"generated AppendBinary", func(n int) {
			for range n {
				r.AppendBinary(dst)
			}
		}},
		{"Struct.PackInto", func(n int) {
			for range n {
				s.PackInto(buf, 0, r.C, r.I, text, r.F)
			}
		}},
		{"Struct.PackInto, values of type int", func(n int) {
			for range n {
				s.PackInto(buf, 0, r.C, i, text, r.F)
			}
		}},
		{"Struct.AppendPack", func(n int) {
			for range n {
				s.AppendPack(dst, r.C, r.I, text, r.F)
			}
		}},
		{"AppendPack, by format", func(n int) {
			for range n {
				structpack.AppendPack(dst, format, r.C, r.I, text, r.F)
			}
		}},
	}
	unpack := []contestant{
		{"hand-written", func(n int) {
			for range n {
				into.get(data)
			}
		}},
		{"generated UnpackFrom", func(n int) {
			for range n {
				into.UnpackFrom(data, 0)
			}
		}},
		{"generated UnmarshalBinary", func(n int) {
			for range n {
				into.UnmarshalBinary(data)
			}
		}},
		{"Struct.Scan", func(n int) {
			for range n {
				s.Scan(data, &into.C, &into.I, &text, &into.F)
			}
		}},
	}
	return recordJobs(format, binary.BigEndian, r, data, pack, unpack)
}

func headerJobs() []job {
	const format = "!HHIIBBHHH"
	s, r, into, data := structpack.MustCompile(format), &header, new(Header), make([]byte, 20)
	i := [9]int{int(r.Src), int(r.Dst), int(r.Seq), int(r.Ack), int(r.Offset), int(r.Flags), int(r.Window), int(r.Sum), int(r.Urgent)}
	r.put(data)
	pack := []contestant{
		{"hand-written", func(n int) {
			for range n {
				r.put(buf)
			}
		}},
		{"generated PackInto", func(n int) {
			for range n {
				r.PackInto(buf, 0)
			}
		}},
		{"generated AppendBinary", func(n int) {
			for range n {
				r.AppendBinary(dst)
			}
		}},
		{"Struct.PackInto", func(n int) {
			for range n {
				s.PackInto(buf, 0, r.Src, r.Dst, r.Seq, r.Ack, r.Offset, r.Flags, r.Window, r.Sum, r.Urgent)
			}
		}},
		{"Struct.PackInto, values of type int", func(n int) {
			for range n {
				s.PackInto(buf, 0, i[0], i[1], i[2], i[3], i[4], i[5], i[6], i[7], i[8])
			}
		}},
		{"Struct.AppendPack", func(n int) {
			for range n {
				s.AppendPack(dst, r.Src, r.Dst, r.Seq, r.Ack, r.Offset, r.Flags, r.Window, r.Sum, r.Urgent)
			}
		}},
		{"AppendPack, by format", func(n int) {
			for range n {
				structpack.AppendPack(dst, format, r.Src, r.Dst, r.Seq, r.Ack, r.Offset, r.Flags, r.Window, r.Sum, r.Urgent)
			}
		}},
	}
	unpack := []contestant{
		{"hand-written", func(n int) {
			for range n {
				into.get(data)
			}
		}},
		{"generated UnpackFrom", func(n int) {
			for range n {
				into.UnpackFrom(data, 0)
			}
		}},
		{"generated UnmarshalBinary", func(n int) {
			for range n {
				into.UnmarshalBinary(data)
			}
		}},
		{"Struct.Scan", func(n int) {
			for range n {
				s.Scan(data, &into.Src, &into.Dst, &into.Seq, &into.Ack, &into.Offset, &into.Flags, &into.Window, &into.Sum, &into.Urgent)
			}
		}},
	}
	return recordJobs(format, binary.BigEndian, r, data, pack, unpack)
}

func manyJobs() []job {
	const format = "<bBhHiIqQfd?8s2xbBhHiIqQ"
	s, r, into, data := structpack.MustCompile(format), &many, new(Many), make([]byte, 83)
	r.put(data)
	pack := []contestant{
		{"hand-written", func(n int) {
			for range n {
				r.put(buf)
			}
		}},
		{"generated PackInto", func(n int) {
			for range n {
				r.PackInto(buf, 0)
			}
		}},
		{"generated AppendBinary", func(n int) {
			for range n {
				r.AppendBinary(dst)
			}
		}},
		{"Struct.PackInto", func(n int) {
			for range n {
				s.PackInto(buf, 0, r.A, r.B, r.C, r.D, r.E, r.F, r.G, r.H, r.I, r.J, r.K, long, r.A2, r.B2, r.C2, r.D2, r.E2, r.F2, r.G2, r.H2)
			}
		}},
		{"Struct.AppendPack", func(n int) {
			for range n {
				s.AppendPack(dst, r.A, r.B, r.C, r.D, r.E, r.F, r.G, r.H, r.I, r.J, r.K, long, r.A2, r.B2, r.C2, r.D2, r.E2, r.F2, r.G2, r.H2)
			}
		}},
	}
	unpack := []contestant{
		{"hand-written", func(n int) {
			for range n {
				into.get(data)
			}
		}},
		{"generated UnpackFrom", func(n int) {
			for range n {
				into.UnpackFrom(data, 0)
			}
		}},
		{"generated UnmarshalBinary", func(n int) {
			for range n {
				into.UnmarshalBinary(data)
			}
		}},
		{"Struct.Scan", func(n int) {
			for range n {
				s.Scan(data, &into.A, &into.B, &into.C, &into.D, &into.E, &into.F, &into.G, &into.H, &into.I, &into.J, &into.K, &long,
					&into.A2, &into.B2, &into.C2, &into.D2, &into.E2, &into.F2, &into.G2, &into.H2)
			}
		}},
	}
	return recordJobs(format, binary.LittleEndian, r, data, pack, unpack)
}

// recordJobs adds to the contestants those that need no more than the Go struct.
func recordJobs[T any](format string, order binary.ByteOrder, r *T, data []byte, pack, unpack []contestant) []job {
	s, c, into := structpack.MustCompile(format), structpack.MustCodec[T](format), new(T)
	scalar := withoutVectors(func() *structpack.Codec[T] { return structpack.MustCodec[T](format) })
	values := make([]any, 0, s.NumValues())
	options := &struc.Options{Order: order}
	var w bytes.Buffer
	var in bytes.Reader
	pack = append(pack,
		contestant{"Codec.PackInto", func(n int) {
			for range n {
				c.PackInto(buf, 0, r)
			}
		}},
		contestant{"Codec.PackInto, without vectors", func(n int) {
			for range n {
				scalar.PackInto(buf, 0, r)
			}
		}},
		contestant{"Codec.AppendPack", func(n int) {
			for range n {
				c.AppendPack(dst, r)
			}
		}},
		contestant{"encoding/binary Encode", func(n int) {
			for range n {
				binary.Encode(buf, order, r)
			}
		}},
		contestant{"encoding/binary Append", func(n int) {
			for range n {
				binary.Append(dst, order, r)
			}
		}},
		contestant{"encoding/binary Write", func(n int) {
			for range n {
				w.Reset()
				binary.Write(&w, order, r)
			}
		}},
		contestant{"lunixbochs/struc", func(n int) {
			for range n {
				w.Reset()
				struc.PackWithOptions(&w, r, options)
			}
		}},
		contestant{"go-restruct/restruct", func(n int) {
			for range n {
				restruct.Pack(order, r)
			}
		}})
	unpack = append(unpack,
		contestant{"Struct.Unpack", func(n int) {
			for range n {
				s.Unpack(data)
			}
		}},
		contestant{"Struct.AppendUnpack, into memory that is there", func(n int) {
			for range n {
				s.AppendUnpack(values, data)
			}
		}},
		contestant{"UnpackFrom, by format", func(n int) {
			for range n {
				structpack.UnpackFrom(format, data, 0)
			}
		}},
		contestant{"Codec.UnpackFrom", func(n int) {
			for range n {
				c.UnpackFrom(data, 0, into)
			}
		}},
		contestant{"Codec.UnpackFrom, without vectors", func(n int) {
			for range n {
				scalar.UnpackFrom(data, 0, into)
			}
		}},
		contestant{"encoding/binary Decode", func(n int) {
			for range n {
				binary.Decode(data, order, into)
			}
		}},
		contestant{"encoding/binary Read", func(n int) {
			for range n {
				in.Reset(data)
				binary.Read(&in, order, into)
			}
		}},
		contestant{"lunixbochs/struc", func(n int) {
			for range n {
				in.Reset(data)
				struc.UnpackWithOptions(&in, into, options)
			}
		}},
		contestant{"go-restruct/restruct", func(n int) {
			for range n {
				restruct.Unpack(data, order, into)
			}
		}})
	return []job{
		{fmt.Sprintf("`%s` pack", format), 1, pack},
		{fmt.Sprintf("`%s` unpack", format), 1, unpack},
	}
}

// batchJobs pack and unpack n records at a time.
func batchJobs[T any](format string, order binary.ByteOrder, one T, n int, put func([]byte, []T), get func([]T, []byte)) []job {
	c := structpack.MustCodec[T](format)
	scalar := withoutVectors(func() *structpack.Codec[T] { return structpack.MustCodec[T](format) })
	rs, into := slices.Repeat([]T{one}, n), make([]T, n)
	size := c.Size()
	data, out := make([]byte, n*size), make([]byte, n*size)
	put(data, rs)
	copy(out, data) // so that nobody pays for memory that was not there
	heading := fmt.Sprintf("`%s` × %s, ", format, thousands(n))
	return []job{
		{heading + "pack", n, []contestant{
			{"hand-written loop", times(func() { put(out, rs) })},
			{"Codec.AppendPackSlice", times(func() { c.AppendPackSlice(out[:0], rs) })},
			{"Codec.AppendPackSlice, without vectors", func(n int) {
				withoutVectors(func() any { times(func() { scalar.AppendPackSlice(out[:0], rs) })(n); return nil })
			}},
			{"Codec.PackInto, one by one", times(func() {
				for i := range rs {
					c.PackInto(out, i*size, &rs[i])
				}
			})},
			{"encoding/binary Append", times(func() { binary.Append(out[:0], order, rs) })},
			{"copying the packed bytes", times(func() { copy(out, data) })},
		}},
		{heading + "unpack", n, []contestant{
			{"hand-written loop", times(func() { get(into, data) })},
			{"Codec.AppendUnpackSlice", times(func() { c.AppendUnpackSlice(into[:0], data) })},
			{"Codec.AppendUnpackSlice, without vectors", func(n int) {
				withoutVectors(func() any { times(func() { scalar.AppendUnpackSlice(into[:0], data) })(n); return nil })
			}},
			{"Codec.All", times(func() {
				seq, _ := c.All(data)
				for range seq {
				}
			})},
			{"Codec.UnpackFrom, one by one", times(func() {
				for i := range into {
					c.UnpackFrom(data, i*size, &into[i])
				}
			})},
			{"encoding/binary Decode", times(func() { binary.Decode(data, order, into) })},
			{"copying the packed bytes", times(func() { copy(out, data) })},
		}},
	}
}

// withoutVectors calls f with the assembly turned off. It shows what that is worth.
func withoutVectors[T any](f func() T) T {
	defer func(was bool) { shuffle.Available = was }(shuffle.Available)
	shuffle.Available = false
	return f()
}

// arrayJobs pack and unpack arrays of n numbers.
func arrayJobs[T any](format string, order binary.ByteOrder, one T, n int, put func([]byte, []T), get func([]T, []byte)) []job {
	jobs := batchJobs(format, order, one, n, put, get)
	for i, what := range []string{"pack", "unpack"} {
		jobs[i].heading = fmt.Sprintf("`%s%d%s` %s", format[:1], n, format[1:], what)
	}
	return jobs
}

func times(f func()) func(int) {
	return func(n int) {
		for range n {
			f()
		}
	}
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
