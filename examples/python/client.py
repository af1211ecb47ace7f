"""Store and get values at a server: one of those here, or examples/server.

    client.py ADDR

It reads commands from standard input, put NAME VALUE and get NAME, and waits for the answer to each. An ADDR is
HOST:PORT, or the path of a Unix-domain socket.
"""
import argparse
import socket
import struct
import sys

HEADER = struct.Struct('!HBI')
OPS = {'get': 1, 'put': 2}
STATUSES = {0: 'ok', 1: 'not there', 2: 'not understood'}


def receive(sock, size):
    """Return exactly size bytes. What recv returns may be any part of them."""
    data = bytearray()
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise EOFError('the server has closed the connection')
        data += part
    return bytes(data)


def request(sock, number, op, payload):
    sock.sendall(HEADER.pack(number, op, len(payload)) + payload)
    answered, status, size = HEADER.unpack(receive(sock, HEADER.size))
    if answered != number:
        raise ValueError('an answer to request %d instead of %d' % (answered, number))
    return STATUSES[status], receive(sock, size)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('address', help='HOST:PORT, or the path of a Unix-domain socket')
    parser.add_argument('--timeout', type=float, default=10, help='how many seconds to wait for anything')
    args = parser.parse_args()
    if '/' in args.address:
        sock, address = socket.socket(socket.AF_UNIX), args.address
    else:
        host, port = args.address.rsplit(':', 1)
        sock, address = socket.socket(), (host, int(port))
    bad = None
    with sock:
        sock.settimeout(args.timeout)
        sock.connect(address)
        number = 0
        for line in sys.stdin:
            line = line.strip()
            command, _, rest = line.partition(' ')
            if command not in OPS:
                bad = '%r is neither put NAME VALUE nor get NAME' % line
                continue
            status, value = request(sock, number, OPS[command], rest.encode())
            print(('%s: %s %s' % (line, status, value.decode(errors='replace'))).strip())
            number = (number + 1) % (1 << 16)
    if bad:
        raise ValueError(bad)


if __name__ == '__main__':
    try:
        main()
    except (EOFError, OSError, ValueError, struct.error) as e:
        sys.exit('client.py: %s' % e)
