"""Ports for servers that are told theirs."""

import socket


def free_port() -> int:
    """A port of loopback that nobody listens on, and that nobody is given by chance for a minute.

    A port that was only looked up may be another's before its server has started: every server of
    the tests that runs beside takes the next free one. So this one gets a connection that was ended
    from its side. The system leaves such a port alone for as long as packets of it may be on their
    way (TIME_WAIT), but for who asks for it by number with SO_REUSEADDR, as servers do.
    """
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        with socket.create_connection(listening.getsockname()) as caller:
            listening.accept()[0].close()
            caller.recv(1)  # the end has arrived: it was not this side that began it
        return int(listening.getsockname()[1])
