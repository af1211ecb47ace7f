package structpack

import (
	"iter"
	"math"
	"math/bits"
	"slices"

	"example.com/structpack/internal/floats"
	"example.com/structpack/internal/mem"
)

// Unpack unpacks data by the format. len(data) must be the size of the format.
//
// The Go types of the values follow from the format alone; see the table in
// the package's documentation. Nothing that is returned aliases data. Small values
// lie side by side in memory with those of other calls: one that is kept keeps up to
// 1 KiB of them, and a slice of values keeps up to 2 KiB and what its neighbours point
// to.
func Unpack(format string, data []byte) ([]any, error) {
	s, tmp, err := lookup(format)
	if err != nil {
		return nil, err
	}
	values, err := s.Unpack(data)
	tmp.release()
	return values, err
}

// UnpackFrom unpacks the structure at offset in data; what is before and
// after it is ignored. A negative offset counts from the end of data.
func UnpackFrom(format string, data []byte, offset int) ([]any, error) {
	s, tmp, err := lookup(format)
	if err != nil {
		return nil, err
	}
	values, err := s.UnpackFrom(data, offset)
	tmp.release()
	return values, err
}

// IterUnpack returns an iterator over the structures that follow each other in
// data, whose length must be a multiple of the size, which must not be 0.
// Every slice it yields is a new one, to be kept at will; see [Unpack] for what that keeps.
// It reads data as it goes, as Python's does.
func IterUnpack(format string, data []byte) (iter.Seq[[]any], error) {
	s, err := cached(format)
	if err != nil {
		return nil, err
	}
	return s.IterUnpack(data)
}

// Unpack unpacks data, which must have exactly s.Size() bytes.
func (s *Struct) Unpack(data []byte) ([]any, error) {
	if f := s.form.Load(); f != nil && f.quick && len(data) == s.size {
		return f.unpack(data), nil
	}
	if len(data) != s.size {
		return nil, s.badLength("unpack", len(data))
	}
	if err := s.tooMany("unpack", 0); err != nil {
		return nil, err
	}
	return s.unpackNew(data), nil
}

// UnpackFrom unpacks the structure at offset in data; what is before and after
// it is ignored. A negative offset counts from the end of data.
func (s *Struct) UnpackFrom(data []byte, offset int) ([]any, error) {
	if f := s.form.Load(); f != nil && f.quick && offset >= 0 && s.size <= len(data)-offset {
		return f.unpack(data[offset:]), nil
	}
	offset, err := s.room("unpack_from", &unpackFrom, data, offset)
	if err != nil {
		return nil, err
	}
	if err := s.tooMany("unpack_from", 0); err != nil {
		return nil, err
	}
	return s.unpackNew(data[offset : offset+s.size]), nil
}

// AppendUnpack unpacks data, which must have exactly s.Size() bytes, and
// appends the values to dst. After an error it returns dst as it was.
func (s *Struct) AppendUnpack(dst []any, data []byte) ([]any, error) {
	if f, n := s.form.Load(), len(dst); f != nil && f.quick && len(data) == s.size && s.values <= cap(dst)-n {
		dst = dst[:n+s.values]
		a := mem.GetArena()
		f.Into(dst[n:], data, a)
		a.Put()
		return dst, nil
	}
	if len(data) != s.size {
		return dst, s.badLength("unpack", len(data))
	}
	if err := s.tooMany("unpack", len(dst)); err != nil {
		return dst, err
	}
	n := len(dst)
	dst = slices.Grow(dst, s.values)[:n+s.values]
	a := mem.GetArena()
	s.unpack(dst[n:], data, a, s.formed(1))
	a.Put()
	return dst, nil
}

// IterUnpack returns an iterator over the structures that follow each other in
// data, whose length must be a multiple of s.Size(), which must not be 0.
// Every slice it yields is a new one. It reads data as it goes, as Python's does.
func (s *Struct) IterUnpack(data []byte) (iter.Seq[[]any], error) {
	if err := s.whole(data); err != nil {
		return nil, err
	}
	if len(data) > 0 {
		if err := s.tooMany("iter_unpack", 0); err != nil {
			return nil, err
		}
	}
	return func(yield func([]any) bool) {
		f := s.formed(len(data) / s.size)
		if f.Form != nil && !s.large {
			s.iterate(data, f, yield)
			return
		}
		a := mem.GetArena()
		for rest := data; len(rest) > 0; rest = rest[s.size:] {
			if !yield(s.unpackIn(a, rest[:s.size], f)) {
				break
			}
		}
		a.Put()
	}, nil
}

// iterate unpacks the structures in data by a form, in blocks of its own.
func (s *Struct) iterate(data []byte, f *form, yield func([]any) bool) {
	var b mem.Block
	for rest := data; len(rest) > 0; rest = rest[s.size:] {
		values := f.New(&b, rest[:s.size])
		if len(f.others) > 0 {
			s.unpackOthers(values, rest, f)
		}
		if !yield(values) {
			return
		}
	}
}

// whole checks that data is a whole number of structures.
func (s *Struct) whole(data []byte) error {
	if s.size == 0 {
		return s.fail("iter_unpack", ErrBuffer, "cannot iteratively unpack with a struct of length 0")
	}
	if len(data)%s.size != 0 {
		return s.failLength("iter_unpack", len(data), "iterative unpacking requires a buffer of a multiple of %d bytes", s.size)
	}
	return nil
}

// tooMany is the error for values that no slice can hold after n others. Only where an
// int has 32 bits can that be, with data of half a gigabyte.
func (s *Struct) tooMany(op string, n int) error {
	if most := maxBytes / anySize; s.values > most-n {
		return s.fail(op, ErrBuffer, "%d values are too many for a slice", s.values)
	}
	return nil
}

const anySize = 2 * bits.UintSize / 8

// unpack unpacks data into a new slice by a form that is quick.
func (f *form) unpack(data []byte) []any {
	a := mem.GetArena()
	values := a.New(f.Form, data)
	a.Put()
	return values
}

// unpackNew is unpack into a new slice.
func (s *Struct) unpackNew(data []byte) []any {
	if s.values == 0 {
		return []any{}
	}
	a := mem.GetArena()
	values := s.unpackIn(a, data, s.formed(1))
	a.Put()
	return values
}

// unpackIn is unpack into a new slice, beside which are others in memory if none of its values
// is large: otherwise those that are kept would keep it.
func (s *Struct) unpackIn(a *mem.Arena, data []byte, f *form) (values []any) {
	switch {
	case s.large:
		values = make([]any, s.values)
	case f.Form != nil:
		values = a.New(f.Form, data)
		if len(f.others) > 0 {
			s.unpackOthers(values, data, f)
		}
		return values
	default:
		values = a.Values(s.values)
	}
	s.unpack(values, data, a, f)
	return values
}

// unpack unpacks data, which has the size of the structure, and puts the values into dst,
// which has as many places. It cannot fail: every byte string means something.
func (s *Struct) unpack(dst []any, data []byte, a *mem.Arena, f *form) {
	if f.Form == nil {
		s.unpackPlan(dst, data, a)
		return
	}
	f.Into(dst, data, a)
	s.unpackOthers(dst, data, f)
}

func (s *Struct) unpackOthers(dst []any, data []byte, f *form) {
	for i := range f.others {
		o := &f.others[i]
		dst[o.val] = s.plan[o.inst].value(data[o.off:], s.big)
	}
}

// unpackPlan is unpack without a form: it runs the plan.
func (s *Struct) unpackPlan(dst []any, data []byte, a *mem.Arena) {
	for i := range s.plan {
		in := &s.plan[i]
		n := in.values()
		if n == 0 {
			continue
		}
		in.unpack(dst[in.val:][:n], data[in.off:], s.big, a)
	}
}

// unpack unpacks the values of the instruction, which begin at b.
func (in *inst) unpack(dst []any, b []byte, big bool, a *mem.Arena) {
	info := &ops[in.elem]
	if in.op == opBytes && 0 < in.n && in.n <= mem.Short {
		if v, ok := mem.UnpackBytes(b[:in.n], a); ok {
			dst[0] = v
			return
		}
	} else if mem.UnpackRun(&info.step, big, b, dst, a) {
		return
	}
	for k := range dst {
		dst[k] = in.value(b[k*info.size:], big)
	}
}

// value returns the value at b.
func (in *inst) value(b []byte, big bool) any {
	switch in.elem {
	case opChar, opUint8:
		return b[0]
	case opBool:
		return b[0] != 0
	case opInt8:
		return int8(b[0])
	case opInt16:
		return int16(get16(b, big))
	case opUint16:
		return get16(b, big)
	case opInt32:
		return int32(get32(b, big))
	case opUint32:
		return get32(b, big)
	case opInt64:
		return int64(get64(b, big))
	case opUint64:
		return get64(b, big)
	case opLong:
		return int64(int32(get32(b, big)))
	case opULong:
		return uint64(get32(b, big))
	case opHalf:
		return math.Float32frombits(floats.FromHalf(get16(b, big)))
	case opFloat32:
		return math.Float32frombits(get32(b, big))
	case opFloat64:
		return math.Float64frombits(get64(b, big))
	case opComplex64:
		return getComplex64(b, big)
	case opComplex128:
		return getComplex128(b, big)
	case opBytes:
		return clone(b[:in.n])
	case opPascal:
		return clone(pascal(b[:in.n]))
	}
	return nil
}
