package oracle

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"math/rand"
	"strings"

	"example.com/structpack"
	"example.com/structpack/fuzz"
)

// A Questioner makes questions up. The same seed makes up the same ones for
// Pythons of the same version and ABI.
type Questioner struct {
	h   Header
	abi structpack.ABI
	r   *rand.Rand
}

// NewQuestioner returns a Questioner for a Python.
func NewQuestioner(h Header, seed int64) *Questioner {
	return &Questioner{h, h.ABI(), rand.New(rand.NewSource(seed))}
}

// Question makes one up: formats that are right and that are nearly right,
// sizes about the largest there is, values that fit and that do not, buffers
// and offsets, some of which are right. Most structures are small.
func (m *Questioner) Question() Question {
	q := Question{Op: pick(m.r, "calcsize", "pack", "pack", "pack", "pack", "pack_into", "pack_into", "pack_into",
		"unpack", "unpack", "unpack_from", "unpack_from", "iter_unpack")}
	format := m.format()
	s, err := structpack.CompileFor(m.abi, format)
	if q.Op == "pack" && err == nil && s.Size() > fuzz.MaxSize { // Pack makes room for it
		q.Op = "pack_into"
	}
	if strings.ContainsFunc(format, func(c rune) bool { return c >= 0x7f }) {
		q.FormatBytes = hex.EncodeToString([]byte(format)) // which need not be UTF-8
	} else {
		q.Format = format
	}
	if err != nil {
		s = &structpack.Struct{} // whose values and buffers are as good as others
	}
	if strings.HasPrefix(q.Op, "pack") {
		for _, v := range m.values(s) {
			q.Values = append(q.Values, ValueOf(v))
		}
	}
	size := s.Size()
	if size > fuzz.MaxSize {
		size = m.r.Intn(20)
	}
	switch q.Op {
	case "pack_into", "unpack_from":
		q.Hex = m.buffer(size + pick(m.r, 0, 0, m.r.Intn(20), m.r.Intn(20), -1, -size))
		o := m.offset(s.Size(), len(q.Hex)/2)
		q.Offset = &o
		if q.Op == "unpack_from" && m.r.Intn(20) == 0 {
			q.Offset = nil
		}
	case "unpack":
		q.Hex = m.buffer(size + pick(m.r, 0, 0, 0, 0, 0, 0, 0, 0, 1, -1, m.r.Intn(20)-10))
	case "iter_unpack":
		q.Hex = m.buffer(size*m.r.Intn(5) + pick(m.r, 0, 0, 0, 0, 0, 1, -1))
	}
	return q
}

func (m *Questioner) format() string {
	for {
		if format := m.anyFormat(); !m.h.Lacks(format) {
			return format
		}
	}
}

func (m *Questioner) anyFormat() string {
	switch m.r.Intn(20) {
	case 0, 1:
		return fuzz.BadFormat(m.r)
	case 2:
		return m.hugeFormat()
	}
	for {
		format := fuzz.Format(m.r)
		if s, err := structpack.CompileFor(m.abi, format); err == nil && (s.NumValues() < 40 || m.r.Intn(50) == 0) {
			return format
		}
	}
}

// hugeFormat makes up a format whose size is about the largest that the ABI
// can count, or just beyond it. Few of its items have values.
func (m *Questioner) hugeFormat() string {
	most := uint64(math.MaxInt64)
	if m.abi.Pointer == 4 {
		most = math.MaxInt32
	}
	prefix := pick(m.r, "", "@", "=", "<", ">", "!")
	var b strings.Builder
	b.WriteString(prefix)
	for left := most; b.Len() < 60; {
		code := pick(m.r, "x", "s", "p", "x", "s", "x", "b", "h", "i", "q", "d", "D", "Zf")
		s, err := structpack.CompileFor(m.abi, prefix+code)
		if err != nil {
			continue
		}
		count := left / uint64(s.Size())
		switch m.r.Intn(6) {
		case 0:
			count += uint64(m.r.Intn(3))
		case 1:
			count -= min(count, uint64(m.r.Intn(20)))
		case 2:
			count = m.r.Uint64() % (count + 1)
		case 3:
			count = uint64(m.r.Intn(4))
		case 4:
			if strings.Contains("xsp", code) {
				fmt.Fprintf(&b, "%d%s", count, code)
			}
			return b.String()
		}
		if !strings.Contains("xsp", code) && count < most/64 {
			count %= 4 // so many values could not be given
		}
		fmt.Fprintf(&b, "%d%s", count, code)
		left -= min(left, count*uint64(s.Size()))
	}
	return b.String()
}

// values makes up values for s: all good, or all but one, or any.
func (m *Questioner) values(s *structpack.Struct) []any {
	if s.NumValues() > fuzz.MaxSize {
		return m.any(m.r.Intn(3))
	}
	switch m.r.Intn(8) {
	case 0, 1:
		values, _ := fuzz.BadValues(m.r, s)
		return values
	case 2:
		return m.any(s.NumValues())
	case 3: // some of them
		values := fuzz.Values(m.r, s)
		for i := range values {
			if m.r.Intn(3) == 0 {
				values[i] = m.any(1)[0]
			}
		}
		if m.r.Intn(10) == 0 {
			values = append(values, m.any(1+m.r.Intn(2))...)
		}
		return values
	}
	return fuzz.Values(m.r, s)
}

// any makes up values of any kind, of all sizes.
func (m *Questioner) any(n int) []any {
	values := make([]any, n)
	for i := range values {
		values[i] = m.value()
	}
	return values
}

func (m *Questioner) value() any {
	switch m.r.Intn(12) {
	case 0, 1, 2, 3: // about a power of two
		bits := pick(m.r, uint(m.r.Intn(70)), 7, 8, 15, 16, 31, 32, 63, 64, uint(m.r.Intn(1100)), 127, 128, 1023, 1024)
		n := new(big.Int).Lsh(big.NewInt(1), bits)
		n.Add(n, big.NewInt(int64(m.r.Intn(5)-2)))
		if m.r.Intn(2) == 0 {
			n.Neg(n)
		}
		return n
	case 4, 5, 6:
		return math.Float64frombits(m.bits())
	case 7:
		return complex(math.Float64frombits(m.bits()), math.Float64frombits(m.bits()))
	case 8:
		b := make([]byte, m.r.Intn(4))
		m.r.Read(b)
		return b
	case 9:
		return m.r.Intn(2) == 0
	case 10:
		return pick[any](m.r, nil, struct{}{}, []int{}, []int{1})
	}
	return m.r.Intn(300) - 150
}

// bits makes up the bits of a float64: any, a NaN's, or bits near a limit
// or near the middle between two halves or floats.
func (m *Questioner) bits() uint64 {
	sign := uint64(m.r.Intn(2)) << 63
	switch m.r.Intn(5) {
	case 0:
		return m.r.Uint64()
	case 1: // a NaN or an infinity with some bits of a payload
		return sign | 0x7ff<<52 | m.r.Uint64()>>12&m.r.Uint64()&m.r.Uint64()
	case 2: // of a half, of which the last bits that it has no room for are all but lost
		return sign | uint64(1023-26+m.r.Intn(43))<<52 | uint64(m.r.Intn(1<<10))<<42 | pick[uint64](m.r, 0, 1<<41, 1<<41-1, 1<<41+1, 1<<42-1)
	case 3: // of a float
		return sign | uint64(1023-151+m.r.Intn(280))<<52 | uint64(m.r.Intn(1<<23))<<29 | pick[uint64](m.r, 0, 1<<28, 1<<28-1, 1<<28+1, 1<<29-1)
	}
	limit := pick[uint64](m.r, 1, 0x7fefffffffffffff, 0x47efffffe0000000, 0x47effffff0000000, 0x40effc0000000000, 0x40effe0000000000,
		0x36a0000000000000, 0x3690000000000000, 0x3e70000000000000, 0x3e60000000000000)
	return sign | limit + uint64(m.r.Intn(3)) - 1
}

// buffer makes up n bytes, if n is not negative.
func (m *Questioner) buffer(n int) string {
	b := make([]byte, max(n, 0))
	m.r.Read(b)
	switch m.r.Intn(6) {
	case 0:
		clear(b)
	case 1: // NaNs and small integers
		for i := range b {
			b[i] = pick[byte](m.r, 0x7f, 0xff, 0xf8, 0xf0, 0x80, 0x7c, 0x7d, 0x7e, 0xfc, 0, 1)
		}
	}
	return hex.EncodeToString(b)
}

// offset makes up an offset into a buffer: near either end of it, near where
// the structure just fits, or near the limits of the ABI's ssize_t.
func (m *Questioner) offset(size, room int) int64 {
	limit := int64(math.MaxInt64)
	if m.abi.Pointer == 4 || math.MaxInt == math.MaxInt32 {
		limit = math.MaxInt32
	}
	fits := int64(room - size)
	switch m.r.Intn(10) {
	case 0, 1, 2:
		if fits > 0 {
			return m.r.Int63n(fits + 1)
		}
		return 0
	case 3, 4: // the same, from the end
		if fits > 0 {
			return m.r.Int63n(fits+1) - int64(room)
		}
		return -int64(room)
	case 5:
		return pick(m.r, limit-int64(m.r.Intn(10)), -limit-1+int64(m.r.Intn(10)), limit-int64(size), int64(size)-limit)
	case 6:
		return int64(m.r.Intn(2*room+4) - room - 2)
	}
	near := pick(m.r, 0, int64(room), fits, -int64(size), -int64(room)) + int64(m.r.Intn(3)-1)
	return max(-limit-1, min(near, limit))
}

func pick[T any](r *rand.Rand, all ...T) T { return all[r.Intn(len(all))] }
