import struct
def encode(key, value):
    return struct.pack("!L%ds%ds" % (len(key), len(value)), 7, key, value)
def decode(data, n, m):
    flags, key, value = struct.unpack("!L%ds%ds" % (n, m), data)
    return flags, key, value
def numbers(xs):
    return struct.pack("<%dH" % len(xs), *xs)
for i in range(1, 7):
    decode(encode(b"k" * i, b"v" * (i * 3)), i, i * 3)
    numbers(list(range(i)))
