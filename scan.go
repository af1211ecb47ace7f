package structpack

import (
	"bytes"
	"math"
	"reflect"

	"example.com/structpack/internal/floats"
	"example.com/structpack/internal/mem"
)

// Scan unpacks data by the format into the variables that dests point to; see
// [Struct.Scan].
func Scan(format string, data []byte, dests ...any) error {
	s, tmp, err := lookup(format)
	if err != nil {
		return err
	}
	err = s.Scan(data, dests...)
	tmp.release()
	return err
}

// ScanFrom is Scan for the structure at offset in data; what is before and after it
// is ignored. A negative offset counts from the end of data.
func ScanFrom(format string, data []byte, offset int, dests ...any) error {
	s, tmp, err := lookup(format)
	if err != nil {
		return err
	}
	err = s.scanFrom(data, offset, dests)
	tmp.release()
	return err
}

// Scan unpacks data, which must have exactly s.Size() bytes, into the
// variables that dests point to, one for each value. After the first uses of s, which
// prepare it, Scan does not allocate, unless a slice is too small, or a *string or *any
// needs a new value.
//
// A destination is one of these:
//
//   - a pointer to the value's own Go type (see the table in the package's
//     documentation), or to a named type of that kind;
//   - a pointer to another integer type that can hold every value of the code, as
//     *int can for H, or to a wider float or complex type; *int and *uint are as wide
//     as the platform has them;
//   - *any, for any value;
//   - for s and p: *[]byte, whose capacity is reused, *string, or what [CString]
//     returns; for s also a pointer to a byte array of exactly the length;
//   - nil, to skip a value.
//
// The values of an item with a repeat count may go to one pointer instead, to
// an array of exactly that length or to a slice, which is given that length;
// its capacity is reused. So 4H meets four *uint16, one *[4]uint16 or one
// *[]uint16, and 4c one *[4]byte. One nil skips them one by one.
//
// An item with a count of 0, as a format made at run time may have, needs no
// destination. A call with more destinations than the values need may have one for it: a
// pointer to a slice, which becomes empty, or to an array without elements. The elements
// must be of a type that could take values of the item.
//
// The destinations are checked before the first one is written: after an error
// all are as they were. Those whose memory is reused must not share it with data or
// with each other. A *any may point to its own place in dests, and to no other.
func (s *Struct) Scan(data []byte, dests ...any) error {
	if f := s.flat.Load(); f != nil && len(data) == s.size && len(dests) == f.quick && mem.Exact(f.steps, dests) {
		if i := mem.Scan(f.steps, s.big, 0, data, dests); i < len(dests) {
			s.scanExact(f.steps, data, dests, i)
		}
		return nil
	}
	if len(data) != s.size {
		return s.badLength("scan", len(data))
	}
	return s.scan("scan", data, dests)
}

// ScanFrom is Scan for the structure at offset in data; what is before and
// after it is ignored. A negative offset counts from the end of data.
func (s *Struct) ScanFrom(data []byte, offset int, dests ...any) error {
	return s.scanFrom(data, offset, dests)
}

// CString returns a destination of Scan for text that ends at its first NUL byte, if
// it has one, as a char array of C does: *text becomes what is before it.
func CString(text *string) any { return (*cString)(text) }

type cString string

func (s *Struct) scanFrom(data []byte, offset int, dests []any) error {
	offset, err := s.room("scan_from", &unpackFrom, data, offset)
	if err != nil {
		return err
	}
	return s.scan("scan_from", data[offset:offset+s.size], dests)
}

func (s *Struct) scan(op string, data []byte, dests []any) error {
	if f := s.flatten(); len(dests) == s.values && len(dests) == len(f.steps) && mem.Exact(f.steps, dests) {
		if i := mem.Scan(f.steps, s.big, 0, data, dests); i < len(dests) {
			s.scanExact(f.steps, data, dests, i)
		}
		return nil
	}
	return s.scanAny(op, data, dests)
}

// scanExact scans into a pointer to the value's own Go type for every value, from
// value i on; for s and p that is []byte. Package mem knows those that are most
// common, but not value i.
func (s *Struct) scanExact(steps []mem.Step, data []byte, dests []any, i int) {
	for ; i < len(dests); i = mem.Scan(steps, s.big, i+1, data, dests) {
		in := &s.plan[steps[i].Inst]
		b := data[steps[i].Off:]
		switch d := dests[i]; in.elem {
		case opBytes:
			setBytes(d.(*[]byte), b[:in.n])
		case opPascal:
			setBytes(d.(*[]byte), pascal(b[:in.n]))
		case opLong:
			*d.(*int64) = int64(in.load(b, s.big))
		case opULong:
			*d.(*uint64) = in.load(b, s.big)
		case opHalf:
			*d.(*float32) = math.Float32frombits(floats.FromHalf(get16(b, s.big)))
		case opComplex64:
			*d.(*complex64) = getComplex64(b, s.big)
		case opComplex128:
			*d.(*complex128) = getComplex128(b, s.big)
		}
	}
}

func setBytes(p *[]byte, b []byte) {
	if *p == nil {
		*p = make([]byte, 0, len(b))
	}
	*p = append((*p)[:0], b...)
}

// scanAny is the general way, for destinations of every kind. It goes over
// them three times, to count, to check, and to write.
func (s *Struct) scanAny(op string, data []byte, dests []any) error {
	lists := false
	if err := s.checkDests(op, dests, lists); err != nil {
		lists = len(s.empty) > 0
		if !lists || s.checkDests(op, dests, lists) != nil {
			return err
		}
	}
	var places []place
	for p := (pairing{lists: lists}); p.next(s, dests); {
		in := p.item(s)
		size := ops[in.elem].size
		b := data[in.off+p.k*size:]
		switch dest := dests[p.dest].(type) {
		case nil:
			continue
		case *any:
			if i := mem.IndexOf(dest, dests); i >= 0 && i != p.dest {
				places = append(places, place{in, in.off + p.k*size, p.dest})
				continue
			}
			*dest = in.value(b, s.big)
			continue
		}
		v := reflect.ValueOf(dests[p.dest]).Elem()
		if !p.run {
			in.store(v, b, s.big)
			continue
		}
		if v.Kind() == reflect.Slice {
			resize(v, in.n)
		}
		for k := range in.n {
			in.store(v.Index(k), b[k*size:], s.big)
		}
	}
	for _, pl := range places {
		*dests[pl.dest].(*any) = pl.in.value(data[pl.off:], s.big)
	}
	return nil
}

// A place is a value that goes into the list of the destinations, in the place of one.
// It is written when that one is: then the place is a destination no more.
type place struct {
	in        *inst
	off, dest int
}

// store sets the variable v to the value at b.
func (in *inst) store(v reflect.Value, b []byte, big bool) {
	switch in.kind {
	case kindBool:
		v.SetBool(b[0] != 0)
	case kindChar, kindSigned, kindUnsigned, kindPointer:
		if u := in.load(b, big); v.CanInt() {
			v.SetInt(int64(u))
		} else {
			v.SetUint(u)
		}
	case kindFloat:
		setFloat(v, in.load(b, big))
	case kindComplex:
		setComplex(v, in.load(b, big), in.load(b[ops[in.elem].size/2:], big))
	case kindBytes:
		storeBytes(v, b[:in.n])
	case kindPascal:
		storeBytes(v, pascal(b[:in.n]))
	}
}

// load returns a number at b: an integer extended to 64 bits, or the bits of a
// float64; of a complex number its first part.
func (in *inst) load(b []byte, big bool) uint64 {
	switch in.elem {
	case opInt8:
		return uint64(int8(b[0]))
	case opInt16:
		return uint64(int16(get16(b, big)))
	case opUint16:
		return uint64(get16(b, big))
	case opInt32, opLong:
		return uint64(int32(get32(b, big)))
	case opUint32, opULong:
		return uint64(get32(b, big))
	case opInt64, opUint64, opFloat64, opComplex128:
		return get64(b, big)
	case opHalf:
		return floats.Widen(floats.FromHalf(get16(b, big)))
	case opFloat32, opComplex64:
		return floats.Widen(get32(b, big))
	}
	return uint64(b[0])
}

// setFloat sets v, which is wide enough, to the float64 with the given bits.
func setFloat(v reflect.Value, bits uint64) {
	if v.Kind() == reflect.Float32 {
		b, _ := floats.Narrow(bits)
		mem.SetFloat32bits(v, b)
		return
	}
	v.SetFloat(math.Float64frombits(bits))
}

// setComplex is setFloat for complex numbers.
func setComplex(v reflect.Value, re, im uint64) {
	if v.Kind() == reflect.Complex64 {
		r, _ := floats.Narrow(re)
		i, _ := floats.Narrow(im)
		mem.SetComplex64bits(v, r, i)
		return
	}
	v.SetComplex(complex(math.Float64frombits(re), math.Float64frombits(im)))
}

// storeBytes sets v, of a string, byte slice or byte array type, to a copy of b.
func storeBytes(v reflect.Value, b []byte) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[cString]() {
			b, _, _ = bytes.Cut(b, []byte{0})
		}
		v.SetString(string(b))
		return
	case reflect.Slice:
		resize(v, len(b))
	}
	if v.Type().Elem() == reflect.TypeFor[byte]() {
		reflect.Copy(v, reflect.ValueOf(b))
		return
	}
	for i, x := range b { // a named byte type
		v.Index(i).SetUint(uint64(x))
	}
}

// resize gives a slice a length, and new memory only if it needs more. It
// does without Set, which would make the variable escape.
func resize(v reflect.Value, n int) {
	v.SetLen(0)
	v.Grow(max(n, 1)) // empty is not nil
	v.SetLen(n)
}
