package gen

import "strings"

// helpers writes the functions that the file needs, and no others: a file is read
// by people, and unused functions are reported by linters. Every file has its own,
// because an exported package of them would be an API that nobody asked for.
func (c *coder) helpers() {
	for _, h := range functions {
		if !c.needs[h.name] {
			continue
		}
		if h.imports != "" {
			c.std(h.imports)
		}
		text := strings.NewReplacer("PREFIX_", c.prefix, "FMT.", c.imports["fmt"]+".", "BINARY.", c.imports["encoding/binary"]+".", "BYTES.", c.imports["bytes"]+".").Replace(h.text)
		c.body.WriteString(text)
	}
	c.conversions()
	for kind := range strings.FieldsSeq("Int Int8 Int16 Int32 Int64 Uint Uint8 Uint16 Uint32 Uint64 Uintptr Float32 Float64 Complex64 Complex128 String") {
		if name := "set" + kind; c.needs[name] {
			typ := strings.ToLower(kind)
			c.f("// %s sets a variable whose type cannot be named here.\nfunc %s[T ~%s](p *T, x %s) { *p = T(x) }\n\n", c.prefix+name, c.prefix+name, typ, typ)
		}
	}
}

// functions are what files may need.
var functions = []struct{ name, imports, text string }{
	{"offset", "fmt", `
// PREFIX_offset returns the offset from the beginning of n bytes, in which there
// must be size bytes from there on, or why there are not.
func PREFIX_offset(op string, size, n, offset int) (int, string) {
	crosses, doing := "no space to pack", "packing"
	if op == "unpack_from" {
		crosses, doing = "not enough data to unpack", "unpacking"
	}
	if offset < 0 {
		if offset+size > 0 {
			return 0, FMT.Sprintf("%s %d bytes at offset %d", crosses, size, offset)
		}
		if offset+n < 0 {
			return 0, FMT.Sprintf("offset %d out of range for %d-byte buffer", offset, n)
		}
		offset += n
	}
	if n-offset < size {
		return 0, FMT.Sprintf("%s requires a buffer of at least %d bytes for %s %d bytes at offset %d (actual buffer size is %d)",
			op, uint(size)+uint(offset), doing, size, offset, n)
	}
	return offset, ""
}

`},
	{"bit", "", `
func PREFIX_bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

`},
	{"toNUL", "bytes", `
// PREFIX_toNUL returns how many bytes of b are before its first NUL, if it has one.
func PREFIX_toNUL(b []byte) int {
	if n := BYTES.IndexByte(b, 0); n >= 0 {
		return n
	}
	return len(b)
}

`},
	{"hostBig", "encoding/binary", `
// PREFIX_hostBig reports whether the machine is big-endian.
func PREFIX_hostBig() bool { return BINARY.NativeEndian.Uint16([]byte{0, 1}) == 1 }

`},
	{"copyTo", "", `
// PREFIX_copyTo is copy from a type like byte.
func PREFIX_copyTo[T ~byte](dst []byte, src []T) int {
	n := min(len(dst), len(src))
	for i, x := range src[:n] {
		dst[i] = byte(x)
	}
	return n
}

`},
	{"copyFrom", "", `
// PREFIX_copyFrom is copy to a type like byte.
func PREFIX_copyFrom[T ~byte](dst []T, src []byte) {
	for i, x := range src {
		dst[i] = T(x)
	}
}

`},
}
