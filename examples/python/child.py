"""Answer messages on standard input with their text in capital letters, on standard output.

The parent is examples/child.
"""
import struct
import sys

HEADER = struct.Struct('!II')  # number, length


def main():
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    while True:
        header = stdin.read(HEADER.size)
        if not header:
            return
        number, size = HEADER.unpack(header)
        answer = stdin.read(size).decode().upper().encode()
        stdout.write(HEADER.pack(number, len(answer)) + answer)
        stdout.flush()


if __name__ == '__main__':
    try:
        main()
    except (OSError, struct.error) as e:
        sys.exit('child.py: %s' % e)
