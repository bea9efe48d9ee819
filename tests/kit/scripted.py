"""An SMTP server on loopback that can misbehave at any step, and remembers every message that it took.

A fake with the real interface, a socket: what it does at a step is data. Steps are `greeting`, `EHLO`, `STARTTLS`,
`AUTH`, `MAIL`, `RCPT`, `DATA`, `BODY` (the reply to a message, by DATA or BDAT), `RSET`, `QUIT`; an act is a reply (bytes),
one of the functions below, or `Once` one of these. `offers` adds to what EHLO says: PIPELINING and CHUNKING work.
"""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

STEPS = ("greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BODY")


class HangUpError(Exception):
    """The server closes the connection now."""


def hang_up(_: socket.socket) -> None:
    raise HangUpError


def say_nothing(connection: socket.socket) -> None:
    """Wait until the client gives up."""
    connection.settimeout(30)
    while connection.recv(65536):
        pass
    raise HangUpError


def trickle(connection: socket.socket) -> None:
    """Send a reply that never ends, byte by byte, faster than any timeout for each read."""
    stop = threading.Event()
    for _ in range(600):
        connection.sendall(b"2")
        if stop.wait(0.02):
            break
    raise HangUpError


def reset(connection: socket.socket) -> None:
    """Break the connection so that the other side gets an error, not an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise HangUpError


@dataclass(frozen=True)
class Late:
    """Answer, but not at once."""

    reply: bytes
    seconds: float = 0.05

    def __call__(self, connection: socket.socket) -> None:
        threading.Event().wait(self.seconds)
        connection.sendall(self.reply)


@dataclass
class Once:
    """An act for the first time (or `times`) only; then the server behaves."""

    act: "bytes | Callable[[socket.socket], None]"
    times: int = 1


Act = bytes | Callable[[socket.socket], None] | Once

DEFAULT: dict[str, Act] = {
    "greeting": b"220 scripted.test ESMTP\r\n",
    "EHLO": b"250-scripted.test\r\n250-SIZE 10000000\r\n250 8BITMIME\r\n",
    "STARTTLS": b"220 2.0.0 go\r\n",
    "AUTH": b"235 2.7.0 welcome\r\n",
    "MAIL": b"250 2.1.0 fine\r\n",
    "RCPT": b"250 2.1.5 fine\r\n",
    "DATA": b"354 go on\r\n",
    "BODY": b"250 2.0.0 taken\r\n",
    "RSET": b"250 2.0.0 fine\r\n",
    "QUIT": b"221 2.0.0 bye\r\n",
}


@dataclass
class ScriptedServer:
    """Use as a context manager. `acts` maps a step to an act, or a step and recipient (`RCPT jo@a.test`) to one."""

    acts: dict[str, Act] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    close_after: int | None = None
    most: int | None = None
    most_at: str = "greeting"  # the step at which one session too many is told so: here with 421, at MAIL with 432
    offers: tuple[str, ...] = ()
    # What it says to DATA after it refused the recipient; some say 354 all the same (RFC 2920 section 3.1).
    nothing_to_take: bytes = b"554 5.5.1 no valid recipients\r\n"
    taken: list[tuple[str, str, bytes]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    connections: int = 0
    open_now: int = 0
    open_most: int = 0

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # shutdown wakes accept(); close alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # each reply is a write of its own
        with self._lock:
            self.open_now += 1
            self.open_most = max(self.open_most, self.open_now)
            welcome = self.most is None or self.open_now <= self.most
        try:
            # Wrapping a socket detaches the one before: whatever was opened is closed here.
            with contextlib.ExitStack() as opened, contextlib.suppress(HangUpError, OSError):
                opened.callback(connection.close)
                if self.implicit and self.tls:
                    connection = opened.enter_context(self.tls.wrap_socket(connection, server_side=True))
                if not welcome and self.most_at == "greeting":
                    connection.sendall(b"421 4.7.0 too many connections\r\n")
                    return
                self._act(connection, self._for("greeting"))
                self._talk(connection, opened, welcome=welcome)
        finally:
            with self._lock:
                self.open_now -= 1

    def _talk(self, connection: socket.socket, opened: contextlib.ExitStack, *, welcome: bool) -> None:
        reader = opened.enter_context(connection.makefile("rb"))
        sender = recipient = ""
        messages = 0
        refused = False
        while line := reader.readline():
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            self.said.append(text)
            verb = text.split(" ")[0].split(":")[0].upper()
            if verb == "MAIL":
                sender, recipient, refused = text, "", False
            if verb == "RCPT":
                recipient = text.partition("<")[2].partition(">")[0]
            if verb == "BDAT":
                self._take(connection, reader.read(int(text.split(" ")[1])), sender, recipient, refused)
                messages += 1
            else:
                act = self.nothing_to_take if verb == "DATA" and refused else self._for(verb, recipient)
                if verb == "MAIL" and not welcome:
                    act = b"432 4.3.2 concurrent connections limit exceeded\r\n"
                refused = refused or (verb in {"MAIL", "RCPT"} and not _yes(act))
                self._act(connection, act)
            if verb == "STARTTLS" and self.tls:
                connection = opened.enter_context(self.tls.wrap_socket(connection, server_side=True))
                reader = opened.enter_context(connection.makefile("rb"))
            if verb == "DATA" and DEFAULT["DATA"] in {act, getattr(act, "reply", b"")}:
                self._take(connection, _until_dot(reader), sender, recipient, refused)
                messages += 1
            if verb == "QUIT" or messages == self.close_after:
                return

    def _take(self, connection: socket.socket, message: bytes, sender: str, recipient: str, refused: bool) -> None:
        if refused:
            connection.sendall(b"554 5.5.1 no valid recipients\r\n")
            return
        act = self._for("BODY", recipient)
        # A function at BODY took the message first: that is what makes the sender doubt.
        if callable(act) or act.startswith(b"2"):
            with self._lock:
                self.taken.append((sender, recipient, message))
        self._act(connection, act)

    def _for(self, step: str, recipient: str = "") -> bytes | Callable[[socket.socket], None]:
        default = DEFAULT.get(step, b"502 5.5.1 no\r\n")
        if step == "EHLO" and self.offers:
            default = (
                b"".join(b"250-%s\r\n" % line.encode() for line in ("scripted.test", *self.offers))
                + b"250 8BITMIME\r\n"
            )
        act = self.acts.get(f"{step} {recipient}") or self.acts.get(step) or default
        if not isinstance(act, Once):
            return act
        with self._lock:
            act.times -= 1
            return act.act if act.times >= 0 else default

    def _act(self, connection: socket.socket, act: bytes | Callable[[socket.socket], None]) -> None:
        if callable(act):
            act(connection)
        else:
            connection.sendall(act)


def _yes(act: bytes | Callable[[socket.socket], None]) -> bool:
    return callable(act) or act.startswith(b"2")


def _until_dot(reader: object) -> bytes:
    lines: list[bytes] = []
    while (line := reader.readline()) not in {b".\r\n", b""}:
        lines.append(line[1:] if line.startswith(b".") else line)
    if not line:
        raise HangUpError
    return b"".join(lines)
