# Echo servers for frames of the header !HBI: what a Python programmer writes with
# asyncio and with selectors.
#
#     python3 frame_server.py asyncio|selectors tcp|unix ADDRESS
#
# It prints a line when it listens, and ends with its standard input.

import asyncio
import os
import selectors
import socket
import struct
import sys
import threading

HEAD = struct.Struct("!HBI")


async def echo(reader, writer):
    try:
        while True:
            head = await reader.readexactly(HEAD.size)
            size = HEAD.unpack(head)[2]
            writer.write(head + await reader.readexactly(size))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def serve_asyncio(sock):
    start = asyncio.start_unix_server if sock.family == socket.AF_UNIX else asyncio.start_server
    async with await start(echo, sock=sock) as server:
        print("ready", flush=True)
        await server.serve_forever()


class Connection:
    def __init__(self, sock):
        self.sock = sock
        self.data = bytearray()
        self.out = bytearray()

    def readable(self):
        """Reads what is there, and answers all frames of it with one send."""
        received = self.sock.recv(1 << 16)
        if not received:
            return False
        data = self.data
        data += received
        start = 0
        while len(data) - start >= HEAD.size:
            size = HEAD.unpack_from(data, start)[2]
            end = start + HEAD.size + size
            if end > len(data):
                break
            self.out += data[start:end]
            start = end
        if start:
            del data[:start]
        return self.writable()

    def writable(self):
        while self.out:
            try:
                sent = self.sock.send(self.out)
            except BlockingIOError:
                break
            del self.out[:sent]
        return True


def serve_selectors(sock):
    sock.setblocking(False)
    selector = selectors.DefaultSelector()
    selector.register(sock, selectors.EVENT_READ, None)
    print("ready", flush=True)
    while True:
        for key, events in selector.select():
            connection = key.data
            if connection is None:
                c, _ = sock.accept()
                c.setblocking(False)
                if c.family != socket.AF_UNIX:
                    c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(c, selectors.EVENT_READ, Connection(c))
                continue
            try:
                alive = connection.writable() if events & selectors.EVENT_WRITE else True
                if alive and events & selectors.EVENT_READ:
                    alive = connection.readable()
            except ConnectionError:
                alive = False
            if not alive:
                selector.unregister(key.fileobj)
                key.fileobj.close()
                continue
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.out else 0)
            if wanted != key.events:
                selector.modify(key.fileobj, wanted, connection)


def end_with_stdin():
    sys.stdin.buffer.read()
    os._exit(0)


def main():
    how, network, address = sys.argv[1:]
    if network == "unix":
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(address)
    else:
        host, port = address.rsplit(":", 1)
        sock = socket.create_server((host, int(port)), backlog=1024)
    sock.listen(1024)
    threading.Thread(target=end_with_stdin, daemon=True).start()
    if how == "asyncio":
        asyncio.run(serve_asyncio(sock))
    else:
        serve_selectors(sock)


main()
