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
	unknown, typedefs := &UnknownError{Name: name}, make(map[dwarf.Offset]string)
	for entries := data.Reader(); ; {
		e, err := entries.Next()
		if err != nil || e == nil {
			for offset, name := range typedefs {
				if d, err := data.Type(offset); err == nil {
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
		d, err := data.Type(e.Offset)
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
	for range 64 {
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
	if depth > 64 {
		return nil, fmt.Errorf("more than 64 types in each other")
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
