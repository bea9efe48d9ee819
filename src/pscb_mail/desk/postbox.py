"""An SMTP server inside the program, on loopback, that keeps each message as a file: what the demo sends to."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as ServerSession


class Postbox:
    """What the server inside the program does with a message: it keeps it as a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    async def handle_DATA(self, server: SMTP, session: ServerSession, envelope: Envelope) -> str:  # noqa: N802  (aiosmtpd's name)
        """Keep one message (aiosmtpd calls this)."""
        del server, session
        number = len(list(self.folder.iterdir())) + 1
        (self.folder / f"{number:02}-{envelope.rcpt_tos[0]}.eml").write_bytes(envelope.original_content or b"")
        return "250 2.0.0 kept"

    def copy_for(self, address: str) -> Path:
        """Return the first message to an address."""
        return next(path for path in sorted(self.folder.iterdir()) if path.name.endswith(f"-{address}.eml"))


@contextmanager
def serving(postbox: Postbox) -> Iterator[int]:
    """Run the server for the length of a block; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
