package structpack

import (
	"fmt"
	"math"
	"reflect"

	"example.com/structpack/internal/floats"
	"example.com/structpack/internal/mem"
)

// Scan unpacks data, which must have exactly s.Size() bytes, into the
// variables that dests point to, one for each value. It does not allocate,
// unless a *[]byte is too small, or a *string or *any needs a new value.
//
// A destination is one of these:
//
//   - a pointer to the value's own Go type (see the table in the package's
//     documentation), or to a named type of that kind;
//   - a pointer to any integer that can hold every value of the code, as *int can
//     those of B, H, b, h and i, and of I where an int has 64 bits; or to a wider
//     float or complex type;
//   - *any, for any value;
//   - for s and p: *[]byte, whose capacity is reused, or *string; for s also a
//     pointer to a byte array of exactly the length;
//   - nil, to skip a value.
//
// The values of an item with a repeat count may go to one pointer instead, to
// an array of exactly that length or to a slice, which is given that length;
// its capacity is reused. So 4H meets four *uint16, one *[4]uint16 or one
// *[]uint16, and 4c one *[4]byte. One nil skips them one by one.
//
// The destinations are checked before the first one is written: after an error
// all are as they were. Those whose memory is reused must not share it with data.
func (s *Struct) Scan(data []byte, dests ...any) error {
	if len(data) != s.size {
		return s.badLength("scan")
	}
	return s.scan("scan", data, dests)
}

// ScanFrom is Scan for the structure at offset in data; what is before and
// after it is ignored. A negative offset counts from the end of data.
func (s *Struct) ScanFrom(data []byte, offset int, dests ...any) error {
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
// them three times, to count, to check, and to write, and once more if there
// are *any among them.
func (s *Struct) scanAny(op string, data []byte, dests []any) error {
	var p pairing
	for p.next(s.plan, dests) {
	}
	if p.inst < len(s.plan) || p.dest < len(dests) {
		return s.badDests(op, p, len(dests))
	}
	for p = (pairing{}); p.next(s.plan, dests); {
		if dest := dests[p.dest]; !s.plan[p.inst].takes(dest, p.run) {
			return s.badDest(op, p, reflect.TypeOf(dest), isNil(dest))
		}
	}
	anys := false
	for p = (pairing{}); p.next(s.plan, dests); {
		switch dests[p.dest].(type) {
		case nil:
			continue
		case *any:
			anys = true
			continue
		}
		in := &s.plan[p.inst]
		size := ops[in.elem].size
		b := data[in.off+p.k*size:]
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
	if anys {
		s.scanAnys(data, dests)
	}
	return nil
}

// scanAnys writes the destinations that are *any. They come last, because one
// may point into dests, and what it overwrites there is a destination no more.
func (s *Struct) scanAnys(data []byte, dests []any) {
	for p := (pairing{}); p.next(s.plan, dests); {
		if dest, ok := dests[p.dest].(*any); ok && dest != nil {
			in := &s.plan[p.inst]
			*dest = in.value(data[in.off+p.k*ops[in.elem].size:], s.big)
		}
	}
}

// A pairing goes over a plan and the destinations for its values side by side.
// It holds numbers only: a destination kept in it would escape.
type pairing struct {
	inst, dest int  // where it is
	k          int  // which of the values of the instruction the destination is for
	run        bool // the destination is for all of them
	begun      bool
}

// next goes to the next destination. It reports false at the end of either
// side, with inst at the first instruction that has none.
func (p *pairing) next(plan []inst, dests []any) bool {
	if p.begun {
		p.dest++
		if p.k++; p.run || p.k == plan[p.inst].values() {
			p.inst, p.k = p.inst+1, 0
		}
	}
	p.begun = true
	for p.inst < len(plan) && plan[p.inst].op == opPad {
		p.inst++
	}
	if p.inst == len(plan) || p.dest == len(dests) {
		return false
	}
	in := &plan[p.inst]
	p.run = p.k == 0 && in.op != opBytes && in.op != opPascal && isRun(reflect.TypeOf(dests[p.dest]))
	return true
}

// isRun reports whether a destination of type t is for all values of an item: a
// pointer to an array or slice.
func isRun(t reflect.Type) bool {
	return t != nil && t.Kind() == reflect.Pointer &&
		(t.Elem().Kind() == reflect.Array || t.Elem().Kind() == reflect.Slice)
}

// badDests is the error for n destinations that are not for as many values as there
// are, of which p is behind the last that has its pair.
func (s *Struct) badDests(op string, p pairing, n int) *Error {
	values := s.values + n - p.dest // one for each that is left
	if p.inst < len(s.plan) {
		values = s.plan[p.inst].val + p.k
	}
	if values == n {
		return s.fail(op, ErrCount, "%s expected %d destinations (got %d)", op, s.values, n)
	}
	return s.fail(op, ErrCount, "%s expected destinations for %d values (got %d, for %d values)", op, s.values, n, values)
}

// badDest is the error for the destination that p is at, of type t.
func (s *Struct) badDest(op string, p pairing, t reflect.Type, isNil bool) *Error {
	in := &s.plan[p.inst]
	reason := "the destination cannot take " + ops[in.elem].goType.String()
	switch {
	case t.Kind() != reflect.Pointer:
		reason = "the destination is not a pointer"
	case isNil:
		reason = "the destination is a nil pointer"
	case p.run:
		reason = fmt.Sprintf("the destination cannot take %d values of type %s", in.n, ops[in.elem].goType)
	}
	return s.failValue(op, in.val+p.k, ErrType, reason, t.String())
}

// takes reports whether dest can take a value of the instruction, or all of them.
func (in *inst) takes(dest any, run bool) bool {
	switch dest := dest.(type) {
	case nil:
		return true
	case *any:
		return dest != nil
	}
	v := reflect.ValueOf(dest)
	return v.Kind() == reflect.Pointer && !v.IsNil() && in.pointee(v.Type().Elem(), run)
}

func isNil(dest any) bool {
	v := reflect.ValueOf(dest)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// takesType is takes for any destination of type t that is not a nil pointer.
func (in *inst) takesType(t reflect.Type, run bool) bool {
	return t == nil || t == reflect.TypeFor[*any]() || t.Kind() == reflect.Pointer && in.pointee(t.Elem(), run)
}

// pointee is takes for a pointer to a variable of type t.
func (in *inst) pointee(t reflect.Type, run bool) bool {
	if !run {
		return in.fits(t)
	}
	return (t.Kind() == reflect.Slice || t.Len() == in.n) && in.fits(t.Elem())
}

// fits reports whether a variable of type t can hold every value of the instruction.
// It is the one rule for destinations and for the fields of a Codec.
func (in *inst) fits(t reflect.Type) bool {
	size := ops[in.elem].goType.Size()
	if in.named {
		size = uintptr(ops[in.elem].size)
	}
	wide := t.Size() >= size
	isSigned := reflect.Int <= t.Kind() && t.Kind() <= reflect.Int64
	switch in.kind {
	case kindChar:
		return t.Kind() == reflect.Uint8
	case kindBool:
		return t.Kind() == reflect.Bool
	case kindSigned:
		return isSigned && wide
	case kindUnsigned, kindPointer:
		return reflect.Uint <= t.Kind() && t.Kind() <= reflect.Uintptr && wide ||
			in.kind == kindUnsigned && isSigned && t.Size() > size
	case kindFloat:
		return (t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64) && wide
	case kindComplex:
		return (t.Kind() == reflect.Complex64 || t.Kind() == reflect.Complex128) && wide
	}
	switch t.Kind() {
	case reflect.String:
		return true
	case reflect.Slice:
		return t.Elem().Kind() == reflect.Uint8
	case reflect.Array:
		return t.Elem().Kind() == reflect.Uint8 && in.op == opBytes && t.Len() == in.n
	}
	return false
}

// store sets the variable v to the value at b.
func (in *inst) store(v reflect.Value, b []byte, big bool) {
	switch in.kind {
	case kindBool:
		v.SetBool(b[0] != 0)
	case kindSigned:
		v.SetInt(int64(in.load(b, big)))
	case kindChar, kindUnsigned, kindPointer:
		if v.CanInt() {
			v.SetInt(int64(in.load(b, big)))
		} else {
			v.SetUint(in.load(b, big))
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
