"""Log records over sockets, with Python's logging.handlers.

    logging_peer.py send tcp|udp|unix|unixgram ADDRESS   log some records there
    logging_peer.py receive ADDRESS                      print the address; print the records of one sender
"""
import logging
import logging.handlers
import pickle
import socket
import struct
import sys


def send(network, address):
    host, colon, port = address.partition(':')
    kind = logging.handlers.DatagramHandler if network in ('udp', 'unixgram') else logging.handlers.SocketHandler
    handler = kind(host, int(port) if colon else None)
    logger = logging.getLogger('boiler')
    logger.addHandler(handler)
    logger.warning('pressure %.1f of %d bar', 2.5, 3)
    logger.error('Kessel überhitzt')
    logger.critical('x' * 20000)
    handler.close()


def receive(address):
    host, port = address.split(':')
    logger = logging.getLogger()
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter('%(name)s %(levelname)s %(message)s'))
    logger.addHandler(handler)
    with socket.socket() as listener:
        listener.bind((host, int(port)))
        listener.listen(1)
        print('%s:%d' % listener.getsockname(), flush=True)
        connection = listener.accept()[0]
    with connection, connection.makefile('rb') as stream:
        while True:
            prefix = stream.read(4)
            if not prefix:
                return
            size, = struct.unpack('>L', prefix)
            logger.handle(logging.makeLogRecord(pickle.loads(stream.read(size))))


{'send': send, 'receive': receive}[sys.argv[1]](*sys.argv[2:])
print('done')
