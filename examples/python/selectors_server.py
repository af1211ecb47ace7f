"""Keep values by name for many clients at once, with selectors: epoll, kqueue, or what else the system has.

    selectors_server.py ADDR...
"""
import selectors

from store import Connection, accept, addresses, listen, wake_on_signals

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


def serve(selector, connection, event):
    if event & WRITE and not connection.send() or event & READ and not connection.receive():
        selector.unregister(connection)
        connection.sock.close()
        return
    # It is always wanted to do one of both: a client with many answers unread has answers to be sent.
    wanted = (READ if connection.wants_to_receive() else 0) | (WRITE if connection.waiting else 0)
    selector.modify(connection, wanted, serve)


def welcome(selector, listener, event):
    for connection in accept(listener):
        selector.register(connection, READ, serve)


def main():
    selector = selectors.DefaultSelector()
    woken = wake_on_signals()
    listeners = [listen(address) for address in addresses(__doc__)]
    for listener in listeners:
        selector.register(listener, READ, welcome)
    selector.register(woken, READ)
    stopping = False
    while True:
        ready = selector.select(0.1 if stopping else None)
        if stopping and not ready:
            break  # all that has arrived is answered
        for key, event in ready:
            if key.data:
                key.data(selector, key.fileobj, event)
            else:
                stopping = True
                for each in [woken, *listeners]:
                    selector.unregister(each)
    print(Connection.requests, 'requests answered')


if __name__ == '__main__':
    main()
