import struct

record = struct.Struct('>8sI4s2I5BI')  # 33 bytes
(signature, length, type, width, height, depth, color, compression, filter, interlace, crc,) = record.unpack_from(data, 0)

data = record.pack(signature, length, type, width, height, depth, color, compression, filter, interlace, crc)
