"""One end of multiprocessing.connection.

    multiprocessing_peer.py listen ADDRESS KEY   print the address; send back what one client sends
    multiprocessing_peer.py call ADDRESS KEY     send messages of many sizes, and expect them back
    multiprocessing_peer.py large ADDRESS        send 2 GiB in one message

An address is HOST:PORT or the path of a socket. KEY is for authentication; '' is none.
"""
import mmap
import random
import socket
import struct
import sys
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener

SIZES = [0, 1, 4, 5, 100, 16384, 16385, 65535, 65536, 300000]


def parse(address):
    host, colon, port = address.partition(':')
    return (host, int(port)) if colon else address


def listen(address, key):
    with Listener(parse(address), authkey=key.encode() or None) as listener:
        address = listener.address
        print('%s:%d' % address if isinstance(address, tuple) else address, sys.version_info[1], flush=True)
        with listener.accept() as connection:
            while True:
                try:
                    connection.send_bytes(connection.recv_bytes())
                except EOFError:
                    return


def call(address, key):
    with Client(parse(address), authkey=key.encode() or None) as connection:
        for size in SIZES:
            message = bytes(random.getrandbits(8) for _ in range(size))
            connection.send_bytes(message)
            if connection.recv_bytes() != message:
                sys.exit('%d bytes came back changed' % size)
        if sys.version_info < (3, 8):
            return  # the long form of a length came with 3.8
        # As if there were more than 2 GiB.
        with socket.socket(fileno=connection.fileno()) as raw:
            raw.sendall(struct.pack('!iQ', -1, 5) + b'large')
            raw.detach()
        if connection.recv_bytes() != b'large':
            sys.exit('the long form came back changed')


def large(address):
    print(sys.version_info[1], flush=True)
    if sys.version_info < (3, 8):
        return
    with Client(parse(address)) as connection:
        connection.send_bytes(mmap.mmap(-1, 1 << 31, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ))
        print(connection.recv_bytes().decode())


def main(command, *args):
    try:
        {'listen': listen, 'call': call, 'large': large}[command](*args)
        print('done')
    except AuthenticationError as e:
        print('refused:', e)


main(*sys.argv[1:])
