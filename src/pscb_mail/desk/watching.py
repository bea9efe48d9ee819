"""A preview that follows the editor's file: rebuilt when a file is saved, shown again by the open page.

Promises: listens on 127.0.0.1 alone, answers only requests addressed to it (a web page elsewhere cannot read it by a
name that it points here), serves the files of one folder and nothing else, ends within a moment of being asked. How
long to wait between two looks at the files, and when to end, is the caller's `wait`.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, urlsplit

LOOK_EVERY_SECONDS = 0.05
_SETTLED_AFTER_SECONDS = 0.02
_HOLD_SECONDS = 20.0


class Version:
    """A number that grows with every rebuild; pages wait for it to grow."""

    def __init__(self) -> None:
        self._number = 1
        self._ended = False
        self._changed = threading.Condition()

    def grow(self) -> None:
        """Tell the pages that wait that there is something new."""
        with self._changed:
            self._number += 1
            self._changed.notify_all()

    def end(self) -> None:
        """Let nobody wait any more."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def after(self, seen: int, seconds: float) -> int:
        """Return the number as soon as it is another than `seen`, or when the time is up."""
        with self._changed:
            self._changed.wait_for(lambda: self._number != seen or self._ended, seconds)
            return self._number


class _Pages(SimpleHTTPRequestHandler):
    """The folder's files, and `version`."""

    def __init__(self, *args: object, version: Version, directory: str) -> None:
        self._version = version
        super().__init__(*args, directory=directory)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        host, _, port = self.headers.get("Host", "").rpartition(":")
        if host not in {"127.0.0.1", "localhost"} or port != str(cast("_Server", self.server).server_port):
            self.send_error(HTTPStatus.FORBIDDEN)
        elif urlsplit(self.path).path == "/version":
            self._say_version()
        else:
            super().do_GET()

    def do_HEAD(self) -> None:
        self.send_error(HTTPStatus.METHOD_NOT_ALLOWED)

    def list_directory(self, path: object) -> None:
        del path
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name in the standard library
        """Stay silent: the terminal belongs to what changed."""

    def _say_version(self) -> None:
        after = parse_qs(urlsplit(self.path).query).get("after", ["0"])[0]
        number = self._version.after(
            int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0, _HOLD_SECONDS
        )
        body = str(number).encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: a browser that goes away in the middle of an answer is no error."""


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, Version]]:
    """Serve a folder for the length of a block; yield the address of its page and the version to grow."""
    version = Version()
    with _Server(("127.0.0.1", 0), partial(_Pages, version=version, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/index.html", version
        finally:
            version.end()
            server.shutdown()
            thread.join()


Stamps = dict[Path, tuple[int, int]]


def follow(paths: Iterable[Path], before: Stamps, rebuild: Callable[[], None], wait: Callable[[float], bool]) -> None:
    """Call `rebuild` whenever a file under `paths` has changed, until `wait` says to end.

    `before`: the files' `stamps` when what is shown now was begun, so that no save since then is missed.
    """
    watched = tuple(paths)
    while not wait(LOOK_EVERY_SECONDS):
        now = stamps(watched)
        if now == before:
            continue
        # An editor may empty the file first and write it then: what is built is what stays for a moment.
        while not wait(_SETTLED_AFTER_SECONDS) and (later := stamps(watched)) != now:
            now = later
        before = now
        rebuild()


def stamps(paths: Iterable[Path]) -> Stamps:
    """Return when each file under `paths` was last changed, and how long it is; what is not there is not in it."""
    found = {}
    for path in paths:
        for file in path.rglob("*") if path.is_dir() else (path,):
            try:
                status = file.stat()
            except OSError:  # saved by way of a second file: for a moment there is none
                continue
            found[file] = (status.st_mtime_ns, status.st_size)
    return found
