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


def double(bits):  # not by struct, which is what is asked
    n = int(bits, 16)
    exponent, fraction = n >> 52 & 2047, n & (1 << 52) - 1
    if exponent == 2047:
        x = struct.unpack(">d", binascii.unhexlify(bits))[0] if fraction else float("inf")
    else:
        x = math.ldexp(float(fraction | (exponent > 0) << 52), max(exponent, 1) - 1075)
    return -x if n >> 63 and x == x else x


def bits(x):
    if x != x:
        return hexed(struct.pack(">d", x))
    m, e = math.frexp(abs(x))
    least = max(e, -1021)  # of a normal number
    n = 0 if x == 0 else 2047 << 52 if abs(x) == float("inf") else (least + 1021 << 52) + int(math.ldexp(m, 53 + e - least))
    return "%016x" % (n | (math.copysign(1.0, x) < 0) << 63)


def hexed(b):
    return binascii.hexlify(b).decode()


def value(tagged):
    (kind, v), = tagged.items()
    return {"int": int, "float": double, "bytes": binascii.unhexlify, "bool": bool, "none": lambda v: None,
            "complex": lambda v: complex(*map(double, v)), "list": lambda v: list(map(value, v))}[kind](v)


def tagged(v):
    for kinds, kind, form in ((bool, "bool", bool), ((int, type(1 << 70)), "int", "{0}".format), (float, "float", bits),
                              (complex, "complex", lambda v: [bits(v.real), bits(v.imag)]), (bytes, "bytes", hexed)):
        if isinstance(v, kinds):
            return {kind: form(v)}


def ask(q):
    op, buf, values = q["op"], bytearray(binascii.unhexlify(q.get("hex", ""))), list(map(value, q.get("values", [])))
    args = [binascii.unhexlify(q["format_bytes"]) if "format_bytes" in q else q["format"]]
    args += {"calcsize": [], "pack": [], "pack_into": [buf]}.get(op, [bytes(buf)])
    got = getattr(struct, op)(*(args + ([q["offset"]] if "offset" in q else []) + values))
    if op == "iter_unpack":
        return [list(map(tagged, row)) for row in got]
    return list(map(tagged, got)) if "unpack" in op else got if op == "calcsize" else hexed(got or buf)


def main(verbose, names):
    rows = []
    for q in (json.loads(line) for name in names for line in open(name)):
        if "op" not in q:
            continue
        if not rows or rows[-1][0] != q["about"]:
            rows.append([q["about"], 0, 0, 0, 0])
        try:
            got = ask(q)
            kind = 2 if "ok" in q and got != q["ok"] else 3 if "error" in q else None
        except Exception as e:
            got = "%s: %s" % (type(e).__name__, e)
            kind = 2 if "ok" in q else 4 if got != "%(error)s: %(message)s" % q else None
        rows[-1][1] += 1
        if kind:
            rows[-1][kind] += 1
        if verbose and kind in (2, 3):
            print("%s\tgot %s" % (json.dumps(q), got))
    for row in rows:
        print("\t".join(map(str, row)))


main("-v" in sys.argv, [name for name in sys.argv[1:] if name != "-v"])
