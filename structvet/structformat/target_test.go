package structformat_test

import (
	"go/build"
	"maps"
	"math/bits"
	"strings"
	"testing"
)

// TestTarget is about formats that depend on the platform: it is the one that
// the package is built for.
func TestTarget(t *testing.T) {
	goos, goarch := build.Default.GOOS, build.Default.GOARCH
	defer func() { build.Default.GOOS, build.Default.GOARCH = goos, goarch }()
	const src = `package p
import sp "example.com/structpack"
func _(i *int, abi sp.ABI) {
	sp.Pack("l", int64(1<<40)) // long
	sp.Pack("N", uint64(1<<40)) // size_t
	sp.Pack("=l", int64(1<<40)) // standard
	sp.CalcSize("3000000000x") // large
	sp.MustCompile("q").Scan(nil, i) // int
	sp.Pack("@F", complex128(1e300)) // native part
	sp.Pack("<F", complex128(1e300)) // little part
	sp.Pack(">F", complex128(1e300)) // big part
	llp64, _ := sp.CompileFor(sp.LLP64, "l")
	llp64.Pack(int64(1<<40)) // LLP64
	lp64, _ := sp.CompileFor(sp.LP64, "l")
	lp64.Pack(int64(1<<40)) // LP64
	any, _ := sp.CompileFor(abi, "lN")
	any.Pack(int64(1<<40), 1) // unknown
	any.Pack(uint64(1<<63), 1) // unknown, too large for all
	host, _ := sp.CompileFor(sp.HostABI(), "l")
	host.Pack(int64(1<<40)) // host
	sp.CompileFor(sp.ILP32, "3000000000x") // ILP32
	sp.CompileFor(abi, "3000000000x") // unknown size
}`
	const (
		long    = `'l' format requires -2147483648 <= number <= 2147483647`
		size    = `'N' format requires 0 <= number <= 4294967295`
		tooLong = `total struct size too long`
		narrow  = `the destination cannot take int64`
		part    = `float too large to pack with f format`
	)
	for _, tt := range []struct {
		goos, goarch string
		want         map[string]string // besides what is said everywhere
	}{
		{"linux", "amd64", map[string]string{"big part": part}},
		{"windows", "amd64", map[string]string{"big part": part, "long": long, "host": long}},
		{"linux", "386", map[string]string{"big part": part, "long": long, "host": long, "size_t": size, "large": tooLong, "int": narrow}},
		{"js", "wasm", map[string]string{"big part": part, "long": long, "host": long, "size_t": size, "large": tooLong}},
		{"linux", "s390x", map[string]string{"little part": part}},
		{"plan9", "pdp11", nil},
	} {
		t.Run(tt.goos+"/"+tt.goarch, func(t *testing.T) {
			build.Default.GOOS, build.Default.GOARCH = tt.goos, tt.goarch
			said := map[int]string{}
			for _, f := range analyze(t, src) {
				said[f.line] += f.message
			}
			want := map[string]string{"standard": long, "LLP64": long, "ILP32": tooLong,
				"unknown, too large for all": `'l' format requires -9223372036854775808 <= number <= 9223372036854775807`}
			maps.Copy(want, tt.want)
			for i, line := range strings.Split(src, "\n") {
				_, name, _ := strings.Cut(line, " // ")
				if bits.UintSize == 32 && strings.Contains(line, "3000000000") {
					continue // the library counts bytes with an int of the machine that the check runs on
				}
				if got := said[i+1]; want[name] == "" && got != "" || !strings.Contains(got, want[name]) {
					t.Errorf("%s:\nwant %s\ngot  %s", line, want[name], got)
				}
			}
		})
	}
}
