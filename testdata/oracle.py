#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Ask CPython's struct module, and write down what it answers.

    oracle.py                    answer requests: JSON lines in, JSON lines out
    oracle.py --answers          the same for a program: answers without their
                                 requests, all of them sent at an empty line
    oracle.py FORMAT...          write fixtures for formats of your own to stdout
    oracle.py --formats          the same for those in a JSON array on standard input
    oracle.py --generate DIR     write the fixtures of this directory

A request is {"op": ..., "format": ...} with, depending on op (calcsize, pack,
pack_into, unpack, unpack_from, iter_unpack), "values": [tagged values],
"hex": a buffer, "offset": an integer. "format_bytes" gives the format in hex.
The answer is the request with {"ok": result}, or {"error": the exception's
name, "message": its text} and for pack_into "buffer": what the failed call left.

A tagged value is {"int": "-12"}, {"float": the 64 bits in hex}, {"complex":
[bits, bits]}, {"bytes": hex}, {"str": text}, {"bool": true}, {"none": true},
{"object": true}, which no code but ? takes, or {"list": [...]}. "times": n
repeats "values" or "hex" n times.

Answers with CPython 2.7 and later, and writes fixtures with 3.6 and later; the
fixtures beside it are from 3.15.
"""
from __future__ import print_function

import binascii
import itertools
import json
import numbers
import os
import platform
import struct
import sys
import warnings

if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)
warnings.simplefilter("ignore")  # 2.7 has some for what later versions refuse


def hex_of(b):
    return binascii.hexlify(b).decode("ascii")


def unhex(h):
    return binascii.unhexlify(h.encode("ascii"))


def float_of(bits):
    return struct.unpack(">d", unhex(bits))[0]


def bits_of(x):
    return hex_of(struct.pack(">d", x))


UNTAG = {
    "int": int,
    "float": float_of,
    "complex": lambda v: complex(float_of(v[0]), float_of(v[1])),
    "bytes": unhex,
    "str": lambda v: v,
    "bool": lambda v: v,
    "none": lambda v: None,
    "object": lambda v: object(),
    "list": lambda v: [untag(x) for x in v],
}


def untag(t):
    (kind, v), = t.items()
    return UNTAG[kind](v)


def tag(v):
    if v is None:
        return {"none": True}
    if isinstance(v, bool):
        return {"bool": v}
    if isinstance(v, numbers.Integral):
        return {"int": str(v)}
    if isinstance(v, float):
        return {"float": bits_of(v)}
    if isinstance(v, complex):
        return {"complex": [bits_of(v.real), bits_of(v.imag)]}
    if isinstance(v, bytes):
        return {"bytes": hex_of(v)}
    if isinstance(v, str):
        return {"str": v}
    return {"list": [tag(x) for x in v]}


def run(req):
    """The result of one request, as JSON; raises what struct raises."""
    op = req["op"]
    if op == "header":
        return header("")
    fmt = unhex(req["format_bytes"]) if "format_bytes" in req else req["format"]
    buf = bytearray(unhex(req.get("hex", "")) * req.get("times", 1))
    values = list(map(untag, req.get("values", ()))) * req.get("times", 1)
    offset = [req["offset"]] if "offset" in req else []
    if op == "calcsize":
        return struct.calcsize(fmt)
    if op == "pack":
        return hex_of(struct.pack(fmt, *values))
    if op == "pack_into":
        try:
            struct.pack_into(fmt, buf, *(offset + values))
        finally:
            req["buffer"] = hex_of(buf)
        return req.pop("buffer")
    if op == "unpack":
        return [tag(v) for v in struct.unpack(fmt, bytes(buf))]
    if op == "unpack_from":
        return [tag(v) for v in struct.unpack_from(fmt, bytes(buf), *offset)]
    if op == "iter_unpack":
        return [[tag(v) for v in row] for row in struct.iter_unpack(fmt, bytes(buf))]
    # The rest is for many floats at once, bits beside bits.
    if op == "floats_both":
        n = len(buf) // struct.calcsize("<" + fmt)
        values = struct.unpack(">%d%s" % (n, fmt), bytes(buf))
        if struct.pack(">%d%s" % (n, fmt), *values) != buf:
            raise ValueError("packs to other bytes")
        return hex_of(struct.pack(">%dd" % n, *values))
    if op == "floats_pack":
        values = struct.unpack(">%dd" % (len(buf) // 8), bytes(buf))
        return hex_of(struct.pack(">%d%s" % (len(values), fmt), *values))
    raise KeyError(op)


def answer(req):
    try:
        req["ok"] = run(req)
    except (struct.error, AttributeError, IndexError, OverflowError, TypeError, ValueError, SystemError, MemoryError) as e:
        req["error"], req["message"] = type(e).__name__, str(e)
    return req


def header(about):
    return {
        "about": about,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "byteorder": sys.byteorder,
        "long": struct.calcsize("l"),
        "pointer": struct.calcsize("P"),
        "align8": struct.calcsize("bq") - 8,
        # What becomes of signalling NaNs: in the C compiler's cast from float
        # to double, and as a Python float.
        "nan": {
            "cast": bits_of(struct.unpack("@f", struct.pack("@I", 0x7f812345))[0]),
            "double": bits_of(float_of("7ff0000000000001")),
        },
    }


# ---- requests ----------------------------------------------------------------

INTS = "bBhHiIlLqQ"
NATIVE = "nNP"
FLOATS = "efd"
COMPLEX = ["F", "D", "Zf", "Zd"]
ORDERS = ["", "@", "=", "<", ">", "!"]
NOT_NUMBERS = [None, [1], "1", b"1"]

EDGES = sorted({0, 1, 100, -100, 10**30, -10**30} | {
    sign * 2**k + d for k in (7, 8, 15, 16, 31, 32, 63, 64) for d in (-1, 0, 1) for sign in (1, -1)})

DOUBLES = [float_of(b) for b in """
    0000000000000000 8000000000000000 3ff8000000000000 bff8000000000000
    0000000000000001 800fffffffffffff 0010000000000000 7fefffffffffffff
    47efffffe0000000 47efffffefffffff 47effffff0000000 c7effffff0000000
    36a0000000000000 3690000000000000 3690000000000001 380fffffffffffff
    3810000000000000 3ff0000010000000 3ff0000030000000 3ff0000010000001
    40effc0000000000 40effdffffffffff 40effe0000000000 c0effe0000000000
    3e70000000000000 3e60000000000000 3e60000000000001 3f10000000000000
    3f0ff80000000000 3ff0020000000000 3ff0060000000000 3ff0020000000001
    7ff0000000000000 fff0000000000000
    7ff8000000000000 fff8000000000000 7ff0000000000001 fff7ffffffffffff
    7ff0000020000000 7ff0040000000000 7ff8000000000001 ffffffffffffffff
    fff4000000000000 7ff00000e0000000 7ffc000123456789
    """.split()]
NUMBERS = DOUBLES + [0, 1, -7, True, 2**53 + 1, 2**64, -2**63 - 1, 10**308, -10**400, 2**1024 - 2**970, 2**1024 - 2**970 - 1]
STRINGS = [b"", b"a", b"ab", b"abc\0", bytes(range(20)), bytes([255] * 255), bytes([65] * 256), bytes([66] * 300)]


def codes(order):
    return itertools.chain(INTS, NATIVE if order in ("", "@") else "", FLOATS, COMPLEX, "c?sp")


def pack(fmt, *values):
    return {"op": "pack", "format": fmt, "values": [tag(v) for v in values]}


def unpack(fmt, data):
    return {"op": "unpack", "format": fmt, "hex": hex_of(data)}


def edges(code):
    """Values that fit a code, and values that just do not."""
    if code in INTS or code in NATIVE:
        return EDGES + [True, 1.0, 1j] + NOT_NUMBERS + [-1]
    if code in FLOATS:
        return NUMBERS + [1j] + NOT_NUMBERS
    if code in COMPLEX:
        return NUMBERS[::3] + [2**200, -2**200, -2**1100] + [complex(a, b) for a, b in zip(DOUBLES, reversed(DOUBLES))] + NOT_NUMBERS
    if code == "c":
        return [b"a", b"\xff", b"", b"ab", 97, "a", None]
    if code == "?":
        return [True, False, 0, 1, 2**70, 0.0, -0.0, float("nan"), 0j, 1j, "", "0", b"", b"\0", None, [], [0]]
    return STRINGS + ["abc", 1, None]


def plain(code, k=0):
    """A value that fits."""
    if code == "c":
        return bytes([97 + k % 26])
    if code in "sp":
        return b"spam"
    if code == "?":
        return k % 2 == 0
    if code in COMPLEX:
        return complex(k, -0.5)
    if code in FLOATS:
        return k + 0.5
    return k % 100


def ramp(n):
    return bytes((37 * i + 11) % 256 for i in range(n))


def integers():
    for order in ORDERS:
        for code in codes(order):
            if code in INTS or code in NATIVE:
                for v in edges(code):
                    yield pack(order + code, v)
                size = struct.calcsize(order + code)
                for data in (bytes(size), b"\xff" * size, b"\x80" + bytes(size - 1), bytes(size - 1) + b"\x80", ramp(size)):
                    yield unpack(order + code, data)


def floats():
    for order in ("@", "<", ">"):
        for code in itertools.chain(FLOATS, COMPLEX):
            for v in edges(code):
                yield pack(order + code, v)
    patterns = {
        "e": "0000 8000 0001 83ff 0400 7bff 7c00 fc00 7c01 7e00 fdff ffff",
        "f": "00000000 80000000 00000001 807fffff 00800000 7f7fffff 7f800000 ff800000 7f800001 7fc00000 ffbfffff ffffffff 7fc12345",
        "d": "0000000000000000 8000000000000000 0000000000000001 7fefffffffffffff 7ff0000000000000 "
             "7ff0000000000001 fff8000000000000 fff7ffffffffffff ffffffffffffffff",
    }
    for code, bits in patterns.items():
        for b in map(unhex, bits.split()):
            yield unpack(">" + code, b)
            yield unpack("<" + code, b[::-1])
    for code, part in (("F", "f"), ("Zf", "f"), ("D", "d"), ("Zd", "d")):
        words = [unhex(b) for b in patterns[part].split()]
        for a, b in zip(words, reversed(words)):
            yield unpack(">" + code, a + b)
            yield unpack("<" + code, a[::-1] + b[::-1])


def halves():
    """Every half float, both ways, and what lies between each two of a sample."""
    for start in range(0, 65536, 256):
        yield {"op": "floats_both", "format": "e", "hex": hex_of(b"".join(struct.pack(">H", h) for h in range(start, start + 256)))}
    doubles = [struct.unpack(">e", struct.pack(">H", h))[0] for h in range(65536)]
    near = []
    for h in range(0, 0x7bff, 7):
        middle, = struct.unpack(">Q", struct.pack(">d", (doubles[h] + doubles[h + 1]) / 2))
        near += [struct.pack(">Q", middle + d | sign << 63) for d in (-1, 0, 1) for sign in (0, 1)]
    for i in range(0, len(near), 256):
        yield {"op": "floats_pack", "format": "e", "hex": hex_of(b"".join(near[i:i + 256]))}


def strings():
    for order in ("", "<"):
        for code in "c?":
            for v in edges(code):
                yield pack(order + code, v)
        for code in "sp":
            for n in ("", 0, 1, 2, 3, 4, 255, 256, 257, 300):
                if (code, n) != ("p", 0):
                    for v in edges(code):
                        yield pack("%s%s%s" % (order, n, code), v)
    for n in (0, 1, 2, 5, 256, 300):
        for first in (0, 1, 4, 255):
            yield unpack("%ds" % n, (bytes([first]) + ramp(n))[:n])
            yield unpack("%dp" % n, (bytes([first]) + ramp(n))[:n])
    for b in range(256):
        yield unpack("?", bytes([b]))
        yield unpack("c", bytes([b]))


def counts():
    for order in ORDERS:
        for code in codes(order):
            for n in (0, 1, 2, 255, 256):
                fmt = "%s%d%s" % (order, n, code)
                if fmt.endswith("0p") and n == 0:
                    continue
                k = 1 if code in "sp" else n
                value, size = tag(plain(code, 7)), struct.calcsize(fmt)
                yield {"op": "pack", "format": fmt, "values": [value], "times": k}
                yield {"op": "pack", "format": fmt, "values": [value], "times": k + 1}
                if n < 255 or code in "sp":
                    yield unpack(fmt, ramp(size))
                elif order in ("@", ">"):
                    yield {"op": "unpack", "format": fmt, "hex": hex_of(ramp(size // n)), "times": n}
        for n in (0, 1, 2, 255, 256):
            yield pack("%s%dx" % (order, n))
            yield unpack("%s%dx" % (order, n), ramp(n))


BAD = """
    y 3y i3y 3 12 i3 i,3 Z 3Z 0Z Zq Z,f Zz <Z <n <N >P =n !N << <@ @< i< i! ,<i i@ 3,i 3- -3i +3i 1.5i {} T{i} &i ii: i* hh\xff
    9223372036854775807b 9223372036854775808b 9223372036854775807h 4611686018427387904h 4611686018427387903h
    99999999999999999999 99999999999999999999x x9223372036854775806s x9223372036854775807s b9223372036854775807x
    9223372036854775800x9223372036854775800x 9223372036854775807x0q 9223372036854775800xq <9223372036854775800xq
    9223372036854775807xb b9223372036854775800xq 1152921504606846975q 1152921504606846976q
    9223372036854775807b0s 9223372036854775806b0p0s 9223372036854775806b0s 4611686018427387903h0s0s 0s9223372036854775807x
    """.replace("\n", " ").split()


def formats():
    for f in BAD:
        yield {"op": "calcsize", "format": f.replace(",", " ")}
    for f in ("i\0", "\0", "\0i", "y\0", "é", "ié", "éé", "iéé", "i€", "i😀", "é\0", "\0é", "yé", "Z\0", " i", "\ti", "<\x0bi\x0ci\ri\n", " <i", "< 2i\t3h ", "i \x1ci", "i\x85", "<", "", " "):
        yield {"op": "calcsize", "format": f}
    for f in (b"i\xff", b"\xff", b"i\xc3", b"\x80i", b"i\0\xff"):
        yield {"op": "calcsize", "format_bytes": hex_of(f)}
    for order in ORDERS:
        for code in itertools.chain("x", INTS, NATIVE, FLOATS, COMPLEX, "c?sp"):
            yield {"op": "calcsize", "format": order + code}
            yield {"op": "calcsize", "format": order + "b" + code}
            yield {"op": "calcsize", "format": order + "b3" + code + "b0" + code}
    for f in ("llh0l", "llh0l0q", "cZd", "@cZd", "cZf", "<cZd", "b0Zd", "hxxi", "bbhbi", "0q", "b0q", "ci", "ic", "c0i", "bhilqnNPefd?cxspFDZfZd"):
        yield {"op": "calcsize", "format": f}


def buffers():
    """Counts of values, sizes of buffers, and offsets."""
    for fmt, values in (("<ih", (1, 2)), ("@bi", (1, 2)), ("4x", ()), ("", ()), ("0s", (b"",)), ("3s2H", (b"ab", 1, 2))):
        size = struct.calcsize(fmt)
        for n in range(len(values) + 3):
            yield pack(fmt, *(values + (1, 2))[:n])
            yield {"op": "pack_into", "format": fmt, "hex": "55" * (size + 2), "offset": 1, "values": [tag(v) for v in (values + (1, 2))[:n]]}
        for n in (0, size - 1, size, size + 1, 2 * size, 2 * size + 1):
            if n >= 0:
                yield unpack(fmt, ramp(n))
                yield {"op": "unpack_from", "format": fmt, "hex": hex_of(ramp(n))}
                yield {"op": "iter_unpack", "format": fmt, "hex": hex_of(ramp(n))}
        for room in (0, size, size + 3):
            offsets = {0, 1, 2, 3, 4, room, room + 1, -1, -size, 1 - size, -size - 1, -room, -room - 1, 1 - room,
                       2**63 - 1, 2**63 - 8, -2**63, 1 - 2**63, 2**31, -2**31}
            for offset in sorted(offsets):
                yield {"op": "unpack_from", "format": fmt, "hex": hex_of(ramp(room)), "offset": offset}
                yield {"op": "pack_into", "format": fmt, "hex": "55" * room, "offset": offset, "values": [tag(v) for v in values]}
    for values in ((1, None, b"ab"), (2**40, 3, b"ab"), (1, 2**17, b"ab"), (1, 2, 3)):
        yield {"op": "pack_into", "format": "<bH2s", "hex": "55" * 8, "offset": 2, "values": [tag(v) for v in values]}


def fields(fmt):
    """The codes of a good format, one for each value."""
    found, i = [], 0
    body = fmt.lstrip("@=<>!")
    while i < len(body):
        count = ""
        while body[i].isdigit():
            count += body[i]
            i += 1
        code = body[i:i + 2] if body[i] == "Z" else body[i]
        i += len(code)
        if not code.isspace() and code != "x":
            found += [code] * (1 if code in "sp" else int(count or 1))
    return found


def cases(fmt, every=4):
    """Requests for any format: good values, each edge of each value, buffers."""
    yield {"op": "calcsize", "format": fmt}
    try:
        size = struct.calcsize(fmt)
    except (struct.error, ValueError):
        return
    if size > 1 << 20 or "0p" in fmt:
        return
    found = fields(fmt)
    good = [plain(c, k) for k, c in enumerate(found)]
    yield pack(fmt, *good)
    yield pack(fmt, *good[:-1])
    yield pack(fmt, *good + [0])
    for k, c in enumerate(found[:8]):
        for v in edges(c)[k % every::every]:
            yield pack(fmt, *good[:k] + [v] + good[k + 1:])
    for data in (bytes(size), b"\xff" * size, ramp(size), ramp(size + 1), ramp(size)[:-1]):
        yield unpack(fmt, data)
    yield {"op": "iter_unpack", "format": fmt, "hex": hex_of(ramp(3 * size))}
    yield {"op": "unpack_from", "format": fmt, "hex": hex_of(ramp(size + 5)), "offset": 3}
    yield {"op": "pack_into", "format": fmt, "hex": "55" * (size + 5), "offset": -size - 2, "values": [tag(v) for v in good]}


def own(fmt):
    """Requests for a format of the user's own. Of a very large one each case would have
    all of it, so there is one case only."""
    try:
        large = struct.calcsize(fmt) > 1 << 16 or len(fields(fmt)) > 1 << 12
    except (struct.error, ValueError):
        large = False
    return [{"op": "calcsize", "format": fmt}] if large else cases(fmt)


def real():
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "real_formats.jsonl")) as f:
        for line in f:
            fmt = json.loads(line)["format"]
            for req in cases(fmt, every=15):
                if len(req.get("values", ())) <= 64 and len(req.get("hex", "")) <= 1024:
                    yield req


def last():
    """0p: CPython writes a byte beside the result, so these come at the very end."""
    yield {"op": "calcsize", "format": "0p"}
    yield unpack("<0p", b"")
    yield unpack("<b0pb", b"\x01\x02")
    yield pack("<0p", b"abc")
    yield pack("<0p", 1)


FILES = {
    "formats": (formats, "which formats are right, how large they are, and what is wrong with the others"),
    "integers": (integers, "every integer code and prefix with the limits of every size and one beyond"),
    "floats": (floats, "float and complex codes with corner cases, NaN payloads and values of other types"),
    "halves": (halves, "every half float both ways, and numbers halfway between two of them; floats_both answers the bits of doubles and has packed them back to the same halves, floats_pack takes doubles; all big-endian"),
    "strings": (strings, "c ? s p"),
    "counts": (counts, "every code and prefix with repeat counts"),
    "buffers": (buffers, "numbers of values, sizes of buffers, offsets"),
    "real": (real, "the formats of real programs that real_formats.jsonl names"),
    "last": (last, "0p"),
}


def write(out, about, requests):
    print(json.dumps(header(about)), file=out)
    for req in requests:
        print(json.dumps(answer(req)), file=out)


def handle_line(line):
    """For a host that reads the lines itself, as one of pyodide does."""
    a = answer(json.loads(line))
    if "--answers" in sys.argv:
        a = {k: a[k] for k in ("ok", "error", "message", "buffer") if k in a}
    return json.dumps(a)


def main(args):
    if args == ["--answers"]:
        for line in iter(sys.stdin.readline, ""):
            if line.strip():
                print(handle_line(line))
            else:
                sys.stdout.flush()
    elif args[:1] == ["--generate"]:
        for name, (requests, about) in FILES.items():
            with open(os.path.join(args[1], name + ".jsonl"), "w") as out:
                write(out, about, requests())
    elif args == ["--formats"]:
        write(sys.stdout, "formats of the user's own", itertools.chain.from_iterable(map(own, json.load(sys.stdin))))
    elif args:
        write(sys.stdout, "formats of the user's own", itertools.chain.from_iterable(map(own, args)))
    else:
        for line in sys.stdin:
            print(handle_line(line))
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
