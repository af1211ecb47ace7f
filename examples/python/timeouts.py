"""Ask a server whether it is well, and bound every wait.

    timeouts.py [--idle SECONDS] [--tries N] ... ADDR

The server may be examples/server, one of those here, or slow.py, which is as slow as a server can be.
"""
import argparse
import socket
import struct
import sys
import time

HEADER = struct.Struct('!HBI')
NUMBER, PUT = 1, 2


class Answers:
    """Messages from a socket. What came before a timeout is kept for the next call."""

    def __init__(self, sock, idle, frame):
        self.sock = sock
        self.idle = idle
        self.frame = frame
        self.received = bytearray()

    def read(self):
        """Return the next message: number, status, payload."""
        ends = None
        while True:
            if len(self.received) >= HEADER.size:
                number, status, size = HEADER.unpack_from(self.received)
                end = HEADER.size + size
                if len(self.received) >= end:
                    payload = bytes(self.received[HEADER.size:end])
                    del self.received[:end]
                    return number, status, payload
            if not self.received:
                self.sock.settimeout(self.idle)
            else:
                # settimeout alone is for every recv anew, and a byte now and then would be enough for ever.
                ends = ends or time.monotonic() + self.frame
                self.sock.settimeout(max(ends - time.monotonic(), 0.001))
                if time.monotonic() > ends:
                    raise socket.timeout('timed out')
            data = self.sock.recv(1 << 16)
            if not data:
                raise EOFError('the server has closed the connection')
            self.received += data


def ask(args):
    if '/' in args.address:
        sock, address = socket.socket(socket.AF_UNIX), args.address
    else:
        host, port = args.address.rsplit(':', 1)
        sock, address = socket.socket(), (host, int(port))
    with sock:
        sock.settimeout(args.connect)
        sock.connect(address)
        print('connected', flush=True)

        question = b'probe ' + b'x' * args.size
        sock.settimeout(args.write)
        try:
            sock.sendall(HEADER.pack(NUMBER, PUT, len(question)) + question)
        except OSError as e:
            raise OSError('the server does not take the question: %s' % e)
        print('asked', flush=True)

        answers = Answers(sock, args.idle, args.frame)
        for left in reversed(range(args.tries)):
            try:
                number, status, _ = answers.read()
                break
            except socket.timeout:
                if not left:
                    raise OSError('no complete answer, and no more patience')
                print('no complete answer yet', flush=True)
        if number != NUMBER:
            raise ValueError('the answer to another question, %d' % number)
        print('answered, with status', status)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('address', help='HOST:PORT, or the path of a Unix-domain socket')
    for name, default, meaning in [
            ('--connect', 5, 'for the connection'), ('--write', 5, 'for the server to take the question'),
            ('--idle', 1, 'for the first byte of the answer, at a time'), ('--frame', 1, 'from there to its last byte, at a time')]:
        parser.add_argument(name, type=float, default=default, metavar='SECONDS', help='how long to wait ' + meaning)
    parser.add_argument('--tries', type=int, default=5, help='how often to wait for the answer')
    parser.add_argument('--size', type=int, default=100, help='how large the question is, in bytes')
    ask(parser.parse_args())


if __name__ == '__main__':
    try:
        main()
    except (EOFError, OSError, ValueError, struct.error) as e:
        sys.exit('timeouts.py: %s' % e)
