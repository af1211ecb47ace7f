import struct

record = struct.Struct('<3c2?F5p0H2e\tlZd')  # 42 bytes
(value0, value1, value2, value3, value4, value5, value6, value7, value8, value9, value10,) = record.unpack_from(data, 0)

data = record.pack(value0, value1, value2, value3, value4, value5, value6, value7, value8, value9, value10)
