"""Be a server with which a client has to be patient, or must not.

    slow.py full|deaf|silent|half|dribble ADDR

full     has no room for more connections (on Linux, with HOST:PORT)
deaf     takes a connection, and reads nothing
silent   reads the question, and says nothing
half     sends half of the answer, and the rest when there is a line on standard input
dribble  sends an answer that never ends, a byte now and then

An ADDR is HOST:PORT, or the path of a Unix-domain socket. The server serves one client, until that has gone.
"""
import socket
import struct
import sys
import time

HEADER = struct.Struct('!HBI')


def listen(text):
    if '/' in text:
        listener, address = socket.socket(socket.AF_UNIX), text
    else:
        host, port = text.rsplit(':', 1)
        listener, address = socket.socket(), (host, int(port))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # so that little is enough to be deaf
    listener.bind(address)
    listener.listen(0)
    return listener


def fill(listener):
    """Connect until that does not succeed any more, and return the connections."""
    connections = []
    while True:
        sock = socket.socket(listener.family)
        sock.settimeout(0.2)
        connections.append(sock)
        try:
            sock.connect(listener.getsockname())
        except socket.timeout:
            return connections


def receive(connection, size):
    data = b''
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def serve(how, connection):
    if how == 'deaf':
        sys.stdin.read()
        return
    number, _, size = HEADER.unpack(receive(connection, HEADER.size))
    receive(connection, size)
    if how == 'half':
        answer = HEADER.pack(number, 0, 4) + b'well'
        connection.sendall(answer[:5])
        sys.stdin.readline()
        connection.sendall(answer[5:])
    elif how == 'dribble':
        connection.sendall(HEADER.pack(number, 0, 1 << 20))
        while True:
            connection.sendall(b'.')
            time.sleep(0.02)
    connection.recv(1)  # until the client has gone


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ('full', 'deaf', 'silent', 'half', 'dribble'):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    listener = listen(sys.argv[2])
    connections = fill(listener) if sys.argv[1] == 'full' else []
    name = listener.getsockname()
    print('listening on', name if isinstance(name, str) else '%s:%d' % name, flush=True)
    if connections:
        sys.stdin.read()
        return
    try:
        serve(sys.argv[1], listener.accept()[0])
    except (EOFError, OSError):
        pass  # the client has had enough


if __name__ == '__main__':
    main()
