"""Talk to all who are in a chat: say what is on standard input, and print what all say.

The server is examples/chat.
"""
import argparse
import socket
import struct
import sys
import threading

LENGTH = struct.Struct('!H')


def say(sock, text):
    data = text.encode()
    sock.sendall(LENGTH.pack(len(data)) + data)


def say_lines(sock, name):
    say(sock, name + ' joins')
    for line in sys.stdin:
        say(sock, name + ': ' + line.rstrip('\n'))
    sock.shutdown(socket.SHUT_WR)


def listen(stream):
    while True:
        header = stream.read(LENGTH.size)
        if not header:
            return
        data = stream.read(*LENGTH.unpack(header))
        print(data.decode(), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('address', help='HOST:PORT, or the path of a Unix-domain socket')
    parser.add_argument('name', help='who you are')
    args = parser.parse_args()
    if '/' in args.address:
        sock, address = socket.socket(socket.AF_UNIX), args.address
    else:
        host, port = args.address.rsplit(':', 1)
        sock, address = socket.socket(), (host, int(port))
    with sock:
        sock.connect(address)
        threading.Thread(target=say_lines, args=(sock, args.name), daemon=True).start()
        with sock.makefile('rb') as stream:
            listen(stream)


if __name__ == '__main__':
    try:
        main()
    except (OSError, struct.error) as e:
        sys.exit('chat.py: %s' % e)
