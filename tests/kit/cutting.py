"""A proxy on loopback that cuts the line before a command reaches the server, or before its answer comes back."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from typing import Self


@dataclass
class CuttingProxy:
    """Use as a context manager. `at`: what the client says when the line is cut; `times`: how often.

    `heard`: how often the client said it.
    `carried_out`: the server does what it was told, and only its answer is lost.
    """

    server: int
    at: bytes
    times: int = 1
    carried_out: bool = False
    heard: int = 0
    cuts: int = 0
    connections: int = 0
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self.server)) as server, contextlib.suppress(OSError):
            mute = threading.Event()
            back = threading.Thread(target=_pump, args=(server, client, mute), daemon=True)
            back.start()
            while data := client.recv(65536):
                self.heard += self.at in data
                if self.at in data and self.cuts < self.times:
                    self.cuts += 1
                    if self.carried_out:
                        # A command may come in pieces.
                        while not data.endswith(b"\r\n"):
                            data += client.recv(65536)
                        mute.set()
                        server.sendall(data)
                        # The pump ends with the first answer that it swallows.
                        back.join(10)
                    break
                server.sendall(data)
            for end in (server, client):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            back.join(10)


def _pump(source: socket.socket, target: socket.socket, mute: threading.Event) -> None:
    """Carry what the server says; once muted, swallow it, and let the cut happen when it has come."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            if mute.is_set():
                return
            target.sendall(data)
