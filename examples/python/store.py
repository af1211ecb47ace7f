"""What select_server.py, poll_server.py and selectors_server.py share: all but the waiting.

A message is a number, what is wanted or how it went, the length of the rest, and the rest. The programs at the
other end are client.py and examples/client.
"""
import argparse
import atexit
import os
import signal
import socket
import stat
import struct

HEADER = struct.Struct('!HBI')
GET, PUT = 1, 2
OK, MISSING, BAD = 0, 1, 2
LARGEST = 1 << 20  # request
UNREAD = 1 << 16  # bytes of answers that a client may leave unread before its next request is read

values = {}


def answer(op, request):
    name, space, value = request.partition(b' ')
    if op == GET and not space:
        return (OK, values[name]) if name in values else (MISSING, b'')
    if op == PUT and space:
        values[name] = value
        return OK, b''
    return BAD, b''


class Connection:
    """A client. None of the methods waits for it."""

    requests = 0  # of all connections

    def __init__(self, sock):
        sock.setblocking(False)
        self.sock = sock
        self.received = bytearray()  # less than a whole request
        self.waiting = bytearray()  # answers to be sent
        self.ended = False  # no more requests will come

    def fileno(self):
        return self.sock.fileno()

    def wants_to_receive(self):
        return not self.ended and len(self.waiting) < UNREAD

    def receive(self):
        """Answer the requests that have arrived. Return False if that was all, or the client is gone."""
        try:
            data = self.sock.recv(1 << 16)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.received += data
        self.ended = not data
        while len(self.received) >= HEADER.size:
            number, op, size = HEADER.unpack_from(self.received)
            if size > LARGEST:
                return False
            end = HEADER.size + size
            if len(self.received) < end:
                break
            status, value = answer(op, bytes(self.received[HEADER.size:end]))
            del self.received[:end]
            self.waiting += HEADER.pack(number, status, len(value)) + value
            Connection.requests += 1
        return self.send()

    def send(self):
        """Send what the client takes. Return False if that was all, or the client is gone."""
        try:
            while self.waiting:
                del self.waiting[:self.sock.send(self.waiting)]
        except BlockingIOError:
            return True
        except OSError:
            return False
        return not self.ended


def addresses(description):
    """Return what the command line has, or explain."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument('address', nargs='+', help='HOST:PORT, or the path of a Unix-domain socket')
    return parser.parse_args().address


def take_over(path):
    """Remove a socket that a program has left which was killed: nobody answers at it."""
    with socket.socket(socket.AF_UNIX) as sock:
        try:
            sock.connect(path)
        except ConnectionRefusedError:
            if stat.S_ISSOCK(os.lstat(path).st_mode):
                os.unlink(path)
        except OSError:
            pass


def listen(text):
    """Return a socket that listens at HOST:PORT, or at a path."""
    if '/' in text:
        listener = socket.socket(socket.AF_UNIX)
        take_over(text)
        listener.bind(text)
        atexit.register(os.unlink, text)
    else:
        host, port = text.rsplit(':', 1)
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, int(port)))
    listener.listen(128)
    listener.setblocking(False)
    name = listener.getsockname()
    print('listening on', name if isinstance(name, str) else '%s:%d' % name, flush=True)
    return listener


def accept(listener):
    """Return the connections that can be had at once: one, or none if the client has gone again."""
    try:
        return [Connection(listener.accept()[0])]
    except OSError:
        return []


def wake_on_signals():
    """Return a socket that becomes readable with SIGINT or SIGTERM: a wait for it and others ends then."""
    woken, waker = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.detach())
    for number in signal.SIGINT, signal.SIGTERM:
        signal.signal(number, lambda *_: None)
    return woken
