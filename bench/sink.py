"""An SMTP server that takes everything and keeps nothing, behind a line of any length: `sink.py PORT RTT_MS OFFERS`.

Offers are PIPELINING and CHUNKING, comma-separated, or `-`. Every octet is delayed by half the round trip on each way;
nothing else costs time. Prints "ready" when it listens.
"""

import asyncio
import sys
from collections import deque

END = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """One session; `line` delays what it answers."""

    def __init__(self, offers: list[str], delay: float) -> None:
        self.offers = offers
        self.delay = delay
        self.buffer = bytearray()
        self.body = False
        self.left = 0
        self.in_order: deque[bytes] = deque()
        self.out_order: deque[bytes] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError(transport)
        self.transport = transport
        self.answer(b"220 sink.test ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Hear it half a round trip later."""
        if self.delay:
            self.in_order.append(data)
            asyncio.get_running_loop().call_later(self.delay, lambda: self.hear(self.in_order.popleft()))
        else:
            self.hear(data)

    def answer(self, data: bytes) -> None:
        if self.delay:
            self.out_order.append(data)
            asyncio.get_running_loop().call_later(self.delay, lambda: self.transport.write(self.out_order.popleft()))
        else:
            self.transport.write(data)

    def hear(self, data: bytes) -> None:
        self.buffer += data
        replies: list[bytes] = []
        while self.step(replies):
            pass
        if replies:
            self.answer(b"".join(replies))

    def step(self, replies: list[bytes]) -> bool:
        """Take one thing off the buffer; return whether there may be more."""
        if self.left:
            if len(self.buffer) < self.left:
                return False
            del self.buffer[: self.left]
            self.left = 0
            replies.append(b"250 2.0.0 taken\r\n")
        elif self.body:
            end = self.buffer.find(END)
            if end < 0:
                return False
            del self.buffer[: end + len(END)]
            self.body = False
            replies.append(b"250 2.0.0 taken\r\n")
        else:
            end = self.buffer.find(b"\r\n")
            if end < 0:
                return False
            line = bytes(self.buffer[:end])
            del self.buffer[: end + 2]
            self.command(line, replies)
        return True

    def command(self, line: bytes, replies: list[bytes]) -> None:
        match line[:4].upper():
            case b"EHLO":
                replies += [
                    b"250-sink.test\r\n",
                    *(b"250-%s\r\n" % offer.encode() for offer in self.offers),
                    b"250 8BITMIME\r\n",
                ]
            case b"DATA":
                self.body = True
                replies.append(b"354 go on\r\n")
            case b"BDAT":
                self.left = int(line.split()[1])
            case b"QUIT":
                replies.append(b"221 2.0.0 bye\r\n")
            case _:
                replies.append(b"250 2.1.0 fine\r\n")


async def main(port: int, rtt: float, offers: list[str]) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(offers, rtt / 2000), "127.0.0.1", port)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), [] if sys.argv[3] == "-" else sys.argv[3].split(",")))
