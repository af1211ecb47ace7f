"""Messages with a header of !HBI (number, kind, size) over asyncio streams.

    asyncio_peer.py serve ADDRESS N   print the address; answer messages of N connections, with kind + 1
    asyncio_peer.py call ADDRESS N    send messages on N connections at once, and expect the answers
"""
import asyncio
import struct
import sys

HEADER = struct.Struct('!HBI')
SIZES = [0, 1, 100, 16384, 65536, 300000]


async def read_message(reader):
    number, kind, size = HEADER.unpack(await reader.readexactly(HEADER.size))
    return number, kind, await reader.readexactly(size)


async def serve(address, count):
    done = asyncio.Semaphore(0)

    async def answer(reader, writer):
        try:
            while True:
                number, kind, payload = await read_message(reader)
                writer.write(HEADER.pack(number, kind + 1, len(payload)) + payload)
                await writer.drain()
        except asyncio.IncompleteReadError as e:
            if e.partial:
                print('cut off inside a message')
        writer.close()
        done.release()

    host, colon, port = address.partition(':')
    if colon:
        server = await asyncio.start_server(answer, host, int(port))
        address = '%s:%d' % server.sockets[0].getsockname()
    else:
        server = await asyncio.start_unix_server(answer, address)
    print(address, flush=True)
    for _ in range(count):
        await done.acquire()
    server.close()


async def call(address, count):
    async def one(first):
        host, colon, port = address.partition(':')
        connect = asyncio.open_connection(host, int(port)) if colon else asyncio.open_unix_connection(address)
        reader, writer = await connect

        async def send():
            for i, size in enumerate(SIZES):
                writer.write(HEADER.pack(first + i, 1, size) + bytes([i]) * size)
                await writer.drain()

        sending = asyncio.ensure_future(send())
        for i, size in enumerate(SIZES):
            if await read_message(reader) != (first + i, 2, bytes([i]) * size):
                sys.exit('a wrong answer to message %d' % (first + i))
        await sending
        writer.close()

    await asyncio.gather(*(one(100 * i) for i in range(count)))


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete({'serve': serve, 'call': call}[sys.argv[1]](sys.argv[2], int(sys.argv[3])))
print('done')
