"""Packs readings of sensors into frames, and reads them back."""
import struct
from collections import namedtuple

HEADER = struct.Struct("!HBI")
Reading = namedtuple("Reading", "sensor celsius millivolts")


def write(station, readings):
    body = b"".join(struct.pack("!Bfh", r.sensor, r.celsius, r.millivolts) for r in readings)
    return HEADER.pack(station, len(readings), len(body)) + body


def read(frame):
    station, count, length = HEADER.unpack_from(frame)
    return station, [Reading._make(row) for row in struct.iter_unpack("!Bfh", frame[HEADER.size:])]


for n in range(100):
    station, readings = read(write(n, [Reading(i, n / 4 - i, 300 - n) for i in range(3)]))
