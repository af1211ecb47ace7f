//go:build !js

// The page to look at bytes has no files to read, and would be a tenth larger.

package cstruct

import (
	"cmp"
	"debug/dwarf"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"strings"

	"example.com/structpack"
)

// FromELF finds a struct in what a compiler wrote about its types into an ELF file:
// of C, Go, Rust or whatever it was. It returns the ABI of the file too.
func FromELF(r io.ReaderAt, name string) (t *Type, abi structpack.ABI, err error) {
	// The packages of the standard library promise less than this command does.
	defer func() {
		if e := recover(); e != nil {
			err = fmt.Errorf("the file is damaged: %v", e)
		}
	}()
	var magic [len(elf.ELFMAG)]byte
	if n, err := r.ReadAt(magic[:], 0); err != nil && err != io.EOF {
		return nil, abi, err
	} else if n == 0 {
		return nil, abi, errors.New("no ELF file: it is empty")
	} else if string(magic[:n]) != elf.ELFMAG {
		return nil, abi, fmt.Errorf("no ELF file: it begins with % x, and ELF with % x", magic[:n], elf.ELFMAG)
	}
	file, err := elf.NewFile(r)
	if err != nil {
		return nil, abi, fmt.Errorf("the ELF file is damaged: %w", err)
	}
	abi, ok := structpack.ABIOf("linux", goarch(file))
	if !ok {
		return nil, abi, fmt.Errorf("no ABI is known for %v", file.Machine)
	}
	if file.Section(".debug_info") == nil && file.Section(".zdebug_info") == nil {
		return nil, abi, errors.New("no debug information: is the program compiled with -g, and not stripped?")
	}
	data, err := file.DWARF()
	if err != nil {
		return nil, abi, fmt.Errorf("no debug information: %w", err)
	}
	types := &typeReader{data: data, entries: data.Reader(), seen: make(map[dwarf.Offset]bool)}
	unknown, typedefs := &UnknownError{Name: name}, make(map[dwarf.Offset]string)
	for entries := data.Reader(); ; {
		e, err := entries.Next()
		if err != nil || e == nil {
			for offset, name := range typedefs {
				if d, err := types.at(offset); err == nil {
					if _, ok := bare(d).(*dwarf.StructType); ok {
						unknown.Names = append(unknown.Names, name)
					}
				}
			}
			return nil, abi, cmp.Or(err, error(unknown))
		}
		found, _ := e.Val(dwarf.AttrName).(string)
		declared, _ := e.Val(dwarf.AttrDeclaration).(bool)
		kind := e.Tag == dwarf.TagStructType || e.Tag == dwarf.TagTypedef || e.Tag == dwarf.TagClassType || e.Tag == dwarf.TagUnionType
		if !kind || found == "" || declared {
			continue
		}
		if found != name {
			if e.Tag == dwarf.TagTypedef {
				typedefs[e.Offset] = found
			} else if !strings.ContainsAny(found, "[*(") { // Go's slices and maps are structs too
				unknown.Names = append(unknown.Names, found)
			}
			continue
		}
		d, err := types.at(e.Offset)
		if err != nil {
			return nil, abi, err
		}
		if s, ok := bare(d).(*dwarf.StructType); !ok || s.Incomplete {
			continue
		}
		t, err := (&reader{abi: abi, known: make(map[dwarf.Type]*Type)}).read(d, 0)
		return t, abi, err
	}
}

// A typeReader reads types after a look at what they lead to: package dwarf follows for
// ever what a file makes a circle, and needs a deeper stack for each type in another.
type typeReader struct {
	data    *dwarf.Data
	entries *dwarf.Reader
	seen    map[dwarf.Offset]bool // the types that were looked at
	err     error                 // of the first one that may have no end: no type is read any more
}

const (
	mostTypes = 300_000
	deepest   = 64
)

func (r *typeReader) at(offset dwarf.Offset) (dwarf.Type, error) {
	if r.err == nil {
		r.err = r.look(offset)
	}
	if r.err != nil {
		return nil, r.err
	}
	return r.data.Type(offset)
}

// look returns an error if what a type leads to may have no end.
func (r *typeReader) look(offset dwarf.Offset) error {
	inner := make(map[dwarf.Offset]dwarf.Offset) // of the types that have the size of another
	for todo := []dwarf.Offset{offset}; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if r.seen[at] {
			continue
		}
		if r.seen[at] = true; len(r.seen) > mostTypes {
			return errors.New("too many types in each other")
		}
		r.entries.Seek(at)
		e, err := r.entries.Next()
		if err != nil {
			return err
		}
		if e == nil {
			continue
		}
		if t, ok := e.Val(dwarf.AttrType).(dwarf.Offset); ok {
			todo = append(todo, t)
			switch e.Tag {
			case dwarf.TagTypedef, dwarf.TagConstType, dwarf.TagVolatileType, dwarf.TagRestrictType, dwarf.TagArrayType:
				inner[at] = t
			}
		}
		for e.Children {
			child, err := r.entries.Next()
			if err != nil {
				return err
			}
			if child == nil || child.Tag == 0 {
				break
			}
			if t, ok := child.Val(dwarf.AttrType).(dwarf.Offset); ok {
				todo = append(todo, t)
			}
			r.entries.SkipChildren()
		}
	}
	for at := range inner {
		steps := 0
		for t, ok := inner[at]; ok; t, ok = inner[t] {
			if steps++; steps > deepest {
				return errTooDeep
			}
		}
	}
	return nil
}

var errTooDeep = fmt.Errorf("more than %d types in each other", deepest)

// isFinite reports whether the name of a type ends, and soon.
func isFinite(d dwarf.Type, depth int, left *int) bool {
	if *left--; *left < 0 || depth > deepest {
		return false
	}
	var inner []dwarf.Type
	switch d := d.(type) {
	case *dwarf.QualType:
		inner = []dwarf.Type{d.Type}
	case *dwarf.PtrType:
		inner = []dwarf.Type{d.Type}
	case *dwarf.ArrayType:
		inner = []dwarf.Type{d.Type}
	case *dwarf.FuncType:
		inner = append([]dwarf.Type{d.ReturnType}, d.ParamType...)
	case *dwarf.StructType:
		if d.StructName == "" { // it is named by its fields
			for _, f := range d.Field {
				inner = append(inner, f.Type)
			}
		}
	}
	for _, d := range inner {
		if !isFinite(d, depth+1, left) {
			return false
		}
	}
	return true
}

// An UnknownError is the error for a struct that a file does not have.
type UnknownError struct {
	Name  string
	Names []string // that it has
}

func (e *UnknownError) Error() string {
	if len(e.Names) == 0 {
		return fmt.Sprintf("no struct %s; is the program compiled with -g?", e.Name)
	}
	return "no struct " + e.Name
}

// goarch names the processor of a file as Go does.
func goarch(f *elf.File) string {
	little := f.ByteOrder.String() == "LittleEndian"
	name := map[elf.Machine]string{
		elf.EM_X86_64: "amd64", elf.EM_386: "386", elf.EM_AARCH64: "arm64", elf.EM_ARM: "arm", elf.EM_S390: "s390x",
		elf.EM_PPC64: "ppc64", elf.EM_RISCV: "riscv64", elf.EM_LOONGARCH: "loong64", elf.EM_MIPS: "mips",
	}[f.Machine]
	if name == "mips" && f.Class == elf.ELFCLASS64 {
		name = "mips64"
	}
	if little && (name == "ppc64" || strings.HasPrefix(name, "mips")) {
		name += "le"
	}
	return name
}

// bare is a type without typedefs, const and volatile.
func bare(d dwarf.Type) dwarf.Type {
	for range deepest {
		switch t := d.(type) {
		case *dwarf.TypedefType:
			d = t.Type
		case *dwarf.QualType:
			d = t.Type
		default:
			return d
		}
	}
	return d
}

// A reader makes types of what package dwarf read. Each is made once, however many
// members have it.
type reader struct {
	abi   structpack.ABI
	known map[dwarf.Type]*Type
}

func (r *reader) read(d dwarf.Type, depth int) (*Type, error) {
	if depth > deepest {
		return nil, errTooDeep
	}
	d = bare(d)
	if t := r.known[d]; t != nil {
		return t, nil
	}
	t, err := r.make(d, depth)
	if err == nil {
		r.known[d] = t
	}
	return t, err
}

func (r *reader) make(d dwarf.Type, depth int) (*Type, error) {
	if left := 10_000; !isFinite(d, 0, &left) {
		return nil, errTooDeep
	}
	size := int(d.Size())
	if d.Size() < 0 || d.Size() > mostSize {
		return nil, fmt.Errorf("%v has no size that a format can have", d)
	}
	t := &Type{Name: d.String(), Size: size, Align: max(size, 1), big: r.abi.BigEndian}
	integer := func(codes string) (*Type, error) { // by size: 1, 2, 4 and 8 bytes
		i := strings.IndexByte("\x01\x02\x04\x08", byte(size))
		if i < 0 || size > 8 {
			return nil, fmt.Errorf("%v has %d bytes, which no code has", d, size)
		}
		t.Code = codes[i : i+1]
		return t, t.align(r.abi)
	}
	switch d := d.(type) {
	case *dwarf.BoolType:
		return integer("?HIQ")
	case *dwarf.CharType:
		if d.Name == "char" {
			return integer("chiq")
		}
		return integer("bhiq")
	case *dwarf.IntType, *dwarf.EnumType:
		return integer("bhiq")
	case *dwarf.UintType, *dwarf.UcharType, *dwarf.AddrType, *dwarf.PtrType, *dwarf.FuncType:
		return integer("BHIQ")
	case *dwarf.FloatType:
		if size == 1 || size > 8 {
			return nil, fmt.Errorf("%v has %d bytes, which no code has", d, size)
		}
		return integer("?efd")
	case *dwarf.ComplexType:
		switch size {
		case 8:
			t.Code = "F"
		case 16:
			t.Code = "D"
		default:
			return nil, fmt.Errorf("%v has %d bytes, which no code has", d, size)
		}
		return t, t.align(r.abi)
	case *dwarf.ArrayType:
		elem, err := r.read(d.Type, depth+1)
		if err != nil {
			return nil, err
		}
		t.Elem, t.Count, t.Align = elem, int(max(d.Count, 0)), elem.Align
		if elem.Size > 0 && t.Count > mostSize/elem.Size {
			return nil, fmt.Errorf("%v is too large", d)
		}
		t.Size = t.Count * elem.Size
		return t, nil
	case *dwarf.StructType:
		t.Members, t.Union, t.Align = []Member{}, d.Kind == "union", 1
		for _, f := range d.Field {
			if f.BitSize != 0 {
				return nil, fmt.Errorf("%s is a bit field: no code has its bytes", f.Name)
			}
			m, err := r.read(f.Type, depth+1)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name, err)
			}
			if f.ByteOffset < 0 || f.ByteOffset > int64(size) {
				return nil, fmt.Errorf("%s is outside of its struct", f.Name)
			}
			t.Members = append(t.Members, Member{f.Name, int(f.ByteOffset), m})
			t.Align = max(t.Align, m.Align)
		}
		return t, nil
	}
	return nil, fmt.Errorf("no code has the bytes of %v", d)
}

// align sets the alignment of a number.
func (t *Type) align(abi structpack.ABI) error {
	s, err := structpack.CompileFor(abi, "x"+t.Code)
	if err == nil {
		t.Align = s.Fields()[1].Offset
	}
	return err
}
