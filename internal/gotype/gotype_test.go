package gotype_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"math/rand"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"example.com/structpack"
	"example.com/structpack/fuzz"
	"example.com/structpack/internal/gotype"
	"example.com/structpack/internal/rules"
	"example.com/structpack/internal/test/typegen"
	"github.com/google/go-cmp/cmp"
)

var sizes = types.SizesFor("gc", runtime.GOARCH)

// read reads a type as a tool does, from its text.
func read(t *testing.T, text string) reflect.Type {
	t.Helper()
	tv, err := types.Eval(token.NewFileSet(), nil, token.NoPos, text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return (&gotype.Reader{Sizes: sizes}).Type(tv.Type)
}

// spelling makes the names of types the same that reflect and go/types spell
// differently.
var spelling = strings.NewReplacer("uint8", "byte", "interface {}", "any", "interface{}", "any", "struct {}", "struct{}", "struct { ", "struct{", " }", "}")

// TestKind compares kinds and sizes with reflection's.
func TestKind(t *testing.T) {
	for _, typ := range []reflect.Type{
		reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](), reflect.TypeFor[int32](),
		reflect.TypeFor[int64](), reflect.TypeFor[uint](), reflect.TypeFor[uint8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint32](),
		reflect.TypeFor[uint64](), reflect.TypeFor[uintptr](), reflect.TypeFor[float32](), reflect.TypeFor[float64](),
		reflect.TypeFor[complex64](), reflect.TypeFor[complex128](), reflect.TypeFor[string](), reflect.TypeFor[[]byte](),
		reflect.TypeFor[[3]int16](), reflect.TypeFor[*int](), reflect.TypeFor[map[int]bool](), reflect.TypeFor[chan int](),
		reflect.TypeFor[func()](), reflect.TypeFor[any](), reflect.TypeFor[struct {
			A uint8
			B int64
		}](),
	} {
		got := read(t, typ.String())
		if got.Kind() != typ.Kind() || got.Size() != typ.Size() {
			t.Errorf("%v: %v of %d bytes, want %v of %d", typ, got.Kind(), got.Size(), typ.Kind(), typ.Size())
		}
		if diff := cmp.Diff(spelling.Replace(typ.String()), spelling.Replace(got.String())); diff != "" {
			t.Error(diff)
		}
	}
}

// TestNamed binds types with names, tags and embedded fields.
func TestNamed(t *testing.T) {
	pkg := readTypes(t)
	for _, typ := range []reflect.Type{reflect.TypeFor[record](), reflect.TypeFor[Inner](), reflect.TypeFor[small](), reflect.TypeFor[name](), reflect.TypeFor[hidden]()} {
		for _, format := range []string{"<H2ihH2i4s4sfB?F", "<H2ihH2i4s4sfB?", "<H2ih4x2s", "<H2i", "<B", "<c", "<4s", "<3s", "<4B", "<h", "<i", "<"} {
			compare(t, format, typ, (&gotype.Reader{Sizes: sizes}).Type(pkg.Scope().Lookup(typ.Name()).Type()))
		}
	}
}

// TestBind makes up types for formats, and binds each to its format and to
// another.
func TestBind(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	before := "<"
	for range 3000 {
		format := fuzz.Format(r)
		typ := typegen.Struct(r, structpack.MustCompile(format), true)
		got := read(t, typ.String())
		compare(t, format, typ, got)
		compare(t, before, typ, got)
		before = format
	}
}

// compare compares the answers for a type that reflection knows and for the same
// type, read.
func compare(t *testing.T, format string, typ, read reflect.Type) {
	t.Helper()
	s := structpack.MustCompile(format)
	want, wantErr := rules.Bind(s, typ)
	got, gotErr := rules.Bind(s, read)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%q, %v: %s", format, typ, diff)
	}
	if diff := cmp.Diff(text(wantErr), text(gotErr)); diff != "" {
		t.Fatalf("%q, %v: %s", format, typ, diff)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return spelling.Replace(err.Error())
}

// TestField sees that the field at fault is known after an error.
func TestField(t *testing.T) {
	pkg := readTypes(t)
	reader := gotype.Reader{Sizes: sizes}
	_, err := rules.Bind(structpack.MustCompile("<H2iii"), reader.Type(pkg.Scope().Lookup("record").Type()))
	if err == nil || reader.Field == nil || reader.Field.Name() != "H" {
		t.Errorf("%v, at %v", err, reader.Field)
	}
}

// readTypes reads the types of types_test.go.
func readTypes(t *testing.T) *types.Package {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "types_test.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	pkg, err := (&types.Config{Sizes: sizes}).Check("gotype_test", fset, []*ast.File{f}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return pkg
}
