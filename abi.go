package structpack

import (
	"runtime"
	"slices"
)

// An ABI says how a C compiler lays out the native types of a platform: what
// a format without a byte-order prefix, or with @ or =, depends on.
//
// Between platforms, long and pointers differ in size, and the eight-byte types in
// alignment. char, short, int
// and float have 1, 2, 4 and 4 bytes and are aligned to their size everywhere.
type ABI struct {
	Name      string // a short name, such as "lp64-le"
	BigEndian bool   // byte order
	Long      int    // size and alignment of long and unsigned long: 4 or 8
	Pointer   int    // size and alignment of void *, size_t and ssize_t: 4 or 8
	Align8    int    // alignment of long long and double inside a struct: 4 or 8
}

// The C ABIs of the platforms that Go runs on, all but AIX and Plan 9. CPythons on
// sixteen platforms were asked for sizes and bytes, and their answers fall into these
// six classes; they are kept in testdata/native_abi.jsonl. This package itself does not
// look at these variables again: to assign to one changes nothing else.
var (
	// LP64 is the ABI of 64-bit Linux, macOS and the BSDs, little-endian.
	LP64 = ABI{Name: "lp64-le", Long: 8, Pointer: 8, Align8: 8}
	// LP64BigEndian is LP64 for s390x, ppc64 and mips64.
	LP64BigEndian = ABI{Name: "lp64-be", BigEndian: true, Long: 8, Pointer: 8, Align8: 8}
	// LLP64 is the ABI of 64-bit Windows, where long has 4 bytes.
	LLP64 = ABI{Name: "llp64-le", Long: 4, Pointer: 8, Align8: 8}
	// ILP32 is the ABI of arm, mipsle, wasm32 and 32-bit Windows.
	ILP32 = ABI{Name: "ilp32-le", Long: 4, Pointer: 4, Align8: 8}
	// ILP32BigEndian is ILP32 for mips and 32-bit powerpc.
	ILP32BigEndian = ABI{Name: "ilp32-be", BigEndian: true, Long: 4, Pointer: 4, Align8: 8}
	// ILP32Align4 is the ABI of the 386 except on Windows, where
	// eight-byte types are aligned to 4.
	ILP32Align4 = ABI{Name: "ilp32-le-align4", Long: 4, Pointer: 4, Align8: 4}
)

// predefined are the same ABIs, where nobody else can assign to them.
var predefined = [...]ABI{LP64, LP64BigEndian, LLP64, ILP32, ILP32BigEndian, ILP32Align4}

// Indexes in predefined.
const (
	lp64 = iota
	lp64BigEndian
	llp64
	ilp32
	ilp32BigEndian
	ilp32Align4
)

// ABIs returns the predefined ABIs.
func ABIs() []ABI { return slices.Clone(predefined[:]) }

// HostABI returns the C ABI of the platform that the program runs on: the one
// that a C compiler or CPython uses there. Go's own alignment is another: on
// linux/arm, linux/mips and windows/386 an int64 after a byte sits at offset 4
// in Go and at offset 8 in C.
func HostABI() ABI { return hostABI }

var hostABI, _ = ABIOf(runtime.GOOS, runtime.GOARCH)

// ABIOf returns the C ABI of a platform named as Go names it, such as "linux",
// "arm64". It reports false for an architecture that it does not know, and for AIX and
// Plan 9, whose rules are others; then it returns the ABI that the architecture has
// elsewhere, or LP64. It does not check other names of operating systems.
//
// For wasm that is the ABI of C there (wasm32), although Go's own int has 64
// bits.
func ABIOf(goos, goarch string) (ABI, bool) {
	// AIX aligns a double to 4 inside a struct, unless it comes first, and on Plan 9 a
	// long has 4 bytes everywhere: none of these ABIs is theirs.
	known := goos != "aix" && goos != "plan9"
	switch goarch {
	case "amd64", "arm64":
		if goos == "windows" {
			return predefined[llp64], known
		}
		return predefined[lp64], known
	case "loong64", "mips64le", "ppc64le", "riscv64":
		return predefined[lp64], known
	case "mips64", "ppc64", "s390x":
		return predefined[lp64BigEndian], known
	case "386":
		if goos == "windows" {
			return predefined[ilp32], known
		}
		return predefined[ilp32Align4], known
	case "arm", "mipsle", "wasm":
		return predefined[ilp32], known
	case "mips":
		return predefined[ilp32BigEndian], known
	}
	return predefined[lp64], false
}

// valid reports whether every size and alignment is one that a C ABI has.
func (a *ABI) valid() bool {
	ok := func(n int) bool { return n == 4 || n == 8 }
	return ok(a.Long) && ok(a.Pointer) && ok(a.Align8)
}

// maxSize is the largest size of a structure: the largest Py_ssize_t of the
// platform described, and never more than an int of this one can hold.
func (a *ABI) maxSize() int {
	const maxInt = int(^uint(0) >> 1)
	if a.Pointer == 4 {
		return maxInt & (1<<31 - 1)
	}
	return maxInt
}
