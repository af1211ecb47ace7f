"""Times struct.Struct on the records of bench/records.go; prints JSON."""
import json
import struct
import sys
import timeit

RECORDS = {
    "!ci4sf": (b"a", -70000, b"spam", 2.5),
    "!HHIIBBHHH": (1000, 2000, 70000, 80000, 5, 6, 3000, 4000, 5000),
    "<bBhHiIqQfd?8s2xbBhHiIqQ": (
        -5, 200, -3000, 60000, -70000, 4000000000, -1 << 40, 1 << 63, 1.5, 2.5, True, b"abcdefgh",
        -5, 200, -3000, 60000, -70000, 4000000000, -1 << 40, 1 << 63),
}


def nanoseconds(statement, names):
    n = 20000
    return timeit.Timer(statement, globals=names).timeit(n) / n * 1e9


def main():
    times = {"version": sys.version.split()[0]}
    for fmt, values in RECORDS.items():
        s = struct.Struct(fmt)
        names = {"v%d" % i: v for i, v in enumerate(values)}
        args = ", ".join(names)
        names.update(pack_into=s.pack_into, pack=s.pack, unpack_from=s.unpack_from, unpack=s.unpack,
                     buf=bytearray(s.size), data=s.pack(*values))
        times[fmt] = {
            "pack": nanoseconds("pack_into(buf, 0, %s)" % args, names),
            "unpack": nanoseconds("unpack_from(data)", names),
        }
    json.dump(times, sys.stdout)


main()
