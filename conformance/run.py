"""Ask the struct module of the Python that runs this: python run.py [-v] FILE...

Prints, separated by tabs: what questions are about, how many there are, how many results
are wrong, how many of CPython's exceptions are missed, and how many have another type or
text. -v prints the questions whose results are wrong or exceptions missed.
"""
import binascii
import json
import math
import struct
import sys


def from_bits(bits):
    n = int(bits, 16)
    exponent, fraction = n >> 52 & 2047, n & (1 << 52) - 1
    if exponent == 2047:
        x = struct.unpack(">d", binascii.unhexlify(bits))[0] if fraction else float("inf")
        return x if fraction or n >> 63 == 0 else -x
    x = math.ldexp(float(fraction | (1 << 52 if exponent else 0)), max(exponent, 1) - 1075)
    return -x if n >> 63 else x


def to_bits(x):
    sign = 1 << 63 if math.copysign(1.0, x) < 0 else 0
    if x != x:
        return hexed(struct.pack(">d", x))
    if x in (float("inf"), -float("inf")):
        return "%016x" % (sign | 2047 << 52)
    m, e = math.frexp(abs(x))
    if e < -1021 or x == 0:  # subnormal, or zero
        return "%016x" % (sign | int(math.ldexp(m, e + 1074)))
    return "%016x" % (sign | (e + 1022) << 52 | int(math.ldexp(m, 53)) & (1 << 52) - 1)


def hexed(b):
    return binascii.hexlify(b).decode()


def value(tagged):
    (kind, v), = tagged.items()
    return {"int": int, "float": from_bits, "bytes": binascii.unhexlify, "bool": bool, "none": lambda v: None,
            "complex": lambda v: complex(*map(from_bits, v)), "list": lambda v: list(map(value, v))}[kind](v)


def tagged(v):
    if isinstance(v, bool):
        return {"bool": v}
    if isinstance(v, (int, type(1 << 70))):
        return {"int": "%d" % v}
    if isinstance(v, float):
        return {"float": to_bits(v)}
    if isinstance(v, complex):
        return {"complex": [to_bits(v.real), to_bits(v.imag)]}
    return {"bytes": hexed(v)}


def ask(q):
    f = binascii.unhexlify(q["format_bytes"]) if "format_bytes" in q else q["format"]
    buf = bytearray(binascii.unhexlify(q.get("hex", "")))
    at = [q["offset"]] if "offset" in q else []
    if q["op"] == "calcsize":
        return struct.calcsize(f)
    if q["op"] == "pack":
        return hexed(struct.pack(f, *map(value, q["values"])))
    if q["op"] == "pack_into":
        struct.pack_into(f, buf, *(at + list(map(value, q["values"]))))
        return hexed(buf)
    if q["op"] == "unpack":
        return list(map(tagged, struct.unpack(f, bytes(buf))))
    if q["op"] == "unpack_from":
        return list(map(tagged, struct.unpack_from(f, bytes(buf), *at)))
    return [list(map(tagged, row)) for row in struct.iter_unpack(f, bytes(buf))]


def main(args):
    about, row = None, []
    for q in (json.loads(line) for name in args if name != "-v" for line in open(name)):
        if "op" not in q:
            continue
        if q["about"] != about:
            report(about, row)
            about, row = q["about"], [0, 0, 0, 0]
        try:
            got = ask(q)
            wrong, missed, words = "ok" in q and got != q["ok"], "error" in q, False
        except Exception as e:
            got = "%s: %s" % (type(e).__name__, e)
            wrong, missed, words = "ok" in q, False, "error" in q and got != "%s: %s" % (q["error"], q["message"])
        row = [n + int(more) for n, more in zip(row, (1, wrong, missed, words))]
        if (wrong or missed) and "-v" in args:
            print("%s\tgot %s" % (json.dumps(q), got))
    report(about, row)


def report(about, row):
    if about:
        print("\t".join([about] + list(map(str, row))))


main(sys.argv[1:])
