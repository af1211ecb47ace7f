"""Send measurements in datagrams, and receive them: over UDP, or a Unix-domain socket.

    datagram.py [-n N] send|receive ADDR

The program at the other end may be examples/datagram.
"""
import argparse
import os
import signal
import socket
import struct
import sys

HEADER = struct.Struct('!IdB')  # number, measurement, length of the name of what was measured; then that


def open_socket(text):
    """Return a socket of the right family for HOST:PORT, or a path, and the address that it wants."""
    if '/' in text:
        return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), text
    host, port = text.rsplit(':', 1)
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM), (host, int(port))


def send(text):
    sock, address = open_socket(text)
    with sock:
        for number, line in enumerate(sys.stdin, 1):
            name, value = line.split()
            name = name.encode()
            sock.sendto(HEADER.pack(number, float(value), len(name)) + name, address)


def parse(datagram):
    number, value, size = HEADER.unpack_from(datagram)
    if len(datagram) != HEADER.size + size:
        raise ValueError('a name of %d bytes, expected %d' % (len(datagram) - HEADER.size, size))
    return number, value, datagram[HEADER.size:].decode()


def receive(text, count):
    def stop(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    sock, address = open_socket(text)
    with sock:
        sock.bind(address)
        name = sock.getsockname()
        print('listening on', name if isinstance(name, str) else '%s:%d' % name, flush=True)
        try:
            while count != 0:
                datagram = sock.recv(1 << 16)
                count -= 1
                try:
                    number, value, name = parse(datagram)
                except (struct.error, ValueError) as e:
                    print('datagram.py: %d bytes are no message: %s' % (len(datagram), e), file=sys.stderr)
                    continue
                print(number, name, '%.6g' % value, flush=True)
        except KeyboardInterrupt:
            pass
        finally:
            if sock.family == socket.AF_UNIX:
                os.unlink(address)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('command', choices=['send', 'receive'])
    parser.add_argument('address', help='HOST:PORT, or the path of a Unix-domain socket')
    parser.add_argument('-n', type=int, default=-1, help='receive N datagrams, not all until a signal')
    args = parser.parse_args()
    if args.command == 'send':
        send(args.address)
    else:
        receive(args.address, args.n)


if __name__ == '__main__':
    try:
        main()
    except (OSError, ValueError, struct.error) as e:
        sys.exit('datagram.py: %s' % e)
