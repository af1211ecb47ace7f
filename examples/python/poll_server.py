"""Keep values by name for many clients at once, with poll: no limit to the number of a descriptor.

    poll_server.py ADDR...
"""
import select

from store import Connection, accept, addresses, listen, wake_on_signals


def events(connection):
    return (select.POLLIN if connection.wants_to_receive() else 0) | (select.POLLOUT if connection.waiting else 0)


def main():
    poller = select.poll()
    woken = wake_on_signals()
    listeners = {sock.fileno(): sock for sock in map(listen, addresses(__doc__))}
    for fd in [woken.fileno(), *listeners]:
        poller.register(fd, select.POLLIN)
    connections = {}
    stopping = False
    while True:
        ready = poller.poll(100 if stopping else None)
        if stopping and not ready:
            break  # all that has arrived is answered
        for fd, event in ready:
            if fd == woken.fileno():
                stopping = True
                for each in [fd, *listeners]:
                    poller.unregister(each)
            elif fd in listeners:
                for connection in accept(listeners[fd]):
                    connections[connection.fileno()] = connection
                    poller.register(connection, events(connection))
            else:
                connection = connections[fd]
                # POLLHUP and POLLERR show in what receive returns.
                if connection.send() and (not event & ~select.POLLOUT or connection.receive()):
                    poller.modify(connection, events(connection))
                else:
                    poller.unregister(connection)
                    connections.pop(fd).sock.close()
    print(Connection.requests, 'requests answered')


if __name__ == '__main__':
    main()
