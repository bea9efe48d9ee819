"""An SMTP server on loopback that can misbehave at any step, and remembers every message that it took.

A fake with the real interface, a socket: what it does at a step is data. Steps are `greeting`, `EHLO`, `STARTTLS`,
`AUTH`, `MAIL`, `RCPT`, `DATA`, `BODY`, `QUIT`; an act is a reply (bytes), or one of the functions below.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

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


Act = bytes | Callable[[socket.socket], None]

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
    taken: list[tuple[str, str, bytes]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> "ScriptedServer":
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
        # Wrapping a socket detaches the one before: whatever was opened is closed here.
        with contextlib.ExitStack() as opened, contextlib.suppress(HangUpError, OSError):
            opened.callback(connection.close)
            if self.implicit and self.tls:
                connection = opened.enter_context(self.tls.wrap_socket(connection, server_side=True))
            self._act(connection, "greeting")
            self._talk(connection, opened)

    def _talk(self, connection: socket.socket, opened: contextlib.ExitStack) -> None:
        reader = opened.enter_context(connection.makefile("rb"))
        sender = recipient = ""
        messages = 0
        while line := reader.readline():
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            self.said.append(text)
            verb = text.split(" ")[0].split(":")[0].upper()
            if verb == "MAIL":
                sender = text
            if verb == "RCPT":
                recipient = text.partition("<")[2].partition(">")[0]
            self._act(connection, verb, recipient)
            if verb == "STARTTLS" and self.tls:
                connection = opened.enter_context(self.tls.wrap_socket(connection, server_side=True))
                reader = opened.enter_context(connection.makefile("rb"))
            if verb == "DATA" and self._for("DATA", recipient) == DEFAULT["DATA"]:
                self._take(connection, reader, sender, recipient)
                messages += 1
            if verb == "QUIT" or messages == self.close_after:
                return

    def _take(self, connection: socket.socket, reader: object, sender: str, recipient: str) -> None:
        lines: list[bytes] = []
        while (line := reader.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b".") else line)
        if not line:
            raise HangUpError
        act = self._for("BODY", recipient)
        # A function at BODY took the message first: that is what makes the sender doubt.
        if callable(act) or act.startswith(b"2"):
            self.taken.append((sender, recipient, b"".join(lines)))
        self._act(connection, "BODY", recipient)

    def _for(self, step: str, recipient: str = "") -> Act:
        return self.acts.get(f"{step} {recipient}") or self.acts.get(step) or DEFAULT.get(step, b"502 5.5.1 no\r\n")

    def _act(self, connection: socket.socket, step: str, recipient: str = "") -> None:
        act = self._for(step, recipient)
        if callable(act):
            act(connection)
        else:
            connection.sendall(act)
