"""Keep values by name for many clients at once, with select.

    select_server.py ADDR...
"""
import select

from store import Connection, accept, addresses, listen, wake_on_signals


def main():
    woken = wake_on_signals()
    listeners = [listen(address) for address in addresses(__doc__)]
    connections = set()
    stopping = False
    while True:
        wanted = [c for c in connections if c.wants_to_receive()]
        if not stopping:
            wanted += [woken, *listeners]
        readable, writable, _ = select.select(wanted, [c for c in connections if c.waiting], [], 0.1 if stopping else None)
        if stopping and not readable and not writable:
            break  # all that has arrived is answered
        for one in readable:
            if one is woken:
                stopping = True
            elif one in listeners:
                connections.update(accept(one))
            elif not one.receive():
                connections.remove(one)
                one.sock.close()
        for one in writable:
            if one in connections and not one.send():
                connections.remove(one)
                one.sock.close()
    print(Connection.requests, 'requests answered')


if __name__ == '__main__':
    main()
