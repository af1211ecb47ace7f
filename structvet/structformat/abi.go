package structformat

import (
	"go/ast"
	"go/build"
	"go/types"

	"example.com/structpack"
)

// target returns the sizes of Go's types and the C ABI on the platform that the
// package is built for, which is not the one that the check runs on. If it
// cannot be told, any ABI is possible, and a mistake is one only if it is one
// on all of them.
func target(sizes types.Sizes) (types.Sizes, []structpack.ABI) {
	arch := build.Default.GOARCH
	abi, known := structpack.ABIOf(build.Default.GOOS, arch)
	if sizes == nil {
		if sizes = types.SizesFor("gc", arch); sizes == nil {
			sizes = &types.StdSizes{WordSize: 8, MaxAlign: 8}
		}
	}
	// On wasm C's pointers have 4 bytes, and Go's have 8.
	pointer := sizes.Sizeof(types.Typ[types.UnsafePointer])
	if known && (arch == "wasm" || int(pointer) == abi.Pointer) {
		return sizes, []structpack.ABI{abi}
	}
	return sizes, everyABI()
}

// everyABI returns the ABIs that CompileFor takes, the most generous first.
func everyABI() (all []structpack.ABI) {
	for _, big := range []bool{false, true} {
		for _, long := range []int{8, 4} {
			for _, pointer := range []int{8, 4} {
				for _, align8 := range []int{8, 4} {
					all = append(all, structpack.ABI{BigEndian: big, Long: long, Pointer: pointer, Align8: align8})
				}
			}
		}
	}
	return all
}

// abisOf returns the ABIs that an argument of CompileFor may be.
func (c *checker) abisOf(e ast.Expr) []structpack.ABI {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && c.apiName(call) == "HostABI" {
		return c.target
	}
	if v := c.varOf(e); v != nil && v.Pkg() != nil && v.Pkg().Path() == corePath {
		if abi, ok := predefined[v.Name()]; ok {
			return []structpack.ABI{abi}
		}
	}
	return everyABI()
}

var predefined = map[string]structpack.ABI{
	"LP64":           structpack.LP64,
	"LP64BigEndian":  structpack.LP64BigEndian,
	"LLP64":          structpack.LLP64,
	"ILP32":          structpack.ILP32,
	"ILP32BigEndian": structpack.ILP32BigEndian,
	"ILP32Align4":    structpack.ILP32Align4,
}
