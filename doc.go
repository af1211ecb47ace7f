// Package structpack is Python's [struct] module for Go. A format string such as
// "!ci4sf" says how values lie in bytes; it is compiled once, and packs and
// unpacks with the sizes, alignment, byte order, limits and error messages of
// CPython 3.15.
//
//	s := structpack.MustCompile("!ci4sf")
//	data, err := s.Pack("a", 7, "spam", 2.5) // 61000000077370616d40200000
//
//	var c byte
//	var i int32
//	var text string
//	var f float32
//	err = s.Scan(data, &c, &i, &text, &f)
//
// # From Python
//
//	struct.pack(fmt, a, b)             Pack(fmt, a, b)
//	struct.pack_into(fmt, buf, 4, a)   PackInto(fmt, buf, 4, a)
//	struct.pack("<4H", *numbers)       MustCodec[[]uint16]("<4H"), and its Pack(&numbers)
//	struct.unpack(fmt, data)           Unpack(fmt, data)
//	struct.unpack_from(fmt, data, 4)   UnpackFrom(fmt, data, 4)
//	struct.iter_unpack(fmt, data)      IterUnpack(fmt, data)
//	struct.calcsize(fmt)               CalcSize(fmt)
//	struct.Struct(fmt)                 Compile(fmt), MustCompile(fmt)
//	s.format, s.size                   s.Format(), s.Size()
//	struct.error                       *Error, and errors.Is(err, ErrRange) …
//
// Go has more: AppendPack appends to a slice; Scan unpacks into variables and
// does not allocate; a [Codec] packs and unpacks Go structs, alone or by the
// million; CompileFor reads what C and Python write on another platform; Fields
// tells the offset of everything.
//
// Package frame makes messages of these, for sockets. The command structpack packs,
// unpacks and explains, and generates methods for Go types; structvet finds wrong
// formats and values before the program runs.
//
// # From encoding/binary
//
// A format that is only a prefix is made from a type, and its bytes are those of
// encoding/binary. The codec belongs into a variable: making it takes as long as some
// dozens of calls.
//
//	var header = structpack.MustCodec[Header]("!") // big-endian; "<" is little-endian
//
//	binary.Read(r, binary.BigEndian, &h)         header.Read(r, &h)
//	binary.Decode(data, binary.BigEndian, &h)    header.UnpackFrom(data, 0, &h)
//	binary.Write(w, binary.BigEndian, &h)        header.Write(w, &h)
//	binary.Append(dst, binary.BigEndian, &h)     header.AppendPack(dst, &h)
//	binary.Decode(data, order, records)          records, err = header.AppendUnpackSlice(records[:0], data)
//	binary.Append(dst, order, records)           header.AppendPackSlice(dst, records)
//	binary.Size(h)                               header.Size()
//
// Where the data say which byte order they have, there is a codec for each, in a map or
// in two variables. Unlike encoding/binary a codec takes strings, slices and ints, with a
// tag each; it reads what C wrote, after "@"; and what does not fit is an error that
// names the field, when the codec is made. A field of encoding/binary's that is not
// exported is an error too. A format beside the type says the same twice, and is for
// a layout that others wrote down as one.
//
// # Formats
//
// A format is a prefix and any number of codes, each with a repeat count before
// it if need be. White space between them is ignored.
//
//	prefix    byte order       sizes      alignment
//	@ or none the machine's    C's        C's
//	=         the machine's    standard   none
//	<         little-endian    standard   none
//	> or !    big-endian       standard   none
//
//	code   C type               bytes    Unpack gives   Pack takes
//	x      padding              1        nothing        nothing
//	c      char                 1        byte           a byte; a []byte, [1]byte or string of length 1
//	b      signed char          1        int8           any integer, *big.Int, bool
//	B      unsigned char        1        uint8          the same
//	?      _Bool                1        bool           anything: false if nil, zero or empty, and true
//	                                                    for structs and all other pointers but a *big.Int
//	h H    short                2        int16 uint16   any integer, *big.Int, bool
//	i I    int                  4        int32 uint32   the same
//	l L    long                 4        int32 uint32   the same; @: 4 or 8 bytes, int64 uint64
//	q Q    long long            8        int64 uint64   the same
//	n N    ssize_t, size_t      @ only   int64 uint64   the same
//	P      void *               @ only   uint64         the same; negative numbers too
//	e      _Float16             2        float32        any float, integer, *big.Int, bool
//	f      float                4        float32        the same
//	d      double               8        float64        the same
//	F Zf   float complex        8        complex64      any complex, float, integer, *big.Int, bool
//	D Zd   double complex       16       complex128     the same
//	s      char[]               1 each   []byte         []byte, a byte array, string
//	p      Pascal string        1 each   []byte         the same
//
// The count of s and p is a length: 10s is one value of ten bytes, where 10c is
// ten values. 0s is one empty value. Named types count as the types they are
// made of. The Go type of a value follows from the format alone, never from the
// platform.
//
// # Traps
//
//   - Without a prefix a format is native: it is padded as C pads, and l has 4
//     or 8 bytes. Data that leaves the machine wants <, > or !.
//   - A number that its code cannot hold is an error, never cut off; but s and p
//     cut what is too long and pad with zeros, silently, as in Python, and a part of F
//     that is too large becomes infinite in the machine's own byte order.
//   - Nothing is padded at the end; "llh0l" asks for it.
//   - Unpack wants exactly the size of the format, UnpackFrom at least that.
//
// # Differences from CPython
//
//   - Strings are accepted for c, s and p: Go's strings are bytes. So is a byte
//     for c.
//   - A PackInto that fails leaves the buffer as it was.
//   - Signalling NaNs pass through unchanged everywhere. CPython quiets them when it
//     unpacks f and F, and packs F, in the machine's own byte order, for there
//     it leaves them to the C compiler.
//   - Pack and AppendPack do not make more than 1 GiB of room (256 MiB on 32-bit
//     machines) for one structure; PackInto has no limit.
//
// docs/COMPATIBILITY.md tells how older CPythons differ, and those of other
// platforms, code by code.
//
// A *Struct is immutable and safe for concurrent use. Formats, data, offsets and
// values may come from anyone: what is wrong with them is an [*Error], no input
// panics, and no repeat count decides how much memory is taken, but for the
// room that Pack needs for its result.
//
// [struct]: https://docs.python.org/3.15/library/struct.html
package structpack
