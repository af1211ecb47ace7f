"""A program that uses struct in every way, for TestRecord."""
import multiprocessing
import os
import struct
import subprocess
import sys
import threading
from collections import namedtuple
from struct import Struct, iter_unpack as each, pack as p, unpack

HEADER = struct.Struct("!HBI")
Point = namedtuple("Point", "x y")
FIELDS = ["left", "right"]


class Frame(object):
    layout = struct.pack  # no method, as the function of C is none

    def __init__(self, seq):
        self.seq = seq

    def send(self, body):
        return struct.pack("!IH", self.seq, len(body)) + body


class Own(Struct):
    def __new__(cls, order):
        return super().__new__(cls, order + "hh")

    def __init__(self, order):
        super().__init__(order + "hh")


def parse(data):
    msg_id, kind, size = HEADER.unpack(data)
    return msg_id + kind + size


def pair(data):
    return unpack("<BB", data)


def child():
    struct.pack("<q", 7)


def main():
    total = 0
    for number in range(5000):
        total += parse(HEADER.pack(number, number % 7, number * 3))
    print(total)
    print(Frame(7).send(b"body"))
    print(Point._make(unpack("<hh", b"\1\0\2\0")))
    print(dict(zip(FIELDS, unpack(">HH", b"\0\1\0\2"))))
    first, second = pair(b"ab")
    values = struct.unpack_from("<IHB", b"12345678901", 3)
    address, port = values[0], values[1]
    one = struct.unpack("<Q", b"12345678")[0]
    print(first, second, address, port, one)
    for key, value in each("<HB", bytes(range(9))):
        print(key, value)
    some = struct.iter_unpack(b"<H", bytes(range(8)))
    print(next(some))
    del some
    buffer = bytearray(8)
    struct.pack_into("<HB", buffer, -5, one & 0xff, port % 5)
    print(bytes(buffer), struct.calcsize("@llh0l"))
    print(Frame(1).layout("<B", 1), Own("<").pack(1, 2), isinstance(Own("<"), struct.Struct))
    for bad in (lambda: p("B", 300), lambda: struct.unpack("<I", b"1"), lambda: HEADER.pack(1), lambda: p("y")):
        try:
            bad()
        except struct.error:
            print("error")
    thread = threading.Thread(target=child)
    thread.start()
    thread.join()
    print(subprocess.check_output([sys.executable, "-c", "import struct; print(struct.unpack('<f', b'abcd'))"]))
    if hasattr(os, "fork"):
        pid = os.fork()
        if pid == 0:
            struct.pack("<d", 1.5)
            os._exit(0)
        os.waitpid(pid, 0)
        spawned = multiprocessing.get_context("fork").Process(target=child)
        spawned.start()
        spawned.join()
    print(sys.stdin.readline().strip(), sys.argv[1:], __name__, type(struct.pack).__name__ != "", struct.error.__name__)


main()
sys.exit(3)
