"""Ports for servers that must be told theirs before they start, such as Postfix and Dovecot."""

import itertools
import os
import socket

# Below the range from which the system gives ports to everybody who asks for any: between the probe and the server's
# start, another test's server could be given one of those. Each process begins somewhere else.
_FIRST, _COUNT = 20_000, 9_000
_NUMBERS = itertools.count(os.getpid() * 37)


def free_port() -> int:
    """Return a port of this machine that nobody listens on and nobody will be given by chance."""
    for number in itertools.islice(_NUMBERS, _COUNT):
        port = _FIRST + number % _COUNT
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise RuntimeError("no port is free")
