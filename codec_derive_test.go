package structpack_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"math"
	"math/cmplx"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/internal/rules"
	"example.com/structpack/internal/test/peer"
	"example.com/structpack/internal/test/typegen"
)

var updateDerived = flag.Bool("update-derived", false, "write testdata/derived.golden anew")

// TestDerivedFormats has the formats that are made of types, and those types.
func TestDerivedFormats(t *testing.T) {
	type point struct {
		X uint8
		Y float64
	}
	type kind uint16
	type nested struct {
		A  uint8
		In point
		B  uint16
	}
	type tags struct {
		Name  string     `structpack:"16s"`
		Path  []byte     `structpack:"8s,cstr"`
		Ratio float32    `structpack:"e"`
		Wide  float64    `structpack:"f"`
		Count int64      `structpack:"I"`
		Size  int        `structpack:"H,length"`
		Char  byte       `structpack:"c"`
		Text  string     `structpack:"8p"`
		List  []uint16   `structpack:"3H"`
		Halfs [2]float32 `structpack:"e"`
		Names [2]string  `structpack:"4s"`
		Skip  func()     `structpack:"-"`
	}
	for _, tt := range []struct {
		name   string
		prefix string
		t      reflect.Type
		want   string
		size   int
	}{
		{"TCP", "!", reflect.TypeFor[tcpHeader](), "!HHIIBBHHH", 20},
		{"every kind", "<", reflect.TypeFor[struct {
			A bool
			B int8
			C uint8
			D int16
			E uint16
			F int32
			G uint32
			H int64
			I uint64
			J float32
			K float64
			L complex64
			M complex128
			N kind
		}](), "<?bBhHiIqQfdFDH", 69},
		{"arrays", ">", reflect.TypeFor[struct {
			A [4]byte
			B [4]uint16
			C [2][3]int32
			D [2][4]byte
			E [1]uint16
			F [0]uint64
			G [0]byte
		}](), ">4s4H6i4s4sH", 46},
		{"structs", "=", reflect.TypeFor[nested](), "=BBdH", 12},
		{"arrays of structs", "<", reflect.TypeFor[[2][2]point](), "<BdBdBdBd", 36},
		{"blank", "!", reflect.TypeFor[struct {
			A uint8
			_ [4]byte
			_ uint16
			_ point
			B uint8
			_ struct{}
			_ byte
		}](), "!B15xBx", 18},
		{"tags", "<", reflect.TypeFor[tags](), "<16s8sefIHc8p3H2e4s4s", 63},
		{"nothing", "<", reflect.TypeFor[struct{}](), "<", 0},
		{"a number", ">", reflect.TypeFor[int32](), ">i", 4},
		{"an array", ">", reflect.TypeFor[[5]int32](), ">5i", 20},
		{"C: nested", "@", reflect.TypeFor[nested](), "@B7xBdH6x", 32},
		{"C: alignment of codes", "@", reflect.TypeFor[struct {
			A uint8
			B uint64
			C uint8
			D uint16
		}](), "@BQBH4x", 24},
		{"C: blank", "@", reflect.TypeFor[struct {
			A uint8
			_ uint32
			B uint16
		}](), "@B7xH2x", 12},
		{"C: arrays of structs", "@", reflect.TypeFor[struct {
			A uint8
			B [2]point
		}](), "@B7xBdBd", 40},
		{"C: an array of no length", "@", reflect.TypeFor[struct {
			A uint8
			_ [0]uint64
			B uint8
		}](), "@B7xB7x", 16},
		{"C: long", "@", reflect.TypeFor[struct {
			A int64   `structpack:"l"`
			B uintptr `structpack:"I"`
			C uint64  `structpack:"P"`
		}](), "@lIP", 24},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := structpack.Must(structpack.CompileFor(structpack.LP64, tt.prefix))
			derived, err := rules.Derive(s, tt.t)
			if err != nil {
				t.Fatal(err)
			}
			d := derived.(*structpack.Struct)
			if d.Format() != tt.want || d.Size() != tt.size {
				t.Errorf("%q of %d bytes, want %q of %d", d.Format(), d.Size(), tt.want, tt.size)
			}
			for _, s := range []*structpack.Struct{s, d} {
				if _, err := structpack.BindType(s, tt.t); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestDerivedErrors has types of which no format can be made. Each error names the
// field, and the tag to write where there is one.
func TestDerivedErrors(t *testing.T) {
	type inner struct{ Name string }
	for _, tt := range []struct {
		err  error
		want string
	}{
		{bindTo[struct{ In [2]inner }]("!"), `struct { In [2]structpack_test.inner }.In[0].Name of type string has no code of its own: the tag structpack:"16s" gives it one`},
		{bindTo[[]uint16]("!"), `[]uint16 has no length of its own: a codec of uint16 packs and unpacks slices, and one of an array has a length`},
		{bindTo[*inner]("!"), `structpack: codec "!": *structpack_test.inner has no code: a codec of structpack_test.inner takes pointers to it`},
		{bindTo[map[int]int]("!"), `structpack: codec "!": map[int]int has no code`},
		{bindTo[int]("<"), `structpack: codec "<": int has no code of its own: it needs a format with one`},
		{bindTo[string]("<"), `structpack: codec "<": string has no code of its own: it needs a format with one`},
		{bindTo[struct{ A int }]("!"), `.A of type int has no code of its own: the tag structpack:"i" gives it one`},
		{bindTo[struct{ A [2]uint }]("!"), `.A of type [2]uint has no code of its own: the tag structpack:"I" gives it one`},
		{bindTo[struct{ A uintptr }]("@"), `.A of type uintptr has no code of its own: the tag structpack:"I" gives it one`},
		{bindTo[struct{ A []byte }]("<"), `.A of type []uint8 has no code of its own: the tag structpack:"16s" gives it one`},
		{bindTo[struct{ A []uint16 }]("<"), `.A of type []uint16 has no code of its own: the tag structpack:"3H" gives it one`},
		{bindTo[struct {
			A []uint16 `structpack:"H"`
		}]("<"), `.A of type []uint16 has no code of its own: the tag structpack:"3H" gives it one`},
		{bindTo[struct{ A []int }]("<"), `.A of type []int has no code of its own: the tag structpack:"3i" gives it one`},
		{bindTo[struct{ A map[int]int }]("<"), `.A of type map[int]int has no code: the tag structpack:"-" skips it`},
		{bindTo[struct{ A *int32 }]("<"), `.A of type *int32 has no code: the tag structpack:"-" skips it`},
		{bindTo[struct{ A []inner }]("<"), `.A of type []structpack_test.inner has no code: the tag structpack:"-" skips it`},
		{bindTo[struct{ _ int }]("<"), `._ of type int has no size of its own: another type, [8]byte say, has`},
		{bindTo[struct{ a int32 }]("<"), `.a is not exported`},
		{bindTo[struct {
			A uint16 `structpack:"I"`
		}]("<"), `.A of type uint16 cannot take uint32`},
		{bindTo[struct {
			A int64 `structpack:"n"`
		}]("<"), `.A: the tag structpack:"n" means nothing: bad char in struct format`},
		{bindTo[struct {
			A [3]uint16 `structpack:"2H"`
		}]("<"), `.A: the tag structpack:"2H" means nothing: [3]uint16 takes 3 values`},
		{bindTo[struct {
			A uint16 `structpack:"x"`
		}]("<"), `.A: the tag structpack:"x" means nothing`},
		{bindTo[struct {
			A struct{ B uint8 } `structpack:"B"`
		}]("<"), `.A: the tag structpack:"B" means nothing for struct { B uint8 }`},
		{bindTo[struct {
			A float32 `structpack:",length"`
		}]("<"), `.A: the tag structpack:",length" means nothing: a length is an integer`},
		{bindTo[struct {
			A [4]byte `structpack:",cstr"`
		}]("<"), `.A: the tag structpack:",cstr" means nothing: cstr is for a string or a []byte, and code s`},
		{bindTo[doubled]("@"), `more than 65536 fields and elements of arrays`},
		{bindTo[[1 << 30]struct{}]("<"), `more than 65536 fields and elements of arrays`},
		{bindTo[recursive]("<"), `.Next of type *structpack_test.recursive has no code: the tag structpack:"-" skips it`},
		{bindTo[inner](""), `a format that is only a prefix, <, >, !, = or @, is made from the type`},
	} {
		var e *structpack.Error
		if !errors.As(tt.err, &e) || e.Op != "codec" || !strings.HasSuffix(tt.err.Error(), tt.want) {
			t.Errorf("got  %v\nwant %s", tt.err, tt.want)
		}
	}
}

type recursive struct {
	A    uint8
	Next *recursive
}

// TestDerivedBinary makes up types, and compares their codecs with encoding/binary.
func TestDerivedBinary(t *testing.T) {
	n := 3000
	if testing.Short() {
		n = 300
	}
	r := rand.New(rand.NewSource(1))
	for range n {
		checkBinary(t, r, typegen.Derived(r, false, false))
	}
}

// FuzzDerived is TestDerivedBinary and TestDerivedAlone for types that a seed makes up.
func FuzzDerived(f *testing.F) {
	for seed := range int64(8) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int64) {
		r := rand.New(rand.NewSource(seed))
		checkBinary(t, r, typegen.Derived(r, false, false))
		checkAlone(t, r)
	})
}

// checkBinary compares bytes and values for a type in both orders.
func checkBinary(t *testing.T, r *rand.Rand, typ reflect.Type) {
	t.Helper()
	for prefix, order := range map[string]binary.AppendByteOrder{"<": binary.LittleEndian, ">": binary.BigEndian, "!": binary.BigEndian} {
		b, err := structpack.BindType(structpack.MustCompile(prefix), typ)
		if err != nil {
			t.Fatalf("%v: %v", typ, err)
		}
		order := order.(interface {
			binary.ByteOrder
			binary.AppendByteOrder
		})
		v := reflect.New(typ)
		size := b.Size()
		if want := binary.Size(v.Interface()); size != want {
			t.Fatalf("%v: %d bytes, want %d", typ, size, want)
		}
		data := make([]byte, size)
		r.Read(data)
		if err := b.Unpack(data, v); err != nil {
			t.Fatal(err)
		}
		tame(v.Elem()) // encoding/binary quiets NaNs
		want, err := binary.Append(nil, order, v.Interface())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := b.AppendPack(nil, v); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%v by %q: %v, got\n%x, want\n%x", typ, b.Format(), err, got, want)
		}
		for i := range want { // what is at blank fields does not matter
			if want[i] == 0 && r.Intn(2) == 0 {
				want[i] = 1
			}
		}
		other, got := reflect.New(typ), reflect.New(typ)
		if _, err := binary.Decode(want, order, other.Interface()); err != nil {
			t.Fatal(err)
		}
		tame(other.Elem())
		if err := b.Unpack(want, got); err != nil {
			t.Fatal(err)
		}
		if tame(got.Elem()); !equalFields(got.Elem(), other.Elem()) {
			t.Fatalf("%v by %q: got\n%v, want\n%v", typ, b.Format(), got.Elem(), other.Elem())
		}
	}
}

// tame makes zeros of NaNs.
func tame(v reflect.Value) {
	switch {
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "_" {
				tame(v.Field(i))
			}
		}
	case v.Kind() == reflect.Array:
		for i := range v.Len() {
			tame(v.Index(i))
		}
	case v.CanFloat() && math.IsNaN(v.Float()):
		v.SetFloat(0)
	case v.CanComplex() && cmplx.IsNaN(v.Complex()):
		v.SetComplex(0)
	}
}

// TestDerivedAlone compares codecs of types with those that are made by the formats
// they have: they do the same, for every ABI.
func TestDerivedAlone(t *testing.T) {
	n := 2000
	if testing.Short() {
		n = 200
	}
	r := rand.New(rand.NewSource(2))
	for range n {
		checkAlone(t, r)
	}
}

func checkAlone(t *testing.T, r *rand.Rand) {
	t.Helper()
	abi := pick(r, structpack.ABIs()...)
	prefix := pick(r, "@", "<", ">", "=", "!")
	typ := typegen.Derived(r, true, prefix == "@")
	b, err := structpack.BindType(structpack.Must(structpack.CompileFor(abi, prefix)), typ)
	if err != nil {
		t.Fatalf("%v: %v", typ, err)
	}
	alone, err := structpack.BindType(structpack.Must(structpack.CompileFor(abi, b.Format())), typ)
	if err != nil {
		t.Fatalf("%v: %v", typ, err)
	}
	data := make([]byte, b.Size())
	r.Read(data)
	v, w := reflect.New(typ), reflect.New(typ)
	if err1, err2 := b.Unpack(data, v), alone.Unpack(data, w); err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	got, err1 := b.AppendPack(nil, v)
	want, err2 := alone.AppendPack(nil, w)
	if fmt.Sprint(err1) != fmt.Sprint(err2) || !bytes.Equal(got, want) {
		t.Fatalf("%v by %q: %x, %v, want %x, %v", typ, b.Format(), got, err1, want, err2)
	}
}

// cTargets are the targets of clang for each ABI.
var cTargets = []struct {
	abi     structpack.ABI
	targets []string
}{
	{structpack.LP64, []string{"x86_64-linux-gnu", "aarch64-linux-gnu"}},
	{structpack.LP64BigEndian, []string{"s390x-linux-gnu", "powerpc64-linux-gnu"}},
	{structpack.LLP64, []string{"x86_64-w64-windows-gnu"}},
	{structpack.ILP32, []string{"arm-linux-gnueabihf", "wasm32-unknown-unknown"}},
	{structpack.ILP32BigEndian, []string{"mips-linux-gnu", "powerpc-linux-gnu"}},
	{structpack.ILP32Align4, []string{"i386-linux-gnu"}},
}

const derivedGolden = "testdata/derived.golden"

// TestDerivedC makes up 200 types, and compares their sizes and formats for every ABI
// with a table. The table is one that clang has agreed to, see TestDerivedClang.
func TestDerivedC(t *testing.T) {
	if *updateDerived {
		var out strings.Builder
		r := rand.New(rand.NewSource(3))
		for range 200 {
			typ := typegen.Derived(r, true, true)
			fmt.Fprintln(&out, typ)
			for _, c := range cTargets {
				b, err := structpack.BindType(structpack.Must(structpack.CompileFor(c.abi, "@")), typ)
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&out, "\t%s %d %s\n", c.abi.Name, b.Size(), b.Format())
			}
		}
		if err := os.WriteFile(derivedGolden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(derivedGolden)
	if err != nil {
		t.Fatal(err)
	}
	abis := map[string]structpack.ABI{}
	for _, abi := range structpack.ABIs() {
		abis[abi.Name] = abi
	}
	types, checked := 0, 0
	var typ reflect.Type
	for line := range strings.Lines(string(golden)) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.HasPrefix(line, "\t") {
			typ = parseType(t, line)
			types++
			continue
		}
		f := strings.SplitN(line[1:], " ", 3)
		b, err := structpack.BindType(structpack.Must(structpack.CompileFor(abis[f[0]], "@")), typ)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%s %d %s", f[0], b.Size(), b.Format()); got != line[1:] {
			t.Errorf("%v: got %s, want%s", typ, got, line)
		}
		checked++
	}
	if types != 200 || checked != 1200 {
		t.Errorf("%d types, %d layouts", types, checked)
	}
}

// TestDerivedEmptyArrays has arrays without elements before items with a count of 0, which
// belong to the fields after them.
func TestDerivedEmptyArrays(t *testing.T) {
	type record struct {
		A [0]byte
		B string `structpack:"0s"`
		C [0]uint32
		D []uint32 `structpack:"0I"`
		E [0][2]uint16
		F [0]string `structpack:"4s"`
		G uint8
	}
	for _, prefix := range []string{"<", ">", "@"} {
		c, err := structpack.NewCodec[record](structpack.MustCompile(prefix))
		if err != nil {
			t.Fatal(err)
		}
		data, err := c.Pack(&record{B: "", D: nil, G: 7})
		if err != nil || data[0] != 7 {
			t.Errorf("%s: %x, %v", c.Struct().Format(), data, err)
		}
		v := record{B: "old", D: []uint32{1}}
		if err := c.Unpack(data, &v); err != nil || v.B != "" || len(v.D) != 0 || v.G != 7 {
			t.Errorf("%s: %+v, %v", c.Struct().Format(), v, err)
		}
	}
}

// TestDerivedClang has C compilers look at the layouts of the table, and of as many types
// that are made up anew: clang for all ABIs, and gcc for that of the host.
func TestDerivedClang(t *testing.T) {
	golden, err := os.ReadFile(derivedGolden)
	if err != nil {
		t.Fatal(err)
	}
	var types []reflect.Type
	for line := range strings.Lines(string(golden)) {
		if !strings.HasPrefix(line, "\t") {
			types = append(types, parseType(t, strings.TrimSpace(line)))
		}
	}
	seed := rand.Int63()
	t.Log("seed", seed)
	r := rand.New(rand.NewSource(seed))
	for range 200 {
		types = append(types, typegen.Derived(r, true, true))
	}
	compile := func(compiler string, abi structpack.ABI, args ...string) {
		path, err := exec.LookPath(compiler)
		if err != nil {
			t.Logf("skipped: no %s", compiler)
			return
		}
		file := filepath.Join(t.TempDir(), "layouts.c")
		if err := os.WriteFile(file, []byte(cSource(t, abi, types)), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(path, append(args, "-std=gnu11", "-fsyntax-only", file)...).CombinedOutput(); err != nil {
			t.Errorf("%s %v: %v\n%.2000s", compiler, args, err, out)
		}
	}
	machine, _ := exec.Command("gcc", "-dumpmachine").Output()
	if name, ok := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]; ok && strings.HasPrefix(string(machine), name+"-") {
		compile("gcc", structpack.HostABI())
	}
	for _, c := range cTargets {
		for _, target := range c.targets {
			if peer.All() || c.abi == structpack.ILP32Align4 {
				compile("clang", c.abi, "-target", target, "-Wno-everything")
			}
		}
	}
}

// cSource declares types in C, and asserts their sizes and the offsets of what takes
// values.
func cSource(t *testing.T, abi structpack.ABI, types []reflect.Type) string {
	var out strings.Builder
	out.WriteString("#define offsetof __builtin_offsetof\n")
	s := structpack.Must(structpack.CompileFor(abi, "@"))
	for i, typ := range types {
		derived, err := rules.Derive(s, typ)
		if err != nil {
			t.Fatal(err)
		}
		d := derived.(*structpack.Struct)
		fmt.Fprintf(&out, "%s;\n_Static_assert(sizeof(struct T%d) == %d, \"%s\");\n", cStruct(typ, fmt.Sprint("T", i)), i, d.Size(), d.Format())
		leaves, err := rules.Bind(d, typ)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range leaves {
			for _, f := range d.Fields() {
				if f.Index <= l.Value && l.Value < f.Index+f.Values {
					fmt.Fprintf(&out, "_Static_assert(offsetof(struct T%d, %s) == %d, \"%s\");\n", i, cPath(typ, l.Steps), f.Offset+(l.Value-f.Index)*(f.Size/f.Values), d.Format())
				}
			}
		}
	}
	return out.String()
}

// cPath names a variable in C.
func cPath(t reflect.Type, steps []int) string {
	var path strings.Builder
	for _, step := range steps {
		if t.Kind() == reflect.Struct {
			path.WriteString("." + t.Field(step).Name)
			t = t.Field(step).Type
		} else {
			fmt.Fprintf(&path, "[%d]", step)
			t = t.Elem()
		}
	}
	return path.String()[1:]
}

// cStruct declares a struct.
func cStruct(t reflect.Type, name string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "struct %s {\n", name)
	for i := range t.NumField() {
		f := t.Field(i)
		member := f.Name
		if member == "_" {
			member = fmt.Sprint("blank", i)
		}
		elem, dims := f.Type, ""
		for elem.Kind() == reflect.Array {
			dims += fmt.Sprintf("[%d]", elem.Len())
			elem = elem.Elem()
		}
		tag, _, _ := strings.Cut(f.Tag.Get("structpack"), ",")
		code := strings.TrimLeft(tag, "0123456789")
		count := tag[:len(tag)-len(code)]
		if count != "" && (code == "s" || code == "p" || elem.Kind() == reflect.Slice) {
			dims += "[" + count + "]"
		}
		switch {
		case code != "":
			fmt.Fprintf(&out, "%s %s%s;\n", cTypes[code], member, dims)
		case elem.Kind() == reflect.Struct:
			fmt.Fprintf(&out, "%s %s%s;\n", cStruct(elem, ""), member, dims)
		default:
			fmt.Fprintf(&out, "%s %s%s;\n", cTypes[elem.String()], member, dims)
		}
	}
	return out.String() + "}"
}

// cTypes are the types of C for those of Go, and for codes. Not every compiler has
// _Float16, which is laid out as a short.
var cTypes = map[string]string{
	"bool": "_Bool", "int8": "signed char", "uint8": "unsigned char", "int16": "short", "uint16": "unsigned short",
	"int32": "int", "uint32": "unsigned", "int64": "long long", "uint64": "unsigned long long",
	"float32": "float", "float64": "double", "complex64": "float _Complex", "complex128": "double _Complex",
	"b": "signed char", "h": "short", "i": "int", "l": "long", "n": "__PTRDIFF_TYPE__", "I": "unsigned",
	"L": "unsigned long", "N": "__SIZE_TYPE__", "P": "void *", "B": "unsigned char", "H": "unsigned short",
	"c": "char", "e": "short", "f": "float", "d": "double", "s": "char", "p": "char",
}

// parseType reads a type as reflection prints it.
func parseType(t *testing.T, text string) reflect.Type {
	t.Helper()
	expr, err := parser.ParseExpr(text)
	if err != nil {
		t.Fatal(err)
	}
	return typeOfExpr(t, expr)
}

func typeOfExpr(t *testing.T, expr ast.Expr) reflect.Type {
	switch x := expr.(type) {
	case *ast.Ident:
		for _, known := range []reflect.Type{
			reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](), reflect.TypeFor[int32](), reflect.TypeFor[int64](),
			reflect.TypeFor[uint8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](), reflect.TypeFor[string](),
			reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[complex64](), reflect.TypeFor[complex128](),
		} {
			if known.String() == x.Name {
				return known
			}
		}
	case *ast.ArrayType:
		if x.Len == nil {
			return reflect.SliceOf(typeOfExpr(t, x.Elt))
		}
		n, err := strconv.Atoi(x.Len.(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		return reflect.ArrayOf(n, typeOfExpr(t, x.Elt))
	case *ast.StructType:
		var fields []reflect.StructField
		for _, f := range x.Fields.List {
			field := reflect.StructField{Name: f.Names[0].Name, Type: typeOfExpr(t, f.Type)}
			if field.Name == "_" {
				field.PkgPath = "example.com/structpack_test"
			}
			if f.Tag != nil {
				tag, err := strconv.Unquote(f.Tag.Value)
				if err != nil {
					t.Fatal(err)
				}
				field.Tag = reflect.StructTag(tag)
			}
			fields = append(fields, field)
		}
		return reflect.StructOf(fields)
	}
	t.Fatalf("no type: %#v", expr)
	return nil
}
