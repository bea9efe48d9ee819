"""What every command starts with: the workspace it runs in, the clock, the author of its changes."""

import getpass
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pscb_mail.errors import PscbMailError, UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from sqlite_utils import Database

    from pscb_mail.workspace import Workspace


@dataclass
class Context:
    """The global options of one run; Typer hands it to each command as `ctx.obj`."""

    named: Path | None
    take_over: bool

    @cached_property
    def workspace(self) -> "Workspace":
        """The workspace, found and its settings read when it is first asked for."""
        from pscb_mail.workspace import find_workspace

        return find_workspace(Path.cwd(), named=self.named)

    @contextmanager
    def database(self) -> "Iterator[Database]":
        """Open the workspace's database for the length of a block; say so where it was written in an unsafe place."""
        db = self.workspace.open_database(take_over=self.take_over)
        try:
            yield db
        except sqlite3.OperationalError:
            self.workspace.key()  # raises where it cannot be used: SQL that hashes with it fails without saying so
            raise
        finally:
            written = db.conn.total_changes > 0
            db.close()
            if written:
                self._warn_of_the_place()

    @contextmanager
    def database_if_any(self) -> "Iterator[Database | None]":
        """Open the database where there is one: looking at an issue makes none. Raises where it was lost."""
        if (lost := self.workspace.lost()) is not None:
            raise lost
        if not self.workspace.database_path.is_file():
            yield None
            return
        with self.database() as db:
            yield db

    @contextmanager
    def database_if_readable(self) -> "Iterator[Database | None]":
        """Open the database where there is one that can be read now: a broken list keeps nobody from writing."""
        from pscb_mail.cli import console

        with ExitStack() as stack:
            try:
                db = stack.enter_context(self.database_if_any())
            except PscbMailError as error:
                console.say(f"[yellow]The list was not counted:[/] {console.safe(error.message)}")
                db = None
            yield db

    def _warn_of_the_place(self) -> None:
        from pscb_mail.cli import console
        from pscb_mail.desk.doctor.check import Result
        from pscb_mail.desk.doctor.folder import check_place

        place = check_place(self.workspace)
        if place.result is Result.WARNING:
            console.say(f"[yellow]{console.safe(place.detail)}[/]\n{console.safe(place.hint)}")

    @property
    def zone(self) -> "ZoneInfo":
        """The newsletter's time zone, in which times are read and shown."""
        return self.workspace.settings.newsletter.zone

    def day(self, text: str) -> datetime:
        """Return the beginning of a day in the newsletter's zone. Raises UsageError where `text` is none."""
        try:
            return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=self.zone)
        except ValueError as error:
            raise UsageError(f'"{text}" is not a day.', "Write it like 2026-11-30.") from error

    @property
    def author(self) -> str:
        """Who is at the keyboard, for the history."""
        try:
            return getpass.getuser()
        except (OSError, KeyError, ImportError):
            return "unknown"


def now() -> datetime:
    """Return the time: the one clock that commands hand down."""
    return datetime.now(UTC)


def not_there_yet(file: Path, may_replace: Callable[[Path], bool] = lambda _: False) -> Path:
    """Return where a new file is to be written. Raises UsageError where nothing can be, or must not, be written there.

    A file that is there is left alone, except where `may_replace` says that it may go.
    """
    try:
        if file.is_dir():
            raise UsageError(f"{file} is a folder.", "Name a file in it, or another one.")
        if not file.absolute().parent.is_dir():
            raise UsageError(f"There is no folder {file.parent}.", "Make it, or name a file in another one.")
        if file.exists() and not may_replace(file):
            raise UsageError(f"{file} exists already.", "It was left as it is: name another file.")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.", "Name a file in a folder of yours.") from error
    return file


class Stopping:
    """The user's wish to stop: the first Ctrl-C or SIGTERM lets what is in flight finish, the second stops at once.

    `heeded`: how many wishes whoever is at work looks for itself; one more interrupts it wherever it is.
    """

    def __init__(self, heeded: int = 1, clocks: Sequence[Callable[[], float]] = (time.monotonic, time.time)) -> None:
        self._heeded = heeded
        self._clocks = clocks
        self._wishes = 0
        self._event = threading.Event()

    def at_once(self) -> bool:
        """Whether the user has asked a second time."""
        return self._wishes > 1

    def wait(self, seconds: float) -> bool:
        """Wait, and return whether the user has asked to stop, at once where they have.

        By whichever clock is there first: the one stands still while a laptop sleeps, the other may be put back.
        """
        ends = [(clock, clock() + seconds) for clock in self._clocks]
        # In slices: Windows does not deliver Ctrl-C into a long wait.
        while (left := min(end - clock() for clock, end in ends)) > 0 and not self._event.wait(min(left, 0.5)):
            pass
        return self._event.is_set()

    def ask(self, *_: object) -> None:
        """Take a signal."""
        if self._wishes >= self._heeded:
            raise KeyboardInterrupt
        self._wishes += 1
        self._event.set()


@contextmanager
def stop_on_signal(heeded: int = 1) -> Iterator[Stopping]:
    """Turn Ctrl-C and SIGTERM into a wish to stop for the length of a block."""
    stopping = Stopping(heeded)
    before = {number: signal.signal(number, stopping.ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
