//go:build !purego && (386 || amd64 || arm64 || ppc64le || s390x)

// Fast: these processors load and store words at any address, and unsafe is allowed. The twin is run_safe.go.

package mem

import (
	"math/bits"
	"reflect"
	"runtime"
	"unsafe"
)

var hostBig = runtime.GOARCH == "s390x"

// An eface is what an any is in memory.
type eface struct {
	typ  unsafe.Pointer
	data unsafe.Pointer
}

// A Type identifies the dynamic type of an any.
type Type struct{ p unsafe.Pointer }

// TypeOf returns the dynamic type of v.
func TypeOf(v any) Type { return Type{(*eface)(unsafe.Pointer(&v)).typ} }

var (
	intType, stringType, bytesType = TypeOf(0), TypeOf(""), TypeOf([]byte(nil))
	int64Type, uint64Type          = TypeOf(int64(0)), TypeOf(uint64(0))
)

// Float32bits returns the bits of v, whose kind must be Float32. Reflection has
// no way to them that neither passes through a float64, which quiets a
// signalling NaN, nor makes v escape.
func Float32bits(v any) uint32 {
	return *(*uint32)((*eface)(unsafe.Pointer(&v)).data)
}

// Complex64bits returns the bits of both parts of v, whose kind must be Complex64.
func Complex64bits(v any) (re, im uint32) {
	p := (*[2]uint32)((*eface)(unsafe.Pointer(&v)).data)
	return p[0], p[1]
}

// Pack packs values by steps, of which there are as many, from index i on, into
// buf, in which every step must have its room. It stops at the first value
// that it has no short cut for, and returns its index: a value of the step's
// type, an int, int64 or uint64 that fits, and few bytes are what it knows.
func Pack(steps []Step, big bool, i int, buf []byte, values []any) int {
	if len(values) == 0 {
		return 0
	}
	swap := big != hostBig
	base := unsafe.Pointer(unsafe.SliceData(buf))
	steps = steps[:len(values)]
	for ; i < len(values); i++ {
		st := &steps[i]
		if st.Width <= Text {
			return i
		}
		e := (*eface)(unsafe.Pointer(&values[i]))
		p := unsafe.Add(base, st.Off)
		switch e.typ {
		case st.Type.p:
			switch st.Width {
			case Byte:
				*(*uint8)(p) = *(*uint8)(e.data)
			case Word16:
				put16(p, *(*uint16)(e.data), swap)
			case Word32:
				put32(p, *(*uint32)(e.data), swap)
			case Word64:
				put64(p, *(*uint64)(e.data), swap)
			case Bytes:
				if b := *(*[]byte)(e.data); len(b) >= int(st.N) {
					move(p, unsafe.Pointer(unsafe.SliceData(b)), int(st.N))
				} else {
					copyShort(unsafe.Slice((*byte)(p), st.N), b)
				}
			}
		case intType.p:
			n := *(*int)(e.data)
			if n < st.Lo || n > st.Hi {
				return i
			}
			switch st.Width {
			case Byte:
				*(*uint8)(p) = uint8(n)
			case Word16:
				put16(p, uint16(n), swap)
			case Word32:
				put32(p, uint32(n), swap)
			case Word64:
				put64(p, uint64(n), swap)
			}
		case stringType.p:
			if st.Width != Bytes {
				return i
			}
			if b := *(*string)(e.data); len(b) >= int(st.N) {
				move(p, unsafe.Pointer(unsafe.StringData(b)), int(st.N))
			} else {
				copyShort(unsafe.Slice((*byte)(p), st.N), b)
			}
		case int64Type.p, uint64Type.p:
			n := *(*int64)(e.data)
			if n < int64(st.Lo) || n > int64(st.Hi) || n < 0 && e.typ == uint64Type.p {
				return i
			}
			switch st.Width {
			case Byte:
				*(*uint8)(p) = uint8(n)
			case Word16:
				put16(p, uint16(n), swap)
			case Word32:
				put32(p, uint32(n), swap)
			case Word64:
				put64(p, uint64(n), swap)
			}
		default:
			return i
		}
	}
	return i
}

// PackRun packs numbers of one width side by side into buf, as Pack does. It stops at the first
// value that it has no short cut for, and returns its index.
func PackRun(st *Step, big bool, buf []byte, values []any) int {
	size := st.Width.size()
	if size == 0 {
		return 0
	}
	swap := big != hostBig
	base := unsafe.Pointer(unsafe.SliceData(buf))
	for i := range values {
		e := (*eface)(unsafe.Pointer(&values[i]))
		var x uint64
		switch e.typ {
		case st.Type.p:
			switch size {
			case 1:
				x = uint64(*(*uint8)(e.data))
			case 2:
				x = uint64(*(*uint16)(e.data))
			case 4:
				x = uint64(*(*uint32)(e.data))
			default:
				x = *(*uint64)(e.data)
			}
		case intType.p:
			n := *(*int)(e.data)
			if n < st.Lo || n > st.Hi {
				return i
			}
			x = uint64(n)
		default:
			return i
		}
		switch to := unsafe.Add(base, i*size); size {
		case 1:
			*(*uint8)(to) = uint8(x)
		case 2:
			put16(to, uint16(x), swap)
		case 4:
			put32(to, uint32(x), swap)
		default:
			put64(to, x, swap)
		}
	}
	return len(values)
}

// put16 stores x, or its bytes the other way around.
func put16(p unsafe.Pointer, x uint16, swap bool) {
	if swap {
		x = bits.ReverseBytes16(x)
	}
	*(*uint16)(p) = x
}

func put32(p unsafe.Pointer, x uint32, swap bool) {
	if swap {
		x = bits.ReverseBytes32(x)
	}
	*(*uint32)(p) = x
}

func put64(p unsafe.Pointer, x uint64, swap bool) {
	if swap {
		x = bits.ReverseBytes64(x)
	}
	*(*uint64)(p) = x
}

// move copies n bytes, at most 16, as two words that overlap where they must.
func move(to, from unsafe.Pointer, n int) {
	switch {
	case n >= 8:
		first, last := *(*uint64)(from), *(*uint64)(unsafe.Add(from, n-8))
		*(*uint64)(to), *(*uint64)(unsafe.Add(to, n-8)) = first, last
	case n >= 4:
		first, last := *(*uint32)(from), *(*uint32)(unsafe.Add(from, n-4))
		*(*uint32)(to), *(*uint32)(unsafe.Add(to, n-4)) = first, last
	default:
		for i := range n {
			*(*byte)(unsafe.Add(to, i)) = *(*byte)(unsafe.Add(from, i))
		}
	}
}

// Exact reports whether every one of dests, of which there are as many as
// steps, is a pointer to a variable of the step's type, and not nil.
func Exact(steps []Step, dests []any) bool {
	steps = steps[:len(dests)]
	for i := range dests {
		e := (*eface)(unsafe.Pointer(&dests[i]))
		if e.typ != steps[i].Pointer.p || e.data == nil {
			return false
		}
	}
	return true
}

// Scan unpacks data, in which every step must have its room, into destinations
// that are exact, from index i on. It stops at the first that it has no short
// cut for, and returns its index.
func Scan(steps []Step, big bool, i int, data []byte, dests []any) int {
	swap := big != hostBig
	base := unsafe.Pointer(unsafe.SliceData(data))
	steps = steps[:len(dests)]
	for ; i < len(dests); i++ {
		st := &steps[i]
		if st.Width <= Text {
			return i
		}
		d := (*eface)(unsafe.Pointer(&dests[i])).data
		p := unsafe.Add(base, st.Off)
		switch st.Width {
		case Byte:
			x := *(*uint8)(p)
			if st.Bool && x != 0 {
				x = 1
			}
			*(*uint8)(d) = x
		case Word16:
			put16(d, *(*uint16)(p), swap)
		case Word32:
			put32(d, *(*uint32)(p), swap)
		case Word64:
			put64(d, *(*uint64)(p), swap)
		case Bytes:
			b := (*[]byte)(d)
			if *b == nil || cap(*b) < int(st.N) {
				return i
			}
			*b = (*b)[:st.N]
			move(unsafe.Pointer(unsafe.SliceData(*b)), p, int(st.N))
		}
	}
	return i
}

// every holds every byte, for values of 8 bits to point to.
var every = func() (all [256]byte) {
	for i := range all {
		all[i] = byte(i)
	}
	return all
}()

// SetFloat32bits sets v, which must be addressable and of kind Float32.
func SetFloat32bits(v reflect.Value, bits uint32) {
	*(*uint32)(v.Addr().UnsafePointer()) = bits
}

// SetComplex64bits sets v, which must be addressable and of kind Complex64.
func SetComplex64bits(v reflect.Value, re, im uint32) {
	*(*[2]uint32)(v.Addr().UnsafePointer()) = [2]uint32{re, im}
}

// A List is a slice or an array, whose elements are taken as values.
type List struct {
	typ, base unsafe.Pointer // the type of the elements, and where they are
	size      uintptr
	kind      reflect.Kind
	methods   bool // the elements are interfaces with methods
	direct    bool // base is the one element itself: that is how an interface holds it
	other     any  // a value for those that no code takes
}

// ListOf returns the List for a slice or an array. Reflection could do it too, but
// would let every value escape that is ever packed.
func ListOf(v any) List {
	t := reflect.TypeOf(v)
	elem := t.Elem()
	zero := reflect.Zero(elem).Interface()
	l := List{typ: TypeOf(zero).p, base: (*eface)(unsafe.Pointer(&v)).data, size: elem.Size(), kind: elem.Kind(), other: zero}
	if t.Kind() == reflect.Slice {
		l.base = *(*unsafe.Pointer)(l.base)
	}
	switch l.kind {
	case reflect.Interface:
		l.methods = elem.NumMethod() > 0
	case reflect.Array:
		if elem.Elem().Kind() == reflect.Uint8 {
			l.kind = reflect.Uint8 // it is never held directly
		}
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		l.direct = t.Kind() == reflect.Array && t.Len() == 1
	}
	return l
}

// At returns the element at index i. It does not allocate: the value is where the
// element is.
func (l *List) At(i int) any {
	e := eface{l.typ, unsafe.Add(l.base, uintptr(i)*l.size)}
	switch l.kind {
	case reflect.Interface:
		if !l.methods {
			return *(*any)(e.data)
		}
		held := (*struct {
			table *struct{ inter, typ unsafe.Pointer }
			data  unsafe.Pointer
		})(e.data)
		if held.table == nil {
			return nil
		}
		e = eface{held.table.typ, held.data}
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		if !l.direct {
			e.data = *(*unsafe.Pointer)(e.data)
		}
	case reflect.Struct, reflect.Array:
		return l.other
	}
	return *(*any)(unsafe.Pointer(&e))
}

// IndexOf returns the index of the element of all that p points to, or -1.
func IndexOf(p *any, all []any) int {
	at := uintptr(unsafe.Pointer(p)) - uintptr(unsafe.Pointer(unsafe.SliceData(all)))
	if i := at / unsafe.Sizeof(*p); i < uintptr(len(all)) {
		return int(i)
	}
	return -1
}
