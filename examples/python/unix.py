"""Send files through a Unix-domain socket, and receive them.

    unix.py receive SOCKET DIRECTORY
    unix.py send SOCKET FILE...

The program at the other end may be examples/unix.
"""
import os
import signal
import socket
import socketserver
import stat
import struct
import sys
import tempfile
import threading
import zlib

HEADER = struct.Struct('!cI')  # kind, size
NAME, DATA, END = b'N', b'D', b'E'  # a file begins; some bytes of it; its CRC-32
DONE, ERROR = b'A', b'X'  # the answers: the file is there; why it is not


def write_message(stream, kind, payload=b''):
    stream.write(HEADER.pack(kind, len(payload)) + payload)


def read_message(stream):
    header = stream.read(HEADER.size)
    if not header:
        return None, b''
    kind, size = HEADER.unpack(header)
    payload = stream.read(size)
    if len(payload) < size:
        raise EOFError('the end of the stream is inside a message')
    return kind, payload


def send_file(stream, name):
    write_message(stream, NAME, os.path.basename(name).encode())
    checksum = 0
    with open(name, 'rb') as file:
        for piece in iter(lambda: file.read(1 << 16), b''):
            checksum = zlib.crc32(piece, checksum)
            write_message(stream, DATA, piece)
    write_message(stream, END, struct.pack('!I', checksum))
    stream.flush()
    kind, payload = read_message(stream)
    if kind != DONE:
        raise ValueError('the receiver says: %r' % payload.decode())


def send(path, *names):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(path)
        with sock.makefile('rwb') as stream:
            for name in names:
                send_file(stream, name)
                print('sent', name, flush=True)


class Receiver(socketserver.StreamRequestHandler):
    directory = '.'
    timeout = 60  # seconds, for every wait

    def handle(self):
        while True:
            kind, name = read_message(self.rfile)
            if kind is None:
                return
            if kind != NAME:
                raise ValueError('a message of kind %r, not a name' % kind)
            try:
                self.receive_file(name.decode())
            except ValueError as e:
                write_message(self.wfile, ERROR, str(e).encode())
            else:
                write_message(self.wfile, DONE)

    def receive_file(self, name):
        """Receive a file. What is wrong with it shows at its end, for a sender does not listen before that."""
        with tempfile.TemporaryDirectory(dir=self.directory) as scratch:
            part = os.path.join(scratch, 'part')
            with open(part, 'wb') as file:
                self.receive_pieces(file)
            if os.path.basename(name) != name or name in ('', '.', '..'):
                raise ValueError('%r is not the name of a file' % name)
            os.replace(part, os.path.join(self.directory, name))
        print('received', name, flush=True)

    def receive_pieces(self, file):
        checksum = 0
        while True:
            kind, payload = read_message(self.rfile)
            if kind is None:
                raise EOFError('the sender has gone')
            if kind == END:
                break
            checksum = zlib.crc32(payload, checksum)
            file.write(payload)
        if payload != struct.pack('!I', checksum):
            raise ValueError('the checksum is wrong')


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


def receive(path, directory):
    Receiver.directory = directory
    take_over(path)
    with socketserver.ThreadingUnixStreamServer(path, Receiver) as server:
        def stop(*_):  # an exception here might end the connection that is just being accepted
            threading.Thread(target=server.shutdown).start()

        for number in signal.SIGINT, signal.SIGTERM:
            signal.signal(number, stop)
        print('listening on', path, flush=True)
        server.serve_forever(poll_interval=0.1)
        os.unlink(path)  # the threads of senders go on to their end


def main():
    command, *args = sys.argv[1:] or ['']
    if command == 'send' and len(args) > 1:
        send(*args)
    elif command == 'receive' and len(args) == 2:
        receive(*args)
    else:
        print(__doc__, file=sys.stderr)
        sys.exit(2)


if __name__ == '__main__':
    try:
        main()
    except (EOFError, OSError, ValueError, struct.error) as e:
        sys.exit('unix.py: %s' % e)
