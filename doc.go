// Package structpack is Python's [struct] module for Go. A format string such as
// "!ci4sf" describes how values are laid out in bytes; it is compiled once, and
// packs and unpacks with the sizes, alignment, byte order, limits and error
// messages of CPython 3.15.
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
//	struct.pack("<4H", *numbers)       Pack("<4H", numbers)
//	struct.unpack(fmt, data)           Unpack(fmt, data)
//	n, = struct.unpack("<I", data)     Scan("<I", data, &n)
//	n, *rest = struct.unpack(…)        Scan("<B3H", data, &n, &rest)
//	name.rstrip(b"\0")                 Scan("16s", data, CString(&name)), which cuts at the first NUL
//	struct.unpack_from(fmt, data, 4)   UnpackFrom(fmt, data, 4)
//	struct.iter_unpack(fmt, data)      IterUnpack(fmt, data)
//	struct.calcsize(fmt)               CalcSize(fmt)
//	struct.Struct(fmt)                 Compile(fmt), MustCompile(fmt)
//	s.unpack(f.read(s.size))           s.Read(f, &a, &b)
//	f.seek(64), and the same           s.ReadAt(f, 64, &a, &b)
//	s.format, s.size                   s.Format(), s.Size()
//	struct.error                       *Error, and errors.Is(err, ErrRange) …
//
// Three things surprise those who come from Python; the exact differences are at the end:
//
//   - Values have the types of Go. A c is a byte: compare values[0] == byte('A').
//     values[0] == 'A' is always false, because that 'A' is an int32.
//   - Arithmetic wraps around: h.Length + 4 of a uint8 of 254 is 2, and
//     int(h.Length) + 4 is 258.
//   - A bytes object lives on, and so does what Unpack returns. The payload of a
//     frame is valid until the next call on its Reader, and Clone keeps it; the slices
//     in a struct change when another record is unpacked into it.
//
// Go has more: [AppendPack] appends to a slice; [Scan] unpacks into variables
// without allocating; a [Codec] packs and unpacks Go structs, one at a time or in
// bulk; [CompileFor] reads what C and Python write on another platform;
// [Struct.Fields] reports every offset.
//
// Package frame sends and receives messages whose headers are described by formats.
// The command structpack packs, unpacks and explains, and generates methods for Go
// types; structvet finds wrong formats and values before the program runs.
//
// # From encoding/binary
//
// A format that is only a prefix is made from a type, and its bytes are the same as
// encoding/binary's. The codec belongs in a variable: making it takes as long as
// hundreds of calls, and at the start of a program, when nothing is in the processor's
// caches, ten times that. A program that starts often and may not use all of its codecs makes
// each when it is first needed, with [sync.OnceValue].
//
//	var header = structpack.MustCodec[Header]("!") // big-endian; "<" is little-endian
//
//	binary.Read(r, binary.BigEndian, &h)         header.Read(r, &h)
//	binary.Decode(data, binary.BigEndian, &h)    header.UnpackFrom(data, 0, &h)
//	binary.Write(w, binary.BigEndian, &h)        header.Write(w, &h)
//	binary.Append(dst, binary.BigEndian, &h)     header.AppendPack(dst, &h)
//	binary.Decode(data, order, records)          records, err = header.AppendUnpackSlice(records[:0], data[:len(records)*header.Size()])
//	binary.Read(r, order, records)               data := make([]byte, len(records)*header.Size()); _, err = io.ReadFull(r, data)
//	                                             records, err = header.AppendUnpackSlice(records[:0], data)
//	binary.Append(dst, order, records)           header.AppendPackSlice(dst, records)
//	binary.Size(h)                               header.Size()
//
// Unlike encoding/binary a codec takes strings, slices and ints, with a tag each; it
// reads what C wrote, after "@"; and what does not fit is an error that names the field,
// when the codec is made. So is a field that is not exported; methods that gen writes take
// those too. A format beside the type says the same twice, and is for a layout that others
// wrote down as one. Data that are too short are a [*Error] that wraps [ErrBuffer], except from
// Read, which returns io.EOF and io.ErrUnexpectedEOF as binary.Read does. An offset below 0
// counts from the end, as in Python: check one that comes from the data.
//
// Where the order is an [encoding/binary.ByteOrder] that is known when the program runs, a type has a
// codec for each, as in the example ByteOrder of [MustCodec].
//
// # What to use, and what it costs
//
// The figures are nanoseconds for an event of 20 fields in 104 bytes, which the directory
// bench measures beside [encoding/binary.Decode], 309, and hand-written code, 6.4.
//
//	a format            Pack, Scan, a Struct: the values are variables, or the
//	                    format is only known when the program runs
//	a type              a Codec, 8.2 for one and 1.3 for one of a batch: the layout is a
//	                    Go struct; nothing is generated
//	gen                 methods for a type, 4.7: also for fields that are not exported,
//	                    for encoding.BinaryMarshaler, and without package structpack
//	gen -view           a []byte with a method for each field, 0.8 to read three of them:
//	                    for those who look at a packet, change a field and pass it on
//
// Making a codec takes some microseconds, and compiling a format less. The functions that
// take a format keep short formats that are used again in a small cache.
//
// # Formats
//
// A format is a prefix and any number of codes, each optionally preceded by a repeat
// count. White space between them is ignored.
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
//	?      _Bool                1        bool           anything: true, except for false, 0, nil, a nil pointer,
//	                                                    a *big.Int of 0, and a string, slice, array or map
//	                                                    of length 0; a struct is true
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
// ten values. 0s is one empty value. Named types behave like their underlying
// types. The Go type of a value follows from the format alone, never from the
// platform.
//
// # Formats made at run time
//
// A number of values that varies is a repeat count in the format, and a slice stands
// for all values of that item:
//
//	format := fmt.Sprintf("!HH%dI", len(list))
//	data, err := structpack.Pack(format, id, len(list), list)
//	err = structpack.Scan(format, data, &id, &n, &list)
//
// Mind a list of one. Pack takes a slice for an item only if the call has not as many
// arguments as the format has values, where a slice is one argument: a call with as many
// means what it means to CPython. Pack("<H1I", n, []uint32{7}) has two arguments for two
// values, and is an error. Where a count may be 1, pass the values themselves, or use a
// Codec, whose slices take every count, as in Scan.
//
// The format is never a code repeated, as in "!HH" + strings.Repeat("I", n): that is an item
// for each value, and long. The functions of the package keep a format of at most 128
// bytes from its second use on, in a cache of fixed size; others are compiled for each
// call. A format that is used for long belongs in a [Struct].
//
// A call may have a slice for one item or for several, and values one by one for the
// others: Pack("<3H2B2s", []uint16{1, 2, 3}, 4, 5, "ab"). A count of 0 has no values, as in
// Python; an empty slice may stand for them, and Scan makes empty what does.
//
// Where the data say which byte order they have, pick it once, at the start: a codec or a
// Struct for each order, in a map or in two variables, or the prefix of a format. Ask the map
// whether it has the order, because data from others may say anything.
//
//	var headers = map[string]*structpack.Codec[Header]{"II": structpack.MustCodec[Header]("<"), "MM": structpack.MustCodec[Header](">")}
//	var entries = map[string]*structpack.Struct{"II": structpack.MustCompile("<HHI4s"), "MM": structpack.MustCompile(">HHI4s")}
//
//	codec, ok := headers[order]
//	err = codec.Unpack(data, &header)
//	err = entries[order].Scan(data, &tag, &kind, &n, &value)
//	err = structpack.Scan(prefix+"HHI4s", data, &tag, &kind, &n, &value) // prefix is "<" or ">"
//
// # C structs
//
// After @ every code is aligned as C aligns a member of its type. Formats have no word
// for three other things that a C compiler does:
//
//   - The tail: C pads a struct to a multiple of its alignment, so that those in an
//     array are aligned too. "@QI" has 12 bytes, and sizeof is 16; a count of 0 asks for
//     the rest: "@QI0q". structpack explain says so: "C: sizeof 16: 4 bytes more, write
//     0q". Without it [IterUnpack], [Codec.All] and batches read the second record from
//     the wrong place.
//   - Nesting: a struct within a struct begins and ends at a multiple of its own
//     alignment, which is the largest among its members.
//   - #pragma pack: after pack(1), or __attribute__((packed)), nothing is aligned, as
//     after =, where a long of 8 bytes is a q and a pointer a Q. After pack(2) or
//     pack(4), write the padding that is left as x, after = too.
//
// For example:
//
//	struct { uint64_t a; uint32_t b; }                           "@QI0q"
//	struct { char a; struct { int b; char c; } d; short e; }     "@b0iib0ih0i"
//	struct __attribute__((packed)) { char a; int64_t b; }        "=bq"
//
// A [Codec] whose format is only "@" knows the first two: it is made from a Go struct
// with the same members. The command structpack c reads a declaration, also one with
// #pragma pack, and writes the format and the Go type.
//
// # Traps
//
//   - Without a prefix a format is native: it is padded as C pads, and l has 4
//     or 8 bytes. Data that leaves the machine wants <, > or !.
//   - A number that its code cannot hold is an error, never cut off; but s and p
//     cut what is too long and pad with zeros, silently, as in Python, and a part of F
//     that is too large becomes infinite in the machine's own byte order.
//   - A net.IP mostly has 16 bytes, of which 4s packs the first four: zeros. Use its
//     To4, or As4 of a netip.Addr.
//   - Nothing is padded at the end; "llh0l" asks for it. See C structs, above.
//   - Unpack wants exactly the size of the format, UnpackFrom at least that.
//
// # Differences from CPython
//
//   - Strings are accepted for c, s and p: Go's strings are bytes. So is a byte
//     for c.
//   - A slice or an array may stand for all values of an item, in a call that CPython
//     refuses because it has too few or too many values.
//   - A PackInto that fails leaves the buffer as it was.
//   - Signalling NaNs pass through unchanged everywhere. CPython quiets them when it
//     unpacks f and F, and packs F, in the machine's own byte order, because there
//     it leaves them to the C compiler.
//   - Pack and AppendPack allocate at most 1 GiB (256 MiB on 32-bit machines) for one
//     structure; PackInto has no limit.
//
// docs/COMPATIBILITY.md says how older CPythons and other platforms differ, code by
// code.
//
// A *Struct is immutable and safe for concurrent use. Formats, data, offsets and
// values may come from anyone: what is wrong with them is an [*Error], no input
// panics, and memory use does not depend on repeat counts, except for what is packed.
//
// [struct]: https://docs.python.org/3.15/library/struct.html
package structpack
