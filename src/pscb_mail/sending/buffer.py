"""The bytes that a session still has to hand to the network: pieces that are neither joined nor copied.

Pure. It counts what was put in and what was handed over: that is how a session knows whether a copy's last byte has
left. A piece is never changed, so that thousands of copies share the bytes of one edition.
"""


class Buffer:
    """A queue of bytes. `queued` and `handed` count octets since the session began.

    `going`: a write is under way. Whatever breaks into it, such as Ctrl-C, may do so after the network took all and
    before that was counted.
    """

    __slots__ = ("going", "handed", "pieces", "queued")

    def __init__(self) -> None:
        self.pieces: list[bytes | memoryview] = []
        self.queued = 0
        self.handed = 0
        self.going = False

    def add(self, *pieces: bytes) -> None:
        """Put pieces at the end."""
        self.pieces += pieces
        self.queued += sum(map(len, pieces))

    def took(self, count: int) -> None:
        """Note that the network took the first `count` octets."""
        self.handed += count
        self.going = False
        if self.handed == self.queued:
            self.pieces.clear()
            return
        whole = 0
        while count >= len(self.pieces[whole]):
            count -= len(self.pieces[whole])
            whole += 1
        if count:
            self.pieces[whole] = memoryview(self.pieces[whole])[count:]
        del self.pieces[:whole]

    def join(self) -> memoryview:
        """Make one piece of them all, for a transport that takes no lists, and return it."""
        if len(self.pieces) > 1:
            self.pieces = [b"".join(self.pieces)]
        return memoryview(self.pieces[0])
