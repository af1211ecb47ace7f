"""Send files as one message each, and receive them.

    upload.py receive ADDR DIRECTORY
    upload.py send ADDR FILE...

The program at the other end may be examples/upload.
"""
import os
import shutil
import signal
import socket
import struct
import sys

HEADER = struct.Struct('!64sQ')  # name, size


def connect(address):
    if '/' in address:
        return socket.socket(socket.AF_UNIX), address
    host, port = address.rsplit(':', 1)
    return socket.socket(), (host, int(port))


def read_header(stream):
    """Return the name of a file and its size, or None at the end."""
    header = stream.read(HEADER.size)
    if not header:
        return None
    name, size = HEADER.unpack(header)
    return name.rstrip(b'\0').decode(), size


def send(address, *names):
    sock, where = connect(address)
    with sock:
        sock.connect(where)
        with sock.makefile('rwb') as stream:
            for name in names:
                with open(name, 'rb') as file:
                    base = os.path.basename(name).encode()
                    stream.write(HEADER.pack(base, os.fstat(file.fileno()).st_size))
                    shutil.copyfileobj(file, stream)
                stream.flush()
                _, size = read_header(stream)
                if size:
                    raise ValueError('%s: refused: %s' % (name, stream.read(size).decode()))
                print('sent', name, flush=True)


def receive_file(stream, directory, name, size):
    part = os.path.join(directory, name + '.part')
    with open(part, 'wb') as file:
        while size:
            data = stream.read(min(size, 1 << 16))
            if not data:
                raise EOFError('the end of the stream is inside a file')
            file.write(data)
            size -= len(data)
    os.replace(part, os.path.join(directory, name))


def receive(address, directory):
    """Receive files from one sender after another, until SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    listener, where = connect(address)
    with listener:
        listener.bind(where)
        listener.listen()
        name = listener.getsockname()
        print('listening on', name if isinstance(name, str) else '%s:%d' % name, flush=True)
        while True:
            with listener.accept()[0] as sock, sock.makefile('rwb') as stream:
                for name, size in iter(lambda: read_header(stream), None):
                    if os.path.basename(name) != name or name in ('', '.', '..'):
                        raise ValueError('%r is not the name of a file' % name)
                    receive_file(stream, directory, name, size)
                    print('received', name, flush=True)
                    stream.write(HEADER.pack(name.encode(), 0))
                    stream.flush()


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
        sys.exit('upload.py: %s' % e)
