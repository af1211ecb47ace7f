package main

import (
	"encoding/binary"
	"math"
)

// The records that are packed and unpacked, as Go structs for hand-written code
// and encoding/binary. Their values are the ones in cpython.py.

//go:generate go run example.com/structpack/cmd/structpack gen -type Name -format "!ci4sf" -type Header -format "!HHIIBBHHH" -type Many -format "<bBhHiIqQfd?8s2xbBhHiIqQ" -o generated.go

// Name is !ci4sf.
type Name struct {
	C byte
	I int32
	S [4]byte
	F float32
}

var name = Name{'a', -70000, [4]byte([]byte("spam")), 2.5}

//go:noinline
func (r *Name) put(b []byte) {
	_ = b[12]
	b[0] = r.C
	binary.BigEndian.PutUint32(b[1:], uint32(r.I))
	copy(b[5:9], r.S[:])
	binary.BigEndian.PutUint32(b[9:], math.Float32bits(r.F))
}

//go:noinline
func (r *Name) get(b []byte) {
	_ = b[12]
	r.C = b[0]
	r.I = int32(binary.BigEndian.Uint32(b[1:]))
	copy(r.S[:], b[5:9])
	r.F = math.Float32frombits(binary.BigEndian.Uint32(b[9:]))
}

// Header is !HHIIBBHHH, the header of TCP.
type Header struct {
	Src, Dst            uint16
	Seq, Ack            uint32
	Offset, Flags       byte
	Window, Sum, Urgent uint16
}

var header = Header{1000, 2000, 70000, 80000, 5, 6, 3000, 4000, 5000}

//go:noinline
func (r *Header) put(b []byte) {
	_ = b[19]
	binary.BigEndian.PutUint16(b, r.Src)
	binary.BigEndian.PutUint16(b[2:], r.Dst)
	binary.BigEndian.PutUint32(b[4:], r.Seq)
	binary.BigEndian.PutUint32(b[8:], r.Ack)
	b[12], b[13] = r.Offset, r.Flags
	binary.BigEndian.PutUint16(b[14:], r.Window)
	binary.BigEndian.PutUint16(b[16:], r.Sum)
	binary.BigEndian.PutUint16(b[18:], r.Urgent)
}

//go:noinline
func (r *Header) get(b []byte) {
	_ = b[19]
	r.Src = binary.BigEndian.Uint16(b)
	r.Dst = binary.BigEndian.Uint16(b[2:])
	r.Seq = binary.BigEndian.Uint32(b[4:])
	r.Ack = binary.BigEndian.Uint32(b[8:])
	r.Offset, r.Flags = b[12], b[13]
	r.Window = binary.BigEndian.Uint16(b[14:])
	r.Sum = binary.BigEndian.Uint16(b[16:])
	r.Urgent = binary.BigEndian.Uint16(b[18:])
}

// Many is <bBhHiIqQfd?8s2xbBhHiIqQ: every kind of field.
type Many struct {
	A  int8
	B  uint8
	C  int16
	D  uint16
	E  int32
	F  uint32
	G  int64
	H  uint64
	I  float32
	J  float64
	K  bool
	L  [8]byte
	_  [2]byte
	A2 int8
	B2 uint8
	C2 int16
	D2 uint16
	E2 int32
	F2 uint32
	G2 int64
	H2 uint64
}

var many = Many{
	A: -5, B: 200, C: -3000, D: 60000, E: -70000, F: 4000000000, G: -1 << 40, H: 1 << 63, I: 1.5, J: 2.5, K: true,
	L:  [8]byte([]byte("abcdefgh")),
	A2: -5, B2: 200, C2: -3000, D2: 60000, E2: -70000, F2: 4000000000, G2: -1 << 40, H2: 1 << 63,
}

//go:noinline
func (r *Many) put(b []byte) {
	_ = b[82]
	le := binary.LittleEndian
	b[0], b[1] = byte(r.A), r.B
	le.PutUint16(b[2:], uint16(r.C))
	le.PutUint16(b[4:], r.D)
	le.PutUint32(b[6:], uint32(r.E))
	le.PutUint32(b[10:], r.F)
	le.PutUint64(b[14:], uint64(r.G))
	le.PutUint64(b[22:], r.H)
	le.PutUint32(b[30:], math.Float32bits(r.I))
	le.PutUint64(b[34:], math.Float64bits(r.J))
	b[42] = 0
	if r.K {
		b[42] = 1
	}
	copy(b[43:51], r.L[:])
	b[51], b[52] = 0, 0
	b[53], b[54] = byte(r.A2), r.B2
	le.PutUint16(b[55:], uint16(r.C2))
	le.PutUint16(b[57:], r.D2)
	le.PutUint32(b[59:], uint32(r.E2))
	le.PutUint32(b[63:], r.F2)
	le.PutUint64(b[67:], uint64(r.G2))
	le.PutUint64(b[75:], r.H2)
}

//go:noinline
func (r *Many) get(b []byte) {
	_ = b[82]
	le := binary.LittleEndian
	r.A, r.B = int8(b[0]), b[1]
	r.C = int16(le.Uint16(b[2:]))
	r.D = le.Uint16(b[4:])
	r.E = int32(le.Uint32(b[6:]))
	r.F = le.Uint32(b[10:])
	r.G = int64(le.Uint64(b[14:]))
	r.H = le.Uint64(b[22:])
	r.I = math.Float32frombits(le.Uint32(b[30:]))
	r.J = math.Float64frombits(le.Uint64(b[34:]))
	r.K = b[42] != 0
	copy(r.L[:], b[43:51])
	r.A2, r.B2 = int8(b[53]), b[54]
	r.C2 = int16(le.Uint16(b[55:]))
	r.D2 = le.Uint16(b[57:])
	r.E2 = int32(le.Uint32(b[59:]))
	r.F2 = le.Uint32(b[63:])
	r.G2 = int64(le.Uint64(b[67:]))
	r.H2 = le.Uint64(b[75:])
}

//go:generate go run example.com/structpack/cmd/structpack gen -type Event -format "<" -view

// An Event is what a program in a kernel reports: 20 fields, and no padding, so that
// its memory is its layout where the machine is little-endian.
type Event struct {
	Time, Start, Cgroup            uint64
	PID, TID, PPID, UID, GID, NS   uint32
	SrcAddr, DstAddr               [4]byte
	SrcPort, DstPort, Family, Kind uint16
	Return                         int32
	CPU                            uint32
	Command                        [16]byte
	Bytes, Flags                   uint64
}

var event = Event{
	Time: 1 << 40, Start: 1 << 39, Cgroup: 77, PID: 4242, TID: 4243, PPID: 1, UID: 1000, GID: 1000, NS: 0xeffffffc,
	SrcAddr: [4]byte{10, 0, 0, 1}, DstAddr: [4]byte{10, 0, 0, 2}, SrcPort: 443, DstPort: 51234, Family: 2, Kind: 3,
	Return: -13, CPU: 5, Command: [16]byte{'p', 'o', 's', 't', 'g', 'r', 'e', 's'}, Bytes: 1 << 20, Flags: 0x8000000000000001,
}

//go:noinline
func (e *Event) get(b []byte) {
	_ = b[EventSize-1]
	e.Time, e.Start, e.Cgroup = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[16:])
	e.PID, e.TID, e.PPID = binary.LittleEndian.Uint32(b[24:]), binary.LittleEndian.Uint32(b[28:]), binary.LittleEndian.Uint32(b[32:])
	e.UID, e.GID, e.NS = binary.LittleEndian.Uint32(b[36:]), binary.LittleEndian.Uint32(b[40:]), binary.LittleEndian.Uint32(b[44:])
	e.SrcAddr, e.DstAddr = [4]byte(b[48:]), [4]byte(b[52:])
	e.SrcPort, e.DstPort = binary.LittleEndian.Uint16(b[56:]), binary.LittleEndian.Uint16(b[58:])
	e.Family, e.Kind = binary.LittleEndian.Uint16(b[60:]), binary.LittleEndian.Uint16(b[62:])
	e.Return, e.CPU = int32(binary.LittleEndian.Uint32(b[64:])), binary.LittleEndian.Uint32(b[68:])
	e.Command = [16]byte(b[72:])
	e.Bytes, e.Flags = binary.LittleEndian.Uint64(b[88:]), binary.LittleEndian.Uint64(b[96:])
}

// Tick is <IhBd.
type Tick struct {
	ID    uint32
	Size  int16
	Side  byte
	Price float64
}

var tick = Tick{70000, -30, 'B', 99.25}

// The loops over many records that a programmer writes when it matters.

func putTicks(b []byte, rs []Tick) {
	for i := range rs {
		r, p := &rs[i], b[i*15:i*15+15]
		binary.LittleEndian.PutUint32(p, r.ID)
		binary.LittleEndian.PutUint16(p[4:], uint16(r.Size))
		p[6] = r.Side
		binary.LittleEndian.PutUint64(p[7:], math.Float64bits(r.Price))
	}
}

func getTicks(rs []Tick, b []byte) {
	for i := range rs {
		r, p := &rs[i], b[i*15:i*15+15]
		r.ID = binary.LittleEndian.Uint32(p)
		r.Size = int16(binary.LittleEndian.Uint16(p[4:]))
		r.Side = p[6]
		r.Price = math.Float64frombits(binary.LittleEndian.Uint64(p[7:]))
	}
}

func putNames(b []byte, rs []Name) {
	for i := range rs {
		rs[i].put(b[i*13 : i*13+13])
	}
}

func getNames(rs []Name, b []byte) {
	for i := range rs {
		rs[i].get(b[i*13 : i*13+13])
	}
}

func putHeaders(b []byte, rs []Header) {
	for i := range rs {
		rs[i].put(b[i*20 : i*20+20])
	}
}

func getHeaders(rs []Header, b []byte) {
	for i := range rs {
		rs[i].get(b[i*20 : i*20+20])
	}
}

func putManys(b []byte, rs []Many) {
	for i := range rs {
		rs[i].put(b[i*83 : i*83+83])
	}
}

func getManys(rs []Many, b []byte) {
	for i := range rs {
		rs[i].get(b[i*83 : i*83+83])
	}
}

func putInts(b []byte, xs []int32) {
	for i, x := range xs {
		binary.BigEndian.PutUint32(b[i*4:i*4+4], uint32(x))
	}
}

func getInts(xs []int32, b []byte) {
	for i := range xs {
		xs[i] = int32(binary.BigEndian.Uint32(b[i*4 : i*4+4]))
	}
}

func putDoubles(b []byte, xs []float64) {
	for i, x := range xs {
		binary.LittleEndian.PutUint64(b[i*8:i*8+8], math.Float64bits(x))
	}
}

func getDoubles(xs []float64, b []byte) {
	for i := range xs {
		xs[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[i*8 : i*8+8]))
	}
}
