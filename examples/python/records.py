"""Write and read messages on standard input and output, in files and through sockets.

    records.py [--file NAME | --connect ADDR | --listen ADDR] write|read

The program at the other end may be examples/records.
"""
import argparse
import socket
import struct
import sys

# kind, length of the note, station, measurement; then the note
HEADER = struct.Struct('!ci4sf')


def write(stream):
    for line in sys.stdin:
        kind, station, value, *note = line.strip().split(' ', 3)
        note = ''.join(note).encode()
        stream.write(HEADER.pack(kind.encode(), len(note), station.encode(), float(value)) + note)
    stream.flush()


def read(stream):
    while True:
        header = stream.read(HEADER.size)
        if not header:
            return
        kind, size, station, value = HEADER.unpack(header)
        if not 0 <= size <= 1 << 20:
            raise ValueError('a note of %d bytes' % size)
        note = stream.read(size)
        if len(note) < size:
            raise EOFError('the end of the stream is inside a message')
        line = '%s %s %.7g %s' % (kind.decode(), station.rstrip(b'\0').decode(), value, note.decode(errors='replace'))
        print(line.strip())


def address(text):
    """Return the family and the address that socket wants for HOST:PORT, or a path."""
    if '/' in text:
        return socket.AF_UNIX, text
    host, port = text.rsplit(':', 1)
    return socket.AF_INET, (host, int(port))


def connect(text):
    family, where = address(text)
    sock = socket.socket(family)
    sock.connect(where)
    return sock.makefile('rwb')


def listen(text):
    family, where = address(text)
    with socket.socket(family) as listener:
        listener.bind(where)
        listener.listen(1)
        name = listener.getsockname()
        print('listening on', name if family == socket.AF_UNIX else '%s:%d' % name, file=sys.stderr, flush=True)
        sock, _ = listener.accept()
    return sock.makefile('rwb')


def main():
    parser = argparse.ArgumentParser(description='Make messages of lines (KIND STATION VALUE [NOTE]), or lines of messages.')
    parser.add_argument('command', choices=['write', 'read'])
    parser.add_argument('--file', help='the messages are in this file')
    parser.add_argument('--connect', metavar='ADDR', help='connect for them to HOST:PORT, or the path of a Unix-domain socket')
    parser.add_argument('--listen', metavar='ADDR', help='wait there for one connection')
    args = parser.parse_args()
    if args.file:
        stream = open(args.file, args.command[0] + 'b')
    elif args.connect:
        stream = connect(args.connect)
    elif args.listen:
        stream = listen(args.listen)
    else:
        stream = sys.stdout.buffer if args.command == 'write' else sys.stdin.buffer
    with stream:  # which of them it is does not matter from here on
        {'write': write, 'read': read}[args.command](stream)


if __name__ == '__main__':
    try:
        main()
    except (EOFError, OSError, ValueError, struct.error) as e:
        sys.exit('records.py: %s' % e)
