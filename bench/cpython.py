"""Times CPython's struct and array on the jobs of bench, whose headings are the lines of its
input; prints a line of JSON for each."""
import array
import collections
import json
import re
import struct
import sys
import timeit

RECORDS = {
    "!ci4sf": (b"a", -70000, b"spam", 2.5),
    "!HHIIBBHHH": (1000, 2000, 70000, 80000, 5, 6, 3000, 4000, 5000),
    "<bBhHiIqQfd?8s2xbBhHiIqQ": (
        -5, 200, -3000, 60000, -70000, 4000000000, -1 << 40, 1 << 63, 1.5, 2.5, True, b"abcdefgh",
        -5, 200, -3000, 60000, -70000, 4000000000, -1 << 40, 1 << 63),
    "<IhBd": (70000, -30, 66, 99.25),
}


def nanoseconds(statement, names, n=100000):
    return timeit.Timer(statement, globals=names).timeit(n) / n * 1e9


def counting(n):
    return bytes((i * 37 + 11) & 255 for i in range(n))


def record(fmt, what):
    s = struct.Struct(fmt)
    values = RECORDS.get(fmt) or s.unpack(counting(s.size))
    names = {"v%d" % i: v for i, v in enumerate(values)}
    args = ", ".join(names)
    names.update(pack_into=s.pack_into, unpack_from=s.unpack_from, buf=bytearray(s.size), data=s.pack(*values))
    if what == "pack":
        yield "pack_into", nanoseconds("pack_into(buf, 0, %s)" % args, names)
        names.update(pack=s.pack)
        yield "pack", nanoseconds("pack(%s)" % args, names)
    else:
        yield "unpack_from", nanoseconds("unpack_from(data)", names)


def batch(fmt, n, what):
    s = struct.Struct(fmt)
    values = [RECORDS[fmt]] * n
    if what == "pack":
        names = {"pack_into": s.pack_into, "buf": bytearray(s.size * n), "values": values, "size": s.size}
        yield "pack_into in a loop", nanoseconds(
            "o = 0\nfor v in values:\n pack_into(buf, o, *v)\n o += size", names, max(1, 30000 // n)) / n
    else:
        names = {"iter_unpack": s.iter_unpack, "data": s.pack(*values[0]) * n, "deque": collections.deque}
        yield "iter_unpack, values dropped", nanoseconds("deque(iter_unpack(data), 0)", names, max(1, 30000 // n)) / n
        yield "iter_unpack into a list", nanoseconds("list(iter_unpack(data))", names, max(1, 30000 // n)) / n


def numbers(fmt, what):
    n = int(fmt[1:-1])
    a = array.array(fmt[-1], range(n))
    swap = (fmt[0] == ">") == (sys.byteorder == "little")
    s = struct.Struct(fmt)
    names = {"s": s, "a": a, "array": array.array, "code": fmt[-1], "data": s.pack(*a), "buf": bytearray(s.size)}
    if what == "pack":
        yield "pack_into", nanoseconds("s.pack_into(buf, 0, *a)", names, 1) / n
        yield "array", nanoseconds("b = array(code, a)\n%s\nbuf[:] = b" % ("b.byteswap()" if swap else ""), names, 1) / n
    else:
        yield "unpack", nanoseconds("s.unpack(data)", names, 1) / n
        yield "array", nanoseconds("b = array(code)\nb.frombytes(data)\n%s" % ("b.byteswap()" if swap else ""), names, 1) / n


def loop(fmt, n):
    s = struct.Struct(fmt)
    data = s.pack(*RECORDS[fmt]) * n if fmt in RECORDS else counting(s.size * n)
    yield "a loop over iter_unpack", nanoseconds("for r in iter_unpack(data): pass", {"iter_unpack": s.iter_unpack, "data": data}, 20) / n


def formats(n, what):
    """Uses n formats in turn, as formatsJobs of bench does."""
    if what == "pack":
        f = ["!L%ds%ds" % (1 + i // 300, 1 + i % 300) for i in range(n)]
        statement = "for f in formats: pack(f, 70000, b'key', b'value')"
    else:
        f = ["<I%ds%dH%dB" % (1 + i // 64 % 1600, 1 + i % 8, 1 + i // 8 % 8) for i in range(n)]
        statement = "for f in formats: unpack_from(f, data, 0)"
    names = {"formats": f, "pack": struct.pack, "unpack_from": struct.unpack_from, "data": counting(4096)}
    yield what if what == "pack" else "unpack_from", nanoseconds(statement, names, max(1, 20000 // n)) / n


def job(heading):
    words = heading.replace(",", "").replace("`", "").split()
    times = []
    if words[1].startswith("format"):
        times = formats(int(words[0]), words[-1])
    elif words[-1] == "compile":
        times = [("Struct", nanoseconds("Struct(f)", {"Struct": struct.Struct, "f": words[0]}))]
    elif words[-1] == "IterUnpack":
        times = loop(words[0], int(words[2]))
    elif words[0] in RECORDS and "×" in words:
        times = batch(words[0], int(words[2]), words[-1])
    elif re.fullmatch("[<>]\\d+[id]", words[0]):
        times = numbers(words[0], words[-1])
    elif words[-1] in ("pack", "unpack") and re.match("[@=<>!]", words[0]):
        times = record(words[0], words[-1])
    return [{"Name": name, "Nanoseconds": t} for name, t in times]


for line in sys.stdin:
    print(json.dumps(job(line)), flush=True)
