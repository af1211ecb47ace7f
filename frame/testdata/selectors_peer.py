"""Messages with a header of !HBI (number, kind, size) over selectors.

    selectors_peer.py serve ADDRESS N   print the address; answer messages of N connections, with kind + 1
    selectors_peer.py call ADDRESS N    send messages on N connections at once, and expect the answers
"""
import selectors
import socket
import struct
import sys

HEADER = struct.Struct('!HBI')
SIZES = [0, 1, 100, 16384, 65536, 300000]


class Connection:
    def __init__(self, sock):
        sock.setblocking(False)
        self.sock = sock
        self.received = bytearray()
        self.waiting = bytearray()  # to be sent

    def events(self):
        return selectors.EVENT_READ | (selectors.EVENT_WRITE if self.waiting else 0)

    def receive(self):
        """Read what is there; return the complete messages, or None at the end."""
        data = self.sock.recv(65536)
        if not data:
            if self.received:
                print('cut off inside a message')
            return None
        self.received += data
        messages = []
        while len(self.received) >= HEADER.size:
            number, kind, size = HEADER.unpack_from(self.received)
            end = HEADER.size + size
            if len(self.received) < end:
                break
            messages.append((number, kind, bytes(self.received[HEADER.size:end])))
            del self.received[:end]
        return messages

    def put(self, number, kind, payload):
        self.waiting += HEADER.pack(number, kind, len(payload)) + payload

    def send(self):
        del self.waiting[:self.sock.send(self.waiting)]


def run(selector, handle, count):
    """Serve until count connections have ended; handle takes a connection and its messages."""
    while count:
        for key, events in selector.select():
            connection = key.data
            if connection is None:
                connection = Connection(key.fileobj.accept()[0])
                selector.register(connection.sock, connection.events(), connection)
                continue
            if events & selectors.EVENT_WRITE:
                connection.send()
            if events & selectors.EVENT_READ:
                messages = connection.receive()
                if messages is None or handle(connection, messages):
                    selector.unregister(connection.sock)
                    connection.sock.close()
                    count -= 1
                    continue
            selector.modify(connection.sock, connection.events(), connection)


def new_socket(address):
    host, colon, port = address.partition(':')
    if colon:
        return socket.socket(), (host, int(port))
    return socket.socket(socket.AF_UNIX), address


def serve(address, count):
    listener, address = new_socket(address)
    listener.bind(address)
    listener.listen(100)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    address = listener.getsockname()
    print('%s:%d' % address if isinstance(address, tuple) else address, flush=True)

    def answer(connection, messages):
        for number, kind, payload in messages:
            connection.put(number, kind + 1, payload)

    run(selector, answer, count)


def call(address, count):
    selector = selectors.DefaultSelector()
    expected = {}
    for first in range(0, 100 * count, 100):
        sock, where = new_socket(address)
        sock.connect(where)
        connection = Connection(sock)
        expected[connection] = [(first + i, 2, bytes([i]) * size) for i, size in enumerate(SIZES)]
        for number, _, payload in expected[connection]:
            connection.put(number, 1, payload)
        selector.register(sock, connection.events(), connection)

    def check(connection, messages):
        for message in messages:
            if message != expected[connection].pop(0):
                sys.exit('a wrong answer, with number %d' % message[0])
        return not expected[connection]

    run(selector, check, count)


{'serve': serve, 'call': call}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
print('done')
