#!/usr/bin/env python3
"""Write the questions of this directory, with the answers of the Python that runs this.

    generate.py any > any.jsonl           what is the same on every platform
    generate.py platform > lp64-le.jsonl  what depends on byte order, C types and alignment

README.md describes the lines. The values and the asking are those of testdata/oracle.py.
"""
import itertools
import json
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "testdata"))
from oracle import (COMPLEX, FLOATS, INTS, NATIVE, answer, fields, float_of, header, hex_of, pack, plain, ramp, tag, unpack)

VERSION = 1

DOUBLES = [float_of(bits) for bits in """
    0000000000000000 8000000000000000 3ff8000000000000 bff8000000000000 7ff0000000000000 fff0000000000000
    0000000000000001 800fffffffffffff 0010000000000000 7fefffffffffffff 7ff8000000000000
    """.split()]
NANS = [float_of(bits) for bits in "7ff8000000000001 fffc000123456789".split()]
NEAR = {  # numbers about the largest and the smallest that a code holds, and ties
    "e": "40effc0000000000 40effdffffffffff 40effe0000000000 c0effe0000000000 3e70000000000000 3e60000000000000 "
         "3e60000000000001 3f10000000000000 3f0ff80000000000 3ff0020000000000 3ff0060000000000 3ff0020000000001",
    "f": "47efffffe0000000 47efffffefffffff 47effffff0000000 c7effffff0000000 36a0000000000000 3690000000000000 "
         "3690000000000001 380fffffffffffff 3810000000000000 3ff0000010000000 3ff0000030000000 3ff0000010000001",
    "d": "",
}
# What becomes of a signalling NaN, and of the payload of one that is cast between float
# and double, is up to the C compiler and the processor.
PATTERNS = {
    "e": "0000 8000 0001 83ff 0400 7bff 7c00 fc00 7e00 fe01 3555",
    "f": "00000000 80000000 00000001 807fffff 00800000 7f7fffff 7f800000 ff800000 7fc00000 3f9d70a4",
    "d": "0000000000000000 8000000000000000 0000000000000001 7fefffffffffffff 7ff0000000000000 7ff8000000000000 fff8000000000001 3ff3ae147ae147ae",
}
WRONG = [None, b"1", [1]]  # for every code of a number


def integer(code, order):
    size = struct.calcsize(order + code)
    bits = 8 * size
    lo, hi = (-1 << bits - 1, (1 << bits - 1) - 1) if code.islower() else (0, (1 << bits) - 1)
    if code == "P":
        lo = -1 << bits - 1  # a pointer may be negative when it is packed
    for v in [0, 1, -1, 100, lo, lo - 1, hi, hi + 1, 1 << bits, -1 << bits, 10**30, -10**30, True, 1.0, 1j] + WRONG:
        yield pack(order + code, v)
    for data in (bytes(size), b"\xff" * size, b"\x80" + bytes(size - 1), bytes(size - 1) + b"\x80", ramp(size)):
        yield unpack(order + code, data)


def real(code, order):
    near = [float_of(bits) for bits in NEAR[code].split()]
    for v in DOUBLES + near + (NANS if code != "f" else []) + [1, -7, True, 2**53 + 1, 2**63, -10**30, 10**308, 2**1024 - 2**970, -10**400, 1j] + WRONG:
        if order in ("", "@") and code == "f" and isinstance(v, int) and abs(v) > 10**38:
            continue  # infinite in a native f before 3.14.5
        yield pack(order + code, v)
    for b in PATTERNS[code].split():
        b = bytes.fromhex(b)
        yield unpack(order + code, b if big(order) else b[::-1])


def imaginary(code, order):
    part = "f" if code in ("F", "Zf") else "d"
    parts = DOUBLES + NANS if part == "d" else [x for x in DOUBLES if not 1e38 < abs(x) < float("inf")]
    for a, b in zip(parts, parts[::-1]):
        yield pack(order + code, complex(a, b))
    for v in [1, -7, True, 1.5, 10**30, 10**400] + WRONG:
        yield pack(order + code, v)
    words = [bytes.fromhex(b) for b in PATTERNS[part].split()]
    for a, b in zip(words, words[::-1]):
        yield unpack(order + code, a + b if big(order) else a[::-1] + b[::-1])


def big(order):
    return order in (">", "!") or order not in ("<",) and sys.byteorder == "big"


def char(code, order):
    for v in [b"a", b"\0", b"\xff", b"", b"ab", 97, None]:
        yield pack(order + code, v)
    for b in (b"\0", b"a", b"\xff"):
        yield unpack(order + code, b)


def boolean(code, order):
    for v in [True, False, 0, 1, -1, 2**70, 0.0, -0.0, float("nan"), 0j, 1j, b"", b"\0", None, [], [0]]:
        yield pack(order + code, v)
    for b in (b"\0", b"\1") + ((b"\2", b"\x80", b"\xff") if order not in ("", "@") else ()):
        yield unpack(order + code, b)  # a _Bool of C has no other bytes


def string(code, order):
    for n in ("", 0, 1, 2, 5, 257):
        fmt = "%s%s%s" % (order, n, code)
        if (code, n) == ("p", 0):
            yield unpack(fmt, b"")
            continue  # packing it wrote outside the result before 3.13
        for v in [b"", b"a", b"ab", b"abc\0\0"] if n != 257 else [b"B" * 300]:
            yield pack(fmt, v)
        size = struct.calcsize(fmt)
        for first in (0, 1, 4, 255):
            yield unpack(fmt, (bytes([first]) + ramp(size))[:size])
    for v in (1, None):
        yield pack(order + code, v)


GROUPS = [(INTS, integer), (NATIVE, integer), (FLOATS, real), (COMPLEX, imaginary), ("c", char), ("?", boolean), ("sp", string)]


def code(code, order, ask):
    yield {"op": "calcsize", "format": order + code}
    yield from ask(code, order)
    for n in (0, 1, 2, 3, 11):
        fmt = "%s%d%s" % (order, n, code)
        if fmt.endswith("0p") and n == 0:
            continue
        k = 1 if code in ("s", "p") else n
        values, size = [plain(code, 7 + j) for j in range(k + 1)], struct.calcsize(fmt)
        yield {"op": "calcsize", "format": fmt}
        yield pack(fmt, *values[:k])
        yield pack(fmt, *values)
        yield unpack(fmt, (b"\1" * size if code == "?" else ramp(size)) if code in ("c", "?", "s", "p") or code in INTS + NATIVE
                     else struct.pack(fmt, *values[:k]))
    size = struct.calcsize(order + code)
    data = struct.pack(order + code, plain(code, 8))
    for op in ("unpack", "unpack_from", "iter_unpack"):
        for d in (data[:-1], data + b"\0", data + data):
            yield {"op": op, "format": order + code, "hex": hex_of(d)}
    yield {"op": "unpack_from", "format": order + code, "hex": hex_of(b"\x55" + data + b"\x55"), "offset": 1}
    yield {"op": "pack_into", "format": order + code, "hex": "55" * (size + 3), "offset": 1, "values": [tag(plain(code, 8))]}
    yield {"op": "pack_into", "format": order + code, "hex": "55" * (size + 3), "offset": -size - 1, "values": [tag(plain(code, 8))]}
    yield {"op": "pack_into", "format": order + code, "hex": "55" * (size + 3), "offset": 4, "values": [tag(plain(code, 8))]}


def padding(order):
    yield {"op": "calcsize", "format": order + "x"}
    for n in (0, 1, 2, 3, 255):
        fmt = "%s%dx" % (order, n)
        yield pack(fmt)
        yield pack(fmt, 1)
        yield unpack(fmt, ramp(n))
    yield {"op": "pack_into", "format": order + "b2xb", "hex": "55" * 6, "offset": 1, "values": [tag(1), tag(2)]}


def aligned(code, order):
    """A code among others: where it stands, and that nothing pads the end."""
    fmt = "%sb%sb3%sb0%s" % (order, code, code, code)
    k = 1 if code in ("s", "p") else 3
    yield {"op": "calcsize", "format": order + "b" + code}
    yield {"op": "calcsize", "format": order + code + "b"}
    yield {"op": "calcsize", "format": fmt}
    if code != "p":
        more = [b""] if code == "s" else []
        yield pack(fmt, 1, plain(code, 1), 2, *[plain(code, 2 + j) for j in range(k)] + [3] + more)


def structures(orders):
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "..", "testdata", "real_formats.jsonl")) as f:
        formats = [json.loads(line)["format"] for line in f]
    known = {}
    for fmt in formats:  # of those that differ in their counts only, the first
        order = fmt[:1] if fmt[:1] in "@=<>!" else ""
        shape = "".join(c for c in fmt if not c.isdigit())
        if order in orders and shape not in known:
            known[shape] = fmt
    for fmt in known.values():
        found = fields(fmt)
        size = struct.calcsize(fmt)
        if 2 <= len(found) <= 24 and size <= 120:
            values = [plain(c, k) for k, c in enumerate(found)]
            yield pack(fmt, *values)
            yield pack(fmt, *values[:-1])
            yield unpack(fmt, struct.pack(fmt, *values))
    fmt = {"<": "<bBhHiIlLqQefd?c3s4p2x", ">": ">bBhHiIlLqQefd?c3s4p2x", "": "bBhHiIlLqQnNPefd?c3s4p2x", "@": "@c?hilqsPpnfed0q"}.get(orders[0])
    values = [plain(c, k) for k, c in enumerate(fields(fmt))]
    yield {"op": "calcsize", "format": fmt}
    yield {"op": "iter_unpack", "format": fmt, "hex": hex_of(struct.pack(fmt, *values) * 3)}
    yield {"op": "iter_unpack", "format": fmt, "hex": ""}


BAD = """
    <y <3y <i3y <3 <12 <i3 <i,3 <3,i <3Z <0Z <Zq <Z,f <Zz <n <N <P <3n !N <P << <@ @< <i< <i! ,<i i@ =@i <3- <-3i <+3i <1.5i <{} <T{i} <&i <ii: <i* y 3 i3 i! ii< Z Zq
    """.replace("\n", " ").split()


def syntax():
    for f in BAD:
        yield {"op": "calcsize", "format": f.replace(",", " ")}
    for f in ("<i\0", "\0", "<é", "<ié", "<i€", " i", " <i", "<\x0bi\x0ci\ri\n", "< 2i\t3h ", "<i \x1ci", "<", ">", "!", "", " "):
        yield {"op": "calcsize", "format": f}
    for f in (b"<i\xff", b"\xff", b"\x80i"):
        yield {"op": "calcsize", "format_bytes": hex_of(f)}
    for op in ("unpack", "unpack_from", "iter_unpack"):
        yield {"op": op, "format": "<y", "hex": ""}
    yield pack("<y")
    yield {"op": "pack_into", "format": "<y", "hex": "00", "offset": 0, "values": []}


def buffers():
    for fmt, values in (("<ih", (1, 2)), ("<4x", ()), ("<", ()), ("<0s", (b"",)), (">3s2H", (b"ab", 1, 2))):
        size = struct.calcsize(fmt)
        for n in range(len(values) + 3):
            yield pack(fmt, *(values + (1, 2))[:n])
        for n in {0, size - 1, size, size + 1, 2 * size}:
            if n >= 0:
                for op in ("unpack", "unpack_from", "iter_unpack"):
                    yield {"op": op, "format": fmt, "hex": hex_of(ramp(n))}
        for room in (size, size + 3):
            for offset in sorted({0, 1, 3, 4, room, room + 1, -1, -size, 1 - size, -size - 1, -room, -room - 1, 2**31 - 1, -2**31}):
                yield {"op": "unpack_from", "format": fmt, "hex": hex_of(ramp(room)), "offset": offset}
                yield {"op": "pack_into", "format": fmt, "hex": "55" * room, "offset": offset, "values": [tag(v) for v in values]}


def limits():
    most = sys.maxsize
    for f in ("{most}b {more}b {most}h {half}h {halves}h 99999999999999999999 99999999999999999999x x{most}s x{almost}s b{most}x "
              "{most}x{most}x {most}x0q {most}xb <{most}x <{more}x >{most}xb !{half}hx <{most}b0s {half}h0s0s 0s{most}x "
              "6107082938247334i9221070829382473344q").split():
        yield {"op": "calcsize", "format": f.format(most=most, more=most + 1, almost=most - 1, half=most // 2, halves=most // 2 + 1)}


def alike(code, order):
    """Some questions, for a prefix that is another with a known byte order."""
    yield {"op": "calcsize", "format": order + code}
    yield pack(order + code, plain(code, 7))
    yield unpack(order + code, struct.pack(order + code, plain(code, 8)))


def codes(order, *asks):
    """The questions of all codes with a prefix, and whom they are about."""
    for group, special in GROUPS:
        for c in group:
            if group != NATIVE or order in ("", "@"):
                for ask in asks:
                    for req in ask(c, order, special) if ask is code else ask(c, order):
                        yield order + c, req
    for req in padding(order):
        yield order + "x", req


def about(name, requests):
    return ((name, req) for req in requests)


def any_platform():
    return itertools.chain(
        codes("<", code, aligned), codes(">", code, aligned), codes("!", alike, aligned),
        about("structures", structures(["<"])), about("structures", structures([">", "!"])),
        about("syntax", syntax()), about("buffers", buffers()))


def this_platform():
    sizes = "llh0l llh0l0q cZd @cZd cZf b0Zd hxxi bbhbi 0q b0q c0i bhilqnNPefd?cxspFDZfZd".split()
    return itertools.chain(
        codes("@", code, aligned), codes("", alike, aligned), codes("=", alike, aligned),
        about("structures", structures(["", "@"])), about("structures", ({"op": "calcsize", "format": f} for f in sizes)),
        about("limits", limits()))


def main(which):
    sys.stdout.reconfigure(encoding="ascii")
    head = header("CPython's struct module: " + {"any": "every platform", "platform": "this platform"}[which])
    del head["nan"]
    write({"structpack": 1, "suite": VERSION, **head})
    asked = set()
    for name, req in {"any": any_platform, "platform": this_platform}[which]():
        line = answer(req)
        if (key := json.dumps(line)) not in asked:
            asked.add(key)
            write({"about": name, **line})


def write(line):
    print(json.dumps(line, separators=(",", ":")))


main(*sys.argv[1:])
