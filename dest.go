package structpack

import (
	"fmt"
	"reflect"

	"example.com/structpack/internal/mem"
)

// A pairing goes over the values of a format and their destinations side by side.
// It holds numbers only: a destination kept in it would escape.
type pairing struct {
	inst, empty, dest int  // where it is
	k                 int  // which of the values of the instruction the destination is for
	run               bool // the destination is for all of them
	none              bool // the destination is for an item of count 0
	lists             bool // there are destinations for items of count 0
	begun             bool

	types []reflect.Type // of the destinations, if no more is known of them
}

// next goes to the next destination. It reports false at the end of either
// side, with inst at the first instruction that has none.
func (p *pairing) next(s *Struct, dests []any) bool {
	switch {
	case !p.begun:
	case p.none:
		p.dest++
		p.empty++
	default:
		p.dest++
		if p.k++; p.run || p.k == s.plan[p.inst].values() {
			p.inst, p.k = p.inst+1, 0
		}
	}
	p.begun, p.run, p.none = true, false, false
	for p.inst < len(s.plan) && s.plan[p.inst].op == opPad {
		p.inst++
	}
	if p.dest == len(dests) {
		return false
	}
	isRun := isRun(p.typeOf(dests))
	for ; p.lists && p.empty < len(s.empty) && s.empty[p.empty].val <= p.value(s); p.empty++ {
		if isRun && s.empty[p.empty].pointee(p.typeOf(dests).Elem(), true) {
			p.run, p.none = true, true
			return true
		}
	}
	if p.inst == len(s.plan) {
		return false
	}
	in := &s.plan[p.inst]
	p.run = isRun && p.k == 0 && in.op != opBytes && in.op != opPascal
	return true
}

// typeOf returns the type of the destination that p is at.
func (p *pairing) typeOf(dests []any) reflect.Type {
	if p.types != nil {
		return p.types[p.dest]
	}
	return reflect.TypeOf(dests[p.dest])
}

// value returns the index of the value that comes next.
func (p *pairing) value(s *Struct) int {
	if p.inst == len(s.plan) {
		return s.values
	}
	return s.plan[p.inst].val + p.k
}

// item returns the instruction that the destination is for.
func (p *pairing) item(s *Struct) *inst {
	if p.none {
		return &s.empty[p.empty]
	}
	return &s.plan[p.inst]
}

// isRun reports whether a destination of type t is for all values of an item: a
// pointer to an array or slice.
func isRun(t reflect.Type) bool {
	return t != nil && t.Kind() == reflect.Pointer &&
		(t.Elem().Kind() == reflect.Array || t.Elem().Kind() == reflect.Slice)
}

// checkDests checks that every value has a destination that can take it, and that none
// is left.
func (s *Struct) checkDests(op string, dests []any, lists bool) error {
	p := pairing{lists: lists}
	for p.next(s, dests) {
	}
	if p.inst < len(s.plan) || p.dest < len(dests) {
		return s.badDests(op, &p, dests)
	}
	for p = (pairing{lists: lists}); p.next(s, dests); {
		if err := s.checkDest(op, &p, dests); err != nil {
			return err
		}
	}
	return nil
}

// badDests is the error for destinations that are not for as many values as there
// are, of which p is after the last that has its pair.
func (s *Struct) badDests(op string, p *pairing, dests []any) *Error {
	n := len(dests)
	values := s.values + n - p.dest // one for each that is left
	if p.inst < len(s.plan) {
		values = s.plan[p.inst].val + p.k
	} else if last := len(s.empty) - 1; last >= 0 && s.empty[last].val == s.values && isRun(p.typeOf(dests)) {
		p.empty, p.none, p.run = last, true, true
		return s.badDest(op, p, p.typeOf(dests), false)
	}
	if values == n {
		return s.fail(op, ErrCount, "%s expected %d destinations (got %d)", op, s.values, n)
	}
	return s.fail(op, ErrCount, "%s expected destinations for %d values (got %d, for %d values)", op, s.values, n, values)
}

// badDest is the error for the destination that p is at, of type t.
func (s *Struct) badDest(op string, p *pairing, t reflect.Type, isNil bool) *Error {
	in := p.item(s)
	reason := "the destination cannot take " + ops[in.elem].goType.String()
	switch {
	case t.Kind() != reflect.Pointer:
		reason = "the destination is not a pointer"
	case isNil:
		reason = "the destination is a nil pointer"
	case p.run:
		reason = fmt.Sprintf("the destination cannot take %d values of type %s", in.n, ops[in.elem].goType)
	}
	return s.failDest(op, p, ErrType, reason, t)
}

// failDest makes an error about the destination that p is at. An item of count 0 has no
// value: the error names the item.
func (s *Struct) failDest(op string, p *pairing, kind error, reason string, t reflect.Type) *Error {
	if !p.none {
		return s.failValue(op, p.item(s).val+p.k, kind, reason, t.String())
	}
	e := s.failItem(op, p.item(s), kind, fmt.Sprintf("%s (got %s)", reason, t))
	return e
}

// checkDest checks that the destination that p is at can take its value or values.
func (s *Struct) checkDest(op string, p *pairing, dests []any) error {
	in, dest := p.item(s), dests[p.dest]
	if !in.takes(dest, p.run) {
		return s.badDest(op, p, reflect.TypeOf(dest), isNil(dest))
	}
	if place, ok := dest.(*any); ok {
		if i := mem.IndexOf(place, dests); i < 0 || i == p.dest || !isPlace(dests[i], dests) {
			return nil
		}
		return s.failDest(op, p, ErrType, "the destination is the place of another one", reflect.TypeOf(dest))
	}
	if !p.run {
		return nil
	}
	if t := reflect.TypeOf(dest).Elem(); t.Kind() == reflect.Slice && in.n > maxBytes/int(t.Elem().Size()) {
		return s.failDest(op, p, ErrBuffer, fmt.Sprintf("%d values of type %s are too many for a slice", in.n, t.Elem()), t)
	}
	return nil
}

// isPlace reports whether a destination is a *any that points into dests.
func isPlace(dest any, dests []any) bool {
	place, ok := dest.(*any)
	return ok && mem.IndexOf(place, dests) >= 0
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
