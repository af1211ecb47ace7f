package structpack_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"example.com/structpack"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// TestPlans compares printed plans with testdata/plans.golden.
func TestPlans(t *testing.T) {
	formats := []string{
		"", "<", "x", "!ci4sf", "!HHIIBBHHH", "<bBhHiIqQfd?8s2xbBhHiIqQ", "1000000000B", "4H", "<2h3x4x2h",
		"@bhilqnNPefd?", "@llh0l", "b0q", "@b0Zd", "<0i0s0p", "3s0x5p", "x2xb3x", "ZfZd2F2D", "> 2H \t 3s",
	}
	var b strings.Builder
	for _, format := range formats {
		for _, abi := range []structpack.ABI{structpack.LP64, structpack.ILP32BigEndian} {
			s, err := structpack.CompileFor(abi, format)
			if err != nil {
				t.Fatal(err)
			}
			b.WriteString(abi.Name + " " + s.Plan() + "\n")
		}
	}
	file := filepath.Join("testdata", "plans.golden")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Error(diff)
	}
}

// TestStructPrintsOnALine: what holds a Struct is printed with %v as one line, also if the
// format is long.
func TestStructPrintsOnALine(t *testing.T) {
	for _, format := range []string{"", "!ci4sf", "<B\n\tH", strings.Repeat("i", 10000)} {
		s := structpack.MustCompile(format)
		for verb, got := range map[string]string{"%v": fmt.Sprintf("%v", s), "held": fmt.Sprintf("%v", struct{ S *structpack.Struct }{s}), "in a list": fmt.Sprintf("%+v", []any{s})} {
			if strings.Contains(got, "\n") || len(got) > 200 || !strings.Contains(got, "struct \"") {
				t.Errorf("%s of %.20q: %s", verb, format, got)
			}
		}
	}
}

// TestABIVariables: a program that assigns to LP64 and the others changes nothing but what
// it gives to CompileFor.
func TestABIVariables(t *testing.T) {
	abis, host := structpack.ABIs(), structpack.HostABI()
	all := []*structpack.ABI{&structpack.LP64, &structpack.LP64BigEndian, &structpack.LLP64, &structpack.ILP32, &structpack.ILP32BigEndian, &structpack.ILP32Align4}
	for i, abi := range all {
		kept := *abi
		t.Cleanup(func() { *abi = kept })
		if kept != abis[i] {
			t.Errorf("%+v is ABI %d, want %+v", abis[i], i, kept)
		}
		*abi = structpack.ABI{Name: "another", Long: 4, Pointer: 4, Align8: 4, BigEndian: !kept.BigEndian}
	}
	if got := structpack.ABIs(); !slices.Equal(got, abis) {
		t.Errorf("ABIs: got %+v, want %+v", got, abis)
	}
	if got := structpack.HostABI(); got != host {
		t.Errorf("HostABI: got %+v, want %+v", got, host)
	}
	for i, platform := range [][2]string{{"linux", "amd64"}, {"linux", "s390x"}, {"windows", "amd64"}, {"linux", "arm"}, {"linux", "mips"}, {"linux", "386"}} {
		if got, ok := structpack.ABIOf(platform[0], platform[1]); !ok || got != abis[i] {
			t.Errorf("ABIOf%v: got %+v, %t, want %+v", platform, got, ok, abis[i])
		}
	}
	structpack.ABIs()[0].Long = 1
	if got := structpack.ABIs(); !slices.Equal(got, abis) {
		t.Errorf("ABIs after a change of what it returned: %+v", got)
	}
}

// TestPlanMemory sees that what a compiled format takes follows the length of
// the format, whatever its repeat counts are.
func TestPlanMemory(t *testing.T) {
	size := func(format string) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s, err := structpack.Compile(format)
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		runtime.KeepAlive(s)
		return after.TotalAlloc - before.TotalAlloc
	}
	for _, format := range []string{
		"1000000000B", strings.Repeat("64000000b", 10), strings.Repeat("7x", 10000), strings.Repeat("b", 10000), strings.Repeat("0i", 10000),
	} {
		if n := size(format); n > uint64(200*len(format)+4096) {
			t.Errorf("%.20q, of %d bytes, takes %d", format, len(format), n)
		}
	}
}

func TestCompileForBadABI(t *testing.T) {
	if s, err := structpack.CompileFor(structpack.ABI{}, "b"); err == nil {
		t.Errorf("got %v for an ABI without sizes", s)
	}
}

func TestMustCompilePanics(t *testing.T) {
	defer func() {
		if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), "bad char") {
			t.Errorf("recovered %v", err)
		}
	}()
	structpack.MustCompile("y")
}

func TestABIs(t *testing.T) {
	for _, tt := range []struct {
		goos, goarch string
		want         string
	}{
		{"linux", "amd64", "lp64-le"}, {"darwin", "arm64", "lp64-le"}, {"windows", "amd64", "llp64-le"}, {"windows", "arm64", "llp64-le"},
		{"windows", "386", "ilp32-le"}, {"linux", "386", "ilp32-le-align4"}, {"freebsd", "386", "ilp32-le-align4"},
		{"linux", "arm", "ilp32-le"}, {"linux", "mips", "ilp32-be"}, {"linux", "mipsle", "ilp32-le"}, {"linux", "mips64", "lp64-be"},
		{"linux", "mips64le", "lp64-le"}, {"linux", "ppc64", "lp64-be"}, {"linux", "ppc64le", "lp64-le"}, {"linux", "s390x", "lp64-be"},
		{"linux", "riscv64", "lp64-le"}, {"linux", "loong64", "lp64-le"}, {"wasip1", "wasm", "ilp32-le"}, {"js", "wasm", "ilp32-le"},
	} {
		if abi, ok := structpack.ABIOf(tt.goos, tt.goarch); !ok || abi.Name != tt.want {
			t.Errorf("ABIOf(%s, %s) = %s, %v; want %s", tt.goos, tt.goarch, abi.Name, ok, tt.want)
		}
	}
	for _, goos := range []string{"aix", "plan9"} { // whose C is none of these
		if abi, ok := structpack.ABIOf(goos, "ppc64"); ok || abi != structpack.LP64BigEndian {
			t.Errorf("ABIOf(%s, ppc64) = %s, %v", goos, abi.Name, ok)
		}
	}
	if abi, ok := structpack.ABIOf("linux", "pdp11"); ok {
		t.Errorf("linux/pdp11 is %s", abi.Name)
	}
	if abi, ok := structpack.ABIOf(runtime.GOOS, runtime.GOARCH); !ok || abi != structpack.HostABI() {
		t.Errorf("HostABI is %v, want %v", structpack.HostABI(), abi)
	}
}

// TestSizeLimits has the largest sizes that platforms of 32 bits allow. The answers
// are those of CPython 3.15 on linux/i386 and linux/armhf.
func TestSizeLimits(t *testing.T) {
	const tooLong = -1
	for _, tt := range []struct {
		format      string
		i386, armhf int
	}{
		{"2147483647x", 2147483647, 2147483647},
		{"2147483648x", tooLong, tooLong},
		{"2147483644xi", tooLong, tooLong},
		{"2147483643xi", tooLong, tooLong},
		{"2147483645xxx", 2147483647, 2147483647},
		{"2147483646xxx", tooLong, tooLong},
		{"@2147483647s", 2147483647, 2147483647},
		{"=536870911i", 2147483644, 2147483644},
		{"=536870912i", tooLong, tooLong},
		{"2147483645x0i", tooLong, tooLong},
		{"2147483640xi0q", 2147483644, tooLong},
		{"2147483647x0b", 2147483647, 2147483647},
		{"2147483647x0i", tooLong, tooLong},
		{"2147483644x0i", 2147483644, 2147483644},
		{"1073741823h", 2147483646, 2147483646},
		{"1073741824h", tooLong, tooLong},
	} {
		for _, on := range []struct {
			abi  structpack.ABI
			want int
		}{{structpack.ILP32Align4, tt.i386}, {structpack.ILP32, tt.armhf}} {
			s, err := structpack.CompileFor(on.abi, tt.format)
			var e *structpack.Error
			switch {
			case on.want != tooLong && (err != nil || s.Size() != on.want):
				t.Errorf("%s, %q: %v, %v; want %d", on.abi.Name, tt.format, s, err, on.want)
			case on.want == tooLong && (!errors.As(err, &e) || e.Reason != "total struct size too long"):
				t.Errorf("%s, %q: %v", on.abi.Name, tt.format, err)
			}
		}
	}
}
