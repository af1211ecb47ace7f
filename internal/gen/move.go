package gen

import (
	"fmt"
	"go/types"
	"reflect"
	"slices"
	"strings"
)

// span writes the w bytes of b at off, for element i in a loop.
func (st *step) span(off, w int) string {
	if st.n > 0 {
		return fmt.Sprintf("b[%s*i:]", sum(off, fmt.Sprint(st.size)))
	}
	return fmt.Sprintf("b[%d:%d]", off, off+w)
}

// byteAt writes the byte of b that the value is.
func (st *step) byteAt() string {
	if st.n > 0 {
		return fmt.Sprintf("b[%s]", sum(st.off, "i"))
	}
	return fmt.Sprintf("b[%d]", st.off)
}

// block writes all the bytes of the values.
func (st *step) block() string {
	return fmt.Sprintf("b[%d:%d]", st.off, st.off+st.size*max(st.n, 1))
}

func (c *coder) put(r *record, w int, span, x string) {
	c.f("%s.%s.PutUint%d(%s, %s)\n", c.use("encoding/binary", "binary"), r.order, 8*w, span, x)
}

func (c *coder) get(r *record, w int, span string) string {
	return fmt.Sprintf("%s.%s.Uint%d(%s)", c.use("encoding/binary", "binary"), r.order, 8*w, span)
}

// uints are the unsigned types by their bytes.
var uints = map[int]types.BasicKind{1: types.Uint8, 2: types.Uint16, 4: types.Uint32, 8: types.Uint64}

// pack writes what moves the values to b; those that could be refused were not.
func (c *coder) pack(r *record) {
	at := 0 // the bytes before it have been written
	for steps := r.steps; ; {
		off := r.s.Size()
		if len(steps) > 0 {
			off = steps[0].off
		}
		c.clear(at, off)
		if len(steps) == 0 {
			return
		}
		n := c.neighbours(r, steps)
		if n > 1 {
			c.packNeighbours(r, steps[:n])
		} else {
			c.packStep(r, &steps[0])
		}
		last := &steps[n-1]
		at = last.off + last.size*max(last.n, 1)
		steps = steps[n:]
	}
}

// clear writes zeros.
func (c *coder) clear(from, to int) {
	switch n := to - from; {
	case n <= 0:
	case n <= 8:
		var left []string
		for i := from; i < to; i++ {
			left = append(left, fmt.Sprintf("b[%d]", i))
		}
		c.f("%s = 0%s\n", strings.Join(left, ", "), strings.Repeat(", 0", n-1))
	default:
		c.f("clear(b[%d:%d])\n", from, to)
	}
}

// neighbours returns how many of the next steps can be moved at once: integers
// of one width that lie side by side in the data and in the Go type. The
// compiler makes one load and one store of that, and one swap between them.
//
// In the order of the machine two of them would change places, but bytes would
// not; and in big-endian order a swap of more than two would do so.
func (c *coder) neighbours(r *record, steps []step) int {
	first := &steps[0]
	if !first.exact() {
		return 1
	}
	most := 8 / first.size
	switch {
	case first.size == 1:
	case r.order == "NativeEndian":
		return 1
	case r.order == "BigEndian":
		most = min(most, 2)
	}
	n := 0
	for n < min(most, len(steps)) {
		st := &steps[n]
		if !st.exact() || st.n > 0 || !c.nameable(st.typ) || st.size != first.size ||
			st.off != first.off+n*st.size || st.mem != first.mem+int64(n*st.size) {
			break
		}
		n++
	}
	for first.size > 1 && n&(n-1) != 0 {
		n &= n - 1
	}
	if n > 1 && first.size > 1 {
		c.needs["neighbours"] = true
	}
	return max(n, 1)
}

func (c *coder) packNeighbours(r *record, steps []step) {
	size := steps[0].size
	var parts, left []string
	for i := range steps {
		st := &steps[i]
		left = append(left, st.byteAt())
		part := convert(st.x, st.typ, uints[size])
		if size > 1 {
			if whole := types.Typ[uints[size*len(steps)]].Name(); st.class == signed {
				part = fmt.Sprintf("%s(%s)", whole, part)
			} else {
				part = fmt.Sprintf("%s(%s)", whole, st.x)
			}
			if i > 0 {
				part += fmt.Sprintf("<<%d", 8*size*i)
			}
		}
		parts = append(parts, part)
	}
	if size == 1 {
		c.f("%s = %s\n", strings.Join(left, ", "), strings.Join(parts, ", "))
		return
	}
	x, w := strings.Join(parts, "|"), size*len(steps)
	if r.order == "BigEndian" {
		x = c.rotate(w, x)
	}
	c.put(r, w, steps[0].span(steps[0].off, w), x)
}

// rotate makes the halves of a word change places.
func (c *coder) rotate(w int, x string) string {
	return fmt.Sprintf("%s.RotateLeft%d(%s, %d)", c.std("math/bits"), 8*w, x, 4*w)
}

func (c *coder) unpackNeighbours(r *record, steps []step) {
	size := steps[0].size
	var left, parts []string
	if size == 1 {
		for i := range steps {
			st := &steps[i]
			left = append(left, st.x)
			parts = append(parts, c.as(st, st.byteAt(), types.Uint8))
		}
	} else {
		w := size * len(steps)
		x := c.get(r, w, steps[0].span(steps[0].off, w))
		if r.order == "BigEndian" {
			x = c.rotate(w, x)
		}
		name := fmt.Sprint("x", steps[0].index)
		c.f("%s := %s\n", name, x)
		for i := range steps {
			part := name
			if i > 0 {
				part += fmt.Sprintf(">>%d", 8*size*i)
			}
			left = append(left, steps[i].x)
			parts = append(parts, c.as(&steps[i], part, uints[w]))
		}
	}
	c.f("%s = %s\n", strings.Join(left, ", "), strings.Join(parts, ", "))
}

// packStep writes one step.
func (c *coder) packStep(r *record, st *step) {
	if st.class >= text {
		c.packText(st)
		return
	}
	if st.n > 0 {
		switch same := st.isByte(); {
		case same && st.all && !st.slice:
			c.f("*(*[%d]byte)(%s) = %s\n", st.n, st.block(), st.whole)
			return
		case same:
			c.f("copy(%s, %s)\n", st.block(), st.elements())
			return
		}
		c.loop(st)
		defer c.f("}\n")
	}
	math := func(f, x string) string { return fmt.Sprintf("%s.%s(%s)", c.std("math"), f, x) }
	// converted returns the bits of a float that is narrower in the data: those
	// that a check has left, or else new ones.
	converted := func(name, function, bits string) string {
		x := fmt.Sprint(name, st.index)
		if _, bad := c.bad(r, st); bad == "" || st.n > 0 {
			c.f("%s, _ := %s(%s)\n", x, c.helper(function), bits)
		}
		return x
	}
	switch {
	case st.class <= unsigned && st.size == 1:
		c.f("%s = %s\n", st.byteAt(), convert(st.x, st.typ, types.Uint8))
	case st.class <= unsigned:
		c.put(r, st.size, st.span(st.off, st.size), convert(st.x, st.typ, uints[st.size]))
	case st.class == boolean:
		c.f("%s = %s(%s)\n", st.byteAt(), c.helper("bit"), convert(st.x, st.typ, types.Bool))
	case st.class == float:
		var x string
		switch {
		case st.size == 2:
			x = converted("x", "half", c.bits64(st))
		case st.size == 8:
			x = c.bits64(st)
		case st.kind == reflect.Float64:
			x = converted("x", "narrow", c.bits64(st))
		default:
			x = math("Float32bits", convert(st.x, st.typ, types.Float32))
		}
		c.put(r, st.size, st.span(st.off, st.size), x)
	default:
		half := st.size / 2
		re, im := fmt.Sprintf("real(%s)", st.x), fmt.Sprintf("imag(%s)", st.x)
		switch {
		case half == 8:
			re, im = math("Float64bits", re), math("Float64bits", im)
		case st.kind == reflect.Complex64:
			re, im = math("Float32bits", re), math("Float32bits", im)
		default:
			re, im = converted("x", "narrow", math("Float64bits", re)), converted("y", "narrow", math("Float64bits", im))
		}
		c.put(r, half, st.span(st.off, half), re)
		c.put(r, half, st.span(st.off+half, half), im)
	}
}

// elements writes the elements that the step is for, as a slice.
func (st *step) elements() string {
	switch {
	case st.slice:
		return st.whole
	case st.all:
		return st.whole + "[:]"
	}
	return fmt.Sprintf("%s[%d:%d]", st.whole, st.start, st.start+st.n)
}

// unpack writes what moves the values from b.
func (c *coder) unpack(r *record) {
	for _, e := range r.empties {
		c.empty(e.x)
	}
	for steps := r.steps; len(steps) > 0; {
		n := c.neighbours(r, steps)
		if n > 1 {
			c.unpackNeighbours(r, steps[:n])
		} else {
			c.unpackStep(r, &steps[0])
		}
		steps = steps[n:]
	}
}

// empty makes a slice empty, which is not nil.
func (c *coder) empty(x string) { c.f("%s = %s.Grow(%s[:0], 1)\n", x, c.std("slices"), x) }

// unpackStep writes one step.
func (c *coder) unpackStep(r *record, st *step) {
	if st.class >= text {
		c.unpackText(st)
		return
	}
	if st.n > 0 {
		if st.slice {
			c.f("%s = %s.Grow(%s[:0], %d)[:%d]\n", st.whole, c.std("slices"), st.whole, st.n, st.n)
		}
		switch same := st.isByte(); {
		case same && st.all && !st.slice:
			c.f("%s = [%d]byte(%s)\n", st.whole, st.n, st.block())
			return
		case same:
			c.f("copy(%s, %s)\n", st.elements(), st.block())
			return
		}
		c.loop(st)
		defer c.f("}\n")
	}
	math := func(f, x string) string { return fmt.Sprintf("%s.%s(%s)", c.std("math"), f, x) }
	var x string
	from := types.Bool
	switch {
	case st.class <= unsigned:
		x, from = st.byteAt(), uints[st.size]
		if st.size > 1 {
			x = c.get(r, st.size, st.span(st.off, st.size))
		}
		if st.class == signed && !st.exact() {
			from = map[int]types.BasicKind{1: types.Int8, 2: types.Int16, 4: types.Int32, 8: types.Int64}[st.size]
			x = fmt.Sprintf("%s(%s)", types.Typ[from].Name(), x)
		}
	case st.class == boolean:
		c.f("%s = %s != 0\n", st.x, st.byteAt())
		return
	case st.class == float:
		x, from = c.get(r, st.size, st.span(st.off, st.size)), types.Float32
		if st.size == 2 {
			x = fmt.Sprintf("%s(%s)", c.helper("fromHalf"), x)
		}
		if st.kind == reflect.Float64 {
			from = types.Float64
			if st.size < 8 {
				x = fmt.Sprintf("%s(%s)", c.helper("widen"), x)
			}
		}
		x = math(map[types.BasicKind]string{types.Float32: "Float32frombits", types.Float64: "Float64frombits"}[from], x)
	default:
		half := st.size / 2
		from = types.Complex64
		frombits := "Float32frombits"
		if st.kind == reflect.Complex128 {
			from, frombits = types.Complex128, "Float64frombits"
		}
		part := func(off int) string {
			x := c.get(r, half, st.span(off, half))
			if half == 4 && from == types.Complex128 {
				x = fmt.Sprintf("%s(%s)", c.helper("widen"), x)
			}
			return math(frombits, x)
		}
		x = fmt.Sprintf("complex(%s, %s)", part(st.off), part(st.off+half))
	}
	c.set(st, x, from)
}

// set assigns x, of a type of the language, to the variable of a step. A type that
// the file cannot name is left to the compiler.
func (c *coder) set(st *step, x string, from types.BasicKind) {
	if types.Identical(st.typ, types.Typ[from]) || c.nameable(st.typ) {
		c.f("%s = %s\n", st.x, c.as(st, x, from))
		return
	}
	name := strings.ToUpper(st.kind.String()[:1]) + st.kind.String()[1:]
	if st.kind.String() != types.Typ[from].Name() {
		x = fmt.Sprintf("%s(%s)", st.kind, x)
	}
	c.f("%s(&%s, %s)\n", c.helper("set"+name), st.x, x)
}

// as writes the conversion of x, of a type of the language, to the type of a variable.
func (c *coder) as(st *step, x string, from types.BasicKind) string {
	if types.Identical(st.typ, types.Typ[from]) {
		return x
	}
	return fmt.Sprintf("%s(%s)", c.typeName(st.typ), x)
}

// typeName writes the name of a type that is nameable.
func (c *coder) typeName(t types.Type) string { return types.TypeString(types.Unalias(t), c.qualify) }

// qualify names the package of a type in the file.
func (c *coder) qualify(p *types.Package) string {
	if p == c.pkg {
		return ""
	}
	return c.use(p.Path(), p.Name())
}

// nameable reports whether the file can write the name of a type: it must not be
// a variable's here, or not exported elsewhere, and the package must be one
// that the package imports already.
func (c *coder) nameable(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return true
	case *types.Named:
		for arg := range t.TypeArgs().Types() {
			if !c.nameable(arg) {
				return false
			}
		}
		name := t.Obj()
		if name.Pkg() == c.pkg {
			return !isLocal(name.Name()) && name.Parent() == c.pkg.Scope() && !strings.HasPrefix(name.Name(), "_Ctype_")
		}
		return name.Exported() && name.Parent() == name.Pkg().Scope() && slices.Contains(c.pkg.Imports(), name.Pkg())
	}
	return false
}

// packText writes a step for s or p.
func (c *coder) packText(st *step) {
	if st.size == 0 {
		return
	}
	if st.kind == reflect.Array { // of exactly the length
		if st.bytes() {
			c.f("*(*[%d]byte)(%s) = %s\n", st.size, st.block(), st.x)
		} else {
			c.f("%s(%s, %s[:])\n", c.helper("copyTo"), st.block(), st.x)
		}
		return
	}
	copied := "copy"
	if st.kind == reflect.Slice && !st.bytes() {
		copied = c.helper("copyTo")
	}
	from, to, n := st.off, st.off+st.size, fmt.Sprint("n", st.index)
	if st.class == pascal {
		from++
	}
	c.f("%s := %s(b[%d:%d], %s)\nclear(b[%s:%d])\n", n, copied, from, to, st.x, sum(from, n), to)
	if st.class == pascal {
		if st.size > 256 {
			n = fmt.Sprintf("min(%s, 255)", n)
		}
		c.f("b[%d] = byte(%s)\n", st.off, n)
	}
}

// bytes reports whether the variable is made of bytes, not of a type like them.
func (st *step) bytes() bool {
	elem, ok := st.typ.Underlying().(interface{ Elem() types.Type })
	return ok && types.Identical(elem.Elem(), types.Typ[types.Uint8])
}

// unpackText writes a step for s or p.
func (c *coder) unpackText(st *step) {
	block := st.block()
	if st.class == pascal && st.size > 0 {
		n := fmt.Sprint("n", st.index)
		if st.size >= 256 {
			c.f("%s := int(b[%d])\n", n, st.off)
		} else {
			c.f("%s := min(int(b[%d]), %d)\n", n, st.off, st.size-1)
		}
		block = fmt.Sprintf("b[%d:%s]", st.off+1, sum(st.off+1, n))
	}
	if st.cstring && st.size > 0 {
		n := fmt.Sprint("n", st.index)
		c.f("%s := %s(%s)\n", n, c.helper("toNUL"), block)
		block = fmt.Sprintf("b[%d:%s]", st.off, sum(st.off, n))
	}
	switch {
	case st.kind == reflect.String && st.size == 0:
		c.f("%s = \"\"\n", st.x)
	case st.kind == reflect.String:
		if types.Identical(st.typ, types.Typ[types.String]) || c.nameable(st.typ) {
			c.f("%s = %s(%s)\n", st.x, c.typeName(st.typ), block)
		} else {
			c.f("%s(&%s, string(%s))\n", c.helper("setString"), st.x, block)
		}
	case st.kind == reflect.Array && st.size == 0:
	case st.kind == reflect.Array && st.bytes():
		c.f("%s = [%d]byte(%s)\n", st.x, st.size, block)
	case st.kind == reflect.Array:
		c.f("%s(%s[:], %s)\n", c.helper("copyFrom"), st.x, block)
	case st.size == 0:
		c.empty(st.x)
	case st.bytes() && st.class == text && !st.cstring:
		c.f("%s = append(%s[:0], %s...)\n", st.x, st.x, block)
	case st.bytes():
		c.f("%s = append(%s.Grow(%s[:0], max(n%d, 1)), %s...)\n", st.x, c.std("slices"), st.x, st.index, block)
	default:
		length := fmt.Sprint(st.size)
		if st.class == pascal || st.cstring {
			length = fmt.Sprint("n", st.index)
		}
		c.f("%s = %s.Grow(%s[:0], max(%s, 1))[:%s]\n%s(%s, %s)\n", st.x, c.std("slices"), st.x, length, length, c.helper("copyFrom"), st.x, block)
	}
}
