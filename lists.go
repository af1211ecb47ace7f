package structpack

import (
	"fmt"
	"reflect"
	"slices"

	"example.com/structpack/internal/mem"
)

// A list is a slice or an array that stands for all values of an item in a call of
// Pack, as it does in one of Scan. It is looked for only if there are not as many values
// as the format has: otherwise the call means what it means to CPython.

// isList reports whether v is a slice or an array.
func isList(v any) bool {
	k := reflect.ValueOf(v).Kind()
	return k == reflect.Slice || k == reflect.Array
}

// takesList reports whether v stands for all values of the instruction, be they as many
// or not. One byte for c is a value, and so is the truth of a list for one ?.
func (in *inst) takesList(v any) bool {
	if in.op == opBytes || in.op == opPascal || in.op == opBool || !isList(v) {
		return false
	}
	if in.kind != kindChar {
		return true
	}
	_, err := char(v)
	return err != nil
}

// packLists is pack for values among which are lists. It packs into buf, which has the
// size of the structure, or only looks at the values if buf is nil.
func (s *Struct) packLists(op string, buf []byte, values []any) error {
	empty, err := s.shape(op, values)
	if err != nil {
		return err
	}
	rest := values
	for i := range s.plan {
		in := &s.plan[i]
		if in.op == opPad {
			if buf != nil {
				clear(buf[in.off:][:in.n])
			}
			continue
		}
		rest, empty = skipEmpty(rest, empty, in.val)
		if in.takesList(rest[0]) {
			if err := s.packList(op, in, buf, rest[0]); err != nil {
				return err
			}
			rest = rest[1:]
			continue
		}
		n := in.values()
		if k := in.putAll(buf, rest[:n], s.big); k >= 0 {
			return s.packError(op, in.val+k, rest[k])
		}
		rest = rest[n:]
	}
	return nil
}

// shape checks that values and lists are as many as the format takes. It returns the
// items of count 0 if lists without elements stand for some of them.
func (s *Struct) shape(op string, values []any) ([]inst, error) {
	err := s.count(op, values, nil)
	if err != nil && len(s.empty) > 0 && s.count(op, values, s.empty) == nil {
		return s.empty, nil
	}
	if err != nil {
		return nil, err
	}
	return nil, nil
}

// count is shape for items of count 0 for which lists stand. The error is CPython's, and
// says which list is not as long as its item wants it.
func (s *Struct) count(op string, values []any, empty []inst) error {
	rest := values
	for i := range s.plan {
		in := &s.plan[i]
		if in.op == opPad {
			continue
		}
		rest, empty = skipEmpty(rest, empty, in.val)
		switch n := in.values(); {
		case len(rest) > 0 && in.takesList(rest[0]):
			if n := reflect.ValueOf(rest[0]).Len(); n != in.n {
				e := s.failValue(op, in.val, ErrCount, s.wrongCount(op, values), "")
				e.goType = goType(rest[0])
				e.detail = fmt.Sprintf("; %d elements for %d values", n, in.n)
				return e
			}
			rest = rest[1:]
		case len(rest) < n:
			return s.fail(op, ErrCount, "%s", s.wrongCount(op, values))
		default:
			rest = rest[n:]
		}
	}
	if rest, _ = skipEmpty(rest, empty, s.values); len(rest) > 0 {
		return s.fail(op, ErrCount, "%s", s.wrongCount(op, values))
	}
	return nil
}

// wrongCount is CPython's sentence for values that are too few or too many.
func (s *Struct) wrongCount(op string, values []any) string {
	return fmt.Sprintf("%s expected %d items for packing (got %d)", op, s.values, len(values))
}

// skipEmpty drops the items of count 0 before the value at, and the lists without
// elements that stand for them.
func skipEmpty(values []any, items []inst, at int) ([]any, []inst) {
	for ; len(items) > 0 && items[0].val <= at; items = items[1:] {
		if len(values) > 0 && isList(values[0]) && reflect.ValueOf(values[0]).Len() == 0 {
			values = values[1:]
		}
	}
	return values, items
}

// packList packs the elements of a list, of which there are as many as the instruction
// takes, some at a time.
func (s *Struct) packList(op string, in *inst, buf []byte, list any) error {
	all := mem.ListOf(list)
	var some [64]any
	part := *in
	for k := 0; k < in.n; k += part.n {
		part.n = min(in.n-k, len(some))
		part.off = in.off + k*ops[in.elem].size
		for j := range part.n {
			some[j] = all.At(k + j)
		}
		if j := part.putAll(buf, some[:part.n], s.big); j >= 0 {
			return s.packError(op, in.val+k+j, some[j])
		}
	}
	return nil
}

// putAll packs the values of the instruction at its place in buf, or only looks at them
// if buf is nil. It returns the index of the first that cannot be packed, or -1.
func (in *inst) putAll(buf []byte, values []any, big bool) (bad int) {
	if buf == nil {
		return slices.IndexFunc(values, func(v any) bool { return in.accepts(v) != nil })
	}
	b := buf[in.off:]
	if in.op == opBytes || in.op == opPascal { // there need not be a byte
		if in.op == opBytes && mem.PackBytes(b[:in.n], values[0]) || in.put(b, values[0], big) {
			return -1
		}
		return 0
	}
	info := &ops[in.elem]
	st := &info.step
	if in.kind == kindPointer {
		limits := in.step()
		st = &limits
	}
	for k := 0; ; k++ {
		if k += mem.PackRun(st, big, b[k*info.size:], values[k:]); k == len(values) {
			return -1
		}
		if !in.put(b[k*info.size:], values[k], big) {
			return k
		}
	}
}
