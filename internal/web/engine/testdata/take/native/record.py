import struct

# The bytes of ilp32-be: Python knows the platform that it runs on, and no other.
record = struct.Struct('@bhxd3s2I0q')  # 32 bytes
(kind, type, value, name, list0, list1,) = record.unpack_from(data, 2)

data = record.pack(kind, type, value, name, list0, list1)
