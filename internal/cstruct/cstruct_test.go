package cstruct

import (
	"bytes"
	"debug/dwarf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"example.com/structpack"
	"github.com/google/go-cmp/cmp"
)

// structs are declarations, and what they amount to on lp64-le.
var structs = []struct {
	name, source  string
	native, fixed string // native is empty if C's rules do not lead there
	golang        string
}{
	{"numbers", "struct s { char a; short b; int c; long d; long long e; float f; double g; };", "@chilqfd", "<cxhiqqf4xd", "A byte; B int16; C int32; D int64; E int64; F float32; G float64"},
	{"unsigned numbers", "struct s { unsigned char a; unsigned short int b; unsigned c; unsigned long d; unsigned long long int e; };", "@BHILQ", "<BxHIQQ", "A uint8; B uint16; C uint32; D uint64; E uint64"},
	{"signed numbers", "struct s { signed char a; signed b; long int c; };", "@bil", "<b3xiq", "A int8; B int32; C int64"},
	{"stdint", "struct s { uint8_t a; int16_t b; uint32_t c; int64_t d; size_t e; ssize_t f; __u32 g; };", "@BhIqNnI0q", "<BxhIqQqI4x", "A uint8; B int16; C uint32; D int64; E uint64; F int64; G uint32"},
	{"bytes", "struct s { char name[16]; uint8_t mac[6]; };", "@16s6s", "<16s6s", "Name [16]byte; Mac [6]byte"},
	{"arrays", "struct s { short a[3]; int b[2][2]; };", "@3h4i", "<3h2x4i", "A [3]int16; B [4]int32"},
	{"the tail", "struct s { double d; char c; };", "@dc0d", "<dc7x", "D float64; C byte"},
	{"pointers", "struct s { char c; const char *name; void *p[2]; int (*f)(int, char); };", "@cP2PP", "<c7xQ2QQ", "C byte; Name uint64; P [2]uint64; F uint64"},
	{"bool and complex", "struct s { _Bool b; float _Complex z; double complex w; _Float16 e; };", "@?FDe0D", "<?3xF4xDe6x", "B bool; Z complex64; W complex128; E float32"},
	{"nested", "struct s { char a; struct { int b; char c; } in; char d; };", "@cic3xc0i", "<c3xic3xc3x", "A byte; In struct { B int32; C byte; }; D byte"},
	{"a struct without a name", "struct s { char a; struct { int b; }; };", "@ci", "<c3xi", "A byte; Anonymous1 struct { B int32 }"},
	{"an array of structs", "struct p { int x; char y; }; struct s { struct p two[2]; };", "@icic0i", "<ic3xic3x", "Two [2]struct { X int32; Y byte }"},
	{"a union", "struct s { char a; union { int i; char c[6]; } u; };", "@c3x8s", "<c3x8s", "A byte; U [8]byte"},
	{"an enum", "enum { N = 3, M }; struct s { enum kind k; char c[N]; short d[M]; };", "@i3s4h", "<i3sx4h", ""},
	{"packed", "struct __attribute__((packed)) s { char a; int b; };", "", "<ci", "A byte; B int32"},
	{"packed at the end", "struct s { char a; int b; } __attribute__((packed));", "", "<ci", "A byte; B int32"},
	{"pragma pack", "#pragma pack(push, 2)\nstruct s { char a; int b; };\n#pragma pack(pop)", "", "<cxi", "A byte; B int32"},
	{"a typedef", "typedef unsigned int word; typedef struct { word a, *b; } s;", "@IP", "<I4xQ", "A uint32; B uint64"},
	{"comments", "/* a\n * b */ struct s { // c\n int a; /* d */ };\n#define X 1\n", "@i", "<i", "A int32"},
	{"a flexible array", "struct s { int n; char data[]; };", "@i0s", "<i0s", "N int32; Data [0]byte"},
	{"names that Go has not", "struct s { int _x, src_port, x; };", "@iii", "<iii", "X int32; SrcPort int32; X_ int32"},
}

func TestParse(t *testing.T) {
	for _, tt := range structs {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Parse(structpack.LP64, tt.source, "")
			if err != nil {
				t.Fatal(err)
			}
			fixed, err := s.Fixed()
			if native, _ := s.Native(structpack.LP64); err != nil || native != tt.native || fixed != tt.fixed {
				t.Errorf("got %q and %q, %v, want %q and %q", native, fixed, err, tt.native, tt.fixed)
			}
			for _, format := range []string{fixed, tt.native} {
				if c, err := structpack.CompileFor(structpack.LP64, format); format != "" && (err != nil || c.Size() != s.Size) {
					t.Errorf("%q does not have %d bytes: %v", format, s.Size, err)
				}
			}
			golang, err := s.Go("s")
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(strings.Fields(golang), " ")
			want := strings.Join(strings.Fields("type S struct { "+strings.NewReplacer(";", " ").Replace(tt.golang)+" }"), " ")
			if tt.golang != "" && got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// TestParseCompiler asks the C compiler that is there where the members are.
func TestParseCompiler(t *testing.T) {
	gcc, err := exec.LookPath("gcc")
	if err != nil || runtime.GOARCH != "amd64" || runtime.GOOS != "linux" {
		t.Skip("there is no gcc for lp64-le")
	}
	for _, tt := range structs {
		s, err := Parse(structpack.LP64, tt.source, "")
		if err != nil {
			t.Fatal(err)
		}
		source := strings.ReplaceAll(tt.source, "enum kind k", "enum kind { K } k")
		name := "struct s"
		if strings.Contains(source, "} s;") {
			name = "s"
		}
		source = "#include <stddef.h>\n#include <stdint.h>\n#include <complex.h>\n#include <sys/types.h>\n#include <linux/types.h>\n" + source + "\n"
		source += fmt.Sprintf("_Static_assert(sizeof(%s) == %d, \"size\");\n", name, s.Size)
		for _, m := range s.Members {
			if m.Name != "" {
				source += fmt.Sprintf("_Static_assert(offsetof(%s, %s) == %d, \"%s\");\n", name, m.Name, m.Offset, m.Name)
			}
		}
		cmd := exec.Command(gcc, "-fsyntax-only", "-xc", "-")
		cmd.Stdin = strings.NewReader(source)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %s", tt.name, out)
		}
	}
}

func TestParseErrors(t *testing.T) {
	deep := strings.Repeat("struct { ", 100) + "int a;" + strings.Repeat("} b;", 100)
	var wide strings.Builder
	wide.WriteString("struct a0 { int x; };")
	for i := range 40 {
		fmt.Fprintf(&wide, "struct a%d { struct a%d b, c; };", i+1, i)
	}
	var empty strings.Builder
	empty.WriteString("struct a0 { };")
	for i := range 40 {
		fmt.Fprintf(&empty, "struct a%d { struct a%d b, c; };", i+1, i)
	}
	for _, tt := range []struct{ name, source, want string }{
		{"nothing", "", "no struct is declared"},
		{"no struct", "int a;", "no struct is declared"},
		{"a bit field", "struct s {\n\tint a : 3;\n};", "line 2: a is a bit field: no code has its bytes"},
		{"a type that is not known", "struct s { foo a; };", "line 1: the type foo is not known: declare it before with typedef"},
		{"an end too early", "struct s { int a;", "a type is expected"},
		{"no name", "struct s { int ; 3; };", "the type 3 is not known"},
		{"no semicolon", "struct s { int a }", `";" is expected, not "}"`},
		{"long double", "struct s { long double a; };", "no code has the bytes of long double"},
		{"aligned", "struct s { int a __attribute__((aligned(16))); };", "aligned is not supported"},
		{"a struct of no size", "struct s { struct t a; };", "the size of struct t is not known"},
		{"itself", "struct s { struct s a; };", "the size of struct s is not known"},
		{"void", "struct s { void a; };", "the size of void is not known"},
		{"a length that is no number", "struct s { int a[n]; };", `a number is expected, not "n"`},
		{"a negative length", "struct s { int a[-1]; };", "a has a negative length"},
		{"a length too large", "struct s { int a[2147483647]; };", "a is too large"},
		{"lengths too large", "struct s { char a[99999][99999][99999]; };", "a is too large"},
		{"too deep", deep, "more than 64 structs in each other"},
		{"too many members", wide.String(), "1 GiB"},
	} {
		if _, err := Parse(structpack.LP64, tt.source, ""); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	s, err := Parse(structpack.LP64, empty.String(), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Go("x"); err != errTooMany {
		t.Errorf("structs of structs without members: %v", err)
	}
	if _, err := Parse(structpack.LP64, "struct s { int a; };", "t"); err == nil || err.Error() != "no struct t" {
		t.Errorf("another name: %v", err)
	}
}

// TestFromELF reads what gcc wrote.
func TestFromELF(t *testing.T) {
	file, err := os.Open(filepath.Join("testdata", "structs.o"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, tt := range []struct{ name, native, fixed, err string }{
		{name: "header_t", native: "@Bi6s2d?0d", fixed: "<B3xi6s2x2d?7x"},
		{name: "packet", fixed: "<BH8sc7xqc7xq"},
		{name: "node", native: "@QF6hQ", fixed: "<QF6h4xQ"},
		{name: "bits", err: "a is a bit field"},
		{name: "none", err: "no struct none"},
	} {
		s, abi, err := FromELF(file, tt.name)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: %v, want %s", tt.name, err, tt.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		native, _ := s.Native(abi)
		fixed, err := s.Fixed()
		if diff := cmp.Diff([]string{tt.native, tt.fixed, "lp64-le"}, []string{native, fixed, abi.Name}); diff != "" || err != nil {
			t.Errorf("%s: %v %s", tt.name, err, diff)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, tt := range structs {
		f.Add(tt.source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		s, err := Parse(structpack.LP64, source, "")
		if err != nil {
			return
		}
		fixed, err := s.Fixed()
		if err != nil {
			return
		}
		if c, err := structpack.CompileFor(structpack.LP64, fixed); err != nil || c.Size() != s.Size {
			t.Errorf("%q: %q is not the format of %d bytes: %v", source, fixed, s.Size, err)
		}
	})
}

// TestCircles has types that package dwarf would ask for a name for ever, and those that
// only look like it.
func TestCircles(t *testing.T) {
	pointer, function, array := new(dwarf.PtrType), new(dwarf.FuncType), new(dwarf.ArrayType)
	pointer.Type, function.ReturnType, array.Type = pointer, &dwarf.QualType{Qual: "const", Type: function}, &dwarf.PtrType{Type: array}
	pointer.ByteSize, function.ByteSize = 8, 8
	nameless, named := &dwarf.StructType{Kind: "struct"}, &dwarf.StructType{Kind: "struct", StructName: "node"}
	for _, s := range []*dwarf.StructType{nameless, named} {
		s.ByteSize = 8
		s.Field = []*dwarf.StructField{{Name: "next", Type: &dwarf.PtrType{CommonType: dwarf.CommonType{ByteSize: 8}, Type: s}}}
	}
	deep := dwarf.Type(&dwarf.VoidType{}) // twice as long a name for each level
	for range 40 {
		deep = &dwarf.FuncType{CommonType: dwarf.CommonType{ByteSize: 8}, ReturnType: deep, ParamType: []dwarf.Type{deep}}
	}
	for _, tt := range []struct {
		name string
		d    dwarf.Type
		want error
	}{
		{"a pointer to itself", pointer, errTooDeep},
		{"a function that returns itself", function, errTooDeep},
		{"an array of pointers to it", array, errTooDeep},
		{"a struct without a name", nameless, errTooDeep},
		{"a name that doubles", deep, errTooDeep},
		{"a list", named, nil},
	} {
		r := reader{abi: structpack.LP64, known: make(map[dwarf.Type]*Type)}
		if _, err := r.read(tt.d, 0); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func FuzzFromELF(f *testing.F) {
	data, err := os.ReadFile(filepath.Join("testdata", "structs.o"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data, "packet")
	f.Add(data, "header_t")
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		if s, _, err := FromELF(bytes.NewReader(data), name); err == nil {
			s.Fixed()
			s.Go(name)
		}
	})
}
