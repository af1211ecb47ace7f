"""A program that prints what it could see of a recorder, for TestVisible."""
import copy
import gc
import json
import math
import os
import pickle
import random
import signal
import struct
import sys
import threading
import time
from struct import Struct, calcsize, iter_unpack, pack, pack_into, unpack, unpack_from


class Counted(object):
    """A value whose methods count their calls."""
    calls = 0

    def count(self, result):
        Counted.calls += 1
        return result

    def __index__(self):
        return self.count(7)

    def __float__(self):
        return self.count(2.5)

    def __bool__(self):
        return self.count(False)

    def __getattr__(self, name):
        print("asked for", name)
        raise AttributeError(name)


class Number(int):
    def __index__(self):
        return 99

    def __lt__(self, other):
        print("compared")
        return False


class Text(bytes):
    def __len__(self):
        print("measured")
        return 1


class Dropped(object):
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dropped", self.name)


class Packet(Struct):
    def __init__(self, format="<IH"):
        super().__init__(format)
        self.note = "x"

    def pack(self, *values):
        return b"[" + super().pack(*values) + b"]"


class Late(Exception):
    pass


def attempt(name, call):
    try:
        print(name, call())
    except Exception as e:
        print(name, type(e).__name__, e)


def hold():
    buffer = bytearray(b"abcdefgh")
    view = memoryview(buffer)
    first, second = unpack("<HH", view[:4])
    del view
    buffer.extend(b"x")
    kept = Dropped("a value")
    third, = unpack("<H", b"ab")
    del kept
    print("after", first, second, third, len(buffer))
    try:
        kept = Dropped("a value at an error")
        unpack("<H", b"abc")
    except struct.error:
        del kept
    print("after")


def begin(buffer):
    rows = iter_unpack("<B", buffer)
    next(rows)


def timeouts():
    def handler(number, frame):
        raise Late()
    signal.signal(signal.SIGALRM, handler)
    # The loop has a function of its own: CPython 3.13 leaves the jump back of a while
    # out of the try around it, and a signal may arrive just there.
    def loop():
        signal.setitimer(signal.ITIMER_REAL, 0.002)
        end, n = time.time() + 5, 0
        while time.time() < end:
            n += 1
            unpack("<%dH" % (n % 50), b"ab" * (n % 50))
    late = 0
    for k in range(5):
        try:
            loop()
        except Late:
            late += 1
    print("late", late)


def forks():
    running = [True]

    def work():
        n = 0
        while running:
            n += 1
            pack("<%dH" % (n % 20), *range(n % 20))
    threads = [threading.Thread(target=work) for _ in range(1)]
    for t in threads:
        t.start()
    for n in range(3):
        pid = os.fork()
        if pid == 0:
            pack("<H", n)
            os._exit(n)
        print("child", os.waitpid(pid, 0)[1] >> 8)
    running.clear()
    for t in threads:
        t.join()


plain = Struct("<H")
print(json.OWN, hasattr(random, "OWN"), "ast" in sys.modules, "\d")
print(pack("<HB", Counted(), Counted()), pack("<d", Counted()), pack("<?", Counted()), Counted.calls)
print([pack("<B", Number(n)) for n in range(3)], [len(pack("<4s", Text(b"abc"))) for n in range(3)] if sys.implementation.name != "pypy" else "")
for name, call in [
    ("an attribute", lambda: hasattr(plain, "__dict__")),
    ("no arguments", lambda: pack()), ("no buffer", lambda: unpack("<H")), ("another keyword", lambda: unpack_from("<H", nope=1)),
    ("pack's keyword", lambda: pack("B", 1, x=2)), ("unpack's keyword", lambda: plain.unpack(x=b"ab")), ("pack's keyword", lambda: plain.pack(x=1)),
    ("buffer", lambda: unpack_from("<H", buffer=b"abcd", offset=1)), ("buffer", lambda: plain.unpack_from(buffer=b"abcd", offset=2)),
    ("offset", lambda: plain.unpack_from(b"ab", offset=9)), ("huge offset", lambda: unpack_from("<H", b"ab", 10 ** 30)),
    ("no bytes", lambda: plain.unpack_from()), ("read only", lambda: pack_into("B", b"abc", 0, 1)), ("no format", lambda: pack(3, 1)),
    ("a bad format", lambda: calcsize("y")), ("a huge number", lambda: pack("<I", 10 ** 5000)), ("a Struct", lambda: pack(plain, 1)),
    ("pickle", lambda: pickle.loads(pickle.dumps(pack)) is pack), ("copy", lambda: copy.deepcopy(unpack) is unpack),
    ("names", lambda: (pack.__name__, Struct.__name__, Struct.__module__, type(iter_unpack("B", b"a")).__name__, repr(pack), repr(Struct))),
    ("sizes", lambda: sys.implementation.name == "pypy" or sys.getsizeof(plain) < 200), ("equal", lambda: pack == struct.pack),
    ("subclass", lambda: (Packet().pack(1, 2), Packet().size, Packet().note)),
]:
    attempt(name, call)
if sys.implementation.name != "pypy":
    gc.disable()
    hold()
    buffer = bytearray(9)
    begin(buffer)
    buffer.extend(b"x")
buffer, rows = bytearray(b"abcdefgh"), []
for row in iter_unpack("<BB", buffer):
    rows.append(row)
    buffer[:] = b"zzzzzzzz"
print(rows, math.pi > 3)
if hasattr(os, "fork"):
    timeouts()
    forks()
os.chdir(os.sep)
